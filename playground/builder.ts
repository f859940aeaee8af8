import { fstatSync } from 'node:fs';
import { runBuilder } from './builder/run.ts';

/** An imitation of the kaniko executor with the same flags, stream on stdin and messages. */
async function main(): Promise<number> {
  const writeError = (text: string): void => {
    process.stderr.write(text);
  };
  // Without `stdin: true` the runtime gives a container the null device.
  if (fstatSync(0).isCharacterDevice()) {
    writeError(
      "error resolving source context: no data found.. don't forget to add the '--interactive, -i' flag\n",
    );
    return 1;
  }
  return await runBuilder({
    args: process.argv.slice(2),
    env: process.env,
    stdin: process.stdin,
    writeError,
  });
}

process.exitCode = await main();
// Stdin can still be open.
process.stdin.destroy();
