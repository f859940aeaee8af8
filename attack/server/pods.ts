import { change, changeStates, flood, injection, nested, page, send, stall } from './answers.ts';
import type { Behaviour } from './behaviour.ts';

type Fields = Record<string, unknown>;

const create = /^POST .*\/pods\?/;
const watch = /^GET .*\/pods\?.*watch=true/;
const states = /^GET .*\/pods(?:\/[^/?]+)?(?:\?|$)/;
const remove = /^DELETE /;
const events = /^GET .*\/events/;

/** The pod with an end of its builder that has this exit code. */
function ended(pod: Fields, exitCode: unknown): Fields {
  const state = { terminated: { exitCode, reason: 'Completed', message: injection } };
  const status = { phase: 'Failed', containerStatuses: [{ name: 'builder', state }] };
  return { ...pod, status };
}

/** The pod with values of a wrong type, and texts with workflow commands. */
function spoiled(pod: Fields): Fields {
  const metadata = { ...(pod['metadata'] as Fields), labels: 7, annotations: [], uid: {} };
  return {
    ...pod,
    metadata,
    spec: { nodeName: injection, containers: { length: 1 } },
    status: { phase: 7, conditions: 'x', containerStatuses: { 0: null }, reason: [injection] },
  };
}

/** Pods, their states and events, and their deletion. */
export const podBehaviours: readonly Behaviour[] = [
  {
    name: 'a created pod of wrong types',
    match: create,
    answer: change(spoiled),
    verdict: 'green',
  },
  {
    name: 'another pod in the response to the create',
    match: create,
    answer: change((pod) => ({ ...pod, metadata: { name: 'other' } })),
    verdict: 'green',
  },
  {
    name: 'a pod that waits with workflow commands in its texts',
    match: states,
    times: 6,
    answer: changeStates((pod) => ({
      ...spoiled(pod),
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: injection, message: injection },
        ],
      },
    })),
    verdict: 'green',
    log: /^waiting: .*INJECTED/m,
  },
  {
    name: 'states of wrong types',
    match: states,
    times: 6,
    answer: changeStates(spoiled),
    verdict: 'green',
  },
  {
    name: 'an exit code that is a text',
    match: states,
    answer: changeStates((pod) => ended(pod, '0')),
    verdict: 'red',
    pods: 2,
    sentence: /its exit code is not a number/,
  },
  {
    name: 'a negative exit code',
    match: states,
    answer: changeStates((pod) => ended(pod, -1)),
    verdict: 'red',
    sentence: /exit code -1/,
  },
  {
    name: 'a watch with a line that never ends',
    match: watch,
    answer: flood(200, 'x', '{"type":"MODIFIED","object":"'),
    verdict: 'green',
    factor: 10,
  },
  {
    name: 'a watch with a line nested 100,000 deep',
    match: watch,
    answer: send(`{"type":"MODIFIED","object":${nested(100_000)}}\n`),
    verdict: 'green',
  },
  {
    name: 'a watch that is a sign-in page',
    match: watch,
    answer: page,
    verdict: 'green',
  },
  {
    name: 'a watch with the pods of others',
    match: watch,
    answer: ({ response }) => {
      const object = { kind: 'Pod', metadata: { name: 'other', uid: 'other' }, status: {} };
      const types = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'];
      response.end(types.map((type) => `${JSON.stringify({ type, object })}\n`).join(''));
    },
    verdict: 'green',
  },
  {
    name: 'versions of a megabyte',
    match: states,
    answer: changeStates((pod) => ({
      ...pod,
      metadata: { ...(pod['metadata'] as Fields), resourceVersion: '1'.repeat(1024 * 1024) },
    })),
    verdict: 'green',
  },
  {
    name: 'a sign-in page in place of the states for a while',
    match: states,
    times: 5,
    answer: page,
    verdict: 'green',
  },
  {
    name: 'events whose response never ends',
    match: events,
    answer: stall(200),
    verdict: 'green',
    log: /the events that would report an eviction or preemption cannot be read/,
  },
  {
    name: 'events of wrong types',
    match: events,
    answer: change((list) => ({ ...list, items: [7, null, { reason: [], message: {} }] })),
    verdict: 'green',
  },
  {
    name: 'a deletion whose response never ends',
    match: remove,
    times: 1,
    answer: stall(200),
    verdict: 'green',
    seconds: 90,
  },
  {
    name: 'a sign-in page in place of every deletion',
    match: remove,
    answer: page,
    verdict: 'green',
    isLeft: true,
    seconds: 120,
  },
];
