import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../../errors.ts';
import type { Clock, PodRef } from '../../ports.ts';
import { fieldsOf, parseJson } from '../../text/json.ts';
import { Backoff } from '../../time/backoff.ts';
import { Scope } from '../../time/scope.ts';
import { isApiError, isNotFound } from './api-error.ts';
import { podPath, podsPath } from './pod-path.ts';
import { linesOf } from './response/lines.ts';
import { isReplaced, toPod } from './response/pod.ts';
import { retryAfterOf, type RestClient } from './rest.ts';

/** How long the server keeps one watch open; long, to save requests. */
const watchSeconds = 1_800;
/**
 * The first, second, … time that a watch is silent for this long, the pod is read once. That detects a
 * proxy that buffers the watch, and a half-open connection.
 */
const quietWatchMs = [15_000, 30_000, 60_000, 120_000, 300_000];
/** A working watch delivers a state within this time after a read has returned it. */
const deliveryMs = 2_000;
const pollMs = 1_500;

export interface PodStatesOptions {
  readonly describe: (error: unknown) => BuildError;
  /** Called with the reason why the states cannot be read, and with undefined when they can be read again. */
  readonly onProblem: (problem: BuildError | undefined) => void;
}

/**
 * The states of one pod: watched, or polled if watching is refused or a proxy buffers it. Reconnects,
 * and survives an API server that is unavailable for up to five minutes.
 */
export class PodStates {
  readonly #rest: RestClient;
  readonly #clock: Clock;
  readonly #ref: PodRef;
  readonly #options: PodStatesOptions;
  /** UID of the pod that is followed; undefined if it is not known. */
  #uid: string | undefined;
  /** `resourceVersion` of the last state that was delivered. */
  #version = '';
  /** `resourceVersion` from which the next watch starts; empty for the current state. */
  #start = '';
  #polling = false;
  #watched = false;

  constructor(rest: RestClient, clock: Clock, ref: PodRef, options: PodStatesOptions) {
    this.#rest = rest;
    this.#clock = clock;
    this.#ref = ref;
    this.#options = options;
  }

  /** Ends only with the signal or an error. The caller stops reading at the end of the pod. */
  async *from(pod: V1Pod, signal: AbortSignal): AsyncIterable<V1Pod | undefined> {
    try {
      this.#uid = pod.metadata?.uid;
      this.#version = pod.metadata?.resourceVersion ?? '';
      this.#start = this.#version;
      yield pod;
      // Between 0.5 and 1.5 s.
      const pause = new Backoff({ firstMs: 1_500, longestMs: 1_500, jitter: 2 / 3 });
      do {
        let askedMs: number | undefined;
        try {
          yield* this.#watch(signal);
        } catch (error) {
          // The read that follows decides whether the error is final.
          if (signal.aborted) throw error;
          askedMs = retryAfterOf(error);
        }
        // A restarted server may not know the version of a pod that has not changed for a while.
        this.#start = '';
        if (!this.#polling) {
          await this.#clock.sleep(pause.next(askedMs), signal);
          yield await this.#read(signal);
        }
      } while (!this.#polling);
      yield* this.#poll(signal);
    } catch (error) {
      throw this.#options.describe(error);
    }
  }

  async *#poll(signal: AbortSignal): AsyncIterable<V1Pod | undefined> {
    for (;;) {
      await this.#clock.sleep(pollMs, signal);
      yield await this.#read(signal);
    }
  }

  async #read(signal: AbortSignal): Promise<V1Pod | undefined> {
    try {
      return this.#take(await this.#get(signal));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** The state to deliver; undefined if another pod with this name has replaced the one that is followed. */
  #take(pod: V1Pod): V1Pod | undefined {
    this.#version = pod.metadata?.resourceVersion ?? '';
    return isReplaced(pod, { uid: this.#uid }) ? undefined : pod;
  }

  async #get(signal: AbortSignal): Promise<V1Pod> {
    const { describe, onProblem } = this.#options;
    const path = podPath(this.#ref);
    const onFailure = (error: unknown): void => {
      onProblem(describe(error));
    };
    try {
      return await this.#rest.json(
        { method: 'GET', path, signal, retryRefusals: true, onFailure },
        (pod) => toPod(pod, this.#ref),
      );
    } finally {
      onProblem(undefined);
    }
  }

  /** One watch request. Ends normally when the server ends it, or when a proxy buffers it. */
  async *#watch(signal: AbortSignal): AsyncIterable<V1Pod | undefined> {
    const path = podsPath(this.#ref.namespace);
    const query = {
      watch: 'true',
      fieldSelector: `metadata.name=${this.#ref.name}`,
      resourceVersion: this.#start === '' ? undefined : this.#start,
      timeoutSeconds: String(watchSeconds),
    };
    const scope = new Scope(signal);
    try {
      let response;
      try {
        response = await this.#rest.open({ method: 'GET', path, query, signal: scope.signal });
      } catch (error) {
        if (!isApiError(error, 403, 405)) throw error;
        // The first watch: the permission is missing. A later one: the server has just started.
        if (!this.#watched) this.#polling = true;
        return;
      }
      this.#watched = true;
      void scope.run((running) => this.#guard(running));
      for await (const line of linesOf(response)) {
        const { type, object } = fieldsOf(parseJson(line));
        // For example an ERROR with 410 Gone: the pod is read, then watched again.
        if (!isChange(type)) return;
        const pod = toPod(object);
        // A server that ignores the selector sends other pods, too.
        if (pod.metadata?.name !== this.#ref.name) continue;
        if (type !== 'DELETED') yield this.#take(pod);
        else if (!isReplaced(pod, { uid: this.#uid })) yield undefined;
      }
    } catch (error) {
      // Ended by the guard: the pod is read again.
      if (signal.aborted || !scope.signal.aborted) throw error;
    } finally {
      await scope.end();
    }
  }

  /**
   * Compares a silent watch with a read.
   * @throws an error if the read fails or shows a state that the watch does not deliver; polling
   *   replaces the watch in the latter case.
   */
  async #guard(signal: AbortSignal): Promise<never> {
    for (let round = 0; ; round++) {
      const before = this.#version;
      await this.#clock.sleep(quietWatchMs[Math.min(round, quietWatchMs.length - 1)] ?? 0, signal);
      if (this.#version !== before) continue;
      const pod = await this.#get(signal);
      if ((pod.metadata?.resourceVersion ?? '') === this.#version) continue;
      await this.#clock.sleep(deliveryMs, signal);
      // The watch works, but was slower than the read.
      if (this.#version !== before) continue;
      this.#polling = true;
      throw new Error('the watch does not deliver the current state');
    }
  }
}

function isChange(type: unknown): boolean {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
}
