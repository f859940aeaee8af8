import type { RunCommand } from '../ports.ts';
import { secretsOf } from './credentials.ts';
import type { DockerConfig } from './docker-config.ts';
import { hostEntries, splitPushes } from './host-entries.ts';
import type { HostEntries, Logins } from './logins.ts';
import { LoginSearch, mostQuestions, type FoundLogin } from './search.ts';
import type { WantedLogin } from './wanted.ts';

/**
 * Finds the credentials of the given repositories as Docker does.
 * @param configs in the order in which they are searched.
 * @throws BuildError('input') if the credentials of a required repository cannot be read, and there are no others for it; the
 * signal's reason if it is aborted.
 */
export async function collectLogins(
  configs: readonly DockerConfig[],
  wanted: readonly WantedLogin[],
  run: RunCommand,
  signal: AbortSignal,
): Promise<Logins> {
  const search = new LoginSearch(configs, run, signal);
  const found: FoundLogin[] = [];
  const warnings = new Set(unreadWarnings(configs, wanted));
  for (const use of wanted) {
    const { login, failures } = await search.find(use);
    const [first] = failures;
    if (first !== undefined && login === undefined && use.required) throw first;
    const consequence =
      login === undefined
        ? `${use.registry} is pulled from without credentials`
        : `the credentials in ${login.source} are used`;
    for (const failure of failures) warnings.add(`${failure.message}; ${consequence}`);
    found.push({ use, ...(login !== undefined && { login }) });
  }
  const unasked = search.unasked.size;
  if (unasked > 0) {
    warnings.add(
      `the credential helpers were asked for ${mostQuestions} registries only: ${unasked} others are pulled from without their credentials. Set 'pull-logins' to the registries that need credentials`,
    );
  }
  const byHost = new Map<string, HostEntries>();
  for (const [registry, ofRegistry] of Map.groupBy(found, ({ use }) => use.registry)) {
    if (ofRegistry.every(({ login }) => login === undefined)) continue;
    byHost.set(registry, hostEntries(ofRegistry));
    for (const warning of splitPushes(ofRegistry)) warnings.add(warning);
  }
  const secrets = found.flatMap(({ login }) =>
    login === undefined ? [] : secretsOf(login.credentials),
  );
  return { byHost, secrets: [...new Set(secrets)], warnings: [...warnings] };
}

/** The warnings for configurations that could not be read; none for one with the scope of a registry that is not wanted. */
function unreadWarnings(
  configs: readonly DockerConfig[],
  wanted: readonly WantedLogin[],
): readonly string[] {
  const registries = new Set(wanted.map(({ registry }) => registry));
  return configs.flatMap(({ failure, scope }) =>
    failure === undefined || (scope !== undefined && !registries.has(scope.registry))
      ? []
      : [
          `${failure.message}; its credentials are not used. Make it readable, or set 'docker-config' to the configuration to use`,
        ],
  );
}
