import type { BuilderInputs } from './inputs.ts';

/** What an engine does with an input. */
export type Support =
  | { readonly kind: 'supported' }
  /** Accepted. The image is the same with and without it. `use` is what to set instead; undefined if there is nothing to set. */
  | { readonly kind: 'no effect'; readonly use: string | undefined }
  /** An error, because the result would be another one. `unless` are the values that ask for what happens anyway. */
  | { readonly kind: 'refused'; readonly use: string; readonly unless: readonly string[] };

type Engine = BuilderInputs['engine'];

const supported: Support = { kind: 'supported' };

function noEffect(use?: string): Support {
  return { kind: 'no effect', use };
}

function refused(use: string, ...unless: string[]): Support {
  return { kind: 'refused', use, unless };
}

function always(support: Support): Record<Engine, Support> {
  return { kaniko: support, custom: support };
}

/** An input about an image, which only an engine that builds a Dockerfile has. `unless` are the values that ask for nothing. */
function forImagesUnless(...unless: string[]): Record<Engine, Support> {
  return { kaniko: supported, custom: refused('Remove it, or use engine: kaniko.', ...unless) };
}

function forCustom(use: string): Record<Engine, Support> {
  return { kaniko: refused(use), custom: supported };
}

const forImages = forImagesUnless();
const attest = "Use actions/attest with the outputs 'image-name' and 'digest'.";
const mountSecret =
  "Mount a Secret at /run/secrets with 'pod-template'; see examples/build-secret.yml.";

/** Every input of docker/build-push-action, version 7, in alphabetical order. docs/reference.md shows this table. conflicts.ts refuses and names inputs by it. */
export const dockerInputs: Readonly<Record<string, Record<Engine, Support>>> = {
  'add-hosts': always(refused("Use hostAliases in 'pod-template'.")),
  allow: always(
    refused("Remove it. For the network of the node, set hostNetwork in 'pod-template'."),
  ),
  annotations: forImages,
  attests: always(refused(attest)),
  'build-args': forImages,
  'build-contexts': always(refused("Put the files into 'context'.")),
  builder: always(noEffect()),
  'cache-from': forImages,
  'cache-to': forImages,
  call: always(refused('Remove it, and check the Dockerfile in another step.', 'build')),
  'cgroup-parent': always(noEffect("Set limits with 'resources'.")),
  context: always(supported),
  file: forImages,
  'github-token': always(noEffect()),
  labels: forImages,
  load: always(refused('Push the image, and pull it where it is needed.', 'false')),
  network: always(refused('Restrict the network of the pod with a NetworkPolicy.', 'default')),
  'no-cache': forImagesUnless('false'),
  'no-cache-filters': always(refused('Use no-cache: true.')),
  outputs: always(refused("Use 'tags' with push: true.")),
  platforms: forImages,
  provenance: always(refused(`${attest} Set it to false here.`, 'false')),
  pull: { kaniko: supported, custom: noEffect() },
  push: forImagesUnless('false'),
  sbom: always(
    refused("Create it in another step from the output 'image'. Set it to false here.", 'false'),
  ),
  'secret-envs': always(refused(mountSecret)),
  'secret-files': always(refused(mountSecret)),
  secrets: always(refused(mountSecret)),
  'shm-size': always(
    noEffect("Mount an emptyDir with medium: Memory at /dev/shm with 'pod-template'."),
  ),
  ssh: always(refused('Fetch private sources in a step before this one.')),
  tags: forImages,
  target: forImages,
  ulimit: always(noEffect('Set limits of processes on the node.')),
};

/** The inputs of this action alone that only some of the engines have. The others are supported by all of them. */
export const ownInputs: Readonly<Record<string, Record<Engine, Support>>> = {
  'builder-command': forCustom("Use 'builder-args', or engine: custom."),
  'cache-ttl': forImages,
  'check-dockerfile': forImagesUnless('true'),
  'docker-config': forImagesUnless('none'),
  'insecure-registries': forImages,
  'mirror-fallback': forImagesUnless('true'),
  'pull-logins': forImagesUnless('none'),
  'push-retry': forImages,
  'registry-auths': forImages,
  'registry-ca': forImages,
  'registry-mirrors': forImages,
  'registry-secret': forImages,
  stdin: forCustom("Use 'context', or engine: custom."),
  'stdin-file': forCustom("Use 'context', or engine: custom."),
  verbosity: forImages,
};
