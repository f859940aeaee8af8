import { invalid, quote } from '../../text/problem.ts';

/**
 * `KEY=VALUE`, split at the first `=`. Messages quote nothing: the element may be a line of a secret.
 * @throws InvalidInput without `=` or without a key.
 */
export function parseKeyValue(text: string): KeyValue {
  const split = text.indexOf('=');
  if (split === -1) {
    throw invalid(
      'the element has no "="',
      'Write KEY=VALUE; put an element of several lines in double quotes as a whole.',
    );
  }
  const key = text.slice(0, split).trim();
  if (key === '') throw invalid('the element has no key before "="', 'Write KEY=VALUE.');
  return { key, value: text.slice(split + 1).trim() };
}

/**
 * The parser, which refuses a key that came before with another value: only one of them could take effect.
 * @param pairOf undefined for what has no key.
 */
export function refuseRepeats<T>(
  parse: (text: string) => T,
  pairOf: (parsed: T) => KeyValue | undefined,
): (text: string) => T {
  const values = new Map<string, string>();
  return (text) => {
    const parsed = parse(text);
    const pair = pairOf(parsed);
    if (pair !== undefined) keepValue(values, pair);
    return parsed;
  };
}

/** @throws InvalidInput if the key has another value. */
function keepValue(values: Map<string, string>, { key, value }: KeyValue): void {
  if ((values.get(key) ?? value) !== value) {
    throw invalid(`${quote(key)} is given twice, with different values`, 'Leave one of them out.');
  }
  values.set(key, value);
}

/** Comma-separated `key=value` attributes of one element, for example `type=registry,ref=host/repo`. */
export function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    keepValue(attributes, parseKeyValue(part.trim()));
  }
  return attributes;
}

/**
 * `KEY=VALUE`, or a name alone that takes its value from the environment; undefined if the environment has none: then the
 * argument is left out, as docker does.
 * @throws InvalidInput
 */
export function parseVariable(
  text: string,
  env: (name: string) => string | undefined,
): KeyValue | undefined {
  if (text.includes('=')) return parseKeyValue(text);
  if (!/^\w+$/.test(text)) {
    throw invalid(
      'the element has no "=" and is not the name of a variable',
      'Write KEY=VALUE or KEY; put an element of several lines in double quotes as a whole.',
    );
  }
  const value = env(text);
  return value === undefined ? undefined : { key: text, value };
}

/**
 * An annotation in docker's notation, `KEY=VALUE` with an optional `manifest:` before it. There is no index to annotate.
 * @throws InvalidInput
 */
export function parseAnnotation(text: string): KeyValue {
  const levels = /^((?:manifest|index)(?:-descriptor)?(?:\[[^\]]*\])?(?:,[a-z[\]/,-]+)?):/.exec(
    text,
  );
  if (levels === null) return parseKeyValue(text);
  const pair = parseKeyValue(text.slice(levels[0].length));
  if (levels[1] === 'manifest') return pair;
  throw invalid(
    `the annotation ${quote(pair.key)} is for ${levels[1] ?? ''}, but one image has only a manifest`,
    `Write manifest:KEY=VALUE or KEY=VALUE.`,
  );
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}
