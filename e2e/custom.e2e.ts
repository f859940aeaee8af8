// Any image with any command: the stream arrives unchanged, and the exit code is the result.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { splitLog } from '../runner/job-log.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  runBuild,
  script,
  shell,
  withFiles,
} from './build.ts';
import { streamBig, writeRandomFile } from './bytes.ts';
import { needs, suite, testCase } from './cases.ts';
import { runProgram } from './kubectl.ts';
import { readManifest } from './registry.ts';

suite('custom', () => {
  testCase('runs a script from stdin', async () => {
    const result = await runBuild(shell({ stdin: 'echo foo' }));
    assertGreen(result);
    assert.deepEqual(splitLog(result.log).mirrored, ['foo']);
    assert.equal(result.outputs['exit-code'], '0');
    assert.equal(result.outputs['digest'] ?? '', '');
  });

  testCase('fails with the exit code of the command', async () => {
    const result = await runBuild(shell({ stdin: 'echo error output\nexit 7\n' }));
    assertRed(result, /exit code 7\b/);
    assert.deepEqual(splitLog(result.log).mirrored, ['error output']);
    assert.equal(result.outputs['exit-code'], '7');
  });

  testCase('sends a file', async () => {
    const result = await withFiles({ 'script.sh': 'echo from a file\n' }, (directory) =>
      runBuild(shell({ 'stdin-file': 'script.sh' }), { directory }),
    );
    assertGreen(result);
    assert.deepEqual(splitLog(result.log).mirrored, ['from a file']);
  });

  testCase('sends a directory at the root of the archive', async () => {
    const files = {
      'top.txt': 'top',
      'src/main.txt': 'main',
      'logs/drop.txt': 'drop',
      '.dockerignore': 'logs\n',
    };
    const result = await withFiles(files, (directory) =>
      runBuild(
        script('mkdir /tmp/x && tar -xzf - -C /tmp/x && cd /tmp/x && find . -type f | sort', {
          context: '.',
        }),
        { directory },
      ),
    );
    assertGreen(result);
    assert.deepEqual(splitLog(result.log).mirrored, [
      './.dockerignore',
      './src/main.txt',
      './top.txt',
    ]);
  });

  testCase(
    'sends an existing archive to kaniko',
    async () => {
      const repository = `${account.namespace}/custom`;
      const files = {
        'tree/Dockerfile': `FROM ${cluster.baseImage}\nCOPY data.txt /data.txt\n`,
        'tree/data.txt': 'data',
      };
      const result = await withFiles(files, async (directory) => {
        const archive = join(directory, 'my_context.tar.gz');
        await runProgram('tar', ['-C', join(directory, 'tree'), '-czf', archive, '.']);
        return runBuild(
          {
            engine: 'custom',
            'builder-image': cluster.builderImage ?? '',
            'builder-command': '/kaniko/executor',
            'builder-args': [
              '--context',
              'tar://stdin',
              `--destination=${cluster.registry}/${repository}:1`,
              '--insecure',
              `--insecure-registry=${cluster.registry}`,
              '--force',
            ].join('\n'),
            context: 'my_context.tar.gz',
          },
          { directory },
        );
      });
      assertGreen(result);
      assert.ok(await readManifest({ host: cluster.registry }, repository, '1'));
    },
    needs('KBP_BUILDER_IMAGE', cluster.builderImage),
  );

  testCase('fails if the command does not read its stdin to the end', async () => {
    const result = await withFiles({}, async (directory) => {
      await writeRandomFile(join(directory, 'big.bin'), 20, 2);
      return runBuild(script('head -c 1000 >/dev/null', { 'stdin-file': 'big.bin' }), {
        directory,
      });
    });
    assertRed(result, /before it read all of its stdin|was not delivered completely/);
  });
});

suite('a stream of 300 MB', () => {
  testCase('arrives unchanged, in bounded memory', () => streamBig('sha256sum'));

  testCase('arrives unchanged at a consumer that pauses', () => {
    const take = 'dd bs=4096 count=10240 iflag=fullblock 2>/dev/null';
    return streamBig(`{ ${take}; sleep 8; ${take}; sleep 8; cat; } | sha256sum`);
  });
});
