/**
 * Lines as git reads them, with their ends: a backslash at the end of a line continues it on the next one. Each character is
 * read once.
 */
export function continuedLines(text: string): readonly string[] {
  const joined: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let next = 0; next < text.length;) {
    const newline = text.indexOf('\n', next);
    const end = newline < 0 ? text.length : newline + 1;
    const continued = readLine(text, next, end, isQuoted);
    next = end;
    if (continued !== undefined) ({ isQuoted } = continued);
    else {
      joined.push(text.slice(start, end));
      start = end;
      isQuoted = false;
    }
  }
  if (start < text.length) joined.push(text.slice(start));
  return joined;
}

/**
 * Reads the line from `start` to `end`.
 * @param wasQuoted whether a quote of the line that it continues is open.
 * @returns undefined unless the line ends with a backslash that is neither escaped nor in a comment.
 */
function readLine(
  text: string,
  start: number,
  end: number,
  wasQuoted: boolean,
): { readonly isQuoted: boolean } | undefined {
  if (text[end - 1] !== '\n') return undefined;
  const last = end - (text[end - 2] === '\r' ? 3 : 2);
  let isQuoted = wasQuoted;
  for (let index = start; index <= last; index += 1) {
    const character = text[index];
    if (character === '\\') {
      if (index === last) return { isQuoted };
      index += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '#' || character === ';')) return undefined;
  }
  return undefined;
}
