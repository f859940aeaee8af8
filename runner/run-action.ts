// Runs the action as the GitHub Actions runner does: inputs with the defaults of action.yml, the GITHUB_* files, main, then
// post with the state that main saved.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { parseFileCommands } from './file-commands.ts';

export interface ActionRun {
  /** Values by input name, as written in a workflow. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Working directory: the workspace. */
  readonly directory: string;
  /** `dist` runs the committed bundle, `src` the sources without a build; default `dist`. */
  readonly code?: 'dist' | 'src';
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program with its arguments that starts node, for example with fewer permissions. */
  readonly launcher?: readonly string[];
  /** Called when the main step has started; the caller may signal or kill it. */
  readonly onMain?: (child: ChildProcess) => void;
  /** Called with every piece of the job log of both steps. */
  readonly onLog?: (text: string) => void;
}

export interface ActionResult {
  /** Exit code of the build step; 137 if SIGKILL ended it, 128 for another signal. */
  readonly main: number;
  readonly post: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The file of the state that both steps have written. */
  readonly state: string;
  /** Job log of both steps. */
  readonly log: string;
}

type Step = 'main' | 'post';

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
}

const root = resolve(import.meta.dirname, '..');
const fileNames = ['STATE', 'OUTPUT', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;

/** The program of each step. The sources have one program for both steps: dist/post.js sets the state that marks the post step. */
const programs = {
  dist: { main: 'dist/index.js', post: 'dist/post.js' },
  src: { main: 'src/main.ts', post: 'src/main.ts' },
} as const;
const postState = { isPost: 'true' };

/** Runs main and post once. */
export async function runAction(run: ActionRun): Promise<ActionResult> {
  const files = mkdtempSync(join(tmpdir(), 'kube-build-push-'));
  try {
    const paths = Object.fromEntries(fileNames.map((name) => [name, join(files, name)]));
    for (const path of Object.values(paths)) writeFileSync(path, '');
    const read = (name: string): string => readFileSync(paths[name] ?? '', 'utf8');
    const { inputs } = load(readFileSync(join(root, 'action.yml'), 'utf8')) as Manifest;
    const env = {
      ...runnerEnvironment(run, files, paths),
      ...inputVariables(inputs, run.inputs),
      ...run.env,
    };
    const log: string[] = [];
    const onLog = (text: string): void => {
      log.push(text);
      run.onLog?.(text);
    };
    const warning = warnOfUnexpected(inputs, run.inputs);
    if (warning !== undefined) onLog(`${warning}\n`);
    const main = await runStep('main', run, env, onLog, run.onMain);
    const state = { ...parseFileCommands(read('STATE')), ...(run.code === 'src' && postState) };
    const post = await runStep('post', run, { ...env, ...prefixed('STATE_', state) }, onLog);
    return {
      main,
      post,
      outputs: parseFileCommands(read('OUTPUT')),
      summary: read('STEP_SUMMARY'),
      state: read('STATE'),
      log: log.join(''),
    };
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

function runnerEnvironment(
  { directory }: ActionRun,
  files: string,
  paths: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_JOB: 'build',
    GITHUB_REPOSITORY: 'example/project',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    ...process.env,
    GITHUB_WORKSPACE: directory,
    RUNNER_TEMP: files,
    ...prefixed('GITHUB_', paths),
  };
}

/** Every input as a variable, as the runner sets them: the given value, else the default of action.yml, else empty. */
function inputVariables(
  known: Manifest['inputs'],
  given: ActionRun['inputs'],
): Record<string, string> {
  const defaults = Object.entries(known).map(
    ([name, input]) => [name, input.default ?? ''] as const,
  );
  return Object.fromEntries(
    [...defaults, ...Object.entries(given)].map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

/** The runner's warning about inputs that are not in action.yml, which the step gets nevertheless. Source: its ActionRunner.cs. */
function warnOfUnexpected(
  known: Manifest['inputs'],
  given: ActionRun['inputs'],
): string | undefined {
  const names = Object.keys(known);
  const unexpected = Object.keys(given).filter((name) => !names.includes(name.toLowerCase()));
  if (unexpected.length === 0) return undefined;
  return `::warning::Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${names.join("', '")}']`;
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function runStep(
  step: Step,
  { directory, launcher = [], code = 'dist' }: ActionRun,
  env: NodeJS.ProcessEnv,
  onLog: (text: string) => void,
  onStart?: (child: ChildProcess) => void,
): Promise<number> {
  return new Promise((done, fail) => {
    const words = [...launcher, process.execPath, join(root, programs[code][step])];
    const [program = '', ...args] = words;
    const child = spawn(program, args, {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', onLog);
    }
    child.once('error', fail);
    child.once('close', (exitCode, signal) => {
      done(exitCode ?? (signal === 'SIGKILL' ? 137 : 128));
    });
    onStart?.(child);
  });
}
