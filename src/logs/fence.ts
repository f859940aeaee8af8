import type { Job } from '../ports.ts';
import { redact } from '../text/redact.ts';

const newline = 0x0a;

/** The place that an annotation points to: a file of the workspace, a line from 1. */
export interface Annotation {
  readonly file?: string;
  readonly line?: number;
}

/**
 * The job log.
 *
 * The output of a builder is printed byte for byte, inside a fence: between `::stop-commands::<token>`
 * and `::<token>::`, the runner executes no workflow commands. Messages of the action are printed
 * outside of the fence, without anything that the runner would read as a command, without masked
 * texts, and without what looks like a secret. Each fence has a new token.
 */
export class JobLog {
  readonly #job: Job;
  readonly #newToken: () => string;
  readonly #onFence: (token: string | undefined) => void;
  #token: string | undefined;
  /** True if the mirrored output so far ends without a newline. */
  #lineOpen = false;
  #groupOpen = false;
  /** Masked texts, the longest first, because one may contain another. */
  #secrets: readonly string[] = [];
  #queue: Promise<void> = Promise.resolve();

  /**
   * @param newToken returns an unguessable text. It must be longer than six characters, because the
   *   runner does not mask shorter ones.
   * @param onFence gets the token before a fence is opened, and undefined after it was closed.
   */
  constructor(
    job: Job,
    newToken: () => string,
    onFence: (token: string | undefined) => void = () => undefined,
  ) {
    this.#job = job;
    this.#newToken = newToken;
    this.#onFence = onFence;
  }

  info(text: string): Promise<void> {
    return this.#print(`${neutralize(this.scrub(text))}\n`);
  }

  /** Prints a line that the runner shows only when debug logging is enabled. */
  debug(text: string): Promise<void> {
    return this.#print(command('debug', {}, this.scrub(text)));
  }

  warning(text: string, place: Annotation = {}): Promise<void> {
    return this.#print(command('warning', place, this.scrub(text)));
  }

  /** Prints an error annotation. It does not fail the step; the exit code of the process does. */
  error(text: string, place: Annotation = {}): Promise<void> {
    return this.#print(command('error', place, this.scrub(text)));
  }

  /** Masks a secret in everything that is printed from now on. The runner masks single lines. */
  async mask(secret: string): Promise<void> {
    const lines = secret.split(/\r?\n/).filter((line) => line !== '');
    this.#secrets = [...new Set([...this.#secrets, ...lines])].sort((a, b) => b.length - a.length);
    for (const line of lines) await this.#print(`::add-mask::${escapeData(line)}\n`);
  }

  /** Replaces masked texts and what looks like a secret by `***`, as the runner does with masked texts in the log. */
  scrub(text: string): string {
    return redact(this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text));
  }

  /** Starts a foldable group, and ends the previous one. */
  group(title: string): Promise<void> {
    const end = this.#groupOpen ? '::endgroup::\n' : '';
    this.#groupOpen = true;
    return this.#print(`${end}::group::${escapeData(neutralize(this.scrub(title)))}\n`);
  }

  endGroup(): Promise<void> {
    if (!this.#groupOpen) return Promise.resolve();
    this.#groupOpen = false;
    return this.#print('::endgroup::\n');
  }

  /**
   * Prints output of the builder, unchanged and in one write: lines with their newlines. The last line
   * may be incomplete.
   */
  mirror(output: Buffer): Promise<void> {
    if (output.length === 0) return this.#queue;
    return this.#enqueue(async () => {
      if (this.#token === undefined) {
        this.#token = this.#newToken();
        this.#onFence(this.#token);
        await this.#job.write(`::stop-commands::${this.#token}\n`);
      }
      this.#lineOpen = output.at(-1) !== newline;
      await this.#job.write(output);
    });
  }

  /** Ends the fence and the group. The log can still be used. */
  async close(): Promise<void> {
    await this.endGroup();
    await this.#enqueue(() => this.#closeFence());
  }

  #print(text: string): Promise<void> {
    return this.#enqueue(async () => {
      await this.#closeFence();
      await this.#job.write(text);
    });
  }

  async #closeFence(): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    if (token === undefined) return;
    // The runner recognises commands only at the beginning of a line.
    const lineEnd = this.#lineOpen ? '\n' : '';
    this.#lineOpen = false;
    await this.#job.write(`${lineEnd}::${token}::\n`);
    this.#onFence(undefined);
  }

  /** Runs writes one after another: progress and output are printed concurrently. */
  #enqueue(write: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(write);
    return this.#queue;
  }
}

/**
 * Turns any text into one line without control characters and without a workflow command (`::` at the
 * beginning, `##[` anywhere).
 */
function neutralize(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD')
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}

/** A workflow command. Source: actions/runner ActionCommand.cs and actions/toolkit command.ts. */
function command(name: string, { file, line }: Annotation, text: string): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeProperty(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
  ];
  const head = properties.length === 0 ? name : `${name} ${properties.join(',')}`;
  return `::${head}::${escapeData(neutralize(text))}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
