// An API server before 1.30 has no half-close of stdin: the end of the connection is the end of the stream.
import assert from 'node:assert/strict';
import { splitLog } from '../runner/job-log.ts';
import { assertGreen, runBuild, shell } from './build.ts';
import { streamBig } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import { lab, missingLab } from './lab.ts';

suite('no half-close of stdin', () => {
  testCase(
    'a server with v4 of attach passes scripts and 300 MB on unchanged',
    async () => {
      await lab('up', '--attach-v4');
      try {
        const result = await runBuild(shell({ stdin: 'echo foo' }));
        assertGreen(result);
        assert.deepEqual(splitLog(result.log).mirrored, ['foo']);
        await streamBig('sha256sum');
      } finally {
        await lab('up');
      }
    },
    missingLab,
  );
});
