/** One attempt to break a promise of the action. It needs neither a cluster nor a network besides loopback. */
export interface Attack {
  /** Where the attacker is and what it does: `input / a Dockerfile directive of 20,000 spaces`. Unique. */
  readonly name: string;
  /** Takes seconds: npm test leaves it out, `npm run attack` and CI run it. */
  readonly isCostly?: true;
  /**
   * Attacks, and resolves if the promise was kept.
   * @param signal aborted when the time of the attack is over.
   * @throws Error that says what was seen instead.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
}
