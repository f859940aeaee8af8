import { UsageFailure } from './failure.ts';
import { parseLevel, type LogLevel } from './log.ts';

export interface Flags {
  readonly contextSubPath: string;
  readonly dockerfile: string;
  readonly destinations: readonly string[];
  readonly push: boolean;
  /** File for `reference@digest` lines; undefined without one. */
  readonly digestFile: string | undefined;
  readonly level: LogLevel;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly target: string | undefined;
  /** `os/architecture/variant`; undefined means that of this machine. */
  readonly platform: string | undefined;
  readonly cache: boolean;
  /** True if `--registry-mirror` or `--registry-map` asks for mirrors. */
  readonly mirrors: boolean;
  readonly registries: RegistryFlags;
}

/** Options of connections to registries. */
export interface RegistryFlags {
  /** Hosts that can be accessed with plain HTTP. */
  readonly insecure: readonly string[];
  /** Hosts whose certificate is not checked. */
  readonly unverified: readonly string[];
  /** Files with a CA certificate, by host. */
  readonly certificates: ReadonlyMap<string, string>;
  readonly pushRetry: number;
}

type FlagKind = 'text' | 'list' | 'bool' | 'count' | 'duration';

/** The supported flags of kaniko. Others are refused: without them the image would be different. */
const kinds: Readonly<Record<string, FlagKind>> = {
  annotation: 'list',
  'build-arg': 'list',
  cache: 'bool',
  'cache-repo': 'text',
  'cache-ttl': 'duration',
  context: 'text',
  'context-sub-path': 'text',
  'custom-platform': 'text',
  destination: 'list',
  dockerfile: 'text',
  force: 'bool',
  // Accepted without effect: the registry of the playground is not overloaded.
  'image-download-retry': 'count',
  'image-name-tag-with-digest-file': 'text',
  'insecure-registry': 'list',
  label: 'list',
  'log-format': 'text',
  'no-push': 'bool',
  'no-push-cache': 'bool',
  'push-retry': 'count',
  'registry-certificate': 'list',
  'registry-map': 'list',
  'registry-mirror': 'list',
  'skip-push-permission-check': 'bool',
  'skip-default-registry-fallback': 'bool',
  'skip-tls-verify-registry': 'list',
  // Stages that the target does not need are never built here.
  'skip-unused-stages': 'bool',
  target: 'text',
  verbosity: 'text',
};

export const usage = [
  'Usage:',
  '  executor [flags]',
  '',
  'Flags:',
  ...Object.entries(kinds).map(([name, kind]) => `      --${name} ${kind}`),
  '',
].join('\n');

/**
 * Reads kaniko's command line.
 * @param environment for `--build-arg NAME`, whose value is that of the environment.
 * @throws UsageFailure
 */
export function parseFlags(args: readonly string[], environment: NodeJS.ProcessEnv): Flags {
  const given = new GivenFlags(args);
  const flags: Flags = {
    contextSubPath: given.text('context-sub-path') ?? '',
    dockerfile: given.text('dockerfile') ?? 'Dockerfile',
    destinations: given.list('destination'),
    push: !given.bool('no-push'),
    digestFile: given.text('image-name-tag-with-digest-file'),
    level: readLevel(given.text('verbosity') ?? 'info'),
    buildArgs: toMap(given.list('build-arg'), (name) => environment[name] ?? ''),
    labels: toMap(given.list('label')),
    annotations: toMap(given.list('annotation')),
    target: given.text('target'),
    platform: given.text('custom-platform'),
    cache: given.bool('cache'),
    mirrors: [...given.list('registry-mirror'), ...given.list('registry-map')].length > 0,
    registries: {
      insecure: given.list('insecure-registry'),
      unverified: given.list('skip-tls-verify-registry'),
      certificates: toMap(given.list('registry-certificate')),
      pushRetry: Number(given.text('push-retry') ?? 0),
    },
  };
  requireSupported(given, flags);
  return flags;
}

/** Values by flag, in the order of the command line. */
class GivenFlags {
  readonly #values = new Map<string, string[]>();

  constructor(args: readonly string[]) {
    const rest = [...args];
    for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? refuse(arg);
      const kind = name === undefined ? undefined : kinds[name];
      if (name === undefined || kind === undefined) {
        throw new UsageFailure(`unknown flag: --${name ?? ''}`);
      }
      const text = value ?? (kind === 'bool' ? 'true' : rest.shift());
      if (text === undefined) throw new UsageFailure(`flag needs an argument: --${name}`);
      requireKind(name, kind, text);
      this.#values.set(name, [...this.list(name), text]);
    }
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  bool(name: string): boolean {
    return trueTexts.test(this.text(name) ?? '');
  }
}

const trueTexts = /^(?:1|t|T|TRUE|true|True)$/;
const falseTexts = /^(?:0|f|F|FALSE|false|False)$/;
const durations = /^(?:0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;

/** The message of the flag package of Go. */
function requireKind(name: string, kind: FlagKind, text: string): void {
  const fail = (reason: string): never => {
    const quoted = JSON.stringify(text);
    throw new UsageFailure(`invalid argument ${quoted} for "--${name}" flag: ${reason}`);
  };
  const quoted = JSON.stringify(text);
  if (kind === 'bool' && !trueTexts.test(text) && !falseTexts.test(text)) {
    fail(`strconv.ParseBool: parsing ${quoted}: invalid syntax`);
  }
  if (kind === 'count' && !/^\d+$/.test(text)) {
    fail(`strconv.ParseInt: parsing ${quoted}: invalid syntax`);
  }
  if (kind === 'duration' && !durations.test(text)) fail(`time: invalid duration ${quoted}`);
}

function refuse(arg: string): never {
  const [, shorthand] = /^-([^-])/.exec(arg) ?? [];
  throw new UsageFailure(
    shorthand === undefined
      ? `unknown command ${JSON.stringify(arg)} for "executor"`
      : `unknown shorthand flag: '${shorthand}' in ${arg}`,
  );
}

function requireSupported(given: GivenFlags, { destinations, push }: Flags): void {
  if (given.text('context') !== 'tar://stdin') {
    throw new UsageFailure("the playground's builder reads --context=tar://stdin only");
  }
  if ((given.text('log-format') ?? 'text') !== 'text') {
    throw new UsageFailure("the playground's builder writes --log-format=text only");
  }
  if (push && destinations.length === 0) {
    throw new UsageFailure('you must provide --destination, or use --no-push');
  }
}

function readLevel(text: string): LogLevel {
  const level = parseLevel(text);
  if (level === undefined) throw new UsageFailure(`not a valid logrus Level: "${text}"`);
  return level;
}

function toMap(
  pairs: readonly string[],
  withoutValue: (name: string) => string = () => '',
): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      if (equals < 0) return [pair, withoutValue(pair)];
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
