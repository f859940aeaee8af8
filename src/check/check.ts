import type { V1Pod } from '@kubernetes/client-node';
import type { PodContext } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { OpenRegistry } from '../logins/registry-access.ts';
import type { Clock } from '../ports.ts';
import {
  checkCluster,
  checkPod,
  type ClusterFacts,
  type ClusterPorts,
  type ClusterReport,
} from './cluster.ts';
import { checkRegistries } from './registries.ts';
import { roleFor } from './role.ts';
import { failedRow, row, type Row } from './row.ts';

/** What the checks found out. */
export interface CheckReport {
  readonly rows: readonly Row[];
  /** A Role with all permissions of a build, in lines of YAML; empty if none is missing. */
  readonly role: readonly string[];
}

/** What is known about the build before a cluster is asked. */
export interface Preparation {
  /** The failure of the context or the Dockerfile. */
  readonly contextFailure: BuildError | undefined;
  /** The failure of the registry credentials. */
  readonly loginFailure: BuildError | undefined;
  /** The plan of the build; after a failure, what is known without the context or without credentials. */
  readonly plan: CheckedPlan;
}

/** The parts of a plan that a pod and its registries depend on. */
export type CheckedPlan = PodContext['plan'];

export interface CheckPorts extends ClusterPorts {
  readonly clock: Clock;
  readonly openRegistry: OpenRegistry;
  readonly makePod: () => V1Pod;
}

/** Everything that a build needs, without a build. @throws the signal's reason. */
export async function checkSetup(
  facts: ClusterFacts,
  { contextFailure, loginFailure, plan }: Preparation,
  ports: CheckPorts,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { inputs, logins, pulls } = plan;
  const { ca, insecure } = inputs.registry;
  const registry = ports.openRegistry({ logins: logins.byHost, ca, insecure });
  const known = loginFailure === undefined ? logins : undefined;
  const asking = checkRegistries({ inputs, logins: known, pulls }, registry, ports.clock, signal);
  // If the cluster check ends first, its error is the result.
  asking.catch(() => undefined);
  const cluster = await checkCluster(ports, facts, inputs.timeoutMs, signal);
  const pod = await checkPod(ports.cluster, ports.makePod, cluster, signal);
  const context =
    contextFailure === undefined
      ? row('ok', 'build context')
      : failedRow('build context', contextFailure);
  const credentials = loginRows(plan, loginFailure);
  return {
    rows: [
      ...[...cluster.rows, ...pod, ...secretRows(inputs)],
      ...[context, ...credentials, ...(await asking)],
    ],
    role: missingRole(cluster, ports),
  };
}

/** The registry credentials that are sent with the context. */
function loginRows(
  { inputs, engine, logins }: CheckedPlan,
  failure: BuildError | undefined,
): readonly Row[] {
  const subject = 'registry credentials';
  if (failure !== undefined) return [failedRow(subject, failure)];
  if (inputs.registry.secret !== undefined || engine.layout === 'plain') return [];
  const hosts = [...logins.byHost.keys()].join(', ');
  return [row('ok', subject, hosts === '' ? 'none found' : `found for ${hosts}`)];
}

/** Secrets that the pod uses. The Role of the action cannot read Secrets, and a dry run does not look for them. */
function secretRows({ pod, registry }: Inputs): readonly Row[] {
  const names = [...pod.imagePullSecrets, registry.secret].filter((name) => name !== undefined);
  return names.map((name) =>
    row('not checked', `Secret ${name}`, 'the kubelet reads it; the Role of the action must not'),
  );
}

/** The same without a pod, a context and registries, for a build whose pod, or a request for it, the API server has refused. */
export async function checkRefusal(
  { inputs, facts }: { readonly inputs: Inputs; readonly facts: ClusterFacts },
  refusal: BuildError,
  ports: ClusterPorts,
  signal: AbortSignal,
): Promise<CheckReport> {
  const report = await checkCluster(ports, facts, inputs.timeoutMs, signal);
  return { rows: [...report.rows, failedRow('build', refusal)], role: missingRole(report, ports) };
}

/** Empty if no permission is missing. */
function missingRole(
  { missing, user }: ClusterReport,
  { cluster }: ClusterPorts,
): CheckReport['role'] {
  return missing.length === 0 ? [] : roleFor(cluster.namespace, user);
}

/** The result of the step: undefined if a build could start. */
export function verdictOf({ rows }: CheckReport): BuildError | undefined {
  const failed = rows.filter(({ finding }) => finding === 'failed');
  const [first] = failed;
  if (first === undefined) return undefined;
  const names = failed.map(({ subject }) => subject).join(', ');
  return new BuildError(
    'cluster',
    `a build cannot start: ${failed.length} of ${rows.length} checks failed: ${names}`,
    { hint: failed.length === 1 ? first.detail : 'The table in the job log has the reasons.' },
  );
}
