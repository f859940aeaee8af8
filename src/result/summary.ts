import type { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { removalCommand } from '../pod/remove.ts';
import { formatBytes } from '../text/size.ts';
import { phaseTimes, type Span } from './phases.ts';
import type { RunReport } from './report.ts';

/** The output `metadata`: the keys of buildx, and keys of this action with the prefixes `kubernetes`, `context` and `timing`. */
export function renderMetadata(inputs: Inputs, report: RunReport): string {
  const { image, pod, node, context, spans } = report;
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
    ...Object.fromEntries([...phaseTimes(spans)].map(([name, ms]) => [`timing.${name}`, ms])),
  });
}

/** A note for a build with tags and without push, in case `push` was forgotten. */
export const notPushed = "Nothing was pushed: the input 'push' is false.";

export function isUnpushed({ image }: Inputs): boolean {
  return !image.push && image.tags.length > 0;
}

/** The number of last lines of the container log in the summary of a failure. The job log has more. */
const shownLines = 15;
/** Of a longer line the beginning and the end are shown: errors end with their cause. In characters. */
const shownParts = { beginning: 200, end: 400 };

/**
 * The job summary: the image, the pod and the duration of each phase. After a failure also the message, the hint and the last
 * lines of the container log.
 * @param scrub masks secrets, which the builder may have printed.
 */
export function renderSummary(
  inputs: Inputs,
  report: RunReport,
  error: BuildError | undefined,
  scrub: (text: string) => string,
): string {
  const parts = [
    `### kube-build-push: ${howItEnded(error)}`,
    ...(error === undefined ? [] : [`**${escapeMarkdown(scrub(error.message))}**`]),
    ...(error?.hint === undefined ? [] : [escapeMarkdown(scrub(error.hint))]),
    ...(error === undefined ? [] : renderTail(report.tail.map(scrub))),
    ...(error === undefined && isUnpushed(inputs) ? [notPushed] : []),
    renderTable(['', ''], factsOf(inputs, report)),
    ...renderPhases(report),
    ...renderKept(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function howItEnded(error: BuildError | undefined): string {
  if (error === undefined) return 'succeeded';
  return error.kind === 'cancelled' ? 'cancelled' : 'failed';
}

function factsOf(inputs: Inputs, report: RunReport): readonly Row[] {
  const { image, pod, node, attempts, context, exitCode } = report;
  const rows: Row[] = [];
  if (image !== undefined) {
    for (const { text } of inputs.image.tags) rows.push(['Image', code(text)]);
    rows.push(['Digest', code(image.digest)]);
  }
  if (pod !== undefined) {
    const where = `${code(pod.name)} in ${code(pod.namespace)}`;
    rows.push(['Pod', node === '' ? where : `${where} on ${code(node)}`]);
  }
  if (exitCode !== undefined && exitCode !== 0) rows.push(['Exit code', String(exitCode)]);
  if (attempts > 1) rows.push(['Attempts', String(attempts)]);
  if (context !== undefined) {
    const { files, bytes, wireBytes } = context;
    const sizes = `${formatBytes(bytes)}, sent as ${formatBytes(wireBytes)}`;
    rows.push(['Context', `${files} files, ${sizes}`]);
  }
  return rows;
}

function renderPhases({ spans }: RunReport): readonly string[] {
  if (spans.length === 0) return [];
  const rows = [...phaseTimes(spans)].map(([phase, ms]): Row => [
    phase,
    `${(ms / 1_000).toFixed(1)} s`,
  ]);
  return [renderTable(['Phase', 'Time'], rows), renderTimeline(spans)];
}

/** The time axis of a shorter run is in milliseconds. */
const shortRunMs = 10_000;

/** A Gantt chart in Mermaid, which GitHub draws: a section for each attempt, a bar for each phase. */
function renderTimeline(spans: readonly Span[]): string {
  const lines: string[] = [];
  let section: number | undefined;
  for (const { attempt, phase, startMs, endMs } of spans) {
    if (attempt !== section)
      lines.push(`  section ${attempt === 0 ? 'Run' : `Attempt ${attempt}`}`);
    section = attempt;
    lines.push(`    ${phase} :${Math.round(startMs)}, ${Math.round(endMs - startMs)}ms`);
  }
  // Times count from the start of the run. Clock times would be shown in the time zone of the browser.
  const axis = (spans.at(-1)?.endMs ?? 0) < shortRunMs ? '%Q ms' : '%s s';
  return ['```mermaid', 'gantt', '  dateFormat x', `  axisFormat ${axis}`, ...lines, '```'].join(
    '\n',
  );
}

function renderTail(lines: readonly string[]): readonly string[] {
  const shown = lines.filter((line) => line.trim() !== '').slice(-shownLines);
  if (shown.length === 0) return [];
  const text = shown.map((line) => escapeHtml(cut(line))).join('\n');
  return [
    `<details open><summary>Last lines of the builder</summary>\n\n<pre>${text}</pre>\n\n</details>`,
  ];
}

function renderKept({ keptPods }: RunReport): readonly string[] {
  return keptPods.map((pod) => {
    const inspect = code(`kubectl describe pod ${pod.name} --namespace ${pod.namespace}`);
    return `The pod was kept. Inspect it with ${inspect}, and delete it with ${code(removalCommand(pod))}.`;
  });
}

type Row = readonly [string, string];

function renderTable(head: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  return [
    `| ${head.join(' | ')} |`,
    '|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

function cut(line: string): string {
  const { beginning, end } = shownParts;
  if (line.length <= beginning + end) return line;
  return `${line.slice(0, beginning)}…${line.slice(-end)}`.toWellFormed();
}

/** Escapes every character with a meaning in HTML or in Markdown, which is also read inside of HTML tags. */
function escapeHtml(text: string): string {
  return text
    .replace(/\p{Cc}/gu, '\uFFFD')
    .replace(/[^\p{L}\p{N} ./=,;'"%?^$-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** Makes one line without Markdown and HTML of any text. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD')
    .replace(/[\\`*_{}[\]()#+!|~@:]/g, '\\$&')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Inline code in a table cell. A backtick does not end the code, and a pipe does not end the cell. */
function code(text: string): string {
  return `<code>${text.replace(/[^A-Za-z0-9 ._/@=,-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;
}
