// A registry that is overloaded, or that refuses a push, a pull or a cache.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { annotationsOf, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
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
import { canServe, withFlakyRegistry, type Refusal, type Refuse } from './flaky-registry.ts';

const missing = (await canServe(cluster.registry))
  ? undefined
  : 'this machine does not have the address of KBP_REGISTRY';
const limited: Refusal = { status: 429, code: 'TOOMANYREQUESTS', message: 'slow down' };

/** Builds with a registry in front of the cluster's. @param inputsOf gets the host of that registry. */
async function buildWith(
  refuse: Refuse,
  dockerfileOf: (host: string) => string,
  inputsOf: (host: string) => Inputs,
): Promise<ActionResult> {
  return withFlakyRegistry(cluster.registry, refuse, (host) =>
    withFiles({ Dockerfile: dockerfileOf(host) }, (directory) =>
      runBuild(
        kaniko({
          'insecure-registries': `http://${cluster.registry}\nhttp://${host}`,
          ...inputsOf(host),
        }),
        { directory },
      ),
    ),
  );
}

const plain = (): string => `FROM ${cluster.baseImage}\nRUN echo foo > /foo\n`;

function pushTo(name: string): (host: string) => Inputs {
  return (host) => ({
    tags: `${host}/${account.namespace}/${name}:1`,
    push: 'true',
    'push-retry': '0',
  });
}

function isUpload({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url.endsWith('/blobs/uploads/');
}

function isManifest({ url = '' }: IncomingMessage): boolean {
  return url.includes('/manifests/');
}

suite('a registry that refuses requests', () => {
  testCase(
    'pushes in a new pod after the check of the push was limited',
    async () => {
      const result = await buildWith(
        (request, count) => (isUpload(request) && count === 1 ? limited : undefined),
        plain,
        pushTo('limited'),
      );
      assertGreen(result);
      const log = visibleLog(result.log);
      assert.match(log, /attempt 1 failed, retrying in a new pod: .*limits the number of requests/);
    },
    missing,
  );

  testCase(
    'downloads the base image again after a pull was limited',
    async () => {
      const path = `/${cluster.baseImage.split('/').slice(1).join('/')}`;
      const result = await buildWith(
        (request, count) =>
          request.method === 'GET' && isManifest(request) && count <= 2 ? limited : undefined,
        (host) => `FROM ${host}${path}\nRUN echo foo > /foo\n`,
        () => ({ push: 'false' }),
      );
      assertGreen(result);
      assert.match(visibleLog(result.log), /Retrying operation after .* TOOMANYREQUESTS/);
    },
    missing,
  );

  testCase(
    'reports a repository that does not exist',
    async () => {
      const result = await buildWith(
        (request) =>
          isUpload(request)
            ? { status: 404, code: 'NAME_UNKNOWN', message: 'no such repository' }
            : undefined,
        plain,
        pushTo('unknown'),
      );
      assertRed(
        result,
        /the repository \S+\/unknown does not exist in the registry \S+: NAME_UNKNOWN: no such repository\. Create the repository/,
      );
    },
    missing,
  );

  testCase(
    'reports a tag that is immutable after the build',
    async () => {
      const result = await buildWith(
        (request) =>
          request.method === 'PUT' && isManifest(request)
            ? { status: 400, code: 'TAG_INVALID', message: 'the tag is immutable' }
            : undefined,
        plain,
        pushTo('immutable'),
      );
      assertRed(
        result,
        /the image was built, but the registry \S+ does not overwrite the tag: TAG_INVALID: the tag is immutable/,
      );
    },
    missing,
  );

  for (const push of ['true', 'false']) {
    testCase(
      `builds with a cache that refuses layers, and reports it once, with push ${push}`,
      async () => {
        const result = await buildWith(
          (request) =>
            isUpload(request) && request.url?.includes('/cache/') === true
              ? { status: 403, code: 'DENIED', message: 'not for you' }
              : undefined,
          () =>
            `FROM ${cluster.baseImage} AS one\nRUN echo ${push} > /1\nFROM one\nRUN echo ${push} > /2\n`,
          (host) => ({
            ...pushTo('cached')(host),
            push,
            'cache-to': `type=registry,ref=${host}/${account.namespace}/cache,ignore-error=true`,
          }),
        );
        assertGreen(result);
        const found = annotationsOf(result.log).map(({ level, message }) => `${level}: ${message}`);
        const [warning = '', ...others] = found;
        assert.deepEqual(others, []);
        assert.match(
          warning,
          /^warning: a layer could not be pushed to the cache .*: DENIED: not for you\. /,
        );
      },
      missing,
    );
  }
});

suite('a URL in ADD', () => {
  testCase('is reported with its line, and not as a registry', async () => {
    const url = `https://${cluster.registry}/v2/`;
    const result = await withFiles(
      { Dockerfile: `FROM ${cluster.baseImage}\nADD ${url} /a\n` },
      (directory) => runBuild(kaniko({ push: 'false' }), { directory }),
    );
    const { message, line } = assertRed(
      result,
      /ADD of https:\/\/.* failed: http: server gave HTTP/,
    );
    assert.ok(!message.includes('insecure-registries'), message);
    assert.equal(line, 2);
  });
});
