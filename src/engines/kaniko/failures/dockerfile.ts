import { findInstruction } from '../failing-instruction.ts';
import { at, rule, words, type Rule } from './rule.ts';

/** Errors of the Dockerfile as a whole. */
export const dockerfileFailures: readonly Rule[] = [
  rule(/dockerfile parse error on line (\d+): (.*)/, ([line = '', reason = '']) => ({
    message: `the Dockerfile has an error on line ${line}: ${words(reason)}`,
    line: Number(line),
  })),
  rule(
    /^error building image: parsing dockerfile: (?=.*(?:unterminated heredoc|no build stage in current context|file with no instructions))(.*)/,
    ([reason = '']) => ({ message: `the Dockerfile has an error: ${words(reason)}`, line: 1 }),
  ),
  rule(/is not a valid target build stage/, () => ({
    message: 'the target stage could not be found in the Dockerfile',
    hint: "Correct 'target'.",
  })),
  rule(/could not parse reference: ?(.*)/, ([reference = ''], { dockerfile }) => ({
    message: `the image reference ${JSON.stringify(words(reference))} in the Dockerfile is not valid`,
    hint: "Give every ARG that is used in FROM a default value, or set it with 'build-args'.",
    ...at(findInstruction(dockerfile, ['from'], (text) => text.includes('$'))),
  })),
  rule(/repository can only contain the characters/, () => ({
    message: 'a repository name is not valid',
    hint: "Use lower-case letters in 'tags' and in FROM.",
  })),
];
