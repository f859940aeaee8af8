import { describeError } from '../../src/errors.ts';
import { digestOf } from '../oci/digest.ts';
import type { ImageConfig, ImageManifest } from '../oci/image-spec.ts';
import { RegistryClient, type Access } from './client.ts';
import { BuilderFailure } from './failure.ts';
import type { Image } from './image.ts';
import type { BuilderLog } from './log.ts';
import { parseReference, type Reference } from './reference.ts';

/** An image to push. */
export interface Product {
  readonly digest: string;
  readonly manifest: Buffer;
  readonly mediaType: string;
  readonly blobs: readonly Buffer[];
}

/** Used for all times, so that the same context gives the same digest. */
const created = '1970-01-01T00:00:00Z';

/** Config and manifest of an image that is finished. */
export function toProduct(image: Image, annotations: ReadonlyMap<string, string>): Product {
  const { family, layers, platform, history } = image;
  const config: ImageConfig = {
    ...platform,
    created,
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: history.map((entry) => ({ created, ...entry })),
  };
  const configBlob = Buffer.from(JSON.stringify(config));
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: family.manifest,
    config: { mediaType: family.config, digest: digestOf(configBlob), size: configBlob.length },
    layers: layers.map(({ descriptor }) => descriptor),
    ...(annotations.size > 0 && { annotations: Object.fromEntries(annotations) }),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return {
    digest: digestOf(bytes),
    manifest: bytes,
    mediaType: family.manifest,
    blobs: [configBlob, ...layers.map(({ blob }) => blob)],
  };
}

/**
 * Checks the push permission before the build: starts an upload and cancels it.
 * @throws BuilderFailure with kaniko's text.
 */
export async function checkPush(destinations: readonly string[], access: Access): Promise<void> {
  for (const destination of destinations) {
    try {
      await openUpload(destination, access);
    } catch (error) {
      throw new BuilderFailure(
        `error checking push permissions -- make sure you entered the correct tag name, and that you are authenticated correctly, and try again: ${describeError(error)}`,
      );
    }
  }
}

async function openUpload(destination: string, access: Access): Promise<void> {
  const { registry, repository } = readDestination(destination);
  const doing = `checking push permission for ${JSON.stringify(destination)}`;
  const client = await RegistryClient.connect(registry, access).catch((error: unknown) => {
    throw new Error(
      `${doing}: creating push check transport for ${registry} failed: ${describeError(error)}`,
    );
  });
  try {
    const { headers } = await client.call(startUpload(repository), [202]);
    // A registry may keep blobs that were not sent.
    await client.call({ method: 'DELETE', path: headers.location ?? '' }, [204, 404, 405]);
  } catch (error) {
    throw new Error(`${doing}: ${describeError(error)}`, { cause: error });
  }
}

function readDestination(destination: string): Reference {
  try {
    return parseReference(destination);
  } catch (error) {
    throw new Error(`getting tag for destination: ${describeError(error)}`, { cause: error });
  }
}

/** The lines in which kaniko reports the digest. */
export function digestLines(destinations: readonly string[], { digest }: Product): string {
  return destinations
    .map((destination) => `${parseReference(destination).text}@${digest}\n`)
    .join('');
}

/** @throws BuilderFailure with kaniko's text. */
export async function pushProduct(
  product: Product,
  destinations: readonly string[],
  access: Access,
  log: BuilderLog,
): Promise<void> {
  for (const destination of destinations) {
    log.info(`Pushing image to ${destination}`);
    const reference = parseReference(destination);
    try {
      await withRetries(access.flags.pushRetry, () => pushTo(reference, product, access), log);
    } catch (error) {
      throw new BuilderFailure(
        `error pushing image: failed to push to destination ${destination}: ${describeError(error)}`,
      );
    }
    log.info(`Pushed ${reference.registry}/${reference.repository}@${product.digest}`);
  }
}

async function withRetries(
  retries: number,
  operation: () => Promise<void>,
  log: BuilderLog,
): Promise<void> {
  for (let left = retries; ; left -= 1) {
    try {
      await operation();
      return;
    } catch (error) {
      if (left === 0) throw error;
      log.warn(`Retrying operation due to ${describeError(error)}`);
    }
  }
}

async function pushTo(
  { registry, repository, version }: Reference,
  product: Product,
  access: Access,
): Promise<void> {
  const client = await RegistryClient.connect(registry, access);
  for (const blob of product.blobs) await pushBlob(client, repository, blob);
  const call = {
    method: 'PUT',
    path: `/v2/${repository}/manifests/${version}`,
    headers: { 'Content-Type': product.mediaType },
    body: product.manifest,
  };
  await client.call(call, [200, 201, 202]);
}

async function pushBlob(client: RegistryClient, repository: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob);
  const path = `/v2/${repository}/blobs/${digest}`;
  const { status } = await client.call({ method: 'HEAD', path }, [200, 404]);
  if (status === 200) return;
  const upload = await client.call(startUpload(repository), [202]);
  const sent = await client.call(
    { method: 'PATCH', path: upload.headers.location ?? '', body: blob },
    [202],
  );
  const target = sent.headers.location ?? '';
  const query = `${target.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  await client.call({ method: 'PUT', path: `${target}${query}`, body: emptyBody }, [201]);
}

const emptyBody = Buffer.alloc(0);

function startUpload(repository: string): { method: string; path: string; body: Buffer } {
  return { method: 'POST', path: `/v2/${repository}/blobs/uploads/`, body: emptyBody };
}
