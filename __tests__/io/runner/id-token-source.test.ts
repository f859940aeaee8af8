import { expect, test } from '@jest/globals';
import { IdTokenSource } from '../../../src/io/runner/id-token-source.ts';
import { VirtualClock } from '../../support/clock.ts';

const { signal } = new AbortController();

/** Tokens of 100 s, numbered. The date of their issuer is years from that of the clock. */
function numbered(lifeSeconds: number | undefined = 100): {
  clock: VirtualClock;
  source: IdTokenSource;
  requests: () => number;
  fail: (isFailing: boolean) => void;
} {
  const clock = new VirtualClock();
  let count = 0;
  let isFailing = false;
  const issue = async (): Promise<string> => {
    count += 1;
    await clock.sleep(1_000, signal);
    if (isFailing) throw new Error('the runner is unavailable');
    return jwt(count, lifeSeconds);
  };
  return {
    clock,
    source: new IdTokenSource(issue, clock),
    requests: () => count,
    fail: (value) => {
      isFailing = value;
    },
  };
}

function jwt(number: number, lifeSeconds = 100): string {
  const claims = { iat: 7, exp: 7 + lifeSeconds, number };
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

function numberOf(token: string): unknown {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    number: number;
  };
  return claims.number;
}

test('requests one token for requests at the same time', async () => {
  const { clock, source, requests } = numbered();
  const both = Promise.all([source.current(signal), source.current(signal)]);
  await clock.advance(1_000);
  expect((await both).map(numberOf)).toEqual([1, 1]);
  expect(requests()).toBe(1);
});

test('renews a token after half of its life without a wait, and after three quarters before the request', async () => {
  const { clock, source, requests } = numbered();
  const first = source.current(signal);
  await clock.advance(1_000);
  await first;
  await clock.advance(48_000);
  expect(numberOf(await source.current(signal))).toBe(1);
  expect(requests()).toBe(1);
  await clock.advance(1_000);
  expect(numberOf(await source.current(signal))).toBe(1);
  expect(requests()).toBe(2);
  await clock.advance(1_000);
  expect(numberOf(await source.current(signal))).toBe(2);
  await clock.advance(75_000);
  const third = source.current(signal);
  await clock.advance(1_000);
  expect(numberOf(await third)).toBe(3);
});

test('uses a token that cannot be renewed until it expires', async () => {
  const { clock, source, fail } = numbered();
  const first = source.current(signal);
  await clock.advance(1_000);
  await first;
  fail(true);
  await clock.advance(97_000);
  const last = source.current(signal);
  await clock.advance(1_000);
  expect(numberOf(await last)).toBe(1);
  const expired = source.current(signal);
  const outcome = expect(expired).rejects.toThrow('the runner is unavailable');
  await clock.advance(1_000);
  await outcome;
  fail(false);
  const renewed = source.current(signal);
  await clock.advance(1_000);
  expect(numberOf(await renewed)).toBe(4);
});

test('does not wait long for a new token as long as it has one that is valid', async () => {
  const clock = new VirtualClock();
  let count = 0;
  const silent = new Promise<never>(() => undefined);
  const issue = (): Promise<string> => ((count += 1) === 1 ? Promise.resolve(jwt(1)) : silent);
  const source = new IdTokenSource(issue, clock);
  await source.current(signal);
  await clock.advance(80_000);
  const startedAt = clock.now();
  expect(numberOf(await clock.until(source.current(signal)))).toBe(1);
  expect(clock.now() - startedAt).toBe(3_000);
  const stop = new AbortController();
  const stopped = source.current(stop.signal);
  stop.abort(new Error('cancelled'));
  await expect(stopped).rejects.toThrow('cancelled');
  expect(clock.sleeping).toBe(0);
  expect(count).toBe(2);
});

test('does not use a token again that the API server has refused', async () => {
  const { clock, source, fail } = numbered();
  const first = source.current(signal);
  await clock.advance(1_000);
  await first;
  source.forget();
  fail(true);
  const refused = source.current(signal);
  const outcome = expect(refused).rejects.toThrow('the runner is unavailable');
  await clock.advance(1_000);
  await outcome;
});

test('ends the wait with the reason of the signal; others get the token', async () => {
  const { clock, source, requests } = numbered();
  const stop = new AbortController();
  const stopped = source.current(stop.signal);
  const other = source.current(signal);
  stop.abort(new Error('cancelled'));
  await expect(stopped).rejects.toThrow('cancelled');
  await clock.advance(1_000);
  expect(numberOf(await other)).toBe(1);
  expect(requests()).toBe(1);
});

test('uses a token without times until it is refused', async () => {
  const clock = new VirtualClock();
  let count = 0;
  const source = new IdTokenSource(() => Promise.resolve(`opaque-${(count += 1)}`), clock);
  expect(await source.current(signal)).toBe('opaque-1');
  await clock.advance(1e9);
  expect(await source.current(signal)).toBe('opaque-1');
  source.forget();
  expect(await source.current(signal)).toBe('opaque-2');
});
