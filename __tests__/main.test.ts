import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');

/** Runs the entry in a working directory that was deleted. */
function runWithoutDirectory(env: NodeJS.ProcessEnv): {
  readonly status: number | null;
  readonly stderr: string;
} {
  const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" "$1"';
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, main], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return { status, stderr };
}

test('reports on stderr why the build step could not run, and fails', () => {
  const { status, stderr } = runWithoutDirectory({});
  expect(stderr).toMatch(/^the step could not run: .*ENOENT/);
  expect(status).toBe(1);
});

test('reports on stderr why the post step could not run, and does not fail the job', () => {
  const pods = JSON.stringify([{ namespace: 'builds', name: 'kbp-x' }]);
  const { status, stderr } = runWithoutDirectory({ STATE_isPost: 'true', STATE_pods: pods });
  expect(stderr).toMatch(/^the step could not run: .*ENOENT/);
  expect(status).toBe(0);
});
