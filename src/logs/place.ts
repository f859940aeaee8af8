import type { Annotation } from './fence.ts';

/** Where an annotation points; nowhere if the file or the line is unknown. */
export function placeOf(file: string | undefined, line: number | undefined): Annotation {
  return file === undefined || line === undefined ? {} : { file, line };
}
