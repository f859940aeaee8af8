import { describe, expect, test } from '@jest/globals';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { findTarget, reachableStages } from '../../src/dockerfile/stages.ts';

/** The lines of the FROM instructions of the stages that a target needs. */
function neededLines(text: string, target?: string): readonly number[] {
  const { stages } = parseDockerfile(text);
  const found = findTarget(stages, target);
  return found === undefined ? [] : reachableStages(stages, found).map(({ from }) => from.line);
}

describe('a target needs', () => {
  test.each([
    { name: 'itself only', text: 'FROM a AS b\nFROM c', lines: [2] },
    { name: 'its base', text: 'FROM a AS B\nFROM b', lines: [1, 2] },
    { name: 'the base of its base', text: 'FROM a AS b\nFROM b AS c\nFROM c', lines: [1, 2, 3] },
    {
      name: 'a stage that it copies from',
      text: 'FROM a AS b\nFROM c\nCOPY --from=B x /',
      lines: [1, 2],
    },
    {
      name: 'a stage that it copies from by number',
      text: 'FROM a\nFROM c\nCOPY --from=0 x /',
      lines: [1, 2],
    },
    {
      name: 'a stage that it mounts',
      text: 'FROM a AS b\nFROM c\nRUN --mount=from=b,target=/b x',
      lines: [1, 2],
    },
    { name: 'no stage by a variable', text: 'FROM a AS b\nFROM $b', lines: [2] },
    {
      name: 'no stage that it mounts by number',
      text: 'FROM a\nFROM c\nRUN --mount=from=0,target=/b x',
      lines: [2],
    },
    { name: 'no base by number', text: 'FROM a\nFROM 0', lines: [2] },
    { name: 'no later stage', text: 'FROM c AS a\nFROM d AS b', target: 'a', lines: [1] },
    {
      name: 'no later stage by number',
      text: 'FROM c\nCOPY --from=1 x /\nFROM d',
      target: '0',
      lines: [1],
    },
    {
      name: 'no stage of a later FROM with its name',
      text: 'FROM b\nFROM c AS b',
      target: '0',
      lines: [1],
    },
    {
      name: 'no stage with a name that occurs twice',
      text: 'FROM a AS b\nFROM c AS b\nFROM b',
      lines: [3],
    },
    { name: 'nothing if its own name occurs twice', text: 'FROM a AS b\nFROM c AS b', lines: [] },
  ])('$name', ({ text, target, lines }) => {
    expect(neededLines(text, target)).toEqual(lines);
  });

  test('each of 20,000 stages that are based on each other', () => {
    const count = 20_000;
    const stages = Array.from({ length: count }, (_, index) => `FROM s${index} AS s${index + 1}`);
    expect(neededLines(stages.join('\n'))).toHaveLength(count);
  });
});
