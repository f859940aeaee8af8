import { canBeUrl, isKnownSection, isKnownSetting } from './known-keys.ts';
import { publicUrl } from './public-url.ts';
import { readSetting, writeSetting } from './setting.ts';
import { continuedLines } from './lines.ts';

/**
 * The text of a `.git/config` with the settings that are known to have no credentials, and without the user, the password and
 * the query of the URLs in them. Includes, comments and all other settings are removed. A setting that is sent unchanged has
 * the same bytes.
 */
export function withoutCredentials(content: Buffer): Buffer {
  // latin1 maps each byte to one character, so text in any encoding is unchanged.
  const text = content.toString('latin1');
  if (isRef(text)) return content;
  const lines = continuedLines(text);
  let kept = '';
  let section = '';
  for (const line of lines) {
    const head = headersBefore.exec(line)?.[0] ?? '';
    const last = head.match(headerPattern)?.at(-1);
    if (last !== undefined) section = sectionOf(last);
    const setting = knownSetting(section, line.slice(head.length));
    const headers = head.replace(headerPattern, publicHeader);
    // An unknown section has no known settings: its whole line is removed.
    if (head === '' || headers.trim() !== '')
      kept += headers + (setting ?? (head === '' ? '' : lineEnd(line)));
  }
  return Buffer.from(kept, 'latin1');
}

/** A branch can be named `config`. A configuration never begins with a hexadecimal number. */
function isRef(text: string): boolean {
  return /^(?:[0-9a-f]{40,64}|ref: refs\/\S+)\n?$/.test(text);
}

/** The text of a setting that is sent; undefined for any other text, with its line end. */
function knownSetting(section: string, text: string): string | undefined {
  const setting = readSetting(text);
  if (setting === undefined || !isKnownSetting(section, setting.key, setting.value)) {
    return text.trim() === '' && text !== '' ? text : undefined;
  }
  const { value, hasComment } = setting;
  const clean = value === undefined || !canBeUrl(section) ? value : publicUrl(value);
  if (clean === value && !hasComment) return text;
  return clean === undefined && value !== undefined
    ? undefined
    : writeSetting({ ...setting, value: clean });
}

/** Sections that are named after a URL. */
const urlSections: ReadonlySet<string> = new Set(['url', 'http', 'remote', 'lfs']);

/** A section's header: `[core]`, `[http "https://[::1]/"]`. */
const headerPattern = /\[(?:[^"\]\n]|"(?:\\.|[^"\\\n])*")*\]/g;
/** Git allows several headers on a line, a key after them, and a byte order mark at the start of the file. */
const headersBefore = new RegExp(`^(?:\\xef\\xbb\\xbf)?(?:[^\\S\\n]*${headerPattern.source})*`);

/** In lower case, without its subsection. */
function sectionOf(header: string): string {
  return /^\[\s*([A-Za-z0-9-]+)/.exec(header)?.[1]?.toLowerCase() ?? '';
}

/** The header without the secrets of a URL in its name (`[url "https://user:password@host/"]`); empty for an unknown section. */
function publicHeader(header: string): string {
  if (!isKnownSection(sectionOf(header))) return '';
  const [, start = '', name] = /^(\[[^"]*")((?:\\.|[^"\\])*)"\]$/s.exec(header) ?? [];
  if (name === undefined) return header;
  // Names of branches and submodules can look like `user:password@host`.
  if (!name.includes('://') && !urlSections.has(sectionOf(header))) return header;
  const clean = publicUrl(name.replace(/\\(.)/gs, '$1')) ?? '';
  return `${start}${clean.replace(/["\\]/g, '\\$&')}"]`;
}

function lineEnd(line: string): string {
  return /\r?\n$/.exec(line)?.[0] ?? '';
}
