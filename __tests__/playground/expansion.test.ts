import { expect, test } from '@jest/globals';
import { expand, expandTexts } from '../../playground/cluster/expansion.ts';

const variables = new Map([
  ['VAR_A', 'A'],
  ['VAR_B', 'B'],
  ['VAR_REF', '$(VAR_A)'],
  ['VAR_EMPTY', ''],
]);

// Cases of expand_test.go in Kubernetes, and the borders of the rules.
test.each([
  ['$(VAR_A)_$(VAR_B)', 'A_B'],
  ['$$(VAR_B)_$(VAR_A)', '$(VAR_B)_A'],
  ['f000-$$VAR_A', 'f000-$VAR_A'],
  ['foo\\$(VAR_A)bar', 'foo\\Abar'],
  ['$(VAR_A$(VAR_B))', '$(VAR_A$(VAR_B))'],
  ['%%$(VAR_REF)--$(VAR_REF)%%', '%%$(VAR_A)--$(VAR_A)%%'],
  ['foo$(VAR_EMPTY)bar', 'foobar'],
  ['foo$(VAR_Awhoops!', 'foo$(VAR_Awhoops!'],
  ['f00__(VAR_A)__', 'f00__(VAR_A)__'],
  ['$?_boo_$!', '$?_boo_$!'],
  ['$(VAR_DNE)', '$(VAR_DNE)'],
  ['$(constructor)$(__proto__)', '$(constructor)$(__proto__)'],
  ['$$$$$(VAR_A)', '$$A'],
  ['$$$$(VAR_A)', '$$(VAR_A)'],
  ['$(', '$('],
  ['$()', '$()'],
  ['$', '$'],
  ['$$', '$'],
  ['$é$', '$é$'],
  ['$(VAR_A)$', 'A$'],
])('expands %j to %j', (text, expected) => {
  expect(expand(text, variables)).toBe(expected);
});

test('variables refer to those before them, command and arguments to all', () => {
  const texts = expandTexts({
    name: 'builder',
    image: 'busybox',
    command: ['$(LATE)'],
    args: ['$(EARLY)', '$(MISSING)'],
    env: [
      { name: 'MISSING', valueFrom: { secretKeyRef: { name: 'x', optional: true } } },
      { name: 'EARLY', value: '$(LATE)' },
      { name: 'LATE', value: '<$(EARLY)>' },
    ],
  });
  expect(texts.command).toEqual(['<$(LATE)>']);
  expect(texts.args).toEqual(['$(LATE)', '$(MISSING)']);
  expect([...texts.env]).toEqual([
    ['EARLY', '$(LATE)'],
    ['LATE', '<$(LATE)>'],
  ]);
});
