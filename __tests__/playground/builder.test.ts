import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { runBuilder } from '../../playground/builder/run.ts';
import { startRegistry, type PocketImage, type PocketRegistry } from '../../playground/registry.ts';
import { createSource } from '../../src/context/source.ts';
import type { StreamParts } from '../../src/context/stdin.ts';
import { parseDockerfile, type Dockerfile } from '../../src/dockerfile/parse.ts';
import type { Diagnosis } from '../../src/engines/engine.ts';
import { diagnoseKaniko } from '../../src/engines/kaniko/failures/diagnose.ts';
import { diskWorkspace, Tree, treeSeconds, type TreeEntry } from '../support/tree.ts';

type Files = Readonly<Record<string, TreeEntry>>;

const noDockerfile = parseDockerfile('');
const credentials = { user: 'me', password: 'secret' };
const layout = [
  '--context=tar://stdin',
  '--context-sub-path=ctx',
  '--dockerfile=/kaniko/buildcontext/meta/Dockerfile',
  '--force=true',
  '--log-format=text',
  '--verbosity=info',
];

function diagnoseLines(
  tail: readonly string[],
  exitCode: number,
  dockerfile: Dockerfile,
): Diagnosis | undefined {
  const facts = { withoutLogin: [], contextComplete: false, isOutputWhole: true };
  return diagnoseKaniko({ tail, exitCode, dockerfile, ...facts });
}

let registry: PocketRegistry;
const trees: Tree[] = [];

beforeEach(async () => {
  registry = await startRegistry({ credentials });
});

afterEach(async () => {
  await registry.close();
  for (const tree of trees.splice(0)) tree.remove();
});

function makeTree(files: Files): Tree {
  const tree = new Tree(files);
  trees.push(tree);
  return tree;
}

function login({ user, password } = credentials): Buffer {
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  return Buffer.from(JSON.stringify({ auths: { [registry.host]: { auth } } }));
}

/** The stream that the action would send, whole. */
async function packStream(files: Files, auth: StreamParts): Promise<Buffer> {
  const source = await createSource(
    {
      source: { kind: 'context', path: '.' },
      file: undefined,
      layout: 'image',
      compressionLevel: 6,
      sourceDateEpoch: undefined,
    },
    diskWorkspace(makeTree(files).path),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of source.open(auth).stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Result {
  readonly code: number;
  readonly lines: readonly string[];
  /** The log without times and levels, and the bare lines. */
  readonly messages: readonly string[];
  /** The termination message. */
  readonly termination: string;
}

interface RunOptions {
  readonly args?: readonly string[];
  readonly auth?: StreamParts;
  readonly env?: NodeJS.ProcessEnv;
}

async function feed(
  stdin: Iterable<Buffer> | AsyncIterable<Buffer>,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const file = makeTree({ log: '' }).at('log');
  let text = '';
  const code = await runBuilder({
    args: [...layout, ...args],
    env: {
      DOCKER_CONFIG: '/kaniko/buildcontext/auth',
      PLAYGROUND_TERMINATION_LOG: file,
      ...env,
    },
    stdin: (async function* () {
      yield* stdin;
    })(),
    writeError: (written) => {
      text += written;
    },
  });
  const lines = text.split('\n').slice(0, -1);
  return { code, lines, messages: lines.map(toMessage), termination: readFileSync(file, 'utf8') };
}

function toMessage(line: string): string {
  const message = /^time="\S+" level=\w+ msg=(.*)$/.exec(line)?.[1];
  if (message === undefined) return line;
  return message.startsWith('"') ? (JSON.parse(message) as string) : message;
}

/** Builds `files` to `app:1` of the registry. */
async function build(files: Files, options: RunOptions = {}): Promise<Result> {
  const stream = await packStream(files, options.auth ?? { config: login() });
  const args = options.args ?? [
    `--destination=${registry.host}/app:1`,
    '--image-name-tag-with-digest-file=/dev/termination-log',
  ];
  return feed([stream], args, options.env);
}

/** Builds and expects that it went well. */
async function buildImage(files: Files, extra: readonly string[] = []): Promise<PocketImage> {
  const args = [`--destination=${registry.host}/app:1`, ...extra];
  const { code, lines } = await build(files, { args });
  expect(lines.filter((line) => !line.startsWith('time='))).toEqual([]);
  expect(code).toBe(0);
  return registry.image('app', '1');
}

/** Content of the files, and `-> target` for links. */
function textsOf({ files }: PocketImage): Readonly<Record<string, string>> {
  const shown = [...files].filter(([, { type }]) => type !== 'directory');
  return Object.fromEntries(
    shown.map(([name, { type, content, linkName }]) => [
      name,
      type === 'symlink' ? `-> ${linkName}` : content.toString(),
    ]),
  );
}

/** Pushes an image that a Dockerfile can begin with. */
async function pushBase(files: Files, repository: string): Promise<void> {
  const args = [`--destination=${registry.host}/${repository}:1`];
  expect((await build(files, { args })).code).toBe(0);
}

interface Flaky {
  readonly host: string;
  close(): Promise<void>;
}

/** Takes everything, but refuses the first manifest. */
async function startFlakyRegistry(): Promise<Flaky> {
  let hasRefused = false;
  const server = createServer((request, response) => {
    request.resume();
    const isManifest = request.url?.includes('/manifests/') ?? false;
    const mustFail = isManifest && !hasRefused;
    hasRefused ||= isManifest;
    const statuses: Readonly<Record<string, number>> = { POST: 202, PATCH: 202, PUT: 201 };
    const status = mustFail ? 503 : (statuses[request.method ?? ''] ?? 200);
    const known = request.method === 'HEAD' ? 404 : status;
    response.writeHead(request.method === 'DELETE' ? 204 : known, { Location: '/v2/upload' });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

describe('a build', () => {
  test('continues with a warning if patterns match nothing, as kaniko does', async () => {
    const dockerfile = 'FROM scratch\nCOPY *.none *.zip /x\nCOPY a.txt /\n';
    const { code, lines } = await build({ Dockerfile: dockerfile, 'a.txt': '' });
    expect(code).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/ level=warning msg="No files to copy"$/));
  });

  test('pushes the files of the context, as they are, with the credentials in the stream', async () => {
    const result = await build({
      Dockerfile: 'FROM scratch\nCOPY . /app\nCMD ["/app/run"]\n',
      '.dockerignore': 'secret\n',
      run: { content: '#!/bin/sh\n', mode: 0o755 },
      'lib/a.txt': 'a',
      'lib/link': { link: 'a.txt' },
      empty: { directory: true },
      secret: 'no',
    });
    expect(result.lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" level=info msg="COPY . \/app"$/,
        ),
      ]),
    );
    expect(result.code).toBe(0);
    const image = await registry.image('app', '1');
    expect(textsOf(image)).toEqual({
      'app/.dockerignore': 'secret\n',
      'app/Dockerfile': 'FROM scratch\nCOPY . /app\nCMD ["/app/run"]\n',
      'app/run': '#!/bin/sh\n',
      'app/lib/a.txt': 'a',
      'app/lib/link': '-> a.txt',
    });
    expect(image.files.get('app/empty')?.type).toBe('directory');
    expect(image.files.get('app/run')).toMatchObject({
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtimeSeconds: treeSeconds,
    });
    expect(image.files.get('app')).toMatchObject({ type: 'directory', mode: 0o755 });
    expect(image.config.config?.Cmd).toEqual(['/app/run']);
    expect(result.termination).toBe(`${registry.host}/app:1@${image.digest}\n`);
  });

  test('gives the same image for the same context', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY a b /x/\nWORKDIR /w\n', a: '1', b: '2' };
    const first = await buildImage(files);
    const second = await buildImage(files);
    expect(second.digest).toBe(first.digest);
    expect((await buildImage({ ...files, b: '3' })).digest).not.toBe(first.digest);
  });

  test('logs its steps', async () => {
    const { messages } = await build({
      Dockerfile: 'FROM scratch\nCOPY a \\\n  # why\n  /a\nENV A="b c"\n',
      a: '1',
    });
    const { digest } = await registry.image('app', '1');
    expect(messages).toEqual([
      "Building stage 'scratch' [idx: '0', base-idx: '-1']",
      'Unpacking rootfs as cmd COPY a /a requires it.',
      'COPY a /a',
      'Taking snapshot of files...',
      'ENV A="b c"',
      `Pushing image to ${registry.host}/app:1`,
      `Pushed ${registry.host}/app@${digest}`,
    ]);
  });

  test('pushes to every destination and names each in the termination message', async () => {
    const { code, termination } = await build(
      { Dockerfile: 'FROM scratch\n' },
      {
        args: [
          `--destination=${registry.host}/app:1`,
          `--destination=${registry.host}/team/app`,
          '--image-name-tag-with-digest-file=/dev/termination-log',
        ],
      },
    );
    expect(code).toBe(0);
    const { digest } = await registry.image('team/app', 'latest');
    expect((await registry.image('app', '1')).digest).toBe(digest);
    expect(termination).toBe(
      `${registry.host}/app:1@${digest}\n${registry.host}/team/app:latest@${digest}\n`,
    );
  });

  test('pushes nothing with --no-push', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' };
    const { code, messages } = await build(files, { args: ['--no-push=true'], auth: {} });
    expect(code).toBe(0);
    expect(messages.at(-1)).toBe('Skipping push to container registry due to --no-push flag');
    expect(registry.repositories).toEqual([]);
  });

  test('takes labels, annotations and a platform from the command line', async () => {
    const { config, manifest } = await buildImage({ Dockerfile: 'FROM scratch\nLABEL a=1 b=2\n' }, [
      '--label=b=3',
      '--label=c=x=y',
      '--annotation=who=me',
      '--custom-platform=linux/arm/v7',
    ]);
    expect(config.config?.Labels).toEqual({ a: '1', b: '2', c: 'x=y' });
    expect(manifest.annotations).toEqual({ who: 'me' });
    expect(config).toMatchObject({ os: 'linux', architecture: 'arm', variant: 'v7' });
  });

  test('pushes again if the registry refuses once', async () => {
    const digests: string[] = [];
    for (const retries of [0, 1]) {
      const flaky = await startFlakyRegistry();
      try {
        const { code, lines } = await build(
          { Dockerfile: 'FROM scratch\n' },
          { args: [`--destination=${flaky.host}/app:1`, `--push-retry=${retries}`] },
        );
        digests.push(`${code} ${diagnoseLines(lines, code, noDockerfile)?.message ?? ''}`);
      } finally {
        await flaky.close();
      }
    }
    expect(digests).toEqual([
      expect.stringMatching(
        /^1 the image was built, but the registry .* is unavailable: unexpected status code 503/,
      ),
      '0 ',
    ]);
  });

  test('logs that it has no cache', async () => {
    const { code, messages } = await build(
      { Dockerfile: 'FROM scratch\n' },
      {
        args: [
          '--no-push',
          '--cache=true',
          `--cache-repo=${registry.host}/cache`,
          '--no-push-cache=true',
          '--cache-ttl=336h0m0s',
        ],
      },
    );
    expect(code).toBe(0);
    expect(messages[0]).toMatch(/no layer cache/);
  });
});

describe('instructions', () => {
  test('set the configuration of the image', async () => {
    const dockerfile = [
      'FROM scratch',
      'ENV A=1 B="two words" C=c\\ d',
      'ENV OLD form of it',
      "ENV D=$A-${B} E='$A' F=${NONE:-no} G=${A:+yes} A=new",
      'ENV H=$A',
      'LABEL "a"="b c" \\',
      '  d=$A',
      'WORKDIR /srv',
      'WORKDIR app',
      'USER 1000:1000',
      'EXPOSE 80 53/udp',
      'VOLUME ["/data", "/more"]',
      'STOPSIGNAL SIGINT',
      'ENTRYPOINT exec run',
      'CMD ["a", "b"]',
    ].join('\n');
    const { config, files } = await buildImage({ Dockerfile: dockerfile });
    expect(config.config).toEqual({
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'A=new',
        'B=two words',
        'C=c d',
        'OLD=form of it',
        'D=1-two words',
        'E=$A',
        'F=no',
        'G=yes',
        'H=new',
      ],
      Labels: { a: 'b c', d: 'new' },
      WorkingDir: '/srv/app',
      User: '1000:1000',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Volumes: { '/data': {}, '/more': {} },
      StopSignal: 'SIGINT',
      Entrypoint: ['/bin/sh', '-c', 'exec run'],
      Cmd: ['a', 'b'],
    });
    expect(files.get('srv/app')?.type).toBe('directory');
  });

  test('write a history that fits the layers', async () => {
    const { config, manifest } = await buildImage({
      Dockerfile: 'FROM scratch\nENV A=1\nCOPY a /\nWORKDIR /w\nUSER 1\n',
      a: '1',
    });
    const history = config.history?.map((entry) => [entry.created_by, entry.empty_layer ?? false]);
    expect(history).toEqual([
      ['ENV A=1', true],
      ['COPY a /', false],
      ['WORKDIR /w', false],
      ['USER 1', true],
    ]);
    expect(manifest.layers).toHaveLength(2);
    expect(config.rootfs.diff_ids).toHaveLength(2);
  });

  test('get build arguments that an ARG declares', async () => {
    const dockerfile = [
      'ARG GLOBAL=g',
      'ARG BASE=scratch',
      'FROM $BASE',
      'ENV UNSEEN=$GLOBAL',
      'ARG GLOBAL',
      'ARG GIVEN=default OTHER=other',
      'ARG FROM_ENV',
      'ARG TARGETARCH',
      'ENV SEEN="$GLOBAL $GIVEN $OTHER $FROM_ENV $TARGETARCH"',
    ].join('\n');
    const { code } = await build(
      { Dockerfile: dockerfile },
      {
        args: [
          `--destination=${registry.host}/app:1`,
          '--build-arg=GIVEN=given=1',
          '--build-arg=FROM_ENV',
          '--custom-platform=linux/riscv64',
        ],
        env: { FROM_ENV: 'e' },
      },
    );
    expect(code).toBe(0);
    const { config } = await registry.image('app', '1');
    expect(config.config?.Env?.slice(1)).toEqual(['UNSEEN=', 'SEEN=g given=1 other e riscv64']);
  });

  test('begin with an image of the registry', async () => {
    await pushBase(
      {
        Dockerfile: 'FROM scratch\nCOPY a b /d/\nENV A=1\nENTRYPOINT ["e"]\nCMD ["c"]\nLABEL l=1\n',
        a: '1',
        b: '2',
      },
      'base',
    );
    const base = await registry.image('base', '1');
    const image = await buildImage({
      Dockerfile: `FROM ${registry.host}/base:1\nCOPY a /d/a\nENV B=$A\nENTRYPOINT ["f"]\n`,
      a: 'new',
    });
    expect(textsOf(image)).toEqual({ 'd/a': 'new', 'd/b': '2' });
    expect(image.manifest.layers[0]).toEqual(base.manifest.layers[0]);
    expect(image.config.config).toMatchObject({ Labels: { l: '1' }, Entrypoint: ['f'] });
    expect(image.config.config?.Env).toEqual(expect.arrayContaining(['A=1', 'B=1']));
    expect(image.config.config).not.toHaveProperty('Cmd');
    expect(image.config.history).toHaveLength(8);
  });
});

describe('a base image', () => {
  const ociTypes = {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
    index: 'application/vnd.oci.image.index.v1+json',
  };

  /** Puts `value` into the repository `base`, as a blob or a manifest, and describes it. */
  async function put(
    kind: 'blobs' | 'manifests',
    mediaType: string,
    value: unknown,
  ): Promise<object> {
    const body = JSON.stringify(value);
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const path = kind === 'blobs' ? `blobs/uploads/?digest=${digest}` : `manifests/${digest}`;
    const response = await fetch(`http://${registry.host}/v2/base/${path}`, {
      method: kind === 'blobs' ? 'POST' : 'PUT',
      headers: {
        'Content-Type': mediaType,
        Authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      },
      body,
    });
    expect(response.status).toBe(201);
    return { mediaType, digest, size: body.length };
  }

  async function putImage(architecture: string): Promise<object> {
    const rootfs = { type: 'layers', diff_ids: [] };
    const config = await put('blobs', ociTypes.config, { os: 'linux', architecture, rootfs });
    const mediaType = ociTypes.manifest;
    const manifest = { schemaVersion: 2, mediaType, config, layers: [] };
    return {
      ...(await put('manifests', mediaType, manifest)),
      platform: { os: 'linux', architecture },
    };
  }

  test('is that of the platform, and its family of media types is kept', async () => {
    const manifests = [await putImage('s390x'), await putImage('riscv64')];
    const index = { schemaVersion: 2, mediaType: ociTypes.index, manifests };
    const { digest } = (await put('manifests', ociTypes.index, index)) as { digest: string };
    const dockerfile = `FROM ${registry.host}/base@${digest}\nCOPY Dockerfile /\n`;
    const image = await buildImage({ Dockerfile: dockerfile }, ['--custom-platform=linux/riscv64']);
    expect(image.config.architecture).toBe('riscv64');
    expect(image.manifest).toMatchObject({
      mediaType: ociTypes.manifest,
      config: { mediaType: ociTypes.config },
      layers: [{ mediaType: ociTypes.layer }],
    });
    const { code, lines } = await build(
      { Dockerfile: dockerfile },
      { args: ['--no-push', '--custom-platform=linux/mips'] },
    );
    expect([code, lines.at(-1)]).toEqual([
      1,
      expect.stringContaining('no child with platform linux/mips'),
    ]);
  });
});

describe('COPY', () => {
  const files = {
    'a.txt': 'a',
    'b.txt': 'b',
    'c.md': 'c',
    'dir/one': '1',
    'dir/sub/two': '2',
    'with space': 's',
  };
  test.each([
    ['a file to a name', 'COPY a.txt /x', { x: 'a' }],
    ['a file into a directory', 'COPY a.txt /x/', { 'x/a.txt': 'a' }],
    ['a file into the working directory', 'WORKDIR /w\nCOPY a.txt .', { 'w/a.txt': 'a' }],
    ['a file to a relative name', 'WORKDIR /w\nCOPY a.txt ../y', { y: 'a' }],
    ['a file into a directory that is there', 'WORKDIR /w\nCOPY a.txt /w', { 'w/a.txt': 'a' }],
    ['the content of a directory', 'COPY dir /x', { 'x/one': '1', 'x/sub/two': '2' }],
    ['the content of directories of a glob', 'COPY d* /x/', { 'x/one': '1', 'x/sub/two': '2' }],
    ['what a glob matches', 'COPY *.txt /x/', { 'x/a.txt': 'a', 'x/b.txt': 'b' }],
    ['what a class matches', 'COPY [^a].txt /x/', { 'x/b.txt': 'b' }],
    ['by a glob that stops at slashes', 'COPY d?r/*e /x/', { 'x/one': '1' }],
    ['names in JSON', 'COPY ["with space", "/x y"]', { 'x y': 's' }],
    ['names of variables', 'ENV N=a.txt D=/v\nCOPY $N ${D}/', { 'v/a.txt': 'a' }],
    ['the last of two', 'COPY a.txt /x\nCOPY b.txt /x', { x: 'b' }],
    ['from a stage', 'COPY a.txt /x\nFROM scratch\nCOPY --from=0 /x /y', { y: 'a' }],
  ])('takes %s', async (_name, instructions, expected) => {
    const image = await buildImage({ ...files, Dockerfile: `FROM scratch\n${instructions}\n` });
    expect(textsOf(image)).toEqual(expected);
  });

  test('sets owner and mode', async () => {
    await pushBase({ Dockerfile: 'FROM scratch\nCOPY etc /etc\n', ...accounts }, 'base');
    const { files: copied } = await buildImage({
      ...files,
      Dockerfile: `FROM ${registry.host}/base:1\nCOPY --chown=web:staff --chmod=0640 a.txt /a\nCOPY --chown=7 dir /d\n`,
    });
    expect(copied.get('a')).toMatchObject({ uid: 33, gid: 50, mode: 0o640 });
    expect(copied.get('d')).toMatchObject({ uid: 7, gid: 7 });
    expect(copied.get('d/sub/two')).toMatchObject({ uid: 7, gid: 7, mode: 0o644 });
    expect(copied.get('etc/passwd')).toMatchObject({ uid: 0, gid: 0 });
  });

  test('follows links of the image at its destination, and one that is its source', async () => {
    const image = await buildImage({
      'root/usr/bin/sh': 'sh',
      'root/bin': { link: 'usr/bin' },
      'link.txt': { link: 'tool' },
      tool: 't',
      Dockerfile: 'FROM scratch\nCOPY root /\nCOPY link.txt /bin/\n',
    });
    expect(textsOf(image)).toEqual({
      bin: '-> usr/bin',
      'usr/bin/sh': 'sh',
      'usr/bin/link.txt': 't',
    });
  });

  test('reaches files outside of the context, as with kaniko', async () => {
    const image = await buildImage({ Dockerfile: 'FROM scratch\nCOPY ../auth /x\n' });
    expect(textsOf(image)).toEqual({ 'x/config.json': login().toString() });
  });
});

const accounts = {
  'etc/passwd': 'root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n',
  'etc/group': 'root:x:0:\nstaff:x:50:\n',
};

describe('ADD', () => {
  test('unpacks an archive, and copies other files', async () => {
    const archive = pack();
    archive.entry({ name: 'in/file', mode: 0o600, uid: 5, gid: 6 }, 'text');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    const image = await buildImage({
      Dockerfile: 'FROM scratch\nADD a.tgz plain /x/\nCOPY a.tgz /x/\n',
      'a.tgz': gzipSync(Buffer.concat(chunks)),
      plain: 'p',
    });
    expect([...image.files.keys()].sort()).toEqual([
      'x',
      'x/a.tgz',
      'x/in',
      'x/in/file',
      'x/plain',
    ]);
    expect(image.files.get('x/in/file')).toMatchObject({ mode: 0o600, uid: 5, gid: 6 });
  });
});

describe('stages', () => {
  const dockerfile = [
    'FROM scratch AS build',
    'COPY a /out/a',
    'ENV A=1',
    'FROM scratch AS unused',
    'RUN make',
    'FROM build AS Test',
    'COPY b /out/b',
    'FROM scratch',
    'COPY --from=build /out /',
  ].join('\n');
  const files = { Dockerfile: dockerfile, a: '1', b: '2' };

  test('end with the last one, and only those that it needs are built', async () => {
    const image = await buildImage(files);
    expect(textsOf(image)).toEqual({ a: '1' });
    expect(image.config.config?.Env).toHaveLength(1);
  });

  test('end with the target, which may begin with another stage', async () => {
    const image = await buildImage(files, ['--target=test']);
    expect(textsOf(image)).toEqual({ 'out/a': '1', 'out/b': '2' });
    expect(image.config.config?.Env).toContain('A=1');
  });

  test('copy files of an image', async () => {
    await pushBase({ Dockerfile: 'FROM scratch\nCOPY a /etc/a\n', a: 'base' }, 'base');
    const image = await buildImage({
      Dockerfile: `FROM scratch\nCOPY --from=${registry.host}/base:1 /etc/a /\n`,
    });
    expect(textsOf(image)).toEqual({ a: 'base' });
  });
});

describe('a failure', () => {
  /** Builds, expects it to fail, and reads it as the action would. */
  async function failureOf(dockerfile: string, args?: readonly string[]): Promise<unknown> {
    const files = { Dockerfile: dockerfile, 'a.txt': 'a', 'b.txt': 'b' };
    const { code, lines } = await build(files, args && { args });
    expect(code).toBe(1);
    return diagnoseLines(lines, code, parseDockerfile(dockerfile));
  }

  test.each([
    ['FROM scratch\nRUNX make\n', { line: 2, message: /unknown instruction: RUNX/ }],
    ['FROM scratch\nCOPY a.txt\n', { line: 2, message: /requires at least two arguments/ }],
    ['FROM scratch\nCOPY --link=1 a.txt /\n', { line: 2, message: /unknown flag: --link/ }],
    ['FROM scratch\nUSER\n', { line: 2, message: /requires at least one argument/ }],
    ['FROM a b\n', { line: 1, message: /either one or three arguments/ }],
    ['# nothing\n', { line: 1, message: /file with no instructions/ }],
    ['ENV A=1\nFROM scratch\n', { line: 1, message: /no build stage in current context/ }],
    [
      'FROM scratch\nCOPY a.txt /\nCOPY none.txt /\n',
      { line: 3, message: /"none.txt" is not in the context/ },
    ],
    ['ARG X\nFROM ${X}\n', { line: 2, message: /reference "" in the Dockerfile is not valid/ }],
  ])('of %j is reported with its line', async (dockerfile, { line, message }) => {
    expect(await failureOf(dockerfile)).toMatchObject({
      line,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['RUN make all', /run commands \(RUN make all\)/],
    ['COPY <<EOF /x\na\nEOF', /make files from the text of COPY/],
    ['ADD https://example.com/a /a', /ADD from a URL/],
    ['HEALTHCHECK CMD true', /set HEALTHCHECK/],
    ['ONBUILD COPY a.txt /', /set ONBUILD/],
  ])('of %j points to a real cluster', async (instruction, reason) => {
    const { code, lines } = await build({ Dockerfile: `FROM scratch\n${instruction}\n` });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(reason);
    expect(lines.at(-1)).toMatch(/^error building image: .* build this on a real cluster/);
    expect(registry.repositories).toEqual([]);
  });

  test.each([
    ['COPY a.txt b.txt /x', /destination must be a directory/],
    ['COPY --chown=who a.txt /x', /user who is not a uid/],
    ['COPY --chmod=u+x a.txt /x', /parsing "u\+x"/],
  ])('of %j names the reason', async (instruction, reason) => {
    const files = { Dockerfile: `FROM scratch\n${instruction}\n`, 'a.txt': '', 'b.txt': '' };
    const { code, lines } = await build(files);
    expect([code, lines.at(-1)]).toEqual([1, expect.stringMatching(reason)]);
  });

  test('of the target', async () => {
    const args = ['--no-push', '--target=none'];
    expect(await failureOf('FROM scratch AS a\n', args)).toMatchObject({
      hint: "Correct 'target'.",
    });
  });

  test('of a base image that does not exist', async () => {
    const dockerfile = `FROM scratch AS a\nFROM ${registry.host}/none:7\n`;
    expect(await failureOf(dockerfile)).toMatchObject({
      message: `the base image ${registry.host}/none:7 does not exist`,
      line: 2,
    });
  });

  test('of a base image that needs other credentials', async () => {
    const other = await startRegistry({ credentials });
    try {
      expect(await failureOf(`FROM ${other.host}/in/base:1\n`)).toMatchObject({
        message:
          'pull access denied for the base image in/base: the repository does not exist or requires credentials',
        line: 1,
      });
    } finally {
      await other.close();
    }
  });

  test('of the credentials is found before anything is built', async () => {
    const { code, lines } = await build(
      { Dockerfile: 'FROM scratch\nRUNX\n' },
      { auth: { config: login({ user: 'me', password: 'wrong' }) } },
    );
    expect(diagnoseLines(lines, code, noDockerfile)).toMatchObject({
      message: expect.stringMatching(/^the registry .*denied the push$/),
    });
    expect(lines.at(-1)).toContain(`POST http://${registry.host}/v2/app/blobs/uploads/`);
  });

  test('of a registry that is not there', async () => {
    await registry.close();
    const host = registry.host;
    expect(await failureOf('FROM scratch\n')).toMatchObject({
      message: `the registry ${host} is unreachable from the cluster: dial tcp ${host}: connect: connection refused`,
    });
    registry = await startRegistry({ credentials });
  });

  test('of a destination in upper case', async () => {
    expect(
      await failureOf('FROM scratch\n', [`--destination=${registry.host}/App:1`]),
    ).toMatchObject({ message: 'a repository name is not valid' });
  });

  test('of an unknown flag is a page of usage', async () => {
    const { code, lines } = await feed([], ['--no-push', '--reproducible']);
    expect(code).toBe(1);
    expect(lines[0]).toBe('Error: unknown flag: --reproducible');
    expect(lines).toContain('Usage:');
    expect(diagnoseLines(lines, code, noDockerfile)).toMatchObject({
      message: 'this kaniko does not support the flag --reproducible',
    });
  });

  test.each([
    [
      ['--cache-ttl=soon'],
      'invalid argument "soon" for "--cache-ttl" flag: time: invalid duration "soon"',
    ],
    [
      ['--no-push=maybe'],
      'invalid argument "maybe" for "--no-push" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ['--push-retry=x'],
      'invalid argument "x" for "--push-retry" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [['--destination'], 'flag needs an argument: --destination'],
    [['-z'], "unknown shorthand flag: 'z' in -z"],
    [['--verbosity=loud', '--no-push'], 'not a valid logrus Level: "loud"'],
    [[], 'you must provide --destination, or use --no-push'],
  ])('of the arguments %j is reported before the context is read', async (args, text) => {
    const { lines } = await feed([], args);
    expect([lines[0], lines.at(-1)]).toEqual([`Error: ${text}`, text]);
  });
});

describe('a registry with TLS', () => {
  const read = (name: string): Buffer =>
    readFileSync(new URL(`../../playground/tls/${name}`, import.meta.url));
  const dockerfile = 'FROM scratch\nCOPY Dockerfile /\n';

  async function buildSecure(
    args: (host: string) => readonly string[],
  ): Promise<Result & { readonly pushed: readonly string[] }> {
    const secure = await startRegistry({
      tls: { key: read('server.key').toString(), cert: read('server.crt').toString() },
    });
    try {
      const result = await build(
        { Dockerfile: dockerfile },
        {
          args: [`--destination=${secure.host}/app:1`, ...args(secure.host)],
          auth: { ca: read('ca.crt') },
        },
      );
      return { ...result, pushed: secure.repositories };
    } finally {
      await secure.close();
    }
  }

  test('is trusted with the CA certificate in the stream', async () => {
    const { code, pushed } = await buildSecure((host) => [
      `--registry-certificate=${host}=/kaniko/buildcontext/auth/ca.crt`,
    ]);
    expect([code, pushed]).toEqual([0, ['app']]);
  });

  test('is trusted without verification', async () => {
    const { code } = await buildSecure((host) => [`--skip-tls-verify-registry=${host}`]);
    expect(code).toBe(0);
  });

  test('is not trusted otherwise', async () => {
    const { code, lines, pushed } = await buildSecure(() => []);
    expect(diagnoseLines(lines, code, parseDockerfile(dockerfile))).toMatchObject({
      message: expect.stringMatching(/^the certificate of the registry \S+ is not trusted/),
    });
    expect(pushed).toEqual([]);
  });
});

describe('the stream', () => {
  const files = { Dockerfile: 'FROM scratch\nCOPY . /\n', data: 'x'.repeat(100_000) };

  /** Reads a stream that is wrong as the action would. */
  async function reasonOf(stream: Buffer): Promise<string | undefined> {
    const { code, lines } = await feed([stream], ['--no-push']);
    expect(code).toBe(1);
    expect(diagnoseLines(lines, code, noDockerfile)).toBeDefined();
    return lines.at(-1);
  }

  test('is built at the end of the tar, before stdin has ended', async () => {
    const stream = await packStream(files, {});
    let hasClosed = false;
    const { code } = await feed(
      (async function* () {
        try {
          yield stream;
          // A reader of more than the archive would never end.
          await new Promise(() => undefined);
        } finally {
          hasClosed = true;
        }
      })(),
      ['--no-push'],
    );
    expect([code, hasClosed]).toEqual([0, false]);
  });

  test('can arrive byte by byte', async () => {
    const stream = await packStream({ Dockerfile: 'FROM scratch\n' }, {});
    const bytes = [...stream].map((byte) => Buffer.from([byte]));
    expect((await feed(bytes, ['--no-push'])).code).toBe(0);
  });

  test('has to be gzip', async () => {
    const plain = gunzipSync(await packStream(files, {}));
    expect(await reasonOf(plain)).toBe('error resolving source context: gzip: invalid header');
  });

  test('may not be empty', async () => {
    expect(await reasonOf(Buffer.alloc(0))).toBe('error resolving source context: EOF');
  });

  test('may not be cut, wherever it is', async () => {
    const stream = await packStream(files, {});
    for (const share of [0.01, 0.3, 0.6, 0.9]) {
      const cut = stream.subarray(0, Math.floor(stream.length * share));
      expect(await reasonOf(cut)).toBe('error resolving source context: unexpected EOF');
    }
  });

  test('may not end before the Dockerfile, even where gzip and tar are whole', async () => {
    const tar = gunzipSync(await packStream(files, {}));
    const start = tar.indexOf('meta/Dockerfile\0');
    const { code, lines } = await feed([gzipSync(tar.subarray(0, start))], ['--no-push']);
    expect(diagnoseLines(lines, code, noDockerfile)).toMatchObject({
      message: 'the stream ended before the Dockerfile, which is its last entry',
    });
  });
});

describe('the program', () => {
  const program = join(import.meta.dirname, '..', '..', 'playground', 'builder.ts');

  test('builds from its stdin while that stays open', async () => {
    const log = makeTree({ log: '' }).at('log');
    const child = spawn(
      process.execPath,
      [
        program,
        ...layout,
        `--destination=${registry.host}/app:1`,
        '--image-name-tag-with-digest-file=/dev/termination-log',
      ],
      {
        env: { DOCKER_CONFIG: '/kaniko/buildcontext/auth', PLAYGROUND_TERMINATION_LOG: log },
        stdio: ['pipe', 'inherit', 'pipe'],
      },
    );
    child.stdin.write(
      await packStream({ Dockerfile: 'FROM scratch\nCOPY . /\n' }, { config: login() }),
    );
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, text]).toEqual([0, expect.stringContaining('level=info msg="COPY . /"')]);
    const { digest } = await registry.image('app', '1');
    expect(readFileSync(log, 'utf8')).toBe(`${registry.host}/app:1@${digest}\n`);
  });

  test('ends with 1 and a bare last line', async () => {
    const child = spawn(process.execPath, [program, ...layout, '--no-push'], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(diagnoseLines(text.split('\n'), code, noDockerfile)).toMatchObject({
      message: expect.stringContaining('no data found'),
    });
  });
});
