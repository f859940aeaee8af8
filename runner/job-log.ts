// Reads a job log as the GitHub Actions runner does. Source: ActionCommand.cs and ActionCommandManager.cs of actions/runner;
// the older form `##[command]` is not read.

/** A line that the runner carries out instead of printing it. */
export interface WorkflowCommand {
  /** In lower case, for example `add-mask`. */
  readonly name: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly message: string;
}

/**
 * One line of a job log.
 * `text`: printed as it is. `command`: carried out. `fence`: stops the commands, or lets them work again.
 * `output`: printed while commands are stopped, whatever it contains.
 */
export type LogLine =
  | { readonly kind: 'text' | 'fence' | 'output'; readonly text: string }
  | { readonly kind: 'command'; readonly text: string; readonly command: WorkflowCommand };

export interface JobLogParts {
  /** Lines inside the fences: the builder's output. */
  readonly mirrored: readonly string[];
  /** All other lines: messages and commands of the action. */
  readonly own: readonly string[];
}

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly file: string | undefined;
  /** Counted from 1. */
  readonly line: number | undefined;
}

const stopCommand = 'stop-commands';
const annotationLevels = ['error', 'warning', 'notice'] as const;

/** A line with any other name is text to the runner. */
const knownCommands: ReadonlySet<string> = new Set([
  ...annotationLevels,
  stopCommand,
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'group',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
]);

/** Reads a job log line by line and remembers whether commands are stopped. */
export class JobLogReader {
  /** Name of the command that ends the fence; undefined outside of one. */
  #token: string | undefined;

  /** True between `::stop-commands::TOKEN` and `::TOKEN::`. */
  get isStopped(): boolean {
    return this.#token !== undefined;
  }

  /** @param text one line without its newline. */
  read(text: string): LogLine {
    const command = parseCommand(text);
    if (this.#token !== undefined) {
      if (command?.name !== this.#token) return { kind: 'output', text };
      this.#token = undefined;
      return { kind: 'fence', text };
    }
    if (command === undefined || !knownCommands.has(command.name)) return { kind: 'text', text };
    if (command.name !== stopCommand) return { kind: 'command', text, command };
    this.#token = command.message.toLowerCase();
    return { kind: 'fence', text };
  }
}

/** All lines of a job log. @throws if commands are still stopped at its end. */
export function readLog(log: string): readonly LogLine[] {
  const reader = new JobLogReader();
  const lines = log.split('\n').map((line) => reader.read(line));
  if (reader.isStopped) throw new Error('the fence around the output is not closed');
  return lines;
}

/** @throws if a fence is not closed. */
export function splitLog(log: string): JobLogParts {
  const lines = readLog(log);
  return {
    mirrored: lines.filter(({ kind }) => kind === 'output').map(({ text }) => text),
    own: lines.filter(({ kind }) => kind === 'text' || kind === 'command').map(({ text }) => text),
  };
}

/** The annotations of the run, in their order. @throws if a fence is not closed. */
export function annotationsOf(log: string): readonly Annotation[] {
  return readLog(log).flatMap((line): readonly Annotation[] => {
    if (line.kind !== 'command') return [];
    const { name, message, properties } = line.command;
    const level = annotationLevels.find((known) => known === name);
    if (level === undefined) return [];
    const at = properties.get('line');
    return [
      {
        level,
        message,
        file: properties.get('file'),
        line: at === undefined ? undefined : Number(at),
      },
    ];
  });
}

/** The `::error` annotations. @throws if a fence is not closed. */
export function errorsOf(log: string): readonly Annotation[] {
  return annotationsOf(log).filter(({ level }) => level === 'error');
}

/** The job log without its `::add-mask::` commands, which no runner prints. */
export function visibleLog(log: string): string {
  const reader = new JobLogReader();
  return log
    .split('\n')
    .filter((text) => {
      const line = reader.read(text);
      return line.kind !== 'command' || line.command.name !== 'add-mask';
    })
    .join('\n');
}

/** Shows a line to people; undefined for a line that is not shown. */
export type RenderLine = (line: LogLine) => string | undefined;

/** The line as the page of GitHub shows it: titles of groups, annotations as text, no other commands. */
export const readable: RenderLine = (line) => {
  if (line.kind === 'fence') return undefined;
  if (line.kind !== 'command') return line.text;
  const { name, message } = line.command;
  if (name === 'group') return `▾ ${message}`;
  return annotationLevels.some((level) => level === name)
    ? `${name.replace(/^./, (letter) => letter.toUpperCase())}: ${message}`
    : undefined;
};

/** The line as the step printed it. */
export const verbatim: RenderLine = ({ text }) => text;

/** What a runner shows of a job log that arrives in pieces: masked values are `***`, and no mask is shown. */
export class JobLogView {
  readonly #render: RenderLine;
  readonly #reader = new JobLogReader();
  /** The longest first: one value may contain another. */
  #masks: readonly string[] = [];
  #rest = '';

  constructor(render: RenderLine = readable) {
    this.#render = render;
  }

  /** The lines that the piece completes. @param text the next piece of the job log, cut anywhere. */
  show(text: string): string {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => this.#showLine(this.#reader.read(line))).join('');
  }

  /** The last line of a log that does not end with a newline. */
  end(): string {
    return this.show(this.#rest === '' ? '' : '\n');
  }

  #showLine(line: LogLine): string {
    if (line.kind === 'command' && line.command.name === 'add-mask') {
      this.#addMask(line.command.message);
      return '';
    }
    const text = this.#render(line);
    return text === undefined ? '' : `${this.#hide(text)}\n`;
  }

  /** A value of several lines also masks each of them. */
  #addMask(value: string): void {
    const values = [value, ...value.split(/[\r\n]+/)].filter((part) => part !== '');
    this.#masks = [...new Set([...this.#masks, ...values])].sort((a, b) => b.length - a.length);
  }

  #hide(text: string): string {
    return this.#masks.reduce((rest, mask) => rest.replaceAll(mask, '***'), text);
  }
}

/** The line as a command, whether or not the runner knows its name; undefined for text. */
function parseCommand(line: string): WorkflowCommand | undefined {
  const [, words = '', message = ''] = /^\s*::(.*?)::(.*)$/s.exec(line) ?? [];
  const [, name = '', list = ''] = /^([^ ]+)(?: (.*))?$/s.exec(words) ?? [];
  if (name === '') return undefined;
  const pairs = list
    .trim()
    .split(',')
    .map((pair): [string, string] => {
      const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
      return [key.toLowerCase(), unescape(value, propertyCodes)];
    })
    .filter(([key, value]) => key !== '' && value !== '');
  return {
    name: name.toLowerCase(),
    properties: new Map(pairs),
    message: unescape(message, messageCodes),
  };
}

/** A percent sign comes last: `%250A` is the text `%0A`. */
const messageCodes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
] as const;
const propertyCodes = [['%3A', ':'], ['%2C', ','], ...messageCodes] as const;

function unescape(text: string, codes: typeof messageCodes | typeof propertyCodes): string {
  return codes.reduce((rest, [code, character]) => rest.replaceAll(code, character), text);
}
