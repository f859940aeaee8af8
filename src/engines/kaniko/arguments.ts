import type { Inputs } from '../../inputs/inputs.ts';
import { formatDuration } from '../../inputs/values/duration.ts';
import type { KeyValue } from '../../inputs/values/key-value.ts';
import { dockerHub, normalizeHost, parseRepository } from '../../inputs/values/reference.ts';
import type { StreamExtras } from '../engine.ts';
import { builderVerbosity } from './verbosity-filter.ts';

/** Where kaniko unpacks stdin. */
export const unpacked = '/kaniko/buildcontext';

/** A flag and its values. The flag is repeated for each value. */
interface ArgumentRule {
  readonly flag: string;
  readonly values: (inputs: Inputs, extras: StreamExtras) => readonly string[];
}

/**
 * kaniko's arguments in a fixed order. All three variants (Google, osscontainertools, Chainguard) accept every flag that is used by default; `--annotation` is not
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
  { flag: '--verbosity', values: ({ builder }) => [builderVerbosity(builder.verbosity)] },
  { flag: '--build-arg', values: ({ image }) => image.buildArgs.map(formatPair) },
  { flag: '--label', values: ({ image }) => image.labels.map(formatPair) },
  { flag: '--annotation', values: ({ image }) => image.annotations.map(formatPair) },
  { flag: '--target', values: ({ image }) => optional(image.target) },
  {
    flag: '--skip-unused-stages',
    values: (_inputs, { skipsStages = false }) => (skipsStages ? ['true'] : []),
  },
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
    values: ({ registry }, extras) =>
      registry.insecure.filter(({ http }) => http).flatMap(({ host }) => namesOf(host, extras)),
  },
  {
    flag: '--skip-tls-verify-registry',
    values: ({ registry }, extras) =>
      registry.insecure
        .filter(({ unverifiedTls }) => unverifiedTls)
        .flatMap(({ host }) => namesOf(host, extras)),
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
    flag: '--skip-default-registry-fallback',
    values: ({ registry }) => (registry.mirrorFallback ? [] : ['true']),
  },
  {
    flag: '--push-retry',
    values: ({ image, registry }) => (image.push ? [`${registry.pushRetry}`] : []),
  },
  // Without a push, kaniko checks the cache instead, and fails if it is refused. A cache must not decide whether a build runs.
  {
    flag: '--skip-push-permission-check',
    values: (inputs) =>
      !inputs.image.push && cacheOf(inputs) !== undefined && inputs.image.cacheTo !== undefined
        ? ['true']
        : [],
  },
  // Without it, one response of an overloaded registry ends the build.
  { flag: '--image-download-retry', values: () => ['3'] },
];

/** The arguments of kaniko, to which pod/spec/literal.ts adds those of `builder-args`. */
export function kanikoArguments(inputs: Inputs, extras: StreamExtras): readonly string[] {
  return argumentRules.flatMap(({ flag, values }) =>
    values(inputs, extras).map((value) => `${flag}=${value}`),
  );
}

/** The repository of the cache, which kaniko both reads and writes; undefined without a cache or with `no-cache`. */
export function cacheOf({ image }: Inputs): string | undefined {
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

/** kaniko compares hosts as text, so a flag also needs the spellings of the Dockerfile. */
function namesOf(host: string, { pullHosts = [] }: StreamExtras): readonly string[] {
  return [...new Set([host, ...pullHosts.filter((name) => normalizeHost(name) === host)])];
}

function formatPair({ key, value }: KeyValue): string {
  return `${key}=${value}`;
}

function optional(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
