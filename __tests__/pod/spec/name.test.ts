import { expect, test } from '@jest/globals';
import { podName } from '../../../src/pod/spec/name.ts';

const zeros = new Uint8Array(10);
const counting = Uint8Array.from({ length: 10 }, (_, index) => index);

test.each([
  { name: 'a plain job', job: 'build', random: counting, expected: 'kbp-build-abcdefghij' },
  {
    name: 'upper case and spaces',
    job: 'Build & Push',
    random: zeros,
    expected: 'kbp-build-push-aaaaaaaaaa',
  },
  {
    name: 'the whole alphabet, for any byte',
    job: 'x',
    random: Uint8Array.from([25, 26, 31, 32, 57, 58, 63, 64, 254, 255]),
    expected: 'kbp-x-z27az27a67',
  },
  {
    name: 'bytes beyond the tenth are not used',
    job: 'x',
    random: new Uint8Array(32),
    expected: 'kbp-x-aaaaaaaaaa',
  },
  { name: 'dashes around the job', job: '__job__', random: zeros, expected: 'kbp-job-aaaaaaaaaa' },
  { name: 'no job', job: '', random: zeros, expected: 'kbp-build-aaaaaaaaaa' },
  {
    name: 'nothing usable in the job',
    job: 'Сборка',
    random: zeros,
    expected: 'kbp-build-aaaaaaaaaa',
  },
  {
    name: 'a job that is too long is cut to a label of 63 characters',
    job: 'j'.repeat(100),
    random: zeros,
    expected: 'kbp-jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj-aaaaaaaaaa',
  },
  {
    name: 'the cut leaves no double dash',
    job: `${'j'.repeat(47)} end`,
    random: zeros,
    expected: 'kbp-jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj-aaaaaaaaaa',
  },
])('names the pod: $name', ({ job, random, expected }) => {
  const name = podName(job, random);
  expect(name).toBe(expected);
  expect(name.length).toBeLessThanOrEqual(63);
});
