import type { Diagnosis } from '../engine.ts';
import { findImage } from '../failing-instruction.ts';
import { isDenied, readResponse, type RegistryResponse } from './response.ts';
import { at, type Rule } from './rule.ts';

/** Responses of a registry to a pull. Those to a push are explained before. */
export const explainPull: Rule = (error, build) => {
  const response = readResponse(error);
  if (response === undefined) return undefined;
  const { host, path, words } = response;
  const [, repository, tag = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]*)$/.exec(path) ?? [];
  const name = repository === undefined ? 'a base image' : `the base image ${repository}`;
  const image = repository === undefined ? undefined : findImage(build.dockerfile, repository, tag);
  if (repository !== undefined && /\b(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)\b/.test(words)) {
    const registry = host === 'index.docker.io' ? '' : `${host}/`;
    return {
      message: `the base image ${registry}${repository}:${tag} does not exist`,
      hint: 'Correct the image in FROM.',
      ...at(image),
    };
  }
  if (isDenied(words)) {
    return {
      message: `pull access denied for ${name}`,
      hint: "Provide credentials with 'docker-config', and list the registry in 'pull-logins'.",
      ...at(image),
    };
  }
  return { ...explainOther(response), ...at(image) };
};

function explainOther({ kind, host, words }: RegistryResponse): Diagnosis {
  if (kind === 'limited') {
    return {
      message: `the registry ${host} limits the number of pulls: ${words}`,
      hint: "Provide credentials for it with 'docker-config', or a mirror with 'registry-mirrors'.",
    };
  }
  return kind === 'unavailable'
    ? { message: `the registry ${host} is unavailable: ${words}`, hint: 'Run the step again.' }
    : { message: `the registry ${host} refused the pull: ${words}` };
}
