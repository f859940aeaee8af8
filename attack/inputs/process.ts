import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { startPlayground } from '../../playground/playground.ts';
import { runAction, type ActionRun } from '../../runner/run-action.ts';
import type { Attack } from '../attack.ts';

/** The step must end within this time after a signal, also on a machine with other work. */
const mostAfterSignalMs = 4_000;
const sentence =
  /\n(::[0-9a-f]+::\n)?::error::the step was ended because it did not respond for 10 s: [^\n]*\n$/;

/** A kubeconfig of a cluster that nothing is sent to. */
const unused = dump({
  clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'a', user: { token: 'unused-token' } }],
  contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
  'current-context': 'a',
});

const attacks: readonly Omit<Attack, 'isCostly'>[] = [
  {
    name: 'input / SIGINT while 100,000 ignore rules meet 8,000 files',
    run: (signal) =>
      inDirectory(async (directory) => {
        writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
        writeFileSync(join(directory, '.dockerignore'), '**/x*y\n'.repeat(100_000));
        mkdirSync(join(directory, 'd'));
        for (let index = 0; index < 8_000; index += 1) {
          writeFileSync(join(directory, 'd', `${index}`), '');
        }
        await interrupt({ directory, inputs: { kubeconfig: unused } }, 'SIGINT', signal);
      }),
  },
  {
    name: 'input / SIGTERM while an archive of 200,000 entries meets 10,000 ignore rules',
    run: (signal) =>
      inDirectory(async (directory) => {
        writeArchive(join(directory, 'a.tar'));
        const inputs = {
          kubeconfig: unused,
          context: 'a.tar',
          excludes: '**/x*y\n'.repeat(10_000),
        };
        await interrupt({ directory, inputs }, 'SIGTERM', signal);
      }),
  },
  {
    name: 'input / a kubeconfig that is a FIFO without a writer',
    run: (signal) =>
      inDirectory(async (directory) => {
        const fifo = join(directory, 'kubeconfig');
        makeFifo(fifo);
        const env = { KUBECONFIG: fifo };
        const { main, log } = await runAction({
          directory,
          code: 'src',
          inputs: { kubeconfig: 'auto' },
          env,
        });
        signal.throwIfAborted();
        if (main !== 137 || !sentence.test(log)) throw new Error(`exit code ${main}: ${log}`);
      }),
  },
  {
    name: 'input / a token file that blocks as soon as the pod exists',
    run: blockAfterPod,
  },
];

/** Attacks on the whole process, which runs the sources. */
export const processAttacks: readonly Attack[] = attacks.map((attack) => ({
  ...attack,
  isCostly: true,
}));

/** The post step removes the pod of a step that the watchdog has ended. */
async function blockAfterPod(signal: AbortSignal): Promise<void> {
  const playground = await startPlayground();
  try {
    const token = join(playground.directory, 'token');
    const fifo = join(playground.directory, 'fifo');
    makeFifo(fifo);
    let mainLog = '';
    let isBlocked = false;
    const { main, log } = await runAction({
      directory: playground.directory,
      code: 'src',
      inputs: {
        kubeconfig: withTokenFile(playground.cluster.kubeconfig(), token),
        engine: 'custom',
        'builder-image': 'busybox',
        'builder-command': ['sh', '-c', 'cat; sleep 60'].join('\n'),
        stdin: 'text',
      },
      onLog(text) {
        mainLog += text;
        if (!isBlocked && playground.cluster.pods().length > 0) {
          isBlocked = true;
          renameSync(token, `${token}.saved`);
          renameSync(fifo, token);
        }
        // The post step can read the token again.
        if (isBlocked && sentence.test(mainLog)) renameSync(`${token}.saved`, token);
      },
    });
    signal.throwIfAborted();
    if (main !== 137) throw new Error(`exit code ${main}: ${log}`);
    const left = playground.cluster.pods().length;
    if (left > 0 || !/pod kbp-\S+ is removed/.test(log)) {
      throw new Error(`${left} pods are left: ${log}`);
    }
  } finally {
    await playground.close();
  }
}

/** Sends a signal to the step in the middle of its preparation. */
async function interrupt(run: ActionRun, name: NodeJS.Signals, signal: AbortSignal): Promise<void> {
  let signalledAt: number | undefined;
  let endedAt = 0;
  let kill = (): void => undefined;
  let isPrepared = false;
  const { main, log } = await runAction({
    ...run,
    code: 'src',
    onMain(child) {
      child.once('exit', () => {
        endedAt = performance.now();
      });
      kill = () => {
        signalledAt = performance.now();
        child.kill(name);
      };
    },
    onLog(text) {
      // The connection is logged before the context is read.
      if (isPrepared || !text.includes('cluster: ')) return;
      isPrepared = true;
      setTimeout(kill, 1_500);
    },
  });
  signal.throwIfAborted();
  if (signalledAt === undefined) throw new Error(`the step ended before the signal: ${log}`);
  const ms = endedAt - signalledAt;
  if (main === 1 && ms <= mostAfterSignalMs && log.includes(`the job was cancelled (${name})`))
    return;
  throw new Error(`exit code ${main}, ${ms.toFixed(0)} ms after ${name}: ${log.slice(-2_000)}`);
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'attack-'));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function makeFifo(path: string): void {
  const { status } = spawnSync('mkfifo', [path]);
  if (status !== 0) throw new Error('mkfifo failed');
}

/** The kubeconfig with its token in a file. */
function withTokenFile(kubeconfig: string, file: string): string {
  const document = load(kubeconfig) as {
    users: { user: { token?: string; tokenFile?: string } }[];
  };
  for (const { user } of document.users) {
    writeFileSync(file, user.token ?? '', { mode: 0o600 });
    delete user.token;
    user.tokenFile = file;
  }
  return dump(document);
}

/** An archive of empty files. The headers have only what readers need. */
function writeArchive(path: string): void {
  const blocks = Array.from({ length: 200_000 }, (_, index) => emptyFile(`d/${index}`));
  writeFileSync(path, Buffer.concat([emptyFile('Dockerfile'), ...blocks]));
}

function emptyFile(name: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write('00000000000 ', 124);
  block.write('        0', 148);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
