import { registryOf } from '../inputs/values/reference.ts';
import { excerpt } from '../text/excerpt.ts';
import type { Diagnosis } from './engine.ts';
import { collapse, listInstructions, type DockerfileLine } from './instruction.ts';

interface Output {
  /** The last lines of output. */
  readonly tail: readonly string[];
  readonly dockerfile: string;
  readonly withoutLogin: readonly string[];
}

/** A text of kaniko's final error and what it means. */
interface Failure {
  readonly pattern: RegExp;
  readonly explain: (match: readonly string[], output: Output) => Diagnosis;
}

/** Flags that not every fork knows, with the input that needs them. */
const forkFlags: Readonly<Record<string, string>> = { '--annotation': 'annotations' };

const checkPullLogin = "Give a login by 'docker-config' and let 'pull-logins' name the registry.";
const checkPushLogin =
  "Check the login in 'docker-config' or 'registry-secret', and the repository.";

/** @param withoutLogin those of the registries in question to which no login was sent. */
function pushHint(withoutLogin: readonly string[]): string {
  if (withoutLogin.length === 0) return checkPushLogin;
  return `Give a login for ${withoutLogin.join(' and ')} by 'docker-config' or 'registry-secret': none was found.`;
}

/** First match wins, so the special texts stand before the general ones. Texts of the three forks as measured. */
const failures: readonly Failure[] = [
  {
    pattern: /^Error: unknown (?:shorthand )?flag: (\S+)/,
    explain: ([flag = '']) => {
      const input = Object.hasOwn(forkFlags, flag) ? forkFlags[flag] : undefined;
      return input === undefined
        ? { message: `this kaniko does not know the flag ${flag}`, hint: "Correct 'builder-args'." }
        : {
            message: `this kaniko does not know the flag ${flag}, which the input '${input}' needs`,
            hint: `Use a kaniko of the osscontainertools fork as 'builder-image', or leave '${input}' out.`,
          };
    },
  },
  {
    pattern: /dockerfile parse error on line (\d+): (.*)/,
    explain: ([line = '', reason = '']) => ({
      message: `the Dockerfile has an error on line ${line}: ${reason}`,
      line: Number(line),
    }),
  },
  {
    pattern:
      /parsing dockerfile: (.*(?:unterminated heredoc|no build stage in current context|file with no instructions).*)/,
    explain: ([reason = '']) => ({ message: `the Dockerfile has an error: ${reason}`, line: 1 }),
  },
  {
    pattern: /is not a valid target build stage/,
    explain: () => ({
      message: 'the Dockerfile has no stage of that name',
      hint: "Correct 'target'.",
    }),
  },
  {
    pattern: /could not parse reference: ?(.*)/,
    explain: ([reference = ''], { dockerfile }) => ({
      message: `the image reference ${JSON.stringify(reference)} in the Dockerfile is not valid`,
      hint: "Give every ARG that a FROM uses a default, or a value by 'build-args'.",
      ...at(find(dockerfile, ['FROM'], (text) => text.includes('$'))),
    }),
  },
  {
    pattern: /please provide a valid path to a Dockerfile/,
    explain: () => ({
      message: 'the stream ended before the Dockerfile, which is its last entry',
      transport: true,
    }),
  },
  {
    pattern:
      /error resolving source context: .*?(gzip: invalid header|unexpected EOF|EOF|no data found.*)$/,
    explain: ([reason = '']) => ({
      message: `the context did not arrive complete: ${reason}`,
      transport: true,
    }),
  },
  {
    pattern: /waiting for process to exit: exit status (\d+)/,
    explain: ([status = ''], output) => explainRun(`failed with exit code ${status}`, output),
  },
  {
    pattern: /waiting for process to exit: signal: (\w+)/,
    explain: ([signal = ''], output) => ({
      ...explainRun(`was ended by the signal ${signal}`, output),
      hint: "Give the builder more memory by 'resources' (limits.memory) if it ran out of it.",
    }),
  },
  {
    pattern: /failed to get fileinfo for \/kaniko\/buildcontext\/(?:ctx\/?)?([^:]*): lstat/,
    explain: ([path = ''], { dockerfile }) => ({
      message: `${JSON.stringify(path)} is not in the context`,
      hint: 'Check the path and .dockerignore.',
      ...at(find(dockerfile, ['COPY', 'ADD'], (text) => hasSource(text, path))),
    }),
  },
  {
    pattern: /credentials: get uid\/gid: user (\S+) is not a uid/,
    explain: ([user = ''], { dockerfile }) => ({
      message: `the user ${user} does not exist in the image`,
      hint: 'Create the user before USER names it.',
      ...at(find(dockerfile, ['USER'], (text) => text.split(/[ :]/)[1] === user)),
    }),
  },
  {
    pattern:
      /error checking push permissions.*?checking push permission for "([^"]+)".*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
    explain: ([reference = ''], { withoutLogin }) => {
      // As the user wrote it: names of Docker Hub may have no registry.
      const registry = registryOf(reference) ?? reference;
      return {
        message: `the registry ${registry} refuses the push`,
        hint: pushHint(withoutLogin.filter((host) => host === registry)),
      };
    },
  },
  {
    pattern:
      /error checking push permissions.*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
    explain: (_, { withoutLogin }) => ({
      message: 'the registry refuses the push',
      hint: pushHint(withoutLogin),
    }),
  },
  {
    pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": [^;]*x509: ([^;]*)/,
    explain: ([registry = '', reason = '']) => ({
      message: `the certificate of the registry ${registry} is not trusted: ${reason}`,
      hint: "Give the certificate of its authority by 'registry-ca'.",
    }),
  },
  {
    pattern: /Get "https:\/\/([^/"]+)\/[^"]*": http: server gave HTTP response to HTTPS client/,
    explain: ([registry = '']) => ({
      message: `the registry ${registry} speaks plain HTTP`,
      hint: `Add http://${registry} to 'insecure-registries'.`,
    }),
  },
  {
    pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": ([^;]*)/,
    explain: ([registry = '', reason = '']) => ({
      message: `the registry ${registry} cannot be reached from the cluster: ${reason}`,
      hint: 'Check its name, and that the nodes of the cluster have a way to it.',
    }),
  },
  {
    pattern:
      /GET https?:\/\/([^/\s]+)\/v2\/(\S+)\/manifests\/([^:\s]+(?::[0-9a-f]+)?): .*(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)/,
    explain: ([host = '', repository = '', tag = ''], { dockerfile }) => ({
      message: `the base image ${host === 'index.docker.io' ? '' : `${host}/`}${repository}:${tag} does not exist`,
      hint: 'Correct the image in FROM.',
      ...at(findBase(dockerfile, repository, tag)),
    }),
  },
  {
    pattern: /GET \S+\/v2\/(?:(\S+)\/manifests\/\S+|\S*): .*(?:UNAUTHORIZED|DENIED)/,
    explain: ([repository = ''], { dockerfile }) => ({
      message: `pulling a base image was refused${repository === '' ? '' : `: ${repository}`}`,
      hint: checkPullLogin,
      ...at(repository === '' ? undefined : findBase(dockerfile, repository, '')),
    }),
  },
  {
    pattern: /repository can only contain the characters/,
    explain: () => ({
      message: 'the name of a repository is not valid',
      hint: "Use lower-case letters in 'tags' and in FROM.",
    }),
  },
  {
    pattern: /error pushing image: (.*)/,
    explain: ([reason = '']) => ({
      message: `the image was built, but pushing it failed: ${reason}`,
      hint: checkPushLogin,
    }),
  },
  {
    pattern: /^Error: (.*)/,
    explain: ([reason = '']) => ({
      message: `kaniko refused its arguments: ${reason}`,
      hint: "Check 'builder-args'.",
    }),
  },
];

/**
 * Looks for kaniko's final error, the last line of its own that is known. Its log lines (`time=…`) are none, and what a
 * RUN step printed stands before it.
 */
export function diagnoseKaniko(
  tail: readonly string[],
  exitCode: number,
  dockerfile: string,
  withoutLogin: readonly string[],
): Diagnosis | undefined {
  if (exitCode === 0) return undefined;
  for (const line of tail.toReversed()) {
    if (!/^error |^Error: |^kaniko should only be run/i.test(line)) continue;
    for (const { pattern, explain } of failures) {
      const match = pattern.exec(line);
      if (match !== null) return explain(match.slice(1), { tail, dockerfile, withoutLogin });
    }
  }
  return undefined;
}

const usageHeading = /^(?:Usage|Available Commands|Flags|Global Flags):$|^Use "/;

/** kaniko explains its flags after every error that comes before the build: dozens of lines that explain nothing. */
export function withoutUsage(lines: readonly string[]): readonly string[] {
  let isUsage = false;
  return lines.filter((line) => {
    if (usageHeading.test(line)) isUsage = true;
    else if (/^\S/.test(line)) isUsage = false;
    return !isUsage;
  });
}

/** The failing RUN is the one that kaniko named last. */
function explainRun(what: string, { tail, dockerfile }: Output): Diagnosis {
  const commands = tail.map(readRun).filter((text) => text !== undefined);
  const command = commands.at(-1);
  if (command === undefined) return { message: `a RUN step ${what}` };
  const found = find(dockerfile, ['RUN'], (text) => text === command);
  return { message: `${JSON.stringify(shorten(command))} ${what}`, ...at(found) };
}

/** `time="…" level=info msg="RUN …"`: logrus quotes as Go does, which is near enough to JSON for what stands there. */
function readRun(line: string): string | undefined {
  const quoted = /level=info msg=("RUN .*")\s*$/.exec(line)?.[1];
  if (quoted === undefined) return undefined;
  try {
    const text: unknown = JSON.parse(quoted.replace(/\\x([0-9a-f]{2})/g, '\\u00$1'));
    return typeof text === 'string' ? collapse(text) : undefined;
  } catch {
    return undefined;
  }
}

function find(
  dockerfile: string,
  keywords: readonly string[],
  test: (text: string) => boolean,
): DockerfileLine | undefined {
  return listInstructions(dockerfile).find(
    ({ keyword, text }) => keywords.includes(keyword) && test(text),
  );
}

/** Docker Hub's `library/` is not written in a Dockerfile. */
function findBase(dockerfile: string, repository: string, tag: string): DockerfileLine | undefined {
  const name = repository.replace(/^library\//, '');
  const bases = (withTag: boolean): DockerfileLine | undefined =>
    find(dockerfile, ['FROM', 'COPY'], (text) =>
      text.split(/[ =]/).some((word) => {
        const [path = ''] = word.split(/[:@](?=[^/]*$)/);
        const isNamed = path === name || path.endsWith(`/${name}`);
        return isNamed && (!withTag || word.endsWith(tag) || path === word);
      }),
    );
  return bases(true) ?? bases(false);
}

function hasSource(text: string, path: string): boolean {
  const sources = text.split(/[\s",[\]]+/).slice(1, -1);
  return sources.some((source) => source.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '') === path);
}

function at(found: DockerfileLine | undefined): { readonly line?: number } {
  return found === undefined ? {} : { line: found.line };
}

function shorten(text: string): string {
  return excerpt(text, 120);
}
