import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDockerConfig, type DockerConfig } from '../context/auth.ts';
import { BuildError, describeError } from '../errors.ts';

/**
 * Reads the Docker configuration that has the logins: that of the input `docker-config` (a directory or a file), else of
 * `$DOCKER_CONFIG`, else of `~/.docker`.
 * @param input undefined without one; `none` stands for no logins.
 * @param resolve makes a relative path absolute.
 * @returns undefined if there are no logins to send.
 * @throws BuildError('input') if a file that was named is missing, or any file is broken.
 */
export function readDockerConfig(
  input: string | undefined,
  environment: NodeJS.ProcessEnv,
  resolve: (path: string) => string,
): DockerConfig | undefined {
  if (input === 'none') return undefined;
  const file = input === undefined ? defaultFile(environment) : fileOf(resolve(expandHome(input)));
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (input === undefined && isMissing(error)) return undefined;
    throw new BuildError(
      'input',
      `reading the Docker configuration ${JSON.stringify(file)} failed: ${describeError(error)}`,
      {
        hint: "Set 'docker-config' to a directory with a config.json, to such a file, or to none.",
        cause: error,
      },
    );
  }
  return parseDockerConfig(text, file);
}

function defaultFile(environment: NodeJS.ProcessEnv): string {
  const directory = environment['DOCKER_CONFIG'] ?? '';
  return join(directory === '' ? join(homedir(), '.docker') : directory, 'config.json');
}

function fileOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    ? join(path, 'config.json')
    : path;
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
