import type { WarningScan } from '../engine.ts';
import { readResponse } from './failures/response.ts';
import { words } from './failures/rule.ts';

const beginning = Buffer.from('level=warning msg="Error uploading layer to cache: ');
const newline = 0x0a;
/** Bytes of the line after its beginning. */
const longestReason = 2_048;

/**
 * Finds the first layer in kaniko's output that a registry did not take into the cache. kaniko prints it once for each stage, and
 * the build succeeds. A cache that cannot be read is not found: kaniko reports it as a layer that is not cached.
 *
 * The memory is that of one line, whatever the pieces of the output are.
 */
export class CacheRefusal implements WarningScan {
  /** The end of the output so far, as far as the beginning of the line can begin in it. */
  #rest = Buffer.alloc(0);
  /** What follows the beginning of the line, once it was found. */
  #reason: Buffer | undefined;
  #isComplete = false;

  push(output: Buffer): void {
    if (this.#isComplete) return;
    if (this.#reason !== undefined) {
      this.#add(output);
      return;
    }
    const bytes = Buffer.concat([this.#rest, output]);
    const at = bytes.indexOf(beginning);
    if (at === -1) {
      this.#rest = Buffer.from(bytes.subarray(-(beginning.length - 1)));
      return;
    }
    this.#rest = Buffer.alloc(0);
    this.#add(bytes.subarray(at + beginning.length));
  }

  end(): string | undefined {
    return this.#reason && describe(this.#reason.toString());
  }

  #add(output: Buffer): void {
    const end = output.indexOf(newline);
    const line = end === -1 ? output : output.subarray(0, end);
    const reason = Buffer.concat([
      this.#reason ?? Buffer.alloc(0),
      line.subarray(0, longestReason),
    ]);
    this.#reason = reason.subarray(0, longestReason);
    this.#isComplete = end !== -1 || reason.length >= longestReason;
  }
}

/** @param line the rest of the line of the log, as logrus quotes it. */
function describe(line: string): string {
  const error = line.replace(/"\s*$/, '').replace(/\\(["\\])/g, '$1');
  const [whole = '', repository] =
    /^failed to push to destination (\S+):[0-9a-f]{64}: /.exec(error) ?? [];
  const cache = repository === undefined ? 'the cache' : `the cache ${words(repository)}`;
  const reason = readResponse(error)?.words ?? words(error.slice(whole.length));
  return `a layer could not be pushed to ${cache}: ${reason}. The image is not affected. Check the repository in 'cache-to', and the credentials for its registry.`;
}
