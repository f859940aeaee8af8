import { BuildError } from '../../errors.ts';
import type { Workspace } from '../../ports.ts';
import { quote } from '../../text/problem.ts';
import { Turns } from '../../time/turns.ts';
import type { FoundContext } from '../directory/source.ts';
import { describeWeight, warnOfBallast } from '../directory/weight.ts';
import { withoutCredentials } from '../git/clean-config.ts';
import { followGitLinks, type GitConfigTest } from '../git/config-names.ts';
import { isGitSecret } from '../git/secret-files.ts';
import { addExcludes } from '../ignore/rules.ts';
import { prefixesOf } from '../prefixes.ts';
import type { StdinSource, StreamParts } from '../stdin.ts';
import { checkEditedSize } from '../tar/content.ts';
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
import { withheldNotes } from '../workflow-files.ts';
import { damaged } from './damaged.ts';
import {
  collect,
  contentOf,
  followLinks,
  linkTarget,
  mostLinks,
  readArchive,
  type ListedEntry,
  type ReadEntry,
} from './entries.ts';
import { lookUpIn, planMembers } from './plan.ts';
import { ArchiveTexts } from './texts.ts';
import { withheldNames } from './withhold.ts';

/**
 * Sends an archive, packed again in the image layout. So it has credentials, one gzip member and the Dockerfile at its end,
 * like a directory. It is read twice, because the ignore file and the Dockerfile can be its last entries, and once more if
 * one of them is a link.
 * @throws BuildError('context'), or the signal's reason.
 */
export async function archiveSource(
  context: FoundContext,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<StdinSource> {
  const { path, place } = context;
  const read = (): AsyncGenerator<ReadEntry> => readArchive(path, place.path, workspace);
  const texts = new ArchiveTexts(path, context.file);
  const listing: ListedEntry[] = [];
  for await (const entry of read()) {
    signal.throwIfAborted();
    const { name, header } = entry;
    const target = linkTarget(name, header);
    listing.push({ name, type: header.type, sizeBytes: header.size, target });
    await texts.take(entry);
  }
  if (texts.followLinks(listing)) {
    for await (const entry of read()) {
      signal.throwIfAborted();
      await texts.take(entry);
    }
  }
  const dockerfile = texts.dockerfile();
  const ignore = await texts.rules(dockerfile.name);
  const withheld = withheldNames(listing, {
    workflow: context.workflowFiles !== undefined,
    git: context.keepGitCredentials !== true,
  });
  const rulesOfContext = await addExcludes(ignore.rules, context.excludes);
  const plan = await planMembers(path, listing, rulesOfContext, withheld, new Turns(signal));

  const rules: MemberRules = { ...context, isGitConfig: findGitConfigs(listing) };

  async function* members(parts: StreamParts): AsyncGenerator<Member> {
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
    yield* metaMembers({ dockerfile: dockerfile.bytes, parts, mtimeSeconds: 0 });
  }

  const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
  const kept =
    ignore.name === undefined ? 'no .dockerignore' : `${plan.ignored} excluded by ${ignore.name}`;
  return {
    description: `archive ${quote(path)} (${listing.length} entries, ${kept})`,
    dockerfile: dockerfile.bytes.toString('utf8'),
    isPacked: true,
    notes: [
      ...withheldNotes([...withheld].filter((name) => !isGitSecret(name))),
      ...describeWeight(plan.weight),
    ],
    lookUp: lookUpIn(listing, plan.kept, withheld),
    hasPrefix: prefixesOf(() => listing.flatMap(({ name }, at) => (plan.kept.has(at) ? name : []))),
    warnings: [...plan.warnings, ...(isFiltered ? [] : warnOfBallast(plan.weight))],
    open: (parts) =>
      packStream(() => members(parts), context.compressionLevel, plan.weight, workspace),
  };
}

/** A hard link has the content of its target, so the target of a configuration is one too. */
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
      if (isEdited) checkEditedSize(found.name, header.size);
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
