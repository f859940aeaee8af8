import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { attacks } from '../../attack/attacks.ts';

const root = join(import.meta.dirname, '..', '..');

/** A test that docs/security.md names for a guard. */
interface Proof {
  readonly line: string;
  /** A path, or `attack`. */
  readonly place: string;
  readonly title: string;
}

/** The last cell of each row: places in code, each followed by a title, separated by `<br>`. */
function proofsOf(page: string): Proof[] {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:-+ \||Attack )/.test(line));
  return rows.flatMap((line) => {
    const cell = line.replace(/ *\|$/, '').replace(/^.*(?<!\\)\| /, '');
    return cell.split('<br>').map((text) => {
      const [, place = '', title = ''] = /^`([^`]+)` (.+)$/.exec(text.trim()) ?? [];
      return { line, place, title: title.trim() };
    });
  });
}

function exists({ place, title }: Proof): boolean {
  if (place === 'attack') return attacks.some(({ name }) => name === title);
  const path = join(root, place);
  return existsSync(path) && readFileSync(path, 'utf8').includes(title);
}

test('docs/security.md names an existing test for each guard', () => {
  const proofs = proofsOf(readFileSync(join(root, 'docs', 'security.md'), 'utf8'));
  expect(proofs.length).toBeGreaterThan(10);
  const missing = proofs.filter((proof) => proof.title === '' || !exists(proof));
  expect(missing).toEqual([]);
});
