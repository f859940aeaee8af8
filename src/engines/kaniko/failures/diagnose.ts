import type { Diagnosis, FailedBuild } from '../../engine.ts';
import { flagFailures, otherArguments } from './usage.ts';
import { connectionFailures } from './connection.ts';
import { copyFailures } from './copy.ts';
import { dockerfileFailures } from './dockerfile.ts';
import { downloadFailures } from './download.ts';
import { lastLoggedIn, shortTail } from '../logged.ts';
import { explainPull } from './pull.ts';
import { otherPushes, pushFailures } from './push.ts';
import { at, rule, words, type Rule } from './rule.ts';
import { runFailures } from './run.ts';
import { streamFailures } from './stream.ts';

/** An error that no other rule explains, in kaniko's own words. */
const otherBuilds: Rule = rule(
  /^error building image: (?:error building stage: )?(failed to execute command: )?(.*)/,
  ([executed, reason = ''], build) => ({
    message: words(reason),
    ...(executed !== undefined && at(lastLoggedIn(build))),
  }),
);

/** The first rule that explains an error wins, so special texts come before general ones. */
const rules: readonly Rule[] = [
  ...flagFailures,
  ...dockerfileFailures,
  ...streamFailures,
  ...runFailures,
  ...copyFailures,
  ...downloadFailures,
  ...pushFailures,
  ...connectionFailures,
  ...otherPushes,
  explainPull,
  otherBuilds,
  otherArguments,
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
  let unproved: Diagnosis | undefined;
  for (const error of final.length > 0 ? final : others) {
    const diagnosis = explain(error, build);
    // The builder got the whole stream, so a RUN step has printed this.
    if (diagnosis?.transport === true && build.contextComplete) continue;
    if (diagnosis?.beforeBuild !== true || !hasBuilt(build)) {
      if (diagnosis !== undefined || final.length > 0) return diagnosis ?? unproved;
    } else {
      // A RUN step can have printed this, and then there is another error before it.
      unproved ??= { ...diagnosis, beforeBuild: false };
    }
  }
  return unproved;
}

/** The final errors in a line, each to the end of the line: output of RUN that lacks a newline can precede one. */
function finalErrorsIn(text: string): readonly string[] {
  return [...text.matchAll(errorBeginning)].map(({ index }) => text.slice(index));
}

function explain(error: string, build: FailedBuild): Diagnosis | undefined {
  for (const explainKind of rules) {
    const diagnosis = explainKind(error, build);
    if (diagnosis !== undefined) return diagnosis;
  }
  return undefined;
}

const buildLine =
  /level=info msg="(?:Retrieving image|Building stage|Unpacking rootfs|Executing \d+ build triggers|RUN) /;

/** True unless the output proves that kaniko ended before it built anything. */
function hasBuilt({ tail, isOutputWhole }: FailedBuild): boolean {
  // kaniko prints less before it builds.
  if (!isOutputWhole || tail.length > shortTail) return true;
  return tail.some((line) => buildLine.test(line));
}
