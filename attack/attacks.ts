import type { Attack } from './attack.ts';
import { serverAttacks } from './server/attacks.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [...serverAttacks];
