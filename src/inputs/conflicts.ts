import { quote } from '../text/problem.ts';
import type { Inputs } from './inputs.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import { parseRepository } from './values/reference.ts';

type Add = (input: string, text: string, hint?: string) => void;

interface Rule {
  readonly input: string;
  /** What to use instead. */
  readonly hint: string;
}

/** Inputs that only an image engine can use. */
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
  'registry-secret',
  'registry-mirrors',
  'insecure-registries',
  'registry-ca',
  'push-retry',
];

/** Inputs of docker/build-push-action that would change the result, and are not here. */
const dockerInputs: readonly Rule[] = [
  { input: 'outputs', hint: "Use 'tags' with push: true." },
  { input: 'load', hint: 'Push the image and pull it where it is needed.' },
  { input: 'attests', hint: "Use actions/attest with the outputs 'image-name' and 'digest'." },
  { input: 'secrets', hint: 'Mount a Secret by pod-template.' },
  { input: 'secret-envs', hint: 'Mount a Secret by pod-template.' },
  { input: 'secret-files', hint: 'Mount a Secret by pod-template.' },
  { input: 'ssh', hint: 'Fetch private sources in a step before this one.' },
  { input: 'build-contexts', hint: "Put the files into 'context'." },
  { input: 'add-hosts', hint: 'Use hostAliases in pod-template.' },
];

/** Flags of kaniko that carry the action's guarantees, with the input that does the same. */
const ownFlags: ReadonlyMap<string, string> = new Map([
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
  ['--digest-file', 'the digest is the output digest'],
  ['--image-name-with-digest-file', 'the digest is the output digest'],
  ['--image-name-tag-with-digest-file', 'the digest is the output digest'],
  ['--force', 'it is always set'],
  ['--log-format', 'errors are found by the text format'],
  ['--kaniko-dir', 'the context is unpacked there'],
  ['--help', 'nothing would be built'],
  ['-h', 'nothing would be built'],
  // kaniko writes the digest before it pushes, and then exits with 0 without a push.
  ['--push-ignore-immutable-tag-errors', 'a push that fails must fail the step'],
]);

/** Variables that mean to kaniko what these flags mean. */
const ownVariables: ReadonlyMap<string, string> = new Map([
  ['DOCKER_CONFIG', "Use 'docker-config' or 'registry-secret'."],
  ['KANIKO_DIR', 'Remove it: the context is unpacked there.'],
]);

/** Rules between inputs. */
export function checkConflicts(inputs: Inputs, reader: InputReader, problems: Problems): void {
  const add: Add = (input, text, hint) => {
    problems.add(input, text, hint);
  };
  checkSource(inputs, reader, add);
  for (const { input, hint } of dockerInputs) {
    const value = reader.text(input);
    if (value !== undefined && value !== 'false') add(input, 'it is not supported', hint);
  }
  if (inputs.builder.engine === 'custom') checkCustom(inputs, reader, add);
  else checkKaniko(inputs, reader, add);
}

/** The workspace is no default here: a program that reads its stdin would get it in place of a text that is missing. */
const nothingToSend =
  "engine custom needs something to send, but 'stdin', 'stdin-file' and 'context' are empty; an empty value may be a secret or an output that is not set";
const oneSource = 'Set one of them; context: . sends the workspace.';

function checkSource(inputs: Inputs, reader: InputReader, add: Add): void {
  const given = ['context', 'stdin-file', 'stdin'].filter((name) =>
    name === 'stdin' ? reader.verbatim(name) !== '' : reader.text(name) !== undefined,
  );
  const [first, ...others] = given;
  for (const name of others) {
    add(
      name,
      `it stands beside '${first ?? ''}'`,
      'Set only one of context, stdin and stdin-file.',
    );
  }
  if (inputs.builder.engine === 'custom') {
    if (given.length === 0) add('context', nothingToSend, oneSource);
    return;
  }
  for (const name of given.filter((name) => name !== 'context')) {
    add(
      name,
      `engine ${inputs.builder.engine} takes a context`,
      "Use 'context', or engine: custom.",
    );
  }
}

function checkCustom({ builder }: Inputs, reader: InputReader, add: Add): void {
  if (builder.image === '' && reader.text('builder-image') === undefined) {
    add('builder-image', 'engine custom has no default image', 'Name the image to run.');
  }
  for (const input of imageInputs) {
    if (!reader.isSet(input) || reader.text(input) === 'none') continue;
    add(
      input,
      'it means nothing to engine custom, whose command builds as it likes',
      'Leave it out, or use engine: kaniko.',
    );
  }
}

function checkKaniko(inputs: Inputs, reader: InputReader, add: Add): void {
  const { builder, image, pod, registry } = inputs;
  if (reader.isSet('builder-command')) {
    add(
      'builder-command',
      'engine kaniko has its own command',
      "Use 'builder-args', or engine: custom.",
    );
  }
  if (image.push && !reader.isSet('tags')) {
    add('tags', 'it is empty, but push is true', 'Name at least one image to push.');
  }
  if (registry.secret !== undefined && (registry.dockerConfig ?? 'none') !== 'none') {
    add('registry-secret', "it stands beside 'docker-config'", 'Set only one of them.');
  }
  checkCache(inputs, add);
  const wanted = image.platform?.architecture;
  const selected = pod.nodeSelector['kubernetes.io/arch'];
  if (wanted !== undefined && selected !== undefined && selected !== wanted) {
    add(
      'node-selector',
      `kubernetes.io/arch=${selected} contradicts the platform linux/${wanted}`,
      'Leave it out.',
    );
  }
  for (const { key } of builder.env) {
    const hint = ownVariables.get(key);
    if (hint !== undefined) add('builder-env', `${key} is set by the action itself`, hint);
  }
  checkArguments(builder.args, add);
}

/** kaniko has one repository for its cache, to read and to write. */
function checkCache({ image: { cacheFrom, cacheTo } }: Inputs, add: Add): void {
  if (cacheFrom === undefined || cacheTo === undefined) return;
  if (fullName(cacheFrom) === fullName(cacheTo)) return;
  add(
    'cache-to',
    `it names ${quote(cacheTo)}, but 'cache-from' names ${quote(cacheFrom)}, and kaniko has one repository for its cache`,
    'Name the same repository in both.',
  );
}

function fullName(repository: string): string {
  const { registry, path } = parseRepository(repository);
  return `${registry}/${path}`;
}

function checkArguments(args: readonly string[], add: Add): void {
  for (const argument of args) {
    const flag = argument.replace(/=.*$/s, '');
    const reason =
      ownFlags.get(flag) ?? (/^-[cdfv]./.test(flag) ? ownFlags.get(flag.slice(0, 2)) : undefined);
    if (reason === undefined) continue;
    add(
      'builder-args',
      `the flag ${quote(flag)} is the action's own: ${reason}`,
      'Remove the flag.',
    );
  }
}
