// Builds and calls the Go program of this folder.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Answer } from './dockerfile/answer.ts';
import type { DockerfileCase } from './dockerfile/draw.ts';
import type { IgnoreCase } from './draw.ts';

/** The verdict of Docker's matcher: a flag for each path, or the error of a pattern. */
export type Verdict = { readonly excluded: readonly boolean[] } | { readonly error: string };

/** One member of an archive, as Go's archive/tar reads it. */
export interface ReadMember {
  readonly name: string;
  /** The archive's own flag: 0 file, 1 hard link, 2 symbolic link, 5 directory. */
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly linkname: string;
  /** Of the content, in hex. */
  readonly sha256: string;
}

/** A stream that ends at the offset, as Go reads it; accepted: no error, and `meta/Dockerfile` was there. */
export interface ReadCut {
  readonly offset: number;
  readonly accepted: boolean;
  readonly members: number;
}

/** A request, and the variables of its environment. */
export interface ProxyCase {
  /** HTTPS_PROXY, and HTTP_PROXY for a request without TLS. */
  readonly httpsProxy: string;
  readonly noProxy: string;
  readonly url: string;
}

export class OracleProgram {
  readonly #path: string;

  /** @param directory for the program. @throws if it cannot be built. */
  constructor(directory: string) {
    this.#path = join(directory, 'oracle');
    const { error, status, stderr } = spawnSync('go', ['build', '-o', this.#path, '.'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    if (error !== undefined)
      throw new Error(
        `cannot run go (${error.message}): the oracle is a program in Go, see https://go.dev/dl`,
      );
    if (status !== 0) throw new Error(`go build failed: ${stderr}`);
  }

  judge(cases: readonly IgnoreCase[]): Promise<readonly Verdict[]> {
    return this.#answer('ignore', cases);
  }

  readDockerfiles(cases: readonly DockerfileCase[]): Promise<readonly Answer[]> {
    return this.#answer('dockerfiles', cases);
  }

  /** The proxies that Go chooses, as `scheme://host`; empty for direct connections. */
  async proxies(cases: readonly ProxyCase[]): Promise<readonly string[]> {
    const input = cases
      .map(({ httpsProxy, noProxy, url }) => `${JSON.stringify({ httpsProxy, noProxy, url })}\n`)
      .join('');
    const verdicts = await this.#ask<{ readonly proxy: string }>(['proxies'], input);
    return verdicts.map(({ proxy }) => proxy);
  }

  list(archive: Buffer): Promise<readonly ReadMember[]> {
    return this.#ask(['tar'], archive);
  }

  cut(archive: Buffer, offsets: readonly number[]): Promise<readonly ReadCut[]> {
    return this.#ask(['cuts', ...offsets.map(String)], archive);
  }

  async #answer<T>(verb: string, cases: readonly object[]): Promise<readonly T[]> {
    const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
    const answers = await this.#ask<T>([verb], input);
    if (answers.length !== cases.length)
      throw new Error(`${answers.length} answers for ${cases.length} cases`);
    return answers;
  }

  async #ask<T>(args: readonly string[], input: string | Buffer): Promise<readonly T[]> {
    const child = spawn(this.#path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // The program can end before it has read everything. Its exit code and stderr are checked below.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw new Error(stderr.trim());
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }
}
