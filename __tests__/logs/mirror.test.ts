import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { JobDouble } from '../../runner/job-double.ts';
import { BuildError } from '../../src/errors.ts';
import { JobLog } from '../../src/logs/fence.ts';
import { mirrorOutput, settleOutput, type MirrorOptions } from '../../src/logs/mirror.ts';
import type { OpenLog } from '../../src/logs/reader.ts';
import { Tail } from '../../src/logs/tail.ts';
import { PodFollower } from '../../src/pod/follow.ts';
import type { PodState } from '../../src/pod/state/state.ts';
import { VirtualClock } from '../support/clock.ts';
import { overPod, recordedPod } from '../support/pods.ts';
import { Source } from '../support/source.ts';

const stamp = '2026-01-01T00:00:00Z';

interface Mirror {
  readonly clock: VirtualClock;
  readonly job: JobDouble;
  readonly tail: Tail;
  /** A text for each write to the job log. */
  readonly writes: readonly string[];
  readonly output: Promise<boolean>;
  /** Ends the container. */
  readonly end: () => void;
}

/** Mirrors this log of a running container. */
function mirror(open: OpenLog, options: Pick<MirrorOptions, 'scan' | 'filter'> = {}): Mirror {
  const { signal } = new AbortController();
  const clock = new VirtualClock();
  const writes: string[] = [];
  class RecordedJob extends JobDouble {
    override write(text: string | Buffer): Promise<void> {
      writes.push(text.toString());
      return super.write(text);
    }
  }
  const job = new RecordedJob();
  const log = new JobLog(job, () => 'token-of-the-fence');
  const tail = new Tail();
  const states = new Source<V1Pod | undefined>();
  states.push(recordedPod('running'));
  const follower = new PodFollower(states, 'builder', clock, signal);
  const output = mirrorOutput({ open, follower, tail, clock, log, ...options }, signal);
  const end = (): void => {
    states.push(overPod(recordedPod('exit-7')));
  };
  return { clock, job, tail, writes, output, end };
}

test('a message of the kubelet is printed outside of the fence and is not part of the tail', async () => {
  const { clock, job, tail, output, end } = mirror(async function* () {
    yield await Promise.resolve(
      Buffer.from(`${stamp} one\n${stamp} ::two\nunable to retrieve container logs`),
    );
  });
  end();
  await clock.until(output);
  expect(tail.lines()).toEqual(['one', '::two']);
  expect(job.lines.slice(-5)).toEqual([
    '::stop-commands::token-of-the-fence',
    'one',
    '::two',
    '::token-of-the-fence::',
    'message from the kubelet in the container log: unable to retrieve container logs',
  ]);
});

test('all of the output is scanned and in the tail, and the filter decides what is printed', async () => {
  const scanned: string[] = [];
  const { clock, job, tail, output, end } = mirror(
    async function* () {
      yield await Promise.resolve(Buffer.from(`${stamp} one\n${stamp} two`));
    },
    {
      scan: (bytes) => scanned.push(bytes.toString()),
      filter: {
        push: (bytes) => Buffer.from(bytes.toString().replaceAll('o', '0')),
        end: () => Buffer.from('!'),
      },
    },
  );
  end();
  expect(await clock.until(output)).toBe(true);
  expect(scanned.join('')).toBe('one\ntwo');
  expect(tail.lines()).toEqual(['one', 'two']);
  expect(job.lines.slice(-2)).toEqual(['0ne', 'tw0!']);
});

test('output with a gap is not whole', async () => {
  let requests = 0;
  const { clock, job, output, end } = mirror(async function* () {
    requests++;
    if (requests > 1) return;
    yield await Promise.resolve(Buffer.from(`${stamp} one\n`));
  });
  end();
  expect(await clock.until(output)).toBe(false);
  expect(job.text).toContain("some of the builder's output is probably missing");
});

test('the lines of one chunk are printed in one write', async () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `line ${String(index)}`);
  const { clock, writes, output, end } = mirror(async function* ({ sinceTime }) {
    if (sinceTime !== undefined) return;
    yield await Promise.resolve(Buffer.from(lines.map((line) => `${stamp} ${line}\n`).join('')));
  });
  end();
  await clock.until(output);
  expect(writes).toContain(`${lines.join('\n')}\n`);
});

test('silence of the builder is reported, but not after its end', async () => {
  const { clock, job, output, end } = mirror(async function* () {
    yield await Promise.resolve(Buffer.of());
  });
  await clock.advance(6 * 60_000);
  end();
  await clock.until(output);
  expect(job.lines).toEqual(['the builder has printed nothing for 5 min']);
  expect(clock.sleeping).toBe(0);
});

const ended: PodState = { kind: 'ended', exitCode: 0, reason: 'Completed', message: '', node: '' };
const lost: PodState = { kind: 'lost', reason: 'Evicted', message: '' };

test.each([
  { name: 'of a lost pod is not reported', state: lost, expected: '' },
  {
    name: 'of an ended container is reported',
    state: ended,
    expected: "::warning::the end of the builder's output is missing: forbidden\n",
  },
])('missing output $name', async ({ state, expected }) => {
  const job = new JobDouble();
  const log = new JobLog(job, () => 'token-of-the-fence');
  const output = Promise.reject(new BuildError('cluster', 'forbidden'));
  expect(await settleOutput(output, state, log, new AbortController().signal)).toBe(false);
  expect(job.text).toBe(expected);
});
