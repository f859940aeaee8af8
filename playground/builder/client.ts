import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { describeError } from '../../src/errors.ts';
import type { RegistryFlags } from './flags.ts';
import { readFile, type Logins } from './login.ts';
import type { Tree } from './tree.ts';

/** Options for all registries of a build. */
export interface Access {
  readonly flags: RegistryFlags;
  readonly logins: Logins;
  readonly unpacked: Tree;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Call {
  readonly method: string;
  /** A path below the address of the registry, or a URL: a Location header can contain either. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A client of one registry with the error messages of go-containerregistry, which kaniko uses. */
export class RegistryClient {
  readonly #address: string;
  readonly #access: Access;
  readonly #host: string;

  private constructor(address: string, host: string, access: Access) {
    this.#address = address;
    this.#host = host;
    this.#access = access;
  }

  /**
   * Detects whether the registry uses TLS or plain HTTP.
   * @throws Error with the response of each.
   */
  static async connect(host: string, access: Access): Promise<RegistryClient> {
    const failures: string[] = [];
    const isPlain = isLocal(host) || access.flags.insecure.includes(host);
    for (const scheme of isPlain ? ['https', 'http'] : ['https']) {
      const client = new RegistryClient(`${scheme}://${host}`, host, access);
      try {
        await client.#ping();
        return client;
      } catch (error) {
        failures.push(describeError(error));
      }
    }
    throw new Error(failures.join('; '));
  }

  /**
   * @param accepted statuses that are not errors.
   * @throws Error such as `GET http://host/v2/: UNAUTHORIZED: authentication required`.
   */
  async call(call: Call, accepted: readonly number[]): Promise<Answer> {
    const answer = await this.#send(call);
    if (accepted.includes(answer.status)) return answer;
    throw new Error(`${call.method} ${this.#url(call.path).href}: ${explain(answer)}`);
  }

  async #ping(): Promise<void> {
    const { headers } = await this.call({ method: 'GET', path: '/v2/' }, [200, 401]);
    if (!/^bearer/i.test(headers['www-authenticate'] ?? '')) return;
    throw new Error(
      `GET ${this.#address}/v2/: DENIED: the playground logs in with Basic auth only, and ${this.#host} wants a token`,
    );
  }

  #url(path: string): URL {
    return new URL(path, this.#address);
  }

  #send({ method, path, headers, body }: Call): Promise<Answer> {
    const url = this.#url(path);
    const login = this.#access.logins(this.#host);
    const options = {
      method,
      headers: {
        ...(login !== undefined && { Authorization: login }),
        ...(body !== undefined && { 'Content-Length': body.length }),
        ...headers,
      },
      // One connection each: the builder ends as soon as it has its answers.
      agent: false,
      ...(url.protocol === 'https:' && this.#tlsOptions()),
    };
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const verb = method.charAt(0) + method.slice(1).toLowerCase();
        reject(new Error(`${verb} "${url.href}": ${goText(error)}`));
      };
      const request = open(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  #tlsOptions(): { ca?: Buffer; rejectUnauthorized: boolean } {
    const { flags, unpacked } = this.#access;
    const file = flags.certificates.get(this.#host);
    const ca = file === undefined ? undefined : readFile(file, unpacked);
    return {
      rejectUnauthorized: !flags.unverified.includes(this.#host),
      ...(ca !== undefined && { ca }),
    };
  }
}

/** Hosts that go-containerregistry also tries without TLS. */
function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return (
    /^localhost$|\.local(?:host)?$|^127\.|^\[?::1\]?$/.test(name) ||
    (isIP(name) === 4 && /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(name))
  );
}

interface ErrorBody {
  readonly errors?: readonly {
    readonly code: string;
    readonly message: string;
    readonly detail?: unknown;
  }[];
}

function explain({ status, body }: Answer): string {
  const text = body.toString();
  try {
    const { errors = [] } = JSON.parse(text) as ErrorBody;
    const reasons = errors.map(({ code, message }) => `${code}: ${message}`);
    if (reasons.length > 0) return reasons.join('; ');
  } catch {
    // Not the JSON of a registry: the page of a proxy, or an empty body.
  }
  if (status === 401) return 'UNAUTHORIZED: authentication required';
  return `unexpected status code ${status}${text === '' ? '' : `: ${text.trim()}`}`;
}

const unknownAuthority = 'certificate signed by unknown authority';

const certificateReasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is not valid for this name',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

interface SocketError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** One for each address of a name. */
  readonly errors?: readonly SocketError[];
}

/** The text of Go for an error of Node's sockets. */
function goText(error: SocketError): string {
  const { code = '', address, port, hostname, message } = error.errors?.[0] ?? error;
  if (code === 'ECONNREFUSED') {
    return `dial tcp ${address ?? ''}:${port ?? ''}: connect: connection refused`;
  }
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${hostname ?? ''}: no such host`;
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return 'http: server gave HTTP response to HTTPS client';
  }
  const reason = certificateReasons[code];
  return reason === undefined ? message : `tls: failed to verify certificate: x509: ${reason}`;
}
