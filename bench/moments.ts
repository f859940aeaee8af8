// Times of one run of the action, from a recorder in front of the API server.
import type { V1Pod } from '@kubernetes/client-node';
import { visibleLog } from '../runner/job-log.ts';
import { runAction, type ActionRun } from '../runner/run-action.ts';
import { startRecorder, type RecordedRequest, type Recorder } from './recorder.ts';

/** Milliseconds. */
export interface Moments {
  /** From the start of the process of the step to the arrival of the create request. */
  readonly create: number;
  /** From the event that the container is running to the first byte of stdin, without the attach handshake. */
  readonly firstByte: number;
  /** From the attach request to its response. */
  readonly handshake: number;
  /** From the event that the container has ended to the end of the step. */
  readonly end: number;
  readonly requests: Counts;
}

/** Counts of requests by purpose. */
export type Counts = Readonly<Record<string, number>>;

/** @throws if the step fails or a request or event was not recorded. */
export async function recordAction(
  recorder: Recorder,
  run: Pick<ActionRun, 'inputs' | 'directory'>,
): Promise<Moments> {
  recorder.clear();
  let startedAt = NaN;
  let endedAt = NaN;
  const { main, log } = await runAction({
    ...run,
    inputs: { ...run.inputs, kubeconfig: recorder.kubeconfig },
    env: { DOCKER_CONFIG: '/nonexistent' },
    onMain: (child) => {
      startedAt = performance.now();
      child.once('exit', () => {
        endedAt = performance.now();
      });
    },
  });
  if (main !== 0) throw new Error(`the step failed:\n${visibleLog(log)}`);
  const { requests } = recorder;
  const attach = find(requests, 'attach');
  const upgradedAt = attach.upgradedAt ?? NaN;
  return {
    create: find(requests, 'create').at - startedAt,
    firstByte:
      attach.at - stateSeen(requests, 'running') + ((attach.firstStdinAt ?? NaN) - upgradedAt),
    handshake: upgradedAt - attach.at,
    end: endedAt - stateSeen(requests, 'terminated'),
    requests: count(requests),
  };
}

/** The pod that the action creates with these inputs. */
export async function podOf(
  kubeconfig: string,
  run: Pick<ActionRun, 'inputs' | 'directory'>,
): Promise<V1Pod> {
  const recorder = await startRecorder(kubeconfig);
  try {
    await recordAction(recorder, run);
    return JSON.parse(find(recorder.requests, 'create').body) as V1Pod;
  } finally {
    await recorder.close();
  }
}

export function count(requests: readonly RecordedRequest[]): Counts {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const purpose = purposeOf(request);
    counts[purpose] = (counts[purpose] ?? 0) + 1;
  }
  return counts;
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

function find(requests: readonly RecordedRequest[], purpose: string): RecordedRequest {
  const found = requests.find((request) => purposeOf(request) === purpose);
  if (found === undefined) throw new Error(`no request to ${purpose} was recorded`);
  return found;
}

function purposeOf({ method, path, query }: RecordedRequest): string {
  if (path.includes('/authorization.k8s.io/')) return 'access reviews';
  if (path === '/version') return 'version';
  if (method === 'DELETE') return 'delete';
  if (method === 'POST') return 'create';
  if (query.get('watch') === 'true') return 'watch';
  return /\/pods\/[^/]+\/(\w+)$/.exec(path)?.[1] ?? (path.endsWith('/pods') ? 'list' : 'read');
}

/** When a watch first reported the container in this state. */
function stateSeen(requests: readonly RecordedRequest[], state: 'running' | 'terminated'): number {
  const events = requests.flatMap((request) => request.events);
  const seen = events.find(({ line }) => {
    const { object } = JSON.parse(line) as { object: V1Pod };
    return object.status?.containerStatuses?.[0]?.state?.[state] !== undefined;
  });
  if (seen === undefined) throw new Error(`no watch reported that the container is ${state}`);
  return seen.at;
}
