import { isDeepStrictEqual } from 'node:util';
import { invalid, InvalidInput, quote, type Problem } from '../../text/problem.ts';
import { credentialKind, show } from '../../text/show.ts';
import type { ImageInputs } from '../inputs.ts';
import type { Problems } from '../problems.ts';
import type { InputReader } from '../reader.ts';
import { parseAttributes } from '../values/key-value.ts';
import type { Item } from '../values/list.ts';
import { parseRepository, refuseScheme, refuseUser } from '../values/reference.ts';

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

const useRegistry = 'Use cache-to: type=registry,ref=REPOSITORY.';

/** The entries of `cache-from` or `cache-to`. */
export interface CacheEntries {
  /** Repositories that can hold the cache, without duplicates. */
  readonly repositories: readonly string[];
  /** What of the entries is not used, and what is used instead. A cache never decides whether a build runs. */
  readonly unused: readonly Problem[];
}

/** Reads entries in the notation of Docker: `type=registry,ref=REPOSITORY` or the repository alone. */
export function parseCache(items: readonly Item[]): CacheEntries {
  const repositories = new Set<string>();
  const unused: Problem[] = [];
  const isSecret = credentialKind(items.map(({ text }) => text).join('\n')) !== undefined;
  const warn = (entry: string, problem: Problem): void => {
    unused.push(isSecret || show(entry) !== entry ? withoutQuotes(problem) : problem);
  };
  for (const { text, line } of items) {
    try {
      const { repository, tag } = parseCacheItem(text);
      repositories.add(repository);
      if (tag !== undefined) {
        warn(text, {
          line,
          text: `kaniko stores its cache in ${repository}, and does not use ${quote(tag)}`,
          hint: `It gives each cached layer a tag of its own. Use a repository for the cache, for example ${repository}/cache.`,
        });
      }
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      for (const problem of error.problems) {
        warn(text, {
          line,
          text: `${problem.text}; this cache is not used`,
          hint: problem.hint ?? useRegistry,
        });
      }
    }
  }
  return { repositories: [...repositories], unused };
}

/** A part of a secret does not look like one. */
function withoutQuotes({ line }: Problem): Problem {
  return {
    text: 'it is not used as it is written, and is not quoted because it looks like a secret',
    hint: 'Check that this is the value for this input.',
    ...(line !== undefined && { line }),
  };
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
    if (!['type', 'ref', ...ignoredAttributes].includes(key)) {
      throw invalid(`${quote(key)} is not an attribute of a registry cache`, useRegistry);
    }
  }
  const ref = attributes.get('ref') ?? '';
  if (ref === '') throw invalid(`${quote(text)} has no ref`, useRegistry);
  return parseCacheRepository(ref);
}

interface CacheRepository {
  readonly repository: string;
  /** The tag or digest of the reference, with its separator. */
  readonly tag?: string;
}

/** @throws InvalidInput */
function parseCacheRepository(text: string): CacheRepository {
  refuseScheme(text);
  const repository = text.replace(/@.*$/s, '').replace(/:[^/]*$/, '');
  parseRepository(repository);
  return repository === text ? { repository } : { repository, tag: text.slice(repository.length) };
}

/** kaniko reads and writes its cache in one repository: the first one of `cache-to`, else the first one of `cache-from`. */
export function readCaches(
  reader: InputReader,
  problems: Problems,
): Pick<ImageInputs, 'cacheFrom' | 'cacheTo'> {
  const [from, to] = (['cache-from', 'cache-to'] as const).map((input) => {
    const { repositories, unused } = parseCache(reader.items(input, 'lines'));
    for (const problem of unused) problems.warn(input, problem);
    return { input, repositories };
  }) as [CacheInput, CacheInput];
  const used = to.repositories[0] ?? from.repositories[0];
  for (const { input, repositories } of [from, to]) {
    for (const other of repositories.filter((repository) => !isSameRepository(repository, used))) {
      const text = `kaniko uses one repository for its cache, ${used ?? ''}, and not ${other}`;
      problems.warn(input, { text, hint: 'Use one repository in both inputs.' });
    }
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
