import type { V1Pod } from '@kubernetes/client-node';
import { builderContainerName } from '../../engines/engine.ts';
import { BuildError } from '../../errors.ts';
import { fieldsOf, isFields, itemsOf, type Fields } from '../../text/json.ts';
import { builderAlias, refusedParts, type Guard } from './template-guard.ts';

/**
 * Merges the pod template of the user into the pod spec by the rules of the hook templates of Actions Runner Controller: lists are
 * appended, maps are merged, other values replace those of the action. The container `$builder` is merged into the builder
 * container, others become sidecars. Unknown fields are kept: the API server rejects them (`fieldValidation=Strict`). The texts of
 * the template are those of Kubernetes: `$(NAME)` in `env` and in other containers is expanded, `$$` is a `$`.
 * @throws BuildError('input') that lists every field that must not be set.
 */
export function mergeTemplate(pod: V1Pod, template: Fields, guard: Guard): V1Pod {
  const metadata = fieldsOf(template['metadata']);
  const { containers: listed, ...spec } = fieldsOf(template['spec']);
  const containers = itemsOf(listed).map(fieldsOf);
  const builder = containers.find(isBuilder) ?? {};
  const ours = pod.spec?.containers[0] ?? { name: builderContainerName };
  const wrong = wrongKinds(template, spec, listed);
  const parts = { metadata, spec, builder };
  const forbidden = [
    ...refusedParts(pod, parts, guard),
    ...(containers.filter(isBuilder).length > 1
      ? [`spec.containers must not have ${builderAlias} more than once`]
      : []),
  ];
  if (wrong.length > 0)
    refuse([...wrong, ...forbidden], 'Correct these fields of the template, or remove them.');
  if (forbidden.length > 0) refuse(forbidden, 'Remove these fields from the template.');
  const sidecars = containers.filter((container) => !isBuilder(container));
  const merged: Fields = {
    ...pod,
    metadata: mergeFields(fieldsOf(pod.metadata), metadata),
    spec: {
      ...mergeFields(fieldsOf(pod.spec), spec),
      containers: [{ ...mergeFields(fieldsOf(ours), builder), name: ours.name }, ...sidecars],
    },
  };
  // The template decides the type of each field; the API server validates them.
  return merged;
}

/** Fields that must be a map or a list. The merge would drop any other value, so the API server could not reject it. */
function wrongKinds(template: Fields, spec: Fields, containers: unknown): string[] {
  const maps = { metadata: template['metadata'], spec: template['spec'] };
  return [
    ...Object.entries(maps)
      .filter(([, value]) => value !== undefined && !isFields(value))
      .map(([place]) => `${place} must be a map`),
    ...Object.entries({ containers, volumes: spec['volumes'] })
      .filter(([, value]) => value !== undefined && !Array.isArray(value))
      .map(([place]) => `spec.${place} must be a list`),
  ];
}

function isBuilder(container: Fields): boolean {
  return container['name'] === builderAlias;
}

/** Appends lists and merges maps at every level, except `capabilities`; any other value of `theirs` replaces that of `ours`. */
function mergeFields(ours: Fields, theirs: Fields): Fields {
  // A Map, because a template may have any key, `__proto__` too.
  const merged = new Map(Object.entries(ours));
  for (const [key, value] of Object.entries(theirs)) {
    const own = merged.get(key);
    if (Array.isArray(own) && Array.isArray(value))
      merged.set(key, [...itemsOf(own), ...itemsOf(value)]);
    else if (isFields(own) && isFields(value))
      merged.set(key, key === 'capabilities' ? value : mergeFields(own, value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** @throws BuildError('input') always. */
function refuse(problems: readonly string[], hint: string): never {
  throw new BuildError('input', `input 'pod-template': ${problems.join('; ')}`, { hint });
}
