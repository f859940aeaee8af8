import { expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from '../../../src/inputs/values/duration.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: '90s', ms: 90_000 },
  { text: '5m', ms: 300_000 },
  { text: '1h30m', ms: 5_400_000 },
  { text: '1.5h', ms: 5_400_000 },
  { text: '1000ms', ms: 1_000 },
  { text: '1s500ms', ms: 1_500 },
  { text: '24h', ms: 86_400_000 },
])('reads $text', ({ text, ms }) => {
  expect(parseDuration(text, 24)).toBe(ms);
});

const hint = 'Use a duration such as 90s, 5m or 1h30m.';

test.each([
  { text: '5', problem: '"5" is not a duration' },
  { text: '5 m', problem: '"5 m" is not a duration' },
  { text: '1d', problem: '"1d" is not a duration' },
  { text: '-5m', problem: '"-5m" is not a duration' },
  { text: '', problem: '"" is not a duration' },
  { text: '0s', problem: '"0s" is not between 1s and 24h' },
  { text: '999ms', problem: '"999ms" is not between 1s and 24h' },
  { text: '25h', problem: '"25h" is not between 1s and 24h' },
])('refuses "$text"', ({ text, problem }) => {
  expect(problemsOf(() => parseDuration(text, 24))).toEqual([{ text: problem, hint }]);
});

test.each([
  { ms: 336 * 3_600_000, text: '1209600s' },
  { ms: 10, text: '1s' },
])('writes $ms ms', ({ ms, text }) => {
  expect(formatDuration(ms)).toBe(text);
});
