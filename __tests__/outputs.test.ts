import { describe, expect, test } from '@jest/globals';
import { BuildError, toBuildError } from '../src/errors.ts';
import type { Inputs } from '../src/inputs/inputs.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { JobLog } from '../src/logs/fence.ts';
import { publish, reportFailure } from '../src/outputs.ts';
import { emptyReport, type RunReport } from '../src/result/report.ts';
import { JobDouble } from '../runner/job-double.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  const values: Readonly<Record<string, string>> = {
    kubeconfig: 'auto',
    tags: 'localhost:5000/app:1\nregistry.example/app:2',
    push: 'true',
    ...given,
  };
  return parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => undefined,
  });
}

const digest = `sha256:${'a'.repeat(64)}`;
const failure = new BuildError('build', 'the builder ended with exit code 7');
const pod = { namespace: 'builds', name: 'kbp-x' };

/** Publishes to a job. @returns the failure of the step, and the job. */
async function publishTo(
  job: JobDouble,
  report: Partial<RunReport>,
  {
    failed,
    inputs = {},
    secret,
  }: {
    readonly failed?: BuildError;
    readonly inputs?: Readonly<Record<string, string>>;
    readonly secret?: string;
  } = {},
): Promise<BuildError | undefined> {
  const log = new JobLog(job, () => 'token-of-the-fence');
  if (secret !== undefined) await log.mask(secret);
  return publish(inputsOf(inputs), { ...emptyReport, ...report }, failed, { job, log });
}

describe('the outputs', () => {
  test('of a pushed image', async () => {
    const job = new JobDouble();
    expect(await publishTo(job, { image: { digest }, exitCode: 0, pod })).toBeUndefined();
    const { metadata, ...others } = Object.fromEntries(job.outputs);
    expect(others).toEqual({
      'exit-code': '0',
      digest,
      image: `localhost:5000/app:1@${digest}`,
      'image-name': 'localhost:5000/app',
    });
    expect(JSON.parse(metadata ?? '')).toMatchObject({
      'containerimage.digest': digest,
      'kubernetes.pod': 'kbp-x',
    });
  });

  test('of a failed build are its exit code and the metadata', async () => {
    const job = new JobDouble();
    expect(await publishTo(job, { exitCode: 7 }, { failed: failure })).toBe(failure);
    expect([...job.outputs.keys()]).toEqual(['exit-code', 'metadata']);
  });

  test('of a step that failed before the build are the metadata', async () => {
    const job = new JobDouble();
    await publishTo(job, {}, { failed: failure });
    expect([...job.outputs]).toEqual([['metadata', '{}']]);
  });
});

class FullDisk extends JobDouble {
  override setOutput(): void {
    throw new Error('no space left on device');
  }
}

describe('outputs that cannot be written', () => {
  test('fail a step that succeeded', async () => {
    const job = new FullDisk();
    expect(await publishTo(job, { image: { digest } })).toMatchObject({
      message: 'writing the outputs failed: no space left on device',
    });
    expect(job.text).toBe('');
    expect(job.summary).toContain('### kube-build-push: failed');
  });

  test('are a warning if the build failed, which stays the failure of the step', async () => {
    const job = new FullDisk();
    expect(await publishTo(job, {}, { failed: failure })).toBe(failure);
    expect(job.text).toBe('::warning::writing the outputs failed: no space left on device\n');
    expect(job.summary).toContain('exit code 7');
  });
});

describe('the job summary', () => {
  test('is not written with summary: false', async () => {
    const job = new JobDouble();
    await publishTo(job, {}, { inputs: { summary: 'false' } });
    expect(job.summary).toBe('');
  });

  test('has no masked secret', async () => {
    const job = new JobDouble();
    await publishTo(
      job,
      { tail: ['the token is hunter2'] },
      { failed: failure, secret: 'hunter2' },
    );
    expect(job.summary).toContain('the token is ');
    expect(job.summary).not.toContain('hunter2');
  });

  test('that cannot be written is a warning, and fails nothing', async () => {
    class NoSummary extends JobDouble {
      override writeSummary(): Promise<void> {
        return Promise.reject(new Error('disk quota exceeded'));
      }
    }
    const job = new NoSummary();
    expect(await publishTo(job, { image: { digest } })).toBeUndefined();
    expect(job.text).toBe('::warning::the job summary could not be written: disk quota exceeded\n');
  });
});

/** The lines of the job log about a failure. */
async function reported(
  error: BuildError,
  { isDebug = false, dockerfile = 'Dockerfile', secret = '' } = {},
): Promise<readonly string[]> {
  const job = new JobDouble();
  const log = new JobLog(job, () => 'token-of-the-fence');
  await log.mask(secret);
  job.text = '';
  await reportFailure(error, { log, isDebug, dockerfile });
  return job.lines;
}

describe('a failure', () => {
  test.each([
    {
      name: 'without a hint',
      error: new BuildError('build', 'it failed.'),
      line: '::error::it failed.',
    },
    {
      name: 'with a hint, after one period',
      error: new BuildError('build', 'it failed. ', { hint: 'Retry.' }),
      line: '::error::it failed. Retry.',
    },
    {
      name: 'with a line of the Dockerfile',
      error: new BuildError('build', 'it failed', { line: 3 }),
      line: '::error file=Dockerfile,line=3::it failed',
    },
  ])('$name is one annotation', async ({ error, line }) => {
    expect(await reported(error)).toEqual([line]);
    expect(await reported(error, { isDebug: true })).toEqual([line]);
  });

  const bug = toBuildError(
    new TypeError('x is undefined', { cause: new Error('the token is hunter2\u001b[1m') }),
    'the build',
  );

  test('that is a bug has its stacks with debug logging', async () => {
    const lines = await reported(bug, { isDebug: true });
    expect(lines.filter((line) => !/^ {4}at /.test(line))).toEqual([
      'BuildError: the build failed: x is undefined: the token is hunter2\uFFFD[1m',
      'caused by TypeError: x is undefined',
      'caused by Error: the token is hunter2\uFFFD[1m',
      '::error::the build failed: x is undefined: the token is hunter2\uFFFD[1m. Please report this with the job log.',
    ]);
    expect(lines.filter((line) => line.includes('outputs.test.ts')).length).toBeGreaterThan(1);
  });

  test('that is a bug has no stack without it', async () => {
    expect(await reported(bug)).toEqual([expect.stringMatching(/^::error::/)]);
  });

  test('has no masked secret in its stacks', async () => {
    const stacks = (await reported(bug, { isDebug: true, secret: 'hunter2' })).slice(0, -1);
    expect(stacks.join('\n')).toContain('the token is ***');
    expect(stacks.join('\n')).not.toContain('hunter2');
  });
});
