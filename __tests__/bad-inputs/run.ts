import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPlayground, type Playground } from '../../playground/playground.ts';
import { errorsOf, visibleLog } from '../../runner/job-log.ts';
import { runAction, type ActionRun } from '../../runner/run-action.ts';

/** One mistake of a user, or in the environment of the workflow. */
export interface BadInput {
  /** Title in the document, worded for readers who search for their mistake. */
  readonly name: string;
  /** The message of the annotation. Names in angle brackets replace values that differ in every run. */
  readonly sentence: string;
  /** The mistake itself. */
  readonly arrange: (stage: Stage) => Partial<ActionRun> | Promise<Partial<ActionRun>>;
  /** The reason why the case must wait; undefined for a case that ends at once. */
  readonly wait?: string;
  /** The document describes the same mistake in several inputs once, under this name. */
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

/** The result of one run. */
export interface Ending {
  readonly exitCodes: readonly [main: number, post: number];
  /** Messages of all annotations, with names in place of values that differ. */
  readonly sentences: readonly string[];
  readonly podsLeft: readonly string[];
  /** The job log without its masks. */
  readonly log: string;
  readonly seconds: number;
}

/** Runs one case on a separate playground, so that the faults of one case do not affect others. */
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
      // The kubeconfig and the registry credentials of this machine are not used.
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
