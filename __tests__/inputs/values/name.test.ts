import { expect, test } from '@jest/globals';
import {
  checkPodAnnotation,
  checkPodLabel,
  checkSelector,
  parseNamespace,
  parseObjectName,
} from '../../../src/inputs/values/name.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { name: 'a namespace', run: () => parseNamespace('team-1') },
  { name: 'a name with dots', run: () => parseObjectName('my.registry.login') },
  {
    name: 'a label',
    run: () => {
      checkPodLabel({ key: 'example.com/team', value: 'a.b_c' });
    },
  },
  {
    name: 'an empty label',
    run: () => {
      checkPodLabel({ key: 'team', value: '' });
    },
  },
  {
    name: 'any value of an annotation',
    run: () => {
      checkPodAnnotation({ key: 'a/b', value: 'x, y' });
    },
  },
  {
    name: 'linux',
    run: () => {
      checkSelector({ key: 'kubernetes.io/os', value: 'linux' });
    },
  },
])('takes $name', ({ run }) => {
  expect(problemsOf(run)).toBe('no problem');
});

test.each([
  {
    name: 'a namespace with a dot',
    run: () => parseNamespace('a.b'),
    text: '"a.b" is not a name of a namespace',
  },
  {
    name: 'a namespace of 64 letters',
    run: () => parseNamespace('a'.repeat(64)),
    text: `"${'a'.repeat(64)}" is not a name of a namespace`,
  },
  {
    name: 'a name in upper case',
    run: () => parseObjectName('Login'),
    text: '"Login" is not a name of a Kubernetes object',
  },
  {
    name: 'a label with a blank',
    run: () => {
      checkPodLabel({ key: 'team', value: 'a b' });
    },
    text: '"a b" of "team" is not a value of a label',
  },
  {
    name: 'a key with two slashes',
    run: () => {
      checkPodAnnotation({ key: 'a/b/c', value: '' });
    },
    text: '"a/b/c" is not a key of a label or annotation',
  },
  {
    name: 'a key with an empty domain',
    run: () => {
      checkPodAnnotation({ key: '/c', value: '' });
    },
    text: '"/c" is not a key of a label or annotation',
  },
  {
    name: 'a label of ours',
    run: () => {
      checkPodLabel({ key: 'app.kubernetes.io/name', value: 'x' });
    },
    text: '"app.kubernetes.io/name" is set by the action itself',
  },
  {
    name: 'an annotation of ours',
    run: () => {
      checkPodAnnotation({ key: 'kube-build-push/nonce', value: 'x' });
    },
    text: '"kube-build-push/nonce" is set by the action itself',
  },
  {
    name: 'another operating system',
    run: () => {
      checkSelector({ key: 'kubernetes.io/os', value: 'windows' });
    },
    text: '"kubernetes.io/os=windows" excludes Linux nodes',
  },
])('refuses $name', ({ run, text }) => {
  expect(problemsOf(run)).toEqual([expect.objectContaining({ text })]);
});
