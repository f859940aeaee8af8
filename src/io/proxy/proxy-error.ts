import { describeError } from '../../errors.ts';
import { hostPort, nameOf } from './address.ts';
import type { ProxySetting } from './environment.ts';
import type { Target } from './no-proxy.ts';

/** A failure of a proxy, as opposed to one of the server that it connects to. */
export class ProxyError extends Error {
  /** What to change. */
  readonly hint: string;
  /** True if the same request can succeed later. */
  readonly isTemporary: boolean;

  constructor(
    message: string,
    { hint, isTemporary, cause }: { hint: string; isTemporary: boolean; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProxyError';
    this.hint = hint;
    this.isTemporary = isTemporary;
  }
}

/** The proxy cannot be connected to, or its TLS certificate is rejected. */
export function unreachable(proxy: ProxySetting, error: Error): ProxyError {
  const reason = describeError(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(codeOf(error))) {
    return new ProxyError(`the certificate of ${nameOf(proxy)} cannot be verified: ${reason}`, {
      hint: 'Add the CA certificate of the proxy to those of the operating system of the runner, or use an http:// proxy.',
      isTemporary: false,
      cause: error,
    });
  }
  if (/^(?:ERR_SSL|EPROTO)/.test(codeOf(error))) {
    return new ProxyError(`the TLS handshake with ${nameOf(proxy)} failed: ${reason.trim()}`, {
      hint: `Write http:// instead of https:// in ${proxy.setting} if the proxy has no TLS.`,
      isTemporary: false,
      cause: error,
    });
  }
  return new ProxyError(`${nameOf(proxy)} cannot be reached: ${reason}`, {
    hint: `Correct ${proxy.setting}, or check that the proxy runs and that the runner reaches it${bypass(proxy)}.`,
    isTemporary: true,
    cause: error,
  });
}

/** The proxy responded to CONNECT with another status than 200. */
export function refused(proxy: ProxySetting, target: Target, status: number): ProxyError {
  const place = hostPort(target);
  const message = `${nameOf(proxy)} did not connect to ${place}: HTTP ${status}`;
  if (status === 407) return noCredentials(proxy, message);
  if (status >= 500 || status === 429) {
    return new ProxyError(message, {
      hint: `Check that the proxy reaches ${place}${bypass(proxy)}.`,
      isTemporary: true,
    });
  }
  return new ProxyError(message, {
    hint: `Allow CONNECT to ${place} in the proxy${bypass(proxy)}.`,
    isTemporary: false,
  });
}

/** The proxy asks for other credentials. */
export function noCredentials(
  proxy: ProxySetting,
  message = `${nameOf(proxy)} rejected the credentials`,
): ProxyError {
  return new ProxyError(message, {
    hint: `Add the user and the password of the proxy to its address in ${proxy.setting}.`,
    isTemporary: false,
  });
}

/** The proxy responded with something that is not the protocol of its scheme. */
export function notProxy(proxy: ProxySetting, protocol: string): ProxyError {
  return new ProxyError(`${nameOf(proxy)} does not support ${protocol}`, {
    hint: `Correct ${proxy.setting}: it must be the address of a proxy that supports ${protocol}.`,
    isTemporary: false,
  });
}

/** The end of a hint: how to do without a proxy of the environment. */
export function bypass({ setting }: ProxySetting): string {
  return setting.startsWith('proxy-url') ? '' : ', or add the host to NO_PROXY';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
