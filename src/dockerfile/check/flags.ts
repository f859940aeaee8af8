import { suggest } from '../../text/nearest.ts';
import { quote } from '../../text/problem.ts';
import type { Instruction } from '../instruction.ts';
import type { DockerfileProblem } from './findings.ts';

/**
 * The flags of each instruction, as in frontend/dockerfile/instructions of BuildKit v0.32. Builders refuse others when they
 * parse the file. ARG and STOPSIGNAL are absent: their flags are not read.
 */
const known: ReadonlyMap<string, readonly string[]> = new Map([
  ['add', ['checksum', 'chmod', 'chown', 'exclude', 'keep-git-dir', 'link', 'unpack']],
  ['copy', ['chmod', 'chown', 'exclude', 'from', 'link', 'parents']],
  ['from', ['platform']],
  ['healthcheck', ['interval', 'retries', 'start-interval', 'start-period', 'timeout']],
  ['run', ['device', 'mount', 'network', 'security']],
  ...['cmd', 'entrypoint', 'env', 'expose', 'label', 'maintainer', 'onbuild', 'shell', 'user']
    .concat('volume', 'workdir')
    .map((name): [string, readonly string[]] => [name, []]),
]);

/** The flags of an instruction that no builder knows. Names are case-sensitive. */
export function unknownFlags({
  name,
  flags,
  rest,
  line,
}: Instruction): readonly DockerfileProblem[] {
  const names = known.get(name);
  // HEALTHCHECK reads its flags only with CMD.
  if (names === undefined || (name === 'healthcheck' && !/^cmd\s/i.test(rest))) return [];
  return flags.flatMap((flag) => {
    const [given = ''] = flag.slice(2).split('=', 1);
    if (names.includes(given)) return [];
    const title = name.toUpperCase();
    const hint =
      names.length === 0
        ? `${title} has no flags.`
        : suggest(
            `--${given}`,
            names.map((word) => `--${word}`),
          );
    return [{ message: `${title}: unknown flag: ${quote(`--${given}`)}`, hint, line }];
  });
}
