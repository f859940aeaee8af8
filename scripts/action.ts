// Runs the action as the GitHub Actions runner does; see the usage below.
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { describeResult } from '../runner/describe-result.ts';
import { JobLogView, verbatim } from '../runner/job-log.ts';
import { runAction } from '../runner/run-action.ts';
import { runCommand, UsageError } from '../support/command.ts';

const usage = `usage: npm run -s action -- [--source] [--json] [name=value | name=@FILE]...

Runs the build step and the post step of the action in the current directory, as the GitHub Actions runner
does, and prints their job log and the result. The exit code is that of the build step.

  name=value    an input of action.yml
  name=@FILE    an input with the content of a file
  --source      runs src/main.ts instead of the committed bundle in dist/; needs no build
  --json        prints the result as a JSON object on the last line:
                {"main":0,"post":0,"outputs":{...},"summary":"..."}
  --help        prints this text`;

export interface ActionArguments {
  readonly code: 'dist' | 'src';
  readonly isJson: boolean;
  readonly inputs: Readonly<Record<string, string>>;
}

/** @param readFile content of the file after an `@`. @throws a UsageError, or an error of parseArgs. */
export function parseActionArguments(
  words: readonly string[],
  readFile: (path: string) => string,
): ActionArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      source: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const inputs = positionals.map((word): [string, string] => {
    const equals = word.indexOf('=');
    if (equals < 1) throw new UsageError(`${JSON.stringify(word)} is not name=value`);
    const value = word.slice(equals + 1);
    return [word.slice(0, equals), value.startsWith('@') ? readFile(value.slice(1)) : value];
  });
  return {
    code: values.source ? 'src' : 'dist',
    isJson: values.json,
    inputs: Object.fromEntries(inputs),
  };
}

async function main(words: readonly string[]): Promise<number> {
  const directory = process.env['INIT_CWD'] ?? process.cwd();
  const { code, isJson, inputs } = parseActionArguments(words, (path) =>
    readFileSync(resolve(directory, path), 'utf8'),
  );
  let child: ChildProcess | undefined;
  // As with the runner, a cancel reaches the build step, and the post step runs after it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      child?.kill(signal);
    });
  // A reader that closes the pipe early (`| head`) must not prevent the removal of the pod.
  process.stdout.on('error', () => undefined);
  const view = new JobLogView(verbatim);
  const {
    main: exitCode,
    post,
    outputs,
    summary,
  } = await runAction({
    inputs,
    directory,
    code,
    onMain: (started) => {
      child = started;
    },
    onLog: (text) => {
      process.stdout.write(view.show(text));
    },
  });
  process.stdout.write(view.end());
  const result = { main: exitCode, post, outputs, summary };
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : `\n${describeResult(result)}\n`);
  return exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await runCommand(usage, main);
}
