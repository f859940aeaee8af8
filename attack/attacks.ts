import type { Attack } from './attack.ts';
import { inputAttacks } from './inputs/attacks.ts';
import { podAttacks } from './pod.ts';
import { registryAttacks } from './registry.ts';
import { secretAttacks } from './secrets/attacks.ts';
import { hiddenServerAttacks } from './secrets/hide-server.ts';
import { serverAttacks } from './server/attacks.ts';

/** All attacks that need no cluster. */
export const attacks: readonly Attack[] = [
  ...inputAttacks,
  ...podAttacks,
  ...registryAttacks,
  ...secretAttacks,
  ...hiddenServerAttacks,
  ...serverAttacks,
];
