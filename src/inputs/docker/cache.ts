import { isDeepStrictEqual } from 'node:util';
import { invalid, InvalidInput, quote, type Problem } from '../../text/problem.ts';
import { show } from '../../text/show.ts';
import type { ImageInputs } from '../inputs.ts';
import type { InputReader } from '../reader.ts';
import { parseAttributes } from '../values/key-value.ts';
import type { Item } from '../values/list.ts';
import { canonicalName, parseRepository, refuseScheme, refuseUser } from '../values/reference.ts';

/** Attributes of Docker's registry cache that kaniko has no equivalent for. They do not change the image, so they are ignored. */
const ignoredAttributes = [
  'mode',
  'compression',
  'compression-level',
  'force-compression',
  'image-manifest',
  'oci-mediatypes',
  'ignore-error',
];

/** Plain HTTP or TLS that is not verified. It does not change the image. */
const insecureAttribute = 'registry.insecure';

/** So many entries that cannot be used end the reading. */
const mostWarnings = 20;

const useRegistry = 'Use cache-to: type=registry,ref=REPOSITORY.';

/** The entries of `cache-from` or `cache-to`. */
export interface CacheEntries {
  /** Repositories that can hold the cache, without duplicates. */
  readonly repositories: readonly string[];
  /** What of the entries is not used, and what is used instead. A cache never decides whether a build runs. */
  readonly unused: readonly Problem[];
}

/** Reads entries in the notation of Docker: `type=registry,ref=REPOSITORY` or the repository alone. Stops after 20 that cannot be used. */
export function parseCache(items: readonly Item[]): CacheEntries {
  const repositories = new Set<string>();
  const unused: Problem[] = [];
  for (const { text, line } of items) {
    try {
      const { repository, tag, isInsecure } = parseCacheItem(text);
      repositories.add(repository);
      if (tag !== undefined) {
        unused.push({
          line,
          text: `kaniko stores its cache in ${show(repository)}, and does not use ${quote(tag)}`,
          hint: `It gives each cached layer a tag of its own. Use a repository for the cache, for example ${show(repository)}-cache.`,
        });
      }
      if (isInsecure === true) unused.push({ line, ...insecure(repository) });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      for (const problem of error.problems) {
        unused.push({
          line,
          text: `${problem.text}; this cache is not used`,
          hint: problem.hint ?? useRegistry,
        });
      }
    }
  }
  return { repositories: [...repositories], unused };
}

/** @throws InvalidInput for an entry that cannot be used. */
function parseCacheItem(text: string): CacheRepository {
  refuseUser(text);
  if (!text.includes('=')) return parseCacheRepository(text);
  const attributes = parseAttributes(text);
  const type = attributes.get('type') ?? 'registry';
  if (type !== 'registry') {
    throw invalid(`kaniko has no cache of type ${quote(type)}`, useRegistry);
  }
  for (const key of attributes.keys()) {
    if (!['type', 'ref', insecureAttribute, ...ignoredAttributes].includes(key)) {
      throw invalid(`${quote(key)} is not an attribute of a registry cache`, useRegistry);
    }
  }
  const ref = attributes.get('ref') ?? '';
  if (ref === '') throw invalid(`${quote(text)} has no ref`, useRegistry);
  const isInsecure = isTrue(attributes.get(insecureAttribute) ?? '');
  return { ...parseCacheRepository(ref), isInsecure };
}

/** As BuildKit reads a boolean. */
function isTrue(text: string): boolean {
  return ['1', 't', 'true'].includes(text.toLowerCase());
}

/** The registry is not changed here: `tags` can name it too, and the attribute is for the cache alone. */
function insecure(repository: string): Problem {
  const { registry } = parseRepository(repository);
  return {
    text: `kaniko does not use the attribute ${insecureAttribute}`,
    hint: `Add ${show(registry)} to 'insecure-registries', and remove the attribute.`,
  };
}

interface CacheRepository {
  readonly repository: string;
  /** The tag or digest of the reference, with its separator. */
  readonly tag?: string;
  /** The entry asks for plain HTTP or TLS that is not verified. */
  readonly isInsecure?: boolean;
}

/** @throws InvalidInput */
function parseCacheRepository(text: string): CacheRepository {
  refuseScheme(text);
  const [, name = '', tag = ''] =
    /^([^@]*?)((?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?)$/.exec(text) ?? [];
  if (name === '') throw invalid(`${quote(text)} is not a repository`, useRegistry);
  parseRepository(name);
  const repository = canonicalName(name);
  return tag === '' ? { repository } : { repository, tag };
}

/** kaniko reads and writes its cache in one repository: the first one of `cache-to`, else the first one of `cache-from`. */
export function readCaches(reader: InputReader): Pick<ImageInputs, 'cacheFrom' | 'cacheTo'> {
  const [from, to] = (['cache-from', 'cache-to'] as const).map((input) => {
    const { repositories, unused } = parseCache(reader.items(input, 'lines'));
    reader.warn(input, unused);
    return { input, repositories };
  }) as [CacheInput, CacheInput];
  const used = to.repositories[0] ?? from.repositories[0];
  for (const { input, repositories } of [from, to]) {
    const others = repositories.filter((repository) => !isSameRepository(repository, used));
    const warnings = others.slice(0, mostWarnings).map((other) => ({
      text: `kaniko uses one repository for its cache, ${show(used ?? '')}, and not ${show(other)}`,
      hint: 'Use one repository in both inputs.',
    }));
    reader.warn(input, warnings);
  }
  const choose = ({ repositories }: CacheInput): string | undefined =>
    repositories.length === 0 ? undefined : used;
  return { cacheFrom: choose(from), cacheTo: choose(to) };
}

interface CacheInput {
  readonly input: string;
  readonly repositories: readonly string[];
}

function isSameRepository(one: string, other: string | undefined): boolean {
  return other !== undefined && isDeepStrictEqual(parseRepository(one), parseRepository(other));
}
