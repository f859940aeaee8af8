import { ApiFailure } from './failure.ts';

/** One action on one resource of the core API group. */
export interface Attempt {
  readonly user: string;
  readonly verb: string;
  /** `pods`, `pods/attach` */
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string | undefined;
}

/** Users without permissions. */
export const nobody = 'system:serviceaccount:default:nobody';
export const anonymous = 'system:anonymous';

/** The permissions of examples/cluster, in every namespace. */
const granted: Readonly<Record<string, readonly string[]>> = {
  pods: ['create', 'get', 'list', 'watch', 'delete'],
  'pods/attach': ['create', 'get'],
  'pods/log': ['get'],
  events: ['list'],
};

/** True if it is granted and not denied. */
export function isAllowed({ user, verb, resource }: Attempt, denied: readonly string[]): boolean {
  if (user === nobody || user === anonymous) return false;
  return granted[resource]?.includes(verb) === true && !denied.includes(`${verb} ${resource}`);
}

/** The same as rules, in the form of a SelfSubjectRulesReview. */
export function rulesOf(user: string, namespace: string, denied: readonly string[]): object[] {
  return Object.entries(granted).flatMap(([resource, all]) => {
    const verbs = all.filter((verb) => isAllowed({ user, verb, resource, namespace }, denied));
    return verbs.length === 0 ? [] : [{ verbs, apiGroups: [''], resources: [resource] }];
  });
}

/** @throws ApiFailure 403 with the message of RBAC */
export function authorize(attempt: Attempt, denied: readonly string[]): void {
  if (isAllowed(attempt, denied)) return;
  const { user, verb, resource, namespace, name } = attempt;
  const [kind = ''] = resource.split('/');
  const object = name === undefined ? kind : `${kind} "${name}"`;
  throw new ApiFailure(
    403,
    `${object} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" in the namespace "${namespace}"`,
    { kind, ...(name !== undefined && { name }) },
  );
}
