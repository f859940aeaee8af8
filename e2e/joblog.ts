// Reads a job log as the runner does: what stands between `::stop-commands::TOKEN` and `::TOKEN::` is output, not a command.

export interface JobLogParts {
  /** Lines inside the fences: the builder's output. */
  readonly mirrored: readonly string[];
  /** Everything else: sentences and commands of the action. */
  readonly own: readonly string[];
}

export interface ErrorAnnotation {
  readonly message: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** @throws if a fence is left open: the runner would not obey the action any more. */
export function splitLog(log: string): JobLogParts {
  const mirrored: string[] = [];
  const own: string[] = [];
  let token: string | undefined;
  for (const line of log.split('\n')) {
    if (token !== undefined) {
      if (line === `::${token}::`) token = undefined;
      else mirrored.push(line);
      continue;
    }
    token = /^::stop-commands::(.+)$/.exec(line)?.[1];
    if (token === undefined) own.push(line);
  }
  if (token !== undefined) throw new Error('the fence around the output is not closed');
  return { mirrored, own };
}

/** The action's own `::error` commands. */
export function errorsOf(log: string): ErrorAnnotation[] {
  return splitLog(log).own.flatMap((line) => {
    const match = /^::error(?: (.*?))?::(.*)$/.exec(line);
    if (match === null) return [];
    const [, properties = '', message = ''] = match;
    const values = new Map(
      properties.split(',').map((pair): [string, string] => {
        const [name = '', value = ''] = pair.split('=', 2);
        return [name, unescape(value)];
      }),
    );
    const at = values.get('line');
    return [
      {
        message: unescape(message),
        file: values.get('file'),
        line: at === undefined ? undefined : Number(at),
      },
    ];
  });
}

/** The job log as a reader sees it: the runner prints no `::add-mask::` command. */
export function visibleLog(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

function unescape(text: string): string {
  const codes: Readonly<Record<string, string>> = {
    '%0D': '\r',
    '%0A': '\n',
    '%3A': ':',
    '%2C': ',',
    '%25': '%',
  };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (code) => codes[code] ?? code);
}
