// Several stages, and files of other stages and images.
import type { Case } from '../case.ts';

const unused = 'stages that the target does not need are built';
const numbered = 'FROM with the number of a stage is not supported';
const root = 'COPY of the root directory of a stage fails';

export const stageCases: readonly Case[] = [
  // Equal.
  { name: 'imgroot' },
  { name: 'inherit' },
  { name: 'onbuild' },
  { name: 'setuidfile' },
  { name: 'stages' },

  // Different.
  {
    name: 'everykindrun',
    context: 'every kind',
    differs: {
      because: 'COPY of a directory of a stage drops setuid and setgid, and separates hard links',
      sentences: [
        /^\/all\/modes\/setuid: mode 4775 in BuildKit, 0775/,
        /^\/all\/(linked|z-of-long-path).*: hard links /,
      ],
    },
  },
  {
    name: 'hardlinkscopy',
    differs: {
      because: 'kaniko copies hard links as separate files',
      sentences: [/^\/copied\/(first|second): hard links \["[^"]+"\] in BuildKit, \[\] in kaniko/],
    },
  },
  {
    name: 'numref',
    differs: {
      because: numbered,
      sentences: [/^kaniko fails, BuildKit does not: .*image reference "0"/],
    },
  },
  {
    name: 'rootcopy',
    differs: { because: root, sentences: [/^kaniko fails, BuildKit does not/] },
  },
  {
    name: 'rootcopy2',
    differs: { because: root, sentences: [/^kaniko fails, BuildKit does not/] },
  },
  {
    name: 'setuid',
    differs: {
      because: 'COPY of a directory of a stage drops setuid and setgid',
      sentences: [
        /^\/directory\/setuid: mode 4755 in BuildKit, 0755/,
        /^\/directory\/setgid: mode 2755 in BuildKit, 0755/,
      ],
    },
  },
  {
    name: 'stagelinks',
    differs: {
      because: 'kaniko copies a symbolic link that is a source itself, BuildKit what it leads to',
      sentences: [
        /^\/(one|five\/abs): type file in BuildKit, symbolic link/,
        /^\/two: type directory in BuildKit, symbolic link/,
        /^\/(two|five)\/f: only in BuildKit/,
        /^\/five\/absdir: only in kaniko/,
      ],
    },
  },
  {
    name: 'stageowners',
    differs: {
      because:
        'COPY of a directory of a stage gives its target the mode and owner of the source, and links to root',
      sentences: [
        /^\/(new|existing|existing\/deep): mode 0755 in BuildKit, 0750/,
        /^\/(new|existing\/deep): owner 0:0 in BuildKit, 1000:4/,
        /^\/(new|existing\/deep)\/link: owner 1000:4 in BuildKit, 0:0/,
      ],
    },
  },
  {
    name: 'unused',
    differs: {
      because: unused,
      sentences: [/^kaniko fails, BuildKit does not: .*exit code 3/],
    },
  },
  {
    name: 'unused2',
    differs: {
      because: numbered,
      sentences: [/^kaniko fails, BuildKit does not: .*image reference "0"/],
    },
  },
];
