/** Prefix of every label and annotation that is ours; users cannot set keys below it. */
export const ownPrefix = 'kube-build-push/';

/** Labels that every builder pod has. */
export const ownLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'kube-build-push',
  'app.kubernetes.io/managed-by': 'kube-build-push',
  'app.kubernetes.io/component': 'builder',
};

/** Tells our own create, whose answer was lost, from a pod of somebody else with the same name. */
export const nonceAnnotation = `${ownPrefix}nonce`;

/** RFC 3339 time after which a later run may remove the pod. */
export const expiresAnnotation = `${ownPrefix}expires`;

/** Value of `keep-pod` where it may keep the pod: until it expires, no later run removes it. */
export const keepAnnotation = `${ownPrefix}keep-pod`;

/** True for keys of labels and annotations that a user must not set. */
export function isOwnKey(key: string): boolean {
  return key.startsWith(ownPrefix) || Object.hasOwn(ownLabels, key);
}

/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
export function toLabelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '.')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
