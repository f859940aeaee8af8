import { describe, expect, test } from '@jest/globals';
import { parseReference, type ImageReference } from '../../src/inputs/values/reference.ts';
import type { Registry, RegistryRefusal } from '../../src/ports.ts';
import { confirmDigest, type PushReport } from '../../src/result/confirmation.ts';
import { VirtualClock } from '../support/clock.ts';
import { visible } from '../support/failure.ts';
import { unreachable } from '../support/registry.ts';

const digest = `sha256:${'0a'.repeat(32)}`;
const other = `sha256:${'0b'.repeat(32)}`;
const app = 'r.example/app';
const web = 'r.example/web';
const missing: RegistryRefusal = {
  failure: new Error('the registry responded with HTTP 404 (MANIFEST_UNKNOWN: manifest unknown)'),
  isTemporary: false,
  hasResponded: true,
};

const busy: RegistryRefusal = {
  failure: new Error('the registry responded with HTTP 503'),
  isTemporary: true,
  hasResponded: true,
};

/** Undefined: it never answers. */
type Answer = string | RegistryRefusal | undefined;

/** Answers for each tag in turn; the last answer is repeated. */
class Answers implements Registry {
  readonly asked: string[] = [];
  readonly #answers: Readonly<Record<string, readonly Answer[]>>;

  constructor(answers: Readonly<Record<string, readonly Answer[]>>) {
    this.#answers = answers;
  }

  tagDigest({ text }: ImageReference, signal: AbortSignal): Promise<string | RegistryRefusal> {
    const before = this.asked.filter((tag) => tag === text).length;
    this.asked.push(text);
    const answers = this.#answers[text] ?? [unreachable];
    const answer = answers[Math.min(before, answers.length - 1)];
    if (answer !== undefined) return Promise.resolve(answer);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  }
}

function report(
  printed: Readonly<Record<string, readonly string[]>>,
  given: Partial<PushReport> = {},
): PushReport {
  const sets = new Map(Object.entries(printed).map(([name, found]) => [name, new Set(found)]));
  return { reported: [digest], printed: sets, isOutputWhole: true, ...given };
}

interface Case {
  readonly name: string;
  readonly tags?: string;
  readonly report: PushReport;
  readonly answers?: Readonly<Record<string, readonly Answer[]>>;
  readonly asked?: readonly string[];
  readonly info?: readonly string[];
}

const tag = `${app}:1`;
const printed = report({ [app]: [digest] });
const silent = report({});
const onlyOutput = `the digest is confirmed by the builder's output only: asking the registry for the digest of ${tag} failed: `;

async function confirm({ tags = tag, report: given, answers = {} }: Case): Promise<unknown> {
  const registry = new Answers(answers);
  const clock = new VirtualClock();
  const info: string[] = [];
  const ports = {
    registry,
    clock,
    info: (text: string) => {
      info.push(text);
      return Promise.resolve();
    },
  };
  const references = tags.split(' ').map(parseReference);
  const confirmed = confirmDigest(references, given, ports, new AbortController().signal);
  const result = await clock.until(
    confirmed.then(
      (value) => ({ value }),
      (error: unknown) => ({ failure: visible(error as Error) }),
    ),
    500,
  );
  return { ...result, asked: registry.asked, info };
}

describe('confirmDigest accepts', () => {
  test.each<Case>([
    {
      name: 'a digest that the registry has, without output',
      report: silent,
      answers: { [tag]: [digest] },
    },
    {
      name: 'one that the registry and the output have',
      report: printed,
      answers: { [tag]: [digest] },
    },
    {
      name: 'one that the registry has, in spite of missing output',
      report: report({ [app]: [digest] }, { isOutputWhole: false }),
      answers: { [tag]: [digest] },
    },
    {
      name: 'one that the registry has after a temporary failure',
      report: silent,
      answers: { [tag]: [unreachable, unreachable, digest] },
      asked: [tag, tag, tag],
    },
    {
      name: 'one that the registry has after it was busy, if the output confirms the digest, too',
      report: printed,
      answers: { [tag]: [busy, busy, digest] },
      asked: [tag, tag, tag],
    },
    {
      name: 'one under one of the tags of a repository: another build can push a tag again',
      tags: `${app}:latest ${tag}`,
      report: silent,
      answers: { [`${app}:latest`]: [other], [tag]: [digest] },
      asked: [`${app}:latest`, tag],
    },
    {
      name: 'one in each repository, and asks for one tag of each',
      tags: `${tag} ${app}:2 ${web}:1`,
      report: silent,
      answers: { [tag]: [digest], [`${web}:1`]: [digest] },
      asked: [tag, `${web}:1`],
    },
    {
      name: 'the output if the registry is unreachable, which is tried once',
      report: printed,
      info: [`${onlyOutput}connect ECONNREFUSED 192.0.2.1:443`],
    },
    {
      name: 'the output if the registry shows nothing to the runner',
      report: printed,
      answers: { [tag]: [missing] },
      info: [`${onlyOutput}${missing.failure.message}`],
    },
    {
      name: 'the output if the registry does not answer',
      report: printed,
      answers: { [tag]: [undefined] },
      info: [`${onlyOutput}timed out after 5 s`],
    },
  ])('$name', async (given) => {
    const { asked = [tag], info = [] } = given;
    expect(await confirm(given)).toEqual({ value: digest, asked, info });
  });
});

const twoDigests = {
  kind: 'build',
  message: `the builder reported two digests, ${digest} and ${other}, so the pushed image cannot be determined`,
  hint: 'Do not use the image. A RUN step may have changed the digest that the builder reports.',
};
const otherInRegistry = {
  kind: 'build',
  message: `the builder reported the digest ${digest}, but the registry has ${other} under ${tag}, so the pushed image cannot be determined`,
  hint: 'Run the step again if another build pushed the same tag at the same time. If none did, do not use the image: a RUN step may have changed the digest that the builder reports.',
};
const notConfirmed = (repository: string, why: string): unknown => ({
  kind: 'build',
  message: `the builder reported the digest ${digest}, but its output does not confirm it, and asking the registry for the digest of ${repository}:1 failed: ${why}`,
  hint: "Make the registry reachable from the runner, with credentials of docker login, 'registry-auths' or 'docker-config' that can pull the image, or run the step again.",
});
const refused = 'connect ECONNREFUSED 192.0.2.1:443';

describe('confirmDigest refuses', () => {
  test.each<Case & { readonly failure: unknown }>([
    {
      name: 'no digest',
      report: report({ [app]: [digest] }, { reported: [] }),
      failure: {
        kind: 'build',
        message:
          'the builder ended with exit code 0 but reported no digest, so the push cannot be confirmed',
        hint: "Remove flags from 'builder-args' that change where the digest is written.",
      },
    },
    {
      name: 'two reported digests',
      report: report({}, { reported: [digest, other] }),
      failure: twoDigests,
    },
    {
      name: 'another digest in the registry after it was busy, even if the output confirms the reported one',
      report: printed,
      answers: { [tag]: [busy, other] },
      failure: expect.objectContaining({
        message: expect.stringContaining('but the registry has') as unknown,
      }),
    },
    {
      name: 'another digest in the output',
      report: report({ [app]: [other] }),
      failure: twoDigests,
    },
    {
      name: 'a further digest in the output, even if the registry has the reported one',
      report: report({ [app]: [digest, other] }),
      answers: { [tag]: [digest] },
      failure: twoDigests,
    },
    {
      name: 'another digest for one of two repositories',
      tags: `${tag} ${web}:1`,
      report: report({ [app]: [digest], [web]: [other] }),
      failure: twoDigests,
    },
    {
      name: 'another digest in the registry',
      report: silent,
      answers: { [tag]: [other] },
      failure: otherInRegistry,
    },
    {
      name: 'another digest in the registry, even if the output has the reported one',
      report: printed,
      answers: { [tag]: [other] },
      failure: otherInRegistry,
    },
    {
      name: 'another digest under a tag if the other tags are missing',
      tags: `${app}:2 ${tag}`,
      report: printed,
      answers: { [`${app}:2`]: [missing], [tag]: [other] },
      failure: otherInRegistry,
    },
    {
      name: 'a digest without output and registry',
      report: silent,
      failure: notConfirmed(app, refused),
    },
    {
      name: 'a digest whose output has a gap, without a registry',
      report: report({ [app]: [digest] }, { isOutputWhole: false }),
      failure: notConfirmed(app, refused),
    },
    {
      name: 'a digest that the output names for one of two repositories',
      tags: `${tag} ${web}:1`,
      report: printed,
      answers: { [tag]: [digest] },
      failure: notConfirmed(web, refused),
    },
    {
      name: 'a digest without output if the registry does not have the tag',
      report: silent,
      answers: { [tag]: [missing] },
      failure: notConfirmed(app, missing.failure.message),
    },
    {
      name: 'a digest without output if the registry does not answer',
      report: silent,
      answers: { [tag]: [undefined] },
      failure: notConfirmed(app, 'timed out after 30 s'),
    },
  ])('$name', async (given) => {
    expect(await confirm(given)).toMatchObject({ failure: given.failure });
  });

  test('asks an unavailable registry again for 30 s, and quotes its last failure', async () => {
    const answers = { [tag]: [missing, unreachable] };
    expect(
      await confirm({ name: '', report: silent, answers: { [tag]: [unreachable] } }),
    ).toMatchObject({
      failure: notConfirmed(app, refused),
      asked: expect.arrayContaining([tag, tag, tag, tag]),
    });
    expect(await confirm({ name: '', report: silent, answers })).toMatchObject({ asked: [tag] });
  });
});

test('ends with the signal', async () => {
  const controller = new AbortController();
  const ports = {
    registry: new Answers({ [tag]: [undefined] }),
    clock: new VirtualClock(),
    info: () => Promise.resolve(),
  };
  const confirmed = confirmDigest([parseReference(tag)], printed, ports, controller.signal);
  controller.abort(new Error('cancelled'));
  await expect(confirmed).rejects.toThrow('cancelled');
});
