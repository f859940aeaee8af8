import type { FileStat, Workspace } from '../../ports.ts';
import { isGitSecret } from '../git/secret-files.ts';
import type { ContextEntry } from '../tar/entry.ts';
import { isWorkflowName, type WorkflowFiles } from '../workflow-files.ts';

/** Which entries are not sent, because they have credentials. */
export interface WithholdRules {
  /** The files of the workflow; undefined sends them. */
  readonly workflow: WorkflowFiles | undefined;
  /** True: files of git with credentials are sent. */
  readonly keepGitCredentials: boolean;
}

/** The entries of a directory, divided. */
export interface Withheld {
  readonly sent: readonly ContextEntry[];
  /** Names of all entries that are not sent. */
  readonly names: ReadonlySet<string>;
  /** Those that are files of the workflow: the entries without those below them. */
  readonly ofWorkflow: readonly string[];
}

/** Parts of a Docker configuration with secrets, for one whose directory is the context or above it. */
const dockerParts = [
  'config.json',
  'buildx/config',
  'contexts/tls',
  'trust/private',
  '.token_seed',
  '.token_seed.lock',
  'key.pem',
];

/**
 * Divides the entries of a directory into those that are sent and those with credentials. The files of the workflow are found
 * under every name: through links, as other hard links, and relative to any directory.
 * @param root of the context, without links.
 */
export function withhold(
  entries: readonly ContextEntry[],
  root: string,
  rules: WithholdRules,
  workspace: Workspace,
): Withheld {
  const places =
    rules.workflow === undefined ? noPlaces : findPlaces(rules.workflow, root, workspace);
  const identities = new Set(places.identities);
  const isSecret = ({ name, content }: ContextEntry): boolean =>
    (!rules.keepGitCredentials && isGitSecret(name)) ||
    (rules.workflow !== undefined && content.kind !== 'directory' && isWorkflowName(name)) ||
    isBelow(name, places.names);
  const secret = new Set(entries.filter(isSecret));
  for (const { stat } of secret)
    if (stat.links > 1 && stat.kind === 'file') identities.add(identityOf(stat));
  const isOther = ({ stat }: ContextEntry): boolean =>
    stat.kind === 'file' && identities.has(identityOf(stat));
  if (identities.size > 0) for (const entry of entries.filter(isOther)) secret.add(entry);
  const names = new Set([...secret].map(({ name }) => name));
  const ofWorkflow = [...secret].filter(
    ({ name }) => !isGitSecret(name) && !names.has(parentOf(name)),
  );
  return {
    sent: secret.size === 0 ? entries : entries.filter((entry) => !secret.has(entry)),
    names,
    ofWorkflow: ofWorkflow.map(({ name }) => name),
  };
}

interface Places {
  /** Names in the context of files, and of directories with everything below them. */
  readonly names: ReadonlySet<string>;
  /** Of the files, wherever they are. */
  readonly identities: readonly string[];
}

const noPlaces: Places = { names: new Set(), identities: [] };

function findPlaces(
  { files, dockerConfigs }: WorkflowFiles,
  root: string,
  workspace: Workspace,
): Places {
  const names = new Set<string>();
  const identities: string[] = [];
  const add = (path: string): void => {
    const real = realPath(path, workspace);
    const stat = real === undefined ? undefined : workspace.stat(real);
    if (real === undefined || stat === undefined) return;
    if (stat.kind === 'file') identities.push(identityOf(stat));
    for (const place of [real, ownPath(path, workspace)]) {
      const name = place === undefined ? undefined : nameIn(root, place);
      if (name !== undefined) names.add(name);
    }
  };
  for (const file of files) {
    const path = workspace.resolve(file);
    if (kindOf(path, workspace) === 'file') add(path);
  }
  for (const config of dockerConfigs) {
    const path = workspace.resolve(config);
    const real = realPath(path, workspace);
    if (real === undefined) continue;
    const kind = kindOf(path, workspace);
    // The context, the workspace and the directories above them have more than the Docker configuration.
    const isShared = [root, workspace.resolve('.')].some(
      (place) => place === real || nameIn(real, realPath(place, workspace) ?? place) !== undefined,
    );
    if (!isShared) add(path);
    if (kind === 'directory') for (const part of dockerParts) add(`${path}/${part}`);
  }
  return { names, identities };
}

/** The name of a path in a directory, with `/`; undefined for a path outside of it. Both are without links. */
function nameIn(directory: string, path: string): string | undefined {
  const [base, place] = [directory.replace(/[\\/]+$/, ''), path].map((text) =>
    text.replaceAll('\\', '/'),
  );
  return place?.startsWith(`${base ?? ''}/`) === true
    ? place.slice((base ?? '').length + 1)
    : undefined;
}

/** True if the name, or a directory above it, is one of the names. */
function isBelow(name: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  for (let path = name; path !== ''; path = parentOf(path)) if (names.has(path)) return true;
  return false;
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function kindOf(path: string, workspace: Workspace): FileStat['kind'] | undefined {
  const real = realPath(path, workspace);
  return real === undefined ? undefined : workspace.stat(real)?.kind;
}

/** The path with the links of its directory resolved, but not its own. */
function ownPath(path: string, workspace: Workspace): string | undefined {
  const cut = path.replace(/\/+$/, '').lastIndexOf('/');
  const directory = realPath(path.slice(0, Math.max(1, cut)), workspace);
  return directory === undefined
    ? undefined
    : `${directory.replace(/\/$/, '')}/${path.slice(cut + 1)}`;
}

/** undefined for a path that does not exist or cannot be read. */
function realPath(path: string, workspace: Workspace): string | undefined {
  try {
    return workspace.realpath(path);
  } catch {
    return undefined;
  }
}

function identityOf({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}
