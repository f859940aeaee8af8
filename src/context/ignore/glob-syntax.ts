/** A pattern that Docker refuses. The message contains the reason without the pattern. */
export class PatternSyntaxError extends Error {}

/**
 * The syntax check of moby/patternmatcher: Go's `filepath.Match(glob, ".")`. Go stops at the first part of the glob that does
 * not match "." and does not see errors after it.
 * @throws PatternSyntaxError
 */
export function checkGlob(glob: string): void {
  let rest = glob;
  let name = '.';
  while (rest !== '') {
    const isStarred = rest.startsWith('*');
    rest = rest.replace(/^\*+/, '');
    const chunk = rest.slice(0, chunkEnd(rest));
    rest = rest.slice(chunk.length);
    if (isStarred && chunk === '') return;
    const isLast = rest === '';
    const starts = isStarred ? [name, ...(name === '' ? [] : [''])] : [name];
    const left = starts
      .map((start) => matchChunk(chunk, start))
      .find((unmatched) => unmatched !== undefined && (!isLast || unmatched === ''));
    if (left === undefined) return;
    name = left;
  }
}

/** Index of the next star that is not in brackets. */
function chunkEnd(text: string): number {
  let isInRange = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '[') isInRange = true;
    else if (character === ']') isInRange = false;
    else if (character === '*' && !isInRange) return index;
  }
  return text.length;
}

/**
 * Matches the start of `name`, which is "." or empty.
 * @returns the rest of the name; undefined if the chunk does not match.
 */
function matchChunk(chunk: string, name: string): string | undefined {
  let left: string | undefined = name;
  let index = 0;
  while (index < chunk.length) {
    if (left === '') left = undefined;
    const character = chunk[index];
    let isMatch: boolean;
    if (character === '[') {
      const found = matchClass(chunk, index + 1);
      index = found.end;
      isMatch = found.isMatch;
    } else {
      if (character === '\\') index += 1;
      if (index >= chunk.length) {
        throw new PatternSyntaxError('trailing backslash at end of pattern');
      }
      isMatch = chunk[index] === '.' || character === '?';
      index += 1;
    }
    if (left !== undefined) left = isMatch ? '' : undefined;
  }
  return left;
}

/** Matches the character class after the bracket at `start - 1` with ".". */
function matchClass(chunk: string, start: number): { isMatch: boolean; end: number } {
  const isNegated = chunk[start] === '^';
  const dot = '.'.charCodeAt(0);
  let index = isNegated ? start + 1 : start;
  let isMatch = false;
  for (let ranges = 0; ; ranges += 1) {
    if (chunk[index] === ']' && ranges > 0) break;
    const low = readClassCharacter(chunk, index);
    const high = chunk[low.end] === '-' ? readClassCharacter(chunk, low.end + 1) : low;
    if (low.code <= dot && dot <= high.code) isMatch = true;
    index = high.end;
  }
  return { isMatch: isMatch !== isNegated, end: index + 1 };
}

function readClassCharacter(chunk: string, start: number): { code: number; end: number } {
  const isEscaped = chunk[start] === '\\';
  const index = isEscaped ? start + 1 : start;
  const code = chunk.codePointAt(index);
  if (code === undefined) throw missingBracket();
  if (!isEscaped && (chunk[index] === '-' || chunk[index] === ']')) {
    const character = chunk[index] ?? '';
    throw new PatternSyntaxError(
      `unexpected ${character} in a character class, write \\${character}`,
    );
  }
  const end = index + (code > 0xffff ? 2 : 1);
  if (end >= chunk.length) throw missingBracket();
  return { code, end };
}

/** Worded as in Go's regular expressions. */
function missingBracket(): PatternSyntaxError {
  return new PatternSyntaxError('missing closing ]');
}
