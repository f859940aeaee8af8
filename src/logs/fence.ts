import type { Job } from '../ports.ts';

const newline = 0x0a;

/** Where a message points: a file of the workspace, a line from 1. */
export interface Annotation {
  readonly file?: string;
  readonly line?: number;
}

/**
 * The job log. Our own sentences are made harmless line by line; a builder's output is mirrored byte for byte, but inside a
 * fence (`::stop-commands::<token>`) in which the runner obeys no workflow command. Nothing of ours is printed inside: the
 * fence is closed first and opened again, with another token, for the next mirrored output.
 */
export class JobLog {
  readonly #job: Job;
  readonly #newToken: () => string;
  #token: string | undefined;
  /** What was mirrored last has no newline yet. */
  #lineOpen = false;
  #groupOpen = false;
  /** Lines that are masked; the longest first, because one may hold another. */
  #secrets: readonly string[] = [];
  #queue: Promise<void> = Promise.resolve();

  /** @param newToken a text that nobody can guess, longer than six characters: shorter ones the runner does not mask. */
  constructor(job: Job, newToken: () => string) {
    this.#job = job;
    this.#newToken = newToken;
  }

  info(text: string): Promise<void> {
    return this.#print(`${neutralize(text)}\n`);
  }

  warning(text: string, place: Annotation = {}): Promise<void> {
    return this.#print(command('warning', place, text));
  }

  /** An annotation of the run; the step itself fails by the exit code. */
  error(text: string, place: Annotation = {}): Promise<void> {
    return this.#print(command('error', place, text));
  }

  /** Hides a secret in everything that is printed from now on; the runner masks line by line. */
  async mask(secret: string): Promise<void> {
    const lines = secret.split(/\r?\n/).filter((line) => line !== '');
    this.#secrets = [...new Set([...this.#secrets, ...lines])].sort((a, b) => b.length - a.length);
    for (const line of lines) await this.#print(`::add-mask::${escapeData(line)}\n`);
  }

  /** The text with everything hidden that is masked in the log. */
  scrub(text: string): string {
    return this.#secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '***'), text);
  }

  /** Starts a foldable group; ends the one before. */
  group(title: string): Promise<void> {
    const end = this.#groupOpen ? '::endgroup::\n' : '';
    this.#groupOpen = true;
    return this.#print(`${end}::group::${escapeData(neutralize(title))}\n`);
  }

  endGroup(): Promise<void> {
    if (!this.#groupOpen) return Promise.resolve();
    this.#groupOpen = false;
    return this.#print('::endgroup::\n');
  }

  /** Some of the builder's output, unchanged and in one write: lines with their newlines, the last one may go on. */
  mirror(output: Buffer): Promise<void> {
    if (output.length === 0) return this.#queue;
    return this.#enqueue(async () => {
      if (this.#token === undefined) {
        this.#token = this.#newToken();
        await this.#job.write(`::stop-commands::${this.#token}\n`);
      }
      this.#lineOpen = output.at(-1) !== newline;
      await this.#job.write(output);
    });
  }

  /** Ends fence and group; the log can be used again afterwards. */
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
    // The runner looks for commands at the beginning of a line only.
    const lineEnd = this.#lineOpen ? '\n' : '';
    this.#lineOpen = false;
    await this.#job.write(`${lineEnd}::${token}::\n`);
  }

  /** Writers run at the same time (progress beside output); their lines must not mix. */
  #enqueue(write: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(write);
    return this.#queue;
  }
}

/**
 * Text of any origin as one harmless line: no control characters, no line breaks, and nothing that the runner reads as a
 * command (`::` at the beginning, `##[` anywhere).
 */
export function neutralize(text: string): string {
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
