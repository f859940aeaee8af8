import { Worker } from 'node:worker_threads';
import { describeError } from '../../src/errors.ts';
import { toError } from '../../src/time/abort.ts';
import type { ThreadReport, ThreadTask } from './thread.ts';

/** A text that takes longer is a finding, and its thread is ended. */
const longestMs = 8_000;
/** A parser that hangs on so many texts is not timed further. */
const mostHangs = 3;
/** A thread that needs more memory is a finding. The texts have up to 256 KiB. */
const mostMegabytes = 400;

/** How one thread ended: with all texts, or with one that it could not parse. */
type ThreadEnd = { readonly kind: 'ended' } | { readonly kind: 'stuck'; readonly index: number };

/**
 * Times a parser with every pathological text, in threads that are ended when a text takes too long.
 * @returns one line for each text that takes more than linear time, too long or too much memory.
 */
export async function findSlowTexts(
  parser: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const findings: string[] = [];
  let skip = 0;
  for (let hangs = 0; hangs < mostHangs; hangs += 1) {
    const end = await runThread({ parser, skip }, findings, signal);
    if (end.kind === 'ended') return findings;
    skip = end.index;
  }
  return [...findings, 'further texts were not tried'];
}

function runThread(task: ThreadTask, findings: string[], signal: AbortSignal): Promise<ThreadEnd> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    });
    let current = { index: task.skip, text: 'loading the parsers' };
    let timer: NodeJS.Timeout | undefined;
    const settle = (conclude: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      void thread.terminate().then(conclude);
    };
    const stop = (): void => {
      settle(() => {
        reject(new Error(`stopped at ${current.text}`));
      });
    };
    const stuck = (problem: string): void => {
      findings.push(`${current.text}: ${problem}`);
      settle(() => {
        resolve({ kind: 'stuck', index: current.index });
      });
    };
    signal.addEventListener('abort', stop);
    thread.on('error', (error) => {
      if (current.index === task.skip) reject(toError(error));
      else stuck(describeError(error));
    });
    thread.on('message', (message: ThreadReport) => {
      clearTimeout(timer);
      if (message.kind === 'ended') {
        settle(() => {
          resolve({ kind: 'ended' });
        });
      } else if (message.kind === 'finding') findings.push(message.problem);
      else {
        current = message;
        timer = setTimeout(() => {
          stuck(`did not end within ${longestMs / 1_000} s`);
        }, longestMs);
      }
    });
  });
}
