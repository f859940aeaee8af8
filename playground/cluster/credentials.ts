import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { ApiFailure } from './failure.ts';
import { nobody } from './rights.ts';

/** `server` is used first. `renewed` is signed by the same CA certificate, `foreign` is not. */
export type CertificateName = 'server' | 'renewed' | 'foreign';

type KubeconfigAuth = 'token' | 'client-certificate' | 'nobody' | 'none';

export interface KubeconfigOptions {
  /** `nobody`: a valid token of a ServiceAccount without permissions. */
  readonly auth?: KubeconfigAuth;
  readonly namespace?: string;
  /** Distinguishes the requests of one client: its token ends with this name. */
  readonly client?: string;
}

const directory = join(import.meta.dirname, '..', 'tls');

/** TLS files: a CA certificate and those that it signs, valid until 2120. They are only for loopback connections. */
export function readTls(name: CertificateName): { key: string; cert: string; ca: string } {
  return { key: readPem(`${name}.key`), cert: readPem(`${name}.crt`), ca: readPem('ca.crt') };
}

/** The ServiceAccount of the playground, by token or by client certificate, and one without permissions. */
export class Credentials {
  #token = newToken();
  readonly #nobodysToken = newToken();
  /**
   * The client key is not a secret: it is in the repository, and pods run commands on this machine. It is refused until
   * a kubeconfig with it is created.
   */
  #acceptsCertificate = false;

  get token(): string {
    return this.#token;
  }

  /** Revokes the token; kubeconfigs created later have a new one. */
  expireToken(): void {
    this.#token = newToken();
  }

  /** Name of the user that sent the request. @throws ApiFailure 401 */
  userOf({ headers, socket }: IncomingMessage): string {
    const { authorization } = headers;
    if (authorization !== undefined) {
      if (withoutClient(authorization) === `Bearer ${this.#token}`)
        return 'system:serviceaccount:default:playground';
      if (authorization === `Bearer ${this.#nobodysToken}`) return nobody;
      throw new ApiFailure(401, 'Unauthorized');
    }
    if (this.#acceptsCertificate && socket instanceof TLSSocket && socket.authorized)
      return 'playground-client';
    return 'system:anonymous';
  }

  kubeconfig(
    server: string,
    { auth = 'token', namespace = 'default', client }: KubeconfigOptions,
  ): string {
    const name = 'playground';
    return JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': name,
        clusters: [
          { name, cluster: { server, 'certificate-authority-data': toBase64(readPem('ca.crt')) } },
        ],
        contexts: [{ name, context: { cluster: name, user: name, namespace } }],
        users: [{ name, user: this.#user(auth, client) }],
      },
      undefined,
      2,
    );
  }

  #user(auth: KubeconfigAuth, client: string | undefined): Record<string, string> {
    if (auth === 'none') return {};
    if (auth === 'token')
      return { token: client === undefined ? this.#token : `${this.#token}.${client}` };
    if (auth === 'nobody') return { token: this.#nobodysToken };
    this.#acceptsCertificate = true;
    return {
      'client-certificate-data': toBase64(readPem('client.crt')),
      'client-key-data': toBase64(readPem('client.key')),
    };
  }
}

/** Name of the client that sent the request; undefined for a kubeconfig without one. */
export function clientOf({ headers: { authorization } }: IncomingMessage): string | undefined {
  return /^Bearer [^.]+\.(.+)$/.exec(authorization ?? '')?.[1];
}

function withoutClient(authorization: string): string {
  return authorization.replace(/\..*$/, '');
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function readPem(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
