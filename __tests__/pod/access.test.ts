import { describe, expect, test } from '@jest/globals';
import { checkAccess } from '../../src/pod/access.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { failureOf } from '../support/failure.ts';

const { signal } = new AbortController();

/** A cluster that answers `no` or `unknown` for the rights listed, written as `verb resource`. */
function clusterWith(answers: Readonly<Record<string, 'no' | 'unknown'>>): ClusterDouble {
  return new ClusterDouble({
    can: ({ verb, resource }) => Promise.resolve(answers[`${verb} ${resource}`] ?? 'yes'),
  });
}

function refusalOf(cluster: ClusterDouble): Promise<unknown> {
  return failureOf(() => checkAccess(cluster, signal));
}

test('asks for every right that a build needs, and for no other', async () => {
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

describe('rights that the cluster lists', () => {
  const listing = (
    listed: readonly string[],
    answers: Readonly<Record<string, 'no' | 'unknown'>> = {},
  ): ClusterDouble => {
    const cluster = clusterWith(answers);
    cluster.answers.listPermissions = () =>
      Promise.resolve(
        listed.map((right) => {
          const [verb = '', resource = ''] = right.split(' ');
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

  test('leave the others to their own questions', async () => {
    const cluster = listing(['* pods', 'get pods/attach', 'get pods/log'], {
      'create pods/attach': 'no',
    });
    expect(await refusalOf(cluster)).toMatchObject({
      message: 'the account of the kubeconfig may not create pods/attach in namespace "builds"',
    });
  });
});

describe('a missing right', () => {
  test.each([
    { right: 'create pods', rule: 'resources: [pods], verbs: [create]' },
    { right: 'get pods', rule: 'resources: [pods], verbs: [get]' },
    { right: 'delete pods', rule: 'resources: [pods], verbs: [delete]' },
    { right: 'get pods/attach', rule: 'resources: [pods/attach], verbs: [get]' },
    { right: 'create pods/attach', rule: 'resources: [pods/attach], verbs: [create]' },
    { right: 'get pods/log', rule: 'resources: [pods/log], verbs: [get]' },
  ])('$right is named with the rule to add', async ({ right, rule }) => {
    expect(await refusalOf(clusterWith({ [right]: 'no' }))).toEqual({
      kind: 'cluster',
      message: `the account of the kubeconfig may not ${right} in namespace "builds"`,
      hint: `Add to its Role: - {apiGroups: [""], ${rule}}`,
    });
  });

  test('is named together with all others, one rule for each resource', async () => {
    const cluster = clusterWith({
      'delete pods': 'no',
      'create pods': 'no',
      'create pods/attach': 'no',
    });
    expect(await refusalOf(cluster)).toEqual({
      kind: 'cluster',
      message:
        'the account of the kubeconfig may not create pods, delete pods, create pods/attach in namespace "builds"',
      hint: 'Add to its Role: - {apiGroups: [""], resources: [pods], verbs: [create, delete]} - {apiGroups: [""], resources: [pods/attach], verbs: [create]}',
    });
  });
});

test('a server that does not answer such questions is trusted', async () => {
  const cluster = clusterWith({ 'create pods': 'unknown', 'get pods/log': 'unknown' });
  expect(await refusalOf(cluster)).toBe('no failure');
});

test('a failed question is passed on', async () => {
  const cluster = new ClusterDouble({ can: () => Promise.reject(new Error('no route')) });
  await expect(checkAccess(cluster, signal)).rejects.toThrow('no route');
});
