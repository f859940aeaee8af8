import type { KeyValue } from '../inputs/values/key-value.ts';
import { expand, unknown, type Variables } from './expand.ts';
import type { Dockerfile } from './parse.ts';
import { splitQuotedWords } from './words.ts';

/** Variables that BuildKit sets by itself. Their values depend on the node. */
const automatic = ['TARGET', 'BUILD'].flatMap((kind) =>
  ['PLATFORM', 'OS', 'ARCH', 'VARIANT', 'OSVERSION'].map((part) => `${kind}${part}`),
);

/** The variables that FROM can use: the ARGs before the first FROM. A build argument overrides the default of its ARG. */
export function globalArguments(
  { instructions, escape }: Dockerfile,
  buildArgs: readonly KeyValue[],
): Variables {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]));
  // Builders differ in whether FROM can use a build argument without an ARG.
  const variables = new Map<string, string | undefined>(
    [...automatic, ...given.keys()].map((name) => [name, unknown]),
  );
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
