import { X509Certificate } from 'node:crypto';
import { field, parseJson, text, type Fields } from '../text/json.ts';
import { tokenFileOf } from './files.ts';

/** The period in which credentials are needed. */
export interface Period {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly timeoutMs: number;
}

const minuteMs = 60_000;
/** Access tokens of Google expire this long after they were issued, at the latest. They do not contain the time. */
const googleTokenMs = 60 * minuteMs;

/**
 * A sentence for each credential of a user that expires before the timeout of the step ends. Token files and exec plugins are not
 * mentioned: their credentials are renewed.
 */
export function lifetimeWarnings(user: Fields, period: Period): readonly string[] {
  const token = tokenFileOf(user) === undefined ? (text(user['token']) ?? '') : '';
  const certificate = text(user['client-certificate-data']) ?? '';
  const found = [
    endOf('token', tokenEndMs(token), period, 'an exec plugin or a tokenFile, which are renewed'),
    endOf(
      'client certificate',
      certificateEndMs(certificate),
      period,
      'one that is valid for longer',
    ),
  ];
  if (token.startsWith('ya29.') && period.timeoutMs >= googleTokenMs) {
    found.push(
      `the token in the kubeconfig is an access token of Google, which expires at most 1 h after it was issued: a build that is still running then fails. Use a kubeconfig with the exec plugin gke-gcloud-auth-plugin (gcloud container clusters get-credentials), or lower 'timeout'`,
    );
  }
  return found.filter((sentence) => sentence !== undefined);
}

function endOf(
  name: string,
  endMs: number | undefined,
  { nowMs, timeoutMs }: Period,
  instead: string,
): string | undefined {
  if (endMs === undefined || endMs >= nowMs + timeoutMs) return undefined;
  if (endMs <= nowMs)
    return `the ${name} in the kubeconfig expired on ${dateOf(endMs)}. Renew the kubeconfig secret`;
  const minutes = Math.floor((endMs - nowMs) / minuteMs);
  return `the ${name} in the kubeconfig expires on ${dateOf(endMs)}, in ${minutes} min: a build that is still running then fails. Use a kubeconfig with ${instead}, or lower 'timeout'`;
}

/** The time in the claims of a JSON Web Token; undefined for other tokens. */
function tokenEndMs(token: string): number | undefined {
  const [, claims = '', signature] = token.split('.', 3);
  if (signature === undefined) return undefined;
  const seconds = field(parseJson(Buffer.from(claims, 'base64url').toString()), 'exp');
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

/** @param data base64 of PEM. @returns undefined for anything else: that is reported when it is used. */
function certificateEndMs(data: string): number | undefined {
  try {
    return new X509Certificate(Buffer.from(data, 'base64')).validToDate.getTime();
  } catch {
    return undefined;
  }
}

/** For example `2026-11-28 10:20 UTC`. */
function dateOf(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'a date out of range';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
