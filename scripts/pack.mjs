// Starts pack.ts with a compile cache: without it, stripping the types of its sources takes longer than packing a small context.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
const { main } = await import('./pack.ts');
await main();
