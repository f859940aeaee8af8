import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { chapters } from './chapters.ts';
import { runBadInput, type BadInput } from './run.ts';

const patienceMs = 120_000;
const momentSeconds = 10;
/** What no user should have to read: stack traces, dumped objects. */
const dumps = /\bat (?:\S+ \()?(?:file|node):|\[object |\bundefined\b|Error: .*\n\s+at /;

let free = availableParallelism() + 1;
const waiting: (() => void)[] = [];

for (const { title, cases } of chapters) {
  describe(title, () => {
    for (const bad of cases) {
      const run = bad.missing === undefined ? test.concurrent : test.skip;
      const why = bad.missing === undefined ? '' : ` (not here: ${bad.missing})`;
      run(`${bad.name}${why}`, () => check(bad), patienceMs);
    }
  });
}

async function check(bad: BadInput): Promise<void> {
  const { exitCodes, sentences, podsLeft, log, seconds } = await inTurn(() => runBadInput(bad));
  expect(sentences).toEqual([bad.sentence]);
  expect(exitCodes).toEqual([1, 0]);
  expect(podsLeft).toEqual([]);
  expect(log).not.toMatch(dumps);
  if (bad.wait !== undefined || seconds < momentSeconds) return;
  // The machine may have been busy with something else.
  const again = await inTurn(() => runBadInput(bad));
  expect(again.seconds).toBeLessThan(momentSeconds);
}

/** More processes than the machine has room for would only count against each other's time. */
async function inTurn<T>(use: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free -= 1;
  try {
    return await use();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}
