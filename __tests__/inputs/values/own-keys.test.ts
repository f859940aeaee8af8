import { expect, test } from '@jest/globals';
import { isOwnKey } from '../../../src/inputs/values/own-keys.ts';

test.each([
  { key: 'kube-build-push/nonce', own: true },
  { key: 'kube-build-push/anything', own: true },
  { key: 'app.kubernetes.io/name', own: true },
  { key: 'app.kubernetes.io/managed-by', own: true },
  { key: 'app.kubernetes.io/component', own: true },
  { key: 'app.kubernetes.io/part-of', own: false },
  { key: 'kube-build-push', own: false },
  { key: 'team', own: false },
  { key: 'constructor', own: false },
])('$key is reserved by the action: $own', ({ key, own }) => {
  expect(isOwnKey(key)).toBe(own);
});
