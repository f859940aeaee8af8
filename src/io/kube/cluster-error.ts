import { BuildError, describeError } from '../../errors.ts';
import { ApiError, NonKubernetesResponse } from './api-error.ts';
import type { Connection } from './connection.ts';
import { isCertificateError } from './rest.ts';

/** What the user can do about an answer, by its HTTP status. */
const hints: Readonly<Record<number, string>> = {
  401: 'Make a new kubeconfig secret: the token or certificate is invalid or has expired.',
  403: "Give the account the right that is missing, see the README's Role.",
  404: "Create the namespace, or name another one by 'namespace'.",
};

/** Node's advice to whoever starts it; nobody who reads a job log does. */
const nodeAdvice = /; if the root CA is installed locally, .*$/s;

/** One sentence for everything that a call to the cluster can throw: what was being done, what happened, what to change. */
export function clusterError(
  doing: string,
  error: unknown,
  { server }: Connection,
  signal: AbortSignal,
): BuildError {
  if (error instanceof BuildError) return error;
  if (signal.aborted && signal.reason instanceof BuildError) return signal.reason;
  if (signal.aborted && error === signal.reason) {
    return new BuildError('cluster', `${doing} failed: ${describeError(error)}`, { cause: error });
  }
  if (error instanceof ApiError) {
    const hint = refusalHint(error) ?? hints[error.code];
    return new BuildError('cluster', `${doing} failed: ${error.message}`, {
      code: error.code,
      reason: error.reason,
      retryAfterMs: error.retryAfterMs,
      hint,
      cause: error,
    });
  }
  if (error instanceof NonKubernetesResponse) {
    return new BuildError('cluster', `${doing} failed: ${error.message}`, {
      hint: 'Check that the server in the kubeconfig is the API server itself, and what stands before it.',
      cause: error,
    });
  }
  if (isCertificateError(error)) {
    return new BuildError(
      'cluster',
      `${doing} failed: the certificate of ${server} cannot be verified: ${describeError(error).replace(nodeAdvice, '')}`,
      {
        hint: 'Correct certificate-authority-data in the kubeconfig, or tls-server-name if the server goes by another name.',
        cause: error,
      },
    );
  }
  return new BuildError(
    'cluster',
    `${doing} failed: ${server} cannot be reached: ${describeError(error)}`,
    {
      hint: 'Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.',
      cause: error,
    },
  );
}

/** Refusals that share a status with missing rights or plain mistakes; recognised by the server's own words. */
function refusalHint({ code, message }: ApiError): string | undefined {
  if (code >= 300 && code < 400) {
    return 'Put the address of the API server itself into the kubeconfig; this one leads to a login page or a proxy.';
  }
  if (code === 403 && message.includes('"system:anonymous"'))
    return 'Make a new kubeconfig secret: this one has no login, no token and no certificate, for its context.';
  if (code === 403 && message.includes('PodSecurity')) {
    return "Use a namespace with the PodSecurity level baseline, or take those of the named fields out of 'pod-template' that stand there.";
  }
  if (code === 403 && message.includes('exceeded quota')) {
    return "Lower 'resources', wait for other pods to end, or raise the ResourceQuota of the namespace.";
  }
  if (message.includes('admission webhook'))
    return 'Ask whoever runs the cluster what this webhook demands of pods.';
  if (code === 400 && message.includes('strict decoding error'))
    return "Correct the named fields of 'pod-template'.";
  if (code === 422)
    return "Correct the named field; it comes from an input or from 'pod-template'.";
  if (code === 403 && message.includes('error looking up service account'))
    return "Create the account, or correct 'service-account'.";
  return undefined;
}
