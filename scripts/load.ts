// Many builds at once against one playground that refuses a share of their requests with 429 and Retry-After, and cuts all
// connections once. Prints what each build asked for and when refused requests came again; exit code 1 if a promise is broken.
//
//   npm run load                                50 processes, every 5th request refused, then nothing works for 2 s
//   npm run load -- --processes 8 --refuse 0    8 processes, nothing refused but by the cut
import { parseArgs } from 'node:util';
import { runCrowd } from '../load/crowd.ts';
import { judgeTraffic, median } from '../load/figures.ts';
import { fullestShare } from '../load/traffic.ts';

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '50' },
    refuse: { type: 'string', default: '5' },
    'retry-after': { type: 'string', default: '1' },
    outage: { type: 'string', default: '2000' },
  },
});

const windowMs = 100;

async function main(): Promise<number> {
  const retryAfterSeconds = Number(values['retry-after']);
  const end = await runCrowd({
    processes: Number(values.processes),
    refuseEach: Number(values.refuse),
    retryAfterSeconds,
    outageMs: Number(values.outage),
  });
  const { traffic, comeBackMs } = end;
  const { lines, problems } = judgeTraffic(traffic, retryAfterSeconds);
  for (const line of lines) console.log(line);
  const share = Math.round(fullestShare(comeBackMs, windowMs) * 100);
  console.log(
    `back after the cut: ${comeBackMs.length} builds, median ${Math.round(median(comeBackMs))} ms, ${share} % within the fullest ${windowMs} ms`,
  );
  const broken = [...end.problems, ...problems];
  for (const problem of broken) console.log(`BROKEN  ${problem}`);
  console.log(
    `${values.processes} builds in ${end.seconds.toFixed(1)} s, ${traffic.refused} requests refused: ${broken.length} broken promises`,
  );
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await main();
