import type { IncomingMessage } from 'node:http';
import { RegistryFailure } from './failure.ts';
import type { Store } from './store.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
}

/** A request with its query and the parts of its path. */
interface Call {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly repository: string;
  /** Tag, digest or upload; empty where the path has none. */
  readonly reference: string;
}

type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

const namePattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** The distribution API, see the OCI distribution specification, "Endpoints". */
export class Routes {
  readonly #store: Store;
  readonly #routes: readonly Route[];

  constructor(store: Store) {
    this.#store = store;
    const getManifest = this.#getManifest.bind(this);
    const getBlob = this.#getBlob.bind(this);
    this.#routes = [
      { path: /^\/v2\/_catalog$/, methods: { GET: this.#catalog.bind(this) } },
      { path: /^\/v2\/(.+)\/tags\/list$/, methods: { GET: this.#tags.bind(this) } },
      {
        path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
        methods: {
          GET: getManifest,
          HEAD: getManifest,
          PUT: this.#putManifest.bind(this),
          DELETE: this.#deleteManifest.bind(this),
        },
      },
      { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: this.#startUpload.bind(this) } },
      {
        path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
        methods: {
          GET: this.#uploadStatus.bind(this),
          PATCH: this.#appendUpload.bind(this),
          PUT: this.#finishUpload.bind(this),
          DELETE: this.#cancelUpload.bind(this),
        },
      },
      { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: getBlob, HEAD: getBlob } },
      { path: /^\/v2\/?$/, methods: { GET: () => json({}), HEAD: () => json({}) } },
    ];
  }

  async answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? '/', 'http://registry');
    for (const { path, methods } of this.#routes) {
      const match = path.exec(url.pathname);
      if (match === null) continue;
      const [, repository = '', reference = ''] = match.map((part) => decodeURIComponent(part));
      if (match.length > 1 && !namePattern.test(repository)) {
        throw new RegistryFailure('NAME_INVALID', 'invalid repository name', repository);
      }
      const handler = methods[request.method ?? 'GET'];
      if (handler === undefined) break;
      return await handler({ request, query: url.searchParams, repository, reference });
    }
    throw new RegistryFailure('UNSUPPORTED', 'The operation is unsupported.');
  }

  #catalog(): Reply {
    return json({ repositories: this.#store.repositories });
  }

  #tags({ repository, query }: Call): Reply {
    const all = this.#store.tags(repository);
    const last = query.get('last');
    const after = last === null ? all : all.filter((tag) => tag > last);
    const count = Number(query.get('n') ?? after.length);
    const tags = after.slice(0, count);
    const next = `</v2/${repository}/tags/list?n=${count}&last=${tags.at(-1) ?? ''}>; rel="next"`;
    return json({ name: repository, tags }, tags.length < after.length ? { Link: next } : {});
  }

  #getManifest({ repository, reference }: Call): Reply {
    const { mediaType, digest, body } = this.#store.manifest(repository, reference);
    const headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest };
    return { status: 200, headers, body };
  }

  async #putManifest({ request, repository, reference }: Call): Promise<Reply> {
    const { digest } = this.#store.putManifest(repository, reference, {
      mediaType: request.headers['content-type'] ?? '',
      body: await readBody(request),
    });
    return created(`/v2/${repository}/manifests/${digest}`, digest);
  }

  #deleteManifest({ repository, reference }: Call): Reply {
    this.#store.deleteManifest(repository, reference);
    return { status: 202 };
  }

  #getBlob({ request, repository, reference }: Call): Reply {
    const blob = this.#store.blob(repository, reference);
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Docker-Content-Digest': reference,
      'Accept-Ranges': 'bytes',
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (range === null) return { status: 200, headers, body: blob };
    const start = Number(range[1]);
    if (start >= blob.length) throw new RegistryFailure('RANGE_INVALID', 'invalid content range');
    const body = blob.subarray(start, range[2] === '' ? undefined : Number(range[2]) + 1);
    const part = `bytes ${start}-${start + body.length - 1}/${blob.length}`;
    return { status: 206, headers: { ...headers, 'Content-Range': part }, body };
  }

  /** Mounts a blob of another repository, takes a whole one, or starts an upload. */
  async #startUpload({ request, query, repository }: Call): Promise<Reply> {
    const mount = query.get('mount');
    const from = query.get('from');
    if (mount !== null && from !== null && this.#store.mount(repository, mount, from)) {
      return created(blobPath(repository, mount), mount);
    }
    const id = this.#store.startUpload(repository);
    const digest = query.get('digest');
    if (digest === null) return this.#uploadReply(202, repository, id);
    this.#store.append(repository, id, await readBody(request));
    this.#store.finishUpload(repository, id, digest);
    return created(blobPath(repository, digest), digest);
  }

  #uploadStatus({ repository, reference }: Call): Reply {
    return this.#uploadReply(204, repository, reference);
  }

  async #appendUpload({ request, repository, reference }: Call): Promise<Reply> {
    const range = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '');
    const uploaded = this.#store.uploadedBytes(repository, reference);
    if (range !== null && Number(range[1]) !== uploaded) {
      throw new RegistryFailure('RANGE_INVALID', 'invalid content range');
    }
    this.#store.append(repository, reference, await readBody(request));
    return this.#uploadReply(202, repository, reference);
  }

  async #finishUpload({ request, query, repository, reference }: Call): Promise<Reply> {
    const digest = query.get('digest');
    if (digest === null) throw new RegistryFailure('DIGEST_INVALID', 'digest missing');
    this.#store.append(repository, reference, await readBody(request));
    this.#store.finishUpload(repository, reference, digest);
    return created(blobPath(repository, digest), digest);
  }

  #cancelUpload({ repository, reference }: Call): Reply {
    this.#store.cancelUpload(repository, reference);
    return { status: 204 };
  }

  #uploadReply(status: number, repository: string, id: string): Reply {
    const lastByte = Math.max(0, this.#store.uploadedBytes(repository, id) - 1);
    return {
      status,
      headers: {
        Location: `/v2/${repository}/blobs/uploads/${id}`,
        Range: `0-${lastByte}`,
        'Docker-Upload-UUID': id,
      },
    };
  }
}

function blobPath(repository: string, digest: string): string {
  return `/v2/${repository}/blobs/${digest}`;
}

function created(location: string, digest: string): Reply {
  return { status: 201, headers: { Location: location, 'Docker-Content-Digest': digest } };
}

function json(value: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
