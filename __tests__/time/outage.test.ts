import { expect, test } from '@jest/globals';
import { OutageNotice } from '../../src/time/outage.ts';
import { VirtualClock } from '../support/clock.ts';

const second = 1_000;
const cause = new Error('ECONNREFUSED');

function watch(): { clock: VirtualClock; trouble: OutageNotice; notes: string[] } {
  const clock = new VirtualClock();
  const notes: string[] = [];
  const trouble = new OutageNotice(clock, "the builder's output", (text) => {
    notes.push(text);
    return Promise.resolve();
  });
  return { clock, trouble, notes };
}

test('reports an outage once, after 15 s, and its end once', async () => {
  const { clock, trouble, notes } = watch();
  await trouble.failed(cause);
  await clock.advance(15 * second - 1);
  await trouble.failed(cause);
  expect(notes).toEqual([]);
  await clock.advance(1);
  await trouble.failed(cause);
  await clock.advance(60 * second);
  await trouble.failed(cause);
  await trouble.worked();
  await trouble.worked();
  expect(notes).toEqual([
    "the builder's output cannot be read at present: ECONNREFUSED",
    "the builder's output can be read again",
  ]);
});

test('measures an outage from its first failure after a success', async () => {
  const { clock, trouble, notes } = watch();
  for (let count = 0; count < 5; count += 1) {
    await trouble.failed(cause);
    await clock.advance(10 * second);
    await trouble.worked();
  }
  await trouble.failed(cause);
  expect(notes).toEqual([]);
});
