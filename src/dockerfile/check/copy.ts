import { cleanPath } from '../../text/path.ts';
import { isHeredocWord } from '../heredocs.ts';
import { flagOf, readJsonForm, splitWords, type Instruction } from '../instruction.ts';

/** The arguments of COPY or ADD. */
export interface CopyWords {
  /** Without heredocs and without quotes around a whole word. */
  readonly sources: readonly string[];
  readonly target: string;
}

/** Undefined for other instructions, and where builders could split the arguments in different ways. */
export function readCopy({
  name,
  rest,
}: Pick<Instruction, 'name' | 'rest'>): CopyWords | undefined {
  if (name !== 'copy' && name !== 'add') return undefined;
  const words = wordsOf(rest).filter((word) => !isHeredocWord(word));
  const target = words.at(-1);
  if (target === undefined) return undefined;
  return { sources: words.slice(0, -1).map(withoutQuotes), target: withoutQuotes(target) };
}

function withoutQuotes(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}

function wordsOf(rest: string): readonly string[] {
  const json = readJsonForm(rest);
  if (json !== undefined) return json;
  // A heredoc delimiter after white space would look like a source, and so would a part of a quoted name with spaces.
  if (rest.startsWith('[') || /<<-?\s/.test(rest)) return [];
  const words = splitWords(rest);
  const isPart = (word: string): boolean => /^["'][^"']*$|^[^"']*["']$|[\\`]$/.test(word);
  return words.slice(0, -1).some(isPart) ? [] : words;
}

/** Sources that every builder reads as the names of files or directories in the context. */
export function contextSources(instruction: Instruction): readonly string[] {
  const { name, flags } = instruction;
  if (flagOf(instruction, 'from') !== undefined) return [];
  // With --parents, some versions ignore missing sources.
  if (flags.some((flag) => /^--parents/i.test(flag))) return [];
  const { sources = [] } = readCopy(instruction) ?? {};
  return sources.filter((source) => isLiteral(source) && !(name === 'add' && isRemote(source)));
}

/** Linux's limit for a path, in bytes. */
const longestPath = 4_096;

/** True without variables, patterns, quotes, escapes, URLs, heredocs and white space that builders treat differently. */
export function isLiteral(word: string): boolean {
  return (
    word !== '' && word.length <= longestPath && !/[$*?[\\`"'<:\uFFFD\0\u0085]|[^\S ]/.test(word)
  );
}

/** Whether a relative path leads out of the context. Builders resolve `..` in an absolute one at the root of the context. */
export function leadsOut(source: string): boolean {
  return /^\.\.(?:\/|$)/.test(cleanPath(source));
}

/** The clean path of a source, relative to the context. */
export function contextPath(source: string): string {
  return cleanPath(cleanPath(`/${source}`).slice(1));
}

/** Git repositories that ADD clones. An `http` URL is one if its path ends with `.git`. */
export function isGitRepository(source: string): boolean {
  const [address = ''] = source.split(/[?#]/, 1);
  if (/[$"'\\`\s]/.test(address)) return false;
  return (
    /^https?:\/\/.+\.git$/i.test(address) ||
    /^(?:git|ssh):\/\//i.test(address) ||
    /^[\w-]+@[\w.-]+:/.test(address)
  );
}

/** Sources of ADD that are no files of the context. The name of a repository without a scheme can be one in both. */
function isRemote(source: string): boolean {
  return isGitRepository(source) || /^github\.com\/|@|\.git(?:$|#)/.test(source);
}
