import { trimSpace, trimSpaceStart } from '../text/space.ts';
import { escapeOf, frontendOf } from './directives.ts';
import { endsHeredoc, heredocsOf } from './heredocs.ts';
import { splitInstruction, type Escape, type Instruction } from './instruction.ts';
import { stagesOf, type Stage } from './stages.ts';

/** A Dockerfile, parsed once for a build. */
export interface Dockerfile {
  /** In the order of the file, those before the first FROM included. */
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** The value of `# syntax=`, without what follows a space; undefined without it. */
  readonly frontend: string | undefined;
  readonly escape: Escape;
  /**
   * True for an instruction that is not known here, for a continuation without an instruction, and for a heredoc without its
   * end. Builders refuse such a file.
   */
  readonly hasErrors: boolean;
}

const known = new Set(
  `add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume
  workdir`.split(/\s+/),
);

/**
 * Parses a Dockerfile as BuildKit's parser does, which kaniko uses too. Never throws: the text can be anything, and takes
 * time in proportion to its length.
 */
export function parseDockerfile(text: string): Dockerfile {
  const lines = splitLines(text);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  let hasErrors = false;
  let next = 0;
  const takeLine = (): string | undefined => lines[next++];
  for (let first = takeLine(); first !== undefined; first = takeLine()) {
    if (isComment(first) || isEmpty(first)) continue;
    const line = next;
    const joined = joinLines(trimSpaceStart(first), takeLine, escape);
    const whole = trimSpace(joined);
    if (whole === '') {
      hasErrors = true;
      continue;
    }
    const parts = { ...splitInstruction(whole, escape), text: whole };
    // A backslash can escape white space at the end.
    const heredocs = heredocsOf({ ...parts, text: joined }, escape);
    for (const heredoc of heredocs) {
      let end = takeLine();
      while (end !== undefined && !endsHeredoc(heredoc, end)) end = takeLine();
      if (end === undefined) hasErrors = true;
    }
    if (!known.has(parts.name)) hasErrors = true;
    instructions.push({ ...parts, line, heredocs: heredocs.length });
  }
  const stages = stagesOf(instructions);
  return { instructions, stages, frontend: frontendOf(lines), escape, hasErrors };
}

function splitLines(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => {
      let end = line.length;
      while (line[end - 1] === '\r') end -= 1;
      return line.slice(0, end);
    });
}

function isComment(line: string): boolean {
  return trimSpaceStart(line).startsWith('#');
}

function isEmpty(line: string): boolean {
  return trimSpaceStart(line) === '';
}

const continuations: Readonly<Record<Escape, RegExp>> = {
  '\\': /(?:^|[^\\])(?=\\[ \t]*$)/,
  '`': /(?:^|[^`])(?=`[ \t]*$)/,
};

/** Joins a line with those that continue it. Comments and empty lines between them are skipped. */
function joinLines(first: string, takeLine: () => string | undefined, escape: Escape): string {
  const continuation = continuations[escape];
  let whole = '';
  for (let line: string | undefined = first; line !== undefined; line = takeLine()) {
    if (isComment(line) || isEmpty(line)) continue;
    const found = continuation.exec(line);
    if (found === null) return whole + line;
    whole += line.slice(0, found.index + found[0].length);
  }
  return whole;
}
