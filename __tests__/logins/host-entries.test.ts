import { expect, test } from '@jest/globals';
import type { Action } from '../../src/inputs/auths/scope.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { hostEntries, splitPushes } from '../../src/logins/host-entries.ts';
import { loginFor } from '../../src/logins/logins.ts';
import type { FoundLogin } from '../../src/logins/search.ts';

const registry = 'ghcr.io';
const a = { auth: btoa('user:a') };
const b = { auth: btoa('user:b') };

interface Found {
  readonly path: string;
  readonly login?: { readonly auth: string };
  /** The path that the credentials are for; by default all of the registry. */
  readonly of?: string;
  readonly isPush?: boolean;
  readonly hosts?: readonly string[];
}

function found({ path, login, of = '', isPush = false, hosts = [registry] }: Found): FoundLogin {
  const actions: readonly Action[] = isPush ? ['pull', 'push'] : ['pull'];
  const use = { registry, path, actions, hosts, required: isPush };
  return login === undefined
    ? { use }
    : { use, login: { credentials: login, source: 'x', path: of } };
}

/**
 * What the keychain of go-containerregistry (0.20.4 and 0.21.5, in kaniko of Google and Chainguard) finds in a config.json. Measured:
 * `TARGET` is the repository for a pull, the registry for a push; without the exact key, any key with the host of the target.
 */
function keychain(
  entries: Readonly<Record<string, object>>,
  targets: readonly string[],
): object | undefined {
  for (const target of targets) {
    const key = target === dockerHub ? 'https://index.docker.io/v1/' : target;
    const legacy = Object.keys(entries).find((name) => name.replace(/\/.*$/, '') === key);
    const entry = entries[key] ?? entries[legacy ?? ''] ?? {};
    if (Object.keys(entry).length > 0) return entry;
  }
  return undefined;
}

const cases: readonly {
  readonly name: string;
  readonly uses: readonly Found[];
  readonly expected: Readonly<Record<string, object>>;
}[] = [
  {
    name: 'one entry for the registry, if all repositories have the same credentials',
    uses: [
      { path: 'acme/app', login: a, isPush: true },
      { path: 'acme/base', login: a },
    ],
    expected: { [registry]: a },
  },
  {
    name: 'the same for credentials of a path, which kaniko pushes with only as those of the registry',
    uses: [{ path: 'acme/app', login: a, of: 'acme', isPush: true }],
    expected: { [registry]: a },
  },
  {
    name: 'entries of the repositories that are pulled with others than the push',
    uses: [
      { path: 'acme/app', login: a, of: 'acme', isPush: true },
      { path: 'other/base', login: b, of: 'other' },
    ],
    expected: { [registry]: a, 'ghcr.io/other/base': b },
  },
  {
    name: 'an empty entry for the registry, if a repository has no credentials',
    uses: [{ path: 'acme/base', login: a, of: 'acme' }, { path: 'public/base' }],
    expected: { [registry]: {}, 'ghcr.io/acme/base': a },
  },
  {
    name: 'an empty entry for the registry, if repositories have different credentials',
    uses: [
      { path: 'acme/base', login: a, of: 'acme' },
      { path: 'other/base', login: b, of: 'other/base' },
    ],
    expected: { [registry]: {}, 'ghcr.io/acme/base': a, 'ghcr.io/other/base': b },
  },
  {
    name: 'the credentials of the registry, and those of a path',
    uses: [
      { path: 'acme/base', login: a, of: 'acme' },
      { path: 'other/base', login: b },
    ],
    expected: { [registry]: b, 'ghcr.io/acme/base': a },
  },
];

test.each(cases)('has $name', ({ uses, expected }) => {
  expect(hostEntries(uses.map(found))).toEqual(expected);
});

test.each(cases)('gives kaniko and the runner the right credentials: $name', ({ uses }) => {
  const entries = hostEntries(uses.map(found));
  for (const { path, login, isPush = false } of uses) {
    const targets = isPush ? [registry] : [`${registry}/${path}`, registry];
    expect(keychain(entries, targets)).toEqual(login);
    expect(loginFor(new Map([[registry, entries]]), registry, path)).toEqual(login);
  }
});

test('has an entry for each spelling of the host, which kaniko compares as text', () => {
  const uses = [
    { path: 'acme/app', login: a, isPush: true },
    { path: 'acme/base', login: b, hosts: ['GHCR.io', 'ghcr.io'] },
  ];
  expect(hostEntries(uses.map(found))).toEqual({
    'ghcr.io': a,
    'GHCR.io': a,
    'GHCR.io/acme/base': b,
    'ghcr.io/acme/base': b,
  });
});

test('repositories that are pushed to with different credentials are a warning', () => {
  const uses = [
    found({ path: 'acme/app', login: a, of: 'acme', isPush: true }),
    found({ path: 'other/app', login: b, of: 'other', isPush: true }),
    found({ path: 'acme/cache', login: a, of: 'acme', isPush: true }),
    found({ path: 'third/base', login: b, of: 'third' }),
  ];
  expect(splitPushes(uses)).toEqual([
    'the credentials for acme/app at ghcr.io are used to push to other/app too: kaniko pushes to all repositories of a registry with the same credentials. Push to one of them in another step, or use credentials for all of them',
  ]);
  expect(splitPushes(uses.filter(({ use }) => use.path !== 'other/app'))).toEqual([]);
  expect(hostEntries(uses)).toMatchObject({ [registry]: a });
});

test.each([
  { name: 'after one with credentials', order: ['team-a/app', 'team-b/app'] },
  { name: 'ahead of one with credentials', order: ['team-b/app', 'team-a/app'] },
])('a repository that is pushed to without credentials is a warning $name', ({ order }) => {
  const uses = order.map((path) =>
    found(
      path === 'team-a/app'
        ? { path, login: a, of: 'team-a', isPush: true }
        : { path, isPush: true },
    ),
  );
  expect(splitPushes(uses)).toEqual([
    expect.stringContaining(
      'the credentials for team-a/app at ghcr.io are used to push to team-b/app too',
    ),
  ]);
  expect(hostEntries(uses)).toMatchObject({ [registry]: a });
});

test('repositories that are all pushed to without credentials are not a warning', () => {
  const uses = [
    found({ path: 'acme/app', isPush: true }),
    found({ path: 'acme/other', isPush: true }),
    found({ path: 'acme/base', login: a }),
  ];
  expect(splitPushes(uses)).toEqual([]);
  expect(hostEntries(uses)).toEqual({ [registry]: {}, 'ghcr.io/acme/base': a });
});
