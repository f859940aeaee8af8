import type { Attack } from '../attack.ts';
import { accessBehaviours } from './access.ts';
import { attackWith } from './behaviour.ts';
import { podBehaviours } from './pods.ts';
import { streamBehaviours } from './streams.ts';

/** Servers in place of the API server, or between it and the runner. */
export const serverAttacks: readonly Attack[] = [
  ...accessBehaviours,
  ...podBehaviours,
  ...streamBehaviours,
].map(attackWith);
