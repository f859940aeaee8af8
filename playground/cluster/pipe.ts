import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Two file descriptors; the caller closes them. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Real pipes. Node gives sockets to child processes, which cannot be opened again as /dev/stdin or /dev/stdout,
 * as shell scripts often do.
 * @param directory where their names exist until they are open
 */
export function openPipes(directory: string, count: number): readonly Pipe[] {
  const paths = Array.from({ length: count }, (_, index) => join(directory, `pipe-${index}`));
  execFileSync('mkfifo', paths);
  return paths.map((path) => {
    // Opening one end blocks until the other one is open.
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
