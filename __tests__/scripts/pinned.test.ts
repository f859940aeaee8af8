import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const own = 'OWNER/kube-build-push@v1 # or the commit of a release';

/** Every `uses:` of the workflows of the project and of the examples that users copy, with its comment. */
const uses = ['.github/workflows', 'examples'].flatMap((directory) =>
  readdirSync(join(root, directory))
    .filter((name) => name.endsWith('.yml'))
    .flatMap((name) =>
      [...readFileSync(join(root, directory, name), 'utf8').matchAll(/^[\s-]*uses:\s*(.+)$/gm)].map(
        ([, action = '']) => ({ place: `${directory}/${name}`, action }),
      ),
    ),
);

test('actions of others are pinned to a commit, with the version in a comment', () => {
  const others = uses.filter(({ action }) => action !== own);
  expect(others.length).toBeGreaterThan(7);
  expect(
    others.filter(({ action }) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
  ).toEqual([]);
});

test('an action has the same commit everywhere', () => {
  const commits = Map.groupBy(uses, ({ action }) => action.replace(/@.*/, ''));
  for (const same of commits.values()) {
    expect(new Set(same.map(({ action }) => action)).size).toBe(1);
  }
});
