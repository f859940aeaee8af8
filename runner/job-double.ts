import type { Job, PodRef } from '../src/ports.ts';

/** The Job port without a runner: records the job log, the saved pods, the outputs and the summary. */
export class JobDouble implements Job {
  text = '';
  readonly outputs = new Map<string, string>();
  /** Every list of pods that was saved, the last one as the post step gets it. */
  readonly remembered: (readonly PodRef[])[] = [];
  /** The CA certificate that was saved. */
  rememberedCa: string | undefined;
  summary = '';

  /** The job log, line by line, without the empty text after the last newline. */
  get lines(): readonly string[] {
    return this.text.replace(/\n$/, '').split('\n');
  }

  write(text: string | Buffer): Promise<void> {
    this.text += text.toString();
    return Promise.resolve();
  }

  setOutput(name: string, value: string): void {
    this.outputs.set(name, value);
  }

  remember(pods: readonly PodRef[]): void {
    this.remembered.push(pods);
  }

  rememberCa(pem: string): void {
    this.rememberedCa = pem;
  }

  writeSummary(markdown: string): Promise<void> {
    this.summary += markdown;
    return Promise.resolve();
  }
}
