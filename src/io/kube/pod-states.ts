import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../../errors.ts';
import type { Clock, PodRef } from '../../ports.ts';
import { field, text } from '../../text/json.ts';
import { ApiError, isApiError, isNotFound } from './api-error.ts';
import { podPath, toPod } from './pod-json.ts';
import type { RestClient } from './rest.ts';

/** How long the server keeps one watch open. Long: each new one is a request. */
const watchSeconds = 1_800;
/** After so much silence the pod is read once, to notice a proxy that holds the watch back or a half-open connection. */
const quietWatchMs = [15_000, 30_000, 60_000, 120_000, 300_000];
/** A watch that is alive delivers what a read has just shown within this time. */
const deliveryMs = 2_000;
const pollMs = 1_500;
/** Between the end of one watch and the next. */
const pauseMs = 1_000;

export interface PodStatesOptions {
  readonly describe: (error: unknown) => BuildError;
  /** Told what keeps the states from being read, and undefined once they can be read again. */
  readonly onProblem: (problem: BuildError | undefined) => void;
}

/**
 * The states of one pod: watched, or polled where watching is refused or held back by a proxy. Reconnects by itself and
 * outlives an API server that is away for up to five minutes.
 */
export class PodStates {
  readonly #rest: RestClient;
  readonly #clock: Clock;
  readonly #ref: PodRef;
  readonly #options: PodStatesOptions;
  /** Of the last state that was delivered. */
  #version = '';
  /** Where the next watch starts; empty: with the pod as it is then. */
  #start = '';
  #polling = false;
  #watched = false;

  constructor(rest: RestClient, clock: Clock, ref: PodRef, options: PodStatesOptions) {
    this.#rest = rest;
    this.#clock = clock;
    this.#ref = ref;
    this.#options = options;
  }

  /** Ends only by the signal or an error; after the pod's end the caller stops reading. */
  async *from(pod: V1Pod, signal: AbortSignal): AsyncIterable<V1Pod | undefined> {
    try {
      this.#version = pod.metadata?.resourceVersion ?? '';
      this.#start = this.#version;
      yield pod;
      do {
        let askedMs = 0;
        try {
          yield* this.#watch(signal);
        } catch (error) {
          // However a watch fails, it proves nothing: the read that follows tells.
          if (signal.aborted) throw error;
          if (error instanceof ApiError) askedMs = error.retryAfterMs ?? 0;
        }
        // A pod that did not change for a while has a version that a restarted server calls too old for a watch.
        this.#start = '';
        if (!this.#polling) {
          await this.#clock.sleep(askedMs + pauseMs / 2 + Math.random() * pauseMs, signal);
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
      const pod = await this.#get(signal);
      this.#version = pod.metadata?.resourceVersion ?? '';
      return pod;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #get(signal: AbortSignal): Promise<V1Pod> {
    const { describe, onProblem } = this.#options;
    const path = podPath(this.#ref);
    const onFailure = (error: unknown): void => {
      onProblem(describe(error));
    };
    try {
      return toPod(
        await this.#rest.json({ method: 'GET', path, signal, retryRefusals: true, onFailure }),
      );
    } finally {
      onProblem(undefined);
    }
  }

  /** One watch request; ends normally when the server ends it or when it has turned out to be held back. */
  async *#watch(signal: AbortSignal): AsyncIterable<V1Pod | undefined> {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const path = `/api/v1/namespaces/${this.#ref.namespace}/pods`;
    const query = {
      watch: 'true',
      fieldSelector: `metadata.name=${this.#ref.name}`,
      resourceVersion: this.#start === '' ? undefined : this.#start,
      timeoutSeconds: String(watchSeconds),
    };
    let response;
    try {
      response = await this.#rest.open({ method: 'GET', path, query, signal: either });
    } catch (error) {
      if (!isApiError(error, 403, 405)) throw error;
      // Refused from the beginning: no right to watch. Refused later: a server that has just started; read, then ask again.
      if (!this.#watched) this.#polling = true;
      return;
    }
    this.#watched = true;
    const guard = this.#guard(stop, either);
    try {
      for await (const line of linesOf(response)) {
        const event: unknown = JSON.parse(line);
        const object = field(event, 'object');
        const type = text(field(event, 'type'));
        // 410 Gone and the like: read the pod, then watch from there.
        if (type === 'ERROR') return;
        if (type === 'DELETED') yield undefined;
        else {
          const pod = toPod(object);
          this.#version = pod.metadata?.resourceVersion ?? '';
          yield pod;
        }
      }
    } catch (error) {
      if (signal.aborted || !stop.signal.aborted) throw error;
    } finally {
      stop.abort();
      response.destroy();
      await guard;
    }
  }

  /** Compares a silent watch with a read; a watch that does not deliver what the read shows is given up for polling. */
  async #guard(stop: AbortController, signal: AbortSignal): Promise<void> {
    try {
      for (let round = 0; ; round++) {
        const before = this.#version;
        await this.#clock.sleep(
          quietWatchMs[Math.min(round, quietWatchMs.length - 1)] ?? 0,
          signal,
        );
        if (this.#version !== before) continue;
        const pod = await this.#get(signal);
        if (pod.metadata?.resourceVersion === this.#version) continue;
        await this.#clock.sleep(deliveryMs, signal);
        if (this.#version !== before) continue;
        this.#polling = true;
        stop.abort();
        return;
      }
    } catch {
      // Stopped, or the server is away: ending the watch makes the reader look for itself.
      stop.abort();
    }
  }
}

/** Newline-delimited JSON; a line may come in any number of chunks. */
async function* linesOf(chunks: AsyncIterable<unknown>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new Error('the watch is not binary');
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}
