import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { prefixesOf } from '../../../src/context/prefixes.ts';
import { createSource } from '../../../src/context/source.ts';
import type { StdinSource } from '../../../src/context/stdin.ts';
import { checkDockerfile, throwIfAny } from '../../../src/dockerfile/check/check.ts';
import type { DockerfileFindings, Presence } from '../../../src/dockerfile/check/findings.ts';
import { gaps as knownGaps } from '../../../src/dockerfile/check/kanikos.ts';
import { parseDockerfile } from '../../../src/dockerfile/parse.ts';
import { parsePlatform, type Platform } from '../../../src/inputs/values/platform.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree, type TreeEntry } from '../../support/tree.ts';

interface Fixture {
  readonly name: string;
  readonly text: string;
  /** Files of the context. */
  readonly context: readonly string[];
  readonly target: string | undefined;
  /** Names of the gaps of kaniko that it meets. */
  readonly gaps: readonly string[];
}

const fixtureDirectory = join(import.meta.dirname, '../../fixtures/dockerfiles');

/** `=== name`, then `--- key: value` lines, then the Dockerfile. A `|` separates names with spaces. */
function readFixtures(): readonly Fixture[] {
  const texts = readdirSync(fixtureDirectory).map((name) =>
    readFileSync(join(fixtureDirectory, name), 'utf8'),
  );
  const blocks = texts.flatMap((text) => text.split(/^=== /m).slice(1));
  return blocks.map((block) => {
    const [, name = '', head = '', body = ''] = /^(.*)\n((?:--- .*\n)*)([^]*)$/.exec(block) ?? [];
    const settings = new Map(
      [...head.matchAll(/^--- (\w+): (.*)$/gm)].map(([, key, value]) => [key, value ?? '']),
    );
    const context = settings.get('context') ?? '';
    const flags = settings.get('flags') ?? '';
    const ended = flags.includes('crlf') ? body.replaceAll('\n', '\r\n') : body;
    return {
      name,
      text: flags.includes('bom') ? `\uFEFF${ended}` : ended,
      context: context.split(context.includes('|') ? '|' : ' '),
      target: settings.get('target'),
      gaps: settings.get('gaps')?.split(' ') ?? [],
    };
  });
}

interface Given {
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly platform?: Platform;
  readonly lookUp?: (path: string) => Presence;
  readonly hasPrefix?: (prefix: string) => boolean;
}

function check(text: string, given: Given = {}): DockerfileFindings {
  return checkDockerfile({
    dockerfile: parseDockerfile(text),
    target: given.target,
    buildArgs: Object.entries(given.buildArgs ?? {}).map(([key, value]) => ({ key, value })),
    platform: given.platform,
    lookUp: given.lookUp ?? (() => 'missing'),
    hasPrefix: given.hasPrefix,
    builderImage: given.image ?? 'ghcr.io/osscontainertools/kaniko:v1.28.3',
  });
}

/** `line: path` of each source that is missing in an empty context. */
function missing(text: string, given: Given = {}): readonly string[] {
  return check(text, given).problems.map(
    ({ message, line }) =>
      `${line}: ${/: (.*) is not in the context$/.exec(message)?.[1] ?? message}`,
  );
}

describe('on Dockerfiles of real projects', () => {
  const fixtures = readFixtures();

  test('there are at least 200, with distinct names', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(200);
    expect(new Set(fixtures.map(({ name }) => name)).size).toBe(fixtures.length);
  });

  /** The gap whose feature a message begins with; the whole message for others. */
  const gapOf = (message: string): string => {
    const [, feature] =
      /^(?:line \d+ of the Dockerfile(?: \(.*?\))?: )?(.*?): (?:a )?kaniko /.exec(message) ?? [];
    const found = Object.entries(knownGaps).find(([, gap]) => gap.feature === feature);
    return found?.[0] ?? message;
  };

  test.each(fixtures)('$name has no findings but its gaps', ({ text, context, target, gaps }) => {
    const lookUp = (path: string): Presence =>
      context.some((name) => name === path || name.startsWith(`${path}/`)) ? 'sent' : 'missing';
    const given = {
      lookUp,
      hasPrefix: prefixesOf(() => context),
      image: 'registry.example/kaniko',
      ...(target !== undefined && { target }),
    };
    const { problems, warnings } = check(text, given);
    const found = new Set([...problems, ...warnings].map(({ message }) => gapOf(message)));
    expect([...found].sort()).toEqual(gaps);
  });

  test('they are parsed without errors, and most have sources to look up', () => {
    const failed = fixtures.filter(({ text }) => parseDockerfile(text).hasErrors);
    // Its first line is a comment to other frontends only.
    expect(failed.map(({ name }) => name)).toEqual(['syntax-slashes']);
    const withSources = fixtures.filter(
      ({ text, target }) => missing(text, target === undefined ? {} : { target }).length > 0,
    );
    expect(withSources.length).toBeGreaterThan(fixtures.length * 0.7);
  });
});

describe('the target', () => {
  const text = 'FROM a AS Build\nFROM b\nFROM c AS release\nRUN x\n';

  test.each([undefined, 'build', 'BUILD', 'release', '0', '1', '2'])(
    '%s names a stage',
    (target) => {
      expect(check(text, target === undefined ? {} : { target }).problems).toEqual([]);
    },
  );

  test.each(['builder', '3', 'b', '-1', 'a'])('%s is reported as unknown', (target) => {
    expect(check(text, { target }).problems).toMatchObject([
      { message: `target stage "${target}" could not be found`, line: 3 },
    ]);
  });

  test('the hint suggests a stage with a similar name', () => {
    expect(check(text, { target: 'relase' }).problems[0]?.hint).toBe(
      "Correct the input 'target'. Use release.",
    );
    expect(check('FROM a', { target: 'x' }).problems[0]?.hint).toBe(
      "Remove 'target': no stage has a name.",
    );
  });
});

test.each([
  { name: 'of COPY', text: 'FROM a\nCOPY x /', found: ['2: x'] },
  { name: 'of ADD', text: 'FROM a\nADD x /', found: ['2: x'] },
  { name: 'several', text: 'FROM a\nCOPY x y/ /\nCOPY z /', found: ['2: x', '2: y', '3: z'] },
  { name: 'cleaned', text: 'FROM a\nCOPY ./x/../y//z/ /', found: ['2: y/z'] },
  { name: 'from the root', text: 'FROM a\nCOPY /x /../y /', found: ['2: x', '2: y'] },
  { name: 'in quotes', text: 'FROM a\nCOPY "x" \'y\' /', found: ['2: x', '2: y'] },
  { name: 'in the JSON form', text: 'FROM a\nCOPY ["a b", "c", "/"]', found: ['2: a b', '2: c'] },
  { name: 'after flags', text: 'FROM a\nCOPY --link --chown=1:1 x /', found: ['2: x'] },
  {
    name: 'at the first line of a continuation',
    text: 'FROM a\n\nCOPY \\\n  x \\\n# comment\n\n  y \\\n  /\nCOPY z /',
    found: ['3: x', '3: y', '9: z'],
  },
  {
    name: 'with CRLF',
    text: 'FROM a\r\nRUN b \\\r\n  c\r\n\r\nCOPY x \\\r\n  y /\r\n',
    found: ['5: x', '5: y'],
  },
  {
    name: 'with another escape character',
    text: '# escape=`\nFROM a\nRUN a `\n  b\nRUN c:\\\nCOPY x /',
    found: ['6: x'],
  },
  {
    name: 'after heredocs',
    text: 'FROM a\nRUN <<A cat <<-"B"\nCOPY n /\nA\nCOPY n /\n\tB\nCOPY x <<C /\nC\n',
    found: ['7: x'],
  },
  {
    name: 'in stages of a chain',
    text: 'FROM a AS b\nCOPY x /\nFROM B AS c\nFROM d\nCOPY y /\nFROM c\nCOPY z /',
    found: ['2: x', '7: z'],
  },
  {
    name: 'in a stage that a variable names',
    text: 'ARG S=c\nFROM a AS b\nCOPY n /\nFROM a AS c\nCOPY x /\nFROM ${S}',
    found: ['5: x'],
  },
  {
    name: 'in a stage that a variable names in part',
    text: 'ARG V=2\nARG W=${V}\nFROM a AS base-1\nCOPY n /\nFROM a AS base-2\nCOPY x /\nFROM base-$W',
    found: ['6: x'],
  },
  {
    name: 'in a stage that is in quotes',
    text: 'FROM a AS b\nCOPY x /\nFROM "b"',
    found: ['2: x'],
  },
  {
    name: 'in stages that are copied from',
    text: 'FROM a AS b\nCOPY x /\nFROM c\nADD y /\nFROM d\nCOPY --link --from=B / /\nCOPY --from=1 / /',
    found: ['2: x', '4: y'],
  },
  {
    name: 'in stages that are mounted',
    text: 'FROM a AS b\nCOPY x /\nFROM c\nRUN --network=none --mount=type=bind,from=b,target=/m true',
    found: ['2: x'],
  },
  {
    name: 'with a default frontend',
    text: '# syntax=docker/dockerfile:1-labs\nFROM a\nCOPY x /',
    found: ['3: x'],
  },
  {
    name: 'with the default frontend of a mirror',
    text: '# syntax=registry.example:5000/mirror/docker/dockerfile:1@sha256:0\nFROM a\nCOPY x /',
    found: ['3: x'],
  },
])('finds a missing source: $name', ({ text, found }) => {
  expect(missing(text)).toEqual(found);
});

test.each([
  { name: 'a variable', text: 'FROM a\nCOPY $x ${y} z$z /' },
  { name: 'a pattern', text: 'FROM a\nCOPY *.x y? [z] /' },
  { name: 'an escape', text: 'FROM a\nCOPY a\\ b /' },
  { name: 'quotes around several words', text: 'FROM a\nCOPY "a b c" \'d e f\' /' },
  { name: 'a URL', text: 'FROM a\nADD https://example.com/x /' },
  { name: 'a repository', text: 'FROM a\nADD github.com/a/b user@host b.git /' },
  { name: 'another stage', text: 'FROM a\nCOPY --link --from=b x /' },
  { name: 'a heredoc', text: 'FROM a\nCOPY <<X /\nX' },
  { name: 'a heredoc with a space', text: 'FROM a\nCOPY << X /\nX' },
  { name: 'the context itself', text: 'FROM a\nCOPY . ./ / x/.. /' },
  { name: 'parents', text: 'FROM a\nCOPY --parents x /' },
  { name: 'ONBUILD', text: 'FROM a\nONBUILD COPY x /' },
  { name: 'another frontend', text: '# syntax=example/x\nFROM a\nCOPY x /' },
  {
    name: 'another frontend after a shebang',
    text: '#!/bin/x\n# check=skip=all\n# syntax=example/x\nFROM a\nCOPY x /',
  },
  { name: 'a frontend in the other notation', text: '// syntax=example/x\nFROM a\nCOPY x /' },
  { name: 'an unknown instruction', text: 'FROM a\nCOPY x /\nMOUNT y' },
  { name: 'a heredoc that is not closed', text: 'FROM a\nCOPY x /\nRUN <<X\n' },
  { name: 'a destination alone', text: 'FROM a\nCOPY x' },
  { name: 'an incomplete JSON form', text: 'FROM a\nCOPY ["x", "y"' },
  { name: 'two stages of one name', text: 'FROM a AS b\nCOPY x /\nFROM a AS b\nFROM b' },
  {
    name: 'a stage further down',
    text: 'FROM a\nCOPY --from=b / /\nFROM a AS b\nCOPY x /',
    target: '0',
  },
  { name: 'a stage that could be meant', text: 'ARG S\nFROM a AS b\nCOPY x /\nFROM $S' },
  { name: 'nothing', text: '' },
  { name: 'no stage', text: 'COPY x /' },
])('reports nothing for $name', ({ text, target }) => {
  expect(check(text, target === undefined ? {} : { target }).problems).toEqual([]);
});

test.each([
  ['# syntax=example/x\n', {}, 'example/x'],
  [
    '# syntax=docker/dockerfile:1\n',
    { BUILDKIT_SYNTAX: 'example/mydocker/dockerfile' },
    'example/mydocker/dockerfile',
  ],
  ['# syntax=example/docker/dockerfiles\n', {}, 'example/docker/dockerfiles'],
] as const)('the log has a note for another frontend: %s %j', (head, buildArgs, frontend) => {
  expect(check(`${head}FROM a\nCOPY x /`, { buildArgs })).toEqual({
    problems: [],
    warnings: [],
    notes: [`the Dockerfile is not checked: the frontend "${frontend}" is not docker/dockerfile`],
  });
});

test('follows the variables of FROM that a build argument or the platform sets', () => {
  const text =
    'ARG S=c\nFROM a AS b-amd64\nCOPY x /\nFROM a AS c-amd64\nCOPY y /\nFROM ${S}-$TARGETARCH';
  const platform = parsePlatform('amd64');
  expect(missing(text)).toEqual([]);
  expect(missing(text, { platform })).toEqual(['5: y']);
  expect(missing(text, { platform, buildArgs: { S: 'b' } })).toEqual(['3: x']);
  expect(missing(text, { buildArgs: { TARGETARCH: 'amd64' } })).toEqual(['5: y']);
});

test('reports nothing if a build argument names another frontend', () => {
  const text = 'FROM a\nCOPY x /';
  expect(missing(text, { buildArgs: { BUILDKIT_SYNTAX: 'example/x' } })).toEqual([]);
  expect(missing(text, { buildArgs: { BUILDKIT_SYNTAX: 'docker/dockerfile:1' } })).toEqual([
    '2: x',
  ]);
});

test('accepts every prefix of a Dockerfile', () => {
  const text =
    '# escape=`\nFROM a AS b\nRUN --mount=from="b" <<-"E" `\n\tE\nCOPY --from=b ["x", "y"] /';
  for (let length = 0; length <= text.length; length += 1) {
    expect(() => check(text.slice(0, length))).not.toThrow();
  }
});

describe('the error', () => {
  test('has the first line and names the others', async () => {
    const { problems } = check('FROM a\nCOPY a /\nCOPY b /\nCOPY c /\nCOPY d e /\n');
    expect(
      await failureOf(() => {
        throwIfAny(problems);
      }),
    ).toEqual({
      kind: 'context',
      line: 2,
      message:
        'line 2 of the Dockerfile: COPY a: a is not in the context; line 3 of the Dockerfile: COPY b: b is not in the context; line 4 of the Dockerfile: COPY c: c is not in the context; and 2 more',
      hint: "Correct the path, which is relative to the context, or create the file in an earlier step. To turn this check off, set 'check-dockerfile' to false.",
    });
  });

  test('is not thrown without a problem', () => {
    expect(() => {
      throwIfAny([]);
    }).not.toThrow();
  });
});

describe('in a directory', () => {
  const trees: Tree[] = [];
  afterEach(() => {
    for (const tree of trees.splice(0)) tree.remove();
  });

  async function sourceOf(
    entries: Readonly<Record<string, TreeEntry>>,
    excludes: readonly string[] = [],
  ): Promise<StdinSource> {
    const tree = new Tree(entries);
    trees.push(tree);
    return await createSource(
      {
        source: { kind: 'context', path: '.' },
        file: undefined,
        layout: 'image',
        compressionLevel: 1,
        excludes,
        sourceDateEpoch: undefined,
      },
      diskWorkspace(tree.path),
    );
  }

  const entries: Readonly<Record<string, TreeEntry>> = {
    Dockerfile: 'FROM a\nCOPY dist/app \\\n  gone /\n',
    '.dockerignore': 'dist\n*.log\nempty/*\n!kept/in.log\n',
    'dist/app': 'x',
    'a.log': 'x',
    'kept/in.log': 'x',
    'kept/out.log': 'x',
    'empty/x': 'x',
    'link-to-dist': { link: 'dist' },
    'link-to-nothing': { link: 'nothing' },
    'src/a': 'x',
  };

  test.each([
    ['src', 'sent'],
    ['src/a', 'sent'],
    ['kept', 'sent'],
    ['kept/in.log', 'sent'],
    ['empty', 'sent'],
    ['Dockerfile', 'sent'],
    ['empty/x', 'ignored'],
    ['kept/out.log', 'sent'],
    ['dist', 'ignored'],
    ['dist/app', 'ignored'],
    ['a.log', 'ignored'],
    ['gone', 'missing'],
    ['src/gone', 'missing'],
    ['src/a/gone', 'missing'],
    ['dist/gone', 'missing'],
    ['link-to-dist', 'link'],
    ['link-to-dist/app', 'unknown'],
    ['link-to-nothing', 'link'],
    [`src/${'x'.repeat(300)}`, 'unknown'],
  ])('%s is %s', async (path, presence) => {
    const source = await sourceOf(entries);
    expect(source.lookUp?.(path)).toBe(presence);
  });

  test.each([
    ['src/', true],
    ['sr', true],
    ['src/a', true],
    ['src/b', false],
    ['dist', false],
    ['zzz', false],
  ])('%s is the beginning of a path that is sent: %s', async (prefix, expected) => {
    const source = await sourceOf(entries);
    expect(source.hasPrefix?.(prefix)).toBe(expected);
  });

  test('a path that is excluded with the input is ignored', async () => {
    const source = await sourceOf(entries, ['src/a']);
    expect(source.lookUp?.('src/a')).toBe('ignored');
    expect(source.lookUp?.('src')).toBe('sent');
  });

  test('an excluded and a missing source have different messages', async () => {
    const source = await sourceOf(entries);
    const { problems } = check(source.dockerfile, {
      ...(source.lookUp !== undefined && { lookUp: source.lookUp }),
    });
    expect(problems).toEqual([
      {
        message: "COPY dist/app: dist/app is excluded by .dockerignore or 'excludes'",
        hint: 'Add the exception !dist/app to the rules, or do not copy it.',
        line: 2,
      },
      {
        message: 'COPY gone: gone is not in the context',
        hint: 'Correct the path, which is relative to the context, or create the file in an earlier step.',
        line: 2,
      },
    ]);
  });
});

test.each([
  { hasSecrets: false, found: 1 },
  { hasSecrets: true, found: 0 },
])('a required secret is missed if the pod has secrets: $hasSecrets', ({ hasSecrets, found }) => {
  const text = 'FROM a\nRUN --mount=type=secret,id=x,required=true true\n';
  const { problems } = checkDockerfile({
    dockerfile: parseDockerfile(text),
    target: undefined,
    buildArgs: [],
    lookUp: undefined,
    builderImage: 'gcr.io/kaniko-project/executor:v1.24.0',
    hasSecrets,
  });
  expect(problems).toHaveLength(found);
});
