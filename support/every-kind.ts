import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** One entry of a directory. */
export interface TreeRecord {
  /** Relative, with `/`. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits; 0 for links. */
  readonly mode: number;
  /** Where a symbolic link leads to. */
  readonly target?: string;
  /** SHA-256 of a file's content, in hex. */
  readonly sha256?: string;
  /** First name of a file that has several, in the order of their bytes. */
  readonly linkedTo?: string;
}

const longName = 'n'.repeat(255);
/** Exceeds several limits of the oldest tar headers: 100, 155 and 255 bytes. */
const longPath = `deep/${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(120)}`;

const files: Readonly<Record<string, string | Buffer>> = {
  '.hidden': 'hidden\n',
  '#hash': 'hash\n',
  '-dash': 'dash\n',
  empty: '',
  plain: 'plain\n',
  'name with  spaces ': 'spaces\n',
  'quote\'"`$(x)': 'quotes\n',
  'back\\slash': 'backslash\n',
  'line\nbreak': 'line break\n',
  '\u65e5\u672c/\u00e9\u{1f600}.txt': 'unicode\n',
  'e\u0301': 'a letter and its accent\n',
  block: Buffer.alloc(512, 1),
  'block-and-one': Buffer.alloc(513, 2),
  'several-pieces': Buffer.alloc(2 * 1_024 * 1_024 + 1, 'piece'),
  zeros: Buffer.alloc(4_096),
  [longName]: 'long name\n',
  [`${'s'.repeat(60)}/${'t'.repeat(80)}`]: 'fits into name and prefix\n',
  [longPath]: 'long path\n',
  'modes/executable': '#!/bin/sh\n',
  'modes/private': 'private\n',
  'modes/setuid': 'setuid\n',
  'modes/read-only': 'read-only\n',
  'modes/everybody': 'everybody\n',
  'linked/first': 'has three names\n',
};

const directories = ['empty-directory', 'modes/sticky', 'modes/closed', 'modes/setgid'];

const modes: Readonly<Record<string, number>> = {
  'modes/executable': 0o755,
  'modes/private': 0o600,
  'modes/setuid': 0o4755,
  'modes/read-only': 0o444,
  'modes/everybody': 0o666,
  'modes/sticky': 0o1777,
  'modes/closed': 0o500,
  'modes/setgid': 0o2775,
};

const symlinks: Readonly<Record<string, string>> = {
  'links/relative': '../plain',
  'links/directory': '../deep',
  'links/dangling': 'nowhere',
  'links/absolute': '/etc/hostname',
  'links/outside': '../../../outside',
  'links/long': `../${longPath}`,
  'links/unicode': '../\u65e5\u672c/\u00e9\u{1f600}.txt',
};

const hardLinks: Readonly<Record<string, string>> = {
  'linked/second': 'linked/first',
  [`linked/${'x'.repeat(200)}`]: 'linked/first',
  'z-of-long-path': longPath,
};

/** Writes a context with every kind of entry that a stream can carry. */
export function writeEveryKind(directory: string): void {
  const make = (name: string): string => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    return join(directory, name);
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(make(name), content);
    chmodSync(join(directory, name), 0o644);
  }
  for (const name of directories) mkdirSync(make(name));
  for (const [name, target] of Object.entries(symlinks)) symlinkSync(target, make(name));
  for (const [name, first] of Object.entries(hardLinks))
    linkSync(join(directory, first), make(name));
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(directory, name), mode);
}

/** Everything below a directory, in the order of the names' bytes. */
export function readRecords(directory: string): readonly TreeRecord[] {
  const firstNames = new Map<number, string>();
  return namesBelow(directory).map((name): TreeRecord => {
    const path = join(directory, name);
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) {
      return { name, type: 'symlink', mode: 0, target: readlinkSync(path) };
    }
    const mode = stats.mode & 0o7777;
    if (stats.isDirectory()) return { name, type: 'directory', mode };
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const first = firstNames.get(stats.ino);
    firstNames.set(stats.ino, first ?? name);
    return { name, type: 'file', mode, sha256, ...(first !== undefined && { linkedTo: first }) };
  });
}

/** A member of an archive as its readers list it. */
export interface ListedMember {
  readonly name: string;
  /** The archive's own flag: 0 file, 1 hard link, 2 symbolic link, 5 directory. */
  readonly type: string;
  readonly mode: number;
  readonly linkname: string;
  readonly sha256: string;
}

/** What would be there if the members below `ctx/` were unpacked. */
export function recordsOf(members: readonly ListedMember[]): readonly TreeRecord[] {
  const inContext = members.flatMap(({ name, linkname, ...rest }) => {
    const own = withoutSlash(name);
    return own.startsWith('ctx/') ? [{ ...rest, name: own.slice('ctx/'.length), linkname }] : [];
  });
  const firstNames = new Map<string, string>();
  const digests = new Map<string, string>();
  for (const { name, type, linkname, sha256 } of inContext) {
    const source = type === '1' ? linkname.slice('ctx/'.length) : name;
    // A hard link has no content of its own in an archive.
    digests.set(name, digests.get(source) ?? sha256);
    const first = firstNames.get(source);
    if (first === undefined || compareBytes(name, first) < 0) firstNames.set(source, name);
  }
  const records = inContext.map(({ name, type, mode, linkname }): TreeRecord => {
    if (type === '5') return { name, type: 'directory', mode };
    if (type === '2') return { name, type: 'symlink', mode: 0, target: linkname };
    const first = firstNames.get(type === '1' ? linkname.slice('ctx/'.length) : name);
    const isLinked = first !== undefined && first !== name;
    const sha256 = digests.get(name) ?? '';
    return { name, type: 'file', mode, sha256, ...(isLinked && { linkedTo: first }) };
  });
  return records.sort((a, b) => compareBytes(a.name, b.name));
}

/** One line for every record that is not the same on both sides. */
export function differencesOf(
  sent: readonly TreeRecord[],
  arrived: readonly TreeRecord[],
): readonly string[] {
  const show = (record: TreeRecord | undefined): string => JSON.stringify(record ?? 'nothing');
  const found = new Map(arrived.map((record) => [record.name, record]));
  const names = new Set(sent.map(({ name }) => name));
  return [
    ...sent
      .filter((record) => !isDeepStrictEqual(record, found.get(record.name)))
      .map((record) => `sent ${show(record)}, arrived ${show(found.get(record.name))}`),
    ...arrived
      .filter(({ name }) => !names.has(name))
      .map((record) => `arrived ${show(record)}, which was not sent`),
  ];
}

function withoutSlash(name: string): string {
  return name.replace(/\/$/, '');
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function namesBelow(directory: string, prefix = ''): readonly string[] {
  const names = readdirSync(join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    return entry.isDirectory() ? [name, ...namesBelow(directory, `${name}/`)] : [name];
  });
  return names.sort(compareBytes);
}
