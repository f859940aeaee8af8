/** A line of kaniko's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

const beginning = ' msg="';
/** The end of what precedes the message. */
const form = /(?:^|\s)level=([a-z]{4,7})$/;
const longestLevel = ' level=warning'.length;

/**
 * Reads `time="…" level=info msg="…"`, also after output of RUN that lacks a newline; undefined for other lines. kaniko logs with
 * logrus, which quotes a message as Go does: a quote in it has a backslash, and `\x` differs from JSON.
 */
export function readLogLine(line: string): LogLine | undefined {
  const start = line.lastIndexOf(beginning);
  if (start === -1) return undefined;
  const [, level] = form.exec(line.slice(Math.max(0, start - longestLevel), start)) ?? [];
  if (level === undefined) return undefined;
  const quoted = line.slice(start + beginning.length - 1);
  try {
    const message: unknown = JSON.parse(quoted.replace(/\\x([0-9a-f]{2})/g, '\\u00$1'));
    return typeof message === 'string' ? { level, message } : undefined;
  } catch {
    return undefined;
  }
}
