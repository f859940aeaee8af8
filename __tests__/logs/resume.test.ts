import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { parseTimestamp } from '../../src/logs/lines.ts';
import { resumeLog } from '../../src/logs/resume.ts';
import type { LogOptions } from '../../src/ports.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { Source } from '../support/source.ts';

const second = 1_000;

/** One answer of the server; what it throws breaks the request off. */
type Answer = (options: LogOptions, signal: AbortSignal) => AsyncIterable<Buffer>;

/** A container's log behind a server that answers as a test says, request by request. */
class Container {
  readonly clock = new VirtualClock();
  readonly cancel = new AbortController();
  readonly requests: LogOptions[] = [];
  /** Seconds after the beginning, for each request. */
  readonly requestedAt: number[] = [];
  /** What was read so far. */
  readonly lines: string[] = [];
  hasEnded = false;
  readonly #startedAtMs = this.clock.now();
  readonly #answer: (request: number) => Answer;
  #tellEnd = (): void => undefined;
  readonly #untilEnded = new Promise<void>((resolve) => {
    this.#tellEnd = resolve;
  });

  constructor(answer: (request: number) => Answer) {
    this.#answer = answer;
  }

  end(): void {
    this.hasEnded = true;
    this.#tellEnd();
  }

  /** Reads all that resumeLog gives. */
  async read(): Promise<readonly string[]> {
    const options = {
      open: (log: LogOptions, signal: AbortSignal) => {
        this.requests.push(log);
        this.requestedAt.push((this.clock.now() - this.#startedAtMs) / second);
        return this.#answer(this.requests.length)(log, signal);
      },
      clock: this.clock,
      ended: () => this.hasEnded,
      untilEnded: this.#untilEnded,
    };
    for await (const { text } of resumeLog(options, this.cancel.signal)) {
      this.lines.push(text.toString('latin1'));
    }
    return this.lines;
  }
}

/** As a kubelet writes it: trailing zeros of a second are left out, and two lines may be equal. */
const log = [
  '2026-01-01T00:00:00Z start',
  '2026-01-01T00:00:01.1Z a',
  '2026-01-01T00:00:01.1Z b',
  '2026-01-01T00:00:01.1Z b',
  '2026-01-01T00:00:01.100000001Z \u00e9\u20ac',
  '2026-01-01T00:00:02.9Z 1%\r2%\r',
  '2026-01-01T00:00:03Z end',
];
const texts = ['start', 'a', 'b', 'b', '\u00e9\u20ac', '1%\r2%\r', 'end'].map((text) =>
  Buffer.from(text).toString('latin1'),
);

/** All lines since the second asked for, as the kubelet gives them. */
function logSince({ sinceTime }: LogOptions, lines: readonly string[] = log): Buffer {
  const since = parseTimestamp(sinceTime ?? '1970-01-01T00:00:00Z') ?? 0n;
  const asked = lines.filter((line) => (parseTimestamp(line.split(' ')[0] ?? '') ?? 0n) >= since);
  return Buffer.from(asked.map((line) => `${line}\n`).join(''));
}

async function* chunksOf(...chunks: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await turn();
    yield Buffer.from(chunk);
  }
}

async function* broken(
  error: Error,
  ...chunks: readonly (string | Buffer)[]
): AsyncGenerator<Buffer> {
  yield* chunksOf(...chunks);
  throw error;
}

const reset = new BuildError('cluster', 'reading the log: ECONNRESET');
const gone = new BuildError('cluster', 'reading the log: pod "kbp-x" not found', { code: 404 });

describe('a log that is read without trouble', () => {
  test('comes line by line, and its rest is asked for once after the end', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) container.end();
      return chunksOf(logSince(options));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.requests).toEqual([
      { follow: true },
      { follow: false, sinceTime: '2026-01-01T00:00:03Z' },
    ]);
    expect(container.clock.sleeping).toBe(0);
  });

  test('of a container that ended before is asked for once', async () => {
    const container = new Container(() => (options) => chunksOf(logSince(options)));
    container.end();
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.requests).toEqual([{ follow: false }]);
  });

  test('may be empty', async () => {
    const container = new Container(() => {
      container.end();
      return () => chunksOf();
    });
    expect(await container.clock.until(container.read())).toEqual([]);
    expect(container.requests).toEqual([{ follow: true }, { follow: false }]);
  });

  test('may lack its last newline', async () => {
    const container = new Container(() => {
      container.end();
      return () => chunksOf('2026-01-01T00:00:01Z a\n2026-01-01T00:00:02Z b');
    });
    expect(await container.clock.until(container.read())).toEqual(['a', 'b']);
  });

  test('gives a line as soon as it is there', async () => {
    const source = new Source<Buffer>();
    const container = new Container(
      (request) => (options) => (request === 1 ? source : chunksOf(logSince(options))),
    );
    const reading = container.read();
    source.push(Buffer.from('2026-01-01T00:00:00Z start\n2026-01-01T00:00:01.1Z '));
    await turn();
    expect(container.lines).toEqual(['start']);
    container.end();
    source.end();
    expect(await container.clock.until(reading)).toEqual(texts);
  });
});

describe('a request that ends too early', () => {
  const whole = logSince({ follow: true });
  const places = Array.from({ length: whole.length + 1 }, (_, place) => place);

  test.each<{ name: string; answer: (bytes: Buffer) => AsyncIterable<Buffer> }>([
    { name: 'closed', answer: (bytes) => chunksOf(bytes) },
    { name: 'broken', answer: (bytes) => broken(reset, bytes) },
  ])('and is $name loses and doubles no line, wherever it was cut', async ({ answer }) => {
    for (const place of places) {
      const container = new Container((request) => (options) => {
        if (request === 1) return answer(whole.subarray(0, place));
        container.end();
        return chunksOf(logSince(options));
      });
      expect(await container.clock.until(container.read())).toEqual(texts);
    }
  });

  test('twice loses and doubles no line either', async () => {
    for (const firstCut of places.filter((place) => place % 5 === 0)) {
      for (const secondCut of places.filter((place) => place % 7 === 0)) {
        const container = new Container((request) => (options) => {
          const rest = logSince(options);
          if (request === 1) return broken(reset, rest.subarray(0, firstCut));
          if (request === 2) return chunksOf(rest.subarray(0, secondCut));
          container.end();
          return chunksOf(rest);
        });
        expect(await container.clock.until(container.read())).toEqual(texts);
      }
    }
  });

  test('is followed by one from the whole second of the last line on', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(`${log.slice(0, 5).join('\n')}\n`);
      container.end();
      return chunksOf(logSince(options));
    });
    await container.clock.until(container.read());
    expect(container.requests[1]).toEqual({ follow: true, sinceTime: '2026-01-01T00:00:01Z' });
  });

  test('loses no line of a log that was rotated meanwhile', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(`${log[0] ?? ''}\n`);
      container.end();
      return chunksOf(logSince(options, log.slice(1)));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
  });

  test('is followed at growing distances, short again after a line', async () => {
    const container = new Container((request) => () => {
      if (request === 8) return chunksOf(`${log[0] ?? ''}\n`);
      if (request === 9) container.end();
      return request % 2 === 0 ? chunksOf() : broken(reset);
    });
    await container.clock.until(container.read().catch(() => undefined));
    const pauses = container.requestedAt.map(
      (at, index) => at - (container.requestedAt[index - 1] ?? 0),
    );
    expect(pauses.slice(0, 9).map((pause) => Math.round(pause * 10) / 10)).toEqual([
      0, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 0.2,
    ]);
  });

  test('does not keep the end of the container waiting', async () => {
    const container = new Container(
      (request) => (options) => (request === 1 ? chunksOf() : chunksOf(logSince(options))),
    );
    const reading = container.read();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(container.clock.sleeping).toBe(1);
    container.end();
    expect(await reading).toEqual(texts);
    expect(container.requests).toEqual([{ follow: true }, { follow: false }]);
    expect(container.requestedAt).toEqual([0, 0]);
    expect(container.clock.sleeping).toBe(0);
  });
});

// The runtime takes the time of a line before it waits for its turn to write: stdout and stderr overtake each other.
test('lines that overtook each other are all there, in the order of the log', async () => {
  const overtaken = [
    '2026-01-01T00:00:01.000000001Z one',
    '2026-01-01T00:00:00.999999999Z two',
    '2026-01-01T00:00:02.000000002Z three',
    '2026-01-01T00:00:02.000000001Z four',
    '2026-01-01T00:00:02.000000003Z five',
  ];
  const whole = logSince({ follow: true }, overtaken);
  for (let place = whole.indexOf('three'); place <= whole.length; place += 1) {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(whole.subarray(0, place));
      container.end();
      return chunksOf(logSince(options, overtaken));
    });
    const lines = await container.clock.until(container.read());
    expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']);
  }
});

test('lines without a timestamp are passed on', async () => {
  const container = new Container(() => {
    container.end();
    return ({ follow }) => chunksOf(follow ? 'failed to watch file\n' : '');
  });
  expect(await container.clock.until(container.read())).toEqual(['failed to watch file']);
});

describe('silence', () => {
  /** An answer that gives what is pushed and ends by its signal only, as a half-open connection does. */
  async function* halfOpen(source: Source<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
    signal.addEventListener('abort', () => {
      source.fail(new Error('the request was aborted'));
    });
    yield* source;
  }

  test('of 90 s ends the request and another one is made', async () => {
    const source = new Source<Buffer>();
    const container = new Container((request) => (options, signal) => {
      if (request === 1) return halfOpen(source, signal);
      container.end();
      return chunksOf(logSince(options));
    });
    const reading = container.read();
    await container.clock.advance(50 * second);
    source.push(Buffer.from(`${log[0] ?? ''}\n`));
    await container.clock.advance(90 * second - 1);
    expect(container.requests).toHaveLength(1);
    expect(await container.clock.until(reading)).toEqual(texts);
    expect(container.requestedAt).toEqual([0, 140.2, 140.2]);
    expect(source.closed).toBe(true);
    expect(container.clock.sleeping).toBe(0);
  });

  test('ends the last request too', async () => {
    const container = new Container(
      (request) => (options, signal) =>
        request === 1 ? halfOpen(new Source(), signal) : chunksOf(logSince(options)),
    );
    container.end();
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    void container.read().then(settle, settle);
    await container.clock.advance(300 * second);
    expect(settled).toBe(true);
  });
});

describe('the rest after the end', () => {
  test('is asked for again when that fails, without doubles', async () => {
    const container = new Container((request) => (options) => {
      const bytes = logSince(options);
      return request < 4 ? broken(reset, bytes.subarray(0, request * 40)) : chunksOf(bytes);
    });
    container.end();
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.requestedAt).toEqual([0, 0.2, 0.6, 1.4]);
  });

  test('is given up after a minute', async () => {
    const container = new Container(() => () => broken(reset));
    container.end();
    await expect(container.clock.until(container.read())).rejects.toBe(reset);
    const last = container.requestedAt.at(-1) ?? 0;
    expect(last).toBeGreaterThan(50);
    expect(last).toBeLessThanOrEqual(60);
  });
});

describe('a pod that is gone', () => {
  test.each([
    { name: 'while it is followed', ended: false },
    { name: 'after its end', ended: true },
  ])('$name has no more output', async ({ ended }) => {
    const container = new Container(() => () => broken(gone, `${log[0] ?? ''}\n`));
    if (ended) container.end();
    await expect(container.clock.until(container.read())).rejects.toBe(gone);
    expect(container.lines).toEqual(['start']);
    expect(container.requests).toHaveLength(1);
  });
});

describe('cancelling', () => {
  const reason = new Error('cancelled');

  /** Ends by its signal only. */
  async function* untilAborted(signal: AbortSignal): AsyncGenerator<Buffer> {
    yield Buffer.from(`${log[0] ?? ''}\n`);
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(reason);
      });
    });
  }

  test.each<{ name: string; ended: boolean; answer: Answer }>([
    { name: 'a request', ended: false, answer: (_, signal) => untilAborted(signal) },
    { name: 'the last request', ended: true, answer: (_, signal) => untilAborted(signal) },
    { name: 'a pause between requests', ended: false, answer: () => chunksOf() },
    { name: 'a pause between the last requests', ended: true, answer: () => broken(reset) },
  ])('ends $name at once', async ({ ended, answer }) => {
    const container = new Container(() => answer);
    if (ended) container.end();
    const reading = container.read();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    container.cancel.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(container.requests).toHaveLength(1);
    expect(container.clock.sleeping).toBe(0);
  });

  test('a reader that stops closes the request', async () => {
    const source = new Source<Buffer>();
    source.push(Buffer.from(`${log[0] ?? ''}\n`));
    const clock = new VirtualClock();
    let stopped = false;
    const options = {
      open: (_: LogOptions, signal: AbortSignal) => {
        signal.addEventListener('abort', () => {
          stopped = true;
        });
        return source;
      },
      clock,
      ended: () => false,
      untilEnded: new Promise(() => undefined),
    };
    for await (const { text } of resumeLog(options, new AbortController().signal)) {
      expect(text.toString()).toBe('start');
      break;
    }
    expect({ stopped, closed: source.closed, sleeping: clock.sleeping }).toEqual({
      stopped: true,
      closed: true,
      sleeping: 0,
    });
  });
});
