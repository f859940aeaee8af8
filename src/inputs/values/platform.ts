import { suggest } from '../../text/nearest.ts';
import { invalid, quote } from '../../text/problem.ts';
import { parseItems, type Item } from './list.ts';

const architectures = [
  'amd64',
  'arm64',
  'arm',
  'ppc64le',
  's390x',
  'riscv64',
  '386',
  'loong64',
  'mips64le',
];

/** Other names of an architecture and its variant, normalised as in containerd. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['i386', '386'],
  ['armhf', 'arm/v7'],
  ['armel', 'arm/v6'],
]);

/**
 * The one platform of `platforms`.
 * @throws InvalidInput
 */
export function parsePlatforms(items: readonly Item[]): Platform | undefined {
  const [first, ...others] = parseItems(items, parsePlatform);
  if (others.length === 0) return first;
  throw invalid(
    `it has ${others.length + 1} platforms, but a build supports one`,
    'Use one platform, and one step or job for each platform.',
  );
}

/**
 * `linux/arm64`, `linux/arm/v7` or the architecture alone.
 * @throws InvalidInput
 */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  const os = parts.length === 1 ? 'linux' : (parts.shift() ?? '');
  if (os !== 'linux') {
    throw invalid(
      `${quote(text)} is not a Linux platform`,
      'Use linux/ARCHITECTURE, for example linux/amd64.',
    );
  }
  const [name = '', variant, ...rest] = parts;
  const [architecture = '', impliedVariant] = (aliases.get(name) ?? name).split('/');
  if (!architectures.includes(architecture) || rest.length > 0) {
    throw invalid(
      `${quote(text)} is not a supported platform`,
      suggest(
        text.includes('/') ? text : `linux/${text}`,
        architectures.map((known) => `linux/${known}`),
      ),
    );
  }
  return { os, architecture, variant: withoutBaseline(architecture, variant ?? impliedVariant) };
}

/** Without the variant that every node of the architecture supports. */
function withoutBaseline(architecture: string, variant: string | undefined): string | undefined {
  const isBaseline =
    (architecture === 'arm64' && (variant === 'v8' || variant === '8')) ||
    (architecture === 'amd64' && variant === 'v1');
  return isBaseline || variant === '' ? undefined : variant;
}

export interface Platform {
  readonly os: 'linux';
  readonly architecture: string;
  readonly variant: string | undefined;
}
