import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BuildError } from '../src/errors.ts';
import type { KubeInputs } from '../src/inputs/inputs.ts';
import type { OpenCluster, World } from '../src/io/world.ts';
import { parseDockerConfig, type DockerConfig } from '../src/logins/docker-config.ts';
import { JobLog } from '../src/logs/fence.ts';
import { runBuildStep, runPostStep } from '../src/step.ts';
import type { Cluster } from '../src/ports.ts';
import { PodDouble, succeedAndClose } from './support/attach-server.ts';
import { VirtualClock } from './support/clock.ts';
import { ClusterDouble } from './support/cluster.ts';
import { JobDouble } from '../runner/job-double.ts';
import { recordedPod } from './support/pods.ts';
import { RegistryDouble } from './support/registry.ts';
import { diskWorkspace, Tree } from './support/tree.ts';

const trees: Tree[] = [];
const pods: PodDouble[] = [];

afterEach(async () => {
  for (const tree of trees.splice(0)) tree.remove();
  await Promise.all(pods.splice(0).map(({ server }) => server.stop()));
});

interface Doubles {
  readonly world: World;
  readonly job: JobDouble;
  readonly cluster: ClusterDouble;
  readonly clock: VirtualClock;
  /** What exitOnCrash would call. */
  readonly crash: (failure: BuildError) => Promise<void>;
}

/** A runner with this context, and a cluster that answers so. */
function doubles({
  inputs = {},
  environment = {},
  answers = {},
  dockerfile = 'FROM scratch\n',
  connection = {},
  cancelled = new AbortController().signal,
}: {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly answers?: Partial<Cluster>;
  readonly dockerfile?: string;
  readonly connection?: Partial<OpenCluster['connection']>;
  readonly cancelled?: AbortSignal;
} = {}): Doubles {
  const tree = new Tree({ Dockerfile: dockerfile });
  trees.push(tree);
  const values: Readonly<Record<string, string>> = { kubeconfig: 'auto', context: '.', ...inputs };
  const clock = new VirtualClock();
  const job = new JobDouble();
  const cluster = new ClusterDouble({
    serverMinor: () => Promise.resolve(35),
    can: () => Promise.resolve('yes'),
    ...answers,
  });
  let onCrash: Doubles['crash'] = () => Promise.reject(new Error('no handler is installed'));
  const world: World = {
    environment,
    clock,
    job,
    inputs: {
      read: (name) => values[name] ?? '',
      env: (name) => environment[name],
      readText: () => undefined,
    },
    log: new JobLog(job, () => 'token-of-the-fence'),
    workspace: diskWorkspace(tree.path),
    runCommand: () => Promise.reject(new Error('the test has no programs')),
    readDockerConfigs: () => [],
    openCluster: () => ({
      cluster,
      credentials: () => Promise.resolve([]),
      connection: {
        source: 'the test',
        server: 'https://api.example:6443',
        contextName: 'prod',
        namespace: 'builds',
        unverifiedTls: false,
        lifetimeWarnings: () => [],
        ...connection,
      },
    }),
    openRegistry: () => new RegistryDouble(digest),
    isDebug: environment['RUNNER_DEBUG'] === '1',
    randomBytes: (size) => Buffer.alloc(size),
    cancellation: () => cancelled,
    onCrash: (report) => {
      onCrash = report;
    },
  };
  return { world, job, cluster, clock, crash: (failure) => onCrash(failure) };
}

const digest = `sha256:${'a'.repeat(64)}`;

/** The answers of a cluster in which the build succeeds with this digest. */
async function succeeding(): Promise<PodDouble['answers']> {
  const completed = recordedPod('completed');
  const terminated = completed.status?.containerStatuses?.[0]?.state?.terminated;
  if (terminated === undefined) throw new Error('the recorded pod has not ended');
  terminated.message = `registry.example/app@${digest}\n`;
  const life = await PodDouble.start({
    output: 'layer 1',
    onEndOfStdin: (pod, attached) => {
      succeedAndClose(attached);
      void attached.closed.then(() => {
        pod.become(completed);
      });
    },
  });
  pods.push(life);
  return life.answers;
}

describe('the build step', () => {
  test('masks the passwords of registry-auths before the problems of other inputs', async () => {
    const password = 'pass: word #1';
    const auths = JSON.stringify([{ registry: 'ghcr.io', username: 'me', password }]);
    const { world, job } = doubles({
      inputs: { 'registry-auths': auths, target: password, timeout: password },
    });
    expect(await runBuildStep(world)).toBe(1);
    const basic = Buffer.from(`me:${password}`).toString('base64');
    for (const secret of [password, basic]) {
      const mask = job.lines.indexOf(`::add-mask::${secret.replaceAll('%', '%25')}`);
      expect(mask).toBeGreaterThanOrEqual(0);
      expect(mask).toBeLessThan(job.lines.findIndex((line) => line.startsWith('::error')));
    }
    expect(job.lines.find((line) => !line.startsWith('::add-mask::'))).toMatch(/^::error/);
  });

  test('warns about inputs that have no effect', async () => {
    const { world, job, clock } = doubles({
      inputs: { 'cache-from': 'type=gha' },
      answers: await succeeding(),
    });
    expect(await clock.until(runBuildStep(world))).toBe(0);
    expect(job.lines.join('\n')).toContain(
      "::group::Prepare\n::warning::input 'cache-from' line 1: kaniko has no cache of type",
    );
  });

  test('builds, sets the outputs and ends with 0', async () => {
    const { world, job, cluster, clock } = doubles({
      inputs: { tags: 'registry.example/app:1', push: 'true' },
      environment: { GITHUB_JOB: 'Build it', GITHUB_RUN_ID: '42' },
      answers: await succeeding(),
    });
    expect(await runBuildStep(world)).toBe(0);
    const name = 'kbp-build-it-aaaaaaaaaa';
    expect(cluster.calls).toContain(`create ${name}`);
    const { metadata, ...outputs } = Object.fromEntries(job.outputs);
    expect(outputs).toEqual({
      'pod-name': name,
      namespace: 'builds',
      'exit-code': '0',
      digest,
      image: `registry.example/app:1@${digest}`,
      'image-name': 'registry.example/app',
    });
    expect(Object.keys(JSON.parse(metadata ?? '') as object)).toEqual(
      expect.arrayContaining(['timing.prepare', 'timing.create', 'timing.remove']),
    );
    expect(job.summary).toContain('### kube-build-push: succeeded');
    expect(job.remembered.at(-1)).toEqual([]);
    expect(job.lines.slice(0, 2)).toEqual([
      '::group::Prepare',
      'cluster: the test, context prod, server https://api.example:6443, namespace builds',
    ]);
    expect(job.text).not.toContain('::error');
    expect(job.text).not.toContain('Nothing was pushed');
    expect(clock.sleeping).toBe(0);
  });

  test('logs that an image with a name was not pushed', async () => {
    const { world, job } = doubles({
      inputs: { tags: 'registry.example/app:1' },
      answers: { ...(await succeeding()), podEvents: () => Promise.resolve([]) },
    });
    expect(await runBuildStep(world)).toBe(0);
    expect(job.lines.join('\n')).toContain("Nothing was pushed: the input 'push' is false.");
  });

  test('reports inputs that are wrong, and sets no output', async () => {
    const { world, job, cluster } = doubles({ inputs: { push: 'perhaps' } });
    expect(await runBuildStep(world)).toBe(1);
    expect(job.lines).toEqual([expect.stringMatching(/^::error::input 'push': /)]);
    expect(job.outputs.size).toBe(0);
    expect(job.summary).toBe('');
    expect(cluster.calls).toEqual([]);
  });

  test('points to the line of the Dockerfile, before it asks the cluster', async () => {
    const { world, job, cluster, clock } = doubles({
      dockerfile: 'FROM scratch\nCOPY missing /\n',
    });
    expect(await runBuildStep(world)).toBe(1);
    expect(job.lines.at(-1)).toMatch(/^::error file=Dockerfile,line=2::/);
    expect(cluster.calls).toEqual([]);
    expect(job.summary).toContain('### kube-build-push: failed');
    expect(job.outputs.get('metadata')).toBe('{}');
    expect(clock.sleeping).toBe(0);
  });

  test('reports a failure of the cluster after the group has ended', async () => {
    const { world, job } = doubles({
      answers: {
        serverMinor: () =>
          Promise.reject(new BuildError('cluster', 'cannot be reached.', { hint: 'Look.' })),
      },
    });
    expect(await runBuildStep(world)).toBe(1);
    expect(job.lines.slice(-2)).toEqual(['::endgroup::', '::error::cannot be reached. Look.']);
  });

  test('warns of credentials that expire before the timeout', async () => {
    const { world, job } = doubles({
      inputs: { context: 'missing', timeout: '10m' },
      connection: { lifetimeWarnings: (timeoutMs) => [`expires within ${timeoutMs} ms`] },
    });
    await runBuildStep(world);
    expect(job.lines.join('\n')).toContain('::warning::expires within 600000 ms');
  });

  test('warns if TLS is not verified', async () => {
    const { world, job } = doubles({
      inputs: { context: 'missing' },
      connection: { unverifiedTls: true },
    });
    await runBuildStep(world);
    expect(job.lines.join('\n')).toContain(
      '::warning::TLS verification is disabled (insecure-skip-tls-verify',
    );
  });

  test('ends with the timeout if the preparation does not end', async () => {
    const { world, job, cluster, clock } = doubles({
      inputs: { tags: 'registry.example/app:1', push: 'true', timeout: '10m' },
    });
    const step = runBuildStep({
      ...world,
      readDockerConfigs: () => [parseDockerConfig('{"credsStore": "slow"}', 'config.json')],
      runCommand: async (_command, _args, { signal }) => {
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    const startedAt = clock.now();
    expect(await clock.until(step)).toBe(1);
    expect(clock.now() - startedAt).toBe(600_000);
    expect(job.lines.at(-1)).toContain(
      '::error::the step did not end within its timeout of 600 s; last state: preparing the context, while getting the credentials for "registry.example" from "docker-credential-slow"',
    );
    expect(cluster.calls).toEqual([]);
  });

  const reason = new BuildError('cancelled', 'the job was cancelled (SIGINT)');

  test('a cancellation during the build removes the pod and fails the step', async () => {
    const controller = new AbortController();
    const answers = await succeeding();
    const { world, job, cluster, clock } = doubles({
      environment: { GITHUB_JOB: 'build' },
      cancelled: controller.signal,
      answers: {
        ...answers,
        podEvents: () => Promise.resolve([]),
        createPod: (pod, signal) => {
          controller.abort(reason);
          return answers.createPod(pod, signal);
        },
      },
    });
    expect(await runBuildStep(world)).toBe(1);
    expect(cluster.calls).toContain('delete kbp-build-aaaaaaaaaa 1');
    expect(job.lines.at(-1)).toBe('::error::the job was cancelled (SIGINT)');
    expect(job.summary).toContain('### kube-build-push: cancelled');
    expect(clock.sleeping).toBe(0);
  });

  test('ends with the reason of a cancellation', async () => {
    const { world, job, cluster } = doubles({ cancelled: AbortSignal.abort(reason) });
    expect(await runBuildStep(world)).toBe(1);
    expect(cluster.calls).toEqual([]);
    expect(job.lines.at(-1)).toBe('::error::the job was cancelled (SIGINT)');
    expect(job.summary).toContain('### kube-build-push: cancelled');
  });

  test.each([
    { environment: {}, hasStack: false },
    { environment: { RUNNER_DEBUG: '1' }, hasStack: true },
  ])('logs the stack of a bug with $environment: $hasStack', async ({ environment, hasStack }) => {
    const { world, job, crash } = doubles({
      environment,
      answers: { serverMinor: () => Promise.reject(new TypeError('x is undefined')) },
    });
    expect(await runBuildStep(world)).toBe(1);
    expect(job.lines.includes('caused by TypeError: x is undefined')).toBe(hasStack);
    job.text = '';
    await crash(new BuildError('build', 'the step crashed: boom', { cause: new Error('boom') }));
    expect(job.lines.includes('caused by Error: boom')).toBe(hasStack);
    expect(job.lines.at(-1)).toBe('::error::the step crashed: boom');
  });
});

describe('mode: check', () => {
  const permitted: Partial<Cluster> = {
    userName: () => Promise.resolve('github:acme/app'),
    serverTime: () => Promise.resolve(Date.UTC(2026, 0, 1)),
    dryRunPod: () => Promise.resolve(),
  };
  const never = { name: 'token', expiresAtMs: 'never', isRenewed: false } as const;

  /** The step with these answers, and a token that does not expire. */
  function check({
    readDockerConfigs = () => [],
    ...given
  }: NonNullable<Parameters<typeof doubles>[0]> &
    Partial<Pick<World, 'readDockerConfigs'>>): Doubles & { readonly step: Promise<number> } {
    const inputs = { mode: 'check', tags: 'registry.example/app:1', push: 'true', ...given.inputs };
    const all = doubles({ ...given, inputs, answers: { ...permitted, ...given.answers } });
    const { world } = all;
    const step = runBuildStep({
      ...world,
      readDockerConfigs,
      openCluster: (kube) => ({
        ...world.openCluster(kube),
        credentials: () => Promise.resolve([never]),
      }),
    });
    return { ...all, step };
  }

  test('sends the pod of a build as a dry run, and creates nothing', async () => {
    let sent: unknown;
    const { step, job, cluster, clock } = check({
      environment: { GITHUB_JOB: 'build', GITHUB_RUN_ID: '42' },
      answers: {
        dryRunPod: (pod) => {
          sent = pod;
          return Promise.resolve();
        },
      },
    });
    expect(await step).toBe(0);
    expect(sent).toMatchObject({
      metadata: { name: 'kbp-build-aaaaaaaaaa', namespace: 'builds' },
      spec: { containers: [{ stdinOnce: true }] },
    });
    expect(cluster.calls.filter((call) => /^(create|delete|list|attach)/.test(call))).toEqual([]);
    expect(job.lines.at(-1)).toBe('A build can start.');
    expect(job.lines).toContain(
      'registry of registry.example/app  ok           no credentials found; the tag exists',
    );
    expect(job.summary).toContain('a build can start');
    expect(job.remembered).toEqual([]);
    expect(job.outputs.size).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  test('fails with a Role if a permission is missing', async () => {
    const { step, job } = check({
      inputs: { summary: 'false' },
      answers: { can: ({ verb }) => Promise.resolve(verb === 'delete' ? 'no' : 'yes') },
    });
    expect(await step).toBe(1);
    expect(job.lines).toContain(
      '  - {apiGroups: [""], resources: [pods], verbs: [create, get, delete, watch, list]}',
    );
    expect(job.text).toContain('name: "github:acme/app"');
    expect(job.lines.at(-1)).toBe(
      '::error::a build cannot start: 1 of 19 checks failed: delete pods. required; the user does not have this permission',
    );
    expect(job.summary).toBe('');
  });

  test('checks the cluster although the context is missing', async () => {
    const { step, job } = check({ inputs: { context: 'missing' } });
    expect(await step).toBe(1);
    expect(job.text).toMatch(/^create pods +ok$/m);
    expect(job.text).toMatch(/^pod +ok/m);
    expect(job.text).toMatch(/^build context +failed +.*missing/m);
  });

  const login = parseDockerConfig('{"auths": {"registry.example": {"auth": "dTpw"}}}', 'a.json');

  test('collects the registry credentials although the context is missing', async () => {
    const { step, job } = check({
      inputs: { context: 'missing' },
      readDockerConfigs: () => [login],
    });
    expect(await step).toBe(1);
    expect(job.text).toMatch(/^registry credentials +ok +found for registry\.example$/m);
    expect(job.text).toMatch(/^registry of \S+ +ok +credentials found/m);
  });

  test.each<{ name: string; readDockerConfigs: () => readonly DockerConfig[] }>([
    {
      name: 'a helper that is missing',
      readDockerConfigs: () => [parseDockerConfig('{"credsStore": "missing"}', 'config.json')],
    },
    {
      name: 'a file that cannot be read',
      readDockerConfigs: () => {
        throw new BuildError('input', 'it cannot be read');
      },
    },
  ])('reports $name apart from the context', async ({ readDockerConfigs }) => {
    const { step, job } = check({ readDockerConfigs });
    expect(await step).toBe(1);
    expect(job.text).toMatch(/^build context +ok$/m);
    expect(job.text).toMatch(/^registry credentials +failed /m);
    expect(job.text).toMatch(/^registry of \S+ +not checked +the registry credentials could not/m);
    expect(job.lines.at(-1)).toContain('checks failed: registry credentials.');
  });

  test('ends with the timeout', async () => {
    const { step, job, clock } = check({
      inputs: { timeout: '1m' },
      answers: {
        serverMinor: (signal) =>
          once(signal, 'abort').then(() => {
            throw signal.reason;
          }),
      },
    });
    expect(await clock.until(step)).toBe(1);
    expect(job.lines.at(-1)).toContain(
      'the step did not end within its timeout of 60 s; last state: checking the setup',
    );
  });
});

describe('a pod that the API server refuses', () => {
  const refusal = new BuildError('cluster', 'exceeded quota: small', { code: 403, hint: 'Wait.' });

  test('is followed by the checks of the cluster', async () => {
    const { world, job, cluster, clock } = doubles({
      answers: {
        createPod: () => Promise.reject(refusal),
        userName: () => Promise.resolve('admin'),
        serverTime: () => Promise.resolve(undefined),
      },
    });
    expect(await clock.until(runBuildStep(world))).toBe(1);
    expect(job.text).toMatch(/^user +ok +admin$/m);
    expect(job.text).toMatch(/^What a build needs, .*\n.*\n/m);
    expect(job.text).toMatch(/^build +failed +exceeded quota: small\. Wait\.$/m);
    expect(job.lines.at(-1)).toBe('::error::exceeded quota: small. Wait.');
    expect(cluster.calls).not.toContain('dry run');
  });

  test('is reported although the checks do not end', async () => {
    const { world, job, clock } = doubles({
      answers: {
        createPod: () => Promise.reject(refusal),
        userName: (signal) =>
          once(signal, 'abort').then(() => {
            throw signal.reason;
          }),
        serverTime: () => Promise.resolve(undefined),
      },
    });
    expect(await clock.until(runBuildStep(world))).toBe(1);
    expect(job.lines.at(-1)).toBe('::error::exceeded quota: small. Wait.');
    expect(clock.sleeping).toBe(0);
  });
});

describe('the post step', () => {
  const saved = JSON.stringify([{ namespace: 'builds', name: 'kbp-x' }]);
  const environment = { STATE_pods: saved };

  test('removes the saved pods', async () => {
    const { world, job, cluster } = doubles({
      environment,
      answers: {
        deletePod: () => Promise.resolve(true),
        readPod: () => Promise.resolve(undefined),
      },
    });
    expect(await runPostStep(world)).toBe(0);
    expect(cluster.calls).toEqual(['delete kbp-x 1', 'read kbp-x']);
    expect(job.lines).toEqual(['pod kbp-x is removed']);
  });

  test('removes them if the file of ca-cert has been deleted since', async () => {
    const inputs = { server: 'https://api.example:6443', token: 'abc', 'ca-cert': 'ca.pem' };
    const pem = '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n';
    const build = doubles({ inputs });
    const readText = (path: string): string | undefined => (path === 'ca.pem' ? pem : undefined);
    await runBuildStep({ ...build.world, inputs: { ...build.world.inputs, readText } });
    expect(build.job.rememberedCa).toBe(pem);
    const { world, job } = doubles({
      environment: { ...environment, STATE_ca: build.job.rememberedCa ?? '' },
      inputs,
      answers: { deletePod: () => Promise.resolve(false) },
    });
    const opened: KubeInputs[] = [];
    const openCluster: World['openCluster'] = (kube) => {
      opened.push(kube);
      return world.openCluster(kube);
    };
    expect(await runPostStep({ ...world, openCluster })).toBe(0);
    expect(job.lines).toEqual(['pod kbp-x is removed']);
    expect(opened[0]?.caCertificate).toBe(pem);
  });

  test('warns of each pod if the kubeconfig cannot be used, and fails nothing', async () => {
    const { world, job, cluster } = doubles({ environment, inputs: { kubeconfig: '' } });
    expect(await runPostStep(world)).toBe(0);
    expect(job.lines).toEqual([
      expect.stringMatching(
        /^::warning::pod kbp-x could not be removed \(.*kubeconfig.*\); remove it with: kubectl delete pod kbp-x --namespace builds$/,
      ),
    ]);
    expect(cluster.calls).toEqual([]);
  });
});
