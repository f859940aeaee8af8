// What both steps run; dist/post.js says that it is the post step. Imports only what decides whether there is anything to do: a post step without work ends here.
import { isPostStep, rememberedPods } from './io/runner/state.ts';

const isPost = isPostStep(process.env);
// Whatever ends this process, only a proved success is 0.
if (!isPost) process.exitCode = 1;
if (!isPost || rememberedPods(process.env).length > 0) {
  const { runBuildStep, runPostStep } = await import('./step.ts');
  try {
    await (isPost ? runPostStep() : runBuildStep());
  } catch {
    // Nothing can be said any more: the job log itself is gone.
    process.exit(isPost ? 0 : 1);
  }
}
