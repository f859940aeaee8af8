import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster, type PlaygroundCluster } from '../playground/cluster.ts';
import { JobLogReader } from '../runner/job-log.ts';
import { removalCommand } from '../src/pod/remove.ts';
import { scaledClock } from '../support/scaled-time.ts';

export interface TrialOptions {
  /** How many times as fast as outside the action's time runs. */
  readonly factor: number;
  /** Exit code of the builder, which reads its stdin to the end whatever arrives; default 0. */
  readonly exitCode?: number;
  /** Inputs in addition to those of every trial, or in place of them. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Puts something between the action and the cluster. `close` of the result ends both. */
  readonly front?: (cluster: PlaygroundCluster) => Promise<PlaygroundCluster>;
}

/** One run of the build step and its post step, by whatever runs them. */
export type RunSteps = (trial: Trial, cancelled: AbortSignal) => Promise<StepsEnd>;

export interface StepsEnd {
  /** Undefined for a build step that succeeded. */
  readonly failure: { readonly sentence: string; readonly hint: string } | undefined;
  /** Job log of both steps. */
  readonly log: string;
}

/** What became of it, addresses and pod names replaced. */
export interface TrialEnd {
  readonly verdict: 'green' | 'red' | 'hangs';
  /** The failure as the user reads it; empty for a success. */
  readonly sentence: string;
  readonly hint: string;
  /** Pods whose names were chosen. */
  readonly pods: number;
  /** Pods that are not being deleted. */
  readonly left: number;
  /** Seconds of the action's own time. */
  readonly seconds: number;
  /** Promises that were not kept, whatever was expected of the case. */
  readonly broken: readonly string[];
  readonly log: string;
}

const pollMs = 5;
/** Process time after which steps count as hanging. */
const patienceMs = 90_000;
/** An odd size, so that its half is not a multiple of a frame. */
const contextBytes = 1_500_002;

/** A promise that cannot be kept where the cluster denies the pod. */
export const unnamed = 'a pod is left that the log does not name';

/** One run against a playground of its own. Its builder takes any stream for a whole one, as on real clusters. */
export class Trial {
  readonly cluster: PlaygroundCluster;
  readonly factor: number;
  /** What goes to the builder's stdin. */
  readonly context = randomBytes(contextBytes);
  readonly directory = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly #digest = createHash('sha256').update(this.context).digest('hex');
  readonly #exitCode: number;
  readonly #inputs: Readonly<Record<string, string>>;
  readonly #over = new AbortController();
  readonly #time = scaledClock(1);
  readonly #acknowledged = Promise.withResolvers<undefined>();
  #log = '';

  private constructor(
    cluster: PlaygroundCluster,
    { factor, exitCode = 0, inputs = {} }: TrialOptions,
  ) {
    this.cluster = cluster;
    this.factor = factor;
    this.#exitCode = exitCode;
    this.#inputs = inputs;
  }

  static async start(options: TrialOptions): Promise<Trial> {
    const cluster = await startCluster({ stepMs: 10 });
    return new Trial((await options.front?.(cluster)) ?? cluster, options);
  }

  /** Aborted when the run is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Inputs of the action without the kubeconfig and the context. */
  get inputs(): Readonly<Record<string, string>> {
    return {
      engine: 'custom',
      'builder-image': 'busybox:1',
      'builder-command': ['sh', '-c', this.#script()].join('\n'),
      retries: '1',
      // Shorter than a cluster that does not answer is waited for.
      'start-timeout': '4m',
      timeout: '30m',
      ...this.#inputs,
    };
  }

  /** Resolves when a builder has read the whole context; it goes on when `letBuilderEnd` is called. */
  async builderHasRead(): Promise<void> {
    while (!this.#received().some((text) => text.startsWith(this.#digest))) {
      await pause(pollMs, undefined, { signal: this.over });
    }
  }

  /** Takes in a piece of the job log, as soon as it is printed. */
  addLog(text: string): void {
    this.#log += text;
    if (/^context complete: /m.test(this.#log)) this.#acknowledged.resolve(undefined);
  }

  /** Resolves when the step knows that its whole context has arrived. */
  get acknowledged(): Promise<undefined> {
    return this.#acknowledged.promise;
  }

  /** Waits for so much process time. @returns false as soon as the run is over. */
  async wait(ms: number): Promise<boolean> {
    try {
      await this.#time.sleep(ms, this.over);
      return true;
    } catch {
      return false;
    }
  }

  letBuilderEnd(): void {
    writeFileSync(this.#gate, '');
  }

  async run(steps: RunSteps, cancelled = new AbortController().signal): Promise<TrialEnd> {
    const startedAtMs = this.#time.now();
    const patience = this.wait(patienceMs).then(() => undefined);
    const end = await Promise.race([steps(this, cancelled), patience]);
    const seconds = Math.round(((this.#time.now() - startedAtMs) * this.factor) / 1_000);
    this.#over.abort();
    const { failure, log } = end ?? { failure: undefined, log: '' };
    const verdict = end === undefined ? 'hangs' : failure === undefined ? 'green' : 'red';
    const sentence = this.#normalize(failure?.sentence ?? '');
    return {
      verdict,
      sentence,
      hint: failure?.hint ?? '',
      pods: podNames(log).length,
      left: this.#leftovers().length,
      seconds,
      log: this.#normalize(log),
      broken: [
        ...this.#brokenPromises(verdict, log),
        ...outputProblems(verdict, log),
        ...sentenceProblems(verdict, sentence),
      ],
    };
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.cluster.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #gate(): string {
    return join(this.directory, 'gate');
  }

  #script(): string {
    return [
      'echo first',
      `sha256sum > ${this.directory}/received-$HOSTNAME`,
      'echo received',
      `until [ -e ${this.#gate} ]; do sleep 0.01; done`,
      'echo built',
      `exit ${this.#exitCode}`,
    ].join('; ');
  }

  /** The digest that each builder got on its stdin. */
  #received(): readonly string[] {
    return readdirSync(this.directory)
      .filter((name) => name.startsWith('received-'))
      .map((name) => readFileSync(join(this.directory, name), 'utf8'));
  }

  #hasWholeContext(pod: string): boolean {
    const path = join(this.directory, `received-${pod}`);
    return existsSync(path) && readFileSync(path, 'utf8').startsWith(this.#digest);
  }

  #brokenPromises(verdict: TrialEnd['verdict'], log: string): readonly string[] {
    const broken: string[] = [];
    const last = podNames(log).at(-1);
    if (verdict === 'hangs') broken.push('the step hangs');
    if (verdict === 'green') {
      if (this.#exitCode !== 0) broken.push('green although the builder failed');
      if (last === undefined || !this.#hasWholeContext(last))
        broken.push('green although the builder did not get the whole context');
    }
    if (this.#leftovers().some((ref) => !log.includes(removalCommand(ref)))) broken.push(unnamed);
    return broken;
  }

  #leftovers(): readonly { readonly namespace: string; readonly name: string }[] {
    return this.cluster
      .pods()
      .map(({ metadata }) => metadata)
      .filter(({ deletionTimestamp }) => deletionTimestamp === undefined);
  }

  #normalize(text: string): string {
    return text
      .replaceAll(this.cluster.url, 'https://cluster')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'cluster')
      .replaceAll(/kbp-(?:[a-z]+-)?[0-9a-z]{10}\b/g, 'kbp-pod')
      .replaceAll(connectionWords, 'the connection broke');
  }
}

function podNames(log: string): readonly string[] {
  return [...log.matchAll(/^::group::Start pod (\S+)$/gm)].map(([, name = '']) => name);
}

/** Which of these errors an operating system reports depends on a race. */
const connectionWords =
  /socket hang up|(?:read|write) (?:ECONNRESET|EPIPE|ECONNABORTED)|aborted(?=$|\))|Client network socket disconnected before secure TLS connection was established/g;

const builderLines = ['first', 'received', 'built'];

/** The builder's lines and no others; in a success each once, or a warning that some are missing. */
function outputProblems(verdict: TrialEnd['verdict'], log: string): readonly string[] {
  const problems: string[] = [];
  const reader = new JobLogReader();
  const mirrored = log
    .split('\n')
    .map((line) => reader.read(line))
    .filter(({ kind, text }) => kind === 'output' && text !== '')
    .map(({ text }) => text);
  if (reader.isStopped) problems.push('workflow commands are still stopped at the end of the log');
  if (mirrored.some((line) => !builderLines.includes(line)))
    problems.push('the log shows output that the builder did not print');
  if (verdict !== 'green') return problems;
  // The output of a pod that was lost stays in the log.
  const last = mirrored.slice(mirrored.lastIndexOf('first'));
  if (last.join() !== builderLines.join() && !log.includes("builder's output is missing"))
    problems.push('output is missing or duplicated without a warning');
  return problems;
}

function sentenceProblems(verdict: TrialEnd['verdict'], sentence: string): readonly string[] {
  if (verdict !== 'red') return [];
  const problems: string[] = [];
  if (sentence === '') problems.push('the failure has no message');
  if (/undefined|\[object|is not a function|^the (?:step|build) failed: /.test(sentence))
    problems.push('the failure names internals of the action');
  if (/[\r\n]/.test(sentence)) problems.push('the failure has more than one line');
  return problems;
}
