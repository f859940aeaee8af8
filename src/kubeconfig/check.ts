import { fieldsOf, isFields, text, type Fields } from '../text/json.ts';
import { decodeJwt } from '../text/jwt.ts';
import { findNearest } from '../text/nearest.ts';
import { InvalidInput, invalid, quote } from '../text/problem.ts';
import { currentContext, findNamed, howToPrint, namesOf, type Kubeconfig } from './document.ts';
import { referencedFiles } from './files.ts';
import { checkProxy, checkServer } from './server.ts';

/** A context with the fields of its cluster and its user. Secret. */
export interface SelectedContext {
  readonly name: string;
  readonly namespace: string | undefined;
  /** The server of the cluster. */
  readonly server: string;
  readonly cluster: Fields;
  /** Empty for a context without a user. */
  readonly user: Fields;
}

/**
 * Selects the context and validates it with its cluster and its user. Other entries may be invalid, as in kubectl. No
 * message quotes a secret.
 * @param wanted `kube-context`; without it, current-context is selected.
 * @param isReadable whether a file that the kubeconfig names can be read.
 * @throws InvalidInput
 */
export function selectContext(
  kubeconfig: Kubeconfig,
  wanted: string | undefined,
  isReadable: (path: string) => boolean,
): SelectedContext {
  const { document } = kubeconfig;
  checkLists(document);
  const name = selectName(document, wanted);
  const context = fieldsOf(findNamed(document['contexts'], name)?.['context']);
  const cluster = withBoolean(findTarget(document, name, context, 'cluster'));
  const user = isGiven(context['user']) ? findTarget(document, name, context, 'user') : {};
  refuseRedacted([cluster, user]);
  const server = checkServer(cluster);
  checkProxy(cluster);
  checkPlugin(user);
  refuseProvider(user);
  checkPair(user);
  refuseEncodedToken(user);
  checkFiles(cluster, user, isReadable);
  const namespace = text(context['namespace']);
  return { name, namespace: isGiven(namespace) ? namespace : undefined, server, cluster, user };
}

function checkLists(document: Fields): void {
  const missing = ['clusters', 'contexts'].filter((key) => !Array.isArray(document[key]));
  if (missing.length > 0) {
    const kind = typeof document['kind'] === 'string' ? `of kind ${quote(document['kind'])} ` : '';
    const lists = missing.map((key) => `no list of ${key}`).join(' and ');
    throw invalid(`the document ${kind}has ${lists}`, `${howToPrint}.`);
  }
  if (namesOf(document['contexts']).length === 0)
    throw invalid('it has no context', `${howToPrint}.`);
}

function selectName(document: Fields, wanted: string | undefined): string {
  const known = namesOf(document['contexts']);
  const current = currentContext(document);
  const name = wanted ?? current;
  if (name !== undefined && known.includes(name)) return name;
  const nearest = name === undefined ? undefined : findNearest(name, known);
  const choice = nearest ?? (known.length === 1 ? known.join('') : 'one of these');
  const list = `(contexts: ${known.join(', ')})`;
  if (wanted !== undefined) {
    const text = `${quote(wanted)} is not a context of the kubeconfig ${list}`;
    throw new InvalidInput([{ input: 'kube-context', text, hint: `Use ${choice}.` }]);
  }
  throw invalid(
    current === undefined
      ? `it has no current-context ${list}`
      : `its current-context ${quote(current)} is not one of its contexts ${list}`,
    `Set the input 'kube-context' to ${choice}.`,
  );
}

/** The cluster or user that a context refers to. */
function findTarget(
  document: Fields,
  name: string,
  context: Fields,
  kind: 'cluster' | 'user',
): Fields {
  const target = context[kind];
  if (!isGiven(target))
    throw invalid(`its context ${quote(name)} has no ${kind}`, `${howToPrint}.`);
  if (typeof target !== 'string') {
    throw invalid(
      `the name of the ${kind} in its context ${quote(name)} is not a string`,
      'Enclose the name in double quotes.',
    );
  }
  const entry = findNamed(document[`${kind}s`], target);
  if (entry !== undefined) return fieldsOf(entry[kind]);
  throw invalid(
    `its context ${quote(name)} refers to the ${kind} ${quote(target)}, which it does not have`,
    `${howToPrint}.`,
  );
}

/** Refuses the output of `kubectl config view` without `--raw`. */
function refuseRedacted(entries: readonly Fields[]): void {
  const values = entries.flatMap((entry) => Object.values(entry));
  if (!values.some((value) => value === 'DATA+OMITTED' || value === 'REDACTED')) return;
  throw invalid(
    'its certificates or tokens are omitted (DATA+OMITTED, REDACTED)',
    `${howToPrint}.`,
  );
}

/** YAML 1.1, which kubectl reads, has more names for true. */
function withBoolean(cluster: Fields): Fields {
  const key = 'insecure-skip-tls-verify';
  const isTrue = /^(?:y|yes|on|true)$/i.test(text(cluster[key]) ?? '');
  return isTrue ? { ...cluster, [key]: true } : cluster;
}

function checkPair(user: Fields): void {
  const isNamed = (key: string): boolean => isGiven(user[key]) || isGiven(user[`${key}-data`]);
  if (!isNamed('client-certificate') || isNamed('client-key')) return;
  throw invalid('it has a client-certificate but no client-key', `${howToPrint}.`);
}

/** The token as the data of a Secret has it: every API server would refuse it. */
function refuseEncodedToken(user: Fields): void {
  if (decodeJwt(text(user['token']) ?? '') === undefined) return;
  throw invalid('its token is the base64 of a token', 'Decode it once: base64 --decode.');
}

function checkPlugin(user: Fields): void {
  const exec = user['exec'];
  if (!isFields(exec)) return;
  const command = text(exec['command']) ?? '';
  if (command === '') {
    throw invalid(
      'its users[].user.exec.command is empty',
      'Name the exec plugin there, or use a kubeconfig with a token.',
    );
  }
  if (exec['interactiveMode'] !== 'Always') return;
  throw invalid(
    `its exec plugin ${quote(command)} needs a terminal (interactiveMode: Always)`,
    'Use a plugin that needs none, or a kubeconfig with a token.',
  );
}

/** What has replaced the auth-providers, which kubectl 1.26 and later do not run. */
const replacements: Readonly<Record<string, string>> = {
  gcp: 'Use the exec plugin gke-gcloud-auth-plugin, or google-github-actions/get-gke-credentials without use_auth_provider.',
  azure: 'Run: kubelogin convert-kubeconfig.',
  oidc: 'Use an exec plugin (kubectl oidc-login), or a kubeconfig with a token.',
};

function refuseProvider(user: Fields): void {
  const provider = user['auth-provider'];
  if (!isGiven(provider)) return;
  const name = text(fieldsOf(provider)['name']) ?? '';
  throw invalid(
    `its user has the auth-provider ${quote(name)}, which is not supported`,
    replacements[name] ?? 'Use a kubeconfig with an exec plugin or with a token.',
  );
}

function checkFiles(cluster: Fields, user: Fields, isReadable: (path: string) => boolean): void {
  const unreadable = referencedFiles(cluster, user).find(({ path }) => !isReadable(path));
  if (unreadable === undefined) return;
  const { key, path } = unreadable;
  const isToken = key === 'tokenFile' || key === 'token-file';
  throw invalid(
    `its ${key} is the file ${quote(path)}, which cannot be read on the runner`,
    // kubectl does not flatten token files.
    isToken ? 'Name a file that exists there, or use a kubeconfig with a token.' : `${howToPrint}.`,
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
