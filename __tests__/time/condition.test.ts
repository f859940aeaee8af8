import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { Condition } from '../../src/time/condition.ts';

const { signal } = new AbortController();

/** A number that notifies its waiters of each change. */
class Counter {
  readonly changed = new Condition();
  value = 0;

  set(value: number): void {
    this.value = value;
    this.changed.notify();
  }

  reaches(value: number, until = signal): Promise<void> {
    return this.changed.until(() => this.value === value, until);
  }
}

test('resolves at once when the test is true already', async () => {
  const counter = new Counter();
  await expect(counter.reaches(0)).resolves.toBeUndefined();
});

test('resolves every waiter whose test has become true, and no other', async () => {
  const counter = new Counter();
  const ends: string[] = [];
  const first = counter.reaches(1).then(() => ends.push('first'));
  const second = counter.reaches(1).then(() => ends.push('second'));
  const other = counter.reaches(2).then(() => ends.push('other'));
  counter.set(1);
  await Promise.all([first, second]);
  expect(ends).toEqual(['first', 'second']);
  counter.set(2);
  await other;
});

test('sees a state that is replaced before any waiter runs', async () => {
  const counter = new Counter();
  const waiting = counter.reaches(1);
  counter.set(1);
  counter.set(2);
  await expect(waiting).resolves.toBeUndefined();
});

test('rejects with the reason of the signal, of one that is aborted before too', async () => {
  const counter = new Counter();
  const cancel = new AbortController();
  const waiting = counter.reaches(1, cancel.signal);
  const reason = new Error('cancelled');
  cancel.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  // An abort has priority over a test that is true.
  await expect(counter.reaches(0, cancel.signal)).rejects.toBe(reason);
});

test('rejects present and future waiters when the source fails, except those whose test is true', async () => {
  const counter = new Counter();
  const waiting = counter.reaches(1);
  counter.changed.fail(new Error('the source failed'));
  counter.changed.fail(new Error('a second failure'));
  await expect(waiting).rejects.toThrow('the source failed');
  await expect(counter.reaches(1)).rejects.toThrow('the source failed');
  await expect(counter.reaches(0)).resolves.toBeUndefined();
});

test('a test that throws rejects its own waiter only', async () => {
  const counter = new Counter();
  const broken = counter.changed.until(() => {
    if (counter.value === 1) throw new Error('broken test');
    return false;
  }, signal);
  const waiting = counter.reaches(1);
  counter.set(1);
  await expect(broken).rejects.toThrow('broken test');
  await expect(waiting).resolves.toBeUndefined();
});

test.each<[string, (counter: Counter, cancel: AbortController) => void]>([
  [
    'the test became true',
    (counter) => {
      counter.set(1);
    },
  ],
  [
    'the source failed',
    (counter) => {
      counter.changed.fail(new Error('failed'));
    },
  ],
  [
    'the signal was aborted',
    (_, cancel) => {
      cancel.abort();
    },
  ],
])('removes its listener and its waiter after %s', async (_, settle) => {
  const counter = new Counter();
  const cancel = new AbortController();
  let tests = 0;
  const waiting = counter.changed.until(() => {
    tests++;
    return counter.value === 1;
  }, cancel.signal);
  settle(counter, cancel);
  await Promise.allSettled([waiting]);
  expect(getEventListeners(cancel.signal, 'abort')).toEqual([]);
  const before = tests;
  counter.set(3);
  expect(tests).toBe(before);
});
