import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { dockerInputs } from '../../../src/inputs/docker/support.ts';
import { failureOf, parse, type Given } from '../../support/inputs.ts';

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
  const rows = Object.entries(dockerInputs).map(([name, support]) => ({
    name,
    ...support[engine],
  }));

  test.each(rows.filter(({ kind }) => kind === 'refused'))('refuses $name', ({ name }) => {
    // The sources of engine custom exclude each other.
    if (name === 'context') return;
    const failure = failureOf({ ...step, [name]: name === 'call' ? 'check' : 'true' });
    expect(JSON.stringify(failure)).toContain(`input '${name}': it is not supported`);
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
    expect(parse({ ...step, [row.name]: 'x' }).warnings).toEqual(expected);
  });
});

test('every input of docker/build-push-action may be empty', () => {
  const given = Object.fromEntries(names.map((name) => [name, '']));
  expect(parse(given)).toEqual(parse({}));
});
