import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { Span } from '../../src/result/phases.ts';
import { emptyReport, type RunReport } from '../../src/result/report.ts';
import { renderMetadata, renderSummary } from '../../src/result/summary.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  return parseInputs({
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: () => undefined,
    readText: () => '',
  });
}

const inputs = inputsOf({ tags: 'ghcr.io/acme/app:1\nghcr.io/acme/app:2', push: 'true' });

function span(attempt: number, phase: string, startMs: number, endMs: number): Span {
  return { attempt, phase, startMs, endMs };
}

const finished: RunReport = {
  ...emptyReport,
  attempts: 2,
  pod: { namespace: 'builds', name: 'kbp-x' },
  node: 'lab',
  context: { files: 340, bytes: 31_200_000, wireBytes: 7_650 },
  image: { digest: 'sha256:1234' },
  spans: [span(2, 'create', 0, 120), span(2, 'build', 120, 61_170)],
};

describe('metadata', () => {
  test('of a finished run', () => {
    expect(JSON.parse(renderMetadata(inputs, finished))).toEqual({
      'containerimage.digest': 'sha256:1234',
      'image.name': 'ghcr.io/acme/app:1,ghcr.io/acme/app:2',
      'kubernetes.namespace': 'builds',
      'kubernetes.pod': 'kbp-x',
      'kubernetes.node': 'lab',
      'context.files': 340,
      'context.bytes': 31_200_000,
      'context.wireBytes': 7_650,
      'timing.create': 120,
      'timing.build': 61_050,
    });
  });

  test('has no image without a push', () => {
    const report = { ...finished, image: undefined, context: undefined };
    expect(JSON.parse(renderMetadata(inputs, report))).toEqual({
      'kubernetes.namespace': 'builds',
      'kubernetes.pod': 'kbp-x',
      'kubernetes.node': 'lab',
      'timing.create': 120,
      'timing.build': 61_050,
    });
  });

  test('of a run that did nothing', () => {
    expect(renderMetadata(inputs, emptyReport)).toBe('{}');
  });
});

describe('summary', () => {
  const render = (report: RunReport, error?: BuildError, given: Inputs = inputs): string =>
    renderSummary(given, report, error, (text) => text.replaceAll('hunter2', '***'));

  test('of a finished run', () => {
    expect(render(finished)).toBe(
      [
        '### kube-build-push: succeeded',
        '',
        '|  |  |',
        '|---|---|',
        '| Image | <code>ghcr.io/acme/app&#58;1</code> |',
        '| Image | <code>ghcr.io/acme/app&#58;2</code> |',
        '| Digest | <code>sha256&#58;1234</code> |',
        '| Pod | <code>kbp-x</code> in <code>builds</code> on <code>lab</code> |',
        '| Attempts | 2 |',
        '| Context | 340 files, 31.2 MB, sent as 7.65 kB |',
        '',
        '| Phase | Time |',
        '|---|---|',
        '| create | 0.1 s |',
        '| build | 61.0 s |',
        '',
        '```mermaid',
        'gantt',
        '  dateFormat x',
        '  axisFormat %s s',
        '  section Attempt 2',
        '    create :0, 120ms',
        '    build :120, 61050ms',
        '```',
        '',
      ].join('\n'),
    );
  });

  test('of a build without push notes it, except after a failure', () => {
    const unpushed = inputsOf({ tags: 'ghcr.io/acme/app:1', push: 'false' });
    const error = new BuildError('build', 'x');
    const summary = (end?: BuildError): string =>
      renderSummary(unpushed, emptyReport, end, (text) => text);
    expect(summary()).toContain("Nothing was pushed: the input 'push' is false.");
    expect(summary(error)).not.toContain('Nothing was pushed');
    expect(renderSummary(inputs, finished, undefined, (text) => text)).not.toContain(
      'Nothing was pushed',
    );
  });

  test('of a short run counts milliseconds', () => {
    const report = { ...emptyReport, spans: [span(0, 'prepare', 0, 900)] };
    expect(renderSummary(inputs, report, undefined, (text) => text)).toContain('axisFormat %Q ms');
  });

  test('of a failed run has the message, the hint and the last lines of the builder', () => {
    const report = {
      ...emptyReport,
      attempts: 1,
      exitCode: 3,
      pod: { namespace: 'builds', name: 'kbp-x' },
      tail: [
        'one',
        '',
        'a <b> `c` | hunter2 ::error::',
        `${'x'.repeat(900)}${'y'.repeat(393)}: cause`,
      ],
    };
    const error = new BuildError('build', 'the builder ended: a|b *c* hunter2', {
      hint: "Raise 'limits.memory' in `resources`.",
    });
    expect(render(report, error)).toBe(
      [
        '### kube-build-push: failed',
        '',
        '**the builder ended\\: a\\|b \\*c\\* \\*\\*\\***',
        '',
        "Raise 'limits.memory' in \\`resources\\`.",
        '',
        '<details open><summary>Last lines of the builder</summary>',
        '',
        '<pre>one',
        'a &#60;b&#62; &#96;c&#96; &#124; &#42;&#42;&#42; &#58;&#58;error&#58;&#58;',
        `${'x'.repeat(200)}&#8230;${'y'.repeat(393)}&#58; cause</pre>`,
        '',
        '</details>',
        '',
        '|  |  |',
        '|---|---|',
        '| Pod | <code>kbp-x</code> in <code>builds</code> |',
        '| Exit code | 3 |',
        '',
      ].join('\n'),
    );
  });

  test('shows only the end of a long output, and none after a success', () => {
    const tail = Array.from({ length: 100 }, (_, index) => `line ${index}.`);
    const report = { ...emptyReport, tail };
    const text = render(report, new BuildError('build', 'x'));
    expect(text).toContain('line 85.');
    expect(text).not.toContain('line 84.');
    expect(render(report)).not.toContain('line');
  });

  test('of a cancelled run has no hint and no empty paragraph', () => {
    const error = new BuildError('cancelled', 'the job was cancelled');
    expect(render(emptyReport, error)).toBe(
      ['### kube-build-push: cancelled', '', '**the job was cancelled**', ''].join('\n'),
    );
  });

  test('shows each attempt in the timeline', () => {
    const spans = [
      span(0, 'prepare', 0, 10),
      span(1, 'create', 10, 100),
      span(2, 'create', 100, 200.4),
    ];
    const report = { ...emptyReport, spans };
    expect(render(report)).toContain(
      [
        '  section Run',
        '    prepare :0, 10ms',
        '  section Attempt 1',
        '    create :10, 90ms',
        '  section Attempt 2',
        '    create :100, 100ms',
      ].join('\n'),
    );
  });

  test('has the commands to inspect and to delete each pod that was kept', () => {
    const keptPods = ['kbp-x', 'kbp-y'].map((name) => ({ namespace: 'builds', name }));
    const text = render({ ...finished, keptPods });
    for (const { name } of keptPods) {
      expect(text).toContain(
        `The pod was kept. Inspect it with <code>kubectl describe pod ${name} --namespace builds</code>, and delete it with <code>kubectl delete pod ${name} --namespace builds</code>.`,
      );
    }
  });

  test('escapes the digest in its cell', () => {
    const report = { ...emptyReport, image: { digest: 'a|b`</code><img>\n😀' } };
    expect(render(report, undefined, inputsOf({}))).toContain(
      '| Digest | <code>a&#124;b&#96;&#60;/code&#62;&#60;img&#62;&#10;&#128512;</code> |',
    );
  });
});

/** The message of a failed build as the summary has it. */
function messageOf(text: string): string | undefined {
  const summary = renderSummary(inputs, emptyReport, new BuildError('build', text), (same) => same);
  return /^\*\*(.*)\*\*$/m.exec(summary)?.[1];
}

test.each([
  { name: 'plain text', text: "pod 'x' is 5 °C", expected: "pod 'x' is 5 °C" },
  {
    name: 'Markdown',
    text: '\\`*_{}[]()#+!|~',
    expected: '\\\\\\`\\*\\_\\{\\}\\[\\]\\(\\)\\#\\+\\!\\|\\~',
  },
  { name: 'mentions and links', text: '@acme https://x', expected: '\\@acme https\\://x' },
  { name: 'several lines', text: 'a\r\n\nb', expected: 'a b' },
  { name: 'control characters', text: 'a\u001b[1m', expected: 'a\uFFFD\\[1m' },
])('escapes $name', ({ text, expected }) => {
  expect(messageOf(text)).toBe(expected);
});

test('escapes HTML so that it is displayed as text', () => {
  expect(messageOf('<img src=x> &lt;')).toBe('&#60;img src=x&#62; &#38;lt;');
});
