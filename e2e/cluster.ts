// The cluster and the registries that the suite runs against, by environment variables; see CONTRIBUTING.md.
import { readFileSync } from 'node:fs';

export interface TestCluster {
  /** Kubeconfig file of an administrator, who creates the namespace and the ServiceAccount of examples/cluster for the run. */
  readonly adminKubeconfig: string;
  readonly builderImage: string | undefined;
  /** An image with buildkitd, buildctl and a shell. */
  readonly buildKitImage: string | undefined;
  readonly baseImage: string;
  /** Registries as the pods and this machine reach them. */
  readonly registry: string;
  readonly strictRegistry: string | undefined;
  readonly tlsRegistry: TlsRegistry | undefined;
  /** A ServiceAccount whose requests the API server logs; undefined: the cases skip their checks of requests. */
  readonly audited: AuditedAccount | undefined;
  /** Command that restarts parts of the cluster and reconfigures it; undefined: cases that need it are skipped. */
  readonly lab: string | undefined;
}

export interface AuditedAccount {
  /** Kubeconfig file of a ServiceAccount with the Role of examples/cluster. */
  readonly kubeconfig: string;
  /** Its namespace. */
  readonly namespace: string;
  /** One JSON line for each stage of a request; for pods with the bodies of request and response. */
  readonly log: string;
}

export interface TlsRegistry {
  readonly host: string;
  /** File with the private CA certificate. */
  readonly ca: string;
  readonly user: string;
  readonly password: string;
}

/** The cluster of the environment variables; undefined without one. */
export function testCluster(
  environment: Readonly<Record<string, string | undefined>>,
): TestCluster | undefined {
  const adminKubeconfig = environment['KUBECONFIG'];
  const registry = environment['KBP_REGISTRY'];
  const baseImage = environment['KBP_BASE_IMAGE'];
  if (!isSet(adminKubeconfig) || !isSet(registry) || !isSet(baseImage)) return undefined;
  return {
    adminKubeconfig,
    registry,
    baseImage,
    builderImage: orUndefined(environment['KBP_BUILDER_IMAGE']),
    buildKitImage: orUndefined(environment['KBP_BUILDKIT_IMAGE']),
    strictRegistry: orUndefined(environment['KBP_STRICT_REGISTRY']),
    tlsRegistry: tlsRegistry(environment),
    audited: auditedAccount(environment),
    lab: orUndefined(environment['KBP_LAB']),
  };
}

function tlsRegistry(
  environment: Readonly<Record<string, string | undefined>>,
): TlsRegistry | undefined {
  const host = environment['KBP_TLS_REGISTRY'];
  const ca = environment['KBP_TLS_CA'];
  if (!isSet(host) || !isSet(ca)) return undefined;
  return {
    host,
    ca,
    user: environment['KBP_REGISTRY_USER'] ?? '',
    password: environment['KBP_REGISTRY_PASSWORD'] ?? '',
  };
}

function auditedAccount(
  environment: Readonly<Record<string, string | undefined>>,
): AuditedAccount | undefined {
  const kubeconfig = environment['KBP_KUBECONFIG'];
  const log = environment['KBP_AUDIT_LOG'];
  if (!isSet(kubeconfig) || !isSet(log)) return undefined;
  const namespace = /\bnamespace: "?([\w-]+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1];
  return { kubeconfig, log, namespace: namespace ?? 'default' };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function orUndefined(value: string | undefined): string | undefined {
  return isSet(value) ? value : undefined;
}
