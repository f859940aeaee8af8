/** What an API server and the proxies in front of it have seen of one request. */
export interface Seen {
  /** Path of the request for pods: has the namespace. */
  readonly path: string;
  readonly authorization?: string;
  /** The headers Impersonate-*, sorted. */
  readonly impersonation?: readonly string[];
  /** The name of the client certificate: `client` or `renewed`. */
  readonly certificate?: string;
  /** Connections through proxies: `connect HOST:PORT`, `secure HOST:PORT`, `socks name HOST:PORT`. */
  readonly proxies?: readonly string[];
  /** KUBERNETES_EXEC_INFO of the last plugin that ran. */
  readonly execInfo?: unknown;
}

/**
 * A kubeconfig, and what comes of it. In texts, SERVER is the URL of the API server, PORT its port, CA the base64 of its CA
 * certificate, CERT and KEY those of a client certificate, CONNECT, SECURE (with TLS) and SOCKS the proxies, and DIR the directory of the files. The
 * proxies connect to the API server whatever the target is.
 */
export interface KubeconfigCase {
  readonly name: string;
  /** By their path in DIR. `config` is the kubeconfig, unless `list` names others. A file that begins with `#!` can be run. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** The value of KUBECONFIG. */
  readonly list?: string;
  /** Other variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** `--context` of kubectl, `kube-context` of the action. */
  readonly context?: string;
  /** What the server sees, or the error. */
  readonly expected: Seen | { readonly error: RegExp };
  /** What kubectl does instead, and why the action does not. */
  readonly kubectl?: {
    readonly expected: Seen | { readonly error: RegExp };
    readonly because: string;
  };
}
