// The verdicts of our code on a case: of the rules, and of a walk that skips excluded directories.
import { walkContext } from '../src/context/directory/walk.ts';
import { IgnoreRules, type ParentMatches } from '../src/context/ignore/rules.ts';
import { BuildError } from '../src/errors.ts';
import type { FileStat, Workspace } from '../src/ports.ts';
import type { IgnoreCase } from './draw.ts';
import type { Verdict } from './program.ts';

/** The verdict of the rules for every path, from the result of its directory. */
export async function ourVerdict({ ignore, paths }: IgnoreCase): Promise<Verdict> {
  try {
    const rules = await IgnoreRules.read(ignore, '.dockerignore');
    const known = new Map<string, ParentMatches>();
    const excluded = paths.map((path) => {
      const result = rules.test(path, known.get(parentOf(path)));
      known.set(path, result.matches);
      return result.excluded;
    });
    return { excluded };
  } catch (error) {
    if (error instanceof BuildError) return { error: error.message };
    throw error;
  }
}

/** Names that the walk sends, and the number of directories that it did not read. */
export async function ourWalk({ ignore, paths }: IgnoreCase): Promise<{
  readonly names: readonly string[];
  readonly unread: number;
}> {
  const files = new PathsWorkspace(paths);
  const rules = await IgnoreRules.read(ignore, '.dockerignore');
  const { entries } = await walkContext('', rules, files, new AbortController().signal);
  return { names: entries.map(({ name }) => name), unread: files.unread };
}

/** The names that must be sent according to Docker: those that are not excluded, and their parent directories. */
export function keptNames(
  paths: readonly string[],
  excluded: readonly boolean[],
): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const [index, path] of paths.entries()) {
    if (excluded[index] === true) continue;
    for (let name = path; name !== ''; name = parentOf(name)) kept.add(name);
  }
  return kept;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A tree of paths; those with other paths below them are directories. */
class PathsWorkspace implements Workspace {
  readonly #children = new Map<string, string[]>([['', []]]);
  readonly #read = new Set<string>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const parent = parentOf(path);
      this.#children.set(parent, [
        ...(this.#children.get(parent) ?? []),
        path.slice(parent === '' ? 0 : parent.length + 1),
      ]);
    }
  }

  get unread(): number {
    return this.#children.size - this.#read.size;
  }

  readonly names = (path: string): readonly string[] => {
    this.#read.add(path.slice(1));
    return this.#children.get(path.slice(1)) ?? [];
  };

  readonly stat = (path: string): FileStat => ({
    kind: this.#children.has(path.slice(1)) ? 'directory' : 'file',
    sizeBytes: 0,
    mode: 0o644,
    mtimeMs: 0,
    device: 1,
    inode: 1,
    links: 1,
  });

  readonly resolve = unused;
  readonly realpath = unused;
  readonly readLink = unused;
  readonly open = unused;
}

function unused(): never {
  throw new Error('the walk must not read files');
}
