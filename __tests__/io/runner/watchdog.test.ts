import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const watchdog = join(import.meta.dirname, '../../../src/io/runner/watchdog.ts');
const sentence =
  '::error::the step was ended because it did not respond for 0.2 s: reading a file, an input or an answer of a server blocked it. The post step removes its pod. Check the files and file systems that the step reads, and report this with the job log if they are as expected.\n';

/** Runs statements in a process with a watchdog that ends it after 0.2 s. */
function run(
  statements: string,
  flags: readonly string[] = [],
): { readonly signal: string | null; readonly status: number | null; readonly stdout: string } {
  const script = `
    const { startWatchdog } = await import(${JSON.stringify(watchdog)});
    const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const print = (text) => process.stdout.write(text);
    const watchdog = startWatchdog({ tickMs: 20, ticks: 10 });
    ${statements}`;
  const { signal, status, stdout } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 30_000 },
  );
  return { signal, status, stdout };
}

test('kills a process whose event loop does not turn, after one sentence', () => {
  expect(run("print('a\\n'); block(20_000); print('b\\n');")).toEqual({
    signal: 'SIGKILL',
    status: null,
    stdout: `a\n\n${sentence}`,
  });
});

test('kills a process that waits for promises alone', () => {
  const { signal, stdout } = run('for (;;) await undefined;');
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: `\n${sentence}` });
});

test('closes the open fence before the sentence', () => {
  const { stdout } = run("watchdog.setFence('0123abcd'); print('::error::x'); block(20_000);");
  expect(stdout).toBe(`::error::x\n::0123abcd::\n${sentence}`);
});

test('closes no fence that was closed before', () => {
  const { stdout } = run("watchdog.setFence('0123'); watchdog.setFence(undefined); block(20_000);");
  expect(stdout).toBe(`\n${sentence}`);
});

test('leaves a process alone whose event loop turns from time to time', () => {
  const { signal, status } = run(`
    for (let turn = 0; turn < 20; turn += 1) {
      block(50);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`);
  expect({ signal, status }).toEqual({ signal: null, status: 0 });
});

test('leaves a process alone while it is excused', () => {
  const { signal, status, stdout } = run("print(watchdog.excuse(() => (block(1_000), 'done')));");
  expect({ signal, status, stdout }).toEqual({ signal: null, status: 0, stdout: 'done' });
});

test('does not start in a process that is debugged', () => {
  const { signal, stdout } = run('block(1_000); print(String(watchdog));', ['--inspect=0']);
  expect({ signal, stdout }).toEqual({ signal: null, stdout: 'undefined' });
});

test('does not keep the process alive', () => {
  expect(run('')).toEqual({ signal: null, status: 0, stdout: '' });
});
