// Writes the stream that a builder would get; see the usage below. Started by scripts/pack.mjs.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createSource } from '../src/context/source.ts';
import { createWorkspace } from '../src/io/workspace.ts';
import { runCommand, UsageError } from '../support/command.ts';

const usage = `usage: npm run -s pack -- [DIR] [--file DOCKERFILE] [--level 0..9] [--layout image|plain] > context.tar.gz

Writes the stream that a builder would get of a directory or archive, without registry credentials, to stdout,
and its statistics to stderr. Paths are relative to the current directory; the default of DIR is ".".

  --file DOCKERFILE  the Dockerfile; by default that in DIR
  --level 0..9       compression level; default 1
  --layout image     ctx/ and meta/, as kaniko gets them; needs a Dockerfile (default)
  --layout plain     the files of DIR, as engine custom gets them
  --help             prints this text

SOURCE_DATE_EPOCH sets the modification time of the files, as in the action.`;

export interface PackArguments {
  readonly path: string;
  readonly file: string | undefined;
  readonly compressionLevel: number;
  readonly layout: 'image' | 'plain';
}

/** @throws a UsageError, or an error of parseArgs. */
export function parsePackArguments(words: readonly string[]): PackArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      level: { type: 'string', default: '1' },
      layout: { type: 'string', default: 'image' },
    },
  });
  const [path = '.', ...more] = positionals;
  const { file, level, layout } = values;
  if (more.length > 0) throw new UsageError(`more than one directory: ${positionals.join(', ')}`);
  if (!/^\d$/.test(level)) throw new UsageError(`--level must be 0 to 9, not "${level}"`);
  if (layout !== 'image' && layout !== 'plain')
    throw new UsageError(`--layout must be image or plain, not "${layout}"`);
  return { path, file, compressionLevel: Number(level), layout };
}

async function pack(words: readonly string[]): Promise<number> {
  const { path, file, compressionLevel, layout } = parsePackArguments(words);
  if (process.stdout.isTTY) throw new UsageError('the stream is binary: redirect it to a file');
  const source = await createSource(
    {
      source: { kind: 'context', path },
      file,
      layout,
      compressionLevel,
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
  return 0;
}

/** Runs the command line. */
export async function main(): Promise<void> {
  process.exitCode = await runCommand(usage, pack);
}
