// Runs the committed bundle as the GitHub Actions runner would: inputs with the defaults of action.yml, the GITHUB_* files,
// main, then post with the state that main saved.
//
//   npm run -s action -- name=value name=@file …
//
// The job log goes to stdout; its last line is {"main":0,"post":0,"outputs":{…},"summary":"…"}. Exits with main's code.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';

export interface ActionRun {
  /** Values by input name, as written in a workflow. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Working directory: the workspace. */
  readonly directory: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program with its arguments that starts node, for example with fewer rights. */
  readonly launcher?: readonly string[];
  /** The main step has started; a caller may signal or kill it. */
  readonly onMain?: (child: ChildProcess) => void;
  /** Every piece of the job log of both steps. */
  readonly onLog?: (text: string) => void;
}

export interface ActionResult {
  /** Exit code of the build step; 128 + signal if it was killed. */
  readonly main: number;
  readonly post: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Job log of both steps. */
  readonly log: string;
}

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
}

const root = resolve(import.meta.dirname, '..');
const fileNames = ['STATE', 'OUTPUT', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;

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
    const main = await runStep('index.js', run, env, onLog, run.onMain);
    const state = parseFileCommands(read('STATE'));
    const post = await runStep('post.js', run, { ...env, ...prefixed('STATE_', state) }, onLog);
    return {
      main,
      post,
      outputs: parseFileCommands(read('OUTPUT')),
      summary: read('STEP_SUMMARY'),
      log: log.join(''),
    };
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

/** The runner's file format: `name=value`, or `name<<delimiter`, lines, `delimiter`. The last value of a name wins. */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    if (block !== null) {
      const [, name = '', delimiter = ''] = block;
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) throw new Error(`the value of ${name} is not ended by ${delimiter}`);
      values[name] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return values;
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

/** What the runner says of inputs that are not in action.yml; the step gets them all the same. Source: its ActionRunner.cs. */
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
  entry: 'index.js' | 'post.js',
  { directory, launcher = [] }: ActionRun,
  env: NodeJS.ProcessEnv,
  onLog: (text: string) => void,
  onStart?: (child: ChildProcess) => void,
): Promise<number> {
  return new Promise((done, fail) => {
    const words = [...launcher, process.execPath, join(root, 'dist', entry)];
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
    child.once('close', (code, signal) => {
      done(code ?? (signal === 'SIGKILL' ? 137 : 128));
    });
    onStart?.(child);
  });
}

function parseArguments(words: readonly string[], directory: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw new Error(`${JSON.stringify(word)} is not name=value`);
      const value = word.slice(equals + 1);
      return [
        word.slice(0, equals),
        value.startsWith('@') ? readFileSync(resolve(directory, value.slice(1)), 'utf8') : value,
      ];
    }),
  );
}

/** Prints the log as the runner shows it: masks are taken in, not shown, and what they mask is `***`. */
function hideSecrets(print: (text: string) => void): (text: string) => void {
  const secrets = new Set<string>();
  let rest = '';
  /** While commands are stopped: the line that lets them work again. */
  let resume: string | undefined;
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, command, data = ''] = /^::(add-mask|stop-commands)::(.*)$/.exec(line) ?? [];
      if (resume === undefined && command === 'stop-commands') resume = `::${data}::`;
      else if (line === resume) resume = undefined;
      // What a builder prints between them is no command.
      if (resume === undefined && command === 'add-mask') secrets.add(unescape(data));
      else
        print(`${[...secrets].reduce((shown, hidden) => shown.replaceAll(hidden, '***'), line)}\n`);
    }
  };
}

/** Workflow commands carry percent signs and line ends like this. */
function unescape(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

async function main(): Promise<void> {
  const directory = process.env['INIT_CWD'] ?? process.cwd();
  let child: ChildProcess | undefined;
  // As the runner does, a cancel reaches the build step; the post step runs afterwards.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      child?.kill(signal);
    });
  // Whoever reads only the beginning (`| head`) still wants the pod to be removed.
  process.stdout.on('error', () => undefined);
  const { log, ...result } = await runAction({
    inputs: parseArguments(process.argv.slice(2), directory),
    directory,
    onMain: (started) => {
      child = started;
    },
    onLog: hideSecrets((text) => {
      process.stdout.write(text);
    }),
  });
  if (log !== '' && !log.endsWith('\n')) process.stdout.write('\n');
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.main;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await main();
  } catch (error) {
    console.error(Error.isError(error) ? error.message : error);
    process.exitCode = 2;
  }
}
