import { expect, test } from '@jest/globals';
import { isGitSecret } from '../../../src/context/git/secret-files.ts';

test.each([
  '.git/FETCH_HEAD',
  'app.git/.git/FETCH_HEAD',
  'app.git/sub/.git/credentials',
  '.git/modules/a\nb/logs/HEAD',
  '.git/logs',
  '.git/logs/HEAD',
  '.git/logs/refs/heads/main',
  '.git/credentials',
  '.git/annex/creds/x',
  '.git/modules/lib/logs/HEAD',
  '.git/modules/a/b/modules/c/FETCH_HEAD',
  '.git/modules/catalogs/logs/HEAD',
  '.git/worktrees/w/logs/HEAD',
  'sub/.git/logs/HEAD',
  'mirror.git/FETCH_HEAD',
  '.git-credentials',
  'home/.git-credentials',
])('withholds %s', (name) => {
  expect(isGitSecret(name)).toBe(true);
});

test.each([
  '.git',
  '.git/config',
  '.git/HEAD',
  '.git/packed-refs',
  '.git/refs/heads/logs/x',
  '.git/refs/heads/credentials',
  '.git/modules/lib/refs/heads/logs/x',
  '.git/modules/catalogs/HEAD',
  '.git/objects/1a/2b',
  '.git/logs.txt',
  '.github/logs/x',
  'logs/HEAD',
  'docs/.git-credentials.md',
])('sends %s', (name) => {
  expect(isGitSecret(name)).toBe(false);
});
