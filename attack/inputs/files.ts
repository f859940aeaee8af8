import { checkDockerfile, throwIfAny } from '../../src/dockerfile/check/check.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { pulledRepositories } from '../../src/dockerfile/repositories.ts';
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

const references: readonly Frame[] = [
  bare,
  ['FROM ', ' AS b'],
  ['FROM a\nCOPY --from=', ' a b'],
  ['FROM a\nRUN --mount=', ' b'],
  ['ARG ', '\nFROM $a'],
  ['ARG A="', '"\nFROM ${A}'],
  ['FROM ${A:-', '}'],
  ['ARG A=a\nFROM ${A%', '}'],
];

const sources: readonly Frame[] = [
  bare,
  ['FROM a\nCOPY ', ' .'],
  ['FROM a\nCOPY ["', '", "."]'],
  ['FROM a\nADD ', ' .'],
];

const settings: readonly Frame[] = [
  ['FROM a\nUSER ', '\nRUN b\nWORKDIR /c/d\n'],
  ['FROM a\nUSER b\nWORKDIR /c', ''],
  ['FROM a\nEXPOSE ', ''],
  ['FROM a\nENV ', '\nARG b=c'],
  ['FROM a\nENV b=c\nARG ', ''],
  ['FROM a\nSHELL ["a", "b", "c"]\nENTRYPOINT ', '\nCMD a'],
  ['FROM a\nCOPY --chown=b --chmod=', ' c* d'],
  ['FROM a\nADD --chown=', ' c.tar d'],
];

const aLongPath = `${'a'.repeat(60)}/`.repeat(60);

/** What a build context consists of. */
export const fileParsers: readonly TimedParser[] = [
  { name: 'Dockerfile / parse', frames: instructions, run: parseDockerfile },
  {
    name: 'Dockerfile / repositories',
    frames: references,
    run: (text) => pulledRepositories(parseDockerfile(text), []),
  },
  {
    name: 'Dockerfile / repositories with a build argument',
    run: (text) =>
      pulledRepositories(parseDockerfile('ARG A\nFROM $A$A'), [{ key: 'A', value: text }]),
  },
  {
    name: 'Dockerfile / registries with patterns',
    run: ({ length }) => {
      const image = '${A##*ab}'.repeat(length / 9);
      return pulledRepositories(parseDockerfile(`ARG A=${'a'.repeat(100)}\nFROM ${image}`), []);
    },
  },
  {
    name: 'Dockerfile / check',
    frames: sources,
    run: (text) => {
      check(text, undefined);
    },
  },
  {
    name: 'Dockerfile / check of settings',
    frames: settings,
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
    frames: [bare, ['**/', ''], ['[a', '?']],
    run: async (text) => {
      const rules = await IgnoreRules.read(text, '.dockerignore');
      for (const path of ['a'.repeat(200), aLongPath]) {
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
    run: (text) => {
      const names = text.match(/[^]{1,2048}/g) ?? [];
      const links = names.flatMap((name) => [name, `${name}/.git/${name}`, `.git/${name}/config`]);
      const isGitConfig = followGitLinks(links, (name) => name);
      for (const name of links) {
        isGitConfig(name);
        cleanPath(name);
        isWhiteout(name);
      }
      weigh(links.map((name) => ({ name, sizeBytes: 1 })));
      cleanPath(text);
    },
  },
];

function check(text: string, target: string | undefined): void {
  const { problems } = checkDockerfile({
    dockerfile: parseDockerfile(text),
    target,
    buildArgs: [],
    lookUp: () => 'missing',
    hasPrefix: () => false,
    builderImage: 'registry.example/kaniko',
  });
  throwIfAny(problems);
}
