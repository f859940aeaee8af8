import type { ServerResponse } from 'node:http';
import { ApiFailure } from './failure.ts';
import type { Pod } from './pod.ts';
import { compileSelector } from './selector.ts';
import type { PodEvent, PodStore } from './store.ts';

/** Open watch requests. All can be closed at once. */
export class Watches {
  readonly #store: PodStore;
  readonly #open = new Set<ServerResponse>();

  constructor(store: PodStore) {
    this.#store = store;
  }

  serve(namespace: string, query: URLSearchParams, response: ServerResponse): void {
    const selects = compileSelector(query);
    const from = query.get('resourceVersion') ?? '0';
    if (!/^\d*$/.test(from)) {
      const text = `strconv.ParseUint: parsing "${from}": invalid syntax`;
      throw new ApiFailure(500, `resourceVersion: Invalid value: "${from}": ${text}`, {
        reason: undefined,
      });
    }
    const send = ({ type, object }: Pick<PodEvent, 'type' | 'object'>): void => {
      if (object.metadata.namespace === namespace && selects(object)) write(response, type, object);
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const version = Number(from);
    if (version === 0) {
      for (const object of this.#store.list(namespace)) send({ type: 'ADDED', object });
    } else if (version < this.#store.oldest) {
      const message = `too old resource version: ${version} (${this.#store.oldest})`;
      write(response, 'ERROR', new ApiFailure(410, message).status);
      response.end();
      return;
    } else for (const event of this.#store.since(version)) send(event);
    this.#keep(response, Number(query.get('timeoutSeconds') ?? '1800'), send);
  }

  /** Ends all watches as a server does at its shutdown. */
  closeAll(): void {
    for (const response of this.#open) response.end();
  }

  #keep(response: ServerResponse, seconds: number, send: (event: PodEvent) => void): void {
    const unsubscribe = this.#store.subscribe(send);
    const timer = setTimeout(() => response.end(), seconds * 1_000);
    this.#open.add(response);
    response.once('close', () => {
      clearTimeout(timer);
      unsubscribe();
      this.#open.delete(response);
    });
  }
}

function write(response: ServerResponse, type: string, object: Pod | object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}
