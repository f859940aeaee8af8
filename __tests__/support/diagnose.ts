import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import type { Diagnosis, FailedBuild } from '../../src/engines/engine.ts';
import { diagnoseKaniko } from '../../src/engines/kaniko/failures/diagnose.ts';

/** Of a kaniko that failed before the upload was acknowledged, unless the test says otherwise. */
export function diagnose(
  tail: readonly string[],
  build: Partial<FailedBuild> = {},
): Diagnosis | undefined {
  const failed = {
    exitCode: 1,
    dockerfile: parseDockerfile(''),
    withoutLogin: [],
    contextComplete: false,
    isOutputWhole: true,
  };
  return diagnoseKaniko({ ...failed, tail, ...build });
}
