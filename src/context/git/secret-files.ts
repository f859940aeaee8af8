/**
 * True for files of a repository that no build needs, and in which git and its helpers store credentials: the stored
 * credentials themselves, and the logs of references and of the last fetch, in which URLs with a token can be.
 * @param name relative to the context.
 */
export function isGitSecret(name: string): boolean {
  if (!name.includes('.git')) return false;
  if (/(?:^|\/)\.git-credentials(?:$|\/)/.test(name)) return true;
  // A repository can be in a directory with a name like `app.git`, so each `.git/` counts.
  for (let at = name.indexOf('.git/'); at !== -1; at = name.indexOf('.git/', at + 1)) {
    if (isSecretPath(name.slice(at + '.git/'.length))) return true;
  }
  return false;
}

/** @param path relative to a repository. */
function isSecretPath(path: string): boolean {
  const found = secretPath.exec(path);
  // A branch can be named `logs/x`: its file is below refs.
  return found !== null && !/(?:^|\/)refs\//.test(found[1] ?? '');
}

/** In a repository, in its submodules and in its worktrees. */
const secretPath =
  /^((?:modules|worktrees)\/(?:[^]*?\/)?)?(?:logs|FETCH_HEAD|credentials|annex\/creds)(?:\/|$)/;
