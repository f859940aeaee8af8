import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSource } from '../../../src/context/source.ts';
import {
  readRecords,
  recordsOf,
  writeEveryKind,
  type ListedMember,
  type TreeRecord,
} from '../../../support/every-kind.ts';
import { diskWorkspace } from '../../support/tree.ts';

let directory = '';
let sent: readonly TreeRecord[] = [];

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'readers-')));
  mkdirSync(join(directory, 'context'));
  writeEveryKind(join(directory, 'context'));
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
  const source = await createSource(
    {
      source: { kind: 'context', path: 'context' },
      file: 'Dockerfile',
      layout: 'image',
      compressionLevel: 1,
      sourceDateEpoch: undefined,
    },
    diskWorkspace(directory),
  );
  writeFileSync(join(directory, 'context.tar.gz'), await buffer(source.open({}).stream));
  sent = readRecords(join(directory, 'context'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The files after a program has unpacked the stream. The program must not print a warning. */
function unpackedBy(name: string, program: string, args: readonly string[]): readonly TreeRecord[] {
  const target = join(directory, name);
  mkdirSync(target);
  const run = spawnSync(program, [...args, '-C', target], { encoding: 'utf8' });
  expect([run.status, run.stdout, run.stderr]).toEqual([0, '', '']);
  return readRecords(join(target, 'ctx'));
}

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0;
}

describe('unpacks the same files that were sent', () => {
  const hasGnuTar = spawnSync('bash', ['-c', 'tar --version | grep -q "GNU tar"']).status === 0;
  const hasBusyBox = runs('busybox', 'tar', '--help');
  const hasPython = runs('python3', '-c', 'import tarfile');

  (hasGnuTar ? test : test.skip)('GNU tar', () => {
    expect(unpackedBy('gnu', 'tar', ['-xzpf', join(directory, 'context.tar.gz')])).toEqual(sent);
  });

  (hasBusyBox ? test : test.skip)('BusyBox tar', () => {
    const args = ['tar', '-xzpf', join(directory, 'context.tar.gz')];
    expect(unpackedBy('busybox', 'busybox', args)).toEqual(sent);
  });

  (hasPython ? test : test.skip)(
    "Python's tarfile, which also sees an owner and a group of 0",
    () => {
      const program = `
import hashlib, json, sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    for m in archive:
        content = archive.extractfile(m).read() if m.isreg() else b''
        print(json.dumps(dict(name=m.name, type=m.type.decode(), mode=m.mode, linkname=m.linkname, owner=[m.uid, m.gid], sha256=hashlib.sha256(content).hexdigest())))`;
      const out = execFileSync('python3', ['-c', program, join(directory, 'context.tar.gz')]);
      const lines = out.toString().trim().split('\n');
      const members = lines.map((line) => JSON.parse(line) as ListedMember & { owner: number[] });
      expect(new Set(members.map(({ owner }) => owner.join(':')))).toEqual(new Set(['0:0']));
      expect(recordsOf(members)).toEqual(sent);
    },
  );
});
