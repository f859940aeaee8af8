// COPY and ADD of files of the context, and of downloads.
import type { Case } from '../case.ts';

const links = 'kaniko copies hard links as separate files';

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
      because: 'kaniko saves the page at the address of a Git repository as a file',
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'addsum',
    fails: /digest mismatch/,
    differs: {
      because: 'kaniko does not verify ADD --checksum',
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'addunpack',
    differs: {
      because: 'kaniko unpacks an archive in spite of ADD --unpack=false',
      sentences: [
        /^\/x\/a\.tar: only in BuildKit/,
        /^\/x\/a(\/b|\/b\/c\.txt|\/r\.md)?: only in kaniko/,
      ],
    },
    googleDiffers: {
      because: "Google's kaniko does not know ADD --unpack",
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --unpack/],
    },
  },
  {
    name: 'chmodsym',
    differs: {
      because: 'kaniko supports numeric modes only in --chmod',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'dots',
    differs: {
      because:
        'kaniko fails if a source is above the context, BuildKit takes the root of the context',
      sentences: [/^kaniko fails, BuildKit does not: .*k\.txt/],
    },
  },
  {
    name: 'everykind',
    context: 'every kind',
    differs: { because: links, sentences: [/^\/all\/(linked|deep|z-of-long-path).*: hard links /] },
  },
  {
    name: 'exclude',
    differs: {
      because: 'kaniko ignores COPY --exclude',
      sentences: [/^\/x\/r\.md: only in kaniko/],
    },
    googleDiffers: {
      because: "Google's kaniko does not know COPY --exclude",
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --exclude/],
    },
  },
  {
    name: 'existing',
    differs: {
      because: 'COPY of a directory gives an existing directory the mode and owner of its source',
      sentences: [/^\/d: mode 0700 in BuildKit, 0755/, /^\/d: owner 1000:0 in BuildKit, 0:0/],
    },
  },
  {
    name: 'heredoccopy',
    differs: {
      because: 'the kanikos of Chainguard and Google do not support a heredoc in COPY',
      sentences: [/^kaniko fails, BuildKit does not/],
      announced: /^warning: COPY at line 3 of the Dockerfile has a heredoc/,
    },
  },
  {
    name: 'link',
    differs: {
      because:
        'COPY --chown of a directory does not set the owner of the directories above the target',
      sentences: [/^\/x: owner 33:33 in BuildKit, 0:0/],
    },
  },
  {
    name: 'miss3',
    differs: {
      because: 'a build without any change of a file adds files of the builder image',
      sentences: [/^\/etc\/nsswitch\.conf: only in kaniko/, /^\/workspace: only in kaniko/],
    },
  },
  {
    name: 'missinguser',
    differs: {
      because: 'BuildKit takes root for a user in --chown that does not exist, kaniko fails',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'modeparents',
    differs: {
      because: '--chmod does not set the mode of the directories that COPY creates',
      sentences: [/^\/several: mode 0600 in BuildKit, 0755/],
    },
  },
  {
    name: 'modesetuid',
    differs: {
      because: '--chmod does not set the bits setuid, setgid and sticky',
      sentences: [/^\/setuid: mode 4755 in BuildKit, 0755/],
    },
  },
  {
    name: 'noslash',
    differs: {
      because: 'kaniko requires a slash at the end of the target of several sources',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'ownergroup',
    differs: {
      because: 'kaniko requires a user in --chown',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'owners',
    differs: {
      because: 'ADD --chown does not set the owner of the files of an archive',
      sentences: [
        /^\/archive(\/a|\/a\/b|\/a\/b\/c\.txt|\/a\/r\.md)?: owner 1000:1000 in BuildKit, 0:0/,
      ],
    },
  },
  {
    name: 'parents',
    differs: {
      because: 'kaniko ignores COPY --parents',
      sentences: [/^\/x\/a(\/b|\/b\/c\.txt)?: only in BuildKit/, /^\/x\/c\.txt: only in kaniko/],
    },
    googleDiffers: {
      because: "Google's kaniko does not know COPY --parents",
      sentences: [/^kaniko fails, BuildKit does not: .*unknown flag: --parents/],
    },
  },
  {
    name: 'symlinks',
    differs: {
      because: 'kaniko copies a symbolic link that is a source itself, BuildKit what it leads to',
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
      because: 'COPY does not keep modification times',
      sentences: [/^\/(t|t\/f|ctx\/k\.txt|ctx\/run\.sh|ctx\/a\/r\.md): modification time /],
    },
  },
  {
    name: 'usercopy',
    differs: {
      because:
        'WORKDIR after USER creates the directories above it for root, BuildKit for the user',
      sentences: [/^\/p: owner 1000:1000 in BuildKit, 0:0/],
    },
  },
];
