/**
 * Finds out whether any of many names begins with a text, each time in logarithmic time.
 * @param listNames is called once, with the first question.
 */
export function prefixesOf(listNames: () => Iterable<string>): (prefix: string) => boolean {
  let sorted: readonly string[] | undefined;
  return (prefix) => {
    sorted ??= [...listNames()].sort();
    return sorted[firstFrom(sorted, prefix)]?.startsWith(prefix) === true;
  };
}

/** The index of the first name that is not less than the text. */
function firstFrom(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
