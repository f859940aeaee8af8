import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { abortReason } from '../../time/abort.ts';
import { gather, Gathered } from '../gathered.ts';
import { connectionOptions, type TlsOptions } from './proxy.ts';

/** One request without redirects. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RegistryReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The limit that registries have for a manifest; all other responses are smaller. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Sends a request, through the proxy of the environment where it names one, and reads the whole response.
 * @throws Error for the network, a response that is too large, and the signal's reason.
 */
export async function exchange(
  { method, url, headers = {}, body }: RegistryRequest,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<RegistryReply> {
  const connection = await connectionOptions(url, tls, signal);
  const options: RequestOptions = {
    ...connection,
    method,
    signal,
    headers: {
      'user-agent': 'kube-build-push',
      ...headers,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      ...(connection.headers as Record<string, string> | undefined),
    },
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(signal.aborted ? abortReason(signal) : error);
    };
    const isPlain = (connection.protocol ?? url.protocol) === 'http:';
    const send = isPlain ? httpRequest : httpsRequest;
    const request = send(url, options, (response) => {
      readReply(response, signal).then(resolve, fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}

async function readReply(response: IncomingMessage, signal: AbortSignal): Promise<RegistryReply> {
  const gathered = new Gathered(mostBytes);
  if (!(await gather(response, gathered, signal))) {
    throw new Error(`the response is larger than ${mostBytes} bytes`);
  }
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: gathered.bytes() };
}

/** `sha256:…` of the bytes. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
