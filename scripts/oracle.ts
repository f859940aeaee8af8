// Go's own libraries, which the builders are made of, against our code: Docker's matcher of ignore files on random rules and
// paths, and archive/tar on a stream with every kind of entry and on cut ones. Needs Go. Exit code 1 if anything differs.
//
//   npm run oracle                                200,000 paths, 1,000 cuts, with a seed of its own, which is printed
//   npm run oracle -- --seed 7 --paths 200000     the same paths and cuts again
//   npm run oracle -- --record                    writes the table of verdicts that the unit tests read
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareArchive, cutArchive } from '../oracle/archive.ts';
import { compareIgnoreRules, compareOne, type Difference } from '../oracle/compare.ts';
import { OracleProgram } from '../oracle/program.ts';
import { Random } from '../oracle/random.ts';
import { recordIgnoreCases } from '../oracle/record.ts';
import { describeError } from '../src/errors.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    paths: { type: 'string', default: '200000' },
    cuts: { type: 'string', default: '1000' },
    record: { type: 'boolean', default: false },
  },
});

/** Docker leaves `foo/bar` out here, and a well-known library keeps it. */
const documented = { ignore: '*/**\n!foo\n', paths: ['bar', 'bar/a', 'foo', 'foo/bar'] };

async function main(program: OracleProgram): Promise<number> {
  if (values.record) {
    console.log(`recorded; ${await recordIgnoreCases(program)} cases changed`);
    return 0;
  }
  const seed = Number(values.seed);
  console.log(`seed ${seed}`);
  const example = await compareOne(program, documented);
  const result = await compareIgnoreRules(program, new Random(seed), Number(values.paths));
  const differences = [...(example === undefined ? [] : [example]), ...result.differences];
  for (const difference of differences) console.log(describe(difference));
  console.log(
    `seed ${seed}: ${result.paths} paths under ${result.cases} ignore files, ${result.excluded} of them excluded, ` +
      `${result.malformed} files malformed, ${result.looseClasses} with Unicode classes of Go 1.25, ${result.unread} directories not read: ${differences.length} differences`,
  );
  const archive = await compareArchive(program, directory);
  const cut = await cutArchive(program, new Random(seed), Number(values.cuts));
  const problems = [...archive.problems, ...cut.problems];
  for (const problem of problems) console.log(`DIFFERENCE  ${problem}`);
  console.log(
    `archive: ${archive.entries} entries of every kind, ${archive.problems.length} differences; ` +
      `${values.cuts} cuts of a stream of ${cut.bytes} bytes, ${cut.problems.length} accepted without being whole`,
  );
  return differences.length + problems.length === 0 ? 0 : 1;
}

function describe({ example, docker, ours, walk }: Difference): string {
  const lines = [
    `DIFFERENCE  ${JSON.stringify(example.ignore)}`,
    `  paths   ${JSON.stringify(example.paths)}`,
    `  docker  ${JSON.stringify(docker)}`,
    `  ours    ${JSON.stringify(ours)}`,
    ...(walk === undefined ? [] : [`  ${walk}`]),
  ];
  return lines.join('\n');
}

const directory = mkdtempSync(join(tmpdir(), 'oracle-'));
try {
  process.exitCode = await main(new OracleProgram(directory));
} catch (error) {
  console.error(`oracle: ${describeError(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true });
}
