import { expect, test } from '@jest/globals';
import { runBadInput } from './run.ts';

test('`npm run action` warns of inputs that are not in action.yml, as the runner does, and passes them on', async () => {
  const { log, sentences } = await runBadInput({
    name: 'inputs that are not there',
    sentence: '',
    arrange: () => ({ inputs: { tag: 'x', pushed: 'no', Load: 'true', Push: 'false' } }),
  });
  const warning =
    "::warning::Unexpected input(s) 'tag', 'pushed', valid inputs are ['context', 'file',";
  expect(log.slice(0, warning.length)).toBe(warning);
  expect(sentences).toEqual([
    "input 'load': it is not supported. Push the image, and pull it where it is needed.",
  ]);
});
