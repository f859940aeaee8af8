import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPlayground, type Playground } from '../../playground/playground.ts';
import { errorsOf, visibleLog } from '../../runner/job-log.ts';
import { runAction, type ActionRun } from '../../runner/run-action.ts';

/** One mistake of a user, or of what stands around the workflow. */
export interface BadInput {
  /** As somebody would look for it who has made it. */
  readonly name: string;
  /** What the job's annotation says. Names in angle brackets stand for what is different in every run. */
  readonly sentence: string;
  /** The mistake itself. */
  readonly arrange: (stage: Stage) => Partial<ActionRun> | Promise<Partial<ActionRun>>;
  /** Why it takes longer than a moment; undefined if nothing has to be waited for. */
  readonly wait?: string;
  /** The same mistake in other inputs stands in one place of the document, under this name. */
  readonly family?: { readonly name: string; readonly input: string };
  /** Why this machine cannot show it. */
  readonly missing?: string | undefined;
}

/** Cases that belong together in the document. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly BadInput[];
}

/** A working setup, to be spoilt by a case. */
export interface Stage {
  readonly playground: Playground;
  /** The workspace, with a Dockerfile that would build. */
  readonly directory: string;
  /** Creates or replaces a file of the workspace. */
  readonly write: (path: string, content: string | Buffer) => void;
}

export type Inputs = Readonly<Record<string, string>>;

/** What one run leaves behind. */
export interface Ending {
  readonly exitCodes: readonly [main: number, post: number];
  /** Of all annotations, with names in place of what changes. */
  readonly sentences: readonly string[];
  readonly podsLeft: readonly string[];
  /** The job log as a reader sees it. */
  readonly log: string;
  readonly seconds: number;
}

/** Runs one case against a playground of its own: switches of one case mean nothing to another. */
export async function runBadInput({ arrange }: BadInput): Promise<Ending> {
  const playground = await startPlayground({ stepMs: 5 });
  const directory = mkdtempSync(join(tmpdir(), 'bad-input-'));
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  try {
    write('Dockerfile', 'FROM scratch\nCOPY name.txt /\n');
    write('name.txt', 'foo\n');
    const kubeconfig = playground.cluster.kubeconfig();
    const { inputs, env, ...run } = await arrange({ playground, directory, write });
    const startedAt = performance.now();
    const result = await runAction({
      directory,
      ...run,
      inputs: { kubeconfig, ...inputs },
      // Nothing of this machine's own access and logins takes part.
      env: { KUBECONFIG: '', DOCKER_CONFIG: directory, ...env },
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    const names = { '<pod>': result.outputs['pod-name'] ?? '', '<workspace>': directory };
    return {
      exitCodes: [result.main, result.post],
      sentences: errorsOf(result.log).map(({ message }) => stable(message, playground, names)),
      podsLeft: playground.cluster.pods().map(({ metadata }) => metadata.name),
      log: visibleLog(result.log),
      seconds,
    };
  } finally {
    await playground.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Inputs of a shell that gets the stream on its stdin. */
export function shell(inputs: Inputs = {}): Inputs {
  return {
    engine: 'custom',
    'builder-image': 'busybox',
    'builder-command': 'cat',
    ...inputs,
  };
}

function stable(text: string, { cluster, registry }: Playground, names: Inputs): string {
  const variable = {
    ...names,
    '<server>': new URL(cluster.url).host,
    '<registry>': registry.host,
  };
  return Object.entries(variable)
    .filter(([, value]) => value !== '')
    .reduce((rest, [name, value]) => rest.replaceAll(value, name), text)
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replace(/after \d+ bytes/, 'after <count> bytes');
}
