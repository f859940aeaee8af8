import { invalid, quote } from '../../text/problem.ts';
import { show } from '../../text/show.ts';
import { dockerHub, parseHost, refuseScheme, refuseUser } from './reference.ts';

/**
 * `mirror` (of Docker Hub) or `registry=mirror`; a mirror may have a path.
 * @throws InvalidInput
 */
export function parseMirror(text: string): RegistryMirror {
  const split = text.indexOf('=');
  const registry = split === -1 ? dockerHub : parseHost(text.slice(0, split).trim());
  const mirror = text.slice(split + 1).trim();
  refuseUser(mirror);
  if (/^http:\/\//i.test(mirror)) {
    throw invalid(
      `${quote(mirror)} begins with a scheme`,
      `Write ${show(mirror.slice('http://'.length))}, and add ${quote(mirror)} to 'insecure-registries'.`,
    );
  }
  refuseScheme(mirror);
  const [, host = '', path = ''] = /^([^/]*)(.*)$/s.exec(mirror) ?? [];
  return { registry, mirror: `${parseHost(host)}${path.replace(/\/+$/, '')}` };
}

/**
 * `http://host`, `https://host` or `host`.
 * @throws InvalidInput
 */
export function parseInsecureRegistry(text: string): InsecureRegistry {
  refuseUser(text);
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw invalid(
      `${quote(text)} has an unknown scheme`,
      'Write http://host, https://host or host.',
    );
  }
  return {
    host: parseHost(rest.replace(/\/$/, '')),
    http: scheme?.toLowerCase() !== 'https',
    unverifiedTls: scheme?.toLowerCase() !== 'http',
  };
}

/**
 * One host of a list in `pull-logins`; a scheme and an API path such as `/v2/` are removed.
 * @throws InvalidInput
 */
export function parsePullHost(text: string): string {
  if (text === 'auto' || text === 'none') {
    throw invalid(
      `${quote(text)} cannot be combined with hosts`,
      'Use auto, none, or a list of hosts.',
    );
  }
  return parseHost(text.replace(/^https?:\/\//i, '').replace(/\/(v[12]\/?)?$/, ''));
}

/** `registry-mirrors`: a mirror that is used ahead of its registry. */
export interface RegistryMirror {
  /** Host; `index.docker.io` if the input has only a mirror. */
  readonly registry: string;
  /** Host, with the path if the mirror has one. */
  readonly mirror: string;
}

/** `http://host` is plain HTTP, `https://host` TLS without verification, a host alone both. */
export interface InsecureRegistry {
  readonly host: string;
  readonly http: boolean;
  readonly unverifiedTls: boolean;
}
