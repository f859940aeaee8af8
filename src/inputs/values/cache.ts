import { invalid, quote } from '../../text/problem.ts';
import { show } from '../../text/show.ts';
import { parseAttributes } from './key-value.ts';
import { parseItems, type Item } from './list.ts';
import { parseRepository, refuseScheme, refuseUser } from './reference.ts';

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

/**
 * The one repository of `cache-from` or `cache-to`: `type=registry,ref=REPOSITORY` or the repository alone.
 * @throws InvalidInput
 */
export function parseCache(items: readonly Item[]): string | undefined {
  const repositories = [...new Set(parseItems(items, parseCacheItem))];
  if (repositories.length > 1) {
    throw invalid(
      `it has ${repositories.length} repositories (${repositories.join(', ')})`,
      'Use one: kaniko stores its cache in one repository.',
    );
  }
  return repositories[0];
}

function parseCacheItem(text: string): string {
  refuseUser(text);
  if (!text.includes('=')) return parseCacheRepository(text);
  const attributes = parseAttributes(text);
  const type = attributes.get('type') ?? 'registry';
  if (type !== 'registry') {
    throw invalid(
      `the cache type ${quote(type)} is not supported`,
      'Use type=registry,ref=REPOSITORY.',
    );
  }
  for (const key of attributes.keys()) {
    if (!['type', 'ref', ...ignoredAttributes].includes(key)) {
      throw invalid(
        `${quote(key)} is not an attribute of a registry cache`,
        'Use type=registry,ref=REPOSITORY.',
      );
    }
  }
  const ref = attributes.get('ref') ?? '';
  if (ref === '') throw invalid(`${quote(text)} has no ref`, 'Use type=registry,ref=REPOSITORY.');
  return parseCacheRepository(ref);
}

/** The repository, without a tag: kaniko stores each layer under a tag that it computes. */
function parseCacheRepository(text: string): string {
  refuseScheme(text);
  const name = text.replace(/@.*$/s, '').replace(/:[^/]*$/, '');
  if (name !== text) {
    throw invalid(
      `${quote(text)} has a tag or a digest, but kaniko chooses the tag of each cached layer`,
      `Use a repository for the cache, for example ${show(name)}/cache.`,
    );
  }
  parseRepository(name);
  return name;
}
