import { load, YAMLException } from 'js-yaml';
import { isFields } from './json.ts';
import { InvalidInput } from './problem.ts';

/** The parts of js-yaml's reasons that quote the text: names of aliases and tags. A password can look like one of them. */
const quoted = /"[^]*"|!<[^]*>|: [^]*$/;

/**
 * Parses one document of YAML or JSON. The problem has the line but does not quote the text, which may be a secret;
 * js-yaml's own message has an excerpt of it.
 * @param hint of the problem.
 * @throws InvalidInput
 */
export function loadYaml(text: string, hint: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Some errors have no mark, although the type requires one.
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
