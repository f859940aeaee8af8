import { describeError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { parseReference, type ImageReference } from '../inputs/values/reference.ts';
import type { Logins } from '../logins/logins.ts';
import type { Clock, Registry, RegistryRefusal } from '../ports.ts';
import { toError } from '../time/abort.ts';
import { within } from '../time/within.ts';
import { row, type Row } from './row.ts';

export interface RegistryCheck {
  readonly inputs: Inputs;
  readonly logins: Logins;
  /** Registries that the Dockerfile names. */
  readonly pullHosts: readonly string[];
}

/** A repository of the build, under one of its tags. */
interface Repository {
  readonly reference: ImageReference;
  readonly purpose: 'push' | 'cache';
}

/** Limit for one registry. */
const askMs = 15_000;

/** Asks the registry of each repository that the build writes to, from the runner; the registries of pulls have no repository. */
export async function checkRegistries(
  check: RegistryCheck,
  registry: Registry,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const repositories = repositoriesOf(check.inputs);
  const asked = await Promise.all(
    repositories.map((repository) => checkRepository(repository, check, registry, clock, signal)),
  );
  const known = new Set(repositories.map(({ reference }) => reference.registry));
  const pulls = check.pullHosts
    .filter((host) => !known.has(host))
    .map((host) => row('not checked', `pull from ${host}`, loginOf(host, check)));
  return [...asked, ...pulls];
}

/** Each once. */
function repositoriesOf({ image }: Inputs): readonly Repository[] {
  const caches = image.noCache ? [] : [image.cacheFrom, image.cacheTo];
  const all: Repository[] = [
    ...(image.push ? image.tags : []).map((reference) => ({ reference, purpose: 'push' as const })),
    ...caches
      .filter((name) => name !== undefined)
      .map((name) => ({ reference: parseReference(`${name}:latest`), purpose: 'cache' as const })),
  ];
  return [...Map.groupBy(all, ({ reference }) => nameOf(reference)).values()].flatMap(
    ([first]) => first ?? [],
  );
}

function nameOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

async function checkRepository(
  { reference, purpose }: Repository,
  check: RegistryCheck,
  registry: Registry,
  clock: Clock,
  signal: AbortSignal,
): Promise<Row> {
  const subject = `${purpose} to ${nameOf(reference)}`;
  const login = loginOf(reference.registry, check);
  let answer: string | RegistryRefusal;
  try {
    answer = await within({ clock, ms: askMs }, signal, (until) =>
      registry.tagDigest(reference, until),
    );
  } catch (error) {
    signal.throwIfAborted();
    answer = { failure: toError(error), isTemporary: true, hasResponded: false };
  }
  if (typeof answer === 'string') return row('ok', subject, `${login}; the tag exists`);
  const { status, failure } = answer;
  if (status === 404) return row('ok', subject, `${login}; the tag does not exist yet`);
  const problem = `${login}; ${describeError(failure)}`;
  if (status === undefined)
    return row('not checked', subject, `${problem}; the pod may reach the registry`);
  // The Secret may have the credentials that the request of the runner lacks.
  if (check.inputs.registry.secret !== undefined) return row('not checked', subject, problem);
  const isRefused = status === 401 && check.logins.byHost.has(reference.registry);
  return row(isRefused ? 'failed' : 'warning', subject, problem);
}

/** With what the build authenticates at a registry. */
function loginOf(host: string, { inputs, logins }: RegistryCheck): string {
  if (inputs.registry.secret !== undefined)
    return `the credentials are in the Secret ${inputs.registry.secret}, which the runner does not read`;
  return logins.byHost.has(host) ? 'with credentials' : 'without credentials';
}
