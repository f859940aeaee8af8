import { expect, test } from '@jest/globals';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { pulledRepositories } from '../../src/dockerfile/repositories.ts';
import type { KeyValue } from '../../src/inputs/values/key-value.ts';

/** ARGs, each of which has the value of the one before it twice. */
function doubling(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return numbers.map((number) => `ARG A${number + 1}=$A${number}$A${number}`).join('\n');
}

function registriesOf(text: string, buildArgs: readonly KeyValue[]): readonly string[] {
  const found = pulledRepositories(parseDockerfile(text), buildArgs);
  return [...new Set(found.map(({ registry }) => registry))];
}

test.each([
  { name: 'Docker Hub', text: 'FROM alpine', expected: ['index.docker.io'] },
  {
    name: 'every kind of reference once',
    text: `# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM ghcr.io/a/b:1@sha256:abc AS build
FROM quay.io/x AS Other
COPY --from=build /a /a
COPY --from=other /a /a
COPY --from=0 /a /a
COPY --from=registry.local:5000/tools:1 /t /t
RUN --mount=type=bind,from=gcr.io/p/q,target=/q --mount=type=cache,target=/c true
RUN --mount=type=bind,from=build,target=/q true
FROM build
FROM scratch
FROM docker.io/library/alpine`,
    expected: ['ghcr.io', 'quay.io', 'registry.local:5000', 'gcr.io', 'index.docker.io'],
  },
  {
    name: 'variables with a default',
    text: 'ARG REG=ghcr.io\nARG IMG="$REG/a"\nFROM ${IMG}:1',
    expected: ['ghcr.io'],
  },
  {
    name: 'variables with a build argument',
    text: 'ARG REG=ghcr.io TAG=1\nFROM $REG/a:${TAG}',
    buildArgs: [{ key: 'REG', value: 'quay.io' }],
    expected: ['quay.io'],
  },
  {
    name: 'defaults and alternatives in FROM',
    text: 'ARG A\nARG B=x\nFROM ${A:-ghcr.io/a}\nFROM quay.io/a${B:+/b}\nFROM ${C-gcr.io/c}',
    expected: ['ghcr.io', 'quay.io', 'gcr.io'],
  },
  { name: 'nothing for unknown variables', text: 'FROM $X/a\nFROM ${Y%z}b', expected: [] },
  {
    name: 'nothing for a build argument that is not declared',
    text: 'FROM $REG/a',
    buildArgs: [{ key: 'REG', value: 'quay.io' }],
    expected: [],
  },
  { name: 'nothing for an empty variable', text: 'ARG X\nFROM $X', expected: [] },
  {
    name: 'a stage only after its FROM',
    text: 'FROM later\nFROM ghcr.io/a AS later\nFROM later',
    expected: ['index.docker.io', 'ghcr.io'],
  },
  {
    name: 'nothing in a heredoc that looks like a Dockerfile',
    text: 'FROM ghcr.io/a\nRUN <<EOF\nFROM quay.io/b\nEOF\n',
    expected: ['ghcr.io'],
  },
  {
    name: 'the value in single quotes as it is',
    text: "ARG R=ghcr.io\nARG I='$R/a'\nFROM $I\nFROM '$R/a'",
    expected: [],
  },
  {
    name: 'nothing for an alternative of a variable that is not set',
    text: 'ARG A\nFROM ${A:+ghcr.io/}a//b\nFROM ${A:+ghcr.io/a}',
    expected: [],
  },
  {
    name: 'an ARG with a quote in its comment',
    text: "ARG R=ghcr.io # don't change\nFROM $R/a",
    expected: ['ghcr.io'],
  },
  {
    name: 'an ARG with another escape character',
    text: '# escape=`\nARG P=c:\\ R=ghcr.io\nFROM $R/a',
    expected: ['ghcr.io'],
  },
  {
    name: 'nothing for ARGs that double each other 64 times',
    text: `ARG A0=ab\n${doubling(64)}\nFROM $A64`,
    expected: [],
  },
  { name: 'nothing in an empty file', text: '', expected: [] },
  { name: 'nothing in binary data', text: '\0\x01 %%% <<<\n"\\\n${', expected: [] },
  {
    name: 'nothing in incomplete instructions',
    text: 'FROM\nCOPY --from=\nRUN --mount=\nARG',
    expected: [],
  },
  { name: 'nothing in invalid references', text: 'FROM A B C\nFROM ://x\nFROM a//b', expected: [] },
])('finds the registries: $name', ({ text, buildArgs = [], expected }) => {
  expect(registriesOf(text, buildArgs)).toEqual(expected);
});

test('accepts every prefix of a Dockerfile', () => {
  const text =
    'ARG A=${B:-c}\nFROM --platform=$P ${A} AS x\nRUN --mount=from=q <<E\nE\nCOPY --from=$A ["a", "b"] /';
  for (let length = 0; length <= text.length; length += 1) {
    expect(Array.isArray(pulledRepositories(parseDockerfile(text.slice(0, length)), []))).toBe(
      true,
    );
  }
});

/** Before the first FROM. UNSET is declared without a value, OTHER is not declared. */
const declared = `ARG HOST=ghcr.io
ARG URL=https://ghcr.io
ARG SLASH=ghcr.io/
ARG IMAGE=ghcr.io/tools/image:1
ARG UNSET
ARG TAG=1-slim
`;

const hosts = [
  'ghcr.io',
  '$HOST',
  '${HOST}',
  '${UNSET:-ghcr.io}',
  '${UNSET:-${HOST}}',
  '${UNSET-${OTHER:-"ghcr.io"}}',
  "${UNSET:-'ghcr.io'}",
  '${HOST:-quay.io}',
  '${HOST:+ghcr.io}',
  '${HOST:?required}',
  '${URL#https://}',
  '${URL##*/}',
  '${SLASH%/}',
  '${IMAGE%%/*}',
  '"ghcr.io"',
  "'ghcr.io'",
  '"$HOST"',
  'ghcr\\.io',
];
const paths = [
  '/a',
  '/a:1',
  '/a:$OTHER',
  '/a:${OTHER}-slim',
  '/a:$UNSET',
  '/a:$TARGETARCH',
  '/a-${TARGETARCH}${TARGETVARIANT}:1',
  '/$TARGETOS/a',
  '/a:${TAG/slim/full}',
  '/a:${TAG%%-*}',
  '/a@sha256:$OTHER',
  '/a:"$TAG"',
];

test.each(hosts)('finds a registry that is certain, written as %s', (host) => {
  for (const path of paths) {
    const dockerfile = `${declared}FROM ${host}${path} AS x\n`;
    expect({ path, found: registriesOf(dockerfile, []) }).toEqual({ path, found: ['ghcr.io'] });
  }
});

test.each([
  '$OTHER',
  '${OTHER}',
  'ghcr.io$OTHER',
  '$OTHER.ghcr.io',
  'ghcr.io:$OTHER',
  '$TARGETARCH.example',
  '${TARGETARCH:-ghcr.io}',
  '${HOST/io/com}',
  '${HOST^^}',
  '${UNSET:?required}',
  '${UNSET:-$OTHER}',
  '${HOST#g?c}',
  '${HOST',
  '"ghcr.io',
  "'ghcr.io",
  `${'${UNSET:-'.repeat(100)}ghcr.io${'}'.repeat(100)}`,
])('finds nothing for a registry that is not certain, written as %s', (host) => {
  for (const path of ['/a', '/a:1', '/a/b@sha256:1', '/a:$OTHER']) {
    const dockerfile = `${declared}FROM ${host}${path} AS x\n`;
    expect({ path, found: registriesOf(dockerfile, []) }).toEqual({ path, found: [] });
  }
});

test.each([
  { base: 'alpine:$OTHER', expected: ['index.docker.io'] },
  { base: 'alpine@$OTHER', expected: ['index.docker.io'] },
  { base: 'acme/$OTHER', expected: ['index.docker.io'] },
  { base: '${UNSET}alpine', expected: ['index.docker.io'] },
  { base: 'build-$TARGETARCH', expected: [] },
  { base: '$TARGETARCH', expected: [] },
  { base: 'localhost:$OTHER/a', expected: [] },
])('finds $expected for $base', ({ base, expected }) => {
  expect(registriesOf(`${declared}FROM ${base}`, [])).toEqual(expected);
});

test('a build argument without an ARG makes a reference uncertain', () => {
  const dockerfile = 'FROM ${HOST}alpine\nFROM quay.io/a:$HOST';
  expect(registriesOf(dockerfile, [{ key: 'HOST', value: 'ghcr.io/' }])).toEqual(['quay.io']);
});

test.each([
  'COPY --from="ghcr.io/a:1" /a /a',
  "COPY --from='ghcr.io/a:1' /a /a",
  'RUN --mount=type=bind,from="ghcr.io/a:1",target=/a true',
  'RUN --mount="type=bind,from=ghcr.io/a:1,target=/a" true',
  'RUN --mount=target=/a,"from=ghcr.io/a:1" true',
  "RUN --mount='from=ghcr.io/a:1,target=/a' true",
])('finds the image in %s', (instruction) => {
  const dockerfile = `FROM quay.io/a\n${instruction}`;
  expect(registriesOf(dockerfile, [])).toEqual(['quay.io', 'ghcr.io']);
});

test.each([
  { base: 'ghcr.io/a/b:$OTHER', path: 'a/b' },
  { base: 'ghcr.io/a/b@sha256:$OTHER', path: 'a/b' },
  { base: 'ghcr.io/a/b-$OTHER', path: '' },
  { base: 'ghcr.io/$OTHER/b:1', path: '' },
  { base: 'ghcr.io/a:$OTHER/b', path: '' },
])('the repository of $base is known as "$path"', ({ base, path }) => {
  const found = pulledRepositories(parseDockerfile(`${declared}FROM ${base}`), []);
  expect(found).toEqual([{ registry: 'ghcr.io', host: 'ghcr.io', path }]);
});

test('finds each repository once, with the host as builders name it', () => {
  const text = `FROM alpine AS a
FROM docker.io/library/alpine:3
FROM registry-1.docker.io/library/alpine
FROM GHCR.io/acme/base:1@sha256:abc
COPY --from=ghcr.io/acme/tools /t /t
`;
  expect(pulledRepositories(parseDockerfile(text), [])).toEqual([
    { registry: 'index.docker.io', path: 'library/alpine', host: 'index.docker.io' },
    { registry: 'index.docker.io', path: 'library/alpine', host: 'registry-1.docker.io' },
    { registry: 'ghcr.io', path: 'acme/base', host: 'GHCR.io' },
    { registry: 'ghcr.io', path: 'acme/tools', host: 'ghcr.io' },
  ]);
});

test('only the stages that are built count, and the names of all of them', () => {
  const dockerfile = parseDockerfile(
    'FROM unused.example/a AS b\nFROM ghcr.io/a\nCOPY --from=b / /\nFROM later.example/a',
  );
  const found = pulledRepositories(dockerfile, [], dockerfile.stages.slice(1, 2));
  expect(found.map(({ registry }) => registry)).toEqual(['ghcr.io']);
});
