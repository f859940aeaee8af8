import { optionalPermissions, requiredPermissions, reviewPermissions } from '../pod/access.ts';
import type { Cluster, Permission } from '../ports.ts';
import { row, type Row } from './row.ts';

/** What the user is permitted to do in the namespace. */
export interface PermissionReport {
  readonly rows: readonly Row[];
  /** Permissions that the user does not have, the optional ones included. */
  readonly missing: readonly Permission[];
}

/** Reviews each permission of the Role. @throws BuildError('cluster') */
export async function checkPermissions(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<PermissionReport> {
  const optional = new Map(optionalPermissions.map(({ without, ...access }) => [access, without]));
  const all: readonly Permission[] = [...requiredPermissions, ...optional.keys()];
  const answers = await reviewPermissions(cluster, all, signal);
  const rows = all.map((access, index) => {
    const subject = `${access.verb} ${access.resource}`;
    const answer = answers[index] ?? 'unknown';
    if (answer === 'yes') return row('ok', subject);
    if (answer === 'unknown')
      return row('not checked', subject, 'the API server does not review permissions of this user');
    const without = optional.get(access);
    return without === undefined
      ? row('failed', subject, 'required; the user does not have this permission')
      : row('warning', subject, `optional; without it ${without}`);
  });
  return { rows, missing: all.filter((_, index) => answers[index] === 'no') };
}
