import { load } from 'js-yaml';
import { excerpt } from '../excerpt.ts';
import { fieldsOf, listOf, type Fields } from '../json.ts';

/** Shorter values would blot out ordinary text in the log. */
const shortest = 6;
/** Names of fields and variables that hold a secret, as against a region or a profile. */
const secretName = /token|secret|passw|credential|private|key(?!-?path)/i;

/**
 * Every secret of a kubeconfig, in each form in which it may appear in a log: tokens, keys, passwords, secrets of auth
 * providers and variables of plugins. Never the document itself: masking its lines would blot out ordinary words. Empty
 * for a text that is no kubeconfig.
 */
export function leafSecrets(kubeconfig: string): readonly string[] {
  let document: unknown;
  try {
    document = load(kubeconfig);
  } catch {
    return [];
  }
  const users = listOf(fieldsOf(document)['users']).map((entry) => fieldsOf(entry['user']));
  const clusters = listOf(fieldsOf(document)['clusters']).map((entry) =>
    fieldsOf(entry['cluster']),
  );
  return maskForms([...users.flatMap(userSecrets), ...clusters.flatMap(clusterSecrets)]);
}

/**
 * The forms of secrets that the runner has to mask: the value, its lines (the runner masks line by line), its base64, what
 * it is the base64 of, its URL form. Only those of six characters or more, each once.
 */
export function maskForms(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => {
    const decoded = decodeText(secret);
    const plain = decoded === undefined ? [secret] : [secret, decoded];
    return plain.flatMap((value) => [
      ...linesOf(value),
      Buffer.from(value).toString('base64'),
      encodeURIComponent(value),
    ]);
  });
  return [...new Set(forms.filter((form) => form.length >= shortest))];
}

/** Longer lines of other programs are cut. */
const longestLine = 200;

/**
 * The last line that a program wrote to stderr, fit for a message. Without the secrets: a message that fails a step may be
 * the first thing that knows them.
 */
export function lastLine(stderr: string, secrets: readonly string[]): string {
  const masked = maskForms(secrets)
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, form) => text.replaceAll(form, '***'), stderr);
  const line = (
    masked
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  ).trim();
  return excerpt(line, longestLine);
}

function userSecrets(user: Fields): string[] {
  const provider = fieldsOf(fieldsOf(user['auth-provider'])['config']);
  const plugin = listOf(fieldsOf(user['exec'])['env']);
  const [username] = texts([user['username']]);
  const [password] = texts([user['password']]);
  return [
    ...texts([user['token'], user['client-key-data']]),
    ...(password === undefined ? [] : [password, `${username ?? ''}:${password}`]),
    ...texts(Object.entries(provider).flatMap(([key, value]) => (isSecret(key) ? [value] : []))),
    ...texts(plugin.map(({ name, value }) => (isSecret(name) ? value : undefined))),
  ];
}

/** A password in the URL of a proxy or server. */
function clusterSecrets(cluster: Fields): string[] {
  return texts([cluster['server'], cluster['proxy-url']]).flatMap((text) => {
    if (!URL.canParse(text)) return [];
    const { password } = new URL(text);
    return [password, decodeOrSame(password)];
  });
}

function isSecret(name: unknown): boolean {
  return typeof name === 'string' && secretName.test(name);
}

/** YAML reads a password of digits as a number. */
function texts(values: readonly unknown[]): string[] {
  return values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .filter((value) => value !== '');
}

/** The lines of a text; those around a PEM block are no secret. */
function linesOf(value: string): string[] {
  return value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('-----'));
}

/** What a text is the base64 of, if that is printable. */
function decodeText(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  const decoded = Buffer.from(compact, 'base64').toString('utf8');
  return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}

function decodeOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
