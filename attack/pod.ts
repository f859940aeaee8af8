import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlayground, type Playground } from '../playground/playground.ts';
import { visibleLog } from '../runner/job-log.ts';
import { runAction, type ActionResult } from '../runner/run-action.ts';
import type { Attack } from './attack.ts';

type Inputs = Readonly<Record<string, string>>;

const secret = 'the-token-of-the-pod';

/** A template that gives the builder a secret, as one with secretKeyRef does in a cluster. */
const template = JSON.stringify({
  spec: { containers: [{ name: '$builder', env: [{ name: 'NPM_TOKEN', value: secret }] }] },
});

/** Runs the action on a playground, with a Dockerfile that prints a build argument. */
async function build(
  { cluster, dockerConfig }: Playground,
  inputs: Inputs,
  signal: AbortSignal,
): Promise<ActionResult> {
  const directory = mkdtempSync(join(tmpdir(), 'attack-'));
  try {
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nCOPY name.txt /\n');
    writeFileSync(join(directory, 'name.txt'), 'foo\n');
    return await runAction({
      code: 'src',
      directory,
      inputs: { kubeconfig: cluster.kubeconfig(), 'pod-template': template, ...inputs },
      env: { KUBECONFIG: '', DOCKER_CONFIG: dockerConfig },
      onMain: (child) => {
        signal.addEventListener('abort', () => child.kill('SIGKILL'));
      },
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Attacks with the text of an input, which can be the title of a pull request or the name of its branch. */
export const podAttacks: readonly Attack[] = [
  {
    name: 'input / a label that names a variable with a secret',
    async run(signal) {
      const playground = await startPlayground({ stepMs: 5 });
      try {
        const { host } = playground.registry;
        const inputs = {
          tags: `${host}/attack/label:1`,
          push: 'true',
          'registry-ca': playground.caPath,
          labels: 'title=$(NPM_TOKEN) for $$5',
        };
        const result = await build(playground, inputs, signal);
        assert.equal(result.main, 0, visibleLog(result.log));
        const { config } = await playground.registry.image('attack/label', '1');
        assert.deepEqual(config.config?.Labels, { title: '$(NPM_TOKEN) for $$5' });
      } finally {
        await playground.close();
      }
    },
  },
  {
    name: 'input / arguments and variables of a custom builder that name a variable with a secret',
    async run(signal) {
      const playground = await startPlayground({ stepMs: 5 });
      try {
        const script = 'cat >/dev/null; printf "<%s>" "$1" "$TITLE"; echo';
        const inputs = {
          engine: 'custom',
          'builder-image': 'busybox',
          'builder-command': 'sh',
          'builder-args': `-c\n"${script.replaceAll('"', '""')}"\nsh\n$(NPM_TOKEN)$$`,
          'builder-env': 'TITLE=$$(NPM_TOKEN)',
          stdin: 'x',
        };
        const result = await build(playground, inputs, signal);
        const log = visibleLog(result.log);
        assert.equal(result.main, 0, log);
        assert.ok(log.includes('<$(NPM_TOKEN)$$><$$(NPM_TOKEN)>'), log);
        assert.ok(!log.includes(secret), log);
      } finally {
        await playground.close();
      }
    },
  },
];
