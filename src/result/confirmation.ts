import { BuildError, describeError } from '../errors.ts';
import type { ImageReference } from '../inputs/values/reference.ts';
import { runnerCredentials } from '../logins/sources.ts';
import type { Clock, Registry, RegistryRefusal } from '../ports.ts';
import { toError } from '../time/abort.ts';
import { Backoff } from '../time/backoff.ts';
import { within } from '../time/within.ts';

/** What the builder reported about the image that it has pushed. */
export interface PushReport {
  /** The distinct digests of the termination message. A RUN step can write there, too. */
  readonly reported: readonly string[];
  /** See PushScan.end. */
  readonly printed: ReadonlyMap<string, ReadonlySet<string>>;
  /** True if all of the output was read. */
  readonly isOutputWhole: boolean;
}

export interface ConfirmationPorts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly info: (text: string) => Promise<void>;
}

/** What the registry has under a tag, or why that is not known. */
interface Held {
  readonly tag: ImageReference;
  readonly answer: string | RegistryRefusal;
}

/** How long a registry is asked if the output of the builder confirms the digest, and if it does not. */
const askMs = { withOutput: 5_000, alone: 30_000 };
const pauses = { firstMs: 500, longestMs: 5_000, jitter: 0.5 };

const doNotUse =
  'Do not use the image. A RUN step may have changed the digest that the builder reports.';

/**
 * The digest of the pushed image, confirmed for each repository of the tags: the registry has it under one of the tags, or,
 * where the registry cannot be asked, all of the output was read and names this digest alone. The termination message is not
 * a proof, because a RUN step can write to it. The output is a weaker proof than the registry: a process of a RUN step
 * can read the pipe of the output, and so take lines away.
 * @param tags that were pushed, at least one.
 * @throws BuildError if it is not confirmed.
 */
export async function confirmDigest(
  tags: readonly ImageReference[],
  report: PushReport,
  ports: ConfirmationPorts,
  signal: AbortSignal,
): Promise<string> {
  const digest = reportedDigest(report);
  const isPrinted = report.isOutputWhole && tags.every((tag) => hasPrinted(report, tag));
  const repositories = [...Map.groupBy(tags, repositoryOf).values()];
  const question = { digest, isPrinted };
  const held = await Promise.all(
    repositories.map((ours) => askRepository(ours, question, ports, signal)),
  );
  for (const { tag, answer } of held) {
    if (answer === digest) continue;
    if (typeof answer === 'string') throw otherDigest(digest, tag, answer);
    const why = `asking the registry for the digest of ${tag.text} failed: ${describeError(answer.failure)}`;
    if (!isPrinted) throw unconfirmed(digest, why);
    await ports.info(`the digest is confirmed by the builder's output only: ${why}`);
  }
  return digest;
}

/** @throws BuildError unless the builder has reported one digest, and its output no other. */
function reportedDigest({ reported, printed }: PushReport): string {
  const [digest] = reported;
  if (digest === undefined) {
    throw new BuildError(
      'build',
      'the builder ended with exit code 0 but reported no digest, so the push cannot be confirmed',
      { hint: "Remove flags from 'builder-args' that change where the digest is written." },
    );
  }
  const all = [...reported, ...[...printed.values()].flatMap((digests) => [...digests])];
  const other = all.find((found) => found !== digest);
  if (other === undefined) return digest;
  throw new BuildError(
    'build',
    `the builder reported two digests, ${digest} and ${other}, so the pushed image cannot be determined`,
    { hint: doNotUse },
  );
}

/** True if the output names a digest for the repository; then it is the reported one. */
function hasPrinted({ printed }: PushReport, tag: ImageReference): boolean {
  return (printed.get(repositoryOf(tag))?.size ?? 0) > 0;
}

function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

interface Question {
  readonly digest: string;
  /** True if the output confirms the digest: then a registry that cannot be reached is asked only once. */
  readonly isPrinted: boolean;
}

/**
 * Asks the registry for the tags of one repository until one of them has the digest: all of them were pushed with the same
 * image, but another build can push a tag again.
 * @returns the tag with the digest; else one with another digest; else one that the registry did not answer for.
 * @throws the signal's reason.
 */
async function askRepository(
  tags: readonly ImageReference[],
  question: Question,
  ports: ConfirmationPorts,
  signal: AbortSignal,
): Promise<Held> {
  let result: Held | undefined;
  for (const tag of tags) {
    const held = await askTag(tag, question, ports, signal);
    if (held.answer === question.digest) return held;
    if (typeof result?.answer !== 'string') result = held;
    // The registry is unreachable for the other tags, too.
    if (typeof held.answer !== 'string' && held.answer.isTemporary) return result;
  }
  if (result === undefined) throw new RangeError('a repository without tags');
  return result;
}

/**
 * Asks for one tag; again after temporary failures. If the output confirms the digest, a registry that cannot be reached is asked
 * once.
 * @throws the signal's reason.
 */
async function askTag(
  tag: ImageReference,
  { isPrinted }: Question,
  { registry, clock }: ConfirmationPorts,
  signal: AbortSignal,
): Promise<Held> {
  const ms = isPrinted ? askMs.withOutput : askMs.alone;
  const backoff = new Backoff(pauses);
  let last: RegistryRefusal | undefined;
  try {
    return await within({ clock, ms }, signal, async (until) => {
      for (;;) {
        const answer = await registry.tagDigest(tag, until);
        if (typeof answer === 'string' || !answer.isTemporary) return { tag, answer };
        // A registry that cannot be reached from the runner would delay every build.
        if (isPrinted && !answer.hasResponded) return { tag, answer };
        last = answer;
        await clock.sleep(backoff.next(), until);
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    const late = { failure: toError(error), isTemporary: true, hasResponded: false };
    return { tag, answer: last ?? late };
  }
}

function otherDigest(digest: string, { text }: ImageReference, other: string): BuildError {
  return new BuildError(
    'build',
    `the builder reported the digest ${digest}, but the registry has ${other} under ${text}, so the pushed image cannot be determined`,
    {
      hint: 'Run the step again if another build pushed the same tag at the same time. If none did, do not use the image: a RUN step may have changed the digest that the builder reports.',
    },
  );
}

function unconfirmed(digest: string, why: string): BuildError {
  return new BuildError(
    'build',
    `the builder reported the digest ${digest}, but its output does not confirm it, and ${why}`,
    {
      hint: `Make the registry reachable from the runner, with credentials of ${runnerCredentials} that can pull the image, or run the step again.`,
    },
  );
}
