import { expect, test } from '@jest/globals';
import { UploadProgress } from '../../src/attach/progress.ts';
import type { PackProgress } from '../../src/context/stdin.ts';
import { VirtualClock } from '../support/clock.ts';

const unknown: PackProgress = { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };

test.each([
  {
    name: 'the rate and the progress',
    packed: { files: 120, totalFiles: 340, bytes: 25, totalBytes: 100 },
    seconds: 4,
    expected: 'sent 31.2 MB in 4.0 s (7.80 MB/s), 120 of 340 files, 25 % packed',
  },
  {
    name: 'no percentage once every file is packed',
    packed: { files: 340, totalFiles: 340, bytes: 100, totalBytes: 100 },
    seconds: 4,
    expected: 'sent 31.2 MB in 4.0 s (7.80 MB/s), 340 of 340 files',
  },
  {
    name: 'no percentage of empty files',
    packed: { files: 1, totalFiles: 2, bytes: 0, totalBytes: 0 },
    seconds: 4,
    expected: 'sent 31.2 MB in 4.0 s (7.80 MB/s), 1 of 2 files',
  },
  {
    name: 'no unknown total',
    packed: unknown,
    seconds: 4,
    expected: 'sent 31.2 MB in 4.0 s (7.80 MB/s)',
  },
  {
    name: 'no rate before any time has passed',
    packed: unknown,
    seconds: 0,
    expected: 'sent 31.2 MB in 0.0 s',
  },
])('describes $name', async ({ packed, seconds, expected }) => {
  const clock = new VirtualClock();
  const progress = new UploadProgress(clock);
  progress.restart(packed);
  progress.sent(31_000_000);
  progress.sent(200_000);
  await clock.advance(seconds * 1_000);
  expect(progress.describe()).toBe(expected);
});

test('restarts at zero bytes and zero seconds', async () => {
  const clock = new VirtualClock();
  const progress = new UploadProgress(clock);
  progress.sent(1_000);
  await clock.advance(60_000);
  progress.restart(unknown);
  progress.sent(5);
  await clock.advance(1_000);
  expect(progress.describe()).toBe('sent 5 B in 1.0 s (5 B/s)');
});

test('reports every five seconds until the signal is aborted', async () => {
  const clock = new VirtualClock();
  const progress = new UploadProgress(clock);
  const lines: string[] = [];
  const done = new AbortController();
  const report = (line: string): Promise<void> => {
    lines.push(line);
    return Promise.resolve();
  };
  const reporting = progress.reportEvery(report, done.signal);
  progress.sent(1_000);
  await clock.advance(4_999);
  expect(lines).toEqual([]);
  await clock.advance(6_000);
  expect(lines).toEqual(['sent 1.00 kB in 5.0 s (200 B/s)', 'sent 1.00 kB in 10.0 s (100 B/s)']);
  done.abort();
  await reporting;
  expect(clock.sleeping).toBe(0);
});
