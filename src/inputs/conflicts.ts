import { quote } from '../text/problem.ts';
import { show } from '../text/show.ts';
import { dockerInputs, ownInputs } from './support.ts';
import type { Inputs } from './inputs.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import type { KeyValue } from './values/key-value.ts';
import { parseBoolean } from './values/scalar.ts';

type Add = (input: string, text: string, hint?: string) => void;

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
  // kaniko asks the registry for each base image, with and without it. A value that Docker refuses is a mistake all the same.
  reader.optional('pull', parseBoolean);
  checkSupport(inputs, reader, problems);
  if (inputs.builder.engine === 'custom') checkCustom(inputs, reader, add);
  else checkKaniko(inputs, reader, add);
}

/** Refuses or names the inputs that the engine does not have. */
function checkSupport(
  { builder: { engine } }: Inputs,
  reader: InputReader,
  problems: Problems,
): void {
  for (const [input, engines] of Object.entries({ ...dockerInputs, ...ownInputs })) {
    const support = engines[engine];
    if (support.kind === 'supported' || !isGiven(input, reader)) continue;
    if (support.kind === 'no effect') {
      if (support.use === undefined) continue;
      problems.warn(input, { text: 'it has no effect', hint: support.use });
    } else if (!support.unless.includes(reader.text(input)?.toLowerCase() ?? '')) {
      const isOfOther = Object.values(engines).some(({ kind }) => kind === 'supported');
      const text = `it is not supported${isOfOther ? ` with engine: ${engine}` : ''}`;
      problems.add(input, text, support.use);
    }
  }
}

/** White space is a text for stdin. */
function isGiven(input: string, reader: InputReader): boolean {
  return input === 'stdin' ? reader.verbatim(input) !== '' : reader.isSet(input);
}

function checkSource(inputs: Inputs, reader: InputReader, add: Add): void {
  const given = ['context', 'stdin-file', 'stdin'].filter((name) => isGiven(name, reader));
  const [first, ...others] = given;
  for (const name of others) {
    add(
      name,
      `it cannot be combined with '${first ?? ''}'`,
      'Set only one of context, stdin and stdin-file.',
    );
  }
  if (inputs.builder.engine === 'custom' && given.length === 0)
    add('context', nothingToSend, setOneSource);
}

function checkCustom({ builder }: Inputs, reader: InputReader, add: Add): void {
  if (builder.image === '' && reader.text('builder-image') === undefined) {
    add('builder-image', 'engine: custom has no default image', 'Set it to the image to run.');
  }
}

function checkKaniko(inputs: Inputs, reader: InputReader, add: Add): void {
  const { image, registry } = inputs;
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
