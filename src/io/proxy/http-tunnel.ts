import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { abortReason } from '../../time/abort.ts';
import { trustSystem } from '../trust.ts';
import { addressOf, hostPort, silenceMs, userOf } from './address.ts';
import type { ProxySetting } from './environment.ts';
import type { Target } from './no-proxy.ts';
import { notProxy, refused, unreachable } from './proxy-error.ts';

/** TLS with an `https://` proxy. */
export interface ProxyTls {
  /** CA certificates in PEM that are trusted in addition to those of Node and of the operating system. */
  readonly ca?: RequestOptions['ca'];
  readonly rejectUnauthorized?: boolean | undefined;
}

/**
 * Opens a connection to the target with CONNECT.
 * @throws ProxyError, or the signal's reason.
 */
export function openHttpTunnel(
  proxy: ProxySetting,
  target: Target,
  { ca, rejectUnauthorized = true }: ProxyTls,
  signal?: AbortSignal,
): Promise<Socket> {
  const place = hostPort(target);
  const isTls = proxy.url.protocol === 'https:';
  if (isTls) trustSystem();
  const send = isTls ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      ...addressOf(proxy.url),
      method: 'CONNECT',
      path: place,
      headers: { host: place, ...proxyAuthorization(proxy.url) },
      agent: false,
      rejectUnauthorized,
      ...(isTls && ca !== undefined && { ca: [...getCACertificates('default'), ca].flat() }),
      signal,
    });
    request.setTimeout(silenceMs, () => {
      request.destroy(new Error(`no response within ${silenceMs / 1_000} s`));
    });
    request.on('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode === 200) {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refused(proxy, target, statusCode));
    });
    request.on('response', (response) => {
      const { statusCode = 0 } = response;
      response.destroy();
      reject(statusCode < 300 ? notProxy(proxy, 'CONNECT') : refused(proxy, target, statusCode));
    });
    request.on('error', (error) => {
      if (signal?.aborted === true) reject(abortReason(signal));
      else if ('code' in error && String(error.code).startsWith('HPE_'))
        reject(notProxy(proxy, 'CONNECT'));
      else reject(unreachable(proxy, error));
    });
    request.end();
  });
}

/** The header for the user and the password of a proxy; no header without them. */
export function proxyAuthorization(url: URL): Record<string, string> {
  const given = userOf(url);
  if (given === undefined) return {};
  const basic = Buffer.from(`${given.user}:${given.password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${basic}` };
}
