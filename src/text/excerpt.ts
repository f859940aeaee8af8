/** What others say can be of any length; a sentence that has it in it should stay one. */
const longestWords = 2_000;

/** The text, or its beginning if it is longer than that; a cut is marked and leaves no half of a character. */
export function excerpt(text: string, longest: number = longestWords): string {
  if (text.length <= longest) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(longest - 1));
  return `${text.slice(0, isSplit ? longest - 1 : longest)}…`;
}
