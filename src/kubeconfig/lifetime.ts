import { text, type Fields } from '../text/json.ts';
import { endOfCertificate, endOfToken, formatDate, type Credential } from './expiry.ts';
import { tokenFileOf } from './files.ts';
import type { Login } from './server-access.ts';

/** The period in which credentials are needed. */
export interface Period {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly timeoutMs: number;
}

const minuteMs = 60_000;
/** Access tokens of Google expire this long after they were issued, at the latest. They do not contain the time. */
const googleTokenMs = 60 * minuteMs;

/** What does not expire while a step runs, in place of a token. */
const insteadOfToken: Readonly<Record<Login, string>> = {
  kubeconfig: 'a kubeconfig with an exec plugin or a tokenFile, which are renewed',
  token: "'oidc-audience', whose tokens are renewed",
  oidc: '',
};

/**
 * A sentence for each credential of a user that expires before the timeout of the step ends. Token files, exec plugins and OIDC
 * tokens are not mentioned: they are renewed.
 * @param login of the connection: a token can be that of an input.
 */
export function lifetimeWarnings(user: Fields, login: Login, period: Period): readonly string[] {
  const token = tokenFileOf(user) === undefined ? (text(user['token']) ?? '') : '';
  const data = text(user['client-certificate-data']) ?? '';
  const tokenName =
    login === 'token' ? "the token of the input 'token'" : 'the token in the kubeconfig';
  const certificateName = 'the client certificate in the kubeconfig';
  const certificate = Buffer.from(data, 'base64').toString('latin1');
  const found = [
    warnOf(tokenName, endOfToken(token), period, insteadOfToken[login]),
    warnOf(
      certificateName,
      endOfCertificate(certificate),
      period,
      'a kubeconfig with one that is valid for longer',
    ),
  ];
  if (token.startsWith('ya29.') && period.timeoutMs >= googleTokenMs) {
    found.push(
      `${tokenName} is an access token of Google, which expires at most 1 h after it was issued: a build that is still running then fails. Use a kubeconfig with the exec plugin gke-gcloud-auth-plugin (gcloud container clusters get-credentials), or lower 'timeout'`,
    );
  }
  return found.filter((sentence) => sentence !== undefined);
}

/** @param instead what to use in its place. */
function warnOf(
  name: string,
  endMs: Credential['expiresAtMs'],
  { nowMs, timeoutMs }: Period,
  instead: string,
): string | undefined {
  if (typeof endMs === 'string' || endMs >= nowMs + timeoutMs) return undefined;
  if (endMs <= nowMs) return `${name} expired on ${formatDate(endMs)}. Renew it`;
  const minutes = Math.floor((endMs - nowMs) / minuteMs);
  return `${name} expires on ${formatDate(endMs)}, in ${minutes} min: a build that is still running then fails. Use ${instead}, or lower 'timeout'`;
}
