import { randomUUID } from 'node:crypto';
import { ApiFailure, type Cause } from './failure.ts';
import { formatTime, type Condition, type Container, type Pod } from './pod.ts';
import { parseQuantity } from './schedule.ts';
import { checkPodFields, isKind } from './schema.ts';
import { qosClassOf } from './status.ts';

type Resources = NonNullable<Container['resources']>;

export interface CreateRequest {
  readonly body: unknown;
  readonly namespace: string;
  /** `fieldValidation=Strict` */
  readonly strict: boolean;
  /** Called with the unknown fields if they are accepted. */
  readonly warn: (message: string) => void;
  /** ServiceAccounts that pods may name. */
  readonly serviceAccounts: readonly string[];
}

const nameRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The pod of a create request: decoded, defaulted and validated. @throws ApiFailure */
export function admitPod(request: CreateRequest): Pod {
  const unknown = checkPodFields(request.body, request.strict);
  for (const field of unknown) request.warn(`unknown field "${field}"`);
  const sent = request.body as Partial<Pod>;
  checkKind(sent);
  checkQuantities(sent);
  const pod = withDefaults(sent, request.namespace);
  if (sent.metadata?.namespace !== undefined && sent.metadata.namespace !== request.namespace)
    throw new ApiFailure(
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  const { name } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  if (!request.serviceAccounts.includes(account))
    throw new ApiFailure(
      403,
      `pods "${name}" is forbidden: error looking up service account ${request.namespace}/${account}: serviceaccount "${account}" not found`,
      { name, kind: 'pods' },
    );
  const problems = problemsOf(pod);
  if (problems.length > 0) {
    const texts = problems.map(({ field, message }) => `${field}: ${message}`);
    const text = texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
    throw new ApiFailure(422, `Pod "${name}" is invalid: ${text}`, {
      ...(name !== '' && { name }),
      kind: 'Pod',
      causes: problems,
    });
  }
  return pod;
}

function checkKind({ apiVersion = 'v1', kind = 'Pod' }: Partial<Pod>): void {
  if (apiVersion === 'v1' && kind === 'Pod') return;
  const why =
    apiVersion === 'v1' && isKind(kind)
      ? `converting (v1.${kind}) to (core.Pod): unknown conversion`
      : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  throw new ApiFailure(
    400,
    `${kind} in version "${apiVersion}" cannot be handled as a Pod: ${why}`,
  );
}

/** Quantities are parsed while decoding: a wrong one is a bad request, not an invalid pod. */
function checkQuantities({ spec }: Partial<Pod>): void {
  for (const { resources } of spec?.containers ?? []) {
    const amounts = Object.values({ ...resources?.requests, ...resources?.limits });
    if (amounts.some((amount) => Number.isNaN(parseQuantity(amount))))
      throw new ApiFailure(400, `Pod in version "v1" cannot be handled as a Pod: ${quantityRule}`);
  }
}

function withDefaults(sent: Partial<Pod>, namespace: string): Pod {
  const spec = sent.spec ?? { containers: [] };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...sent.metadata,
      name: sent.metadata?.name ?? '',
      namespace,
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: formatTime(Date.now()),
    },
    spec: {
      ...{ restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', enableServiceLinks: true },
      ...{
        schedulerName: 'default-scheduler',
        securityContext: {},
        preemptionPolicy: 'PreemptLowerPriority',
      },
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      ...spec,
      containers: ((spec.containers as Container[] | undefined) ?? []).map(withContainerDefaults),
      ...(spec.initContainers !== undefined && {
        initContainers: spec.initContainers.map(withContainerDefaults),
      }),
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
  pod.status.qosClass = qosClassOf(pod);
  if ((pod.spec.schedulingGates ?? []).length > 0) pod.status.conditions = [gated(pod)];
  return pod;
}

/** Set by the API server. The scheduler ignores the pod. */
function gated({ metadata }: Pod): Condition {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    lastProbeTime: null,
    lastTransitionTime: metadata.creationTimestamp,
  };
}

function withContainerDefaults(container: Container): Container {
  const image = (container.image as string | undefined) ?? '';
  const isLatest = !/[:@][^/]*$/.test(image) || image.endsWith(':latest');
  return {
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    resources: withRequests(container.resources ?? {}),
  };
}

/** A resource with a limit and without a request gets a request of the same size. */
function withRequests({ requests, limits, ...rest }: Resources): Resources {
  if (limits === undefined) return { ...rest, ...(requests !== undefined && { requests }) };
  return { ...rest, limits, requests: { ...limits, ...requests } };
}

function problemsOf({ metadata: { name }, spec }: Pod): Cause[] {
  const problems: Cause[] = [];
  if (name === '')
    problems.push(required('metadata.name', 'Required value: name or generateName is required'));
  else if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    problems.push(invalid('metadata.name', name, nameRule));
  }
  if (spec.containers.length === 0) problems.push(required('spec.containers'));
  const taken = new Set<string>();
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries())
      problems.push(...containerProblems(container, `spec.${list}[${index}]`, taken));
  }
  const { restartPolicy } = spec;
  if (restartPolicy !== undefined && !restartPolicies.includes(restartPolicy)) {
    const values = restartPolicies.map((value) => JSON.stringify(value)).join(', ');
    const message = `Unsupported value: "${restartPolicy}": supported values: ${values}`;
    problems.push({ reason: 'FieldValueNotSupported', message, field: 'spec.restartPolicy' });
  }
  return problems;
}

/** @param taken names of the containers before this one. */
function containerProblems(container: Container, place: string, taken: Set<string>): Cause[] {
  const problems: Cause[] = [];
  for (const field of ['name', 'image'] as const)
    if (!container[field]) problems.push(required(`${place}.${field}`));
  const { name } = container;
  if (!name) return problems;
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    problems.push(invalid(`${place}.name`, name, labelRule));
  if (taken.has(name)) {
    const message = `Duplicate value: ${JSON.stringify(name)}`;
    problems.push({ reason: 'FieldValueDuplicate', message, field: `${place}.name` });
  }
  taken.add(name);
  return problems;
}

const restartPolicies: readonly string[] = ['Always', 'OnFailure', 'Never'];

function invalid(field: string, value: string, rule: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: "${value}": ${rule}`, field };
}

function required(field: string, message = 'Required value'): Cause {
  return { reason: 'FieldValueRequired', message, field };
}
