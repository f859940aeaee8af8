import { lookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import type { AgentOptions, RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { KubeInputs } from '../../inputs/inputs.ts';
import { selectContext, type SelectedContext } from '../../kubeconfig/check.ts';
import { tokenFileOf } from '../../kubeconfig/files.ts';
import { lifetimeWarnings } from '../../kubeconfig/lifetime.ts';
import { leafSecrets } from '../../kubeconfig/secrets.ts';
import { loginOf, type Login } from '../../kubeconfig/server-access.ts';
import { serverNames } from '../../kubeconfig/server-names.ts';
import { quotableAddress } from '../../kubeconfig/server.ts';
import type { Clock } from '../../ports.ts';
import { fieldsOf, text, type Fields } from '../../text/json.ts';
import { maskForms } from '../../text/mask.ts';
import { stoppedWhile } from '../../time/deadline.ts';
import { systemClock } from '../clock.ts';
import { userOf } from '../proxy/address.ts';
import { createAgent } from '../proxy/agent.ts';
import { environmentProxy, type ProxySetting } from '../proxy/environment.ts';
import { IdTokenSource } from '../runner/id-token-source.ts';
import { idTokenService, requestIdToken } from '../runner/id-token.ts';
import { trustSystem } from '../trust.ts';
import { checkCredentials, fieldNames } from './credentials/check.ts';
import {
  ExecCredentials,
  slowCredentialsHint,
  type Credential,
  type PluginRunner,
} from './credentials/exec-credentials.ts';
import { UserCredentials, type ClientPair } from './credentials/user-credentials.ts';
import { explainInvalid, findKubeconfig } from './kubeconfig.ts';

/** How requests reach one cluster, with one namespace. */
export interface Connection {
  /** Where the kubeconfig comes from, for the job log; not secret. */
  readonly source: string;
  /** For messages: scheme, host and port; not secret. */
  readonly server: string;
  readonly contextName: string;
  readonly namespace: string;
  /** What authenticates; absent: the kubeconfig. */
  readonly login?: Login;
  /** True if the credentials are replaced while the step runs: of an exec plugin, of a token file, OIDC tokens. */
  readonly isRenewed?: boolean;
  /** True for `insecure-skip-tls-verify`. */
  readonly unverifiedTls: boolean;
  /** True if the kubeconfig has CA certificates; else those of the system and of Node are trusted. */
  readonly hasCa: boolean;
  /** A sentence for each credential of the kubeconfig that expires before the timeout of the step ends. */
  lifetimeWarnings(timeoutMs: number): readonly string[];
  /**
   * URL, TLS, proxy and credentials of one request. A path in the server's URL (Rancher, Teleport) is kept.
   * @param signal ends the wait for credentials, with its reason.
   */
  requestOptions(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<{ url: URL; options: RequestOptions }>;
  /** After a 401: true if the next request has other credentials: of an exec plugin, which runs again, of a token file, or an OIDC token. */
  renewCredentials(): Promise<boolean>;
}

/**
 * Prepares requests to the cluster of a kubeconfig; sends nothing. Masks the secrets of the kubeconfig first, and later those
 * of exec plugins and token files.
 * @throws BuildError('input') if no kubeconfig is found, or it cannot be used.
 */
export function connect(
  kube: KubeInputs,
  environment: NodeJS.ProcessEnv,
  runner: PluginRunner & { readonly clock?: Clock },
): Connection {
  const kubeconfig = kube.kubeconfig === 'auto' ? findKubeconfig(environment) : kube.kubeconfig;
  const { source } = kubeconfig;
  for (const secret of leafSecrets(kubeconfig)) runner.mask(secret);
  const { hideServer = false } = kube;
  if (hideServer) for (const name of serverNames(kubeconfig)) runner.mask(name);
  const context = explainInvalid(source, () => selectContext(kubeconfig, kube.context, isReadable));
  const { cluster, user } = context;
  const server = quotableAddress(context.server);
  const own = new UserCredentials(cluster, user);
  const exec = own.isComplete ? undefined : ExecCredentials.of(user, cluster, own.ca, runner);
  const idTokens = idTokensOf(kube.oidcAudience, environment, runner.clock);
  const login = loginOf(source);
  const isVerified = cluster['insecure-skip-tls-verify'] !== true;
  const proxy = proxyOf(context, environment);
  const url = new URL(context.server);
  const name = text(cluster['tls-server-name']) ?? '';
  const agent = createAgent(
    url.protocol,
    proxy,
    tlsOptions(name, hideServer ? runner.mask : undefined),
  );
  const impersonation = impersonationHeaders(user);
  const masked = new Set<string>();
  return {
    source,
    server,
    contextName: context.name,
    login,
    isRenewed: [idTokens, exec, tokenFileOf(user)].some((source) => source !== undefined),
    namespace: kube.namespace ?? context.namespace ?? 'default',
    unverifiedTls: !isVerified,
    hasCa: own.ca() !== undefined,
    lifetimeWarnings(timeoutMs) {
      return lifetimeWarnings(user, login, { nowMs: (runner.now ?? Date.now)(), timeoutMs });
    },
    async requestOptions(path, query, signal) {
      const { plugin, idToken } = await loadCredentials({ exec, idTokens, server }, signal);
      const ca = own.ca();
      if (ca === undefined && isVerified) trustSystem();
      const fileToken = own.fileToken();
      const token = idToken ?? fileToken ?? plugin?.token;
      const authorization =
        basicOf(url) ?? (token === undefined ? own.authorization() : `Bearer ${token}`);
      const { cert, key } = plugin?.certificate === undefined ? own.pair() : pairOf(plugin);
      const options: RequestOptions = {
        signal,
        agent,
        // Without it, NODE_TLS_REJECT_UNAUTHORIZED would decide.
        rejectUnauthorized: isVerified,
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(name !== '' && { servername: isIP(name) === 0 ? name : '' }),
        headers: {
          ...(authorization !== undefined && { Authorization: authorization }),
          ...impersonation,
        },
      };
      // The tokens of files are not in the kubeconfig, and change while the step runs.
      for (const secret of authorizationSecrets(options.headers)) {
        if (!masked.has(secret)) runner.mask(secret);
        masked.add(secret);
      }
      const isTokenOfFile = fileToken !== undefined;
      const names = fieldNames({ cluster, user, exec, login, isTokenOfFile });
      explainInvalid(source, () => {
        checkCredentials(options, names);
      });
      return { url: requestUrl(context.server, path, query), options };
    },
    renewCredentials() {
      idTokens?.forget();
      return Promise.resolve(idTokens !== undefined || (exec?.forget() ?? own.isRenewed()));
    },
  };
}

/** The OIDC tokens of the job for an audience; undefined without one. @throws BuildError('input') if the job has none. */
function idTokensOf(
  audience: string | undefined,
  environment: NodeJS.ProcessEnv,
  clock: Clock = systemClock,
): IdTokenSource | undefined {
  if (audience === undefined) return undefined;
  const service = idTokenService(environment);
  const request = (signal: AbortSignal): Promise<string> =>
    requestIdToken(service, audience, clock, signal);
  return new IdTokenSource(request, clock);
}

/** Credentials that are not in the kubeconfig. */
interface LoadedCredentials {
  /** Of an exec plugin. */
  readonly plugin: Credential | undefined;
  readonly idToken: string | undefined;
}

/** @throws BuildError */
async function loadCredentials(
  {
    exec,
    idTokens,
    server,
  }: {
    readonly exec: ExecCredentials | undefined;
    readonly idTokens: IdTokenSource | undefined;
    readonly server: string;
  },
  signal: AbortSignal,
): Promise<LoadedCredentials> {
  try {
    signal.throwIfAborted();
    return { plugin: await exec?.current(signal), idToken: await idTokens?.current(signal) };
  } catch (error) {
    const doing = exec?.doing ?? `loading the credentials for ${server}`;
    if (signal.aborted) throw stoppedWhile(doing, signal, slowCredentialsHint);
    throw error;
  }
}

/** The proxy of the kubeconfig, else that of the environment. */
function proxyOf(
  { server, cluster }: SelectedContext,
  environment: NodeJS.ProcessEnv,
): ProxySetting | undefined {
  const own = text(cluster['proxy-url']) ?? '';
  if (own === '') return environmentProxy(new URL(server), environment);
  return { url: new URL(own), setting: 'proxy-url of the kubeconfig' };
}

function pairOf({ certificate: cert, key }: Credential): ClientPair {
  return { cert, key };
}

/** User and password in the URL of a server, which precede all other credentials, as in kubectl. */
function basicOf(url: URL): string | undefined {
  const given = userOf(url);
  if (given === undefined) return undefined;
  return `Basic ${Buffer.from(`${given.user}:${given.password}`).toString('base64')}`;
}

/**
 * Options of TLS for all connections.
 * @param name `tls-server-name`; empty for the host. TLS does not send an address as a name, but the certificate must have it.
 * @param mask is called with the addresses of the API server, and with the other names in its certificate, before an error can have
 *   them.
 */
function tlsOptions(name: string, mask: ((text: string) => void) | undefined): AgentOptions {
  if (mask === undefined && isIP(name) === 0) return {};
  const identity: AgentOptions = {
    checkServerIdentity(host, certificate) {
      const error = checkServerIdentity(isIP(name) === 0 ? host : name, certificate);
      // Every API server has the names of the Service, which are ordinary words.
      if (error !== undefined && mask !== undefined)
        namesIn(certificate)
          .filter((one) => !/^kubernetes\b/.test(one))
          .forEach(mask);
      return error;
    },
  };
  return { ...identity, ...(mask !== undefined && { lookup: maskingLookup(mask) }) };
}

function namesIn({ subjectaltname = '' }: PeerCertificate): readonly string[] {
  return subjectaltname.split(/, /).map((name) => name.replace(/^[^:]*:/, ''));
}

function maskingLookup(mask: (text: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error === null)
        [found].flat().forEach((one) => {
          mask(typeof one === 'string' ? one : one.address);
        });
      callback(error, found, family);
    });
  };
}

/** `as`, `as-groups`, `as-uid` and `as-user-extra`. */
function impersonationHeaders(user: Fields): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const name = text(user['as']) ?? '';
  if (name !== '') headers['Impersonate-User'] = name;
  const groups = user['as-groups'];
  if (Array.isArray(groups)) headers['Impersonate-Group'] = groups.map(String);
  if (typeof user['as-uid'] === 'string') headers['Impersonate-Uid'] = user['as-uid'];
  for (const [key, values] of Object.entries(fieldsOf(user['as-user-extra']))) {
    if (Array.isArray(values))
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = values.map(String);
  }
  return headers;
}

function authorizationSecrets(headers: RequestOptions['headers']): readonly string[] {
  const { Authorization: authorization } = fieldsOf(headers);
  if (typeof authorization !== 'string') return [];
  return maskForms([authorization.replace(/^\S+ /, '')]);
}

/** Keeps a path of the server's URL. */
function requestUrl(
  server: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): URL {
  const url = new URL(server);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
