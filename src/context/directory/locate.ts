import { BuildError } from '../../errors.ts';
import type { Workspace } from '../../ports.ts';
import { show } from '../../text/show.ts';
import { IgnoreRules, type FoundIgnoreRules } from '../ignore/rules.ts';
import { findPath, readPlace } from './find-path.ts';

/** The Dockerfile of a context in a directory. */
interface FoundDockerfile {
  readonly bytes: Buffer;
  /** Its path, as the user would write it. */
  readonly path: string;
}

/**
 * Finds the Dockerfile: `file`, by default `Dockerfile` in the context, or `dockerfile`, which Docker also accepts.
 * @throws BuildError('context')
 */
export function findDockerfile(
  context: string,
  file: string | undefined,
  workspace: Workspace,
): FoundDockerfile {
  const candidates =
    file === undefined ? [join(context, 'Dockerfile'), join(context, 'dockerfile')] : [file];
  for (const path of candidates) {
    const place = findPath(path, ['.', context], workspace);
    if (place?.kind === 'file') return { bytes: readPlace(place, workspace), path };
  }
  throw missingDockerfile(context, file, workspace);
}

/**
 * Reads the ignore file for a Dockerfile: `<Dockerfile>.dockerignore` in its directory, or `.dockerignore` in the context.
 * @param dockerfile undefined for engines without one.
 * @throws BuildError('context')
 */
export async function findIgnoreRules(
  context: string,
  dockerfile: string | undefined,
  workspace: Workspace,
): Promise<FoundIgnoreRules> {
  const candidates = [
    ...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]),
    join(context, '.dockerignore'),
  ];
  for (const name of candidates) {
    const place = findPath(name, ['.', context], workspace);
    if (place?.kind !== 'file') continue;
    const text = readPlace(place, workspace).toString('utf8');
    return { rules: await IgnoreRules.read(text, name), name };
  }
  return { rules: IgnoreRules.none, name: undefined };
}

function missingDockerfile(
  context: string,
  file: string | undefined,
  workspace: Workspace,
): BuildError {
  if (file !== undefined) {
    const isThere = findPath(file, ['.', context], workspace) !== undefined;
    const why = isThere ? 'is a directory' : 'does not exist';
    return new BuildError('context', `the Dockerfile ${show(file)} ${why}`, {
      hint: "Correct the input 'file'; its path is relative to the working directory, not to the context.",
    });
  }
  const isEmpty = workspace.names(workspace.resolve(context)).length === 0;
  return new BuildError(
    'context',
    isEmpty
      ? `the context ${show(context)} is empty`
      : `the context ${show(context)} has no Dockerfile`,
    {
      hint: isEmpty
        ? 'Check out the repository in a step before this one.'
        : "Set the input 'file' to the path of the Dockerfile.",
    },
  );
}

function join(directory: string, name: string): string {
  const base = directory.replace(/\/+$/, '');
  if (base === '') return directory === '' ? name : `/${name}`;
  return base === '.' ? name : `${base}/${name}`;
}
