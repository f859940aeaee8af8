import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** Runs these statements with the handler installed, which prints to stdout. */
function crash(
  statements: string,
  exitCode = 1,
): { readonly stdout: string; readonly status: number | null } {
  const module = new URL('../../../src/io/runner/crash.ts', import.meta.url).href;
  const program = `import { exitOnCrash } from ${JSON.stringify(module)};
    exitOnCrash(({ message, hint }) =>
      new Promise((resolve) => process.stdout.write(message + '. ' + hint, resolve)), ${exitCode});
    ${statements}`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  return { stdout, status };
}

test.each([
  {
    name: 'an uncaught exception',
    statements: `setImmediate(() => { throw new Error('boom'); });`,
  },
  {
    name: 'an unhandled rejection',
    statements: `void Promise.reject(new Error('boom'));`,
  },
])('$name is one line and exit code 1', ({ statements }) => {
  expect(crash(`${statements} setInterval(() => undefined, 1_000);`)).toEqual({
    stdout: 'the step crashed: boom. Please report this with the job log.',
    status: 1,
  });
});

test('a line that cannot be printed still is exit code 1', () => {
  const { status } = crash(`
    process.stdout.write = () => { throw new Error('closed'); };
    setImmediate(() => { throw new Error('boom'); });
    setInterval(() => undefined, 1_000);
  `);
  expect(status).toBe(1);
});

test('a crash of the post step has exit code 0', () => {
  const { stdout, status } = crash("setImmediate(() => { throw new Error('boom'); });", 0);
  expect(stdout).toContain('the step crashed: boom');
  expect(status).toBe(0);
});

test('a step that ends well prints nothing', () => {
  expect(crash('process.exitCode = 0;')).toEqual({ stdout: '', status: 0 });
});
