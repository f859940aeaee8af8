import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import {
  defaultLimit,
  defaultRequest,
  withStorageDefaults,
} from '../../../src/pod/spec/storage.ts';

/** @param resources any value, as a template can have it. */
function podWith(resources: unknown): V1Pod {
  const builder = { name: 'builder', ...(resources !== undefined && { resources }) };
  return { spec: { containers: [builder as { name: string }, { name: 'sidecar' }] } };
}

test.each([
  {
    name: 'without resources',
    resources: undefined,
    expected: {
      requests: { 'ephemeral-storage': '1Gi' },
      limits: { 'ephemeral-storage': '100Gi' },
    },
  },
  {
    name: 'with other resources',
    resources: { requests: { cpu: '1' }, limits: { memory: '4Gi' }, claims: [] },
    expected: {
      requests: { cpu: '1', 'ephemeral-storage': '1Gi' },
      limits: { memory: '4Gi', 'ephemeral-storage': '100Gi' },
      claims: [],
    },
  },
  {
    name: 'with null in the template',
    resources: { requests: null },
    expected: {
      requests: { 'ephemeral-storage': '1Gi' },
      limits: { 'ephemeral-storage': '100Gi' },
    },
  },
])('the builder gets a request and a limit $name', ({ resources, expected }) => {
  const before = podWith(resources);
  const pod = withStorageDefaults(before);
  expect(pod.spec?.containers).toEqual([
    { name: 'builder', resources: expected },
    { name: 'sidecar' },
  ]);
  expect(before).toEqual(podWith(resources));
});

test.each([
  { name: 'a request', resources: { requests: { 'ephemeral-storage': '200Gi' } } },
  { name: 'no request', resources: { requests: { 'ephemeral-storage': '0' } } },
  { name: 'a limit', resources: { limits: { 'ephemeral-storage': '500Mi' } } },
  { name: 'a value of a wrong type', resources: 'none' },
  { name: 'requests of a wrong type', resources: { requests: [] } },
  { name: 'limits of a wrong type', resources: { limits: 'none' } },
])('a pod with $name is not changed', ({ resources }) => {
  expect(withStorageDefaults(podWith(resources))).toEqual(podWith(resources));
});

test.each(['action.yml', 'src/io/kube/cluster-error.ts'])('%s has the figures', (file) => {
  const text = readFileSync(file, 'utf8').replace(/\s+/g, ' ');
  expect(text).toMatch(new RegExp(`request(?:s| of) ${defaultRequest}\\b`));
  expect(text).toMatch(new RegExp(`limit(?:s it to| of) ${defaultLimit}\\b`));
});
