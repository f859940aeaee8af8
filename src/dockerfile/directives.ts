import type { Escape } from './instruction.ts';

/** @param lines of the Dockerfile, without line endings. */
export function escapeOf(lines: readonly string[]): Escape {
  const value = directivesOf(lines, '#', (line) => line.trimStart()).get('escape');
  return value === '`' ? '`' : '\\';
}

/** The value of `# syntax=`: the image of the frontend that reads the file; undefined without it. */
export function frontendOf(lines: readonly string[]): string | undefined {
  const read = lines[0]?.startsWith('#!') === true ? lines.slice(1) : lines;
  for (const mark of ['#', '//']) {
    const value = directivesOf(read, mark, (line) => line).get('syntax');
    if (value !== undefined) return value.split(' ', 1)[0];
  }
  return undefined;
}

/** Parser directives. They end at the first line that is not a directive. */
function directivesOf(
  lines: readonly string[],
  mark: string,
  prepare: (line: string) => string,
): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const line of lines) {
    const text = prepare(line);
    const form = text.startsWith(mark) ? directiveForm.exec(text.slice(mark.length)) : null;
    const [, name = '', rest = ''] = form ?? [];
    const value = rest.trim();
    if (value === '') break;
    directives.set(name.toLowerCase(), value);
  }
  return directives;
}

const directiveForm = /^\s*(syntax|escape|check)\s*=(.*)$/is;
