import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { digestOf } from '../oci/digest.ts';
import type { Family, Layer } from './image.ts';
import type { Tree, TreeEntry } from './tree.ts';

/**
 * A layer with the entries of one tree that the tree below does not have; undefined without such entries. Equal trees give equal
 * bytes: names in order, no names of owners, no time in the gzip header.
 */
export async function makeLayer(
  below: Tree,
  above: Tree,
  family: Family,
): Promise<Layer | undefined> {
  const changed = [...above].filter(([name, entry]) => below.get(name) !== entry);
  if (changed.length === 0) return undefined;
  const tar = await archive(changed.sort(([a], [b]) => (a < b ? -1 : 1)));
  const blob = gzipSync(tar);
  return {
    descriptor: { mediaType: family.layer, digest: digestOf(blob), size: blob.length },
    diffId: digestOf(tar),
    blob,
  };
}

async function archive(entries: readonly (readonly [string, TreeEntry])[]): Promise<Buffer> {
  const writer = pack();
  for (const [name, entry] of entries) add(writer, name, entry);
  writer.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of writer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function add(writer: Pack, name: string, entry: TreeEntry): void {
  const { type, mode, uid, gid, mtimeSeconds, linkName, content } = entry;
  const common = { mode, uid, gid, mtime: new Date(mtimeSeconds * 1_000), type };
  if (type === 'file') writer.entry({ ...common, name, size: content.length }, content);
  else if (type === 'symlink') writer.entry({ ...common, name, linkname: linkName });
  else writer.entry({ ...common, name: `${name}/` });
}

/** A layer's tar; its first bytes show whether it is compressed. */
export function openLayer(blob: Buffer): AsyncIterable<Buffer> {
  const bytes = Readable.from([blob], { objectMode: false });
  return blob[0] === 0x1f && blob[1] === 0x8b ? bytes.pipe(createGunzip()) : bytes;
}
