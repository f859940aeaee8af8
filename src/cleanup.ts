import { describeError, type BuildError } from './errors.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { JobLog } from './logs/fence.ts';
import { removePod } from './pod/remove.ts';
import type { SavedPods } from './pod/saved-pods.ts';
import type { Clock, Cluster, PodRef } from './ports.ts';

export interface CleanupPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: JobLog;
  readonly pods: SavedPods;
}

/** How an attempt ended, as far as it decides what happens to its pod. */
export interface LastUse {
  readonly keepPod: Inputs['keepPod'];
  readonly failure: BuildError | undefined;
  /** The API server has refused to create the pod. */
  readonly isRefused: boolean;
  /** The container has ended, so it needs no time to terminate. */
  readonly hasEnded: boolean;
}

/** Time limit of the request for whether a pod to be kept exists. */
const lookMs = 5_000;
/** Time limit of a removal. It is short because the post step tries again. */
const removalMs = 15_000;

/** Removes the pod of an attempt, or keeps it, if `keep-pod` is set so. @returns true if it is kept. */
export async function disposeOf(
  ref: PodRef,
  { keepPod, failure, isRefused, hasEnded }: LastUse,
  ports: CleanupPorts,
): Promise<boolean> {
  if (isRefused) await forgetPod(ref, ports);
  else if (isToKeep(keepPod, failure)) return keep(ref, ports);
  else await remove(ref, hasEnded, ports);
  return false;
}

function isToKeep(keepPod: Inputs['keepPod'], failure: BuildError | undefined): boolean {
  if (failure?.kind === 'cancelled') return false;
  return keepPod === 'always' || (keepPod === 'on-failure' && failure !== undefined);
}

/** @returns false if the pod does not exist. */
async function keep(ref: PodRef, ports: CleanupPorts): Promise<boolean> {
  await forgetPod(ref, ports);
  if (!(await mayExist(ref, ports.cluster))) return false;
  await ports.log.info(`pod ${ref.name} in namespace ${ref.namespace} is kept (input 'keep-pod')`);
  return true;
}

/** False only if the API server reports that the pod does not exist. */
async function mayExist(ref: PodRef, cluster: Cluster): Promise<boolean> {
  try {
    return (await cluster.readPod(ref, AbortSignal.timeout(lookMs))) !== undefined;
  } catch {
    return true;
  }
}

/** Deletes the pod. If that fails, it stays saved for the post step. */
async function remove(ref: PodRef, hasEnded: boolean, ports: CleanupPorts): Promise<void> {
  const { cluster, clock, log } = ports;
  const removal = { graceSeconds: hasEnded ? 0 : 1, patienceMs: removalMs };
  const problem = await removePod(cluster, ref, removal, clock);
  if (problem === undefined) await forgetPod(ref, ports);
  else {
    await log.warning(
      `pod ${ref.name} could not be removed yet (${problem}); the post step tries again`,
    );
  }
}

/** Takes the pod from the list of the post step. If that cannot be saved, the post step deletes a pod too many. */
async function forgetPod(ref: PodRef, { pods, log }: CleanupPorts): Promise<void> {
  try {
    pods.forget(ref);
  } catch (error) {
    await log.warning(`${describeError(error)}: the post step will delete pod ${ref.name}`);
  }
}
