import type { Attack } from '../attack.ts';
import { accessBehaviours } from './access.ts';
import { attackWith } from './behaviour.ts';
import { podBehaviours } from './pods.ts';
import { attackProcess } from './real-process.ts';
import { streamBehaviours } from './streams.ts';

const behaviours = [...accessBehaviours, ...podBehaviours, ...streamBehaviours];

/** Behaviours that end within seconds in real time. */
const quick = ['a refused attach with a body without end', 'a review nested 100,000 deep'];

/** Servers in place of the API server, or between it and the runner. */
export const serverAttacks: readonly Attack[] = [
  ...behaviours.map(attackWith),
  ...behaviours.filter(({ name }) => quick.includes(name)).map(attackProcess),
];
