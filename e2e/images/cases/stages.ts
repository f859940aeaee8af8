// Several stages, and files of other stages and images.
import type { Case } from '../case.ts';

export const stageCases: readonly Case[] = [
  // Equal.
  { name: 'imgroot' },
  { name: 'inherit' },
  { name: 'numref' },
  { name: 'onbuild' },
  { name: 'setuidfile' },
  { name: 'stages' },
  { name: 'unused' },
  { name: 'unused2' },

  // Different.
  {
    name: 'everykindrun',
    context: 'every kind',
    differs: {
      reasons: ['stage-setuid', 'copy-hard-links'],
      sentences: [
        /^\/all\/modes\/setuid: mode 4775 in BuildKit, 0775/,
        /^\/all\/(linked|z-of-long-path).*: hard links /,
      ],
    },
  },
  {
    name: 'hardlinkscopy',
    differs: {
      reasons: ['copy-hard-links'],
      sentences: [/^\/copied\/(first|second): hard links \["[^"]+"\] in BuildKit, \[\] in kaniko/],
    },
  },
  {
    name: 'rootcopy',
    differs: { reasons: ['copy-root'], sentences: [/^kaniko fails, BuildKit does not/] },
  },
  {
    name: 'rootcopy2',
    differs: { reasons: ['copy-root'], sentences: [/^kaniko fails, BuildKit does not/] },
  },
  {
    name: 'setuid',
    differs: {
      reasons: ['stage-setuid'],
      sentences: [
        /^\/directory\/setuid: mode 4755 in BuildKit, 0755/,
        /^\/directory\/setgid: mode 2755 in BuildKit, 0755/,
      ],
    },
  },
  {
    name: 'stagelinks',
    differs: {
      reasons: ['stage-link'],
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
      reasons: ['stage-directory'],
      sentences: [
        /^\/(new|existing|existing\/deep): mode 0755 in BuildKit, 0750/,
        /^\/(new|existing\/deep): owner 0:0 in BuildKit, 1000:4/,
        /^\/(new|existing\/deep)\/link: owner 1000:4 in BuildKit, 0:0/,
      ],
    },
  },
];
