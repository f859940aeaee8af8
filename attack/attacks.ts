import type { Attack } from './attack.ts';
import { secretAttacks } from './secrets/attacks.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [...secretAttacks];
