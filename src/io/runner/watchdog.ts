import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/**
 * Ends the process if the event loop has not turned for some seconds. Then neither a signal of the runner nor a time limit has an
 * effect: a parser hangs, or a file system does not answer. The post step removes the pods, whose names were saved before.
 */
export interface Watchdog {
  /** Runs something that may block for as long as it likes: the runner can stop reading the job log. */
  excuse<T>(work: () => T): T;
  /** Shares the token of the fence in the job log: it must be closed before the last message. undefined if none is open. */
  setFence(token: string | undefined): void;
}

export interface WatchdogOptions {
  /** Pause between two looks at the event loop. */
  readonly tickMs: number;
  /** The process is ended after so many looks at an event loop that does not turn. */
  readonly ticks: number;
}

const usual: WatchdogOptions = { tickMs: 1_000, ticks: 10 };

/** The shared numbers. */
const words = { beat: 0, excused: 1, tokenBytes: 2 } as const;
const longestTokenBytes = 64;

/** What the thread gets. The memory is shared, because messages need an event loop that turns. */
interface Shared {
  readonly numbers: Int32Array;
  readonly token: Uint8Array;
  readonly words: typeof words;
  readonly tickMs: number;
  readonly ticks: number;
  readonly message: string;
}

/**
 * Starts the thread that watches this one. It does not keep the process alive.
 * @returns undefined if a debugger can stop this process.
 */
export function startWatchdog({ tickMs, ticks }: WatchdogOptions = usual): Watchdog | undefined {
  if (isDebugged()) return undefined;
  const numbers = new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length));
  const token = new Uint8Array(new SharedArrayBuffer(longestTokenBytes));
  const message = describe((tickMs * ticks) / 1_000);
  const workerData: Shared = { numbers, token, words, tickMs, ticks, message };
  const thread = new Worker(`(${watch.toString()})(process.getBuiltinModule)`, {
    eval: true,
    workerData,
    execArgv: [],
    // It needs little memory, whatever this process may use.
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  thread.unref();
  // Without it the step is as good as before.
  thread.on('error', () => undefined);
  setInterval(() => {
    Atomics.add(numbers, words.beat, 1);
    Atomics.store(numbers, words.excused, isDebugged() ? 1 : 0);
  }, tickMs / 2).unref();
  return {
    excuse(work) {
      Atomics.store(numbers, words.excused, 1);
      try {
        return work();
      } finally {
        Atomics.store(numbers, words.excused, 0);
      }
    },
    setFence(text = '') {
      const { written } = new TextEncoder().encodeInto(text, token);
      Atomics.store(numbers, words.tokenBytes, written);
    },
  };
}

function isDebugged(): boolean {
  return inspectorUrl() !== undefined;
}

function describe(seconds: number): string {
  return `the step was ended because it did not respond for ${seconds} s: reading a file, an input or an answer of a server blocked it. The post step removes its pod. Check the files and file systems that the step reads, and report this with the job log if they are as expected.`;
}

/**
 * The thread. Its text is all that the thread gets, so it uses nothing of this file.
 * @param load returns a module of Node.
 */
function watch(load: typeof process.getBuiltinModule): void {
  const shared = load('node:worker_threads').workerData as Shared;
  const { writeSync } = load('node:fs');
  const { numbers, token, words, tickMs, ticks, message } = shared;
  const idle = new Int32Array(new SharedArrayBuffer(4));
  let seen = 0;
  let missed = 0;

  // Ticks are counted, not time: none of them passes while the machine or the process is suspended.
  setInterval(() => {
    const beat = Atomics.load(numbers, words.beat);
    const isBlocked = beat === seen && Atomics.load(numbers, words.excused) === 0;
    missed = isBlocked ? missed + 1 : 0;
    seen = beat;
    if (missed >= ticks) end();
  }, tickMs);

  function end(): void {
    const bytes = token.slice(0, Atomics.load(numbers, words.tokenBytes));
    const fence = bytes.length === 0 ? '' : `::${Buffer.from(bytes).toString('utf8')}::\n`;
    // The last line of the builder may be incomplete.
    print(Buffer.from(`\n${fence}::error::${message}\n`));
    process.kill(process.pid, 'SIGKILL');
  }

  function print(text: Buffer): void {
    let rest = text;
    for (let tries = 0; rest.length > 0 && tries < 100; tries += 1) {
      try {
        rest = rest.subarray(writeSync(1, rest));
      } catch {
        // The pipe is full: the runner may read it soon.
        Atomics.wait(idle, 0, 0, 10);
      }
    }
  }
}
