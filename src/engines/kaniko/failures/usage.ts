import { rule, words, type Rule } from './rule.ts';

/** Flags that not every fork supports, with the input that needs them. */
const forkFlags: Readonly<Record<string, string>> = { '--annotation': 'annotations' };

/** Errors of the command line, which kaniko reports before it reads the stream. */
export const flagFailures: readonly Rule[] = [
  rule(/^Error: unknown (?:shorthand )?flag: (\S+)/, ([flag = '']) => {
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
  }),
];

/** Every other error of the command line. */
export const otherArguments: Rule = rule(/^Error: (.*)/, ([reason = '']) => ({
  message: `kaniko refused its arguments: ${words(reason)}`,
  hint: "Check 'builder-args'.",
}));

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
