import type { KeyValue } from '../inputs/values/key-value.ts';
import { pulledRepository, type PulledRepository } from '../inputs/values/reference.ts';
import { fileImagesOf } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import { splitQuotedWords } from './words.ts';

/**
 * The repositories that a Dockerfile names in FROM, `COPY --from` and `RUN --mount=from`, each once and in order. In FROM,
 * variables get the values of the ARGs before the first FROM. Ignores stages, `scratch`, references with unknown variables, and
 * ONBUILD, which runs in other builds.
 */
export function pulledRepositories(
  dockerfile: Dockerfile,
  buildArgs: readonly KeyValue[],
): readonly PulledRepository[] {
  const variables = readVariables(dockerfile, buildArgs);
  const names = new Set(['scratch']);
  const repositories = new Map<string, PulledRepository>();
  const add = (image: string): void => {
    if (names.has(image.toLowerCase()) || /^\d*$/.test(image)) return;
    const repository = pulledRepository(image);
    if (repository !== undefined) {
      repositories.set(`${repository.host}/${repository.path}`, repository);
    }
  };
  for (const { base, name, instructions } of dockerfile.stages) {
    add(expand(base, variables) ?? '');
    if (name !== undefined) names.add(name);
    instructions.flatMap(fileImagesOf).forEach(add);
  }
  return [...repositories.values()];
}

type Variables = ReadonlyMap<string, string>;

/** The variables that FROM can use: the ARGs before the first FROM. A build argument overrides the default of its ARG. */
function readVariables(
  { instructions, escape }: Dockerfile,
  buildArgs: readonly KeyValue[],
): Variables {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]));
  const variables = new Map<string, string>();
  for (const { name, rest } of instructions) {
    if (name === 'from') break;
    if (name !== 'arg') continue;
    for (const word of splitQuotedWords(rest, escape).words) {
      const [, variable = '', initial = ''] = /^([^=]*)=?(.*)$/s.exec(word) ?? [];
      const value = given.get(variable) ?? expand(initial, variables);
      if (value !== undefined) variables.set(variable, value);
    }
  }
  return variables;
}

/** No image reference is longer. Without a limit, ARGs that repeat each other could fill the memory. */
const longestReference = 1_024;

/** A quoted text, a quote, a variable, or other text. A single other character is one that is not supported here. */
const parts =
  /'(?<literal>[^']*)'|"|\$(?:(?<plain>\w+)|\{(?<braced>\w+)(?::?(?<operator>[-+])(?<word>[^${}]*))?\})|(?<text>[^'"$\\`]+)|[^]/g;

/**
 * A word without its quotes and with the values of its variables: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`.
 * @returns undefined for an unknown variable, for escaped characters and for other forms.
 */
function expand(word: string, variables: Variables): string | undefined {
  let expanded = '';
  for (const { 0: part, groups = {} } of word.matchAll(parts)) {
    const value =
      part === '"' ? '' : (groups['literal'] ?? groups['text'] ?? valueOf(groups, variables));
    if (value === undefined) return undefined;
    expanded += value;
    if (expanded.length > longestReference) return undefined;
  }
  return expanded;
}

function valueOf(
  { plain, braced, operator, word = '' }: Readonly<Record<string, string | undefined>>,
  variables: Variables,
): string | undefined {
  const value = variables.get(plain ?? braced ?? '');
  const isSet = value !== undefined && value !== '';
  if (operator === '+') return isSet ? word : '';
  return operator === '-' && !isSet ? word : value;
}
