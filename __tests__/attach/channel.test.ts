import { expect, test } from '@jest/globals';
import {
  attachStreams,
  closeStdinFrame,
  readStatusFrame,
  stdinFrame,
  supportsHalfClose,
} from '../../src/attach/channel.ts';

test('stdinFrame puts channel 0 before a copy of the payload', () => {
  const payload = Buffer.from([7, 8, 9]);
  const frame = stdinFrame(payload);
  payload.fill(0);
  expect([...frame]).toEqual([0, 7, 8, 9]);
});

test('closeStdinFrame is the close channel and the channel that is closed', () => {
  expect([...closeStdinFrame()]).toEqual([255, 0]);
});

test.each([
  { protocol: 'v5.channel.k8s.io', expected: true },
  { protocol: 'v4.channel.k8s.io', expected: false },
  { protocol: '', expected: false },
])('supportsHalfClose of "$protocol" is $expected', ({ protocol, expected }) => {
  expect(supportsHalfClose(protocol)).toBe(expected);
});

const noPod = 'container not found ("builder")';

test.each([
  { name: 'the empty message that opens a connection', message: '\x00', expected: undefined },
  { name: 'no bytes at all', message: '', expected: undefined },
  { name: 'an empty status channel', message: '\x03', expected: undefined },
  { name: 'output', message: '\x01{"status":"Success"}', expected: undefined },
  {
    name: 'a success',
    message: '\x03{"metadata":{},"status":"Success"}',
    expected: { success: true, message: '{"metadata":{},"status":"Success"}' },
  },
  {
    name: 'a failure with its message',
    message: `\x03${JSON.stringify({ status: 'Failure', message: noPod, code: 500 })}`,
    expected: { success: false, message: noPod },
  },
  {
    name: 'the beginning of a long message',
    message: `\x03${JSON.stringify({ status: 'Failure', message: 'x'.repeat(100_000) })}`,
    expected: { success: false, message: `${'x'.repeat(2_000)}…` },
  },
  {
    name: 'a status without a result as a failure',
    message: '\x03{"message":"done"}',
    expected: { success: false, message: 'done' },
  },
  {
    name: 'free text as a failure',
    message: '\x03Success',
    expected: { success: false, message: 'Success' },
  },
  {
    name: 'JSON that is not an object as a failure',
    message: '\x03null',
    expected: { success: false, message: 'null' },
  },
])('readStatusFrame reads $name', ({ message, expected }) => {
  expect(readStatusFrame(Buffer.from(message))).toEqual(expected);
});

test.each([
  { minor: 32, expected: { stderr: true } },
  { minor: 33, expected: { stderr: false } },
  { minor: undefined, expected: { stderr: false } },
])('attachStreams of server minor $minor is $expected', ({ minor, expected }) => {
  expect(attachStreams(minor)).toEqual(expected);
});
