import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { parseRepository } from '../inputs/values/reference.ts';
import {
  builderContainerName,
  registrySecretVolume,
  type BuiltImage,
  type Engine,
  type StreamExtras,
} from './engine.ts';
import { cacheOf, kanikoArguments, unpacked } from './kaniko-arguments.ts';
import { diagnoseKaniko, withoutUsage } from './kaniko-failure.ts';

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

/** kaniko: builds a Dockerfile as root in an ordinary pod, without privileges, from a tar stream on stdin. */
export const kaniko: Engine = {
  name: 'kaniko',
  layout: 'image',

  container(inputs: Inputs, extras: StreamExtras): V1Container {
    const env = loginEnv(inputs, extras);
    return {
      name: builderContainerName,
      image: inputs.builder.image,
      args: [...kanikoArguments(inputs, extras)],
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

  reserved: { paths: ['/kaniko/executor', unpacked], variables: ['KANIKO_DIR'] },

  notable: pushedLine,

  /**
   * kaniko writes one `reference@digest` line for each destination before it pushes. A RUN step can write to the same file,
   * but cannot remove lines from the output of kaniko, so the digests there must be the same.
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
function registrySecretVolumeSource(secret: string): V1Volume {
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

function loginEnv({ registry }: Inputs, extras: StreamExtras): KeyValueEnv[] {
  if (registry.secret !== undefined) return [{ name: 'DOCKER_CONFIG', value: secretDirectory }];
  return extras.logins ? [{ name: 'DOCKER_CONFIG', value: `${unpacked}/auth` }] : [];
}

interface KeyValueEnv {
  readonly name: string;
  readonly value: string;
}
