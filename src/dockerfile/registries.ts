import {
  Copy,
  DockerfileParser,
  From,
  Run,
  type Dockerfile,
  type Instruction,
} from 'dockerfile-ast';
import type { KeyValue } from '../inputs/values/key-value.ts';
import { registryOf } from '../inputs/values/reference.ts';

/**
 * The registries that a Dockerfile names: in FROM, COPY --from and RUN --mount=from, with ARGs that stand before the first
 * FROM filled in. Stages, `scratch` and references with unknown variables are left out. Each once, in order; Docker Hub is
 * `index.docker.io`. Empty for a text that is no Dockerfile.
 */
export function registriesOf(
  dockerfile: string,
  buildArgs: readonly KeyValue[],
): readonly string[] {
  const parsed = DockerfileParser.parse(dockerfile);
  const variables = readVariables(parsed, buildArgs);
  const stages = new Set(['scratch']);
  const registries = new Set<string>();
  for (const instruction of parsed.getInstructions()) {
    for (const reference of referencesOf(instruction, variables)) {
      if (stages.has(reference.toLowerCase()) || /^\d+$/.test(reference)) continue;
      const registry = registryOf(reference);
      if (registry !== undefined) registries.add(registry);
    }
    const stage = instruction instanceof From ? instruction.getBuildStage() : null;
    if (stage !== null) stages.add(stage.toLowerCase());
  }
  return [...registries];
}

type Variables = ReadonlyMap<string, string>;

/** What FROM can use: the ARGs before it, a build argument going before the default. */
function readVariables(parsed: Dockerfile, buildArgs: readonly KeyValue[]): Variables {
  const variables = new Map<string, string>();
  for (const property of parsed.getInitialARGs().flatMap((argument) => argument.getProperties())) {
    const name = property.getName();
    const given = buildArgs.findLast(({ key }) => key === name)?.value;
    const value = given ?? expand(property.getValue() ?? '', variables);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** Only FROM has its variables filled in. */
function referencesOf(instruction: Instruction, variables: Variables): readonly string[] {
  if (instruction instanceof From)
    return filterTexts([expand(instruction.getImage() ?? '', variables)]);
  if (instruction instanceof Copy) {
    // getFromFlag() finds it only where it is the only flag.
    const from = instruction.getFlags().find((flag) => flag.getName() === 'from');
    return filterTexts([from?.getValue()]);
  }
  if (!(instruction instanceof Run)) return [];
  const mounts = instruction.getFlags().filter((flag) => flag.getName() === 'mount');
  return filterTexts(mounts.map((flag) => flag.getOption('from')?.getValue()));
}

function filterTexts(texts: readonly (string | null | undefined)[]): readonly string[] {
  return texts.flatMap((text) => (typeof text === 'string' && text !== '' ? [text] : []));
}

/** `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`; undefined if a variable is unknown or the form is another. */
function expand(text: string, variables: Variables): string | undefined {
  const unknown: string[] = [];
  const expanded = text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?([-+])([^${}]*))?\})/g,
    (_whole, plain?: string, braced?: string, operator?: string, word?: string) => {
      const name = plain ?? braced ?? '';
      const value = variables.get(name);
      if (operator === '+') return value === undefined || value === '' ? '' : (word ?? '');
      if (operator === '-' && (value === undefined || value === '')) return word ?? '';
      if (value === undefined) unknown.push(name);
      return value ?? '';
    },
  );
  return unknown.length === 0 && !expanded.includes('$') ? expanded : undefined;
}
