// Many builds at once: each has its own result and output, and sends no more requests to the API server than a single build.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { Random } from '../support/random.ts';
import { AuditLog, type AuditedRequest } from './audit.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  runBuild,
  script,
  withFiles,
  type BuildRun,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject } from './kubectl.ts';
import { until } from './poll.ts';
import { readManifest } from './registry.ts';

const scripts = 26;
const images = 4;
/** Builds of the second case that run to their end, and that are interrupted. */
const calm = 22;
const interrupted = 8;
const goneMs = 30_000;
/** Limit for one build. Requests for logs are not counted: every interruption causes one. */
const requestsPerBuild = 15;

interface Place {
  readonly kubeconfig: string;
  readonly namespace: string;
}

async function runScript(index: number, place: Place, runId: string): Promise<void> {
  const exitCode = index % 5 === 4 ? 10 + index : 0;
  const text = `tar -xzOf - ./name.txt; for i in 1 2 3; do echo ${index} line $i; sleep 1; done; exit ${exitCode}`;
  const result = await withFiles({ 'name.txt': `I am ${index}\n` }, (directory) =>
    run(script(text, { context: '.' }), { directory, place, runId }),
  );
  if (exitCode === 0) assertGreen(result);
  else assertRed(result, new RegExp(`^the builder ended with exit code ${exitCode}\\. `));
  assert.equal(result.outputs['exit-code'], String(exitCode));
  assert.deepEqual(
    splitLog(result.log).mirrored,
    [`I am ${index}`, ...[1, 2, 3].map((line) => `${index} line ${line}`)],
    visibleLog(result.log),
  );
}

async function buildImage(index: number, place: Place, runId: string): Promise<void> {
  const repository = `${account.namespace}/crowd-${index}`;
  const files = {
    Dockerfile: `FROM ${cluster.baseImage}\nCOPY name.txt /name.txt\nRUN grep ${index} /name.txt\n`,
    'name.txt': `${index}\n`,
  };
  const inputs = kaniko({
    context: '.',
    tags: `${cluster.registry}/${repository}:1`,
    push: 'true',
  });
  const result = await withFiles(files, (directory) => run(inputs, { directory, place, runId }));
  assertGreen(result);
  const manifest = await readManifest({ host: cluster.registry }, repository, '1');
  assert.equal(result.outputs['digest'], manifest?.digest);
}

/** Lines of the job log of a script, in their order: moments in which a build is interrupted. */
const moments = [
  /^::group::Prepare$/m,
  /^::group::Start pod /m,
  /^running on node /m,
  /^context complete: /m,
  /^\d+ line 1$/m,
  /^\d+ line 3$/m,
];

/** A script whose step gets SIGINT when its log shows the moment. */
async function interruptScript(index: number, moment: RegExp, place: Place, runId: string) {
  const text = `cat >/dev/null; for i in 1 2 3; do echo ${index} line $i; sleep 1; done`;
  let log = '';
  let child: ChildProcess | undefined;
  let isInterrupted = false;
  const result = await withFiles({ 'name.txt': `${index}\n` }, (directory) =>
    run(script(text, { context: '.' }), {
      directory,
      place,
      runId,
      onMain: (started) => (child = started),
      onLog: (piece) => {
        log += piece;
        if (isInterrupted || !moment.test(log)) return;
        isInterrupted = true;
        child?.kill('SIGINT');
      },
    }),
  );
  assert.ok(isInterrupted, visibleLog(result.log));
  assertRed(result, /the job was cancelled \(SIGINT\)/);
}

interface CrowdRun extends Pick<BuildRun, 'onMain' | 'onLog'> {
  readonly directory: string;
  readonly place: Place;
  readonly runId: string;
}

function run(
  inputs: Readonly<Record<string, string>>,
  { place, runId, ...rest }: CrowdRun,
): Promise<ActionResult> {
  return runBuild(
    { ...inputs, kubeconfig: place.kubeconfig },
    { ...rest, env: { GITHUB_RUN_ID: runId }, keepsPod: true },
  );
}

async function untilNoPodIsLeft({ namespace }: Place, runId: string): Promise<void> {
  await until('no pod is left', goneMs, async () => {
    const selector = ['--selector', `kube-build-push/run-id=${runId}`];
    const pods = await getObject<{ items: V1Pod[] }>([
      'pods',
      '--namespace',
      namespace,
      ...selector,
    ]);
    return (pods?.items ?? []).length === 0 ? true : undefined;
  });
}

/** Checks the number of requests of all builds and for each pod, without those for logs. */
function checkRequests(requests: readonly AuditedRequest[]): void {
  const counted = requests.filter(({ what }) => what !== 'pods/log');
  const ofPods = Map.groupBy(
    counted.filter(({ name }) => name !== undefined),
    ({ name }) => name,
  );
  const unnamed = counted.filter(({ name }) => name === undefined).length;
  const count = scripts + images;
  const most = Math.max(...[...ofPods.values()].map((one) => one.length));
  const each = counted.length / count;
  console.log(
    `requests of a build: ${each.toFixed(1)}, of which ${(unnamed / count).toFixed(1)} before the pod exists; most for one pod ${most}; log requests ${((requests.length - counted.length) / count).toFixed(1)}`,
  );
  assert.equal(ofPods.size, count);
  assert.ok(most + unnamed / count <= requestsPerBuild, `${most} requests for one pod`);
}

suite('many builds at once', () => {
  testCase(
    `${scripts} scripts and ${images} images: each has its own result and output, and sends few requests`,
    async () => {
      const { audited } = cluster;
      const place =
        audited === undefined
          ? account
          : { ...audited, kubeconfig: readFileSync(audited.kubeconfig, 'utf8') };
      const requests = audited === undefined ? undefined : new AuditLog(audited.log);
      const runId = String(randomInt(2 ** 40));
      const startedAtMs = performance.now();
      await Promise.all([
        ...Array.from({ length: scripts }, (_, index) => runScript(index, place, runId)),
        ...Array.from({ length: images }, (_, index) => buildImage(index, place, runId)),
      ]);
      console.log(`all ended after ${Math.round((performance.now() - startedAtMs) / 1_000)} s`);
      await untilNoPodIsLeft(place, runId);
      if (requests !== undefined) checkRequests(requests.requests());
    },
  );

  testCase(
    `${calm} builds while ${interrupted} others are interrupted at random: right verdicts, and no pod is left`,
    async () => {
      const seed = randomInt(2 ** 32);
      const random = new Random(seed);
      const runId = String(randomInt(2 ** 40));
      console.log(`seed ${seed}`);
      const ends = await Promise.allSettled([
        ...Array.from({ length: calm - images }, (_, index) => runScript(index, account, runId)),
        ...Array.from({ length: images }, (_, index) => buildImage(index, account, runId)),
        ...Array.from({ length: interrupted }, (_, index) =>
          interruptScript(100 + index, random.pick(moments), account, runId),
        ),
      ]);
      await untilNoPodIsLeft(account, runId);
      assert.deepEqual(
        ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : [])),
        [],
      );
    },
  );
});
