const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'] as const;

export type LogLevel = (typeof levels)[number];

/** Lines as kaniko writes them to stderr with `--log-format=text`. */
export class BuilderLog {
  readonly #write: (text: string) => void;
  #level: LogLevel = 'info';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  set level(level: LogLevel) {
    this.#level = level;
  }

  info(message: string): void {
    this.#log('info', message);
  }

  warn(message: string): void {
    this.#log('warning', message);
  }

  /** A line without time and level, which kaniko prints for the error that ended it. */
  bare(text: string): void {
    this.#write(`${text}\n`);
  }

  #log(level: LogLevel, message: string): void {
    if (levels.indexOf(level) < levels.indexOf(this.#level)) return;
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    this.#write(`time="${time}" level=${level} msg=${quote(message)}\n`);
  }
}

/** @returns undefined for a level that logrus does not know. */
export function parseLevel(text: string): LogLevel | undefined {
  const level = text.toLowerCase();
  return levels.find((known) => known === (level === 'warn' ? 'warning' : level));
}

/** logrus quotes a value only if it has other characters than these. */
function quote(text: string): string {
  if (/^[\w\-./@^+]+$/.test(text)) return text;
  // JSON and Go quote the text of a Dockerfile alike, except for control characters.
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1');
}
