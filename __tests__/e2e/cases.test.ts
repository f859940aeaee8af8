import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { announcedFeatures, type Case } from '../../e2e/images/case.ts';
import { cases } from '../../e2e/images/cases/all.ts';
import { unseen } from '../../e2e/images/unseen.ts';
import { createSource } from '../../src/context/source.ts';
import { checkDockerfile } from '../../src/dockerfile/check/check.ts';
import { gaps } from '../../src/dockerfile/check/kanikos.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { parsePlatform } from '../../src/inputs/values/platform.ts';
import { diskWorkspace } from '../support/tree.ts';

const folder = join(import.meta.dirname, '../../e2e/images');

const differencesOf = ({ differs, googleDiffers }: Case): readonly NonNullable<Case['differs']>[] =>
  [differs, googleDiffers].filter((one) => one !== undefined);

test('the comparison of images has one case for each Dockerfile', () => {
  const files = readdirSync(join(folder, 'dockerfiles'));
  const names = files.map((file) => file.replace(/\.Dockerfile$/, ''));
  // The base image of the cases is not a case.
  const expected = names.filter((name) => name !== 'base');
  expect(cases.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
});

test('each difference has a reason and a pattern', () => {
  const rows = cases.flatMap(differencesOf);
  expect(rows.length).toBeGreaterThan(0);
  expect(
    rows.filter(({ reasons, sentences }) => reasons.length === 0 || sentences.length === 0),
  ).toEqual([]);
});

test('each difference that the documentation lists has a case', () => {
  const reasons = new Set<string>(
    cases.flatMap(differencesOf).flatMap((difference) => difference.reasons),
  );
  expect(Object.keys(unseen).filter((name) => !reasons.has(name))).toEqual([]);
});

/** Differences that the case does not show: both builds fail, no secret is given, or another fork differs. */
const hidden: Readonly<Record<string, readonly string[]>> = {
  addgit: [gaps['add-git'].feature],
  mountsecret: [gaps['run-secret'].feature],
  mountbindrw: [gaps['run-relative'].feature],
};

test.each(cases)('the check names what differs in $name, and nothing else', async (one) => {
  const text = readFileSync(join(folder, 'dockerfiles', `${one.name}.Dockerfile`), 'utf8');
  const source = await createSource(
    {
      source: { kind: 'context', path: 'context' },
      file: join('dockerfiles', `${one.name}.Dockerfile`),
      layout: 'image',
      compressionLevel: 1,
      excludes: [],
      sourceDateEpoch: undefined,
    },
    diskWorkspace(folder),
  );
  const platforms = one.inputs?.['platforms'];
  const { problems, warnings } = checkDockerfile({
    dockerfile: parseDockerfile(text.replaceAll('HOST:PORT', 'host:1')),
    target: undefined,
    buildArgs: [],
    platform: platforms === undefined ? undefined : parsePlatform(platforms),
    lookUp: source.lookUp,
    hasPrefix: source.hasPrefix,
    builderImage: 'registry.example/builder',
  });
  const messages = [...problems, ...warnings].map(({ message }) => message);
  const features = Object.values(gaps).map(({ feature }) => feature);
  const found = features.filter((feature) =>
    messages.some((message) => message.includes(`${feature}: `)),
  );
  const named = new Set(differencesOf(one).flatMap(announcedFeatures));
  expect(found.toSorted()).toEqual([...named, ...(hidden[one.name] ?? [])].toSorted());
});
