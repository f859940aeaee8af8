import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { startRegistry, type PocketRegistry } from '../../playground/registry.ts';

const imageType = 'application/vnd.docker.distribution.manifest.v2+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

let registry: PocketRegistry;

beforeEach(async () => {
  registry = await startRegistry();
});

afterEach(async () => {
  await registry.close();
});

function call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, `http://${registry.host}`), { method, ...init });
}

/** The code of a refusal, and that its body is the registry's JSON. */
async function codeOf(response: Response): Promise<unknown> {
  const body = (await response.json()) as { errors: [{ code: string; message: string }] };
  expect(body.errors).toHaveLength(1);
  expect(body.errors[0].message).not.toBe('');
  return [response.status, body.errors[0].code];
}

async function pushBlob(repository: string, blob: Buffer): Promise<string> {
  const digest = digestOf(blob);
  const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
  expect((await call('POST', path, { body: new Uint8Array(blob) })).status).toBe(201);
  return digest;
}

function putManifest(
  repository: string,
  reference: string,
  manifest: unknown,
  type = imageType,
): Promise<Response> {
  return call('PUT', `/v2/${repository}/manifests/${reference}`, {
    headers: { 'Content-Type': type },
    body: JSON.stringify(manifest),
  });
}

async function layer(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

async function imageManifest(repository: string, layers: readonly Buffer[]): Promise<object> {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux' }));
  const describe = (mediaType: string, blob: Buffer): object => ({
    mediaType,
    digest: digestOf(blob),
    size: blob.length,
  });
  await Promise.all([config, ...layers].map((blob) => pushBlob(repository, blob)));
  return {
    schemaVersion: 2,
    mediaType: imageType,
    config: describe('application/vnd.docker.container.image.v1+json', config),
    layers: layers.map((blob) =>
      describe('application/vnd.docker.image.rootfs.diff.tar.gzip', blob),
    ),
  };
}

describe('the registry', () => {
  test('reports its API version', async () => {
    const response = await call('GET', '/v2/');
    expect(response.status).toBe(200);
    expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  });

  test('accepts only its own credentials', async () => {
    await registry.close();
    registry = await startRegistry({ credentials: { user: 'me', password: 'a:b' } });
    const login = (text: string): RequestInit => ({
      headers: { Authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    });
    const refused = await call('GET', '/v2/');
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(await codeOf(refused)).toEqual([401, 'UNAUTHORIZED']);
    expect((await call('GET', '/v2/', login('me:b'))).status).toBe(401);
    expect((await call('GET', '/v2/', login('me:a:b'))).status).toBe(200);
  });

  test('speaks TLS', async () => {
    const read = (name: string): string =>
      readFileSync(new URL(`../../__tests__/fixtures/tls/${name}`, import.meta.url), 'utf8');
    const secure = await startRegistry({
      tls: { key: read('server.key'), cert: read('server.crt') },
    });
    try {
      const status = await new Promise((resolve, reject) => {
        request(`https://${secure.host}/v2/`, { rejectUnauthorized: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(200);
    } finally {
      await secure.close();
    }
  });
});

describe('blobs', () => {
  test('are uploaded whole', async () => {
    const blob = randomBytes(100_000);
    const digest = await pushBlob('a/b', blob);
    const head = await call('HEAD', `/v2/a/b/blobs/${digest}`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '100000']);
    const read = await (await call('GET', `/v2/a/b/blobs/${digest}`)).arrayBuffer();
    expect(digestOf(Buffer.from(read))).toBe(digest);
  });

  test('are uploaded in chunks', async () => {
    const blob = randomBytes(300);
    const started = await call('POST', '/v2/a/blobs/uploads/');
    expect(started.status).toBe(202);
    const upload = started.headers.get('location') ?? '';
    const patch = (start: number, end: number): Promise<Response> =>
      call('PATCH', upload, {
        headers: { 'Content-Range': `${start}-${end - 1}` },
        body: new Uint8Array(blob.subarray(start, end)),
      });
    expect((await patch(0, 100)).headers.get('range')).toBe('0-99');
    expect(await codeOf(await patch(150, 200))).toEqual([416, 'RANGE_INVALID']);
    expect((await patch(100, 200)).status).toBe(202);
    const status = await call('GET', upload);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-199']);
    const digest = digestOf(blob);
    const finished = await call('PUT', `${upload}?digest=${digest}`, {
      body: new Uint8Array(blob.subarray(200)),
    });
    expect(finished.status).toBe(201);
    expect(finished.headers.get('location')).toBe(`/v2/a/blobs/${digest}`);
    expect((await call('HEAD', `/v2/a/blobs/${digest}`)).status).toBe(200);
    expect(await codeOf(await call('GET', upload))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  test('are refused under a digest that is not theirs', async () => {
    const digest = digestOf(Buffer.from('other'));
    const path = `/v2/a/blobs/uploads/?digest=${digest}`;
    expect(await codeOf(await call('POST', path, { body: 'text' }))).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
    expect((await call('HEAD', `/v2/a/blobs/${digest}`)).status).toBe(404);
  });

  test('belong to one repository until they are mounted in another', async () => {
    const digest = await pushBlob('first', Buffer.from('shared'));
    expect((await call('HEAD', `/v2/second/blobs/${digest}`)).status).toBe(404);
    const mount = (from: string): Promise<Response> =>
      call('POST', `/v2/second/blobs/uploads/?mount=${digest}&from=${from}`);
    expect((await mount('nowhere')).status).toBe(202);
    expect((await mount('first')).status).toBe(201);
    expect(await (await call('GET', `/v2/second/blobs/${digest}`)).text()).toBe('shared');
  });

  test('are read in part', async () => {
    const digest = await pushBlob('a', Buffer.from('0123456789'));
    const read = (range: string): Promise<Response> =>
      call('GET', `/v2/a/blobs/${digest}`, { headers: { Range: range } });
    const middle = await read('bytes=2-4');
    expect([middle.status, await middle.text()]).toEqual([206, '234']);
    expect(middle.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(await (await read('bytes=7-')).text()).toBe('789');
    expect((await read('bytes=10-')).status).toBe(416);
  });

  test('are forgotten when their upload is cancelled', async () => {
    const upload = (await call('POST', '/v2/a/blobs/uploads/')).headers.get('location') ?? '';
    expect((await call('DELETE', upload)).status).toBe(204);
    expect((await call('PATCH', upload, { body: 'x' })).status).toBe(404);
  });
});

describe('manifests', () => {
  test('are found by tag and by digest, exactly as they were pushed', async () => {
    const manifest = await imageManifest('app', [await layer({ a: '1' })]);
    const pushed = await putManifest('app', 'v1', manifest);
    expect(pushed.status).toBe(201);
    const digest = digestOf(Buffer.from(JSON.stringify(manifest)));
    expect(pushed.headers.get('docker-content-digest')).toBe(digest);
    for (const reference of ['v1', digest]) {
      const head = await call('HEAD', `/v2/app/manifests/${reference}`);
      expect(head.status).toBe(200);
      expect(head.headers.get('docker-content-digest')).toBe(digest);
      expect(head.headers.get('content-type')).toBe(imageType);
      const body = await (await call('GET', `/v2/app/manifests/${reference}`)).text();
      expect(body).toBe(JSON.stringify(manifest));
    }
  });

  test('are refused without their blobs', async () => {
    const manifest = await imageManifest('other', [Buffer.from('layer')]);
    expect(await codeOf(await putManifest('app', 'v1', manifest))).toEqual([
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ]);
    expect(registry.tags('app')).toEqual([]);
  });

  test('are refused under a digest that is not theirs', async () => {
    const manifest = await imageManifest('app', []);
    const wrong = digestOf(Buffer.from('x'));
    expect(await codeOf(await putManifest('app', wrong, manifest))).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
  });

  test.each([
    ['no JSON', 'text', imageType],
    ['no image', {}, imageType],
    ['an unknown type', {}, 'text/plain'],
    ['a type that is not its own', { mediaType: indexType }, imageType],
  ])('are refused if they are %s', async (_name, manifest, type) => {
    const body = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    const path = '/v2/app/manifests/v1';
    const init = { headers: { 'Content-Type': type }, body };
    expect(await codeOf(await call('PUT', path, init))).toEqual([400, 'MANIFEST_INVALID']);
  });

  test('may be an index of manifests that are there', async () => {
    const image = await imageManifest('app', []);
    const digest = digestOf(Buffer.from(JSON.stringify(image)));
    const index = { schemaVersion: 2, mediaType: indexType, manifests: [{ digest }] };
    expect((await putManifest('app', 'all', index, indexType)).status).toBe(400);
    expect((await putManifest('app', digest, image)).status).toBe(201);
    expect((await putManifest('app', 'all', index, indexType)).status).toBe(201);
  });

  test('are deleted with their tags', async () => {
    const manifest = await imageManifest('app', []);
    await putManifest('app', 'a', manifest);
    const digest = (await putManifest('app', 'b', manifest)).headers.get('docker-content-digest');
    expect((await call('DELETE', '/v2/app/manifests/a')).status).toBe(202);
    expect(registry.tags('app')).toEqual(['b']);
    expect((await call('DELETE', `/v2/app/manifests/${digest ?? ''}`)).status).toBe(202);
    expect(registry.tags('app')).toEqual([]);
    expect(await codeOf(await call('GET', '/v2/app/manifests/b'))).toEqual([
      404,
      'MANIFEST_UNKNOWN',
    ]);
  });

  test('have tags that are listed in order and in pages', async () => {
    const manifest = await imageManifest('app', []);
    for (const tag of ['c', 'a', 'b']) await putManifest('app', tag, manifest);
    const read = async (path: string): Promise<unknown> => (await call('GET', path)).json();
    expect(await read('/v2/app/tags/list')).toEqual({ name: 'app', tags: ['a', 'b', 'c'] });
    const page = await call('GET', '/v2/app/tags/list?n=2');
    const next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(await read(next)).toEqual({ name: 'app', tags: ['c'] });
    expect(await read('/v2/_catalog')).toEqual({ repositories: ['app'] });
  });

  test.each([
    ['GET', '/v2/none/tags/list', 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/Upper/manifests/v1', 400, 'NAME_INVALID'],
    ['POST', '/v2/app/manifests/v1', 405, 'UNSUPPORTED'],
    ['GET', '/v1/', 405, 'UNSUPPORTED'],
    ['GET', `/v2/app/blobs/sha256:${'0'.repeat(64)}`, 404, 'BLOB_UNKNOWN'],
  ])('%s %s is %d %s', async (method, path, status, code) => {
    expect(await codeOf(await call(method, path))).toEqual([status, code]);
  });
});

describe('image', () => {
  test('has the files of all layers on top of each other', async () => {
    const layers = await Promise.all([
      layer({ 'a/1': 'one', 'a/2': 'two', b: 'bee', 'c/1': 'see' }),
      layer({ 'a/.wh.1': '', 'a/2': 'new', 'c/.wh..wh..opq': '', 'c/2': 'sea' }),
    ]);
    await putManifest('app', 'v1', await imageManifest('app', layers));
    const { files, config, manifest, digest } = await registry.image('app', 'v1');
    const texts = [...files].filter(([, { type }]) => type === 'file');
    expect(
      Object.fromEntries(texts.map(([name, { content }]) => [name, content.toString()])),
    ).toEqual({
      'a/2': 'new',
      b: 'bee',
      'c/2': 'sea',
    });
    expect(config.architecture).toBe('amd64');
    expect(manifest.layers).toHaveLength(2);
    expect(digest).toBe(digestOf(Buffer.from(JSON.stringify(manifest))));
  });

  test('reports missing content', async () => {
    await expect(registry.image('app', 'v1')).rejects.toThrow('manifest unknown');
  });
});
