import { DockerfileParser, type Instruction } from 'dockerfile-ast';

/** An instruction of a Dockerfile on one line, as builders print it. */
export interface DockerfileLine {
  /** Keyword in upper case. */
  readonly keyword: string;
  /** Continuations joined, runs of blanks made one; of a heredoc only the first line. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** The instructions of a Dockerfile in order; empty for a text that is none. */
export function listInstructions(dockerfile: string): readonly DockerfileLine[] {
  const parsed = DockerfileParser.parse(dockerfile);
  const lines = dockerfile.split(/\r?\n/);
  const escape = parsed.getEscapeCharacter();
  return parsed.getInstructions().map((instruction) => toLine(instruction, lines, escape));
}

function toLine(
  instruction: Instruction,
  lines: readonly string[],
  escape: string,
): DockerfileLine {
  const { start } = instruction.getRange();
  const joined: string[] = [];
  for (const line of lines.slice(start.line)) {
    // Comments between continued lines are not part of the instruction.
    if (joined.length > 0 && line.trimStart().startsWith('#')) continue;
    const text = line.trimEnd();
    joined.push(text.endsWith(escape) ? text.slice(0, -1) : text);
    if (!text.endsWith(escape)) break;
  }
  const text = collapse(joined.join(' '));
  return { keyword: instruction.getKeyword(), text, line: start.line + 1 };
}

/** Blanks as one blank each: how a builder joins lines is not how they were written. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
