import { expect, test } from '@jest/globals';
import { parseGitContext } from '../../../src/inputs/docker/git-context.ts';
import { parse } from '../../support/inputs.ts';
import { problemsOf } from '../../support/problems.ts';

const environment: Readonly<Record<string, string>> = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'Acme/App',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
};
const env = (name: string): string | undefined => environment[name];
const url = 'https://github.com/acme/app.git';

test.each([
  { text: '{{defaultContext}}', path: '.' },
  { text: '{{defaultContext}}:5.6', path: '5.6' },
  { text: '{{defaultContext}}:/a/b/', path: 'a/b' },
  { text: '{{defaultContext}}:', path: '.' },
  { text: url, path: '.' },
  { text: `${url}#`, path: '.' },
  { text: `${url}#:docker`, path: 'docker' },
  { text: `${url}#main:docker`, path: 'docker' },
  { text: `${url}#refs/heads/main`, path: '.' },
  { text: `${url}#${'a'.repeat(40)}:x/y`, path: 'x/y' },
  { text: 'https://user:token@github.com/acme/app.git', path: '.' },
  { text: 'git@github.com:acme/app.git#main', path: '.' },
  { text: 'ssh://git@github.com/acme/app.git', path: '.' },
  { text: 'github.com/acme/app', path: '.' },
])('$text is a directory of the checkout', ({ text, path }) => {
  expect(parseGitContext(text, env)).toEqual({ path });
});

test.each(['.', 'docker', './github.com/acme/app', '/srv/app', 'app.git', 'a#b', '../x', 'a:b'])(
  '%s is a path',
  (text) => {
    expect(parseGitContext(text, env)).toBeUndefined();
  },
);

test.each([
  {
    text: 'https://github.com/acme/other.git#v1:docker',
    problem: {
      text: 'the repository "github.com/acme/other" is not that of this job',
      hint: 'Check it out with actions/checkout (repository: acme/other, path: context), and use context: context/docker.',
    },
  },
  {
    text: 'https://gitlab.com/acme/app.git',
    problem: {
      text: 'the repository "gitlab.com/acme/app" is not that of this job',
      hint: 'Check it out with actions/checkout (repository: acme/app, path: context), and use context: context.',
    },
  },
  {
    text: `${url}#v2:docker`,
    problem: {
      text: 'the ref "v2" is not that of this job',
      hint: 'Check it out with actions/checkout (ref: v2), and use context: ./docker.',
    },
  },
  {
    text: 'https://example.com/context.tar.gz',
    problem: {
      text: 'a URL that is not a Git repository is not supported',
      hint: 'Download the context in a step before this one, and set this input to its path.',
    },
  },
  {
    text: '{{defaultContext}}:../x',
    problem: { text: 'the directory "../x" is outside of the repository', hint: 'Remove "..".' },
  },
])('refuses $text', ({ text, problem }) => {
  expect(problemsOf(() => parseGitContext(text, env))).toEqual([problem]);
});

test.each([
  { name: 'without a context', given: {}, source: { path: '.', withoutGit: true } },
  { name: 'with a path', given: { context: '.' }, source: { path: '.' } },
  {
    name: 'with the default context of Docker',
    given: { context: '{{defaultContext}}:a' },
    source: { path: 'a', withoutGit: true },
  },
  { name: 'with keep-git-dir', given: { 'keep-git-dir': 'true' }, source: { path: '.' } },
  {
    name: 'with the build argument of Docker',
    given: { 'build-args': 'BUILDKIT_CONTEXT_KEEP_GIT_DIR=1' },
    source: { path: '.' },
  },
])('.git is not sent from a Git context: $name', ({ given, source }) => {
  expect(parse(given).source).toEqual({ kind: 'context', ...source });
});

test.each([
  { given: { context: '{{defaultContext}}:a', file: 'x/Dockerfile' }, file: 'a/x/Dockerfile' },
  { given: { context: '{{defaultContext}}:a', file: './Dockerfile' }, file: 'a/Dockerfile' },
  { given: { context: '{{defaultContext}}', file: 'x/Dockerfile' }, file: 'x/Dockerfile' },
  { given: { context: 'a', file: 'x/Dockerfile' }, file: 'x/Dockerfile' },
])('the Dockerfile of a Git context is relative to it: $given', ({ given, file }) => {
  expect(parse(given).file).toBe(file);
});
