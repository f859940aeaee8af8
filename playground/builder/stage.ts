import { posix } from 'node:path';
import { copyInto, type CopySource } from './copy.ts';
import type { Step } from './dockerfile.ts';
import { notHere, stageFailure } from './failure.ts';
import type { Image } from './image.ts';
import { makeLayer } from './layer.ts';
import type { BuilderLog } from './log.ts';
import { parseOwner, root } from './owner.ts';
import { settings, toPairs } from './settings.ts';
import { cleanName, place, plainDirectory, resolveLinks, type Tree } from './tree.ts';
import { expandWord, type Lookup } from './words.ts';

export interface StageOptions {
  readonly escape: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** ARGs before the first FROM; a stage gets them with an ARG without a default. */
  readonly globals: ReadonlyMap<string, string>;
  /** The context, or the stage or image of `--from`. */
  readonly sourceOf: (from: string | undefined) => Promise<CopySource>;
  readonly log: BuilderLog;
}

type Command = (step: Step) => void | Promise<void>;

/** Builds one stage, instruction by instruction. */
export class StageBuilder {
  #image: Image;
  readonly #options: StageOptions;
  readonly #args = new Map<string, string>();
  readonly #commands: Readonly<Record<string, Command>>;
  #hasCmd = false;
  #isUnpacked = false;

  constructor(base: Image, options: StageOptions) {
    this.#image = base;
    this.#options = options;
    this.#commands = {
      ADD: this.#copy.bind(this),
      ARG: this.#declare.bind(this),
      COPY: this.#copy.bind(this),
      WORKDIR: this.#workdir.bind(this),
    };
  }

  /** @throws BuilderFailure with kaniko's text. */
  async build(steps: readonly Step[]): Promise<Image> {
    for (const step of steps) await this.#run(step);
    return this.#image;
  }

  async #run(step: Step): Promise<void> {
    const { log } = this.#options;
    const layersBefore = this.#image.layers.length;
    const command = this.#commands[step.keyword];
    if (command === undefined) {
      log.info(step.text);
      this.#set(step);
    } else {
      await command(step);
    }
    const isEmpty = this.#image.layers.length === layersBefore;
    const entry = { created_by: step.text, ...(isEmpty && { empty_layer: true }) };
    this.#image = { ...this.#image, history: [...this.#image.history, entry] };
  }

  #set(step: Step): void {
    const setting = settings[step.keyword];
    if (setting === undefined) throw refusal(step);
    const scope = { ...this.#scope(), hasCmd: this.#hasCmd };
    this.#hasCmd ||= step.keyword === 'CMD';
    this.#image = { ...this.#image, config: setting(this.#image.config, step, scope) };
  }

  /** A build argument precedes the default, and the default precedes an ARG before FROM. */
  #declare(step: Step): void {
    const { buildArgs, globals, log } = this.#options;
    log.info(step.text);
    for (const word of step.words) {
      const name = word.replace(/=.*$/s, '');
      const fallback = word.includes('=')
        ? toPairs({ ...step, rest: word, words: [word] }, this.#scope())[0]?.[1]
        : globals.get(name);
      const value = buildArgs.get(name) ?? fallback;
      if (value !== undefined) this.#args.set(name, value);
    }
  }

  async #copy(step: Step): Promise<void> {
    if (step.hasHeredoc) throw notHere(`make files from the text of ${step.keyword}`);
    const words = step.words.map((word) => this.#expand(word));
    const sources = words.slice(0, -1);
    if (step.keyword === 'ADD' && sources.some(isRemote)) throw notHere('ADD from a URL');
    this.#unpack(step);
    const source = await this.#options.sourceOf(step.flags.get('from'));
    const chown = step.flags.get('chown');
    const chmod = step.flags.get('chmod');
    const above = await copyInto(this.#image.files, source, {
      sources,
      destination: this.#absolute(words.at(-1) ?? ''),
      owner: chown === undefined ? root : parseOwner(this.#expand(chown), this.#image.files),
      mode: chmod === undefined ? undefined : parseMode(this.#expand(chmod)),
      unpacks: step.keyword === 'ADD',
      warn: (message) => {
        this.#options.log.warn(message);
      },
    });
    this.#options.log.info(step.text);
    await this.#snapshot(above);
  }

  async #workdir(step: Step): Promise<void> {
    const { log } = this.#options;
    log.info(step.text);
    const directory = posix.resolve(this.#workingDir(), this.#expand(step.rest));
    log.info('Cmd: workdir');
    log.info(`Changed working directory to ${directory}`);
    const config = { ...this.#image.config, WorkingDir: directory };
    this.#image = { ...this.#image, config };
    const name = resolveLinks(this.#image.files, cleanName(directory));
    if (name === '' || this.#image.files.has(name)) return;
    log.info(`Creating directory ${directory} with uid -1 and gid -1`);
    const above = new Map(this.#image.files);
    place(above, name, plainDirectory);
    await this.#snapshot(above);
  }

  #unpack({ text }: Step): void {
    if (this.#isUnpacked) return;
    this.#isUnpacked = true;
    this.#options.log.info(`Unpacking rootfs as cmd ${text} requires it.`);
  }

  async #snapshot(above: Tree): Promise<void> {
    this.#options.log.info('Taking snapshot of files...');
    const layer = await makeLayer(this.#image.files, above, this.#image.family);
    if (layer === undefined) return;
    this.#image = { ...this.#image, files: above, layers: [...this.#image.layers, layer] };
  }

  #workingDir(): string {
    return this.#image.config.WorkingDir ?? '/';
  }

  /** Keeps the slash at the end, which makes a destination a directory. */
  #absolute(path: string): string {
    const absolute = posix.resolve(this.#workingDir(), path);
    const isDirectory = /(?:^|\/)\.{0,2}$/.test(path);
    return isDirectory && absolute !== '/' ? `${absolute}/` : absolute;
  }

  #expand(word: string): string {
    return expandWord(word, this.#lookup(), this.#options.escape);
  }

  #scope(): { readonly lookup: Lookup; readonly escape: string } {
    return { lookup: this.#lookup(), escape: this.#options.escape };
  }

  /** ENV precedes ARG. */
  #lookup(): Lookup {
    const env = this.#image.config.Env ?? [];
    return (name) => {
      const pair = env.find((known) => known.startsWith(`${name}=`));
      return pair?.slice(name.length + 1) ?? this.#args.get(name);
    };
  }
}

function refusal({ keyword, text }: Step): Error {
  if (keyword !== 'RUN') return notHere(`set ${keyword}`);
  return notHere(`run commands (${text.length > 100 ? `${text.slice(0, 100)}…` : text})`);
}

function isRemote(source: string): boolean {
  return /^(?:https?|git|ssh):\/\/|^git@/.test(source);
}

function parseMode(text: string): number {
  if (/^0?[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  throw stageFailure(
    `failed to execute command: getting permissions from chmod: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
