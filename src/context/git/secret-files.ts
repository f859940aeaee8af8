/**
 * True for files of a repository that no build needs, and in which git and its helpers store credentials: the stored
 * credentials themselves, and the logs of references and of the last fetch, in which URLs with a token can be.
 * @param name relative to the context.
 */
export function isGitSecret(name: string): boolean {
  if (!name.includes('.git')) return false;
  if (/(?:^|\/)\.git-credentials(?:$|\/)/.test(name)) return true;
  const inside = /(?:^|\/)[^/]*\.git\/(.+)$/.exec(name)?.[1];
  if (inside === undefined) return false;
  const found = secretPath.exec(inside);
  // A branch can be named `logs/x`: its file is below refs.
  return found !== null && !/(?:^|\/)refs\//.test(found[1] ?? '');
}

/** In a repository, in its submodules and in its worktrees. */
const secretPath =
  /^((?:modules|worktrees)\/(?:.*?\/)?)?(?:logs|FETCH_HEAD|credentials|annex\/creds)(?:\/|$)/;
