// The step with kaniko builds the image that BuildKit builds, or one with a known difference.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { account, cluster } from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import {
  buildWithAction,
  buildWithBuildKit,
  type Outcome,
  type Places,
} from './images/build-case.ts';
import { startBuildKit, type BuildKit } from './images/buildkit.ts';
import { announcedFeatures, type Case, type Difference } from './images/case.ts';
import { cases } from './images/cases/all.ts';
import { differencesOf } from './images/differences.ts';
import { readManifest } from './registry.ts';

interface Setup {
  readonly buildKit: BuildKit;
  readonly places: Places;
}

const { buildKitImage, builderImage, registry } = cluster;
const missing =
  needs('KBP_BUILDKIT_IMAGE', buildKitImage) ?? needs('KBP_BUILDER_IMAGE', builderImage);
const google = 'kaniko/executor-google';
const googleImage = (await readManifest({ host: registry }, google, 'v1'))
  ? `${registry}/${google}:v1`
  : undefined;
const names = ['BuildKit', 'kaniko'] as const;

/** BuildKit starts with the first case that runs. */
let setup: Promise<Setup> | undefined;
const built = new Map<string, Promise<Outcome>>();

async function start(): Promise<Setup> {
  const buildKit = await startBuildKit(buildKitImage ?? '');
  try {
    const reference = referenceOf('base', 'buildkit');
    const places = { base: cluster.baseImage, web: buildKit.web };
    const base = await buildWithBuildKit({ name: 'base' }, buildKit, places, reference);
    assert.equal(base.error, '');
    return { buildKit, places: { ...places, base: reference } };
  } catch (error) {
    await buildKit.remove();
    throw error;
  }
}

function referenceOf(name: string, builder: string): string {
  return `${registry}/${account.namespace}/same-image:${name}-${builder}`;
}

/** Builds the case once for all other builders. */
function expectedOf(one: Case, { buildKit, places }: Setup): Promise<Outcome> {
  const known = built.get(one.name);
  const outcome =
    known ?? buildWithBuildKit(one, buildKit, places, referenceOf(one.name, 'buildkit'));
  built.set(one.name, outcome);
  return outcome;
}

async function compare(one: Case, image: string, builder: string): Promise<void> {
  const ready = await (setup ??= start());
  const expected = await expectedOf(one, ready);
  if (one.fails === undefined) assert.equal(expected.error, '', expected.log);
  else assert.match(expected.error, one.fails);
  const reference = referenceOf(one.name, builder);
  const outcome = await buildWithAction(one, image, ready.places, reference);
  const difference = (builder === 'google' ? one.googleDiffers : undefined) ?? one.differs;
  // Such a failure needs no announcement.
  const bothMustFail = difference === undefined && expected.image === undefined;
  if (!outcome.isRefused || bothMustFail) {
    assertDifferences(difference, sentencesOf(expected, outcome, one), outcome);
  }
  if (!bothMustFail) assertAnnounced(difference, outcome);
}

/** What differs between two outcomes. Builds that both fail are equal, whatever their errors are. */
function sentencesOf(expected: Outcome, outcome: Outcome, { times }: Case): readonly string[] {
  const [one, other] = [expected.image, outcome.image];
  if (one === undefined) {
    return other === undefined ? [] : [`BuildKit fails, kaniko does not: ${expected.error}`];
  }
  if (other === undefined) return [`kaniko fails, BuildKit does not: ${outcome.error}`];
  return differencesOf(one, other, { names, ...(times !== undefined && { times }) });
}

function assertDifferences(
  difference: Difference | undefined,
  sentences: readonly string[],
  outcome: Outcome,
): void {
  const patterns = difference?.sentences ?? [];
  const unknown = sentences.filter((sentence) => !patterns.some((one) => one.test(sentence)));
  const absent = patterns.filter((one) => !sentences.some((sentence) => one.test(sentence)));
  const text = [
    ...unknown.map((sentence) => `not expected: ${sentence}`),
    ...absent.map((pattern) => `expected, but equal: ${String(pattern)}`),
  ].join('\n');
  assert.equal(text, '', `${text}\n${outcome.log}`);
}

/** A step that refuses the build, without a pod, must announce the difference with its error. */
function assertAnnounced(difference: Difference | undefined, outcome: Outcome): void {
  const { announced, log, isRefused } = outcome;
  const features = difference === undefined ? [] : announcedFeatures(difference);
  assert.ok(
    !isRefused || features.length > 0,
    `the step refuses a build without an announced difference\n${log}`,
  );
  for (const feature of features) {
    const isAnnounced = announced.some((text) => text.includes(`: ${feature}: `));
    assert.ok(isAnnounced, `${feature}: is not announced\n${log}`);
  }
}

suite(
  'the same image as BuildKit',
  () => {
    after(async () => {
      const started = await setup?.catch(() => undefined);
      await started?.buildKit.remove();
    });
    // One line instead of one for each case.
    if (missing !== undefined) {
      testCase('all cases', () => Promise.resolve(), missing);
      return;
    }
    for (const one of cases) {
      testCase(`${one.name}: kaniko`, () => compare(one, builderImage ?? '', 'kaniko'));
      if (googleImage === undefined) continue;
      testCase(`${one.name}: Google's kaniko`, () => compare(one, googleImage, 'google'));
    }
    if (googleImage === undefined) {
      const reason = `${google}:v1 is not in ${registry}`;
      testCase("all cases: Google's kaniko", () => Promise.resolve(), reason);
    }
  },
  2,
);
