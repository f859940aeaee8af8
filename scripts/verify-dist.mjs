// Fails if the committed dist/ differs from a build of the sources, untracked files included. The rebuilt files stay in the
// working tree, ready to be committed.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Content of the files in dist/ on disk. */
function readDist() {
  return new Map(
    (existsSync('dist') ? readdirSync('dist') : []).map((name) => [
      name,
      readFileSync(`dist/${name}`).toString('base64'),
    ]),
  );
}

function isSame(one, other) {
  return (
    one.size === other.size && [...one].every(([name, content]) => other.get(name) === content)
  );
}

const before = readDist();
execFileSync('npm', ['run', '-s', 'build'], { stdio: 'inherit' });
const changed = execFileSync('git', ['status', '--porcelain', '--', 'dist'], { encoding: 'utf8' });
if (changed === '') {
  console.log('dist/ is up to date');
} else if (isSame(before, readDist())) {
  console.error(`dist/ is up to date, but it is not committed:\n${changed}`);
  console.error("Commit it with: git add dist && git commit -m 'dist: rebuild'");
  process.exitCode = 1;
} else {
  console.error(`dist/ was out of date, and was rebuilt:\n${changed}`);
  console.error("Commit it with: git add dist && git commit -m 'dist: rebuild'");
  process.exitCode = 1;
}
