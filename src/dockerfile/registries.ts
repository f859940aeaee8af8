import type { KeyValue } from '../inputs/values/key-value.ts';
import { registryOf } from '../inputs/values/reference.ts';
import { expand, unknown } from './expand.ts';
import { globalArguments } from './global-arguments.ts';
import { fileImagesOf } from './instruction.ts';
import type { Dockerfile } from './parse.ts';

/**
 * The registries that a Dockerfile names in FROM, `COPY --from` and `RUN --mount=from`, each once and in order. Docker Hub is
 * `index.docker.io`. In FROM, variables get the values of the ARGs before the first FROM; a registry counts if it is certain,
 * whatever the rest of the reference is. Ignores stages, `scratch`, and ONBUILD, which runs in other builds.
 */
export function registriesOf(
  dockerfile: Dockerfile,
  buildArgs: readonly KeyValue[],
): readonly string[] {
  const variables = globalArguments(dockerfile, buildArgs);
  const names = new Set(['scratch']);
  const registries = new Set<string>();
  const addRegistry = (image: string): void => {
    if (names.has(image.toLowerCase()) || /^\d*$/.test(image)) return;
    const registry = certainRegistry(image);
    if (registry !== undefined) registries.add(registry);
  };
  for (const { base, name, instructions } of dockerfile.stages) {
    addRegistry(expand(base, variables, dockerfile.escape));
    if (name !== undefined) names.add(name);
    instructions.flatMap(fileImagesOf).forEach(addRegistry);
  }
  return [...registries];
}

/**
 * The registry of a reference in which only a part can be known. A reference without a slash is an image of Docker Hub if the
 * name ends in its known part; a name alone could be that of a stage.
 */
function certainRegistry(image: string): string | undefined {
  const known = image.split(unknown, 1)[0] ?? '';
  if (known === image) return registryOf(image);
  const slash = image.indexOf('/');
  if (slash === -1) return /[:@]/.test(known) ? registryOf(known) : undefined;
  return slash < known.length ? registryOf(`${known.slice(0, slash)}/image`) : undefined;
}
