import type { Credentials } from '../../logins/credentials.ts';
import { parseJson, field, text } from '../../text/json.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryReply, RegistryRequest } from './exchange.ts';

/** What a request asks permission for. */
export interface Purpose {
  /** For example `repository:library/app:pull`. */
  readonly scope: string;
  /** Undefined: anonymous. */
  readonly credentials: Credentials | undefined;
  /** False: the token service must use TLS. */
  readonly isPlainAllowed: boolean;
}

/** The token service has refused the request. */
export class TokenRefusal extends Error {
  readonly status: number;

  constructor(host: string, status: number) {
    super(`the token service ${host} responded with HTTP ${status}`);
    this.name = 'TokenRefusal';
    this.status = status;
  }
}

/**
 * The Authorization header that answers a challenge; undefined if there are no credentials for it.
 * @param send sends the request to the token service.
 * @throws Error if the token service is refused, refuses, or returns no token.
 */
export async function authorize(
  challenge: Challenge,
  { scope, credentials = {}, isPlainAllowed }: Purpose,
  send: (request: RegistryRequest) => Promise<RegistryReply>,
): Promise<string | undefined> {
  const { auth, registrytoken } = credentials;
  if (challenge.scheme === 'basic') return auth === undefined ? undefined : `Basic ${auth}`;
  if (registrytoken !== undefined) return `Bearer ${registrytoken}`;
  const { realm, service } = challenge;
  const url = URL.parse(realm);
  const isTls = url?.protocol === 'https:';
  if (url === null || !(isTls || (isPlainAllowed && url.protocol === 'http:'))) {
    throw new Error('the registry names a token service without TLS');
  }
  const reply = await send(tokenRequest(url, { service, scope }, credentials));
  if (reply.status !== 200) {
    throw new TokenRefusal(url.host, reply.status);
  }
  const answer = parseJson(reply.body.toString('utf8'));
  const token = text(field(answer, 'token')) ?? text(field(answer, 'access_token'));
  if (token === undefined || token === '') {
    throw new Error(`the token service ${url.host} returned no token`);
  }
  return `Bearer ${token}`;
}

/** As docker does: an identity token is exchanged by OAuth 2, anything else by GET. */
function tokenRequest(
  realm: URL,
  { service, scope }: { readonly service: string | undefined; readonly scope: string },
  { auth, identitytoken }: Credentials,
): RegistryRequest {
  if (identitytoken !== undefined) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      ...(service !== undefined && { service }),
      client_id: 'kube-build-push',
      scope,
      refresh_token: identitytoken,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: form.toString() };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const headers = auth === undefined ? {} : { authorization: `Basic ${auth}` };
  return { method: 'GET', url, headers };
}
