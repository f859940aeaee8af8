import type { Descriptor, History, RuntimeConfig } from '../oci/image-spec.ts';
import type { Tree } from './tree.ts';

/** Media types of one of the two families, which an image does not mix. */
export interface Family {
  readonly manifest: string;
  readonly config: string;
  readonly layer: string;
}

export const docker: Family = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

export const oci: Family = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

export interface Layer {
  readonly descriptor: Descriptor;
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  readonly blob: Buffer;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** An image while it is built. */
export interface Image {
  readonly family: Family;
  readonly platform: Platform;
  readonly layers: readonly Layer[];
  readonly config: RuntimeConfig;
  readonly history: readonly History[];
  /** The files of all layers together. */
  readonly files: Tree;
}

/** The configuration without a base: the PATH that kaniko adds to every image without one. */
export function scratch(platform: Platform): Image {
  return {
    family: docker,
    platform,
    layers: [],
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
    history: [],
    files: new Map(),
  };
}

/** @param text `os/architecture[/variant]`; undefined means that of this machine. */
export function parsePlatform(text: string | undefined): Platform {
  const [os = 'linux', architecture = nodeArchitecture, variant] = text?.split('/') ?? [];
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** Go's name for what Node calls x64. */
const nodeArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;
