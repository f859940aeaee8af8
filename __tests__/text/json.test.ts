import { expect, test } from '@jest/globals';
import { field, fieldsOf, itemsOf, listOf, parseJson, text } from '../../src/text/json.ts';

test.each([undefined, null, 'text', 7, ['item']])('%j is no mapping', (value) => {
  expect(fieldsOf(value)).toEqual({});
  expect(field(value, 'name')).toBeUndefined();
});

test.each([undefined, null, 'text', { 0: 'item' }])('%j is no list', (value) => {
  expect(itemsOf(value)).toEqual([]);
  expect(listOf(value)).toEqual([]);
});

test('what is of the right kind is read as it is', () => {
  expect(field({ name: 'x' }, 'name')).toBe('x');
  expect(itemsOf([1, { a: 1 }, null])).toEqual([1, { a: 1 }, null]);
  expect(listOf([1, { a: 1 }, null, ['b']])).toEqual([{ a: 1 }]);
  expect(text('words')).toBe('words');
  expect(text(7)).toBeUndefined();
});

test('a text that is no JSON has no value', () => {
  expect(parseJson('{"a": 1}')).toEqual({ a: 1 });
  expect(parseJson('{"a": ')).toBeUndefined();
});
