import { serverWords, type Extent, type Fault, type FaultName, type Phase } from './placement.ts';
import { unnamed, type TrialEnd } from './trial.ts';

/** What a fault must lead to. */
export interface Expectation {
  readonly verdict: 'green' | 'red';
  /** The whole sentence of a failure. */
  readonly sentence?: string;
  /** A part of the job log of both steps. */
  readonly log?: string;
  /** A part of the advice that follows the sentence. */
  readonly hint?: string;
  /** Pods that were created; default 1. */
  readonly pods?: number;
  /** `named`: the post step cannot remove the pod and prints the command. `denied`: the cluster reports that there is no pod. */
  readonly left?: 'named' | 'denied';
}

const certificateWords =
  'the certificate of https://cluster cannot be verified: unable to verify the first certificate';
const redirectWords = 'the server redirects to https://login.example/; redirects are not followed';
const pageWords = '<!doctype html><title>Sign in</title><h1>Please sign in</h1>';
const jsonWords = '{"kind":"Pod","meta';

/** The cause of a failed request, as the message ends with it. */
function wordsOf(name: FaultName): string {
  switch (name) {
    case 'reset':
    case 'closed':
      return 'https://cluster cannot be reached: the connection broke';
    case 'silence':
      return 'https://cluster cannot be reached: no response within 30 s';
    case 'redirect':
      return redirectWords;
    case 'broken JSON':
      return `unexpected response (not JSON): ${jsonWords}`;
    case 'web page':
      return `unexpected response (not JSON): ${pageWords}`;
    case 'foreign certificate':
      return certificateWords;
    case '404 of a gateway':
      return `HTTP 404: ${serverWords[name]}`;
    case 'slow':
    case 'renewed certificate':
      return '';
    default:
      return serverWords[name];
  }
}

/** The same for the WebSocket's handshake, which has no JSON. */
function upgradeWordsOf(name: FaultName): string {
  if (name === 'broken JSON') return `HTTP 200: ${jsonWords}`;
  return name === 'web page' ? `HTTP 200: ${pageWords}` : wordsOf(name);
}

const green: Expectation = { verdict: 'green' };
const harmless: ReadonlySet<FaultName> = new Set(['slow', 'renewed certificate']);
const disappeared = 'the pod no longer exists: another client deleted it before the builder ended';

export function expectationOf(fault: Fault): Expectation {
  const { phase, name } = fault;
  if (phase === 'delete') return deleteExpectation(fault);
  if (harmless.has(name)) return withNewPod(phase, name);
  switch (phase) {
    case 'access':
      return accessExpectation(fault);
    case 'create':
      return createExpectation(fault);
    case 'attach':
      return attachExpectation(fault);
    case 'log':
      return logExpectation(fault);
    default:
      return phase.startsWith('upload') && ['reset', 'silence', 'closed'].includes(name)
        ? streamExpectation(fault)
        : followExpectation(fault);
  }
}

/** A server that comes back with another certificate has cut the stream. */
function withNewPod(phase: Phase, name: FaultName): Expectation {
  return name === 'renewed certificate' && phase.startsWith('upload')
    ? { ...green, pods: 2 }
    : green;
}

/** Before anything is created, a clear answer ends the step at once. A review that is refused proves nothing. */
function accessExpectation({ name, extent }: Fault): Expectation {
  const isRefusal = ['401', '409', 'redirect', 'foreign certificate'].includes(name);
  if (['403', '404', '404 of a gateway'].includes(name) || (extent === 'once' && !isRefusal))
    return green;
  return { verdict: 'red', sentence: `asking the cluster failed: ${wordsOf(name)}`, pods: 0 };
}

/** Nothing was begun, so a clear answer is believed; the name was chosen, so the pod counts. */
function createExpectation({ name, extent }: Fault): Expectation {
  const isRefusal = ['401', '403', '404', '404 of a gateway', 'redirect'].includes(name);
  if (extent === 'once' && !isRefusal) return green;
  return { verdict: 'red', sentence: creating(wordsOf(name)) };
}

/** Tried again for half a minute; then with another pod, unless that would be refused as well. */
function attachExpectation(fault: Fault): Expectation {
  const { name, extent } = fault;
  if (name === 'closed') return streamExpectation(fault);
  if (name === 'foreign certificate' && extent === 'lasting') return cutExpectation(extent);
  if (extent === 'once') return name === 'silence' ? { ...green, pods: 2 } : green;
  const red: Expectation = {
    verdict: 'red',
    sentence: `attaching to pod "kbp-pod" failed: ${upgradeWordsOf(name)}`,
    pods: 2,
  };
  if (name === '401') return { ...red, pods: 1, hint: 'Renew the kubeconfig secret' };
  if (name === '403') return { ...red, pods: 1, hint: 'Grant the missing RBAC permission' };
  return red;
}

/** A stream that broke is never continued: a new pod gets a new one. */
function streamExpectation({ phase, name, extent }: Fault): Expectation {
  if (extent === 'once') return { ...green, pods: 2 };
  if (name === 'silence') return { ...unseen(name), pods: 2 };
  const code = name === 'closed' || phase === 'attach' ? 1000 : 1006;
  return {
    verdict: 'red',
    sentence: `the builder ended with exit code 0, but its stdin was not delivered completely: the connection to the container was lost (code ${code}) before the whole context was acknowledged`,
    pods: 2,
  };
}

/** The states of the pod cannot be read; the container goes on. Only the cluster's own 404 is believed at once. */
function followExpectation(fault: Fault): Expectation {
  const { phase, name, extent } = fault;
  if (name === 'foreign certificate' && phase.startsWith('upload')) return cutExpectation(extent);
  if (name === '404') return { verdict: 'red', sentence: disappeared };
  if (extent === 'once') return green;
  if (phase === 'schedule' && unanswered.has(name)) return unseen(name);
  const red: Expectation = { verdict: 'red', sentence: following(wordsOf(name)) };
  return name === 'foreign certificate' ? { ...red, left: 'named' } : red;
}

/** Faults that are retried for as long as a pod may take to start. */
const unanswered: ReadonlySet<FaultName> = new Set([
  'reset',
  'silence',
  '429',
  '500',
  '503',
  'broken JSON',
  'web page',
  'closed',
]);

/** A pod whose state cannot be read may have started or not. */
function unseen(name: FaultName): Expectation {
  return {
    verdict: 'red',
    sentence: `the pod status was unavailable, so it is unknown whether the pod started within 240 s: ${following(wordsOf(name))}`,
  };
}

/** A foreign certificate comes with a server of its own: the stream is lost, too, and the next pod cannot be created. */
function cutExpectation(extent: Extent): Expectation {
  return extent === 'once'
    ? { ...green, pods: 2 }
    : { verdict: 'red', sentence: creating(certificateWords), pods: 2, left: 'named' };
}

function creating(words: string): string {
  return `creating pod "kbp-pod" in namespace "default" failed: ${words}`;
}

function following(words: string): string {
  return `following pod "kbp-pod" failed: ${words}`;
}

const missingOutput = "the end of the builder's output is missing";

/** Missing output does not fail the build; it is reported. */
function logExpectation({ name, extent }: Fault): Expectation {
  if (extent === 'once') return green;
  // Nothing was uploaded yet when the log was asked for.
  return name === 'foreign certificate' ? cutExpectation(extent) : { ...green, log: missingOutput };
}

/** The result is known before the pod is removed. */
function deleteExpectation({ name, extent }: Fault): Expectation {
  if (harmless.has(name)) return green;
  if (name === '404') return { ...green, left: 'denied' };
  return extent === 'once' ? green : { ...green, left: 'named' };
}

/** The differences from the expectation; empty for a case that ends as expected. */
export function compare(end: TrialEnd, expected: Expectation): readonly string[] {
  const { verdict, sentence = '', hint, pods = 1, left, log } = expected;
  const isDenied = left === 'denied';
  const problems = end.broken.filter((broken) => !(isDenied && broken === unnamed));
  const differ = (what: string, got: unknown, wanted: unknown): void => {
    if (got !== wanted)
      problems.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
  };
  differ('verdict', end.verdict, verdict);
  const reported = withoutQuestion(end.sentence);
  // The bundle's annotation goes on with the advice.
  const isExpected =
    reported === sentence || (sentence !== '' && reported.startsWith(`${sentence}. `));
  if (!isExpected) differ('sentence', reported, sentence);
  differ('pods', end.pods, pods);
  differ('left', end.left > 0, left !== undefined);
  if (hint !== undefined && !end.hint.includes(hint))
    problems.push(`advice: ${JSON.stringify(end.hint)} without ${JSON.stringify(hint)}`);
  if (log !== undefined && !end.log.includes(log))
    problems.push(`the log has no ${JSON.stringify(log)}`);
  return problems;
}

/** The questions about access are asked all at once, so any of them may fail first. */
function withoutQuestion(sentence: string): string {
  return sentence.replace(
    /^asking (?:the API server for its version|what the account may do|whether the account may .*?) failed/,
    'asking the cluster failed',
  );
}
