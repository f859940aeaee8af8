import type { BuildError } from '../errors.ts';
import { oneLine } from '../text/one-line.ts';

/** `warning`: a build can start, but may fail or lack something. `not checked`: nothing is known. */
export type Finding = 'ok' | 'warning' | 'failed' | 'not checked';

/** One line of the table. */
export interface Row {
  readonly subject: string;
  readonly finding: Finding;
  /** In one line; may be empty. */
  readonly detail: string;
}

/** Characters of a detail: it can quote a message of a server. */
const longestDetail = 600;

export function row(finding: Finding, subject: string, detail = ''): Row {
  return { subject, finding, detail: oneLine(detail, longestDetail) };
}

/** The row of a check that has failed, with the hint of the error. */
export function failedRow(subject: string, { message, hint }: BuildError): Row {
  const text = hint === undefined ? message : `${message.replace(/[.\s]+$/, '')}. ${hint}`;
  return row('failed', subject, text);
}

/** The table as text, one line for each row, in columns. */
export function tableLines(rows: readonly Row[]): readonly string[] {
  const width = (of: (row: Row) => string): number =>
    Math.max(0, ...rows.map((one) => of(one).length));
  const widths = [width(({ subject }) => subject), width(({ finding }) => finding)] as const;
  return rows.map(({ subject, finding, detail }) =>
    `${subject.padEnd(widths[0])}  ${finding.padEnd(widths[1])}  ${detail}`.trimEnd(),
  );
}
