import { basicAuth } from '../inputs/auths/basic-auth.ts';
import type { RegistryAuth } from '../inputs/auths/registry-auths.ts';
import { compareScopes } from '../inputs/auths/scope.ts';
import type { DockerConfig } from './docker-config.ts';
import { writeKey } from './registry-key.ts';

/** The elements of `registry-auths` as Docker configurations, in the order in which they are searched: those with a scope first. */
export function givenConfigs(auths: readonly RegistryAuth[]): readonly DockerConfig[] {
  const scoped = auths
    .flatMap((auth) =>
      auth.scope === undefined ? [] : [{ ...configOf([auth]), scope: auth.scope }],
    )
    .toSorted((one, other) => compareScopes(one.scope, other.scope));
  const others = auths.filter(({ scope }) => scope === undefined);
  return others.length === 0 ? scoped : [...scoped, configOf(others)];
}

function configOf(auths: readonly RegistryAuth[]): DockerConfig {
  const entries = auths.map(({ registry, path, username, password }) => [
    writeKey({ host: registry, path }),
    { auth: basicAuth(username, password) },
  ]);
  return {
    source: 'registry-auths',
    auths: Object.fromEntries(entries) as DockerConfig['auths'],
    credHelpers: {},
    credsStore: undefined,
    proxies: {},
  };
}
