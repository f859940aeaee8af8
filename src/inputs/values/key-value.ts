import { invalid, quote } from '../../text/problem.ts';

/**
 * `KEY=VALUE`, split at the first `=`. White space around the key is dropped; the value is used as it is written, as in Docker. Messages do not quote the element: it may be a line of a secret.
 * @throws InvalidInput without `=` or without a key.
 */
export function parseKeyValue(text: string): KeyValue {
  const split = text.indexOf('=');
  if (split === -1) {
    throw invalid(
      'the element has no "="',
      'Write KEY=VALUE; enclose the whole element in double quotes if it has several lines.',
    );
  }
  const key = text.slice(0, split).trim();
  if (key === '') throw invalid('the element has no key before "="', 'Write KEY=VALUE.');
  return { key, value: text.slice(split + 1) };
}

/** As parseKeyValue, for a notation in which white space around the value has no meaning. @throws InvalidInput */
export function parseTrimmed(text: string): KeyValue {
  const { key, value } = parseKeyValue(text);
  return { key, value: value.trim() };
}

/**
 * A label as in Docker: a key alone has an empty value.
 * @throws InvalidInput without a key.
 */
export function parseLabel(text: string): KeyValue {
  return parseKeyValue(text.includes('=') ? text : `${text}=`);
}

/**
 * Wraps a parser for all elements of one list: it refuses a key that an earlier element has with another value, because
 * only one of them could take effect.
 * @param pairOf key and value of a parsed element; undefined for an element without a key.
 */
export function refuseRepeats<T>(
  parse: (text: string) => T,
  pairOf: (parsed: T) => KeyValue | undefined,
): (text: string) => T {
  const values = new Map<string, string>();
  return (text) => {
    const parsed = parse(text);
    const pair = pairOf(parsed);
    if (pair !== undefined) addValue(values, pair);
    return parsed;
  };
}

/** @throws InvalidInput if the key already has another value. */
function addValue(values: Map<string, string>, { key, value }: KeyValue): void {
  if ((values.get(key) ?? value) !== value) {
    throw invalid(`${quote(key)} is set twice, with different values`, 'Remove one of them.');
  }
  values.set(key, value);
}

/** Comma-separated `key=value` attributes of one element, for example `type=registry,ref=host/repo`. */
export function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    addValue(attributes, parseTrimmed(part.trim()));
  }
  return attributes;
}

/**
 * `KEY=VALUE`, or `KEY` alone, which takes its value from the environment; undefined if the environment does not have it:
 * Docker omits the argument then.
 * @throws InvalidInput
 */
export function parseVariable(
  text: string,
  env: (name: string) => string | undefined,
): KeyValue | undefined {
  if (text.includes('=')) return parseKeyValue(text);
  if (!/^\w+$/.test(text)) {
    throw invalid(
      'the element has no "=" and is not the name of an environment variable',
      'Write KEY=VALUE or KEY; enclose the whole element in double quotes if it has several lines.',
    );
  }
  const value = env(text);
  return value === undefined ? undefined : { key: text, value };
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}
