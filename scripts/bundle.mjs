// Bundles build/main.js into dist/. Run from the repository root: the module ids, and so the bytes, depend on it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import ncc from '@vercel/ncc';
import { renderLicenses } from './licenses.ts';
import { writeStubs } from './stubs.mjs';

// The package.json of client-node does not declare that its modules have no side effects, so the bundler would keep its
// whole generated API (20 MB). Only one module has side effects. The bundler reads a copy that declares this: modules in
// build/ resolve to build/node_modules first, and node_modules is not changed.
const client = '@kubernetes/client-node';
const copy = `build/node_modules/${client}`;
rmSync(copy, { recursive: true, force: true });
cpSync(`node_modules/${client}`, copy, {
  recursive: true,
  filter: (path) => !/\.(?:d\.ts|map|md)$/.test(path) && !path.includes(`${client}/node_modules`),
});
writeStubs(copy);
const manifest = JSON.parse(readFileSync(`${copy}/package.json`, 'utf8'));
writeFileSync(
  `${copy}/package.json`,
  JSON.stringify({ ...manifest, sideEffects: ['./dist/polyfill.js'] }),
);

// undici would be half of the bundle. It serves the connections of the generated API and of the HTTP client of the toolkit,
// which the action does not open, so the name only has to resolve. node:path is a module that is loaded in any case.
const externals = { undici: 'node:path' };
const { code, assets, stats } = await ncc(`${process.cwd()}/build/main.js`, {
  cache: false,
  externals,
  quiet: true,
});
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
writeFileSync('dist/index.js', code);
for (const [name, { source }] of Object.entries(assets)) writeFileSync(`dist/${name}`, source);
writeFileSync('dist/licenses.txt', renderLicenses(modulesOf(stats.compilation)));
// The post step must not depend on state that the build step saves: a cancelled build step may not have saved any.
writeFileSync('dist/post.js', "process.env.STATE_isPost = 'true';\nawait import('./index.js');\n");

/** Paths of the modules in the bundle without the stubs; those that are joined into one are included. The runtime of the bundler is a part of it. */
function modulesOf({ modules, chunkGraph }) {
  const included = [...modules].filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0);
  const paths = included
    .flatMap((module) => [module, ...(module.modules ?? [])])
    .flatMap(({ resource }) => (typeof resource === 'string' ? [resource] : []))
    .filter((path) => !path.includes(`${copy}/node_modules/`));
  return [...new Set([...paths, `${process.cwd()}/node_modules/@vercel/ncc/package.json`])];
}
