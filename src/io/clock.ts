import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The longest time of a timer of Node, 24.8 days. It takes a longer one for one millisecond. */
const longestTimerMs = 2 ** 31 - 1;

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      let leftMs = ms;
      do {
        await delay(Math.min(leftMs, longestTimerMs), undefined, { signal });
        leftMs -= longestTimerMs;
      } while (leftMs > 0);
    } catch (error) {
      // The timer throws an AbortError without a cause; the reason of the signal has the message for the user.
      throw signal.aborted ? signal.reason : error;
    }
  },
};
