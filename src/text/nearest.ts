/** Longer words are no slips of a name. The time of a comparison is quadratic. */
const longestWord = 200;
/** A hint lists at most so many words. */
const mostListed = 30;

/** The word with the fewest edits, without regard to case; undefined if every word needs more than a third of its length. */
export function findNearest(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const limit = Math.max(1, Math.floor(lower.length / 3));
  let best: { readonly word: string; readonly edits: number } | undefined;
  if (word.length > longestWord) return undefined;
  for (const candidate of words) {
    // So many characters must be inserted or deleted at least.
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const edits = countEdits(lower, candidate.toLowerCase());
    if (edits <= limit && (best === undefined || edits < best.edits))
      best = { word: candidate, edits };
  }
  return best?.word;
}

/** A hint: `Use X.` with the nearest word, or a list of all words if none is near. */
export function suggest(word: string, words: readonly string[]): string {
  const nearest = findNearest(word, words);
  if (nearest !== undefined) return `Use ${nearest}.`;
  if (words.length === 1) return `Use ${words.join('')}.`;
  const more = words.length > mostListed ? [`and ${words.length - mostListed} more`] : [];
  return `Use one of: ${[...words.slice(0, mostListed), ...more].join(', ')}.`;
}

/** Levenshtein distance: the least number of inserted, deleted and replaced characters. */
function countEdits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, charA] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, charB] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (charA === charB ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
