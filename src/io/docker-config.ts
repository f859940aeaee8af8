import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BuildError, describeError, errorCode } from '../errors.ts';
import { parseDockerConfig, unreadConfig, type DockerConfig } from '../logins/docker-config.ts';
import { quote } from '../text/problem.ts';
import { show } from '../text/show.ts';
import { readScopedConfigs } from './scoped-configs.ts';

/**
 * Reads the Docker configurations that have the registry credentials, in the order in which they are searched: those of the input
 * `docker-config` (a directory or a file), else those of Docker and Podman. They are: `$DOCKER_AUTH_CONFIG`, the scopes of
 * docker/login-action, `$DOCKER_CONFIG` or `~/.docker`; then `$REGISTRY_AUTH_FILE` alone, or Podman's own two files.
 * @param input undefined if it is not set; `none` for no credentials.
 * @param resolve makes a relative path absolute.
 * @returns those that exist. One in a default place that cannot be read, or in the directory of a scope, has a `failure`.
 * @throws BuildError('input') if the file that the input names is missing, or one that the input or a variable names is broken.
 */
export function readDockerConfigs(
  input: string | undefined,
  environment: NodeJS.ProcessEnv,
  resolve: (path: string) => string,
): readonly DockerConfig[] {
  if (input === 'none') return [];
  const isScoped = !/^(?:1|t|true)$/i.test(variable(environment, 'DOCKER_LOGIN_SCOPE_DISABLED'));
  const scoped = (directory: string): readonly DockerConfig[] =>
    isScoped ? readScopedConfigs(join(directory, 'config'), readDefaultConfig) : [];
  if (input !== undefined) {
    const path = resolve(expandHome(checkPath(input)));
    if (!isDirectory(path, input)) return [readNamedConfig(path, input)];
    const scopes = scoped(join(path, 'buildx'));
    const file = join(path, 'config.json');
    // A directory with scopes alone is what docker/login-action leaves if each login has one.
    return scopes.length > 0 && !existsSync(file)
      ? scopes
      : [...scopes, readNamedConfig(file, input)];
  }
  const inline = variable(environment, 'DOCKER_AUTH_CONFIG');
  const named = variable(environment, 'DOCKER_CONFIG');
  const directory = named || join(homedir(), '.docker');
  return [
    ...(inline === '' ? [] : [parseDockerConfig(inline, '$DOCKER_AUTH_CONFIG')]),
    ...scoped(variable(environment, 'BUILDX_CONFIG') || join(directory, 'buildx')),
    ...[
      (named === '' ? readDefaultConfig : readConfig)(join(directory, 'config.json')),
      ...readPodmanConfigs(environment),
    ].filter((config) => config !== undefined),
  ];
}

/** Podman's files. Source: getAuthFilePaths in containers/image; those of Docker are read first here. */
function readPodmanConfigs(environment: NodeJS.ProcessEnv): readonly (DockerConfig | undefined)[] {
  const named = variable(environment, 'REGISTRY_AUTH_FILE');
  if (named !== '') return [readConfig(named)];
  const runtime =
    variable(environment, 'XDG_RUNTIME_DIR') || `/run/containers/${process.getuid?.() ?? 0}`;
  const isDefault = variable(environment, 'XDG_RUNTIME_DIR') === '';
  const home = variable(environment, 'XDG_CONFIG_HOME') || join(homedir(), '.config');
  return [
    isDefault ? join(runtime, 'auth.json') : join(runtime, 'containers', 'auth.json'),
    join(home, 'containers', 'auth.json'),
  ].map(readDefaultConfig);
}

/** The value of a variable; empty if it is not set. */
function variable(environment: NodeJS.ProcessEnv, name: string): string {
  return environment[name] ?? '';
}

/** @returns undefined if the file does not exist. @throws BuildError('input') if it cannot be read or is broken. */
function readConfig(file: string): DockerConfig | undefined {
  try {
    return parseDockerConfig(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error instanceof BuildError ? error : unreadable(file, error);
  }
}

/** As `readConfig`, for a file in a default place, which the build may not need. */
function readDefaultConfig(file: string): DockerConfig | undefined {
  try {
    return readConfig(file);
  } catch (error) {
    if (error instanceof BuildError) return unreadConfig(file, error);
    throw error;
  }
}

/** False if nothing exists. @param input as the user wrote it. @throws BuildError('input') if it cannot be found out. */
function isDirectory(path: string, input: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw unreadable(shownPath(path, input), error);
  }
}

/** @param input as the user wrote it. */
function readNamedConfig(file: string, input: string): DockerConfig {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(shownPath(file, input), error);
  }
  return parseDockerConfig(text, file);
}

/** What a message quotes: in the absolute path, a secret is harder to recognise than in the input. */
function shownPath(path: string, input: string): string {
  return show(input) === input ? path : input;
}

function unreadable(named: string, error: unknown): BuildError {
  const reason = describeError(error).replace(/, \w+ '[^]*$/, '');
  return new BuildError(
    'input',
    `reading the Docker configuration ${quote(named)} failed: ${reason}`,
    {
      hint: "Set 'docker-config' to a directory with a config.json, to such a file, or to none.",
    },
  );
}

/** Longer values are probably not a path, but a secret. */
const longestPath = 200;

/** The input, if it is a path. @throws BuildError('input') for the content of a file. Quotes nothing of it. */
function checkPath(input: string): string {
  const isContent = input.trimStart().startsWith('{');
  const isPath = input.length <= longestPath && !/\p{Cc}/u.test(input);
  if (isPath && !isContent) return input;
  const what = isContent
    ? 'a path, not the content'
    : `a path of one line, up to ${longestPath} characters`;
  throw new BuildError('input', `the input 'docker-config' takes ${what}`, {
    hint: "Pass the credentials in 'registry-auths', or run docker login in an earlier step.",
  });
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
