import { fieldsOf, itemsOf, listOf, type Fields } from '../text/json.ts';
import { maskForms } from '../text/mask.ts';
import { redact } from '../text/redact.ts';
import type { Kubeconfig } from './document.ts';

/** Names of fields, variables and options that hold a secret, unlike a region or a profile. */
const secretName = /token|secret|passw|pwd|credential|private|auth(?!ority)|key(?!-?path)/i;
/** Names that contain such a word, but hold a path, an address or a name. */
const publicName =
  /(?:^|[-_])(?:file|path|dir|url|uri|endpoint|server|host|type|mode|method|name|audience|scope|command)s?$|tokenfile$/i;

/**
 * Every secret of a kubeconfig, of all users and clusters, in each form in which it may appear in a log: tokens, keys,
 * passwords, secrets of auth providers and variables of exec plugins. Not the text of the kubeconfig: masking its lines would
 * hide ordinary words.
 */
export function leafSecrets({ document }: Kubeconfig): readonly string[] {
  const users = listOf(document['users']).map((entry) => fieldsOf(entry['user']));
  const clusters = listOf(document['clusters']).map((entry) => fieldsOf(entry['cluster']));
  return maskForms([...users.flatMap(userSecrets), ...clusters.flatMap(clusterSecrets)]);
}

function userSecrets(user: Fields): string[] {
  const provider = fieldsOf(fieldsOf(user['auth-provider'])['config']);
  const [username] = texts([user['username']]);
  const [password] = texts([user['password']]);
  return [
    ...texts([user['token'], user['client-key-data']]),
    ...(password === undefined ? [] : [password, `${username ?? ''}:${password}`]),
    ...texts(Object.entries(provider).flatMap(([key, value]) => (isSecret(key) ? [value] : []))),
    ...pluginSecrets(fieldsOf(user['exec'])),
  ];
}

/**
 * The secrets in the variables and arguments of an exec plugin: values whose name is that of a secret (`--token=…`,
 * `--password …`, `AWS_SECRET_ACCESS_KEY`), passwords in addresses, and values that look like tokens. Not all values: masking
 * `get-token` or a region would hide ordinary words in the whole job log.
 * @param exec `users[].user.exec`.
 */
export function pluginSecrets(exec: Fields): readonly string[] {
  const variables = listOf(exec['env']).flatMap(({ name, value }) =>
    texts([value]).flatMap((text) => (isSecret(name) ? [text] : partsOf(text))),
  );
  const words = texts(itemsOf(exec['args']));
  const args = words.flatMap((word, index) => {
    const [, option, value] = /^-{1,2}([\w.-]+)=([^]*)$/.exec(word) ?? [];
    if (option !== undefined && value !== undefined)
      return isSecret(option) ? [value] : partsOf(value);
    const before = /^-{1,2}([\w.-]+)$/.exec(words[index - 1] ?? '')?.[1];
    return !word.startsWith('-') && isSecret(before) ? [word] : partsOf(word);
  });
  return [...variables, ...args].filter((text) => text !== '');
}

/** The words of a value without a telling name that are secret: passwords of addresses, and tokens. */
function partsOf(value: string): readonly string[] {
  return value.split(/[\s"',;]+/).flatMap((word) => {
    if (redact(word) === word) return [];
    return /:\/\/[^/]*@/.test(word) ? urlPasswords(word) : [word];
  });
}

/** The password in the URL of a server or proxy. */
function clusterSecrets(cluster: Fields): string[] {
  return texts([cluster['server'], cluster['proxy-url']]).flatMap(urlPasswords);
}

function urlPasswords(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  const { username, password } = url;
  // A token can be in the place of the user.
  const secret = password === '' && redact(username) !== username ? username : password;
  return [secret, decodeOrSame(secret)];
}

function isSecret(name: unknown): boolean {
  return typeof name === 'string' && secretName.test(name) && !publicName.test(name);
}

/** YAML parses a password of digits as a number. */
function texts(values: readonly unknown[]): string[] {
  return values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .filter((value) => value !== '');
}

function decodeOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
