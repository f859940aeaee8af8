import { basicAuth } from '../inputs/auths/basic-auth.ts';
import { BuildError, describeError, errorCode, ProgramTimeout } from '../errors.ts';
import { dockerHub } from '../inputs/values/reference.ts';
import type { RunCommand } from '../ports.ts';
import { fieldsOf, parseJson } from '../text/json.ts';
import { quote } from '../text/problem.ts';
import { afterColon } from '../text/program-output.ts';
import { toError } from '../time/abort.ts';
import { stoppedWhile } from '../time/deadline.ts';
import { secretsOf, type Credentials } from './credentials.ts';
import { hubKey } from './registry-key.ts';

const missingHint =
  "Install the credential helper on the runner, or set 'docker-config' to a directory without it.";
const failedHint =
  "Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.";

/**
 * Runs `docker-credential-<helper> get`. Source: docker/docker-credential-helpers: the server's URL on stdin, JSON on
 * stdout; the user name `<token>` marks an identity token.
 * @param helper suffix of the program's name.
 * @param host of the registry.
 * @returns undefined if the helper has no credentials for the registry.
 * @throws BuildError('input') if the helper fails; the signal's reason if it is aborted.
 */
export async function askHelper(
  helper: string,
  host: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  // `docker login` stores credentials under the name that it was given; only Docker Hub has a fixed one.
  const servers = host === dockerHub ? [hubKey, dockerHub, 'docker.io'] : [host, `https://${host}`];
  for (const server of servers) {
    const credentials = await getCredentials(helper, server, run, signal);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

/**
 * Runs programs as `run` does. One that could not be started or did not answer is not run again: a credential store that is
 * locked would cost its whole time limit for each registry.
 */
export function endFailedPrograms(run: RunCommand): RunCommand {
  const failed = new Map<string, Error>();
  return async (command, args, options) => {
    const known = failed.get(command);
    if (known !== undefined) throw known;
    try {
      return await run(command, args, options);
    } catch (error) {
      failed.set(command, toError(error));
      throw error;
    }
  };
}

async function getCredentials(
  helper: string,
  server: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const command = `docker-credential-${helper}`;
  const doing = `getting the credentials for ${quote(server)} from ${quote(command)}`;
  let result;
  try {
    result = await run(command, ['get'], { input: server, signal });
  } catch (error) {
    if (signal.aborted) throw stoppedWhile(doing, signal, failedHint);
    const output = error instanceof ProgramTimeout ? outputOf(error) : '';
    throw new BuildError('input', `${doing} failed: ${describeError(error)}${output}`, {
      hint: errorCode(error) === 'ENOENT' ? missingHint : failedHint,
      cause: error,
    });
  }
  const { exitCode, stdout, stderr } = result;
  if (exitCode !== 0) {
    if (isNotFound(`${stdout} ${stderr}`)) return undefined;
    const output = outputOf({ stdout, stderr });
    throw new BuildError('input', `${doing} failed with exit code ${exitCode}${output}`, {
      hint: failedHint,
    });
  }
  const answer = readAnswer(stdout);
  if (answer === undefined) {
    throw new BuildError('input', `${doing} failed: it returned no credentials`, {
      hint: failedHint,
    });
  }
  return Object.keys(answer).length === 0 ? undefined : answer;
}

/**
 * What a helper has printed, after a colon. Helpers report their errors on stdout (github.com/docker/docker-credential-helpers),
 * but one can also have printed the credentials there: JSON is not quoted.
 */
function outputOf({
  stdout,
  stderr,
}: {
  readonly stdout: string;
  readonly stderr: string;
}): string {
  const secrets = secretsOf(readAnswer(stdout) ?? {});
  const shown = /[{"]|secret/i.test(stdout) ? '' : stdout;
  return afterColon(`${shown}\n${stderr}`, secrets);
}

/** The helpers have no exit code for it, only their messages. */
function isNotFound(output: string): boolean {
  return /credentials not found|no credentials|not found in native/i.test(output);
}

/** @returns undefined for anything but the JSON of a helper; no fields for one without a secret. */
function readAnswer(stdout: string): Credentials | undefined {
  const { Username: username, Secret: secret } = fieldsOf(parseJson(stdout));
  if (typeof username !== 'string' || typeof secret !== 'string') return undefined;
  if (secret === '') return {};
  return username === '<token>' ? { identitytoken: secret } : { auth: basicAuth(username, secret) };
}
