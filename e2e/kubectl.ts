import { execFile } from 'node:child_process';

export interface KubectlOptions {
  /** Text for its stdin. */
  readonly input?: string;
}

/** What kubectl prints, as the administrator that $KUBECONFIG names. @throws if it fails, with its error output. */
export function kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
  return runProgram('kubectl', args, options);
}

/** An object of the cluster, or a list; undefined if it does not exist. */
export async function getObject<T>(args: readonly string[]): Promise<T | undefined> {
  const text = await kubectl(['get', ...args, '--ignore-not-found', '--output', 'json']);
  return text.trim() === '' ? undefined : (JSON.parse(text) as T);
}

/** Standard output of a program. @throws if its exit code is not 0. */
export function runProgram(
  program: string,
  args: readonly string[],
  { input }: KubectlOptions = {},
): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      program,
      args,
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      },
    );
    // A program that ends without reading its input closes the pipe. Its exit code decides.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
