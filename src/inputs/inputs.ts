import type { Kubeconfig } from '../kubeconfig/document.ts';
import type { KeyValue } from './values/fields.ts';
import type { Platform } from './values/platform.ts';
import type { ImageReference } from './values/reference.ts';
import type { InsecureRegistry, RegistryMirror } from './values/registry.ts';
import type { Toleration } from './values/tolerations.ts';
/**
 * Every input of action.yml after parsing: checked, with units, frozen. Texts of files (pod template, certificate
 * authority) are already read. Field names follow action.yml; what `engine: custom` cannot use is empty there.
 */
export interface Inputs {
  readonly source: Source;
  /** `file`: the Dockerfile as written by the user; undefined means `<context>/Dockerfile`. */
  readonly file: string | undefined;
  /** `compression-level`: gzip level 0 to 9 of the stream. */
  readonly compressionLevel: number;
  /** `context-buffer`: compressed bytes that may wait for the container. */
  readonly contextBufferBytes: number;
  /** `excludes`: patterns behind those of the ignore file. */
  readonly excludes: readonly string[];
  /** `git-credentials`: what happens to the logins in `.git/config`. */
  readonly gitCredentials: 'remove' | 'keep';
  /** `check-dockerfile`: look for what would fail, before any pod. */
  readonly checkDockerfile: boolean;
  readonly image: ImageInputs;
  readonly builder: BuilderInputs;
  readonly kube: KubeInputs;
  readonly pod: PodInputs;
  readonly registry: RegistryInputs;
  /** `start-timeout`: from create until the container runs. */
  readonly startTimeoutMs: number;
  /** `timeout`: the whole step. */
  readonly timeoutMs: number;
  /** `retries`: restarts with a new pod after the infrastructure was lost. */
  readonly retries: number;
  readonly keepPod: 'never' | 'on-failure' | 'always';
  /** `summary`: write the job summary. */
  readonly summary: boolean;
}

/** What goes to the container's stdin. Paths are as written by the user. */
export type Source =
  | { readonly kind: 'context'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

/** What is built, for image engines. */
export interface ImageInputs {
  readonly tags: readonly ImageReference[];
  readonly push: boolean;
  readonly buildArgs: readonly KeyValue[];
  readonly labels: readonly KeyValue[];
  readonly annotations: readonly KeyValue[];
  readonly target: string | undefined;
  readonly platform: Platform | undefined;
  readonly noCache: boolean;
  /** Repository of `cache-from`; undefined without one. */
  readonly cacheFrom: string | undefined;
  /** Repository of `cache-to`; undefined: nothing is exported. */
  readonly cacheTo: string | undefined;
  /** `cache-ttl`; undefined: the builder's own. */
  readonly cacheTtlMs: number | undefined;
}

export interface BuilderInputs {
  readonly engine: 'kaniko' | 'custom';
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly KeyValue[];
  readonly verbosity: string;
}

export interface KubeInputs {
  /** `kubeconfig`: `auto`, or the parsed document. Secret. */
  readonly kubeconfig: 'auto' | Kubeconfig;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
}

export interface PodInputs {
  readonly serviceAccount: string | undefined;
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
  /** `pod-template`: the parsed document, not yet merged or checked against our own fields. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
}

export interface RegistryInputs {
  /** `docker-config`: path of a directory or file, `none`, or undefined for `$DOCKER_CONFIG`, else `~/.docker`. */
  readonly dockerConfig: string | undefined;
  readonly pullLogins: 'auto' | 'none' | readonly string[];
  readonly secret: string | undefined;
  readonly mirrors: readonly RegistryMirror[];
  readonly insecure: readonly InsecureRegistry[];
  /** `registry-ca`: PEM text. */
  readonly ca: string | undefined;
  readonly pushRetry: number;
}
