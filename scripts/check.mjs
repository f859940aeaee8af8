// Format, lint, types, generated documents and unit tests. The linter uses one core, the other checks the second one.
import { spawn } from 'node:child_process';

/** Runs an npm script and shows its output if it fails. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', () => resolve(false));
    child.once('close', (code) => {
      console.log(`${script}: ${code === 0 ? 'ok' : 'FAILED'}`);
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}

async function runInTurn(...scripts) {
  let isGood = true;
  for (const script of scripts) isGood = (await run(script)) && isGood;
  return isGood;
}

const results = await Promise.all([run('lint'), runInTurn('format', 'types', 'docs:check')]);
results.push(await run('unit'));
process.exitCode = results.every(Boolean) ? 0 : 1;
