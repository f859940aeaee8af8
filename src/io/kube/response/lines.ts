import { Gathered } from '../../gathered.ts';

const newline = 0x0a;
/** The API server stores objects of up to 1.5 MiB. */
const longestLineMib = 4;

/**
 * Lines of newline-delimited JSON, independent of the chunk limits; without empty lines, and without a last line that is not
 * complete.
 * @throws an error for a line that is too long.
 */
export async function* linesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
  const line = new Gathered(longestLineMib * 1024 * 1024);
  const take = (piece: Uint8Array): void => {
    if (!line.add(piece)) throw new Error(`a line is longer than ${longestLineMib} MiB`);
  };
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new Error('the watch is not binary');
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      if (line.length > 0) yield line.take();
    }
    take(chunk.subarray(start));
  }
}
