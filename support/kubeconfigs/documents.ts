// Files: how they are found, parsed and merged.
import type { KubeconfigCase } from './case.ts';
import { bearer, kubeconfig, yaml } from './text.ts';

const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(yaml(), 'utf16le')]);
const parts = JSON.parse(kubeconfig({ user: { token: 'one' } })) as Record<string, unknown>;

/** A kubeconfig with these lists only. */
function only(...keys: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, parts[key]])));
}

export const documentCases: readonly KubeconfigCase[] = [
  {
    name: 'JSON',
    files: { config: kubeconfig({ user: { token: 'one' } }) },
    expected: bearer('one'),
  },
  { name: 'YAML', files: { config: yaml() }, expected: bearer('one') },
  {
    name: 'YAML with CRLF and a byte order mark',
    files: { config: `\ufeff${yaml().replaceAll('\n', '\r\n')}` },
    expected: bearer('one'),
  },
  { name: 'UTF-16 with a byte order mark', files: { config: utf16 }, expected: { error: /./ } },
  {
    name: 'a key twice: the last one',
    files: { config: yaml('', 'first\n    token: second') },
    expected: bearer('second'),
  },
  {
    name: 'a key twice at the top, in JSON',
    files: {
      config: kubeconfig({ user: { token: 'one' } }).replace('{', '{"current-context":"none",'),
    },
    expected: bearer('one'),
  },
  {
    name: 'several documents: the first one',
    files: { config: `# first\n---\n${yaml()}---\n${yaml('', 'two')}` },
    expected: bearer('one'),
  },
  {
    name: 'a second document that is not YAML',
    files: { config: `${yaml()}---\n"not closed\n` },
    expected: bearer('one'),
  },
  {
    name: 'the end of a document',
    files: { config: `${yaml()}...\nrest: [` },
    expected: bearer('one'),
  },
  {
    name: 'an empty first document',
    files: { config: `---\n---\n${yaml()}` },
    expected: { error: /./ },
  },
  {
    name: 'separators in a text',
    files: { config: yaml('preferences: {}\nother: |\n  ---\n  a: 1\n') },
    expected: bearer('one'),
  },
  {
    name: 'aliases and merge keys',
    files: {
      config: yaml().replace('  user:\n    token: one', '  user:\n    <<: {token: one}'),
    },
    expected: bearer('one'),
  },
  {
    name: 'without kind and apiVersion',
    files: { config: yaml().replace(/^apiVersion.*\nkind.*\n/, '') },
    expected: bearer('one'),
  },
  {
    name: 'unknown fields',
    files: { config: yaml('unknown: 1\n') },
    expected: bearer('one'),
  },
  {
    name: 'a name twice in a list',
    files: { config: yaml().replace('contexts:', '- name: main\n  user: {token: two}\ncontexts:') },
    expected: bearer('one'),
    kubectl: {
      expected: { error: /duplicate name "main"/ },
      because: 'the first entry is as good',
    },
  },
  {
    name: 'a missing file in the list',
    files: { config: yaml() },
    list: 'DIR/missing:DIR/config',
    expected: bearer('one'),
  },
  {
    name: 'empty entries in the list',
    files: { config: yaml() },
    list: ':DIR/config::',
    expected: bearer('one'),
  },
  {
    name: 'a file twice in the list',
    files: { config: yaml() },
    list: 'DIR/config:DIR/config',
    expected: bearer('one'),
  },
  {
    name: 'an empty file in the list',
    files: { empty: '', config: yaml() },
    list: 'DIR/empty:DIR/config',
    expected: bearer('one'),
  },
  {
    name: 'only missing files',
    files: {},
    list: 'DIR/missing:DIR/other',
    expected: { error: /./ },
  },
  {
    name: 'a directory in the list',
    files: { 'sub/config': yaml(), config: yaml() },
    list: 'DIR/sub:DIR/config',
    expected: { error: /./ },
  },
  {
    name: 'a list of files: the first entry of a name',
    files: { first: yaml('', 'first'), second: yaml('', 'second') },
    list: 'DIR/first:DIR/second',
    expected: bearer('first'),
  },
  {
    name: 'a kubeconfig in pieces',
    files: {
      context: only('contexts', 'current-context'),
      cluster: only('clusters'),
      user: only('users'),
    },
    list: 'DIR/context:DIR/cluster:DIR/user',
    expected: bearer('one'),
  },
  {
    name: 'the first current-context of a list',
    files: { first: only('clusters', 'users', 'contexts'), second: only('current-context') },
    list: 'DIR/first:DIR/second',
    expected: bearer('one'),
  },
  {
    name: 'a file in the list that is not YAML',
    files: { first: 'a: [', config: yaml() },
    list: 'DIR/first:DIR/config',
    expected: { error: /./ },
  },
  {
    name: '~/.kube/config',
    files: { '.kube/config': yaml() },
    list: '',
    expected: bearer('one'),
  },
];
