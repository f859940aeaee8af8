import type { AttachFault, FaultAnswer, RequestFault } from '../playground/cluster/faults.ts';
import type { Trial } from './trial.ts';

export const phases = [
  'access',
  'create',
  'schedule',
  'attach',
  'upload at 0',
  'upload at 1 byte',
  'upload at half',
  'upload at all',
  'build',
  'log',
  'verdict',
  'delete',
] as const;
export type Phase = (typeof phases)[number];

export const faultNames = [
  'reset',
  'silence',
  '401',
  '403',
  '404',
  '404 of a gateway',
  '409',
  '429',
  '500',
  '503',
  'slow',
  'broken JSON',
  'redirect',
  'web page',
  'closed',
  'foreign certificate',
  'renewed certificate',
] as const;
export type FaultName = (typeof faultNames)[number];

/**
 * `once`: two requests (of those for the log, or that are never answered, one), or one connection; then all is well.
 * `lasting`: until the end.
 */
export const extents = ['once', 'lasting'] as const;
export type Extent = (typeof extents)[number];

export interface Fault {
  readonly phase: Phase;
  readonly name: FaultName;
  readonly extent: Extent;
  /** The position in the upload, instead of that of the phase. */
  readonly atByte?: number;
}

/** The message of the server with each status. */
export const serverWords = {
  '401': 'Unauthorized',
  '403': 'forbidden: the account may not do this',
  '404': 'pods not found',
  '404 of a gateway': '404 page not found',
  '409': 'Operation cannot be fulfilled: the object has been modified',
  '429': 'too many requests, please try again later',
  '500': 'Internal error occurred: etcdserver: request timed out',
  '503': 'the server is currently unable to handle the request',
} as const;

/** The watch and the reads of a pod. */
const states = /^GET .*\/pods(\/[^/]+)?$/;

/** Which requests belong to a phase, as `METHOD /path`. */
const requestsOf: Readonly<Record<Phase, RegExp>> = {
  access: /^GET \/version$|selfsubject(access|rules)reviews$/,
  create: /^POST .*\/pods$/,
  schedule: states,
  attach: /\/attach$/,
  'upload at 0': states,
  'upload at 1 byte': states,
  'upload at half': states,
  'upload at all': states,
  build: states,
  log: /\/log$/,
  verdict: states,
  delete: /^DELETE /,
};

/** Of the action's own time: late, but within every limit of a request. */
const slowMs = 8_000;
/** Of the action's own time: longer than the pause before a watch is opened again. */
const foreignMs = 6_000;
/** Of the action's own time, in which a request meets the fault: longer than the pause before a watch is opened again. */
const meetingMs = 10_000;
/** Process time in which a complete upload is acknowledged, if nothing else has broken it. */
const acknowledgementMs = 2_000;

/** Sets the fault up; it strikes when its phase comes. */
export function place(fault: Fault, trial: Trial): void {
  const { phase } = fault;
  if (phase.startsWith('upload')) placeInUpload(fault, trial);
  else if (phase === 'build' || phase === 'verdict') void placeInBuild(fault, trial);
  else {
    trial.letBuilderEnd();
    if (phase === 'attach' && fault.name === 'closed')
      trial.cluster.faults.attach = { kind: 'close', afterBytes: 0, ...timesOf(fault, 1) };
    else void addRequestFault(fault, trial);
  }
}

function placeInUpload(fault: Fault, trial: Trial): void {
  const { name, extent } = fault;
  const { faults } = trial.cluster;
  trial.letBuilderEnd();
  const afterBytes = fault.atByte ?? bytesOf(fault.phase, trial.context.length);
  const broken = ({ reset: 'cut', silence: 'stall', closed: 'close' } as const)[name as string];
  if (broken !== undefined) {
    const silent = (): Promise<void> => {
      if (name === 'silence' && extent === 'lasting') void addRequestFault(fault, trial);
      return Promise.resolve();
    };
    faults.attach = { kind: broken, afterBytes, onReached: silent, ...timesOf(fault, 1) };
    return;
  }
  const onReached = async (): Promise<void> => {
    if (isCertificate(name)) {
      changeCertificate(fault, trial);
      return;
    }
    const met = addRequestFault(fault, trial);
    trial.cluster.closeWatches();
    await Promise.race([met, trial.wait(meetingMs / trial.factor)]);
  };
  const paused: AttachFault = { kind: 'pause', afterBytes, onReached, times: 1 };
  faults.attach = paused;
}

/** While the builder works (`build`), or at the moment when it ends (`verdict`): every connection is cut, too. */
async function placeInBuild(fault: Fault, trial: Trial): Promise<void> {
  try {
    await trial.builderHasRead();
    // The acknowledgement of the upload belongs to the phase before.
    await Promise.race([trial.acknowledged, trial.wait(acknowledgementMs)]);
    if (isCertificate(fault.name)) changeCertificate(fault, trial);
    else {
      const met = addRequestFault(fault, trial);
      trial.cluster.dropConnections();
      if (fault.phase === 'build') await Promise.race([met, trial.wait(meetingMs / trial.factor)]);
    }
    trial.letBuilderEnd();
  } catch {
    // The step was over before its builder had read anything.
  }
}

/** @returns a promise that resolves when the first request has met the fault. */
function addRequestFault(fault: Fault, trial: Trial): Promise<void> {
  const { name, phase } = fault;
  return new Promise((resolve) => {
    const onHit = (): void => {
      if (isCertificate(name)) changeCertificate(fault, trial);
      resolve();
    };
    const request: RequestFault = {
      match: requestsOf[phase],
      answer: answerOf(name, trial),
      onHit,
      ...timesOf(fault, name === 'silence' || phase === 'log' ? 1 : 2),
      ...(isCertificate(name) && { times: 1 }),
    };
    trial.cluster.faults.requests.push(request);
  });
}

function timesOf({ extent }: Fault, times: number): { times?: number } {
  return extent === 'once' ? { times } : {};
}

function isCertificate(name: FaultName): boolean {
  return name.endsWith('certificate');
}

/** A foreign certificate for a moment is a server that comes back wrongly set up and is corrected. */
function changeCertificate({ name, extent }: Fault, trial: Trial): void {
  const { cluster, factor } = trial;
  cluster.useCertificate(name === 'renewed certificate' ? 'renewed' : 'foreign');
  if (name === 'renewed certificate' || extent === 'lasting') return;
  void trial.wait(foreignMs / factor).then((isRunning) => {
    if (isRunning) cluster.useCertificate('server');
  });
}

function answerOf(name: FaultName, { factor }: Trial): FaultAnswer {
  switch (name) {
    case 'reset':
    case 'foreign certificate':
    case 'renewed certificate':
      return { kind: 'reset' };
    case 'silence':
      return { kind: 'silent' };
    case 'closed':
      return { kind: 'hang-up' };
    case 'slow':
      return { kind: 'slow', ms: slowMs / factor };
    case 'broken JSON':
      return { kind: 'broken-json' };
    case 'redirect':
      return { kind: 'redirect', to: 'https://login.example/' };
    case 'web page':
      return { kind: 'page' };
    case '404 of a gateway':
      return { kind: 'refuse', code: 404, message: serverWords['404 of a gateway'], plain: true };
    default:
      return {
        kind: 'refuse',
        code: Number(name),
        message: serverWords[name],
        ...(name === '429' && { retryAfterSeconds: 3 }),
      };
  }
}

function bytesOf(phase: Phase, total: number): number {
  if (phase === 'upload at 0') return 0;
  if (phase === 'upload at 1 byte') return 1;
  return phase === 'upload at half' ? total / 2 : total;
}
