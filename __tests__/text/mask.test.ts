import { expect, test } from '@jest/globals';
import { lastLine, maskForms } from '../../src/text/mask.ts';

test('maskForms decodes the base64 of text', () => {
  expect(maskForms([Buffer.from('user:hunter22').toString('base64')])).toEqual([
    'dXNlcjpodW50ZXIyMg==',
    'ZFhObGNqcG9kVzUwWlhJeU1nPT0=',
    'dXNlcjpodW50ZXIyMg%3D%3D',
    'user:hunter22',
    'user%3Ahunter22',
  ]);
});

test('maskForms has each form once, and none of five characters', () => {
  expect(maskForms(['secret', 'secret', 'short'])).toEqual(['secret', 'c2VjcmV0', 'c2hvcnQ=']);
});

test.each([
  { name: 'is trimmed', stderr: 'trace\n  it failed \n\n', expected: 'it failed' },
  { name: 'has no secrets', stderr: 'bad secret secret-2', expected: 'bad *** ***' },
  { name: 'is cut', stderr: 'x'.repeat(300), expected: `${'x'.repeat(200)}…` },
  { name: 'is empty without output', stderr: '\n', expected: '' },
])('the last line $name', ({ stderr, expected }) => {
  expect(lastLine(stderr, ['secret', 'secret-2'])).toBe(expected);
});
