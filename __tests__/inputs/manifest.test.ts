import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { parseInputs } from '../../src/inputs/parse.ts';
import { inputDefaults } from '../../src/inputs/reader.ts';
import { failureOf, parse, rawInputs, type Given } from '../support/inputs.ts';

const manifest = load(readFileSync('action.yml', 'utf8')) as {
  inputs: Readonly<Record<string, { default?: string }>>;
};
const declared = Object.keys(manifest.inputs);

/** A valid step for each engine: every input is read by at least one of them. */
const steps: readonly Given[] = [
  { engine: 'kaniko' },
  { engine: 'custom', 'builder-image': 'busybox', context: '.' },
];

/** Names of the inputs that are read, whether action.yml has them or not. */
function namesRead(): readonly string[] {
  const names = new Set<string>();
  for (const step of steps) parseInputs(rawInputs(step, (name) => names.add(name)));
  return [...names];
}

/** The parsed inputs, or the failure. */
function outcomeOf(given: Given): unknown {
  const failure = failureOf(given);
  return failure === 'no failure' ? parse(given) : failure;
}

test('action.yml has the same defaults as the code', () => {
  const defaults = Object.entries(manifest.inputs).flatMap(([name, input]) =>
    input.default === undefined ? [] : [[name, input.default] as const],
  );
  expect(Object.fromEntries(defaults)).toEqual(inputDefaults);
});

// Some inputs are also read only to be refused. One that the code uses changes the parsed inputs, or is invalid.
test.each(declared)('%s, which action.yml declares, is used by the code', (name) => {
  expect(outcomeOf({ [name]: 'x=1' })).not.toEqual(outcomeOf({}));
});

test('every input that the code reads is declared in action.yml, or is not supported', () => {
  const others = namesRead().filter((name) => !declared.includes(name));
  expect(others.length).toBeGreaterThan(0);
  for (const name of others) {
    expect(failureOf({ [name]: 'x' })).toMatchObject({
      message: `input '${name}': it is not supported`,
    });
  }
});
