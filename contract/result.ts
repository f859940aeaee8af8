/** A JSON value that is compared and recorded. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The results of a case by name, for example `status`, `body`, `frames`. */
export type Result = Readonly<Record<string, Json>>;

/** A name that differs from cluster to cluster or from run to run, and its placeholder. */
export type Replacement = readonly [found: string, word: string];

const uid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const account = /system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+/g;
const resourceVersion =
  /(ResourceVersion in the precondition \()\d+(\).*ResourceVersion in record \()\d+/g;
const tooOld = /(too old resource version: )\d+ \(\d+\)/g;
const address = /\b\d+\.\d+\.\d+\.\d+(?::\d+)?/g;
const epoch = '1970-01-01T00:00:00Z';

/** Replaces names that differ, so that the result is the same in every run on every cluster. */
export function normalise(value: unknown, names: readonly Replacement[]): Json {
  if (typeof value === 'string') return normaliseText(value, names);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => normalise(member, names));
  if (typeof value !== 'object') throw new Error(`a result has no ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => [key, normalise(member, names)] as const);
  return Object.fromEntries(members.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function normaliseText(text: string, names: readonly Replacement[]): string {
  return names
    .reduce((named, [found, word]) => named.replaceAll(found, word), text)
    .replaceAll(account, '<user>')
    .replaceAll(uid, '<uid>')
    .replaceAll(time, (found) => (found === epoch ? found : '<time>'))
    .replaceAll(resourceVersion, '$1<version>$2<version>')
    .replaceAll(tooOld, '$1<version> (<version>)')
    .replaceAll(address, '<address>');
}
