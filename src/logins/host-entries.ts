import { isDeepStrictEqual } from 'node:util';
import type { Credentials } from './credentials.ts';
import type { HostEntries } from './logins.ts';
import { writeKey } from './registry-key.ts';
import type { FoundLogin, Login } from './search.ts';

/**
 * The entries of config.json for one registry, as kaniko reads them. To pull, it looks up the exact repository, then the
 * registry; to push, only the registry. Without an entry for the registry it takes any entry with that host, so there always is
 * one. Source: the default keychain of google/go-containerregistry, and pkg/executor/push.go of the variants.
 * @param found all repositories of the registry, at least one with credentials.
 */
export function hostEntries(found: readonly FoundLogin[]): HostEntries {
  const ofRegistry = loginOfRegistry(found)?.credentials ?? {};
  const entries: Record<string, Credentials> = {};
  const canonical = found.map(({ use }) => use.registry);
  for (const host of new Set([...canonical, ...found.flatMap(({ use }) => use.hosts)])) {
    entries[writeKey({ host, path: '' })] = ofRegistry;
  }
  for (const { use, login } of found) {
    if (use.path === '' || login === undefined) continue;
    if (isDeepStrictEqual(login.credentials, ofRegistry)) continue;
    for (const host of use.hosts) entries[writeKey({ host, path: use.path })] = login.credentials;
  }
  return entries;
}

/**
 * The credentials for the whole registry: of a build that pushes there, those to push with, never those to pull with; else those
 * that are for all of it; else those of all repositories if they are the same.
 */
function loginOfRegistry(found: readonly FoundLogin[]): Login | undefined {
  const pushes = pushesOf(found);
  if (pushes.length > 0) return pushes.find(({ login }) => login !== undefined)?.login;
  const logins = found.map(({ login }) => login);
  const [first] = logins;
  const isOne = logins.every((login) => isSame(login, first));
  return logins.find((login) => login?.path === '') ?? (isOne ? first : undefined);
}

/** The warning for repositories of one registry that are pushed to with the credentials of another; none if they are the same. */
export function splitPushes(found: readonly FoundLogin[]): readonly string[] {
  const pushes = pushesOf(found);
  const used = pushes.find(({ login }) => login !== undefined);
  const unused = pushes.filter(({ login }) => !isSame(login, used?.login));
  if (used === undefined || unused.length === 0) return [];
  const { registry, path } = used.use;
  const names = unused.map(({ use }) => use.path).join(', ');
  return [
    `the credentials for ${path} at ${registry} are used to push to ${names} too: kaniko pushes to all repositories of a registry with the same credentials. Push to one of them in another step, or use credentials for all of them`,
  ];
}

function pushesOf(found: readonly FoundLogin[]): readonly FoundLogin[] {
  return found.filter(({ use }) => use.actions.includes('push'));
}

function isSame(one: Login | undefined, other: Login | undefined): boolean {
  return isDeepStrictEqual(one?.credentials, other?.credentials);
}
