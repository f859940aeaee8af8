// Starts pack.ts. Its sources are TypeScript: the compile cache saves stripping and compiling them on every run, which takes
// longer than packing a small context.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
await import('./pack.ts');
