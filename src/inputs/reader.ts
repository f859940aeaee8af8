import { describeError } from '../errors.ts';
import { invalid, quote } from '../text/problem.ts';
import type { Problems } from './problems.ts';
import { parseItems, parseList, type Item, type ListKind } from './values/list.ts';

/** The strings that the runner gives. */
export interface RawInputs {
  /** Value of an input, untrimmed; empty if it is not set. */
  read(name: string): string;
  /** A variable of the runner's environment, for `build-args: NAME`. */
  env(name: string): string | undefined;
  /** Text of a file, undefined if there is none. @throws if it cannot be read. */
  readText(path: string): string | undefined;
}

/**
 * Values of inputs where the user leaves them empty; action.yml has the same. A workflow that passes an empty variable on
 * gets the default too. The exception is `kubeconfig`: empty is an error there.
 */
export const inputDefaults: Readonly<Record<string, string>> = {
  push: 'false',
  'no-cache': 'false',
  engine: 'kaniko',
  verbosity: 'info',
  'compression-level': '1',
  'context-buffer': '64Mi',
  'git-credentials': 'remove',
  'check-dockerfile': 'true',
  kubeconfig: 'auto',
  'pull-logins': 'auto',
  'push-retry': '3',
  'start-timeout': '5m',
  timeout: '60m',
  'keep-pod': 'never',
  summary: 'true',
};

/** Reads inputs by name; what cannot be read goes to the problems and gets a stand-in. */
export class InputReader {
  readonly #raw: RawInputs;
  readonly #problems: Problems;

  constructor(raw: RawInputs, problems: Problems) {
    this.#raw = raw;
    this.#problems = problems;
  }

  /** Trimmed; undefined if empty. */
  text(name: string): string | undefined {
    const text = this.#raw.read(name).trim();
    return text === '' ? undefined : text;
  }

  /** Byte for byte. */
  verbatim(name: string): string {
    return this.#raw.read(name);
  }

  /** True if the input has another value than its default. */
  isSet(name: string): boolean {
    const text = this.text(name);
    return text !== undefined && text !== defaultOf(name);
  }

  /** An input with a default. */
  value<T>(name: string, parse: (text: string) => T): T {
    const byDefault = defaultOf(name) ?? '';
    return this.#problems.collect(
      name,
      () => parse(this.text(name) ?? byDefault),
      parse(byDefault),
    );
  }

  /** An input without a default. */
  optional<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined
      ? undefined
      : this.#problems.collect(name, () => parse(text), undefined);
  }

  items(name: string, kind: ListKind): readonly Item[] {
    return this.#problems.collect(name, () => parseList(this.#raw.read(name), kind), []);
  }

  list<T>(name: string, kind: ListKind, parse: (text: string) => T): readonly T[] {
    const items = this.items(name, kind);
    return this.#problems.collect(name, () => parseItems(items, parse), []);
  }

  /** Text of a file that an input names. */
  file(path: string): string {
    const hint = 'Name a file that can be read, relative to the working directory.';
    let text;
    try {
      text = this.#raw.readText(path);
    } catch (error) {
      throw invalid(`reading the file ${quote(path)} failed: ${describeError(error)}`, hint);
    }
    if (text === undefined) throw invalid(`the file ${quote(path)} does not exist`, hint);
    return text;
  }

  /** The environment's value for a build argument. */
  env(name: string): string | undefined {
    return this.#raw.env(name);
  }
}

function defaultOf(name: string): string | undefined {
  return Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : undefined;
}
