import { expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { roleFor } from '../../src/check/role.ts';

function documents(user: string | undefined): readonly unknown[] {
  return loadAll(roleFor('builds', user).join('\n'));
}

test('is a Role with every permission, and its RoleBinding', () => {
  const [role, binding] = documents('system:serviceaccount:ci:action');
  const name = 'kube-build-push-check';
  expect(role).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace: 'builds' },
    rules: [
      {
        apiGroups: [''],
        resources: ['pods'],
        verbs: ['create', 'get', 'delete', 'watch', 'list'],
      },
      { apiGroups: [''], resources: ['pods/attach'], verbs: ['get', 'create'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['events'], verbs: ['list'] },
    ],
  });
  expect(binding).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: expect.stringMatching(/^kube-build-push-check-[0-9a-f]{8}$/),
      namespace: 'builds',
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', namespace: 'ci', name: 'action' }],
  });
});

test('replaces the RoleBinding of no other user', () => {
  const nameOf = (user: string): unknown =>
    (documents(user)[1] as { readonly metadata: { readonly name: string } }).metadata.name;
  expect(nameOf('one')).toBe(nameOf('one'));
  expect(nameOf('one')).not.toBe(nameOf('other'));
});

test.each([
  { user: 'github:acme/app:production', name: 'github:acme/app:production' },
  { user: 'a "quoted"\nname: x', name: 'a "quoted"\nname: x' },
  { user: 'system:serviceaccount:ci', name: 'system:serviceaccount:ci' },
  { user: undefined, name: 'NAME-OF-THE-USER' },
])('binds the user $user', ({ user, name }) => {
  expect(documents(user)[1]).toMatchObject({ subjects: [{ kind: 'User', name }] });
  expect(roleFor('builds', user).some((line) => line.includes('\n'))).toBe(false);
});
