import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** A request in the audit log of the API server. */
export interface AuditedRequest {
  readonly verb: string;
  /** `pods`, `pods/log`, `selfsubjectaccessreviews`; a path for anything but a resource. */
  readonly what: string;
  /** Name of the pod; undefined for a request without a name. */
  readonly name: string | undefined;
  /** The line of the audit log. */
  readonly text: string;
}

interface Line {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly requestObject?: { readonly metadata?: { readonly name?: string } };
}

/** The part of the audit log that is written after the constructor ran. */
export class AuditLog {
  readonly #path: string;
  readonly #startBytes: number;

  constructor(path: string) {
    this.#path = path;
    this.#startBytes = statSync(path).size;
  }

  /** Everything so far. A watch has a line for its beginning and one for its end, but is one request. */
  requests(): readonly AuditedRequest[] {
    const requests = new Map<string, AuditedRequest>();
    for (const text of this.#read().split('\n')) {
      if (text === '') continue;
      const line = JSON.parse(text) as Line;
      if (!requests.has(line.auditID)) requests.set(line.auditID, toRequest(line, text));
    }
    return [...requests.values()];
  }

  #read(): string {
    const bytes = statSync(this.#path).size - this.#startBytes;
    if (bytes < 0) throw new Error(`${this.#path} was rotated during the test`);
    const buffer = Buffer.alloc(bytes);
    const file = openSync(this.#path, 'r');
    try {
      readSync(file, buffer, 0, bytes, this.#startBytes);
    } finally {
      closeSync(file);
    }
    return buffer.toString();
  }
}

function toRequest(
  { verb, requestURI, objectRef, requestObject }: Line,
  text: string,
): AuditedRequest {
  const { resource, subresource, name = requestObject?.metadata?.name } = objectRef ?? {};
  const path = subresource === undefined ? resource : `${resource ?? ''}/${subresource}`;
  return { verb, what: path ?? requestURI.replace(/\?.*$/, ''), name, text };
}
