import { isFields, itemsOf, text, type Fields } from '../../../text/json.ts';
import { oneLine } from '../../../text/one-line.ts';

// Reads single values of a response: undefined for a value that is missing, has another type or exceeds a limit.

/** Limit for the entries of a list or mapping. A pod has some tens at most. */
const mostEntries = 1_000;
const longestText = 1_000;
const longestId = 256;
const longestTime = 64;

/** Letters, digits, `-`, `_` and `.`: the names of pods, nodes, containers and namespaces. */
const objectName = /^[\w.-]{1,253}$/;

/** The entries of a list, the first 1,000 of them. */
export function entriesOf(value: unknown): readonly unknown[] {
  return itemsOf(value).slice(0, mostEntries);
}

/** The name of an object: it cannot contain a slash or a control character. */
export function name(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && objectName.test(given) ? given : undefined;
}

/** An opaque value that is compared or sent back: never cut. */
export function id(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && given.length <= longestId ? given : undefined;
}

/** A text for people: one line, cut. */
export function message(value: unknown): string | undefined {
  const given = text(value);
  return given === undefined ? undefined : oneLine(given);
}

export function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function time(value: unknown): Date | undefined {
  const given = text(value);
  if (given === undefined || given.length > longestTime) return undefined;
  const date = new Date(given);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A mapping of texts, such as labels. */
export function texts(value: unknown): Record<string, string> | undefined {
  if (!isFields(value)) return undefined;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && Math.max(entry[0].length, entry[1].length) <= longestText,
  );
  return Object.fromEntries(entries.slice(0, mostEntries));
}

/** Reads a mapping with `read`. Returns undefined if the value is not a mapping. */
export function object<T>(value: unknown, read: (fields: Fields) => T): T | undefined {
  return isFields(value) ? read(value) : undefined;
}

/** A list of mappings; entries that cannot be read are dropped. */
export function list<T>(value: unknown, read: (fields: Fields) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return entriesOf(value).flatMap((entry) => object(entry, read) ?? []);
}

/** The fields that have a value. */
export function present<T extends object>(fields: {
  readonly [K in keyof T]: T[K] | undefined;
}): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
