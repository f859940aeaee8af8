import { formatDate, type Credential } from '../kubeconfig/expiry.ts';
import { row, type Row } from './row.ts';

export interface CheckTimes {
  /** Time of the API server in milliseconds since the epoch; undefined if it is not known. */
  readonly nowMs: number | undefined;
  /** How long a step may take. */
  readonly timeoutMs: number;
}

/**
 * Whether the credentials are valid for as long as a step may take.
 * @param user the name that the API server has for the user; undefined if it is not known.
 */
export function checkCredentials(
  credentials: readonly Credential[],
  user: string | undefined,
  times: CheckTimes,
): readonly Row[] {
  if (credentials.length === 0) return [withoutCredentials(user)];
  return credentials.map((credential) => checkCredential(credential, times));
}

/** A proxy such as `kubectl proxy` authenticates in place of the kubeconfig: only the API server knows who sends a request. */
function withoutCredentials(user: string | undefined): Row {
  return user === 'system:anonymous'
    ? row('failed', 'credentials', 'the request is anonymous: the kubeconfig has none')
    : row('not checked', 'credentials', 'the kubeconfig has none; a proxy may have its own');
}

function checkCredential(
  { name, expiresAtMs, isRenewed }: Credential,
  { nowMs, timeoutMs }: CheckTimes,
): Row {
  if (expiresAtMs === 'never') return row('ok', name, 'it does not expire');
  if (expiresAtMs === 'unknown')
    return row('not checked', name, 'it does not contain the time when it expires');
  const end = `until ${formatDate(expiresAtMs)}`;
  if (isRenewed) return row('ok', name, `${end}; it is renewed while the step runs`);
  if (nowMs === undefined)
    return row('ok', name, `${end}; the API server does not report its time`);
  if (expiresAtMs <= nowMs)
    return row('failed', name, `it has expired at ${formatDate(expiresAtMs)}`);
  const left = `${end}, for ${formatDuration(expiresAtMs - nowMs)}`;
  if (expiresAtMs - nowMs >= timeoutMs) return row('ok', name, left);
  const limit = formatDuration(timeoutMs);
  return row(
    'warning',
    name,
    `${left}, but a step may take ${limit} ('timeout'), and it is not renewed`,
  );
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
];

/** In the largest unit of which it has at least two, rounded down. */
function formatDuration(ms: number): string {
  const { name, ms: one } = units.find((unit) => ms >= 2 * unit.ms) ?? { name: 's', ms: 1_000 };
  return `${Math.floor(ms / one)} ${name}`;
}
