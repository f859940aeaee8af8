// Clusters and contexts: where requests go, and whom they trust.
import type { KubeconfigCase } from './case.ts';
import { bearer, defaultPath, kubeconfig, type Parts } from './text.ts';

/** A kubeconfig with a token. */
function config(parts: Parts): { readonly config: string } {
  return { config: kubeconfig({ user: { token: 'one' }, ...parts }) };
}

const noCa = { 'certificate-authority-data': undefined };
const far = 'https://api.example:6443';

export const clusterCases: readonly KubeconfigCase[] = [
  {
    name: 'a path in the server',
    files: config({ cluster: { server: 'SERVER/k8s/clusters/c-1/' } }),
    expected: { ...bearer('one'), path: `/k8s/clusters/c-1${defaultPath}` },
  },
  {
    name: 'a scheme in capitals',
    files: config({ cluster: { server: 'HTTPS://localhost:PORT' } }),
    expected: bearer('one'),
  },
  {
    name: 'a server without a scheme',
    files: config({ cluster: { server: 'localhost:PORT' } }),
    expected: { error: /./ },
  },
  {
    name: 'a server with a user, and no other credentials',
    files: { config: kubeconfig({ cluster: { server: 'https://me:pass@localhost:PORT' } }) },
    expected: { path: defaultPath, authorization: 'Basic bWU6cGFzcw==' },
    kubectl: {
      expected: { error: /EOF/ },
      because: 'kubectl asks for a user name at the terminal',
    },
  },
  {
    name: 'a server with a user, and a token: the user',
    files: config({ cluster: { server: 'https://me:pass@localhost:PORT' } }),
    expected: { path: defaultPath, authorization: 'Basic bWU6cGFzcw==' },
  },
  { name: 'no CA', files: config({ cluster: noCa }), expected: { error: /cert/i } },
  {
    name: 'no CA, with NODE_TLS_REJECT_UNAUTHORIZED',
    files: config({ cluster: noCa }),
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    expected: { error: /cert/i },
  },
  {
    name: 'insecure-skip-tls-verify',
    files: config({ cluster: { ...noCa, 'insecure-skip-tls-verify': true } }),
    expected: bearer('one'),
  },
  {
    name: 'insecure-skip-tls-verify in the words of YAML 1.1',
    files: {
      config: kubeconfig({
        user: { token: 'one' },
        cluster: { ...noCa, 'insecure-skip-tls-verify': true },
      }).replace('"insecure-skip-tls-verify":true', '"insecure-skip-tls-verify": yes'),
    },
    expected: bearer('one'),
  },
  {
    name: 'insecure-skip-tls-verify and a CA',
    files: config({ cluster: { 'insecure-skip-tls-verify': true } }),
    expected: bearer('one'),
    kubectl: {
      expected: { error: /insecure flag is not allowed/ },
      because: 'existing kubeconfigs with both work, and the step warns',
    },
  },
  {
    name: 'the CA of a file, relative to the kubeconfig',
    files: {
      'sub/config': config({ cluster: { ...noCa, 'certificate-authority': 'ca.crt' } }).config,
      'sub/ca.crt': '',
    },
    list: 'DIR/sub/config',
    expected: bearer('one'),
  },
  {
    name: 'a CA file that is missing',
    files: config({ cluster: { ...noCa, 'certificate-authority': 'missing' } }),
    expected: { error: /missing/ },
  },
  {
    name: 'tls-server-name',
    files: config({ cluster: { 'tls-server-name': 'api.example' } }),
    expected: bearer('one'),
  },
  {
    name: 'an address in tls-server-name',
    files: config({
      cluster: { server: 'https://localhost:PORT', 'tls-server-name': '127.0.0.1' },
    }),
    expected: bearer('one'),
  },
  {
    name: 'another name in tls-server-name',
    files: config({ cluster: { 'tls-server-name': 'other.example' } }),
    expected: { error: /other\.example/ },
  },
  {
    name: 'an HTTP proxy',
    files: config({ cluster: { server: far, 'proxy-url': 'CONNECT' } }),
    expected: { ...bearer('one'), proxies: ['connect api.example:6443'] },
  },
  {
    name: 'an HTTPS proxy whose CA is that of the cluster',
    files: config({ cluster: { server: far, 'proxy-url': 'SECURE' } }),
    expected: { ...bearer('one'), proxies: ['secure api.example:6443'] },
  },
  {
    name: 'an HTTPS proxy with an unknown CA',
    files: config({ cluster: { ...noCa, server: far, 'proxy-url': 'SECURE' } }),
    expected: { error: /cert/i },
  },
  {
    name: 'an HTTPS proxy, with insecure-skip-tls-verify',
    files: config({
      cluster: { ...noCa, 'insecure-skip-tls-verify': true, server: far, 'proxy-url': 'SECURE' },
    }),
    expected: { ...bearer('one'), proxies: ['secure api.example:6443'] },
  },
  {
    name: 'an HTTP proxy for a server on loopback',
    files: config({ cluster: { 'proxy-url': 'CONNECT' } }),
    expected: { ...bearer('one'), proxies: ['connect 127.0.0.1:PORT'] },
  },
  {
    name: 'a SOCKS proxy resolves the name',
    files: config({ cluster: { server: far, 'proxy-url': 'SOCKS' } }),
    expected: { ...bearer('one'), proxies: ['socks name api.example:6443'] },
  },
  {
    name: 'a proxy with another scheme',
    files: config({ cluster: { server: far, 'proxy-url': 'socks4://127.0.0.1:1' } }),
    expected: { error: /proxy/ },
  },
  {
    name: 'HTTPS_PROXY',
    files: config({ cluster: { server: far } }),
    env: { HTTPS_PROXY: 'CONNECT' },
    expected: { ...bearer('one'), proxies: ['connect api.example:6443'] },
  },
  {
    name: 'HTTPS_PROXY with SOCKS',
    files: config({ cluster: { server: far } }),
    env: { HTTPS_PROXY: 'SOCKS' },
    expected: { ...bearer('one'), proxies: ['socks name api.example:6443'] },
  },
  {
    name: 'proxy-url precedes HTTPS_PROXY, and NO_PROXY does not concern it',
    files: config({ cluster: { server: far, 'proxy-url': 'SOCKS' } }),
    env: { HTTPS_PROXY: 'CONNECT', NO_PROXY: '*' },
    expected: { ...bearer('one'), proxies: ['socks name api.example:6443'] },
  },
  {
    name: 'NO_PROXY',
    files: config({ cluster: { server: far } }),
    env: { HTTPS_PROXY: 'CONNECT', NO_PROXY: '*.example' },
    expected: { error: /api\.example/ },
  },
  {
    name: 'a namespace',
    files: config({ context: { namespace: 'builds' } }),
    expected: { ...bearer('one'), path: '/api/v1/namespaces/builds/pods' },
  },
  {
    name: 'a context that is not the current one',
    files: {
      config: kubeconfig({ user: { token: 'one' } }).replace(
        '"current-context":"main"',
        '"current-context":"other"',
      ),
    },
    context: 'main',
    expected: bearer('one'),
  },
  {
    name: 'a current-context that is missing',
    files: {
      config: kubeconfig({ user: { token: 'one' } }).replace(
        '"current-context":"main"',
        '"current-context":"other"',
      ),
    },
    expected: { error: /other/ },
  },
  {
    name: 'no current-context',
    files: {
      config: kubeconfig({ user: { token: 'one' } }).replace('"current-context":"main",', ''),
    },
    expected: { error: /./ },
  },
];
