import type { Attack } from './attack.ts';
import { inputAttacks } from './inputs/attacks.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [...inputAttacks];
