import { trimSpaceStart } from '../text/space.ts';
import type { Escape } from './instruction.ts';

/** @param lines of the Dockerfile, without line endings. */
export function escapeOf(lines: readonly string[]): Escape {
  const value = directivesOf(lines, '#', trimSpaceStart).get('escape');
  return value === '`' ? '`' : '\\';
}

/** The value of `# syntax=`: the image of the frontend that reads the file; undefined without it. */
export function frontendOf(lines: readonly string[]): string | undefined {
  const read = lines[0]?.startsWith('#!') === true ? lines.slice(1) : lines;
  for (const mark of ['#', '//']) {
    const value = directivesOf(read, mark, (line) => line).get('syntax');
    if (value === undefined) continue;
    const [image = ''] = value.split(' ', 1);
    return image === '' ? undefined : image;
  }
  return undefined;
}

/**
 * Parser directives. They end at the first line that is not a directive, and at the second one with the same name, which
 * builders refuse.
 */
function directivesOf(
  lines: readonly string[],
  mark: string,
  prepare: (line: string) => string,
): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const line of lines) {
    const text = prepare(line);
    const form = text.startsWith(mark)
      ? formOf(trimSpaceStart(text.slice(mark.length)))
      : undefined;
    if (form === undefined || directives.has(form.name)) break;
    directives.set(form.name, form.value);
  }
  return directives;
}

/** Directives have ASCII white space, although other white space can be before them. */
const directiveForm = /^(syntax|escape|check)[\t\f\r ]*=(.*)$/is;
const directiveSpace = /[\t\f\r ]/;

function formOf(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name = '', value = ''] = directiveForm.exec(text) ?? [];
  if (value === '') return undefined;
  let start = 0;
  // A value of white space is the last character of it.
  while (start < value.length - 1 && directiveSpace.test(value.charAt(start))) start += 1;
  let end = value.length;
  while (end > start + 1 && directiveSpace.test(value.charAt(end - 1))) end -= 1;
  return { name: name.toLowerCase(), value: value.slice(start, end) };
}
