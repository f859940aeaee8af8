import { load, YAMLException } from 'js-yaml';
import { InvalidInput } from './problem.ts';

/** A mapping whose values are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * One document of YAML or JSON. The message names the line but quotes nothing: the text may be a secret, and js-yaml's own
 * message has an excerpt of it.
 * @throws InvalidInput
 */
export function loadYaml(text: string, hint: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The types promise a mark, but some errors have none.
    const mark: unknown = error.mark;
    const line = isFields(mark) && typeof mark['line'] === 'number' ? mark['line'] + 1 : undefined;
    throw new InvalidInput([
      {
        text: `it is not YAML: ${error.reason}`,
        hint,
        ...(line !== undefined && { line }),
      },
    ]);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The mappings in a list; empty if it is none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
