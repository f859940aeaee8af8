// A RUN step whose output looks like an error of the builder.
import assert from 'node:assert/strict';
import { account, assertRed, cluster, kaniko, runBuild, withFiles } from './build.ts';
import { suite, testCase } from './cases.ts';

const cases = [
  {
    name: 'like an incomplete stream',
    run: String.raw`printf 'error resolving source context: gzip: invalid header\nx' >&2; exit 1`,
  },
  {
    name: 'like the check before the build',
    run: String.raw`printf 'error checking push permissions -- x: checking push permission for "a": POST http://a/v2/a/blobs/uploads/: TOOMANYREQUESTS: slow down\n' | tee /dev/stderr; exit 1`,
  },
  { name: 'without a newline at its end', run: 'printf working >&2; exit 1' },
  {
    name: 'without a newline after 20,000 bytes',
    run: "head -c 20000 /dev/zero | tr '\\0' x >&2; exit 1",
  },
  {
    name: 'like an incomplete stream, without a newline',
    run: "printf 'error resolving source context: unexpected EOF' >&2; exit 1",
  },
];

suite('output of RUN that looks like an error of the builder', () => {
  for (const { name, run } of cases) {
    testCase(`build / a RUN step fails with output ${name}`, async () => {
      const files = { Dockerfile: `FROM ${cluster.baseImage}\n\nRUN ${run}\n` };
      const tags = `${cluster.registry}/${account.namespace}/attack-diagnosis:1`;
      const result = await withFiles(files, (directory) =>
        runBuild(kaniko({ tags, push: 'true', retries: '2' }), { directory }),
      );
      const error = assertRed(result, /failed with exit code 1/);
      assert.equal(error.file, 'Dockerfile');
      assert.equal(error.line, 3);
      assert.doesNotMatch(result.log, /retrying in a new pod/);
    });
  }
});
