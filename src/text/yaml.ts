import { CORE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { isFields } from './json.ts';
import { InvalidInput } from './problem.ts';

/** The parts of js-yaml's reasons that quote the text: names of aliases and tags. A password can look like one of them. */
const quoted = /"[^]*"|!<[^]*>|: [^]*$/;

/**
 * The types of Kubernetes' own files: text, numbers, booleans, null and `<<`. Without dates and binaries, because kubectl reads
 * `2024-01-01` as text.
 */
const schema = CORE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' }),
  ],
});

/**
 * Parses one document of YAML or JSON. The problem has the line but does not quote the text, which may be a secret;
 * js-yaml's own message has an excerpt of it.
 * @param hint of the problem.
 * @throws InvalidInput
 */
export function loadYaml(text: string, hint: string): unknown {
  try {
    return load(text, { schema });
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
