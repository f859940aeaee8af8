import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { InsecureRegistry } from '../../inputs/values/registry.ts';
import type { Credentials } from '../../logins/credentials.ts';
import { loginFor } from '../../logins/logins.ts';
import type { RegistryAccess } from '../../logins/registry-access.ts';
import { trustSystem } from '../trust.ts';
import type { TlsOptions } from './proxy.ts';

/** What the inputs permit for each host. */
export class RegistryHosts {
  readonly #access: RegistryAccess;
  readonly #ca: string[] | undefined;

  constructor(access: RegistryAccess) {
    this.#access = access;
    if (access.ca !== undefined) {
      trustSystem();
      this.#ca = [...getCACertificates('default'), access.ca];
    }
  }

  /** The schemes to try, in their order: those that builders try. */
  schemes(host: string): readonly ('https' | 'http')[] {
    return this.isPlainListed(host) || isLocal(host) ? ['https', 'http'] : ['https'];
  }

  /** True if `insecure-registries` permits plain HTTP, with credentials. */
  isPlainListed(host: string): boolean {
    return this.#listed(host).some(({ http }) => http);
  }

  tls(url: URL): TlsOptions {
    const hosts = [url.host, `${url.hostname}:${url.port || 443}`];
    const isUnverified = hosts.flatMap((host) => this.#listed(host)).some((e) => e.unverifiedTls);
    return {
      ...(this.#ca !== undefined && { ca: this.#ca }),
      ...(isUnverified && { rejectUnauthorized: false }),
    };
  }

  credentials(host: string, repository: string): Credentials | undefined {
    return loginFor(this.#access.logins, host, repository);
  }

  #listed(host: string): readonly InsecureRegistry[] {
    return this.#access.insecure.filter((entry) => entry.host === host);
  }
}

/** Hosts that go-containerregistry, which kaniko uses, also tries without TLS. */
function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return (
    /^localhost$|\.local(?:host)?$|^127\.|^\[::1\]$/.test(name) ||
    (isIP(name) === 4 && /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(name))
  );
}
