import { expect, test } from '@jest/globals';
import { Turns } from '../../src/time/turns.ts';

/** Works without a pause until a turn is due. */
function untilDue(turns: Turns): Promise<void> {
  for (;;) {
    const turn = turns.take();
    if (turn !== undefined) return turn;
  }
}

test('lets the event loop turn, and continues', async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push('turned'));
  await untilDue(new Turns(new AbortController().signal));
  expect(seen).toEqual(['turned']);
});

test('needs no turn for short work', () => {
  expect(new Turns(new AbortController().signal).take()).toBeUndefined();
});

test('ends with the reason of a signal that is aborted meanwhile', async () => {
  const controller = new AbortController();
  setImmediate(() => {
    controller.abort(new Error('cancelled'));
  });
  await expect(untilDue(new Turns(controller.signal))).rejects.toThrow('cancelled');
});
