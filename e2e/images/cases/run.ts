// RUN, and the file system that it changes.
import type { Case } from '../case.ts';

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
      reasons: ['run-hosts'],
      sentences: [/^BuildKit fails, kaniko does not/],
    },
  },
  {
    name: 'groupuser',
    differs: {
      reasons: ['run-group'],
      sentences: [/^\/g\/(f|id): owner 1000:4 in BuildKit, 1000:1000/, /^\/g\/id: content /],
    },
  },
  {
    name: 'hardlinkswrite',
    differs: {
      reasons: ['run-hard-links'],
      sentences: [/^\/first: content "one\\n" in BuildKit/, /^\/(first|second): hard links /],
    },
  },
  {
    name: 'heredocrun',
    differs: {
      reasons: ['run-heredoc'],
      sentences: [/^\/[abe]: only in BuildKit/, /^\/[cd]: content "in .* in kaniko$/],
    },
  },
  {
    name: 'mountbindrw',
    differs: { reasons: ['run-bind'], sentences: [/^\/got: content "a\\na\.tar.*, "" in kaniko/] },
  },
  {
    name: 'mountcache',
    differs: { reasons: ['run-cache'], sentences: [/^kaniko fails, BuildKit does not: .*--mount/] },
  },
  {
    name: 'mountctx',
    differs: { reasons: ['run-bind'], sentences: [/^kaniko fails, BuildKit does not: .*--mount/] },
  },
  {
    name: 'mountfrom',
    differs: {
      reasons: ['run-bind-from'],
      sentences: [/^kaniko fails, BuildKit does not: .*--mount/],
    },
  },
  {
    name: 'net',
    differs: {
      reasons: ['run-network'],
      sentences: [/^\/got: content "lo\\n" in BuildKit, "eth0\\nlo\\n"/],
    },
  },
  {
    name: 'numberuser',
    differs: {
      reasons: ['run-number', 'run-group'],
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
      reasons: ['shell-words'],
      sentences: [/^Entrypoint: .*"echo entry"\] in BuildKit, .*"echo command"\] in kaniko/],
    },
  },
  {
    name: 'shellrun',
    differs: {
      reasons: ['shell-words'],
      sentences: [/^Entrypoint: .*"echo entry"\] in BuildKit, .*"true"\] in kaniko/],
    },
  },
  {
    name: 'varrun',
    differs: {
      reasons: ['run-var-run'],
      sentences: [/^\/var\/run(\/service|\/service\/pid)?: only in BuildKit/],
    },
  },
  {
    name: 'volumerun',
    differs: {
      reasons: ['run-volume'],
      sentences: [/^\/data\/after: only in BuildKit/],
    },
  },
];
