import { expect, test } from '@jest/globals';
import { SilenceReport } from '../../src/logs/silence.ts';
import { VirtualClock } from '../support/clock.ts';

const minute = 60_000;

function watch(): {
  clock: VirtualClock;
  silence: SilenceReport;
  lines: string[];
  stop: () => Promise<void>;
} {
  const clock = new VirtualClock();
  const silence = new SilenceReport(clock);
  const lines: string[] = [];
  const done = new AbortController();
  const reporting = silence.reportEvery((line) => {
    lines.push(line);
    return Promise.resolve();
  }, done.signal);
  return {
    clock,
    silence,
    lines,
    stop: async () => {
      done.abort(new Error('done'));
      await reporting;
    },
  };
}

test('prints a line after every five minutes of silence', async () => {
  const { clock, lines, stop } = watch();
  await clock.advance(16 * minute);
  expect(lines).toEqual([
    'the builder has printed nothing for 5 min',
    'the builder has printed nothing for 10 min',
    'the builder has printed nothing for 15 min',
  ]);
  await stop();
  expect(clock.sleeping).toBe(0);
});

test('measures the silence from the last output', async () => {
  const { clock, silence, lines, stop } = watch();
  for (let count = 0; count < 5; count += 1) {
    await clock.advance(4 * minute);
    silence.heard();
  }
  expect(lines).toEqual([]);
  await clock.advance(5 * minute - 1);
  expect(lines).toEqual([]);
  await clock.advance(1);
  expect(lines).toEqual(['the builder has printed nothing for 5 min']);
  await stop();
});
