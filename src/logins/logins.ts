import type { Credentials } from './credentials.ts';

/** Entries of `auths` in Docker's config.json for one registry: one for all of it, others for paths in it. */
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
