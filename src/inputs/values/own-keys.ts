/** Prefix of every label and annotation that is ours; users cannot set keys below it. */
export const ownPrefix = 'kube-build-push/';

/** Labels that every builder pod has. */
export const ownLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'kube-build-push',
  'app.kubernetes.io/managed-by': 'kube-build-push',
  'app.kubernetes.io/component': 'builder',
};

/** True for keys of labels and annotations that a user must not set. */
export function isOwnKey(key: string): boolean {
  return key.startsWith(ownPrefix) || Object.hasOwn(ownLabels, key);
}
