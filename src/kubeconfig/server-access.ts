import type { Kubeconfig } from './document.ts';

/** A cluster that the inputs name, in place of a kubeconfig. */
export interface ServerAccess {
  /** URL of the API server. */
  readonly server: string;
  /** PEM; undefined: the public CAs. */
  readonly caCertificate: string | undefined;
  /** Bearer token; undefined: an OIDC token of the job. */
  readonly token: string | undefined;
}

const sources = {
  token: "inputs 'server' and 'token'",
  oidc: "inputs 'server' and 'oidc-audience'",
} as const;

/** The kubeconfig of such a cluster. */
export function serverKubeconfig({ server, caCertificate, token }: ServerAccess): Kubeconfig {
  const name = token === undefined ? 'oidc' : 'token';
  const ca =
    caCertificate === undefined ? undefined : Buffer.from(caCertificate).toString('base64');
  return {
    source: sources[name],
    document: {
      clusters: [
        {
          name,
          cluster: { server, ...(ca !== undefined && { 'certificate-authority-data': ca }) },
        },
      ],
      users: [{ name, user: { ...(token !== undefined && { token }) } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    },
  };
}

/** What authenticates with the cluster, as hints name it. */
export type Login = 'kubeconfig' | keyof typeof sources;

/** How a kubeconfig of this source authenticates. */
export function loginOf(source: string): Login {
  if (source === sources.token) return 'token';
  return source === sources.oidc ? 'oidc' : 'kubeconfig';
}

/** A hint that names a field of the kubeconfig, for a connection without one: with the input in its place. */
export function adaptHint(hint: string | undefined, login: Login): string | undefined {
  if (login === 'kubeconfig') return hint;
  return hint
    ?.replace('certificate-authority-data in the kubeconfig', "the input 'ca-cert'")
    .replace('tls-server-name in the kubeconfig', "the input 'server'")
    .replace(', or correct the server.', '.')
    .replace('the server in the kubeconfig', "the input 'server'");
}
