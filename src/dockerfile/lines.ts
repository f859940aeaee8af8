/** One instruction of a Dockerfile, its continuations joined. */
export interface DockerfileLine {
  /** Where it begins, from 1. */
  readonly line: number;
  /** In lower case. */
  readonly name: string;
  /** `--from=build`, without quotes. */
  readonly flags: readonly string[];
  /** What follows the flags. */
  readonly rest: string;
  readonly hereDocuments: number;
}

const instructions = new Set(
  `add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume
  workdir`.split(/\s+/),
);

/**
 * Splits a Dockerfile as BuildKit's parser does, which kaniko uses too. dockerfile-ast, made for editors, takes some texts
 * of here-documents and some continuations for instructions; an error about those would be a false alarm.
 * @returns undefined for what the builder will refuse, and for instructions that are not known here.
 */
export function readLines(text: string): readonly DockerfileLine[] | undefined {
  const lines = physicalLines(text);
  const continuation = new RegExp(`(^|[^${escapeOf(lines)}])${escapeOf(lines)}[ \\t]*$`);
  const found: DockerfileLine[] = [];
  let next = 0;
  const takeLine = (): string | undefined => lines[next++];
  for (let raw = takeLine(); raw !== undefined; raw = takeLine()) {
    if (isComment(raw) || raw.trim() === '') continue;
    const line = next;
    let whole = raw.trimStart().replace(continuation, '$1');
    let isOpen = continuation.test(raw.trimStart());
    while (isOpen) {
      const more = takeLine();
      if (more === undefined) break;
      if (isComment(more) || more.trim() === '') continue;
      isOpen = continuation.test(more);
      whole += more.replace(continuation, '$1');
    }
    if (whole === '') continue;
    const { name, flags, rest } = splitInstruction(whole);
    if (!instructions.has(name)) return undefined;
    const documents = hereDocumentsOf(whole, name, rest);
    if (!documents.every((document) => skipHereDocument(document, takeLine))) return undefined;
    found.push({ line, name, flags, rest, hereDocuments: documents.length });
  }
  return found;
}

/** The value of `# syntax=`: the frontend that is to read the file. */
export function frontendOf(text: string): string | undefined {
  const lines = physicalLines(text);
  if (lines[0]?.startsWith('#!') === true) lines.shift();
  for (const mark of ['#', '//']) {
    const value = directivesOf(lines, mark).get('syntax');
    if (value !== undefined) return value.replace(/ .*$/, '');
  }
  return undefined;
}

/** The elements of a JSON array of strings; undefined for the other form. */
export function readJsonForm(rest: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(rest);
    const isForm = Array.isArray(value) && value.every((element) => typeof element === 'string');
    return isForm ? value : undefined;
  } catch {
    return undefined;
  }
}

/** White space as BuildKit splits by it. */
export function splitWords(text: string): readonly string[] {
  return text.split(/[\t\v\f\r ]+/).filter((word) => word !== '');
}

/** Everything that looks like a here-document. */
export const hereDocumentForm = /^(\d*)<<(-?)\s*([^<]*)$/;

function physicalLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''));
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

function escapeOf(lines: readonly string[]): string {
  return directivesOf(
    lines.map((line) => line.trimStart()),
    '#',
  ).get('escape') === '`'
    ? '`'
    : '\\\\';
}

/** Parser directives: they end at the first line that is none. */
function directivesOf(lines: readonly string[], mark: string): ReadonlyMap<string, string> {
  const form = new RegExp(`^${mark}\\s*(syntax|escape|check)\\s*=\\s*(.+?)\\s*$`, 'i');
  const directives = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = form.exec(line) ?? [];
    if (name === '') break;
    directives.set(name.toLowerCase(), value);
  }
  return directives;
}

function splitInstruction(whole: string): Pick<DockerfileLine, 'name' | 'flags' | 'rest'> {
  const [, name = '', content = ''] = /^(\S+)\s*(.*)$/s.exec(whole.trim()) ?? [];
  const flags: string[] = [];
  let rest = content;
  for (;;) {
    const word = /^--(?:\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s\\"'])*/s.exec(rest)?.[0];
    if (word === undefined) break;
    rest = rest.slice(word.length).trimStart();
    if (word === '--') break;
    flags.push(word.replace(/\\(.)|["']/gs, '$1'));
  }
  return { name: name.toLowerCase(), flags, rest };
}

interface HereDocument {
  readonly delimiter: string;
  /** `<<-`: tabs may stand before the delimiter. */
  readonly isIndented: boolean;
}

function hereDocumentsOf(whole: string, name: string, rest: string): readonly HereDocument[] {
  if (name === 'onbuild') {
    const inner = splitInstruction(rest);
    return inner.name === 'onbuild' ? [] : hereDocumentsOf(whole, inner.name, inner.rest);
  }
  if (!['add', 'copy', 'run'].includes(name) || readJsonForm(rest) !== undefined) return [];
  return shellWords(whole).flatMap((word) => {
    const [, , dash, quoted = ''] = hereDocumentForm.exec(word) ?? [];
    const delimiter = unquote(quoted);
    return delimiter === '' ? [] : [{ delimiter, isIndented: dash === '-' }];
  });
}

/** Words with their quotes; none at all where a quote is left open. White space behind `<<` belongs to the word. */
function shellWords(text: string): readonly string[] {
  const token = /\\[^]?|'[^']*'|"(?:\\[^]|[^"\\])*"|<<[ \t]*|\s+|[^]/gy;
  const words = [''];
  for (const [part] of text.matchAll(token)) {
    if (part === "'" || part === '"') return [];
    if (part.trim() === '') words.push('');
    else words.push(`${words.pop() ?? ''}${part}`);
  }
  return words;
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g,
    (_whole, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["$\\])/g, '$1') ?? escaped ?? '',
  );
}

/** False if its end is missing. */
function skipHereDocument(
  { delimiter, isIndented }: HereDocument,
  takeLine: () => string | undefined,
): boolean {
  for (let line = takeLine(); line !== undefined; line = takeLine()) {
    if ((isIndented ? line.replace(/^\t+/, '') : line) === delimiter) return true;
  }
  return false;
}
