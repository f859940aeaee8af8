import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { BuildError, describeError } from '../../errors.ts';
import {
  inputSource,
  mergeKubeconfigs,
  parseKubeconfig,
  type Kubeconfig,
} from '../../kubeconfig/document.ts';
import { resolveFiles } from '../../kubeconfig/files.ts';
import { loginOf } from '../../kubeconfig/server-access.ts';
import { InvalidInput } from '../../text/problem.ts';
import { credentialKind, show } from '../../text/show.ts';

/** Where the kubelet mounts the ServiceAccount of a pod. */
const mountedServiceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The kubeconfig for `kubeconfig: auto`: the files of `$KUBECONFIG`, `~/.kube/config` or the in-cluster ServiceAccount, in
 * this order.
 * @param serviceAccount directory with the files token, ca.crt and namespace.
 * @throws BuildError('input') if the runner has none of them, or a file cannot be read or parsed.
 */
export function findKubeconfig(
  environment: NodeJS.ProcessEnv,
  serviceAccount = mountedServiceAccount,
): Kubeconfig {
  const { KUBECONFIG: list = '', HOME: home = '' } = environment;
  const files = list.split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return readList(list, files);
  const own = join(home === '' ? homedir() : home, '.kube', 'config');
  if (existsSync(own)) return readKubeconfig(own);
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment;
  if (host !== '' && port !== '' && existsSync(join(serviceAccount, 'token')))
    return inClusterKubeconfig(host, port, serviceAccount);
  throw new BuildError(
    'input',
    "finding a kubeconfig failed: the input 'kubeconfig' is auto, but the runner has no $KUBECONFIG, no ~/.kube/config and no in-cluster ServiceAccount",
    { hint: "Set the input 'kubeconfig' to a secret with the content of a kubeconfig." },
  );
}

/** The files of `$KUBECONFIG`. Missing ones are skipped as long as one is there, as kubectl does. */
function readList(list: string, files: readonly string[]): Kubeconfig {
  refuseContent(list);
  const found = files.filter((file) => existsSync(file));
  const known = (found.length === 0 ? files : found).map(readKubeconfig);
  return mergeKubeconfigs(known, '$KUBECONFIG');
}

/** Longer values are probably not a path, but a secret. */
const longestPath = 4_096;

/** @throws BuildError('input') for the content of a kubeconfig in place of a path. Quotes nothing of it. */
function refuseContent(list: string): void {
  const isText =
    /[\n{]/.test(list) || list.length > longestPath || /apiVersion|clusters/.test(list);
  if (!isText && credentialKind(list) === undefined) return;
  throw new BuildError(
    'input',
    'reading $KUBECONFIG failed: it must be a path or a list of paths, but it looks like the content of a kubeconfig',
    { hint: "Set the input 'kubeconfig' to the content, and remove the variable KUBECONFIG." },
  );
}

/** Runs something that validates a kubeconfig. @throws BuildError('input') in place of InvalidInput; names the source. */
export function explainInvalid<T>(source: string, validate: () => T): T {
  try {
    return validate();
  } catch (error) {
    const problem = error instanceof InvalidInput ? error.problems[0] : undefined;
    if (problem === undefined) throw error;
    const { text, hint, line, input } = problem;
    const isInput = source === inputSource || loginOf(source) !== 'kubeconfig';
    const origin = isInput ? source : `kubeconfig (${source})`;
    const place = input === undefined ? origin : `input '${input}'`;
    const message = `${place}${line === undefined ? '' : ` line ${line}`}: ${text}`;
    throw new BuildError('input', message, { ...(hint !== undefined && { hint }) });
  }
}

function readKubeconfig(file: string): Kubeconfig {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BuildError(
      'input',
      `reading the kubeconfig (${show(file)}) failed: ${describeError(error)}`,
      {
        hint: "Name a file that the runner can read in KUBECONFIG, or set the input 'kubeconfig' to the content of a kubeconfig.",
        cause: error,
      },
    );
  }
  const source = show(file);
  const kubeconfig = explainInvalid(source, () => parseKubeconfig(content, source));
  return resolveFiles(kubeconfig, dirname(resolve(file)));
}

/** The ServiceAccount of the runner's pod as a kubeconfig. The API server always has TLS, as in client-go. */
function inClusterKubeconfig(host: string, port: string, directory: string): Kubeconfig {
  const name = 'in-cluster';
  const cluster = {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    'certificate-authority': join(directory, 'ca.crt'),
  };
  const namespaceFile = join(directory, 'namespace');
  const namespace = existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : '';
  return {
    source: 'in-cluster ServiceAccount',
    document: {
      clusters: [{ name, cluster }],
      users: [{ name, user: { tokenFile: join(directory, 'token') } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      'current-context': name,
    },
  };
}
