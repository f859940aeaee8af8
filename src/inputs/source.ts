import { defaultBranchOf, parseGitContext, type JobFacts } from './docker/git-context.ts';
import type { Inputs, Source } from './inputs.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import type { KeyValue } from './values/key-value.ts';
import { parseBoolean } from './values/scalar.ts';

/** Where the bytes for stdin come from, and where the Dockerfile is. */
export function readSource(
  reader: InputReader,
  problems: Problems,
  buildArgs: readonly KeyValue[],
): Pick<Inputs, 'source' | 'file'> {
  const file = reader.text('file');
  const text = reader.verbatim('stdin');
  if (text !== '') return { source: { kind: 'text', text }, file };
  const stdinFile = reader.text('stdin-file');
  if (stdinFile !== undefined) return { source: { kind: 'file', path: stdinFile }, file };
  return readContext(reader, problems, { file, buildArgs });
}

/** The default context is that of Docker: the repository of the job, without `.git`. The path of its Dockerfile is relative to it. */
function readContext(
  reader: InputReader,
  problems: Problems,
  { file, buildArgs }: { file: string | undefined; buildArgs: readonly KeyValue[] },
): Pick<Inputs, 'source' | 'file'> {
  const keepsGit = reader.value('keep-git-dir', parseBoolean) || buildArgs.some(isKeepGitDir);
  const context = reader.text('context');
  const git = reader.optional('context', (text) => parseGitContext(text, jobFacts(reader)));
  // It quotes nothing of the URL, which may have a password.
  if (git?.warning !== undefined) problems.warn('context', git.warning);
  const isGit = context === undefined || git !== undefined;
  const path = git?.path ?? context ?? '.';
  const withoutGit = isGit && !keepsGit ? ({ withoutGit: true } as const) : {};
  const source: Source = { kind: 'context', path, ...withoutGit };
  return { source, file: git === undefined || file === undefined ? file : join(path, file) };
}

function jobFacts(reader: InputReader): JobFacts {
  return {
    env: (name) => reader.env(name),
    defaultBranch: () => {
      const path = reader.env('GITHUB_EVENT_PATH') ?? '';
      const event = path === '' ? undefined : reader.readable(path);
      return event === undefined ? undefined : defaultBranchOf(event);
    },
  };
}

/** Docker's way to keep `.git` in a Git context. */
function isKeepGitDir({ key, value }: KeyValue): boolean {
  return key === 'BUILDKIT_CONTEXT_KEEP_GIT_DIR' && ['1', 'true'].includes(value.toLowerCase());
}

function join(directory: string, path: string): string {
  return directory === '.' ? path : `${directory}/${path.replace(/^\.?\/+/, '')}`;
}
