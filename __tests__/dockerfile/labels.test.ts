import { describe, expect, test } from '@jest/globals';
import { editLines } from '../../src/dockerfile/edit.ts';
import { removeLabels, type LabelChange } from '../../src/dockerfile/labels.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { splitQuotedWords } from '../../src/dockerfile/words.ts';
import { Random } from '../../support/random.ts';

function change(text: string, ...keys: readonly string[]): LabelChange & { readonly text: string } {
  const found = removeLabels(parseDockerfile(text), new Set(keys));
  return { ...found, text: editLines(Buffer.from(text), found.edits).toString() };
}

test.each([
  ['v\uFEFF="1"', '\uFEFF is not white space'],
  ['v\uFEFF"="', '\uFEFF is not white space'],
  ['w=1\u0085', 'the label has no other key'],
])('LABEL %j is kept: %s', (labels) => {
  const from = `FROM a\nLABEL ${labels}\nCMD c`;
  expect(change(from, 'v').text).toBe(from);
});

test('U+0085 separates labels', () => {
  expect(change('FROM a\nLABEL w=1\u0085v=2', 'v').text).toBe('FROM a\nLABEL w=1');
});

describe('labels that the build sets', () => {
  test.each([
    { name: 'of the last stage', from: 'FROM a\nLABEL v=1\n', to: 'FROM a\n' },
    {
      name: 'of every stage',
      from: 'FROM a\nLABEL v=1\nFROM b\nCMD c\n',
      to: 'FROM a\n\nFROM b\nCMD c\n',
    },
    {
      name: 'among others',
      from: 'FROM a\nLABEL a=1 v=2 "b"=3\nCMD c',
      to: 'FROM a\nLABEL a=1 "b"=3\nCMD c',
    },
    {
      name: 'in quotes',
      from: `FROM a\nLABEL "v"="a b" 'v'=c \\v=d e=f\nCMD c`,
      to: 'FROM a\nLABEL e=f\nCMD c',
    },
    { name: 'of the old form', from: 'FROM a\nlabel v one two\nCMD c', to: 'FROM a\n\nCMD c' },
    {
      name: 'on several lines, with comments',
      from: 'FROM a\nLABEL a=1 \\\n  # v\n  v=2 \\\n\n  b="x  y"\n\n# c\nCMD c\n',
      to: 'FROM a\nLABEL a=1 b="x  y"\n\n\n\n\n\n\nCMD c\n',
    },
    {
      name: 'with Windows line endings',
      from: 'FROM a\r\nLABEL v=1\r\nCMD c\r\n',
      to: 'FROM a\r\n\nCMD c\r\n',
    },
    {
      name: 'after a byte order mark',
      from: '\uFEFFFROM a\nLABEL v=1 w=2',
      to: '\uFEFFFROM a\nLABEL w=2',
    },
    {
      name: 'with another escape',
      from: '# escape=`\nFROM a\nLABEL w=1 `\n v=2\nCMD c',
      to: '# escape=`\nFROM a\nLABEL w=1\n\nCMD c',
    },
    {
      name: 'of an unfinished instruction',
      from: 'FROM a\nLABEL w=1 v=2 \\\n',
      to: 'FROM a\nLABEL w=1',
    },
  ])('$name are removed', ({ from, to }) => {
    const { text, removed, uncertain } = change(from, 'v');
    expect(text).toBe(to);
    expect(uncertain).toEqual([]);
    expect(removed).toEqual(from.includes('v') ? ['v'] : []);
  });

  test.each([
    { name: 'another key', text: 'FROM a\nLABEL vv=1 "v "=2 V=3\n' },
    { name: 'a key in a value', text: 'FROM a\nLABEL a="v=1" b="v=2"\n' },
    { name: 'ONBUILD', text: 'FROM a\nONBUILD LABEL v=1\n' },
    { name: 'a heredoc', text: 'FROM a\nRUN <<E\nLABEL v=1\nE\n' },
    { name: 'an instruction of another kind', text: 'FROM a\nENV v=1\nRUN LABEL v=1\n' },
    { name: 'a LABEL ahead of the first FROM', text: 'LABEL v=1\nFROM a\n' },
    { name: 'a Dockerfile with errors', text: 'FROM a\nLABEL v=1\nNOSUCH b\n' },
    { name: 'a Dockerfile with an open heredoc', text: 'FROM a\nLABEL v=1\nRUN <<E\n' },
  ])('$name stays as it is', ({ text }) => {
    expect(change(text, 'v')).toEqual({ edits: [], removed: [], uncertain: [], text });
  });

  const long = `LABEL v=1 a=${'x'.repeat(40_000)} \\\n b=${'y'.repeat(40_000)}`;

  test.each([
    { name: 'has no value', label: 'LABEL v' },
    { name: 'has an open quote', label: 'LABEL v="1' },
    { name: 'has a word without "="', label: 'LABEL a=1 v' },
    { name: 'has a flag', label: 'LABEL --a=b v=1' },
    { name: 'would have a flag', label: 'LABEL v=1 --a=b' },
    { name: 'has what looks like a heredoc', label: 'LABEL a=<< v=1' },
    { name: 'would continue on the next line', label: 'LABEL a=\\  v=1' },
    { name: 'has a name with variables', label: 'LABEL $P.v=1' },
    { name: 'would be too long', label: long },
  ])('can stay if the LABEL $name, which is reported', ({ label }) => {
    const from = `FROM a\n${label}\nCMD c\n`;
    const { text, removed, uncertain } = change(from, 'v');
    expect({ text, removed }).toEqual({ text: from, removed: [] });
    expect(uncertain.map(({ line }) => line)).toEqual([2]);
    expect(change(from).uncertain).toEqual([]);
  });

  test('are removed next to a name with variables, which is reported', () => {
    const { text, uncertain } = change('FROM a\nLABEL $P.v=1 v=2\n', 'v');
    expect(text).toBe('FROM a\nLABEL $P.v=1');
    expect(uncertain).toHaveLength(1);
  });
});

const pieces = ['a', 'é', ' ', '"', "'", '\\', '`', '$', '${b}', '=', '#', '<<E', '\t', '\uFEFF'];

/** A LABEL as a user can write it. */
function randomLabel(random: Random): string {
  const keys = Array.from({ length: random.whole(1, 4) }, () =>
    random.pick(['k', 'l.m', 'n-o', 'p']),
  );
  const join = random.pick([' ', '  ', ' \\\n  ', ' \\\n# LABEL k=1\n\n ']);
  const words = keys.map((key) => {
    const value = Array.from({ length: random.whole(0, 5) }, () => random.pick(pieces)).join('');
    const quoted = `"${value.replace(/["\\$]/g, '\\$&')}"`;
    return `${random.pick([key, `"${key}"`, `'${key}'`])}=${random.pick([quoted, 'plain', "'$x'"])}`;
  });
  return `LABEL ${words.join(join)}`;
}

test('any LABEL keeps its other labels, and every other instruction its line', () => {
  const random = new Random(7);
  for (let round = 0; round < 3_000; round += 1) {
    const labels = Array.from({ length: random.whole(1, 3) }, () => randomLabel(random));
    const newline = random.pick(['\n', '\r\n']);
    const body = labels.flatMap((text) => [text, 'RUN true', '', '# k=1']);
    const text = ['FROM a', ...body, random.pick(['', 'USER b', 'LABEL k=1'])].join('\n');
    const from = text.replaceAll('\n', newline);
    const before = parseDockerfile(from);
    const after = parseDockerfile(change(from, 'k', 'p').text);
    expect(after.hasErrors).toBe(false);
    const others = ({ instructions }: typeof before): unknown =>
      instructions.filter(({ name }) => name !== 'label');
    expect(others(after)).toEqual(others(before));
    const words = ({ instructions }: typeof before): readonly string[] =>
      instructions
        .filter(({ name }) => name === 'label')
        .flatMap(({ rest }) => splitQuotedWords(rest, '\\').words);
    expect(words(after)).toEqual(words(before).filter((word) => !/^["']?[kp]["']?=/.test(word)));
  }
});
