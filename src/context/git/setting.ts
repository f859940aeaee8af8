/** One setting of a git configuration. */
export interface Setting {
  /** In lower case. */
  readonly key: string;
  /** Without quotes, escapes and comments; undefined for a key alone, which git reads as true. */
  readonly value: string | undefined;
  readonly hasComment: boolean;
}

const escapes: Readonly<Record<string, string>> = {
  t: '\t',
  b: '\b',
  n: '\n',
  '\\': '\\',
  '"': '"',
};

/**
 * Reads the text after the section headers of a line as git does (parse_value in config.c).
 * @param text with the lines that continue it.
 * @returns undefined for a text without a setting, and for one that git would refuse.
 */
export function readSetting(text: string): Setting | undefined {
  const [start, key = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*)[^\S\n]*/.exec(text) ?? [];
  if (start === undefined) return undefined;
  const name = key.toLowerCase();
  const rest = text.slice(start.length);
  if (rest.startsWith('=')) return readValue(name, rest.slice(1));
  const isAlone = /^(?:\r?$|[\r\n#;])/.test(rest);
  return isAlone ? { key: name, value: undefined, hasComment: /^[#;]/.test(rest) } : undefined;
}

function readValue(key: string, text: string): Setting | undefined {
  let value = '';
  let spaces = '';
  let isQuoted = false;
  let hasComment = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\n' || (character === '\r' && text[at + 1] === '\n')) break;
    if (!isQuoted && /\s/.test(character)) {
      if (value !== '') spaces += character;
      continue;
    }
    if (!isQuoted && (character === '#' || character === ';')) {
      hasComment = true;
      break;
    }
    if (character === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    let added = character;
    if (character === '\\') {
      at += 1;
      if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
      if (text[at] === '\n') continue;
      const escaped = escapes[text.charAt(at)];
      if (escaped === undefined) return undefined;
      added = escaped;
    }
    value += spaces + added;
    spaces = '';
  }
  return isQuoted ? undefined : { key, value, hasComment };
}

/** The setting in the notation of git, on a line of its own. */
export function writeSetting({ key, value }: Setting): string {
  if (value === undefined) return `\t${key}\n`;
  const escaped = value
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\b', '\\b');
  return `\t${key} = "${escaped}"\n`;
}
