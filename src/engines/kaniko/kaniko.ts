import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { Inputs } from '../../inputs/inputs.ts';
import {
  builderContainerName,
  registrySecretVolume,
  type Engine,
  type FailedBuild,
  type StreamExtras,
} from '../engine.ts';
import { kanikoArguments, unpacked } from './arguments.ts';
import { CacheRefusal } from './cache-refusal.ts';
import { diagnoseKaniko } from './failures/diagnose.ts';
import { withoutUsage } from './failures/usage.ts';
import { explainMirrors } from './failures/mirrors.ts';
import { PushedDigests } from './pushed-digests.ts';
import { verbosityFilter } from './verbosity-filter.ts';

/** Where the Secret of `registry-secret` is mounted. kaniko excludes this directory from every layer. */
const secretDirectory = '/kaniko/.docker';

const timestampVariable = 'SOURCE_DATE_EPOCH';

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

/**
 * With these flags the osscontainertools fork builds what Docker builds: owners and modes of the directories that COPY creates,
 * the owner of COPY after USER, variables in heredocs of COPY, the group of USER in RUN, and the mode of a directory that ADD
 * extracts an archive to. They are off in kaniko, because they change the keys of its cache. The other forks do not read them.
 */
const compatibilityFlags: readonly KeyValueEnv[] = [
  'FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS',
  'FF_KANIKO_COPY_AS_ROOT',
  'FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS',
  'FF_KANIKO_EXPAND_HEREDOC',
  'FF_KANIKO_RUN_HONOR_GROUP',
  'FF_KANIKO_UNTAR_SKIP_ROOT',
].map((name) => ({ name, value: 'true' }));

/** kaniko: builds a Dockerfile as root in an ordinary pod, without privileges, from a tar stream on stdin. */
export const kaniko: Engine = {
  name: 'kaniko',
  layout: 'image',

  container(inputs: Inputs, extras: StreamExtras): V1Container {
    return {
      name: builderContainerName,
      image: inputs.builder.image,
      args: [...kanikoArguments(inputs, extras)],
      env: [...loginEnv(inputs, extras), ...compatibilityFlags, ...timestampEnv(inputs)],
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

  scanPushes: ({ image }: Inputs) => (image.push ? new PushedDigests(image.tags) : undefined),
  scanWarnings: ({ image }: Inputs) =>
    image.cacheTo === undefined ? undefined : new CacheRefusal(),
  filterOutput: ({ builder }: Inputs) => verbosityFilter(builder.verbosity),

  /** kaniko writes one `reference@digest` line for each destination before it pushes. */
  readDigests: (message: string) => [
    ...new Set(
      [...message.matchAll(/@(sha256:[0-9a-f]{64})[^\S\n]*$/gm)].map(([, digest = '']) => digest),
    ),
  ],

  relevant: withoutUsage,
  diagnose: (build: FailedBuild) => explainMirrors(build, diagnoseKaniko(build)),
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

function loginEnv({ registry }: Inputs, extras: StreamExtras): KeyValueEnv[] {
  if (registry.secret !== undefined) return [{ name: 'DOCKER_CONFIG', value: secretDirectory }];
  return extras.logins ? [{ name: 'DOCKER_CONFIG', value: `${unpacked}/auth` }] : [];
}

/** The build argument SOURCE_DATE_EPOCH is also for the builder itself, see reproducible-builds.org. */
function timestampEnv({ image }: Inputs): KeyValueEnv[] {
  const value = image.buildArgs.findLast(({ key }) => key === timestampVariable)?.value ?? '';
  return /^\d+$/.test(value) ? [{ name: timestampVariable, value }] : [];
}

interface KeyValueEnv {
  readonly name: string;
  readonly value: string;
}
