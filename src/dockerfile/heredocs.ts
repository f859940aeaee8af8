import { readJsonForm, splitInstruction, type Escape, type Instruction } from './instruction.ts';
import { splitShellWords } from './shell-words.ts';

/** A heredoc of an instruction, which begins on the next line. */
export interface Heredoc {
  /** The line that ends it. */
  readonly delimiter: string;
  /** `<<-`: the delimiter can be indented with tabs. */
  readonly isIndented: boolean;
}

/** The heredocs of an instruction, in the order of their texts. */
export function heredocsOf(
  { name, text, rest }: Pick<Instruction, 'name' | 'text' | 'rest'>,
  escape: Escape,
): readonly Heredoc[] {
  if (name === 'onbuild') {
    const inner = splitInstruction(rest, escape);
    return inner.name === 'onbuild' ? [] : heredocsOf({ ...inner, text }, escape);
  }
  if (!['add', 'copy', 'run'].includes(name)) return [];
  if (!text.includes('<<') || readJsonForm(rest) !== undefined) return [];
  // BuildKit reads these words with a backslash, regardless of the escape directive.
  return (splitShellWords(text, 'raw') ?? []).flatMap((word) => readHeredoc(word) ?? []);
}

const heredocForm = /^\d*<<(-?)([^<]*)$/;

/** A heredoc has one word as its delimiter. */
function readHeredoc(word: string): Heredoc | undefined {
  const [, dash, quoted = ''] = heredocForm.exec(word) ?? [];
  const [delimiter, ...others] =
    splitShellWords(quoted.replace(/^[\t\n\f\r ]+/, ''), 'plain') ?? [];
  if (delimiter === undefined || others.length > 0) return undefined;
  return { delimiter, isIndented: dash === '-' };
}

/** Whether a word has the form of a heredoc, for example `3<<-EOF`. */
export function isHeredocWord(word: string): boolean {
  return heredocForm.test(word);
}

/** Whether a line of the Dockerfile ends the heredoc. */
export function endsHeredoc({ delimiter, isIndented }: Heredoc, line: string): boolean {
  return (isIndented ? line.replace(/^\t+/, '') : line) === delimiter;
}
