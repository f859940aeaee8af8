// A cluster and a registry on this machine until Ctrl-C:
//
//   npm run playground
import { once } from 'node:events';
import { describeError } from '../src/errors.ts';
import { describePlayground, startPlayground } from './playground.ts';

try {
  const playground = await startPlayground();
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log(`${describePlayground(playground)}\n\nPress Ctrl-C to stop both.`);
  await stop;
  await playground.close();
} catch (error) {
  console.error(`the playground failed: ${describeError(error)}`);
  process.exitCode = 1;
}
