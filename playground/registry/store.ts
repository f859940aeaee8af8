import { randomUUID } from 'node:crypto';
import { digestOf } from '../oci/digest.ts';
import { RegistryFailure } from './failure.ts';

/** A manifest exactly as it was pushed: its digest is that of these bytes. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

interface Repository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
}

interface Upload {
  readonly repository: string;
  readonly chunks: Buffer[];
  sizeBytes: number;
}

const imageTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];
const indexTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** The pushed content. A blob belongs to the repositories that it was pushed to or mounted in, as in a real registry. */
export class Store {
  readonly #repositories = new Map<string, Repository>();
  readonly #uploads = new Map<string, Upload>();

  get repositories(): readonly string[] {
    return [...this.#repositories.keys()].sort();
  }

  /** @throws RegistryFailure if the repository does not exist. */
  tags(repository: string): readonly string[] {
    return [...this.#known(repository).tags.keys()].sort();
  }

  blob(repository: string, digest: string): Buffer {
    const blob = this.#repositories.get(repository)?.blobs.get(digest);
    if (blob === undefined) {
      throw new RegistryFailure('BLOB_UNKNOWN', 'blob unknown to registry', { digest });
    }
    return blob;
  }

  /** @returns false if the blob does not exist. */
  mount(repository: string, digest: string, from: string): boolean {
    const blob = this.#repositories.get(from)?.blobs.get(digest);
    if (blob === undefined) return false;
    this.#made(repository).blobs.set(digest, blob);
    return true;
  }

  /**
   * @param reference tag or digest.
   * @throws RegistryFailure, the same one for an unknown repository.
   */
  manifest(repository: string, reference: string): StoredManifest {
    const known = this.#repositories.get(repository);
    const manifest = known?.manifests.get(known.tags.get(reference) ?? reference);
    if (manifest !== undefined) return manifest;
    throw new RegistryFailure('MANIFEST_UNKNOWN', 'manifest unknown', unknownDetail(reference));
  }

  putManifest(
    repository: string,
    reference: string,
    { mediaType, body }: Omit<StoredManifest, 'digest'>,
  ): StoredManifest {
    const digest = digestOf(body);
    const isTag = !reference.includes(':');
    if (isTag && !tagPattern.test(reference)) {
      throw new RegistryFailure('TAG_INVALID', 'manifest tag did not match URI', reference);
    }
    if (!isTag && reference !== digest) {
      throw new RegistryFailure(
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
        reference,
      );
    }
    this.#requireContent(repository, mediaType, body);
    const target = this.#made(repository);
    const manifest = { digest, mediaType, body };
    target.manifests.set(digest, manifest);
    if (isTag) target.tags.set(reference, digest);
    return manifest;
  }

  /** Deletes a tag, or a manifest with all its tags. */
  deleteManifest(repository: string, reference: string): void {
    const { digest } = this.manifest(repository, reference);
    const { manifests, tags } = this.#known(repository);
    if (tags.delete(reference)) return;
    manifests.delete(digest);
    for (const [tag, tagged] of tags) if (tagged === digest) tags.delete(tag);
  }

  startUpload(repository: string): string {
    const id = randomUUID();
    this.#uploads.set(id, { repository, chunks: [], sizeBytes: 0 });
    return id;
  }

  uploadedBytes(repository: string, id: string): number {
    return this.#upload(repository, id).sizeBytes;
  }

  append(repository: string, id: string, chunk: Buffer): void {
    const upload = this.#upload(repository, id);
    upload.chunks.push(chunk);
    upload.sizeBytes += chunk.length;
  }

  cancelUpload(repository: string, id: string): void {
    this.#upload(repository, id);
    this.#uploads.delete(id);
  }

  finishUpload(repository: string, id: string, digest: string): void {
    const body = Buffer.concat(this.#upload(repository, id).chunks);
    if (!digestPattern.test(digest) || digestOf(body) !== digest) {
      throw new RegistryFailure(
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
        digest,
      );
    }
    this.#uploads.delete(id);
    this.#made(repository).blobs.set(digest, body);
  }

  #upload(repository: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.repository === repository) return upload;
    throw new RegistryFailure('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', id);
  }

  #requireContent(repository: string, mediaType: string, body: Buffer): void {
    const { blobs, manifests } = readReferences(mediaType, body);
    const known = this.#repositories.get(repository);
    const missing =
      blobs.find((digest) => known?.blobs.has(digest) !== true) ??
      manifests.find((digest) => known?.manifests.has(digest) !== true);
    if (missing === undefined) return;
    throw new RegistryFailure('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', missing);
  }

  #known(name: string): Repository {
    const repository = this.#repositories.get(name);
    if (repository !== undefined) return repository;
    throw new RegistryFailure('NAME_UNKNOWN', 'repository name not known to registry', { name });
  }

  #made(name: string): Repository {
    const repository = this.#repositories.get(name) ?? {
      manifests: new Map(),
      tags: new Map(),
      blobs: new Map(),
    };
    this.#repositories.set(name, repository);
    return repository;
  }
}

interface References {
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
}

function readReferences(mediaType: string, body: Buffer): References {
  const manifest = parseManifest(body);
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) {
    throw invalid(`the mediaType ${JSON.stringify(manifest.mediaType)} is not the Content-Type`);
  }
  if (indexTypes.includes(mediaType)) {
    return { blobs: [], manifests: (manifest.manifests ?? []).map(({ digest }) => digest) };
  }
  if (!imageTypes.includes(mediaType)) throw invalid(`unknown Content-Type ${mediaType}`);
  if (manifest.config === undefined || manifest.layers === undefined) {
    throw invalid('config or layers are missing');
  }
  // Layers with URLs are fetched from there and need not be in the registry.
  const layers = manifest.layers.filter(({ urls }) => urls === undefined);
  return { blobs: [manifest.config, ...layers].map(({ digest }) => digest), manifests: [] };
}

interface Descriptor {
  readonly digest: string;
  readonly urls?: readonly string[];
}

interface AnyManifest {
  readonly mediaType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

function parseManifest(body: Buffer): AnyManifest {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused like any other invalid manifest.
  }
  throw invalid('it is not a JSON object');
}

function invalid(reason: string): RegistryFailure {
  return new RegistryFailure('MANIFEST_INVALID', `manifest invalid: ${reason}`);
}

function unknownDetail(reference: string): object {
  return reference.includes(':') ? { Digest: reference } : { Tag: reference };
}
