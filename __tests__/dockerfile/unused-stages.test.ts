import { expect, test } from '@jest/globals';
import { editLines } from '../../src/dockerfile/edit.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { findUnusedStages, type UnusedStages } from '../../src/dockerfile/unused-stages.ts';

const unused = 'FROM a AS unused\nRUN exit 1\n';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
}

function find({ text, target, args = {} }: Case): UnusedStages {
  const buildArgs = Object.entries(args).map(([key, value]) => ({ key, value }));
  return findUnusedStages(parseDockerfile(text), { target, buildArgs });
}

test.each<Case>([
  { name: 'no stage is referenced', text: `${unused}FROM a\n` },
  {
    name: 'stages are referenced by name',
    text: `${unused}FROM a AS b\nFROM b\nCOPY --from=b / /\n`,
  },
  { name: 'the target has a name', text: `${unused}FROM a AS b\nFROM c\n`, target: 'B' },
  {
    name: 'FROM has the variables of an image',
    text: `${unused}FROM a:\${V}\nCOPY --from=r/$X / /\n`,
  },
  { name: 'FROM is a variable with an image', text: `ARG B=a:1\n${unused}FROM $B\n` },
  {
    name: 'FROM is a variable with a stage',
    text: `ARG B\n${unused}FROM a AS b\nFROM \${B}\n`,
    args: { B: 'b' },
  },
  { name: 'an image is not written in lower case', text: `${unused}FROM Other\n` },
  { name: 'ONBUILD has no stage', text: `${unused}FROM a\nONBUILD RUN x\n` },
])('stages are skipped if $name', (given) => {
  expect(find(given).canSkip).toBe(true);
});

const ofAnother = 'FROM a AS c\nCOPY --from=0 / /\n';

test.each<Case>([
  { name: 'COPY has a number', text: `${unused}FROM a\nFROM b\nCOPY --from=1 / /\n` },
  { name: 'COPY of an unused stage has a number', text: `FROM a\n${ofAnother}FROM d\n` },
  { name: 'RUN has a number', text: `${unused}FROM a\nFROM b\nRUN --mount=type=bind,from=1 x\n` },
  { name: 'FROM is a number', text: `${unused}FROM 0\n` },
  { name: 'FROM is a variable with a number', text: `ARG B=0\n${unused}FROM $B\n` },
  {
    name: 'COPY does not write a name in lower case',
    text: `${unused}FROM a AS b\nFROM c\nCOPY --from=B / /\n`,
  },
  { name: 'FROM does not write a name in lower case', text: `${unused}FROM a AS b\nFROM B\n` },
])('stages are emptied, but not skipped, if $name', (given) => {
  const { edits, canSkip } = find(given);
  expect(canSkip).toBe(false);
  expect(edits).not.toEqual([]);
});

const byVariable = 'FROM a AS build-dev\nRUN exit 4\nFROM a AS build-prod\nFROM build-';

test.each<Case>([
  { name: 'is a variable', text: `ARG B=b\n${unused}FROM a AS b\nFROM $B\n` },
  { name: 'has a variable with a default', text: `ARG E=prod\n${byVariable}\${E} AS final\n` },
  { name: 'has a build argument', text: `ARG E=dev\n${byVariable}$E`, args: { E: 'prod' } },
  { name: 'has its own default', text: `ARG E\n${byVariable}\${E:-prod}\n` },
  { name: 'has a default within a default', text: `ARG D=prod\nARG E=$D\n${byVariable}$E\n` },
  {
    name: 'has a build argument within a default',
    text: `ARG D=dev\nARG E=$D\n${byVariable}$E\n`,
    args: { D: 'prod' },
  },
  {
    name: 'has the automatic argument of a platform',
    text: `${byVariable.replaceAll('prod', 'arm64')}$TARGETARCH\n`,
    args: { TARGETARCH: 'arm64', TARGETVARIANT: '' },
  },
])('stages are skipped and emptied if FROM $name', (given) => {
  const { edits, canSkip, built } = find(given);
  expect(canSkip).toBe(true);
  expect(edits).toHaveLength(1);
  expect(built).toHaveLength(2);
});

test.each<Case>([
  { name: 'there is only one', text: 'FROM a\n' },
  { name: 'the target needs all', text: 'FROM a AS b\nFROM c\nCOPY --from=b / /\n' },
  { name: 'the target is the first one', text: 'FROM a AS b\nFROM c\n', target: 'b' },
  { name: 'the target does not exist', text: `${unused}FROM a\n`, target: 'z' },
  { name: 'the target is a number', text: `${unused}FROM a\n`, target: '1' },
  { name: 'COPY needs the stage by its number', text: 'FROM a\nFROM b\nCOPY --from=0 / /\n' },
  { name: 'a number has a sign', text: `${unused}FROM a\nCOPY --from=+0 / /\n` },
  { name: 'FROM is an unknown variable', text: `${unused}FROM $B\n` },
  {
    name: 'kaniko takes the default for an empty build argument',
    text: `ARG E=dev\n${byVariable}prod$E\n`,
    args: { E: '' },
  },
  {
    name: 'FROM is a variable with a long number',
    text: `ARG B=x\n${unused}FROM $B\n`,
    args: { B: '+0' },
  },
  { name: 'COPY has a variable', text: `${unused}FROM a\nCOPY --from=$B / /\n` },
  { name: 'a name is repeated', text: `${unused}FROM a AS B\nFROM c AS b\n` },
  { name: 'FROM has quotes', text: `${unused}FROM a AS b\nFROM "b"\n` },
  { name: 'ONBUILD has a stage', text: `${unused}FROM a\nONBUILD COPY --from=b / /\n` },
  { name: 'the Dockerfile has errors', text: `${unused}FROM a\nNOSUCH\n` },
  { name: 'there are none', text: 'ARG A\n' },
])('all stages are built if $name', (given) => {
  expect(find(given)).toMatchObject({ edits: [], canSkip: false });
});

test('an emptied stage keeps its number, its name and the lines that follow', () => {
  const text = 'ARG A\nFROM a AS First\nRUN <<E\nFROM x\nE\n\nFROM b\nUSER c\n# d\nFROM e\nCMD f\n';
  const { edits } = find({ name: '', text });
  expect(editLines(Buffer.from(text), edits).toString()).toBe(
    'ARG A\nFROM scratch AS first\n\n\n\n\nFROM scratch\n\n\nFROM e\nCMD f\n',
  );
});

test.each([
  { name: 'neither unused nor after the target', target: 'b', built: ['b'] },
  { name: 'without a target', target: undefined, built: ['b', 'c'] },
  { name: 'all for a number', target: '1', built: ['unused', 'b'] },
  { name: 'all for an unknown target', target: 'z', built: ['unused', 'b', 'c'] },
])('the stages that are built: $name', ({ target, built }) => {
  const given = { name: '', text: `${unused}FROM a AS b\nFROM b AS c\n` };
  const found = find(target === undefined ? given : { ...given, target });
  expect(found.built.map(({ name }) => name)).toEqual(built);
});
