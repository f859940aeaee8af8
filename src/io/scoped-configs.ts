import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareScopes, readScope, type Scope } from '../inputs/auths/scope.ts';
import type { DockerConfig } from '../logins/docker-config.ts';

/** Directories that are read at most: one for each login with a scope, and those above it. */
const mostDirectories = 1_000;

/**
 * The credentials of docker/login-action with a `scope`: `config.json` in a directory with the name of the scope, below a
 * directory of buildx. In the order in which they are searched.
 * @param directory need not exist.
 * @param readConfig reads a file; undefined without one. It does not throw for a broken one: other registries do not need it.
 */
export function readScopedConfigs(
  directory: string,
  readConfig: (file: string) => DockerConfig | undefined,
): readonly DockerConfig[] {
  const found: (DockerConfig & { readonly scope: Scope })[] = [];
  const names = subdirectories(directory);
  for (let index = 0; index < Math.min(names.length, mostDirectories); index += 1) {
    const name = names[index] ?? '';
    const config = readConfig(join(directory, name, 'config.json'));
    if (config !== undefined) found.push({ ...config, scope: readScope(name) });
    names.push(...subdirectories(join(directory, name)).map((inner) => `${name}/${inner}`));
  }
  return found.toSorted((one, other) => compareScopes(one.scope, other.scope));
}

/** Names of the directories in a directory; empty if it cannot be read. */
function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}
