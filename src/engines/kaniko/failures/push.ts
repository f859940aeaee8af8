import { registryOf } from '../../../inputs/values/reference.ts';
import { credentialSources } from '../../../logins/sources.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';
import {
  hasForeignCertificate,
  isDenied,
  readResponse,
  type RegistryResponse,
} from './response.ts';
import { rule, words, type Rule } from './rule.ts';

const checkLogin = `Check the credentials of ${credentialSources}, and the repository.`;

/** A push that a registry has refused, or was not available for. */
export const pushFailures: readonly Rule[] = [
  (error, build) => {
    const isBuilt = error.startsWith('error pushing image');
    if (!isBuilt && !error.startsWith('error checking push permissions')) return undefined;
    const push = { registry: registryIn(error), build, isBuilt };
    const response = readResponse(error);
    const isUnclear = response === undefined || response.kind === 'unclear';
    // An unknown certificate is the cause, whatever the server has returned on plain HTTP.
    if (isUnclear && isDenied(error) && !hasForeignCertificate(error)) return explainDenied(push);
    return response === undefined ? explainRealm(error, push) : explainResponse(response, push);
  },
];

/** Every other error of a push. */
export const otherPushes: readonly Rule[] = [
  rule(
    /^error checking push permissions(?:.*checking push permission for "[^"]*")?: (.*)/,
    ([reason = '']) => ({ message: `the check of the push failed: ${words(reason)}` }),
  ),
  rule(/^error pushing image: (.*)/, ([reason = '']) => ({
    message: `the image was built, but pushing it failed: ${words(reason)}`,
    hint: checkLogin,
  })),
];

/** The registry of the image in an error; undefined without one. */
function registryIn(error: string): string | undefined {
  const [, checked, pushed] =
    /checking push permission for "([^"]+)"|failed to push to destination (\S+): /.exec(error) ??
    [];
  const reference = checked ?? pushed;
  // As in 'tags': references to Docker Hub may have no registry.
  return reference && (registryOf(reference) ?? reference);
}

interface Push {
  /** Undefined if the error does not name it. */
  readonly registry: string | undefined;
  readonly build: FailedBuild;
  readonly isBuilt: boolean;
}

function explain({ isBuilt }: Push, clause: string, rest: Omit<Diagnosis, 'message'>): Diagnosis {
  return { message: isBuilt ? `the image was built, but ${clause}` : clause, ...rest };
}

function explainDenied(push: Push): Diagnosis {
  const { registry, build } = push;
  const name = registry === undefined ? 'the registry' : `the registry ${registry}`;
  const without = build.withoutLogin.filter((host) => registry === undefined || host === registry);
  const hint =
    without.length === 0
      ? checkLogin
      : `No credentials for ${without.join(' and ')} were found. Provide them with ${credentialSources}.`;
  return explain(push, `${name} denied the push`, { hint });
}

/** A registry whose token service kaniko does not send credentials to. */
function explainRealm(error: string, push: Push): Diagnosis | undefined {
  const reason = /invalid realm in www-authenticate: (.*)/.exec(error)?.[1];
  if (reason === undefined) return undefined;
  return explain(
    push,
    `kaniko refuses the token service of the registry ${push.registry ?? ''}: ${words(reason)}`,
    {
      hint: 'Configure a token service in the registry that has HTTPS and a host name, or is at the address of the registry.',
    },
  );
}

function explainResponse(response: RegistryResponse, push: Push): Diagnosis {
  const { kind, words, path, canPass } = response;
  const registry = push.registry ?? response.host;
  const retry = canPass && !push.isBuilt ? { beforeBuild: true } : {};
  if (kind === 'missing' && path === '/v2/') {
    return explain(push, `the server ${registry} is not a registry: ${words}`, {
      hint: "Correct 'tags'.",
    });
  }
  switch (kind) {
    case 'immutable':
      return explain(push, `the registry ${registry} does not overwrite the tag: ${words}`, {
        hint: "Use another tag in 'tags', or allow the registry to overwrite tags.",
      });
    case 'limited':
      return explain(push, `the registry ${registry} limits the number of requests: ${words}`, {
        hint: 'Run the step again later, or use credentials with a higher limit.',
        ...retry,
      });
    case 'missing':
      return explain(
        push,
        `the repository ${repositoryOf(path)} does not exist in the registry ${registry}: ${words}`,
        {
          hint: 'Create the repository: registries such as Amazon ECR do not create it with the first push.',
        },
      );
    case 'unavailable':
      return explain(push, `the registry ${registry} is unavailable: ${words}`, {
        hint: 'Run the step again.',
        ...retry,
      });
    case 'unclear':
      return explain(push, `the registry ${registry} refused the push: ${words}`, retry);
  }
}

/** @param path of a request: `/v2/NAME/blobs/…` or `/v2/NAME/manifests/…`. */
function repositoryOf(path: string): string {
  return path.replace(/^\/v2\//, '').replace(/\/(?:blobs|manifests)\/.*$/, '');
}
