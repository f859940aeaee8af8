import { serverWords, type Extent, type Fault, type FaultName, type Phase } from './placement.ts';
import { unnamed, type TrialEnd } from './trial.ts';

/** What a fault must lead to. */
export interface Expectation {
  readonly verdict: 'green' | 'red';
  /** The whole sentence of a failure. */
  readonly sentence?: string;
  /** A part of the sentence, where the whole is not settled. */
  readonly says?: string;
  /** A part of the job log of both steps. */
  readonly log?: string;
  /** A part of the advice that follows the sentence. */
  readonly hint?: string;
  /** Pods that were created; default 1. */
  readonly pods?: number;
  /** `named` (or `perhaps` named): the post step cannot remove the pod and prints the command. `denied`: the cluster says that there is none. */
  readonly left?: 'named' | 'perhaps' | 'denied';
  /** Known to be otherwise so far; the case fails as soon as it is not. */
  readonly bug?: string;
  /** As good: which of both it is depends on which of two connections notices first. */
  readonly or?: Expectation;
}

const certificateWords =
  'the certificate of https://cluster cannot be verified: unable to verify the first certificate';
const redirectWords = 'the server redirects to https://login.example/, which is never followed';
const pageWords = '<!doctype html><title>Sign in</title><h1>Please sign in</h1>';
const jsonWords = '{"kind":"Pod","meta';

/** How a failing request is told: the cause of the sentence. */
function wordsOf(name: FaultName): string {
  switch (name) {
    case 'reset':
    case 'closed':
      return 'https://cluster cannot be reached: the connection broke';
    case 'silence':
      return 'https://cluster cannot be reached: no answer within 30 s';
    case 'redirect':
      return redirectWords;
    case 'broken JSON':
      return `the server answered with something that is not JSON: ${jsonWords}`;
    case 'web page':
      return `the server answered with something that is not JSON: ${pageWords}`;
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
  if (name === 'silence')
    return 'https://cluster cannot be reached: Opening handshake has timed out';
  if (name === 'broken JSON') return `HTTP 200: ${jsonWords}`;
  return name === 'web page' ? `HTTP 200: ${pageWords}` : wordsOf(name);
}

const green: Expectation = { verdict: 'green' };
const harmless: ReadonlySet<FaultName> = new Set(['slow', 'renewed certificate']);
const disappeared = 'the pod disappeared before the builder ended: somebody deleted it';

/** Defects that the table has shown and that are not mended yet. */
export const bugs = {
  impatient:
    'a state of the pod that cannot be read for a moment ends the build at once, unless the cause is a 403, a 429, a 5xx or the network',
  gatewayGone: "a gateway's 404 counts as the cluster's word that the pod is gone",
  unheard:
    'a cluster that does not answer until start-timeout is told as a pod that does not start',
  attachRefused:
    'a refused attach is not tried again, although the right was checked, and then counts as lost: a second pod, and the wrong advice',
  attachRedirect: 'a redirected attach does not say where to',
  lookup: 'a create that fails is told by the look for the pod after it',
  foreignLog:
    'a last log request that is answered by a web page or by half a JSON counts as the end of the output: nothing says that some is missing',
  removalGivesUp: 'a removal ends at its first 409, redirect or wrong certificate',
} as const;

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
  const isRefusal = [
    '401',
    '403',
    '404',
    '404 of a gateway',
    'redirect',
    'foreign certificate',
  ].includes(name);
  if (extent === 'once' && !isRefusal) return green;
  const red: Expectation = {
    verdict: 'red',
    sentence: `creating pod "kbp-pod" in namespace "default" failed: ${wordsOf(name)}`,
  };
  return name === 'foreign certificate' ? { ...red, bug: bugs.lookup } : red;
}

/** Tried again for half a minute; then with another pod. */
function attachExpectation(fault: Fault): Expectation {
  const { name, extent } = fault;
  if (name === 'foreign certificate') return followExpectation(fault);
  if (name === 'closed') return streamExpectation(fault);
  const isRefusal = name === '401' || name === '403';
  if (extent === 'once') {
    if (isRefusal) return { ...green, bug: bugs.attachRefused };
    return name === 'silence' ? { ...green, pods: 2 } : green;
  }
  const red: Expectation = {
    verdict: 'red',
    sentence: `attaching to pod "kbp-pod" failed: ${upgradeWordsOf(name)}`,
    pods: 2,
  };
  if (isRefusal)
    return {
      ...red,
      pods: 1,
      hint: name === '401' ? 'Make a new kubeconfig' : 'Give the account the right',
      bug: bugs.attachRefused,
    };
  return name === 'redirect' ? { ...red, bug: bugs.attachRedirect } : red;
}

/** A stream that broke is never continued: a new pod gets a new one. */
function streamExpectation({ phase, name, extent }: Fault): Expectation {
  if (extent === 'once') return { ...green, pods: 2 };
  if (name === 'silence') return { ...unheard(name), pods: 2 };
  const code = name === 'closed' || phase === 'attach' ? 1000 : 1006;
  return {
    verdict: 'red',
    sentence: `the builder ended with exit code 0, but it did not get everything: the connection to the container was lost (code ${code}) before the whole context was acknowledged`,
    pods: 2,
  };
}

/** The states of the pod cannot be read; the container goes on. */
function followExpectation(fault: Fault): Expectation {
  const { phase, name, extent } = fault;
  if (name === 'foreign certificate' && phase.startsWith('upload')) return cutExpectation(extent);
  if (name === '404' && phase !== 'schedule') return { verdict: 'red', sentence: disappeared };
  if (extent === 'once') {
    return isPatientlyRead(fault) ? green : { ...green, bug: impatience(fault) };
  }
  if (phase === 'schedule' && unanswered.has(name)) return unheard(name);
  const red: Expectation = { verdict: 'red', sentence: following(wordsOf(name)) };
  if (name === '404 of a gateway' && phase !== 'schedule') return { ...red, bug: bugs.gatewayGone };
  return name === 'foreign certificate' ? { ...red, left: 'named' } : red;
}

/** What is waited out for as long as a pod may take to start. */
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

function unheard(name: FaultName): Expectation {
  return { verdict: 'red', says: wordsOf(name), bug: bugs.unheard };
}

/** A foreign certificate comes with a server of its own: the stream is lost, too. */
function cutExpectation(extent: Extent): Expectation {
  const red: Expectation = {
    verdict: 'red',
    sentence: following(certificateWords),
    left: 'named',
  };
  const lookedUp: Expectation = {
    verdict: 'red',
    sentence: `reading pod "kbp-pod" failed: ${certificateWords}`,
    pods: 2,
    left: 'named',
  };
  return extent === 'lasting'
    ? { ...red, or: lookedUp }
    : { ...green, pods: 2, or: { ...red, left: 'perhaps', bug: bugs.impatient } };
}

function isPatientlyRead({ phase, name }: Fault): boolean {
  if (name === '401') return phase !== 'schedule';
  return !['404', '404 of a gateway', '409', 'redirect', 'foreign certificate'].includes(name);
}

function impatience({ phase, name }: Fault): string {
  return name === '404 of a gateway' && phase !== 'schedule' ? bugs.gatewayGone : bugs.impatient;
}

function following(words: string): string {
  return `following pod "kbp-pod" failed: ${words}`;
}

const missingOutput = "the end of the builder's output is missing";

/** Output is no verdict; that some is missing is said. */
function logExpectation(fault: Fault): Expectation {
  const { name, extent } = fault;
  if (name === 'foreign certificate') return followExpectation(fault);
  if (extent === 'lasting' && (name === 'web page' || name === 'broken JSON'))
    return { ...green, log: missingOutput, bug: bugs.foreignLog };
  return extent === 'once' ? green : { ...green, log: missingOutput };
}

/** The verdict stands before the pod is removed. */
function deleteExpectation({ name, extent }: Fault): Expectation {
  if (harmless.has(name)) return green;
  if (name === '404') return { ...green, left: 'denied' };
  if (name === '404 of a gateway')
    return {
      ...green,
      ...(extent === 'lasting' && { left: 'named' }),
      bug: bugs.gatewayGone,
    };
  if (extent === 'lasting') return { ...green, left: 'named' };
  const givesUp = ['409', 'redirect', 'foreign certificate'].includes(name);
  return givesUp ? { ...green, bug: bugs.removalGivesUp } : green;
}

/** What is not as it should be; empty for a case that is all right. */
export function compare(end: TrialEnd, expected: Expectation): readonly string[] {
  const problems = differences(end, expected);
  const isOther = expected.or !== undefined && differences(end, expected.or).length === 0;
  return isOther ? [] : problems;
}

function differences(end: TrialEnd, expected: Expectation): readonly string[] {
  const { verdict, sentence, says, hint, pods = 1, left, log } = expected;
  const isDenied = left === 'denied';
  const problems = end.broken.filter((broken) => !(isDenied && broken === unnamed));
  const differ = (what: string, got: unknown, wanted: unknown): void => {
    if (got !== wanted)
      problems.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
  };
  differ('verdict', end.verdict, verdict);
  const said = withoutQuestion(end.sentence);
  // The bundle's annotation goes on with the advice.
  const isSaid =
    says === undefined
      ? said === (sentence ?? '') || (sentence !== undefined && said.startsWith(`${sentence}. `))
      : said.includes(says);
  if (!isSaid) differ('sentence', said, says ?? sentence ?? '');
  differ('pods', end.pods, pods);
  if (left !== 'perhaps') differ('left', end.left > 0, left !== undefined);
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
