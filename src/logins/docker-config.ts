import { BuildError, describeError } from '../errors.ts';
import { fieldsOf, isFields, type Fields } from '../text/json.ts';
import { quote } from '../text/problem.ts';
import type { Scope } from '../inputs/auths/scope.ts';

/** The parts of Docker's config.json that have credentials or name the helper that has them, and the proxies. */
export interface DockerConfig {
  /** Where it was read, for messages: the path of the file, or the variable. */
  readonly source: string;
  /** Credentials by registry, under Docker's many spellings of it (registry-key.ts). */
  readonly auths: Fields;
  /** Suffix of the program `docker-credential-<suffix>` by registry. */
  readonly credHelpers: Fields;
  /** Suffix of the program for all other registries. */
  readonly credsStore: string | undefined;
  /** `proxies.default`, which builds get. */
  readonly proxies: Fields;
  /** What its credentials are for; undefined for everything. */
  readonly scope?: Scope;
  /** Why it has nothing, if it is in a default place and could not be read. */
  readonly failure?: BuildError;
}

/** A configuration in a default place that could not be read: the build may not need it. */
export function unreadConfig(source: string, failure: BuildError): DockerConfig {
  return { source, auths: {}, credHelpers: {}, credsStore: undefined, proxies: {}, failure };
}

/**
 * Reads config.json.
 * @param source its path, for messages.
 * @throws BuildError('input') if it is not a JSON object. The message quotes nothing of the text, which has credentials.
 */
export function parseDockerConfig(text: string, source: string): DockerConfig {
  let document: unknown;
  try {
    document = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    // The parser's message quotes the text; only the position is taken from it.
    const position = /position \d+/.exec(describeError(error))?.[0];
    throw brokenConfig(source, `it is not JSON${position === undefined ? '' : ` (${position})`}`);
  }
  if (!isFields(document)) throw brokenConfig(source, 'it is not a JSON object');
  const { auths, credHelpers, credsStore, proxies } = document;
  return {
    source,
    auths: fieldsOf(auths),
    credHelpers: fieldsOf(credHelpers),
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
    proxies: fieldsOf(fieldsOf(proxies)['default']),
  };
}

function brokenConfig(source: string, problem: string): BuildError {
  return new BuildError(
    'input',
    `reading the Docker configuration ${quote(source)} failed: ${problem}`,
    { hint: "Correct it, or set 'docker-config' to another file or to none." },
  );
}
