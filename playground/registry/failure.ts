/** The error codes of the distribution specification that the registry uses, with their status. */
const statuses = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  RANGE_INVALID: 416,
  TAG_INVALID: 400,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

/** A request that the registry refuses. */
export class RegistryFailure extends Error {
  readonly status: number;
  readonly body: Buffer;

  constructor(code: keyof typeof statuses, message: string, detail: unknown = null) {
    super(message);
    this.name = 'RegistryFailure';
    this.status = statuses[code];
    this.body = Buffer.from(JSON.stringify({ errors: [{ code, message, detail }] }));
  }
}
