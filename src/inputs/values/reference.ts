import { invalid, quote } from '../../text/problem.ts';
import { show } from '../../text/show.ts';

/** Docker Hub's registry as go-containerregistry (kaniko, crane) names it. */
export const dockerHub = 'index.docker.io';

/** A repository in full: the registry is always set. */
export interface Repository {
  /** Host and port; `index.docker.io` for Docker Hub. */
  readonly registry: string;
  /** Path without the registry, `library/` added where Docker adds it. */
  readonly path: string;
}

/** A repository that a Dockerfile names. */
export interface PulledRepository extends Repository {
  /** The host as builders name it: as in the Dockerfile, `index.docker.io` for `docker.io` and for a reference without a host. */
  readonly host: string;
}

// The grammar of github.com/distribution/reference.
const component = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const hostPattern = new RegExp(
  `^(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?$`,
);
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const longestName = 255;

/**
 * An image reference to push, with Docker's defaults: Docker Hub without a host, `latest` without a tag.
 * @throws InvalidInput
 */
export function parseReference(text: string): ImageReference {
  refuseUser(text);
  refuseScheme(text);
  if (text.includes('@')) {
    throw invalid(
      `${quote(text)} has a digest, but an image can only be pushed to a tag`,
      'Write registry/repository:tag.',
    );
  }
  const { name, tag } = splitTag(text);
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw invalid(
      `${quote(text)} has an invalid tag after the last ":"`,
      'Use at most 128 letters, digits, "_", "." and "-", not beginning with "." or "-".',
    );
  }
  const { registry, path } = parseRepository(name);
  return {
    text: `${canonicalName(name)}:${tag ?? 'latest'}`,
    registry,
    repository: path,
    tag: tag ?? 'latest',
  };
}

/**
 * A repository without tag and digest.
 * @throws InvalidInput
 */
export function parseRepository(name: string): Repository {
  const { host, path } = splitHost(name);
  if (host !== undefined && !hostPattern.test(host)) {
    throw invalid(
      `${quote(name)} has an invalid registry before the first "/"`,
      'Write host[:port]/repository.',
    );
  }
  if (path !== path.toLowerCase()) {
    throw invalid(
      `${quote(name)} has upper-case letters in the repository`,
      show(name) === name
        ? `Use ${host === undefined ? '' : `${host}/`}${path.toLowerCase()}.`
        : 'Use lower-case letters.',
    );
  }
  if (name.length > longestName || !path.split('/').every((part) => pathPattern.test(part))) {
    throw invalid(
      `${quote(name)} is not a repository`,
      'Use lower-case letters and digits, separated by ".", "_", "-" or "/".',
    );
  }
  const registry = normalizeHost(host ?? dockerHub);
  return {
    registry,
    path: registry === dockerHub && !path.includes('/') ? `library/${path}` : path,
  };
}

/** @throws InvalidInput for `https://host/repository`. */
export function refuseScheme(text: string): void {
  if (!/^[a-z]+:\/\//i.test(text)) return;
  throw invalid(
    `${quote(text)} begins with a scheme`,
    `Write ${show(text).replace(/^[a-z]+:\/\//i, '')}.`,
  );
}

/** @throws InvalidInput for `user:password@host`. Quotes only the part after the last `@`. */
export function refuseUser(text: string): void {
  const at = text.lastIndexOf('@');
  if (at === -1 || /^sha\d+:/.test(text.slice(at + 1))) return;
  throw invalid(
    `it has a user name or a password before ${quote(text.slice(at))}`,
    'Remove it. Registry credentials come from docker login, docker-config, registry-auths or registry-secret.',
  );
}

/**
 * Host and port of a registry, without a scheme and a path.
 * @throws InvalidInput
 */
export function parseHost(text: string): string {
  refuseUser(text);
  if (hostPattern.test(text)) return normalizeHost(text);
  throw invalid(`${quote(text)} is not a registry host`, 'Write host or host:port.');
}

/** Names of Docker Hub in addition to `docker.io`, which builders replace themselves. */
const hubAliases = ['registry-1.docker.io', 'registry.hub.docker.com'];

/** The host in lower case, or `index.docker.io` for every host name of Docker Hub. */
export function normalizeHost(host: string): string {
  const name = host.toLowerCase();
  return name === 'docker.io' || hubAliases.includes(name) ? dockerHub : name;
}

/**
 * A repository as builders get it. They compare hosts as text, with those of credentials and certificates: a host is in lower
 * case, and an alias of Docker Hub is replaced. A name that needs neither is returned as it is.
 */
export function canonicalName(name: string): string {
  const { host, path } = splitHost(name);
  if (host === undefined || host === 'docker.io') return name;
  return `${normalizeHost(host)}/${path}`;
}

/**
 * The repository of an image reference in a Dockerfile, which may have a tag and a digest; undefined if it is not a reference.
 */
export function pulledRepository(reference: string): PulledRepository | undefined {
  const { name } = splitTag(reference.replace(/@.*$/s, ''));
  const { host, path } = splitHost(name);
  const isReference = path.split('/').every((part) => pathPattern.test(part));
  if (!isReference || (host !== undefined && !hostPattern.test(host))) return undefined;
  const registry = normalizeHost(host ?? dockerHub);
  return {
    registry,
    path: registry === dockerHub && !path.includes('/') ? `library/${path}` : path,
    host: host === undefined || host === 'docker.io' ? dockerHub : host,
  };
}

/** Registry of an image reference in a Dockerfile, which may have a tag and a digest; undefined if it is not a reference. */
export function registryOf(reference: string): string | undefined {
  return pulledRepository(reference)?.registry;
}

/** A colon in the last path component separates the tag; elsewhere it belongs to the port. */
function splitTag(text: string): { name: string; tag: string | undefined } {
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  if (colon === -1) return { name: text, tag: undefined };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/**
 * The first component is a host if it has a dot or a port, or is `localhost`. Docker also treats a component with capitals
 * as a host. Builders do not, and it is nearly always the name of an organisation, which must be in lower case.
 */
function splitHost(name: string): { host: string | undefined; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const isHost = /[.:]/.test(first) || first === 'localhost';
  return slash > 0 && isHost
    ? { host: first, path: name.slice(slash + 1) }
    : { host: undefined, path: name };
}

/** `registry/repository:tag` in full: the registry is always set. */
export interface ImageReference {
  /** The text of the input with `:latest` added if it has no tag, and with a canonical host. */
  readonly text: string;
  /** `index.docker.io` for references without a host. */
  readonly registry: string;
  /** Repository without the registry, `library/` added where Docker adds it. */
  readonly repository: string;
  readonly tag: string;
}
