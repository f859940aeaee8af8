/** The image whose manifest kaniko retrieves, if a line of its log is about that: as the Dockerfile names it. */
export function readRetrieved(line: string): string | undefined {
  return readMessage(line, /^Retrieving image manifest (\S+)$/)?.[0];
}

/** The groups of a pattern in the message of a line of kaniko's log; undefined for other lines. */
export function readMessage(line: string, pattern: RegExp): readonly string[] | undefined {
  const quoted =
    /^time="[^"]*" level=(?:info|warning) msg=("(?:Retrieving image manifest|Failed to retrieve image) .*")\s*$/.exec(
      line,
    )?.[1];
  if (quoted === undefined) return undefined;
  try {
    const text: unknown = JSON.parse(quoted);
    return typeof text === 'string' ? pattern.exec(text)?.slice(1) : undefined;
  } catch {
    return undefined;
  }
}
