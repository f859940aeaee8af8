import { excerpt } from '../../../text/excerpt.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';
import { lastLogged, lastLoggedIn, lastUser } from '../logged.ts';
import { at, rule, words, type Rule } from './rule.ts';

/** Errors of RUN steps. */
export const runFailures: readonly Rule[] = [
  rule(/waiting for process to exit: exit status (\d+)/, ([status = ''], build) =>
    explainRun(`failed with exit code ${status}`, build),
  ),
  rule(/waiting for process to exit: signal: (\w+)/, ([signal = ''], build) => ({
    ...explainRun(`was terminated by signal: ${signal}`, build),
    hint: "If the build ran out of memory, raise 'limits.memory' in 'resources'.",
  })),
  rule(/starting command: (.*)/, ([reason = ''], build) => ({
    ...explainRun(`could not be started: ${words(reason)}`, build),
    hint: 'Check that the program exists in the image, and that WORKDIR is a directory.',
  })),
  rule(/credentials: get uid\/gid: user (\S+) is not a uid/, ([user = ''], build) => ({
    message: `the user ${words(user)} does not exist in the image`,
    hint: 'Create the user before the USER instruction.',
    ...at(lastUser(build, (text) => text.split(/[\s:]/, 1)[0] === user)),
  })),
];

/**
 * The failing RUN is the last one in kaniko's log.
 * @param failure how it ended, as a predicate: `failed with exit code 1`.
 */
function explainRun(failure: string, build: FailedBuild): Diagnosis {
  const command = lastLogged(build, ['RUN']);
  if (command === undefined) return { message: `a RUN step ${failure}` };
  return {
    message: `${JSON.stringify(excerpt(command, 120))} ${failure}`,
    ...at(lastLoggedIn(build, ['RUN'])),
  };
}
