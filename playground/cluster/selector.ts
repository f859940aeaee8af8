import { ApiFailure } from './failure.ts';
import type { Pod } from './pod.ts';

/** Selects the pods of a list or watch: `metadata.name=x` and equality of labels. */
export function compileSelector(query: URLSearchParams): (pod: Pod) => boolean {
  const fields = parseTerms(query.get('fieldSelector'));
  for (const { key } of fields)
    if (key !== 'metadata.name') throw new ApiFailure(400, `field label not supported: ${key}`);
  const labels = parseTerms(query.get('labelSelector'));
  return ({ metadata }) =>
    fields.every(({ value }) => metadata.name === value) &&
    labels.every(({ key, value }) =>
      value === undefined ? metadata.labels?.[key] !== undefined : metadata.labels?.[key] === value,
    );
}

interface Term {
  readonly key: string;
  readonly value: string | undefined;
}

function parseTerms(text: string | null): readonly Term[] {
  return (text ?? '')
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const [key = '', value] = term.split(/==?/);
      return { key, value };
    });
}
