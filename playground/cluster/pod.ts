/** A pod as JSON carries it: times are texts. Only the fields that the playground reads or writes; others are kept. */
export interface Pod {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: PodSpec;
  status: PodStatus;
}

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  /** Only the time of the last change. */
  managedFields?: readonly { readonly manager: string; readonly time: string }[];
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  schedulingGates?: { name: string }[];
  nodeSelector?: Record<string, string>;
  volumes?: Volume[];
  serviceAccountName?: string;
  restartPolicy?: string;
  activeDeadlineSeconds?: number;
  terminationGracePeriodSeconds?: number;
}

export interface Volume {
  name: string;
  secret?: { secretName?: string; optional?: boolean };
  configMap?: { name?: string; optional?: boolean };
  projected?: {
    sources?: {
      secret?: { name?: string; optional?: boolean };
      configMap?: { name?: string; optional?: boolean };
    }[];
  };
}

export interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: EnvironmentSource }[];
  stdin?: boolean;
  stdinOnce?: boolean;
  tty?: boolean;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
}

interface EnvironmentSource {
  secretKeyRef?: { name?: string; optional?: boolean };
  configMapKeyRef?: { name?: string; optional?: boolean };
}

export interface PodStatus {
  phase: string;
  reason?: string;
  message?: string;
  qosClass: string;
  observedGeneration?: number;
  conditions?: Condition[];
  hostIP?: string;
  hostIPs?: { ip: string }[];
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastProbeTime: null;
  lastTransitionTime: string;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  lastState: Record<string, never>;
  ready: boolean;
  resources?: Record<string, unknown>;
  restartCount: number;
  started: boolean;
  state: ContainerState;
}

/** Exactly one of the three. */
export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface Terminated {
  containerID: string;
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
}

/** Times in Kubernetes have whole seconds. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
