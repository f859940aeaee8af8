import type { KeyValue } from '../inputs/values/key-value.ts';
import type { Platform } from '../inputs/values/platform.ts';
import type { Dockerfile } from './parse.ts';
import { splitQuotedWords } from './words.ts';

/**
 * Docker's automatic platform arguments (`TARGETARCH`, …), which not every builder sets. The image is built on a node of its
 * platform, so both platforms are the same. Without an argument that some ARG has a default for: a build argument would replace the
 * default, an automatic one does not.
 * @returns none for an unknown platform: it is that of the node.
 */
export function platformArguments(
  dockerfile: Dockerfile,
  platform: Platform | undefined,
): readonly KeyValue[] {
  if (platform === undefined) return [];
  const { os, architecture, variant = '' } = platform;
  const parts = { OS: os, ARCH: architecture, VARIANT: variant };
  const whole = Object.values(parts)
    .filter((part) => part !== '')
    .join('/');
  const values = Object.entries({ PLATFORM: whole, ...parts });
  const withDefault = argumentsWithDefault(dockerfile);
  return ['TARGET', 'BUILD']
    .flatMap((side) => values.map(([part, value]) => ({ key: `${side}${part}`, value })))
    .filter(({ key }) => !withDefault.has(key));
}

/** Names of the arguments that an ARG gives a default. */
function argumentsWithDefault({ instructions, escape }: Dockerfile): ReadonlySet<string> {
  const words = instructions
    .filter(({ name }) => name === 'arg')
    .flatMap(({ rest }) => splitQuotedWords(rest, escape).words);
  return new Set(
    words.filter((word) => word.includes('=')).map((word) => word.replace(/=.*$/s, '')),
  );
}

/** `SOURCE_DATE_EPOCH` of the environment, which docker buildx passes to each build; none if it is not whole seconds. */
export function timestampArgument(
  environment: Readonly<Record<string, string | undefined>>,
): readonly KeyValue[] {
  const value = environment['SOURCE_DATE_EPOCH'] ?? '';
  return /^\d+$/.test(value) ? [{ key: 'SOURCE_DATE_EPOCH', value }] : [];
}
