import { BuildError } from '../../errors.ts';

/** The error of an archive that is not read further. @param archive as the user wrote it. */
export function damaged(archive: string, why: string, cause?: unknown): BuildError {
  return new BuildError('context', `the archive ${archive} cannot be read: ${why}`, {
    hint: 'Make it with tar, uncompressed or with gzip.',
    cause,
  });
}
