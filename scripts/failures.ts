// Writes docs/failures.md: the messages of failed steps, from the cases of __tests__/bad-inputs.
//
//   node scripts/failures.ts
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chapters } from '../__tests__/bad-inputs/chapters.ts';
import type { BadInput, Chapter } from '../__tests__/bad-inputs/run.ts';

const introduction = `<!-- Generated from __tests__/bad-inputs by: node scripts/failures.ts -->

# Messages of failed steps

Each of these mistakes ends the step with exit code 1 and one annotation: what was tried, what happened, what to change. The step leaves no pod. A value in angle brackets differs between runs, or between inputs.
`;

export const failuresPath = resolve(import.meta.dirname, '..', 'docs', 'failures.md');

/** The whole document, in the format of Prettier. */
export function renderFailures(all: readonly Chapter[]): string {
  return [introduction, ...all.map(renderChapter)].join('\n');
}

function renderChapter({ title, cases }: Chapter): string {
  const families = new Map<string, BadInput[]>();
  for (const bad of cases) {
    const name = bad.family?.name ?? bad.name;
    families.set(name, [...(families.get(name) ?? []), bad]);
  }
  return [`## ${title}\n`, ...[...families].map(renderFamily)].join('\n');
}

/** One mistake, or the same mistake in several inputs. */
function renderFamily([name, members]: readonly [string, readonly BadInput[]]): string {
  const heading = name.replace(/^./, (letter) => letter.toUpperCase());
  const sentences = new Set(members.map(generalSentence));
  const [sentence = ''] = sentences;
  if (sentences.size > 1)
    throw new Error(`the messages of "${name}" differ in more than the input`);
  const inputs = members.flatMap(({ family }) => (family === undefined ? [] : [family.input]));
  const where =
    inputs.length === 0
      ? ''
      : `\nThe same for ${inputs.map((input) => `\`${input}\``).join(', ')}.\n`;
  const wait = members[0]?.wait;
  const pause = wait === undefined ? '' : `\nThis takes longer: ${wait}.\n`;
  return `### ${heading}\n\n\`\`\`text\n${sentence}\n\`\`\`\n${where}${pause}`;
}

function generalSentence({ sentence, family }: BadInput): string {
  return family === undefined ? sentence : sentence.replace(`'${family.input}'`, "'<input>'");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(failuresPath, renderFailures(chapters));
  console.log(`${join('docs', 'failures.md')} is written`);
}
