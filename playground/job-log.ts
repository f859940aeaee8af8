/** What GitHub shows of a job log: commands carried out, masked values hidden. */
export class JobLogView {
  readonly #masks: string[] = [];
  #rest = '';
  /** Set while commands are stopped: the line that lets them work again. */
  #resume: string | undefined;

  /** The readable form of the whole lines so far. @param text the next piece of the job log, cut anywhere */
  show(text: string): string {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line)).join('');
  }

  /** What is left when the log ends without a newline. */
  end(): string {
    return this.show(this.#rest === '' ? '' : '\n');
  }

  #line(line: string): readonly string[] {
    if (line === this.#resume) {
      this.#resume = undefined;
      return [];
    }
    const [, command, data = ''] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
    if (command === undefined || this.#resume !== undefined) return [`${this.#hide(line)}\n`];
    switch (command) {
      case 'add-mask':
        this.#masks.push(unescape(data));
        return [];
      case 'stop-commands':
        this.#resume = `::${data}::`;
        return [];
      case 'group':
        return [`▾ ${this.#hide(data)}\n`];
      case 'error':
      case 'warning':
      case 'notice':
        return [
          `${command.replace(/^./, (letter) => letter.toUpperCase())}: ${this.#hide(unescape(data))}\n`,
        ];
      default:
        return [];
    }
  }

  #hide(text: string): string {
    return this.#masks.reduce((rest, mask) => rest.replaceAll(mask, '***'), text);
  }
}

/** Workflow commands carry percent signs and line ends like this. */
function unescape(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
