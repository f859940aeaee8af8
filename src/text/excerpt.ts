/** A message quotes at most this many characters of another program or server, whose texts can have any length. */
const longestQuote = 2_000;

/**
 * The text, or its beginning with `…` if it is longer. A character that needs two code units is never cut in half.
 * @param longest in UTF-16 code units, without the `…`.
 */
export function excerpt(text: string, longest: number = longestQuote): string {
  if (text.length <= longest) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(longest - 1));
  return `${text.slice(0, isSplit ? longest - 1 : longest)}…`;
}
