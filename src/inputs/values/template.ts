import { isFields, type Fields } from '../../text/json.ts';
import { invalid, quote } from '../../text/problem.ts';
import { loadYaml } from '../../text/yaml.ts';

/**
 * `pod-template` as a document: YAML or JSON of a Pod, or the template of a PodTemplate.
 * @throws InvalidInput
 */
export function parseTemplate(text: string): Fields {
  const hint = 'Give a mapping with metadata and spec, as of a Pod.';
  const document = loadYaml(text, hint);
  if (!isFields(document)) throw invalid('it is not a mapping', hint);
  const { kind } = document;
  if (kind === 'PodTemplate') {
    const { template } = document;
    if (isFields(template)) return template;
    throw invalid('the PodTemplate has no template', hint);
  }
  if (kind !== undefined && kind !== 'Pod') {
    throw invalid(
      `its kind is ${typeof kind === 'string' ? quote(kind) : 'no text'}`,
      'Use kind: Pod or leave it out.',
    );
  }
  return document;
}
