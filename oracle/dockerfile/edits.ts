// Compares a Dockerfile with the edited one that the builder gets: without some labels, and without unused stages.
import { isDeepStrictEqual } from 'node:util';
import { editLines, withEdits, type LineEdit } from '../../src/dockerfile/edit.ts';
import { removeLabels } from '../../src/dockerfile/labels.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { findUnusedStages } from '../../src/dockerfile/unused-stages.ts';
import type { Accepted, Answer } from './answer.ts';
import type { DockerfileCase } from './draw.ts';

/** The keys of labels that the build sets. */
const removedKeys: ReadonlySet<string> = new Set(['a', 'version', 'b c']);

/** An edited Dockerfile. */
export interface Edited {
  readonly example: DockerfileCase;
  readonly edits: readonly LineEdit[];
  /** The first lines of the LABELs that are left as they are. */
  readonly uncertain: ReadonlySet<number>;
}

/** The file that the builder gets; undefined if it is the same. */
export function edit(example: DockerfileCase): Edited | undefined {
  const dockerfile = parseDockerfile(example.text);
  const target = example.target === '' ? undefined : example.target;
  const buildArgs = Object.entries(example.args).map(([key, value]) => ({ key, value }));
  const labels = removeLabels(dockerfile, removedKeys);
  const unused = findUnusedStages(dockerfile, { target, buildArgs });
  const edits = withEdits(unused.edits, labels.edits);
  if (edits.length === 0) return undefined;
  const text = editLines(Buffer.from(example.text), edits).toString();
  const uncertain = new Set(labels.uncertain.map(({ line }) => line));
  return { example: { ...example, text }, edits, uncertain };
}

/** @returns what differs, apart from the labels and stages that the edits remove; undefined without a difference. */
export function editDifference(
  { edits, uncertain }: Edited,
  before: Accepted,
  after: Answer,
): string | undefined {
  // Ours and BuildKit find the same target, or none.
  if (before.target === -1) return undefined;
  if (after.parseError !== undefined || after.refused !== undefined) {
    return `BuildKit refuses the edited file: ${after.parseError ?? after.refused}`;
  }
  const isEdited = (line: number): boolean =>
    edits.some(({ first, last = Infinity }) => line >= first && line <= last);
  const instructionsOf = ({ instructions }: Accepted): unknown =>
    instructions.filter(({ line }) => !isEdited(line));
  const stagesOf = ({ stages, reachable }: Accepted): unknown =>
    reachable.map((index) => ({ ...stages[index], labels: [] }));
  const labelsOf = ({ stages, reachable }: Accepted): unknown =>
    reachable.map((index) => stages[index]?.labels.filter(({ key }) => !removedKeys.has(key)));
  const views: readonly (readonly [string, (answer: Accepted) => unknown])[] = [
    ['target', ({ target }) => target],
    ['needed stages', ({ reachable }) => reachable],
    ['names of stages', ({ stages }) => stages.map(({ name }) => name)],
    ['needed stages', stagesOf],
    ['instructions that are not edited', instructionsOf],
    ['labels', labelsOf],
  ];
  for (const [what, view] of views) {
    const [old, edited] = [view(before), view(after)];
    if (isDeepStrictEqual(old, edited)) continue;
    return `${what}: before the edit ${JSON.stringify(old)}, after it ${JSON.stringify(edited)}`;
  }
  return hasRemoved(after, uncertain) ? 'a label is still there' : undefined;
}

function hasRemoved({ stages, reachable }: Accepted, uncertain: ReadonlySet<number>): boolean {
  return reachable.some((index) =>
    stages[index]?.labels.some(({ line, key }) => removedKeys.has(key) && !uncertain.has(line)),
  );
}
