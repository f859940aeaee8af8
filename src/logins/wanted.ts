import type { Action, RepositoryUse } from '../inputs/auths/scope.ts';
import type { Inputs } from '../inputs/inputs.ts';
import {
  normalizeHost,
  parseRepository,
  type PulledRepository,
} from '../inputs/values/reference.ts';
import type { RegistryMirror } from '../inputs/values/registry.ts';
import { loginFor, type Logins } from './logins.ts';

/** A repository whose credentials are sent if there are any. */
export interface WantedLogin extends RepositoryUse {
  /** The registry as the builder names it: more than one if a Dockerfile uses several spellings. */
  readonly hosts: readonly string[];
  /** The build pushes there or has its cache there: a credential helper that fails is an error, not a warning. */
  readonly required: boolean;
}

/**
 * The repositories whose credentials a build needs: those of the caches, those of the tags if it pushes, and those that
 * `pull-logins` selects. Each once.
 * @param pulls the repositories that the Dockerfile names.
 */
export function wantedLogins(
  inputs: Inputs,
  pulls: readonly PulledRepository[],
): readonly WantedLogin[] {
  const wanted = new Map<string, WantedLogin>();
  for (const login of [...pullsOf(inputs, pulls), ...pushesOf(inputs), ...cachesOf(inputs)]) {
    const key = `${login.registry}/${login.path}`;
    const other = wanted.get(key);
    wanted.set(key, other === undefined ? login : union(other, login));
  }
  return [...wanted.values()];
}

function union(one: WantedLogin, other: WantedLogin): WantedLogin {
  return {
    ...one,
    actions: [...new Set([...one.actions, ...other.actions])],
    hosts: [...new Set([...one.hosts, ...other.hosts])],
    required: one.required || other.required,
  };
}

function pushesOf({ image }: Inputs): readonly WantedLogin[] {
  if (!image.push) return [];
  return image.tags.map(({ registry, repository }) => ({
    registry,
    path: repository,
    actions: ['pull', 'push'],
    hosts: [registry],
    required: true,
  }));
}

function cachesOf({ image }: Inputs): readonly WantedLogin[] {
  if (image.noCache) return [];
  const cacheLogin = (name: string, actions: readonly Action[]): WantedLogin => {
    const { registry, path } = parseRepository(name);
    return { registry, path, actions, hosts: [registry], required: true };
  };
  return [
    ...(image.cacheFrom === undefined ? [] : [cacheLogin(image.cacheFrom, ['pull'])]),
    ...(image.cacheTo === undefined ? [] : [cacheLogin(image.cacheTo, ['pull', 'push'])]),
  ];
}

/** The repositories of the Dockerfile and those of their mirrors, as far as `pull-logins` selects them. */
function pullsOf(
  { registry: { pullLogins, mirrors } }: Inputs,
  pulls: readonly PulledRepository[],
): readonly WantedLogin[] {
  if (pullLogins === 'none') return [];
  const all = pulls
    .flatMap((pull) => [
      pull,
      ...mirrors
        .filter(({ registry }) => registry === pull.registry)
        .map((mirror) => mirroredAt(mirror, pull)),
    ])
    .map(({ registry, path, host }) => pullLogin(registry, path, host));
  if (pullLogins === 'auto') return all;
  const selected = new Set(pullLogins);
  const listed = all.filter(({ registry }) => selected.has(registry));
  const named = new Set(listed.map(({ registry }) => registry));
  const others = pullLogins.filter((host) => !named.has(host));
  return [...listed, ...others.map((host) => pullLogin(host, '', host))];
}

function pullLogin(registry: string, path: string, host: string): WantedLogin {
  return { registry, path, actions: ['pull'], hosts: [host], required: false };
}

/** A mirror with a path has the repositories below it. */
function mirroredAt({ mirror }: RegistryMirror, { path }: PulledRepository): PulledRepository {
  const [, host = '', prefix = ''] = /^([^/]*)\/?(.*)$/s.exec(mirror) ?? [];
  return {
    registry: normalizeHost(host),
    path: prefix === '' ? path : `${prefix}/${path}`,
    host,
  };
}

/** The registries that the build pushes to without credentials; none if a Secret of the cluster has them, which is not read. */
export function hostsWithoutCredentials(
  { image, registry }: Inputs,
  { byHost }: Logins,
): readonly string[] {
  if (!image.push || registry.secret !== undefined) return [];
  const missing = image.tags.filter(
    (tag) => loginFor(byHost, tag.registry, tag.repository) === undefined,
  );
  return [...new Set(missing.map((tag) => tag.registry))];
}
