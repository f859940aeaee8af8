// BuildKit in a pod of a namespace of its own, and a web server next to it that builds can ADD files from.
import { randomBytes } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { describeError } from '../../src/errors.ts';
import { cluster } from '../build.ts';
import { getObject, kubectl, runProgram } from '../kubectl.ts';
import { until } from '../poll.ts';

export interface BuildKit {
  /** Address and port of the web server, as pods reach it. */
  readonly web: string;
  /**
   * Builds DIRECTORY/Dockerfile with the context DIRECTORY/context, and pushes.
   * @param options further options of the frontend, for example `build-arg:NAME=value`.
   * @returns undefined, or the error that BuildKit printed.
   */
  build(
    directory: string,
    reference: string,
    options: readonly string[],
  ): Promise<string | undefined>;
  remove(): Promise<void>;
}

const pod = 'buildkit';
const startMs = 120_000;
const webPort = 8080;

/** Runs buildkitd, which connects to the registry by plain HTTP. */
const daemonScript = `
mkdir -p /etc/buildkit
printf '[registry."${cluster.registry}"]\\n  http = true\\n' > /etc/buildkit/buildkitd.toml
exec buildkitd`;

/** Unpacks a build from its stdin, and builds it. */
const buildScript = `
set -e
reference=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xpf - -C "$work"
buildctl build --progress=plain --frontend dockerfile.v0 \\
  --local "context=$work/context" --local "dockerfile=$work" \\
  --opt filename=Dockerfile --output "type=image,name=$reference,push=true,registry.insecure=true" "$@"`;

/** Packs the directory, and builds it in the pod. */
const sendScript = `
set -e
directory=$1 namespace=$2 script=$3
shift 3
tar -C "$directory" -cf - Dockerfile context |
  kubectl exec -i --namespace "$namespace" ${pod} --container ${pod} -- sh -c "$script" sh "$@"`;

/** Files of the web server. */
const webScript = `
mkdir -p /srv/x
echo 'a page' > /srv/x/y.git
echo 'a file' > /srv/f.txt
chmod 644 /srv/f.txt /srv/x/y.git
touch -d '2021-02-03 04:05:06' /srv/f.txt
exec httpd -f -p ${webPort} -h /srv`;

/** @throws if the pod does not become ready; then its namespace is deleted. */
export async function startBuildKit(image: string): Promise<BuildKit> {
  const namespace = `kbp-e2e-buildkit-${randomBytes(4).toString('hex')}`;
  const remove = async (): Promise<void> => {
    await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s']);
  };
  try {
    await kubectl(['create', 'namespace', namespace]);
    // A new namespace has no ServiceAccount for a moment, and refuses pods.
    await until('the pod of BuildKit is created', startMs, () =>
      kubectl(['apply', '--namespace', namespace, '--filename', '-'], {
        input: JSON.stringify(podOf(image)),
      }),
    );
    const inPod = ['exec', '--namespace', namespace, pod, '--container', pod, '--'];
    await until('BuildKit is ready', startMs, () =>
      kubectl([...inPod, 'buildctl', 'debug', 'workers']),
    );
    const address = await addressOf(namespace);
    const build: BuildKit['build'] = async (directory, reference, options) => {
      const frontend = options.flatMap((option) => ['--opt', option]);
      const args = [directory, namespace, buildScript, reference, ...frontend];
      try {
        await runProgram('sh', ['-c', sendScript, 'sh', ...args]);
        return undefined;
      } catch (error) {
        return lastErrorOf(describeError(error));
      }
    };
    return { web: `${address}:${webPort}`, build, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function podOf(image: string): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod },
    spec: {
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [
        {
          name: pod,
          image,
          command: ['sh', '-c', daemonScript],
          securityContext: { privileged: true },
        },
        { name: 'web', image: cluster.baseImage, command: ['sh', '-c', webScript] },
      ],
    },
  };
}

/** The pod runs before its status has an address. */
function addressOf(namespace: string): Promise<string> {
  return until('the pod has an address', startMs, async () => {
    const found = await getObject<V1Pod>(['pod', pod, '--namespace', namespace]);
    return found?.status?.podIP;
  });
}

/** BuildKit prints its progress and its error in one stream. */
function lastErrorOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.startsWith('error: '));
  return lines.at(-1) ?? text.slice(-1_000);
}
