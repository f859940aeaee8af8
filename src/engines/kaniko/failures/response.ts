import { words } from './rule.ts';

/** What the error response of a registry means, whatever the request was for. */
export type ResponseKind = 'immutable' | 'limited' | 'missing' | 'unavailable' | 'unclear';

/** The error response of a registry, as go-containerregistry prints it. */
export interface RegistryResponse {
  /** Host and port of the server: the registry or its token service. */
  readonly host: string;
  /** Of the request, without a query. */
  readonly path: string;
  /** `CODE: message`, or `unexpected status code 503 Service Unavailable`; cut. */
  readonly words: string;
  readonly kind: ResponseKind;
  /** True if the same request can succeed later. */
  readonly canPass: boolean;
}

const request = /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) https?:\/\/(\S+): /g;
const plainToTls = 'Client sent an HTTP request to an HTTPS server';

/** True if the certificate of the registry is not trusted. kaniko then tries plain HTTP, too. */
export function hasForeignCertificate(error: string): boolean {
  return /Get "https:[^"]*": [^;]*x509: /.test(error);
}

/** True for a response that other credentials can change. */
export function isDenied(text: string): boolean {
  return /\b(?:UNAUTHORIZED|DENIED)\b|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b/.test(
    text,
  );
}

/** The last response in an error; undefined without one that explains it. */
export function readResponse(error: string): RegistryResponse | undefined {
  if (hasForeignCertificate(error) || error.includes(plainToTls)) return undefined;
  const match = [...error.matchAll(request)].at(-1);
  if (match === undefined) return undefined;
  const [whole, address = ''] = match;
  const [host = '', ...segments] = (address.split('?', 1)[0] ?? '').split('/');
  const text = error.slice(match.index + whole.length);
  const kind = kindOf(text);
  return {
    host,
    path: `/${segments.join('/')}`,
    words: words(text),
    kind,
    // As go-containerregistry decides it: UNKNOWN is what some registries return while they are overloaded.
    canPass: kind === 'limited' || kind === 'unavailable' || codeOf(text) === 'UNKNOWN',
  };
}

function kindOf(text: string): ResponseKind {
  const code = codeOf(text);
  const status = statusOf(text);
  if (/\bimmutab(?:le|ility)\b/i.test(text)) return 'immutable';
  if (code === 'TOOMANYREQUESTS' || status === 429) return 'limited';
  if (code === 'NAME_UNKNOWN' || status === 404) return 'missing';
  if (code === 'UNAVAILABLE' || status === 408 || status >= 500) return 'unavailable';
  return 'unclear';
}

/** NaN without a status: go-containerregistry prints it for responses without a code. */
function statusOf(text: string): number {
  return Number(/^unexpected status code (\d{3})\b/.exec(text)?.[1]);
}

function codeOf(text: string): string | undefined {
  return /^(?:multiple errors returned: )?([A-Z][A-Z_]*):/.exec(text)?.[1];
}
