import { quote } from '../text/problem.ts';
import { show } from '../text/show.ts';
import { dockerInputs } from './docker/support.ts';
import type { Inputs } from './inputs.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import type { KeyValue } from './values/key-value.ts';

type Add = (input: string, text: string, hint?: string) => void;

/** Inputs that only an engine that builds a Dockerfile supports. */
const imageInputs = [
  'file',
  'tags',
  'push',
  'labels',
  'annotations',
  'build-args',
  'target',
  'check-dockerfile',
  'platforms',
  'no-cache',
  'cache-from',
  'cache-to',
  'cache-ttl',
  'verbosity',
  'docker-config',
  'pull-logins',
  'registry-auths',
  'registry-secret',
  'registry-mirrors',
  'mirror-fallback',
  'insecure-registries',
  'registry-ca',
  'push-retry',
];

/** Flags of kaniko that the action depends on, with the reason or the input to use. */
const reservedFlags: ReadonlyMap<string, string> = new Map([
  ['--context', "use 'context'"],
  ['-c', "use 'context'"],
  ['--context-sub-path', "use 'context'"],
  ['--dockerfile', "use 'file'"],
  ['-f', "use 'file'"],
  ['--destination', "use 'tags'"],
  ['-d', "use 'tags'"],
  ['--no-push', "use 'push'"],
  ['--dryrun', "use 'push'"],
  ['--target', "use 'target'"],
  ['--verbosity', "use 'verbosity'"],
  ['-v', "use 'verbosity'"],
  ['--cache-repo', "use 'cache-from' and 'cache-to'"],
  ['--digest-file', "use the output 'digest'"],
  ['--image-name-with-digest-file', "use the output 'digest'"],
  ['--image-name-tag-with-digest-file', "use the output 'digest'"],
  ['--force', 'the action always sets it'],
  ['--log-format', 'the action reads errors in the text format'],
  ['--kaniko-dir', 'the context is extracted to the default directory'],
  ['--help', 'kaniko prints its usage and does not build'],
  ['-h', 'kaniko prints its usage and does not build'],
  // With this flag kaniko exits with 0 after a refused push; the digest is already written then.
  ['--push-ignore-immutable-tag-errors', 'a failed push must fail the step'],
]);

/** Environment variables of kaniko that the action depends on, with a hint. */
const reservedVariables: ReadonlyMap<string, string> = new Map([
  ['DOCKER_CONFIG', "Use 'docker-config' or 'registry-secret'."],
  // kaniko prefers it to the credentials that are sent, and the pod spec would have it in the open.
  ['DOCKER_AUTH_CONFIG', "Use 'registry-auths', or set it for the runner."],
  ['KANIKO_NO_PUSH', "Use 'push'."],
  ['KANIKO_DIR', 'Remove it: the context is extracted to the default directory.'],
]);

/**
 * With `engine: custom` the workspace is not the default: a program that expects a script from an empty output would get an
 * archive.
 */
const nothingToSend =
  "engine: custom needs 'context', 'stdin' or 'stdin-file', but all of them are empty; an empty value may come from a secret or an output that is not set";
const setOneSource = 'Set one of them; use context: . to send the workspace.';

/** Adds a problem for each input that is not supported, or that contradicts another input. */
export function checkConflicts(inputs: Inputs, reader: InputReader, problems: Problems): void {
  const add: Add = (input, text, hint) => {
    problems.add(input, text, hint);
  };
  checkSource(inputs, reader, add);
  checkDockerInputs(inputs, reader, problems);
  if (inputs.builder.engine === 'custom') checkCustom(inputs, reader, add);
  else checkKaniko(inputs, reader, add);
}

/** Refuses or names what the engine does not do of docker/build-push-action. Its own inputs are checked elsewhere. */
function checkDockerInputs({ builder }: Inputs, reader: InputReader, problems: Problems): void {
  for (const [input, { [builder.engine]: support }] of Object.entries(dockerInputs)) {
    const value = reader.text(input);
    if (value === undefined || support.kind === 'supported' || isEngineInput(input)) continue;
    if (support.kind === 'refused' && !support.unless.includes(value.toLowerCase())) {
      problems.add(input, 'it is not supported', support.use);
    }
    if (support.kind === 'no effect' && support.use !== undefined) {
      problems.warn(input, { text: 'it has no effect', hint: support.use });
    }
  }
}

/** True for an input that checkCustom reports. */
function isEngineInput(input: string): boolean {
  return imageInputs.includes(input);
}

function checkSource(inputs: Inputs, reader: InputReader, add: Add): void {
  const given = ['context', 'stdin-file', 'stdin'].filter((name) =>
    name === 'stdin' ? reader.verbatim(name) !== '' : reader.text(name) !== undefined,
  );
  const [first, ...others] = given;
  for (const name of others) {
    add(
      name,
      `it cannot be combined with '${first ?? ''}'`,
      'Set only one of context, stdin and stdin-file.',
    );
  }
  if (inputs.builder.engine === 'custom') {
    if (given.length === 0) add('context', nothingToSend, setOneSource);
    return;
  }
  for (const name of given.filter((name) => name !== 'context')) {
    add(
      name,
      `it is not supported with engine: ${inputs.builder.engine}`,
      "Use 'context', or engine: custom.",
    );
  }
}

function checkCustom({ builder }: Inputs, reader: InputReader, add: Add): void {
  if (builder.image === '' && reader.text('builder-image') === undefined) {
    add('builder-image', 'engine: custom has no default image', 'Set it to the image to run.');
  }
  for (const input of imageInputs) {
    if (!reader.isSet(input) || reader.text(input) === 'none') continue;
    add(input, 'it is not supported with engine: custom', 'Remove it, or use engine: kaniko.');
  }
}

function checkKaniko(inputs: Inputs, reader: InputReader, add: Add): void {
  const { image, registry } = inputs;
  if (reader.isSet('builder-command')) {
    add(
      'builder-command',
      'it is not supported with engine: kaniko',
      "Use 'builder-args', or engine: custom.",
    );
  }
  if (image.push && !reader.isSet('tags')) {
    add('tags', 'it is empty, but push is true', 'Add the image reference to push.');
  }
  if (registry.secret !== undefined && (registry.dockerConfig ?? 'none') !== 'none') {
    add('registry-secret', "it cannot be combined with 'docker-config'", 'Set only one of them.');
  }
  if (registry.secret !== undefined && reader.isSet('registry-auths')) {
    add('registry-auths', "it cannot be combined with 'registry-secret'", 'Set only one of them.');
  }
  if (!registry.mirrorFallback && !reader.isSet('registry-mirrors')) {
    add('mirror-fallback', "it has no meaning without 'registry-mirrors'", 'Set the mirrors.');
  }
  checkArchitecture(inputs, add);
  checkVariables(inputs.builder.env, add);
  checkArguments(inputs.builder.args, add);
}

/** The action selects nodes of the platform's architecture. */
function checkArchitecture({ image, pod }: Inputs, add: Add): void {
  const wanted = image.platform?.architecture;
  const selected = pod.nodeSelector['kubernetes.io/arch'];
  if (wanted === undefined || selected === undefined || selected === wanted) return;
  add(
    'node-selector',
    `kubernetes.io/arch=${show(selected)} contradicts the platform linux/${wanted}`,
    'Remove it.',
  );
}

function checkVariables(variables: readonly KeyValue[], add: Add): void {
  for (const { key } of variables) {
    const hint = reservedVariables.get(key);
    if (hint !== undefined) add('builder-env', `${key} is reserved by the action`, hint);
  }
}

function checkArguments(args: readonly string[], add: Add): void {
  for (const argument of args) {
    const flag = argument.replace(/=.*$/s, '');
    const reason =
      reservedFlags.get(flag) ??
      (/^-[cdfv]./.test(flag) ? reservedFlags.get(flag.slice(0, 2)) : undefined);
    if (reason === undefined) continue;
    add(
      'builder-args',
      `the flag ${quote(flag)} is reserved by the action: ${reason}`,
      'Remove the flag.',
    );
  }
}
