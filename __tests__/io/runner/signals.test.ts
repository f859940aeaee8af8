import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test.each([{ name: 'SIGINT' }, { name: 'SIGTERM' }])(
  '$name cancels, and a second one does not end the process',
  ({ name }) => {
    const module = new URL('../../../src/io/runner/signals.ts', import.meta.url).href;
    const send = `process.kill(process.pid, '${name}');`;
    const program = `import { cancellation } from ${JSON.stringify(module)};
      const signal = cancellation();
      // Keeps the process alive until it ends itself.
      setInterval(() => undefined, 60_000);
      signal.addEventListener('abort', () => {
        console.log(signal.reason.kind + ': ' + signal.reason.message);
        ${send}
        process.kill(process.pid, 'SIGUSR2');
      });
      // Comes after the second signal, which ends a process without a handler at once.
      process.once('SIGUSR2', () => {
        process.exit(5);
      });
      ${send}`;
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { encoding: 'utf8', timeout: 4_000 },
    );
    expect(stdout).toBe(`cancelled: the job was cancelled (${name})\n`);
    expect(status).toBe(5);
  },
);
