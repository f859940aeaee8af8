import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startPlayground } from '../../playground/playground.ts';
import { runAction } from '../../runner/run-action.ts';

/** Before the bundle has loaded, and while it does. */
test.each([0, 60, 120])(
  'a build step that is killed after %d ms leaves nothing for the post step to build',
  async (ms) => {
    const playground = await startPlayground();
    const directory = mkdtempSync(join(tmpdir(), 'early-'));
    try {
      const { post, outputs, log } = await runAction({
        directory,
        inputs: {
          kubeconfig: readFileSync(playground.kubeconfigPath, 'utf8'),
          engine: 'custom',
          'builder-image': 'busybox',
          'builder-command': 'cat',
          stdin: 'foo',
        },
        onMain: (child) => {
          setTimeout(() => child.kill('SIGKILL'), ms);
        },
      });
      expect(post).toBe(0);
      expect(outputs['exit-code']).toBeUndefined();
      expect(log).not.toContain('foo');
      expect(playground.cluster.pods()).toEqual([]);
    } finally {
      await playground.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
  30_000,
);
