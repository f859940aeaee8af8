import { invalid, quote } from './problem.ts';
import { parseKeyValue } from './fields.ts';
import { checkQualifiedKey } from './name.ts';
import { findNearest, suggest } from './nearest.ts';

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
 * One resource in buildx' notation: `requests.` or `limits.`, the resource's name, a Kubernetes quantity.
 * @throws InvalidInput
 */
export function parseResource(text: string): Resource {
  const { key, value } = parseKeyValue(text);
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

/** @throws InvalidInput unless the text is a Kubernetes quantity, not negative. */
export function parseQuantity(text: string): string {
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

/** Names without a domain are Kubernetes' own, so a misspelt one is found here. */
function checkResourceName(name: string): void {
  if (plainNames.includes(name) || name.startsWith('hugepages-')) return;
  if (name.includes('/')) {
    checkQualifiedKey(name);
    return;
  }
  throw invalid(`${quote(name)} is not the name of a resource`, suggest(name, plainNames));
}

function suggestKind(prefix: string, rest: readonly string[]): string | undefined {
  const kind = findNearest(prefix, kinds);
  return kind === undefined || rest.length === 0 ? undefined : `Use ${kind}.${rest.join('.')}.`;
}
