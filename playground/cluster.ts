import { Api } from './cluster/api.ts';
import {
  Credentials,
  type CertificateName,
  type KubeconfigOptions,
} from './cluster/credentials.ts';
import { EventLog } from './cluster/events.ts';
import { noFaults, type Faults } from './cluster/faults.ts';
import { Kubelet } from './cluster/kubelet.ts';
import type { Pod } from './cluster/pod.ts';
import { Pods } from './cluster/pods.ts';
import { ApiServer, type SeenRequest } from './cluster/server.ts';
import { PodStore } from './cluster/store.ts';
import { Watches } from './cluster/watch.ts';

export interface ClusterOptions {
  /** Subprotocols of attach; `['v4.channel.k8s.io']` for a server before 1.30. */
  readonly protocols?: readonly string[];
  /** Milliseconds between two state changes of a pod; default 20. */
  readonly stepMs?: number;
  readonly namespaces?: readonly string[];
  readonly serviceAccounts?: readonly string[];
  /** Called with every request before it is answered; it may change the faults. */
  readonly onRequest?: (request: SeenRequest) => void;
}

/** An imitation of a Kubernetes cluster with one node: this machine. */
export interface PlaygroundCluster {
  /** `https://127.0.0.1:…` */
  readonly url: string;
  readonly faults: Faults;
  /** JSON, which is also YAML. */
  kubeconfig(options?: KubeconfigOptions): string;
  /** The pods of all namespaces. */
  pods(): readonly Pod[];
  /** Evicts a running pod as the kubelet does under node pressure. */
  evict(namespace: string, name: string, message?: string): Promise<void>;
  /** Starts a new log file: earlier lines can no longer be read. */
  rotateLog(namespace: string, name: string, container: string): void;
  closeWatches(): void;
  /** Watches that start at an older version get 410. */
  compact(): void;
  /** Closes every connection. */
  dropConnections(): void;
  useCertificate(name: CertificateName): void;
  /** Kubeconfigs created before are refused with 401. */
  expireToken(): void;
  /** Ends all containers and the server. */
  close(): Promise<void>;
}

export async function startCluster({
  protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  stepMs = 20,
  namespaces = ['default', 'builds'],
  serviceAccounts = ['default'],
  onRequest = () => undefined,
}: ClusterOptions = {}): Promise<PlaygroundCluster> {
  const faults = noFaults();
  const store = new PodStore();
  const events = new EventLog();
  const credentials = new Credentials();
  const watches = new Watches(store);
  const kubelet = new Kubelet({ store, events, faults, stepMs });
  const pods = new Pods(store, kubelet, { namespaces, serviceAccounts });
  const api = new Api({ credentials, store, pods, kubelet, events, watches, faults, protocols });
  const server = new ApiServer(api, faults, protocols, onRequest);
  await server.listen();
  return {
    url: server.url,
    faults,
    kubeconfig: (options = {}) => credentials.kubeconfig(server.url, options),
    pods: () => namespaces.flatMap((namespace) => store.list(namespace)),
    evict: (namespace, name, message = 'The node was low on resource: ephemeral-storage. ') =>
      kubelet.evict(store.read(namespace, name), message),
    rotateLog: (namespace, name, container) =>
      kubelet.process(store.read(namespace, name), container)?.log.rotate(),
    closeWatches: () => {
      watches.closeAll();
    },
    compact: () => {
      store.compact();
    },
    dropConnections: () => {
      server.dropConnections();
    },
    useCertificate: (name) => {
      server.useCertificate(name);
    },
    expireToken: () => {
      credentials.expireToken();
    },
    close: async () => {
      await kubelet.close();
      await server.close();
    },
  };
}
