import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { getExecOutput } from '@actions/exec';
import type { RunCommand } from '../ports.ts';
import { field } from '../text/json.ts';
import { orAborted } from '../time/abort.ts';

/** Credential helpers and plugins answer within seconds; one that asks a question would wait for ever. */
const defaultTimeoutMs = 60_000;

/** Linux starts no program with a longer argument or variable: 32 pages, the last byte of them for the end of the text. */
const longestBytes = 32 * 4_096 - 1;

/**
 * Nor one with more in all texts together: a quarter of the stack, which has 8 MiB unless somebody has changed that. A page is
 * left for the program's own path, and for the interpreter of a script.
 */
const mostBytes = 2 * 1_024 ** 2 - 4_096;
/** What each text takes beside its bytes: its end, and a pointer to it. */
const bytesBeside = 1 + 8;

/** Told the process that @actions/exec starts, which gives no handle to it: Node says so on a channel of its own. */
const starting = new AsyncLocalStorage<(child: ChildProcess) => void>();
subscribe('child_process', (message) => {
  starting.getStore()?.(field(message, 'process') as ChildProcess);
});

/**
 * The one runner of other programs. They get the environment without `INPUT_*`, where the action's own secrets are, and a
 * stdin that ends at once, or after the input. What they print is for the caller alone: it may hold secrets. When the signal
 * is aborted, or no answer comes, the program is ended; what it has started itself is left to the runner, which ends that with
 * the job.
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
      stop.abort(new Error(`it did not answer within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
    const program = new StartedProgram();
    try {
      const running = starting
        .run(
          (child) => {
            program.started(child);
          },
          () =>
            getExecOutput(quote(command), [...args], {
              silent: true,
              ignoreReturnCode: true,
              input: Buffer.from(input),
              env: variables,
            }),
        )
        .catch((error: unknown) => {
          // The library's own words are advice of three sentences.
          if (!program.isFound) throw new Error('it is not there, or may not be executed');
          throw error;
        });
      const answer = await orAborted(running, AbortSignal.any([signal, stop.signal]));
      return { ...answer, exitCode: program.exitCode(answer.exitCode) };
    } finally {
      clearTimeout(timer);
      program.end();
    }
  };
}

/** What @actions/exec leaves out: an end from outside, a stdin that nobody reads, and the exit code of a killed program. */
class StartedProgram {
  #child: ChildProcess | undefined;
  #isOver = false;

  /** False for one that nothing was started for. */
  get isFound(): boolean {
    return this.#child !== undefined;
  }

  started(child: ChildProcess): void {
    this.#child = child;
    child.once('spawn', () => {
      // A program may end without reading its stdin: its exit code and its output say what went wrong.
      child.stdin?.on('error', () => undefined);
      if (this.#isOver) this.end();
    });
  }

  /** Also ends one that is about to start. */
  end(): void {
    this.#isOver = true;
    this.#child?.kill('SIGKILL');
  }

  /** As a shell counts the end by a signal. @param code null after such an end, whatever the library's types say. */
  exitCode(code: number | null): number {
    return code ?? 128 + constants.signals[this.#child?.signalCode ?? 'SIGKILL'];
  }
}

/** @throws Error for texts that Node throws for at once, where @actions/exec lets nobody catch it. It quotes no value. */
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
