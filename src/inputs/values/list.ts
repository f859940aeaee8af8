import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInput, invalid, type Problem } from '../../text/problem.ts';

/** One element of a list input. */
export interface Item {
  /** Trimmed, never empty. */
  readonly text: string;
  /** Line of the input on which the element begins, from 1. */
  readonly line: number;
}

/** `csv`: elements are separated by commas and newlines; `lines`: by newlines only, commas belong to the value. */
export type ListKind = 'csv' | 'lines';

interface RawRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

/** An environment variable cannot hold it, so it never separates anything. */
const noDelimiter = '\0';

/**
 * Splits a list input as docker/build-push-action does (csv-parse behind the same options): an element in double quotes
 * may hold newlines and, in `csv`, commas; `""` inside is one quote. Blank lines and full-line comments (`#`, indented
 * too) are dropped.
 * @throws InvalidInput for a quote that is never closed, with the line and column where it opens.
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
      ? openQuote(text, lastLine, delimiter)
      : invalid(error.message);
  }
  return items;
}

/**
 * Reads every element and keeps all failures, each with its line.
 * @throws InvalidInput that holds them.
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
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return values;
}

function isRawRecord(record: unknown): record is RawRecord {
  return typeof record === 'object' && record !== null && 'record' in record && 'raw' in record;
}

function toItems({ record, raw }: RawRecord, lastLine: number): Item[] {
  // csv-parse knows only comments that begin in the first column.
  const lastText =
    raw
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? '';
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
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** csv-parse reports the last line of the text; the user needs the place where the quote opens. */
function openQuote(text: string, lastLine: number, delimiter: string): InvalidInput {
  const lines = text.split(/\r\n|\n|\r/);
  let index = lastLine;
  while (index < lines.length - 1 && isBlankOrComment(lines[index] ?? '')) index += 1;
  const position = findOpenQuote(lines.slice(index).join('\n'), delimiter);
  return new InvalidInput([
    {
      line: index + 1 + position.line,
      text: `the quote opened at column ${position.column} is never closed`,
      hint: 'Close it, or write the quote twice and put the whole element in quotes.',
    },
  ]);
}

function isBlankOrComment(line: string): boolean {
  return line === '' || line.startsWith('#');
}

/** Walks the fields of the record that cannot be finished, up to the quoted one without an end. */
function findOpenQuote(record: string, delimiter: string): { line: number; column: number } {
  let start = 0;
  for (;;) {
    const end = record[start] === '"' ? findClosingQuote(record, start) : start;
    const next = end === undefined ? -1 : findSeparator(record, end, delimiter);
    if (next === -1) break;
    start = next + 1;
  }
  const before = record.slice(0, start);
  return { line: countBreaks(before), column: start - before.lastIndexOf('\n') };
}

function findClosingQuote(record: string, start: number): number | undefined {
  for (let index = start + 1; index < record.length; index += 1) {
    if (record[index] !== '"') continue;
    if (record[index + 1] !== '"') return index;
    index += 1;
  }
  return undefined;
}

function findSeparator(record: string, start: number, delimiter: string): number {
  for (let index = start; index < record.length; index += 1) {
    if (record[index] === delimiter || record[index] === '\n') return index;
  }
  return -1;
}
