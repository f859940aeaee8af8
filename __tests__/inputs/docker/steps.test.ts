import { expect, test } from '@jest/globals';
import { failureOf, parse, type Given } from '../../support/inputs.ts';

// Steps as people write them for docker/build-push-action, with names replaced. Only `uses` and `kubeconfig` differ.

const noGha =
  "input 'cache-from' line 1 and input 'cache-to' line 1: kaniko has no cache of type \"gha\"; this cache is not used. Use cache-to: type=registry,ref=REPOSITORY.";
const gha = { 'cache-from': 'type=gha', 'cache-to': 'type=gha,mode=max' };

test.each<{ name: string; given: Given; warnings: readonly string[] }>([
  {
    name: "GitHub's own cache",
    given: { context: '.', push: 'true', tags: 'ghcr.io/acme/shop:latest', ...gha },
    warnings: [noGha],
  },
  {
    name: 'docker/metadata-action',
    given: {
      ...gha,
      context: '.',
      push: 'true',
      tags: 'ghcr.io/acme/shop:1.2.3\nghcr.io/acme/shop:1.2\nghcr.io/acme/shop:latest',
      labels:
        'org.opencontainers.image.title=shop\norg.opencontainers.image.description=Say "hi", # all\norg.opencontainers.image.created=2026-11-01T10:00:00.000Z',
      annotations:
        'manifest:org.opencontainers.image.title=shop\nindex:org.opencontainers.image.title=shop',
    },
    warnings: [
      "input 'annotations': annotations for index are not used, because the image is a single manifest",
      noGha,
    ],
  },
  {
    name: 'two cache sources with tags',
    given: {
      context: '.',
      file: './docker/node/Dockerfile',
      push: 'true',
      tags: 'acme/node:edge',
      'cache-from':
        'type=registry,ref=acme/node:build-cache-main\ntype=registry,ref=acme/node:build-cache-dev',
      'cache-to': 'type=registry,ref=acme/node:build-cache-dev,mode=max',
    },
    warnings: [
      'input \'cache-from\' line 1: kaniko stores its cache in acme/node, and does not use ":build-cache-main". It gives each cached layer a tag of its own. Use a repository for the cache, for example acme/node-cache.',
      "input 'cache-from' line 2 and input 'cache-to' line 1: kaniko stores its cache in acme/node, and does not use \":build-cache-dev\". It gives each cached layer a tag of its own. Use a repository for the cache, for example acme/node-cache.",
    ],
  },
  {
    name: 'a directory of the default context',
    given: {
      context: '{{defaultContext}}:5.6',
      push: 'true',
      platforms: 'linux/amd64',
      tags: 'acme/php:5.6',
    },
    warnings: [],
  },
  {
    name: 'labels in quotes, without a context',
    given: {
      push: 'true',
      tags: 'acme/geo:latest',
      labels: '"description=Measures at 5° N, ""raw"""\nmaintainer=Jörg',
    },
    warnings: [],
  },
  {
    name: 'several build arguments without a push',
    given: {
      context: '.',
      push: 'false',
      tags: 'acme/observer:pr',
      'build-args': 'VERSION=1.0\nCOMMIT=abc\nPRICE=$$5 $(HOME)',
    },
    warnings: [],
  },
  {
    name: 'every optional input empty, as composite actions pass them',
    given: {
      context: '.',
      file: '',
      tags: 'acme/x:1',
      push: 'false',
      platforms: '',
      'cache-from': '',
      'cache-to': '',
      'build-args': '',
      labels: '',
      target: '',
      'no-cache': '',
      pull: '',
      provenance: '',
      sbom: '',
      secrets: '',
      network: '',
      outputs: '',
      load: '',
      builder: '',
    },
    warnings: [],
  },
])('a step with $name runs', ({ given, warnings }) => {
  expect(failureOf(given)).toBe('no failure');
  expect(parse(given).warnings).toEqual(warnings);
});

test.each<{ name: string; given: Given; message: string }>([
  {
    name: 'two platforms and attestations',
    given: {
      context: 'apps/api',
      platforms: 'linux/amd64,linux/arm64',
      push: 'true',
      provenance: 'mode=max',
      sbom: 'true',
      tags: 'registry.example.com/acme/api:1',
      'cache-from': 'type=registry,ref=registry.example.com/acme/api:buildcache',
    },
    message:
      "3 problems in the inputs: (1) input 'platforms': it has 2 platforms, but a build supports one. Use one platform, and one step or job for each platform. (2) input 'provenance': it is not supported. Use actions/attest with the outputs 'image-name' and 'digest'. Set it to false here. (3) input 'sbom': it is not supported. Create it in another step from the output 'image'. Set it to false here.",
  },
  {
    name: 'build secrets',
    given: {
      context: '.',
      push: 'true',
      tags: 'registry.example.com/acme/web:2',
      secrets: 'npm_token=abc123',
      'build-args': 'NODE_VERSION',
      pull: 'true',
      provenance: 'false',
      sbom: 'false',
    },
    message: "input 'secrets': it is not supported",
  },
])('a step with $name names at once what is not supported', ({ given, message }) => {
  expect(failureOf(given)).toMatchObject({ message });
});
