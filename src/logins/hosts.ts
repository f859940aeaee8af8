import type { Inputs } from '../inputs/inputs.ts';
import { parseRepository } from '../inputs/values/reference.ts';
import type { Logins } from './logins.ts';

/** A registry whose credentials are sent if there are any. */
export interface WantedHost {
  readonly host: string;
  /** The build pushes there or has its cache there: a credential helper that fails is an error, not a warning. */
  readonly required: boolean;
}

/**
 * The registries whose credentials a build needs: those of the caches, those of the tags if it pushes, and those that
 * `pull-logins` selects.
 * @param pullHosts the registries that the Dockerfile names (registriesOf).
 */
export function wantedHosts(
  { image, registry }: Inputs,
  pullHosts: readonly string[],
): readonly WantedHost[] {
  const caches = [image.cacheFrom, image.cacheTo].filter((name) => name !== undefined);
  const required = [
    ...(image.push ? image.tags.map((tag) => tag.registry) : []),
    ...(image.noCache ? [] : caches.map((name) => parseRepository(name).registry)),
  ];
  const { pullLogins } = registry;
  const pulls = { auto: pullHosts, none: [] };
  const others = typeof pullLogins === 'string' ? pulls[pullLogins] : pullLogins;
  const wanted = new Map<string, WantedHost>();
  for (const host of others) wanted.set(host, { host, required: false });
  for (const host of required) wanted.set(host, { host, required: true });
  return [...wanted.values()];
}

/** The registries that the build pushes to without credentials; none if a Secret of the cluster has them, which is not read. */
export function hostsWithoutCredentials(
  { image, registry }: Inputs,
  { byHost }: Logins,
): readonly string[] {
  if (!image.push || registry.secret !== undefined) return [];
  const hosts = new Set(image.tags.map((tag) => tag.registry));
  return [...hosts].filter((host) => !byHost.has(host));
}
