import { formatBytes } from '../attach/progress.ts';
import type { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { removalCommand } from '../pod/remove.ts';
import type { RunReport } from './report.ts';

/** The output `metadata`: the keys that buildx uses, and ours below `kubernetes`, `context` and `timing`. */
export function renderMetadata(inputs: Inputs, report: RunReport): string {
  const { image, pod, node, context } = report;
  return JSON.stringify({
    ...(image !== undefined && {
      'containerimage.digest': image.digest,
      'image.name': inputs.image.tags.map(({ text }) => text).join(','),
    }),
    ...(pod !== undefined && {
      'kubernetes.namespace': pod.namespace,
      'kubernetes.pod': pod.name,
      'kubernetes.node': node,
    }),
    ...(context !== undefined && {
      'context.files': context.files,
      'context.bytes': context.bytes,
      'context.wireBytes': context.wireBytes,
    }),
    ...Object.fromEntries([...report.phases].map(([name, ms]) => [`timing.${name}`, ms])),
  });
}

/** The job summary: what was built, where, how long each phase took; after a failure the sentence and the hint. */
export function renderSummary(
  inputs: Inputs,
  report: RunReport,
  error: BuildError | undefined,
): string {
  const { image, pod, context } = report;
  const rows: [string, string][] = [];
  if (image !== undefined) {
    for (const { text } of inputs.image.tags) rows.push(['Image', code(text)]);
    rows.push(['Digest', code(image.digest)]);
  }
  if (pod !== undefined)
    rows.push([
      'Pod',
      `${code(pod.name)} in ${code(pod.namespace)}${report.node === '' ? '' : ` on ${code(report.node)}`}`,
    ]);
  if (report.attempts > 1) rows.push(['Attempts', String(report.attempts)]);
  if (context !== undefined) {
    rows.push([
      'Context',
      `${context.files} files, ${formatBytes(context.bytes)}, sent as ${formatBytes(context.wireBytes)}`,
    ]);
  }
  for (const [phase, ms] of report.phases)
    rows.push([`Time: ${phase}`, `${(ms / 1_000).toFixed(1)} s`]);
  const lines = [
    `### kube-build-push: ${error === undefined ? 'succeeded' : 'failed'}`,
    '',
    ...(error === undefined ? [] : [`**${escapeMarkdown(error.message)}**`, '']),
    ...(error?.hint === undefined ? [] : [escapeMarkdown(error.hint), '']),
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    ...(report.podKept && pod !== undefined
      ? [`The pod was kept; remove it with ${code(removalCommand(pod))}.`, '']
      : []),
  ];
  return lines.join('\n');
}

/** Text of any origin: no Markdown, no HTML, one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD')
    .replace(/[\\`*_{}[\]()#+!|~@:]/g, '\\$&')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Inline code; a backtick cannot end it early, a pipe cannot end the cell. */
function code(text: string): string {
  return `<code>${text.replace(/[^A-Za-z0-9 ._/@=,-]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;
}
