import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { CommandResult, RunCommand } from '../ports.ts';

/** Credential helpers and plugins answer within seconds; one that asks a question would wait for ever. */
const defaultTimeoutMs = 60_000;
/** What a program leaves in the background may keep its output open. */
const closeGraceMs = 10_000;
/** A group is what a program is ended with: itself, and all that it has started. */
const hasProcessGroups = process.platform !== 'win32';

/** Why a program does not start. */
const startErrors: Readonly<Record<string, string>> = {
  ENOENT: 'the program, or the interpreter that it names, is not there',
  EACCES: 'it may not be executed',
};

/**
 * The one runner of other programs. They get the environment without `INPUT_*`, where the action's own secrets are, and a
 * stdin that ends; nothing they print reaches the job log.
 */
export function commandRunner(
  environment: NodeJS.ProcessEnv,
  timeoutMs: number = defaultTimeoutMs,
): RunCommand {
  const inherited = withoutInputs(environment);
  return async (command, args, { input = '', env = {}, signal }) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      env: { ...inherited, ...env },
      detached: hasProcessGroups,
      windowsHide: true,
    });
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new Error(`it did not answer within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
    try {
      return await answerOf(child, input, AbortSignal.any([signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  };
}

/** What the program says until its end. When the signal is aborted, it is ended. */
function answerOf(
  child: ChildProcessWithoutNullStreams,
  input: string,
  signal: AbortSignal,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      endGroup(child);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', end, { once: true });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let closing: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      closing = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, closeGraceMs);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', end);
      const why = startErrors[error.code ?? ''];
      reject(why === undefined ? error : new Error(why));
    });
    child.once('close', (code, killedBy) => {
      clearTimeout(closing);
      signal.removeEventListener('abort', end);
      // As a shell counts the end by a signal.
      const exitCode = code ?? 128 + constants.signals[killedBy ?? 'SIGKILL'];
      resolve({ exitCode, stdout: stdout(), stderr: stderr() });
    });
    // A program may end without reading its stdin: its exit code and its output say what went wrong.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function endGroup(child: ChildProcessWithoutNullStreams): void {
  if (!hasProcessGroups || child.pid === undefined) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has just ended.
  }
}

/** @returns what has been read so far, as text. */
function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function withoutInputs(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || name.startsWith('INPUT_') ? [] : [[name, value] as const],
    ),
  );
}
