// One case of the comparison, built by BuildKit or by the action.
import { createHash } from 'node:crypto';
import {
  cpSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { annotationsOf, errorsOf, visibleLog } from '../../runner/job-log.ts';
import { writeEveryKind } from '../../support/every-kind.ts';
import { cluster, kaniko, runBuild } from '../build.ts';
import type { BuildKit } from './buildkit.ts';
import type { Case } from './case.ts';
import { readImage, type Image } from './image.ts';

/** What a builder made of a case. */
export interface Outcome {
  /** Undefined if the build failed. */
  readonly image: Image | undefined;
  /** The error of a failed build. */
  readonly error: string;
  /** The annotations of the step ahead of its first pod. */
  readonly announced: readonly string[];
  /** True if the step failed without a pod. */
  readonly isRefused: boolean;
  /** Visible part of the job log. */
  readonly log: string;
}

/** What the texts of the Dockerfiles leave open. */
export interface Places {
  readonly base: string;
  /** Address and port of a web server. */
  readonly web: string;
}

const firstTimeMs = Date.parse('2020-01-02T03:04:05Z');

export async function buildWithBuildKit(
  one: Case,
  buildKit: BuildKit,
  places: Places,
  reference: string,
): Promise<Outcome> {
  return inDirectory(one, places, async (directory) => {
    const error = await buildKit.build(directory, reference, one.options ?? []);
    const image = error === undefined ? await readImage(reference) : undefined;
    return { image, error: error ?? '', announced: [], isRefused: false, log: error ?? '' };
  });
}

/** Runs the step with this builder image. */
export async function buildWithAction(
  one: Case,
  builderImage: string,
  places: Places,
  reference: string,
): Promise<Outcome> {
  return inDirectory(one, places, async (directory) => {
    const inputs = kaniko({
      'builder-image': builderImage,
      context: 'context',
      file: 'Dockerfile',
      tags: reference,
      push: 'true',
      ...one.inputs,
    });
    const { main, log } = await runBuild(inputs, { directory });
    const [ahead = '', ...pods] = log.split(/^::group::Start pod /m);
    return {
      image: main === 0 ? await readImage(reference) : undefined,
      error: errorsOf(log)
        .map(({ message }) => message)
        .join('\n'),
      announced: annotationsOf(ahead).map(({ level, message }) => `${level}: ${message}`),
      isRefused: main !== 0 && pods.length === 0,
      log: visibleLog(log),
    };
  });
}

/** Calls `use` with a directory that has the Dockerfile and the context of the case. */
async function inDirectory<T>(
  one: Case,
  places: Places,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'kbp-e2e-'));
  try {
    const context = join(directory, 'context');
    if (one.context === 'every kind') {
      mkdirSync(context);
      writeEveryKind(context);
    } else {
      cpSync(join(import.meta.dirname, 'context'), context, {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    for (const [name, text] of Object.entries(one.files ?? {})) {
      writeFileSync(join(context, name), text);
    }
    setTimes(context, timeOf(one));
    writeFileSync(join(directory, 'Dockerfile'), dockerfileOf(one, places));
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function dockerfileOf({ name }: Case, { base, web }: Places): string {
  const path = join(import.meta.dirname, 'dockerfiles', `${name}.Dockerfile`);
  return readFileSync(path, 'utf8')
    .replaceAll(/\bBASE\b/g, base)
    .replaceAll('TLS-REGISTRY', cluster.tlsRegistry?.host ?? 'registry.invalid')
    .replaceAll('HOST:PORT', web);
}

/**
 * A modification time for the context of the case. BuildKit keeps the files of the last context, and takes one that has the
 * same name, size and time for the same file.
 */
function timeOf({ name }: Case): Date {
  const number = createHash('sha256').update(name).digest().readUInt32BE() % 100_000_000;
  return new Date(firstTimeMs + number * 1_000);
}

/** Sets the modification time of everything below the directory. */
function setTimes(directory: string, time: Date): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) setTimes(path, time);
    lutimesSync(path, time, time);
  }
}
