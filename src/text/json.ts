/** Reads parsed JSON or YAML of unknown shape: a value that is missing or has another type is read as empty. */

/** A mapping whose values have unknown types. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined if the text is not JSON. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a mapping, otherwise an empty one. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A field of a mapping; undefined if the value is not a mapping or does not have the field. */
export function field(value: unknown, name: string): unknown {
  return fieldsOf(value)[name];
}

/** The value if it is a string. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The entries of a list; empty if the value is not a list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The entries of a list that are mappings; empty if the value is not a list. */
export function listOf(value: unknown): readonly Fields[] {
  return itemsOf(value).filter(isFields);
}
