import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startPlayground } from '../../playground/playground.ts';
import { annotationsOf } from '../../runner/job-log.ts';
import { runAction } from '../../runner/run-action.ts';

const project = join(import.meta.dirname, '..', '..', 'playground', 'demo-project');

test.each([
  { afterBytes: 0, words: 'the builder did not receive the whole context: EOF' },
  { afterBytes: 500, words: 'the builder did not receive the whole context: unexpected EOF' },
])(
  'a stream that kaniko got $afterBytes bytes of is sent again to a new pod',
  async ({ afterBytes, words }) => {
    const playground = await startPlayground();
    const { cluster, registry, dockerConfig, caPath, kubeconfigPath } = playground;
    const directory = mkdtempSync(join(tmpdir(), 'kaniko-'));
    cpSync(project, directory, { recursive: true });
    cluster.faults.attach = { kind: 'cut', afterBytes, times: 1 };
    try {
      const { main, outputs, log, summary } = await runAction({
        directory,
        inputs: {
          kubeconfig: readFileSync(kubeconfigPath, 'utf8'),
          tags: `${registry.host}/demo/hello:1`,
          push: 'true',
          'docker-config': dockerConfig,
          'registry-ca': caPath,
        },
      });
      const [annotation, ...others] = annotationsOf(log);
      expect(others).toEqual([]);
      expect(annotation).toMatchObject({ level: 'warning', file: undefined });
      expect(annotation?.message).toContain(words);
      expect(annotation?.message).toMatch(/^attempt 1 failed, retrying in a new pod/);
      expect(main).toBe(0);
      const image = await registry.image('demo/hello', outputs['digest'] ?? '');
      expect([...image.files.keys()]).toContain('app/server.mjs');
      expect(summary).toContain('| Attempts | 2 |');
      expect(cluster.pods()).toEqual([]);
    } finally {
      await playground.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
  30_000,
);
