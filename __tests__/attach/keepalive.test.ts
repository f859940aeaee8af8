import { expect, test } from '@jest/globals';
import { probeConnection } from '../../src/attach/keepalive.ts';
import type { BuildError } from '../../src/errors.ts';
import { orAborted } from '../../src/time/abort.ts';
import { VirtualClock } from '../support/clock.ts';

interface Watched {
  readonly clock: VirtualClock;
  readonly signs: { lastPongMs: number; lastAcceptedMs: number };
  readonly stop: AbortController;
  readonly pings: number[];
  readonly probes: number[];
  readonly end: Promise<BuildError>;
}

/** A connection that pings since second 0; `pong` and `probe` answer with what happens at that second. */
function watch(pong: (second: number) => boolean, probe: (second: number) => boolean): Watched {
  const clock = new VirtualClock(0);
  const signs = { lastPongMs: 0, lastAcceptedMs: 0 };
  const stop = new AbortController();
  const pings: number[] = [];
  const probes: number[] = [];
  const second = (): number => clock.now() / 1_000;
  const end = probeConnection(
    signs,
    {
      clock,
      ping: () => {
        pings.push(second());
        if (pong(second())) signs.lastPongMs = clock.now();
      },
      probe: () => {
        probes.push(second());
        return Promise.resolve(probe(second()));
      },
    },
    stop.signal,
  );
  return { clock, signs, stop, pings, probes, end };
}

test('pings every ten seconds and sends no other request while pongs arrive', async () => {
  const { clock, stop, pings, probes, end } = watch(
    () => true,
    () => false,
  );
  await clock.advance(45_000);
  expect(pings).toEqual([0, 10, 20, 30, 40]);
  expect(probes).toEqual([]);
  const reason = new Error('the upload has ended');
  stop.abort(reason);
  await expect(end).rejects.toBe(reason);
  expect(clock.sleeping).toBe(0);
});

test('times out when a pong is missing and the API server does not respond', async () => {
  const { clock, probes, end } = watch(
    (second) => second === 0,
    () => false,
  );
  expect(await clock.until(end)).toMatchObject({
    kind: 'lost',
    message:
      'the connection to the container timed out: no response to pings, and the API server is unreachable',
  });
  expect(probes).toEqual([20]);
});

test('times out after five minutes without activity although the API server responds', async () => {
  const { clock, end } = watch(
    () => false,
    () => true,
  );
  expect(await clock.until(end)).toMatchObject({
    kind: 'lost',
    message:
      'the connection to the container timed out: no data was sent or received for 5 minutes',
  });
  expect(clock.now()).toBe(300_000);
});

test('does not time out without pongs while the operating system accepts bytes', async () => {
  const { clock, signs, end } = watch(
    () => false,
    () => true,
  );
  await clock.advance(290_000);
  signs.lastAcceptedMs = clock.now();
  await clock.until(end);
  expect(clock.now()).toBe(590_000);
});

test('sends no ping if the signal is aborted already', async () => {
  const clock = new VirtualClock();
  const fail = (): never => {
    throw new Error('a request was sent');
  };
  const signs = { lastPongMs: 0, lastAcceptedMs: 0 };
  const reason = new Error('the upload has ended');
  const probing = probeConnection(
    signs,
    { clock, ping: fail, probe: fail },
    AbortSignal.abort(reason),
  );
  await expect(probing).rejects.toBe(reason);
});

test('aborts a request that is in progress', async () => {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const probe = (signal: AbortSignal): Promise<never> =>
    orAborted(new Promise(() => undefined), signal);
  const signs = { lastPongMs: 0, lastAcceptedMs: 0 };
  const end = probeConnection(signs, { clock, ping: () => undefined, probe }, stop.signal);
  end.catch(() => undefined);
  await clock.advance(20_000);
  const reason = new Error('the upload has ended');
  stop.abort(reason);
  await expect(end).rejects.toBe(reason);
});
