import { readFileSync } from 'node:fs';
import { referencedFiles, tokenFileOf } from '../../../kubeconfig/files.ts';
import { text, type Fields } from '../../../text/json.ts';
import { isPair } from './check.ts';

/** A client certificate with its key, in PEM. */
export interface ClientPair {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * The credentials in a cluster and a user of a kubeconfig. Their files are read for each request, because they can be renewed while the
 * step runs; the content that was read last is used while a file cannot be read.
 */
export class UserCredentials {
  readonly #cluster: Fields;
  readonly #user: Fields;
  readonly #contents = new Map<string, string>();
  #pair: ClientPair | undefined;
  /** The token of the last request, for a 401. */
  #sent: string | undefined;

  constructor(cluster: Fields, user: Fields) {
    this.#cluster = cluster;
    this.#user = user;
  }

  /** The CA certificates of the cluster in PEM; undefined if it has none. */
  readonly ca = (): string | undefined => this.#pem(this.#cluster, 'certificate-authority');

  /** True if the user has credentials without its exec plugin, which does not run then, as in kubectl. */
  get isComplete(): boolean {
    const { cert, key } = this.pair();
    const isPair = cert !== undefined && key !== undefined;
    return isPair || this.authorization() !== undefined || tokenFileOf(this.#user) !== undefined;
  }

  /** The client certificate and its key. While their files are replaced one after the other, the last ones that fit. */
  pair(): ClientPair {
    const cert = this.#pem(this.#user, 'client-certificate');
    const key = this.#pem(this.#user, 'client-key');
    const isChanged = cert !== this.#pair?.cert || key !== this.#pair?.key;
    if (this.#pair === undefined || (isChanged && isPair(cert, key))) this.#pair = { cert, key };
    return this.#pair;
  }

  /** The token of the token file; undefined without a file, and as long as it has not had a token. */
  fileToken(): string | undefined {
    const token = this.#readFileToken();
    this.#sent = token;
    return token;
  }

  /** The token in the kubeconfig, else its user and password, as the value of the header Authorization. */
  authorization(): string | undefined {
    const { token, username, password } = this.#user;
    if (isGiven(token)) return `Bearer ${String(token)}`;
    if (!isGiven(username)) return undefined;
    const basic = `${String(username)}:${isGiven(password) ? String(password) : ''}`;
    return `Basic ${Buffer.from(basic).toString('base64')}`;
  }

  /** After a 401: true if the token file has another token than that of the last request. */
  isRenewed(): boolean {
    return this.#readFileToken() !== this.#sent;
  }

  #readFileToken(): string | undefined {
    const file = tokenFileOf(this.#user);
    return file === undefined ? undefined : this.#read(file)?.trim();
  }

  #pem(fields: Fields, key: string): string | undefined {
    const data = text(fields[`${key}-data`]) ?? '';
    if (data !== '') return Buffer.from(data, 'base64').toString();
    const file = referencedFiles(fields, fields).find((reference) => reference.key === key);
    return file === undefined ? undefined : this.#read(file.path);
  }

  #read(path: string): string | undefined {
    try {
      const content = readFileSync(path, 'utf8');
      if (content.trim() !== '') this.#contents.set(path, content);
    } catch {
      // The content of the last request is used again, as in client-go.
    }
    return this.#contents.get(path);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
