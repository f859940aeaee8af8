import { getExecOutput } from '@actions/exec';
import type { CommandResult, RunCommand } from '../ports.ts';

/** Credential helpers and plugins answer within seconds; one that asks a question would wait for ever. */
const defaultTimeoutMs = 60_000;

/**
 * The one runner of other programs. They get the environment without `INPUT_*`, where the action's own secrets are, and a
 * stdin that ends; nothing they print reaches the job log.
 */
export function commandRunner(
  environment: NodeJS.ProcessEnv,
  timeoutMs: number = defaultTimeoutMs,
): RunCommand {
  const inherited = withoutInputs(environment);
  return async (command, args, { input = '', env = {} }) => {
    const answer = getExecOutput(quote(command), [...args], {
      silent: true,
      ignoreReturnCode: true,
      input: Buffer.from(input),
      env: { ...inherited, ...env },
    });
    return within(answer, timeoutMs);
  };
}

/**
 * A program that is too slow is left behind, for @actions/exec gives no handle to end it. It may run on beside the build,
 * until it ends or the runner ends it with the job; the end of the step does not wait for it.
 */
async function within(answer: Promise<CommandResult>, timeoutMs: number): Promise<CommandResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it did not answer within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
  });
  try {
    const { exitCode, stdout, stderr } = await Promise.race([answer, late]);
    return { exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
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
