// An image of a registry, as a container would find it.
import {
  readConfig,
  readLayer,
  readManifest,
  type ImageConfig,
  type Registry,
} from '../registry.ts';
import { applyLayers, type FileTree } from './files.ts';

export interface Image {
  readonly config: ImageConfig;
  readonly files: FileTree;
}

/** @param reference `host/repository:tag` or `host/repository@digest`. */
export async function readImage(
  reference: string,
  access: Omit<Registry, 'host'> = {},
): Promise<Image> {
  const parts = /^(?<host>[^/]+)\/(?<repository>[^@]+?)(?:@(?<digest>.+)|:(?<tag>[^/:]+))$/.exec(
    reference,
  )?.groups;
  if (parts === undefined) throw new Error(`${reference} is not host/repository:tag or @digest`);
  const { host = '', repository = '', digest, tag = '' } = parts;
  const registry = { ...access, host };
  const manifest = await readManifest(registry, repository, digest ?? tag);
  if (manifest === undefined)
    throw new Error(`${reference} does not exist, or is a list of images`);
  const [config, layers] = await Promise.all([
    readConfig(registry, repository, manifest),
    Promise.all(manifest.layers.map((layer) => readLayer(registry, repository, layer))),
  ]);
  return { config, files: applyLayers(layers) };
}
