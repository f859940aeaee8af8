// Variables, and the configuration of the image.
import type { Case } from '../case.ts';

export const settingCases: readonly Case[] = [
  // Equal.
  {
    name: 'env',
    inputs: { 'build-args': 'WHO=me' },
    options: ['build-arg:WHO=me'],
  },
  { name: 'expansion' },
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
  },
  { name: 'maintainer' },
  {
    name: 'platforms',
    inputs: { platforms: 'linux/amd64' },
    options: ['platform=linux/amd64'],
  },
  { name: 'settings' },

  // Different.
  {
    name: 'envorder',
    differs: {
      reasons: ['arg-env'],
      sentences: [/^\/later: content "later\\n" in BuildKit, "env\\n"/],
    },
  },
  {
    name: 'escape',
    differs: {
      reasons: ['env-escape'],
      sentences: [/^Env: \["A=x\\\\y",.* in BuildKit, \["A=xy",/],
    },
  },
  {
    name: 'escapequote',
    differs: {
      reasons: ['env-escape'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'expose',
    differs: {
      reasons: ['expose-variable'],
      sentences: [/^ExposedPorts: unset in BuildKit, \{"\/tcp":\{\}\}/],
    },
  },
  {
    name: 'exposerange',
    differs: {
      reasons: ['expose-range'],
      sentences: [/^ExposedPorts: .* in BuildKit, \{"8000-8002\/tcp":\{\}\}/],
    },
  },
  {
    name: 'platform',
    differs: {
      reasons: ['platform-argument'],
      sentences: [/^\/platform: content .* in BuildKit, "\|\|\|\|\|\\n" in kaniko/],
    },
  },
  {
    name: 'userexpansion',
    differs: {
      reasons: ['user-variable'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'volume',
    differs: {
      reasons: ['volume'],
      sentences: [/^\/(json one|logs|other): only in kaniko/],
    },
  },
  {
    name: 'workdir',
    differs: {
      reasons: ['workdir'],
      sentences: [/^WorkingDir: "\/a\/b\/\.\.\/c\/" in BuildKit, "\/a\/c\/"/],
    },
  },
  {
    name: 'workdirfirst',
    differs: {
      reasons: ['workdir-user'],
      sentences: [/^kaniko fails, BuildKit does not/],
    },
  },
  {
    name: 'workdiruser',
    differs: {
      reasons: ['workdir-parents'],
      sentences: [/^\/of-user: owner 1000:1000 in BuildKit, 0:0/],
    },
  },
];
