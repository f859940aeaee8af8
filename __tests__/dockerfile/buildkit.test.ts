import { describe, expect, test } from '@jest/globals';
import type { Instruction } from '../../src/dockerfile/instruction.ts';
import { readJsonForm } from '../../src/dockerfile/instruction.ts';
import { heredocsOf } from '../../src/dockerfile/heredocs.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';

/** The results are those of BuildKit 0.32.2, whose parser reads all of these texts. */
describe('reads like BuildKit', () => {
  test.each<{ name: string; text: string; expected: readonly Partial<Instruction>[] }>([
    {
      name: 'U+0085 before and after an instruction, as white space',
      text: '\u0085RUN a\u0085',
      expected: [{ name: 'run', text: 'RUN a', rest: 'a' }],
    },
    {
      name: 'a line of U+0085 in an instruction, as an empty one',
      text: 'RUN a \\\n\u0085\nb',
      expected: [{ text: 'RUN a b' }],
    },
    {
      name: 'a comment after U+0085',
      text: '\u0085# a\nRUN b',
      expected: [{ line: 2, text: 'RUN b' }],
    },
    {
      name: 'a name with a space that is not ASCII',
      text: 'RUN\u00a0a b',
      expected: [{ name: 'run\u00a0a', rest: 'b' }],
    },
    {
      name: 'a line of U+FEFF, as an instruction',
      text: 'RUN a\n\ufeff',
      expected: [{ name: 'run' }, { name: '\ufeff', line: 2 }],
    },
    {
      name: 'arguments after a space that is not ASCII, as no flags',
      text: 'RUN \u00a0--network=none a',
      expected: [{ flags: [], rest: '--network=none a' }],
    },
    {
      name: 'a quote in other quotes of a flag',
      text: `RUN --a="b'c" --d='"`,
      expected: [{ flags: [`--a=b'c`, '--d="'], rest: '' }],
    },
    {
      name: 'an escape character at the end of a flag',
      text: 'RUN --a\\\\\\',
      expected: [{ flags: ['--a\\'], rest: '' }],
    },
    {
      name: 'a double dash with quotes, which ends the flags',
      text: 'RUN --"" --a b',
      expected: [{ flags: [], rest: '--a b' }],
    },
    {
      name: 'flags byte by byte',
      text: 'COPY --exclude=\u00e9 --exclude=\u00e0 \u00e9 /',
      expected: [{ flags: ['--exclude=\u00c3\u00a9', '--exclude=\u00c3'], rest: '\u00e9 /' }],
    },
  ])('$name', ({ text, expected }) => {
    const { instructions } = parseDockerfile(text);
    expect(instructions).toEqual(expected.map((one) => expect.objectContaining(one)));
  });

  test.each([
    { name: 'a second escape directive, which it refuses', text: '# escape=`\n# escape=\\' },
    { name: 'a directive after one without a value', text: '# syntax=  \n# escape=`' },
    { name: 'a directive after U+0085', text: '#\u0085escape=`' },
    { name: 'a directive in other case and with spaces', text: '#  EsCaPe =  ` ' },
  ])('the escape character after $name', ({ text }) => {
    expect(parseDockerfile(text).escape).toBe('`');
  });

  test.each([
    { name: 'with U+FEFF before its name', text: '#\ufeffescape=`' },
    { name: 'with a space that is not ASCII after its name', text: '# escape\u00a0=`' },
    { name: 'with a space that is not ASCII after its value', text: '# escape=`\u00a0' },
    { name: 'with another letter in its name', text: '# e\u017fcape=`' },
  ])('the escape directive $name, as a comment or as wrong', ({ text }) => {
    expect(parseDockerfile(text).escape).toBe('\\');
  });

  test('the first of two frontends', () => {
    expect(parseDockerfile('# syntax=a\n# syntax=b').frontend).toBe('a');
  });

  test.each<{ name: string; text: string; delimiters: readonly string[] }>([
    { name: 'a substitution without a name', text: 'RUN ${} <<A', delimiters: [] },
    { name: 'a substitution that it does not support', text: 'RUN ${a^^} <<A', delimiters: [] },
    { name: 'the length of a variable', text: 'RUN ${#a} <<A', delimiters: [] },
    { name: 'a substitution that is not closed', text: 'RUN ${a:-<<A', delimiters: [] },
    { name: 'a replacement that is not closed', text: 'RUN ${a/b} <<A', delimiters: [] },
    {
      name: 'a default in the word, which loses its beginning',
      text: 'RUN <<${A:-B}',
      delimiters: [],
    },
    { name: 'a default after a word', text: 'RUN <<A >${a:-b}\nA', delimiters: ['A'] },
    { name: 'a default after it in its word', text: 'RUN <<A>${a:-b} <<C\nC', delimiters: ['C'] },
    {
      name: 'a quote in a replacement that is not closed',
      text: "RUN ${a//b/'c} <<A",
      delimiters: [],
    },
    { name: 'variables', text: 'RUN $1 ${a} $a ${a#b} ${a/b/c} <<$A\n$A', delimiters: ['$A'] },
    {
      name: 'a heredoc in a default with a space',
      text: 'RUN ${a:-b <<A}\nA}',
      delimiters: ['A}'],
    },
    { name: 'U+0085 after the delimiter', text: 'RUN <<A\u0085b\nA', delimiters: ['A'] },
    {
      name: 'escaped white space at the end',
      text: 'RUN <<A\\\u00a0\nA\u00a0',
      delimiters: ['A\u00a0'],
    },
  ])('heredocs with $name', ({ text, delimiters }) => {
    const { instructions, hasErrors } = parseDockerfile(text);
    expect(instructions).toEqual([expect.objectContaining({ heredocs: delimiters.length })]);
    expect(hasErrors).toBe(false);
    const [joined = ''] = text.split('\n');
    const found = heredocsOf({ name: 'run', text: joined, rest: joined.slice(4) }, '\\');
    expect(found.map(({ delimiter }) => delimiter)).toEqual(delimiters);
  });

  test('half of a surrogate pair in the JSON form, as U+FFFD', () => {
    expect(readJsonForm('["\\ud800", "a"]')).toEqual(['\ufffd', 'a']);
  });
});

test.each(['RUN a\n\\\n', '\\', '\\\n# a\n'])(
  'has errors with a continuation of nothing: %j',
  (text) => {
    expect(parseDockerfile(text).hasErrors).toBe(true);
  },
);

test.each([
  { name: 'substitutions in substitutions', text: `RUN <<A ${'${a:-'.repeat(200_000)}` },
  { name: 'quoted substitutions', text: `RUN <<A ${'"${a:-b}"'.repeat(100_000)}\nA` },
  { name: 'white space in a directive', text: `# syntax=${' '.repeat(1_000_000)}\u2028a\nRUN a` },
  { name: 'flags', text: `RUN ${'--"a" '.repeat(200_000)}` },
])('reads a million characters with $name', ({ text }) => {
  expect(parseDockerfile(text).instructions).toHaveLength(1);
});
