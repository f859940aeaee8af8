import { isUpgradeDropped } from '../../attach/dropped-upgrade.ts';
import {
  BuildError,
  describeError,
  errorCode,
  isCertificateError,
  isTlsError,
} from '../../errors.ts';
import { adaptHint, type Login } from '../../kubeconfig/server-access.ts';
import { ProxyError } from '../proxy/proxy-error.ts';
import { ApiError, NonKubernetesResponse, UpgradeRefusal } from './api-error.ts';
import type { Connection } from './connection.ts';

/** What the user can do about a refusal, by its HTTP status. */
const hints: Readonly<Record<number, string>> = {
  403: 'Grant the missing RBAC permission; examples/cluster/rbac.yaml has a Role with all that are needed.',
  404: "Create the namespace, or set 'namespace' to an existing one.",
};

/** The same for 401, by what authenticates. */
const renewalHints: Readonly<Record<Login, string>> = {
  kubeconfig:
    'Renew the kubeconfig secret: its token or client certificate is invalid or has expired.',
  token: "Renew the token of the input 'token': it is invalid or has expired.",
  oidc: 'Add the issuer of the OIDC token and the audience in oidc-audience to the AuthenticationConfiguration of the API server, and check that its rules accept this job; see docs/cluster-access.md.',
};

/** The same for a rejected certificate, by the code of Node's error. */
const certificateHints: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate of the API server, or correct the clock of the runner.',
  CERT_NOT_YET_VALID: 'Correct the clock of the runner.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Set tls-server-name in the kubeconfig to a name in the certificate, or correct the server.',
};
/** The same for a CA that is not trusted, without and with CA certificates in the kubeconfig. */
const untrustedHint =
  'Set certificate-authority-data in the kubeconfig to the CA certificate of the API server.';
const otherCaHint =
  'Renew the kubeconfig: its CA certificate is not the one of this server. If a proxy that decrypts TLS answers in place of the API server, let it pass this host unchanged.';

/** What the user can do about a refusal that is not from Kubernetes, by its HTTP status. */
const frontEndHints: Readonly<Record<number, string>> = {
  401: 'Renew the kubeconfig secret, or check the gateway in front of the API server: the response is not from Kubernetes.',
  403: 'Let the proxy, gateway or web application firewall in front of the API server allow this request: the response is not from Kubernetes.',
  404: 'Check the server in the kubeconfig and its path: the response is not from Kubernetes.',
  405: 'Let the proxy, gateway or web application firewall in front of the API server allow this request: the response is not from Kubernetes.',
};
const upgradeHint =
  'Let the proxies and load balancers in front of the API server pass WebSockets (the headers Upgrade and Connection), or use an address of the API server without them.';

const serverHint =
  'Check that the server in the kubeconfig is the API server, and check the proxies and gateways in front of it.';

/** Advice of Node to those who start it; it does not apply to a GitHub Action. */
const nodeAdvice = /; if the root CA is installed locally, .*$/s;

/**
 * Turns any error of a request to the cluster into a message for the user.
 * @param doing what failed, for example `creating pod "x"`.
 * @param signal if it is aborted, its reason is the result.
 */
export function clusterError(
  doing: string,
  error: unknown,
  { server, hasCa, login = 'kubeconfig' }: Connection,
  signal: AbortSignal,
): BuildError {
  if (error instanceof BuildError) return error;
  if (signal.aborted && signal.reason instanceof BuildError) return signal.reason;
  const fail = (problem: string, hint?: string): BuildError =>
    new BuildError('cluster', `${doing} failed: ${problem}`, {
      hint: adaptHint(hint, login),
      cause: error,
    });
  const problem = describeError(error);
  if (signal.aborted && error === signal.reason) return fail(problem);
  if (error instanceof ApiError) {
    return new BuildError('cluster', `${doing} failed: ${problem}`, {
      code: error.code,
      reason: error.reason,
      retryAfterMs: error.retryAfterMs,
      hint:
        refusalHint(error, login) ??
        adaptHint(error.reason === '' ? frontEndHint(error) : undefined, login) ??
        (error.code === 401 ? renewalHints[login] : hints[error.code]),
      cause: error,
    });
  }
  if (error instanceof ProxyError) return fail(problem, error.hint);
  if (error instanceof NonKubernetesResponse) {
    return fail(problem, serverHint);
  }
  if (errorCode(error)?.startsWith('HPE_') === true)
    return fail(`unexpected response (not HTTP, or beyond its limits): ${problem}`, serverHint);
  if (isCertificateError(error)) {
    return fail(
      `the certificate of ${server} cannot be verified: ${problem.replace(nodeAdvice, '')}`,
      certificateHints[errorCode(error) ?? ''] ?? (hasCa ? otherCaHint : untrustedHint),
    );
  }
  if (isTlsError(error)) {
    return fail(`the TLS handshake with ${server} failed: ${problem.trim()}`, tlsHint(problem));
  }
  return fail(
    `${server} cannot be reached: ${problem}`,
    'Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.',
  );
}

/** The hint for a response that is not from Kubernetes. */
function frontEndHint(error: ApiError): string | undefined {
  const isAccess = error.code === 401 || error.code === 403;
  if (error instanceof UpgradeRefusal && !isAccess) return upgradeHint;
  return frontEndHints[error.code];
}

/** Recognised by the message of OpenSSL. */
function tlsHint(message: string): string {
  if (/wrong version number|packet length too long|http request/i.test(message))
    return 'Correct the port of the server in the kubeconfig: this one responds without TLS.';
  if (
    /alert (?:bad certificate|certificate|unknown ca|access denied)|certificate required/i.test(
      message,
    )
  )
    return 'Renew the client certificate in the kubeconfig: the server, or a proxy in front of it, rejects it.';
  return 'Check that the server in the kubeconfig is the HTTPS address of the API server.';
}

/** The texts of the admission plugin LimitRanger. */
const limitRange =
  /\b(?:m(?:ax|in)imum \S+ usage|max limit to request ratio) per (?:Container|Pod)\b/;

/** Hints for refusals that share their status with others; recognised by the message of the server. */
function refusalHint({ code, message }: ApiError, login: Login): string | undefined {
  if (code >= 300 && code < 400) {
    const hint =
      'Set the server in the kubeconfig to the address of the API server; this one leads to a sign-in page or a proxy.';
    return adaptHint(hint, login);
  }
  if (isUpgradeDropped({ code, message })) return upgradeHint;
  // The texts of Go and of nginx.
  if (code === 400 && /HTTP request .*(?:to an HTTPS server|to HTTPS port)/i.test(message))
    return 'Write https:// in the server of the kubeconfig: this port has TLS.';
  if (code === 403 && message.includes('"system:anonymous"'))
    return 'Renew the kubeconfig secret: it has no credentials for this context.';
  if (code === 403 && message.includes('PodSecurity')) {
    return "Use a namespace with the PodSecurity level baseline, or remove those of the named fields that 'pod-template' sets.";
  }
  if (code === 403 && message.includes('exceeded quota')) {
    return `Lower 'resources', wait for other pods to end, or raise the ResourceQuota of the namespace.${storageNote(message)}`;
  }
  if (code === 403 && message.includes('failed quota')) {
    return "Set the named requests and limits in 'resources', or add a LimitRange with defaults to the namespace.";
  }
  if (code === 403 && limitRange.test(message)) {
    return `Set requests and limits in 'resources' that the LimitRange of the namespace allows.${storageNote(message)}`;
  }
  if (code === 403 && message.includes('seccomp')) {
    return "Allow the seccomp profile RuntimeDefault for the ServiceAccount of the pod, or set spec.securityContext.seccompProfile to null in 'pod-template'.";
  }
  if (message.includes('admission webhook'))
    return 'Ask the administrator of the cluster what this webhook requires of pods.';
  if (code === 400 && message.includes('unknown field "spec.hostUsers"'))
    return "Use Kubernetes 1.33 or later, or remove 'host-users'.";
  if (code === 400 && message.includes('strict decoding error'))
    return "Correct the named fields of 'pod-template'.";
  if (code === 422)
    return "Correct the named field; it comes from an input or from 'pod-template'.";
  if (code === 403 && message.includes('error looking up service account'))
    return "Create the ServiceAccount, or correct 'service-account'.";
  return undefined;
}

/** The only resource with defaults, see pod/spec/storage.ts: the user may have set none. */
function storageNote(message: string): string {
  return message.includes('ephemeral-storage')
    ? ' By default, the action requests 1Gi of ephemeral-storage and limits it to 100Gi.'
    : '';
}
