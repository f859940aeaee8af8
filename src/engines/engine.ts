import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { Dockerfile } from '../dockerfile/parse.ts';
import type { Inputs } from '../inputs/inputs.ts';

/** Where the archive on stdin has the context and the Dockerfile, see context/tar/member.ts. */
export type StreamLayout = 'image' | 'plain';

/** The pushed image, read from the termination message of the container after exit code 0. */
export interface BuiltImage {
  /** `sha256:…` of the pushed manifest. */
  readonly digest: string;
}

/** Parts of the stream besides the context. They decide which arguments the builder gets. */
export interface StreamExtras {
  /** `auth/config.json` is in the stream. */
  readonly logins: boolean;
  /** `auth/ca.crt` is in the stream. */
  readonly ca: boolean;
  /** Registries that the Dockerfile names (dockerfile/registries.ts): `auth/ca.crt` is trusted for them too. */
  readonly pullHosts?: readonly string[];
}

/** The explanation of a failure, found in the output of the builder. */
export interface Diagnosis {
  /** The cause of the failure: one sentence without a final period. */
  readonly message: string;
  readonly hint?: string;
  /** True if the builder did not receive the whole stream, so the Dockerfile is not the cause. */
  readonly transport?: boolean;
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
  /** Matches the lines of output that `readImage` needs; undefined if it needs none. */
  readonly notable: RegExp | undefined;
  /**
   * The image that the builder reports.
   * @param message the termination message of the container, valid only after exit code 0 of a build that pushes.
   * @param noted the notable lines.
   * @returns undefined if the builder reports no digest.
   * @throws BuildError if the message and the output report different digests.
   */
  readImage(message: string, inputs: Inputs, noted: readonly string[]): BuiltImage | undefined;
  /** The lines of the tail that can explain a failure, for example without a usage text. */
  relevant(tail: readonly string[]): readonly string[];
  /**
   * Explains a failed build.
   * @param tail the last lines of output, without timestamps.
   * @param dockerfile where the failing instruction is searched.
   * @param withoutLogin registries that the build pushes to and for which no credentials were sent.
   * @returns undefined if the output has no known error.
   */
  diagnose(
    tail: readonly string[],
    exitCode: number,
    dockerfile: Dockerfile,
    withoutLogin: readonly string[],
  ): Diagnosis | undefined;
}

/** Name of the builder container in the pod, and the value of `$builder` in a pod template. */
export const builderContainerName = 'builder';

/** Name of the volume with the Secret of `registry-secret`. */
export const registrySecretVolume = 'registry-login';
