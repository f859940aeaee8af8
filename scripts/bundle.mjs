// Bundles build/main.js into dist/. Run from the repository root: the module ids, and so the bytes, depend on it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import ncc from '@vercel/ncc';

// The package.json of client-node does not declare that its modules have no side effects, so the bundler would keep its
// whole generated API (20 MB). Only one module has side effects. The bundler reads a copy that declares this: modules in
// build/ resolve to build/node_modules first, and node_modules is not changed.
const client = '@kubernetes/client-node';
const copy = `build/node_modules/${client}`;
rmSync(copy, { recursive: true, force: true });
cpSync(`node_modules/${client}`, copy, {
  recursive: true,
  filter: (path) => !/\.(?:d\.ts|map|md)$/.test(path),
});
const manifest = JSON.parse(readFileSync(`${copy}/package.json`, 'utf8'));
writeFileSync(
  `${copy}/package.json`,
  JSON.stringify({ ...manifest, sideEffects: ['./dist/polyfill.js'] }),
);

// undici would be half of the bundle. It serves the connections of the generated API and of the HTTP client of the toolkit,
// which the action does not open, so the name only has to resolve. node:path is a module that is loaded in any case.
const externals = { undici: 'node:path' };
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
// The post step must not depend on state that the build step saves: a cancelled build step may not have saved any.
writeFileSync('dist/post.js', "process.env.STATE_isPost = 'true';\nawait import('./index.js');\n");
