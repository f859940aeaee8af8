// Bundles build/main.js into dist/. Run from the repository root: the module ids, and so the bytes, depend on it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import ncc from '@vercel/ncc';

// client-node does not say that its modules have no side effects, so the bundler would keep all of its generated API
// (20 MB). It has one module with effects; saying so while bundling leaves the parts that are used.
const manifest = 'node_modules/@kubernetes/client-node/package.json';
const original = readFileSync(manifest, 'utf8');
// Half of the bundle would be undici, for the connections of that API and of the toolkit's HTTP client. The step makes none of
// them, so the name only has to resolve; a post step loads it too, so it is a module that is always there.
const externals = { undici: 'node:path' };
try {
  writeFileSync(
    manifest,
    JSON.stringify({ ...JSON.parse(original), sideEffects: ['./dist/polyfill.js'] }),
  );
  const { code, assets } = await ncc(`${process.cwd()}/build/main.js`, {
    cache: false,
    externals,
    license: 'licenses.txt',
    quiet: true,
  });
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  writeFileSync('dist/index.js', code);
  for (const [name, { source }] of Object.entries(assets)) writeFileSync(`dist/${name}`, source);
  // Which step it is must not depend on a state that the build step may never have written: it can be cancelled before.
  writeFileSync(
    'dist/post.js',
    "process.env.STATE_isPost = 'true';\nawait import('./index.js');\n",
  );
} finally {
  writeFileSync(manifest, original);
}
