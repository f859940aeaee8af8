import type { V1Pod } from '@kubernetes/client-node';
import { toBuildError, type BuildError } from '../errors.ts';
import type { Credential } from '../kubeconfig/expiry.ts';
import type { Cluster, Permission } from '../ports.ts';
import { checkCredentials } from './credentials.ts';
import { checkPermissions } from './permissions.ts';
import { failedRow, row, type Row } from './row.ts';

/** How the cluster was found, as in the job log. */
export interface ClusterFacts {
  readonly source: string;
  readonly server: string;
  readonly contextName: string;
}

export interface ClusterPorts {
  readonly cluster: Cluster;
  /** What requests present. Runs an exec plugin, or requests an OIDC token. */
  readonly credentials: (signal: AbortSignal) => Promise<readonly Credential[]>;
}

/** What the cluster answered. */
export interface ClusterReport {
  readonly rows: readonly Row[];
  readonly user: string | undefined;
  readonly missing: readonly Permission[];
}

/**
 * Checks the cluster, the credentials and the permissions. Each failure is a row.
 * @param timeoutMs how long a step may take. @throws the signal's reason.
 */
export async function checkCluster(
  { cluster, credentials }: ClusterPorts,
  { source, server, contextName }: ClusterFacts,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ClusterReport> {
  const place = row('ok', 'context', `${contextName} (${source}), namespace ${cluster.namespace}`);
  const minor = await outcomeOf(() => cluster.serverMinor(signal), signal);
  if (isFailure(minor)) {
    const rows = [failedRow('cluster', minor.failure), place, unreached('permissions')];
    return { rows, user: undefined, missing: [] };
  }
  const version =
    minor.value === undefined ? 'version not reported' : `Kubernetes 1.${minor.value}`;
  const [user, nowMs, presented, permissions] = await Promise.all([
    outcomeOf(() => cluster.userName(signal), signal),
    outcomeOf(() => cluster.serverTime(signal), signal),
    outcomeOf(() => credentials(signal), signal),
    outcomeOf(() => checkPermissions(cluster, signal), signal),
  ]);
  const times = { nowMs: isFailure(nowMs) ? undefined : nowMs.value, timeoutMs };
  const rows = [
    row('ok', 'cluster', `${server}, ${version}`),
    place,
    ...(isFailure(user) ? [failedRow('user', user.failure)] : [userRow(user.value)]),
    ...(isFailure(presented)
      ? [failedRow('credentials', presented.failure)]
      : checkCredentials(presented.value, times)),
    ...(isFailure(permissions)
      ? [failedRow('permissions', permissions.failure)]
      : permissions.value.rows),
  ];
  return {
    rows,
    user: isFailure(user) ? undefined : user.value,
    missing: isFailure(permissions) ? [] : permissions.value.missing,
  };
}

function userRow(name: string | undefined): Row {
  return name === undefined
    ? row('not checked', 'user', 'the API server does not report it (Kubernetes 1.28 and later do)')
    : row('ok', 'user', name);
}

function unreached(subject: string): Row {
  return row('not checked', subject, 'the cluster did not answer');
}

/**
 * Sends the pod as a dry run.
 * @param report that of checkCluster: without the permission to create pods, or without a cluster, nothing is sent.
 * @throws the signal's reason.
 */
export async function checkPod(
  cluster: Cluster,
  makePod: () => V1Pod,
  { rows, missing }: ClusterReport,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (rows.some(({ subject, finding }) => subject === 'cluster' && finding === 'failed'))
    return [unreached('pod')];
  if (missing.some(({ verb, resource }) => verb === 'create' && resource === 'pods'))
    return [row('not checked', 'pod', 'it needs the permission to create pods')];
  const outcome = await outcomeOf(() => cluster.dryRunPod(makePod(), signal), signal);
  if (!isFailure(outcome))
    return [row('ok', 'pod', 'a dry run was admitted (PodSecurity, quotas, webhooks)'), ...hidden];
  const { failure } = outcome;
  if (failure.message.includes('does not support dry run'))
    return [row('not checked', 'pod', failure.message), ...hidden];
  return [failedRow('pod', failure)];
}

/** What only a pod that exists can show. */
const hidden: readonly Row[] = [
  row('not checked', 'node', 'the scheduler chooses it for a pod that exists'),
  row('not checked', 'builder image', 'the kubelet pulls it for a pod that exists'),
];

interface Failure {
  readonly failure: BuildError;
}

type Outcome<T> = { readonly value: T } | Failure;

function isFailure<T>(outcome: Outcome<T>): outcome is Failure {
  return 'failure' in outcome;
}

/** The result of a check, or its error. @throws the signal's reason. */
async function outcomeOf<T>(check: () => Promise<T>, signal: AbortSignal): Promise<Outcome<T>> {
  try {
    return { value: await check() };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: toBuildError(error, 'the check') };
  }
}
