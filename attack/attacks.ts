import type { Attack } from './attack.ts';
import { secretAttacks } from './secrets/attacks.ts';
import { hiddenServerAttacks } from './secrets/hide-server.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [...secretAttacks, ...hiddenServerAttacks];
