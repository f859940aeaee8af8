import { load } from 'js-yaml';
import { fieldsOf, listOf, type Fields } from '../text/json.ts';
import { maskForms } from '../text/mask.ts';
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

function decodeOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
