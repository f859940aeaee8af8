import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { exec } from '@actions/exec';
import { ProgramTimeout } from '../errors.ts';
import type { RunCommand } from '../ports.ts';
import { field } from '../text/json.ts';
import { orAborted } from '../time/abort.ts';
import { EndsOfOutput } from './ends-of-output.ts';
import { Gathered } from './gathered.ts';

/** Credential helpers and exec plugins answer within seconds; one that prompts for input would wait for ever. */
const defaultTimeoutMs = 60_000;

/** The limit of Linux for one argument or variable: 32 pages, including the terminator. */
const longestBytes = 32 * 4_096 - 1;

/**
 * The limit of all arguments and variables together: a quarter of the stack, which has 8 MiB by default. One page is reserved
 * for the path of the program and for the interpreter of a script.
 */
const mostBytes = 2 * 1_024 ** 2 - 4_096;
/** Bytes that each text takes in addition: its terminator and a pointer to it. */
const bytesBeside = 1 + 8;

/** Credentials are a few kilobytes. */
const mostOutputBytes = 1024 * 1024;

/** Gets the process that @actions/exec starts. The library does not return it; Node publishes it on a diagnostics channel. */
const starting = new AsyncLocalStorage<(child: ChildProcess) => void>();
subscribe('child_process', (message) => {
  starting.getStore()?.(field(message, 'process') as ChildProcess);
});

/**
 * Runs all other programs. They get the environment without `INPUT_*`, which has the action's own secrets, and the input on
 * stdin. Their output is returned and not logged, because it can have secrets. When the signal is aborted or the time limit
 * is reached, the program is killed. Its own child processes are not; the runner ends them with the job.
 */
export function commandRunner(
  environment: NodeJS.ProcessEnv,
  timeoutMs: number = defaultTimeoutMs,
): RunCommand {
  const inherited = withoutInputs(environment);
  return async (command, args, { input = '', env = {}, signal }) => {
    signal.throwIfAborted();
    const variables = { ...inherited, ...env };
    checkTexts(args, variables);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort(new ProgramTimeout(timeoutMs, output.texts()));
    }, timeoutMs);
    const program = new StartedProgram();
    const output = new Output(() => {
      stop.abort(new Error(`its output is larger than ${mostOutputBytes} bytes`));
    });
    const run = (): Promise<number> =>
      exec(quote(command), [...args], {
        silent: true,
        ignoreReturnCode: true,
        input: Buffer.from(input),
        env: variables,
        listeners: output.listeners,
      });
    try {
      const running = starting
        .run((child) => {
          program.started(child);
        }, run)
        .catch((error: unknown) => {
          // The message of the library is three sentences of advice.
          if (!program.isFound) throw missingProgram();
          throw error;
        });
      const code = await orAborted(running, AbortSignal.any([signal, stop.signal]));
      return { ...output.texts(), exitCode: program.exitCode(code) };
    } finally {
      clearTimeout(timer);
      program.end();
    }
  };
}

/** What a program prints: all of stdout up to a limit, and both ends of stderr. */
class Output {
  readonly #stdout = new Gathered(mostOutputBytes);
  readonly #stderr = new EndsOfOutput();
  readonly listeners;

  /** @param tooLarge is called when stdout has more than fits. */
  constructor(tooLarge: () => void) {
    this.listeners = {
      stdout: (piece: Buffer): void => {
        if (!this.#stdout.add(piece)) tooLarge();
      },
      stderr: (piece: Buffer): void => {
        this.#stderr.add(piece);
      },
    };
  }

  texts(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.#stdout.bytes().toString(), stderr: this.#stderr.text() };
  }
}

function missingProgram(): Error {
  return Object.assign(new Error('it was not found or is not executable'), { code: 'ENOENT' });
}

/** Adds to @actions/exec: killing the program, a program that does not read its stdin, the exit code of a killed program. */
class StartedProgram {
  #child: ChildProcess | undefined;
  #isOver = false;

  /** False if no process was started. */
  get isFound(): boolean {
    return this.#child !== undefined;
  }

  started(child: ChildProcess): void {
    this.#child = child;
    child.once('spawn', () => {
      // A program can end without reading its stdin; its exit code and its output explain a failure.
      child.stdin?.on('error', () => undefined);
      if (this.#isOver) this.end();
    });
  }

  /** Kills the program, also one that is about to start. */
  end(): void {
    this.#isOver = true;
    this.#child?.kill('SIGKILL');
  }

  /** 128 + signal for a killed program, as in a shell. @param code null for a killed program, against the types of the library. */
  exitCode(code: number | null): number {
    return code ?? 128 + constants.signals[this.#child?.signalCode ?? 'SIGKILL'];
  }
}

/** @throws Error for texts for which Node throws inside of @actions/exec, where it cannot be caught. Quotes no value. */
function checkTexts(args: readonly string[], env: Readonly<Record<string, string>>): void {
  const texts = [
    ...args.map((text, index) => ({ what: `argument ${index + 1}`, text })),
    ...Object.entries(env).map(([name, value]) => ({
      what: `variable ${JSON.stringify(name)}`,
      text: `${name}=${value}`,
    })),
  ];
  let allBytes = 0;
  for (const { what, text } of texts) {
    if (text.includes('\0')) throw new Error(`its ${what} has a NUL character`);
    const bytes = Buffer.byteLength(text);
    if (bytes > longestBytes)
      throw new Error(`its ${what} has ${bytes} bytes, of at most ${longestBytes}`);
    allBytes += bytes + bytesBeside;
  }
  if (allBytes > mostBytes) {
    throw new Error(
      `its arguments and variables, inherited ones included, take ${allBytes} bytes, of at most ${mostBytes}`,
    );
  }
}

/** @actions/exec splits its first argument into words. */
function quote(command: string): string {
  return `"${command.replaceAll('"', '\\"')}"`;
}

function withoutInputs(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || name.startsWith('INPUT_') ? [] : [[name, value] as const],
    ),
  );
}
