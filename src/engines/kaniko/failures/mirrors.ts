import { pulledRepository } from '../../../inputs/values/reference.ts';
import { excerpt } from '../../../text/excerpt.ts';
import { redact } from '../../../text/redact.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';
import { findInstruction } from '../failing-instruction.ts';
import { readLogLine } from '../log-line.ts';
import { readRetrieved } from '../retrieved-image.ts';

/** A mirror that kaniko could not pull an image from. */
interface FailedMirror {
  readonly host: string;
  readonly reason: string;
}

/** Characters of a mirror's reason in the message. */
const longestReason = 150;

const hint =
  "Check that the mirror has the image, that pods in the cluster can connect to it, and that 'pull-logins' includes it if it needs credentials.";

/**
 * Adds the mirrors to the explanation of a pull that failed: kaniko's error names the original registry, which it tries last or,
 * with `mirror-fallback: false`, not at all.
 * @param diagnosis the explanation without mirrors.
 */
export function explainMirrors(
  build: FailedBuild,
  diagnosis: Diagnosis | undefined,
): Diagnosis | undefined {
  if (build.exitCode === 0) return diagnosis;
  const found = failedPull(build.tail);
  if (found === undefined) return diagnosis;
  const { image, mirrors, error } = found;
  const { host } = pulledRepository(image) ?? { host: 'the original registry' };
  const names = mirrors.map((mirror) => `${mirror.host} (${mirror.reason})`).join(' and ');
  const noun = mirrors.length === 1 ? 'mirror' : 'mirrors';
  const message = `the registry ${noun} ${names} did not provide ${image}`;
  const from = findInstruction(build.dockerfile, ['from'], (text) =>
    text.split(' ').includes(image),
  );
  const line = diagnosis?.line ?? from?.line;
  return {
    message: isNotTried(error)
      ? `${message}, and mirror-fallback is false`
      : `${message}, and neither did ${host}: ${diagnosis?.message ?? shorten(error)}`,
    hint,
    ...(line !== undefined && { line }),
  };
}

/**
 * The last pull in the output, if it failed at mirrors and was the end of the build. RUN can print the same lines, but not the
 * final error after them.
 */
function failedPull(
  tail: readonly string[],
):
  | { readonly image: string; readonly mirrors: readonly FailedMirror[]; readonly error: string }
  | undefined {
  const begin = tail.findLastIndex((text) => readRetrieved(text) !== undefined);
  const image = readRetrieved(tail[begin] ?? '');
  if (image === undefined) return undefined;
  const lines = tail.slice(begin + 1);
  const mirrors = lines.flatMap((text) => {
    const [, host, reason] = failure.exec(readLogLine(text)?.message ?? '') ?? [];
    return host === undefined || reason === undefined ? [] : [{ host, reason: shorten(reason) }];
  });
  const error = lines.findLast((text) => pullError.test(text));
  return mirrors.length === 0 || error === undefined ? undefined : { image, mirrors, error };
}

const failure =
  /^Failed to retrieve image \S+ from remapped registry (\S+): (.*)\. Will try with the next registry/s;
/** kaniko's final error for an image that it could not pull. */
const pullError =
  /^error building image: .*(?:\bGET https?:\/\/|\bGet "https?:\/\/|image not found on any configured mapped registries)/i;

function isNotTried(error: string): boolean {
  return error.includes('image not found on any configured mapped registries');
}

/** A reason without the address that was requested, and without that of a second attempt over plain HTTP. */
function shorten(reason: string): string {
  const bare = reason
    .replace(/^error building image: /, '')
    .replace(/^unable to complete operation after \d+ attempts, last error: /, '')
    .replace(/^(?:GET \S+: (?=\S)|Get "[^"]*": )/, '')
    .replace(/; (?:map\[|GET http|Get "http).*$/s, '');
  return excerpt(redact(bare), longestReason);
}
