// The secrets of a workflow are in none of the places that a build writes to. A text that is not secret is planted next to them
// in each place, so that a search that finds nothing anywhere fails, too.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { visibleLog } from '../runner/job-log.ts';
import { AuditLog } from './audit.ts';
import { assertGreen, cluster, kaniko, runBuild, withFiles, type Inputs } from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { readConfig, readLayers, readManifest } from './registry.ts';
import { ca, credentials, host, missing, password, user } from './tls-push.ts';

const { audited } = cluster;
const tag = `planted${randomBytes(4).toString('hex')}`;
/** Credentials of a registry that the build does not use. It has the characters that base64, URLs and JSON change. */
const unused = `p&ss "w\\ö/+=${randomBytes(6).toString('hex')}`;

/** Texts by place. */
type Places = Readonly<Record<string, string>>;

/** The parts of the base64 of any text that contains the value, wherever the value begins. */
function base64Parts(value: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const whole = bytes.subarray(offset === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
    return whole.toString('base64');
  });
}

/** In JSON, as Go writes it. */
function goJson(value: string): string {
  const escape = (character: string): string =>
    `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return JSON.stringify(value).slice(1, -1).replace(/[<>&]/g, escape);
}

function formsOf(value: string): readonly string[] {
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    goJson(value),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    ...base64Parts(value),
  ];
  return [...new Set(forms)].filter((text) => text.length >= 8);
}

function secretsOf(kubeconfig: string): readonly string[] {
  const { users } = load(kubeconfig) as {
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  return [...users.map((each) => each.user.token), password, unused].flatMap(formsOf);
}

/** Collects the arguments of every process of the machine until it is stopped. */
function watchArguments(): { stop(): string } {
  const found = new Set<string>();
  const look = (): void => {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        found.add(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch {
        // The process has ended.
      }
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return [...found].join('\n');
    },
  };
}

/** The content of all files below the directory. */
function filesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

async function imagePlaces(repository: string): Promise<Places> {
  const registry = { host, ca, auth: credentials };
  const manifest = await readManifest(registry, repository, tag);
  assert.ok(manifest !== undefined, `${repository}:${tag} was not pushed`);
  const config = await readConfig(registry, repository, manifest);
  const layers = await readLayers(registry, repository, manifest, undefined);
  return {
    'image configuration': JSON.stringify(config),
    'image layers': layers
      .map(({ name, content }) => `${name}\n${content.toString('latin1')}`)
      .join('\n'),
  };
}

/** Runs a build that pushes, and returns everything that it has written. */
async function build(workspace: string, left: string): Promise<Places> {
  assert.ok(audited !== undefined);
  const { namespace } = audited;
  const audit = new AuditLog(audited.log);
  const processes = watchArguments();
  // The search of arguments finds those of this one.
  const control = spawn('sh', ['-c', 'sleep 60', tag], { stdio: 'ignore' });
  const repository = `${namespace}/planted`;
  const inputs: Inputs = kaniko({
    kubeconfig: readFileSync(audited.kubeconfig, 'utf8'),
    namespace,
    tags: `${host}/${repository}:${tag}`,
    push: 'true',
    'keep-pod': 'always',
    'docker-config': 'none',
    'registry-ca': ca,
    'build-args': `CONTROL=${tag}`,
    labels: `control=${tag}`,
    'registry-auths': JSON.stringify([
      { registry: host, username: user, password },
      { registry: 'unused.example', username: 'ci', password: unused },
    ]),
  });
  const env = { GITHUB_JOB: tag, TMPDIR: left, HOME: join(left, 'home') };
  const result = await runBuild(inputs, { directory: workspace, keepsPod: true, env });
  control.kill();
  const argumentsSeen = processes.stop();
  const name = result.outputs['pod-name'] ?? '';
  const ofPod = ['--namespace', namespace, '-o', 'json'];
  try {
    assertGreen(result);
    return {
      log: visibleLog(result.log),
      summary: result.summary,
      outputs: JSON.stringify(result.outputs),
      state: result.state,
      pod: await kubectl(['get', 'pod', name, ...ofPod]),
      events: await kubectl(['get', 'events', ...ofPod]),
      'audit log': audit
        .requests()
        .map(({ text }) => text)
        .join('\n'),
      'arguments of processes': argumentsSeen,
      'files of the runner': filesIn(left),
      'files of the workspace': filesIn(workspace),
      ...(await imagePlaces(repository)),
    };
  } finally {
    await kubectl(['delete', 'pod', name, '--namespace', namespace, '--ignore-not-found']);
  }
}

suite('planted secrets', () => {
  testCase(
    'are in no place that a build writes to',
    async () => {
      const dockerfile = `FROM ${cluster.baseImage}\nARG CONTROL\nRUN echo "$CONTROL" | tee /control\n`;
      await withFiles({ 'src/Dockerfile': dockerfile, 'left/control': tag }, async (directory) => {
        const [workspace, left] = [join(directory, 'src'), join(directory, 'left')];
        mkdirSync(join(left, 'home'));
        writeFileSync(join(workspace, 'control'), tag);
        const places = await build(workspace, left);
        const secrets = secretsOf(readFileSync(audited?.kubeconfig ?? '', 'utf8'));
        const problems = Object.entries(places).flatMap(([place, text]) => [
          ...(text.includes(tag) ? [] : [`the ${place} does not have the control`]),
          ...secrets
            .filter((secret) => text.includes(secret))
            .map((secret) => `the ${place} has the secret as ${secret.slice(0, 6)}…`),
        ]);
        assert.deepEqual(problems, []);
      });
    },
    missing ?? needs('KBP_AUDIT_LOG', audited),
  );
});
