import { contextChapter } from './context.ts';
import { inputsChapter } from './inputs.ts';
import { kubeconfigChapter } from './kubeconfig.ts';
import { podChapter } from './pod.ts';
import type { Chapter } from './run.ts';
import { runnerChapter } from './runner.ts';
import { serverChapter } from './server.ts';

/** In the order of a build. */
export const chapters: readonly Chapter[] = [
  kubeconfigChapter,
  serverChapter,
  inputsChapter,
  contextChapter,
  podChapter,
  runnerChapter,
];
