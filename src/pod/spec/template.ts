import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { builderContainerName } from '../../engines/engine.ts';
import { BuildError } from '../../errors.ts';
import { isOwnKey } from '../../inputs/values/own-keys.ts';
import { fieldsOf, isFields, itemsOf, listOf, type Fields } from '../../text/json.ts';

/** Name of the builder container in a template. */
const builderAlias = '$builder';

/** Fields that the action depends on, with the reason or with the input to use. */
const refused = {
  metadata: {
    name: 'the action chooses it',
    generateName: 'the action chooses the name',
    namespace: "use the input 'namespace'",
    ownerReferences: 'the action deletes the pod itself',
    finalizers: 'the action deletes the pod itself',
  },
  spec: {
    restartPolicy: 'a restarted builder would have no stdin',
    activeDeadlineSeconds: "use the input 'timeout'",
  },
  builder: {
    image: "use the input 'builder-image'",
    command: "use the input 'builder-command'",
    args: "use the input 'builder-args'",
    stdin: 'the builder reads the context from it',
    stdinOnce: 'the builder reads the context from it',
    tty: 'the context is binary',
    restartPolicy: 'a restarted builder would have no stdin',
    restartPolicyRules: 'a restarted builder would have no stdin',
    terminationMessagePath: 'the builder reports the image digest there',
    terminationMessagePolicy: 'the builder reports the image digest there',
  },
} as const;

/**
 * Merges the pod template of the user into the pod spec by the rules of the hook templates of Actions Runner Controller: lists are
 * appended, maps are merged, other values replace those of the action. The container `$builder` is merged into the builder
 * container, others become sidecars. Unknown fields are kept: the API server rejects them (`fieldValidation=Strict`).
 * @throws BuildError('input') that lists every field that must not be set.
 */
export function mergeTemplate(pod: V1Pod, template: Fields): V1Pod {
  const metadata = fieldsOf(template['metadata']);
  const { containers: listed, ...spec } = fieldsOf(template['spec']);
  const containers = itemsOf(listed).map(fieldsOf);
  const builder = containers.find(isBuilder) ?? {};
  const ours = pod.spec?.containers[0] ?? { name: builderContainerName };
  const wrong = wrongKinds(template, spec, listed);
  const forbidden = [
    ...refusedFields('metadata', metadata, refused.metadata),
    ...refusedFields('spec', spec, refused.spec),
    ...refusedFields(`spec.containers[${builderAlias}]`, builder, refused.builder),
    ...refusedKeys('metadata.labels', metadata['labels']),
    ...refusedKeys('metadata.annotations', metadata['annotations']),
    ...refusedEnv(builder, ours),
    ...refusedMounts(builder, ours),
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

function refusedFields(
  place: string,
  given: Fields,
  rules: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(rules)
    .filter(([field]) => field in given)
    .map(([field, reason]) => `${place}.${field} must not be set: ${reason}`);
}

function refusedKeys(place: string, given: unknown): string[] {
  return Object.keys(fieldsOf(given))
    .filter(isOwnKey)
    .map((key) => `${place} must not have ${JSON.stringify(key)}: it is reserved by the action`);
}

function refusedEnv(builder: Fields, ours: V1Container): string[] {
  const own = new Set((ours.env ?? []).map(({ name }) => name));
  return itemsOf(builder['env'])
    .map((entry) => fieldsOf(entry)['name'])
    .filter((name) => typeof name === 'string' && own.has(name))
    .map((name) => `env ${JSON.stringify(name)} of ${builderAlias} is already set by the action`);
}

/** Container runtimes mount deeper paths later, so only a mount at the same path hides another one. */
function refusedMounts(builder: Fields, ours: V1Container): string[] {
  const own = new Set(
    [ours.terminationMessagePath, ...(ours.volumeMounts ?? []).map(({ mountPath }) => mountPath)]
      .filter((path) => path !== undefined)
      .map(mountPointOf),
  );
  return listOf(builder['volumeMounts'])
    .map((mount) => mount['mountPath'])
    .filter((path) => typeof path === 'string')
    .map(mountPointOf)
    .filter((path) => own.has(path))
    .map((path) => `volumeMounts of ${builderAlias} must not hide ${path}: the action needs it`);
}

/** A mount path without empty names and `.`; empty for the root. */
function mountPointOf(path: string): string {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map((name) => `/${name}`)
    .join('');
}

/** @throws BuildError('input') always. */
function refuse(problems: readonly string[], hint: string): never {
  throw new BuildError('input', `input 'pod-template': ${problems.join('; ')}`, { hint });
}
