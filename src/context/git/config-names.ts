/** True for names in the context that git reads a configuration from. */
export type GitConfigTest = (name: string) => boolean;

/** The configuration of a repository, also of a bare one (`mirror.git`), of its submodules and of its worktrees. */
function isGitConfig(name: string): boolean {
  return name.includes('.git/') && isConfigName(name);
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
  const directories = new Set<string>();
  const isIn = (name: string): boolean => pathsTo(name).some((path) => directories.has(path));
  // Links by the directories above them: each link is followed once, however long the chains of links are.
  const below = new Map<string, string[]>();
  const left = new Set<string>();
  const queue: string[] = [];
  for (const link of symlinks) {
    if (isGitPath(link)) {
      queue.push(link);
      continue;
    }
    left.add(link);
    for (const path of pathsTo(link)) {
      const links = below.get(path);
      if (links === undefined) below.set(path, [link]);
      else links.push(link);
    }
  }
  for (let link = queue.pop(); link !== undefined; link = queue.pop()) {
    const place = realPath(link);
    // A file can be added too, because no name is below it.
    if (place !== undefined && !directories.has(place)) {
      directories.add(place);
      for (const found of below.get(place) ?? []) if (left.delete(found)) queue.push(found);
    }
    // `config` in the target can be a link that is not in the list, or the target can be the root of the context.
    const config = isConfigName(link) ? place : realPath(`${link}/config`);
    if (config !== undefined) configs.add(config);
  }
  return (name) => isGitConfig(name) || configs.has(name) || (isConfigName(name) && isIn(name));
}

function isGitPath(name: string): boolean {
  return /\.git(?:\/|$)/.test(name);
}

/** The directories of a name, and the name itself. */
function pathsTo(name: string): readonly string[] {
  const paths = [name];
  for (let end = name.lastIndexOf('/'); end >= 0; end = name.lastIndexOf('/', end - 1)) {
    paths.push(name.slice(0, end));
    if (end === 0) break;
  }
  return paths;
}
