import { expect, test } from '@jest/globals';
import { maskForms } from '../../src/text/mask.ts';

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
