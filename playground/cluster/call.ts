import { describeError } from '../../src/errors.ts';
import { ApiFailure, PlainFailure } from './failure.ts';

export interface JsonAnswer {
  readonly code: number;
  readonly body: unknown;
  /** Header `Warning`. */
  readonly warnings?: readonly string[];
}

/** A request with its user. */
export interface Call {
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
}

/** The object of a path of the core API. */
export interface Target {
  readonly namespace: string;
  readonly resource: string;
  readonly name?: string;
}

const corePath =
  /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/(?<kind>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<part>[^/]+))?)?$/;

/** Paths of an API get a Status. Paths outside of all APIs are never permitted. */
export function notFound({ path, user, method }: Call): Error {
  if (!/^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/.test(path)) {
    const verb = method.toLowerCase();
    const message = `forbidden: User "${user}" cannot ${verb} path "${path}"`;
    return new ApiFailure(403, message, { hasDetails: true });
  }
  return path.startsWith('/api/') || path.startsWith('/apis/')
    ? new ApiFailure(404, 'the server could not find the requested resource')
    : new PlainFailure(404, '404 page not found\n');
}

export function parseTarget(path: string): Target | undefined {
  const { namespace, kind, name, part } = corePath.exec(path)?.groups ?? {};
  if (namespace === undefined || kind === undefined) return undefined;
  return {
    namespace,
    resource: part === undefined ? kind : `${kind}/${part}`,
    ...(name !== undefined && { name }),
  };
}

export function verbOf({ method, query }: Call, { name }: Target): string {
  if (method === 'POST') return 'create';
  if (method === 'DELETE') return 'delete';
  if (method !== 'GET') return method.toLowerCase();
  if (name !== undefined) return 'get';
  return query.get('watch') === null ? 'list' : 'watch';
}

/** @param kind required kind of the body; undefined for the options of a request */
export function parseBody(sent: string, kind: string | undefined): unknown {
  try {
    return JSON.parse(sent) as unknown;
  } catch (error) {
    const why = describeError(error).replace(/^Unexpected end/, 'unexpected end');
    const text = `couldn't get version/kind; json parse error: ${why}`;
    if (kind === undefined) throw new ApiFailure(400, text);
    const shown = sent === '' ? '<empty>' : Buffer.from(sent).toString('hex');
    throw new ApiFailure(
      400,
      `the object provided is unrecognized (must be of type ${kind}): ${text} (${shown})`,
    );
  }
}
