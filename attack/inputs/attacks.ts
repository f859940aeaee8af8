import type { Attack } from '../attack.ts';
import { findSlowTexts } from './measure.ts';
import { timedParsers } from './parsers.ts';
import { processAttacks } from './process.ts';

/** The findings that a message lists. */
const listed = 10;

/** Pathological texts for every parser. */
const timeAttacks: readonly Attack[] = timedParsers.map(({ name }) => ({
  name: `input / time of ${name}`,
  isCostly: true,
  async run(signal) {
    const found = await findSlowTexts(name, signal);
    if (found.length === 0) return;
    const more = found.length > listed ? [`and ${found.length - listed} more`] : [];
    throw new Error([...found.slice(0, listed), ...more].join('\n'));
  },
}));

export const inputAttacks: readonly Attack[] = [...timeAttacks, ...processAttacks];
