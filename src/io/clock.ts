import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // The timer's own AbortError says nothing; the signal's reason is the sentence for the user.
      throw signal.aborted ? signal.reason : error;
    }
  },
};
