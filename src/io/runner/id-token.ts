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
  'Add "id-token: write" to the permissions of the job, and keep the others that it needs: a job has only those that it names. Workflows of pull requests from forks cannot have it.';
const networkHint =
  'Check that the runner reaches this host (network, firewall, proxy), and run the job again.';
const unavailableHint =
  'Run the job again when the service is available; https://www.githubstatus.com reports outages of GitHub.';
const addressHint = 'Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address of the runner.';

/** What the user can do about a refusal, by its HTTP status. The job has the permission: the runner has given the variables. */
const hints: Readonly<Record<number, string>> = {
  400: "Check the input 'oidc-audience': the service does not accept it.",
  401: 'Run the job again: what authorizes its requests for tokens is invalid or has expired.',
  403: 'Run the job again, and check that no proxy or firewall refuses the request.',
};

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
 * @throws BuildError('cluster'), which quotes nothing of the response and is temporary after such a failure, or the signal's reason.
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
    ).then(readToken, unreached);
    signal.throwIfAborted();
    if (typeof outcome === 'string') return outcome;
    if (!outcome.isTemporary || attempt === attempts) {
      const { problem, hint, isTemporary } = outcome;
      const message = `requesting an OIDC token from the runner (${url.host}) failed: ${problem}`;
      throw new BuildError('cluster', message, { hint, isTemporary });
    }
    await clock.sleep(backoff.next(), signal);
  }
}

/** A request without a token. */
interface NoToken {
  readonly problem: string;
  readonly hint: string;
  /** True if the same request can succeed later. */
  readonly isTemporary: boolean;
}

function unreached(error: unknown): NoToken {
  return { problem: describeError(error), hint: networkHint, isTemporary: true };
}

/** The token in a response, or what is wrong with it. */
function readToken({ status, body }: RegistryReply): string | NoToken {
  if (status !== 200) {
    const isTemporary = status === 429 || status >= 500;
    const hint = hints[status] ?? (isTemporary ? unavailableHint : addressHint);
    return { problem: `HTTP ${status}`, hint, isTemporary };
  }
  const token = text(field(parseJson(body.toString('utf8')), 'value')) ?? '';
  if (token !== '') return token;
  return { problem: 'the response has no token', hint: addressHint, isTemporary: false };
}
