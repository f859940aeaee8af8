import type { ActionResult } from './run-action.ts';

/** The end of a run for people: both steps with their exit codes, then the outputs, one a line. */
export function describeResult({
  main,
  post,
  outputs,
}: Pick<ActionResult, 'main' | 'post' | 'outputs'>): string {
  const step = (name: string, exitCode: number): string =>
    `${name} ${exitCode === 0 ? 'succeeded' : 'failed'} (exit code ${exitCode})`;
  const rows = Object.entries(outputs).map(([name, value]) => `  ${name}=${oneLine(value)}`);
  return [
    step('build step', main),
    step('post step', post),
    ...(rows.length === 0 ? ['no outputs'] : ['outputs:', ...rows]),
  ].join('\n');
}

/** A value of several lines is shown as a JSON string. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? JSON.stringify(value) : value;
}
