import { Agent, type RequestOptions } from 'node:https';

/** An agent that keeps connections open between calls: one TLS handshake for the whole step. */
export function keepConnections(agent: RequestOptions['agent']): void {
  if (!(agent instanceof Agent)) return;
  Object.assign(agent, { keepAlive: true, keepAliveMsecs: 15_000 });
}

/** A way to one cluster, with one namespace. */
export interface Connection {
  /** Where the kubeconfig came from, for the first log line; no secret in it. */
  readonly source: string;
  /** For sentences: scheme, host and port, no secret in it. */
  readonly server: string;
  readonly contextName: string;
  readonly namespace: string;
  /** True for `insecure-skip-tls-verify`. */
  readonly unverifiedTls: boolean;
  /** The whole kubeconfig as JSON, to find the secrets in it; empty for the account of a pod. Secret. */
  readonly document: string;
  /**
   * URL and TLS, proxy and authorisation of one request. A path in the server's URL (Rancher, Teleport) is kept.
   * @param signal ends the wait for credentials, with its reason.
   */
  requestOptions(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<{ url: URL; options: RequestOptions }>;
  /** After a 401: forgets cached credentials; false if there is nothing that could be another one now. */
  renewCredentials(): Promise<boolean>;
}
