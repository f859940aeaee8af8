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
  const [, name = '', content = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
  const { flag, quotes } = flagForms[escape];
  const flags: string[] = [];
  let rest = content;
  for (;;) {
    const word = flag.exec(rest)?.[0];
    if (word === undefined) break;
    rest = rest.slice(word.length).trimStart();
    if (word === '--') break;
    flags.push(word.replace(quotes, '$1'));
  }
  return { name: name.toLowerCase(), flags, rest };
}

const flagForms: Readonly<Record<Escape, { readonly flag: RegExp; readonly quotes: RegExp }>> = {
  '\\': {
    flag: /^--(?:\\.|"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|[^\s\\"'])*/s,
    quotes: /\\(.)|["']/gs,
  },
  '`': {
    flag: /^--(?:`.|"(?:`.|[^"`])*(?:"|$)|'(?:`.|[^'`])*(?:'|$)|[^\s`"'])*/s,
    quotes: /`(.)|["']/gs,
  },
};

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
    return isForm ? value : undefined;
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
