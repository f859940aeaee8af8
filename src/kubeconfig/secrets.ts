import { fieldsOf, listOf, type Fields } from '../text/json.ts';
import { maskForms } from '../text/mask.ts';
import type { Kubeconfig } from './document.ts';

/** Names of fields and variables that hold a secret, unlike a region or a profile. */
const secretName = /token|secret|passw|credential|private|key(?!-?path)/i;

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

/** The password in the URL of a server or proxy. */
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
