import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../../src/errors.ts';
import { ContainerLog } from './log.ts';
import { openPipes, type Pipe } from './pipe.ts';
import { formatTime, type Container, type Terminated } from './pod.ts';
import { imageKind, programOf, type ContainerPlace, type Program } from './program.ts';

/** Most bytes that the kubelet reads from the termination-log file. */
const largestMessage = 4_096;
/** A process that has left its process group can keep the output open. */
const outputPatienceMs = 1_000;

interface OutputEvents {
  output: [stream: 'stdout' | 'stderr', chunk: Buffer];
}

/** One container as a process of this machine: with pipes, exit code and signals of the operating system. */
export class ContainerProcess extends EventEmitter<OutputEvents> {
  readonly id = `containerd://${randomHex(64)}`;
  readonly log = new ContainerLog();
  readonly container: Container;
  /** Set when it is running. */
  startedAt = '';
  /** Resolves when the process and its output have ended. */
  readonly ended: Promise<Terminated>;
  #settle: (state: Terminated) => void = () => undefined;
  #child: ChildProcess | undefined;
  #stdin: Socket | undefined;
  readonly #root: string;
  readonly #place: ContainerPlace;

  constructor(container: Container, hostname: string) {
    super();
    this.setMaxListeners(0);
    this.container = container;
    this.#root = mkdtempSync(join(tmpdir(), 'playground-container-'));
    this.#place = {
      hostname,
      directory: mkdtempSync(join(this.#root, 'work-')),
      terminationLog: join(this.#root, 'termination-log'),
    };
    writeFileSync(this.#place.terminationLog, '');
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Starts the program; false if it cannot be started: `ended` has the reason. */
  async start(): Promise<boolean> {
    const kind = imageKind(this.container.image);
    if (kind === undefined)
      throw new Error(`the playground has no program for ${this.container.image}`);
    const program = programOf(kind, this.container, this.#place);
    const [input, output, errors] = openPipes(this.#root, 3) as [Pipe, Pipe, Pipe];
    this.#stdin = openStdin(input.write);
    const outputs = [this.#mirror('stdout', output.read), this.#mirror('stderr', errors.read)];
    let child;
    try {
      child = spawn(program.command, program.args, {
        cwd: this.#place.directory,
        env: program.env,
        stdio: [this.container.stdin === true ? input.read : 'ignore', output.write, errors.write],
        // A separate process group: its child processes end with it, as in a container.
        detached: true,
      });
      await once(child, 'spawn');
    } catch (error) {
      this.#failToStart(program, error);
      return false;
    } finally {
      for (const fd of [input.read, output.write, errors.write]) closeSync(fd);
    }
    this.#child = child;
    this.startedAt = formatTime(Date.now());
    child.once('exit', (code, signal) => {
      this.kill('SIGKILL');
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      void this.#drain(outputs).then(() => {
        this.#end(exitCode);
      });
    });
    return true;
  }

  /** Resolves when the bytes are written into the pipe; false after the process has closed the pipe. */
  writeStdin(bytes: Uint8Array): Promise<boolean> {
    const stdin = this.#stdin;
    if (stdin === undefined || stdin.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      stdin.write(bytes, (error) => {
        resolve(error === null || error === undefined);
      });
    });
  }

  /** Closes stdin of the process. */
  endStdin(): void {
    this.#stdin?.destroy();
  }

  /** Signals the process and its child processes. */
  kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group no longer exists.
    }
  }

  #mirror(stream: 'stdout' | 'stderr', fd: number): Socket {
    const source = new Socket({ fd, readable: true, writable: false });
    source.on('data', (chunk: Buffer) => {
      this.log.write(stream, chunk);
      this.emit('output', stream, chunk);
    });
    source.on('error', () => {
      // The event 'close' follows.
    });
    return source;
  }

  async #drain(outputs: readonly Socket[]): Promise<void> {
    const patience = setTimeout(() => {
      for (const output of outputs) output.destroy();
    }, outputPatienceMs);
    const open = outputs.filter(({ closed }) => !closed);
    await Promise.all(open.map((output) => once(output, 'close')));
    clearTimeout(patience);
  }

  #end(exitCode: number): void {
    this.log.end();
    const message = this.#message(exitCode);
    this.#finish({
      containerID: this.id,
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...(message !== '' && { message }),
      startedAt: this.startedAt,
      finishedAt: formatTime(Date.now()),
    });
  }

  #failToStart({ command }: Program, error: unknown): void {
    this.log.end();
    this.#finish({
      containerID: this.id,
      exitCode: 128,
      reason: 'StartError',
      message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${execError(command, error)}: unknown`,
      startedAt: formatTime(0),
      finishedAt: formatTime(Date.now()),
    });
  }

  #message(exitCode: number): string {
    const written = readFileSync(this.#place.terminationLog).subarray(0, largestMessage).toString();
    const fallsBack = this.container.terminationMessagePolicy === 'FallbackToLogsOnError';
    return written === '' && exitCode !== 0 && fallsBack ? this.log.tail() : written;
  }

  #finish(state: Terminated): void {
    this.endStdin();
    rmSync(this.#root, { recursive: true, force: true });
    this.#settle(state);
  }
}

function openStdin(fd: number): Socket {
  const stdin = new Socket({ fd, readable: false, writable: true });
  stdin.on('error', () => {
    // EPIPE: the process has closed its stdin or has ended; writeStdin reports it.
  });
  return stdin;
}

/** The message of runc. */
function execError(command: string, error: unknown): string {
  const quoted = JSON.stringify(command);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return `exec: ${quoted}: permission denied`;
  if (code !== 'ENOENT') return `exec: ${quoted}: ${describeError(error)}`;
  return command.includes('/')
    ? `exec: ${quoted}: stat ${command}: no such file or directory`
    : `exec: ${quoted}: executable file not found in $PATH`;
}

export function randomHex(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(length / 2)));
  return Buffer.from(bytes).toString('hex').slice(0, length);
}
