// RUN, and the file system that it changes.
import type { Case } from '../case.ts';

const mounts = 'the kanikos of Chainguard and Google ignore RUN --mount';

export const runCases: readonly Case[] = [
  // Equal, also the failures.
  { name: 'badflag', fails: /nosuch/ },
  { name: 'bits' },
  { name: 'deletion' },
  { name: 'environment' },
  { name: 'hardlinks' },
  { name: 'mountsecret' },
  { name: 'names' },
  { name: 'samesize' },
  { name: 'setuidrun' },
  { name: 'shell' },

  // Different.
  {
    name: 'etcfiles',
    fails: /exit code: 1/,
    differs: {
      because:
        'RUN can write /etc/hosts, and the change is not in the image; with BuildKit it fails',
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'groupuser',
    differs: {
      because: 'RUN does not have the group of USER',
      sentences: [/^\/g\/(f|id): owner 1000:4 in BuildKit, 1000:1000/, /^\/g\/id: content /],
    },
  },
  {
    name: 'hardlinkswrite',
    differs: {
      because:
        'a hard link that RUN writes to keeps its other names, BuildKit separates them if a lower layer has them',
      sentences: [/^\/first: content "one\\n" in BuildKit/, /^\/(first|second): hard links /],
    },
  },
  {
    name: 'heredocrun',
    differs: {
      because: 'the kanikos of Chainguard and Google skip a heredoc in RUN',
      sentences: [/^\/[abe]: only in BuildKit/, /^\/[cd]: content "in .* in kaniko$/],
      announced: /^warning: RUN at line 3 of the Dockerfile has a heredoc/,
    },
  },
  {
    name: 'mountbindrw',
    differs: { because: mounts, sentences: [/^\/got: content "a\\na\.tar.*, "" in kaniko/] },
  },
  {
    name: 'mountcache',
    differs: { because: mounts, sentences: [/^kaniko fails, BuildKit does not: .*--mount/] },
  },
  {
    name: 'mountctx',
    differs: { because: mounts, sentences: [/^kaniko fails, BuildKit does not: .*--mount/] },
  },
  {
    name: 'mountfrom',
    differs: { because: mounts, sentences: [/^kaniko fails, BuildKit does not: .*--mount/] },
  },
  {
    name: 'net',
    differs: {
      because: 'kaniko ignores RUN --network',
      sentences: [/^\/got: content "lo\\n" in BuildKit, "eth0\\nlo\\n"/],
    },
  },
  {
    name: 'numberuser',
    differs: {
      because:
        'RUN of a user without an entry in /etc/passwd has the number of the user as its group',
      sentences: [
        /^\/tmp\/(env|id): owner 1234:0 in BuildKit, 1234:1234/,
        /^\/tmp\/with-group: owner 1234:33 in BuildKit, 1234:1234/,
        /^\/tmp\/(id|with-group): content "uid=1234 gid=(0|33)/,
      ],
    },
  },
  {
    name: 'shellentry',
    differs: {
      because:
        'with a SHELL of three words, each instruction in shell form replaces the command of ENTRYPOINT',
      sentences: [/^Entrypoint: .*"echo entry"\] in BuildKit, .*"echo command"\] in kaniko/],
    },
  },
  {
    name: 'varrun',
    differs: {
      because: 'changes of RUN below /var/run are not in the image',
      sentences: [/^\/var\/run(\/service|\/service\/pid)?: only in BuildKit/],
    },
  },
  {
    name: 'volumerun',
    differs: {
      because: 'changes of RUN below a VOLUME are not in the image',
      sentences: [/^\/data\/after: only in BuildKit/],
    },
  },
];
