/** True for the names by which git finds a configuration, of a context's names. */
export type GitConfigTest = (name: string) => boolean;

/** Git's own configuration: of a repository, bare ones (`mirror.git`) included, of its submodules and worktrees. */
function isGitConfig(name: string): boolean {
  return name.includes('.git/') && /(^|\/)[^/]*\.git\/(?:.+\/)?config(\.worktree)?$/.test(name);
}

/** What a configuration is called, wherever git keeps it. */
export function isConfigName(name: string): boolean {
  return /(?:^|\/)config(?:\.worktree)?$/.test(name);
}

/**
 * Finds the configurations that git reads by way of symbolic links: `.git` itself may be one, or any directory or file in it,
 * and what such a link leads to may have links again.
 * @param symlinks their names.
 * @param realPath the name that a name leads to with all links followed; undefined if that is nowhere in the context.
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
      // Whether it is a directory makes no difference: nothing is below a file.
      if (place !== undefined) directories.push(place);
      // The one in it may be a link where nobody has looked for links, or in the context's own root.
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
