import type { BuildError } from '../errors.ts';

/** True if a server in front of the API server has removed the header Upgrade: the API server asks for it. A retry does not help. */
export function isUpgradeDropped({ code, message }: Pick<BuildError, 'code' | 'message'>): boolean {
  return code === 400 && message.includes('Upgrade request required');
}
