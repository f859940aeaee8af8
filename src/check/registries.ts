import { describeError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import {
  parseReference,
  type ImageReference,
  type PulledRepository,
} from '../inputs/values/reference.ts';
import { loginFor, type Logins } from '../logins/logins.ts';
import type { Clock, Registry, RegistryRefusal } from '../ports.ts';
import { toError } from '../time/abort.ts';
import { within } from '../time/within.ts';
import { row, type Row } from './row.ts';

export interface RegistryCheck {
  readonly inputs: Inputs;
  readonly logins: Logins;
  /** Repositories that the Dockerfile names. */
  readonly pulls: readonly PulledRepository[];
}

/** A repository of the build, under one of its tags. */
interface Repository {
  readonly reference: ImageReference;
  readonly purpose: 'push' | 'cache';
}

/** Limit for one registry. */
const askMs = 15_000;

/** Asks the registry of each repository that the build writes to, from the runner. For images of the Dockerfile it names the login. */
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
  const pulls = check.pulls.map((pull) =>
    row(
      'not checked',
      `pull from ${[pull.registry, pull.path].filter(Boolean).join('/')}`,
      loginOf(pull.registry, pull.path, check),
    ),
  );
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
  const { registry: host, repository: path } = reference;
  const login = loginOf(host, path, check);
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
  const isRefused = status === 401 && loginFor(check.logins.byHost, host, path) !== undefined;
  return row(isRefused ? 'failed' : 'warning', subject, problem);
}

/** With what the build authenticates for a repository. */
function loginOf(host: string, path: string, { inputs, logins }: RegistryCheck): string {
  if (inputs.registry.secret !== undefined)
    return `the credentials are in the Secret ${inputs.registry.secret}, which the runner does not read`;
  return loginFor(logins.byHost, host, path) === undefined
    ? 'without credentials'
    : 'with credentials';
}
