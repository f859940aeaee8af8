import type { Job, PodRef } from '../src/ports.ts';

/** The runner's side of one step: what it printed, and what it left for the post step. */
export class RecordedJob implements Job {
  text = '';
  remembered: readonly PodRef[] = [];

  write(text: string | Buffer): Promise<void> {
    this.text += text.toString();
    return Promise.resolve();
  }

  remember(pods: readonly PodRef[]): void {
    this.remembered = pods;
  }

  setOutput(): void {
    // Nothing here reads outputs.
  }

  writeSummary(): Promise<void> {
    return Promise.resolve();
  }
}
