// Bundles build/main.js into dist/. Run from the repository root: the module ids, and so the bytes, depend on it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import ncc from '@vercel/ncc';
import { renderLicenses } from './licenses.ts';

// undici would be half of the bundle. It serves the connections of the HTTP client of the toolkit, which the action
// does not open, so the name only has to resolve. node:path is a module that is loaded in any case.
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

/** Paths of the modules in the bundle; those that are joined into one are included. The runtime of the bundler is a part of it. */
function modulesOf({ modules, chunkGraph }) {
  const included = [...modules].filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0);
  const paths = included
    .flatMap((module) => [module, ...(module.modules ?? [])])
    .flatMap(({ resource }) => (typeof resource === 'string' ? [resource] : []));
  return [...new Set([...paths, `${process.cwd()}/node_modules/@vercel/ncc/package.json`])];
}
