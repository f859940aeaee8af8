import { describe, expect, test } from '@jest/globals';
import { PushedDigests } from '../../../src/engines/kaniko/pushed-digests.ts';
import { parseReference } from '../../../src/inputs/values/reference.ts';
import { Random } from '../../../support/random.ts';

const one = `sha256:${'1a'.repeat(32)}`;
const two = `sha256:${'2b'.repeat(32)}`;
const tags = ['r.example:5000/a/app:1', 'r.example:5000/a/app:latest', 'app:1'].map(parseReference);
const app = 'r.example:5000/a/app';
const hub = 'index.docker.io/library/app';

function logLine(message: string): string {
  return `time="2026-11-23T09:29:40Z" level=info msg="${message}"\n`;
}

const begins = logLine('Pushing image to r.example:5000/a/app:1');

function pushed(repository: string, digest: string): string {
  return logLine(`Pushed ${repository}@${digest}`);
}

/** The digests in the output, which arrives in pieces of these sizes. */
function scan(output: string, size: () => number = () => Infinity): Record<string, string[]> {
  const digests = new PushedDigests(tags);
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + size());
    digests.push(bytes.subarray(at, end));
    at = end;
  }
  return Object.fromEntries(
    [...digests.end()].flatMap(([name, found]) => (found.size > 0 ? [[name, [...found]]] : [])),
  );
}

const cases: readonly {
  readonly name: string;
  readonly output: string;
  readonly expected: Readonly<Record<string, readonly string[]>>;
}[] = [
  { name: 'nothing in no output', output: '', expected: {} },
  {
    name: 'a push to several tags and repositories',
    output: `${begins}${pushed(app, one)}${pushed(app, one)}${pushed(hub, one)}`,
    expected: { [app]: [one], [hub]: [one] },
  },
  {
    name: 'a push to Docker Hub, whose tag is as in the input',
    output: `${logLine('Pushing image to app:1')}${pushed(hub, one)}`,
    expected: { [hub]: [one] },
  },
  {
    name: 'text without a newline in front of a line of the builder',
    output: `${begins}Pushed ${app}@${two} ${pushed(app, one)}`,
    expected: { [app]: [two, one] },
  },
  {
    name: 'every text of a line',
    output: `${begins}${`Pushed ${app}@${one} `.repeat(1_000)}Pushed ${app}@${two}`,
    expected: { [app]: [one, two] },
  },
  {
    name: 'two digests after thousands of others',
    output: `${begins}${Array.from({ length: 3_000 }, (_, n) => pushed(`decoy${n}`, one)).join('')}${pushed(app, two)}`,
    expected: { [app]: [two] },
  },
  {
    name: 'no more than two digests',
    output: `${begins}${Array.from({ length: 3_000 }, (_, n) => pushed(app, `sha256:${n.toString(16).padStart(64, '0')}`)).join('')}`,
    expected: { [app]: [0, 1].map((n) => `sha256:${n.toString(16).padStart(64, '0')}`) },
  },
  {
    name: 'no layer of a cache in the repository of a tag',
    output: `${logLine(`Pushing layer ${app}:${'c'.repeat(64)} to cache now`)}${logLine(`Pushing image to ${app}:1${'c'.repeat(63)}`)}${pushed(app, two)}${begins}${pushed(app, one)}`,
    expected: { [app]: [one] },
  },
  {
    name: 'nothing of other repositories',
    output: `${begins}${pushed('r.example:5000/a', one)}${pushed(`${app}/cache`, one)}${pushed(`x${app}`, one)}`,
    expected: {},
  },
  {
    name: 'nothing before the push',
    output: `${pushed(app, one)}${logLine('Pushing image to r.example/other:1')}${pushed(app, two)}`,
    expected: {},
  },
  {
    name: 'no incomplete digest',
    output: `${begins}Pushed ${app}@sha256:12 Pushed ${app}@${one.slice(0, -1)}`,
    expected: {},
  },
  {
    name: 'a digest at the very end',
    output: `${begins}PushPushedPushing image Pushed ${app}@${one}`,
    expected: { [app]: [one] },
  },
  {
    name: 'digests in binary output',
    output: `\u0000\u2028é${begins}é\u0000Pushed ${app}@${one}\u0000`,
    expected: { [app]: [one] },
  },
];

describe('PushedDigests', () => {
  test.each(cases)('finds $name', ({ output, expected }) => {
    expect(scan(output)).toEqual(expected);
  });

  test.each(cases)('finds $name in any pieces', ({ output, expected }) => {
    const random = new Random(1);
    const largest = [1, 7, 100, 5_000];
    for (const most of output.length > 10_000 ? largest.slice(1) : largest) {
      expect(scan(output, () => random.whole(1, most))).toEqual(expected);
    }
  });

  test.each([
    { name: 'of the beginning of a push', text: `Pushed ${app}@` },
    { name: 'of possible pushes', text: 'Pushed ' },
    { name: 'of possible beginnings', text: 'Push' },
    { name: 'of one character', text: 'P' },
  ])('reads 10 MB $name in pieces, without a newline', ({ text }) => {
    const digests = new PushedDigests(tags);
    digests.push(Buffer.from(begins));
    const piece = Buffer.from(text.repeat(Math.floor(4_000 / text.length)));
    for (let bytes = 0; bytes < 10e6; bytes += piece.length) digests.push(piece);
    digests.push(Buffer.from(pushed(app, one)));
    expect([...(digests.end().get(app) ?? [])]).toEqual([one]);
  });
});
