import { load, YAMLException } from 'js-yaml';
import { isFields } from './json.ts';
import { InvalidInput } from './problem.ts';

/** Where the parser's reason quotes the text: the names of aliases and tags. A password may begin as one of them does. */
const quoted = /"[^]*"|!<[^]*>|: [^]*$/;

/**
 * One document of YAML or JSON. The message names the line but quotes nothing: the text may be a secret, and js-yaml's own
 * message has an excerpt of it.
 * @throws InvalidInput
 */
export function loadYaml(text: string, hint: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The types promise a mark, but some errors have none.
    const mark: unknown = error.mark;
    const line = isFields(mark) && typeof mark['line'] === 'number' ? mark['line'] + 1 : undefined;
    throw new InvalidInput([
      {
        text: `it is not YAML: ${error.reason.replace(quoted, '…')}`,
        hint,
        ...(line !== undefined && { line }),
      },
    ]);
  }
}
