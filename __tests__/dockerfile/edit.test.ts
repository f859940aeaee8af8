import { describe, expect, test } from '@jest/globals';
import { editLines, withEdits } from '../../src/dockerfile/edit.ts';

function edited(text: string, ...edits: Parameters<typeof editLines>[1]): string {
  return editLines(Buffer.from(text, 'latin1'), edits).toString('latin1');
}

describe('a Dockerfile with edits', () => {
  test('keeps every other byte, also what is not UTF-8', () => {
    const text = '\xef\xbb\xbfone\r\ntwo \xff\r\nthree\nfour';
    expect(edited(text)).toBe(text);
    expect(edited(text, { first: 3, last: 3, text: 'new' })).toBe(
      '\xef\xbb\xbfone\r\ntwo \xff\r\nnew\nfour',
    );
  });

  test('keeps the numbers of the lines that follow', () => {
    const edits = [
      { first: 1, last: 2, text: 'A' },
      { first: 4, last: 6, text: '' },
    ];
    expect(edited('a\nb\nc\nd\ne\nf\ng\n', ...edits)).toBe('A\n\nc\n\n\n\ng\n');
  });

  test('ends with an edit of the rest', () => {
    const rest = { first: 2, last: undefined, text: 'B' };
    expect(edited('a\nb\nc\n', rest)).toBe('a\nB');
    expect(edited('a\nb', rest)).toBe('a\nB');
    expect(edited('a\nb', { ...rest, text: '' })).toBe('a\n');
  });
});

test('edits in lines that others replace are omitted', () => {
  const edit = (first: number, last?: number) => ({ first, last, text: `${first}` });
  const whole = [edit(3, 5), edit(9)];
  const single = [edit(2, 2), edit(3, 3), edit(5, 5), edit(6, 8), edit(10, 10)];
  expect(withEdits(whole, single)).toEqual([edit(2, 2), edit(3, 5), edit(6, 8), edit(9)]);
  expect(withEdits([], single)).toEqual(single);
});
