import { expect, test } from '@jest/globals';
import {
  defaultBranchOf,
  parseGitContext,
  type JobFacts,
} from '../../../src/inputs/docker/git-context.ts';
import { parseInputs } from '../../../src/inputs/parse.ts';
import { parse, rawInputs } from '../../support/inputs.ts';
import { problemsOf } from '../../support/problems.ts';

const environment: Readonly<Record<string, string>> = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'Acme/App',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
};
const job: JobFacts = {
  env: (name) => environment[name],
  defaultBranch: () => 'main',
};
const url = 'https://github.com/acme/app.git';

test.each([
  { text: '{{defaultContext}}', path: '.' },
  { text: '{{defaultContext}}:5.6', path: '5.6' },
  { text: '{{defaultContext}}:/a/b/', path: 'a/b' },
  { text: '{{defaultContext}}:', path: '.' },
  { text: '{{ defaultContext }}', path: '.' },
  { text: '{{ defaultContext }}:docker', path: 'docker' },
  { text: '{{{defaultContext}}}:docker', path: 'docker' },
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
  expect(parseGitContext(text, job)).toEqual({ path });
});

test.each(['.', 'docker', './github.com/acme/app', '/srv/app', 'app.git', 'a#b', '../x', 'a:b'])(
  '%s is a path',
  (text) => {
    expect(parseGitContext(text, job)).toBeUndefined();
  },
);

test.each([
  {
    text: 'https://github.com/acme/other.git#v1:docker',
    problem: {
      text: 'the repository "github.com/acme/other" is not that of this job',
      hint: 'Check it out with actions/checkout (repository: acme/other, path: context), and set this input to "context/docker".',
    },
  },
  {
    text: 'https://gitlab.com/acme/app.git',
    problem: {
      text: 'the repository "gitlab.com/acme/app" is not that of this job',
      hint: 'Check it out with actions/checkout (repository: acme/app, path: context), and set this input to "context".',
    },
  },
  {
    text: `${url}#v2:docker`,
    problem: {
      text: 'the ref "v2" is not that of this job',
      hint: 'Check it out with actions/checkout (ref: v2), and set this input to "./docker".',
    },
  },
  {
    text: `${url}#v2`,
    problem: {
      text: 'the ref "v2" is not that of this job',
      hint: 'Check it out with actions/checkout (ref: v2), and set this input to ".".',
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
  expect(problemsOf(() => parseGitContext(text, job))).toEqual([problem]);
});

const otherRefs: readonly { name: string; ref: string | undefined; branch: string | undefined }[] =
  [
    { name: 'of a pull request', ref: 'refs/pull/7/merge', branch: 'main' },
    { name: 'of another branch', ref: 'refs/heads/next', branch: 'main' },
    { name: 'of a tag with the name of the branch', ref: 'refs/tags/main', branch: 'main' },
    { name: 'without a known default branch', ref: 'refs/heads/main', branch: undefined },
    { name: 'without a ref', ref: undefined, branch: 'main' },
  ];

test.each(
  otherRefs.flatMap(({ name, ref, branch }) =>
    [
      { text: url, path: '.' },
      { text: `${url}#`, path: '.' },
      { text: `${url}#:docker`, path: 'docker' },
      { text: 'git@github.com:acme/app.git', path: '.' },
      { text: 'ssh://git@github.com/acme/app.git', path: '.' },
      { text: 'github.com/acme/app', path: '.' },
    ].map((each) => ({ name, ref, branch, ...each })),
  ),
)('$text in a job $name is the checkout, with a warning', ({ text, path, ref, branch }) => {
  const facts: JobFacts = {
    env: (name) => (name === 'GITHUB_REF' ? ref : environment[name]),
    defaultBranch: () => branch,
  };
  expect(parseGitContext(text, facts)).toEqual({
    path,
    warning: {
      text: `the URL has no ref, for which Docker builds the default branch, and this step the checkout of the job${ref === undefined ? '' : ` (${ref})`}`,
      hint: 'Use {{defaultContext}} for the checkout, or add the ref after "#".',
    },
  });
  // With a ref there is nothing to warn of.
  expect(parseGitContext(`${url}#${'a'.repeat(40)}`, facts)).toEqual({ path: '.' });
  expect(parseGitContext('{{defaultContext}}', facts)).toEqual({ path: '.' });
});

test.each([
  { event: '{"repository":{"default_branch":"trunk"}}', branch: 'trunk' },
  { event: '{"repository":{}}', branch: undefined },
  { event: '{"repository":null}', branch: undefined },
  { event: '{"repository":{"default_branch":7}}', branch: undefined },
  { event: '[]', branch: undefined },
  { event: 'no JSON', branch: undefined },
])('the default branch of the event $event is $branch', ({ event, branch }) => {
  expect(defaultBranchOf(event)).toBe(branch);
});

test.each([
  { name: 'with the event', event: '{"repository":{"default_branch":"main"}}', warnings: [] },
  { name: 'without its file', event: undefined, warnings: [expect.stringContaining('context')] },
])('a URL is compared with the default branch of the job: $name', ({ event, warnings }) => {
  const variables = { ...environment, GITHUB_EVENT_PATH: '/event.json' };
  const inputs = parseInputs({
    ...rawInputs({ context: 'https://user:token@github.com/acme/app.git' }),
    env: (name) => Object.entries(variables).find(([key]) => key === name)?.[1],
    readText: (path) => (path === '/event.json' ? event : undefined),
  });
  expect(inputs.warnings).toEqual(warnings);
  expect(inputs.warnings.join('')).not.toContain('token');
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
