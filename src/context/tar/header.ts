/** One archive member's header. */
export interface TarHeader {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  /** Bytes of content that follow; 0 for everything but files. */
  readonly sizeBytes: number;
  /** Seconds since the epoch, not negative. */
  readonly mtimeSeconds: number;
  /** For both kinds of links. */
  readonly linkName?: string;
}

/** Archives consist of blocks of this size. */
export const tarBlockBytes = 512;

const typeFlags = { file: '0', link: '1', symlink: '2', directory: '5', pax: 'x' } as const;
/** Fields of the ustar header (POSIX.1-2017, pax, "ustar Interchange Format"): offset and length in bytes. */
const nameField = { offset: 0, length: 100 };
const modeField = { offset: 100, digits: 7 };
const sizeField = { offset: 124, digits: 11 };
const mtimeField = { offset: 136, digits: 11 };
const checksumField = { offset: 148, digits: 6 };
const typeOffset = 156;
const linkNameField = { offset: 157, length: 100 };
const prefixField = { offset: 345, length: 155 };

const zero = '0000000\0';
/** The fields that are equal in all headers: owner, group and device 0, format and version. */
const emptyHeader = Buffer.alloc(tarBlockBytes);
emptyHeader.write(`${zero}${zero}`, 108, 'latin1');
// POSIX: the checksum is computed with spaces in its own field.
emptyHeader.write(' '.repeat(8), checksumField.offset, 'latin1');
emptyHeader.write('ustar\u000000', 257, 'latin1');
emptyHeader.write(`${zero}${zero}`, 329, 'latin1');
const emptySum = emptyHeader.reduce((sum, byte) => sum + byte, 0);

/** The header that is being written. All headers share one buffer, which saves time in the garbage collector. */
const block = Buffer.alloc(tarBlockBytes);

/** Largest number that eleven octal digits hold. */
const largestOctal = 0o77777777777;

/**
 * The blocks of a header: one in ustar format, after PAX records if a name, a link or a size does not fit. Owner and group
 * are 0, so that cache keys and images do not depend on the user of the runner.
 * @returns bytes that the next call overwrites.
 */
export function encodeHeader(header: TarHeader): Buffer {
  const name = header.type === 'directory' ? `${header.name}/` : header.name;
  const linkName = header.linkName ?? '';
  const place = splitName(name);
  const records: string[] = [];
  if (place === undefined) records.push(paxRecord('path', name));
  if (!fits(linkName, linkNameField.length)) records.push(paxRecord('linkpath', linkName));
  if (header.sizeBytes > largestOctal) records.push(paxRecord('size', String(header.sizeBytes)));
  // Readers ignore the field of a value that has a PAX record.
  const names = {
    ...(place ?? { prefix: '', name: 'see-pax-path' }),
    linkName: fits(linkName, linkNameField.length) ? linkName : 'see-pax-linkpath',
  };
  const extended = records.length === 0 ? undefined : encodeRecords(records, header.mtimeSeconds);
  const last = encodeBlock(header, typeFlags[header.type], names);
  return extended === undefined ? last : Buffer.concat([extended, last]);
}

/** The number of zero bytes after a content that complete its last block. */
export function paddingOf(sizeBytes: number): number {
  const rest = sizeBytes % tarBlockBytes;
  return rest === 0 ? 0 : tarBlockBytes - rest;
}

interface Names {
  readonly prefix: string;
  readonly name: string;
  readonly linkName: string;
}

function encodeBlock(
  { mode, sizeBytes, mtimeSeconds }: Pick<TarHeader, 'mode' | 'sizeBytes' | 'mtimeSeconds'>,
  typeFlag: string,
  { prefix, name, linkName }: Names,
): Buffer {
  block.set(emptyHeader);
  const checksum =
    emptySum +
    writeText(name, nameField.offset) +
    writeText(prefix, prefixField.offset) +
    writeText(linkName, linkNameField.offset) +
    writeText(typeFlag, typeOffset) +
    writeOctal(mode, modeField) +
    writeSize(sizeBytes) +
    writeOctal(Math.min(mtimeSeconds, largestOctal), mtimeField);
  writeOctal(checksum, checksumField);
  block[checksumField.offset + checksumField.digits] = 0;
  return block;
}

/** Writes ASCII. @returns the sum of the bytes, for the checksum. */
function writeText(text: string, offset: number): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text.charCodeAt(index);
    block[offset + index] = byte;
    sum += byte;
  }
  return sum;
}

/** Writes digits in ASCII; a zero byte follows them. @returns the sum of the bytes. */
function writeOctal(value: number, { offset, digits }: typeof modeField): number {
  let sum = 0;
  let left = value;
  for (let index = digits - 1; index >= 0; index -= 1) {
    const byte = 0x30 + (left % 8);
    block[offset + index] = byte;
    sum += byte;
    left = Math.floor(left / 8);
  }
  return sum;
}

/**
 * Sizes from 8 GiB on are written in GNU tar's form, a set bit and a binary number, for readers that do not know the PAX
 * record.
 */
function writeSize(sizeBytes: number): number {
  if (sizeBytes <= largestOctal) return writeOctal(sizeBytes, sizeField);
  const { offset, digits } = sizeField;
  let sum = 0x80;
  block[offset] = 0x80;
  let left = sizeBytes;
  for (let index = digits; index > 0; index -= 1) {
    const byte = left % 256;
    block[offset + index] = byte;
    sum += byte;
    left = Math.floor(left / 256);
  }
  return sum;
}

function encodeRecords(records: readonly string[], mtimeSeconds: number): Buffer {
  const content = Buffer.from(records.join(''));
  const header = encodeBlock(
    { mode: 0o644, sizeBytes: content.length, mtimeSeconds },
    typeFlags.pax,
    { prefix: '', name: 'PaxHeaders/entry', linkName: '' },
  );
  return Buffer.concat([header, content, Buffer.alloc(paddingOf(content.length))]);
}

/** POSIX: `length key=value\n`, where the length includes its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** The ustar fields for a name; undefined if it needs a PAX record. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (fits(name, nameField.length)) return { prefix: '', name };
  if (!isAscii(name)) return undefined;
  const longest = nameField.length + 1;
  // POSIX: the name is split at a slash. The slash at the end of a directory's name does not count.
  const cut = name.indexOf('/', Math.max(1, name.length - longest));
  if (cut < 0 || cut > prefixField.length || cut >= name.length - 1) return undefined;
  return { prefix: name.slice(0, cut), name: name.slice(cut + 1) };
}

function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && isAscii(text);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}
