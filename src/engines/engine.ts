import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { Inputs } from '../inputs/inputs.ts';

/** Where stdin's archive has its parts, see context/tar/member.ts. */
export type StreamLayout = 'image' | 'plain';

/** What the pod gives back of the image, read from the container's termination message on exit 0. */
export interface BuiltImage {
  /** `sha256:…` of the pushed manifest. */
  readonly digest: string;
}

/** What a stream carries beside the context; decides which arguments the builder gets. */
export interface StreamExtras {
  /** `auth/config.json` is in the stream. */
  readonly logins: boolean;
  /** `auth/ca.crt` is in the stream. */
  readonly ca: boolean;
  /** Registries that the Dockerfile names (dockerfile/registries.ts): `auth/ca.crt` is trusted for them too. */
  readonly pullHosts?: readonly string[];
}

/** A failure text found in the builder's output. */
export interface Diagnosis {
  /** What went wrong, one sentence without a final period. */
  readonly message: string;
  readonly hint?: string;
  /** True if the stream was cut on its way: not the fault of the Dockerfile. */
  readonly transport?: boolean;
  /** Line of the Dockerfile, from 1. */
  readonly line?: number;
}

/** One builder: turns inputs into a container and reads its answers. Pure: no method touches cluster or files. */
export interface Engine {
  readonly name: Inputs['builder']['engine'];
  readonly layout: StreamLayout;
  /** What the builder needs: name, image, command, args, env, securityContext, volumeMounts. pod/spec/spec.ts adds the rest. */
  container(inputs: Inputs, extras: StreamExtras): V1Container;
  /** Volumes of the pod that `container` mounts. */
  volumes(inputs: Inputs): readonly V1Volume[];
  /** Lines of output that `readImage` needs, wherever they stand; undefined for none. */
  readonly notable: RegExp | undefined;
  /**
   * @param message the container's termination message, valid only after exit 0 of a pushing build.
   * @param noted the notable lines.
   * @returns undefined if the builder named no digest.
   * @throws BuildError if its message and its output name different ones.
   */
  readImage(message: string, inputs: Inputs, noted: readonly string[]): BuiltImage | undefined;
  /** The lines of the output's tail that explain a failure: without a usage text, for example. */
  relevant(tail: readonly string[]): readonly string[];
  /**
   * @param tail the last lines of output, without timestamps.
   * @param dockerfile its text, to find the failing instruction.
   * @param withoutLogin registries that the build pushes to and that it has no login for.
   */
  diagnose(
    tail: readonly string[],
    exitCode: number,
    dockerfile: string,
    withoutLogin: readonly string[],
  ): Diagnosis | undefined;
}

/** Name of the builder's container in the pod; the `$builder` of a pod template. */
export const builderContainerName = 'builder';

/** Name of the pod's volume with the login Secret of `registry-secret`. */
export const registrySecretVolume = 'registry-login';
