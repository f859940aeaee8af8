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
const sizeField = { offset: 124, length: 12 };
const checksumOffset = 148;
const linkNameField = { offset: 157, length: 100 };
const prefixField = { offset: 345, length: 155 };

const owner = '0000000\0';
/** What all headers have in common: format, version, and no device. */
const emptyHeader = Buffer.alloc(tarBlockBytes);
emptyHeader.write('ustar\u000000', 257, 'latin1');
emptyHeader.write(`${owner}${owner}`, 329, 'latin1');

/** Largest number that eleven octal digits hold. */
const largestOctal = 0o77777777777;

/**
 * Blocks of a header: one in ustar form, with PAX records before it where a name, a link or a size does not fit. Owner and
 * group are 0, so that neither cache keys nor images depend on the runner's user.
 */
export function encodeHeader(header: TarHeader): Buffer {
  const name = header.type === 'directory' ? `${header.name}/` : header.name;
  const linkName = header.linkName ?? '';
  const place = splitName(name);
  const records: string[] = [];
  if (place === undefined) records.push(paxRecord('path', name));
  if (!fits(linkName, linkNameField.length)) records.push(paxRecord('linkpath', linkName));
  if (header.sizeBytes > largestOctal) records.push(paxRecord('size', String(header.sizeBytes)));
  // What stands in the fields beside a record is never read.
  const block = encodeBlock(header, typeFlags[header.type], {
    ...(place ?? { prefix: '', name: 'see-pax-path' }),
    linkName: fits(linkName, linkNameField.length) ? linkName : 'see-pax-linkpath',
  });
  return records.length === 0
    ? block
    : Buffer.concat([encodeRecords(records, header.mtimeSeconds), block]);
}

/** Zero bytes that fill up the last block of a content. */
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
  // From Node's pool of small buffers: one of its own for every file would keep the garbage collector busy.
  const block = Buffer.from(emptyHeader);
  block.write(name, nameField.offset, 'latin1');
  const times = `${octal(Math.min(mtimeSeconds, largestOctal), 11)} `;
  // The checksum is computed over spaces in its own place.
  block.write(
    `${octal(mode, 7)}\0${owner}${owner}${octal(Math.min(sizeBytes, largestOctal), 11)} ${times}${' '.repeat(8)}${typeFlag}`,
    100,
    'latin1',
  );
  if (sizeBytes > largestOctal) writeBinarySize(block, sizeBytes);
  if (linkName !== '') block.write(linkName, linkNameField.offset, 'latin1');
  if (prefix !== '') block.write(prefix, prefixField.offset, 'latin1');
  let checksum = 0;
  for (let index = 0; index < tarBlockBytes; index += 1) checksum += block[index] ?? 0;
  block.write(`${octal(checksum, 6)}\0 `, checksumOffset, 'latin1');
  return block;
}

/** GNU's form for sizes over 8 GiB, for readers that do not know the PAX record: a set bit and a binary number. */
function writeBinarySize(block: Buffer, sizeBytes: number): void {
  block.fill(0, sizeField.offset, sizeField.offset + sizeField.length);
  block[sizeField.offset] = 0x80;
  block.writeBigUInt64BE(BigInt(sizeBytes), sizeField.offset + 4);
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

/** `length key=value\n`, where the length counts itself. */
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
  // The cut is at a slash, and a directory's own last slash is none.
  const cut = name.indexOf('/', Math.max(1, name.length - longest));
  if (cut < 0 || cut > prefixField.length || cut >= name.length - 1) return undefined;
  return { prefix: name.slice(0, cut), name: name.slice(cut + 1) };
}

function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && isAscii(text);
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
