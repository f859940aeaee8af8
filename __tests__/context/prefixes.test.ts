import { expect, test } from '@jest/globals';
import { prefixesOf } from '../../src/context/prefixes.ts';
import { Random } from '../../support/random.ts';

test('finds a prefix where a search through all names finds it', () => {
  const random = new Random(1);
  const draw = (): string =>
    Array.from({ length: random.whole(0, 4) }, () =>
      random.pick(['a', 'b', '/', 'é', '\u{1f600}']),
    ).join('');
  let found = 0;
  for (let count = 0; count < 2_000; count += 1) {
    const names = Array.from({ length: random.whole(0, 6) }, draw);
    const prefix = draw();
    const expected = names.some((name) => name.startsWith(prefix));
    expect([names, prefix, prefixesOf(() => names)(prefix)]).toEqual([names, prefix, expected]);
    if (expected) found += 1;
  }
  expect(found).toBeGreaterThan(200);
});

test('lists the names once, with the first question', () => {
  let lists = 0;
  const hasPrefix = prefixesOf(() => {
    lists += 1;
    return ['b', 'a'];
  });
  expect(lists).toBe(0);
  expect([hasPrefix('a'), hasPrefix('b'), hasPrefix('c')]).toEqual([true, true, false]);
  expect(lists).toBe(1);
});
