import { setTimeout as sleep } from 'node:timers/promises';
import { EventLog } from './events.ts';
import type { Faults } from './faults.ts';
import { imageProblem, type ImageProblem } from './image.ts';
import { formatTime, type Container, type ContainerState, type Pod } from './pod.ts';
import { ContainerProcess } from './process.ts';
import { missingEnvironment, missingVolume } from './reference.ts';
import { isElsewhere, node, refusalOf } from './schedule.ts';
import { podStatus } from './status.ts';
import type { PodStore } from './store.ts';

export interface KubeletOptions {
  readonly store: PodStore;
  readonly events: EventLog;
  readonly faults: Faults;
  /** Milliseconds between two state changes of a pod; a real kubelet takes about a second. */
  readonly stepMs: number;
}

/** Scheduler and kubelet in one: runs the pods of the store, and writes their status. */
export class Kubelet {
  readonly #options: KubeletOptions;
  /** By uid: a new pod can have the name of one that is still terminating. */
  readonly #runs = new Map<string, PodRun>();

  constructor(options: KubeletOptions) {
    this.#options = options;
  }

  start(pod: Pod): void {
    const run = new PodRun(pod, this.#options);
    this.#runs.set(pod.metadata.uid, run);
    run.start();
  }

  /** Ends the processes of the pod and removes it. */
  async remove(pod: Pod, graceSeconds: number): Promise<void> {
    await this.#runs.get(pod.metadata.uid)?.stop(graceSeconds);
    this.#runs.delete(pod.metadata.uid);
  }

  /** The container's process, running or ended; undefined before the first start. */
  process(pod: Pod, container: string): ContainerProcess | undefined {
    return this.#runs.get(pod.metadata.uid)?.processes.get(container);
  }

  async evict(pod: Pod, message: string): Promise<void> {
    await this.#runs.get(pod.metadata.uid)?.fail('Evicted', message);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.stop(0)));
    this.#runs.clear();
  }
}

class PodRun {
  readonly processes = new Map<string, ContainerProcess>();
  readonly #pod: Pod;
  readonly #options: KubeletOptions;
  readonly #states = new Map<string, ContainerState>();
  readonly #ids = new Map<string, string>();
  readonly #stopped = new AbortController();
  #scheduled = false;
  #accepted = false;
  #sandboxGone = false;
  #sandbox = false;
  #unschedulable: string | undefined;
  #startTime: string | undefined;
  #verdict: { reason: string; message: string } | undefined;
  #done: Promise<void> = Promise.resolve();
  readonly #ends: Promise<void>[] = [];

  constructor(pod: Pod, options: KubeletOptions) {
    this.#pod = pod;
    this.#options = options;
  }

  start(): void {
    this.#done = this.#run().catch((error: unknown) => {
      // A stop during a pause is the normal end of a deleted pod.
      if (!this.#stopped.signal.aborted) throw error;
    });
  }

  /** SIGTERM, then SIGKILL after the grace. Resolves when all processes have ended. */
  async stop(graceSeconds: number): Promise<void> {
    this.#stopped.abort();
    const alive = [...this.processes.values()].filter(
      ({ container }) => this.#states.get(container.name)?.terminated === undefined,
    );
    for (const process of alive) process.kill(graceSeconds > 0 ? 'SIGTERM' : 'SIGKILL');
    const patience = new AbortController();
    const kill = sleep(graceSeconds * 1_000, undefined, { signal: patience.signal }).then(
      () => {
        for (const process of alive) process.kill('SIGKILL');
      },
      () => undefined,
    );
    await Promise.all(alive.map(({ ended }) => ended));
    patience.abort();
    await Promise.all([kill, this.#done, ...this.#ends]);
  }

  /** Ends the pod with a reason of the kubelet, such as Evicted. */
  async fail(reason: string, message: string): Promise<void> {
    this.#verdict = { reason, message };
    await this.stop(0);
    this.#report();
  }

  async #run(): Promise<void> {
    const { nodeName, schedulingGates = [] } = this.#pod.spec;
    // Scheduling gates are never removed, and the playground has no kubelet for another node.
    if (schedulingGates.length > 0 || isElsewhere(this.#pod)) await this.#forever();
    await this.#pause();
    if (nodeName === undefined) await this.#schedule();
    this.#scheduled = true;
    this.#report();
    await this.#pause();
    this.#accepted = true;
    this.#startTime = formatTime(Date.now());
    this.#report();
    this.#boundLife();
    await this.#mountVolumes();
    this.#sandbox = true;
    for (const container of this.#pod.spec.initContainers ?? []) {
      await this.#launch(container);
      await this.processes.get(container.name)?.ended;
      await this.#pause();
      if (this.#states.get(container.name)?.terminated?.exitCode !== 0) return;
    }
    await Promise.all(this.#pod.spec.containers.map((container) => this.#launch(container)));
  }

  /** Tries again until a node takes the pod. */
  async #schedule(): Promise<void> {
    for (;;) {
      const refusal = refusalOf(this.#pod, this.#options.faults.neverSchedule);
      if (refusal === undefined) break;
      if (refusal !== this.#unschedulable) {
        this.#unschedulable = refusal;
        this.#options.events.add(this.#pod, 'Warning', 'FailedScheduling', refusal);
        this.#report();
      }
      await this.#pause(10);
    }
    const { namespace, name } = this.#pod.metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${node.name}`;
    this.#options.events.add(this.#pod, 'Normal', 'Scheduled', message);
  }

  /** `activeDeadlineSeconds`, counted from the start time. */
  #boundLife(): void {
    const { activeDeadlineSeconds } = this.#pod.spec;
    // A timer is limited to 24 days, which no test reaches.
    if (activeDeadlineSeconds === undefined || activeDeadlineSeconds > 2_000_000) return;
    const timer = setTimeout(() => {
      if (this.#hasEnded()) return;
      void this.fail(
        'DeadlineExceeded',
        'Pod was active on the node longer than the specified deadline',
      );
    }, activeDeadlineSeconds * 1_000);
    this.#stopped.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  }

  async #mountVolumes(): Promise<void> {
    const missing = missingVolume(this.#pod);
    if (missing === undefined) return;
    this.#options.events.add(this.#pod, 'Warning', 'FailedMount', missing);
    // The playground cannot create it: the pod stays in ContainerCreating until it is deleted.
    await this.#forever();
  }

  async #launch(container: Container): Promise<void> {
    const problem = imageProblem(container);
    if (problem !== undefined) await this.#failToPull(container, problem);
    const missing = missingEnvironment(container);
    if (missing !== undefined) {
      await this.#wait(container, 'CreateContainerConfigError', missing);
      await this.#forever();
    }
    const process = new ContainerProcess(container, this.#pod.metadata.name);
    this.#ids.set(container.name, process.id);
    this.processes.set(container.name, process);
    if (await process.start()) {
      // A stop while the process was starting did not reach it.
      if (this.#stopped.signal.aborted) process.kill('SIGKILL');
      this.#states.set(container.name, { running: { startedAt: process.startedAt } });
      this.#options.events.add(this.#pod, 'Normal', 'Started', 'Container started');
      this.#report();
    }
    this.#ends.push(this.#awaitEnd(process));
  }

  async #awaitEnd(process: ContainerProcess): Promise<void> {
    const terminated = await process.ended;
    // A real status also comes later than the end of the log.
    await sleep(this.#options.stepMs);
    this.#states.set(process.container.name, { terminated });
    const isStopped = this.#stopped.signal.aborted;
    if (!isStopped) this.#report();
    if (!this.#isOver()) return;
    // The end of a pod that was not stopped is final when its sandbox is removed.
    if (!isStopped) await sleep(this.#options.stepMs);
    this.#sandboxGone = true;
    this.#report();
  }

  /** As the kubelet does: one failed pull, then back-off until the pod is deleted. */
  async #failToPull(container: Container, problem: ImageProblem): Promise<never> {
    await this.#wait(container, problem.reason, problem.message);
    this.#options.events.add(this.#pod, 'Warning', 'Failed', problem.message);
    if (problem.backOff !== undefined) {
      await this.#pause(4);
      await this.#wait(container, 'ImagePullBackOff', problem.backOff);
    }
    return this.#forever();
  }

  async #wait(container: Container, reason: string, message: string): Promise<void> {
    this.#states.set(container.name, { waiting: { reason, message } });
    this.#report();
    await this.#pause();
  }

  /** True if no container runs and none will. */
  #isOver(): boolean {
    const hasFailed = (this.#pod.spec.initContainers ?? []).some(
      ({ name }) => (this.#states.get(name)?.terminated?.exitCode ?? 0) !== 0,
    );
    return hasFailed || this.#hasEnded();
  }

  #hasEnded(): boolean {
    return this.#pod.spec.containers.every(
      ({ name }) => this.#states.get(name)?.terminated !== undefined,
    );
  }

  #report(): void {
    this.#options.store.update(this.#pod, (copy) => {
      if (this.#scheduled) copy.spec.nodeName = node.name;
      copy.status = podStatus(copy, {
        node: this.#scheduled ? node : undefined,
        accepted: this.#accepted,
        unschedulable: this.#unschedulable,
        sandbox: this.#sandbox && !this.#sandboxGone,
        over: this.#sandboxGone,
        startTime: this.#startTime,
        podIP: this.#sandbox ? node.ip : undefined,
        states: this.#states,
        ids: this.#ids,
        verdict: this.#verdict,
      });
    });
  }

  #pause(steps = 1): Promise<void> {
    return sleep(steps * this.#options.stepMs, undefined, { signal: this.#stopped.signal });
  }

  /** Until the pod is deleted. */
  #forever(): Promise<never> {
    return new Promise((_, reject) => {
      const end = (): void => {
        reject(new Error('the pod was deleted'));
      };
      if (this.#stopped.signal.aborted) end();
      this.#stopped.signal.addEventListener('abort', end);
    });
  }
}
