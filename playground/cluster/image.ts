import type { Container } from './pod.ts';
import { imageKind } from './program.ts';

export interface ImageProblem {
  readonly reason: string;
  readonly message: string;
  /** The message of the kubelet from the second try on; undefined if it does not try again. */
  readonly backOff: string | undefined;
}

/** Why the image of a container cannot be pulled, with the message of the kubelet; undefined if the playground has a program for it. */
export function imageProblem({ image, imagePullPolicy }: Container): ImageProblem | undefined {
  const repository = repositoryOf(image);
  if (/[A-Z]/.test(repository)) return invalidName(image, repository);
  if (imageKind(image) !== undefined) return undefined;
  if (imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    return { reason: 'ErrImageNeverPull', message, backOff: undefined };
  }
  const resolved = withTag(image);
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${resolved}": failed to resolve reference "${resolved}": ${resolved}: not found`;
  const backOff = `Back-off pulling image "${image}": ErrImagePull: ${message}`;
  return { reason: 'ErrImagePull', message, backOff };
}

function invalidName(image: string, repository: string): ImageProblem {
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format: repository name (${repository}) must be lowercase`;
  return { reason: 'InvalidImageName', message, backOff: undefined };
}

/** Without host, tag and digest. The part before the first slash is a host if it has a dot, a colon or an upper-case letter. */
function repositoryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const path = (isHost ? rest : [first, ...rest]).join('/').replace(/[:@].*$/, '');
  return rest.length === 0 ? `library/${path}` : path;
}

function withTag(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}
