import { expect, test } from '@jest/globals';
import { custom } from '../../src/engines/custom.ts';
import { kaniko } from '../../src/engines/kaniko/kaniko.ts';
import { selectEngine } from '../../src/engines/select.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  return parseInputs({
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: () => undefined,
    readText: () => '',
  });
}

const minimal = { engine: 'custom', 'builder-image': 'busybox', context: '.' };

test('runs the image, without texts of its own', () => {
  const inputs = inputsOf({ ...minimal, 'builder-command': 'sh', 'builder-args': '-c\nid' });
  expect(custom.container(inputs, { logins: true, ca: true })).toEqual({
    name: 'builder',
    image: 'busybox',
  });
  expect(custom.volumes(inputs)).toEqual([]);
});

test('selectEngine returns the engine of the inputs', () => {
  expect(selectEngine(inputsOf(minimal))).toBe(custom);
  expect(selectEngine(inputsOf({}))).toBe(kaniko);
});
