import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { fieldsOf } from '../../src/text/json.ts';
import type { Attack } from '../attack.ts';
import { secretForms, type SecretForm } from './forms.ts';
import { visibleText } from './step.ts';

/** A shorter part of a secret can be in ordinary text. */
const partLength = 8;

/** One attack for each form of a secret: it is set in the place of every input in turn. */
export const secretAttacks: readonly Attack[] = secretForms.map((form) => ({
  name: `input / ${form.name} in the place of any input is not printed`,
  run: async (signal) => {
    const leaks: string[] = [];
    for (const input of inputNames()) {
      const seen = await visibleText({ [input]: form.value }, signal);
      const part = findPart(seen, form);
      if (part !== undefined) leaks.push(`${input} (${JSON.stringify(part)})`);
    }
    if (leaks.length > 0) throw new Error(`printed for ${leaks.join(', ')}`);
  },
}));

function inputNames(): readonly string[] {
  const manifest = load(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8'));
  return Object.keys(fieldsOf(fieldsOf(manifest)['inputs']));
}

/** The line with a part of a secret, in any case of letters. */
function findPart(seen: string, { secrets }: SecretForm): string | undefined {
  const parts = secrets.flatMap((secret) =>
    Array.from({ length: Math.max(1, secret.length - partLength + 1) }, (_, start) =>
      secret.slice(start, start + partLength).toLowerCase(),
    ),
  );
  return seen.split('\n').find((line) => parts.some((part) => line.toLowerCase().includes(part)));
}
