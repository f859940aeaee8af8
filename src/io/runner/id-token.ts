import { BuildError, describeError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { field, parseJson, text } from '../../text/json.ts';
import { Backoff } from '../../time/backoff.ts';
import { within } from '../../time/within.ts';
import { exchange, type RegistryReply } from '../registry/exchange.ts';

/** Where a runner issues OIDC tokens for its job, and what authorizes the request. Secret. */
export interface IdTokenService {
  readonly url: URL;
  readonly requestToken: string;
}

const attempts = 4;
/** Limit for one request. */
const requestMs = 15_000;
const permissionHint =
  'Add "permissions: {contents: read, id-token: write}" to the job. Workflows of pull requests from forks cannot have it.';

/**
 * The service of the runner, which GitHub gives to jobs with the permission id-token: write.
 * @throws BuildError('input') without that permission.
 */
export function idTokenService(
  environment: Readonly<Record<string, string | undefined>>,
): IdTokenService {
  const names = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;
  const [address = '', requestToken = ''] = names.map((name) => environment[name]);
  const missing = names.find((name) => (environment[name] ?? '') === '');
  if (missing !== undefined) {
    throw new BuildError(
      'input',
      `input 'oidc-audience': the job cannot request an OIDC token, because the runner has no ${missing}`,
      { hint: permissionHint },
    );
  }
  const url = URL.parse(address);
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    throw new BuildError(
      'input',
      `input 'oidc-audience': ${names[0]} of the runner is not a URL of HTTP`,
    );
  }
  return { url, requestToken };
}

/**
 * Requests a token of the job for an audience, as `core.getIDToken` does. Network errors, 429 and 5xx are retried.
 * @throws BuildError('cluster'), which quotes nothing of the response, or the signal's reason.
 */
export async function requestIdToken(
  { url, requestToken }: IdTokenService,
  audience: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const target = new URL(url);
  target.searchParams.set('audience', audience);
  const headers = { authorization: `Bearer ${requestToken}`, accept: 'application/json' };
  const backoff = new Backoff({ firstMs: 500, longestMs: 4_000 });
  for (let attempt = 1; ; attempt++) {
    const outcome = await within({ clock, ms: requestMs }, signal, (until) =>
      exchange({ method: 'GET', url: target, headers }, {}, until),
    ).then(readToken, (error: unknown) => ({ problem: describeError(error), isTemporary: true }));
    signal.throwIfAborted();
    if (typeof outcome === 'string') return outcome;
    if (!outcome.isTemporary || attempt === attempts) {
      const message = `requesting an OIDC token from the runner (${url.host}) failed: ${outcome.problem}`;
      throw new BuildError('cluster', message, { hint: permissionHint });
    }
    await clock.sleep(backoff.next(), signal);
  }
}

/** The token in a response, or what is wrong with it. */
function readToken({
  status,
  body,
}: RegistryReply): string | { readonly problem: string; readonly isTemporary: boolean } {
  if (status !== 200)
    return { problem: `HTTP ${status}`, isTemporary: status === 429 || status >= 500 };
  const token = text(field(parseJson(body.toString('utf8')), 'value')) ?? '';
  if (token !== '') return token;
  return { problem: 'the response has no token', isTemporary: false };
}
