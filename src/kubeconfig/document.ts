import { fieldsOf, isFields, listOf, type Fields } from '../text/json.ts';
import { suggest } from '../text/nearest.ts';
import { InvalidInput, invalid, quote } from '../text/problem.ts';
import { loadYaml } from '../text/yaml.ts';

export interface Kubeconfig {
  /** YAML or JSON. */
  readonly text: string;
  /** Names of its contexts, in order. */
  readonly contexts: readonly string[];
  readonly currentContext: string | undefined;
}

/** A field of a kubeconfig that names a file. */
export interface FileReference {
  readonly key: string;
  readonly path: string;
}

/** Fields that name a file, and those that hold its content in place of it. */
const fileKeys = {
  'certificate-authority': 'certificate-authority-data',
  'client-certificate': 'client-certificate-data',
  'client-key': 'client-key-data',
  tokenFile: 'token',
};
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify';

/**
 * Reads `kubeconfig` as it comes out of a secret: YAML, or the base64 of it, line breaks allowed. No message quotes any of
 * its text: it is a secret.
 * @throws InvalidInput
 */
export function parseKubeconfig(value: string): Kubeconfig {
  const text = decode(value.trim());
  const document = loadDocument(text);
  const missing = ['clusters', 'contexts'].filter((key) => !Array.isArray(document[key]));
  if (missing.length > 0) {
    const kind = typeof document['kind'] === 'string' ? `of kind ${quote(document['kind'])} ` : '';
    throw invalid(
      `the document ${kind}has no list ${missing.join(' and no list ')}`,
      `${howToPrint}.`,
    );
  }
  refuseRedacted(document);
  const contexts = names(document['contexts']);
  if (contexts.length === 0) throw invalid('it has no context', `${howToPrint}.`);
  const current = document['current-context'];
  const currentContext = typeof current === 'string' && current !== '' ? current : undefined;
  return { text, contexts, currentContext };
}

/**
 * Name of the context that will be used, checked to exist with its cluster and user.
 * @param wanted `kube-context`.
 * @throws InvalidInput
 */
export function checkContext(kubeconfig: Kubeconfig, wanted: string | undefined): string {
  const { contexts, currentContext, text } = kubeconfig;
  if (wanted === undefined && currentContext === undefined) {
    throw invalid(
      'it has no current-context',
      `Set the input 'kube-context' to one of: ${contexts.join(', ')}.`,
    );
  }
  const name = wanted ?? currentContext ?? '';
  if (!contexts.includes(name)) {
    const hint = suggest(name, contexts);
    if (wanted === undefined)
      throw invalid(`its current-context ${quote(name)} is not one of its contexts`, hint);
    const text = `${quote(name)} is not a context of the kubeconfig`;
    throw new InvalidInput([{ input: 'kube-context', text, hint }]);
  }
  const document = loadDocument(text);
  const context = fieldsOf(findNamed(document['contexts'], name)['context']);
  for (const kind of ['cluster', 'user'] as const) {
    const target = context[kind];
    const known = names(document[`${kind}s`]);
    if (kind === 'user' && (target === undefined || target === '')) continue;
    if (typeof target === 'string' && known.includes(target)) continue;
    throw invalid(
      `its context ${quote(name)} names the ${kind} ${quote(typeof target === 'string' ? target : '')}, which it does not have`,
      `${howToPrint}.`,
    );
  }
  checkServer(fieldsOf(findNamed(document['clusters'], context['cluster'])['cluster']));
  return name;
}

/** @throws InvalidInput for an address that no request can be sent to. */
function checkServer({ server, 'insecure-skip-tls-verify': isUnverified }: Fields): void {
  const text = typeof server === 'string' ? server : '';
  const scheme = URL.canParse(text) ? new URL(text).protocol : '';
  if (scheme === 'https:' || (scheme === 'http:' && isUnverified === true)) return;
  const address = quotableAddress(text);
  const bare = address.replace(/^[a-z]+:\/\//i, '');
  const hint = `Write https://${bare === '' ? 'HOST:PORT' : bare}.`;
  throw invalid(
    scheme === 'http:'
      ? `its server ${quote(address)} is plain HTTP, where anybody on the way could read the token`
      : `its server ${quote(address)} is no URL`,
    hint,
  );
}

/** A server as sentences may name it, by scheme, host and port: a URL can hold a password, and a path or query a token. */
export function quotableAddress(server: string): string {
  const { protocol, host } = URL.canParse(server) ? new URL(server) : { protocol: '', host: '' };
  return host === '' ? server.replace(/^.*@/s, '') : `${protocol}//${host}`;
}

/**
 * Files that the context's cluster and user refer to: they are rarely where the action runs.
 * @param context a context that checkContext has passed.
 */
export function referencedFiles(kubeconfig: Kubeconfig, context: string): readonly FileReference[] {
  const document = loadDocument(kubeconfig.text);
  const { cluster, user } = fieldsOf(findNamed(document['contexts'], context)['context']);
  const places = [
    fieldsOf(findNamed(document['clusters'], cluster)['cluster']),
    fieldsOf(findNamed(document['users'], user)['user']),
  ];
  return places.flatMap((fields) =>
    Object.entries(fileKeys).flatMap(([key, content]) => {
      const path = fields[key];
      const isUsed = typeof path === 'string' && path !== '' && fields[content] === undefined;
      return isUsed ? [{ key, path }] : [];
    }),
  );
}

function findNamed(entries: unknown, name: unknown): Fields {
  return listOf(entries).find((entry) => entry['name'] === name) ?? {};
}

/** YAML has a colon in every line that matters, base64 has none at all. */
function decode(value: string): string {
  if (value.includes(':')) return value;
  const compact = value.replace(/\s+/g, '');
  const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)
    ? Buffer.from(compact, 'base64')
    : undefined;
  if (bytes !== undefined && isUtf16(bytes)) {
    throw invalid(
      'it is the base64 of UTF-16, which PowerShell writes',
      'Encode UTF-8: [Text.Encoding]::UTF8 in place of Unicode, Out-File -Encoding utf8 in place of >.',
    );
  }
  const text = bytes === undefined ? undefined : toText(bytes);
  if (text?.includes(':') === true) return text.trim();
  if (text !== undefined) {
    throw invalid(
      'it is the base64 of something that is not a kubeconfig',
      `${howToPrint}, or its base64 once.`,
    );
  }
  if (!/\s/.test(value) && /^[~./]|\.ya?ml$|config$/.test(value)) {
    throw invalid(
      'it looks like a path, but it takes the content of a kubeconfig',
      'Use auto and set the environment variable KUBECONFIG to the path.',
    );
  }
  throw invalid('it is neither YAML nor base64', `${howToPrint}, or its base64.`);
}

/** Little-endian, with or without a byte order mark: every other byte of ASCII is zero. */
function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[1] === 0 && bytes[3] === 0);
}

function toText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function loadDocument(text: string): Fields {
  const document = loadYaml(text, `${howToPrint}.`);
  if (!isFields(document)) throw invalid('it is not a mapping', `${howToPrint}.`);
  return document;
}

/** What `kubectl config view` prints without `--raw`. */
function refuseRedacted(document: Fields): void {
  const values = ['clusters', 'users'].flatMap((key) =>
    listOf(document[key]).flatMap((entry) => Object.values(fieldsOf(entry[key.slice(0, -1)]))),
  );
  if (!values.some((value) => value === 'DATA+OMITTED' || value === 'REDACTED')) return;
  throw invalid(
    'its certificates or tokens are left out (DATA+OMITTED, REDACTED)',
    `${howToPrint}.`,
  );
}

function names(entries: unknown): string[] {
  return listOf(entries)
    .map((entry) => entry['name'])
    .filter((name) => typeof name === 'string');
}
