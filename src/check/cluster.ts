import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../errors.ts';
import type { Credential } from '../kubeconfig/expiry.ts';
import type { Cluster, Permission } from '../ports.ts';
import { checkCredentials } from './credentials.ts';
import { isFailure, outcomeOf } from './outcome.ts';
import { checkPermissions } from './permissions.ts';
import { failedRow, row, type Row } from './row.ts';

/** Names a check in the message of a bug. */
const doing = 'the check';

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
  /** The failure of the first request, after which no other was sent. */
  readonly failure?: BuildError;
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
  const minor = await outcomeOf(doing, signal, () => cluster.serverMinor(signal));
  if (isFailure(minor)) {
    const rows = [
      failedRow('cluster', minor.failure),
      place,
      unreached('permissions', minor.failure),
    ];
    return { rows, user: undefined, missing: [], failure: minor.failure };
  }
  const version =
    minor.value === undefined ? 'version not reported' : `Kubernetes 1.${minor.value}`;
  const [user, nowMs, presented, permissions] = await Promise.all([
    outcomeOf(doing, signal, () => cluster.userName(signal)),
    outcomeOf(doing, signal, () => cluster.serverTime(signal)),
    outcomeOf(doing, signal, () => credentials(signal)),
    outcomeOf(doing, signal, () => checkPermissions(cluster, signal)),
  ]);
  const userName = isFailure(user) ? undefined : user.value;
  const times = { nowMs: isFailure(nowMs) ? undefined : nowMs.value, timeoutMs };
  const rows = [
    row('ok', 'cluster', `${server}, ${version}`),
    place,
    ...(isFailure(user) ? [failedRow('user', user.failure)] : [userRow(user.value)]),
    ...(isFailure(presented)
      ? [failedRow('credentials', presented.failure)]
      : checkCredentials(presented.value, userName, times)),
    ...(isFailure(permissions)
      ? [failedRow('permissions', permissions.failure)]
      : permissions.value.rows),
  ];
  return {
    rows,
    user: userName,
    missing: isFailure(permissions) ? [] : permissions.value.missing,
  };
}

function userRow(name: string | undefined): Row {
  return name === undefined
    ? row('not checked', 'user', 'the API server does not report it (Kubernetes 1.28 and later do)')
    : row('ok', 'user', name);
}

/** The row of a check for which nothing was sent after this failure. */
function unreached(subject: string, { code }: BuildError): Row {
  const reason =
    code === undefined ? 'the cluster did not answer' : `the cluster answered with HTTP ${code}`;
  return row('not checked', subject, reason);
}

/**
 * Sends the pod as a dry run.
 * @param report that of checkCluster: without the permission to create pods, or without a cluster, nothing is sent.
 * @throws the signal's reason.
 */
export async function checkPod(
  cluster: Cluster,
  makePod: () => V1Pod,
  { failure: unanswered, missing }: ClusterReport,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (unanswered !== undefined) return [unreached('pod', unanswered)];
  if (missing.some(({ verb, resource }) => verb === 'create' && resource === 'pods'))
    return [row('not checked', 'pod', 'it needs the permission to create pods')];
  const outcome = await outcomeOf(doing, signal, () => cluster.dryRunPod(makePod(), signal));
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
