/** Faults to inject. All switches may be changed at any time; they apply to later requests. */
export interface Faults {
  /** Requests that get another answer; the first that matches is used. */
  requests: RequestFault[];
  /** What happens to the next attach connections. */
  attach: AttachFault | undefined;
  /** What happens to the next log requests. */
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
  /** How many requests are hit; without it all. Counts down. */
  times?: number;
  /** Called for every request that is hit, before it is answered. */
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
  /** The response of a sign-in portal or a proxy instead of the server: 200, and a web page. */
  | { readonly kind: 'page' }
  /** The normal answer, late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The request is heard and never answered. */
  | { readonly kind: 'silent' }
  /** The connection is closed in good order, without an answer. */
  | { readonly kind: 'hang-up' }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'reset' }
  /** The request is carried out, then the connection breaks: the answer is lost. */
  | { readonly kind: 'lose-answer' };

export interface AttachFault {
  /**
   * `cut`: the connection breaks. `stall`: nothing is read any more. `close`: code 1000 without a status.
   * `succeed`: a Success that nothing has earned. `fail`: a Failure with `message`. `pause`: reading goes on after `onReached`.
   */
  readonly kind: 'cut' | 'stall' | 'close' | 'succeed' | 'fail' | 'pause';
  /** Bytes of stdin that reach the container first; the frame that crosses the limit is cut there. */
  readonly afterBytes: number;
  readonly message?: string;
  /** Waited for when the container has taken the bytes, before the fault. */
  readonly onReached?: () => Promise<void>;
  /** How many connections are hit; without it all. Counts down. */
  times?: number;
}

export interface LogFault {
  /**
   * `drop`: the connection breaks. `end`: the answer ends as if the log did. `silence`: the connection stays, nothing
   * comes any more. `twice`: the log begins again from its start, whatever `sinceTime` asks for.
   */
  readonly kind: 'drop' | 'end' | 'silence' | 'twice';
  readonly afterLines: number;
  /** How many requests are hit; without it all. Counts down. */
  times?: number;
}

export function noFaults(): Faults {
  return { requests: [], attach: undefined, log: undefined, neverSchedule: false, denied: [] };
}

/** Uses a fault once; false if it is used up. */
export function takeFault(fault: { times?: number } | undefined): boolean {
  if (fault === undefined || fault.times === 0) return false;
  if (fault.times !== undefined) fault.times -= 1;
  return true;
}
