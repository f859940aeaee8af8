import { formatTime, type Pod } from './pod.ts';

/** The fields of `v1.Event` that the action and `kubectl describe` show. */
export interface ClusterEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: { readonly kind: 'Pod'; readonly name: string; readonly uid: string };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string;
}

/** Events of scheduler and kubelet about pods. */
export class EventLog {
  readonly #events: ClusterEvent[] = [];

  add(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { name, namespace, uid } = pod.metadata;
    this.#events.push({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name: `${name}.${this.#events.length}`, namespace },
      involvedObject: { kind: 'Pod', name, uid },
      type,
      reason,
      message,
      lastTimestamp: formatTime(Date.now()),
    });
  }

  /** @param name of one pod; undefined for all */
  list(namespace: string, name: string | undefined): readonly ClusterEvent[] {
    return this.#events.filter(
      (event) =>
        event.metadata.namespace === namespace &&
        (name === undefined || event.involvedObject.name === name),
    );
  }
}
