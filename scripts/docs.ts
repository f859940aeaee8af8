// Writes the generated parts of README.md (inputs and outputs of action.yml, the example), and docs/reference.md.
//
//   npm run docs          writes both files
//   npm run docs:check    fails if one of the files is out of date
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { unseen } from '../e2e/images/unseen.ts';
import { forks, gaps } from '../src/dockerfile/check/kanikos.ts';
import { toMarkdown } from './markdown.ts';
import { dockerInputs, type Support } from '../src/inputs/support.ts';

interface Entry {
  readonly description: string;
  readonly default?: string;
}

interface Manifest {
  readonly inputs: Readonly<Record<string, Entry>>;
  readonly outputs: Readonly<Record<string, Entry>>;
}

/** Inputs below one comment of action.yml, in their order. */
interface Group {
  readonly title: string;
  readonly inputs: [string, Entry][];
}

const root = resolve(import.meta.dirname, '..');

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The YAML parser drops comments, so the groups are read from the lines of the text. */
function groupInputs(text: string, { inputs }: Manifest): Group[] {
  const groups: Group[] = [];
  // An output may have the name of an input.
  const section = /^inputs:\n([^]*?)^\w/m.exec(text)?.[1] ?? '';
  for (const line of section.split('\n')) {
    const title = /^ {2}# (.+)$/.exec(line)?.[1];
    if (title !== undefined) groups.push({ title, inputs: [] });
    const name = /^ {2}([a-z-]+):$/.exec(line)?.[1] ?? '';
    const entry = inputs[name];
    if (entry !== undefined) groups.at(-1)?.inputs.push([name, entry]);
  }
  const grouped = groups.reduce((sum, group) => sum + group.inputs.length, 0);
  if (grouped !== Object.keys(inputs).length) {
    throw new Error('action.yml: every input must be below a comment with the title of its group');
  }
  return groups;
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s+[A-Z]|\s*$)/s.exec(text)?.[0] ?? text;
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

function inputTables(groups: readonly Group[]): string {
  return groups
    .map(({ title, inputs }) =>
      [
        `**${title}**`,
        '',
        '| Input | Default | |',
        '|---|---|---|',
        ...inputs.map(
          ([name, entry]) =>
            `| ${code(name)} | ${code(entry.default)} | ${toMarkdown(firstSentence(entry.description))} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

function outputTable({ outputs }: Manifest): string {
  const rows = Object.entries(outputs).map(
    ([name, { description }]) => `| ${code(name)} | ${toMarkdown(firstSentence(description))} |`,
  );
  return ['| Output | |', '|---|---|', ...rows].join('\n');
}

function renderReference(groups: readonly Group[], { outputs }: Manifest): string {
  const describe = ([name, entry]: [string, Entry]): string => {
    const byDefault = entry.default === undefined ? '' : `\n\nDefault: ${code(entry.default)}`;
    return `#### ${code(name)}\n\n${toMarkdown(entry.description)}${byDefault}`;
  };
  return [
    '<!-- Generated from action.yml by: npm run docs -->',
    '# Inputs and outputs',
    'Paths are relative to the workspace. In lists, blank lines and lines that begin with `#` are ignored. An element in double quotes can contain the separator.',
    '## Inputs',
    ...groups.flatMap(({ title, inputs }) => [`### ${title}`, ...inputs.map(describe)]),
    '## Inputs of docker/build-push-action',
    'The step fails if an input is set that is not supported, so that no build silently differs. An input without effect does not change the image.',
    dockerTable(),
    '## Dockerfiles that kaniko builds differently',
    'The check of the Dockerfile (`check-dockerfile`) reports these before a pod is created: an error if nothing in the build would show the difference, else one warning for each kind. The fork of kaniko is detected by the name of `builder-image`. For another name, only what all forks have in common is an error. The versions are osscontainertools v1.28, Chainguard v1.25 and Google v1.24. A dash means no difference.',
    gapTable(),
    'The step cannot report these differences, because a Dockerfile does not show them. They were measured with the forks of Chainguard and Google. The fork of osscontainertools has fewer of them.',
    Object.values(unseen)
      .map((sentence) => `- ${toMarkdown(sentence)}`)
      .join('\n'),
    '## Outputs',
    ...Object.entries(outputs).map(describe),
  ].join('\n\n');
}

/** What each fork of kaniko does where it differs from Docker. */
function gapTable(): string {
  const rows = Object.values(gaps).map(({ feature, effects, severity, fixedIn }) => {
    const cells = forks.map((fork) => {
      const fixed = fixedIn?.[fork];
      return `${effects[fork] ?? '–'}${fixed === undefined ? '' : ` (before v1.${fixed})`}`;
    });
    return `| ${[feature, severity, ...cells].join(' | ')} |`;
  });
  return [
    `| Dockerfile | Check | ${forks.join(' | ')} |`,
    '|---|---|---|---|---|',
    ...rows.map((row) => row.replaceAll(/(?<= )(--\S+|\/)(?= )/g, '`$1`')),
  ].join('\n');
}

/** What each engine does with the inputs of docker/build-push-action. */
function dockerTable(): string {
  const rows = Object.entries(dockerInputs).map(
    ([name, { kaniko, custom }]) => `| ${code(name)} | ${cellOf(kaniko)} | ${cellOf(custom)} |`,
  );
  return ['| Input | kaniko | custom |', '|---|---|---|', ...rows].join('\n');
}

function cellOf(support: Support): string {
  if (support.kind === 'supported') return 'supported';
  const use = toMarkdown((support.use ?? '').replaceAll("'", ''));
  if (support.kind === 'no effect')
    return `no effect${use === '' ? '' : `, with a warning: ${use}`}`;
  const values = support.unless.map((value) => code(value)).join(', ');
  return `${values === '' ? 'not supported' : `only ${values}`}: ${use}`;
}

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
function replaceSection(document: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
  if (!section.test(document)) throw new Error(`README.md has no <!-- ${name} --> section`);
  return document.replace(
    section,
    (_whole, open: string, close: string) => `${open}\n\n${content}\n\n${close}`,
  );
}

/** Formatted as `npm run format` requires, so that both checks pass. */
async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(root, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

async function render(): Promise<ReadonlyMap<string, string>> {
  const text = readText('action.yml');
  // The runner validates action.yml.
  const manifest = load(text) as Manifest;
  const groups = groupInputs(text, manifest);
  const sections = {
    example: `\`\`\`yaml\n${readText('examples/build.yml').trim()}\n\`\`\``,
    inputs: inputTables(groups),
    outputs: outputTable(manifest),
  };
  const readme = Object.entries(sections).reduce(
    (document, [name, content]) => replaceSection(document, name, content),
    readText('README.md'),
  );
  const reference = renderReference(groups, manifest);
  return new Map([
    ['README.md', await formatted('README.md', readme)],
    ['docs/reference.md', await formatted('docs/reference.md', reference)],
  ]);
}

const isCheck = process.argv.includes('--check');
for (const [path, text] of await render()) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    console.error(`${path} is out of date. Update it with: npm run docs`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${path} is written`);
}
