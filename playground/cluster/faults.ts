/** Faults to inject. All fields can be changed at any time; changes apply to later requests. */
export interface Faults {
  /** Requests with another response; the first that matches is used. */
  requests: RequestFault[];
  /** Faults of the next attach connections. */
  attach: AttachFault | undefined;
  /** Faults of the next log requests. */
  log: LogFault | undefined;
  /** No pod finds a node. */
  neverSchedule: boolean;
  /** Permissions to deny: `create pods/attach`. */
  denied: string[];
}

export interface RequestFault {
  /** Matched with `METHOD /path`, without the query. */
  readonly match: RegExp;
  readonly answer: FaultAnswer;
  /** Number of affected requests, counted down; without it all. */
  times?: number;
  /** Called for every affected request before the response. */
  readonly onHit?: () => void;
}

export type FaultAnswer =
  /** A Status object, by default with the reason of its code; `plain`: the message alone, as gateways answer. */
  | {
      readonly kind: 'refuse';
      readonly code: number;
      readonly message: string;
      readonly reason?: string;
      readonly retryAfterSeconds?: number;
      readonly plain?: boolean;
    }
  | { readonly kind: 'redirect'; readonly to: string }
  /** A body that ends in the middle of its JSON. */
  | { readonly kind: 'broken-json' }
  /** The response of a sign-in portal or a proxy instead of the server: 200 and a web page. */
  | { readonly kind: 'page' }
  /** The normal response after a delay. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The request is received and never answered. */
  | { readonly kind: 'silent' }
  /** The connection is closed normally, without a response. */
  | { readonly kind: 'hang-up' }
  /** The connection breaks before the request is carried out. */
  | { readonly kind: 'reset' }
  /** The request is carried out, then the connection breaks: the response is lost. */
  | { readonly kind: 'lose-answer' };

export interface AttachFault {
  /**
   * `cut`: the connection breaks. `stall`: reading stops. `close`: code 1000 without a status.
   * `succeed`: a Success too early. `fail`: a Failure with `message`. `pause`: reading continues after `onReached`.
   */
  readonly kind: 'cut' | 'stall' | 'close' | 'succeed' | 'fail' | 'pause';
  /** Bytes of stdin that reach the container first; the frame that crosses the limit is cut there. */
  readonly afterBytes: number;
  readonly message?: string;
  /** Awaited after the container has read the bytes and before the fault. */
  readonly onReached?: () => Promise<void>;
  /** Number of affected connections, counted down; without it all. */
  times?: number;
}

export interface LogFault {
  /**
   * `drop`: the connection breaks. `end`: the response ends as at the end of the log. `silence`: the connection stays open
   * without more data. `twice`: the log is returned from its start, regardless of `sinceTime`.
   */
  readonly kind: 'drop' | 'end' | 'silence' | 'twice';
  readonly afterLines: number;
  /** Number of affected requests, counted down; without it all. */
  times?: number;
}

export function noFaults(): Faults {
  return { requests: [], attach: undefined, log: undefined, neverSchedule: false, denied: [] };
}

/** Uses a fault once. @returns false if no use is left. */
export function takeFault(fault: { times?: number } | undefined): boolean {
  if (fault === undefined || fault.times === 0) return false;
  if (fault.times !== undefined) fault.times -= 1;
  return true;
}
