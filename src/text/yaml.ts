import {
  CORE_SCHEMA,
  FAILSAFE_SCHEMA,
  load,
  Type,
  YAMLException,
  type EventType,
  type State,
} from 'js-yaml';
import { isFields } from './json.ts';
import { InvalidInput } from './problem.ts';

/** The parts of js-yaml's reasons that quote the text: names of aliases and tags. A password can look like one of them. */
const quoted = /"[^]*"|!<[^]*>|: [^]*$/;

/**
 * The types of Kubernetes' own files: text, numbers, booleans, null and `<<`. Without dates and binaries, because kubectl reads
 * `2024-01-01` as text.
 */
const kubernetesSchema = CORE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' }),
  ],
});

/** What all aliases of a document may repeat, in characters and entries. A document for Kubernetes repeats a few hundred. */
const mostRepeated = 1_000_000;

export interface YamlOptions {
  /** The types of scalars: those of Kubernetes' files, or text alone. */
  readonly types?: 'kubernetes' | 'text';
  /** The last value of a key counts, as in JSON; else a repeated key is a problem. */
  readonly areKeysRepeatable?: boolean;
}

/**
 * Parses one document of YAML or JSON. It can be traversed in time in proportion to its text: no alias is part of itself, and
 * aliases of aliases do not repeat more than a limit. js-yaml limits the nesting and the merge keys. The problem has the line but does not quote the text, which may be a secret;
 * js-yaml's own message has an excerpt of it.
 * @param hint of the problem.
 * @throws InvalidInput
 */
export function loadYaml(
  text: string,
  hint: string,
  { types = 'kubernetes', areKeysRepeatable = false }: YamlOptions = {},
): unknown {
  const schema = types === 'text' ? FAILSAFE_SCHEMA : kubernetesSchema;
  const refuse = (problem: string): InvalidInput =>
    new InvalidInput([{ text: problem, hint: 'Write the values out instead of using aliases.' }]);
  let repeated = 0;
  const listener = (event: EventType, { kind, result }: State): void => {
    // Only an alias has a value without a kind.
    if (event !== 'close' || (kind as string | null) !== null) return;
    repeated += lengthOf(result);
    if (repeated > mostRepeated) throw refuse('its aliases repeat too much');
  };
  try {
    const document = load(text, { schema, listener, json: areKeysRepeatable });
    if (repeated === 0) return document;
    const size = new Sizes().of(document);
    if (size === Infinity) throw refuse('an alias in it is a part of itself');
    if (size > mostRepeated) throw refuse('its aliases repeat too much');
    return document;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Some errors have no mark, although the type requires one.
    const mark: unknown = error.mark;
    const line = isFields(mark) && typeof mark['line'] === 'number' ? mark['line'] + 1 : undefined;
    throw new InvalidInput([
      {
        text: `it is not YAML: ${error.reason.replace(quoted, '…')}`,
        hint,
        ...(line !== undefined && { line }),
      },
    ]);
  }
}

/** Characters or entries of a value that an alias repeats, at least one; 0 for the empty value, which needs no alias. */
function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return value.length + 1;
  return typeof value === 'object' ? Object.keys(value).length + 1 : 1;
}

/** Counts the values of a document as if its aliases were written out. The nesting of the text is limited by js-yaml. */
class Sizes {
  /** Infinity while a value is counted, so that one in itself has that size. */
  readonly #known = new Map<object, number>();

  of(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    this.#known.set(value, Infinity);
    let size = 1;
    for (const inner of Object.values(value)) size += this.of(inner);
    this.#known.set(value, size);
    return size;
  }
}
