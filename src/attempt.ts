import type { V1Pod } from '@kubernetes/client-node';
import { UploadProgress } from './attach/progress.ts';
import type { AttachEnd } from './attach/pump.ts';
import { uploadStdin } from './attach/upload.ts';
import type { StdinStream } from './context/stdin.ts';
import { builderContainerName } from './engines/engine.ts';
import type { JobLog } from './logs/fence.ts';
import { mirrorOutput, settleOutput } from './logs/mirror.ts';
import type { OpenLog } from './logs/reader.ts';
import { Tail } from './logs/tail.ts';
import { createPod } from './pod/create.ts';
import { readEndCause, type EndCause } from './pod/end-cause.ts';
import { eventsIfKnown } from './pod/events.ts';
import { PodFollower } from './pod/follow.ts';
import { reportNodeNotReady } from './pod/node-not-ready.ts';
import { removePod } from './pod/remove.ts';
import { StateReadProblem } from './pod/state-read-problem.ts';
import { describePodState, isFinal, type PodState } from './pod/state.ts';
import { waitForStart } from './pod/wait.ts';
import type { AttachStreams, Clock, Cluster, PodRef } from './ports.ts';
import type { RunReport } from './result/report.ts';

/** What one pod needs beside the pod itself. */
export interface AttemptPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: JobLog;
  readonly report: RunReport;
}

export interface AttemptOrder {
  readonly ref: PodRef;
  readonly pod: V1Pod;
  readonly streams: AttachStreams;
  readonly startTimeoutMs: number;
  /** See Engine.notable. */
  readonly notable: RegExp | undefined;
  readonly open: () => StdinStream;
  /** See EndCauseOptions. */
  readonly isProvedByExit: boolean;
  /** See createPod. */
  readonly onRefused: () => void;
}

/** How the pod's life ended, for decideOutcome, and the last lines that it printed. */
export interface AttemptEnd extends EndCause {
  readonly state: PodState;
  readonly upload: AttachEnd | undefined;
  readonly tail: readonly string[];
  /** Everything notable that it printed. */
  readonly noted: readonly string[];
  /** True if it is known to have printed nothing. */
  readonly isSilent: boolean;
}

/** The post step tries again, so nobody has to wait for long here. */
const removalMs = 15_000;
/** After a lost upload the container has this long to end by itself: its own words are the better message. */
const lastWordsMs = 5_000;

/**
 * One pod from create to its container's end: waits for the start, feeds stdin, mirrors the output. Removing the pod is the
 * caller's part.
 * @throws BuildError for everything that ends the attempt before the container does.
 */
export async function runAttempt(
  order: AttemptOrder,
  ports: AttemptPorts,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { cluster, clock, log, report } = ports;
  const life = new AbortController();
  const alive = AbortSignal.any([signal, life.signal]);
  let nodeOf = (): string => '';
  try {
    await log.group(`Start pod ${order.ref.name}`);
    const pod = await createPod(cluster, order.pod, order.onRefused, clock, signal);
    report.phase('create', clock.now());
    const readProblem = new StateReadProblem(clock, (text) => log.info(text));
    const states = cluster.podStates(pod, alive, (problem) => {
      readProblem.changed(problem);
    });
    const follower = new PodFollower(states, builderContainerName, clock, alive);
    nodeOf = () => follower.node;
    report.describeState = () => readProblem.describe(follower.state);
    const started = await waitForStart(
      follower,
      {
        clock,
        startTimeoutMs: order.startTimeoutMs,
        report: (line) => log.info(line),
        events: () => eventsIfKnown(cluster, order.ref, alive),
        problem: () => readProblem.problem,
      },
      signal,
    );
    await log.info(describePodState(started));
    report.phase('start', clock.now());
    await log.group('Build');
    return await runContainer(order, follower, ports, alive);
  } finally {
    report.node = nodeOf();
    life.abort(new Error('the attempt has ended'));
  }
}

/** Deletes the attempt's pod; says what is left if that fails. */
export async function removeAttempt(
  ref: PodRef,
  ended: boolean,
  { cluster, clock, log }: AttemptPorts,
): Promise<boolean> {
  const removal = { graceSeconds: ended ? 0 : 1, patienceMs: removalMs };
  const problem = await removePod(cluster, ref, removal, clock);
  if (problem !== undefined) {
    await log.warning(
      `pod ${ref.name} could not be removed yet (${problem}); the post step tries again`,
    );
  }
  return problem === undefined;
}

async function runContainer(
  order: AttemptOrder,
  follower: PodFollower,
  ports: AttemptPorts,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { cluster, clock, log, report } = ports;
  const { ref, isProvedByExit } = order;
  const tail = new Tail(order.notable);
  const open: OpenLog = (options, stop) => cluster.log(ref, builderContainerName, options, stop);
  const output = mirrorOutput({ open, follower, tail, clock, log }, signal);
  // Its error is looked at below; until then it must not count as unhandled.
  output.catch(() => undefined);
  void reportNodeNotReady(follower, (line) => log.info(line), signal);
  const upload =
    follower.state.kind === 'running' ? await upLoad(order, follower, ports, signal) : undefined;
  signal.throwIfAborted();
  const state = await waitForEnd(follower, upload, clock, signal);
  report.phase('build', clock.now());
  if (state.kind === 'ended') report.exitCode = state.exitCode;
  const isWhole = isFinal(state) && (await settleOutput(output, state, log, signal));
  const lines = tail.lines();
  const warn = (text: string): Promise<void> => log.warning(text);
  return {
    state,
    upload,
    tail: lines,
    noted: tail.noted(),
    isSilent: isWhole && lines.every((line) => line.trim() === ''),
    ...(await readEndCause(state, { cluster, clock, ref, isProvedByExit, warn }, signal)),
  };
}

async function upLoad(
  order: AttemptOrder,
  follower: PodFollower,
  { cluster, clock, log, report }: AttemptPorts,
  signal: AbortSignal,
): Promise<AttachEnd> {
  const progress = new UploadProgress(clock);
  const done = new AbortController();
  const reporting = progress.reportEvery((line) => log.info(line), done.signal);
  const end = await uploadStdin(
    {
      cluster,
      clock,
      follower,
      ref: order.ref,
      container: builderContainerName,
      streams: order.streams,
      open: order.open,
      onOpen: ({ progress: packed }) => {
        progress.restart(packed);
      },
      onSent: (bytes) => {
        progress.sent(bytes);
      },
      report: (line) => log.info(line),
    },
    signal,
  );
  done.abort();
  await reporting;
  report.phase('upload', clock.now());
  report.context = { ...progress.packed, wireBytes: progress.wireBytes };
  const how = end.acknowledged ? 'context complete' : 'context incomplete';
  await log.info(`${how}: ${progress.describe()}`);
  if (end.failure !== undefined && !signal.aborted) await log.info(end.failure.message);
  return end;
}

/** The container's end, or what is known shortly after an upload that failed. */
async function waitForEnd(
  follower: PodFollower,
  upload: AttachEnd | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<PodState> {
  if (upload?.failure === undefined) return follower.until(isFinal, signal);
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const end = follower.until(isFinal, either);
  const late = clock
    .sleep(lastWordsMs, either)
    .then(() => follower.until(({ kind }) => kind !== 'ending', either));
  try {
    return await Promise.race([end, late]);
  } finally {
    done.abort();
    await Promise.allSettled([end, late]);
  }
}
