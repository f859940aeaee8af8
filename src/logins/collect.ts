import { BuildError } from '../errors.ts';
import type { RunCommand } from '../ports.ts';
import { quote } from '../text/problem.ts';
import { isUsable, readCredentials, secretsOf, type Credentials } from './credentials.ts';
import type { DockerConfig } from './docker-config.ts';
import { askHelper } from './helper.ts';
import type { WantedHost } from './hosts.ts';
import type { HostEntries, Logins } from './logins.ts';
import { readKey, writeKey } from './registry-key.ts';

/**
 * Finds the credentials of the given registries as docker does: from the registry's credential helper, else from the
 * credential store, else from the file's own entry.
 * @throws BuildError('input') if the helper of a required registry fails or its entry is not valid; the signal's reason if
 * it is aborted.
 */
export async function collectLogins(
  config: DockerConfig,
  hosts: readonly WantedHost[],
  run: RunCommand,
  signal: AbortSignal,
): Promise<Logins> {
  const byHost = new Map<string, HostEntries>();
  const warnings: string[] = [];
  for (const { host, required } of hosts) {
    try {
      const entries = await findEntries(config, host, run, signal);
      if (Object.keys(entries).length > 0) byHost.set(host, entries);
    } catch (error) {
      if (required || signal.aborted || !(error instanceof BuildError)) throw error;
      warnings.push(`${error.message}; ${host} is pulled from without credentials`);
    }
  }
  const all = [...byHost.values()].flatMap((entries) => Object.values(entries));
  return { byHost, secrets: all.flatMap(secretsOf), warnings };
}

async function findEntries(
  config: DockerConfig,
  host: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<HostEntries> {
  const helper = findHelper(config, host);
  const credentials = helper === undefined ? undefined : await askHelper(helper, host, run, signal);
  if (credentials === undefined) return fileEntries(config, host);
  return { [writeKey({ host, path: '' })]: credentials };
}

function findHelper({ credHelpers, credsStore }: DockerConfig, host: string): string | undefined {
  const own = Object.entries(credHelpers).find(([key]) => readKey(key).host === host)?.[1];
  return typeof own === 'string' ? own : credsStore;
}

/** The file's entries for the registry and for paths in it. @throws BuildError('input') for one that is not valid. */
function fileEntries({ auths, source }: DockerConfig, host: string): HostEntries {
  const entries: Record<string, Credentials> = {};
  for (const [key, value] of Object.entries(auths)) {
    const place = readKey(key);
    const credentials = place.host === host ? readCredentials(value) : undefined;
    if (credentials === undefined) continue;
    if (!isUsable(credentials)) throw invalidCredentials(key, source);
    entries[writeKey(place)] = credentials;
  }
  return entries;
}

/** The error for credentials that the builder would also refuse. It does not quote them. */
function invalidCredentials(key: string, source: string): BuildError {
  return new BuildError(
    'input',
    `invalid credentials for ${quote(key)} in the Docker configuration ${quote(source)}: auth is not the base64 text of user:password`,
    { hint: 'Log in to this registry again in an earlier step, or correct the entry.' },
  );
}
