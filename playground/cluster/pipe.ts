import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Two file descriptors; the caller closes them. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Real pipes. What Node gives to children are sockets, and those cannot be opened once more as /dev/stdin or /dev/stdout,
 * which shell scripts like to do.
 * @param directory where their names exist for a moment
 */
export function openPipes(directory: string, count: number): readonly Pipe[] {
  const paths = Array.from({ length: count }, (_, index) => join(directory, `pipe-${index}`));
  execFileSync('mkfifo', paths);
  return paths.map((path) => {
    // Each end would wait for the other one.
    const both = openSync(path, constants.O_RDWR);
    const pipe = {
      read: openSync(path, constants.O_RDONLY),
      write: openSync(path, constants.O_WRONLY),
    };
    closeSync(both);
    rmSync(path);
    return pipe;
  });
}
