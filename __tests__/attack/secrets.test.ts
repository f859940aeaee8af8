import { expect, test } from '@jest/globals';
import { visibleText } from '../../attack/secrets/step.ts';

test('the step of the attacks with secrets comes as far as the cluster', async () => {
  const seen = await visibleText({ engine: 'kaniko' }, new AbortController().signal);
  expect(seen).toContain('::error::it is refused');
});
