/** A value with a secret in it, as a user could set it in the wrong input. */
export interface SecretForm {
  readonly name: string;
  readonly value: string;
  /** No part of these texts may be printed. */
  readonly secrets: readonly string[];
}

const password = 'kiwi7-Walrus-parade';
const token = 'q7Rz2LmX9vTb4KwY8nHc3JpD6sFg1AeU';
const prefixed = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const webToken = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjaSJ9.${token}`;
const keyLines = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'MSUrt4Uk2dRkxWm',
];
const key = `-----BEGIN PRIVATE KEY-----\n${keyLines.join('\n')}\n-----END PRIVATE KEY-----\n`;
const auth = Buffer.from(`ci:${password}`).toString('base64');
const dockerConfig = { auths: { 'registry.example.com': { auth } } };
const kubeconfig = `apiVersion: v1
kind: Config
current-context: ci
clusters:
- {name: ci, cluster: {server: 'https://api.example:6443'}}
contexts:
- {name: ci, context: {cluster: ci, user: ci}}
users:
- name: ci
  user:
    token: ${token}
    client-key-data: ${Buffer.from(key).toString('base64')}
`;

/** Secrets in every form in which they can be mistaken for the value of an input. */
export const secretForms: readonly SecretForm[] = [
  form('a user and a password', `ci:${password}@registry.example.com/app:1`),
  form('a user and a password with a comma', `ci:kiwi7,${password}@registry.example.com/app:1`),
  form('a password in the place of a user', `${password}@registry.example.com/app:1`),
  form('a URL with a password', `https://ci:${password}@registry.example.com/app`),
  form('a URL with a comma in its password', `https://ci:kiwi7,${password}@registry.example.com`),
  form('a URL with a slash in its password', `https://ci:kiwi7/${password}@registry.example.com`),
  form(
    'a URL with an at sign in its password',
    `https://ci:kiwi7@${password}@registry.example.com`,
  ),
  form('a URL with a token as its user', `http://${password}@registry.example.com`),
  form('a URL with a token in its query', `https://registry.example.com/app?token=${password}`),
  form('a mirror with a password', `docker.io=ci:${password}@mirror.example.com`),
  form('a cache with a password', `type=registry,ref=ci:${password}@registry.example.com/cache`),
  form('a label with a password', `kubernetes.io/arch=https://ci:${password}@example.com`),
  { name: 'a token', value: token, secrets: [token] },
  { name: 'a token of GitHub', value: prefixed, secrets: [prefixed] },
  { name: 'a JSON Web Token', value: webToken, secrets: webToken.split('.') },
  form('a line of YAML with a token', `token: ${password}`),
  form('a variable with a password', `REGISTRY_PASSWORD=${password}`),
  form('an option with a password', `--password ${password}`),
  { name: 'a private key', value: key, secrets: keyLines },
  { name: 'a private key on one line', value: key.replaceAll('\n', ' '), secrets: keyLines },
  {
    name: 'a Docker configuration',
    value: JSON.stringify(dockerConfig),
    secrets: [auth],
  },
  {
    name: 'a Docker configuration on several lines',
    value: JSON.stringify(dockerConfig, undefined, 2),
    secrets: [auth],
  },
  { name: 'a kubeconfig', value: kubeconfig, secrets: [token, ...keyLines] },
  {
    name: 'the base64 of a kubeconfig',
    value: Buffer.from(kubeconfig).toString('base64'),
    secrets: [Buffer.from(kubeconfig).toString('base64')],
  },
];

function form(name: string, value: string): SecretForm {
  return { name, value, secrets: [password] };
}
