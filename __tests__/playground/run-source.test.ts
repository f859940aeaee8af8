import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startPlayground } from '../../playground/playground.ts';
import { splitLog } from '../../runner/job-log.ts';
import { runAction } from '../../runner/run-action.ts';

test('both steps run from the sources, without a build', async () => {
  const playground = await startPlayground();
  const directory = mkdtempSync(join(tmpdir(), 'source-'));
  try {
    const { main, post, outputs, log } = await runAction({
      directory,
      code: 'src',
      inputs: {
        kubeconfig: playground.cluster.kubeconfig(),
        engine: 'custom',
        'builder-image': 'busybox',
        'builder-command': 'cat',
        stdin: 'foo',
      },
      env: { DOCKER_CONFIG: directory },
    });
    expect([main, post]).toEqual([0, 0]);
    expect(outputs['exit-code']).toBe('0');
    // A second build by the post step would print it again.
    expect(splitLog(log).mirrored.join('')).toBe('foo');
    expect(playground.cluster.pods()).toEqual([]);
  } finally {
    await playground.close();
    rmSync(directory, { recursive: true, force: true });
  }
}, 60_000);
