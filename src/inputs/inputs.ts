import type { Kubeconfig } from '../kubeconfig/document.ts';
import type { RegistryAuth } from './auths/registry-auths.ts';
import type { KeyValue } from './values/key-value.ts';
import type { Platform } from './values/platform.ts';
import type { ImageReference } from './values/reference.ts';
import type { InsecureRegistry, RegistryMirror } from './values/registry.ts';
import type { Toleration } from './values/tolerations.ts';

/**
 * The inputs of action.yml after parsing: validated, with units, frozen. The files of `pod-template` and `registry-ca` are
 * already read. Field names follow action.yml. With `engine: custom`, the fields that it does not support have their
 * defaults.
 */
export interface Inputs {
  /** `mode`: check reports whether a build could start, and builds nothing. */
  readonly mode: 'build' | 'check';
  readonly source: Source;
  /** `file`: path of the Dockerfile, relative to the working directory; undefined for `<context>/Dockerfile`. */
  readonly file: string | undefined;
  /** `compression-level`: gzip level 0 to 9 of the stream. */
  readonly compressionLevel: number;
  /** `context-buffer`: compressed bytes that are kept in memory until the container reads them. */
  readonly contextBufferBytes: number;
  /** `excludes`: patterns that are applied after those of the ignore file. */
  readonly excludes: readonly string[];
  /** `git-credentials`: whether credentials are removed from the files of git. */
  readonly gitCredentials: 'remove' | 'keep';
  /** `workflow-credentials`: whether files with credentials of the workflow are sent. */
  readonly workflowCredentials: 'exclude' | 'keep';
  /** `check-dockerfile`: check the Dockerfile against the context before a pod is created. */
  readonly checkDockerfile: boolean;
  readonly image: ImageInputs;
  readonly builder: BuilderInputs;
  readonly kube: KubeInputs;
  readonly pod: PodInputs;
  readonly registry: RegistryInputs;
  /** `start-timeout`: from the creation of the pod until the container runs. */
  readonly startTimeoutMs: number;
  /** `timeout`: the whole step. */
  readonly timeoutMs: number;
  /** `retries`: new pods after the pod or the connection was lost. */
  readonly retries: number;
  readonly keepPod: 'never' | 'on-failure' | 'always';
  /** `summary`: write the job summary. */
  readonly summary: boolean;
  /** Parts of the inputs that have no effect, as messages for the job log. */
  readonly warnings: readonly string[];
}

/** The source of the bytes for stdin of the container. Paths are as in the input. */
export type Source =
  | {
      readonly kind: 'context';
      readonly path: string;
      /** The directory `.git` is not sent, as in a Git context of Docker. */
      readonly withoutGit?: true;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

/** Inputs of engines that build an image from a Dockerfile. */
export interface ImageInputs {
  readonly tags: readonly ImageReference[];
  readonly push: boolean;
  readonly buildArgs: readonly KeyValue[];
  readonly labels: readonly KeyValue[];
  readonly annotations: readonly KeyValue[];
  readonly target: string | undefined;
  readonly platform: Platform | undefined;
  readonly noCache: boolean;
  /** Repository of `cache-from`; undefined: no repository to read from. The same as `cacheTo` if both are set. */
  readonly cacheFrom: string | undefined;
  /** Repository of `cache-to`; undefined: no layers are written. */
  readonly cacheTo: string | undefined;
  /** `cache-ttl`; undefined: the default of the builder. */
  readonly cacheTtlMs: number | undefined;
}

export interface BuilderInputs {
  readonly engine: 'kaniko' | 'custom';
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly KeyValue[];
  /** `expand-variables`: Kubernetes expands `$(NAME)` in `command`, `args` and `env`. */
  readonly expandVariables: boolean;
  readonly verbosity: string;
}

export interface KubeInputs {
  /** `kubeconfig`: `auto`, or the parsed document. With `server`, a document that is made of the inputs. Secret. */
  readonly kubeconfig: 'auto' | Kubeconfig;
  /** `oidc-audience`: OIDC tokens of the job authenticate; absent: the credentials of the kubeconfig. */
  readonly oidcAudience?: string | undefined;
  /** `ca-cert` in PEM; absent: the kubeconfig has it, or a public CA. */
  readonly caCertificate?: string;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  /** `hide-server`: no message names the API server; absent: it is named. */
  readonly hideServer?: boolean;
}

export interface PodInputs {
  readonly serviceAccount: string | undefined;
  /** `host-users`: false runs the pod in a user namespace of its own. */
  readonly hostUsers: boolean;
  /** Kubernetes quantities by resource name, for example `{ requests: { cpu: '1' }, limits: {} }`. */
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly imagePullSecrets: readonly string[];
  /** `pod-template`: the parsed document, not merged and not checked for reserved fields. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
}

export interface RegistryInputs {
  /** `docker-config`: path of a directory or file, or `none`; undefined for the places of Docker and Podman. */
  readonly dockerConfig: string | undefined;
  readonly pullLogins: 'auto' | 'none' | readonly string[];
  /** `registry-auths`. Secret. */
  readonly auths: readonly RegistryAuth[];
  readonly secret: string | undefined;
  readonly mirrors: readonly RegistryMirror[];
  /** `mirror-fallback`: pull from the original registry if no mirror has an image. */
  readonly mirrorFallback: boolean;
  readonly insecure: readonly InsecureRegistry[];
  /** `registry-ca`: PEM text. */
  readonly ca: string | undefined;
  readonly pushRetry: number;
}
