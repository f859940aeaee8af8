// A worker thread that times one parser with all pathological texts. It is ended from outside if a text takes too long.
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../../src/errors.ts';
import { generators, type Generator } from './generators.ts';
import { bare, type Frame, type TimedParser } from './parser.ts';
import { timedParsers } from './parsers.ts';

/** What the thread is told. */
export interface ThreadTask {
  readonly parser: string;
  /** Texts that are skipped: those before the one that did not end. */
  readonly skip: number;
}

/** What the thread reports: the text that it starts with, or what it found out about it. */
export type ThreadReport =
  | { readonly kind: 'starts'; readonly index: number; readonly text: string }
  | { readonly kind: 'finding'; readonly problem: string }
  | { readonly kind: 'ended' };

const smallest = 64 * 1_024;
/** Texts grow up to this size, as long as they take no time that can be measured. */
const largest = 128 * 1_024;
/** A run that takes less is fast at any size that a file may have. */
const negligibleMs = 1;
/** Nothing is judged below: a collection of garbage takes as long. */
const floorMs = 30;
/** A linear parser takes twice as long for twice the text, a quadratic one four times. */
const mostGrowth = 3;
const judgedRuns = 5;

/** The names of errors that are written for users. */
const expected = [
  'BuildError',
  'InvalidInput',
  'PatternSyntaxError',
  'ApiError',
  'NonKubernetesResponse',
];

const report = (message: ThreadReport): void => {
  parentPort?.postMessage(message);
};

async function timeAll({ parser: name, skip }: ThreadTask): Promise<void> {
  const parser = timedParsers.find((one) => one.name === name);
  if (parser === undefined) throw new Error(`no parser ${name}`);
  let index = 0;
  for (const frame of parser.frames ?? [bare]) {
    for (const [text, generate] of generators) {
      index += 1;
      if (index <= skip) continue;
      const title = frame === bare ? text : `${text} in ${JSON.stringify(frame.join('…'))}`;
      report({ kind: 'starts', index, text: title });
      const problem = await judge(parser, frame, generate);
      if (problem !== undefined) report({ kind: 'finding', problem: `${title}: ${problem}` });
    }
  }
  report({ kind: 'ended' });
}

/** Doubles the text until a run takes long enough to be judged. */
async function judge(
  parser: TimedParser,
  [before, after]: Frame,
  generate: Generator,
): Promise<string | undefined> {
  const textOf = (size: number): string => before + generate(size) + after;
  try {
    let size = smallest;
    let ms = await time(parser, textOf(size));
    while (ms >= negligibleMs && size < largest) {
      size *= 2;
      const doubledMs = await time(parser, textOf(size));
      if (doubledMs >= floorMs) return await compare(parser, textOf, size);
      ms = doubledMs;
    }
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** @param size of the text that takes longer than the floor. */
async function compare(
  parser: TimedParser,
  textOf: (size: number) => string,
  size: number,
): Promise<string | undefined> {
  let growth = '';
  // Caches and garbage make one step longer than its text, but not two in a row.
  for (const whole of [size, 2 * size]) {
    const times = await shortest(parser, textOf(whole / 2), textOf(whole));
    if (times.wholeMs < floorMs || times.wholeMs <= times.halfMs * mostGrowth) return undefined;
    growth += `${whole / 2} characters take ${times.halfMs.toFixed(0)} ms, ${whole} take ${times.wholeMs.toFixed(0)} ms; `;
  }
  return growth;
}

async function shortest(
  parser: TimedParser,
  half: string,
  whole: string,
): Promise<{ readonly halfMs: number; readonly wholeMs: number }> {
  let [halfMs, wholeMs] = [Infinity, Infinity];
  for (let run = 0; run < judgedRuns; run += 1) {
    halfMs = Math.min(halfMs, await time(parser, half));
    wholeMs = Math.min(wholeMs, await time(parser, whole));
    if (wholeMs <= halfMs * mostGrowth) break;
  }
  return { halfMs, wholeMs };
}

/**
 * Milliseconds. The shortest of several runs counts: the processor time of a thread has steps of 4 ms, and other processes
 * only make runs longer.
 * @throws Error for an error that is not written for users.
 */
async function time(parser: TimedParser, text: string): Promise<number> {
  const startedAt = performance.now();
  try {
    await parser.run(text);
  } catch (error) {
    const name = Error.isError(error) ? error.name : typeof error;
    if (!expected.includes(name))
      throw new Error(`throws ${name}: ${describeError(error)}`, { cause: error });
  }
  return performance.now() - startedAt;
}

await timeAll(workerData as ThreadTask);
