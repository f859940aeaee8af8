// The values are those of kubectl: e2e/kubectl-table.e2e.ts checks them with the kubectl of the PATH.
import { expect, test } from '@jest/globals';
import { askAction } from '../../../support/kubeconfigs/run.ts';
import { differenceOf, kubeconfigCases } from '../../../support/kubeconfigs/table.ts';

test.each(kubeconfigCases)('connects as kubectl does: $name', async (one) => {
  expect(await differenceOf(one, askAction, one.expected)).toBeUndefined();
});
