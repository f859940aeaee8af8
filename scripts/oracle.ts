// Compares our code with libraries of Go; see the usage below.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareArchive, cutArchive } from '../oracle/archive.ts';
import { compareEnds } from '../oracle/ends.ts';
import { compareIgnoreRules, compareOne, type Difference } from '../oracle/compare.ts';
import { compareDockerfiles } from '../oracle/dockerfile/compare.ts';
import { knownDockerfiles } from '../oracle/dockerfile/known.ts';
import { compareProxies, recordProxies } from '../oracle/no-proxy.ts';
import { OracleProgram } from '../oracle/program.ts';
import { recordIgnoreCases } from '../oracle/record.ts';
import { readCount, runCommand } from '../support/command.ts';
import { Random } from '../support/random.ts';

const usage = `usage: npm run oracle -- [--seed N] [--paths N] [--dockerfiles N] [--cuts N] [--record]

Compares our code with the Go libraries that kubectl and the builders use: Docker's matcher of ignore files on random rules and
paths, BuildKit's parser on random Dockerfiles, archive/tar on a stream with every kind of entry and on truncated ones, and the
proxies of requests with those that net/http chooses. Needs Go. The exit code is 1 if anything differs.

  --seed N         repeats the paths, Dockerfiles, cuts and proxies of this seed; without it, a random seed is printed
  --paths N        number of paths; default 200000
  --dockerfiles N  number of Dockerfiles; default 20000
  --cuts N         number of truncated streams; default 1000
  --proxies N      number of requests whose proxy is chosen; default 100000
  --record         writes the verdicts that the unit tests read, __tests__/fixtures/{ignore-cases,no-proxy}.json, and compares nothing
  --help           prints this text`;

/** Docker excludes `foo/bar` with these patterns; some other implementations do not. */
const documented = { ignore: '*/**\n!foo\n', paths: ['bar', 'bar/a', 'foo', 'foo/bar'] };

interface Extent {
  readonly seed: number;
  readonly paths: number;
  readonly dockerfiles: number;
  readonly cuts: number;
  readonly proxies: number;
}

async function compareAll(
  program: OracleProgram,
  directory: string,
  { seed, paths, dockerfiles, cuts, proxies }: Extent,
): Promise<number> {
  console.log(`seed ${seed}`);
  const different =
    (await compareIgnoreFiles(program, seed, paths)) +
    (await compareBuilds(program, seed, dockerfiles)) +
    (await compareArchives(program, directory, seed, cuts)) +
    (await compareRequests(program, seed, proxies));
  return different === 0 ? 0 : 1;
}

/** @returns the number of differences. */
async function compareIgnoreFiles(
  program: OracleProgram,
  seed: number,
  paths: number,
): Promise<number> {
  const example = await compareOne(program, documented);
  const result = await compareIgnoreRules(program, new Random(seed), paths);
  const differences = [...(example === undefined ? [] : [example]), ...result.differences];
  for (const difference of differences) console.log(describe(difference));
  console.log(
    `seed ${seed}: ${result.paths} paths under ${result.cases} ignore files, ${result.excluded} of them excluded, ` +
      `${result.malformed} files malformed, ${result.looseClasses} with Unicode classes of Go 1.25, ${result.unread} directories skipped: ${differences.length} differences`,
  );
  return differences.length;
}

/** @returns the number of differences. */
async function compareBuilds(
  program: OracleProgram,
  seed: number,
  dockerfiles: number,
): Promise<number> {
  const known = knownDockerfiles();
  const result = await compareDockerfiles(program, new Random(seed), known, dockerfiles);
  for (const difference of result.shown) console.log(`DIFFERENCE  ${difference}`);
  const { both, missed } = result;
  const share = (kind: keyof typeof both): string =>
    `${both[kind]} of ${both[kind] + missed[kind]} ${kind}`;
  console.log(
    `seed ${seed}: ${result.cases} Dockerfiles, BuildKit builds ${result.accepted} of them (${result.edited} are sent edited) and finds what we find, and more: ` +
      `${share('stages')}, ${share('sources')}, ${share('registries')}: ${result.differences} differences`,
  );
  return result.differences;
}

/** @returns the number of differences. */
async function compareArchives(
  program: OracleProgram,
  directory: string,
  seed: number,
  cuts: number,
): Promise<number> {
  const archive = await compareArchive(program, directory);
  const cut = await cutArchive(program, new Random(seed), cuts);
  const ends = await compareEnds(program, directory);
  const problems = [...archive.problems, ...cut.problems, ...ends.problems];
  for (const problem of problems) console.log(`DIFFERENCE  ${problem}`);
  console.log(
    `archive: ${archive.entries} entries of every kind, ${archive.problems.length} differences; ` +
      `${cuts} cuts of a stream of ${cut.bytes} bytes, ${cut.problems.length} accepted although incomplete; ` +
      `${ends.archives} ways to end an archive, ${ends.problems.length} differences`,
  );
  return problems.length;
}

/** @returns the number of differences. */
async function compareRequests(
  program: OracleProgram,
  seed: number,
  proxies: number,
): Promise<number> {
  const proxied = await compareProxies(program, new Random(seed), proxies);
  for (const problem of proxied.problems) console.log(`DIFFERENCE  ${problem}`);
  console.log(
    `proxies: ${proxies} requests, ${proxied.direct} of them direct, ${proxied.problems.length} differences`,
  );
  return proxied.problems.length;
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

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      paths: { type: 'string', default: '200000' },
      dockerfiles: { type: 'string', default: '20000' },
      cuts: { type: 'string', default: '1000' },
      proxies: { type: 'string', default: '100000' },
      record: { type: 'boolean', default: false },
    },
  });
  const extent = {
    seed: readCount('--seed', values.seed),
    paths: readCount('--paths', values.paths),
    dockerfiles: readCount('--dockerfiles', values.dockerfiles),
    cuts: readCount('--cuts', values.cuts),
    proxies: readCount('--proxies', values.proxies),
  };
  const directory = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const program = new OracleProgram(directory);
    if (!values.record) return await compareAll(program, directory, extent);
    const changed = (await recordIgnoreCases(program)) + (await recordProxies(program));
    console.log(`recorded: ${changed} verdicts changed`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

process.exitCode = await runCommand(usage, main);
