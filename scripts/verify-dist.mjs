// Fails unless the committed dist/ is what the sources build, untracked files included.
import { execFileSync } from 'node:child_process';

execFileSync('npm', ['run', '-s', 'build'], { stdio: 'inherit' });
const changed = execFileSync('git', ['status', '--porcelain', '--', 'dist'], { encoding: 'utf8' });
if (changed !== '') {
  console.error(`dist/ is not what the sources build:\n${changed}`);
  console.error("Repair it with: npm run build && git add dist && git commit -m 'dist: rebuild'");
  process.exit(1);
}
console.log('dist/ is what the sources build');
