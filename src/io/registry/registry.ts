import { isCertificateError, isTlsError } from '../../errors.ts';
import type { ImageReference } from '../../inputs/values/reference.ts';
import type { RegistryAccess } from '../../logins/registry-access.ts';
import type { Registry, RegistryRefusal } from '../../ports.ts';
import { excerpt } from '../../text/excerpt.ts';
import { field, itemsOf, parseJson, text } from '../../text/json.ts';
import { toError } from '../../time/abort.ts';
import { ProxyError } from '../proxy/proxy-error.ts';
import { authorize, TokenRefusal } from './authorization.ts';
import { parseChallenge } from './challenge.ts';
import { digestOf, exchange, type RegistryReply, type RegistryRequest } from './exchange.ts';
import { RegistryHosts } from './hosts.ts';

/** An image or an index, of OCI or Docker: without these types a registry may convert the manifest, which has another digest then. */
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const mostRedirects = 3;
/** Characters of a message of the registry that are quoted. */
const longestQuote = 200;

/** A request for a repository of a registry; the path is below `/v2/`. */
interface Call {
  readonly method: 'GET' | 'HEAD';
  readonly host: string;
  readonly repository: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A client of the distribution API (OCI distribution specification). It sends credentials only to the registry that they are for
 * and to the token service that this registry names, and over plain HTTP only where `insecure-registries` permits it.
 */
export class HttpRegistry implements Registry {
  readonly #hosts: RegistryHosts;
  /** `https://host` or `http://host`, by host. */
  readonly #origins = new Map<string, string>();
  /** Authorization headers by repository. */
  readonly #authorizations = new Map<string, string>();
  /** The repositories for which credentials were sent. */
  readonly #sent = new Set<string>();

  constructor(access: RegistryAccess) {
    this.#hosts = new RegistryHosts(access);
  }

  async tagDigest(
    { registry: host, repository, tag }: ImageReference,
    signal: AbortSignal,
  ): Promise<string | RegistryRefusal> {
    const path = `${repository}/manifests/${tag}`;
    const name = `${host}/${repository}`;
    const call = { host, repository, path, headers: { accept: manifestTypes } };
    try {
      const { status, headers } = await this.#call({ ...call, method: 'HEAD' }, signal);
      const digest = headers['docker-content-digest'];
      if (status === 200 && typeof digest === 'string' && digestPattern.test(digest)) return digest;
      // Some registries refuse HEAD, or send no digest.
      const reply = await this.#call({ ...call, method: 'GET' }, signal);
      if (reply.status === 200 && isManifest(reply)) return digestOf(reply.body);
      return {
        failure: new Error(describeReply(reply)),
        status: reply.status,
        ...codeOf(reply),
        sentCredentials: this.#sent.has(name),
        isTemporary: isTemporary(reply.status),
        hasResponded: true,
      };
    } catch (error) {
      signal.throwIfAborted();
      const isFinal =
        error instanceof ProxyError
          ? !error.isTemporary
          : isCertificateError(error) || isTlsError(error);
      return {
        failure: toError(error),
        ...(error instanceof TokenRefusal && { status: error.status, isOfTokenService: true }),
        sentCredentials: this.#sent.has(name),
        isTemporary: !isFinal,
        hasResponded: false,
      };
    }
  }

  /** The response to a call, authorized if the registry asks for it. */
  async #call(
    { method, host, repository, path, headers }: Call,
    signal: AbortSignal,
  ): Promise<RegistryReply> {
    const origin = await this.#origin(host, signal);
    const isPlainListed = this.#hosts.isPlainListed(host);
    const url = new URL(`${origin}/v2/${path}`);
    const name = `${host}/${repository}`;
    const send = (authorization: string | undefined): Promise<FollowedReply> => {
      const all = { ...headers, ...(authorization !== undefined && { authorization }) };
      return this.#follow({ method, url, headers: all }, signal);
    };
    const { reply, origin: answered } = await send(this.#authorizations.get(name));
    const challenge = parseChallenge(reply.headers['www-authenticate']);
    if (reply.status !== 401 || challenge === undefined) return reply;
    // The credentials are for this registry, not for a host that it redirects to, nor for the token service of that host.
    if (answered !== url.origin) return reply;
    const isSafe = url.protocol === 'https:' || isPlainListed;
    const purpose = {
      scope: `repository:${repository}:pull`,
      credentials: isSafe ? this.#hosts.credentials(host, repository) : undefined,
      isPlainAllowed: url.protocol === 'http:',
    };
    const note = (): void => {
      if (purpose.credentials !== undefined) this.#sent.add(name);
    };
    const authorization = await authorize(challenge, purpose, (request) => {
      note();
      return this.#send(request, signal);
    });
    if (authorization === undefined) return reply;
    note();
    this.#authorizations.set(name, authorization);
    return (await send(authorization)).reply;
  }

  /** Finds out whether the registry uses TLS, where plain HTTP is permitted. */
  async #origin(host: string, signal: AbortSignal): Promise<string> {
    const known = this.#origins.get(host);
    if (known !== undefined) return known;
    const [first, ...others] = this.#hosts.schemes(host).map((scheme) => `${scheme}://${host}`);
    let origin = first ?? '';
    for (const next of others) {
      try {
        await this.#send({ method: 'GET', url: new URL(`${origin}/v2/`) }, signal);
        break;
      } catch (error) {
        if (signal.aborted || isCertificateError(error)) throw error;
        origin = next;
      }
    }
    this.#origins.set(host, origin);
    return origin;
  }

  /** Follows redirects. Credentials are not sent to another origin, and a redirect does not end TLS. */
  async #follow(request: RegistryRequest, signal: AbortSignal): Promise<FollowedReply> {
    let current = request;
    for (let left = mostRedirects; ; left--) {
      const reply = await this.#send(current, signal);
      const { location } = reply.headers;
      if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) {
        return { reply, origin: current.url.origin };
      }
      const url = URL.parse(location, current.url.href);
      const isHttp = url?.protocol === 'https:' || url?.protocol === current.url.protocol;
      if (left === 0 || url === null || !isHttp) {
        throw new Error(`the registry redirects the request (HTTP ${reply.status})`);
      }
      const { authorization, ...others } = current.headers ?? {};
      const isSame = url.origin === request.url.origin && authorization !== undefined;
      current = { ...current, url, headers: { ...others, ...(isSame && { authorization }) } };
    }
  }

  #send(request: RegistryRequest, signal: AbortSignal): Promise<RegistryReply> {
    return exchange(request, this.#hosts.tls(request.url), signal);
  }
}

/** A response, and the origin that sent it after all redirects. */
interface FollowedReply {
  readonly reply: RegistryReply;
  readonly origin: string;
}

/** False for the page of a proxy or of a sign-in service. */
function isManifest({ body }: RegistryReply): boolean {
  return typeof field(parseJson(body.toString('utf8')), 'schemaVersion') === 'number';
}

/** The first error that the registry gives. */
function firstError({ body }: RegistryReply): unknown {
  return itemsOf(field(parseJson(body.toString('utf8')), 'errors'))[0];
}

function codeOf(reply: RegistryReply): Pick<RegistryRefusal, 'code'> {
  const code = text(field(firstError(reply), 'code')) ?? '';
  return code === '' ? {} : { code };
}

/** The status, and the first error that the registry gives for it. */
function describeReply(reply: RegistryReply): string {
  const { status } = reply;
  const error = firstError(reply);
  const words = [text(field(error, 'code')), text(field(error, 'message'))].filter(
    (word) => word !== undefined && word !== '',
  );
  if (status === 200) return 'the registry responded with something other than a manifest';
  const reason = words.length === 0 ? '' : ` (${excerpt(words.join(': '), longestQuote)})`;
  return `the registry responded with HTTP ${status}${reason}`;
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}
