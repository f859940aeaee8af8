import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { Dockerfile } from '../dockerfile/parse.ts';
import type { Inputs } from '../inputs/inputs.ts';

/** Where the archive on stdin has the context and the Dockerfile, see context/tar/member.ts. */
export type StreamLayout = 'image' | 'plain';

/** The pushed image. */
export interface BuiltImage {
  /** `sha256:…` of the pushed manifest. */
  readonly digest: string;
}

/** Parts of the stream besides the context, and facts about the Dockerfile. They decide which arguments the builder gets. */
export interface StreamExtras {
  /** `auth/config.json` is in the stream. */
  readonly logins: boolean;
  /** `auth/ca.crt` is in the stream. */
  readonly ca: boolean;
  /** Hosts that the Dockerfile names, as the builder names them: `auth/ca.crt` is trusted for them too. */
  readonly pullHosts?: readonly string[];
  /** Stages that the target does not need are not built (dockerfile/unused-stages.ts). */
  readonly skipsStages?: boolean;
}

/** Finds pushed digests in the output of one container, which arrives in pieces of any size. */
export interface PushScan {
  push(output: Buffer): void;
  /**
   * Call it after the last piece.
   * @returns by repository (`registry/repository`) of the tags: the distinct digests that the builder has reported as pushed.
   */
  end(): ReadonlyMap<string, ReadonlySet<string>>;
}

/** Finds a problem that the builder reports without failing, in the output of one container, which arrives in pieces of any size. */
export interface WarningScan {
  push(output: Buffer): void;
  /** Call it after the last piece. @returns the problem in whole sentences; undefined without one. */
  end(): string | undefined;
}

/** Removes lines of the builder from the output of one container, which arrives in pieces of any size. */
export interface OutputFilter {
  /** @returns what is printed by now. */
  push(output: Buffer): Buffer;
  /** @returns the rest, after the last piece. */
  end(): Buffer;
}

/** What the output of a failed builder is explained with. */
export interface FailedBuild {
  /** The last lines of output, without timestamps. */
  readonly tail: readonly string[];
  readonly exitCode: number;
  /** Where the failing instruction is searched: as it was sent, so without the stages that are not built. */
  readonly dockerfile: Dockerfile;
  /** Registries that the build pushes to and for which no credentials were sent. */
  readonly withoutLogin: readonly string[];
  /** True if the server has confirmed that the builder got all of the stream: then output to the contrary is not the builder's. */
  readonly contextComplete: boolean;
  /** True if all of the output was read. Then a short tail is all of it. */
  readonly isOutputWhole: boolean;
}

/** The explanation of a failure, found in the output of the builder. */
export interface Diagnosis {
  /** The cause of the failure: one sentence without a final period. */
  readonly message: string;
  readonly hint?: string;
  /** True if the builder did not receive the whole stream, so the Dockerfile is not the cause. */
  readonly transport?: boolean;
  /** True if the builder ended before it built anything, because a registry was unavailable: a new pod can succeed. */
  readonly beforeBuild?: boolean;
  /** Line of the Dockerfile, from 1. */
  readonly line?: number;
}

/** What a builder relies on inside of its container. */
export interface Reserved {
  /** Files and directories that no mount may hide or change. */
  readonly paths: readonly string[];
  /** Environment variables. */
  readonly variables: readonly string[];
}

/** One builder: makes a container of the inputs, and reads the results. Pure: no method uses the cluster or files. */
export interface Engine {
  readonly name: Inputs['builder']['engine'];
  readonly layout: StreamLayout;
  /**
   * The container with name, image, command, args, env, securityContext and volumeMounts. Texts are as the program is to get
   * them. pod/spec adds the rest, also the texts of `builder-command`, `builder-args` and `builder-env`.
   */
  container(inputs: Inputs, extras: StreamExtras): V1Container;
  /** Volumes of the pod that `container` mounts. */
  volumes(inputs: Inputs): readonly V1Volume[];
  /** What a pod template must not change in the container. */
  readonly reserved: Reserved;
  /** A new scan for the digests of the push; undefined for a builder that reports none. */
  scanPushes(inputs: Inputs): PushScan | undefined;
  /** A new scan for a problem that does not fail the build; undefined for a builder that reports none. */
  scanWarnings(inputs: Inputs): WarningScan | undefined;
  /** A new filter of the output for the job log; undefined if all of it is printed. */
  filterOutput(inputs: Inputs): OutputFilter | undefined;
  /**
   * The distinct digests that the builder reports for the image. They need confirmation (result/confirmation.ts): a RUN step
   * can change them.
   * @param message the termination message of the container, valid only after exit code 0 of a build that pushes.
   */
  readDigests(message: string): readonly string[];
  /** The lines of the tail that can explain a failure, for example without a usage text. */
  relevant(tail: readonly string[]): readonly string[];
  /** Explains a failed build. @returns undefined if the output has no known error. */
  diagnose(build: FailedBuild): Diagnosis | undefined;
}

/** Name of the builder container in the pod, and the value of `$builder` in a pod template. */
export const builderContainerName = 'builder';

/** Name of the volume with the Secret of `registry-secret`. */
export const registrySecretVolume = 'registry-login';
