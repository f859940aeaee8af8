// GitHub's part of a login with OIDC: an issuer that an API server can trust, and the endpoint of the runner that gives its
// tokens to the job.
import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface IssuerOptions {
  /** Certificate of the issuer for 127.0.0.1, and its key, in PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Claims of every token, for example `sub` and `repository`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** How long a token is valid; default 300, as GitHub's. */
  readonly lifeSeconds?: number;
}

const keyId = 'test';

/** Two servers on 127.0.0.1: the issuer with its discovery document and keys on HTTPS, the endpoint of the runner on HTTP. */
export class OidcIssuer {
  /** The audience of every token that was issued. */
  readonly audiences: string[] = [];
  readonly #claims: IssuerOptions['claims'];
  readonly #lifeSeconds: number;
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #requestToken = randomBytes(16).toString('hex');
  readonly #issuer: Server;
  readonly #runner: Server;

  private constructor({ tls, claims, lifeSeconds = 300 }: IssuerOptions) {
    this.#claims = claims;
    this.#lifeSeconds = lifeSeconds;
    this.#issuer = createHttpsServer(tls, ({ url = '' }, response) => {
      this.#describe(url, response);
    });
    this.#runner = createHttpServer(({ url = '', headers }, response) => {
      const isAuthorized = headers.authorization === `Bearer ${this.#requestToken}`;
      const audience = new URL(url, 'http://runner').searchParams.get('audience');
      if (!isAuthorized || audience === null) response.writeHead(401).end();
      else sendJson(response, { count: 1, value: this.issue(audience) });
    });
  }

  static async start(options: IssuerOptions): Promise<OidcIssuer> {
    const issuer = new OidcIssuer(options);
    for (const server of [issuer.#issuer, issuer.#runner]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return issuer;
  }

  /** The claim `iss`. */
  get url(): string {
    return `https://127.0.0.1:${portOf(this.#issuer)}`;
  }

  /** The variables of a job with the permission id-token: write. */
  get environment(): Readonly<Record<string, string>> {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${portOf(this.#runner)}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: this.#requestToken,
    };
  }

  /** A token, signed with RS256. */
  issue(audience: string): string {
    this.audiences.push(audience);
    const now = Math.floor(Date.now() / 1_000);
    const times = { iat: now, nbf: now - 600, exp: now + this.#lifeSeconds };
    const claims = { ...this.#claims, iss: this.url, aud: audience, ...times };
    const signed = [
      { alg: 'RS256', typ: 'JWT', kid: keyId },
      { ...claims, jti: randomBytes(8).toString('hex') },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${sign(signed, this.#keys.privateKey)}`;
  }

  async stop(): Promise<void> {
    for (const server of [this.#issuer, this.#runner]) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  #describe(url: string, response: ServerResponse): void {
    if (url === '/.well-known/openid-configuration') {
      sendJson(response, {
        issuer: this.url,
        jwks_uri: `${this.url}/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (url === '/jwks') {
      const key = this.#keys.publicKey.export({ format: 'jwk' });
      sendJson(response, { keys: [{ ...key, kid: keyId, alg: 'RS256', use: 'sig' }] });
    } else {
      response.writeHead(404).end();
    }
  }
}

function sign(text: string, key: KeyObject): string {
  return createSign('RSA-SHA256').update(text).sign(key, 'base64url');
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
