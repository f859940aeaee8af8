import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { abortReason } from '../../time/abort.ts';

/** CA certificates and verification of TLS for one host. */
export type TlsOptions = Pick<RequestOptions, 'ca' | 'rejectUnauthorized'>;

/**
 * How a request is connected: by a connection of its own, through the proxy of HTTP_PROXY, HTTPS_PROXY and NO_PROXY where they name
 * one. Requests with TLS are tunnelled.
 * @throws Error if the proxy refuses the tunnel, or the signal's reason.
 */
export async function connectionOptions(
  url: URL,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<RequestOptions> {
  const proxy = getProxyUrl(url);
  if (proxy === undefined) return { ...tls, agent: false };
  if (url.protocol === 'http:') {
    return {
      agent: false,
      protocol: proxy.protocol,
      hostname: hostOf(proxy),
      port: proxy.port,
      path: url.href,
      headers: { host: url.host, ...credentialsOf(proxy) },
    };
  }
  const socket = await openTunnel(proxy, url, signal);
  const host = hostOf(url);
  const secured = connect({ ...tls, socket, host, ...(isIP(host) === 0 && { servername: host }) });
  return { createConnection: () => secured };
}

function openTunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      hostname: hostOf(proxy),
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...credentialsOf(proxy) },
      agent: false,
      signal,
    });
    request.on('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new Error(`the proxy ${proxy.host} responded to CONNECT with HTTP ${statusCode}`));
      }
    });
    request.on('response', (response) => {
      response.destroy();
      reject(new Error(`the proxy ${proxy.host} does not support CONNECT`));
    });
    request.on('error', (error) => {
      reject(signal.aborted ? abortReason(signal) : error);
    });
    request.end();
  });
}

/** Node does not accept the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const basic = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { 'proxy-authorization': `Basic ${basic}` };
}

/** Undoes the percent-encoding of a URL; text with other percent signs is returned as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
