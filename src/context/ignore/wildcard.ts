/** Characters that make a glob more than text and stars. A byte order mark has a special meaning at the start of a glob. */
const needsExpression = /\*\*|[?[\]\\^|{}\uFEFF]/;

/**
 * A test for the most frequent kind of glob: text and `*`, with an optional `**` at its start. It matches like the regular
 * expression of `translateGlob`, without the cost of one. It searches for the text between the stars once and from left to
 * right, so its time is linear in the length of the path.
 * @returns undefined for other globs.
 */
export function wildcardTest(glob: string): ((path: string) => boolean) | undefined {
  const rest = glob.replace(/^\*\*\/?/, '');
  if (needsExpression.test(rest)) return undefined;
  const [head = '', ...others] = rest.split('*');
  const tail = others.pop();
  if (tail === undefined) return undefined;
  const shape = { head, middle: others, tail };
  if (rest === glob) return (path) => matchesFrom(0, path, shape);
  const slashes = rest.split('/').length - 1;
  return (path) => {
    if (!path.endsWith(tail)) return false;
    const start = lastSegments(path, slashes + 1);
    return start !== undefined && matchesFrom(start, path, shape);
  };
}

/** The text of a glob around its stars. */
interface Shape {
  readonly head: string;
  readonly middle: readonly string[];
  readonly tail: string;
}

/**
 * Whether the path from `start` on is the text of the glob, with anything but slashes at the stars. The first place of each
 * part is the right one: a later place leaves less of the path for the parts after it.
 */
function matchesFrom(start: number, path: string, { head, middle, tail }: Shape): boolean {
  if (!path.endsWith(tail) || !path.startsWith(head, start)) return false;
  let position = start + head.length;
  for (const part of middle) {
    const found = path.indexOf(part, position);
    if (found < 0 || hasSlash(path, position, found)) return false;
    position = found + part.length;
  }
  const end = path.length - tail.length;
  return position <= end && !hasSlash(path, position, end);
}

function hasSlash(path: string, start: number, end: number): boolean {
  const slash = path.indexOf('/', start);
  return slash >= 0 && slash < end;
}

/**
 * Index at which the last segments of a path start.
 * @returns undefined if the path has fewer segments, or if a line feed comes before them: `.*` in Go does not match one.
 */
function lastSegments(path: string, count: number): number | undefined {
  let start = path.length + 1;
  for (let segments = 0; segments < count; segments += 1) {
    if (start === 0) return undefined;
    start = path.lastIndexOf('/', start - 2) + 1;
  }
  return path.slice(0, start).includes('\n') ? undefined : start;
}
