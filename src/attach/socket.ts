/** The attach connection as the pump needs it; src/io/socket.ts opens it. */
export interface AttachSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Sends one binary message; resolves when the operating system has taken it. Rejects if the connection is closed. */
  send(message: Uint8Array): Promise<void>;
  ping(payload: string): void;
  /** Starts the closing handshake and lets everything sent before it go out; `closed` tells the end. */
  close(): void;
  /** Drops the connection at once. */
  terminate(): void;
  /** Sets the one receiver of messages and pongs. */
  listen(listener: AttachListener): void;
  /** Settles once, never rejects. */
  readonly closed: Promise<SocketClose>;
}

export interface AttachListener {
  message(message: Uint8Array): void;
  pong(payload: string): void;
}

export interface SocketClose {
  /** WebSocket close code; 1006 without a closing handshake. */
  readonly code: number;
  readonly reason: string;
  readonly error?: Error;
}
