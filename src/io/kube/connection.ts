import { lookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { KubeConfig } from '@kubernetes/client-node';
import { BuildError, describeError } from '../../errors.ts';
import type { KubeInputs } from '../../inputs/inputs.ts';
import { providerToken, selectContext, type SelectedContext } from '../../kubeconfig/check.ts';
import { referencedFiles, tokenFileOf } from '../../kubeconfig/files.ts';
import { leafSecrets } from '../../kubeconfig/secrets.ts';
import { loginOf, type Login } from '../../kubeconfig/server-access.ts';
import { serverNames } from '../../kubeconfig/server-names.ts';
import { quotableAddress } from '../../kubeconfig/server.ts';
import type { Clock } from '../../ports.ts';
import { field, fieldsOf, type Fields } from '../../text/json.ts';
import { maskForms } from '../../text/mask.ts';
import { orAborted } from '../../time/abort.ts';
import { stoppedWhile } from '../../time/deadline.ts';
import { systemClock } from '../clock.ts';
import { IdTokenSource } from '../runner/id-token-source.ts';
import { idTokenService, requestIdToken } from '../runner/id-token.ts';
import { checkCredentials, fieldNames } from './credentials-check.ts';
import { ExecCredentials, type PluginRunner } from './exec-credentials.ts';
import { explainInvalid, findKubeconfig } from './kubeconfig.ts';

/** An agent that keeps connections open between calls: one TLS handshake for the whole step. */
function keepConnections(agent: RequestOptions['agent']): void {
  if (!(agent instanceof Agent)) return;
  Object.assign(agent, { keepAlive: true, keepAliveMsecs: 15_000 });
}

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
  /**
   * URL, TLS, proxy and credentials of one request. A path in the server's URL (Rancher, Teleport) is kept.
   * @param signal ends the wait for credentials, with its reason.
   */
  requestOptions(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<{ url: URL; options: RequestOptions }>;
  /** After a 401: discards the credentials of an exec plugin, or the OIDC token; false without any of them. */
  renewCredentials(): Promise<boolean>;
}

const slowCredentialsHint =
  'Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.';

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
  const masking = hideServer ? maskingOptions(runner.mask) : {};
  const context = explainInvalid(source, () => selectContext(kubeconfig, kube.context, isReadable));
  const { cluster, user } = context;
  const server = quotableAddress(context.server);
  const exec = ExecCredentials.of(user, cluster, runner);
  const config = clientConfig(context, exec);
  const readToken = tokenReader(tokenFileOf(user));
  const idTokens = idTokensOf(kube.oidcAudience, environment, runner.clock);
  const login = loginOf(source);
  const impersonation = impersonationHeaders(user);
  const masked = new Set<string>();
  return {
    source,
    server,
    contextName: context.name,
    login,
    isRenewed: [idTokens, exec, tokenFileOf(user)].some((source) => source !== undefined),
    namespace: kube.namespace ?? context.namespace ?? 'default',
    unverifiedTls: cluster['insecure-skip-tls-verify'] === true,
    async requestOptions(path, query, signal) {
      const options: RequestOptions = { signal };
      const doing = exec?.doing ?? `loading the credentials for ${server}`;
      let idToken: string | undefined;
      try {
        await orAborted(config.applyToHTTPSOptions(options), signal);
        idToken = await idTokens?.current(signal);
      } catch (error) {
        if (signal.aborted) throw stoppedWhile(doing, signal, slowCredentialsHint);
        if (error instanceof BuildError) throw error;
        const message = `loading the credentials for ${server} failed: ${describeError(error)}`;
        throw new BuildError('cluster', message, { cause: error });
      }
      const token = idToken ?? readToken();
      options.headers = {
        ...(options.headers as Record<string, string>),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...impersonation,
      };
      // The tokens of files and auth providers are not in the kubeconfig, and change while the step runs.
      for (const secret of authorizationSecrets(options.headers)) {
        if (!masked.has(secret)) runner.mask(secret);
        masked.add(secret);
      }
      keepConnections(options.agent);
      // Options of the agent are those of all of its connections, also of the WebSocket.
      Object.assign(fieldsOf(field(options.agent, 'options')), masking);
      const names = fieldNames({ cluster, user, exec, login, isTokenOfFile: token !== undefined });
      explainInvalid(source, () => {
        checkCredentials(options, names);
      });
      return { url: requestUrl(context.server, path, query), options };
    },
    renewCredentials() {
      idTokens?.forget();
      return Promise.resolve(exec?.forget() ?? idTokens !== undefined);
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

/** Options that mask the addresses of the API server, and the other names in its certificate, before an error can have them. */
function maskingOptions(mask: (text: string) => void): RequestOptions {
  const maskingLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error === null)
        [found].flat().forEach((one) => {
          mask(typeof one === 'string' ? one : one.address);
        });
      callback(error, found, family);
    });
  };
  return {
    lookup: maskingLookup,
    checkServerIdentity(host, certificate) {
      const names = (certificate.subjectaltname ?? '')
        .split(/, /)
        .map((name) => name.replace(/^[^:]*:/, ''));
      const error = checkServerIdentity(host, certificate);
      // Every API server has the names of the Service, which are ordinary words.
      if (error !== undefined) names.filter((name) => !/^kubernetes\b/.test(name)).forEach(mask);
      return error;
    },
  };
}

/** The library's form of one context. It reads files of certificates, refreshes auth providers and makes agents. */
function clientConfig(
  { server, cluster, user }: SelectedContext,
  exec: ExecCredentials | undefined,
): KubeConfig {
  const name = 'selected';
  const files = Object.fromEntries(
    referencedFiles(cluster, user).map(({ key, path }) => [key, path]),
  );
  const proxyUrl = cluster['proxy-url'] ?? '';
  const legacyToken = providerToken(user);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name,
        // The library compares the scheme in lower case.
        server: new URL(server).href,
        caData: cluster['certificate-authority-data'],
        caFile: files['certificate-authority'],
        tlsServerName: cluster['tls-server-name'],
        skipTLSVerify: cluster['insecure-skip-tls-verify'] === true,
        // The library does not know HTTPS_PROXY and NO_PROXY.
        proxyUrl: proxyUrl === '' ? getProxyUrl(new URL(server))?.href : proxyUrl,
      },
    ],
    users: [
      {
        name,
        certData: user['client-certificate-data'],
        certFile: files['client-certificate'],
        keyData: user['client-key-data'],
        keyFile: files['client-key'],
        token: (user['token'] ?? '') === '' ? legacyToken : user['token'],
        username: user['username'],
        password: user['password'],
        impersonateUser: user['as'],
        // The library writes renewed tokens into it.
        authProvider:
          exec?.authProvider ??
          (legacyToken === undefined ? structuredClone(user['auth-provider']) : undefined),
      },
    ],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  });
  if (exec !== undefined) config.addAuthenticator(exec);
  return config;
}

/**
 * Reads a token file for each request, because its content is renewed while the step runs: undefined without a file, and
 * as long as it has not had a token.
 */
function tokenReader(file: string | undefined): () => string | undefined {
  let last: string | undefined;
  return () => {
    if (file === undefined) return undefined;
    try {
      const token = readFileSync(file, 'utf8').trim();
      if (token !== '') last = token;
    } catch {
      // The token of the last request is used again, as in client-go.
    }
    return last;
  };
}

/** `as-groups`, `as-uid` and `as-user-extra`, which the library does not send; it sends `as`. */
function impersonationHeaders(user: Fields): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
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
