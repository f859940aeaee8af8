import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { checkUserNamespace } from '../../src/pod/user-namespace.ts';
import { failureOf } from '../support/failure.ts';

function podWith(hostUsers?: boolean): V1Pod {
  return { spec: { containers: [], ...(hostUsers !== undefined && { hostUsers }) } };
}

test.each([
  { sent: undefined, created: undefined },
  { sent: true, created: undefined },
  { sent: false, created: false },
])('accepts hostUsers: $created in response to $sent', ({ sent, created }) => {
  expect(() => {
    checkUserNamespace(podWith(sent), podWith(created));
  }).not.toThrow();
});

test.each([undefined, true])('refuses hostUsers: %s in response to false', async (created) => {
  const failure = await failureOf(() => {
    checkUserNamespace(podWith(false), podWith(created));
  });
  expect(failure).toMatchObject({
    kind: 'cluster',
    message:
      'the API server dropped hostUsers: false from the pod, so the pod would not get a user namespace',
    hint: "Use Kubernetes 1.33 or later, or enable its feature gate UserNamespacesSupport, or remove 'host-users'.",
  });
});
