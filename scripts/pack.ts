// Writes the stream that a builder would get of a directory or archive, without logins:
//
//   npm run -s pack -- DIR [--file DOCKERFILE] [--level N] [--layout image|plain] > context.tar.gz
//
// Paths are relative to the caller's directory. Statistics go to stderr.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createSource } from '../src/context/source.ts';
import { describeError } from '../src/errors.ts';
import { createWorkspace } from '../src/io/workspace.ts';

const usage =
  'usage: npm run -s pack -- DIR [--file DOCKERFILE] [--level 0..9] [--layout image|plain] > context.tar.gz';

async function pack(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      level: { type: 'string', default: '1' },
      layout: { type: 'string', default: 'image' },
    },
  });
  const [path = '.', ...more] = positionals;
  const { file, level, layout } = values;
  if (more.length > 0 || !/^\d$/.test(level) || (layout !== 'image' && layout !== 'plain')) {
    throw new Error(usage);
  }
  if (process.stdout.isTTY) throw new Error(`the stream is no text for a terminal; ${usage}`);
  const source = await createSource(
    {
      source: { kind: 'context', path },
      file,
      layout,
      compressionLevel: Number(level),
      sourceDateEpoch: process.env['SOURCE_DATE_EPOCH'],
    },
    createWorkspace(process.env['INIT_CWD'] ?? process.cwd()),
  );
  for (const note of source.notes) console.error(note);
  for (const warning of source.warnings) console.error(`warning: ${warning}`);
  const startedAt = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const { stream, progress } = source.open({});
  let wireBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    wireBytes += chunk.length;
  });
  await pipeline(stream, process.stdout);
  delay.disable();
  const seconds = (performance.now() - startedAt) / 1_000;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const peak = megabytes(process.resourceUsage().maxRSS * 1_024);
  const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;
  console.error(
    `${source.description}: ${progress.files} files, ${megabytes(progress.bytes)}, compressed ${megabytes(wireBytes)}, ` +
      `${seconds.toFixed(2)} s, ${megabytes(progress.bytes / seconds)}/s, peak memory ${peak}, ` +
      `event loop p99 ${milliseconds(delay.percentile(99))}, longest ${milliseconds(delay.max)}`,
  );
}

try {
  await pack();
} catch (error) {
  console.error(`error: ${describeError(error)}`);
  process.exitCode = 1;
}
