import { readLogLine } from './log-line.ts';

/** The image whose manifest kaniko retrieves, if a line of its log is about that: as the Dockerfile names it. */
export function readRetrieved(line: string): string | undefined {
  const { message = '' } = readLogLine(line) ?? {};
  return /^Retrieving image manifest (\S+)$/.exec(message)?.[1];
}
