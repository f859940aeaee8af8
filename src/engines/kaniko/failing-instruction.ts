import {
  collapse,
  flagOf,
  readJsonForm,
  splitWords,
  type Instruction,
} from '../../dockerfile/instruction.ts';
import type { Dockerfile } from '../../dockerfile/parse.ts';
import { unquote } from '../../dockerfile/words.ts';

/**
 * The first instruction with one of these names that a test accepts.
 * @param names in lower case.
 * @param test gets the instruction on one line, with one space between its words.
 */
export function findInstruction(
  { instructions }: Dockerfile,
  names: readonly string[],
  test: (text: string) => boolean,
): Instruction | undefined {
  return instructions.find(({ name, text }) => names.includes(name) && test(collapse(text)));
}

/** The arguments of COPY or ADD: the sources, then the destination. */
export function argumentsOf({ rest }: Instruction): readonly string[] {
  return readJsonForm(rest) ?? splitWords(rest).map(unquote);
}

export function sourcesOf(instruction: Instruction): readonly string[] {
  return argumentsOf(instruction).slice(0, -1);
}

/**
 * The first COPY or ADD with a source that a test accepts.
 * @param from the stage or image of the sources as it is written; undefined for the context.
 */
export function findCopy(
  { instructions }: Dockerfile,
  test: (source: string, from: string | undefined) => boolean,
): Instruction | undefined {
  return instructions.find(
    (instruction) =>
      isCopy(instruction) &&
      sourcesOf(instruction).some((source) => test(source, flagOf(instruction, 'from'))),
  );
}

export function isCopy({ name }: Instruction): boolean {
  return name === 'copy' || name === 'add';
}

/**
 * The FROM or COPY that names an image, best with its tag or digest.
 * @param repository without the registry; `library/` of Docker Hub is not written in a Dockerfile.
 * @param tag a tag or a digest.
 */
export function findImage(
  dockerfile: Dockerfile,
  repository: string,
  tag: string,
): Instruction | undefined {
  const name = repository.replace(/^library\//, '');
  const search = (withTag: boolean): Instruction | undefined =>
    findInstruction(dockerfile, ['from', 'copy'], (text) =>
      text.split(/[ =]/).some((word) => {
        const path = withoutTag(word);
        const isNamed = path === name || path.endsWith(`/${name}`);
        return isNamed && (!withTag || word.endsWith(tag) || path === word);
      }),
    );
  return search(true) ?? search(false);
}

/** An image reference without its tag and digest. A colon before the last slash is part of the registry. */
function withoutTag(reference: string): string {
  const start = reference.lastIndexOf('/') + 1;
  const [last = ''] = reference.slice(start).split(/[:@]/, 1);
  return reference.slice(0, start) + last;
}
