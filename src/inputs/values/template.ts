import { isFields, type Fields } from '../../text/json.ts';
import { invalid, quote } from '../../text/problem.ts';
import { loadYaml } from '../../text/yaml.ts';

/**
 * The document of `pod-template`, in YAML or JSON: a Pod, or the `template` of a PodTemplate.
 * @throws InvalidInput
 */
export function parseTemplate(text: string): Fields {
  const hint = 'Use the manifest of a Pod, a mapping with metadata and spec.';
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
      typeof kind === 'string'
        ? `the kind ${quote(kind)} is not supported`
        : 'its kind is not a string',
      'Use kind: Pod, or remove the field.',
    );
  }
  return document;
}
