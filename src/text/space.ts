// White space as Go's unicode.IsSpace has it. JavaScript's trim and \s differ: U+0085 is white space only for Go, and
// U+FEFF only for JavaScript.

/** @param character one code unit; white space has no others. */
export function isSpace(character: string): boolean {
  return /[\t-\r \x85\p{Z}]/u.test(character);
}

/** As Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  // A regular expression for the end takes quadratic time.
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return trimSpaceStart(text.slice(0, end));
}

/** As Go's strings.TrimLeftFunc with unicode.IsSpace. */
export function trimSpaceStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charAt(start))) start += 1;
  return text.slice(start);
}
