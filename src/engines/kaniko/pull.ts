import type { Instruction } from '../../dockerfile/instruction.ts';
import type { FailedBuild } from '../engine.ts';
import { findImage } from '../failing-instruction.ts';
import { readResponse } from './response.ts';
import { at, rule, type Rule } from './rule.ts';

/** A base image that a registry has refused, or was not available for. */
export const pullFailures: readonly Rule[] = [
  rule(
    /GET https?:\/\/([^/\s]+)\/v2\/(\S+)\/manifests\/([^:\s]+(?::[0-9a-f]+)?): .*(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)/,
    ([host = '', repository = '', tag = ''], { dockerfile }) => ({
      message: `the base image ${host === 'index.docker.io' ? '' : `${host}/`}${repository}:${tag} does not exist`,
      hint: 'Correct the image in FROM.',
      ...at(findImage(dockerfile, repository, tag)),
    }),
  ),
  (error, build) => {
    const response = readResponse(error);
    if (response?.kind !== 'limited') return undefined;
    const { host, words } = response;
    return {
      message: `the registry ${host} limits the number of pulls: ${words}`,
      hint: "Provide credentials for it with 'docker-config', or a mirror with 'registry-mirrors'.",
      ...at(imageOf(response.path, build)),
    };
  },
  rule(
    /GET \S+\/v2\/(?:(\S+)\/manifests\/\S+|\S*): .*(?:UNAUTHORIZED|DENIED)/,
    ([repository = ''], { dockerfile }) => ({
      message: `pull access denied for ${repository === '' ? 'a base image' : `the base image ${repository}`}`,
      hint: "Provide credentials with 'docker-config', and list the registry in 'pull-logins'.",
      ...at(repository === '' ? undefined : findImage(dockerfile, repository, '')),
    }),
  ),
];

/** Every other response of a registry to a pull. */
export const otherPulls: Rule = (error, build) => {
  const response = readResponse(error);
  if (response === undefined) return undefined;
  const { host, words, kind } = response;
  const line = at(imageOf(response.path, build));
  return kind === 'unavailable'
    ? {
        message: `the registry ${host} is unavailable: ${words}`,
        hint: 'Run the step again.',
        ...line,
      }
    : { message: `the registry ${host} refused the pull: ${words}`, ...line };
};

function imageOf(path: string, { dockerfile }: FailedBuild): Instruction | undefined {
  const [, repository, tag = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/(.*)$/.exec(path) ?? [];
  return repository === undefined ? undefined : findImage(dockerfile, repository, tag);
}
