import type { V1Pod } from '@kubernetes/client-node';
import { UploadProgress } from './attach/progress.ts';
import type { AttachEnd } from './attach/pump.ts';
import { uploadStdin } from './attach/upload.ts';
import type { StdinStream } from './context/stdin.ts';
import { builderContainerName, type OutputFilter } from './engines/engine.ts';
import type { JobLog } from './logs/fence.ts';
import { mirrorOutput, settleOutput } from './logs/mirror.ts';
import { Tail } from './logs/tail.ts';
import { eventsIfKnown } from './pod/events.ts';
import { PodFollower } from './pod/follow.ts';
import { reportNodeNotReady } from './pod/node-not-ready.ts';
import { StateReadProblem } from './pod/state/read-problem.ts';
import { describePodState, isFinal, type PodState } from './pod/state/state.ts';
import { waitForStart } from './pod/wait.ts';
import type { AttachStreams, Clock, Cluster, PodRef } from './ports.ts';
import type { PhaseRecorder } from './result/phases.ts';
import type { ContextReport } from './result/report.ts';
import { race } from './time/race.ts';
import { withScope } from './time/scope.ts';

export interface AttemptPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: JobLog;
  readonly phases: PhaseRecorder;
}

export interface AttemptOptions {
  readonly startTimeoutMs: number;
  /** Gets all of the output, in pieces of any size. */
  readonly scan?: ((output: Buffer) => void) | undefined;
  /** See Engine.filterOutput. */
  readonly filter?: OutputFilter | undefined;
  /** Streams that the attach request asks for, see attachStreams. */
  readonly attached: AttachStreams;
  /** Opens the context as a new stream from its beginning. */
  readonly open: () => StdinStream;
}

/** The end of the builder container, and its output. */
export interface ContainerEnd {
  readonly state: PodState;
  /** Undefined if the container ended before the upload could begin. */
  readonly upload: AttachEnd | undefined;
  /** The last lines. */
  readonly tail: readonly string[];
  /** True if all of the output was read. */
  readonly isOutputWhole: boolean;
  /** True if the container is known to have printed nothing. */
  readonly isSilent: boolean;
}

/** After a failed upload the container has this long to end: its exit code and output explain more than the connection does. */
const endGraceMs = 5_000;

/**
 * One pod, from the response to its create request to the end of its container: waits for the start, uploads the context, mirrors the output.
 * Node, state, exit code and context can be read at any time, also after a failure.
 */
export class Attempt {
  readonly ref: PodRef;
  readonly #ports: AttemptPorts;
  readonly #readProblem: StateReadProblem;
  #follower: PodFollower | undefined;
  #context: ContextReport | undefined;

  constructor(ref: PodRef, ports: AttemptPorts) {
    this.ref = ref;
    this.#ports = ports;
    this.#readProblem = new StateReadProblem(ports.clock, (text) => ports.log.info(text));
  }

  /** Name of the node; empty before the pod is scheduled. */
  get node(): string {
    return this.#follower?.node ?? '';
  }

  /** The state of the pod in words, for a timeout; undefined before the pod is created. */
  get state(): string | undefined {
    return this.#follower && this.#readProblem.describe(this.#follower.state);
  }

  /** Exit code of the builder container; undefined if it has not ended. */
  get exitCode(): number | undefined {
    const state = this.#follower?.state;
    return state?.kind === 'ended' ? state.exitCode : undefined;
  }

  /** How much was uploaded; undefined before the end of the upload. */
  get context(): ContextReport | undefined {
    return this.#context;
  }

  /**
   * Runs until the container has ended. Neither creates nor deletes the pod.
   * @param created the pod as the API server has created it.
   * @throws BuildError for everything that ends the attempt before the container ends.
   */
  run(created: V1Pod, options: AttemptOptions, signal: AbortSignal): Promise<ContainerEnd> {
    return withScope(signal, async (scope) => {
      const follower = this.#follow(created, scope.signal);
      await this.#waitForStart(follower, options, scope.signal);
      return this.#runContainer(follower, options, scope.signal);
    });
  }

  #follow(created: V1Pod, signal: AbortSignal): PodFollower {
    const { cluster, clock } = this.#ports;
    const states = cluster.podStates(created, signal, (problem) => {
      this.#readProblem.changed(problem);
    });
    this.#follower = new PodFollower(states, builderContainerName, clock, signal);
    return this.#follower;
  }

  async #waitForStart(
    follower: PodFollower,
    { startTimeoutMs }: AttemptOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { cluster, clock, log, phases } = this.#ports;
    const started = await waitForStart(
      follower,
      {
        clock,
        startTimeoutMs,
        report: (line) => log.info(line),
        events: (until) => eventsIfKnown(cluster, this.ref, until),
        problem: () => this.#readProblem.problem,
      },
      signal,
    );
    await log.info(describePodState(started));
    phases.end('start');
  }

  async #runContainer(
    follower: PodFollower,
    options: AttemptOptions,
    signal: AbortSignal,
  ): Promise<ContainerEnd> {
    const { cluster, clock, log, phases } = this.#ports;
    await log.group('Build');
    const tail = new Tail();
    const output = mirrorOutput(
      {
        open: (range, stop) => cluster.log(this.ref, builderContainerName, range, stop),
        follower,
        tail,
        scan: options.scan,
        filter: options.filter,
        clock,
        log,
      },
      signal,
    );
    // settleOutput handles a failure; until then it must not count as unhandled.
    output.catch(() => undefined);
    void reportNodeNotReady(follower, (line) => log.info(line), signal);
    const upload =
      follower.state.kind === 'running' ? await this.#upload(follower, options, signal) : undefined;
    signal.throwIfAborted();
    const state = await waitForEnd(follower, upload, clock, signal);
    phases.end('build');
    const isOutputWhole = isFinal(state) && (await settleOutput(output, state, log, signal));
    const lines = tail.lines();
    return {
      state,
      upload,
      tail: lines,
      isOutputWhole,
      isSilent: isOutputWhole && lines.every((line) => line.trim() === ''),
    };
  }

  async #upload(
    follower: PodFollower,
    { attached, open }: AttemptOptions,
    signal: AbortSignal,
  ): Promise<AttachEnd> {
    const { cluster, clock, log, phases } = this.#ports;
    const report = (line: string): Promise<void> => log.info(line);
    const progress = new UploadProgress(clock);
    const end = await withScope(undefined, (scope) => {
      void scope.run((until) => progress.reportEvery(report, until));
      return uploadStdin(
        {
          cluster,
          clock,
          follower,
          ref: this.ref,
          container: builderContainerName,
          streams: attached,
          open,
          onOpen: (stream) => {
            progress.restart(stream.progress);
          },
          onSent: (bytes) => {
            progress.sent(bytes);
          },
          report,
        },
        signal,
      );
    });
    phases.end('upload');
    this.#context = { ...progress.packed, wireBytes: progress.wireBytes };
    await log.info(`${describeUpload(end)}: ${progress.describe()}`);
    if (end.failure !== undefined && !signal.aborted) await log.info(end.failure.message);
    return end;
  }
}

/** The end of the container; after a failed upload the state of the pod a moment later, whatever it is. */
function waitForEnd(
  follower: PodFollower,
  upload: AttachEnd | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<PodState> {
  if (upload?.failure === undefined) return follower.until(isFinal, signal);
  return race(signal, [
    (until) => follower.until(isFinal, until),
    async (until) => {
      await clock.sleep(endGraceMs, until);
      return follower.until(({ kind }) => kind !== 'ending', until);
    },
  ]);
}

/** A builder that fails early, for example because of a password, ends before it has read a context that was sent. */
function describeUpload({ acknowledged, isSent }: AttachEnd): string {
  if (acknowledged) return 'context complete';
  return isSent ? 'context sent, but not confirmed' : 'context incomplete';
}
