// A builder gets a packed context complete and unchanged, or refuses it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { createSource } from '../src/context/source.ts';
import { createWorkspace } from '../src/io/workspace.ts';
import {
  differencesOf,
  readRecords,
  recordsOf,
  writeEveryKind,
  type ListedMember,
  type TreeRecord,
} from '../support/every-kind.ts';
import { Random } from '../support/random.ts';
import { account, assertGreen, assertRed, cluster, kaniko, runBuild, withFiles } from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import { readArchive, readLayers, readManifest, type ArchiveMember } from './registry.ts';

const registry = { host: cluster.registry };
/** Where kaniko unpacks the context. */
const unpacked = '/kaniko/buildcontext/ctx';

/** The builders that unpack the context: that of the suite, and that of Google if the registry has it. */
const googleImage = (await readManifest(registry, 'kaniko/executor-google', 'v1'))
  ? `${registry.host}/kaniko/executor-google:v1`
  : undefined;
const builders = [
  {
    name: 'kaniko',
    image: cluster.builderImage,
    missing: needs('KBP_BUILDER_IMAGE', cluster.builderImage),
  },
  {
    name: "Google's kaniko",
    image: googleImage,
    missing:
      googleImage === undefined ? 'kaniko/executor-google:v1 is not in the registry' : undefined,
  },
];

suite('a context with every kind of entry', () => {
  for (const { name, image, missing } of builders) {
    testCase(
      `arrives as it was sent: ${name}`,
      async () => {
        const repository = `${account.namespace}/every-kind`;
        const tag = createHash('sha256').update(name).digest('hex').slice(0, 8);
        const files = {
          // The image gets the files of COPY, and an archive of the unpacked context.
          Dockerfile: [
            `FROM ${cluster.baseImage}`,
            'COPY . /ctx/',
            `RUN tar -cf /unpacked.tar -C ${unpacked} .`,
            '',
          ].join('\n'),
        };
        const sent = await withFiles(files, async (directory) => {
          mkdirSync(join(directory, 'context'));
          writeEveryKind(join(directory, 'context'));
          const inputs = kaniko({
            'builder-image': image ?? '',
            context: 'context',
            file: 'Dockerfile',
            tags: `${registry.host}/${repository}:${tag}`,
            push: 'true',
          });
          assertGreen(await runBuild(inputs, { directory }));
          return readRecords(join(directory, 'context'));
        });
        const manifest = await readManifest(registry, repository, tag);
        assert.ok(manifest !== undefined);
        const members = await readLayers(registry, repository, manifest, undefined);
        const archive = members.find((member) => member.name === 'unpacked.tar');
        assert.ok(archive !== undefined);
        const arrived = await readArchive(archive.content);
        assert.deepEqual(differencesOf(sent, toRecords(arrived, '')), []);
        // COPY writes every hard link as a separate file.
        const copied = toRecords(members, 'ctx/').map(withoutLink);
        assert.deepEqual(differencesOf(sent.map(withoutLink), copied), []);
      },
      missing,
    );
  }
});

/** Records of the members below a directory of an archive. */
function toRecords(members: readonly ArchiveMember[], directory: string): readonly TreeRecord[] {
  const flags: Readonly<Record<string, string>> = { directory: '5', symlink: '2', link: '1' };
  const listed = members.flatMap(({ name, type, mode, linkName, content }): ListedMember[] => {
    if (!name.startsWith(directory)) return [];
    const own = name.slice(directory.length);
    const flag = flags[type] ?? '0';
    const target = linkName.replace(/^\.?\//, '').slice(directory.length);
    return [
      {
        name: `ctx/${own}`,
        type: flag,
        mode,
        linkname: flag === '1' ? `ctx/${target}` : linkName,
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    ];
  });
  return recordsOf(listed.filter(({ name }) => name !== 'ctx/'));
}

function withoutLink({ name, type, mode, target, sha256 }: TreeRecord): TreeRecord {
  return {
    ...{ name, type, mode },
    ...(target !== undefined && { target }),
    ...(sha256 !== undefined && { sha256 }),
  };
}

suite('a stream that is cut', () => {
  const seed = 30;
  const cuts = 30;
  const atOnce = 5;
  /** The bytes after the last entry: padding, and gzip's trailer. */
  const endBytes = 64;

  testCase(
    `is refused by kaniko: ${cuts} cuts, seed ${seed}`,
    async () => {
      const files = { 'context/Dockerfile': 'FROM scratch\nCOPY . /\n' };
      await withFiles(files, async (directory) => {
        writeEveryKind(join(directory, 'context'));
        const whole = await pack(directory);
        const random = new Random(seed);
        const offsets = Array.from({ length: cuts }, () =>
          random.whole(1, whole.length - endBytes),
        );
        assertGreen(await feed(directory, whole, whole.length));
        const queue = offsets.values();
        const work = async (): Promise<void> => {
          for (const offset of queue) {
            const result = await feed(directory, whole, offset);
            assertRed(result, /./);
            const log = `cut at ${offset}\n${visibleLog(result.log)}`;
            assert.match(result.outputs['exit-code'] ?? '', /^[1-9]\d*$/, log);
            assert.match(splitLog(result.log).mirrored.join('\n'), /EOF/, log);
          }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
      });
    },
    needs('KBP_BUILDER_IMAGE', cluster.builderImage),
  );

  async function pack(directory: string): Promise<Buffer> {
    const source = await createSource(
      {
        source: { kind: 'context', path: 'context' },
        file: undefined,
        layout: 'image',
        compressionLevel: 1,
        sourceDateEpoch: undefined,
      },
      createWorkspace(directory),
    );
    return buffer(source.open({}).stream);
  }

  /** kaniko with the arguments of its engine (src/engines/kaniko.ts), and the beginning of the stream. */
  function feed(directory: string, stream: Buffer, offset: number): Promise<ActionResult> {
    const name = `cut-${offset}.tar.gz`;
    writeFileSync(join(directory, name), stream.subarray(0, offset));
    const inputs = {
      engine: 'custom',
      'builder-image': cluster.builderImage ?? '',
      'builder-command': '/kaniko/executor',
      'builder-args': [
        '--context=tar://stdin',
        '--context-sub-path=ctx',
        '--dockerfile=/kaniko/buildcontext/meta/Dockerfile',
        '--no-push=true',
        '--force=true',
        '--log-format=text',
        '--verbosity=info',
      ].join('\n'),
      'stdin-file': name,
    };
    return runBuild(inputs, { directory });
  }
});
