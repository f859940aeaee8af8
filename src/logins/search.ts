import { BuildError } from '../errors.ts';
import { isInScope } from '../inputs/auths/scope.ts';
import { dockerHub } from '../inputs/values/reference.ts';
import type { RunCommand } from '../ports.ts';
import { quote } from '../text/problem.ts';
import { isUsable, readCredentials, type Credentials } from './credentials.ts';
import type { DockerConfig } from './docker-config.ts';
import { askHelper, endFailedPrograms } from './helper.ts';
import { containsPath, readKey, writeKey, type RegistryKey } from './registry-key.ts';
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

/** Registries for which helpers are asked at most, up to three programs each: a Dockerfile can name any number. */
export const mostQuestions = 100;

/** A configuration with its keys by registry. */
interface Place {
  readonly config: DockerConfig;
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
  /** Suffixes of programs. */
  readonly helpers: ReadonlyMap<string, unknown>;
}

/** An entry of `auths`. */
interface Entry extends RegistryKey {
  readonly key: string;
  readonly value: unknown;
}

/** Searches Docker configurations. Each credential helper is asked once for each registry. */
export class LoginSearch {
  readonly #places: readonly Place[];
  readonly #unasked = new Set<string>();
  readonly #run: RunCommand;
  readonly #signal: AbortSignal;
  /** By helper and registry. */
  readonly #answers = new Map<string, Promise<Credentials | undefined>>();

  /** @param configs in the order in which they are searched. */
  constructor(configs: readonly DockerConfig[], run: RunCommand, signal: AbortSignal) {
    this.#places = configs.map(toPlace);
    this.#run = endFailedPrograms(run);
    this.#signal = signal;
  }

  /**
   * The first credentials for a repository, and the failures before them. In each configuration the registry's helper comes
   * first, else the credential store, then the configuration's own entry with the longest path.
   * @throws the signal's reason if it is aborted.
   */
  async find(
    use: WantedLogin,
  ): Promise<{ readonly login?: Login; readonly failures: readonly BuildError[] }> {
    const failures: BuildError[] = [];
    for (const place of this.#places) {
      const { scope } = place.config;
      if (scope !== undefined && !isInScope(scope, use)) continue;
      for (const look of [
        (): Promise<Login | undefined> => this.#fromHelper(place, use),
        (): Promise<Login | undefined> => Promise.resolve(entryFor(place, use)),
      ]) {
        try {
          const login = await look();
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

  /** Registries that are only pulled from, and for which no helper was asked because there are too many. */
  get unasked(): ReadonlySet<string> {
    return this.#unasked;
  }

  async #fromHelper(place: Place, { registry, required }: WantedLogin): Promise<Login | undefined> {
    const helper = findHelper(place, registry);
    if (helper === undefined) return undefined;
    const key = `${helper}\n${registry}`;
    const known = this.#answers.get(key);
    if (known === undefined && this.#answers.size >= mostQuestions && !required) {
      this.#unasked.add(registry);
      return undefined;
    }
    const answer = known ?? askHelper(helper, registry, this.#run, this.#signal);
    this.#answers.set(key, answer);
    const credentials = await answer;
    return credentials && { credentials, source: quote(`docker-credential-${helper}`), path: '' };
  }
}

function toPlace(config: DockerConfig): Place {
  const entries = Object.entries(config.auths).map(([key, value]) => ({
    ...readKey(key),
    key,
    value,
  }));
  // The first of several spellings counts.
  const helpers = Object.entries(config.credHelpers)
    .map(([key, helper]) => [readKey(key).host, helper] as const)
    .toReversed();
  return {
    config,
    entries: Map.groupBy(entries, ({ host }) => host),
    helpers: new Map(helpers),
  };
}

/** An empty name of a helper means the entries of the configuration, as in Docker. */
function findHelper({ config, helpers }: Place, host: string): string | undefined {
  const own = helpers.get(host);
  const helper = typeof own === 'string' ? own : config.credsStore;
  return helper === '' ? undefined : helper;
}

/**
 * The entry of a configuration with the longest path that contains the repository. Of an unknown repository: that of the registry,
 * or the only one for a path in it.
 * @throws BuildError('input') if it is not valid.
 */
function entryFor(
  { config: { source }, entries: all }: Place,
  use: WantedLogin,
): Login | undefined {
  const entries = (all.get(use.registry) ?? []).flatMap(({ value, ...key }) => {
    const credentials = readCredentials(value);
    return credentials === undefined ? [] : [{ ...key, credentials }];
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
function isOwn(entry: RegistryKey & { readonly key: string }): boolean {
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
