import { collapse, type Instruction } from '../dockerfile/instruction.ts';
import { registryOf } from '../inputs/values/reference.ts';
import { excerpt } from '../text/excerpt.ts';
import type { Diagnosis, FailedBuild } from './engine.ts';
import { findCopy, findImage, findInstruction } from './failing-instruction.ts';

/** A text of kaniko's final error and its meaning. */
interface Failure {
  readonly pattern: RegExp;
  readonly explain: (match: readonly string[], build: FailedBuild) => Diagnosis;
}

/** Flags that not every fork supports, with the input that needs them. */
const forkFlags: Readonly<Record<string, string>> = { '--annotation': 'annotations' };

const checkPullLogin =
  "Provide credentials with 'docker-config', and list the registry in 'pull-logins'.";
const checkPushLogin =
  "Check the credentials in 'docker-config' or 'registry-secret', and the repository.";

/** @param withoutLogin the registries of the push for which no credentials were sent. */
function pushHint(withoutLogin: readonly string[]): string {
  if (withoutLogin.length === 0) return checkPushLogin;
  return `No credentials for ${withoutLogin.join(' and ')} were found. Provide them with 'docker-config' or 'registry-secret'.`;
}

/** The first match wins, so special texts come before general ones. The texts are those of the three variants of kaniko. */
const failures: readonly Failure[] = [
  {
    pattern: /^Error: unknown (?:shorthand )?flag: (\S+)/,
    explain: ([flag = '']) => {
      const input = Object.hasOwn(forkFlags, flag) ? forkFlags[flag] : undefined;
      return input === undefined
        ? {
            message: `this kaniko does not support the flag ${flag}`,
            hint: "Correct 'builder-args'.",
          }
        : {
            message: `this kaniko does not support the flag ${flag}, which the input '${input}' needs`,
            hint: `Use a kaniko of the osscontainertools fork as 'builder-image', or remove '${input}'.`,
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
      message: 'the target stage could not be found in the Dockerfile',
      hint: "Correct 'target'.",
    }),
  },
  {
    pattern: /could not parse reference: ?(.*)/,
    explain: ([reference = ''], { dockerfile }) => ({
      message: `the image reference ${JSON.stringify(reference)} in the Dockerfile is not valid`,
      hint: "Give every ARG that is used in FROM a default value, or set it with 'build-args'.",
      ...at(findInstruction(dockerfile, ['from'], (text) => text.includes('$'))),
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
      message: `the builder did not receive the whole context: ${reason}`,
      transport: true,
    }),
  },
  {
    pattern: /waiting for process to exit: exit status (\d+)/,
    explain: ([status = ''], build) => explainRun(`failed with exit code ${status}`, build),
  },
  {
    pattern: /waiting for process to exit: signal: (\w+)/,
    explain: ([signal = ''], build) => ({
      ...explainRun(`was terminated by signal: ${signal}`, build),
      hint: "If the build ran out of memory, raise 'limits.memory' in 'resources'.",
    }),
  },
  {
    pattern: /failed to get fileinfo for \/kaniko\/buildcontext\/(?:ctx\/?)?([^:]*): lstat/,
    explain: ([path = ''], { dockerfile }) => ({
      message: `${JSON.stringify(path)} is not in the context`,
      hint: 'Check the path and .dockerignore.',
      ...at(findCopy(dockerfile, path)),
    }),
  },
  {
    pattern: /credentials: get uid\/gid: user (\S+) is not a uid/,
    explain: ([user = ''], { dockerfile }) => ({
      message: `the user ${user} does not exist in the image`,
      hint: 'Create the user before the USER instruction.',
      ...at(findInstruction(dockerfile, ['user'], (text) => text.split(/[ :]/)[1] === user)),
    }),
  },
  {
    pattern:
      /^error checking push permissions.*?checking push permission for "([^"]+)".*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
    explain: ([reference = ''], { withoutLogin }) => {
      // As in 'tags': references to Docker Hub may have no registry.
      const registry = registryOf(reference) ?? reference;
      return {
        message: `the registry ${registry} denied the push`,
        hint: pushHint(withoutLogin.filter((host) => host === registry)),
      };
    },
  },
  {
    pattern:
      /^error checking push permissions.*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
    explain: (_, { withoutLogin }) => ({
      message: 'the registry denied the push',
      hint: pushHint(withoutLogin),
    }),
  },
  {
    pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": [^;]*x509: ([^;]*)/,
    explain: ([registry = '', reason = '']) => ({
      message: `the certificate of the registry ${registry} is not trusted: ${reason}`,
      hint: "Provide its CA certificate with 'registry-ca'.",
    }),
  },
  {
    pattern: /Get "https:\/\/([^/"]+)\/[^"]*": http: server gave HTTP response to HTTPS client/,
    explain: ([registry = '']) => ({
      message: `the registry ${registry} uses plain HTTP`,
      hint: `Add http://${registry} to 'insecure-registries'.`,
    }),
  },
  {
    pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": ([^;]*)/,
    explain: ([registry = '', reason = '']) => ({
      message: `the registry ${registry} is unreachable from the cluster: ${reason}`,
      hint: 'Check the host name of the registry, and that pods in the cluster can connect to it.',
    }),
  },
  {
    pattern:
      /GET https?:\/\/([^/\s]+)\/v2\/(\S+)\/manifests\/([^:\s]+(?::[0-9a-f]+)?): .*(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)/,
    explain: ([host = '', repository = '', tag = ''], { dockerfile }) => ({
      message: `the base image ${host === 'index.docker.io' ? '' : `${host}/`}${repository}:${tag} does not exist`,
      hint: 'Correct the image in FROM.',
      ...at(findImage(dockerfile, repository, tag)),
    }),
  },
  {
    pattern: /GET \S+\/v2\/(?:(\S+)\/manifests\/\S+|\S*): .*(?:UNAUTHORIZED|DENIED)/,
    explain: ([repository = ''], { dockerfile }) => ({
      message: `pull access denied for ${repository === '' ? 'a base image' : `the base image ${repository}`}`,
      hint: checkPullLogin,
      ...at(repository === '' ? undefined : findImage(dockerfile, repository, '')),
    }),
  },
  {
    pattern: /repository can only contain the characters/,
    explain: () => ({
      message: 'a repository name is not valid',
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

/** How the errors begin with which kaniko ends. Source: cmd/executor/cmd/root.go of the three variants. */
const errorBeginning =
  /error (?:building image|pushing image|checking push permissions|resolving (?:source context|dockerfile path|relative paths(?: to absolute paths)?)|changing to root dir)\b|kaniko should only be run/g;
const logLine = /time="[-\d:TZ.+]{20,35}" level=[a-z]+ msg=/;

/**
 * Explains the error with which kaniko ended: the last one in the output. RUN can print the same text, but before it. Log lines
 * of kaniko (`time=…`) do not count, because they quote the Dockerfile.
 * @returns undefined for exit code 0 and for an unknown text.
 */
export function diagnoseKaniko(build: FailedBuild): Diagnosis | undefined {
  if (build.exitCode === 0) return undefined;
  const texts = build.tail.map((line) => line.slice(0, logLine.exec(line)?.index));
  const final = texts.flatMap(finalErrorsIn).toReversed();
  // Errors of the command line begin with other text. kaniko reports them before it builds, so RUN has printed nothing.
  const others = texts.filter((text) => /^error |^Error: /i.test(text)).toReversed();
  for (const error of final.length > 0 ? final : others) {
    const diagnosis = explain(error, build);
    // The builder got the whole stream, so a RUN step has printed this.
    const isRefuted = diagnosis?.transport === true && build.contextComplete;
    if (!isRefuted && (diagnosis !== undefined || final.length > 0)) return diagnosis;
  }
  return undefined;
}

/** The final errors in a line, each to the end of the line: output of RUN that lacks a newline can precede one. */
function finalErrorsIn(text: string): readonly string[] {
  return [...text.matchAll(errorBeginning)].map(({ index }) => text.slice(index));
}

function explain(error: string, build: FailedBuild): Diagnosis | undefined {
  for (const { pattern, explain } of failures) {
    const match = pattern.exec(error);
    if (match !== null) return explain(match.slice(1), build);
  }
  return undefined;
}

const usageHeading = /^(?:Usage|Available Commands|Flags|Global Flags):$|^Use "/;

/** The lines without the usage text, dozens of lines that kaniko prints after every error before the build. */
export function withoutUsage(lines: readonly string[]): readonly string[] {
  let isUsage = false;
  return lines.filter((line) => {
    if (usageHeading.test(line)) isUsage = true;
    else if (/^\S/.test(line)) isUsage = false;
    return !isUsage;
  });
}

/**
 * The failing RUN is the last one in kaniko's log.
 * @param failure how it ended, as a predicate: `failed with exit code 1`.
 */
function explainRun(failure: string, { tail, dockerfile }: FailedBuild): Diagnosis {
  const commands = tail.map(readRun).filter((text) => text !== undefined);
  const command = commands.at(-1);
  if (command === undefined) return { message: `a RUN step ${failure}` };
  const found = findInstruction(dockerfile, ['run'], (text) => text === command);
  return { message: `${JSON.stringify(excerpt(command, 120))} ${failure}`, ...at(found) };
}

/** The instruction in `time="…" level=info msg="RUN …"`. logrus quotes as Go does, which differs from JSON in `\x`. */
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

function at(found: Instruction | undefined): { readonly line?: number } {
  return found === undefined ? {} : { line: found.line };
}
