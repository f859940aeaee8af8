// The entry of both steps. Imports only what decides whether there is anything to do: a post step without work ends here.
import { isPostStep, rememberedPods } from './io/state.ts';

const isPost = isPostStep(process.env);
if (!isPost || rememberedPods(process.env).length > 0) {
  const { runBuildStep, runPostStep } = await import('./step.ts');
  await (isPost ? runPostStep() : runBuildStep());
}
