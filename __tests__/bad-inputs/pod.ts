import { type BadInput, type Chapter, type Inputs, type Stage, shell } from './run.ts';

/** What a server with this rule answers to the pod; a real one has the pod's name in the place of the brackets. */
function refused(name: string, message: string, sentence: string): BadInput {
  return {
    name,
    sentence,
    arrange: ({ playground }) => {
      const answer = { kind: 'refuse', code: 403, message } as const;
      playground.cluster.faults.requests = [{ match: /^POST \/api\/v1\/.*\/pods$/, answer }];
      return {};
    },
  };
}

function pushInputs({ playground }: Stage): Inputs {
  return {
    tags: `${playground.registry.host}/example/app:1`,
    push: 'true',
    'push-retry': '0',
    'registry-ca': playground.caPath,
  };
}

/** A command that reads one byte. The stream is longer than all buffers of the connection together. */
function unread({ write }: Stage, end: string): Inputs {
  write('input.bin', Buffer.alloc(64 * 2 ** 20));
  return shell({ 'stdin-file': 'input.bin', 'builder-command': `sh\n-c\nhead -c 1; ${end}` });
}

export const podChapter: Chapter = {
  title: 'The pod and the builder',
  cases: [
    {
      name: 'a pod-template with a typo',
      sentence: `creating pod "<pod>" in namespace "default" failed: Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.prioritiClassName". Correct the named fields of 'pod-template'.`,
      arrange: () => ({
        inputs: { 'pod-template': 'spec:\n  prioritiClassName: high\n' },
      }),
    },
    {
      name: 'a ServiceAccount that does not exist',
      sentence: `creating pod "<pod>" in namespace "default" failed: pods "<pod>" is forbidden: error looking up service account default/missing: serviceaccount "missing" not found. Create the ServiceAccount, or correct 'service-account'.`,
      arrange: () => ({ inputs: { 'service-account': 'missing' } }),
    },
    refused(
      'a pod that PodSecurity refuses',
      'pods "<pod>" is forbidden: violates PodSecurity "baseline:latest": privileged (container "builder" must not set securityContext.privileged=true)',
      `creating pod "<pod>" in namespace "default" failed: pods "<pod>" is forbidden: violates PodSecurity "baseline:latest": privileged (container "builder" must not set securityContext.privileged=true). Use a namespace with the PodSecurity level baseline, or remove those of the named fields that 'pod-template' sets.`,
    ),
    refused(
      'a pod that is over the quota',
      'pods "<pod>" is forbidden: exceeded quota: team, requested: requests.memory=8Gi, used: requests.memory=12Gi, limited: requests.memory=16Gi',
      `creating pod "<pod>" in namespace "default" failed: pods "<pod>" is forbidden: exceeded quota: team, requested: requests.memory=8Gi, used: requests.memory=12Gi, limited: requests.memory=16Gi. Lower 'resources', wait for other pods to end, or raise the ResourceQuota of the namespace.`,
    ),
    refused(
      'a pod without the requests that a quota requires',
      'pods "<pod>" is forbidden: failed quota: team: must specify requests.cpu for: builder',
      `creating pod "<pod>" in namespace "default" failed: pods "<pod>" is forbidden: failed quota: team: must specify requests.cpu for: builder. Set the named requests and limits in 'resources', or add a LimitRange with defaults to the namespace.`,
    ),
    refused(
      'a pod that a LimitRange refuses',
      'pods "<pod>" is forbidden: maximum ephemeral-storage usage per Container is 20Gi, but limit is 100Gi',
      `creating pod "<pod>" in namespace "default" failed: pods "<pod>" is forbidden: maximum ephemeral-storage usage per Container is 20Gi, but limit is 100Gi. Set requests and limits in 'resources' that the LimitRange of the namespace allows. By default, the action requests 1Gi of ephemeral-storage and limits it to 100Gi.`,
    ),
    refused(
      'a pod that an admission webhook refuses',
      'admission webhook "validation.gatekeeper.sh" denied the request: [allowed-repos] container <builder> has an invalid image repo <ghcr.io/osscontainertools/kaniko:v1.28.3>, allowed repos are ["registry.example.com/"]',
      'creating pod "<pod>" in namespace "default" failed: admission webhook "validation.gatekeeper.sh" denied the request: [allowed-repos] container <builder> has an invalid image repo <ghcr.io/osscontainertools/kaniko:v1.28.3>, allowed repos are ["registry.example.com/"]. Ask the administrator of the cluster what this webhook requires of pods.',
    ),
    {
      name: 'requests larger than any node',
      sentence:
        "the pod did not start within 1 s: Unschedulable: 0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling. Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or raise 'start-timeout' to give a cluster autoscaler more time.",
      arrange: () => ({ inputs: { resources: 'requests.memory=1000Ti', 'start-timeout': '1s' } }),
      wait: 'an autoscaler may add a node, so start-timeout passes',
    },
    {
      name: 'an image that does not exist',
      sentence: `the pod cannot start: ImagePullBackOff: Back-off pulling image "registry.example.com/builder:1": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/builder:1": failed to resolve reference "registry.example.com/builder:1": registry.example.com/builder:1: not found. Check 'builder-image' and, for a private registry, 'image-pull-secrets'.`,
      arrange: () => ({ inputs: { 'builder-image': 'registry.example.com/builder:1' } }),
      wait: 'the node gets three seconds to find it after all',
    },
    {
      name: 'an image with upper case',
      sentence: `the pod cannot start: InvalidImageName: Failed to apply default image tag "example/Builder": couldn't parse image name "example/Builder": invalid reference format: repository name (example/Builder) must be lowercase. Correct 'builder-image'.`,
      arrange: () => ({ inputs: { 'builder-image': 'example/Builder' } }),
    },
    {
      name: 'a command that does not exist',
      sentence: `the builder could not be started (exit code 128): failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/command": stat /no/such/command: no such file or directory: unknown. Correct 'builder-command' or 'builder-image'.`,
      arrange: () => ({ inputs: shell({ context: '.', 'builder-command': '/no/such/command' }) }),
    },
    {
      name: 'a command that ends well before it has read its stdin',
      sentence:
        'the builder ended with exit code 0, but its stdin was not delivered completely: the API server closed the connection before the context was fully delivered. Run the step again. If it fails every time, make the command read all of stdin.',
      arrange: (stage) => ({ inputs: unread(stage, 'exit 0') }),
    },
    {
      name: 'a command that fails before it has read its stdin',
      sentence:
        'the builder ended with exit code 3, after <count> bytes of its stdin. Look at the output of the builder in the group "Build".',
      arrange: (stage) => ({ inputs: unread(stage, 'exit 3') }),
    },
    {
      name: 'a registry that refuses the credentials',
      sentence:
        "the builder ended with exit code 1: the registry <registry> denied the push. Check the credentials of docker login, 'registry-auths', 'docker-config' or 'registry-secret', and the repository.",
      arrange: (stage) => {
        const { host } = stage.playground.registry;
        const auth = Buffer.from('demo:not-the-password').toString('base64');
        stage.write('config.json', JSON.stringify({ auths: { [host]: { auth } } }));
        return { inputs: pushInputs(stage) };
      },
    },
    {
      name: 'a registry that requires credentials and gets none',
      sentence:
        "the builder ended with exit code 1: the registry <registry> denied the push. No credentials for <registry> were found. Provide them with docker login, 'registry-auths', 'docker-config' or 'registry-secret'.",
      arrange: (stage) => ({ inputs: pushInputs(stage) }),
    },
    {
      name: 'a registry whose certificate is not trusted',
      sentence:
        "the builder ended with exit code 1: the certificate of the registry <registry> is not trusted: certificate signed by unknown authority. Provide its CA certificate with 'registry-ca'.",
      arrange: (stage) => ({ inputs: { ...pushInputs(stage), 'registry-ca': '' } }),
    },
    {
      name: 'COPY of a missing file that only the builder detects',
      sentence:
        'the builder ended with exit code 1: "missing.txt" is not in the context. Check the path and .dockerignore.',
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch\nCOPY missing.txt /\n');
        return { inputs: { 'check-dockerfile': 'false' } };
      },
    },
    {
      name: 'a base image that does not exist',
      sentence:
        'the builder ended with exit code 1: the base image <registry>/example/base:1 does not exist. Correct the image in FROM.',
      arrange: (stage) => {
        const { registry, dockerConfig } = stage.playground;
        stage.write('Dockerfile', `FROM ${registry.host}/example/base:1\n`);
        return { inputs: { ...pushInputs(stage), 'docker-config': dockerConfig } };
      },
    },
  ],
};
