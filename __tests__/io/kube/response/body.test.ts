import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { BuildError } from '../../../../src/errors.ts';
import {
  readBody,
  readExplanation,
  refuseCompressed,
} from '../../../../src/io/kube/response/body.ts';
import { ApiServer, type Answer } from '../../../support/api-server.ts';
import { VirtualClock } from '../../../support/clock.ts';
import { until } from '../../../support/until.ts';

const servers: ApiServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function respond(answer: Answer): Promise<IncomingMessage> {
  const server = await ApiServer.start({ 'GET /x': [answer] });
  servers.push(server);
  return new Promise((resolve, reject) => {
    request(`${server.url}/x`, resolve).on('error', reject).end();
  });
}

const stall: Answer = (response) => {
  response.writeHead(502);
  response.write('Bad gate');
};

const flood: Answer = (response) => {
  const fill = (): void => {
    while (response.writable && response.write(Buffer.alloc(64 * 1024, 'x')));
  };
  response.on('drain', fill);
  fill();
};

test.each([
  { name: 'readBody', read: readBody },
  { name: 'readExplanation', read: readExplanation },
])('$name returns the text, invalid UTF-8 replaced', async ({ read }) => {
  const response = await respond((answer) => answer.end(Buffer.from([0xc3, 0xbc, 0xff])));
  const { signal } = new AbortController();
  expect(await read(response, { clock: new VirtualClock(), signal })).toBe('ü\uFFFD');
});

test.each([
  { name: 'readBody', read: readBody },
  { name: 'readExplanation', read: readExplanation },
])('$name ends with the signal, and closes the connection', async ({ read }) => {
  const response = await respond(stall);
  const cancel = new AbortController();
  const clock = new VirtualClock();
  const reading = read(response, { clock, signal: cancel.signal });
  const reason = new BuildError('cancelled', 'the job was cancelled');
  cancel.abort(reason);
  await expect(reading).rejects.toBe(reason);
  expect(response.destroyed).toBe(true);
  expect(clock.sleeping).toBe(0);
});

test('readBody is an error after 30 s', async () => {
  const response = await respond(stall);
  const clock = new VirtualClock();
  const reading = readBody(response, { clock, signal: new AbortController().signal });
  const failed = expect(reading).rejects.toThrow('the response is not complete within 30 s');
  await clock.advance(30_000);
  await failed;
  expect(response.destroyed).toBe(true);
});

test('readExplanation returns after 5 s what has arrived', async () => {
  const response = await respond(stall);
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  const arrived = new Promise((resolve) => response.once('data', resolve));
  const reading = readExplanation(response, { clock, signal });
  await arrived;
  await clock.advance(5_000);
  expect(await reading).toBe('Bad gate');
  await until(() => response.destroyed);
});

test('readBody refuses more than 8 MiB', async () => {
  const response = await respond(flood);
  const { signal } = new AbortController();
  const reading = readBody(response, { clock: new VirtualClock(), signal });
  await expect(reading).rejects.toThrow('the response is larger than 8 MiB');
  expect(response.destroyed).toBe(true);
});

test('readExplanation returns the first 256 KiB', async () => {
  const response = await respond(flood);
  const { signal } = new AbortController();
  const text = await readExplanation(response, { clock: new VirtualClock(), signal });
  expect(text).toBe('x'.repeat(256 * 1024));
  expect(response.destroyed).toBe(true);
});

test('readExplanation does not return compressed bytes', async () => {
  const response = await respond((answer) => {
    answer.writeHead(502, { 'content-encoding': 'br' }).end('compressed');
  });
  const { signal } = new AbortController();
  expect(await readExplanation(response, { clock: new VirtualClock(), signal })).toBe('');
});

test('refuseCompressed refuses every encoding but identity', async () => {
  const response = await respond((answer) => {
    answer.writeHead(200, { 'content-encoding': 'Identity' }).end('x');
  });
  refuseCompressed(response);
  expect(response.destroyed).toBe(false);
  response.headers['content-encoding'] = 'gzip';
  expect(() => {
    refuseCompressed(response);
  }).toThrow('unexpected response (compressed with gzip)');
  expect(response.destroyed).toBe(true);
});
