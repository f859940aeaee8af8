import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createWorkspace } from '../../src/io/workspace.ts';
import type { Workspace } from '../../src/ports.ts';

/** The entry at a path: the content of a file, a link, or an empty directory. */
export type TreeEntry =
  | string
  | Buffer
  | { readonly link: string }
  | { readonly directory: true; readonly mode?: number }
  | { readonly content: string | Buffer; readonly mode: number };

/** 2024-01-01T00:00:00Z, the modification time of everything in a tree. */
export const treeSeconds = 1_704_067_200;

/** A temporary directory for a test; call `remove` in `afterEach`. */
export class Tree {
  /** Absolute, without links. */
  readonly path: string;

  constructor(entries: Readonly<Record<string, TreeEntry>> = {}) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'tree-')));
    this.add(entries);
  }

  /** Parents are made on the way. */
  add(entries: Readonly<Record<string, TreeEntry>>): void {
    for (const [name, entry] of Object.entries(entries)) this.#make(this.at(name), entry);
    for (const name of Object.keys(entries)) this.#setTimes(name, entries[name]);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #make(path: string, entry: TreeEntry): void {
    mkdirSync(dirname(path), { recursive: true });
    if (typeof entry === 'string' || Buffer.isBuffer(entry)) {
      writeFileSync(path, entry);
      chmodSync(path, 0o644);
    } else if ('link' in entry) symlinkSync(entry.link, path);
    else if ('directory' in entry) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, entry.mode ?? 0o755);
    } else {
      writeFileSync(path, entry.content);
      chmodSync(path, entry.mode);
    }
  }

  /** Sets it for the path and its directories within the tree. */
  #setTimes(name: string, entry: TreeEntry | undefined): void {
    const isLink = typeof entry === 'object' && 'link' in entry;
    for (let path = this.at(name); ; path = dirname(path)) {
      if (!isLink || path !== this.at(name)) utimesSync(path, treeSeconds, treeSeconds);
      if (path === this.path) return;
    }
  }
}

/** The files of the disk. */
export function diskWorkspace(directory = '/'): Workspace {
  return createWorkspace(directory);
}
