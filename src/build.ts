import type { V1Pod } from '@kubernetes/client-node';
import { attachStreams } from './attach/channel.ts';
import { Attempt, type AttemptPorts, type ContainerEnd } from './attempt.ts';
import { disposeOf, type CleanupPorts } from './cleanup.ts';
import { StreamsAhead } from './context/prefetch.ts';
import type { StreamParts } from './context/stdin.ts';
import type { BuiltImage } from './engines/engine.ts';
import { toBuildError, type BuildError } from './errors.ts';
import { judge } from './judge.ts';
import { configJson } from './logins/config-json.ts';
import type { OpenRegistry } from './logins/registry-access.ts';
import type { BuildPlan } from './plan.ts';
import { checkAccess } from './pod/access.ts';
import { createPod, isRefusal } from './pod/create.ts';
import { buildPod, type RunIdentity } from './pod/spec/spec.ts';
import { withStorageDefaults } from './pod/spec/storage.ts';
import { mergeTemplate } from './pod/spec/template.ts';
import { sweepPods } from './pod/sweep.ts';
import { checkUserNamespace } from './pod/user-namespace.ts';
import type { AttachStreams, Cluster, PodRef } from './ports.ts';
import { emptyReport, type RunReport } from './result/report.ts';
import { startDeadline, type Deadline } from './time/deadline.ts';
import { withScope } from './time/scope.ts';

export interface BuildPorts extends AttemptPorts, CleanupPorts {
  readonly openRegistry: OpenRegistry;
  readonly run: RunIdentity;
  readonly newPodName: () => string;
  readonly newNonce: () => string;
  /** Gets the name of each pod before the pod is created. */
  readonly onPod: (ref: PodRef) => void;
}

/** How the build ended. It has succeeded only if there is no failure. */
export interface BuildEnd {
  readonly report: RunReport;
  readonly failure: BuildError | undefined;
}

/** Everything that buildOnce needs and that is the same for each attempt. */
interface BuildContext {
  readonly plan: BuildPlan;
  readonly ports: BuildPorts;
  readonly attached: AttachStreams;
  readonly deadline: Deadline;
}

/** How one attempt ended. */
interface AttemptEnd {
  readonly image: BuiltImage | undefined;
  readonly failure: BuildError | undefined;
  /** The lines of output that explain a failure; undefined if the attempt was interrupted. */
  readonly tail: readonly string[] | undefined;
  readonly isKept: boolean;
}

/** A later run may remove a kept pod this much later. */
const keptForSeconds = 24 * 60 * 60;
/** Bytes that are read ahead of a stream that needs no packing. */
const rawAheadBytes = 1_024 * 1_024;
/** The pod's activeDeadlineSeconds is this much later than the timeout of the step, so that the step reports its timeout. */
const deadlineGraceSeconds = 60;

/**
 * The whole flow: checks the RBAC permissions, then runs pods until one of them has built the image or failed for good, at
 * most `retries` + 1 of them. Each pod is removed (or kept, if `keep-pod` is set so) before the next one is created and before
 * this returns.
 * @returns the report, also after a failure. Success means: exit code 0, a complete upload, and a digest if it pushes.
 */
export async function buildImage(
  plan: BuildPlan,
  ports: BuildPorts,
  cancelled: AbortSignal,
): Promise<BuildEnd> {
  const { cluster, clock, log, phases } = ports;
  const { timeoutMs, retries } = plan.inputs;
  let report = emptyReport;
  let attempt: Attempt | undefined;
  let lastState = 'no pod was created';
  const times = { timeoutMs, startedAtMs: phases.startedAtMs };
  const deadline = startDeadline(times, clock, cancelled, () =>
    withFailure(attempt?.state ?? lastState, cluster.failing),
  );
  try {
    return await withScope(deadline.signal, async (scope) => {
      const attached = await checkCluster(cluster, deadline.signal);
      const context = { plan, ports, attached, deadline };
      void scope.run((until) => sweepLeftovers(ports, until));
      for (let attempts = 1; ; attempts++) {
        phases.beginAttempt();
        attempt = new Attempt({ namespace: cluster.namespace, name: ports.newPodName() }, ports);
        const pod = makePod(context, attempt.ref);
        ports.onPod(attempt.ref);
        report = { ...report, attempts, pod: attempt.ref };
        const end = await buildOnce(context, attempt, pod);
        report = reportAttempt(report, attempt, end);
        lastState = attempt.state ?? lastState;
        const { failure } = end;
        const isLast = attempts > retries || deadline.signal.aborted;
        if (failure?.kind !== 'lost' || isLast) return { report, failure };
        await log.warning(`attempt ${attempts} failed, retrying in a new pod: ${failure.message}`);
      }
    });
  } catch (error) {
    return { report, failure: toBuildError(error, 'the build') };
  } finally {
    deadline.end();
  }
}

/** The last state, with the failure of the request that is being repeated, if there is one. */
function withFailure(state: string, failing: BuildError | undefined): string {
  return failing === undefined ? state : `${state}; last failure: ${failing.message}`;
}

/** Checks that the cluster can be used. @returns what to attach to in this version. @throws BuildError */
async function checkCluster(cluster: Cluster, signal: AbortSignal): Promise<AttachStreams> {
  const checked = checkAccess(cluster, signal);
  // Both fail if the cluster is unreachable. Awaited second, so that the error is always that of the version request.
  checked.catch(() => undefined);
  const minor = await cluster.serverMinor(signal);
  await checked;
  return attachStreams(minor);
}

/** Removes pods of earlier runs that were interrupted. Never rejects. */
function sweepLeftovers({ cluster, log, run }: BuildPorts, signal: AbortSignal): Promise<void> {
  return sweepPods(cluster, run.repository, (line) => log.info(line), signal);
}

/** One pod, from its creation to its removal. */
async function buildOnce(context: BuildContext, attempt: Attempt, pod: V1Pod): Promise<AttemptEnd> {
  const { plan, ports, attached, deadline } = context;
  const { inputs, engine } = plan;
  const { cluster, clock, log, phases } = ports;
  const { ref } = attempt;
  ports.pods.add(ref);
  const streams = openStreams(plan);
  let created: V1Pod | undefined;
  let end: ContainerEnd | undefined;
  let image: BuiltImage | undefined;
  let failure: BuildError | undefined;
  try {
    await log.group(`Start pod ${ref.name}`);
    created = await createPod(cluster, pod, clock, deadline.signal);
    checkUserNamespace(pod, created);
    phases.end('create');
    const scan = engine.scanPushes(inputs);
    const warnings = engine.scanWarnings(inputs);
    const options = {
      startTimeoutMs: inputs.startTimeoutMs,
      scan: (output: Buffer) => {
        scan?.push(output);
        warnings?.push(output);
      },
      filter: engine.filterOutput(inputs),
      attached,
      open: () => streams.open(),
    };
    end = await attempt.run(created, options, deadline.signal);
    image = await judge(plan, { ref, pod, end, scan, warnings }, ports, deadline.signal);
  } catch (error) {
    failure = toBuildError(error, 'the build');
  }
  streams.close();
  phases.interrupt();
  const isKept = await disposeOf(
    ref,
    {
      keepPod: inputs.keepPod,
      failure,
      isRefused: created === undefined && isRefusal(failure),
      hasEnded: end?.state.kind === 'ended',
    },
    ports,
  );
  phases.end('remove');
  return { image, failure, tail: end && engine.relevant(end.tail), isKept };
}

/** The report after one more attempt. Values that this attempt did not get to are those of earlier attempts. */
function reportAttempt(report: RunReport, attempt: Attempt, end: AttemptEnd): RunReport {
  return {
    ...report,
    node: attempt.node,
    keptPods: end.isKept ? [...report.keptPods, attempt.ref] : report.keptPods,
    exitCode: attempt.exitCode ?? report.exitCode,
    context: attempt.context ?? report.context,
    tail: end.tail ?? report.tail,
    image: end.image,
  };
}

/** The streams of one pod. The first one is packed at once, while the pod starts. */
function openStreams({ inputs, source, logins, edits }: BuildPlan): StreamsAhead {
  const { ca } = inputs.registry;
  const config = configJson(logins);
  const parts: StreamParts = {
    edits,
    ...(config !== undefined && { config: Buffer.from(config) }),
    ...(ca !== undefined && { ca: Buffer.from(ca) }),
  };
  const aheadBytes = source.isPacked === true ? inputs.contextBufferBytes : rawAheadBytes;
  return new StreamsAhead(() => source.open(parts), aheadBytes);
}

/** What the spec of a pod depends on, apart from its name. */
export interface PodContext {
  readonly plan: Pick<BuildPlan, 'inputs' | 'engine' | 'logins' | 'pulls' | 'skipsStages'>;
  readonly ports: Pick<BuildPorts, 'run' | 'newNonce'>;
  readonly deadline: Pick<Deadline, 'remainingMs'>;
}

/** The pod of an attempt. @throws BuildError or InvalidInput for a template that cannot be merged. */
export function makePod({ plan, ports, deadline }: PodContext, ref: PodRef): V1Pod {
  const { inputs, engine, logins, pulls, skipsStages } = plan;
  const activeDeadlineSeconds = Math.ceil(deadline.remainingMs() / 1_000) + deadlineGraceSeconds;
  const pod = buildPod(inputs, {
    ref,
    run: ports.run,
    nonce: ports.newNonce(),
    keepPod: inputs.keepPod,
    lifetimeSeconds: activeDeadlineSeconds + (inputs.keepPod === 'never' ? 0 : keptForSeconds),
    activeDeadlineSeconds,
    platform: inputs.image.platform,
    container: engine.container(inputs, {
      logins: logins.byHost.size > 0,
      ca: inputs.registry.ca !== undefined,
      pullHosts: [...new Set(pulls.map(({ host }) => host))],
      skipsStages,
    }),
    volumes: engine.volumes(inputs),
  });
  const { template } = inputs.pod;
  const limits = { timeoutMs: inputs.timeoutMs, reserved: engine.reserved };
  return withStorageDefaults(template === undefined ? pod : mergeTemplate(pod, template, limits));
}
