import type { RawInputs } from '../src/inputs/reader.ts';

/** Inputs as the runner passes them: those that are not given are empty, `kubeconfig` has its default. There are no files. */
export function readInputs(given: Readonly<Record<string, string>>): RawInputs {
  return {
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: () => undefined,
    readText: () => undefined,
  };
}
