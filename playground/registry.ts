import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describeError } from '../src/errors.ts';
import { openLayer } from './builder/layer.ts';
import { unpack, type Tree } from './builder/tree.ts';
import type { ImageManifest, ImageConfig } from './oci/image-spec.ts';
import { RegistryFailure } from './registry/failure.ts';
import { Routes, type Reply } from './registry/routes.ts';
import { Store } from './registry/store.ts';

export interface RegistryOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Credentials of Basic auth; without them every request is permitted. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** An image in the registry. */
export interface PocketImage {
  readonly digest: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** The files of all layers. */
  readonly files: Tree;
}

/** A small registry in memory, for one run. */
export interface PocketRegistry {
  /** Host and port, as in an image reference. */
  readonly host: string;
  readonly repositories: readonly string[];
  /** Empty for a repository that nothing was pushed to. */
  tags(repository: string): readonly string[];
  /**
   * @param reference tag or digest.
   * @throws RegistryFailure if the image does not exist.
   */
  image(repository: string, reference: string): Promise<PocketImage>;
  close(): Promise<void>;
}

/** Starts a registry with the part of the distribution API that docker, crane and kaniko use. */
export async function startRegistry({
  port = 0,
  host = '127.0.0.1',
  credentials,
  tls,
}: RegistryOptions = {}): Promise<PocketRegistry> {
  const store = new Store();
  const routes = new Routes(store);
  const allowed = credentials && basicHeader(credentials);
  const listener: RequestListener = (request, response) => {
    void answer(request, allowed, routes).then((reply) => {
      send(response, reply, request.method);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    host: formatHost(server),
    get repositories() {
      return store.repositories;
    },
    tags: (repository) => (store.repositories.includes(repository) ? store.tags(repository) : []),
    image: (repository, reference) => readImage(store, repository, reference),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  allowed: string | undefined,
  routes: Routes,
): Promise<Reply> {
  try {
    if (allowed !== undefined && request.headers.authorization !== allowed) {
      throw new RegistryFailure('UNAUTHORIZED', 'authentication required');
    }
    return await routes.answer(request);
  } catch (error) {
    return toReply(error);
  }
}

function toReply(error: unknown): Reply {
  const headers = { 'Content-Type': 'application/json' };
  if (!(error instanceof RegistryFailure)) {
    const errors = [{ code: 'UNKNOWN', message: describeError(error), detail: null }];
    return { status: 500, headers, body: Buffer.from(JSON.stringify({ errors })) };
  }
  const challenge = { 'WWW-Authenticate': 'Basic realm="playground"' };
  const { status, body } = error;
  return { status, headers: { ...headers, ...(status === 401 && challenge) }, body };
}

function send(response: ServerResponse, reply: Reply, method: string | undefined): void {
  const { status, headers = {}, body } = reply;
  response.writeHead(status, {
    'Docker-Distribution-API-Version': 'registry/2.0',
    // A response 204 has neither a body nor a length.
    ...(status !== 204 && { 'Content-Length': body?.length ?? 0 }),
    ...headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function basicHeader({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function formatHost(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

async function readImage(
  store: Store,
  repository: string,
  reference: string,
): Promise<PocketImage> {
  const { digest, body } = store.manifest(repository, reference);
  const manifest = JSON.parse(body.toString()) as ImageManifest;
  const config = JSON.parse(
    store.blob(repository, manifest.config.digest).toString(),
  ) as ImageConfig;
  let files: Tree = new Map();
  for (const layer of manifest.layers) {
    const archive = openLayer(store.blob(repository, layer.digest));
    files = await unpack(archive, files, { isLayer: true });
  }
  return { digest, manifest, config, files };
}
