/** True for a source that Go's filepath.Match would not take literally. */
export function isGlob(text: string): boolean {
  return /[*?[\\]/.test(text);
}

/** A pattern of Go's filepath.Match: `*` and `?` stop at slashes. */
export function globPattern(text: string): RegExp {
  const parts = text.match(/\\.|\[\^?(?:\\.|[^\]\\])+\]|[^]/gs) ?? [];
  return new RegExp(`^${parts.map(toRegExp).join('')}$`, 's');
}

function toRegExp(part: string): string {
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 2 && part.startsWith('[')) return part;
  return part.replace(/^\\(?=.)/, '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
