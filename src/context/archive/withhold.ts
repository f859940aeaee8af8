import { isGitSecret } from '../git/secret-files.ts';
import { isWorkflowName } from '../workflow-files.ts';
import type { ListedEntry } from './entries.ts';

/**
 * The names in an archive that are not sent, because they have credentials: those of actions of Google at its root, and files
 * of git. Hard links to them are included. The paths in variables of the workflow say nothing about the names in an archive.
 */
export function withheldNames(
  listing: readonly ListedEntry[],
  { workflow, git }: { readonly workflow: boolean; readonly git: boolean },
): ReadonlySet<string> {
  const isSecret = (name: string): boolean =>
    (workflow && isWorkflowName(name)) || (git && isGitSecret(name));
  const isFound = ({ name, type }: ListedEntry): boolean =>
    isSecret(name) && (type !== 'directory' || !isWorkflowName(name));
  const withheld = new Set(listing.filter(isFound).map(({ name }) => name));
  const linked = new Map<string, string[]>();
  const link = (one: string, other: string): void => {
    const others = linked.get(one);
    if (others === undefined) linked.set(one, [other]);
    else others.push(other);
  };
  for (const { type, name, target } of listing) {
    if (type !== 'link' || target === undefined) continue;
    link(name, target);
    link(target, name);
  }
  // A set can grow while it is iterated.
  for (const name of withheld) for (const other of linked.get(name) ?? []) withheld.add(other);
  return withheld;
}
