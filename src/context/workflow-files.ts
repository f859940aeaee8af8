import { delimiter, join } from 'node:path';

/** Files with credentials of the workflow, as a variable or an input names them. */
export interface WorkflowFiles {
  /** Paths, relative ones to the working directory. They need not exist. */
  readonly files: readonly string[];
  /** Directories with a Docker configuration, or its file. */
  readonly dockerConfigs: readonly string[];
}

/** Variables with the path of a file with credentials. `KUBECONFIG` and the like can have several. */
const variables = [
  'KUBECONFIG',
  'KUBE_CONFIG_PATH',
  'KUBE_CONFIG_PATHS',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_GHA_CREDS_PATH',
  'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AZURE_FEDERATED_TOKEN_FILE',
  'REGISTRY_AUTH_FILE',
];

/** @param dockerConfig the input `docker-config`. */
export function workflowFiles(
  environment: Readonly<Record<string, string | undefined>>,
  dockerConfig: string | undefined,
): WorkflowFiles {
  const values = variables.map((name) => environment[name] ?? '');
  const buildx = environment['BUILDX_CONFIG'] ?? '';
  const configs = [
    environment['DOCKER_CONFIG'] ?? '',
    buildx === '' ? '' : join(buildx, 'config'),
    dockerConfig ?? '',
  ];
  return {
    files: values
      .flatMap((value) => [value, ...value.split(delimiter)])
      .filter((path) => path !== ''),
    dockerConfigs: configs.filter((path) => path !== '' && path !== 'none'),
  };
}

/** True for the files that actions of Google write to the top of the workspace. @param name relative to the context. */
export function isWorkflowName(name: string): boolean {
  return /^gha-(?:creds-[^/]*\.json|kubeconfig-[^/]*)$/.test(name);
}

/** The log line names this many files and counts the others. */
const namedFiles = 10;

/** The line of the job log about files that are not sent; empty without names. */
export function withheldNotes(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, namedFiles).join(', ');
  const more = names.length - namedFiles;
  const list = more > 0 ? `${shown} and ${more} more` : shown;
  return [
    `credentials of the workflow are not sent: ${list} (workflow-credentials: keep sends them)`,
  ];
}
