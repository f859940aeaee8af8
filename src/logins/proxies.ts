import type { KeyValue } from '../inputs/values/key-value.ts';
import { maskForms } from '../text/mask.ts';
import { quote } from '../text/problem.ts';
import type { DockerConfig } from './docker-config.ts';

/** The proxies of a Docker configuration, for a build. */
export interface Proxies {
  /** Build arguments that RUN gets without an ARG. */
  readonly buildArgs: readonly KeyValue[];
  /** To be masked before anything is logged. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

export const noProxies: Proxies = { buildArgs: [], secrets: [], warnings: [] };

/** The build argument of each field, which Docker also sets in lower case. */
const names = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  noProxy: 'NO_PROXY',
  ftpProxy: 'FTP_PROXY',
  allProxy: 'ALL_PROXY',
};

/**
 * The proxies of `proxies.default` as build arguments, as the docker CLI passes them. An argument of the user takes precedence. A
 * proxy with credentials is omitted, because build arguments are part of the pod spec.
 * @param given build arguments of the user.
 */
export function proxiesOf({ proxies, source }: DockerConfig, given: readonly KeyValue[]): Proxies {
  const givenKeys = new Set(given.map(({ key }) => key));
  const buildArgs: KeyValue[] = [];
  const secrets: string[] = [];
  const omitted: string[] = [];
  for (const [field, name] of Object.entries(names)) {
    const value = proxies[field];
    if (typeof value !== 'string' || value === '') continue;
    const keys = [name, name.toLowerCase()].filter((key) => !givenKeys.has(key));
    const credentials = credentialsOf(value);
    if (credentials === undefined) buildArgs.push(...keys.map((key) => ({ key, value })));
    else {
      secrets.push(value, ...credentials);
      if (keys.length > 0) omitted.push(field);
    }
  }
  return {
    buildArgs,
    secrets: maskForms(secrets),
    warnings: omitted.length === 0 ? [] : [warnOfCredentials(omitted, source)],
  };
}

/** The credentials in the address of a proxy: `user:password`, and both of its parts. Undefined without any. */
function credentialsOf(address: string): readonly string[] | undefined {
  const at = address.lastIndexOf('@');
  if (at === -1) return undefined;
  const credentials = address.slice(0, at).replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  return [credentials, credentials.replace(/^[^:]*:/, '')];
}

function warnOfCredentials(fields: readonly string[], source: string): string {
  return `${fields.join(', ')} of the Docker configuration ${quote(source)} has credentials, and is not passed to the build, because build arguments are part of the pod spec. Use a proxy without credentials for builds`;
}
