import type { PodRef } from '../../ports.ts';

// The state that the build step saves for the post step. Imports nothing, so that a post step without work ends at once.

type Environment = Readonly<Record<string, string | undefined>>;

/** Names under which the post step finds the state, as `STATE_<name>`. `isPost` is set by its own entry, scripts/bundle.mjs. */
export const stateNames = { isPost: 'isPost', pods: 'pods', ca: 'ca' } as const;

/** True in the post step. */
export function isPostStep(environment: NodeJS.ProcessEnv): boolean {
  return environment[`STATE_${stateNames.isPost}`] === 'true';
}

/** Pods that the build step could not remove. A build could have written to the state: only names that the action gives are taken. */
export function rememberedPods(environment: Environment): readonly PodRef[] {
  let value: unknown;
  try {
    value = JSON.parse(environment[`STATE_${stateNames.pods}`] ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isOwnPod) : [];
}

/** The CA certificate of the API server that the build step saved, in PEM. */
export function rememberedCa(environment: Environment): string | undefined {
  const pem = environment[`STATE_${stateNames.ca}`] ?? '';
  return pem === '' ? undefined : pem;
}

function isOwnPod(value: unknown): value is PodRef {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value) || !('namespace' in value)) return false;
  const { name, namespace } = value;
  return (
    typeof name === 'string' &&
    typeof namespace === 'string' &&
    /^kbp-[a-z0-9-]{1,59}$/.test(name) &&
    /^[a-z0-9-]{1,63}$/.test(namespace)
  );
}
