import { selectContext } from '../kubeconfig/check.ts';
import { decodeKubeconfig } from '../kubeconfig/decode.ts';
import { parseKubeconfig } from '../kubeconfig/document.ts';
import { withoutServerNames } from '../kubeconfig/server-names.ts';
import { invalid, quote } from '../text/problem.ts';
import { checkConflicts } from './conflicts.ts';
import { readAnnotations } from './docker/annotation.ts';
import { readCaches } from './docker/cache.ts';
import { defaultImages } from './images.ts';
import type { BuilderInputs, ImageInputs, Inputs, KubeInputs } from './inputs.ts';
import { readDockerPairs, readPairs } from './pairs.ts';
import { readPod } from './pod.ts';
import { Problems } from './problems.ts';
import { InputReader, type RawInputs } from './reader.ts';
import { readRegistry } from './registry.ts';
import { readServer } from './server.ts';
import { readSource } from './source.ts';
import { parseDuration } from './values/duration.ts';
import { parseKeyValue, parseLabel, parseVariable } from './values/key-value.ts';
import { parseNamespace } from './values/name.ts';
import { parsePlatforms } from './values/platform.ts';
import { parseBytes } from './values/quantity.ts';
import { type ImageReference, parseReference } from './values/reference.ts';
import { parseBoolean, parseChoice, parseInteger } from './values/scalar.ts';

/** A timer of Node can wait for at most 24 days. */
const longestWaitHours = 480;
const longestCacheHours = 87_600;
const verbosities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'];

/**
 * Parses and validates every input. Apart from the inputs, it reads the environment variables that `build-args` names, and
 * the files whose paths inputs contain.
 * @throws BuildError('input') with all problems, each with the input, the line in a list, and a hint.
 */
export function parseInputs(raw: RawInputs): Inputs {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const builder = readBuilder(reader);
  const parseWait = (text: string): number => parseDuration(text, longestWaitHours);
  const image = readImage(reader, problems);
  const inputs: Inputs = {
    mode: reader.value('mode', parseMode),
    ...readSource(reader, problems, image.buildArgs),
    compressionLevel: reader.value('compression-level', (text) => parseInteger(text, 0, 9)),
    contextBufferBytes: reader.value('context-buffer', parseBytes),
    excludes: reader.list('excludes', 'lines', (text) => text),
    gitCredentials: reader.value('git-credentials', (text) =>
      parseChoice(text, ['remove', 'keep']),
    ),
    workflowCredentials: reader.value('workflow-credentials', (text) =>
      parseChoice(text, ['exclude', 'keep']),
    ),
    checkDockerfile: reader.value('check-dockerfile', parseBoolean),
    image,
    builder,
    kube: readKube(reader, problems),
    pod: readPod(reader),
    registry: readRegistry(reader, problems),
    startTimeoutMs: reader.value('start-timeout', parseWait),
    timeoutMs: reader.value('timeout', parseWait),
    retries:
      reader.optional('retries', (text) => parseInteger(text, 0, 10)) ??
      (builder.engine === 'custom' ? 0 : 1),
    keepPod: reader.value('keep-pod', parseKeepPod),
    summary: reader.value('summary', parseBoolean),
    warnings: [],
  };
  checkConflicts(inputs, reader, problems);
  problems.throwIfAny();
  return deepFreeze({ ...inputs, warnings: problems.warnings });
}

/**
 * Parses only the inputs that are needed to connect to the cluster, for the post step: the files that other inputs name may
 * have been deleted by then. The files of a kubeconfig must exist: keys and tokens are not saved.
 * @param savedCa PEM for `ca-cert`, if its file does not exist any more.
 * @throws BuildError('input')
 */
export function parseKubeInputs(raw: RawInputs, savedCa?: string): KubeInputs {
  const problems = new Problems();
  const isCa = (path: string): boolean => path === raw.read('ca-cert').trim();
  const saved: RawInputs = {
    ...raw,
    readText: (path) => raw.readText(path) ?? (isCa(path) ? savedCa : undefined),
  };
  const kube = readKube(new InputReader(saved, problems), problems);
  problems.throwIfAny();
  return deepFreeze(kube);
}

function parseMode(text: string): Inputs['mode'] {
  return parseChoice(text, ['build', 'check']);
}

function parseKeepPod(text: string): Inputs['keepPod'] {
  return parseChoice(text, ['never', 'on-failure', 'always']);
}

function readImage(reader: InputReader, problems: Problems): ImageInputs {
  const tags = withoutDuplicates(reader.list('tags', 'csv', parseReference));
  const push = reader.value('push', parseBoolean);
  const platform = reader.optional('platforms', () =>
    parsePlatforms(reader.items('platforms', 'csv')),
  );
  return {
    tags,
    push,
    buildArgs: readDockerPairs(reader, 'build-args', (text) =>
      parseVariable(text, (name) => reader.env(name)),
    ),
    labels: readDockerPairs(reader, 'labels', parseLabel),
    annotations: readAnnotations(reader, problems, platform),
    target: reader.text('target'),
    platform,
    noCache: reader.value('no-cache', parseBoolean),
    ...readCaches(reader),
    cacheTtlMs: reader.optional('cache-ttl', (text) => parseDuration(text, longestCacheHours)),
  };
}

/** One reference for each tag, in the order of the input. */
function withoutDuplicates(tags: readonly ImageReference[]): readonly ImageReference[] {
  const nameOf = ({ registry, repository, tag }: ImageReference): string =>
    `${registry}/${repository}:${tag}`;
  return [...new Map(tags.map((tag) => [nameOf(tag), tag])).values()];
}

function parseEngine(text: string): BuilderInputs['engine'] {
  return parseChoice(text, ['kaniko', 'custom']);
}

function readBuilder(reader: InputReader): BuilderInputs {
  const engine = reader.value('engine', parseEngine);
  const texts = (name: string): readonly string[] => reader.list(name, 'lines', (text) => text);
  return {
    engine,
    image:
      reader.optional('builder-image', parseImage) ??
      (engine === 'custom' ? '' : defaultImages[engine]),
    command: texts('builder-command'),
    args: texts('builder-args'),
    env: readPairs(reader, 'builder-env', 'lines', parseKeyValue),
    expandVariables: reader.value('expand-variables', parseBoolean),
    verbosity: reader.value('verbosity', (text) => parseChoice(text, verbosities)),
  };
}

/** Refuses a text that cannot be an image reference. The container runtime validates the rest. */
function parseImage(text: string): string {
  if (!/\s/.test(text) && !text.includes('://')) return text;
  throw invalid(`${quote(text)} is not an image reference`, 'Write registry/repository:tag.');
}

function readKube(reader: InputReader, problems: Problems): KubeInputs {
  const context = reader.text('kube-context');
  const hideServer = reader.value('hide-server', parseBoolean);
  const server = readServer(reader, problems, hideServer);
  const read = (): KubeInputs['kubeconfig'] => readKubeconfig(reader, context, hideServer);
  return {
    ...(server ?? { kubeconfig: problems.collect('kubeconfig', read, 'auto') }),
    context,
    namespace: reader.optional('namespace', parseNamespace),
    hideServer,
  };
}

/** Validated here too, so that its mistakes are reported together with those of other inputs. */
function readKubeconfig(
  reader: InputReader,
  context: string | undefined,
  hideServer: boolean,
): KubeInputs['kubeconfig'] {
  const value = reader.text('kubeconfig');
  if (value === undefined) {
    throw invalid(
      "it is empty: the secret is empty or not passed to this event (a fork's pull request, for example)",
      "Set the secret, or use auto for the runner's kubeconfig or ServiceAccount.",
    );
  }
  if (value === 'auto') return value;
  const kubeconfig = parseKubeconfig(decodeKubeconfig(value));
  const select = (): unknown =>
    selectContext(kubeconfig, context, (path) => reader.readable(path) !== undefined);
  if (hideServer) withoutServerNames(kubeconfig, select);
  else select();
  return kubeconfig;
}

/** Values that aliases of YAML share are frozen once. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
