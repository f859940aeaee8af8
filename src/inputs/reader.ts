import { describeError } from '../errors.ts';
import { InvalidInput, invalid, quote, type Problem } from '../text/problem.ts';
import { redact } from '../text/redact.ts';
import { credentialKind } from '../text/show.ts';
import type { Problems } from './problems.ts';
import { parseItems, parseList, type Item, type ListKind } from './values/list.ts';

/** The inputs and the environment as the runner passes them. */
export interface RawInputs {
  /** Value of an input, untrimmed; empty if it is not set. */
  read(name: string): string;
  /** A variable of the runner's environment, for `build-args: NAME`. */
  env(name: string): string | undefined;
  /** Text of a file; undefined if it does not exist. @throws if it cannot be read. */
  readText(path: string): string | undefined;
}

/**
 * Default values of inputs, equal to those of action.yml. They are also used for an input that is set to an empty value,
 * for example by an expression. The exception is `kubeconfig`: an empty value is an error there.
 */
export const inputDefaults: Readonly<Record<string, string>> = {
  mode: 'build',
  push: 'false',
  'no-cache': 'false',
  engine: 'kaniko',
  'expand-variables': 'false',
  verbosity: 'info',
  'compression-level': '1',
  'context-buffer': '64Mi',
  'keep-git-dir': 'false',
  'git-credentials': 'remove',
  'workflow-credentials': 'exclude',
  'check-dockerfile': 'true',
  kubeconfig: 'auto',
  'host-users': 'true',
  'hide-server': 'false',
  'pull-logins': 'auto',
  'mirror-fallback': 'true',
  'push-retry': '3',
  'start-timeout': '5m',
  timeout: '60m',
  'keep-pod': 'never',
  summary: 'true',
};

/** Reads inputs by name. The problems of an invalid input are collected, and the reader returns its default in its place. */
export class InputReader {
  readonly #raw: RawInputs;
  readonly #problems: Problems;

  constructor(raw: RawInputs, problems: Problems) {
    this.#raw = raw;
    this.#problems = problems;
  }

  /** Value without white space at both ends; undefined if it is empty. */
  text(name: string): string | undefined {
    const text = this.#raw.read(name).trim();
    return text === '' ? undefined : text;
  }

  /** Value as it was passed. */
  verbatim(name: string): string {
    return this.#raw.read(name);
  }

  /** True if the input has another value than its default. */
  isSet(name: string): boolean {
    const text = this.text(name);
    return text !== undefined && text !== defaultOf(name);
  }

  /** An input with a default in `inputDefaults`. */
  value<T>(name: string, parse: (text: string) => T): T {
    const byDefault = defaultOf(name) ?? '';
    return this.#collect(name, () => parse(this.text(name) ?? byDefault), parse(byDefault));
  }

  /** An input without a default; undefined if it is empty or invalid. */
  optional<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : this.#collect(name, () => parse(text), undefined);
  }

  /** Elements of a list input; empty if it cannot be split. */
  items(name: string, kind: ListKind): readonly Item[] {
    return this.#problems.collect(name, () => parseList(this.#raw.read(name), kind), []);
  }

  /** Parsed elements of a list input; empty if one of them is invalid. */
  list<T>(name: string, kind: ListKind, parse: (text: string) => T): readonly T[] {
    const items = this.items(name, kind);
    return this.#collect(name, () => parseItems(items, parse), []);
  }

  /**
   * Text of the file at the path that an input has.
   * @throws InvalidInput if the file does not exist or cannot be read.
   */
  file(path: string): string {
    const hint = 'Use the path of a readable file, relative to the working directory.';
    let text;
    try {
      text = this.#raw.readText(path);
    } catch (error) {
      throw invalid(`reading the file ${quote(path)} failed: ${describeError(error)}`, hint);
    }
    if (text === undefined) throw invalid(`the file ${quote(path)} does not exist`, hint);
    return text;
  }

  /** Text of the file at a path; undefined if it does not exist or cannot be read. */
  readable(path: string): string | undefined {
    try {
      return this.#raw.readText(path);
    } catch {
      return undefined;
    }
  }

  /** The parsed value; the fallback if it is invalid. Its problems quote nothing if the whole value looks like credentials. */
  #collect<T>(name: string, parse: () => T, fallback: T): T {
    return this.#problems.collect(
      name,
      () => {
        try {
          return parse();
        } catch (error) {
          const isQuoted = error instanceof InvalidInput && !quietInputs.has(name);
          throw isQuoted ? withoutSecrets(error, this.#raw.read(name)) : error;
        }
      },
      fallback,
    );
  }

  /** Adds warnings about the value of an input. They quote as little of credentials as problems do. */
  warn(name: string, warnings: readonly Problem[]): void {
    if (warnings.length === 0) return;
    const { problems } = withoutSecrets(new InvalidInput(warnings), this.#raw.read(name));
    for (const shown of problems) this.#problems.warn(name, shown);
  }

  /** Value of an environment variable of the runner, for a build argument. */
  env(name: string): string | undefined {
    return this.#raw.env(name);
  }
}

/** Inputs whose problems quote no values: documents, and lists of KEY=VALUE. Those of `registry-auths` have none to remove. */
const quietInputs: ReadonlySet<string> = new Set([
  'pod-template',
  'tolerations',
  'registry-auths',
  'registry-ca',
  'ca-cert',
  'token',
  'labels',
  'annotations',
  'build-args',
  'builder-env',
]);

/**
 * The same problems without quotes from credentials, for example of a kubeconfig in `tags`, or of an address with a password.
 * A list cuts its value into elements, and a part of a password does not look like one.
 */
function withoutSecrets(error: InvalidInput, value: string): InvalidInput {
  const kind = credentialKind(value);
  if (kind !== undefined) {
    return invalid(
      `its value is not valid, and is not quoted because it looks like ${kind}`,
      'Check that this is the value for this input.',
    );
  }
  const lines = value.split('\n');
  const problems = error.problems.map((problem): Problem => {
    const text = problem.line === undefined ? value : (lines[problem.line - 1] ?? '');
    if (!text.includes('@') || redact(text) === text) return problem;
    return {
      ...problem,
      text: 'it is not valid, and is not quoted because it has a user name or a password',
      hint: 'Remove them. Registry credentials come from docker login, docker-config, registry-auths or registry-secret.',
    };
  });
  return new InvalidInput(problems);
}

function defaultOf(name: string): string | undefined {
  return Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : undefined;
}
