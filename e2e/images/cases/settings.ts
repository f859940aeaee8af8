// Variables, and the configuration of the image.
import type { Case } from '../case.ts';

const user = 'resolves USER in the files of the image, which are not unpacked yet';

export const settingCases: readonly Case[] = [
  // Equal.
  {
    name: 'env',
    inputs: { 'build-args': 'WHO=me' },
    options: ['build-arg:WHO=me'],
  },
  { name: 'expansion' },
  { name: 'maintainer' },
  { name: 'settings' },

  // Different.
  {
    name: 'envorder',
    differs: {
      because:
        'ENV wins over a later ARG of the same name in RUN, with BuildKit the later one wins',
      sentences: [/^\/later: content "later\\n" in BuildKit, "env\\n"/],
    },
  },
  {
    name: 'escape',
    differs: {
      because: 'the escape directive does not apply to the values of ENV',
      sentences: [/^Env: \["A=x\\\\y",.* in BuildKit, \["A=xy",/],
    },
  },
  {
    name: 'escapequote',
    differs: {
      because: 'the escape directive does not apply to the values of ENV',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'expose',
    differs: {
      because: 'EXPOSE of an empty variable adds a port without a number',
      sentences: [/^ExposedPorts: unset in BuildKit, \{"\/tcp":\{\}\}/],
    },
  },
  {
    name: 'exposerange',
    differs: {
      because: 'EXPOSE of a range adds one port with the range as its number',
      sentences: [/^ExposedPorts: .* in BuildKit, \{"8000-8002\/tcp":\{\}\}/],
    },
  },
  {
    name: 'inputs',
    inputs: {
      'build-args': 'ONE=one\nTWO=\nUNDECLARED=x',
      labels: 'version=input\nadded=a b',
      target: 'wanted',
    },
    options: [
      'build-arg:ONE=one',
      'build-arg:TWO=',
      'build-arg:UNDECLARED=x',
      'label:version=input',
      'label:added=a b',
      'target=wanted',
    ],
    differs: {
      because: 'LABEL wins over the input labels',
      sentences: [/^Labels: .*"version":"input"\} in BuildKit, .*"version":"dockerfile"\}/],
    },
  },
  {
    name: 'platform',
    differs: {
      because: 'the automatic platform arguments are empty',
      sentences: [/^\/platform: content .* in BuildKit, "\|\|\|\|\|\\n" in kaniko/],
    },
  },
  {
    name: 'userexpansion',
    differs: {
      because: 'USER does not support a variable with a default value',
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'volume',
    differs: {
      because: 'VOLUME creates its directory',
      sentences: [/^\/(json one|logs|other): only in kaniko/],
    },
  },
  {
    name: 'workdir',
    differs: {
      because: 'WORKDIR is written in its shortest form',
      sentences: [/^WorkingDir: "\/a\/b\/\.\.\/c\/" in BuildKit, "\/a\/c\/"/],
    },
  },
  {
    name: 'workdirfirst',
    differs: {
      because: `WORKDIR ${user}, if no earlier instruction needs them`,
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'workdiruser',
    differs: {
      because:
        'WORKDIR after USER creates the directories above it for root, BuildKit for the user',
      sentences: [/^\/of-user: owner 1000:1000 in BuildKit, 0:0/],
    },
  },
];
