import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

const everyMs = 200;

/** The peak resident memory of a process, read while it is running; undefined where the system has no /proc. */
export class PeakMemory {
  bytes: number | undefined;

  watch(child: ChildProcess): void {
    const timer = setInterval(() => {
      this.bytes = readPeak(child.pid) ?? this.bytes;
    }, everyMs);
    child.once('exit', () => {
      clearInterval(timer);
    });
  }
}

function readPeak(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
