import type { Instruction } from '../../../dockerfile/instruction.ts';
import { pulledRepository } from '../../../inputs/values/reference.ts';
import { credentialSources } from '../../../logins/sources.ts';
import { findNearest } from '../../../text/nearest.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';
import { findImage } from '../failing-instruction.ts';
import { readRetrieved } from '../retrieved-image.ts';
import { isDenied, readResponse, type RegistryResponse } from './response.ts';
import { at, words as cut, type Rule } from './rule.ts';

/** Responses of a registry to a pull. Those to a push are explained before. */
export const explainPull: Rule = (error, build) => {
  const response = readResponse(error);
  if (response === undefined) return undefined;
  const { host, words } = response;
  const image = pulledImage(response, build);
  const found = image && findImage(build.dockerfile, image.repository, image.tag);
  const correct = `Correct ${correction(image, found, build)}.`;
  const isUnknown = /\b(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)\b/.test(words);
  if (isUnknown && image?.isRequested === true) {
    const registry = host === 'index.docker.io' ? '' : `${host}/`;
    return {
      message: `the base image ${registry}${image.repository}:${image.tag} does not exist`,
      hint: correct,
      ...at(found),
    };
  }
  if (isDenied(words)) {
    const name = image === undefined ? 'a base image' : `the base image ${image.name}`;
    return {
      message: `pull access denied for ${name}: the repository does not exist or requires credentials`,
      hint: `${correct} If it is correct, provide credentials with ${credentialSources}, and list the registry in 'pull-logins'.`,
      ...at(found),
    };
  }
  return { ...explainOther(response), ...at(found) };
};

interface PulledImage {
  /** For the message. */
  readonly name: string;
  /** Without the registry. */
  readonly repository: string;
  /** A tag or a digest; empty without one. */
  readonly tag: string;
  /** True if the failed request was for the image itself, not for a token. */
  readonly isRequested: boolean;
}

/** The image of the request, or the last one in the log if the request was for a token. */
function pulledImage({ path }: RegistryResponse, { tail }: FailedBuild): PulledImage | undefined {
  const [, repository, tag = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]*)$/.exec(path) ?? [];
  if (repository !== undefined) return { name: repository, repository, tag, isRequested: true };
  const reference = tail.map(readRetrieved).findLast((found) => found !== undefined);
  const pulled = reference === undefined ? undefined : pulledRepository(reference);
  if (reference === undefined || pulled === undefined) return undefined;
  const [, named = ''] = /[:@]([^/]*)$/.exec(reference) ?? [];
  return { name: cut(reference), repository: pulled.path, tag: named, isRequested: false };
}

/** What to correct: with the stage that COPY --from may have meant. */
function correction(
  image: PulledImage | undefined,
  found: Instruction | undefined,
  { dockerfile }: FailedBuild,
): string {
  if (image === undefined || found?.name !== 'copy') return 'the image in FROM';
  const earlier = dockerfile.stages.filter(({ from }) => from.line < found.line);
  const names = earlier.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const nearest = findNearest(image.repository.replace(/^library\//, ''), names);
  return nearest === undefined
    ? 'the image or stage in COPY --from'
    : `COPY --from: the nearest stage is ${nearest}`;
}

function explainOther({ kind, host, words }: RegistryResponse): Diagnosis {
  if (kind === 'limited') {
    return {
      message: `the registry ${host} limits the number of pulls: ${words}`,
      hint: `Provide credentials for it with ${credentialSources}, or a mirror with 'registry-mirrors'.`,
    };
  }
  return kind === 'unavailable'
    ? { message: `the registry ${host} is unavailable: ${words}`, hint: 'Run the step again.' }
    : { message: `the registry ${host} refused the pull: ${words}` };
}
