import { ownPrefix } from '../../inputs/values/own-keys.ts';

/** Tells our own create, whose answer was lost, from a pod of somebody else with the same name. */
export const nonceAnnotation = `${ownPrefix}nonce`;

/** RFC 3339 time after which a later run may remove the pod. */
export const expiresAnnotation = `${ownPrefix}expires`;

/** Value of `keep-pod` where it may keep the pod: until it expires, no later run removes it. */
export const keepAnnotation = `${ownPrefix}keep-pod`;

/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
export function toLabelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '.')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
