import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { InsecureRegistry } from '../../inputs/values/registry.ts';
import type { Credentials } from '../../logins/credentials.ts';
import { readKey } from '../../logins/registry-key.ts';
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

  /** The credentials for a repository: of the longest path in the registry that contains it, else of the registry. */
  credentials(host: string, repository: string): Credentials | undefined {
    const entries = Object.entries(this.#access.logins.get(host) ?? {}).map(
      ([key, credentials]) => ({ path: readKey(key).path, credentials }),
    );
    return entries
      .filter(({ path }) => path === '' || `${repository}/`.startsWith(`${path}/`))
      .toSorted((one, other) => other.path.length - one.path.length)[0]?.credentials;
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
