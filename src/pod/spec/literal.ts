import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import type { BuilderInputs } from '../../inputs/inputs.ts';

/**
 * Text that Kubernetes turns back into `text`. In `command`, `args` and `env` the kubelet replaces `$(NAME)` with the variable
 * of the container, also if its value is from a Secret, and `$$` with `$`.
 */
export function literal(text: string): string {
  return text.replaceAll('$', () => '$$');
}

/**
 * The container of an engine, with the texts of `builder-command`, `builder-args` and `builder-env` after its own. A variable of
 * `builder-env` replaces that of the engine. The program gets each text as it is. Only with `expand-variables` Kubernetes expands
 * those of the three inputs, never those of the engine: they have labels, build arguments and tags, which can come from other
 * people.
 */
export function withBuilderTexts(container: V1Container, builder: BuilderInputs): V1Container {
  const given = builder.expandVariables ? (text: string) => text : literal;
  const command = [...(container.command ?? []).map(literal), ...builder.command.map(given)];
  const args = [...(container.args ?? []).map(literal), ...builder.args.map(given)];
  const own = (container.env ?? []).map((variable) =>
    variable.value === undefined ? variable : { ...variable, value: literal(variable.value) },
  );
  const env = lastOfEachName([
    ...own,
    ...builder.env.map(({ key, value }) => ({ name: key, value: given(value) })),
  ]);
  return {
    ...container,
    ...(command.length > 0 && { command }),
    ...(args.length > 0 && { args }),
    ...(env.length > 0 && { env }),
  };
}

/** The variables without those that a later one of the same name replaces. */
function lastOfEachName(variables: readonly V1EnvVar[]): V1EnvVar[] {
  const last = new Map(variables.map((variable) => [variable.name, variable]));
  return variables.filter((variable) => last.get(variable.name) === variable);
}
