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
  /** `kubeconfig`: `auto`, or YAML text (base64 already undone). Secret. */
  readonly kubeconfig: string;
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

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
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

/** `registry-mirrors`: a mirror to ask before a registry; `index.docker.io` where the user named none. */
export interface RegistryMirror {
  readonly registry: string;
  /** Host, with a path where the mirror has one. */
  readonly mirror: string;
}

/** `http://host` is plain HTTP, `https://host` TLS without verification, a bare host both. */
export interface InsecureRegistry {
  readonly host: string;
  readonly http: boolean;
  readonly unverifiedTls: boolean;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** `registry/repository:tag` in full: the registry is always named. */
export interface ImageReference {
  /** As the user wrote it, with `:latest` where there was no tag. */
  readonly text: string;
  /** `index.docker.io` for references without a host. */
  readonly registry: string;
  /** Repository without the registry, `library/` added where Docker adds it. */
  readonly repository: string;
  readonly tag: string;
}

export interface Platform {
  readonly os: 'linux';
  readonly architecture: string;
  readonly variant: string | undefined;
}
