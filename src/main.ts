// The entry of both steps; dist/post.js marks the post step. Imports almost nothing, so that a post step without work
// ends at once.
import { writeSync } from 'node:fs';
import { describeError } from './errors.ts';
import { isPostStep, rememberedPods } from './io/runner/state.ts';
import { startWatchdog } from './io/runner/watchdog.ts';

const isPost = isPostStep(process.env);
// However this process ends, its exit code is 0 only after a confirmed success.
if (!isPost) process.exitCode = 1;
if (!isPost || rememberedPods(process.env).length > 0) {
  const watchdog = startWatchdog();
  const { realWorld, runBuildStep, runPostStep } = await import('./step.ts');
  try {
    const world = realWorld(process.env, watchdog);
    // Exits at once: open connections of the keep-alive agent would delay the end of the step.
    process.exit(await (isPost ? runPostStep(world) : runBuildStep(world)));
  } catch (error) {
    printLast(`the step could not run: ${describeError(error)}`);
    process.exit(isPost ? 0 : 1);
  }
}

/** Prints to stderr. The job log may be what failed, so an error here is ignored. */
function printLast(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {
    // Nothing else can be written.
  }
}
