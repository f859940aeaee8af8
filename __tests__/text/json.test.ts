import { expect, test } from '@jest/globals';
import { field, fieldsOf, itemsOf, listOf, parseJson, text } from '../../src/text/json.ts';

test.each([undefined, null, 'text', 7, ['item']])('%j is read as an empty mapping', (value) => {
  expect(fieldsOf(value)).toEqual({});
  expect(field(value, 'name')).toBeUndefined();
});

test.each([undefined, null, 'text', { 0: 'item' }])('%j is read as an empty list', (value) => {
  expect(itemsOf(value)).toEqual([]);
  expect(listOf(value)).toEqual([]);
});

test('a value of the requested type is returned unchanged', () => {
  expect(field({ name: 'x' }, 'name')).toBe('x');
  expect(itemsOf([1, { a: 1 }, null])).toEqual([1, { a: 1 }, null]);
  expect(listOf([1, { a: 1 }, null, ['b']])).toEqual([{ a: 1 }]);
  expect(text('x')).toBe('x');
  expect(text(7)).toBeUndefined();
});

test('parseJson returns undefined for a text that is not JSON', () => {
  expect(parseJson('{"a": 1}')).toEqual({ a: 1 });
  expect(parseJson('{"a": ')).toBeUndefined();
});
