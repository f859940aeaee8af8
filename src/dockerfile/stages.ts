import { BuildError } from '../errors.ts';
import { fileImagesOf, splitWords, type Instruction } from './instruction.ts';

/** A stage of a Dockerfile. */
export interface Stage {
  /** In lower case; undefined for a stage without a name. */
  readonly name: string | undefined;
  /** The image or stage that its FROM names, as written; empty for a FROM without one. */
  readonly base: string;
  /** Its FROM. */
  readonly from: Instruction;
  /** The instructions after its FROM. */
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile. Instructions before the first FROM belong to none. */
export function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ name }, index) => (name === 'from' ? [index] : []));
  return starts.flatMap((start, index) => {
    const from = instructions[start];
    if (from === undefined) return [];
    const [base = '', as, name] = splitWords(from.rest);
    return [
      {
        name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
        base,
        from,
        instructions: instructions.slice(start + 1, starts[index + 1]),
      },
    ];
  });
}

/** The stage that a target names, by name or number; the last one without a target. */
export function findTarget(
  stages: readonly Stage[],
  target: string | undefined,
): Stage | undefined {
  if (target === undefined) return stages.at(-1);
  return stages.findLast(({ name }) => name === target.toLowerCase()) ?? stages[numberOf(target)];
}

/**
 * A target for kaniko, which selects a stage by its name alone, the first one of several. A stage that is given by its number
 * becomes its name.
 * @returns undefined for the last stage; the target itself if it is not the number of a stage.
 * @throws BuildError('input') for the number of a stage that no name selects.
 */
export function namedTarget(
  stages: readonly Stage[],
  target: string | undefined,
): string | undefined {
  const stage = findTarget(stages, target);
  if (stage === undefined || stage.name === target?.toLowerCase()) return target;
  if (stage === stages.at(-1)) return undefined;
  const { name, from } = stage;
  if (name !== undefined && stages.find((each) => each.name === name) === stage) return name;
  throw new BuildError(
    'input',
    `input 'target': kaniko selects a stage by its name, and stage ${target ?? ''} (line ${from.line} of the Dockerfile) has ${name === undefined ? 'none' : 'that of an earlier stage'}`,
    { hint: 'Name the stage, as in FROM IMAGE AS NAME, and set this input to the name.' },
  );
}

/**
 * The stages that a build of `target` certainly needs. References with variables (see expandBases), to later stages and to names that several
 * stages have are ignored: builders differ there.
 */
export function reachableStages(stages: readonly Stage[], target: Stage): readonly Stage[] {
  const indexes = Map.groupBy(stages.keys(), (index) => stages[index]?.name);
  const isUnique = (name: string | undefined): boolean => indexes.get(name)?.length === 1;
  const needed = new Set([stages.indexOf(target)]);
  const reached: Stage[] = [];
  // References lead to earlier stages only, so one pass from the last stage to the first is enough.
  for (const [index, stage] of [...stages.entries()].reverse()) {
    if (!needed.has(index)) continue;
    if (stage.name !== undefined && !isUnique(stage.name)) continue;
    reached.push(stage);
    const images = stage.instructions.flatMap(fileImagesOf);
    for (const number of numbersOf(stage)) needed.add(number);
    for (const name of [stage.base, ...images].map((image) => image.toLowerCase())) {
      if (isUnique(name)) indexes.get(name)?.forEach((found) => needed.add(found));
    }
  }
  return reached.reverse();
}

/** The numbers of stages in `COPY --from`. RUN takes a number for an image. */
function numbersOf({ instructions }: Stage): readonly number[] {
  return instructions.flatMap((instruction) =>
    instruction.name === 'copy' ? fileImagesOf(instruction).map(numberOf) : [],
  );
}

/** NaN for a text that is not the number of a stage. */
function numberOf(text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : NaN;
}
