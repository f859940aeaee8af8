/** The first document of a YAML text, with the lines ahead of it: kubectl ignores all others. Linear in the length of the text. */
export function firstDocument(text: string): string {
  let isOpen = false;
  for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
    if (isOpen && /^(?:---|\.\.\.)(?:\s|$)/.test(line)) return text.slice(0, index);
    // Comments, directives and empty lines are not a document.
    isOpen ||= !/^(?:\s*(?:#.*)?|%.*)$/.test(line);
  }
  return text;
}
