import { appendFileSync } from 'node:fs';
import { describeError } from '../../src/errors.ts';
import { buildImage } from './build.ts';
import type { Access } from './client.ts';
import { readContext } from './context.ts';
import { parseDockerfile } from './dockerfile.ts';
import { UsageFailure } from './failure.ts';
import { parseFlags, usage, type Flags } from './flags.ts';
import { BuilderLog } from './log.ts';
import { readFile, readLogins } from './login.ts';
import { checkPush, digestLines, pushProduct, toProduct } from './push.ts';
import type { Tree } from './tree.ts';

/** Streams and environment of a builder process. */
export interface BuilderProcess {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Buffer>;
  readonly writeError: (text: string) => void;
}

/** Carries out the steps of the kaniko executor in their order. @returns the exit code. */
export async function runBuilder(builder: BuilderProcess): Promise<number> {
  const log = new BuilderLog(builder.writeError);
  try {
    await execute(builder, log);
    return 0;
  } catch (error) {
    const text = describeError(error);
    if (error instanceof UsageFailure) log.bare(`Error: ${text}\n${usage}`);
    log.bare(text);
    return 1;
  }
}

async function execute({ args, env, stdin }: BuilderProcess, log: BuilderLog): Promise<void> {
  const flags = parseFlags(args, env);
  log.level = flags.level;
  const unpacked = await readContext(stdin);
  const text = findDockerfile(flags, unpacked);
  const access: Access = {
    flags: flags.registries,
    logins: readLogins(env['DOCKER_CONFIG'], unpacked),
    unpacked,
  };
  if (flags.push) await checkPush(flags.destinations, access);
  if (flags.cache) log.warn('The playground has no layer cache: every instruction is executed.');
  if (flags.mirrors)
    log.warn('The playground does not use mirrors: images are pulled from the registry in FROM.');
  const image = await buildImage(parseDockerfile(text), { flags, unpacked, access, log });
  const product = toProduct(image, flags.annotations);
  writeDigests(flags, digestLines(flags.destinations, product), env);
  if (flags.push) await pushProduct(product, flags.destinations, access, log);
  else log.info('Skipping push to container registry due to --no-push flag');
}

function findDockerfile({ dockerfile }: Flags, unpacked: Tree): string {
  const content = dockerfile.startsWith('/') ? readFile(dockerfile, unpacked) : undefined;
  if (content !== undefined) return content.toString();
  throw new UsageFailure(
    'error resolving dockerfile path: please provide a valid path to a Dockerfile within the build context with --dockerfile',
  );
}

const terminationLog = '/dev/termination-log';

/** Written before the push, as kaniko does: the lines are only valid with exit code 0. */
function writeDigests({ digestFile }: Flags, lines: string, env: NodeJS.ProcessEnv): void {
  if (digestFile === undefined) return;
  const standIn = digestFile === terminationLog ? env['PLAYGROUND_TERMINATION_LOG'] : undefined;
  appendFileSync(standIn ?? digestFile, lines);
}
