import { describe, expect, test } from '@jest/globals';
import { fileBytes } from '../../../src/context/directory/bytes.ts';
import type { FileStat, OpenFile, Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace } from '../../support/tree.ts';

const stat: FileStat = {
  kind: 'file',
  sizeBytes: 6,
  mode: 0o644,
  mtimeMs: 1,
  device: 1,
  inode: 1,
  links: 1,
};

/** One file whose reads give one chunk each; `isOpen` is false after it was closed. */
class OneFile {
  isOpen = false;
  readonly workspace: Workspace;

  constructor(chunks: readonly string[], changes: Partial<OpenFile> = {}) {
    const left = chunks.map((chunk) => Buffer.from(chunk));
    this.workspace = {
      ...diskWorkspace(),
      open: () => {
        this.isOpen = true;
        return {
          stat: () => stat,
          read: (buffer) => left.shift()?.copy(buffer) ?? 0,
          close: () => {
            this.isOpen = false;
          },
          ...changes,
        };
      },
    };
  }

  async read(): Promise<{ readonly text: string; readonly counts: readonly number[] }> {
    const counts: number[] = [];
    let text = '';
    for await (const chunk of fileBytes('a.tar', this.workspace, (bytes) => counts.push(bytes))) {
      text += chunk.toString();
    }
    return { text, counts };
  }
}

test('chunks are counted before they are given', async () => {
  const file = new OneFile(['abc', 'de', 'f']);
  expect(await file.read()).toEqual({ text: 'abcdef', counts: [3, 2, 1] });
  expect(file.isOpen).toBe(false);
});

describe('a file that is written to meanwhile is an error', () => {
  const failure = {
    kind: 'context',
    message: 'a.tar was written to while it was sent',
    hint: 'Nothing may write to the file during the step.',
  };

  test.each([
    { name: 'shorter', chunks: ['abc'] },
    { name: 'longer', chunks: ['abc', 'def', 'g'] },
    { name: 'gone', chunks: [] },
  ])('$name', async ({ chunks }) => {
    const file = new OneFile(chunks);
    expect(await failureOf(() => file.read())).toEqual(failure);
    expect(file.isOpen).toBe(false);
  });

  test('of the same length', async () => {
    let looks = 0;
    const file = new OneFile(['abcdef'], { stat: () => ({ ...stat, mtimeMs: (looks += 1) }) });
    expect(await failureOf(() => file.read())).toEqual(failure);
  });
});

describe('a file that cannot be read is named', () => {
  const fails = (): never => {
    throw new Error('EIO: i/o error');
  };
  const failure = {
    kind: 'context',
    message: 'a.tar cannot be read: EIO: i/o error',
    hint: 'Make it readable for the runner.',
  };

  test.each([
    { name: 'reading', changes: { read: fails } },
    { name: 'looking at it', changes: { stat: fails } },
  ])('and closed: $name', async ({ changes }) => {
    const file = new OneFile(['abcdef'], changes);
    expect(await failureOf(() => file.read())).toEqual(failure);
    expect(file.isOpen).toBe(false);
  });

  test('opening it', async () => {
    const file = new OneFile([]);
    file.workspace.open = fails;
    expect(await failureOf(() => file.read())).toEqual(failure);
  });
});

test('a reader that stops has the file closed', async () => {
  const file = new OneFile(['abc', 'def']);
  for await (const chunk of fileBytes('a.tar', file.workspace, () => undefined)) {
    expect(chunk.toString()).toBe('abc');
    expect(file.isOpen).toBe(true);
    break;
  }
  expect(file.isOpen).toBe(false);
});
