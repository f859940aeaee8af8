import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BuildError, describeError, errorCode } from '../errors.ts';
import { parseDockerConfig, type DockerConfig } from '../logins/docker-config.ts';
import { quote } from '../text/problem.ts';
import { show } from '../text/show.ts';

/**
 * Reads the Docker configuration that has the registry credentials: that of the input `docker-config` (a directory or a
 * file), else of `$DOCKER_CONFIG`, else of `~/.docker`.
 * @param input undefined if it is not set; `none` for no credentials.
 * @param resolve makes a relative path absolute.
 * @returns undefined if there is no such configuration.
 * @throws BuildError('input') if a file that was named is missing, or any file is broken.
 */
export function readDockerConfig(
  input: string | undefined,
  environment: NodeJS.ProcessEnv,
  resolve: (path: string) => string,
): DockerConfig | undefined {
  if (input === 'none') return undefined;
  if (input !== undefined) refuseContent(input);
  const file = input === undefined ? defaultFile(environment) : fileOf(resolve(expandHome(input)));
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (input === undefined && isMissing(error)) return undefined;
    // The message of Node quotes the absolute path, in which a secret is harder to recognise than in the input.
    const named = input === undefined || show(input) === input ? file : input;
    const reason = describeError(error).replace(/, \w+ '[^]*$/, '');
    throw new BuildError(
      'input',
      `reading the Docker configuration ${quote(named)} failed: ${reason}`,
      {
        hint: "Set 'docker-config' to a directory with a config.json, to such a file, or to none.",
      },
    );
  }
  return parseDockerConfig(text, file);
}

/** Longer values are probably not a path, but a secret. */
const longestPath = 200;

/** @throws BuildError('input') for the content of a file in place of its path. Quotes nothing of it. */
function refuseContent(input: string): void {
  const isContent = input.trimStart().startsWith('{');
  const isPath = input.length <= longestPath && !/\p{Cc}/u.test(input);
  if (isPath && !isContent) return;
  const what = isContent
    ? 'a path, not the content'
    : `a path of one line, up to ${longestPath} characters`;
  throw new BuildError('input', `the input 'docker-config' takes ${what}`, {
    hint: 'In an earlier step, write the content to a file outside of the workspace, or run docker login.',
  });
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
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
