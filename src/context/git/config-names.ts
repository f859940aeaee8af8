/** True for names in the context that git reads a configuration from. */
export type GitConfigTest = (name: string) => boolean;

/** The configuration of a repository, also of a bare one (`mirror.git`), of its submodules and of its worktrees. */
function isGitConfig(name: string): boolean {
  return name.includes('.git/') && /(^|\/)[^/]*\.git\/(?:.+\/)?config(\.worktree)?$/.test(name);
}

/** True for the base names of git configurations, in any directory. */
export function isConfigName(name: string): boolean {
  return /(?:^|\/)config(?:\.worktree)?$/.test(name);
}

/**
 * Finds the configurations that git reads through symbolic links. `.git` itself can be a link, or any directory or file in
 * it, and the target of such a link can contain links again.
 * @param symlinks the names of all symbolic links.
 * @param realPath resolves all links of a name; undefined if the target is not in the context.
 */
export function followGitLinks(
  symlinks: Iterable<string>,
  realPath: (name: string) => string | undefined,
): GitConfigTest {
  const configs = new Set<string>();
  const directories: string[] = [];
  const isIn = (name: string): boolean =>
    directories.some((directory) => name === directory || name.startsWith(`${directory}/`));
  let left = [...symlinks];
  for (let found = -1; found !== directories.length;) {
    found = directories.length;
    left = left.filter((link) => {
      if (!isGitPath(link) && !isIn(link)) return true;
      const place = realPath(link);
      // A file can be added too, because no name is below it.
      if (place !== undefined) directories.push(place);
      // `config` in the target can be a link that is not in the list, or the target can be the root of the context.
      const config = isConfigName(link) ? place : realPath(`${link}/config`);
      if (config !== undefined) configs.add(config);
      return false;
    });
  }
  return (name) => isGitConfig(name) || configs.has(name) || (isConfigName(name) && isIn(name));
}

function isGitPath(name: string): boolean {
  return /\.git(?:\/|$)/.test(name);
}
