// Output that exceeds one log file: the kubelet rotates at 10 MiB and returns only the newest file.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { splitLog } from '../runner/job-log.ts';
import { PeakMemory } from '../support/peak-memory.ts';
import { assertGreen, runBuild, script } from './build.ts';
import { suite, testCase } from './cases.ts';

/** Each line has 100 bytes with its newline. The numbers begin at `firstNumber`, so that all have the same width. */
const linesPerBatch = 1_000;
const firstNumber = 1_000_000_000;
const pad = 'x'.repeat(85);
const peakLimitBytes = 250_000_000;

/** A script that prints batches of numbered lines, with a pause after each. */
function printer(batches: number, pauseSeconds: number): string {
  const batch = `seq $first $((first + ${linesPerBatch - 1})) | sed 's/$/ of ${pad}/'`;
  const pause = pauseSeconds === 0 ? '' : `; sleep ${pauseSeconds}`;
  return `cat >/dev/null; n=0; while [ $n -lt ${batches} ]; do first=$((${firstNumber} + n * ${linesPerBatch})); ${batch}${pause}; n=$((n + 1)); done; echo end`;
}

interface Printed {
  /** Numbers of the complete lines. */
  readonly numbers: readonly number[];
  /** Count of incomplete lines. */
  readonly pieces: number;
  readonly isWarned: boolean;
  readonly peakBytes: number;
  readonly seconds: number;
}

async function print(batches: number, pauseSeconds: number): Promise<Printed> {
  const memory = new PeakMemory();
  const startedAtMs = performance.now();
  const result = await runBuild(script(printer(batches, pauseSeconds), { stdin: 'x' }), {
    onMain: (child: ChildProcess) => {
      memory.watch(child);
    },
  });
  assertGreen(result);
  const { mirrored, own } = splitLog(result.log);
  // The end of a log file can split a line. If that file was deleted, only the second half of the line arrives.
  const lines = mirrored.filter((line) => line.length === 99 && line.endsWith(pad));
  assert.ok(memory.bytes !== undefined);
  assert.equal(mirrored.at(-1), 'end');
  return {
    numbers: lines.map((line) => Number(line.slice(0, 10)) - firstNumber),
    pieces: mirrored.length - lines.length - 1,
    isWarned: own.some((line) => /^::warning.*output is probably missing/.test(line)),
    peakBytes: memory.bytes,
    seconds: (performance.now() - startedAtMs) / 1_000,
  };
}

function describe(printed: Printed, count: number): string {
  const { numbers, pieces, isWarned, peakBytes, seconds } = printed;
  const peak = Math.round(peakBytes / 1_000_000);
  return `${numbers.length} of ${count} lines complete, ${pieces} incomplete, in ${seconds.toFixed(1)} s, ${isWarned ? 'a' : 'no'} warning, peak resident memory ${peak} MB`;
}

function assertOrder(numbers: readonly number[]): void {
  const isInOrder = numbers.every(
    (number, index) => index === 0 || number > (numbers[index - 1] ?? 0),
  );
  assert.ok(isInOrder, 'a line is duplicated or out of order');
}

suite('output', () => {
  testCase('of 30 MB at a moderate rate is complete, and no line is repeated', async () => {
    const count = 300 * linesPerBatch;
    const printed = await print(300, 0.08);
    console.log(describe(printed, count));
    const { numbers } = printed;
    assertOrder(numbers);
    // A busy node can end a request when it rotates the file. The action cannot prove then that no line is missing, so it may
    // warn although the output is complete.
    assert.equal(numbers.length, count);
  });

  testCase('of 100 MB without pauses is complete, or a warning is logged', async () => {
    const count = 1_000 * linesPerBatch;
    const printed = await print(1_000, 0);
    const { numbers, isWarned, peakBytes } = printed;
    console.log(describe(printed, count));
    assertOrder(numbers);
    assert.ok(
      numbers.length === count || isWarned,
      'lines are missing or incomplete without a warning',
    );
    assert.ok(peakBytes < peakLimitBytes);
  });
});
