import { describeError, isCertificateError, isTlsError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import {
  parseReference,
  type ImageReference,
  type PulledRepository,
} from '../inputs/values/reference.ts';
import { loginFor, noLogins, type Logins } from '../logins/logins.ts';
import type { Clock, Registry, RegistryRefusal } from '../ports.ts';
import { toError } from '../time/abort.ts';
import { within } from '../time/within.ts';
import { row, type Finding, type Row } from './row.ts';

export interface RegistryCheck {
  readonly inputs: Inputs;
  /** Undefined if they could not be collected. */
  readonly logins: Logins | undefined;
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

/**
 * Asks the registry of each repository that the build writes to for one of its tags, from the runner. Nothing is pushed: the answer
 * shows that the registry is there and permits to read. For images of the Dockerfile it names the login.
 */
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
  repository: Repository,
  check: RegistryCheck,
  registry: Registry,
  clock: Clock,
  signal: AbortSignal,
): Promise<Row> {
  const { reference, purpose } = repository;
  const name = nameOf(reference);
  const subject = purpose === 'push' ? `registry of ${name}` : `registry of the cache ${name}`;
  const login = loginOf(reference.registry, reference.repository, check);
  // A request without the credentials of the build would show nothing about it.
  if (check.logins === undefined) return row('not checked', subject, login);
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
  const { finding, text } = judge(answer, repository, check);
  return row(finding, subject, `${login}; ${text}`);
}

interface Judgement {
  readonly finding: Finding;
  readonly text: string;
}

/** What a refusal means for the build. */
function judge(
  refusal: RegistryRefusal,
  { reference, purpose }: Repository,
  { inputs, logins = noLogins }: RegistryCheck,
): Judgement {
  const { failure, status, isOfTokenService = false, sentCredentials = false } = refusal;
  const text = describeError(failure);
  if (status === undefined) return judgeConnection(failure, reference.registry);
  // The Secret may have the credentials that the request of the runner lacks.
  const isInSecret = inputs.registry.secret !== undefined;
  if (status === 404 && !isOfTokenService) return judgeMissing(refusal, isInSecret);
  if (isInSecret) return { finding: 'not checked', text };
  const isRefused = status === 401 || (status === 403 && isOfTokenService);
  if (!isRefused) return { finding: 'warning', text };
  if (sentCredentials) return { finding: 'failed', text };
  if (loginFor(logins.byHost, reference.registry, reference.repository) !== undefined)
    return { finding: 'not checked', text: `${text}; the runner did not send them` };
  if (purpose === 'cache') return { finding: 'warning', text };
  if (mayHaveOwnLogin(reference.registry, inputs))
    return { finding: 'warning', text: `${text}; the pod needs credentials of its own` };
  return { finding: 'failed', text: `${text}; the push needs credentials` };
}

/** No response. The builder has the same settings for TLS, but another network. */
function judgeConnection(failure: Error, host: string): Judgement {
  if (isCertificateError(failure))
    return { finding: 'warning', text: "its certificate is not trusted. Set 'registry-ca'" };
  if (isTlsError(failure)) {
    const text = `it does not respond with TLS. If it uses plain HTTP, add http://${host} to 'insecure-registries'`;
    return { finding: 'warning', text };
  }
  const text = `${describeError(failure)}; the pod may reach the registry`;
  return { finding: 'not checked', text };
}

/** The meaning of a 404: of the tag, of the repository, or of another server than a registry. */
function judgeMissing({ failure, code }: RegistryRefusal, isInSecret: boolean): Judgement {
  if (code === 'MANIFEST_UNKNOWN') return { finding: 'ok', text: 'the tag does not exist yet' };
  if (code !== 'NAME_UNKNOWN' || isInSecret)
    return { finding: 'not checked', text: describeError(failure) };
  return {
    finding: 'warning',
    text: 'the repository does not exist: some registries create it with the first push, others, such as Amazon ECR, require that it exists',
  };
}

/** Registries of clouds whose credentials a builder can get from its node or its ServiceAccount. */
const cloudRegistry =
  /\.amazonaws\.com(?:\.cn)?$|(?:^|\.)gcr\.io$|-docker\.pkg\.dev$|\.azurecr\.io$/;

/** True if a pod that is sent no credentials can have some. */
function mayHaveOwnLogin(host: string, { pod }: Inputs): boolean {
  return pod.template !== undefined || cloudRegistry.test(host);
}

/** What the build has to authenticate with for a repository. */
function loginOf(host: string, path: string, { inputs, logins }: RegistryCheck): string {
  if (inputs.registry.secret !== undefined)
    return `the credentials are in the Secret ${inputs.registry.secret}, which the runner does not read`;
  if (logins === undefined) return 'the registry credentials could not be read';
  return loginFor(logins.byHost, host, path) === undefined
    ? 'no credentials found'
    : 'credentials found';
}
