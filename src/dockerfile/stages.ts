import { type DockerfileLine, splitWords } from './lines.ts';

/** A stage of a Dockerfile. */
export interface Stage {
  /** In lower case; undefined for a stage without one. */
  readonly name: string | undefined;
  /** Its FROM. */
  readonly from: DockerfileLine;
  /** What follows its FROM. */
  readonly lines: readonly DockerfileLine[];
}

export function stagesOf(lines: readonly DockerfileLine[]): readonly Stage[] {
  const starts = lines.flatMap(({ name }, index) => (name === 'from' ? [index] : []));
  return starts.flatMap((start, index) => {
    const from = lines[start];
    if (from === undefined) return [];
    const [, as, name] = splitWords(from.rest);
    return [
      {
        name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
        from,
        lines: lines.slice(start + 1, starts[index + 1]),
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
 * The stages that a build of `target` certainly needs. References with variables, to stages further down and to names that
 * several stages have are left out: builders differ there.
 */
export function reachableStages(stages: readonly Stage[], target: Stage): readonly Stage[] {
  const reached = new Set<Stage>();
  const isAmbiguous = ({ name }: Stage): boolean =>
    name !== undefined && stages.filter((stage) => stage.name === name).length > 1;
  const enter = (stage: Stage): void => {
    if (reached.has(stage) || isAmbiguous(stage)) return;
    reached.add(stage);
    const earlier = stages.slice(0, stages.indexOf(stage));
    const named = (text: string): readonly Stage[] =>
      earlier.filter(({ name }) => name === text.toLowerCase());
    named(baseOf(stage)).forEach(enter);
    for (const reference of stage.lines.flatMap(referencesOf)) {
      const numbered = earlier[numberOf(reference)];
      [...named(reference), ...(numbered === undefined ? [] : [numbered])].forEach(enter);
    }
  };
  enter(target);
  return stages.filter((stage) => reached.has(stage));
}

/** The value of a flag; undefined without it. */
export function flagOf({ flags }: DockerfileLine, name: string): string | undefined {
  const prefix = `--${name}=`;
  return flags.findLast((flag) => flag.toLowerCase().startsWith(prefix))?.slice(prefix.length);
}

function baseOf({ from }: Stage): string {
  return splitWords(from.rest)[0] ?? '';
}

/** What COPY --from and RUN --mount=from name. */
function referencesOf(line: DockerfileLine): readonly string[] {
  if (line.name === 'copy') return [flagOf(line, 'from') ?? ''];
  if (line.name !== 'run') return [];
  return line.flags.flatMap((flag) => {
    const [, from] = /^--mount=(?:.*,)?from=([^,]*)/i.exec(flag) ?? [];
    return from === undefined ? [] : [from];
  });
}

/** NaN for what is no number, which no list has. */
function numberOf(text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : NaN;
}
