import { stageFailure } from './failure.ts';
import type { Tree } from './tree.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const root: Owner = { uid: 0, gid: 0 };

/**
 * `user[:group]` of `--chown`, numbers or names of the image's own; without a group it is the user's number.
 * @throws BuilderFailure with kaniko's text.
 */
export function parseOwner(text: string, files: Tree): Owner {
  const [user = '', group = ''] = text.split(':');
  const uid = find(user, 'etc/passwd', files);
  if (uid === undefined) throw unknown('user', user, 'uid');
  const gid = group === '' ? uid : find(group, 'etc/group', files);
  if (gid === undefined) throw unknown('group', group, 'gid');
  return { uid, gid };
}

function find(name: string, file: string, files: Tree): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  const lines = files.get(file)?.content.toString().split('\n') ?? [];
  const fields = lines.map((line) => line.split(':')).find(([first]) => first === name);
  return fields?.[2] === undefined ? undefined : Number(fields[2]);
}

function unknown(what: string, name: string, number: string): Error {
  return stageFailure(
    `failed to execute command: getting user group from chown: ${what} ${name} is not a ${number} and does not exist on the system`,
  );
}
