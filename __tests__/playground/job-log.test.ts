import { expect, test } from '@jest/globals';
import { JobLogView } from '../../playground/job-log.ts';

const log = [
  '::add-mask::secret%25',
  '::group::Build with secret%',
  '::stop-commands::token',
  '::error::not a command',
  '::token::',
  'plain secret% line',
  '::endgroup::',
  '::warning file=a,line=1::two%0Alines',
  'last',
].join('\n');

const shown = [
  '▾ Build with ***',
  '::error::not a command',
  'plain *** line',
  'Warning: two',
  'lines',
  'last',
  '',
].join('\n');

test.each([
  ['at once', [log]],
  ['in pieces', log.split(/(?<=.)(?=.)/s)],
])('a job log that comes %s is shown as GitHub shows it', (_, pieces) => {
  const view = new JobLogView();
  expect(pieces.map((piece) => view.show(piece)).join('') + view.end()).toBe(shown);
});
