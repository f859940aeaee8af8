/** The parts of a kubeconfig in which a case differs from the usual one. */
export interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** A kubeconfig with one context, as JSON. */
export function kubeconfig({ cluster = {}, user = {}, context = {} }: Parts = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [
      {
        name: 'main',
        cluster: { server: 'SERVER', 'certificate-authority-data': 'CA', ...cluster },
      },
    ],
    users: [{ name: 'main', user }],
    contexts: [{ name: 'main', context: { cluster: 'main', user: 'main', ...context } }],
  });
}

/** The same as YAML that a person has written, with a token. @param more lines at its end. */
export function yaml(more = '', token = 'one'): string {
  return `apiVersion: v1
kind: Config
current-context: main
clusters:
- name: main
  cluster:
    server: SERVER
    certificate-authority-data: CA
users:
- name: main
  user:
    token: ${token}
contexts:
- name: main
  context:
    cluster: main
    user: main
${more}`;
}

/** The request for the pods of the namespace default. */
export const defaultPath = '/api/v1/namespaces/default/pods';

/** What the server sees of the token. */
export function bearer(token: string): { readonly path: string; readonly authorization: string } {
  return { path: defaultPath, authorization: `Bearer ${token}` };
}
