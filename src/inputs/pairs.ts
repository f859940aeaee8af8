import type { InputReader } from './reader.ts';
import { parseKeyValue, parseTrimmed, refuseRepeats, type KeyValue } from './values/key-value.ts';
import type { ListKind } from './values/list.ts';

/** `KEY=VALUE` pairs of an input of Docker: of a repeated key the last value counts, as in Docker. */
export function readDockerPairs(
  reader: InputReader,
  name: string,
  parse: (text: string) => KeyValue | undefined,
): readonly KeyValue[] {
  const pairs = reader.list(name, 'lines', parse).filter((pair) => pair !== undefined);
  return [...new Map(pairs.map((pair) => [pair.key, pair])).values()];
}

/** `KEY=VALUE` pairs of a list. A key must not be repeated with another value. */
export function readPairs(
  reader: InputReader,
  name: string,
  kind: ListKind,
  parse: (text: string) => KeyValue | undefined,
): readonly KeyValue[] {
  const pairs = reader.list(
    name,
    kind,
    refuseRepeats(parse, (pair) => pair),
  );
  return pairs.filter((pair) => pair !== undefined);
}

/** As `readPairs`, as a mapping. */
export function readMapping(
  reader: InputReader,
  name: string,
  kind: ListKind,
  check: (pair: KeyValue) => void,
): Readonly<Record<string, string>> {
  const pairs = readPairs(reader, name, kind, (text) => {
    const pair = kind === 'csv' ? parseTrimmed(text) : parseKeyValue(text);
    check(pair);
    return pair;
  });
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
