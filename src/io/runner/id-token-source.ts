import type { Clock } from '../../ports.ts';
import { jwtClaims, jwtTime } from '../../text/jwt.ts';
import { orAborted } from '../../time/abort.ts';
import { race } from '../../time/race.ts';

/** How long a request waits for a new token as long as it can have the last one. */
const longestWaitMs = 3_000;

/** A token with the times, on the Clock, from which it is renewed, from which requests wait for the new one, and of its end. */
interface Token {
  readonly text: string;
  readonly renewAtMs: number;
  readonly waitAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * A short-lived OIDC token of the job, which is replaced as the step goes on: after half of its life in the background, and
 * after three quarters before the next request, which waits for it only for some seconds. The length of its life is that of its own claims, so the date of the runner
 * does not matter.
 */
export class IdTokenSource {
  readonly #request: (signal: AbortSignal) => Promise<string>;
  readonly #clock: Clock;
  #last: Token | undefined;
  /** The request that all callers wait for. */
  #pending: Promise<Token> | undefined;

  /** @param request returns a new token; limits its own time. */
  constructor(request: (signal: AbortSignal) => Promise<string>, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /**
   * The token for a request that is sent now. If it cannot be renewed, it is used until it expires.
   * @throws the error of the request for a new token, or the signal's reason.
   */
  async current(signal: AbortSignal): Promise<string> {
    const last = this.#last;
    if (last !== undefined && this.#clock.now() < last.renewAtMs) return last.text;
    this.#pending ??= this.#renew();
    // A failure is that of the request that waits.
    this.#pending.catch(() => undefined);
    if (last !== undefined && this.#clock.now() < last.waitAtMs) return last.text;
    try {
      return await this.#renewed(this.#pending, signal);
    } catch (error) {
      if (signal.aborted || this.#last === undefined) throw error;
      if (this.#clock.now() >= this.#last.expiresAtMs) throw error;
      return this.#last.text;
    }
  }

  /** The new token; the last one instead if the new one takes longer than `longestWaitMs` and the last one is valid then. */
  async #renewed(pending: Promise<Token>, signal: AbortSignal): Promise<string> {
    const renewal = async (until: AbortSignal): Promise<string> =>
      (await orAborted(pending, until)).text;
    const last = this.#last;
    if (last === undefined || this.#clock.now() + longestWaitMs >= last.expiresAtMs)
      return renewal(signal);
    return race(signal, [
      renewal,
      async (until) => {
        await this.#clock.sleep(longestWaitMs, until);
        return last.text;
      },
    ]);
  }

  /** After a 401: the next request gets a new token. */
  forget(): void {
    this.#last = undefined;
  }

  async #renew(): Promise<Token> {
    const sentAtMs = this.#clock.now();
    try {
      const text = await this.#request(neverAborted);
      const lifeMs = lifeOf(text);
      this.#last = {
        text,
        renewAtMs: sentAtMs + lifeMs / 2,
        waitAtMs: sentAtMs + (lifeMs * 3) / 4,
        expiresAtMs: sentAtMs + lifeMs,
      };
      return this.#last;
    } finally {
      this.#pending = undefined;
    }
  }
}

/** The callers of a request end one by one; the request ends with its own limits. */
const neverAborted = new AbortController().signal;

/** From the issue of a token to its end, in milliseconds; without these claims, until a 401. */
function lifeOf(token: string): number {
  const claims = jwtClaims(token);
  const [issued, expires] = [jwtTime(claims, 'iat'), jwtTime(claims, 'exp')];
  if (issued === undefined || expires === undefined) return Infinity;
  return Math.max(0, expires - issued) * 1_000;
}
