/** Prefix of the labels and annotations of the action. Users cannot set keys with it. */
export const ownPrefix = 'kube-build-push/';

/** Labels of every builder pod, in addition to those with the prefix. */
export const ownLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'kube-build-push',
  'app.kubernetes.io/managed-by': 'kube-build-push',
  'app.kubernetes.io/component': 'builder',
};

/** True for the key of a label or annotation that is reserved by the action. */
export function isOwnKey(key: string): boolean {
  return key.startsWith(ownPrefix) || Object.hasOwn(ownLabels, key);
}
