import { invalid, quote } from '../../text/problem.ts';
import type { Problems } from '../problems.ts';
import type { InputReader } from '../reader.ts';
import { parseKeyValue, type KeyValue } from '../values/key-value.ts';
import { parsePlatform, type Platform } from '../values/platform.ts';

/** An annotation and the places it is for, as docker/metadata-action writes them. */
interface Annotation extends KeyValue {
  /** For example `manifest`, `index` or `manifest[linux/amd64]`; never empty. */
  readonly levels: readonly string[];
}

const levelPattern = /^(manifest|index|manifest-descriptor|index-descriptor)(?:\[([^\]]*)\])?$/;
/** The text before the first colon that can be a list of levels. A key can contain a colon, too. */
const prefixPattern = /^((?:manifest|index)(?:-descriptor)?(?:\[[^\]]*\])?(?:,[^:=]*)?):/;

/**
 * `KEY=VALUE` with an optional list of levels in front of it: `manifest,index:KEY=VALUE`. The default is the manifest.
 * @throws InvalidInput
 */
function parseAnnotation(text: string): Annotation {
  const prefix = prefixPattern.exec(text);
  if (prefix === null) return { ...parseKeyValue(text), levels: ['manifest'] };
  const levels = (prefix[1] ?? '').split(',').map((level) => level.trim());
  for (const level of levels) checkLevel(level);
  return { ...parseKeyValue(text.slice(prefix[0].length)), levels };
}

/** True if the annotation is for the manifest of an image of this platform; undefined: the platform is not known. */
function isForManifest({ levels }: Annotation, platform: Platform | undefined): boolean {
  return levels.some((level) => {
    const [, place, wanted] = levelPattern.exec(level) ?? [];
    if (place !== 'manifest') return false;
    return wanted === undefined || isSame(parsePlatform(wanted), platform);
  });
}

function checkLevel(level: string): void {
  const [, place, platform] = levelPattern.exec(level) ?? [];
  if (place === undefined) {
    throw invalid(
      `${quote(level)} is not a level of an annotation`,
      'Use manifest, index, manifest-descriptor or index-descriptor.',
    );
  }
  if (platform !== undefined) parsePlatform(platform);
}

function isSame(one: Platform, other: Platform | undefined): boolean {
  return one.architecture === other?.architecture && one.variant === other.variant;
}

/** The annotations of the image manifest. A warning names those that are for another place, which this image does not have. */
export function readAnnotations(
  reader: InputReader,
  problems: Problems,
  platform: Platform | undefined,
): readonly KeyValue[] {
  const annotations = reader.list('annotations', 'lines', parseAnnotation);
  const others = annotations.filter((annotation) => !isForManifest(annotation, platform));
  const levels = [...new Set(others.flatMap((annotation) => annotation.levels))];
  if (levels.length > 0) {
    problems.warn('annotations', {
      text: `annotations for ${levels.join(', ')} are not used, because the image is a single manifest`,
    });
  }
  const used = annotations.filter((annotation) => isForManifest(annotation, platform));
  return [...new Map(used.map(({ key, value }) => [key, { key, value }])).values()];
}
