import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { formatDuration } from '../inputs/values/duration.ts';
import type { KeyValue } from '../inputs/values/fields.ts';
import { dockerHub, parseRepository } from '../inputs/values/reference.ts';
import {
  builderContainerName,
  registrySecretVolume,
  type BuiltImage,
  type Engine,
  type StreamExtras,
} from './engine.ts';
import { diagnoseKaniko, withoutUsage } from './kaniko-failure.ts';

/** Where kaniko unpacks stdin. */
const unpacked = '/kaniko/buildcontext';
/** Where the Secret of `registry-secret` is mounted. kaniko excludes this directory from every layer. */
const secretDirectory = '/kaniko/.docker';

/** The line that kaniko prints after a push. */
const pushedLine = /\bPushed (\S+)@(sha256:[0-9a-f]{64})/;

/**
 * What PodSecurity baseline allows of a runtime's default set. Everything else is dropped; `allowPrivilegeEscalation`
 * stays unset, so that sudo and file capabilities in RUN work.
 */
const capabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** A flag and its values. The flag is repeated for each value. */
interface ArgumentRule {
  readonly flag: string;
  readonly values: (inputs: Inputs, extras: StreamExtras) => readonly string[];
}

/**
 * kaniko's arguments in a fixed order. All three forks accept every flag that is used by default; `--annotation` is not
 * known to Google's and is used only if the input asks for it.
 */
const argumentRules: readonly ArgumentRule[] = [
  { flag: '--context', values: () => ['tar://stdin'] },
  { flag: '--context-sub-path', values: () => ['ctx'] },
  { flag: '--dockerfile', values: () => [`${unpacked}/meta/Dockerfile`] },
  {
    flag: '--destination',
    values: ({ image }) => (image.push ? image.tags.map(({ text }) => text) : []),
  },
  { flag: '--no-push', values: ({ image }) => (image.push ? [] : ['true']) },
  {
    flag: '--image-name-tag-with-digest-file',
    values: ({ image }) => (image.push ? ['/dev/termination-log'] : []),
  },
  // Its check for being in a container fails where no token is mounted.
  { flag: '--force', values: () => ['true'] },
  { flag: '--log-format', values: () => ['text'] },
  { flag: '--verbosity', values: ({ builder }) => [builder.verbosity] },
  { flag: '--build-arg', values: ({ image }) => image.buildArgs.map(formatPair) },
  { flag: '--label', values: ({ image }) => image.labels.map(formatPair) },
  { flag: '--annotation', values: ({ image }) => image.annotations.map(formatPair) },
  { flag: '--target', values: ({ image }) => optional(image.target) },
  { flag: '--custom-platform', values: variantPlatform },
  { flag: '--cache', values: (inputs) => (cacheOf(inputs) === undefined ? [] : ['true']) },
  { flag: '--cache-repo', values: (inputs) => optional(cacheOf(inputs)) },
  {
    flag: '--no-push-cache',
    values: (inputs) =>
      cacheOf(inputs) !== undefined && inputs.image.cacheTo === undefined ? ['true'] : [],
  },
  {
    flag: '--cache-ttl',
    values: (inputs) => {
      const { cacheTtlMs } = inputs.image;
      const isUsed = cacheTtlMs !== undefined && cacheOf(inputs) !== undefined;
      return isUsed ? [formatDuration(cacheTtlMs)] : [];
    },
  },
  {
    flag: '--insecure-registry',
    values: ({ registry }) => registry.insecure.filter(({ http }) => http).map(({ host }) => host),
  },
  {
    flag: '--skip-tls-verify-registry',
    values: ({ registry }) =>
      registry.insecure.filter(({ unverifiedTls }) => unverifiedTls).map(({ host }) => host),
  },
  {
    flag: '--registry-certificate',
    values: (inputs, extras) =>
      extras.ca
        ? trustedHosts(inputs, extras).map((host) => `${host}=${unpacked}/auth/ca.crt`)
        : [],
  },
  {
    flag: '--registry-mirror',
    values: ({ registry }) =>
      registry.mirrors
        .filter((mirror) => mirror.registry === dockerHub)
        .map(({ mirror }) => mirror),
  },
  {
    flag: '--registry-map',
    values: ({ registry }) =>
      registry.mirrors
        .filter((mirror) => mirror.registry !== dockerHub)
        .map((mirror) => `${mirror.registry}=${mirror.mirror}`),
  },
  {
    flag: '--push-retry',
    values: ({ image, registry }) => (image.push ? [`${registry.pushRetry}`] : []),
  },
];

/** kaniko: builds a Dockerfile as root in an ordinary pod, without privileges, from a tar stream on stdin. */
export const kaniko: Engine = {
  name: 'kaniko',
  layout: 'image',

  container(inputs: Inputs, extras: StreamExtras): V1Container {
    const env = [...loginEnv(inputs, extras), ...inputs.builder.env.map(toEnv)];
    return {
      name: builderContainerName,
      image: inputs.builder.image,
      args: [
        ...argumentRules.flatMap(({ flag, values }) =>
          values(inputs, extras).map((value) => `${flag}=${value}`),
        ),
        ...inputs.builder.args,
      ],
      ...(env.length > 0 && { env }),
      securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'], add: [...capabilities] } },
      ...(inputs.registry.secret !== undefined && {
        volumeMounts: [{ name: registrySecretVolume, mountPath: secretDirectory, readOnly: true }],
      }),
    };
  },

  volumes({ registry }: Inputs): readonly V1Volume[] {
    return registry.secret === undefined ? [] : [registrySecretVolumeSource(registry.secret)];
  },

  notable: pushedLine,

  /**
   * kaniko writes one `reference@digest` line for each destination, before it pushes. A RUN step can write there too, so
   * the digests in the output, which a RUN step cannot remove, must be the same.
   */
  readImage(message: string, inputs: Inputs, noted: readonly string[]): BuiltImage | undefined {
    const named = [...message.matchAll(/@(sha256:[0-9a-f]{64})\s*$/gm)].map(([, digest]) => digest);
    const [digest] = named;
    if (!inputs.image.push || digest === undefined) return undefined;
    const other = [...named, ...pushedDigests(inputs, noted)].find((found) => found !== digest);
    if (other === undefined) return { digest };
    throw new BuildError(
      'build',
      `the builder reported two digests, ${digest} and ${other}, so the pushed image cannot be determined`,
      {
        hint: 'Do not use the image. A RUN step may have changed the digest that the builder reports.',
      },
    );
  },

  relevant: withoutUsage,
  diagnose: diagnoseKaniko,
};

/**
 * The volume of `registry-secret`: `config.json`, whichever of its two usual keys the Secret has. The second source is the
 * whole Secret: two items with the same path would be refused, and without `optional` a missing Secret is reported.
 */
export function registrySecretVolumeSource(secret: string): V1Volume {
  const items = [{ key: '.dockerconfigjson', path: 'config.json' }];
  return {
    name: registrySecretVolume,
    projected: {
      defaultMode: 0o400,
      sources: [{ secret: { name: secret, items, optional: true } }, { secret: { name: secret } }],
    },
  };
}

/** Digests in the output for the repositories of the tags. A cache in the same repository prints the same lines. */
function pushedDigests(inputs: Inputs, noted: readonly string[]): readonly string[] {
  const cache = cacheOf(inputs);
  const cached = cache === undefined ? undefined : parseRepository(cache);
  const repositories = inputs.image.tags
    .filter(
      ({ registry, repository }) => registry !== cached?.registry || repository !== cached.path,
    )
    .map(({ registry, repository }) => `${registry}/${repository}`);
  return noted.flatMap((line) => {
    const [, repository = '', digest = ''] = pushedLine.exec(line) ?? [];
    return repositories.includes(repository) ? [digest] : [];
  });
}

/** The repository of the cache, which kaniko both reads and writes; undefined without a cache or with `no-cache`. */
function cacheOf({ image }: Inputs): string | undefined {
  return image.noCache ? undefined : (image.cacheTo ?? image.cacheFrom);
}

/** The platform if it has a variant. Without one, the architecture of the node is enough. */
function variantPlatform({ image: { platform } }: Inputs): readonly string[] {
  if (platform?.variant === undefined) return [];
  return [`${platform.os}/${platform.architecture}/${platform.variant}`];
}

/** Registries that the CA certificate of `registry-ca` is trusted for: all that this build is known to use. */
function trustedHosts(inputs: Inputs, { pullHosts = [] }: StreamExtras): readonly string[] {
  const { image, registry } = inputs;
  const cache = cacheOf(inputs);
  return [
    ...new Set([
      ...image.tags.map((tag) => tag.registry),
      ...(cache === undefined ? [] : [parseRepository(cache).registry]),
      ...registry.mirrors.map(({ mirror }) => mirror.replace(/\/.*$/s, '')),
      ...(typeof registry.pullLogins === 'string' ? [] : registry.pullLogins),
      ...pullHosts,
    ]),
  ];
}

function loginEnv({ registry }: Inputs, extras: StreamExtras): KeyValueEnv[] {
  if (registry.secret !== undefined) return [{ name: 'DOCKER_CONFIG', value: secretDirectory }];
  return extras.logins ? [{ name: 'DOCKER_CONFIG', value: `${unpacked}/auth` }] : [];
}

interface KeyValueEnv {
  readonly name: string;
  readonly value: string;
}

function toEnv({ key, value }: KeyValue): KeyValueEnv {
  return { name: key, value };
}

function formatPair({ key, value }: KeyValue): string {
  return `${key}=${value}`;
}

function optional(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
