import type { AttachStreams } from '../ports.ts';
import { excerpt } from '../text/excerpt.ts';
import { fieldsOf, parseJson, text } from '../text/json.ts';

/**
 * The frames of `pods/attach`: one binary WebSocket message is one channel byte and its payload. Source: Kubernetes
 * apimachinery `wsstream/conn.go` and `remotecommand/constants.go` (v4.channel.k8s.io, v5.channel.k8s.io).
 */
const stdinChannel = 0;
const statusChannel = 3;
const closeChannel = 255;

/** Frames are held whole in the API server's memory and copied on in pieces of 32 KiB. */
export const largestPayload = 64 * 1024;

/** v5 can say "end of stdin" and keep the connection; v4 only by closing it. */
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

/** v5: no more stdin. Exactly these two bytes. */
export function closeStdinFrame(): Uint8Array {
  return Buffer.from([closeChannel, stdinChannel]);
}

/** The server's verdict on the stream: `metav1.Status` on channel 3. */
export interface AttachStatus {
  readonly success: boolean;
  readonly message: string;
}

/** The status in a message; undefined for output and for the empty message that opens the connection. */
export function readStatusFrame(message: Uint8Array): AttachStatus | undefined {
  if (message[0] !== statusChannel || message.length < 2) return undefined;
  const body = Buffer.from(message.subarray(1)).toString('utf8');
  // Before v4 the channel had free text; whatever it says, it is no success.
  const { status, message: said } = fieldsOf(parseJson(body));
  return { success: status === 'Success', message: excerpt(text(said) ?? body) };
}

/**
 * Which output to ask for beside stdin. None is best: output couples the upload to our reading. Nodes of servers older than
 * 1.33 may run CRI-O before 1.30, which freezes the container's output unless somebody reads one of its streams.
 */
export function attachStreams(serverMinor: number | undefined): AttachStreams {
  return { stderr: serverMinor !== undefined && serverMinor < 33 };
}
