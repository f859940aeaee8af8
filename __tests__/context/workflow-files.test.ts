import { linkSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { extract, pack } from 'tar-stream';
import { createSource } from '../../src/context/source.ts';
import type { SourceOptions, StdinSource } from '../../src/context/stdin.ts';
import { withheldNotes, workflowFiles } from '../../src/context/workflow-files.ts';
import { diskWorkspace, Tree, type TreeEntry } from '../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

type Entries = Readonly<Record<string, TreeEntry>>;
type Variables = Readonly<Record<string, string>>;

const secret = 'a SECRET';

interface Sent {
  readonly source: StdinSource;
  /** Names of files and links that are sent, and the text of everything. */
  readonly names: readonly string[];
  readonly text: string;
}

/**
 * Sends the context of a step.
 * @param entries of the directory that contains the workspace `w`. @param variables `<home>` is that directory.
 */
async function send(
  entries: Entries,
  variables: Variables,
  options: Partial<SourceOptions> = {},
  arrange: (tree: Tree) => void = () => undefined,
): Promise<Sent> {
  const tree = new Tree({ 'w/Dockerfile': 'FROM a\n', 'w/app': 'x', ...entries });
  trees.push(tree);
  arrange(tree);
  const environment = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replaceAll('<home>', tree.path)]),
  );
  const source = await createSource(
    {
      source: { kind: 'context', path: '.' },
      file: undefined,
      layout: 'plain',
      compressionLevel: 1,
      sourceDateEpoch: undefined,
      workflowFiles: workflowFiles(environment, undefined),
      ...options,
    },
    diskWorkspace(tree.at('w')),
  );
  const archive = gunzipSync(await bytesOf(source.open({}).stream));
  return { source, names: await namesOf(archive), text: archive.toString('latin1') };
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function namesOf(archive: Buffer): Promise<readonly string[]> {
  const reader = extract();
  Readable.from([archive], { objectMode: false }).pipe(reader);
  const names: string[] = [];
  for await (const entry of reader) {
    if (entry.header.type !== 'directory') names.push(entry.header.name.replace(/^(\.|ctx)\//, ''));
    entry.resume();
  }
  return names;
}

/** The note about files that are not sent. */
function note(names: string): readonly string[] {
  return [
    `credentials of the workflow are not sent: ${names} (workflow-credentials: keep sends them)`,
  ];
}

describe('a directory is sent without', () => {
  test.each([
    'KUBECONFIG',
    'KUBE_CONFIG_PATH',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GOOGLE_GHA_CREDS_PATH',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AZURE_FEDERATED_TOKEN_FILE',
    'REGISTRY_AUTH_FILE',
  ])('the file of %s', async (name) => {
    const { source, names, text } = await send(
      { 'w/sub/credentials': secret },
      { [name]: '<home>/w/sub/credentials' },
    );
    expect(names).toEqual(['Dockerfile', 'app']);
    expect(text).not.toContain('SECRET');
    expect(source.notes).toEqual(note('sub/credentials'));
  });

  const cases: readonly {
    readonly name: string;
    readonly entries: Entries;
    readonly variables: Variables;
    readonly arrange?: (tree: Tree) => void;
    readonly withheld: string;
    /** In addition to Dockerfile and app. */
    readonly kept?: readonly string[];
  }[] = [
    {
      name: 'the kubeconfig that get-gke-credentials writes',
      entries: { 'w/gha-kubeconfig-1a': secret, 'w/gha-creds-2b.json': secret },
      variables: {},
      withheld: 'gha-creds-2b.json, gha-kubeconfig-1a',
    },
    {
      name: 'a file with a relative path',
      entries: { 'w/a': secret },
      variables: { KUBECONFIG: './b/../a' },
      withheld: 'a',
    },
    {
      name: 'each of several files',
      entries: { 'w/a': secret, 'w/b': secret },
      variables: { KUBECONFIG: '<home>/w/a:/missing::b' },
      withheld: 'a, b',
    },
    {
      name: 'a file that is named through a link to its directory',
      entries: { 'w/a': secret, link: { link: 'w' } },
      variables: { KUBECONFIG: '<home>/link/a' },
      withheld: 'a',
    },
    {
      name: 'a file and the link that names it',
      entries: { 'w/a': secret, 'w/link': { link: 'a' } },
      variables: { KUBECONFIG: '<home>/w/link' },
      withheld: 'a, link',
    },
    {
      name: 'the other names of a file',
      entries: { 'w/b/first': secret },
      variables: { KUBECONFIG: '<home>/w/c' },
      arrange: (tree) => {
        linkSync(tree.at('w/b/first'), tree.at('w/c'));
        linkSync(tree.at('w/b/first'), tree.at('w/gha-creds-1.json'));
      },
      withheld: 'c, gha-creds-1.json, b/first',
    },
    {
      name: 'the other name of a file outside of the context',
      entries: { outside: secret },
      variables: { KUBECONFIG: '<home>/outside' },
      arrange: (tree) => {
        linkSync(tree.at('outside'), tree.at('w/inside'));
      },
      withheld: 'inside',
    },
    {
      name: 'everything of a Docker configuration in it',
      entries: { 'w/.docker/config.json': secret, 'w/.docker/contexts/tls/x/key.pem': secret },
      variables: { DOCKER_CONFIG: '<home>/w/.docker/' },
      withheld: '.docker',
    },
    {
      name: 'the credentials with a scope in it',
      entries: { 'w/buildx/config/a.example/config.json': secret, 'w/buildx/x': 'x' },
      variables: { BUILDX_CONFIG: '<home>/w/buildx' },
      withheld: 'buildx/config',
      kept: ['buildx/x'],
    },
    {
      name: 'the credentials with a scope of a Docker configuration that is the context itself',
      entries: { 'w/buildx/config/a.example@push/config.json': secret },
      variables: { DOCKER_CONFIG: '<home>/w' },
      withheld: 'buildx/config',
    },
    {
      name: 'the secret files of a Docker configuration that is the context itself',
      entries: { 'w/config.json': secret, 'w/trust/private/k': secret, 'w/trust/x': 'x' },
      variables: { DOCKER_CONFIG: '<home>/w' },
      withheld: 'config.json, trust/private',
      kept: ['trust/x'],
    },
    {
      name: 'a file at the top whose name is that of a directory elsewhere',
      entries: { 'w/gha-creds-1.json': secret, 'w/sub/gha-creds-1.json': 'x' },
      variables: {},
      withheld: 'gha-creds-1.json',
      kept: ['sub/gha-creds-1.json'],
    },
  ];

  for (const { name, entries, variables, arrange, withheld, kept = [] } of cases) {
    test.each(['plain', 'image'] as const)(`${name}, in the %s layout`, async (layout) => {
      const { source, names, text } = await send(entries, variables, { layout }, arrange);
      expect(names.filter((sent) => !sent.startsWith('meta/'))).toEqual([
        'Dockerfile',
        'app',
        ...kept,
      ]);
      expect(text).not.toContain('SECRET');
      expect(source.notes).toEqual(note(withheld));
    });
  }
});

describe('a directory is sent whole', () => {
  test.each<{ name: string; entries: Entries; variables: Variables; names: readonly string[] }>([
    {
      name: 'if the Docker configuration is above it',
      entries: { 'config.json': secret, 'w/b': 'x' },
      variables: { DOCKER_CONFIG: '<home>' },
      names: ['Dockerfile', 'app', 'b'],
    },
    {
      name: 'if the variables name files elsewhere, directories and nothing',
      entries: { kubeconfig: secret, 'w/b/c': 'x' },
      variables: { KUBECONFIG: '<home>/kubeconfig:<home>/w:b:', DOCKER_CONFIG: '/missing' },
      names: ['Dockerfile', 'app', 'b/c'],
    },
    {
      name: 'if a directory has the name of a file',
      entries: { 'w/gha-kubeconfig-x/y': 'x' },
      variables: {},
      names: ['Dockerfile', 'app', 'gha-kubeconfig-x/y'],
    },
  ])('$name', async ({ entries, variables, names }) => {
    const sent = await send(entries, variables);
    expect(sent.names).toEqual(names);
    expect(sent.source.notes).toEqual([]);
  });

  test('with workflow-credentials: keep', async () => {
    const { names } = await send(
      { 'w/gha-creds-1.json': 'x', 'w/kubeconfig': 'x' },
      { KUBECONFIG: 'kubeconfig' },
      { workflowFiles: undefined },
    );
    expect(names).toEqual(['Dockerfile', 'app', 'gha-creds-1.json', 'kubeconfig']);
  });
});

test('a Docker configuration in the workspace does not withhold the workspace from a context above it', async () => {
  const { names } = await send(
    { Dockerfile: 'FROM a\n', 'w/config.json': secret },
    { DOCKER_CONFIG: '.' },
    { source: { kind: 'context', path: '..' } },
  );
  expect(names).toEqual(['Dockerfile', 'w/Dockerfile', 'w/app']);
});

test('a file that an ignore file excludes is not mentioned', async () => {
  const { source } = await send(
    { 'w/kubeconfig': secret, 'w/.dockerignore': 'kubeconfig\n' },
    { KUBECONFIG: 'kubeconfig' },
  );
  expect(source.notes).toEqual([]);
});

test('the path of a withheld file, or of its directory, is known', async () => {
  const { source } = await send(
    { 'w/.docker/config.json': secret, 'w/.git/logs/HEAD': secret },
    { DOCKER_CONFIG: '.docker' },
  );
  const paths = ['.docker', '.docker/config.json', '.git/logs', 'app', 'gone'];
  expect(paths.map((path) => source.lookUp?.(path))).toEqual([
    'withheld',
    'withheld',
    'withheld',
    'sent',
    'missing',
  ]);
});

describe('an archive is sent without', () => {
  async function sendArchive(
    entries: readonly { name: string; type?: 'link' | 'symlink'; linkname?: string }[],
    options: Partial<SourceOptions> = {},
  ): Promise<Sent> {
    const writer = pack();
    for (const entry of [{ name: 'Dockerfile' }, ...entries]) {
      const isLink = 'linkname' in entry;
      writer.entry(entry, isLink ? '' : entry.name === 'Dockerfile' ? 'FROM a\n' : secret);
    }
    writer.finalize();
    const archive = await bytesOf(Readable.from(writer));
    return send(
      { 'w/a.tar': archive },
      {},
      { layout: 'image', source: { kind: 'context', path: 'a.tar' }, ...options },
    );
  }

  test('files of Google at its root, and hard links to them in both directions', async () => {
    const { source, names, text } = await sendArchive([
      { name: './gha-creds-1.json' },
      { name: 'copy', type: 'link', linkname: 'gha-creds-1.json' },
      { name: 'copy-of-copy', type: 'link', linkname: 'copy' },
      { name: 'first' },
      { name: 'gha-kubeconfig-1', type: 'link', linkname: 'first' },
    ]);
    expect(names.filter((name) => !name.startsWith('meta/'))).toEqual(['Dockerfile']);
    expect(text).not.toContain('SECRET');
    expect(source.notes).toEqual(
      note('gha-creds-1.json, gha-kubeconfig-1, copy, first, copy-of-copy'),
    );
    expect(source.lookUp?.('gha-creds-1.json')).toBe('withheld');
  });

  test('files of git with credentials', async () => {
    const { source, names } = await sendArchive([
      { name: '.git/FETCH_HEAD' },
      { name: '.git-credentials' },
    ]);
    expect(names.filter((name) => !name.startsWith('meta/'))).toEqual(['Dockerfile']);
    expect(source.notes).toEqual([]);
  });

  test('nothing, if both are kept', async () => {
    const { names } = await sendArchive(
      [{ name: '.git/FETCH_HEAD' }, { name: 'gha-creds-1.json' }],
      {
        keepGitCredentials: true,
        workflowFiles: undefined,
      },
    );
    expect(names).toEqual(expect.arrayContaining(['.git/FETCH_HEAD', 'gha-creds-1.json']));
  });
});

test('workflowFiles reads the Docker configuration of the input, too', () => {
  expect(workflowFiles({ DOCKER_CONFIG: '/d' }, 'docker').dockerConfigs).toEqual(['/d', 'docker']);
  expect(workflowFiles({}, 'none').dockerConfigs).toEqual([]);
});

test('the note names ten files and counts the others', () => {
  const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
  expect(withheldNotes(names)[0]).toContain('f8, f9 and 2 more (');
  expect(withheldNotes([])).toEqual([]);
});
