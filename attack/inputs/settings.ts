import { parseInputs } from '../../src/inputs/parse.ts';
import { selectContext } from '../../src/kubeconfig/check.ts';
import { decodeKubeconfig } from '../../src/kubeconfig/decode.ts';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import { credentialsOf } from '../../src/kubeconfig/expiry.ts';
import { isExcluded } from '../../src/io/proxy/no-proxy.ts';
import { lifetimeWarnings } from '../../src/kubeconfig/lifetime.ts';
import { leafSecrets } from '../../src/kubeconfig/secrets.ts';
import { collectLogins } from '../../src/logins/collect.ts';
import { configJson } from '../../src/logins/config-json.ts';
import { parseDockerConfig } from '../../src/logins/docker-config.ts';
import { jwtClaims, jwtTime } from '../../src/text/jwt.ts';
import type { WantedLogin } from '../../src/logins/wanted.ts';
import { loadYaml } from '../../src/text/yaml.ts';
import { readInputs } from '../../support/raw-inputs.ts';
import { bare, type Frame, type TimedParser } from './parser.ts';

/** A repository that the build pushes to. */
const wantedLogin: readonly WantedLogin[] = [
  {
    registry: 'registry.example',
    path: 'app',
    actions: ['pull', 'push'],
    hosts: ['registry.example'],
    required: true,
  },
];

const inYaml: readonly Frame[] = [
  bare,
  ['a: ', ''],
  ['a: "', '"'],
  ['a: |\n  ', ''],
  ['[', ']'],
  ['{a: ', '}'],
];

/**
 * Inputs that a workflow can fill with the text of a pull request, each with its frames. The bare text of a list is timed with
 * `excludes` and `pull-logins`.
 */
const inputs: readonly (readonly [name: string, frames: readonly Frame[]])[] = [
  [
    'tags',
    [
      ['registry.example/', ''],
      ['a:', ''],
      ['a@', ''],
    ],
  ],
  ['build-args', [['"A=', '"']]],
  ['labels', [['a=', '']]],
  [
    'annotations',
    [
      ['manifest', ':a=b'],
      ['index[', ']:a=b'],
    ],
  ],
  [
    'registry-auths',
    [
      bare,
      ['- {registry: "', '", username: a, password: b}'],
      ['- {registry: "a/', 'x", username: a, password: b}'],
      ['- {username: a, password: b, scope: "', '"}'],
      ['- username: a\n  password: |\n    ', ''],
    ],
  ],
  ['excludes', [bare]],
  ['platforms', [['linux/', '']]],
  ['target', [bare]],
  [
    'cache-to',
    [
      ['type=registry,ref=', ''],
      ['', ':a'],
    ],
  ],
  ['cache-ttl', [bare, ['1', 'h']]],
  ['timeout', [bare, ['1', 'm']]],
  ['context-buffer', [bare, ['1', 'Mi'], ['1.', '']]],
  [
    'resources',
    [
      ['requests.', '=1'],
      ['limits.memory=', ''],
    ],
  ],
  ['tolerations', [bare, ['key=', ''], ['# ', '\nkey=a'], ['- key: ', '']]],
  ['pod-labels', [['a.', '/b=c']]],
  ['pod-template', inYaml],
  ['namespace', [bare]],
  ['server', [bare, ['https://', '']]],
  ['registry-secret', [bare]],
  ['registry-ca', [bare, ['-----BEGIN CERTIFICATE-----\n', '']]],
  ['registry-mirrors', [['a.example=', '']]],
  ['insecure-registries', [['http://', '']]],
  ['pull-logins', [bare]],
  ['builder-args', [['--a=', '']]],
  ['builder-image', [bare]],
  ['verbosity', [bare]],
  ['docker-config', [bare]],
];

/** What users and their workflows configure. */
export const settingParsers: readonly TimedParser[] = [
  { name: 'YAML / load', frames: inYaml, run: (text) => loadYaml(text, 'Correct it.') },
  {
    name: 'kubeconfig / decode',
    run: decodeKubeconfig,
  },
  {
    name: 'kubeconfig / parse, select and find secrets',
    frames: [
      ...inYaml,
      [
        'clusters: [{name: a, cluster: {server: "',
        '"}}]\ncontexts: [{name: a, context: {cluster: a}}]\ncurrent-context: a',
      ],
      [
        'clusters: [{name: a, cluster: {server: "https://a", proxy-url: "',
        '"}}]\ncontexts: [{name: a, context: {cluster: a}}]\ncurrent-context: a',
      ],
      ['users: [{name: a, user: {token: "', '"}}]'],
    ],
    run: (text) => {
      const kubeconfig = parseKubeconfig(text);
      leafSecrets(kubeconfig);
      selectContext(kubeconfig, 'something', () => true);
      selectContext(kubeconfig, undefined, () => true);
    },
  },
  {
    name: 'OIDC token / claims',
    frames: [bare, ['e30.', '.c2ln'], ['', '.e30.c2ln']],
    run: (text) => {
      jwtTime(jwtClaims(text), 'exp');
      credentialsOf({ authorization: `Bearer ${text}`, certificate: text, isRenewed: false });
    },
  },
  {
    name: 'kubeconfig / the end of credentials',
    frames: [bare, ['a.', '.b']],
    run: (text) => {
      const user = { token: text, 'client-certificate-data': text };
      lifetimeWarnings(user, 'kubeconfig', { nowMs: 0, timeoutMs: 1_000 });
    },
  },
  {
    name: 'environment / NO_PROXY',
    frames: [bare, ['[', ']:443'], ['10.0.0.0/', '']],
    run: (text) => {
      isExcluded(text, { host: 'api.example', port: '443' });
      isExcluded(text, { host: '10.0.0.1', port: '443' });
    },
  },
  {
    name: 'Docker configuration / parse and collect',
    frames: [
      bare,
      ['{"auths": {"', '": {"auth": "YTpi"}}}'],
      ['{"auths": {"registry.example/', 'x": {"auth": "YTpi"}}}'],
      ['{"auths": {"registry.example": {"auth": "', '"}}}'],
      ['{"auths": {"registry.example": {"username": "a", "password": "', '"}}}'],
      ['{"auths": ', '}'],
    ],
    run: async (text) => {
      const config = parseDockerConfig(text, 'config.json');
      const run = (): Promise<never> => Promise.reject(new Error('not used'));
      configJson(await collectLogins([config], wantedLogin, run, new AbortController().signal));
    },
  },
  {
    name: 'Docker configuration / output of a credential helper',
    frames: [bare, ['{"Username": "a", "Secret": "', '"}']],
    run: async (text) => {
      const config = parseDockerConfig('{"credsStore": "x"}', 'config.json');
      for (const exitCode of [0, 1]) {
        const run = (): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
          Promise.resolve({ exitCode, stdout: text, stderr: text });
        await collectLogins([config], wantedLogin, run, new AbortController().signal).catch(
          () => undefined,
        );
      }
    },
  },
  ...inputs.map(([name, frames]): TimedParser => ({
    name: `input / ${name}`,
    frames,
    run: (text) => parseInputs(readInputs({ [name]: text })),
  })),
];
