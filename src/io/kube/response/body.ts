import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../ports.ts';
import { excerpt } from '../../../text/excerpt.ts';
import { abortReason } from '../../../time/abort.ts';
import { within } from '../../../time/within.ts';
import { NonKubernetesResponse } from '../api-error.ts';
import { gather, Gathered } from '../../gathered.ts';

// Bodies of the API server, within limits of time and size.

export interface BodyLimits {
  readonly clock: Clock;
  /** Ends the reading, with its reason. */
  readonly signal: AbortSignal;
}

/** Limits for a response that is read whole; a pod is a few kilobytes. */
const largestBodyMib = 8;
const bodyMs = 30_000;
/** Limits for the body of a refusal: it only explains the status. */
const refusalBytes = 256 * 1024;
const refusalMs = 5_000;

/**
 * Reads a whole response as text. The response is destroyed unless it was read to its end.
 * @throws an error for a response that is too large or too slow, Node's own for the network, or the signal's reason.
 */
export async function readBody(response: IncomingMessage, limits: BodyLimits): Promise<string> {
  const gathered = new Gathered(largestBodyMib * 1024 * 1024);
  if (!(await collect(response, gathered, bodyMs, limits)))
    throw new Error(`the response is larger than ${largestBodyMib} MiB`);
  return gathered.take();
}

/**
 * Reads the body of a refusal, or as much of it as arrives within the limits: the status is known already, so no problem with
 * the body is an error. The response is destroyed unless it was read to its end.
 * @returns an empty text for a compressed body. @throws the signal's reason.
 */
export async function readExplanation(
  response: IncomingMessage,
  limits: BodyLimits,
): Promise<string> {
  const gathered = new Gathered(refusalBytes);
  try {
    await collect(response, gathered, refusalMs, limits);
  } catch {
    limits.signal.throwIfAborted();
  }
  return encodingOf(response) === undefined ? gathered.take() : '';
}

/** @throws NonKubernetesResponse for a compressed response, which no request asks for. */
export function refuseCompressed(response: IncomingMessage): void {
  const encoding = encodingOf(response);
  if (encoding === undefined) return;
  response.destroy();
  throw new NonKubernetesResponse(`compressed with ${excerpt(encoding, 40)}`);
}

/**
 * A container log is plain text. HTML and JSON are from a gateway in front of the API server.
 * @throws NonKubernetesResponse for those, with the beginning, or the signal's reason.
 */
export async function refusePage(response: IncomingMessage, limits: BodyLimits): Promise<void> {
  if (!/\b(?:html|json)\b/i.test(response.headers['content-type'] ?? '')) return;
  const page = await readExplanation(response, limits);
  throw new NonKubernetesResponse('not a container log', page);
}

function encodingOf({ headers }: IncomingMessage): string | undefined {
  const encoding = headers['content-encoding'] ?? '';
  return encoding === '' || encoding.toLowerCase() === 'identity' ? undefined : encoding;
}

/** @returns false if there is more than fits. */
function collect(
  response: IncomingMessage,
  gathered: Gathered,
  ms: number,
  { clock, signal }: BodyLimits,
): Promise<boolean> {
  const late = (): Error => new Error(`the response is not complete within ${ms / 1_000} s`);
  return within({ clock, ms, late }, signal, async (until) => {
    try {
      return await gather(response, gathered, until);
    } catch (error) {
      // The signal of the request can destroy it first, with an error of Node.
      throw signal.aborted ? abortReason(signal) : error;
    }
  });
}
