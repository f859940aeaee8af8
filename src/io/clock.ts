import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // The timer throws an AbortError without a cause; the reason of the signal has the message for the user.
      throw signal.aborted ? signal.reason : error;
    }
  },
};
