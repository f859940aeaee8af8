import { describeError } from '../../src/errors.ts';
import { digestOf } from '../oci/digest.ts';
import type { Descriptor, ImageConfig, ImageManifest } from '../oci/image-spec.ts';
import { RegistryClient, type Access } from './client.ts';
import { buildFailure } from './failure.ts';
import { docker, oci, type Image, type Layer, type Platform } from './image.ts';
import { openLayer } from './layer.ts';
import type { BuilderLog } from './log.ts';
import { parseReference, type Reference } from './reference.ts';
import { unpack, type Tree } from './tree.ts';

const indexTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];
const accepted = [docker.manifest, oci.manifest, ...indexTypes].join(', ');

/**
 * Pulls an image that a Dockerfile refers to.
 * @throws BuilderFailure with kaniko's text.
 */
export async function pullImage(
  text: string,
  platform: Platform,
  access: Access,
  log: BuilderLog,
): Promise<Image> {
  const reference = readReference(text);
  log.info(`Retrieving image manifest ${text}`);
  log.info(`Retrieving image ${text} from registry ${reference.registry}`);
  try {
    return await fetchImage(reference, platform, access);
  } catch (error) {
    throw buildFailure(
      `unable to complete operation after 0 attempts, last error: ${describeError(error)}`,
    );
  }
}

function readReference(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    throw buildFailure(describeError(error));
  }
}

async function fetchImage(
  { registry, repository, version }: Reference,
  platform: Platform,
  access: Access,
): Promise<Image> {
  const client = await RegistryClient.connect(registry, access);
  const blob = (digest: string): Promise<Buffer> => fetchBlob(client, repository, digest);
  const manifest = await fetchManifest(client, repository, version, platform);
  const config = JSON.parse((await blob(manifest.config.digest)).toString()) as ImageConfig;
  const layers: Layer[] = [];
  let files: Tree = new Map();
  for (const [index, descriptor] of manifest.layers.entries()) {
    const content = await blob(descriptor.digest);
    layers.push({ descriptor, diffId: config.rootfs.diff_ids[index] ?? '', blob: content });
    files = await unpack(openLayer(content), files, { isLayer: true });
  }
  const { os, architecture, variant } = config;
  return {
    family: manifest.config.mediaType === oci.config ? oci : docker,
    platform: { os, architecture, ...(variant !== undefined && { variant }) },
    layers,
    config: config.config ?? {},
    history: config.history ?? [],
    files,
  };
}

/** The manifest itself, or that of the platform if it is an index. */
async function fetchManifest(
  client: RegistryClient,
  repository: string,
  version: string,
  platform: Platform,
): Promise<ImageManifest> {
  const path = `/v2/${repository}/manifests/${version}`;
  const call = { method: 'GET', path, headers: { Accept: accepted } };
  const { headers, body } = await client.call(call, [200]);
  const manifest = JSON.parse(body.toString()) as ImageManifest | Index;
  if (!('manifests' in manifest)) return manifest;
  if (!indexTypes.includes(headers['content-type'] ?? '')) {
    throw new Error(`GET ${path}: an index of an unknown type`);
  }
  const wanted = manifest.manifests.find(
    ({ platform: offered }) =>
      offered?.os === platform.os && offered.architecture === platform.architecture,
  );
  if (wanted !== undefined) return fetchManifest(client, repository, wanted.digest, platform);
  throw new Error(
    `no child with platform ${platform.os}/${platform.architecture} in index ${repository}:${version}`,
  );
}

interface Index {
  readonly manifests: readonly (Descriptor & { readonly platform?: Platform })[];
}

async function fetchBlob(
  client: RegistryClient,
  repository: string,
  digest: string,
): Promise<Buffer> {
  const path = `/v2/${repository}/blobs/${digest}`;
  const { body } = await client.call({ method: 'GET', path }, [200]);
  if (digestOf(body) === digest) return body;
  throw new Error(`error verifying sha256 checksum after reading ${body.length} bytes of ${path}`);
}
