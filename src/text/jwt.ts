import { fieldsOf, parseJson, type Fields } from './json.ts';

/** No issuer writes a longer token: the HTTP header would not be accepted. */
const longest = 64 * 1024;

/** The claims of a JSON Web Token; undefined for other texts. The signature is not checked. */
export function jwtClaims(token: string): Fields | undefined {
  const [header = '', claims = '', signature] = token.length > longest ? [] : token.split('.');
  if (header === '' || claims === '' || signature === undefined) return undefined;
  const value = parseJson(Buffer.from(claims, 'base64url').toString('utf8'));
  return typeof value === 'object' && value !== null ? fieldsOf(value) : undefined;
}

/** A time in the claims, for example `exp`, in seconds since the epoch; undefined without it. */
export function jwtTime(claims: Fields | undefined, name: string): number | undefined {
  const value = claims?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The JSON Web Token that a text is the base64 of; undefined for other texts. A JSON Web Token itself has dots, and base64 has none. */
export function decodeJwt(encoded: string): string | undefined {
  const compact = encoded.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+=*$/.test(compact)) return undefined;
  const decoded = Buffer.from(compact, 'base64').toString('latin1').trim();
  return jwtClaims(decoded) === undefined ? undefined : decoded;
}
