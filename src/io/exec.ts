import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { getExecOutput } from '@actions/exec';
import { orAborted } from '../deadline.ts';
import { field } from '../json.ts';
import type { RunCommand } from '../ports.ts';

/** Credential helpers and plugins answer within seconds; one that asks a question would wait for ever. */
const defaultTimeoutMs = 60_000;

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
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort(new Error(`it did not answer within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
    const program = new StartedProgram();
    try {
      const running = starting.run(
        (child) => {
          program.started(child);
        },
        () =>
          getExecOutput(quote(command), [...args], {
            silent: true,
            ignoreReturnCode: true,
            input: Buffer.from(input),
            env: { ...inherited, ...env },
          }),
      );
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
