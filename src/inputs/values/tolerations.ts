import { isFields, type Fields } from '../../text/json.ts';
import { suggest } from '../../text/nearest.ts';
import { InvalidInput, invalid, quote, type Problem } from '../../text/problem.ts';
import { loadYaml } from '../../text/yaml.ts';
import { parseAttributes } from './key-value.ts';
import { parseItems, type Item } from './list.ts';

const keys = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'];
const operators = ['Exists', 'Equal', 'Lt', 'Gt'];
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const example = 'Write key=a,operator=Exists,effect=NoSchedule;…, or a YAML list.';

/**
 * Tolerations as a YAML list or in the notation of buildx, `key=a,operator=Exists;key=b,value=c`, with `;` or newlines
 * between them.
 * @throws InvalidInput
 */
export function parseTolerations(text: string): readonly Toleration[] {
  return /^(?:\s*#.*\n)*\s*[A-Za-z]+\s*=/.test(text) ? parsePairs(text) : parseYaml(text);
}

function parsePairs(text: string): readonly Toleration[] {
  const items = text.split('\n').flatMap((line, index) =>
    line
      .split(';')
      .map((element): Item => ({ text: element.trim(), line: index + 1 }))
      .filter((item) => item.text !== '' && !item.text.startsWith('#')),
  );
  return parseItems(items, (item) => toToleration(Object.fromEntries(parseAttributes(item))));
}

function parseYaml(text: string): readonly Toleration[] {
  const document = loadYaml(text, example);
  if (!Array.isArray(document)) throw invalid('it is not a list', example);
  const problems: Problem[] = [];
  const tolerations = document.map((entry: unknown, index) => {
    try {
      if (!isFields(entry)) throw invalid('it is not a mapping', example);
      return toToleration(entry);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(
        ...error.problems.map((found) => ({
          ...found,
          text: `element ${index + 1}: ${found.text}`,
        })),
      );
      return {};
    }
  });
  if (problems.length > 0) throw new InvalidInput(problems);
  return tolerations;
}

function toToleration(fields: Fields): Toleration {
  for (const key of Object.keys(fields)) {
    if (!keys.includes(key))
      throw invalid(`${quote(key)} is not a field of a toleration`, suggest(key, keys));
  }
  const key = readText(fields, 'key');
  const operator = readText(fields, 'operator');
  const value = readText(fields, 'value');
  const effect = readText(fields, 'effect');
  checkChoice('operator', operator, operators);
  checkChoice('effect', effect, effects);
  if (operator === 'Exists' && value !== undefined && value !== '') {
    throw invalid(
      'the operator "Exists" does not accept a value',
      'Remove the value, or use the operator Equal.',
    );
  }
  if (key === undefined && operator !== 'Exists') {
    throw invalid(
      'the toleration has no key',
      'Add the key of the taint, or use the operator Exists.',
    );
  }
  const seconds = readSeconds(fields['tolerationSeconds']);
  return {
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(value !== undefined && { value }),
    ...(effect !== undefined && { effect }),
    ...(seconds !== undefined && { tolerationSeconds: seconds }),
  };
}

function readText(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  // YAML reads an unquoted true or 1 as a boolean or a number.
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  throw invalid(`${quote(key)} is not a string`, example);
}

function readSeconds(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = Number(value);
  if (Number.isInteger(seconds)) return seconds;
  throw invalid('tolerationSeconds is not a whole number', 'Write seconds, for example 300.');
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw invalid(`${quote(value)} is not a value of ${name}`, suggest(value, choices));
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}
