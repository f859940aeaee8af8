import { afterEach, describe, expect, test } from '@jest/globals';
import { BuildError } from '../src/errors.ts';
import type { Inputs } from '../src/inputs/inputs.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { parseDockerConfig, type DockerConfig } from '../src/logins/docker-config.ts';
import { JobLog } from '../src/logs/fence.ts';
import { makePlan, openSource, type BuildPlan, type PlanPorts } from '../src/plan.ts';
import type { RunCommand } from '../src/ports.ts';
import { JobDouble } from '../runner/job-double.ts';
import { diskWorkspace, Tree } from './support/tree.ts';

const trees: Tree[] = [];

afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const auth = btoa('user:password');
const never = new AbortController().signal;

/** A Docker configuration with credentials for these registries. */
function configOf(...hosts: readonly string[]): DockerConfig {
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]));
  return parseDockerConfig(JSON.stringify({ auths }), 'config.json');
}

interface Planning {
  readonly job: JobDouble;
  /** The values of `docker-config` for which a configuration was read. */
  readonly configsRead: (string | undefined)[];
  readonly plan: Promise<BuildPlan>;
}

/** Makes the plan for a context with this Dockerfile. */
function planFor(
  dockerfile: string,
  {
    inputs: given = {},
    config,
    signal = never,
    environment = {},
    runCommand = () => Promise.reject(new Error('the test has no programs')),
  }: {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly config?: DockerConfig;
    readonly signal?: AbortSignal;
    readonly environment?: Readonly<Record<string, string>>;
    readonly runCommand?: RunCommand;
  } = {},
): Planning {
  const tree = new Tree({ Dockerfile: dockerfile, file: 'text' });
  trees.push(tree);
  const job = new JobDouble();
  const configsRead: (string | undefined)[] = [];
  const ports: PlanPorts = {
    workspace: diskWorkspace(tree.path),
    log: new JobLog(job, () => 'token-of-the-fence'),
    runCommand,
    readDockerConfigs: (input) => {
      configsRead.push(input);
      return config === undefined ? [] : [config];
    },
    environment,
  };
  const inputs = inputsOf(given);
  const plan = openSource(inputs, ports, signal).then((source) =>
    makePlan(inputs, source, ports, signal),
  );
  plan.catch(() => undefined);
  return { job, configsRead, plan };
}

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  const values: Readonly<Record<string, string>> = { kubeconfig: 'auto', context: '.', ...given };
  return parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => undefined,
  });
}

const push = { push: 'true', tags: 'registry.example/app:1' };

describe('the plan of a pushing build', () => {
  test('has the source, the registries of the Dockerfile and the credentials for both', async () => {
    const { job, plan } = planFor('FROM base.example/image\n', {
      inputs: push,
      config: configOf('registry.example', 'base.example', 'other.example'),
    });
    const { engine, source, pulls, logins } = await plan;
    expect(engine.name).toBe('kaniko');
    expect(source.dockerfile).toBe('FROM base.example/image\n');
    expect(pulls).toEqual([{ registry: 'base.example', path: 'image', host: 'base.example' }]);
    expect([...logins.byHost.keys()]).toEqual(['base.example', 'registry.example']);
    expect(job.lines).toContain(
      'registry credentials sent with the context: base.example, registry.example (RUN instructions can read them)',
    );
  });

  test('with mode: check, it does not say that credentials are sent', async () => {
    const { job, plan } = planFor('FROM scratch\n', {
      inputs: { ...push, mode: 'check' },
      config: configOf('registry.example'),
    });
    await plan;
    expect(job.lines.filter((line) => line.includes('registry credentials'))).toEqual([
      'registry credentials that a build sends with the context: registry.example (RUN instructions can read them)',
    ]);
  });

  test('masks the credentials before it logs anything about them', async () => {
    const { job, plan } = planFor('FROM scratch\n', {
      inputs: push,
      config: configOf('registry.example'),
    });
    await plan;
    const mask = job.lines.indexOf(`::add-mask::${auth}`);
    const line = job.lines.findIndex((text) => text.startsWith('registry credentials sent'));
    expect(mask).toBeGreaterThanOrEqual(0);
    expect(mask).toBeLessThan(line);
  });

  test.each([
    { name: 'no Docker configuration', config: undefined, given: push, read: [undefined] },
    { name: 'no entry for it', config: configOf('other.example'), given: push, read: [undefined] },
    {
      name: 'a Secret of the cluster in its place',
      config: configOf('registry.example'),
      given: { ...push, 'registry-secret': 'x' },
      read: [],
    },
    {
      name: 'a named Docker configuration without it',
      config: configOf('other.example'),
      given: { ...push, 'docker-config': 'docker' },
      read: ['docker'],
    },
  ])('has no credentials with $name', async ({ config, given, read }) => {
    const { job, configsRead, plan } = planFor('FROM scratch\n', {
      inputs: given,
      ...(config !== undefined && { config }),
    });
    expect((await plan).logins.byHost.size).toBe(0);
    expect(configsRead).toEqual(read);
    expect(job.text).not.toContain('credentials');
  });

  test('takes the credentials of registry-auths before the Docker configuration', async () => {
    const { plan } = planFor('FROM base.example/image\n', {
      inputs: {
        ...push,
        'registry-auths': JSON.stringify([
          { registry: 'registry.example', username: 'me', password: 'given-all' },
          { registry: 'registry.example', username: 'me', password: 'given', scope: 'app@push' },
        ]),
      },
      config: configOf('registry.example', 'base.example'),
    });
    const { logins } = await plan;
    expect(Object.fromEntries(logins.byHost)).toEqual({
      'base.example': { 'base.example': { auth } },
      'registry.example': { 'registry.example': { auth: btoa('me:given') } },
    });
  });

  test('sends the credentials of registry-auths without a Docker configuration', async () => {
    const auths = [{ registry: 'registry.example', username: 'me', password: 'given' }];
    const { plan } = planFor('FROM scratch\n', {
      inputs: { ...push, 'docker-config': 'none', 'registry-auths': JSON.stringify(auths) },
    });
    expect([...(await plan).logins.byHost.keys()]).toEqual(['registry.example']);
  });

  test('warns of credentials to pull with that cannot be used', async () => {
    const config = parseDockerConfig('{"auths": {"base.example": {"auth": "x"}}}', 'config.json');
    const { job, plan } = planFor('FROM base.example/image\n', { inputs: push, config });
    await plan;
    expect(job.text).toContain('::warning::invalid credentials for "base.example"');
  });
});

test('an engine without an image layout gets neither credentials nor a check', async () => {
  const { configsRead, plan } = planFor('FORM scratch\n', {
    inputs: { engine: 'custom', 'builder-image': 'busybox', 'builder-command': 'cat' },
    config: configOf('registry.example'),
  });
  expect(await plan).toMatchObject({ engine: { name: 'custom' }, pulls: [] });
  expect((await plan).logins.byHost.size).toBe(0);
  expect(configsRead).toEqual([]);
});

describe('the Dockerfile', () => {
  const wrong = 'FROM scratch\nCOPY missing /\n';

  test('is checked before credentials are read', async () => {
    const { configsRead, plan } = planFor(wrong, { inputs: push });
    await expect(plan).rejects.toMatchObject({ kind: 'context', line: 2 });
    expect(configsRead).toEqual([]);
  });

  test('is not checked with check-dockerfile: false', async () => {
    const { plan } = planFor(wrong, { inputs: { 'check-dockerfile': 'false' } });
    expect(await plan).toMatchObject({ source: { dockerfile: wrong } });
  });

  test('has its warnings on their lines', async () => {
    const { job, plan } = planFor('FROM scratch\nRUN cat <<EOF\ntrue\nEOF\n', {
      inputs: { 'builder-image': 'gcr.io/kaniko-project/executor:v1.24.0' },
    });
    await plan;
    expect(job.text).toMatch(/^::warning file=Dockerfile,line=2::/m);
  });

  test('has a note in the log if another frontend reads it', async () => {
    const { job, plan } = planFor(`# syntax=registry.example/frontend:1\n${wrong}`);
    await plan;
    expect(job.text).toContain(
      'the Dockerfile is not checked: the frontend "registry.example/frontend:1" is not docker/dockerfile',
    );
  });
});

describe('the labels of the inputs', () => {
  const dockerfile = 'FROM scratch\nLABEL a=1 b=2\nUSER c\n';

  test('replace those of the Dockerfile that is sent', async () => {
    const { job, plan } = planFor(dockerfile, { inputs: { labels: 'a=3' } });
    const { edits, source } = await plan;
    expect(edits).toEqual([{ first: 2, last: 2, text: 'LABEL b=2' }]);
    expect(source.dockerfile).toBe(dockerfile);
    expect(job.lines).toContain("labels of the Dockerfile that 'labels' replaces: a");
  });

  test('change nothing if the Dockerfile does not have them', async () => {
    const { job, plan } = planFor(dockerfile, { inputs: { labels: 'c=3' } });
    expect((await plan).edits).toEqual([]);
    expect(job.text).not.toContain('replace');
  });

  test('can be replaced by a LABEL with variables, which is a warning', async () => {
    const { job, plan } = planFor('FROM scratch\nLABEL $A=1\n', { inputs: { labels: 'a=3' } });
    await plan;
    expect(job.text).toMatch(
      /^::warning file=Dockerfile,line=2::LABEL at line 2 of the Dockerfile can replace a label of 'labels'/m,
    );
  });
});

describe('a stage that the target does not need', () => {
  test('is emptied, with its labels', async () => {
    const { plan } = planFor('FROM a AS b\nLABEL c=1\nFROM d\nLABEL c=1\n', {
      inputs: { labels: 'c=2' },
    });
    expect(await plan).toMatchObject({
      skipsStages: true,
      edits: [
        { first: 1, last: 2, text: 'FROM scratch AS b' },
        { first: 4, last: undefined, text: '' },
      ],
    });
  });

  test('needs no credentials, and nor does one after the target', async () => {
    const text =
      'ARG B=b\nFROM unused.example/a AS c\nFROM base.example/a AS b\nFROM ${B} AS d\nFROM later.example/a\n';
    const { plan } = planFor(text, {
      inputs: { target: 'd' },
      config: configOf('unused.example', 'base.example', 'later.example'),
    });
    const { logins, pulls } = await plan;
    expect([...logins.byHost.keys()]).toEqual(['base.example']);
    expect(pulls.map(({ host }) => host)).toEqual(['base.example']);
  });
});

describe('the build arguments of Docker', () => {
  const proxied = (proxies: unknown): DockerConfig =>
    parseDockerConfig(JSON.stringify({ proxies: { default: proxies } }), 'config.json');

  test('follow those of the inputs, which take precedence', async () => {
    const { plan } = planFor('FROM scratch\n', {
      inputs: {
        'build-args': 'TARGETOS=mine\nno_proxy=a\nSOURCE_DATE_EPOCH=7',
        platforms: 'amd64',
      },
      config: proxied({ noProxy: 'b' }),
      environment: { SOURCE_DATE_EPOCH: '8' },
    });
    const { buildArgs } = (await plan).inputs.image;
    expect(buildArgs.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'TARGETOS=mine',
      'no_proxy=a',
      'SOURCE_DATE_EPOCH=7',
      'NO_PROXY=b',
      'TARGETPLATFORM=linux/amd64',
      'TARGETARCH=amd64',
      'TARGETVARIANT=',
      'BUILDPLATFORM=linux/amd64',
      'BUILDOS=linux',
      'BUILDARCH=amd64',
      'BUILDVARIANT=',
    ]);
  });

  test('have SOURCE_DATE_EPOCH of the environment', async () => {
    const { plan } = planFor('FROM scratch\n', { environment: { SOURCE_DATE_EPOCH: '8' } });
    expect((await plan).inputs.image.buildArgs).toEqual([{ key: 'SOURCE_DATE_EPOCH', value: '8' }]);
  });

  test('do not have the credentials of a proxy, which are masked', async () => {
    const { job, plan } = planFor('FROM scratch\n', {
      config: proxied({ httpProxy: 'http://user:hunter2-secret@proxy:1' }),
    });
    expect((await plan).inputs.image.buildArgs).toEqual([]);
    const named = job.lines.filter((line) => line.includes('hunter2'));
    expect(named).toContain('::add-mask::hunter2-secret');
    expect(named.filter((line) => !line.startsWith('::add-mask::'))).toEqual([]);
    expect(job.text).toContain('::warning::httpProxy of the Docker configuration "config.json"');
  });
});

test('the log has the description of the source first', async () => {
  const { job, plan } = planFor('FROM scratch\n');
  await plan;
  expect(job.lines[0]).toMatch(/^stdin: directory "\."/);
});

test('a wrong SOURCE_DATE_EPOCH is an error', async () => {
  const { plan } = planFor('FROM scratch\n', { environment: { SOURCE_DATE_EPOCH: 'yesterday' } });
  await expect(plan).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringContaining('SOURCE_DATE_EPOCH') as unknown,
  });
});

const reason = new BuildError('timeout', 'the step did not end within its timeout');

test('an aborted signal ends a credential helper, with its reason', async () => {
  const controller = new AbortController();
  const { plan } = planFor('FROM scratch\n', {
    inputs: push,
    config: parseDockerConfig('{"credsStore": "slow"}', 'config.json'),
    signal: controller.signal,
    runCommand: (_command, _args, { signal }) => {
      controller.abort(reason);
      return Promise.reject(signal.reason as Error);
    },
  });
  await expect(plan).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining(`${reason.message}, while getting the credentials`) as unknown,
    cause: reason,
  });
});

test('an aborted signal ends the reading of the source, with its reason', async () => {
  const { job, plan } = planFor('FROM scratch\n', { signal: AbortSignal.abort(reason) });
  await expect(plan).rejects.toBe(reason);
  expect(job.text).toBe('');
});

describe('a target that is the number of a stage', () => {
  const stages = 'FROM scratch AS Base\nFROM scratch\nFROM base AS base\nFROM base\n';
  const planOf = async (target: string): Promise<BuildPlan> =>
    planFor(stages, { inputs: { target } }).plan;

  test.each([
    { target: '0', sent: 'base' },
    { target: 'BASE', sent: 'BASE' },
    { target: '3', sent: undefined },
  ])('$target is $sent for kaniko', async ({ target, sent }) => {
    expect((await planOf(target)).inputs.image.target).toBe(sent);
  });

  test.each([
    { target: '1', reason: 'stage 1 (line 2 of the Dockerfile) has none' },
    { target: '2', reason: 'stage 2 (line 3 of the Dockerfile) has that of an earlier stage' },
  ])('$target is refused', async ({ target, reason }) => {
    await expect(planOf(target)).rejects.toMatchObject({
      kind: 'input',
      message: `input 'target': kaniko selects a stage by its name, and ${reason}`,
      hint: 'Name the stage, as in FROM IMAGE AS NAME, and set this input to the name.',
    });
  });

  test('one that does not exist is reported as before', async () => {
    await expect(planOf('4')).rejects.toMatchObject({
      kind: 'context',
      message: expect.stringContaining('target stage "4" could not be found'),
    });
  });
});
