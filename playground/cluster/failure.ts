/** `metav1.Status` of a failed request, as in bodies and on the status channel of attach. */
export interface FailureStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: Details;
  readonly code: number;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Cause[];
}

/** One invalid field. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A request that the API server refuses. */
export class ApiFailure extends Error {
  readonly code: number;
  readonly status: FailureStatus;

  constructor(code: number, message: string, options: FailureOptions = {}) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    const { reason, hasDetails, ...details } = { reason: reasons[code], ...options };
    const isDetailed =
      hasDetails ?? (Object.keys(details).length > 0 || emptyDetails.includes(code));
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason !== undefined && { reason }),
      ...(isDetailed && { details }),
      code,
    };
  }
}

/** Codes of responses without an object, which have empty details. */
const emptyDetails = [404, 405];

export interface FailureOptions {
  /** Undefined for a status without one. */
  readonly reason?: string | undefined;
  /** Empty ones, too. */
  readonly hasDetails?: boolean;
  readonly group?: string;
  /** Name of the requested object. */
  readonly name?: string;
  /** Its resource, for example `pods`, or its kind. */
  readonly kind?: string;
  readonly causes?: readonly Cause[];
}

/** The response for a path outside of all APIs: not a Status. */
export class PlainFailure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'PlainFailure';
    this.code = code;
  }
}

export function podNotFound(name: string): ApiFailure {
  return new ApiFailure(404, `pods ${JSON.stringify(name)} not found`, { name, kind: 'pods' });
}
