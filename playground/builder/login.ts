import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describeError } from '../../src/errors.ts';
import { normalizeHost } from '../../src/inputs/values/reference.ts';
import { unpackedAt } from './context.ts';
import { cleanName, type Tree } from './tree.ts';

/** The value of an `Authorization` header by registry; undefined without credentials for it. */
export type Logins = (registry: string) => string | undefined;

/**
 * Credentials of the Docker configuration in `$DOCKER_CONFIG`. Credential helpers are not run, as there are none in
 * kaniko's image.
 */
export function readLogins(directory: string | undefined, unpacked: Tree): Logins {
  const text = directory === undefined ? undefined : readFile(`${directory}/config.json`, unpacked);
  const auths = text === undefined ? {} : parseAuths(text.toString());
  // Entries for repositories first, so that the one for the registry replaces them.
  const entries = Object.entries(auths).toSorted(
    ([one], [other]) => Number(isRepository(other)) - Number(isRepository(one)),
  );
  const logins = new Map(
    entries.map(([key, auth]) => [normalizeHost(hostOf(key)), toHeader(auth)]),
  );
  return (registry) => logins.get(registry);
}

/** A file of the stream, or one that is mounted in the container; undefined if it does not exist. */
export function readFile(path: string, unpacked: Tree): Buffer | undefined {
  const relative = posix.relative(unpackedAt, path);
  if (!relative.startsWith('..')) return unpacked.get(cleanName(relative))?.content;
  try {
    return readFileSync(path);
  } catch {
    // kaniko also continues without credentials if the file does not exist.
    return undefined;
  }
}

interface Auth {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
}

function parseAuths(text: string): Readonly<Record<string, Auth>> {
  try {
    return (JSON.parse(text) as { auths?: Record<string, Auth> }).auths ?? {};
  } catch (error) {
    throw new Error(`the Docker configuration is not JSON: ${describeError(error)}`, {
      cause: error,
    });
  }
}

function toHeader({ auth, username, password }: Auth): string | undefined {
  if (auth === undefined && username === undefined) return undefined;
  const encoded =
    username === undefined ? auth : Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return `Basic ${encoded ?? ''}`;
}

/** True for `host/repository`, which kaniko looks up only to pull. */
function isRepository(key: string): boolean {
  return !/^https?:/.test(key) && key.includes('/');
}

/** Keys may be URLs, as old versions of Docker wrote them. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}
