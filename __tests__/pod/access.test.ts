import { describe, expect, test } from '@jest/globals';
import { checkAccess } from '../../src/pod/access.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { failureOf } from '../support/failure.ts';

const { signal } = new AbortController();

/** A cluster that answers `no` or `unknown` for these permissions, written as `verb resource`. */
function clusterWith(answers: Readonly<Record<string, 'no' | 'unknown'>>): ClusterDouble {
  return new ClusterDouble({
    can: ({ verb, resource }) => Promise.resolve(answers[`${verb} ${resource}`] ?? 'yes'),
  });
}

function refusalOf(cluster: ClusterDouble): Promise<unknown> {
  return failureOf(() => checkAccess(cluster, signal));
}

test('reviews every permission that a build needs, and no other', async () => {
  const cluster = clusterWith({});
  await checkAccess(cluster, signal);
  expect([...cluster.calls].sort()).toEqual([
    'can create pods',
    'can create pods/attach',
    'can delete pods',
    'can get pods',
    'can get pods/attach',
    'can get pods/log',
  ]);
});

describe('permissions that the cluster lists', () => {
  const listing = (
    listed: readonly string[],
    answers: Readonly<Record<string, 'no' | 'unknown'>> = {},
  ): ClusterDouble => {
    const cluster = clusterWith(answers);
    cluster.answers.listPermissions = () =>
      Promise.resolve(
        listed.map((permission) => {
          const [verb = '', resource = ''] = permission.split(' ');
          return { verb, resource };
        }),
      );
    return cluster;
  };

  test.each([
    { name: 'one by one', listed: ['get pods', 'create pods', 'delete pods', 'list pods'] },
    { name: 'as every verb', listed: ['* pods'] },
  ])('are not asked for, listed $name', async ({ listed }) => {
    const cluster = listing(listed);
    await checkAccess(cluster, signal);
    expect(cluster.calls).toEqual([
      'can get pods/attach',
      'can create pods/attach',
      'can get pods/log',
    ]);
  });

  test('may be all there are', async () => {
    const cluster = listing(['* *']);
    await checkAccess(cluster, signal);
    expect(cluster.calls).toEqual([]);
  });

  test('do not affect the reviews of the others', async () => {
    const cluster = listing(['* pods', 'get pods/attach', 'get pods/log'], {
      'create pods/attach': 'no',
    });
    expect(await refusalOf(cluster)).toMatchObject({
      message: 'cannot create resource "pods/attach" in namespace "builds"',
    });
  });
});

describe('a missing permission', () => {
  test.each([
    { verb: 'create', resource: 'pods' },
    { verb: 'get', resource: 'pods' },
    { verb: 'delete', resource: 'pods' },
    { verb: 'get', resource: 'pods/attach' },
    { verb: 'create', resource: 'pods/attach' },
    { verb: 'get', resource: 'pods/log' },
  ])('$verb $resource is reported with the rule to add', async ({ verb, resource }) => {
    expect(await refusalOf(clusterWith({ [`${verb} ${resource}`]: 'no' }))).toEqual({
      kind: 'cluster',
      message: `cannot ${verb} resource "${resource}" in namespace "builds"`,
      hint: `Add to the Role, as in examples/cluster/rbac.yaml: - {apiGroups: [""], resources: [${resource}], verbs: [${verb}]}`,
    });
  });

  test('is reported together with all others, one rule for each resource', async () => {
    const cluster = clusterWith({
      'delete pods': 'no',
      'create pods': 'no',
      'create pods/attach': 'no',
    });
    expect(await refusalOf(cluster)).toEqual({
      kind: 'cluster',
      message:
        'cannot create resource "pods", delete resource "pods", create resource "pods/attach" in namespace "builds"',
      hint: 'Add to the Role, as in examples/cluster/rbac.yaml: - {apiGroups: [""], resources: [pods], verbs: [create, delete]} - {apiGroups: [""], resources: [pods/attach], verbs: [create]}',
    });
  });
});

test('a permission that cannot be reviewed counts as granted', async () => {
  const cluster = clusterWith({ 'create pods': 'unknown', 'get pods/log': 'unknown' });
  expect(await refusalOf(cluster)).toBe('no failure');
});

test('throws the error of a failed access review', async () => {
  const cluster = new ClusterDouble({ can: () => Promise.reject(new Error('no route')) });
  await expect(checkAccess(cluster, signal)).rejects.toThrow('no route');
});
