import type { KeyValue } from '../inputs/values/key-value.ts';
import { pulledRepository, type PulledRepository } from '../inputs/values/reference.ts';
import { expand, unknown } from './expand.ts';
import { globalArguments } from './global-arguments.ts';
import { fileImagesOf } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import type { Stage } from './stages.ts';

/**
 * The repositories that a Dockerfile names in FROM, `COPY --from` and `RUN --mount=from`, each once and in order. In FROM,
 * variables get the values of the ARGs before the first FROM; a repository counts if its registry is certain, with an empty path
 * if only that is. Ignores stages, `scratch`, and ONBUILD, which runs in other builds.
 * @param built the stages of the Dockerfile that are built.
 */
export function pulledRepositories(
  dockerfile: Dockerfile,
  buildArgs: readonly KeyValue[],
  built: readonly Stage[] = dockerfile.stages,
): readonly PulledRepository[] {
  const variables = globalArguments(dockerfile, buildArgs);
  const names = new Set(['scratch']);
  const pulling = new Set(built);
  const repositories = new Map<string, PulledRepository>();
  const add = (image: string): void => {
    if (names.has(image.toLowerCase()) || /^\d*$/.test(image)) return;
    const repository = certainRepository(image);
    if (repository !== undefined) {
      repositories.set(`${repository.host}/${repository.path}`, repository);
    }
  };
  for (const stage of dockerfile.stages) {
    const isBuilt = pulling.has(stage);
    if (isBuilt) add(expand(stage.base, variables, dockerfile.escape));
    if (stage.name !== undefined) names.add(stage.name);
    if (isBuilt) stage.instructions.flatMap(fileImagesOf).forEach(add);
  }
  return [...repositories.values()];
}

/**
 * The repository of a reference in which only a part can be known. A reference without a slash is an image of Docker Hub if the
 * name ends in its known part; a name alone could be that of a stage.
 */
function certainRepository(image: string): PulledRepository | undefined {
  const known = image.split(unknown, 1)[0] ?? '';
  if (known === image) return pulledRepository(image);
  const slash = image.indexOf('/');
  const isPathKnown =
    image.lastIndexOf('/') < known.length && /[:@]/.test(known.slice(known.lastIndexOf('/') + 1));
  if (isPathKnown) return pulledRepository(known);
  if (slash === -1 || slash >= known.length) return undefined;
  const some = pulledRepository(`${known.slice(0, slash)}/image`);
  return some && { ...some, path: '' };
}
