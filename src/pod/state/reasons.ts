/** How long a container can wait with a certain reason, and what the user can change. */
export interface Wait {
  readonly patienceMs: number;
  readonly hint: string;
}

const now = 0;
const second = 1_000;
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const mirrorImage =
  "The node cannot reach the registry: mirror the builder image to a registry that it can reach, and set 'builder-image' to the mirror.";
const checkTemplate = "Check 'pod-template'.";
export const checkInit = "Correct the init containers of 'pod-template'.";
/** Also for volumes, whose missing Secret or ConfigMap only an event reports. */
export const checkReferences =
  "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";

export const raiseMemory = "Raise 'limits.memory' in 'resources'.";
/** The container runtime's text for a memory limit that is too small for the first process. */
export const killedAtStart = /container init was OOM-killed/;

/** The texts of the kubelet and of containerd for `hostUsers: false` on a node that cannot run such a pod. */
export const noUserNamespaces = /\buser namespaces\b|\bidmap/i;
export const selectUserNamespaces =
  "Remove 'host-users', or use 'node-selector' to select nodes that support user namespaces: Linux 6.3 or later, and for example containerd 2.0 with runc 1.2.";

/** Waiting reasons that do not change by themselves. A pod may have any other reason until `start-timeout`. */
const stuckReasons: Readonly<Record<string, Wait>> = {
  InvalidImageName: { patienceMs: now, hint: "Correct 'builder-image'." },
  ErrImageNeverPull: { patienceMs: now, hint: checkImage },
  ImageInspectError: { patienceMs: now, hint: checkImage },
  SignatureValidationFailed: { patienceMs: now, hint: checkImage },
  // A registry can be unavailable for a minute. A definite response is recognised by its text below.
  ErrImagePull: { patienceMs: 90 * second, hint: checkImage },
  ImagePullBackOff: { patienceMs: 90 * second, hint: checkImage },
  RegistryUnavailable: { patienceMs: 90 * second, hint: checkImage },
  // The kubelet retries, and a missing object may be created shortly after the pod.
  CreateContainerConfigError: { patienceMs: 10 * second, hint: checkTemplate },
  CreateContainerError: {
    patienceMs: 10 * second,
    hint: "Check 'builder-command' and 'pod-template'.",
  },
  RunContainerError: {
    patienceMs: 10 * second,
    hint: "Check 'builder-command' and 'pod-template'.",
  },
  CreatePodSandboxError: {
    patienceMs: 60 * second,
    hint: 'Check the node: its container runtime or network is not ready.',
  },
  ConfigPodSandboxError: {
    patienceMs: 60 * second,
    hint: 'Check the node: its container runtime or network is not ready.',
  },
  PreCreateHookError: { patienceMs: 10 * second, hint: checkTemplate },
  PreStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
  PostStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
  CrashLoopBackOff: { patienceMs: now, hint: checkInit },
};

/** Texts of messages that are more specific than their reason. */
const specificTexts: readonly {
  readonly reason: RegExp;
  readonly text: RegExp;
  readonly patienceMs: number;
  readonly hint?: string;
}[] = [
  {
    // The registry gives the same response a minute later.
    reason: /Image/,
    text: /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i,
    patienceMs: 3 * second,
  },
  {
    reason: /Image/,
    text: /no such host|i\/o timeout|connection refused|network is unreachable/,
    patienceMs: Infinity,
    hint: mirrorImage,
  },
  {
    reason: /^(?:Create|Run)ContainerError$/,
    text: noUserNamespaces,
    patienceMs: 10 * second,
    hint: selectUserNamespaces,
  },
  {
    reason: /^CreateContainerConfigError$/,
    text: /not found|couldn't find key/,
    patienceMs: 10 * second,
    hint: checkReferences,
  },
  {
    reason: /^CreateContainerConfigError$/,
    text: /runAsNonRoot/,
    patienceMs: now,
    hint: "Set runAsUser in 'pod-template' to a user that the builder can run as, or remove runAsNonRoot.",
  },
];

/** True for a waiting reason that does not change by itself. */
export function isStuckReason(reason: string): boolean {
  return Object.hasOwn(stuckReasons, reason);
}

/** Undefined for reasons that a pod may have until `start-timeout`. */
export function waitOf(reason: string, message: string): Wait | undefined {
  const wait = isStuckReason(reason) ? stuckReasons[reason] : undefined;
  if (wait === undefined) return undefined;
  const specific = specificTexts.find((one) => one.reason.test(reason) && one.text.test(message));
  return {
    patienceMs: Math.min(wait.patienceMs, specific?.patienceMs ?? Infinity),
    hint: specific?.hint ?? wait.hint,
  };
}
