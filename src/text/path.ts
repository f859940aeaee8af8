/** As Go's filepath.Clean: removes empty and `.` segments, and resolves `..` where a segment precedes it. */
export function cleanPath(path: string): string {
  const isAbsolute = path.startsWith('/');
  const out: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') out.push(segment);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (!isAbsolute) out.push('..');
  }
  const joined = out.join('/');
  if (isAbsolute) return `/${joined}`;
  return joined === '' ? '.' : joined;
}
