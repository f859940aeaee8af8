import { isAbsolute, join } from 'node:path';
import { fieldsOf, isFields, itemsOf, text, type Fields } from '../text/json.ts';
import type { Kubeconfig } from './document.ts';

type FileFields = Readonly<Record<string, string>>;

/** Fields of a cluster that name a file, each with the field that holds the content instead. */
const clusterFiles: FileFields = { 'certificate-authority': 'certificate-authority-data' };
/** The same of a user; token-file is the spelling of the JavaScript client. */
const userFiles: FileFields = {
  'client-certificate': 'client-certificate-data',
  'client-key': 'client-key-data',
  'token-file': 'token',
  tokenFile: 'token',
};

/** A field of a kubeconfig that names a file. */
export interface FileReference {
  readonly key: string;
  readonly path: string;
}

/**
 * The kubeconfig with its relative paths joined to a directory, as kubectl does. The command of an exec plugin is one if it has a slash;
 * else it is a program of the PATH.
 * @param directory absolute: that of the kubeconfig's file.
 */
export function resolveFiles({ source, document }: Kubeconfig, directory: string): Kubeconfig {
  const clusters = resolveEntries(document['clusters'], 'cluster', clusterFiles, directory);
  const users = resolveEntries(document['users'], 'user', userFiles, directory);
  return { source, document: { ...document, clusters, users } };
}

/**
 * Files that are read for this cluster and user. A field that holds the content overrides the file, as in kubectl; only a
 * token is also looked up in its file, see tokenFileOf.
 */
export function referencedFiles(cluster: Fields, user: Fields): readonly FileReference[] {
  return [...namedFiles(cluster, clusterFiles), ...namedFiles(user, userFiles)].filter(
    ({ content }) => content === undefined || content === null || content === '',
  );
}

/** The file with the user's token, which overrides `token` as long as it can be read. */
export function tokenFileOf(user: Fields): string | undefined {
  return namedFiles(user, { 'token-file': '', tokenFile: '' })[0]?.path;
}

function namedFiles(
  fields: Fields,
  keys: FileFields,
): readonly (FileReference & { readonly content: unknown })[] {
  return Object.entries(keys).flatMap(([key, content]) => {
    const path = text(fields[key]) ?? '';
    return path === '' ? [] : [{ key, path, content: fields[content] }];
  });
}

function resolveEntries(
  entries: unknown,
  kind: 'cluster' | 'user',
  keys: FileFields,
  directory: string,
): unknown {
  if (!Array.isArray(entries)) return entries;
  return itemsOf(entries).map((entry) => {
    const fields = isFields(entry) ? entry[kind] : undefined;
    if (!isFields(entry) || !isFields(fields)) return entry;
    const absolute = (path: string): string => (isAbsolute(path) ? path : join(directory, path));
    const resolved: Record<string, unknown> = Object.fromEntries(
      namedFiles(fields, keys).map(({ key, path }) => [key, absolute(path)]),
    );
    const exec = fieldsOf(fields['exec']);
    const command = text(exec['command']) ?? '';
    if (command.includes('/')) resolved['exec'] = { ...exec, command: absolute(command) };
    return { ...entry, [kind]: { ...fields, ...resolved } };
  });
}
