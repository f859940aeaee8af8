import { expect, test } from '@jest/globals';
import { custom } from '../../src/engines/custom.ts';
import { kaniko } from '../../src/engines/kaniko.ts';
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

test.each([
  { name: 'an image alone', given: minimal, expected: { name: 'builder', image: 'busybox' } },
  {
    name: 'command, arguments and environment as they are',
    given: {
      ...minimal,
      'builder-command': 'sh\n-ec',
      'builder-args': 'tar -xzf - -C /tmp, and more\n--x',
      'builder-env': 'A=1\nDOCKER_CONFIG=/x',
    },
    expected: {
      name: 'builder',
      image: 'busybox',
      command: ['sh', '-ec'],
      args: ['tar -xzf - -C /tmp, and more', '--x'],
      env: [
        { name: 'A', value: '1' },
        { name: 'DOCKER_CONFIG', value: '/x' },
      ],
    },
  },
])('runs $name', ({ given, expected }) => {
  const inputs = inputsOf(given);
  expect(custom.container(inputs, { logins: true, ca: true })).toEqual(expected);
  expect(custom.volumes(inputs)).toEqual([]);
});

test('selectEngine returns the engine of the inputs', () => {
  expect(selectEngine(inputsOf(minimal))).toBe(custom);
  expect(selectEngine(inputsOf({}))).toBe(kaniko);
});
