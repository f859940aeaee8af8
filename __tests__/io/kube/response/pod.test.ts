import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { toEvents } from '../../../../src/io/kube/response/events.ts';
import { isReplaced, toPod, toPods } from '../../../../src/io/kube/response/pod.ts';
import { describePodState } from '../../../../src/pod/state/state.ts';
import { readPodState } from '../../../../src/pod/state/read.ts';
import { Random } from '../../../../support/random.ts';
import { recordedPod } from '../../../support/pods.ts';

const recorded = readdirSync(new URL('../../../fixtures/pods', import.meta.url))
  .filter((name) => /^[^.]+\.json$/.test(name))
  .map((name) => name.replace('.json', ''));

test.each(recorded)('the decoded pod has the state of the recorded one: %s', (name) => {
  const raw = { ...recordedPod(name), kind: 'Pod' };
  expect(readPodState(toPod(raw), 'builder')).toEqual(readPodState(raw, 'builder'));
});

test('cuts texts to one line, but not the termination message of a container', () => {
  const long = `::error::${'x'.repeat(3_000)}\n`;
  const cut = `::error::${'x'.repeat(1_991)}…`;
  const states = {
    builder: { waiting: { reason: 'ErrImagePull', message: long } },
    other: { terminated: { exitCode: 0, message: long } },
  };
  const { status } = toPod({
    kind: 'Pod',
    status: {
      message: long,
      conditions: [{ type: 'PodScheduled', status: 'False', message: long }],
      containerStatuses: Object.entries(states).map(([name, state]) => ({ name, state })),
    },
  });
  expect(status).toMatchObject({
    message: cut,
    conditions: [{ message: cut }],
    containerStatuses: [
      { state: { waiting: { message: cut } } },
      { state: { terminated: { message: long } } },
    ],
  });
});

test('reads times as the model has them', () => {
  const deletionTimestamp = '2026-01-01T00:00:10Z';
  const read = (value: unknown): unknown =>
    toPod({ kind: 'Pod', metadata: { deletionTimestamp: value } }).metadata?.deletionTimestamp;
  expect(read(deletionTimestamp)).toEqual(new Date(deletionTimestamp));
  for (const wrong of [7, null, '', 'yesterday', {}, '2'.repeat(1_000)])
    expect(read(wrong)).toBeUndefined();
});

test('an identifier that is too long is dropped, not cut', () => {
  const long = '1'.repeat(1024 * 1024);
  const { metadata } = toPod({ kind: 'Pod', metadata: { resourceVersion: long, uid: long } });
  expect(metadata).toEqual({});
});

test.each(['../../secrets/x', 'a b', 'a\n::error::b', '', 'x'.repeat(254), 7, null, ['x']])(
  '%j is not the name of a pod or node',
  (name) => {
    const pod = toPod({ kind: 'Pod', metadata: { name }, spec: { nodeName: name } });
    expect(pod).toEqual({ kind: 'Pod', metadata: {}, spec: { containers: [] } });
  },
);

test.each([
  { exitCode: '0', kind: 'lost' },
  { exitCode: null, kind: 'lost' },
  { exitCode: 0.5, kind: 'lost' },
  { exitCode: undefined, kind: 'lost' },
  { exitCode: 0, kind: 'ended' },
  { exitCode: -1, kind: 'ended' },
])('an end with the exit code $exitCode is $kind', ({ exitCode, kind }) => {
  const state = { terminated: { exitCode, reason: 'Completed' } };
  const status = { phase: 'Failed', containerStatuses: [{ name: 'builder', state }] };
  expect(readPodState(toPod({ kind: 'Pod', status }), 'builder').kind).toBe(kind);
});

test('takes a limited number of entries', () => {
  const containers = Array.from({ length: 5_000 }, () => ({ name: 'x' }));
  const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 'v']));
  const pod = toPod({ kind: 'Pod', metadata: { labels }, spec: { containers } });
  expect(pod.spec?.containers).toHaveLength(1_000);
  expect(Object.keys(pod.metadata?.labels ?? {})).toHaveLength(1_000);
});

test('refuses anything but a pod', () => {
  expect(() => toPod({ kind: 'Status' })).toThrow(
    'unexpected response (kind Status instead of Pod)',
  );
  expect(() => toPod({ kind: '\n::error::x' })).toThrow('(kind  ::error::x instead of Pod)');
  for (const value of [null, 7, [], {}, { kind: 7 }])
    expect(() => toPod(value)).toThrow('unexpected response (not a Pod)');
});

test('refuses another pod', () => {
  const pod = { kind: 'Pod', metadata: { name: 'other', uid: 'a' } };
  expect(() => toPod(pod, { name: 'kbp-x' })).toThrow(
    'unexpected response (pod "other" instead of "kbp-x")',
  );
  expect(toPod(pod, { name: 'other' }).metadata?.name).toBe('other');
  expect(isReplaced(toPod(pod), { uid: 'b' })).toBe(true);
  expect(isReplaced(toPod(pod), { uid: 'a' })).toBe(false);
  expect(isReplaced(toPod(pod), {})).toBe(false);
});

test('toPods drops entries that are not pods, and refuses anything but a list', () => {
  const metadata = { name: 'kbp-x', uid: 'u', resourceVersion: '7' };
  const items = [{ metadata }, null, 7, 'x', {}, { metadata: { ...metadata, name: '../x' } }];
  expect(toPods({ kind: 'PodList', items })).toEqual([{ kind: 'Pod', metadata }]);
  expect(toPods({ kind: 'PodList', items: {} })).toEqual([]);
  for (const value of [null, {}, { kind: 'EventList' }])
    expect(() => toPods(value)).toThrow('not a PodList');
});

test('toEvents drops wrong types, and refuses anything but a list', () => {
  const items = [{ type: 7, reason: ['x'], message: 'a\nb' }, null, 'x'];
  expect(toEvents({ kind: 'EventList', items })).toEqual([
    { type: '', reason: '', message: 'a b' },
  ]);
  for (const value of [null, {}, { kind: 'PodList' }])
    expect(() => toEvents(value)).toThrow('not an EventList');
});

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

/** Values that a field of a pod can never have, or only some fields. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  '\u0000\n::stop-commands::x',
  'x'.repeat(100_000),
  [],
  {},
  [null],
  { length: 3 },
  nested(100_000),
  JSON.parse('{"__proto__": {"name": "builder"}, "constructor": 7, "toString": null}'),
];

type Fields = Record<string, unknown>;

/** The same value with one place in it replaced. */
function spoil(value: unknown, random: Random): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || random.chance(0.1)) return random.pick(strangers);
  const key = random.pick(Object.keys(value));
  const copy = Object.assign<object, object>(Array.isArray(value) ? [] : {}, value) as Fields;
  copy[key] = spoil(copy[key], random);
  return copy;
}

test('a pod with any values in any places has a state', () => {
  const random = new Random(13);
  for (let round = 0; round < 2_000; round += 1) {
    let pod: unknown = { ...recordedPod(random.pick(recorded)), kind: 'Pod' };
    for (let places = random.whole(1, 4); places > 0; places -= 1) {
      const spoiled = spoil(pod, random) as V1Pod | null;
      pod = { ...spoiled, kind: 'Pod' };
    }
    const decoded = toPod(pod);
    const text = describePodState(readPodState(decoded, 'builder'));
    expect(text).not.toMatch(/\p{Cc}|undefined|NaN|\[object/u);
    expect(JSON.stringify(decoded).length).toBeLessThan(40_000);
  }
});
