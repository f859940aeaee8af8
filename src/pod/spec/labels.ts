import { ownPrefix } from '../../inputs/values/own-keys.ts';

/** Identifies the pod after a create whose response was lost: a pod of another client with the same name has another nonce. */
export const nonceAnnotation = `${ownPrefix}nonce`;

/** RFC 3339 time after which a later run may delete the pod. */
export const expiresAnnotation = `${ownPrefix}expires`;

/** Value of `keep-pod` if that may keep the pod: no later run deletes it before it expires. */
export const keepAnnotation = `${ownPrefix}keep-pod`;

/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
export function toLabelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '.')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
