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

/** Inputs of docker/build-push-action that change nothing, with any value. */
const withoutEffect = ['builder', 'github-token', 'pull'];

test.each(declared)('%s, which action.yml declares, is used by the code', (name) => {
  // A value that differs from the default where that is true or false, and that is invalid for most others.
  const isBoolean = manifest.inputs[name]?.default === 'false' || name === 'pull';
  const value = isBoolean ? 'true' : 'x=1';
  if (withoutEffect.includes(name)) expect(outcomeOf({ [name]: value })).toEqual(outcomeOf({}));
  else expect(outcomeOf({ [name]: value })).not.toEqual(outcomeOf({}));
});

test('every input that the code reads is declared in action.yml', () => {
  expect(namesRead().filter((name) => !declared.includes(name))).toEqual([]);
});
