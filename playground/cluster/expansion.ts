import type { Container } from './pod.ts';

type Variables = ReadonlyMap<string, string>;

/** The texts of a container as its process gets them. */
export interface ExpandedTexts {
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env: Variables;
}

/** As the kubelet: variables refer to those before them, command and arguments to all. */
export function expandTexts({ command, args = [], env = [] }: Container): ExpandedTexts {
  const variables = new Map<string, string>();
  for (const { name, value = '', valueFrom } of env) {
    // The playground has no Secrets and ConfigMaps: an optional one sets no variable.
    if (value === '' && valueFrom !== undefined) continue;
    variables.set(name, expand(value, variables));
  }
  const expanded = (text: string): string => expand(text, variables);
  return { command: command?.map(expanded), args: args.map(expanded), env: variables };
}

/**
 * The rules of `third_party/forked/golang/expansion` in Kubernetes: `$(NAME)` is the value of the variable, or stays if there is
 * none; the name is everything up to the next `)`. `$$` is one `$`. A value is not expanded again.
 */
export function expand(text: string, variables: Variables): string {
  let result = '';
  let rest = text;
  for (;;) {
    const at = rest.indexOf('$');
    // A `$` at the end is text.
    if (at === -1 || at === rest.length - 1) return result + rest;
    result += rest.slice(0, at);
    const next = rest[at + 1];
    const end = next === '(' ? rest.indexOf(')', at) : -1;
    if (end === -1) {
      result += next === '$' ? '$' : `$${next}`;
      rest = rest.slice(at + 2);
    } else {
      const name = rest.slice(at + 2, end);
      result += variables.get(name) ?? `$(${name})`;
      rest = rest.slice(end + 1);
    }
  }
}
