import type { AttachStreams } from '../ports.ts';
import { fieldsOf, parseJson, text } from '../text/json.ts';
import { oneLine } from '../text/one-line.ts';

/**
 * The frames of `pods/attach`: one binary WebSocket message is one channel byte and its payload. Source: Kubernetes
 * apimachinery `wsstream/conn.go` and `remotecommand/constants.go` (v4.channel.k8s.io, v5.channel.k8s.io).
 */
const stdinChannel = 0;
const statusChannel = 3;
const closeChannel = 255;

/** The API server holds each frame in memory and copies it in pieces of 32 KiB. */
export const largestPayload = 64 * 1024;

/** True if the end of stdin can be sent on an open connection (v5). On v4 it is the close of the connection. */
export function supportsHalfClose(protocol: string): boolean {
  return protocol === 'v5.channel.k8s.io';
}

/** Channel byte 0 and a copy of the payload, at most `largestPayload` bytes: one message, never fragmented. */
export function stdinFrame(payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(payload.length + 1);
  frame[0] = stdinChannel;
  frame.set(payload, 1);
  return frame;
}

/** The end of stdin on v5: exactly these two bytes. */
export function closeStdinFrame(): Uint8Array {
  return Buffer.from([closeChannel, stdinChannel]);
}

/** The result of the stream: `metav1.Status` on channel 3. */
export interface AttachStatus {
  readonly success: boolean;
  readonly message: string;
}

/** The status in a message; undefined for output and for the empty message that opens the connection. */
export function readStatusFrame(message: Uint8Array): AttachStatus | undefined {
  if (message[0] !== statusChannel || message.length < 2) return undefined;
  const body = Buffer.from(message.subarray(1)).toString('utf8');
  // Before v4 the channel had free text, which is never a success.
  const { status, message: given } = fieldsOf(parseJson(body));
  return { success: status === 'Success', message: oneLine(text(given) ?? body) };
}

/**
 * The output streams to attach in addition to stdin. None if possible: output that is not read stops the upload. Nodes of API
 * servers older than 1.33 may run CRI-O before 1.30, which blocks the output of the container unless one stream is attached.
 */
export function attachStreams(serverMinor: number | undefined): AttachStreams {
  return { stderr: serverMinor !== undefined && serverMinor < 33 };
}
