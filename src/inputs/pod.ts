import type { PodInputs } from './inputs.ts';
import { readMapping } from './pairs.ts';
import type { InputReader } from './reader.ts';
import { refuseRepeats, type KeyValue } from './values/key-value.ts';
import {
  checkPodAnnotation,
  checkPodLabel,
  checkSelector,
  parseObjectName,
} from './values/name.ts';
import { parseResource, type Resource } from './values/quantity.ts';
import { parseBoolean } from './values/scalar.ts';
import { parseTemplate } from './values/template.ts';
import { parseTolerations } from './values/tolerations.ts';

/** The inputs about the pod. */
export function readPod(reader: InputReader): PodInputs {
  return {
    serviceAccount: reader.optional('service-account', parseObjectName),
    hostUsers: reader.value('host-users', parseBoolean),
    resources: readResources(reader),
    nodeSelector: readMapping(reader, 'node-selector', 'csv', checkSelector),
    tolerations: reader.optional('tolerations', parseTolerations) ?? [],
    labels: readMapping(reader, 'pod-labels', 'csv', checkPodLabel),
    annotations: readMapping(reader, 'pod-annotations', 'lines', checkPodAnnotation),
    imagePullSecrets: reader.list('image-pull-secrets', 'csv', parseObjectName),
    template: reader.optional('pod-template', (text) =>
      parseTemplate(isManifest(text) ? text : reader.file(text)),
    ),
  };
}

function readResources(reader: InputReader): PodInputs['resources'] {
  const pairOf = ({ kind, name, quantity }: Resource): KeyValue => ({
    key: `${kind}.${name}`,
    value: quantity,
  });
  const resources = reader.list('resources', 'csv', refuseRepeats(parseResource, pairOf));
  const quantitiesOf = (kind: Resource['kind']): Readonly<Record<string, string>> =>
    Object.fromEntries(
      resources
        .filter((resource) => resource.kind === kind)
        .map(({ name, quantity }) => [name, quantity]),
    );
  return { requests: quantitiesOf('requests'), limits: quantitiesOf('limits') };
}

/** True for YAML or JSON, false for the path of a file. */
function isManifest(text: string): boolean {
  return text.includes('\n') || /^(?:\{|\w+:\s)/.test(text);
}
