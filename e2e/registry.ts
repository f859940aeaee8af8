// Reads a registry over HTTP, independent of any builder. https://github.com/opencontainers/distribution-spec
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';

export interface Registry {
  readonly host: string;
  /** TLS with this CA certificate; plain HTTP without. */
  readonly ca?: string;
  /** `user:password`. */
  readonly auth?: string;
}

export interface Manifest {
  /** From the header Docker-Content-Digest. */
  readonly digest: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageConfig {
  readonly architecture?: string;
  readonly os?: string;
  readonly variant?: string;
  /** Also has the settings that the suite compares without naming them. */
  readonly config?: {
    readonly Env?: readonly string[];
    readonly User?: string;
    readonly Labels?: Readonly<Record<string, string>>;
  };
}

/** One member of a layer or of another archive. */
export interface ArchiveMember {
  /** Without a leading `./` or `/` and without a slash at its end. */
  readonly name: string;
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date;
  /** For both kinds of links. */
  readonly linkName: string;
  /** Extended attributes by name, for example `security.capability`. */
  readonly xattrs: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

export interface Descriptor {
  readonly digest: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The manifest of a tag or digest; undefined if it does not exist. */
export async function readManifest(
  registry: Registry,
  repository: string,
  tag: string,
): Promise<Manifest | undefined> {
  const path = `/v2/${repository}/manifests/${tag}`;
  const answer = await get(registry, path, { accept: manifestTypes.join(', ') });
  if (answer.status === 404) return undefined;
  checkOk(answer, path);
  const digest = answer.headers['docker-content-digest'];
  if (typeof digest !== 'string') throw new Error(`${path}: no Docker-Content-Digest`);
  return { ...(JSON.parse(answer.body.toString()) as Omit<Manifest, 'digest'>), digest };
}

export async function readConfig(
  registry: Registry,
  repository: string,
  manifest: Manifest,
): Promise<ImageConfig> {
  const blob = await readBlob(registry, repository, manifest.config.digest);
  return JSON.parse(blob.toString()) as ImageConfig;
}

/** Files and links by path in the layers above those of `base`; a deletion has its whiteout's name. Without directories. */
export async function readFiles(
  registry: Registry,
  repository: string,
  manifest: Manifest,
  base: Manifest,
): Promise<Record<string, string>> {
  const members = await readLayers(registry, repository, manifest, base);
  const files = members.filter(({ type }) => type !== 'directory');
  return Object.fromEntries(
    files.map(({ name, type, linkName, content }) => [
      name,
      type === 'file' ? content.toString() : `${type} -> ${linkName}`,
    ]),
  );
}

/** Members of the layers above those of `base`, in their order. */
export async function readLayers(
  registry: Registry,
  repository: string,
  manifest: Manifest,
  base: Manifest | undefined,
): Promise<readonly ArchiveMember[]> {
  const inherited = new Set(base?.layers.map(({ digest }) => digest));
  const own = manifest.layers.filter(({ digest }) => !inherited.has(digest));
  const layers = await Promise.all(own.map((layer) => readLayer(registry, repository, layer)));
  return layers.flat();
}

export async function readLayer(
  registry: Registry,
  repository: string,
  { digest }: Descriptor,
): Promise<readonly ArchiveMember[]> {
  return readArchive(await readBlob(registry, repository, digest));
}

/** @param bytes a tar archive, gzipped or plain. */
export async function readArchive(bytes: Buffer): Promise<readonly ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  const entries = extract();
  entries.end(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
  for await (const entry of entries) {
    const { name, type, mode, uid, gid, mtime, linkname, pax } = entry.header;
    members.push({
      name: name.replace(/^\.?\//, '').replace(/\/$/, ''),
      type,
      mode: mode & 0o7777,
      uid,
      gid,
      mtime,
      linkName: type === 'link' || type === 'symlink' ? linkname : '',
      xattrs: xattrsOf(pax),
      content: await buffer(entry),
    });
  }
  return members;
}

/** The extended attributes in the PAX records of a member. */
function xattrsOf(pax: unknown): Readonly<Record<string, string>> {
  const prefix = 'SCHILY.xattr.';
  const records = typeof pax === 'object' && pax !== null ? Object.entries(pax) : [];
  return Object.fromEntries(
    records
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), String(value)]),
  );
}

/** True if the registry has any tag in the repository. */
export async function hasTags(registry: Registry, repository: string): Promise<boolean> {
  const path = `/v2/${repository}/tags/list`;
  const answer = await get(registry, path);
  if (answer.status === 404) return false;
  checkOk(answer, path);
  const { tags } = JSON.parse(answer.body.toString()) as { tags: readonly string[] | null };
  return (tags ?? []).length > 0;
}

/** @throws if the bytes do not have the requested digest. */
async function readBlob(registry: Registry, repository: string, digest: string): Promise<Buffer> {
  const path = `/v2/${repository}/blobs/${digest}`;
  const answer = await get(registry, path);
  checkOk(answer, path);
  const actual = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
  if (actual !== digest) throw new Error(`${path}: its digest is ${actual}`);
  return answer.body;
}

function checkOk({ status, body }: Answer, path: string): void {
  if (status !== 200) throw new Error(`${path}: HTTP ${status}: ${body.toString().slice(0, 200)}`);
}

function get(
  { host, ca, auth }: Registry,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((done, fail) => {
    const options = { headers, ...(auth !== undefined && { auth }) };
    const receive = (response: IncomingMessage): void => {
      void buffer(response).then((body) => {
        done({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, fail);
    };
    const call =
      ca === undefined
        ? requestHttp(`http://${host}${path}`, options, receive)
        : requestHttps(`https://${host}${path}`, { ...options, ca: readFileSync(ca) }, receive);
    call.once('error', fail);
    call.end();
  });
}
