import type { LineEdit } from './edit.ts';
import { splitWords, type Instruction } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import { splitQuotedWords, unquote } from './words.ts';

/** How a Dockerfile is changed so that the labels of the build are those of the image. */
export interface LabelChange {
  readonly edits: readonly LineEdit[];
  /** Keys of labels that are removed from the Dockerfile, each once. */
  readonly removed: readonly string[];
  /** LABELs of which it is not certain that they set none of the labels: a key has variables, or the instruction is unusual. */
  readonly uncertain: readonly Instruction[];
}

/** BuildKit's parser, which kaniko uses too, refuses longer lines. In bytes. */
const longestLine = 65_535;

/**
 * Removes from every LABEL the labels that the build sets. Docker sets labels of the command line after the instructions of the
 * target stage; kaniko sets `--label` ahead of them, so a LABEL of the same key would replace it. A LABEL at the end of the stage
 * would be no alternative: kaniko expands quotes and variables of a value two times if it has a cache. Cached layers stay valid,
 * because nothing that changes from build to build is added.
 * @param keys of the labels that the build sets.
 */
export function removeLabels(dockerfile: Dockerfile, keys: ReadonlySet<string>): LabelChange {
  const edits: LineEdit[] = [];
  const removed = new Set<string>();
  const uncertain: Instruction[] = [];
  const { instructions, stages, hasErrors, escape } = dockerfile;
  if (hasErrors || keys.size === 0) return { edits, removed: [], uncertain };
  const inStages = new Set(stages.flatMap((stage) => stage.instructions));
  for (const [index, instruction] of instructions.entries()) {
    if (instruction.name !== 'label' || !inStages.has(instruction)) continue;
    const labels = readLabels(instruction, escape);
    if (labels === undefined) {
      uncertain.push(instruction);
      continue;
    }
    const kept = labels.filter(({ key }) => key === undefined || !keys.has(key));
    const text = kept.length === 0 ? '' : `LABEL ${kept.map(({ word }) => word).join(' ')}`;
    const isChanged = kept.length < labels.length;
    const canChange = isWhole(text);
    if ((isChanged && !canChange) || kept.some(({ key }) => key === undefined)) {
      uncertain.push(instruction);
    }
    if (!isChanged || !canChange) continue;
    // Up to the next instruction there are only the lines of this one, comments and empty lines.
    const next = instructions[index + 1];
    edits.push({ first: instruction.line, last: next && next.line - 1, text });
    for (const { key } of labels) if (key !== undefined && keys.has(key)) removed.add(key);
  }
  return { edits, removed: [...removed], uncertain };
}

/** True for a LABEL that is read as it is on one line: it is not too long, has no flag, and the next line does not continue it. */
function isWhole(text: string): boolean {
  const isContinued = /[\\`]\s*$/.test(text);
  return Buffer.byteLength(text) <= longestLine && !text.startsWith('LABEL --') && !isContinued;
}

interface Label {
  /** As written, with its value. */
  readonly word: string;
  /** Undefined for a key with variables. */
  readonly key: string | undefined;
}

/** The labels of a LABEL; undefined for one that builders refuse, and for one that is not understood here. */
function readLabels(
  { rest, flags }: Instruction,
  escape: Dockerfile['escape'],
): readonly Label[] | undefined {
  const { words, isClosed } = splitQuotedWords(rest, escape);
  const [first] = words;
  // White space after `<<` is part of a word only in instructions that can have a heredoc.
  const isSplit = isClosed && flags.length === 0 && !/<<[ \t]/.test(rest);
  if (first === undefined || !isSplit) return undefined;
  if (!first.includes('=')) {
    const [key = ''] = splitWords(rest);
    return words.length === 1 ? undefined : [{ word: rest, key: keyOf(key) }];
  }
  if (words.some((word) => !word.includes('='))) return undefined;
  return words.map((word) => ({ word, key: keyOf(word.slice(0, word.indexOf('='))) }));
}

/** kaniko reads a key with a backslash, regardless of the escape directive. */
function keyOf(written: string): string | undefined {
  return written.includes('$') ? undefined : unquote(written);
}
