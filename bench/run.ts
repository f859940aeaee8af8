// Measures ratios on this machine. The variants run in turn; the figures are medians of whole processes:
//
//   npm run bench                      everything
//   npm run bench -- pack [--rounds N]
//   npm run bench -- memory
//   npm run bench -- scale
//   npm run bench -- overlap [--rounds N]    needs a cluster (CONTRIBUTING.md, End to end)
//   npm run bench -- overhead [--rounds N]   without a cluster (CONTRIBUTING.md, End to end) only on the playground
import { parseArgs } from 'node:util';
import { benchMemory } from './memory.ts';
import { benchOverhead } from './overhead.ts';
import { benchOverlap } from './overlap.ts';
import { benchPack } from './pack.ts';
import { benchScale } from './scale.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const benches = {
  pack: () => benchPack(rounds),
  memory: benchMemory,
  scale: benchScale,
  overhead: () => benchOverhead(rounds),
  overlap: () => benchOverlap(rounds),
};
const names = Object.keys(benches);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench -- [${names.join('|')}] [--rounds N]`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (positionals.length === 0 || positionals.includes(name)) await bench();
  }
}
