import { afterEach, describe, expect, test } from '@jest/globals';
import { findDockerfile, findIgnoreRules } from '../../../src/context/directory/locate.ts';
import type { Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree, type TreeEntry } from '../../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

function home(entries: Readonly<Record<string, TreeEntry>>): { tree: Tree; workspace: Workspace } {
  const tree = new Tree({ w: { directory: true }, ...entries });
  trees.push(tree);
  return { tree, workspace: diskWorkspace(tree.at('w')) };
}

describe('the Dockerfile', () => {
  test.each([
    {
      name: 'of the workspace',
      entries: { 'w/Dockerfile': 'A' },
      context: '.',
      path: 'Dockerfile',
      text: 'A',
    },
    {
      name: 'of a context below',
      entries: { 'w/c/Dockerfile': 'A', 'w/Dockerfile': 'B' },
      context: 'c',
      path: 'c/Dockerfile',
      text: 'A',
    },
    {
      name: 'of a context with a slash',
      entries: { 'w/c/Dockerfile': 'A' },
      context: 'c//',
      path: 'c/Dockerfile',
      text: 'A',
    },
    {
      name: 'in lower case',
      entries: { 'w/dockerfile': 'a' },
      context: '.',
      path: 'dockerfile',
      text: 'a',
    },
    {
      name: 'with both cases',
      entries: { 'w/Dockerfile': 'A', 'w/dockerfile': 'a' },
      context: '.',
      path: 'Dockerfile',
      text: 'A',
    },
    {
      name: 'next to a directory of that name',
      entries: { 'w/Dockerfile/x': 'A', 'w/dockerfile': 'a' },
      context: '.',
      path: 'dockerfile',
      text: 'a',
    },
    {
      name: 'by the input, relative to the workspace',
      entries: { 'w/c/Dockerfile': 'A', 'w/d/My.dockerfile': 'B' },
      context: 'c',
      file: 'd/My.dockerfile',
      path: 'd/My.dockerfile',
      text: 'B',
    },
    {
      name: 'outside of context and workspace',
      entries: { 'o/Dockerfile': 'A' },
      context: '.',
      file: '../o/Dockerfile',
      path: '../o/Dockerfile',
      text: 'A',
    },
    {
      name: 'of a context outside of the workspace',
      entries: { 'o/Dockerfile': 'A' },
      context: '../o',
      path: '../o/Dockerfile',
      text: 'A',
    },
    {
      name: 'through a link inside',
      entries: { 'w/c/Dockerfile': { link: '../real' }, 'w/real': 'A' },
      context: 'c',
      path: 'c/Dockerfile',
      text: 'A',
    },
    {
      name: 'that is empty',
      entries: { 'w/Dockerfile': '' },
      context: '.',
      path: 'Dockerfile',
      text: '',
    },
  ] as const)('$name', ({ entries, context, path, text, ...rest }) => {
    const file = 'file' in rest ? rest.file : undefined;
    const found = findDockerfile(context, file, home(entries).workspace);
    expect([found.path, found.bytes.toString()]).toEqual([path, text]);
  });

  test('of a context by its absolute path', () => {
    const { tree, workspace } = home({ 'o/Dockerfile': 'A' });
    expect(findDockerfile(tree.at('o'), undefined, workspace).path).toBe(tree.at('o/Dockerfile'));
  });

  test.each([
    {
      name: 'is missing in an empty context',
      entries: {},
      context: '.',
      message: 'the context . is empty',
      hint: 'Check out the repository in a step before this one.',
    },
    {
      name: 'is missing',
      entries: { 'w/c/x': 'x' },
      context: 'c',
      message: 'the context c has no Dockerfile',
      hint: "Set the input 'file' to the path of the Dockerfile.",
    },
    {
      name: 'is a link to nothing',
      entries: { 'w/Dockerfile': { link: 'nowhere' } },
      context: '.',
      message: 'the context . has no Dockerfile',
      hint: "Set the input 'file' to the path of the Dockerfile.",
    },
    {
      name: 'is not at the path of the input, but in the context',
      entries: { 'w/c/Dockerfile': 'A' },
      context: 'c',
      file: 'Dockerfile',
      message: 'the Dockerfile Dockerfile does not exist',
      hint: "Correct the input 'file'; its path is relative to the working directory, not to the context.",
    },
    {
      name: 'is a directory',
      entries: { 'w/d/x': 'x' },
      context: '.',
      file: 'd',
      message: 'the Dockerfile d is a directory',
      hint: "Correct the input 'file'; its path is relative to the working directory, not to the context.",
    },
  ])('$name', async ({ entries, context, file, message, hint }) => {
    const { workspace } = home(entries);
    expect(await failureOf(() => findDockerfile(context, file, workspace))).toEqual({
      kind: 'context',
      message,
      hint,
    });
  });

  test.each([
    { name: 'of the workspace', context: '.', path: 'Dockerfile', at: 'w/Dockerfile' },
    { name: 'of a context outside', context: '../o', path: '../o/Dockerfile', at: 'o/Dockerfile' },
    { name: 'of the input', context: '.', file: 'My', path: 'My', at: 'w/My' },
  ])('that is a link to the outside is refused: $name', async ({ context, file, path, at }) => {
    const { tree, workspace } = home({
      secret: 'x',
      o: { directory: true },
      [at]: { link: '../secret' },
    });
    expect(await failureOf(() => findDockerfile(context, file, workspace))).toMatchObject({
      kind: 'context',
      message: `${path} is a link to ${tree.at('secret')}, outside of the workspace`,
    });
  });
});

describe('the ignore file', () => {
  async function nameAndVerdict(
    entries: Readonly<Record<string, TreeEntry>>,
    context: string,
    dockerfile: string | undefined,
  ): Promise<readonly unknown[]> {
    const { rules, name } = await findIgnoreRules(context, dockerfile, home(entries).workspace);
    return [name, ['a', 'b'].filter((path) => rules.test(path, undefined).excluded)];
  }

  test.each([
    {
      name: 'is none',
      entries: {},
      context: '.',
      dockerfile: 'Dockerfile',
      expected: [undefined, []],
    },
    {
      name: 'of the context',
      entries: { 'w/c/.dockerignore': 'a', 'w/.dockerignore': 'b' },
      context: 'c',
      dockerfile: 'c/Dockerfile',
      expected: ['c/.dockerignore', ['a']],
    },
    {
      name: 'of the Dockerfile has precedence',
      entries: { 'w/.dockerignore': 'a', 'w/My.dockerignore': 'b' },
      context: '.',
      dockerfile: 'My',
      expected: ['My.dockerignore', ['b']],
    },
    {
      name: 'of a Dockerfile outside of the context',
      entries: { 'w/c/.dockerignore': 'a', 'w/d/My.dockerignore': 'b' },
      context: 'c',
      dockerfile: 'd/My',
      expected: ['d/My.dockerignore', ['b']],
    },
    {
      name: 'of the Dockerfile has precedence even if it is empty',
      entries: { 'w/.dockerignore': 'a', 'w/My.dockerignore': '' },
      context: '.',
      dockerfile: 'My',
      expected: ['My.dockerignore', []],
    },
    {
      name: 'without a Dockerfile',
      entries: { 'w/.dockerignore': 'a', 'w/Dockerfile.dockerignore': 'b' },
      context: '.',
      dockerfile: undefined,
      expected: ['.dockerignore', ['a']],
    },
    {
      name: 'is not a directory',
      entries: { 'w/.dockerignore/x': 'a' },
      context: '.',
      dockerfile: undefined,
      expected: [undefined, []],
    },
    {
      name: 'may be a link inside',
      entries: { 'w/c/.dockerignore': { link: '../ignore' }, 'w/ignore': 'a' },
      context: 'c',
      dockerfile: undefined,
      expected: ['c/.dockerignore', ['a']],
    },
  ])('$name', async ({ entries, context, dockerfile, expected }) => {
    expect(await nameAndVerdict(entries, context, dockerfile)).toEqual(expected);
  });

  test.each(['.dockerignore', 'Dockerfile.dockerignore'])(
    'that is a link to the outside is refused: %s',
    async (name) => {
      const { workspace } = home({ secret: 'x', [`w/${name}`]: { link: '../secret' } });
      expect(await failureOf(() => findIgnoreRules('.', 'Dockerfile', workspace))).toMatchObject({
        kind: 'context',
        message: expect.stringContaining(`${name} is a link to `) as unknown,
      });
    },
  );

  test('that is malformed is named with its line', async () => {
    const { workspace } = home({ 'w/c/.dockerignore': 'ok\n[a\n' });
    expect(await failureOf(() => findIgnoreRules('c', undefined, workspace))).toMatchObject({
      message: 'c/.dockerignore, line 2: the pattern "[a" is malformed: missing closing ]',
    });
  });
});
