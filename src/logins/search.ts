import { BuildError } from '../errors.ts';
import { isInScope, type RepositoryUse } from '../inputs/auths/scope.ts';
import { dockerHub } from '../inputs/values/reference.ts';
import type { RunCommand } from '../ports.ts';
import { quote } from '../text/problem.ts';
import { isUsable, readCredentials, type Credentials } from './credentials.ts';
import type { DockerConfig } from './docker-config.ts';
import { askHelper, endFailedPrograms } from './helper.ts';
import { containsPath, readKey, writeKey } from './registry-key.ts';
import type { WantedLogin } from './wanted.ts';

/** Credentials, and where they were found. */
export interface Login {
  readonly credentials: Credentials;
  /** Of the Docker configuration, in quotes. */
  readonly source: string;
  /** The path in the registry that they are for; empty for the whole registry. */
  readonly path: string;
}

/** A repository and its credentials. */
export interface FoundLogin {
  readonly use: WantedLogin;
  /** Absent without credentials. */
  readonly login?: Login;
}

/** Registries of Docker that accept the credentials of Docker Hub. Source: loadHost in docker/buildx. */
const hubBacked = ['dhi.io', 'registry.scout.docker.com'];

/** Searches Docker configurations. Each credential helper is asked once for each registry. */
export class LoginSearch {
  readonly #configs: readonly DockerConfig[];
  readonly #run: RunCommand;
  readonly #signal: AbortSignal;
  /** By helper and registry. */
  readonly #answers = new Map<string, Promise<Credentials | undefined>>();

  /** @param configs in the order in which they are searched. */
  constructor(configs: readonly DockerConfig[], run: RunCommand, signal: AbortSignal) {
    this.#configs = configs;
    this.#run = endFailedPrograms(run);
    this.#signal = signal;
  }

  /**
   * The first credentials for a repository, and the failures before them. In each configuration the registry's helper comes
   * first, else the credential store, then the configuration's own entry with the longest path.
   * @throws the signal's reason if it is aborted.
   */
  async find(
    use: RepositoryUse,
  ): Promise<{ readonly login?: Login; readonly failures: readonly BuildError[] }> {
    const failures: BuildError[] = [];
    for (const config of this.#configs) {
      if (config.scope !== undefined && !isInScope(config.scope, use)) continue;
      for (const place of [
        (): Promise<Login | undefined> => this.#fromHelper(config, use.registry),
        (): Promise<Login | undefined> => Promise.resolve(entryFor(config, use)),
      ]) {
        try {
          const login = await place();
          if (login !== undefined) return { login, failures };
        } catch (error) {
          if (this.#signal.aborted || !(error instanceof BuildError)) throw error;
          failures.push(error);
        }
      }
    }
    if (!hubBacked.includes(use.registry)) return { failures };
    const ofHub = await this.find({ ...use, registry: dockerHub });
    return { ...ofHub, failures: [...failures, ...ofHub.failures] };
  }

  async #fromHelper(config: DockerConfig, registry: string): Promise<Login | undefined> {
    const helper = findHelper(config, registry);
    if (helper === undefined) return undefined;
    const key = `${helper}\n${registry}`;
    const answer = this.#answers.get(key) ?? askHelper(helper, registry, this.#run, this.#signal);
    this.#answers.set(key, answer);
    const credentials = await answer;
    return credentials && { credentials, source: quote(`docker-credential-${helper}`), path: '' };
  }
}

/** An empty name of a helper means the entries of the configuration, as in Docker. */
function findHelper({ credHelpers, credsStore }: DockerConfig, host: string): string | undefined {
  const own = Object.entries(credHelpers).find(([key]) => readKey(key).host === host)?.[1];
  const helper = typeof own === 'string' ? own : credsStore;
  return helper === '' ? undefined : helper;
}

/**
 * The entry of a configuration with the longest path that contains the repository. Of an unknown repository: that of the registry,
 * or the only one for a path in it.
 * @throws BuildError('input') if it is not valid.
 */
function entryFor({ auths, source }: DockerConfig, use: RepositoryUse): Login | undefined {
  const entries = Object.entries(auths).flatMap(([key, value]) => {
    const { host, path } = readKey(key);
    const credentials = host === use.registry ? readCredentials(value) : undefined;
    return credentials === undefined ? [] : [{ key, host, path, credentials }];
  });
  const known = entries
    .filter(({ path }) => containsPath(path, use.path))
    .toSorted(
      (one, other) =>
        other.path.length - one.path.length || Number(isOwn(other)) - Number(isOwn(one)),
    );
  const found = known[0] ?? (use.path === '' && entries.length === 1 ? entries[0] : undefined);
  if (found === undefined) return undefined;
  if (!isUsable(found.credentials)) throw invalidCredentials(found.key, source);
  return { credentials: found.credentials, source: quote(source), path: found.path };
}

/** True for the key that Docker looks up first; the others are those of its old versions. */
function isOwn(entry: {
  readonly key: string;
  readonly host: string;
  readonly path: string;
}): boolean {
  return entry.key === writeKey(entry);
}

/** The error for credentials that the builder would also refuse. It does not quote them. */
function invalidCredentials(key: string, source: string): BuildError {
  return new BuildError(
    'input',
    `invalid credentials for ${quote(key)} in the Docker configuration ${quote(source)}: auth is not the base64 text of user:password`,
    { hint: 'Log in to this registry again in an earlier step, or correct the entry.' },
  );
}
