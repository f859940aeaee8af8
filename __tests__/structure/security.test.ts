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
    .filter((line) => line.startsWith('| ') && !/^\| (?:-+ \||Guarded )/.test(line));
  return rows.flatMap((line) => {
    const cell = line.replace(/ *\|$/, '').replace(/^.*(?<!\\)\| /, '');
    return cell.split('<br>').map((text) => {
      const [, place = '', title = ''] = /^`([^`]+)` (.+)$/.exec(text.trim()) ?? [];
      return { line, place, title: title.trim() };
    });
  });
}

function exists({ place, title }: Proof): boolean {
  if (place === 'attack') return isAttack(title);
  const path = join(root, place);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8').replaceAll("\\'", "'");
  return title.split(' › ').every((part) => source.includes(part));
}

/** `…` at the end stands for the rest of several names. */
function isAttack(title: string): boolean {
  const start = title.endsWith('…') ? title.slice(0, -1).trimEnd() : undefined;
  return attacks.some(({ name }) =>
    start === undefined ? name === title : name.startsWith(start),
  );
}

test('docs/security.md names an existing test for each guard', () => {
  const proofs = proofsOf(readFileSync(join(root, 'docs', 'security.md'), 'utf8'));
  expect(proofs.length).toBeGreaterThan(60);
  const missing = proofs.filter((proof) => proof.title === '' || !exists(proof));
  expect(missing).toEqual([]);
});
