import { ownPrefix } from '../../inputs/values/own-keys.ts';

/** Identifies the pod after a create whose response was lost: a pod of another client with the same name has another nonce. */
export const nonceAnnotation = `${ownPrefix}nonce`;

/** Seconds from the creation of the pod after which a later run may delete it. A duration, so that only the API server's clock counts. */
export const lifetimeAnnotation = `${ownPrefix}lifetime-seconds`;

/** Value of `keep-pod` if that may keep the pod: no later run deletes it before the end of its lifetime. */
export const keepAnnotation = `${ownPrefix}keep-pod`;

/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
export function toLabelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '.')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
