import type { Access } from './client.ts';
import { contextSource, type CopySource } from './copy.ts';
import { findStage, findTarget, type DockerStage, type ParsedDockerfile } from './dockerfile.ts';
import { buildFailure } from './failure.ts';
import type { Flags } from './flags.ts';
import { parsePlatform, scratch, type Image, type Platform } from './image.ts';
import type { BuilderLog } from './log.ts';
import { pullImage } from './pull.ts';
import { toPairs } from './settings.ts';
import { StageBuilder } from './stage.ts';
import type { Tree } from './tree.ts';
import { expandWord } from './words.ts';

export interface BuildOptions {
  readonly flags: Flags;
  /** The files of the stream on stdin. */
  readonly unpacked: Tree;
  readonly access: Access;
  readonly log: BuilderLog;
}

/**
 * Builds the target and the stages that it needs.
 * @throws BuilderFailure with kaniko's text.
 */
export function buildImage(dockerfile: ParsedDockerfile, options: BuildOptions): Promise<Image> {
  const target = findTarget(dockerfile.stages, options.flags.target);
  return new Build(dockerfile, options).stage(target);
}

/** The base of a stage with the labels of the command line, which a LABEL of the stage can replace. */
function withLabels(image: Image, given: ReadonlyMap<string, string>): Image {
  if (given.size === 0) return image;
  const labels = { ...image.config.Labels, ...Object.fromEntries(given) };
  return { ...image, config: { ...image.config, Labels: labels } };
}

/** Stages refer only to earlier ones. Each is built once, when it is needed. */
class Build {
  readonly #dockerfile: ParsedDockerfile;
  readonly #options: BuildOptions;
  readonly #platform: Platform;
  readonly #globals: ReadonlyMap<string, string>;
  readonly #images = new Map<string, Promise<Image>>();

  constructor(dockerfile: ParsedDockerfile, options: BuildOptions) {
    this.#dockerfile = dockerfile;
    this.#options = options;
    this.#platform = parsePlatform(options.flags.platform);
    this.#globals = this.#readGlobals();
  }

  stage(index: number): Promise<Image> {
    return this.#once(`stage ${index}`, () => this.#buildStage(index));
  }

  async #buildStage(index: number): Promise<Image> {
    const { stages, escape } = this.#dockerfile;
    const { flags, log } = this.#options;
    const stage = stages[index];
    if (stage === undefined) throw new RangeError(`stage ${index} does not exist`);
    const reference = expandWord(stage.base, (name) => this.#globals.get(name), escape);
    const base = await this.#image(reference, stages.slice(0, index));
    log.info(`Building stage '${reference}' [idx: '${index}', base-idx: '-1']`);
    const builder = new StageBuilder(withLabels(base, flags.labels), {
      escape,
      buildArgs: flags.buildArgs,
      globals: this.#globals,
      sourceOf: (from) => this.#source(from, stages.slice(0, index)),
      log,
    });
    return builder.build(stage.steps);
  }

  async #source(from: string | undefined, earlier: readonly DockerStage[]): Promise<CopySource> {
    const { unpacked, flags } = this.#options;
    if (from === undefined) return contextSource(unpacked, flags.contextSubPath);
    const index = findStage(earlier, from);
    const image = await (index === undefined ? this.#image(from, []) : this.stage(index));
    return { files: image.files, directory: '', path: `/kaniko/deps/${index ?? from}` };
  }

  /** A base: an earlier stage by its name, nothing, or an image of a registry. */
  #image(reference: string, earlier: readonly DockerStage[]): Promise<Image> {
    if (reference === '') throw buildFailure('could not parse reference: ');
    const index = earlier.findLastIndex(({ name }) => name === reference.toLowerCase());
    if (index >= 0) return this.stage(index);
    if (reference === 'scratch') return Promise.resolve(scratch(this.#platform));
    const { access, log } = this.#options;
    return this.#once(`image ${reference}`, () =>
      pullImage(reference, this.#platform, access, log),
    );
  }

  #once(key: string, make: () => Promise<Image>): Promise<Image> {
    const image = this.#images.get(key) ?? make();
    this.#images.set(key, image);
    return image;
  }

  #readGlobals(): ReadonlyMap<string, string> {
    const { globals, escape } = this.#dockerfile;
    const { buildArgs } = this.#options.flags;
    const values = new Map(platformArgs(this.#platform));
    for (const step of globals) {
      for (const word of step.words) {
        const name = word.replace(/=.*$/s, '');
        const lookup = (known: string): string | undefined => values.get(known);
        const [pair] = toPairs({ ...step, rest: word, words: [word] }, { lookup, escape });
        const value = buildArgs.get(name) ?? (word.includes('=') ? pair?.[1] : undefined);
        if (value !== undefined) values.set(name, value);
      }
    }
    return values;
  }
}

/** Variables that builders set by default. */
function platformArgs({ os, architecture, variant = '' }: Platform): readonly [string, string][] {
  const platform = [os, architecture, ...(variant === '' ? [] : [variant])].join('/');
  const values = { PLATFORM: platform, OS: os, ARCH: architecture, VARIANT: variant };
  return ['BUILD', 'TARGET'].flatMap((prefix) =>
    Object.entries(values).map(([name, value]): [string, string] => [prefix + name, value]),
  );
}
