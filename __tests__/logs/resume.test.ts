import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { resumeLog } from '../../src/logs/resume.ts';
import type { LogOptions } from '../../src/ports.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { Source } from '../support/source.ts';

const second = 1_000;

/** One response of the server; an error breaks the request off. */
type Answer = (options: LogOptions, signal: AbortSignal) => AsyncIterable<Buffer>;

/** A container whose log requests are answered by a function of the test. */
class Container {
  readonly clock = new VirtualClock();
  readonly cancel = new AbortController();
  readonly requests: LogOptions[] = [];
  /** Time of each request, in seconds since the first. */
  readonly requestedAt: number[] = [];
  /** The output so far. */
  text = '';
  /** The same with a text for each batch, and the notes and warnings between. */
  readonly story: string[] = [];
  hasEnded = false;
  random = 0;
  readonly #startedAtMs = this.clock.now();
  readonly #answer: (request: number) => Answer;
  #resolveEnd = (): void => undefined;
  readonly #untilEnded = new Promise<void>((resolve) => {
    this.#resolveEnd = resolve;
  });

  constructor(answer: (request: number) => Answer) {
    this.#answer = answer;
  }

  end(): void {
    this.hasEnded = true;
    this.#resolveEnd();
  }

  /** The lines of the output, without newlines. */
  get lines(): readonly string[] {
    return this.text === '' ? [] : this.text.replace(/\n$/, '').split('\n');
  }

  /** Notes and warnings. */
  get messages(): readonly string[] {
    return this.story.filter((text) => /^(note|warning): /.test(text));
  }

  /** Reads everything from resumeLog. */
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
      note: (text: string) => this.#print(`note: ${text}`),
      warn: (text: string) => this.#print(`warning: ${text}`),
      random: () => this.random,
    };
    for await (const batch of resumeLog(options, this.cancel.signal)) {
      const text = Buffer.concat(batch.map((line) => line.text)).toString('latin1');
      this.text += text;
      this.story.push(text);
    }
    return this.lines;
  }

  /** As in the job log, a message begins a new line. */
  #print(text: string): Promise<void> {
    if (this.text !== '' && !this.text.endsWith('\n')) this.text += '\n';
    this.story.push(text);
    return Promise.resolve();
  }
}

function ignore(): Promise<void> {
  return Promise.resolve();
}

/** As a kubelet returns it: without trailing zeros of a second; two lines may be equal. */
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

/** All lines since the requested second, as the kubelet returns them. */
function logSince({ sinceTime }: LogOptions, lines: readonly string[] = log): Buffer {
  const since = sinceTime?.replace('Z', '') ?? '';
  const selected = lines.filter((line) => line.slice(0, since.length) >= since);
  return Buffer.from(selected.map((line) => `${line}\n`).join(''));
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
const gone = new BuildError('cluster', 'reading the log: pod "kbp-x" not found', {
  reason: 'NotFound',
});

describe('a log without interruptions', () => {
  test('is followed, and its rest is requested once after the end', async () => {
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

  test('of an ended container is requested until a response contains nothing new', async () => {
    const container = new Container(() => (options) => chunksOf(logSince(options)));
    container.end();
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.requests).toEqual([
      { follow: false },
      { follow: false, sinceTime: '2026-01-01T00:00:03Z' },
    ]);
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
      return (options) => chunksOf(logSince(options).subarray(0, -1));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.text.endsWith('end')).toBe(true);
    expect(container.messages).toEqual([]);
  });

  test('is returned line by line', async () => {
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

describe('an interrupted request', () => {
  const whole = logSince({ follow: true });
  const places = Array.from({ length: whole.length + 1 }, (_, place) => place);

  test.each<{ name: string; answer: (bytes: Buffer) => AsyncIterable<Buffer> }>([
    { name: 'ends', answer: (bytes) => chunksOf(bytes) },
    { name: 'breaks off', answer: (bytes) => broken(reset, bytes) },
  ])('that $name loses and repeats no line, wherever it was cut', async ({ answer }) => {
    for (const place of places) {
      const container = new Container((request) => (options) => {
        if (request === 1) return answer(whole.subarray(0, place));
        container.end();
        return chunksOf(logSince(options));
      });
      expect(await container.clock.until(container.read())).toEqual(texts);
    }
  });

  test('followed by another one loses and repeats no line', async () => {
    for (const firstCut of places.filter((place) => place % 11 === 0)) {
      for (const secondCut of places.filter((place) => place % 13 === 0)) {
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

  test('is continued from the whole second of the newest line', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(`${log.slice(0, 5).join('\n')}\n`);
      container.end();
      return chunksOf(logSince(options));
    });
    await container.clock.until(container.read());
    expect(container.requests[1]).toEqual({ follow: true, sinceTime: '2026-01-01T00:00:01Z' });
  });

  test('loses no line when only lines before it were rotated', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(`${log[0] ?? ''}\n`);
      container.end();
      return chunksOf(logSince(options, log.slice(1)));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
  });

  test('is retried after growing pauses, which start again after a line', async () => {
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
      0, 1, 2, 4, 5, 5, 5, 5, 1,
    ]);
  });

  test('is retried after a pause with jitter', async () => {
    const container = new Container((request) => () => {
      if (request === 3) container.end();
      return request === 1 ? broken(reset) : chunksOf();
    });
    container.random = 0.5;
    await container.clock.until(container.read());
    expect(container.requestedAt.slice(0, 3)).toEqual([0, 0.6, 1.8]);
  });

  test('is retried after the time of Retry-After, with jitter', async () => {
    const throttled = new BuildError('cluster', 'too many requests', {
      code: 429,
      retryAfterMs: 7 * second,
    });
    const container = new Container((request) => () => {
      if (request === 2) container.end();
      return request < 4 ? broken(throttled) : chunksOf();
    });
    container.random = 0.5;
    await container.clock.until(container.read());
    // The container ended in the second request.
    expect(container.requestedAt.slice(0, 4)).toEqual([0, 7.5, 8.5, 16]);
  });

  test('is retried a second after the end of the container, whatever Retry-After is', async () => {
    const throttled = new BuildError('cluster', 'too many requests', { retryAfterMs: 9 * second });
    const container = new Container(
      (request) => () => (request === 1 ? broken(throttled) : chunksOf()),
    );
    const reading = container.read();
    await container.clock.advance(2 * second);
    container.end();
    await container.clock.until(reading);
    expect(container.requestedAt).toEqual([0, 3]);
  });

  test('is retried at once when the container ends', async () => {
    const container = new Container(
      (request) => (options) => (request === 1 ? chunksOf() : chunksOf(logSince(options))),
    );
    const reading = container.read();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(container.clock.sleeping).toBe(1);
    container.end();
    expect(await container.clock.until(reading)).toEqual(texts);
    expect(container.requestedAt).toEqual([0, 0, 0.2]);
    expect(container.clock.sleeping).toBe(0);
  });
});

// The runtime takes the timestamp before it writes the line, so lines of stdout and stderr can be out of order.
test('returns lines with timestamps out of order, in the order of the log', async () => {
  const unordered = [
    '2026-01-01T00:00:01.000000001Z one',
    '2026-01-01T00:00:00.999999999Z two',
    '2026-01-01T00:00:02.000000002Z three',
    '2026-01-01T00:00:02.000000001Z four',
    '2026-01-01T00:00:02.000000003Z five',
  ];
  const whole = logSince({ follow: true }, unordered);
  for (let place = whole.indexOf('three'); place <= whole.length; place += 1) {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(whole.subarray(0, place));
      container.end();
      return chunksOf(logSince(options, unordered));
    });
    const lines = await container.clock.until(container.read());
    expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']);
  }
});

describe('a message of the kubelet', () => {
  const broke = 'unable to retrieve container logs for containerd://4f2a';

  test('is printed as a note between the lines, not as output', async () => {
    const container = new Container(() => {
      container.end();
      return ({ follow }) =>
        chunksOf(follow ? `${log[0] ?? ''}\nfailed to watch file\n${log[1] ?? ''}\n` : '');
    });
    await container.clock.until(container.read());
    expect(container.story.slice(0, 3)).toEqual([
      'start\n',
      'note: message from the kubelet in the container log: failed to watch file',
      'a\n',
    ]);
  });

  test.each([
    { name: 'after lines', before: `${log[0] ?? ''}\n`, lines: ['start'] },
    { name: 'alone', before: '', lines: [] },
  ])('is recognised without a newline, $name, and printed once', async ({ before, lines }) => {
    const container = new Container((request) => ({ sinceTime }) => {
      if (request === 3) container.end();
      return chunksOf(sinceTime === undefined ? `${before}${broke}` : broke);
    });
    expect(await container.clock.until(container.read())).toEqual(lines);
    expect(container.messages.filter((text) => text.startsWith('note'))).toEqual([
      `note: message from the kubelet in the container log: ${broke}`,
    ]);
  });

  test('is not the end of a long line that began before the requested second', async () => {
    const container = new Container((request) => (options) => {
      if (request === 1) return chunksOf(`${log[0] ?? ''}\n${log[1] ?? ''}\n`);
      container.end();
      return chunksOf('rest of a line\n', logSince(options));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.messages).toEqual([]);
  });

  test('is not an incomplete timestamp', async () => {
    const container = new Container(() => {
      container.end();
      return () => chunksOf(`${log[0] ?? ''}\n2026-01-01T00:0`);
    });
    expect(await container.clock.until(container.read())).toEqual(['start']);
    expect(container.messages).toEqual([]);
  });
});

describe('a line that is too long to buffer', () => {
  const text = 'x'.repeat(150_000);
  const long = [log[0] ?? '', `2026-01-01T00:00:00.5Z ${text}`, log[6] ?? ''];

  test('is returned in pieces, and continued after an interrupted request', async () => {
    for (const place of [70_000, 100_000, 150_040, 150_080]) {
      const container = new Container((request) => (options) => {
        const bytes = logSince(options, long);
        const pieces = [0, 1, 2].map((part) =>
          bytes.subarray(part * 60_000, part * 60_000 + 60_000),
        );
        if (request < 3) return broken(reset, ...cut(pieces, request === 1 ? place : 66_000));
        container.end();
        return chunksOf(...pieces);
      });
      const lines = await container.clock.until(container.read());
      expect(lines.map((line) => line.length)).toEqual([5, 150_000, 3]);
      expect(container.messages).toEqual([]);
    }
  });

  test('is ended with a warning when its rest was rotated', async () => {
    const container = new Container((request) => (options) => {
      const bytes = logSince(options, long);
      if (request === 1)
        return broken(reset, bytes.subarray(0, 50_000), bytes.subarray(50_000, 90_000));
      container.end();
      return chunksOf(logSince(options, long.slice(2)));
    });
    await container.clock.until(container.read());
    expect(container.story.map((text) => text.slice(0, 70))).toEqual(
      [
        'start\n',
        'x'.repeat(70),
        "warning: some of the builder's output is probably missing (between 00:0",
        'end\n',
      ].map((text) => text.slice(0, 70)),
    );
  });

  test('is not repeated when the log was rotated inside it', async () => {
    const rotated = [`2026-01-01T00:00:00.7Z ${'x'.repeat(100_000)}`, log[6] ?? ''];
    const container = new Container((request) => (options) => {
      if (request === 1) return broken(reset, logSince(options, long).subarray(0, 140_000));
      if (request === 2) return broken(reset, logSince(options, rotated).subarray(0, 80_000));
      container.end();
      return chunksOf(logSince(options, rotated));
    });
    const lines = await container.clock.until(container.read());
    expect(lines.map((line) => line.length)).toEqual([5, 139_950, 3]);
    expect(container.messages).toHaveLength(1);
  });

  /** The pieces up to this place of the line. */
  function cut(pieces: readonly Buffer[], place: number): Buffer[] {
    return pieces.map((piece, index) => piece.subarray(0, Math.max(0, place - index * 60_000)));
  }
});

describe('missing output', () => {
  const warning =
    "some of the builder's output is probably missing (between 00:00:01 and 00:00:03 UTC): the kubelet rotated the container log before it was read";

  test('is reported once if a response does not repeat the expected lines', async () => {
    const container = new Container((request) => () => {
      if (request === 1) return chunksOf(`${log.slice(0, 4).join('\n')}\n`);
      if (request === 2) return chunksOf(`${log[6] ?? ''}\n`);
      container.end();
      return chunksOf('2026-01-01T00:00:09Z late\n');
    });
    await container.clock.until(container.read());
    expect(container.story).toEqual(['start\na\nb\nb\n', `warning: ${warning}`, 'end\n', 'late\n']);
  });

  test('is reported when the last response is empty', async () => {
    const container = new Container((request) => () => {
      if (request === 1) return chunksOf(`${log.slice(0, 4).join('\n')}\n`);
      container.end();
      return chunksOf();
    });
    await container.clock.until(container.read());
    expect(container.messages).toEqual([
      expect.stringMatching(/^warning: .* probably missing \(after 00:00:01 UTC\)/),
    ]);
  });

  const bulkLine = `2026-01-01T00:00:01Z ${'x'.repeat(1_000)}`;
  const late = '2026-01-01T00:00:40Z late';

  /** 8 MB of the first second, then a line of the 40th. They arrive at these times, in seconds. */
  async function readJump(
    firstAt: number,
    bulkAt: number,
    jumpAt: number,
    answer: Answer = (options) => chunksOf(logSince(options, [late])),
  ): Promise<Container> {
    const source = new Source<Buffer>();
    const container = new Container((request) => (request === 1 ? () => source : answer));
    const reading = container.read();
    const bulk = `${bulkLine}\n`.repeat(8_000);
    for (const [at, text] of [
      [firstAt, '2026-01-01T00:00:00.5Z first\n'],
      [bulkAt, bulk],
      [jumpAt, `${late}\n`],
    ] as const) {
      await container.clock.advance(at * second - (container.clock.now() - startMs));
      source.push(Buffer.from(text));
      await container.clock.advance(0);
    }
    container.end();
    source.end();
    await container.clock.until(reading);
    return container;
  }
  const startMs = new VirtualClock().now();
  const jumped: unknown = expect.stringMatching(
    /^warning: .*\(between 00:00:01 and 00:00:40 UTC\)/,
  );

  test('within a response is reported when delayed lines are followed by recent ones', async () => {
    const container = await readJump(1, 40, 40);
    expect(container.messages).toEqual([jumped]);
    expect(container.requests[1]).toEqual({ follow: false, sinceTime: '2026-01-01T00:00:01Z' });
  });

  test('within a response is not reported when the current file has the line before it', async () => {
    const container = await readJump(1, 40, 40, (options) =>
      chunksOf(logSince(options, [...Array<string>(8_000).fill(bulkLine), late])),
    );
    expect(container.messages).toEqual([]);
    expect(container.lines).toHaveLength(8_002);
  });

  test('within a response is reported when the check of the current file fails', async () => {
    let hasFailed = false;
    const container = await readJump(1, 40, 40, (options) => {
      if (hasFailed) return chunksOf(logSince(options, [late]));
      hasFailed = true;
      return broken(reset);
    });
    expect(container.messages).toEqual([jumped]);
  });

  test.each([
    { name: 'a builder that pauses', firstAt: 1, bulkAt: 2, jumpAt: 40 },
    { name: 'a node whose clock is slow', firstAt: 31, bulkAt: 32, jumpAt: 70 },
  ])('is not reported for $name', async ({ firstAt, bulkAt, jumpAt }) => {
    expect((await readJump(firstAt, bulkAt, jumpAt)).messages).toEqual([]);
  });
});

describe('an outage of the log', () => {
  test('of 15 s is reported once with its cause, and its end too', async () => {
    const container = new Container((request) => (options) => {
      if (request < 12) return broken(reset);
      container.end();
      return chunksOf(logSince(options));
    });
    await container.clock.until(container.read());
    expect(container.story).toEqual([
      "note: the builder's output cannot be read at present: reading the log: ECONNRESET",
      "note: the builder's output can be read again",
      `${texts.join('\n')}\n`,
    ]);
  });

  test('of a shorter time is not reported', async () => {
    const container = new Container((request) => (options) => {
      if (request < 6) return broken(reset);
      container.end();
      return chunksOf(logSince(options));
    });
    await container.clock.until(container.read());
    expect(container.requestedAt[5]).toBeGreaterThan(10);
    expect(container.messages).toEqual([]);
  });
});

describe('a silent request', () => {
  /** A response that ends only with its signal, as on a half-open connection. */
  async function* halfOpen(source: Source<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
    signal.addEventListener('abort', () => {
      source.fail(new Error('the request was aborted'));
    });
    yield* source;
  }

  test('is replaced after 90 s', async () => {
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
    expect(container.requestedAt).toEqual([0, 141, 141]);
    expect(source.closed).toBe(true);
    expect(container.clock.sleeping).toBe(0);
  });

  test('ends the output after the end of the container', async () => {
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

describe('the rest of the log after the end', () => {
  test('is requested again after an error, without repeated lines', async () => {
    const container = new Container((request) => (options) => {
      const bytes = logSince(options);
      return request < 4 ? broken(reset, bytes.subarray(0, request * 40)) : chunksOf(bytes);
    });
    container.end();
    expect(await container.clock.until(container.read())).toEqual(texts);
    expect(container.requestedAt).toEqual([0, 0.2, 0.6, 1.4, 1.6]);
  });

  // The pod status can report the end of the container before the runtime has written the last 64 KiB to the log file.
  test('is complete although the runtime was still writing it', async () => {
    const whole = logSince({ follow: false });
    for (let place = whole.indexOf('start') + 1; place < whole.length; place += 1) {
      const container = new Container((request) => (options) => {
        const asked = logSince(options);
        return chunksOf(request === 1 ? asked.subarray(0, place) : asked);
      });
      container.end();
      expect(await container.clock.until(container.read())).toEqual(texts);
    }
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

test('the log of a container that never ran is requested once', async () => {
  const message = 'container "builder" in pod "kbp-x" is waiting to start: PodInitializing';
  const waiting = new BuildError('cluster', `reading the log failed: ${message}`, { code: 400 });
  const container = new Container(() => () => broken(waiting));
  container.end();
  await expect(container.clock.until(container.read())).rejects.toBe(waiting);
  expect(container.requests).toHaveLength(1);
});

describe('a pod that was deleted', () => {
  test('has no more output once it has ended', async () => {
    const container = new Container(() => () => broken(gone, `${log[0] ?? ''}\n`));
    container.end();
    await expect(container.clock.until(container.read())).rejects.toBe(gone);
    expect(container.lines).toEqual(['start']);
    expect(container.requests).toHaveLength(1);
  });

  test('is requested again as long as its last known state is running', async () => {
    const container = new Container((request) => (options) => {
      if (request < 3) return broken(gone);
      container.end();
      return chunksOf(logSince(options));
    });
    expect(await container.clock.until(container.read())).toEqual(texts);
  });
});

describe('cancelling', () => {
  const reason = new Error('cancelled');

  /** Ends only with its signal. */
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

  test('closes the request when the caller stops reading', async () => {
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
      note: ignore,
      warn: ignore,
    };
    for await (const batch of resumeLog(options, new AbortController().signal)) {
      expect(batch.map(({ text }) => text.toString())).toEqual(['start\n']);
      break;
    }
    expect({ stopped, closed: source.closed, sleeping: clock.sleeping }).toEqual({
      stopped: true,
      closed: true,
      sleeping: 0,
    });
  });
});

/** A byte every second, for ever. */
async function* trickle(container: Container, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.from('x');
    await container.clock.sleep(second, signal);
  }
}

test.each([
  { name: 'to follow the log', follow: true },
  { name: 'for its rest', follow: false },
])('a request $name that never ends is an error ten minutes after the end', async ({ follow }) => {
  const container: Container = new Container(() => (options, signal) => {
    container.end();
    return options.follow === follow ? trickle(container, signal) : chunksOf();
  });
  await expect(container.clock.until(container.read())).rejects.toThrow(
    'the container log did not end within 10 minutes after the container',
  );
  expect(container.clock.sleeping).toBe(0);
});
