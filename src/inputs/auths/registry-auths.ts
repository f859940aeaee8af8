import { isFields, type Fields } from '../../text/json.ts';
import { maskForms } from '../../text/mask.ts';
import { withoutSlashes } from '../../text/path.ts';
import { InvalidInput, invalid, type Problem } from '../../text/problem.ts';
import { loadYaml } from '../../text/yaml.ts';
import { parseHost } from '../values/reference.ts';
import { basicAuth } from './basic-auth.ts';
import { ecrHint, isEcr } from './ecr.ts';
import { isScope, readScope, type Scope } from './scope.ts';

/** One element of `registry-auths`. */
export interface RegistryAuth {
  /** `index.docker.io` for Docker Hub. */
  readonly registry: string;
  /** The path in the registry that it is for; empty for all of it. */
  readonly path: string;
  /** As in docker/login-action; undefined without one. */
  readonly scope: Scope | undefined;
  readonly username: string;
  readonly password: string;
}

const fieldNames = ['registry', 'username', 'password', 'scope', 'ecr'];
const example =
  'Write a list with the fields registry, username and password in each element; for a password with special characters write password: ${{ toJSON(secrets.NAME) }}.';

/**
 * The YAML list that docker/login-action and docker/github-builder take. Every value is text, also 0123 and true. No problem
 * quotes a value, because a password can be in any field.
 * @throws InvalidInput
 */
export function parseRegistryAuths(source: string): readonly RegistryAuth[] {
  refuseIndicators(source);
  const document = loadYaml(source, example, { types: 'text' });
  if (!Array.isArray(document)) throw invalid('it is not a list', example);
  const problems: Problem[] = [];
  const auths: RegistryAuth[] = [];
  const places = new Set<string>();
  for (const [index, element] of document.entries()) {
    try {
      const auth = toAuth(element);
      const place = placeOf(auth);
      if (places.has(place)) {
        throw invalid('its registry and scope are those of another element', 'Remove one of them.');
      }
      places.add(place);
      auths.push(auth);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const place = `element ${index + 1}`;
      problems.push(...error.problems.map((p) => ({ ...p, text: `${place}: ${p.text}` })));
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return auths;
}

/** A value that YAML reads as something else than its text: an anchor, an alias, a tag; a password also as a comment. */
const indicator =
  /^\s*(?:-\s+)?(?:(?:registry|username|password|scope)\s*:\s+[&*!]|(?:username|password)\s*:\s+#)/;

/** @throws InvalidInput */
function refuseIndicators(source: string): void {
  const line = source.split('\n').findIndex((text) => indicator.test(text)) + 1;
  if (line === 0) return;
  const text = 'the value begins with &, *, ! or #, which YAML does not take as a part of it';
  const hint = 'Enclose it in quotes, for example with password: ${{ toJSON(secrets.NAME) }}.';
  throw new InvalidInput([{ line, text, hint }]);
}

function toAuth(element: unknown): RegistryAuth {
  if (!isFields(element)) throw invalid('it is not a mapping', example);
  if (Object.keys(element).some((key) => !fieldNames.includes(key))) {
    throw invalid(
      'it has an unknown field',
      'The fields are registry, username, password and scope.',
    );
  }
  if (!/^(?:|auto|false)$/i.test(readField(element, 'ecr'))) {
    throw invalid('ecr: true is not supported', ecrHint);
  }
  const username = readField(element, 'username');
  // As docker login --password-stdin does; a block in YAML ends with a newline.
  const password = readField(element, 'password').replace(/\r?\n$/, '');
  const scope = readField(element, 'scope');
  if (username === '') throw invalid('its username is empty', example);
  if (username.includes(':')) throw invalid('its username has a colon', 'Correct it.');
  if (password === '') {
    throw invalid(
      "its password is empty: the secret is empty or not passed to this event (a fork's pull request, for example)",
      'Set the secret.',
    );
  }
  if (!isScope(scope)) {
    throw invalid(
      'its scope is not valid',
      'Write a repository without the registry, @push or @pull, or both: acme/app@push.',
    );
  }
  const { registry, path } = readRegistry(readField(element, 'registry'));
  if (isEcr(registry) && username !== 'AWS') {
    throw invalid('its registry is Amazon ECR, where the username must be AWS', ecrHint);
  }
  if (scope.startsWith(`${registry}/`)) {
    throw invalid(
      'its scope begins with the registry',
      'Write the repository alone: acme/app@push.',
    );
  }
  if (path !== '' && scope !== '') {
    throw invalid('its registry has a path, and it has a scope', 'Write only one of them.');
  }
  return {
    registry,
    path,
    scope: scope === '' ? undefined : { ...readScope(`${registry}/${scope}`), registry },
    username,
    password,
  };
}

/** The text of a field; empty if it is missing. */
function readField(element: Fields, name: string): string {
  const value = element[name] ?? '';
  if (typeof value === 'string') return value;
  throw invalid(`its ${name} is not a text`, example);
}

/** A registry as in `docker login`, or with a path as in `podman login`. */
function readRegistry(source: string): Pick<RegistryAuth, 'registry' | 'path'> {
  const text = source.trim() === '' ? 'docker.io' : source.trim();
  const bare = withoutSlashes(text.replace(/^https?:\/\//i, '')).replace(/\/v[12]$/, '');
  const [, host = '', path = ''] = /^([^/]*)\/?(.*)$/s.exec(bare) ?? [];
  if (/[A-Z]/.test(path)) {
    throw invalid('its registry has upper-case letters in its path', 'Use lower-case letters.');
  }
  try {
    if (/^[a-z0-9._/-]*$/.test(path)) return { registry: parseHost(host), path };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
  }
  throw invalid('its registry is not a registry host', 'Write host, host:port or host/path.');
}

/** The same text for elements that are for the same repositories and actions. */
function placeOf({ registry, path, scope }: RegistryAuth): string {
  return JSON.stringify([registry, path, scope?.path, scope?.actions.toSorted()]);
}

/** Lines on which YAML ends a password at a comment, which may be a part of it. From 1. */
export function cutPasswords(source: string): readonly number[] {
  return source
    .split('\n')
    .flatMap((line, index) =>
      /^\s*(?:-\s+)?password\s*:\s+[^\s'"|>#].*?\s#/.test(line) ? [index + 1] : [],
    );
}

/** A field that is not secret, with the beginning of its line. */
const openField = /^\s*(?:-\s+)?(?:registry|username|scope|ecr)\s*:/;
/** The beginning of a line that is not a part of a password. */
const beginning = /^\s*(?:-\s+)?(?:\w+\s*:(?:\s|$))?/;

/**
 * Everything in `registry-auths` that the job log must mask, also if it is not valid: passwords as they are written and as YAML
 * reads them, and their base64 with the user.
 */
export function registryAuthSecrets(source: string): readonly string[] {
  const written = source
    .split(/\r?\n/)
    .filter((line) => !openField.test(line))
    .map((line) => line.replace(beginning, '').trim())
    .flatMap((text) => [text, withoutComment(text), text.replace(/^(["'])(.*)\1$/, '$2')]);
  return maskForms([...written, ...readSecrets(source)]);
}

function withoutComment(text: string): string {
  const comment = text.search(/\s#/);
  return comment === -1 ? text : text.slice(0, comment);
}

function readSecrets(source: string): readonly string[] {
  let document;
  try {
    document = loadYaml(source, example, { types: 'text' });
  } catch {
    return [];
  }
  if (!Array.isArray(document)) return [];
  return document.filter(isFields).flatMap(({ username, password }) => {
    const texts = textsIn(password);
    return typeof username === 'string'
      ? [...texts, ...texts.map((text) => basicAuth(username, text.replace(/\r?\n$/, '')))]
      : texts;
  });
}

/** All texts in a value of YAML: a password in JSON that is not quoted is a mapping. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}
