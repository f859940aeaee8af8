/** What ends a build, in kaniko's words: the bare last line of its output. */
export class BuilderFailure extends Error {
  override readonly name = 'BuilderFailure';
}

/** What kaniko finds before the build: it shows how it is used, too. */
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

/** Needs a real builder; reported instead of building a different image. */
export function notHere(what: string): BuilderFailure {
  return stageFailure(
    `failed to execute command: the playground cannot ${what}; build this on a real cluster, by a 'kubeconfig' for it`,
  );
}
