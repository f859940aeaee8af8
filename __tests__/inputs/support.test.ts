import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { dockerInputs, ownInputs } from '../../src/inputs/support.ts';
import { failureOf, parse, type Given } from '../support/inputs.ts';

/** The inputs in action.yml of docker/build-push-action v6 and v7. */
const names =
  'add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent context file github-token labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secret-envs secret-files secrets shm-size ssh tags target ulimit'.split(
    ' ',
  );
const manifest = load(readFileSync('action.yml', 'utf8')) as { inputs: Given };
const engines = { kaniko: {}, custom: { engine: 'custom', 'builder-image': 'a', stdin: 'x' } };

test('the table and action.yml have every input of docker/build-push-action', () => {
  expect(names).toHaveLength(33);
  expect(Object.keys(dockerInputs)).toEqual(names);
  expect(names.filter((name) => !Object.hasOwn(manifest.inputs, name))).toEqual([]);
});

describe.each(['kaniko', 'custom'] as const)('engine %s', (engine) => {
  const step = engines[engine];
  const rows = Object.entries({ ...dockerInputs, ...ownInputs }).map(([name, support]) => ({
    name,
    ...support[engine],
  }));

  test.each(rows.filter(({ kind }) => kind === 'refused'))('refuses $name', (row) => {
    if (row.kind !== 'refused') throw new Error('not refused');
    const value = ['check-dockerfile', 'mirror-fallback'].includes(row.name) ? 'false' : 'true';
    const failure = failureOf({ ...step, [row.name]: row.name === 'call' ? 'check' : value });
    expect(JSON.stringify(failure)).toContain(`input '${row.name}': it is not supported`);
    expect(JSON.stringify(failure)).toContain(row.use);
  });

  test.each(rows.filter(({ kind }) => kind === 'supported'))('has $name', ({ name }) => {
    // The text of a mistake in the value, if any, is another one.
    expect(JSON.stringify(failureOf({ ...step, [name]: 'true' }))).not.toContain('not supported');
  });

  test.each(rows.filter((row) => row.kind === 'refused' && row.unless.length > 0))(
    'accepts $name with the value that asks for what happens anyway',
    (row) => {
      if (row.kind !== 'refused') throw new Error('not refused');
      for (const value of row.unless) {
        expect(parse({ ...step, [row.name]: value }).warnings).toEqual([]);
        expect(parse({ ...step, [row.name]: value.toUpperCase() }).warnings).toEqual([]);
      }
    },
  );

  test.each(rows.filter(({ kind }) => kind === 'no effect'))('accepts $name', (row) => {
    if (row.kind !== 'no effect') throw new Error('it has an effect');
    const expected =
      row.use === undefined ? [] : [`input '${row.name}': it has no effect. ${row.use}`];
    expect(parse({ ...step, [row.name]: 'true' }).warnings).toEqual(expected);
  });
});

test('every input of docker/build-push-action may be empty', () => {
  const given = Object.fromEntries(names.map((name) => [name, '']));
  expect(parse(given)).toEqual(parse({}));
});

test.each([
  { engine: 'kaniko', step: {} },
  { engine: 'custom', step: engines.custom },
])('a value of pull that is not a boolean is refused: engine $engine', ({ step }) => {
  expect(failureOf({ ...step, pull: 'yes' })).toEqual({
    message: 'input \'pull\': "yes" is not a boolean',
    hint: 'Use true or false.',
  });
});

test('only the values of the table are accepted with engine: custom', () => {
  expect(failureOf({ ...engines.custom, target: 'none' })).toEqual({
    message: "input 'target': it is not supported with engine: custom",
    hint: 'Remove it, or use engine: kaniko.',
  });
});
