import { describe, expect, test } from '@jest/globals';
import { parseHost, parseReference, registryOf } from '../../../src/inputs/values/reference.ts';

describe('parseReference', () => {
  test.each([
    {
      name: 'a name alone',
      text: 'app',
      expected: {
        text: 'app:latest',
        registry: 'index.docker.io',
        repository: 'library/app',
        tag: 'latest',
      },
    },
    {
      name: "a user's repository",
      text: 'acme/app:1.2',
      expected: {
        text: 'acme/app:1.2',
        registry: 'index.docker.io',
        repository: 'acme/app',
        tag: '1.2',
      },
    },
    {
      name: 'a host in upper case, which the builder gets in lower case',
      text: 'GHCR.io/acme/app:V1',
      expected: {
        text: 'ghcr.io/acme/app:V1',
        registry: 'ghcr.io',
        repository: 'acme/app',
        tag: 'V1',
      },
    },
    {
      name: 'an alias of Docker Hub, which the builder gets with its usual name',
      text: 'registry-1.docker.io/acme/app:1',
      expected: {
        text: 'index.docker.io/acme/app:1',
        registry: 'index.docker.io',
        repository: 'acme/app',
        tag: '1',
      },
    },
    {
      name: 'Docker Hub by name',
      text: 'docker.io/app:1',
      expected: {
        text: 'docker.io/app:1',
        registry: 'index.docker.io',
        repository: 'library/app',
        tag: '1',
      },
    },
    {
      name: 'a port and no tag',
      text: 'localhost:5000/x',
      expected: {
        text: 'localhost:5000/x:latest',
        registry: 'localhost:5000',
        repository: 'x',
        tag: 'latest',
      },
    },
    {
      name: 'a deep path',
      text: 'registry.example.com:443/a/b__c/d-e.f:V1_.-x',
      expected: {
        text: 'registry.example.com:443/a/b__c/d-e.f:V1_.-x',
        registry: 'registry.example.com:443',
        repository: 'a/b__c/d-e.f',
        tag: 'V1_.-x',
      },
    },
    {
      name: 'localhost without a port',
      text: 'localhost/x:1',
      expected: { text: 'localhost/x:1', registry: 'localhost', repository: 'x', tag: '1' },
    },
  ])('reads $name', ({ text, expected }) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each([
    {
      name: 'upper case in the repository',
      text: 'ghcr.io/Acme/App:1',
      problem: '"ghcr.io/Acme/App" has upper-case letters in the repository',
      hint: 'Use ghcr.io/acme/app.',
    },
    {
      name: 'an organisation in upper case',
      text: 'Acme/app',
      problem: '"Acme/app" has upper-case letters in the repository',
      hint: 'Use acme/app.',
    },
    {
      name: 'a digest',
      text: `app@sha256:${'0'.repeat(64)}`,
      problem: `"app@sha256:${'0'.repeat(64)}" has a digest, but an image can only be pushed to a tag`,
      hint: 'Write registry/repository:tag.',
    },
    {
      name: 'an empty tag',
      text: 'ghcr.io/acme/app:',
      problem: '"ghcr.io/acme/app:" has an invalid tag after the last ":"',
      hint: 'Use at most 128 letters, digits, "_", "." and "-", not beginning with "." or "-".',
    },
    {
      name: 'a tag with a slash in its branch name',
      text: 'ghcr.io/acme/app:feature/x',
      problem: '"ghcr.io/acme/app:feature/x" is not a repository',
      hint: 'Use lower-case letters and digits, separated by ".", "_", "-" or "/".',
    },
    {
      name: 'a scheme',
      text: 'https://ghcr.io/acme/app:1',
      problem: '"https://ghcr.io/acme/app:1" begins with a scheme',
      hint: 'Write ghcr.io/acme/app:1.',
    },
    {
      name: 'an empty repository',
      text: 'ghcr.io/:1',
      problem: '"ghcr.io/" is not a repository',
      hint: 'Use lower-case letters and digits, separated by ".", "_", "-" or "/".',
    },
    {
      name: 'a broken host',
      text: 'a_b.example:5000/x',
      problem: '"a_b.example:5000/x" has an invalid registry before the first "/"',
      hint: 'Write host[:port]/repository.',
    },
  ])('refuses $name', ({ text, problem, hint }) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ problems: [{ text: problem, hint }] }),
    );
  });
});

test.each([
  { text: 'docker.io', host: 'index.docker.io' },
  { text: 'registry-1.docker.io', host: 'index.docker.io' },
  { text: 'Registry-1.Docker.IO', host: 'index.docker.io' },
  { text: 'GHCR.io:443', host: 'ghcr.io:443' },
  { text: 'ghcr.io', host: 'ghcr.io' },
  { text: '10.0.0.1:5000', host: '10.0.0.1:5000' },
])('parseHost reads $text', ({ text, host }) => {
  expect(parseHost(text)).toBe(host);
});

test('parseHost refuses a path', () => {
  expect(() => parseHost('ghcr.io/acme')).toThrow('"ghcr.io/acme" is not a registry host');
});

test.each([
  { reference: 'alpine', registry: 'index.docker.io' },
  { reference: 'alpine:3.20@sha256:abc', registry: 'index.docker.io' },
  { reference: 'quay.io/a/b@sha256:abc', registry: 'quay.io' },
  { reference: 'localhost:5000/a:1', registry: 'localhost:5000' },
  { reference: 'not an image', registry: undefined },
  { reference: '', registry: undefined },
])('registryOf "$reference"', ({ reference, registry }) => {
  expect(registryOf(reference)).toBe(registry);
});
