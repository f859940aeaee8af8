import type { Presence } from '../../dockerfile/check.ts';
import { BuildError } from '../../errors.ts';
import type { Workspace } from '../../ports.ts';
import type { FoundContext } from '../directory/source.ts';
import { isWhiteout, warnOfNames } from '../directory/walk.ts';
import { describeWeight, warnOfBallast, weigh, type ContextWeight } from '../directory/weight.ts';
import { withoutCredentials } from '../git/config.ts';
import { followGitLinks, type GitConfigTest } from '../git/places.ts';
import { addExcludes, type IgnoreRules, type ParentMatches } from '../ignore/rules.ts';
import type { StdinSource, StreamAuth } from '../stdin.ts';
import { archiveMode } from '../tar/entry.ts';
import {
  clampTime,
  contextRoot,
  directoryMember,
  metaMembers,
  type Member,
  type MemberRules,
} from '../tar/member.ts';
import { packStream } from '../tar/pack.ts';
import {
  collect,
  contentOf,
  damaged,
  followLinks,
  largestTextBytes,
  linkTarget,
  mostLinks,
  readArchive,
  type ListedEntry,
  type ReadEntry,
} from './entries.ts';
import { ArchiveTexts } from './texts.ts';

/**
 * A ready-made archive, packed again into the image layout: so it gets logins, one gzip member and the Dockerfile at its end,
 * as a directory does. It is read twice, because its ignore file and its Dockerfile may come last, and once more if one of
 * them is a link.
 * @throws BuildError('context')
 */
export async function archiveSource(
  context: FoundContext,
  workspace: Workspace,
): Promise<StdinSource> {
  const { path, place } = context;
  const read = (): AsyncGenerator<ReadEntry> => readArchive(path, place.path, workspace);
  const texts = new ArchiveTexts(path, context.file);
  const listing: ListedEntry[] = [];
  for await (const entry of read()) {
    const { name, header } = entry;
    const target = linkTarget(name, header);
    listing.push({ name, type: header.type, sizeBytes: header.size, target });
    await texts.take(entry);
  }
  if (texts.followLinks(listing)) for await (const entry of read()) await texts.take(entry);
  const dockerfile = texts.dockerfile();
  const ignore = await texts.rules(dockerfile.name);
  const plan = planMembers(path, listing, await addExcludes(ignore.rules, context.excludes));

  const rules: MemberRules = { ...context, isGitConfig: findGitConfigs(listing) };

  async function* members(auth: StreamAuth): AsyncGenerator<Member> {
    yield directoryMember(contextRoot.image, 0o755, 0);
    let index = -1;
    const changed = (): BuildError => damaged(path, 'it changed while it was read');
    for await (const found of read()) {
      index += 1;
      if (listing[index]?.name !== found.name) throw changed();
      if (plan.kept.has(index)) yield await archiveMember(found, rules);
      found.entry.resume();
    }
    if (index !== listing.length - 1) throw changed();
    yield* metaMembers({ dockerfile: dockerfile.bytes, auth, mtimeSeconds: 0 });
  }

  const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
  const kept =
    ignore.name === undefined ? 'no .dockerignore' : `${plan.ignored} kept out by ${ignore.name}`;
  return {
    description: `archive ${JSON.stringify(path)} (${listing.length} entries, ${kept})`,
    dockerfile: dockerfile.bytes.toString('utf8'),
    isPacked: true,
    notes: describeWeight(plan.weight),
    lookUp: lookUpIn(listing, plan.kept),
    warnings: [...plan.warnings, ...(isFiltered ? [] : warnOfBallast(plan.weight))],
    open: (auth) =>
      packStream(() => members(auth), context.compressionLevel, plan.weight, workspace),
  };
}

/** A hard link has the content of what it is another name of. */
function findGitConfigs(listing: readonly ListedEntry[]): GitConfigTest {
  const entries = new Map(listing.map((entry) => [entry.name, entry]));
  const symlinks = listing.flatMap(({ type, name }) => (type === 'symlink' ? [name] : []));
  const isGitConfig = followGitLinks(symlinks, (name) => followLinks(name, entries));
  const contents = new Set<string>();
  for (const { type, name } of listing) {
    if (type !== 'link' || !isGitConfig(name)) continue;
    let content = entries.get(name);
    for (let links = 0; content?.type === 'link' && links < mostLinks; links += 1) {
      content = entries.get(content.target ?? '');
    }
    if (content !== undefined) contents.add(content.name);
  }
  return (name) => isGitConfig(name) || contents.has(name);
}

interface MemberPlan {
  /** Indexes of the entries that are sent. */
  readonly kept: ReadonlySet<number>;
  readonly ignored: number;
  readonly warnings: readonly string[];
  /** Of the files that are sent. */
  readonly weight: ContextWeight;
}

const plainTypes: readonly unknown[] = ['file', 'contiguous-file', 'directory', 'link'];
const sentTypes: readonly unknown[] = [...plainTypes, 'symlink'];

function planMembers(
  archive: string,
  listing: readonly ListedEntry[],
  rules: IgnoreRules,
): MemberPlan {
  const results = new DirectoryResults(rules);
  const special: string[] = [];
  const whiteouts: string[] = [];
  const kept = new Set<number>();
  const parents = new Set<string>();
  const names = new Set<string>();
  let ignored = 0;
  listing.forEach(({ name, type }, index) => {
    if (name === '.') return;
    if (results.isExcluded(name)) ignored += 1;
    else if (!sentTypes.includes(type)) special.push(name);
    else {
      if (isWhiteout(name)) whiteouts.push(name);
      kept.add(index);
      names.add(name);
      for (const parent of parentsOf(name)) parents.add(parent);
    }
  });
  // An excluded directory is sent if something below it is.
  listing.forEach(({ name, type }, index) => {
    if (type === 'directory' && parents.has(name)) kept.add(index);
  });
  for (const index of kept) checkEntry(archive, listing[index], names);
  const files = [...kept].flatMap((index) => {
    const entry = listing[index];
    return entry?.type === 'file' || entry?.type === 'contiguous-file' ? [entry] : [];
  });
  return { kept, ignored, warnings: warnOfNames({ special, whiteouts }), weight: weigh(files) };
}

/** Where a path is, once asked. Links are not followed: where they lead to is the builder's to find. */
function lookUpIn(
  listing: readonly ListedEntry[],
  kept: ReadonlySet<number>,
): (path: string) => Presence {
  const namesOf = (entries: readonly ListedEntry[]): ReadonlySet<string> =>
    new Set(entries.flatMap(({ name }) => [name, ...parentsOf(name)]));
  let index: Record<'links' | 'listed' | 'sent', ReadonlySet<string>> | undefined;
  return (path) => {
    index ??= {
      links: new Set(
        listing.filter(({ type }) => !plainTypes.includes(type)).map(({ name }) => name),
      ),
      listed: namesOf(listing),
      sent: namesOf(listing.filter((_, at) => kept.has(at))),
    };
    const { links, listed, sent } = index;
    if ([path, ...parentsOf(path)].some((name) => links.has(name))) return 'unknown';
    if (sent.has(path)) return 'sent';
    return listed.has(path) ? 'ignored' : 'missing';
  };
}

function checkEntry(
  archive: string,
  entry: ListedEntry | undefined,
  names: ReadonlySet<string>,
): void {
  const foreign = [entry?.name, entry?.target].find((name) => name?.includes('\uFFFD'));
  if (foreign !== undefined) {
    throw new BuildError('context', `${archive} has a name that is not UTF-8: ${foreign}`, {
      hint: 'Rename the file, or keep it out by .dockerignore.',
    });
  }
  if (entry?.type !== 'link' || names.has(entry.target ?? '')) return;
  throw new BuildError(
    'context',
    `${entry.name} is another name of ${entry.target ?? ''}, which the archive does not have or .dockerignore keeps out`,
    { hint: 'Keep both names out, or none.' },
  );
}

/** Verdicts of the ignore rules for paths whose directories may have no entry of their own. */
class DirectoryResults {
  readonly #rules: IgnoreRules;
  readonly #matches = new Map<string, ParentMatches>();

  constructor(rules: IgnoreRules) {
    this.#rules = rules;
  }

  isExcluded(name: string): boolean {
    return this.#rules.test(name, this.#ofDirectory(parentName(name))).excluded;
  }

  #ofDirectory(name: string | undefined): ParentMatches | undefined {
    if (name === undefined) return undefined;
    let matches = this.#matches.get(name);
    if (matches === undefined) {
      ({ matches } = this.#rules.test(name, this.#ofDirectory(parentName(name))));
      this.#matches.set(name, matches);
    }
    return matches;
  }
}

/** The directories that a name is in, the nearest first. */
function* parentsOf(name: string): Generator<string> {
  for (let parent = parentName(name); parent !== undefined; parent = parentName(parent)) {
    yield parent;
  }
}

function parentName(name: string): string | undefined {
  const cut = name.lastIndexOf('/');
  return cut < 0 ? undefined : name.slice(0, cut);
}

async function archiveMember(
  found: ReadEntry,
  { latestSeconds, keepGitCredentials = false, isGitConfig }: MemberRules,
): Promise<Member> {
  const { header } = found;
  const name = `${contextRoot.image}/${found.name}`;
  const mtimeSeconds = clampTime(header.mtime.getTime() / 1_000, latestSeconds);
  const { mode } = header;
  switch (header.type) {
    case 'directory':
      return directoryMember(name, archiveMode('directory', mode), mtimeSeconds);
    case 'symlink':
      return {
        header: {
          name,
          type: 'symlink',
          mode: 0o777,
          mtimeSeconds,
          linkName: header.linkname,
        },
        content: { kind: 'none' },
        counts: false,
      };
    case 'link':
      return {
        header: {
          name,
          type: 'link',
          mode: archiveMode('file', mode),
          mtimeSeconds,
          linkName: `${contextRoot.image}/${linkTarget(found.name, header) ?? ''}`,
        },
        content: { kind: 'none' },
        counts: false,
      };
    default: {
      const isEdited = !keepGitCredentials && isGitConfig(found.name);
      if (isEdited && header.size > largestTextBytes) {
        throw new BuildError('context', `${found.name} is too large for a git configuration`, {
          hint: "Keep it out by .dockerignore, or set 'git-credentials' to keep.",
        });
      }
      return {
        header: { name, type: 'file', mode: archiveMode('file', mode), mtimeSeconds },
        content: isEdited
          ? { kind: 'bytes', bytes: withoutCredentials(await collect(found)) }
          : { kind: 'stream', bytes: contentOf(found), sizeBytes: header.size },
        counts: true,
      };
    }
  }
}
