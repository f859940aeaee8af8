import { describeError } from '../errors.ts';
import type { JobLog } from '../logs/fence.ts';
import type { Job } from '../ports.ts';
import { escapeMarkdown } from '../result/summary.ts';
import type { CheckReport } from './check.ts';
import { tableLines } from './row.ts';

const tableTitle = 'What a build needs, and what was found:';
const roleTitle = 'A Role with all permissions of a build, for kubectl apply:';

/** Prints the table and the Role to the job log, outside of its groups. */
export async function printCheck({ rows, role }: CheckReport, log: JobLog): Promise<void> {
  await log.endGroup();
  await log.info(tableTitle);
  for (const line of tableLines(rows)) await log.info(line);
  if (role.length === 0) return;
  await log.info(roleTitle);
  for (const line of role) await log.info(line);
}

/** Writes the table and the Role as the job summary. A summary that cannot be written is a warning. */
export async function summarizeCheck(
  { rows, role }: CheckReport,
  isPossible: boolean,
  { job, log }: { readonly job: Job; readonly log: JobLog },
): Promise<void> {
  const cell = (text: string): string => escapeMarkdown(log.scrub(text));
  const lines = rows.map(
    ({ subject, finding, detail }) => `| ${cell(subject)} | ${finding} | ${cell(detail)} |`,
  );
  const table = ['| | | |', '|---|---|---|', ...lines].join('\n');
  const yaml = role.map((line) => `    ${log.scrub(line)}`).join('\n');
  const parts = [
    `### kube-build-push: a build ${isPossible ? 'can' : 'cannot'} start`,
    table,
    ...(role.length === 0 ? [] : [roleTitle, yaml]),
  ];
  try {
    await job.writeSummary(`${parts.join('\n\n')}\n`);
  } catch (error) {
    await log.warning(`the job summary could not be written: ${describeError(error)}`);
  }
}
