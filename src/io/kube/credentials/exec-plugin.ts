import { basename } from 'node:path';
import { pluginSecrets } from '../../../kubeconfig/secrets.ts';
import { isFields, itemsOf, listOf, text, type Fields } from '../../../text/json.ts';

/** The entry of an exec plugin in a kubeconfig: `users[].user.exec`. */
export interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly provideClusterInfo: boolean;
  readonly installHint: string;
  /** In the variables and arguments. The plugin can print them before it fails. */
  readonly secrets: readonly string[];
}

/** The name of the extension of a cluster that its exec plugin gets. */
const pluginExtension = 'client.authentication.k8s.io/exec';

/** undefined for a user without a plugin. */
export function readPlugin(exec: unknown): Plugin | undefined {
  if (!isFields(exec) || !('command' in exec)) return undefined;
  return {
    apiVersion: text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command: text(exec['command']) ?? '',
    args: itemsOf(exec['args']).map(String),
    env: Object.fromEntries(listOf(exec['env']).flatMap(readVariable)),
    provideClusterInfo: exec['provideClusterInfo'] === true,
    installHint: (text(exec['installHint']) ?? '').replace(/\s+/g, ' ').trim(),
    secrets: pluginSecrets(exec),
  };
}

function readVariable(entry: Fields): [string, string][] {
  if (!('name' in entry) || !('value' in entry)) return [];
  return [[String(entry['name']), String(entry['value'])]];
}

/**
 * The value of KUBERNETES_EXEC_INFO, as client-go sets it.
 * @param cluster the cluster's fields in the kubeconfig. @param ca the CA certificate of its file or field, in PEM.
 */
export function execInfo(
  { apiVersion, provideClusterInfo }: Plugin,
  cluster: Fields,
  ca: string | undefined,
): string {
  const extension = listOf(cluster['extensions']).find(({ name }) => name === pluginExtension);
  const known = {
    server: cluster['server'],
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] === true || undefined,
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': cluster['proxy-url'],
    'disable-compression': cluster['disable-compression'],
    config: extension?.['extension'] ?? null,
  };
  return JSON.stringify({
    apiVersion,
    kind: 'ExecCredential',
    spec: { ...(provideClusterInfo && { cluster: known }), interactive: false },
  });
}

/** The step that gives a plugin its credentials, by the name of the program. */
const providerSteps: Readonly<Record<string, string>> = {
  aws: 'aws-actions/configure-aws-credentials',
  'aws-iam-authenticator': 'aws-actions/configure-aws-credentials',
  'gke-gcloud-auth-plugin': 'google-github-actions/auth',
  kubelogin: 'azure/login (and kubelogin convert-kubeconfig -l azurecli)',
  doctl: 'digitalocean/action-doctl',
};

/** What to change if the plugin is not on the runner. */
export function missingHint({ installHint }: Plugin): string {
  return installHint === ''
    ? 'Install the plugin on the runner, or use a kubeconfig with a token.'
    : installHint;
}

/** What to change if the plugin has run and failed. */
export function failedHint({ command }: Plugin): string {
  const step = providerSteps[basename(command)];
  return step === undefined
    ? 'Check the credentials that the plugin uses on the runner, or use a kubeconfig with a token.'
    : `Run ${step} in an earlier step, or check its credentials; or use a kubeconfig with a token.`;
}
