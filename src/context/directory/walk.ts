import { BuildError, describeError, errorCode } from '../../errors.ts';
import type { FileStat, Workspace } from '../../ports.ts';
import { followGitLinks, isConfigName, type GitConfigTest } from '../git/config-names.ts';
import { Turns } from '../../time/turns.ts';
import type { IgnoreRules, ParentMatches } from '../ignore/rules.ts';
import type { ContextEntry } from '../tar/entry.ts';

/** The contents of a directory after the ignore rules are applied. */
export interface ContextTree {
  /** Parents before children, names in byte order. An excluded directory is included if something below it is sent. */
  readonly entries: readonly ContextEntry[];
  /** The number of excluded files, links and directories, without those below an excluded directory. */
  readonly ignored: number;
  /** Also true for hard links to a git configuration, because the content is sent with the first name. */
  readonly isGitConfig: GitConfigTest;
  readonly warnings: readonly string[];
}

/**
 * Lists the entries of a directory that Docker would send. Links are not followed.
 * @param signal ends the walk.
 * @throws BuildError('context'), or the signal's reason.
 */
export async function walkContext(
  directory: string,
  rules: IgnoreRules,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<ContextTree> {
  const walk = new Walk(directory, rules, workspace);
  try {
    await walk.run(new Turns(signal));
  } catch (error) {
    if (error instanceof BuildError || signal.aborted) throw error;
    throw new BuildError('context', `reading the context failed: ${describeError(error)}`, {
      hint: 'Nothing may change the context while it is packed; files that cannot be read belong into .dockerignore.',
      cause: error,
    });
  }
  return walk.tree();
}

/** Shared by all entries, because a context can have hundreds of thousands. */
const directoryContent = { kind: 'directory' } as const;
const fileContent = { kind: 'file' } as const;

/** A directory that the walk is in. */
interface Level {
  readonly directory: string;
  /** Empty, or the name of the directory with a slash. */
  readonly prefix: string;
  readonly matches: ParentMatches | undefined;
  readonly bases: Iterator<string>;
}

/** The number of names in a warning. Further ones are only counted. */
const namedInWarning = 3;

class Walk {
  readonly #root: string;
  readonly #rules: IgnoreRules;
  readonly #workspace: Workspace;
  readonly #entries: ContextEntry[] = [];
  /** First name of every file with several hard links, by device and inode. */
  readonly #linked = new Map<string, string>();
  /** Files with several hard links whose name can be that of a git configuration. Includes excluded ones. */
  readonly #manyNamed: { readonly name: string; readonly identity: string }[] = [];
  /** Includes excluded ones, because their targets can be sent. */
  readonly #symlinks: string[] = [];
  /** Excluded parent directories of the current one. They become entries when something below them is sent. */
  readonly #pending: ContextEntry[] = [];
  readonly #special: string[] = [];
  readonly #whiteouts: string[] = [];
  readonly #loops: string[] = [];
  #ignored = 0;

  constructor(root: string, rules: IgnoreRules, workspace: Workspace) {
    this.#root = root;
    this.#rules = rules;
    this.#workspace = workspace;
  }

  tree(): ContextTree {
    const warnings = [
      ...warnOfNames({ special: this.#special, whiteouts: this.#whiteouts }),
      ...warnAbout(
        this.#loops,
        'symbolic links that cannot be resolved; when kaniko copies one, it silently omits the files after it from the image',
      ),
    ];
    return {
      entries: this.#entries,
      ignored: this.#ignored,
      isGitConfig: this.#findGitConfigs(),
      warnings,
    };
  }

  /** Without recursion: a tree can be deeper than the stack. */
  async run(turns: Turns): Promise<void> {
    const levels = [this.#enter(this.#root, '', undefined)];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const turn = turns.take();
      if (turn !== undefined) await turn;
      const next = level.bases.next();
      if (next.done !== true) {
        const below = this.#visit(next.value, level);
        if (below !== undefined) levels.push(below);
      } else {
        levels.pop();
        if (`${this.#pending.at(-1)?.name ?? ''}/` === level.prefix) this.#pending.pop();
      }
    }
  }

  #enter(directory: string, prefix: string, matches: ParentMatches | undefined): Level {
    return { directory, prefix, matches, bases: this.#workspace.names(directory).values() };
  }

  /** @returns the level of a directory that must be read. */
  #visit(base: string, { directory, prefix, matches: parent }: Level): Level | undefined {
    const name = prefix + base;
    const path = `${directory}/${base}`;
    const stat = this.#workspace.stat(path);
    const { excluded, matches } = this.#rules.test(name, parent);
    if (excluded) this.#ignored += 1;
    if (stat === undefined) {
      // An excluded name needs no metadata, unless it can be a directory with entries that are sent.
      if (excluded && !this.#rules.canKeepBelow(name, matches)) return undefined;
      throw unreadableName(base, prefix);
    }
    if (!excluded && isWhiteout(base)) this.#whiteouts.push(name);
    if (stat.links > 1 && stat.kind === 'file' && isConfigName(base)) {
      this.#manyNamed.push({ name, identity: identityOf(stat) });
    }
    if (stat.kind === 'symlink') this.#symlinks.push(name);
    if (stat.kind === 'directory') {
      if (excluded && !this.#rules.canKeepBelow(name, matches)) return undefined;
      this.#pending.push({ name, stat, content: directoryContent });
      if (!excluded) this.#flushPending();
      return this.#enter(path, `${name}/`, matches);
    }
    if (!excluded) this.#leaf({ name, path, stat });
    return undefined;
  }

  #leaf(place: { name: string; path: string; stat: FileStat }): void {
    const { name, path, stat } = place;
    if (stat.kind === 'other') {
      this.#special.push(name);
      return;
    }
    this.#flushPending();
    if (stat.kind === 'symlink') {
      const target = this.#workspace.readLink(path);
      if (target.includes('\uFFFD')) throw unreadableTarget(name);
      if (isLoop(path, this.#workspace)) this.#loops.push(name);
      this.#entries.push({ name, stat, content: { kind: 'symlink', target } });
      return;
    }
    const first = stat.links > 1 ? this.#firstName(name, stat) : undefined;
    const content = first === undefined ? fileContent : ({ kind: 'link', target: first } as const);
    this.#entries.push({ name, stat, content });
  }

  #firstName(name: string, stat: FileStat): string | undefined {
    const identity = identityOf(stat);
    const first = this.#linked.get(identity);
    if (first === undefined) this.#linked.set(identity, name);
    return first;
  }

  #findGitConfigs(): GitConfigTest {
    const manyNamed = [...this.#manyNamed];
    const isGitConfig = followGitLinks(this.#symlinks, (link) => {
      const place = this.#placeOf(link);
      if (place !== undefined && place.stat.links > 1) {
        manyNamed.push({ name: place.name, identity: identityOf(place.stat) });
      }
      return place?.name;
    });
    const firstNames = new Set<string>();
    for (const { name, identity } of manyNamed) {
      const first = this.#linked.get(identity);
      if (first !== undefined && isGitConfig(name)) firstNames.add(first);
    }
    return (name) => isGitConfig(name) || firstNames.has(name);
  }

  /** The target of a link, if it is in the context. */
  #placeOf(link: string): { readonly name: string; readonly stat: FileStat } | undefined {
    try {
      const path = this.#workspace.realpath(`${this.#root}/${link}`);
      const stat = this.#workspace.stat(path);
      if (stat === undefined || !path.startsWith(`${this.#root}/`)) return undefined;
      return { name: path.slice(this.#root.length + 1), stat };
    } catch {
      return undefined;
    }
  }

  #flushPending(): void {
    this.#entries.push(...this.#pending.splice(0));
  }
}

/** True for circular links and for links through a file as if it were a directory. False for targets that do not exist. */
function isLoop(path: string, workspace: Workspace): boolean {
  try {
    workspace.realpath(path);
    return false;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ELOOP' || code === 'ENOTDIR';
  }
}

function identityOf({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}

function unreadableName(base: string, prefix: string): BuildError {
  const isForeign = base.includes('\uFFFD');
  return new BuildError(
    'context',
    isForeign
      ? `the context has a name that is not UTF-8 in ${prefix === '' ? 'its top directory' : prefix}: ${base}`
      : `${prefix}${base} was removed while the context was read`,
    {
      hint: isForeign
        ? 'Rename the file, or exclude it with .dockerignore.'
        : 'Nothing may change the context while it is packed.',
    },
  );
}

function unreadableTarget(name: string): BuildError {
  return new BuildError('context', `the target of the link ${name} is not UTF-8`, {
    hint: 'Rename the target, or exclude the link with .dockerignore.',
  });
}

/** True for names that mark a deleted file in an image layer (OCI image specification, whiteouts). */
export function isWhiteout(name: string): boolean {
  return /(?:^|\/)\.wh\.[^/]*$/.test(name);
}

/** Warnings about entries that are not sent, or that builders do not treat as files. */
export function warnOfNames(names: {
  readonly special: readonly string[];
  readonly whiteouts: readonly string[];
}): readonly string[] {
  return [
    ...warnAbout(names.special, 'sockets, FIFOs or devices, which are not sent'),
    ...warnAbout(
      names.whiteouts,
      'named like the whiteout files of image layers, which many builders treat as deletions',
    ),
  ];
}

/** One warning for all names; empty without names. */
function warnAbout(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, namedInWarning).join(', ');
  const more = names.length - namedInWarning;
  const list = more > 0 ? `${shown} and ${more} more` : shown;
  return [`${list}: ${what}`];
}
