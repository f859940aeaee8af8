import { selectContext } from '../kubeconfig/check.ts';
import { decodeKubeconfig } from '../kubeconfig/decode.ts';
import { parseKubeconfig } from '../kubeconfig/document.ts';
import { invalid, quote } from '../text/problem.ts';
import { checkConflicts } from './conflicts.ts';
import { defaultImages } from './images.ts';
import type {
  BuilderInputs,
  ImageInputs,
  Inputs,
  KubeInputs,
  PodInputs,
  RegistryInputs,
  Source,
} from './inputs.ts';
import { Problems } from './problems.ts';
import { InputReader, type RawInputs } from './reader.ts';
import { parseAuthority } from './values/ca-certificate.ts';
import { parseCache } from './values/cache.ts';
import { parseDuration } from './values/duration.ts';
import {
  parseAnnotation,
  parseKeyValue,
  parseVariable,
  refuseRepeats,
  type KeyValue,
} from './values/fields.ts';
import { parseItems, type ListKind } from './values/list.ts';
import {
  checkPodAnnotation,
  checkPodLabel,
  checkSelector,
  parseNamespace,
  parseObjectName,
} from './values/name.ts';
import { parsePlatforms } from './values/platform.ts';
import { parseBytes, parseResource, type Resource } from './values/quantity.ts';
import { type ImageReference, parseReference } from './values/reference.ts';
import { parseInsecureRegistry, parseMirror, parsePullHost } from './values/registry.ts';
import { parseBoolean, parseInteger, parseWord } from './values/scalar.ts';
import { parseTemplate } from './values/template.ts';
import { parseTolerations } from './values/tolerations.ts';

/** Node's timers end at 24 days. */
const longestWaitHours = 480;
const longestCacheHours = 87_600;
const verbosities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'];

/**
 * Reads every input. Nothing is looked up outside but variables of `build-args` and the files that an input names.
 * @throws BuildError('input') that lists everything that is wrong, each with input, line and what would be right.
 */
export function parseInputs(raw: RawInputs): Inputs {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const builder = readBuilder(reader);
  const parseWait = (text: string): number => parseDuration(text, longestWaitHours);
  const inputs: Inputs = {
    source: readSource(reader),
    file: reader.text('file'),
    compressionLevel: reader.value('compression-level', (text) => parseInteger(text, 0, 9)),
    contextBufferBytes: reader.value('context-buffer', parseBytes),
    excludes: reader.list('excludes', 'lines', (text) => text),
    gitCredentials: reader.value('git-credentials', (text) => parseWord(text, ['remove', 'keep'])),
    checkDockerfile: reader.value('check-dockerfile', parseBoolean),
    image: readImage(reader),
    builder,
    kube: readKube(reader, problems),
    pod: readPod(reader),
    registry: readRegistry(reader),
    startTimeoutMs: reader.value('start-timeout', parseWait),
    timeoutMs: reader.value('timeout', parseWait),
    retries:
      reader.optional('retries', (text) => parseInteger(text, 0, 10)) ??
      (builder.engine === 'custom' ? 0 : 1),
    keepPod: reader.value('keep-pod', parseKeepPod),
    summary: reader.value('summary', parseBoolean),
  };
  checkConflicts(inputs, reader, problems);
  problems.throwIfAny();
  return deepFreeze(inputs);
}

/**
 * Reads only what leads to the cluster, for a step that runs when the files of other inputs may be gone.
 * @throws BuildError('input')
 */
export function parseKubeInputs(raw: RawInputs): KubeInputs {
  const problems = new Problems();
  const kube = readKube(new InputReader(raw, problems), problems);
  problems.throwIfAny();
  return deepFreeze(kube);
}

function parseKeepPod(text: string): Inputs['keepPod'] {
  return parseWord(text, ['never', 'on-failure', 'always']);
}

function readSource(reader: InputReader): Source {
  const text = reader.verbatim('stdin');
  if (text !== '') return { kind: 'text', text };
  const file = reader.text('stdin-file');
  if (file !== undefined) return { kind: 'file', path: file };
  return { kind: 'context', path: reader.text('context') ?? '.' };
}

function readImage(reader: InputReader): ImageInputs {
  const cache = (name: string): string | undefined =>
    reader.optional(name, () => parseCache(reader.items(name, 'lines')));
  return {
    tags: withoutRepeats(reader.list('tags', 'csv', parseReference)),
    push: reader.value('push', parseBoolean),
    buildArgs: readPairs(reader, 'build-args', 'lines', (text) =>
      parseVariable(text, (name) => reader.env(name)),
    ),
    labels: readPairs(reader, 'labels', 'lines', parseKeyValue),
    annotations: readPairs(reader, 'annotations', 'lines', parseAnnotation),
    target: reader.text('target'),
    platform: reader.optional('platforms', () => parsePlatforms(reader.items('platforms', 'csv'))),
    noCache: reader.value('no-cache', parseBoolean),
    cacheFrom: cache('cache-from'),
    cacheTo: cache('cache-to'),
    cacheTtlMs: reader.optional('cache-ttl', (text) => parseDuration(text, longestCacheHours)),
  };
}

/** Pairs with a key that is given once, or with the same value each time. */
function readPairs(
  reader: InputReader,
  name: string,
  kind: ListKind,
  parse: (text: string) => KeyValue | undefined,
): readonly KeyValue[] {
  const pairs = reader.list(
    name,
    kind,
    refuseRepeats(parse, (pair) => pair),
  );
  return pairs.filter((pair) => pair !== undefined);
}

function resourcePair({ kind, name, quantity }: Resource): KeyValue {
  return { key: `${kind}.${name}`, value: quantity };
}

function withoutRepeats(tags: readonly ImageReference[]): readonly ImageReference[] {
  const nameOf = ({ registry, repository, tag }: ImageReference): string =>
    `${registry}/${repository}:${tag}`;
  return [...new Map(tags.map((tag) => [nameOf(tag), tag])).values()];
}

function parseEngine(text: string): BuilderInputs['engine'] {
  return parseWord(text, ['kaniko', 'custom']);
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
    verbosity: reader.value('verbosity', (text) => parseWord(text, verbosities)),
  };
}

/** The node's runtime reads the reference; only what can never be one is refused here. */
function parseImage(text: string): string {
  if (!/\s/.test(text) && !text.includes('://')) return text;
  throw invalid(`${quote(text)} is not an image`, 'Write registry/repository:tag.');
}

function readKube(reader: InputReader, problems: Problems): KubeInputs {
  const context = reader.text('kube-context');
  return {
    kubeconfig: problems.collect('kubeconfig', () => readKubeconfig(reader, context), 'auto'),
    context,
    namespace: reader.optional('namespace', parseNamespace),
  };
}

/** Validated here too, so that its mistakes are reported together with those of other inputs. */
function readKubeconfig(
  reader: InputReader,
  context: string | undefined,
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
  selectContext(kubeconfig, context, (path) => isReadable(reader, path));
  return kubeconfig;
}

function isReadable(reader: InputReader, path: string): boolean {
  try {
    reader.file(path);
    return true;
  } catch {
    return false;
  }
}

function readPod(reader: InputReader): PodInputs {
  const pairs = (
    name: string,
    kind: ListKind,
    check: (pair: KeyValue) => void,
  ): Readonly<Record<string, string>> => {
    const found = readPairs(reader, name, kind, (text) => {
      const pair = parseKeyValue(text);
      check(pair);
      return pair;
    });
    return Object.fromEntries(found.map(({ key, value }) => [key, value]));
  };
  const resources = reader.list('resources', 'csv', refuseRepeats(parseResource, resourcePair));
  const amounts = (kind: 'requests' | 'limits'): Readonly<Record<string, string>> =>
    Object.fromEntries(
      resources
        .filter((resource) => resource.kind === kind)
        .map(({ name, quantity }) => [name, quantity]),
    );
  return {
    serviceAccount: reader.optional('service-account', parseObjectName),
    resources: { requests: amounts('requests'), limits: amounts('limits') },
    nodeSelector: pairs('node-selector', 'csv', checkSelector),
    tolerations: reader.optional('tolerations', parseTolerations) ?? [],
    labels: pairs('pod-labels', 'csv', checkPodLabel),
    annotations: pairs('pod-annotations', 'lines', checkPodAnnotation),
    imagePullSecrets: reader.list('image-pull-secrets', 'csv', parseObjectName),
    template: reader.optional('pod-template', (text) => {
      const isInline = text.includes('\n') || /^(?:\{|\w+:\s)/.test(text);
      return parseTemplate(isInline ? text : reader.file(text));
    }),
  };
}

function readRegistry(reader: InputReader): RegistryInputs {
  return {
    dockerConfig: reader.text('docker-config'),
    pullLogins: reader.value('pull-logins', (text) =>
      text === 'auto' || text === 'none'
        ? text
        : parseItems(reader.items('pull-logins', 'csv'), parsePullHost),
    ),
    secret: reader.optional('registry-secret', parseObjectName),
    mirrors: reader.list('registry-mirrors', 'csv', parseMirror),
    insecure: reader.list('insecure-registries', 'csv', parseInsecureRegistry),
    ca: reader.optional('registry-ca', (text) =>
      parseAuthority(text.includes('-----BEGIN') ? text : reader.file(text)),
    ),
    pushRetry: reader.value('push-retry', (text) => parseInteger(text, 0, 100)),
  };
}

/** YAML documents can refer to themselves. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
