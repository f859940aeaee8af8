// The table of kubeconfigs with the kubectl of the PATH, against a server on this machine that records what it gets.
import assert from 'node:assert/strict';
import { askKubectl } from '../support/kubeconfigs/run.ts';
import { differenceOf, kubeconfigCases } from '../support/kubeconfigs/table.ts';
import { suite, testCase } from './cases.ts';

suite('kubectl table', () => {
  for (const one of kubeconfigCases) {
    testCase(`kubectl: ${one.name}`, async () => {
      const expected = one.kubectl?.expected ?? one.expected;
      assert.equal(await differenceOf(one, askKubectl, expected), undefined);
    });
  }
});
