import { BuildError } from '../../src/errors.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { RawInputs } from '../../src/inputs/reader.ts';

export type Given = Readonly<Record<string, string>>;

/** Content of a file that exists but cannot be read. */
const unreadable = 'unreadable';
const files: Given = {
  'pod.yaml': 'kind: PodTemplate\ntemplate:\n  spec: { hostUsers: false }\n',
  'locked.yaml': unreadable,
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n',
};

/**
 * Inputs as the runner passes them: `kubeconfig` has its default, the others are empty unless they are given.
 * @param onRead called with the name of every input that is read.
 */
export function rawInputs(given: Given, onRead?: (name: string) => void): RawInputs {
  return {
    read: (name) => {
      onRead?.(name);
      return given[name] ?? (name === 'kubeconfig' ? 'auto' : '');
    },
    env: (name) => (name === 'VERSION' ? '1.2' : undefined),
    readText: (path) => {
      const text = files[path];
      if (text === unreadable) throw new Error('EACCES: permission denied');
      return text;
    },
  };
}

export function parse(given: Given): Inputs {
  return parseInputs(rawInputs(given));
}

/** Message and hint of the failure; the text `no failure` if the inputs are valid. */
export function failureOf(given: Given): unknown {
  try {
    parse(given);
  } catch (error) {
    if (error instanceof BuildError) return { message: error.message, hint: error.hint };
    throw error;
  }
  return 'no failure';
}
