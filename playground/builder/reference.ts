import { parseRepository } from '../../src/inputs/values/reference.ts';

/** An image in a registry. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly version: string;
  /** With host, repository and tag or digest, as kaniko writes it to the log. */
  readonly text: string;
}

/** @throws Error with go-containerregistry's text for an invalid reference. */
export function parseReference(text: string): Reference {
  const [, name = '', tag, digest] =
    /^(.+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  const { registry, path } = readRepository(name, text);
  const version = digest ?? tag ?? 'latest';
  const separator = digest === undefined ? ':' : '@';
  return {
    registry,
    repository: path,
    version,
    text: `${registry}/${path}${separator}${version}`,
  };
}

function readRepository(name: string, text: string): { registry: string; path: string } {
  try {
    return parseRepository(name);
  } catch {
    throw notAReference(name, text);
  }
}

function notAReference(name: string, text: string): Error {
  const path = name.replace(/^[^/]*[.:][^/]*\//, '');
  if (path === path.toLowerCase()) return new Error(`could not parse reference: ${text}`);
  return new Error(
    `repository can only contain the characters \`abcdefghijklmnopqrstuvwxyz0123456789_-./\`: ${path}`,
  );
}
