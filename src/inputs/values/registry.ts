import { invalid, quote } from '../../text/problem.ts';
import { dockerHub, parseHost, refuseScheme } from './reference.ts';

/**
 * `mirror` (of Docker Hub) or `registry=mirror`; a mirror may have a path.
 * @throws InvalidInput
 */
export function parseMirror(text: string): RegistryMirror {
  const split = text.indexOf('=');
  const registry = split === -1 ? dockerHub : parseHost(text.slice(0, split).trim());
  const mirror = text.slice(split + 1).trim();
  if (/^http:\/\//i.test(mirror)) {
    throw invalid(
      `${quote(mirror)} begins with a scheme`,
      `Write ${mirror.slice('http://'.length)}, and put ${quote(mirror)} into 'insecure-registries'.`,
    );
  }
  refuseScheme(mirror);
  parseHost(mirror.replace(/\/.*$/s, ''));
  return { registry, mirror: mirror.replace(/\/+$/, '') };
}

/** @throws InvalidInput */
export function parseInsecureRegistry(text: string): InsecureRegistry {
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw invalid(
      `${quote(text)} has an unknown scheme`,
      'Write http://host, https://host or host.',
    );
  }
  return {
    host: parseHost(rest.replace(/\/$/, '')),
    http: scheme !== 'https',
    unverifiedTls: scheme !== 'http',
  };
}

/** `pull-logins`: `auto`, `none`, or hosts. */
export function parsePullHost(text: string): string {
  if (text === 'auto' || text === 'none') {
    throw invalid(`${quote(text)} stands beside hosts`, 'Use auto, none, or a list of hosts.');
  }
  return parseHost(text.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, ''));
}

/** `registry-mirrors`: a mirror to ask before a registry; `index.docker.io` where the user named none. */
export interface RegistryMirror {
  readonly registry: string;
  /** Host, with a path where the mirror has one. */
  readonly mirror: string;
}

/** `http://host` is plain HTTP, `https://host` TLS without verification, a bare host both. */
export interface InsecureRegistry {
  readonly host: string;
  readonly http: boolean;
  readonly unverifiedTls: boolean;
}
