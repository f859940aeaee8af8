/** A change of a Dockerfile that keeps the line numbers of everything else. */
export interface LineEdit {
  /** The first line that is replaced, from 1. */
  readonly first: number;
  /** The last one; undefined for the rest of the file. */
  readonly last: number | undefined;
  /** One line, which replaces the first one. The others become empty, those at the end of the file are removed. */
  readonly text: string;
}

const newline = '\n';

/**
 * Replaces lines of a file. All other bytes stay as they are, also those that are not UTF-8.
 * @param edits of different lines, in the order of the file.
 */
export function editLines(file: Buffer, edits: readonly LineEdit[]): Buffer {
  const pieces: Buffer[] = [];
  let line = 1;
  let from = 0;
  for (const { first, last, text } of edits) {
    const start = skipLines(file, from, first - line);
    pieces.push(file.subarray(from, start), Buffer.from(text));
    if (last === undefined) return Buffer.concat(pieces);
    const lines = last - first + 1;
    pieces.push(Buffer.alloc(lines, newline));
    from = skipLines(file, start, lines);
    line = last + 1;
  }
  return Buffer.concat([...pieces, file.subarray(from)]);
}

/** The offset of the line `count` lines after the line at `from`; the length of the file if it has fewer lines. */
function skipLines(file: Buffer, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0; left -= 1) {
    const found = file.indexOf(newline, at);
    if (found === -1) return file.length;
    at = found + 1;
  }
  return at;
}

/** Two lists of edits as one, without those of `others` that are in lines of `edits`. Each list is in the order of the file. */
export function withEdits(
  edits: readonly LineEdit[],
  others: readonly LineEdit[],
): readonly LineEdit[] {
  const all = [...edits, ...others].toSorted((one, other) => one.first - other.first);
  let end = 0;
  return all.filter(({ first, last = Infinity }) => {
    const isFree = first > end;
    if (isFree) end = last;
    return isFree;
  });
}
