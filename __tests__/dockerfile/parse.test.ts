import { describe, expect, test } from '@jest/globals';
import type { Instruction } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';

test.each<{ name: string; text: string; expected: Partial<Instruction> }>([
  {
    name: 'the name in lower case and the text as written',
    text: 'COPY  a   /',
    expected: { line: 1, name: 'copy', text: 'COPY  a   /', flags: [], rest: 'a   /', heredocs: 0 },
  },
  {
    name: 'the line where an instruction begins',
    text: '# a\n\nRUN a \\\n  b',
    expected: { line: 3, text: 'RUN a   b', rest: 'a   b' },
  },
  {
    name: 'flags without quotes',
    text: 'RUN --mount="type=bind,from=a b" --network=none make --x',
    expected: { flags: ['--mount=type=bind,from=a b', '--network=none'], rest: 'make --x' },
  },
  {
    name: 'a flag whose quote is not closed',
    text: 'RUN --mount="a b',
    expected: { flags: ['--mount=a b'], rest: '' },
  },
  {
    name: 'flags with an escaped space',
    text: 'COPY --from=a\\ b c /',
    expected: { flags: ['--from=a b'], rest: 'c /' },
  },
  {
    name: 'flags with a space that another character escapes',
    text: '# escape=`\nCOPY --from=a` b --x=c\\ d /',
    expected: { flags: ['--from=a b', '--x=c\\'], rest: 'd /' },
  },
  {
    name: 'a double dash, which ends the flags',
    text: 'RUN --network=none -- --x',
    expected: { flags: ['--network=none'], rest: '--x' },
  },
  {
    name: 'heredocs, whose texts are not part of the instruction',
    text: 'RUN cat <<A 3<<-"B" <<\'C D\' "<<E"\na\nA\n\tB\nC D',
    expected: { text: 'RUN cat <<A 3<<-"B" <<\'C D\' "<<E"', heredocs: 3 },
  },
])('reads $name', ({ text, expected }) => {
  const { instructions, hasErrors } = parseDockerfile(text);
  expect(instructions).toEqual([expect.objectContaining(expected)]);
  expect(hasErrors).toBe(false);
});

test.each([
  { name: 'an empty text', text: '', hasErrors: false },
  { name: 'comments only', text: '# a\n', hasErrors: false },
  { name: 'an unknown instruction', text: 'FROM a\nMOUNT b\nRUN c', hasErrors: true },
  { name: 'a heredoc that is not closed', text: 'RUN <<A\na\n', hasErrors: true },
  { name: 'the second heredoc not closed', text: 'RUN <<A <<B\nA\n', hasErrors: true },
])('has errors or not: $name', ({ text, hasErrors }) => {
  expect(parseDockerfile(text).hasErrors).toBe(hasErrors);
});

test('continues after an unknown instruction', () => {
  const { instructions } = parseDockerfile('FROM a\nMOUNT b\nRUN c');
  expect(instructions.map(({ name }) => name)).toEqual(['from', 'mount', 'run']);
});

describe('the frontend', () => {
  test.each([
    { name: 'is undefined without a directive', text: 'FROM a', frontend: undefined },
    { name: 'is the value of the directive', text: '# syntax = a/b:1\nFROM a', frontend: 'a/b:1' },
    { name: 'ends at a space', text: '#syntax=a/b:1 --x', frontend: 'a/b:1' },
    { name: 'can follow other directives', text: '# escape=`\n# SYNTAX=a', frontend: 'a' },
    { name: 'can follow a shebang', text: '#!/bin/x\n# syntax=a', frontend: 'a' },
    { name: 'can have slashes before it', text: '// syntax=a', frontend: 'a' },
    { name: 'cannot follow a comment', text: '# note\n# syntax=a', frontend: undefined },
    { name: 'cannot follow an empty line', text: '\n# syntax=a', frontend: undefined },
    { name: 'is undefined without a value', text: '# syntax=  \nFROM a', frontend: undefined },
  ])('$name', ({ text, frontend }) => {
    expect(parseDockerfile(text).frontend).toBe(frontend);
  });
});

test('the stages have their name, their base and their instructions', () => {
  const { stages } = parseDockerfile('ARG A\nFROM $A as One\nRUN a\nFROM\nFROM one\nCOPY b /\n');
  expect(
    stages.map(({ name, base, from, instructions }) => [
      name,
      base,
      from.line,
      instructions.map(({ text }) => text),
    ]),
  ).toEqual([
    ['one', '$A', 2, ['RUN a']],
    [undefined, '', 4, []],
    [undefined, 'one', 5, ['COPY b /']],
  ]);
});

describe('texts that would take minutes in quadratic time', () => {
  const length = 1_000_000;

  test.each([
    { name: 'carriage returns', text: `RUN a${'\r'.repeat(length)}b` },
    { name: 'spaces after a backslash', text: `RUN a\\${' '.repeat(length)}b` },
    { name: 'a directive with spaces', text: `# syntax=a${' '.repeat(length)}\u2028\nRUN a` },
    { name: 'spaces after a heredoc operator', text: `RUN <<${' '.repeat(length)}<` },
    { name: 'a quote that is not closed', text: `RUN <<A "${'\\"'.repeat(length / 2)}` },
    { name: 'a flag with a quote that is not closed', text: `RUN ${'--"a '.repeat(length / 5)}` },
    { name: 'continuation lines', text: `RUN ${'a \\\n'.repeat(length / 4)}` },
  ])('$name', ({ text }) => {
    expect(parseDockerfile(text).instructions).toHaveLength(1);
  });
});
