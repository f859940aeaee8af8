/** Readers of what others have written, JSON or YAML whose shape is not known yet: what is missing or of another kind is empty. */

/** A mapping whose values are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined if it is none. */
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

/** The mapping, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function field(value: unknown, name: string): unknown {
  return fieldsOf(value)[name];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The entries of a list; empty if it is none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The mappings in a list. */
export function listOf(value: unknown): readonly Fields[] {
  return itemsOf(value).filter(isFields);
}
