import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { untilAborted } from '../../src/time/abort.ts';
import { Scope, withScope } from '../../src/time/scope.ts';

const { signal: forever } = new AbortController();

/** Work that takes one more turn to end after the abort, and reports its end. */
function slowToEnd(ends: string[]): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    await untilAborted(signal, forever);
    await Promise.resolve();
    ends.push('work');
  };
}

describe('Scope', () => {
  test('is aborted with the reason of the outer signal', () => {
    const outer = new AbortController();
    const scope = new Scope(outer.signal);
    const reason = new Error('cancelled');
    expect(scope.signal.aborted).toBe(false);
    outer.abort(reason);
    expect(scope.signal.reason).toBe(reason);
    expect(new Scope(outer.signal).signal.reason).toBe(reason);
  });

  test('keeps the first reason', () => {
    const outer = new AbortController();
    const scope = new Scope(outer.signal);
    scope.abort(new Error('first'));
    outer.abort(new Error('second'));
    expect(scope.signal.reason).toEqual(new Error('first'));
    expect(outer.signal.reason).toEqual(new Error('second'));
  });

  test('aborts its work at the end and waits for it', async () => {
    const scope = new Scope();
    const ends: string[] = [];
    void scope.run(slowToEnd(ends));
    await scope.end();
    expect(ends).toEqual(['work']);
    expect(scope.signal.aborted).toBe(true);
  });

  test('leaves no listener on the outer signal', async () => {
    const { signal } = new AbortController();
    const scope = new Scope(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await scope.end();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('returns the result of its work', async () => {
    const scope = new Scope();
    await expect(scope.run(() => Promise.resolve(7))).resolves.toBe(7);
    expect(scope.signal.aborted).toBe(false);
    await scope.end();
  });

  test.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error('failed'))],
    [
      'throws before its first await',
      () => {
        throw new Error('failed');
      },
    ],
  ])('is aborted with the error of work that %s', async (_, work) => {
    const scope = new Scope();
    void scope.run(work);
    await untilAborted(scope.signal, forever);
    expect(scope.signal.reason).toEqual(new Error('failed'));
    await scope.end();
  });
});

describe('withScope', () => {
  test('returns the result of the body after all work has settled', async () => {
    const ends: string[] = [];
    const result = await withScope(undefined, async (scope) => {
      void scope.run(slowToEnd(ends));
      await Promise.resolve();
      ends.push('body');
      return 7;
    });
    expect(result).toBe(7);
    expect(ends).toEqual(['body', 'work']);
  });

  test('throws the error of the body after all work has settled', async () => {
    const ends: string[] = [];
    const failing = withScope(undefined, (scope) => {
      void scope.run(slowToEnd(ends));
      return Promise.reject(new Error('failed'));
    });
    await expect(failing).rejects.toThrow('failed');
    expect(ends).toEqual(['work']);
  });

  test('a body that waits with the signal throws the error of failed work', async () => {
    const failing = withScope(undefined, async (scope) => {
      void scope.run(() => Promise.reject(new Error('failed')));
      await untilAborted(forever, scope.signal);
    });
    await expect(failing).rejects.toThrow('failed');
  });
});
