/** How a container that waits for a reason is waited for. */
export interface Wait {
  readonly patienceMs: number;
  readonly hint: string;
}

const now = 0;
const second = 1_000;
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const checkWay =
  "The node does not reach that registry: put the builder into one that it reaches, and name it by 'builder-image'.";
const checkTemplate = "Check 'pod-template'.";
export const checkInit = "Correct the init containers of 'pod-template'.";
/** Also of a volume: then only an event says that there is no such thing. */
export const checkReferences =
  "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";

export const raiseMemory = "Raise 'limits.memory' in 'resources'.";
/** The runtime's words for a limit that is too small for its own first process. */
export const killedAtStart = /container init was OOM-killed/;

/** Waiting reasons that do not get better by themselves; every other reason is waited for until `start-timeout`. */
const stuckReasons: Readonly<Record<string, Wait>> = {
  InvalidImageName: { patienceMs: now, hint: "Correct 'builder-image'." },
  ErrImageNeverPull: { patienceMs: now, hint: checkImage },
  ImageInspectError: { patienceMs: now, hint: checkImage },
  SignatureValidationFailed: { patienceMs: now, hint: checkImage },
  // A registry can be away for a minute; a definite answer is recognised by its text below.
  ErrImagePull: { patienceMs: 90 * second, hint: checkImage },
  ImagePullBackOff: { patienceMs: 90 * second, hint: checkImage },
  RegistryUnavailable: { patienceMs: 90 * second, hint: checkImage },
  // The kubelet tries again, and what is missing may be created a moment after the pod.
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
    hint: 'Look at the node: its runtime or network is not ready.',
  },
  ConfigPodSandboxError: {
    patienceMs: 60 * second,
    hint: 'Look at the node: its runtime or network is not ready.',
  },
  PreCreateHookError: { patienceMs: 10 * second, hint: checkTemplate },
  PreStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
  PostStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
  CrashLoopBackOff: { patienceMs: now, hint: checkInit },
};

/** Words that say more than their reason does. */
const tellingWords: readonly {
  readonly reason: RegExp;
  readonly words: RegExp;
  readonly patienceMs: number;
  readonly hint?: string;
}[] = [
  {
    // A registry that answers like this will not answer otherwise a minute later.
    reason: /Image/,
    words:
      /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i,
    patienceMs: 3 * second,
  },
  {
    reason: /Image/,
    words: /no such host|i\/o timeout|connection refused|network is unreachable/,
    patienceMs: Infinity,
    hint: checkWay,
  },
  {
    reason: /^CreateContainerConfigError$/,
    words: /not found|couldn't find key/,
    patienceMs: 10 * second,
    hint: checkReferences,
  },
  {
    reason: /^CreateContainerConfigError$/,
    words: /runAsNonRoot/,
    patienceMs: now,
    hint: "Set runAsUser by 'pod-template' to a user that the builder can work as, or take runAsNonRoot out of it.",
  },
];

/** True for a waiting reason that does not get better by itself. */
export function isStuckReason(reason: string): boolean {
  return Object.hasOwn(stuckReasons, reason);
}

/** Undefined for reasons that are waited for until `start-timeout`. */
export function waitOf(reason: string, message: string): Wait | undefined {
  const wait = isStuckReason(reason) ? stuckReasons[reason] : undefined;
  if (wait === undefined) return undefined;
  const telling = tellingWords.find((told) => told.reason.test(reason) && told.words.test(message));
  return {
    patienceMs: Math.min(wait.patienceMs, telling?.patienceMs ?? Infinity),
    hint: telling?.hint ?? wait.hint,
  };
}
