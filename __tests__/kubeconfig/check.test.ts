import { describe, expect, test } from '@jest/globals';
import { selectContext } from '../../src/kubeconfig/check.ts';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import { problemsOf } from '../support/problems.ts';

// The mistakes that a kubeconfig can have are in io/kube/kubeconfig.test.ts, for each source.

const good = `clusters:
  - { name: lab, cluster: { server: 'https://10.0.0.1:6443' } }
users:
  - { name: me, user: { token: s3cr3t-t0ken } }
contexts:
  - { name: one, context: { cluster: lab, user: me, namespace: ci } }
  - { name: two, context: { cluster: lab, namespace: '' } }
  - { name: broken, context: { cluster: gone } }
current-context: one`;

function select(content: string, wanted?: string, missing: readonly string[] = []): unknown {
  return selectContext(parseKubeconfig(content), wanted, (path) => !missing.includes(path));
}

describe('selectContext', () => {
  const one = {
    name: 'one',
    namespace: 'ci',
    server: 'https://10.0.0.1:6443',
    cluster: { server: 'https://10.0.0.1:6443' },
    user: { token: 's3cr3t-t0ken' },
  };

  test.each([
    { name: 'the current context', wanted: undefined, expected: one },
    { name: 'a named context', wanted: 'one', expected: one },
    {
      name: 'a context without user and namespace',
      wanted: 'two',
      expected: { ...one, name: 'two', namespace: undefined, user: {} },
    },
  ])('returns $name', ({ wanted, expected }) => {
    expect(select(good, wanted)).toEqual(expected);
  });

  test.each([
    { server: 'HTTPS://api.example' },
    { server: 'http://api.example, insecure-skip-tls-verify: true' },
  ])('accepts the server $server', ({ server }) => {
    expect(select(good.replace("'https://10.0.0.1:6443'", server))).toMatchObject({ name: 'one' });
  });

  test('refuses a token as the data of a Secret has it, without quoting it', () => {
    const jwt = `h.${Buffer.from('{"sub":"ci"}').toString('base64url')}.s`;
    const encoded = Buffer.from(jwt).toString('base64');
    expect(problemsOf(() => select(good.replace('s3cr3t-t0ken', encoded)))).toEqual([
      { text: 'its token is the base64 of a token', hint: 'Decode it once: base64 --decode.' },
    ]);
    expect(select(good.replace('s3cr3t-t0ken', jwt))).toMatchObject({ user: { token: jwt } });
  });

  test.each([
    {
      user: 'client-key: k.pem, client-key-data: AAAA, tokenFile: /t',
      missing: '/t',
      text: 'its tokenFile is the file "/t", which cannot be read on the runner',
    },
    {
      user: 'token-file: /t',
      missing: '/t',
      text: 'its token-file is the file "/t", which cannot be read on the runner',
    },
    {
      user: "client-key: k.pem, client-key-data: ''",
      missing: 'k.pem',
      text: 'its client-key is the file "k.pem", which cannot be read on the runner',
    },
  ])('refuses a file that cannot be read: $user', ({ user, missing, text }) => {
    const content = good.replace('token: s3cr3t-t0ken', user);
    expect(problemsOf(() => select(content, undefined, [missing]))).toMatchObject([{ text }]);
  });

  test.each([
    { user: 'tokenFile: /t, token: s3cr3t-t0ken', missing: '/t' },
    { user: 'client-key: k.pem, client-key-data: AAAA', missing: 'k.pem' },
  ])('ignores a missing file if the content is there: $user', ({ user, missing }) => {
    const content = good.replace('token: s3cr3t-t0ken', user);
    expect(select(content, undefined, [missing])).toMatchObject({ name: 'one' });
  });
});
