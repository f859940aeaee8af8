import { findNearest, suggest } from '../../text/nearest.ts';
import { invalid, quote } from '../../text/problem.ts';
import { show } from '../../text/show.ts';
import { parseTrimmed } from './key-value.ts';
import { checkQualifiedName } from './name.ts';

/** One element of `resources`: `requests.cpu=500m`. */
export interface Resource {
  readonly kind: 'requests' | 'limits';
  readonly name: string;
  readonly quantity: string;
}

const kinds = ['requests', 'limits'] as const;
const plainNames = ['cpu', 'memory', 'ephemeral-storage'];
const quantityPattern =
  /^\d+(\.\d*)?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$|^\.\d+([numkMGTPE]|[KMGTPE]i)?$/;

/**
 * One resource in the notation of buildx: `requests.` or `limits.`, the name of the resource, a Kubernetes quantity.
 * @throws InvalidInput
 */
export function parseResource(text: string): Resource {
  const { key, value } = parseTrimmed(text);
  const [prefix = '', ...rest] = key.split('.');
  const kind = kinds.find((known) => known === prefix);
  if (kind === undefined || rest.length === 0) {
    const hint = kind === undefined ? suggestKind(prefix, rest) : undefined;
    throw invalid(
      `${quote(key)} is not a resource`,
      hint ?? 'Write requests.NAME=QUANTITY or limits.NAME=QUANTITY, for example requests.cpu=1.',
    );
  }
  const name = rest.join('.');
  checkResourceName(name);
  return { kind, name, quantity: parseQuantity(value) };
}

/** @throws InvalidInput unless the text is a Kubernetes quantity that is not negative. */
function parseQuantity(text: string): string {
  if (quantityPattern.test(text)) return text;
  const number = /^(\d+(?:\.\d+)?) *([kmgtpe])i?b?$/i.exec(text);
  const unit = number?.[2]?.toUpperCase();
  throw invalid(
    `${quote(text)} is not a quantity`,
    unit === undefined
      ? 'Use a quantity such as 2, 500m, 512Mi or 4Gi.'
      : `Use ${number?.[1] ?? ''}${unit}i (powers of 1024) or ${number?.[1] ?? ''}${unit === 'K' ? 'k' : unit}.`,
  );
}

/** Bytes of a unit, for the units that are used for sizes of this order. */
const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};
const largestBytes = 2 ** 34;

/**
 * A size as a Kubernetes quantity, in bytes.
 * @throws InvalidInput unless it is a whole number of bytes up to 16Gi.
 */
export function parseBytes(text: string): number {
  const found = /^(\d+(?:\.\d+)?)([kMG]|[KMG]i)?$/.exec(parseQuantity(text));
  const bytes = Number(found?.[1]) * (byteUnits[found?.[2] ?? ''] ?? NaN);
  if (Number.isInteger(bytes) && bytes > 0 && bytes <= largestBytes) return bytes;
  throw invalid(`${quote(text)} is not a size from 1 byte to 16Gi`, 'Use a size such as 64Mi.');
}

/** Refuses a misspelt name. Names without a domain are defined by Kubernetes, so they are known; others only have to be valid. */
function checkResourceName(name: string): void {
  if (plainNames.includes(name) || name.startsWith('hugepages-')) return;
  if (name.includes('/')) {
    checkQualifiedName(name);
    return;
  }
  throw invalid(`${quote(name)} is not a resource name`, suggest(name, plainNames));
}

function suggestKind(prefix: string, rest: readonly string[]): string | undefined {
  const kind = findNearest(prefix, kinds);
  return kind === undefined || rest.length === 0
    ? undefined
    : `Use ${kind}.${show(rest.join('.'))}.`;
}
