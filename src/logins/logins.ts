import type { Credentials } from './credentials.ts';
import { containsPath, readKey } from './registry-key.ts';

/**
 * Entries of `auths` in Docker's config.json for one registry: one for all of it, others for repositories in it. An empty one has
 * no credentials: builders would otherwise use those of another repository.
 */
export type HostEntries = Readonly<Record<string, Credentials>>;

/** Registry credentials that are sent together with the context. */
export interface Logins {
  /** By host, `index.docker.io` for Docker Hub; only hosts with credentials. */
  readonly byHost: ReadonlyMap<string, HostEntries>;
  /** To be masked before anything is logged. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

export const noLogins: Logins = { byHost: new Map(), secrets: [], warnings: [] };

/** The credentials for a repository: of the longest path in the registry that contains it, else of the registry. */
export function loginFor(
  byHost: Logins['byHost'],
  registry: string,
  repository: string,
): Credentials | undefined {
  const [found] = Object.entries(byHost.get(registry) ?? {})
    .map(([key, credentials]) => ({ path: readKey(key).path, credentials }))
    .filter(({ path }) => containsPath(path, repository))
    .toSorted((one, other) => other.path.length - one.path.length);
  return found === undefined || Object.keys(found.credentials).length === 0
    ? undefined
    : found.credentials;
}
