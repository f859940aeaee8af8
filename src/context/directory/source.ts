import type { Presence } from '../../dockerfile/check/findings.ts';
import type { Workspace } from '../../ports.ts';
import { quote } from '../../text/problem.ts';
import { show } from '../../text/show.ts';
import { addExcludes } from '../ignore/rules.ts';
import type { SourceOptions, StdinSource, StreamParts } from '../stdin.ts';
import type { ContextEntry } from '../tar/entry.ts';
import {
  clampTime,
  contextRoot,
  directoryMember,
  entryMember,
  metaMembers,
  type Member,
} from '../tar/member.ts';
import { packStream } from '../tar/pack.ts';
import { withheldNotes } from '../workflow-files.ts';
import type { FoundPath } from './find-path.ts';
import { findDockerfile, findIgnoreRules } from './locate.ts';
import { walkContext } from './walk.ts';
import { describeWeight, warnOfBallast, weigh, type WeighedFile } from './weight.ts';
import { withhold } from './withhold.ts';
import { prefixesOf } from '../prefixes.ts';

/** A context that exists on disk, as a directory or as an archive. */
export interface FoundContext extends SourceOptions {
  /** As the user wrote it. */
  readonly path: string;
  readonly place: FoundPath;
  /** Replaces later modification times; undefined keeps all. */
  readonly latestSeconds: number | undefined;
}

const gitDirectory = '.git';

/**
 * Sends a directory, filtered by its ignore file. The image layout requires a Dockerfile. The plain layout sends only the
 * directory.
 * @throws BuildError('context'), or the signal's reason.
 */
export async function directorySource(
  context: FoundContext,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<StdinSource> {
  const { path, place, layout, latestSeconds } = context;
  const dockerfile = layout === 'image' ? findDockerfile(path, context.file, workspace) : undefined;
  const ignore = await findIgnoreRules(path, dockerfile?.path, workspace);
  const leavesGit = context.source.kind === 'context' && context.source.withoutGit === true;
  const own = leavesGit ? [gitDirectory] : [];
  const rules = await addExcludes(ignore.rules, context.excludes, own);
  const tree = await walkContext(place.path, rules, workspace, signal);
  const { keepGitCredentials = false, workflowFiles: workflow } = context;
  const withheld = withhold(tree.entries, place.path, { workflow, keepGitCredentials }, workspace);
  const entries = withheld.sent;
  const rootSeconds = clampTime((workspace.stat(place.path)?.mtimeMs ?? 0) / 1_000, latestSeconds);
  const roots = { disk: place.path, archive: contextRoot[layout] };
  const memberRules = { ...context, isGitConfig: tree.isGitConfig };

  function* members(parts: StreamParts): Generator<Member> {
    // Without an entry for the root, COPY of the whole context would create its target with mode 0750.
    yield directoryMember(roots.archive, 0o755, rootSeconds);
    for (const entry of entries) yield entryMember(entry, roots, memberRules);
    if (dockerfile !== undefined) {
      yield* metaMembers({ dockerfile: dockerfile.bytes, parts, mtimeSeconds: rootSeconds });
    }
  }

  let names: ReadonlySet<string> | undefined;
  const sentNames = (): ReadonlySet<string> => (names ??= new Set(entries.map(({ name }) => name)));
  const weight = weigh(filesOf(entries));
  const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
  const warnings = [
    ...(entries.length === 0 ? [`nothing of the context ${show(path)} is sent`] : []),
    ...tree.warnings,
    ...(isFiltered ? [] : warnOfBallast(weight)),
  ];
  return {
    description: describe(path, ignore.name, tree.ignored),
    dockerfile: dockerfile?.bytes.toString('utf8') ?? '',
    ...(dockerfile !== undefined && { dockerfilePath: dockerfile.path }),
    isPacked: true,
    notes: [
      ...(leavesGit ? describeGit(place, workspace) : []),
      ...withheldNotes(withheld.ofWorkflow),
      ...describeWeight(weight),
    ],
    warnings,
    lookUp: (path) =>
      withheld.names.has(path) ? 'withheld' : lookUp(path, place.path, sentNames(), workspace),
    hasPrefix: prefixesOf(sentNames),
    open: (parts) => packStream(() => members(parts), context.compressionLevel, weight, workspace),
  };
}

/** A note, if there is a directory `.git` that is not sent. */
function describeGit({ path }: FoundPath, workspace: Workspace): readonly string[] {
  if (workspace.stat(`${path}/${gitDirectory}`) === undefined) return [];
  return [`${gitDirectory} is not sent, as in Docker's Git context; keep-git-dir: true sends it`];
}

function* filesOf(entries: readonly ContextEntry[]): Generator<WeighedFile> {
  for (const { name, stat, content } of entries) {
    if (content.kind === 'file') yield { name, sizeBytes: stat.sizeBytes };
  }
}

function describe(path: string, ignoreFile: string | undefined, ignored: number): string {
  const kept =
    ignoreFile === undefined ? 'no .dockerignore' : `${ignored} excluded by ${ignoreFile}`;
  return `directory ${quote(path)} (${kept})`;
}

/** Links are not followed: only the builder can resolve them. */
function lookUp(
  path: string,
  directory: string,
  sent: ReadonlySet<string>,
  workspace: Workspace,
): Presence {
  const parts = path.split('/');
  try {
    for (const index of parts.keys()) {
      const part = parts.slice(0, index + 1).join('/');
      const kind = workspace.stat(`${directory}/${part}`)?.kind;
      const isLast = index === parts.length - 1;
      if (kind === 'symlink' && isLast && sent.has(path)) return 'link';
      if (kind === 'symlink' || (kind === 'other' && isLast)) return 'unknown';
      if (kind === undefined || (kind !== 'directory' && !isLast)) return 'missing';
    }
  } catch {
    return 'unknown';
  }
  return sent.has(path) ? 'sent' : 'ignored';
}
