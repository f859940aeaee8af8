// Runs many builds at once; see the usage below.
import { parseArgs } from 'node:util';
import { runCrowd } from '../load/crowd.ts';
import { judgeTraffic, median } from '../load/figures.ts';
import { fullestShare } from '../load/traffic.ts';
import { readCount, runCommand } from '../support/command.ts';

const usage = `usage: npm run load -- [--processes N] [--refuse N] [--retry-after SECONDS] [--outage MS]

Runs many builds at once against one playground that refuses a share of their requests with 429 and Retry-After, and closes
all connections once. Prints the requests of each build and when refused requests were sent again. The exit code is 1 if a
build does not end as it must, or a limit is exceeded.

  --processes N          number of builds; default 50
  --refuse N             refuses every Nth request; default 5, 0 refuses none
  --retry-after SECONDS  value of Retry-After; default 1
  --outage MS            refuses every request for this time after the connections were closed; default 2000
  --help                 prints this text`;

const windowMs = 100;

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      processes: { type: 'string', default: '50' },
      refuse: { type: 'string', default: '5' },
      'retry-after': { type: 'string', default: '1' },
      outage: { type: 'string', default: '2000' },
    },
  });
  const retryAfterSeconds = readCount('--retry-after', values['retry-after']);
  const end = await runCrowd({
    processes: readCount('--processes', values.processes, 1),
    refuseEach: readCount('--refuse', values.refuse),
    retryAfterSeconds,
    outageMs: readCount('--outage', values.outage),
  });
  const { traffic, comeBackMs } = end;
  const { lines, problems } = judgeTraffic(traffic, retryAfterSeconds);
  for (const line of lines) console.log(line);
  const share = Math.round(fullestShare(comeBackMs, windowMs) * 100);
  console.log(
    `first request after the outage: ${comeBackMs.length} builds, median ${Math.round(median(comeBackMs))} ms, ${share} % within the fullest ${windowMs} ms`,
  );
  const broken = [...end.problems, ...problems];
  for (const problem of broken) console.log(`BROKEN  ${problem}`);
  console.log(
    `${values.processes} builds in ${end.seconds.toFixed(1)} s, ${traffic.refused} requests refused: ${broken.length} problems`,
  );
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await runCommand(usage, main);
