import type { Attack } from './attack.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [];
