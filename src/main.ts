// The entry of both steps. Effects on import happen here alone.
import { getState, saveState } from '@actions/core';
import { rememberedPods } from './io/job.ts';

const isPost = getState('isPost') === 'true';
if (!isPost) saveState('isPost', 'true');

// The post step usually has nothing to do: then it does not even load the rest of the program.
if (!isPost || rememberedPods().length > 0) {
  const { runBuildStep, runPostStep } = await import('./step.ts');
  await (isPost ? runPostStep() : runBuildStep());
}
