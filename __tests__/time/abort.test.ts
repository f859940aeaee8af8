import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { abortReason, orAborted, untilAborted } from '../../src/time/abort.ts';

const never = new Promise<never>(() => undefined);

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('abortReason', () => {
  test('returns an error as it is', () => {
    const reason = new Error('cancelled');
    expect(abortReason(AbortSignal.abort(reason))).toBe(reason);
  });

  test('makes an error of any other value', () => {
    expect(abortReason(AbortSignal.abort('cancelled'))).toEqual(new Error('cancelled'));
  });
});

describe('orAborted', () => {
  test('settles as the work does', async () => {
    const { signal } = new AbortController();
    await expect(orAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(orAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
    expect(listeners(signal)).toBe(0);
  });

  test('rejects with the reason as soon as the signal is aborted', async () => {
    const cancel = new AbortController();
    const aborted = orAborted(never, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(aborted).rejects.toThrow('cancelled');
    await expect(orAborted(never, cancel.signal)).rejects.toThrow('cancelled');
  });
});

describe('untilAborted', () => {
  test('resolves when the awaited signal is aborted', async () => {
    const awaited = new AbortController();
    const { signal } = new AbortController();
    const waiting = untilAborted(awaited.signal, signal);
    awaited.abort();
    await expect(waiting).resolves.toBeUndefined();
    expect([listeners(awaited.signal), listeners(signal)]).toEqual([0, 0]);
  });

  test('resolves at once for a signal that is aborted already', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(AbortSignal.abort(), signal)).resolves.toBeUndefined();
    expect(listeners(signal)).toBe(0);
  });

  test('rejects with the reason of its own signal', async () => {
    const awaited = new AbortController();
    const stop = new AbortController();
    const waiting = untilAborted(awaited.signal, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect([listeners(awaited.signal), listeners(stop.signal)]).toEqual([0, 0]);
  });
});
