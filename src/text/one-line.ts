import { excerpt } from './excerpt.ts';

/**
 * A text of another program or server as a part of a message: one line without control characters, cut as by `excerpt`.
 * @param longest in UTF-16 code units.
 */
export function oneLine(text: string, longest?: number): string {
  return excerpt(text, longest)
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD');
}
