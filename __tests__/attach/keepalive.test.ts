import { expect, test } from '@jest/globals';
import { probeConnection } from '../../src/attach/keepalive.ts';
import { VirtualClock } from '../support/clock.ts';

interface Watched {
  readonly clock: VirtualClock;
  readonly signs: { lastPongMs: number; lastAcceptedMs: number };
  readonly stop: AbortController;
  readonly pings: number[];
  readonly probes: number[];
  readonly end: ReturnType<typeof probeConnection>;
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

test('pings every ten seconds and asks nobody else while pongs come', async () => {
  const { clock, stop, pings, probes, end } = watch(
    () => true,
    () => false,
  );
  await clock.advance(45_000);
  expect(pings).toEqual([0, 10, 20, 30, 40]);
  expect(probes).toEqual([]);
  stop.abort();
  expect(await end).toBeUndefined();
  expect(clock.sleeping).toBe(0);
});

test('a missing pong and a cluster that does not answer is a dead connection', async () => {
  const { clock, probes, end } = watch(
    (second) => second === 0,
    () => false,
  );
  expect(await clock.until(end)).toMatchObject({
    kind: 'lost',
    message:
      'the connection to the container is dead: no answer to pings, and the API server cannot be reached',
  });
  expect(probes).toEqual([20]);
});

test('five minutes without a sign are death although the cluster answers', async () => {
  const { clock, end } = watch(
    () => false,
    () => true,
  );
  expect(await clock.until(end)).toMatchObject({
    kind: 'lost',
    message: 'the connection to the container is dead: nothing moved for 5 minutes',
  });
  expect(clock.now()).toBe(300_000);
});

test('bytes that the operating system takes keep a connection without pongs alive', async () => {
  const { clock, signs, end } = watch(
    () => false,
    () => true,
  );
  await clock.advance(290_000);
  signs.lastAcceptedMs = clock.now();
  await clock.until(end);
  expect(clock.now()).toBe(590_000);
});

test('a signal that was aborted before pings nobody', async () => {
  const clock = new VirtualClock();
  const fail = (): never => {
    throw new Error('nobody may be asked');
  };
  const signs = { lastPongMs: 0, lastAcceptedMs: 0 };
  const ports = { clock, ping: fail, probe: fail };
  expect(await probeConnection(signs, ports, AbortSignal.abort())).toBeUndefined();
});
