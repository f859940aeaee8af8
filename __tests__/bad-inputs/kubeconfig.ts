import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closedPort } from '../../support/closed-port.ts';
import type { Chapter, Stage } from './run.ts';

/** A kubeconfig of the playground with other texts in it. */
function changed(
  { playground }: Stage,
  change: (kubeconfig: string) => string,
): { inputs: { kubeconfig: string } } {
  return { inputs: { kubeconfig: change(playground.cluster.kubeconfig()) } };
}

interface Entries {
  readonly clusters: readonly { readonly cluster: object }[];
  readonly users: readonly { readonly user: object }[];
}

/** The playground's kubeconfig with these fields in its cluster and its user. */
function withFields(
  stage: Stage,
  fields: { readonly cluster?: object; readonly user?: object },
): { inputs: { kubeconfig: string } } {
  return changed(stage, (text) => {
    const document = JSON.parse(text) as Entries;
    Object.assign(document.clusters[0]?.cluster ?? {}, fields.cluster);
    Object.assign(document.users[0]?.user ?? {}, fields.user);
    return JSON.stringify(document);
  });
}

function missingPermission(permission: string): string {
  const [verb = '', resource = ''] = permission.split(' ');
  return `cannot ${verb} resource "${resource}" in namespace "default". Add to the Role, as in examples/cluster/rbac.yaml: - {apiGroups: [""], resources: [${resource}], verbs: [${verb}]}`;
}

export const kubeconfigChapter: Chapter = {
  title: 'The kubeconfig and the way to the cluster',
  cases: [
    {
      name: 'a kubeconfig that is empty',
      sentence:
        "input 'kubeconfig': it is empty: the secret is empty or not passed to this event (a fork's pull request, for example). Set the secret, or use auto for the runner's kubeconfig or ServiceAccount.",
      arrange: () => ({ inputs: { kubeconfig: '' } }),
    },
    {
      name: 'a kubeconfig that is not YAML',
      sentence:
        "input 'kubeconfig' line 4: it is not YAML: unexpected end of the stream within a double quoted scalar. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: () => ({ inputs: { kubeconfig: 'apiVersion: v1\nclusters: [\nusers: "' } }),
    },
    {
      name: 'a kubeconfig that is not a mapping',
      sentence:
        "input 'kubeconfig': it is not a mapping. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: () => ({ inputs: { kubeconfig: '- clusters: 1' } }),
    },
    {
      name: 'a kubeconfig that is the base64 of something else',
      sentence:
        "input 'kubeconfig': it is the base64 of something that is not a kubeconfig. Store the output of: kubectl config view --raw --flatten --minify, or its base64 once.",
      arrange: () => ({ inputs: { kubeconfig: Buffer.from('not a document').toString('base64') } }),
    },
    {
      name: 'the path of a kubeconfig instead of its content',
      sentence:
        "input 'kubeconfig': it looks like a path, but must be the content of a kubeconfig. Use auto and set the environment variable KUBECONFIG to the path.",
      arrange: () => ({ inputs: { kubeconfig: '~/.kube/config' } }),
    },
    {
      name: 'a kubeconfig without contexts',
      sentence:
        "input 'kubeconfig': it has no context. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) =>
        changed(stage, (text) => JSON.stringify({ ...(JSON.parse(text) as object), contexts: [] })),
    },
    {
      name: 'a kubeconfig without its certificates and tokens',
      sentence:
        "input 'kubeconfig': its certificates or tokens are omitted (DATA+OMITTED, REDACTED). Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) =>
        changed(stage, (text) => text.replace(/"token": "[^"]*"/, '"token": "REDACTED"')),
    },
    {
      name: 'no kubeconfig on the runner',
      sentence:
        "finding a kubeconfig failed: the input 'kubeconfig' is auto, but the runner has no $KUBECONFIG, no ~/.kube/config and no in-cluster ServiceAccount. Set the input 'kubeconfig' to a secret with the content of a kubeconfig.",
      arrange: ({ directory }) => ({ inputs: { kubeconfig: 'auto' }, env: { HOME: directory } }),
    },
    {
      name: 'an unknown context',
      sentence: `input 'kube-context': "playgruond" is not a context of the kubeconfig (contexts: playground). Use playground.`,
      arrange: () => ({ inputs: { 'kube-context': 'playgruond' } }),
    },
    {
      name: 'a current-context that does not exist',
      sentence: `input 'kubeconfig': its current-context "playgruond" is not one of its contexts (contexts: playground). Set the input 'kube-context' to playground.`,
      arrange: (stage) =>
        changed(stage, (text) =>
          JSON.stringify({ ...(JSON.parse(text) as object), 'current-context': 'playgruond' }),
        ),
    },
    {
      name: 'a server with another scheme',
      sentence:
        'input \'kubeconfig\': its server "ftp://api.example" has the scheme ftp, which is not supported. Write https://api.example.',
      arrange: (stage) => withFields(stage, { cluster: { server: 'ftp://api.example' } }),
    },
    {
      name: 'a server without TLS',
      sentence:
        'input \'kubeconfig\': its server "http://api.example" uses HTTP without TLS; no token is sent to it unless insecure-skip-tls-verify is true. Write https://api.example.',
      arrange: (stage) => withFields(stage, { cluster: { server: 'http://api.example' } }),
    },
    {
      name: 'a server that refuses connections',
      sentence:
        'asking the API server for its version failed: https://127.0.0.1:<port> cannot be reached: connect ECONNREFUSED 127.0.0.1:<port>. Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.',
      arrange: async (stage) => {
        const { host } = new URL(stage.playground.cluster.url);
        const port = await closedPort();
        return changed(stage, (text) => text.replaceAll(host, `127.0.0.1:${port}`));
      },
    },
    {
      name: 'a server whose name does not exist',
      sentence:
        'asking the API server for its version failed: https://cluster.invalid:6443 cannot be reached: getaddrinfo ENOTFOUND cluster.invalid. Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.',
      arrange: (stage) => {
        const { host } = new URL(stage.playground.cluster.url);
        return changed(stage, (text) => text.replaceAll(host, 'cluster.invalid:6443'));
      },
    },
    {
      name: 'the wrong CA certificate',
      sentence:
        'asking the API server for its version failed: the certificate of https://<server> cannot be verified: unable to verify the first certificate. Renew the kubeconfig: its CA certificate is not the one of this server. If a proxy that decrypts TLS answers in place of the API server, let it pass this host unchanged.',
      arrange: ({ playground }) => {
        playground.cluster.useCertificate('foreign');
        return {};
      },
    },
    {
      name: 'a server that redirects, as a login page in front of it does',
      sentence:
        'asking the API server for its version failed: the server redirects to https://login.example.com/start; redirects are not followed. Set the server in the kubeconfig to the address of the API server; this one leads to a sign-in page or a proxy.',
      arrange: ({ playground }) => {
        const answer = { kind: 'redirect', to: 'https://login.example.com/start' } as const;
        playground.cluster.faults.requests = [{ match: /./, answer }];
        return {};
      },
    },
    {
      name: 'a CA certificate that is not a certificate',
      sentence:
        "input 'kubeconfig': its certificate-authority-data is not a certificate in PEM. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) =>
        withFields(stage, { cluster: { 'certificate-authority-data': btoa('none') } }),
    },
    {
      name: 'a proxy-url without a scheme',
      sentence:
        "input 'kubeconfig': its proxy-url is not the URL of an HTTP, HTTPS or SOCKS 5 proxy. Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.",
      arrange: (stage) => withFields(stage, { cluster: { 'proxy-url': 'proxy.example:3128' } }),
    },
    {
      name: 'a client key that is not a key',
      sentence:
        "input 'kubeconfig': its client-key-data is not a private key in PEM, or has a passphrase. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) => withFields(stage, { user: { 'client-key-data': btoa('none') } }),
    },
    {
      name: 'a client key of another certificate',
      sentence:
        "input 'kubeconfig': its client-key-data does not belong to its client-certificate-data. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        const kubeconfig = stage.playground.cluster.kubeconfig({ auth: 'client-certificate' });
        const [entry] = (JSON.parse(kubeconfig) as Entries).users;
        return withFields(stage, { user: { ...entry?.user, 'client-key-data': btoa(pem) } });
      },
    },
    {
      name: 'a token of two lines',
      sentence:
        "input 'kubeconfig': its token has a line break or another character that HTTP headers refuse. Use a token of one line.",
      arrange: (stage) => withFields(stage, { user: { token: 'the-first-line\nthe-second' } }),
    },
    {
      name: 'a token in base64, as the data of a Secret',
      sentence:
        "input 'kubeconfig': its token is the base64 of a token. Decode it once: base64 --decode.",
      arrange: (stage) => {
        const encoded = btoa(`${btoa('{}')}.${btoa('{"sub":"ci"}')}.signature`);
        return withFields(stage, { user: { token: encoded } });
      },
    },
    {
      name: 'a token that is not valid',
      sentence:
        'asking the API server for its version failed: Unauthorized. Renew the kubeconfig secret: its token or client certificate is invalid or has expired.',
      arrange: (stage) =>
        changed(stage, (text) => text.replace(/"token": "[^"]*"/, '"token": "not-the-token"')),
    },
    {
      name: 'a token that has expired',
      sentence:
        'asking the API server for its version failed: Unauthorized. Renew the kubeconfig secret: its token or client certificate is invalid or has expired.',
      arrange: (stage) => {
        const before = changed(stage, (text) => text);
        stage.playground.cluster.expireToken();
        return before;
      },
    },
    {
      name: 'an exec plugin that is not installed',
      sentence: `running the kubeconfig's exec plugin "get-token" failed: it was not found or is not executable. Install the plugin on the runner, or use a kubeconfig with a token.`,
      arrange: (stage) =>
        withFields(stage, { user: { token: undefined, exec: { command: 'get-token' } } }),
    },
    {
      name: 'an exec plugin without credentials of its own',
      sentence: `running the kubeconfig's exec plugin "<workspace>/aws" failed with exit code 255: Unable to locate credentials. You can configure credentials by running "aws configure". Run aws-actions/configure-aws-credentials in an earlier step, or check its credentials; or use a kubeconfig with a token.`,
      arrange: (stage) => {
        const words =
          'Unable to locate credentials. You can configure credentials by running "aws configure".';
        const program = join(stage.directory, 'aws');
        writeFileSync(program, `#!/bin/sh\necho '${words}' >&2\nexit 255\n`, { mode: 0o755 });
        return withFields(stage, { user: { token: undefined, exec: { command: program } } });
      },
    },
    {
      name: 'the auth-provider of an old GKE kubeconfig',
      sentence:
        'input \'kubeconfig\': its user has the auth-provider "gcp", which is not supported. Use the exec plugin gke-gcloud-auth-plugin, or google-github-actions/get-gke-credentials without use_auth_provider.',
      arrange: (stage) =>
        withFields(stage, { user: { token: undefined, 'auth-provider': { name: 'gcp' } } }),
    },
    {
      name: 'a kubeconfig in the variable KUBECONFIG, in place of a path',
      sentence:
        "reading $KUBECONFIG failed: it must be a path or a list of paths, but it looks like the content of a kubeconfig. Set the input 'kubeconfig' to the content, and remove the variable KUBECONFIG.",
      arrange: ({ playground }) => ({
        inputs: { kubeconfig: 'auto' },
        env: { KUBECONFIG: playground.cluster.kubeconfig() },
      }),
    },
    {
      name: 'a proxy that refuses connections',
      sentence:
        'asking the API server for its version failed: the proxy http://127.0.0.1:<port> (proxy-url of the kubeconfig) cannot be reached: connect ECONNREFUSED 127.0.0.1:<port>. Correct proxy-url of the kubeconfig, or check that the proxy runs and that the runner reaches it.',
      arrange: async (stage) => {
        const proxy = `http://127.0.0.1:${await closedPort()}`;
        return withFields(stage, { cluster: { 'proxy-url': proxy } });
      },
    },
    {
      name: 'a client certificate without its key',
      sentence:
        "input 'kubeconfig': it has a client-certificate but no client-key. Store the output of: kubectl config view --raw --flatten --minify.",
      arrange: (stage) => withFields(stage, { user: { 'client-certificate-data': btoa('x') } }),
    },
    {
      name: 'an exec plugin that hangs',
      sentence: `the step did not end within its timeout of 2 s; last state: no pod was created, while running the kubeconfig's exec plugin "sleep". Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.`,
      arrange: (stage) => {
        const exec = { command: 'sleep', args: ['1000'] };
        const { inputs } = withFields(stage, { user: { token: undefined, exec } });
        return { inputs: { ...inputs, timeout: '2s' } };
      },
    },
    {
      name: 'a kubeconfig without credentials',
      sentence:
        'creating pod "<pod>" in namespace "default" failed: pods is forbidden: User "system:anonymous" cannot create resource "pods" in API group "" in the namespace "default". Renew the kubeconfig secret: it has no credentials for this context.',
      arrange: ({ playground }) => ({
        inputs: { kubeconfig: playground.cluster.kubeconfig({ auth: 'none' }) },
      }),
    },
    {
      name: 'a namespace that does not exist',
      sentence: `creating pod "<pod>" in namespace "missing" failed: namespaces "missing" not found. Create the namespace, or set 'namespace' to an existing one.`,
      arrange: () => ({ inputs: { namespace: 'missing' } }),
    },
    {
      name: 'a namespace without any RBAC permission',
      sentence:
        'cannot create resource "pods", get resource "pods", delete resource "pods", get resource "pods/attach", create resource "pods/attach", get resource "pods/log" in namespace "missing". Add to the Role, as in examples/cluster/rbac.yaml: - {apiGroups: [""], resources: [pods], verbs: [create, get, delete]} - {apiGroups: [""], resources: [pods/attach], verbs: [get, create]} - {apiGroups: [""], resources: [pods/log], verbs: [get]}',
      arrange: ({ playground }) => {
        playground.cluster.faults.denied = [
          ...['create pods', 'get pods', 'delete pods'],
          ...['get pods/attach', 'create pods/attach', 'get pods/log'],
        ];
        return { inputs: { namespace: 'missing' } };
      },
    },
    ...['create pods', 'create pods/attach', 'get pods/log'].map((permission) => ({
      name: `no RBAC permission to ${permission}`,
      sentence: missingPermission(permission),
      arrange: ({ playground }: Stage) => {
        playground.cluster.faults.denied = [permission];
        return {};
      },
    })),
  ],
};
