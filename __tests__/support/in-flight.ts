import type { Connection } from '../../src/io/kube/connection.ts';
import type { RequestObserver, SentRequest } from '../../src/io/kube/request-log.ts';

/** The requests of a client, so that a clock can wait for their responses. */
export class InFlight {
  /** Requests that have an outcome. */
  readonly sent: SentRequest[] = [];
  #started = 0;

  readonly observer: RequestObserver = (request) => {
    this.sent.push(request);
  };

  /** True while a request has neither a response nor an error. */
  readonly isBusy = (): boolean => this.#started > this.sent.length;

  /** The connection with its requests counted. */
  count(connection: Connection): Connection {
    return {
      ...connection,
      requestOptions: async (path, query, signal) => {
        const options = await connection.requestOptions(path, query, signal);
        this.#started += 1;
        return options;
      },
    };
  }
}
