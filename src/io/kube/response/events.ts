import type { PodEvent } from '../../../ports.ts';
import { isFields } from '../../../text/json.ts';
import { NonKubernetesResponse } from '../api-error.ts';
import * as read from './fields.ts';

/** Reads a parsed response as a list of events. @throws NonKubernetesResponse if it is not one. */
export function toEvents(value: unknown): readonly PodEvent[] {
  const { kind, items } = isFields(value) ? value : {};
  if (kind !== 'EventList') throw new NonKubernetesResponse('not an EventList');
  return (
    read.list(items, ({ type, reason, message }) => ({
      type: read.id(type) ?? '',
      reason: read.message(reason) ?? '',
      message: read.message(message) ?? '',
    })) ?? []
  );
}
