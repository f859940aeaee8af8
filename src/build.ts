import type { V1Pod } from '@kubernetes/client-node';
import { attachStreams } from './attach/channel.ts';
import { removeAttempt, runAttempt, type AttemptEnd, type AttemptPorts } from './attempt.ts';
import { StreamsAhead } from './context/prefetch.ts';
import type { StdinSource, StreamAuth } from './context/stdin.ts';
import type { Dockerfile } from './dockerfile/parse.ts';
import type { BuiltImage, Engine } from './engines/engine.ts';
import { BuildError, describeError, toBuildError } from './errors.ts';
import type { Inputs } from './inputs/inputs.ts';
import { hostsWithoutLogin } from './logins/collect.ts';
import type { JobLog } from './logs/fence.ts';
import { checkAccess } from './pod/access.ts';
import type { SavedPods } from './pod/saved-pods.ts';
import { buildPod, type RunIdentity } from './pod/spec/spec.ts';
import { mergeTemplate } from './pod/spec/template.ts';
import { sweepPods } from './pod/sweep.ts';
import type { AttachStreams, Cluster, PodRef } from './ports.ts';
import { memoryWarning, outcomeError } from './result/message.ts';
import { decideOutcome } from './result/outcome.ts';
import { startDeadline, type Deadline } from './time/deadline.ts';

/** What is built, and how: everything that is the same for each attempt. */
export interface BuildPlan {
  readonly inputs: Inputs;
  readonly engine: Engine;
  readonly source: StdinSource;
  readonly dockerfile: Dockerfile;
  readonly auth: StreamAuth;
  /** Registries that the Dockerfile names. */
  readonly pullHosts: readonly string[];
}

export interface BuildPorts extends AttemptPorts {
  readonly pods: SavedPods;
  readonly run: RunIdentity;
  readonly newPodName: () => string;
  readonly newNonce: () => string;
  /** Told each pod's name as soon as it is chosen. */
  readonly onPod: (ref: PodRef) => void;
}

/** A kept pod stays this long before a later run may remove it. */
const keptForMs = 24 * 60 * 60_000;
/** Read ahead of what needs no packing. */
const rawAheadBytes = 1_024 * 1_024;
/** Looking whether a pod is there, for at most this long. */
const lookMs = 5_000;
/** The cluster's own deadline comes after ours, so that our sentence comes first. */
const deadlineGraceSeconds = 60;

/**
 * The whole flow: checks the rights, then runs pods until one has given a verdict, at most `retries` + 1 of them. Every pod
 * is removed (or kept, if that was asked for) before the next one starts and before this returns.
 * @returns the image of a pushing build.
 * @throws BuildError for everything that is no proved success.
 */
export async function buildImage(
  plan: BuildPlan,
  ports: BuildPorts,
  cancelled: AbortSignal,
): Promise<BuiltImage | undefined> {
  const { cluster, clock, log, report } = ports;
  const { inputs } = plan;
  const swept = new AbortController();
  let sweeping: Promise<void> | undefined;
  const times = { timeoutMs: inputs.timeoutMs, startedAtMs: report.startedAtMs };
  const deadline = startDeadline(times, clock, cancelled, () => report.describeState());
  try {
    const checked = checkAccess(cluster, deadline.signal);
    // Waited for second, so that a cluster out of reach is always said in the same words.
    checked.catch(() => undefined);
    const minor = await cluster.serverMinor(deadline.signal);
    await checked;
    const streams = attachStreams(minor);
    sweeping = sweepPods(
      cluster,
      ports.run.repository,
      (line) => log.info(line),
      AbortSignal.any([deadline.signal, swept.signal]),
    );
    for (;;) {
      report.attempts++;
      try {
        return await buildOnce(plan, ports, streams, deadline);
      } catch (error) {
        const failure = toBuildError(error, 'the build');
        const last = report.attempts > inputs.retries || deadline.signal.aborted;
        if (failure.kind !== 'lost' || last) throw failure;
        await log.warning(
          `attempt ${report.attempts} was lost, starting again with a new pod: ${failure.message}`,
        );
      }
    }
  } finally {
    swept.abort(new Error('the build has ended'));
    await sweeping;
    deadline.end();
  }
}

/** One pod, from the choice of its name to its removal. */
async function buildOnce(
  plan: BuildPlan,
  ports: BuildPorts,
  attached: AttachStreams,
  deadline: Deadline,
): Promise<BuiltImage | undefined> {
  const { inputs, source, auth } = plan;
  const ref = { namespace: ports.cluster.namespace, name: ports.newPodName() };
  const pod = makePod(plan, ports, ref, deadline.remainingMs());
  ports.onPod(ref);
  ports.pods.add(ref);
  const aheadBytes = source.isPacked === true ? inputs.contextBufferBytes : rawAheadBytes;
  const streams = new StreamsAhead(() => source.open(auth), aheadBytes);
  let end: AttemptEnd | undefined;
  const create: { isRefused: boolean } = { isRefused: false };
  let failure: BuildError | undefined;
  try {
    const order = {
      ref,
      pod,
      streams: attached,
      startTimeoutMs: inputs.startTimeoutMs,
      notable: plan.engine.notable,
      open: () => streams.open(),
      isProvedByExit: !inputs.image.push,
      onRefused: () => {
        create.isRefused = true;
      },
    };
    end = await runAttempt(order, ports, deadline.signal);
    ports.report.tail = plan.engine.relevant(end.tail);
    return await judge(plan, pod, end, ports.log);
  } catch (error) {
    failure = toBuildError(error, 'the build');
    throw failure;
  } finally {
    streams.close();
    ports.report.breakOff(ports.clock.now());
    if (create.isRefused) await forgetPod(ref, ports);
    else if (isKept(inputs.keepPod, failure)) await keepPod(ref, ports);
    else if (await removeAttempt(ref, end?.state.kind === 'ended', ports))
      await forgetPod(ref, ports);
    ports.report.phase('remove', ports.clock.now());
  }
}

function makePod(
  { inputs, engine, auth, pullHosts }: BuildPlan,
  ports: BuildPorts,
  ref: PodRef,
  remainingMs: number,
): V1Pod {
  const keptMs = inputs.keepPod === 'never' ? 0 : keptForMs;
  const graceMs = deadlineGraceSeconds * 1_000;
  const pod = buildPod(inputs.pod, {
    ref,
    run: ports.run,
    nonce: ports.newNonce(),
    keepPod: inputs.keepPod,
    expiresAt: new Date(ports.clock.now() + remainingMs + graceMs + keptMs),
    activeDeadlineSeconds: Math.ceil(remainingMs / 1_000) + deadlineGraceSeconds,
    platform: inputs.image.platform,
    container: engine.container(inputs, {
      logins: auth.config !== undefined,
      ca: auth.ca !== undefined,
      pullHosts,
    }),
    volumes: engine.volumes(inputs),
  });
  return inputs.pod.template === undefined ? pod : mergeTemplate(pod, inputs.pod.template);
}

/** The image if the pod's end proves one. @throws BuildError for every other end. */
async function judge(
  { inputs, engine, dockerfile, auth }: BuildPlan,
  pod: V1Pod,
  { state, upload, tail, noted, isSilent, killing, removal }: AttemptEnd,
  log: JobLog,
): Promise<BuiltImage | undefined> {
  // What could not be packed is the cause of whatever the builder says about a stream that broke off.
  if (upload?.failure?.kind === 'context') throw upload.failure;
  const outcome = decideOutcome(removal ?? state, upload);
  if (outcome.kind !== 'succeeded') {
    const exitCode = state.kind === 'ended' ? state.exitCode : undefined;
    throw outcomeError(outcome, {
      memoryLimit: pod.spec?.containers[0]?.resources?.limits?.['memory'],
      timeoutMs: inputs.timeoutMs,
      diagnosis:
        killing ??
        (exitCode === undefined
          ? undefined
          : engine.diagnose(tail, exitCode, dockerfile, hostsWithoutLogin(inputs, auth.config))),
      isSilent,
    });
  }
  const warning = memoryWarning(outcome.ended);
  if (warning !== undefined) await log.warning(warning);
  if (!inputs.image.push) return undefined;
  const image = engine.readImage(outcome.ended.message, inputs, noted);
  if (image === undefined) {
    throw new BuildError(
      'build',
      'the builder ended with exit code 0 but named no digest, so the push is not proved',
      {
        hint: "Take flags out of 'builder-args' that change where the digest is written.",
      },
    );
  }
  return image;
}

function isKept(keepPod: Inputs['keepPod'], failure: BuildError | undefined): boolean {
  if (failure?.kind === 'cancelled') return false;
  return keepPod === 'always' || (keepPod === 'on-failure' && failure !== undefined);
}

async function keepPod(ref: PodRef, ports: BuildPorts): Promise<void> {
  const { cluster, log, report } = ports;
  await forgetPod(ref, ports);
  if (!(await mayExist(ref, cluster))) return;
  report.podKept = true;
  await log.info(`pod ${ref.name} in namespace ${ref.namespace} is kept (input 'keep-pod')`);
}

/** The pod is gone, or it is to stay. What the runner cannot note down changes no verdict. */
async function forgetPod(ref: PodRef, { pods, log }: BuildPorts): Promise<void> {
  try {
    pods.forget(ref);
  } catch (error) {
    await log.warning(`${describeError(error)}: the post step will delete pod ${ref.name}`);
  }
}

/** False only if the cluster says that there is no such pod: its create was refused. */
async function mayExist(ref: PodRef, cluster: Cluster): Promise<boolean> {
  try {
    return (await cluster.readPod(ref, AbortSignal.timeout(lookMs))) !== undefined;
  } catch {
    return true;
  }
}
