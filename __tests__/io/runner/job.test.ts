import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'job-'));
  for (const name of ['output', 'state', 'summary']) writeFileSync(join(directory, name), '');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Ended {
  readonly stdout: string;
  readonly file: (name: string) => string;
}

/** Runs these statements in a process as the runner would start it. */
function run(statements: string, environment: NodeJS.ProcessEnv = {}): Ended {
  const module = new URL('../../../src/io/runner/job.ts', import.meta.url).href;
  const program = `import { runnerJob } from ${JSON.stringify(module)};\n${statements}`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    {
      encoding: 'utf8',
      env: {
        GITHUB_OUTPUT: join(directory, 'output'),
        GITHUB_STATE: join(directory, 'state'),
        GITHUB_STEP_SUMMARY: join(directory, 'summary'),
        ...environment,
      },
    },
  );
  if (status !== 0) throw new Error(stderr);
  return { stdout, file: (name) => readFileSync(join(directory, name), 'utf8') };
}

test('speaks to the runner by its files and by stdout', () => {
  const { stdout, file } = run(`
    runnerJob.remember([{ namespace: 'builds', name: 'kbp-x' }]);
    runnerJob.setOutput('digest', 'sha256:1\\nx=y');
    await runnerJob.write('text\\n');
    await runnerJob.write(Buffer.from([0xff, 0x0a]).toString('latin1'));
    await runnerJob.writeSummary('# Title');
    await runnerJob.writeSummary('more');
  `);
  expect(stdout).toBe('text\nÿ\n');
  expect(valuesOf(file('output'))).toEqual([['digest', 'sha256:1\nx=y']]);
  expect(valuesOf(file('state'))).toEqual([['pods', '[{"namespace":"builds","name":"kbp-x"}]']]);
  expect(file('summary')).toBe('# Title\nmore\n');
});

test.each([
  { name: 'a certificate', length: 65_536, saved: [['ca', 'x'.repeat(65_536)]] },
  { name: 'no text that an environment variable could not have', length: 65_537, saved: [] },
])('saves $name for the post step', ({ length, saved }) => {
  const { file } = run(`runnerJob.rememberCa('x'.repeat(${length}));`);
  expect(valuesOf(file('state'))).toEqual(saved);
});

test('a runner without a summary file gets none', () => {
  const { stdout } = run(`await runnerJob.writeSummary('# Title');`, { GITHUB_STEP_SUMMARY: '' });
  expect(stdout).toBe('');
});

test.each([
  { name: 'a directory', file: '/', why: "EISDIR: illegal operation on a directory, open '/'" },
  { name: 'a missing file', file: '/missing', why: 'Missing file at path: /missing' },
  { name: 'no file', file: '', why: 'GITHUB_OUTPUT is not set' },
])('an output that cannot be written ($name) is a failure', ({ file, why }) => {
  const { stdout } = run(
    `try {
      runnerJob.setOutput('digest', 'x');
    } catch (error) {
      await runnerJob.write([error.message, error.hint].join('. '));
    }`,
    { GITHUB_OUTPUT: file },
  );
  expect(stdout).toBe(
    `writing the output 'digest' failed: ${why}. Check that the runner can write to the file in $GITHUB_OUTPUT.`,
  );
});

test('names of pods that cannot be saved are a failure', () => {
  const { stdout } = run(
    `try {
      runnerJob.remember([]);
    } catch (error) {
      await runnerJob.write(error.message);
    }`,
    { GITHUB_STATE: '/missing' },
  );
  expect(stdout).toBe('saving the state for the post step failed: Missing file at path: /missing');
});

/** Names and values of a runner file: `name<<delimiter`, the value, the delimiter. */
function valuesOf(text: string): string[][] {
  return [...text.matchAll(/^(.+)<<(.+)\n([^]*?)\n\2\n/gm)].map(([, name = '', , value = '']) => [
    name,
    value,
  ]);
}
