import { dockerHub, normalizeHost } from '../inputs/values/reference.ts';
import { withoutSlashes } from '../text/path.ts';

/** The key of Docker Hub in Docker's config.json, and its name for credential helpers. */
export const hubKey = 'https://index.docker.io/v1/';

/** What a key of `auths` or `credHelpers` names: a registry, or a path in it. */
export interface RegistryKey {
  /** Host and port; `index.docker.io` for Docker Hub. */
  readonly host: string;
  /** For example `group` of `host/group`; empty for the whole registry. */
  readonly path: string;
}

/** Reads a key in any of Docker's spellings: `https://host/v1/`, `host/v2`, `HOST`, `host/group`. */
export function readKey(key: string): RegistryKey {
  const bare = withoutSlashes(key.trim().replace(/^https?:\/\//i, ''));
  const slash = bare.indexOf('/');
  const host = slash === -1 ? bare : bare.slice(0, slash);
  const path = slash === -1 ? '' : bare.slice(slash + 1);
  return { host: normalizeHost(host), path: /^v[12]$/.test(path) ? '' : path };
}

/** The key under which builders look a registry up. @param host as the builder names it: an alias of Docker Hub is kept. */
export function writeKey({ host, path }: RegistryKey): string {
  if (path !== '') return `${host}/${path}`;
  return host === dockerHub ? hubKey : host;
}

/** True if a path of a registry contains the repository. Each registry contains all. */
export function containsPath(path: string, repository: string): boolean {
  return path === '' || repository === path || repository.startsWith(`${path}/`);
}
