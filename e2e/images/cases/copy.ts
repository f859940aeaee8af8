// COPY and ADD of files of the context, and of downloads.
import type { Case } from '../case.ts';

export const copyCases: readonly Case[] = [
  // Equal, also the failures.
  { name: 'addgit', fails: /unknown scheme git|not found/ },
  { name: 'addhttp', fails: /HTTP response to HTTPS/ },
  { name: 'addtls', fails: /certificate|no such host/ },
  { name: 'addurl', fails: /web\.invalid/ },
  { name: 'download' },
  {
    name: 'ignored',
    files: { '.dockerignore': '*.txt\n!k.txt\na/*\n!a/b\n', 'x.txt': 'x', 'y.md': 'y' },
  },
  { name: 'intofile', fails: /cannot copy to non-directory/ },
  { name: 'intolink', fails: /cannot copy to non-directory/ },
  { name: 'merge' },
  { name: 'miss1', fails: /nothere/ },
  { name: 'miss2', fails: /nodir/ },
  { name: 'modes' },
  { name: 'noslash1' },
  { name: 'overwrite' },
  { name: 'patterns' },
  { name: 'scratch' },
  { name: 'system' },
  { name: 'devshm' },
  { name: 'targetfile' },

  // Different.
  {
    name: 'addgit2',
    fails: /unknown scheme git/,
    differs: {
      reasons: ['add-git'],
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'addsum',
    fails: /digest mismatch/,
    differs: {
      reasons: ['add-checksum'],
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'addunpack',
    differs: {
      reasons: ['add-unpack'],
      sentences: [
        /^\/x\/a\.tar: only in BuildKit/,
        /^\/x\/a(\/b|\/b\/c\.txt|\/r\.md)?: only in kaniko/,
      ],
    },
    googleDiffers: {
      reasons: ['add-unpack'],
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --unpack/],
    },
  },
  {
    name: 'chmodsym',
    differs: {
      reasons: ['copy-chmod'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'dots',
    differs: {
      reasons: ['copy-outside'],
      sentences: [/^kaniko fails, BuildKit does not: .*k\.txt/],
    },
  },
  {
    name: 'everykind',
    context: 'every kind',
    differs: {
      reasons: ['copy-hard-links'],
      sentences: [/^\/all\/(linked|deep|z-of-long-path).*: hard links /],
    },
  },
  {
    name: 'exclude',
    differs: {
      reasons: ['copy-exclude'],
      sentences: [/^\/x\/r\.md: only in kaniko/],
    },
    googleDiffers: {
      reasons: ['copy-exclude'],
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --exclude/],
    },
  },
  {
    name: 'existing',
    differs: {
      reasons: ['copy-existing'],
      sentences: [/^\/d: mode 0700 in BuildKit, 0755/, /^\/d: owner 1000:0 in BuildKit, 0:0/],
    },
  },
  {
    name: 'heredoccopy',
    differs: {
      reasons: ['copy-heredoc'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'link',
    differs: {
      reasons: ['copy-owner-parents'],
      sentences: [/^\/x: owner 33:33 in BuildKit, 0:0/],
    },
  },
  {
    name: 'miss3',
    differs: {
      reasons: ['copy-nothing'],
      sentences: [/^\/etc\/nsswitch\.conf: only in kaniko/, /^\/workspace: only in kaniko/],
    },
  },
  {
    name: 'missinguser',
    differs: {
      reasons: ['copy-missing-user'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'modeparents',
    differs: {
      reasons: ['copy-mode-parents'],
      sentences: [/^\/several: mode 0600 in BuildKit, 0755/],
    },
  },
  {
    name: 'modesetuid',
    differs: {
      reasons: ['copy-bits'],
      sentences: [/^\/setuid: mode 4755 in BuildKit, 0755/],
    },
  },
  {
    name: 'noslash',
    differs: {
      reasons: ['copy-several'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'ownergroup',
    differs: {
      reasons: ['copy-group'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'owners',
    differs: {
      reasons: ['add-owner'],
      sentences: [
        /^\/archive(\/a|\/a\/b|\/a\/b\/c\.txt|\/a\/r\.md)?: owner 1000:1000 in BuildKit, 0:0/,
      ],
    },
  },
  {
    name: 'parents',
    differs: {
      reasons: ['copy-parents'],
      sentences: [/^\/x\/a(\/b|\/b\/c\.txt)?: only in BuildKit/, /^\/x\/c\.txt: only in kaniko/],
    },
    googleDiffers: {
      reasons: ['copy-parents'],
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --parents/],
    },
  },
  {
    name: 'symlinks',
    differs: {
      reasons: ['copy-link'],
      sentences: [
        /^\/l1: type file in BuildKit, symbolic link/,
        /^\/l2\/(b|b\/c\.txt|r\.md): only in BuildKit/,
        /^\/l2\/dlink: only in kaniko/,
      ],
    },
  },
  {
    name: 'times',
    times: ['/t', '/t/f', '/ctx/k.txt', '/ctx/run.sh', '/ctx/a/r.md', '/f.txt', '/x/a/r.md'],
    differs: {
      reasons: ['copy-times'],
      sentences: [/^\/(t|t\/f|ctx\/k\.txt|ctx\/run\.sh|ctx\/a\/r\.md): modification time /],
    },
  },
  {
    name: 'usercopy',
    differs: {
      reasons: ['workdir-parents'],
      sentences: [/^\/p: owner 1000:1000 in BuildKit, 0:0/],
    },
  },
];
