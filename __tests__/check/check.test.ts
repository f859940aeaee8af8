import { expect, test } from '@jest/globals';
import { JobDouble } from '../../runner/job-double.ts';
import { verdictOf } from '../../src/check/check.ts';
import { printCheck, summarizeCheck } from '../../src/check/print.ts';
import { row, tableLines } from '../../src/check/row.ts';
import { JobLog } from '../../src/logs/fence.ts';

const rows = [
  row('ok', 'cluster', 'https://api.example'),
  row('warning', 'list pods', 'optional'),
  row('not checked', 'node'),
];

test('prints columns without trailing spaces', () => {
  expect(tableLines(rows)).toEqual([
    'cluster    ok           https://api.example',
    'list pods  warning      optional',
    'node       not checked',
  ]);
  expect(tableLines([])).toEqual([]);
});

test('a build can start unless a check has failed', () => {
  expect(verdictOf({ rows, role: [] })).toBeUndefined();
});

test.each([
  {
    failed: [row('failed', 'pod', 'it was refused. Do this.')],
    message: 'a build cannot start: 1 of 4 checks failed: pod',
    hint: 'it was refused. Do this.',
  },
  {
    failed: [row('failed', 'pod', 'refused'), row('failed', 'get pods', 'missing')],
    message: 'a build cannot start: 2 of 5 checks failed: pod, get pods',
    hint: 'The table in the job log has the reasons.',
  },
])('reports $message', ({ failed, message, hint }) => {
  expect(verdictOf({ rows: [...rows, ...failed], role: [] })).toMatchObject({ message, hint });
});

/** Texts that a cluster or a registry can return. */
const hostile = row('failed', 'user', 'a\n::error::x\n</table>|<b>##[group] secret-value');

test('prints no workflow command, no line break and no secret of an answer', async () => {
  const job = new JobDouble();
  const log = new JobLog(job, () => 'token-of-the-fence');
  await log.mask('secret-value');
  job.text = '';
  await printCheck({ rows: [hostile], role: ['kind: Role', '::error::x'] }, log);
  expect(job.lines).toEqual([
    'What a build needs, and what was found:',
    'user  failed  a ::error::x </table>|<b>## [group] ***',
    'A Role with all permissions of a build, for kubectl apply:',
    'kind: Role',
    ': :error::x',
  ]);
});

test('writes a summary without markup of an answer', async () => {
  const job = new JobDouble();
  const log = new JobLog(job, () => 'token-of-the-fence');
  await log.mask('secret-value');
  await summarizeCheck({ rows: [...rows, hostile], role: ['kind: Role'] }, false, { job, log });
  expect(job.summary).toContain('### kube-build-push: a build cannot start\n');
  expect(job.summary).toContain('| list pods | warning | optional |\n');
  expect(job.summary).toContain('    kind: Role\n');
  expect(job.summary).not.toMatch(/<|secret-value|\|<b>/);
});

test('a summary that cannot be written is a warning', async () => {
  const job = new JobDouble();
  job.writeSummary = () => Promise.reject(new Error('no space left'));
  const log = new JobLog(job, () => 'token-of-the-fence');
  await summarizeCheck({ rows, role: [] }, true, { job, log });
  expect(job.text).toBe('::warning::the job summary could not be written: no space left\n');
});
