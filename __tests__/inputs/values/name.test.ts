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
])('accepts $name', ({ run }) => {
  expect(problemsOf(run)).toBe('no problem');
});

test.each([
  {
    name: 'a namespace with a dot',
    run: () => parseNamespace('a.b'),
    text: '"a.b" is not a valid namespace name',
  },
  {
    name: 'a namespace of 64 letters',
    run: () => parseNamespace('a'.repeat(64)),
    text: `"${'a'.repeat(64)}" is not a valid namespace name`,
  },
  {
    name: 'a name in upper case',
    run: () => parseObjectName('Login'),
    text: '"Login" is not a valid name of a Kubernetes object',
  },
  {
    name: 'a label with a space',
    run: () => {
      checkPodLabel({ key: 'team', value: 'a b' });
    },
    text: 'the value "a b" of "team" is not a valid label value',
  },
  {
    name: 'a key with two slashes',
    run: () => {
      checkPodAnnotation({ key: 'a/b/c', value: '' });
    },
    text: '"a/b/c" is not a valid qualified name',
  },
  {
    name: 'a key with an empty domain',
    run: () => {
      checkPodAnnotation({ key: '/c', value: '' });
    },
    text: '"/c" is not a valid qualified name',
  },
  {
    name: 'a reserved label',
    run: () => {
      checkPodLabel({ key: 'app.kubernetes.io/name', value: 'x' });
    },
    text: '"app.kubernetes.io/name" is reserved by the action',
  },
  {
    name: 'a reserved annotation',
    run: () => {
      checkPodAnnotation({ key: 'kube-build-push/nonce', value: 'x' });
    },
    text: '"kube-build-push/nonce" is reserved by the action',
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
