import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { Reserved } from '../../engines/engine.ts';
import { isOwnKey } from '../../inputs/values/own-keys.ts';
import { fieldsOf, itemsOf, listOf, text, type Fields } from '../../text/json.ts';
import { cleanPath } from '../../text/path.ts';

/** Name of the builder container in a template. */
export const builderAlias = '$builder';

/** What a template is checked against, in addition to the pod. */
export interface Guard {
  /** The input `timeout`. */
  readonly timeoutMs: number;
  readonly reserved: Reserved;
}

/** The parts of a template that are checked. */
export interface TemplateParts {
  readonly metadata: Fields;
  readonly spec: Fields;
  /** The container `$builder`. */
  readonly builder: Fields;
}

const restarted = 'a restarted builder would have no stdin';
const probed = 'the kubelet would kill the builder in the middle of a build';

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
    restartPolicy: restarted,
    activeDeadlineSeconds: "use the input 'timeout'",
  },
  builder: {
    image: "use the input 'builder-image'",
    command: "use the input 'builder-command'",
    args: "use the input 'builder-args'",
    stdin: 'the builder reads the context from it',
    stdinOnce: 'the builder reads the context from it',
    tty: 'the context is binary',
    restartPolicy: restarted,
    restartPolicyRules: restarted,
    resizePolicy: restarted,
    livenessProbe: probed,
    startupProbe: probed,
    terminationMessagePath: 'the builder reports the image digest there',
    terminationMessagePolicy: 'the builder reports the image digest there',
  },
} as const;

/** Every field of the template that would break a guarantee of the action, as a sentence. */
export function refusedParts(
  pod: V1Pod,
  { metadata, spec, builder }: TemplateParts,
  { timeoutMs, reserved }: Guard,
): readonly string[] {
  const ours = pod.spec?.containers[0];
  return [
    ...refusedFields('metadata', metadata, refused.metadata),
    ...refusedFields('spec', spec, refused.spec),
    ...refusedGrace(spec, timeoutMs),
    ...refusedUsers(spec, pod),
    ...refusedFields(`spec.containers[${builderAlias}]`, builder, refused.builder),
    ...refusedKeys('metadata.labels', metadata['labels']),
    ...refusedKeys('metadata.annotations', metadata['annotations']),
    ...refusedEnv(builder, ours, reserved.variables),
    ...refusedMounts(builder, ours, reserved.paths),
  ];
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

/** The kubelet waits that long for a pod that has reached its deadline or is evicted. */
function refusedGrace(spec: Fields, timeoutMs: number): string[] {
  const seconds = spec['terminationGracePeriodSeconds'];
  if (typeof seconds !== 'number' || seconds * 1_000 <= timeoutMs) return [];
  return [
    `spec.terminationGracePeriodSeconds must not be longer than the input 'timeout', ${timeoutMs / 1_000} s`,
  ];
}

function refusedUsers(spec: Fields, pod: V1Pod): string[] {
  const isContradicted =
    pod.spec?.hostUsers === false && 'hostUsers' in spec && spec['hostUsers'] !== false;
  return isContradicted
    ? ["spec.hostUsers must be false or not be set: the input 'host-users' is false"]
    : [];
}

function refusedKeys(place: string, given: unknown): string[] {
  return Object.keys(fieldsOf(given))
    .filter(isOwnKey)
    .map((key) => `${place} must not have ${JSON.stringify(key)}: it is reserved by the action`);
}

function refusedEnv(
  builder: Fields,
  ours: V1Container | undefined,
  variables: readonly string[],
): string[] {
  const own = new Set((ours?.env ?? []).map(({ name }) => name));
  return itemsOf(builder['env'])
    .map((entry) => text(fieldsOf(entry)['name']))
    .filter((name) => name !== undefined)
    .flatMap((name) => {
      const variable = `env ${JSON.stringify(name)} of ${builderAlias}`;
      if (own.has(name)) return [`${variable} is already set by the action`];
      return variables.includes(name) ? [`${variable} is reserved by the action`] : [];
    });
}

/** A mount hides what is at its path and below; one below a path that the action needs changes the content there. */
function refusedMounts(
  builder: Fields,
  ours: V1Container | undefined,
  paths: readonly string[],
): string[] {
  const needed = [
    ...(ours?.terminationMessagePath === undefined ? [] : [ours.terminationMessagePath]),
    ...(ours?.volumeMounts ?? []).map(({ mountPath }) => mountPath),
    ...paths,
  ].map(absolute);
  const placesOf = (list: string, field: string): string[] =>
    listOf(builder[list])
      .map((entry) => text(entry[field]))
      .filter((path) => path !== undefined)
      .flatMap((path) => {
        const mount = absolute(path);
        const hidden = needed.find((own) => isWithin(own, mount) || isWithin(mount, own));
        if (hidden === undefined) return [];
        return [
          `${list} of ${builderAlias} must not have ${JSON.stringify(path)}: the action needs ${hidden}`,
        ];
      });
  return [...placesOf('volumeMounts', 'mountPath'), ...placesOf('volumeDevices', 'devicePath')];
}

/** A path in the container as the kubelet reads it: relative paths begin at the root. */
function absolute(path: string): string {
  return cleanPath(`/${path}`);
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
