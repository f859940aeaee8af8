import { checkDockerfile, throwIfAny } from '../../src/dockerfile/check.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { registriesOf } from '../../src/dockerfile/registries.ts';
import { withoutCredentials } from '../../src/context/git/clean-config.ts';
import { followGitLinks } from '../../src/context/git/config-names.ts';
import { IgnoreRules } from '../../src/context/ignore/rules.ts';
import { isWhiteout } from '../../src/context/directory/walk.ts';
import { weigh } from '../../src/context/directory/weight.ts';
import { cleanPath } from '../../src/text/path.ts';
import { bare, type Frame, type TimedParser } from './parser.ts';

const instructions: readonly Frame[] = [
  bare,
  ['# syntax=', ''],
  ['#syntax=a\n#', ''],
  ['FROM a\nRUN ', ''],
  ['FROM a\nRUN --mount=', ' b'],
  ['FROM a\nRUN <<', ''],
  ['FROM a\nRUN <<"', '" b'],
  ['FROM a\nONBUILD RUN ', ''],
  ['FROM a\nCOPY ', ' .'],
  ['FROM a\nCOPY ["', '", "."]'],
  ['FROM a\nCOPY --from=', ' a b'],
  ['FROM ', ' AS b'],
  ['ARG ', '\nFROM $a'],
  ['ARG A=', '\nFROM $A'],
  ['ARG A="', '"\nFROM ${A}'],
  ['# escape=`\nARG A="', '"\nFROM ${A}'],
];

const aLongPath = `${'a'.repeat(60)}/`.repeat(60);

/** What a build context consists of. */
export const fileParsers: readonly TimedParser[] = [
  { name: 'Dockerfile / parse', frames: instructions, run: parseDockerfile },
  {
    name: 'Dockerfile / registries',
    frames: instructions,
    run: (text) => registriesOf(parseDockerfile(text), []),
  },
  {
    name: 'Dockerfile / registries with a build argument',
    run: (text) => registriesOf(parseDockerfile('ARG A\nFROM $A$A'), [{ key: 'A', value: text }]),
  },
  {
    name: 'Dockerfile / check',
    frames: instructions,
    run: (text) => {
      check(text, undefined);
    },
  },
  {
    name: 'Dockerfile / check of a target that does not exist',
    frames: [['FROM a AS ', ''], bare],
    run: (text) => {
      check(text, 'something');
    },
  },
  {
    name: 'Dockerfile / check with a long target',
    run: (text) => {
      check('FROM a AS something\nFROM a AS other\n', text);
    },
  },
  {
    name: 'ignore file / read and match',
    frames: [bare, ['!', ''], ['**/', ''], ['a*', '*b'], ['[', ']']],
    run: async (text) => {
      const rules = await IgnoreRules.read(text, '.dockerignore');
      for (const path of ['a'.repeat(200), aLongPath, 'a/b', '\u{1F600}'.repeat(100)]) {
        const { matches } = rules.test(path, undefined);
        rules.canKeepBelow(path, matches);
      }
    },
  },
  {
    name: 'ignore file / match a long path',
    run: async (text) => {
      const rules = await IgnoreRules.read(
        '*a*a*a*b\n**/c?\n[x]*\n!a*b*?\n**\n!*/a\n',
        '.dockerignore',
      );
      const path = text.replaceAll('\0', '').slice(0, 4_096);
      rules.test(path, undefined);
    },
  },
  {
    name: 'git configuration / clean',
    frames: [
      bare,
      ['[http "', '"]\nextraheader = a'],
      ['[remote "a"]\n\turl = ', ''],
      ['[remote "a"]\n\turl = https://', '@b'],
      ['[remote "a"]\n\turl = "', ''],
      ['[credential]\n', ''],
    ],
    run: (text) => withoutCredentials(Buffer.from(text)),
  },
  {
    name: 'context / names of paths',
    frames: [bare, ['a.git/', ''], ['.git/', '/config'], ['', '/.git/config']],
    run: (text) => {
      followGitLinks([text], (name) => name)(text);
      cleanPath(text);
      isWhiteout(text);
      weigh([{ name: text, sizeBytes: 1 }]);
    },
  },
];

function check(text: string, target: string | undefined): void {
  const { problems } = checkDockerfile({
    dockerfile: parseDockerfile(text),
    target,
    buildArgs: [],
    lookUp: () => 'missing',
    builderImage: 'registry.example/kaniko',
  });
  throwIfAny(problems);
}
