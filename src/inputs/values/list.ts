import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInput, invalid, type Problem } from '../../text/problem.ts';

/** One element of a list input. */
export interface Item {
  /** Trimmed, never empty. */
  readonly text: string;
  /** Line of the input on which the element begins, from 1. */
  readonly line: number;
}

/** `csv`: elements are separated by commas and newlines; `lines`: by newlines, and commas are part of an element. */
export type ListKind = 'csv' | 'lines';

interface RawRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

/** The runner passes inputs in environment variables, which cannot contain this character. */
const noDelimiter = '\0';
const lineBreak = /\r\n|\n|\r/;

/**
 * Splits a list input as docker/build-push-action does (csv-parse with the same options): an element in double quotes may
 * contain newlines and, in `csv`, commas; `""` in it is one quote. Blank lines and lines that begin with `#`, also after
 * white space, are dropped.
 * @throws InvalidInput for a double quote that is not closed, with the line of its record.
 */
export function parseList(text: string, kind: ListKind): readonly Item[] {
  const delimiter = kind === 'csv' ? ',' : noDelimiter;
  const items: Item[] = [];
  let lastLine = 0;
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      comment: '#',
      comment_no_infix: true,
      raw: true,
      on_record: (record: unknown, { lines }) => {
        lastLine = lines;
        if (isRawRecord(record)) items.push(...toItems(record, lines));
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? notClosed(text, lastLine)
      : invalid(error.message);
  }
  return items;
}

/** The problems of so many elements are enough for one message. */
const mostProblems = 20;

/**
 * Parses every element.
 * @throws InvalidInput with the problems of the elements, each with the line of its element; of the first twenty if there are
 * more.
 */
export function parseItems<T>(items: readonly Item[], parseItem: (text: string) => T): T[] {
  const problems: Problem[] = [];
  const values: T[] = [];
  for (const { text, line } of items) {
    try {
      values.push(parseItem(text));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems.map((problem) => ({ line, ...problem })));
      if (problems.length >= mostProblems) break;
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return values;
}

function isRawRecord(record: unknown): record is RawRecord {
  return typeof record === 'object' && record !== null && 'record' in record && 'raw' in record;
}

function toItems({ record, raw }: RawRecord, lastLine: number): Item[] {
  // csv-parse recognises a comment only in the first column; one after white space arrives as a record.
  const lastText = raw.trimEnd().split(lineBreak).at(-1) ?? '';
  const breaks = countBreaks(record.join(''));
  if (breaks === 0 && lastText.trimStart().startsWith('#')) return [];
  let line = lastLine - breaks;
  const items: Item[] = [];
  for (const field of record) {
    const text = field.trim();
    if (text !== '') items.push({ text, line });
    line += countBreaks(field);
  }
  return items;
}

function countBreaks(text: string): number {
  return text.split(lineBreak).length - 1;
}

/**
 * csv-parse reports the last line of the text. The quote opens in the first line after the complete records that is not
 * blank and not a comment.
 * @param lastLine last line of the complete records.
 */
function notClosed(text: string, lastLine: number): InvalidInput {
  const rest = text.split(lineBreak).slice(lastLine);
  const skipped = rest.findIndex((line) => line !== '' && !line.startsWith('#'));
  return new InvalidInput([
    {
      line: lastLine + skipped + 1,
      text: 'a double quote is not closed',
      hint: 'Close it, or write a literal quote as "" in an element that is enclosed in double quotes.',
    },
  ]);
}
