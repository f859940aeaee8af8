import type { KeyValue } from '../inputs/values/key-value.ts';
import { expand, unknown, type Variables } from './expand.ts';
import type { Dockerfile } from './parse.ts';
import type { Stage } from './stages.ts';
import { splitQuotedWords } from './words.ts';

/** Variables that BuildKit sets by itself. Without a build argument, their values depend on the node. */
const automatic = ['TARGET', 'BUILD'].flatMap((kind) =>
  ['PLATFORM', 'OS', 'ARCH', 'VARIANT', 'OSVERSION'].map((part) => `${kind}${part}`),
);

/** The variables that FROM can use: the ARGs before the first FROM. A build argument overrides the default of its ARG. */
export function globalArguments(
  { instructions, escape }: Dockerfile,
  buildArgs: readonly KeyValue[],
): Variables {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]));
  const variables = new Map<string, string | undefined>([
    // Builders differ in whether FROM can use a build argument without an ARG.
    ...buildArgs.map(({ key }) => [key, unknown] as const),
    ...automatic.map((name) => [name, given.get(name) ?? unknown] as const),
  ]);
  for (const { name, rest } of instructions) {
    if (name === 'from') break;
    if (name !== 'arg') continue;
    for (const word of splitQuotedWords(rest, escape).words) {
      const [, variable = '', initial] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const value = initial === undefined ? undefined : expand(initial, variables, escape);
      variables.set(variable, given.get(variable) ?? value ?? variables.get(variable));
    }
  }
  return variables;
}

/** The stages with the values of the variables in their bases. A base that is not known as a whole stays as it is written. */
export function expandBases(
  dockerfile: Dockerfile,
  buildArgs: readonly KeyValue[],
): readonly Stage[] {
  const variables = globalArguments(dockerfile, buildArgs);
  return dockerfile.stages.map((stage) => {
    const base = expand(stage.base, variables, dockerfile.escape);
    return base.includes(unknown) ? stage : { ...stage, base };
  });
}
