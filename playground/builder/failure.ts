/** An error that ends a build. Its message is the last line of the output of kaniko. */
export class BuilderFailure extends Error {
  override readonly name = 'BuilderFailure';
}

/** An error before the build. kaniko then also prints its usage. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure';
}

export function buildFailure(reason: string): BuilderFailure {
  return new BuilderFailure(`error building image: ${reason}`);
}

/** A failure of one instruction. */
export function stageFailure(reason: string): BuilderFailure {
  return buildFailure(`error building stage: ${reason}`);
}

/** A feature that needs a real builder. It is reported instead of building a different image. */
export function notHere(what: string): BuilderFailure {
  return stageFailure(
    `failed to execute command: the playground cannot ${what}; build this on a real cluster, by a 'kubeconfig' for it`,
  );
}
