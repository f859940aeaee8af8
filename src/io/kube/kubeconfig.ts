import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { BuildError, describeError } from '../../errors.ts';
import type { KubeInputs } from '../../inputs/inputs.ts';
import { quotableAddress } from '../../kubeconfig/document.ts';
import { fieldsOf, listOf, text, type Fields } from '../../text/json.ts';
import { maskForms } from '../../text/mask.ts';
import { loadYaml } from '../../text/yaml.ts';
import { orAborted } from '../../time/abort.ts';
import { stoppedWhile } from '../../time/deadline.ts';
import { type Connection, keepConnections } from './connection.ts';
import { ExecCredentials, type PluginRunner } from './exec-credentials.ts';
import { checkAddresses, checkLogin, fieldNames } from './login-check.ts';

const slowLoginHint =
  'Look at what it waits for (there is nobody to ask here), or use a kubeconfig with a token.';
const howToWrite = "Set the input 'kubeconfig' to a kubeconfig in YAML, or to its base64.";
const accountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

interface Loaded {
  readonly config: KubeConfig;
  /** The document itself, for what the library leaves out. */
  readonly document: Fields;
  readonly source: string;
}

/**
 * Reads `kubeconfig` (text, or `auto`: `$KUBECONFIG`, `~/.kube/config`, the pod's own account, in this order).
 * @throws BuildError('input') if there is none or it cannot be used.
 */
export function connect(
  kube: KubeInputs,
  environment: NodeJS.ProcessEnv,
  runner: PluginRunner,
): Connection {
  const { config, document, source } = load(kube.kubeconfig, environment);
  if (kube.context !== undefined) useContext(config, kube.context);
  const cluster = config.getCurrentCluster();
  const context = config.getContextObject(config.getCurrentContext());
  if (cluster === null || context === null) {
    throw new BuildError('input', `the kubeconfig (${source}) has no usable current context`, {
      hint: "Name one by the input 'kube-context'.",
    });
  }
  checkAddresses(cluster);
  applyProxy(config, cluster);
  readTokenFile(config, document);
  const server = quotableAddress(cluster.server);
  const names = fieldNames(cluster, config.getCurrentUser());
  const exec = ExecCredentials.install(config, cluster, runner);
  const impersonation = impersonationHeaders(document, context.user);
  const masked = new Set<string>();
  return {
    source,
    server,
    contextName: config.getCurrentContext(),
    namespace: kube.namespace ?? nonEmpty(context.namespace) ?? 'default',
    unverifiedTls: cluster.skipTLSVerify,
    document: JSON.stringify(document),
    async requestOptions(path, query, signal) {
      const options: RequestOptions = { signal };
      try {
        await orAborted(config.applyToHTTPSOptions(options), signal);
      } catch (error) {
        if (signal.aborted) {
          const doing = exec?.doing ?? `preparing the login to ${server}`;
          throw stoppedWhile(doing, signal, slowLoginHint);
        }
        if (error instanceof BuildError) throw error;
        throw new BuildError(
          'cluster',
          `preparing the login to ${server} failed: ${describeError(error)}`,
          { cause: error },
        );
      }
      // Tokens of files and of the pod's own account are in no document, and change while the step runs.
      for (const secret of authorizationSecrets(options.headers)) {
        if (!masked.has(secret)) runner.mask(secret);
        masked.add(secret);
      }
      keepConnections(options.agent);
      options.headers = { ...(options.headers as Record<string, string>), ...impersonation };
      checkLogin(options, { ...names, ...exec?.names });
      return { url: requestUrl(cluster.server, path, query), options };
    },
    renewCredentials: () => Promise.resolve(exec?.forget() ?? false),
  };
}

function authorizationSecrets(headers: RequestOptions['headers']): readonly string[] {
  const { Authorization: authorization } = fieldsOf(headers);
  if (typeof authorization !== 'string') return [];
  return maskForms([authorization.replace(/^\S+ /, '')]);
}

/** Keeps a path of the server's URL. */
export function requestUrl(
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

function load(kubeconfig: string, environment: NodeJS.ProcessEnv): Loaded {
  if (kubeconfig !== 'auto') {
    const source = "input 'kubeconfig'";
    return { ...parse(source, kubeconfig), source };
  }
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const own = join(homedir(), '.kube', 'config');
  const files = listed.length > 0 ? listed : existsSync(own) ? [own] : [];
  if (files.length > 0)
    return { ...loadFiles(files), source: listed.length > 0 ? '$KUBECONFIG' : own };
  if ((environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && existsSync(accountToken)) {
    const config = new KubeConfig();
    config.loadFromCluster();
    return { config, document: {}, source: "the account of the runner's own pod" };
  }
  throw new BuildError(
    'input',
    "finding a kubeconfig failed: the input 'kubeconfig' is auto, and neither $KUBECONFIG nor ~/.kube/config nor the account of a pod exists here",
    { hint: "Set the input 'kubeconfig' to a secret that holds a kubeconfig." },
  );
}

/** Several files are merged as kubectl does: the first one that names a thing wins. */
function loadFiles(files: readonly string[]): Omit<Loaded, 'source'> {
  const [first, ...others] = files.map((file) => {
    const loaded = parse(file, readText(file), dirname(file));
    loaded.config.makePathsAbsolute(dirname(file));
    return loaded;
  });
  if (first === undefined) throw new Error('no kubeconfig file');
  for (const { config } of others) addMissing(first.config, config);
  const documents = [first, ...others].map(({ document }) => document);
  const users = documents.flatMap((document) => listOf(document['users']));
  const clusters = documents.flatMap((document) => listOf(document['clusters']));
  return { config: first.config, document: { users, clusters } };
}

/** The library's own merge refuses a name that stands in two files. */
function addMissing(config: KubeConfig, other: KubeConfig): void {
  for (const cluster of other.getClusters()) {
    if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  }
  for (const user of other.getUsers()) {
    if (config.getUser(user.name) === null) config.addUser(user);
  }
  for (const context of other.getContexts()) {
    if (config.getContextObject(context.name) === null) config.addContext(context);
  }
  // The library's type promises a text, but a file without one leaves it undefined.
  const current = nonEmpty(other.getCurrentContext());
  if (nonEmpty(config.getCurrentContext()) === undefined && current !== undefined) {
    config.setCurrentContext(current);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadableKubeconfig(file, error);
  }
}

/** @param directory what a relative token file is relative to. */
function parse(source: string, text: string, directory = '.'): Omit<Loaded, 'source'> {
  const config = new KubeConfig();
  let document: Fields;
  try {
    const read = fieldsOf(loadYaml(text, howToWrite));
    const users = listOf(read['users']).map((entry) => ({
      ...entry,
      user: withAbsoluteTokenFile(fieldsOf(entry['user']), directory),
    }));
    document = { ...read, users };
    // As kubectl does it: an entry that is none is in nobody's way until it is used.
    config.loadFromString(JSON.stringify(document), { onInvalidEntry: 'filter' });
  } catch (error) {
    throw unreadableKubeconfig(source, error);
  }
  return { config, document };
}

/** The library would read `token-file` of everybody here, with the line break at the end of it, and knows no `tokenFile`. */
function withAbsoluteTokenFile(user: Fields, directory: string): Fields {
  const { tokenFile = user['token-file'], ...others } = user;
  const file = nonEmpty(text(tokenFile));
  if (file === undefined) return user;
  return { ...others, 'token-file': undefined, tokenFile: resolve(directory, file) };
}

/** Gives the current user the token of its file, which comes before the one beside it, as in client-go. */
function readTokenFile(config: KubeConfig, document: Fields): void {
  const user = config.getCurrentUser();
  const file = nonEmpty(text(userFields(document, user?.name)['tokenFile']));
  if (user === null || file === undefined) return;
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((user.token ?? '') !== '') return;
    throw new BuildError(
      'input',
      `reading the tokenFile ${JSON.stringify(file)} of the kubeconfig's user failed: ${describeError(error)}`,
      {
        hint: 'Name a file that is there where the action runs, or use a kubeconfig with a token.',
        cause: error,
      },
    );
  }
  config.users = config.users.map((other) => (other === user ? { ...user, token } : other));
}

function unreadableKubeconfig(source: string, cause: unknown): BuildError {
  return new BuildError(
    'input',
    `reading the kubeconfig (${source}) failed: ${describeError(cause)}`,
    {
      hint: howToWrite,
      cause,
    },
  );
}

function useContext(config: KubeConfig, name: string): void {
  const known = config.getContexts().map((context) => context.name);
  if (!known.includes(name)) {
    throw new BuildError(
      'input',
      `input 'kube-context': the kubeconfig has no context ${JSON.stringify(name)}`,
      {
        hint:
          known.length === 0
            ? "Correct the input 'kubeconfig'."
            : `Use one of: ${known.join(', ')}.`,
      },
    );
  }
  config.setCurrentContext(name);
}

/** The library knows only `proxy-url` of the kubeconfig, not HTTPS_PROXY and NO_PROXY. */
function applyProxy(config: KubeConfig, cluster: Cluster): void {
  if ((cluster.proxyUrl ?? '') !== '') return;
  const proxy = getProxyUrl(new URL(cluster.server));
  if (proxy === undefined) return;
  const proxied = { ...cluster, proxyUrl: proxy.href };
  config.clusters = config.clusters.map((other) => (other === cluster ? proxied : other));
}

/** `as-groups`, `as-uid` and `as-user-extra`, which the library leaves out; it sends `as` itself. */
function impersonationHeaders(
  document: Fields,
  userName: string | undefined,
): Record<string, string | string[]> {
  const user = userFields(document, userName);
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

function userFields(document: Fields, name: string | undefined): Fields {
  return fieldsOf(listOf(document['users']).find((entry) => entry['name'] === name)?.['user']);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
