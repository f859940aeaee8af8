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

/** True if the account may do it: everything that is not denied; nothing without an account. */
export function isAllowed({ user, verb, resource }: Attempt, denied: readonly string[]): boolean {
  return user !== 'system:anonymous' && !denied.includes(`${verb} ${resource}`);
}

/** @throws ApiFailure 403 in the words of RBAC */
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
