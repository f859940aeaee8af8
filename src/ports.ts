/** The outside world as the flow uses it. Interfaces only: src/io implements them, tests have small doubles. */
import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from './errors.ts';
import type { ImageReference } from './inputs/values/reference.ts';

/** A pod by name; the same pair that the post step finds in the saved state. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** An RBAC permission. `resource` may have a subresource: `pods/attach`. */
export interface Permission {
  readonly verb: string;
  readonly resource: string;
}

export interface LogOptions {
  readonly follow: boolean;
  /** RFC 3339; the kubelet cuts it to whole seconds. */
  readonly sinceTime?: string;
}

/** The cluster as the flow uses it. Methods throw BuildError('cluster') unless documented otherwise. */
export interface Cluster {
  /** Namespace in which everything happens. */
  readonly namespace: string;
  /** The latest failure of a request that is repeated. Undefined if no request is repeated. The timeout error includes it. */
  readonly failing: BuildError | undefined;
  /** Minor version of the API server, for example 35; undefined if the server does not report it. */
  serverMinor(signal: AbortSignal): Promise<number | undefined>;
  /**
   * The permissions in the namespace that one review request lists; `*` means every verb or resource. The list may be incomplete,
   * depending on the authorizers of the cluster.
   */
  listPermissions(signal: AbortSignal): Promise<readonly Permission[]>;
  /** Whether the permission is granted; unknown if the API server refuses the review. */
  can(permission: Permission, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'>;
  /** Creates the pod, with strict field validation. After a lost response the pod is looked up by its nonce annotation. */
  createPod(pod: V1Pod, signal: AbortSignal): Promise<V1Pod>;
  /**
   * Sends the creation of the pod as a dry run: the API server validates and admits it (PodSecurity, quotas, webhooks), and
   * creates nothing.
   */
  dryRunPod(pod: V1Pod, signal: AbortSignal): Promise<void>;
  /** The name that the API server has for this user; undefined if it does not report it. */
  userName(signal: AbortSignal): Promise<string | undefined>;
  /** The pod as it is now; undefined if it does not exist. */
  readPod(ref: PodRef, signal: AbortSignal): Promise<V1Pod | undefined>;
  /**
   * Every state of the pod from `pod` on, undefined once it is deleted. Watches, or polls if watching is forbidden.
   * Continues after reconnects and after minutes without an API server. Ends only by `signal`, with its reason.
   * @param onProblem called with the error that prevents reading the states, and with undefined once they can be read again.
   */
  podStates(
    pod: V1Pod,
    signal: AbortSignal,
    onProblem: (problem: BuildError | undefined) => void,
  ): AsyncIterable<V1Pod | undefined>;
  /** Messages of the events about the pod, oldest first; empty without the RBAC permission to list events. */
  podEvents(ref: PodRef, signal: AbortSignal): Promise<readonly PodEvent[]>;
  /**
   * One log request with timestamps. Ends when the server ends it, which does not mean that the container has ended. The
   * caller reads it to its end or aborts.
   */
  log(
    ref: PodRef,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Buffer>;
  /** Opens the attach connection for stdin (and stderr where a server needs a reader, attach/channel.ts). */
  attach(
    ref: PodRef,
    container: string,
    streams: AttachStreams,
    signal: AbortSignal,
  ): Promise<AttachSocket>;
  /** Pods by label selector, at most 100; empty without the RBAC permission to list pods. */
  listPods(selector: string, signal: AbortSignal): Promise<readonly V1Pod[]>;
  /**
   * The API server's own time in milliseconds since the epoch, by the clock that also sets creation times. Undefined if the API
   * server does not report it.
   */
  serverTime(signal: AbortSignal): Promise<number | undefined>;
  /** Deletes the pod if it is still exactly this one, in this state; true if it was. */
  deleteUnchanged(pod: V1Pod, signal: AbortSignal): Promise<boolean>;
  /** Asks for the pod's deletion; true if there was something to delete. */
  deletePod(ref: PodRef, gracePeriodSeconds: number, signal: AbortSignal): Promise<boolean>;
}

export interface AttachStreams {
  readonly stderr: boolean;
}

export interface PodEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Image registries, as the runner reaches them. */
export interface Registry {
  /**
   * Asks once for the digest of the manifest that a tag has now.
   * @throws only the signal's reason.
   */
  tagDigest(tag: ImageReference, signal: AbortSignal): Promise<string | RegistryRefusal>;
}

/** The registry did not answer the question. */
export interface RegistryRefusal {
  readonly failure: Error;
  /** HTTP status of the registry, or of its token service; undefined without a response. */
  readonly status?: number;
  /** Error code that the registry gives, for example NAME_UNKNOWN; undefined if it gives none. */
  readonly code?: string;
  /** The response is that of the token service. */
  readonly isOfTokenService?: boolean;
  /** Credentials were sent, to the registry or to its token service. */
  readonly sentCredentials?: boolean;
  /** True if the same request can succeed later: of the network, or of a busy or unavailable registry. */
  readonly isTemporary: boolean;
  /** False if the registry cannot be reached from the runner. */
  readonly hasResponded: boolean;
}

/** The runner: job log, outputs, state between main and post, summary. */
export interface Job {
  /** Raw write to the job log; resolves when the runner has taken it. Only JobLog (logs/fence.ts) calls it. */
  write(text: string | Buffer): Promise<void>;
  setOutput(name: string, value: string): void;
  /** Replaces the list of pods that the post step removes. */
  remember(pods: readonly PodRef[]): void;
  /** Saves the CA certificate of the API server, in PEM, for the post step. */
  rememberCa(pem: string): void;
  writeSummary(markdown: string): Promise<void>;
}

/** Time, so that tests can scale it. */
export interface Clock {
  /** Milliseconds that only ever increase, from an arbitrary start. Not a date: the date of a runner can be wrong, and change. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a path is, links not followed. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly mtimeMs: number;
  /** Identity on this machine, compared between walk and open. */
  readonly device: number;
  /** Exact: a bigint where a number is too small for it. */
  readonly inode: number | bigint;
  readonly links: number;
}

/** Files of the runner. Synchronous: asynchronous reads cost five times as much on small files. Errors are Node's own. */
export interface Workspace {
  /** Absolute form of a path that is relative to the working directory (in npm scripts: the caller's). */
  resolve(path: string): string;
  /** The path with all links followed. */
  realpath(path: string): string;
  stat(path: string): FileStat | undefined;
  /** Names in a directory, in byte order. */
  names(path: string): readonly string[];
  readLink(path: string): string;
  /** Opens without following a link and without blocking on a fifo. */
  open(path: string): OpenFile;
}

export interface OpenFile {
  /** Metadata of the open file, as it is now. */
  stat(): FileStat;
  /** Fills the buffer from the current position; 0 at the end. */
  read(buffer: Buffer): number;
  close(): void;
}

/**
 * Runs a program of the runner's PATH and waits for its end. It gets the runner's environment without `INPUT_*`, and `env`.
 * Rejects if the program cannot be started (with the code ENOENT if it is not there), with ProgramTimeout if it does not answer,
 * and with the signal's reason; then the program is ended, and what it has started itself is left to the runner. Of a long stderr
 * only the beginning and the end are returned.
 */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
) => Promise<CommandResult>;

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The attach connection as the pump needs it; src/io/kube/socket.ts opens it. */
export interface AttachSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** Sends one binary message; resolves when the operating system has taken it. Rejects if the connection is closed. */
  send(message: Uint8Array): Promise<void>;
  ping(payload: string): void;
  /** Starts the closing handshake and lets everything sent before it go out; `closed` resolves at its end. */
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
