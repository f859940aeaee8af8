import { trimSpace } from '../text/space.ts';

/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  /** The line where it begins, from 1. */
  readonly line: number;
  /** In lower case. */
  readonly name: string;
  /** The whole instruction as builders print it. It does not contain comments and the texts of heredocs. */
  readonly text: string;
  /** Flags without quotes, for example `--from=build`. */
  readonly flags: readonly string[];
  /** The arguments after the flags. */
  readonly rest: string;
  /** The number of its heredocs. */
  readonly heredocs: number;
}

/** The character that continues a line and escapes the next character. */
export type Escape = '\\' | '`';

/** Splits an instruction as BuildKit does: the flags end at the first argument without `--`, or at `--`. */
export function splitInstruction(
  text: string,
  escape: Escape,
): Pick<Instruction, 'name' | 'flags' | 'rest'> {
  const [, name = '', content = ''] =
    /^([^\t\v\f\r ]+)[\t\v\f\r ]*(.*)$/s.exec(trimSpace(text)) ?? [];
  const { flags, rest } = content.startsWith('--')
    ? splitFlags(content, escape)
    : { flags: [], rest: content };
  return { name: name.toLowerCase(), flags, rest: trimSpace(rest) };
}

/**
 * BuildKit reads flags byte by byte: each byte of a character is a character of the flag, and the bytes 0x85 and 0xA0 are
 * white space in it.
 */
function splitFlags(content: string, escape: Escape): Pick<Instruction, 'flags' | 'rest'> {
  const bytes = Buffer.from(content).toString('latin1');
  const flags: string[] = [];
  let start = 0;
  while (bytes.startsWith('--', start)) {
    const { flag, end } = readFlag(bytes, start, escape);
    start = end;
    if (flag === '--') break;
    flags.push(flag);
    while (start < bytes.length && isByteSpace(bytes.charAt(start))) start += 1;
  }
  return { flags, rest: Buffer.from(bytes.slice(start), 'latin1').toString() };
}

/** Reads to white space outside of quotes. Quotes and the escape character are not part of the flag. */
function readFlag(
  bytes: string,
  start: number,
  escape: Escape,
): { readonly flag: string; readonly end: number } {
  let flag = '';
  let quote = '';
  let end = start;
  for (; end < bytes.length; end += 1) {
    const character = bytes.charAt(end);
    if (character === escape) flag += bytes.charAt(++end);
    else if (character === quote) quote = '';
    else if (quote !== '') flag += character;
    else if (isByteSpace(character)) break;
    else if (character === '"' || character === "'") quote = character;
    else flag += character;
  }
  return { flag, end };
}

function isByteSpace(character: string): boolean {
  return /[\t-\r \x85\xa0]/.test(character);
}

/** The value of a flag; undefined without it. */
export function flagOf({ flags }: Instruction, name: string): string | undefined {
  const prefix = `--${name}=`;
  return flags.findLast((flag) => flag.toLowerCase().startsWith(prefix))?.slice(prefix.length);
}

/** The images and stages that COPY and RUN take files from: `COPY --from` and `RUN --mount=from`. */
export function fileImagesOf(instruction: Instruction): readonly string[] {
  if (instruction.name === 'copy') return [flagOf(instruction, 'from') ?? ''];
  if (instruction.name !== 'run') return [];
  return instruction.flags.flatMap((flag) => {
    const [, from] = /^--mount=(?:.*,)?from=([^,]*)/is.exec(flag) ?? [];
    return from === undefined ? [] : [from];
  });
}

/** The elements of a JSON array of strings; undefined for the shell form. */
export function readJsonForm(rest: string): readonly string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    const isForm = Array.isArray(value) && value.every((element) => typeof element === 'string');
    // Half of a surrogate pair becomes U+FFFD in Go.
    return isForm ? value.map((element) => element.toWellFormed()) : undefined;
  } catch {
    return undefined;
  }
}

/** Splits at white space as BuildKit does. */
export function splitWords(text: string): readonly string[] {
  return text.split(/[\t\v\f\r ]+/).filter((word) => word !== '');
}

/** Replaces each run of white space by one space, so that an instruction compares equal however its lines were joined. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
