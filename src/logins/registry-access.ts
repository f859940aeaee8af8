import type { InsecureRegistry } from '../inputs/values/registry.ts';
import type { Registry } from '../ports.ts';
import type { Logins } from './logins.ts';

/** What the runner's own requests to registries use. */
export interface RegistryAccess {
  readonly logins: Logins['byHost'];
  /** A CA certificate that is trusted in addition, PEM. */
  readonly ca: string | undefined;
  readonly insecure: readonly InsecureRegistry[];
}

/** Sends nothing yet. */
export type OpenRegistry = (access: RegistryAccess) => Registry;
