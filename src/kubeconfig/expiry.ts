import { X509Certificate } from 'node:crypto';
import { jwtClaims, jwtTime } from '../text/jwt.ts';

/** A credential that a request presents. */
export interface Credential {
  readonly name: 'token' | 'client certificate' | 'password';
  /** Milliseconds since the epoch; `never`, or `unknown` if the credential does not have it. */
  readonly expiresAtMs: number | 'never' | 'unknown';
  /** True if it is replaced while the step runs. */
  readonly isRenewed: boolean;
}

/** What a request presents: the header Authorization and the client certificate in PEM; undefined without them. */
export interface Presented {
  readonly authorization: string | undefined;
  readonly certificate: string | undefined;
  readonly isRenewed: boolean;
}

/** The credentials and when they expire; empty for an anonymous request. */
export function credentialsOf({
  authorization,
  certificate,
  isRenewed,
}: Presented): readonly Credential[] {
  const found: Credential[] = [];
  const scheme = /^\w+ /.exec(authorization ?? '')?.[0].toLowerCase() ?? '';
  const value = (authorization ?? '').slice(scheme.length).trim();
  if (scheme === 'bearer ')
    found.push({ name: 'token', expiresAtMs: endOfToken(value), isRenewed });
  if (scheme === 'basic ')
    found.push({ name: 'password', expiresAtMs: 'unknown', isRenewed: false });
  if (certificate !== undefined) {
    const expiresAtMs = endOfCertificate(certificate);
    found.push({ name: 'client certificate', expiresAtMs, isRenewed });
  }
  return found;
}

/** A JSON Web Token without `exp` does not expire, for example that of a ServiceAccount's Secret. */
export function endOfToken(token: string): Credential['expiresAtMs'] {
  const claims = jwtClaims(token);
  if (claims === undefined) return 'unknown';
  const seconds = jwtTime(claims, 'exp');
  return seconds === undefined ? 'never' : seconds * 1_000;
}

/** `unknown` for a text that is not a certificate: that is reported when it is used. */
export function endOfCertificate(pem: string): Credential['expiresAtMs'] {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return 'unknown';
  }
}

/** For example `2026-11-28 10:20 UTC`. A credential can expire in a year that Date cannot show. */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'a time that is out of range';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
