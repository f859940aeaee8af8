import { withoutSlashes } from '../../text/path.ts';
import { normalizeHost } from '../values/reference.ts';

/** What a request does with a repository. */
export type Action = 'pull' | 'push';

/** What credentials of `docker/login-action` with a `scope` are for. Source: util/dockerutil/dockerconfig of docker/buildx. */
export interface Scope {
  /** `index.docker.io` for Docker Hub. */
  readonly registry: string;
  /** The one repository; empty for all. */
  readonly path: string;
  /** All of them must be asked for; empty for any. */
  readonly actions: readonly string[];
}

/** A repository, and what the build does with it. */
export interface RepositoryUse {
  readonly registry: string;
  /** Empty if it is not known. */
  readonly path: string;
  readonly actions: readonly Action[];
}

/** Reads the name of a directory of credentials: `registry`, `registry/path`, either with `@action,action`. */
export function readScope(name: string): Scope {
  const [, place = '', actions = ''] = /^([^@]*)@?(.*)$/s.exec(name) ?? [];
  const slash = place.indexOf('/');
  return {
    registry: normalizeHost(slash === -1 ? place : place.slice(0, slash)),
    path: slash === -1 ? '' : withoutSlashes(place.slice(slash + 1)),
    actions: actions
      .split(',')
      .map((action) => action.trim())
      .filter((action) => action !== ''),
  };
}

/** True for a scope as docker/login-action documents it: a repository, actions after `@`, or both; empty for none. */
export function isScope(text: string): boolean {
  return /^(?:[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)?(?:@(?:pull|push)(?:,(?:pull|push))*)?$/.test(text);
}

/**
 * True if credentials of this scope are for this use. Those to pull with are not for a push, which also pulls; those to push with
 * are not for a pull.
 */
export function isInScope({ registry, path, actions }: Scope, use: RepositoryUse): boolean {
  return (
    registry === use.registry &&
    (path === '' || path === use.path) &&
    actions.every((action) => (use.actions as readonly string[]).includes(action)) &&
    (actions.length === 0 || actions.includes('push') || !use.actions.includes('push'))
  );
}

/** Orders scopes: those of a repository first, then those with more actions. */
export function compareScopes(one: Scope, other: Scope): number {
  return (
    Number(other.path !== '') - Number(one.path !== '') || other.actions.length - one.actions.length
  );
}
