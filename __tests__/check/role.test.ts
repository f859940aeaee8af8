import { expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { roleFor } from '../../src/check/role.ts';

const missing = [
  { verb: 'create', resource: 'pods' },
  { verb: 'list', resource: 'events' },
  { verb: 'get', resource: 'pods' },
];

function documents(user: string | undefined): readonly unknown[] {
  return loadAll(roleFor(missing, 'builds', user).join('\n'));
}

test('is a Role with one rule for each resource, and its RoleBinding', () => {
  const metadata = { name: 'kube-build-push-missing', namespace: 'builds' };
  expect(documents('system:serviceaccount:ci:action')).toEqual([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get'] },
        { apiGroups: [''], resources: ['events'], verbs: ['list'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', namespace: 'ci', name: 'action' }],
    },
  ]);
});

test.each([
  { user: 'github:acme/app:production', name: 'github:acme/app:production' },
  { user: 'a "quoted"\nname: x', name: 'a "quoted"\nname: x' },
  { user: 'system:serviceaccount:ci', name: 'system:serviceaccount:ci' },
  { user: undefined, name: 'NAME-OF-THE-USER' },
])('binds the user $user', ({ user, name }) => {
  expect(documents(user)[1]).toMatchObject({ subjects: [{ kind: 'User', name }] });
  expect(roleFor(missing, 'builds', user).some((line) => line.includes('\n'))).toBe(false);
});
