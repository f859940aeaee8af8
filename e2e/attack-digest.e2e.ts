// A RUN step that forges the digest of the image, and honest builds whose digest needs a proof.
import assert from 'node:assert/strict';
import { visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { closedPort } from '../support/closed-port.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  runBuild,
  withFiles,
  type Inputs,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import { readManifest } from './registry.ts';

const registry = { host: cluster.registry };
const fake = `sha256:${'f'.repeat(64)}`;
const from = `FROM ${cluster.baseImage}\n`;
const onlyOutput = "the digest is confirmed by the builder's output only";

function repositoryOf(name: string): string {
  return `${account.namespace}/attack-${name}`;
}

function imageOf(name: string): string {
  return `${registry.host}/${repositoryOf(name)}`;
}

async function pushedDigest(name: string, tag = '1'): Promise<string> {
  const manifest = await readManifest(registry, repositoryOf(name), tag);
  assert.ok(manifest !== undefined, `${imageOf(name)}:${tag} is not in the registry`);
  return manifest.digest;
}

/** Variables with which the runner, but not the pod, has no access to the registry. */
async function withoutRegistry(): Promise<Readonly<Record<string, string>>> {
  const proxy = `http://127.0.0.1:${await closedPort()}`;
  return { http_proxy: proxy, https_proxy: proxy };
}

/** The beginning of a process that survives its RUN step: writes a digest again and again, so also after kaniko. */
function forgery(image: string): string {
  return `
fake=${fake}
image=${image}
(while :; do printf '%s:1@%s\\n' $image $fake 1<>/dev/termination-log; done) &
`;
}

interface Attack {
  readonly name: string;
  /** In a tag, and the name of the case. */
  readonly key: string;
  /** Goes on in the surviving process. */
  readonly process?: string;
  /** A command of the RUN step itself. */
  readonly run?: string;
  readonly inputs?: Inputs;
  /** The cache has the repository of the tag. */
  readonly isCachedThere?: true;
}

const attacks: readonly Attack[] = [
  { name: 'alone', key: 'plain' },
  {
    name: 'with a flood of fake messages that lack a newline',
    key: 'flood',
    process: 'while :; do printf "Pushed $image@$fake "; sleep 0.002; done >/proc/1/fd/2',
  },
  {
    name: 'with 1,000 fake messages for other repositories',
    key: 'decoys',
    run: `for n in $(seq 1000 2001); do echo "Pushed decoy/$n@${fake}"; done`,
  },
  { name: 'with verbosity: warn', key: 'warn', inputs: { verbosity: 'warn' } },
  {
    name: "with cache-to in the tag's own repository",
    key: 'cache',
    isCachedThere: true,
  },
];

/** Takes kaniko's messages out of the pipe of its output, and writes its own. */
const theft: Attack = {
  name: "with the builder's message taken out of the pipe of its output",
  key: 'theft',
  process: `
for n in $(seq 8); do
  (cat </proc/1/fd/2 | while read -r text; do
    case $text in
      *"Pushed $image@"*) printf 'time="2026-01-01T00:00:00Z" level=info msg="Pushed %s@%s"\\n' $image $fake ;;
      *) printf '%s\\n' "$text"; sleep 0.02 ;;
    esac
  done >/proc/1/fd/2) &
done`,
};

/** @param name of the image: with a cache, the RUN step of another case would not be executed again. */
async function attack(
  { process = '', run = ':', inputs = {}, isCachedThere }: Attack,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ActionResult> {
  const image = imageOf(name);
  const files = {
    Dockerfile: `${from}COPY forge.sh /forge.sh\nRUN ${run}; (setsid sh /forge.sh >/dev/null 2>&1 &); sleep 0.5\n`,
    'forge.sh': `${forgery(image)}${process}\nwait\n`,
  };
  const cache = isCachedThere === true ? { 'cache-to': image } : {};
  const all = kaniko({ tags: `${image}:1`, push: 'true', ...inputs, ...cache });
  return withFiles(files, (directory) => runBuild(all, { directory, env }));
}

/** Red, without a digest, or green with the digest that was pushed. */
async function assertTrue(result: ActionResult, key: string): Promise<void> {
  const digest = result.outputs['digest'] ?? '';
  if (result.main === 0) assert.equal(digest, await pushedDigest(key), visibleLog(result.log));
  else {
    assertRed(result, /the builder reported (?:the|two) digests?|reported no digest/);
    assert.equal(digest, '');
    assert.equal(result.outputs['image'] ?? '', '');
  }
  assert.ok(!result.summary.includes(fake.replace('sha256:', '')) || result.main !== 0);
}

suite('digests that a RUN step forges', () => {
  for (const one of attacks) {
    testCase(`build / a RUN step forges the digest ${one.name}`, async () => {
      await assertTrue(await attack(one, one.key), one.key);
    });
  }

  // The runtime reads the same pipe, so about every second attempt succeeds.
  testCase(`build / a RUN step forges the digest ${theft.name}`, async () => {
    for (let attempt = 0; attempt < 4; attempt++) {
      await assertTrue(await attack(theft, theft.key), theft.key);
    }
  });

  for (const one of attacks) {
    testCase(`build / a RUN step forges the digest ${one.name}, without a registry`, async () => {
      const name = `${one.key}-unconfirmed`;
      await assertTrue(await attack(one, name, await withoutRegistry()), name);
    });
  }
});

suite('digests of honest builds', () => {
  const files = { Dockerfile: `${from}RUN echo hello >/hello\nRUN printf working\n` };

  testCase('build / verbosity: warn reports the digest, and logs no line below it', async () => {
    const inputs = kaniko({ tags: `${imageOf('quiet')}:1`, push: 'true', verbosity: 'warn' });
    const result = await withFiles(files, (directory) => runBuild(inputs, { directory }));
    assertGreen(result);
    assert.equal(result.outputs['digest'], await pushedDigest('quiet'));
    assert.doesNotMatch(result.log, /level=info/);
    assert.match(result.log, /working/);
    assert.ok(!result.log.includes(onlyOutput));
  });

  testCase('build / verbosity: error reports the line of a RUN that fails', async () => {
    const inputs = kaniko({ tags: `${imageOf('failing')}:1`, push: 'true', verbosity: 'error' });
    const failing = { Dockerfile: `${from}\nRUN echo working && exit 3\n` };
    const result = await withFiles(failing, (directory) => runBuild(inputs, { directory }));
    const error = assertRed(result, /"RUN echo working && exit 3" failed with exit code 3/);
    assert.equal(error.line, 3);
    assert.doesNotMatch(result.log, /level=info/);
  });

  testCase("build / cache-to in the tag's own repository needs no registry", async () => {
    const image = imageOf('own-cache');
    const inputs = kaniko({ tags: `${image}:1`, push: 'true', 'cache-to': image });
    const env = await withoutRegistry();
    for (const cached of [/Pushing layer/, /Using caching version of cmd/]) {
      const result = await withFiles(files, (directory) => runBuild(inputs, { directory, env }));
      assertGreen(result);
      assert.match(result.log, cached);
      assert.equal(result.outputs['digest'], await pushedDigest('own-cache'));
      assert.ok(result.log.includes(onlyOutput));
    }
  });

  testCase('build / several tags in two repositories have one digest', async () => {
    const tags = ['two-a:1', 'two-a:2', 'two-b:1'].map(imageOf).join(',');
    for (const env of [{}, await withoutRegistry()]) {
      const inputs = kaniko({ tags, push: 'true' });
      const result = await withFiles(files, (directory) => runBuild(inputs, { directory, env }));
      assertGreen(result);
      const { digest } = result.outputs;
      assert.equal(digest, await pushedDigest('two-a', '1'));
      assert.equal(digest, await pushedDigest('two-a', '2'));
      assert.equal(digest, await pushedDigest('two-b', '1'));
    }
  });
});
