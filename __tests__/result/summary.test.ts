import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { RunReport } from '../../src/result/report.ts';
import { escapeMarkdown, renderMetadata, renderSummary } from '../../src/result/summary.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  return parseInputs({
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: () => undefined,
    readText: () => '',
  });
}

const inputs = inputsOf({ tags: 'ghcr.io/acme/app:1\nghcr.io/acme/app:2', push: 'true' });

function finished(): RunReport {
  const report = new RunReport(0);
  report.attempts = 2;
  report.pod = { namespace: 'builds', name: 'kbp-x' };
  report.node = 'lab';
  report.context = { files: 340, bytes: 31_200_000, wireBytes: 7_650 };
  report.image = { digest: 'sha256:1234' };
  report.phase('create', 120);
  report.phase('build', 61_170);
  return report;
}

describe('metadata', () => {
  test('of a finished run', () => {
    expect(JSON.parse(renderMetadata(inputs, finished()))).toEqual({
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

  test('names no image that was not pushed', () => {
    const report = finished();
    report.image = undefined;
    report.context = undefined;
    expect(JSON.parse(renderMetadata(inputs, report))).toEqual({
      'kubernetes.namespace': 'builds',
      'kubernetes.pod': 'kbp-x',
      'kubernetes.node': 'lab',
      'timing.create': 120,
      'timing.build': 61_050,
    });
  });

  test('of a run that did nothing', () => {
    expect(renderMetadata(inputs, new RunReport(0))).toBe('{}');
  });
});

describe('summary', () => {
  test('of a finished run', () => {
    expect(renderSummary(inputs, finished(), undefined)).toBe(
      [
        '### kube-build-push: succeeded',
        '',
        '| | |',
        '|---|---|',
        '| Image | <code>ghcr.io/acme/app&#58;1</code> |',
        '| Image | <code>ghcr.io/acme/app&#58;2</code> |',
        '| Digest | <code>sha256&#58;1234</code> |',
        '| Pod | <code>kbp-x</code> in <code>builds</code> on <code>lab</code> |',
        '| Attempts | 2 |',
        '| Context | 340 files, 31.2 MB, sent as 7.65 kB |',
        '| Time: create | 0.1 s |',
        '| Time: build | 61.0 s |',
        '',
      ].join('\n'),
    );
  });

  test('of a failed run says why and what to change, and names no image', () => {
    const report = new RunReport(0);
    report.attempts = 1;
    report.pod = { namespace: 'builds', name: 'kbp-x' };
    const error = new BuildError('build', 'the builder ended: a|b *c*', {
      hint: "Raise 'limits.memory' in `resources`.",
    });
    expect(renderSummary(inputs, report, error)).toBe(
      [
        '### kube-build-push: failed',
        '',
        '**the builder ended\\: a\\|b \\*c\\***',
        '',
        "Raise 'limits.memory' in \\`resources\\`.",
        '',
        '| | |',
        '|---|---|',
        '| Pod | <code>kbp-x</code> in <code>builds</code> |',
        '',
      ].join('\n'),
    );
  });

  test('of an error without a hint has no empty place for it', () => {
    const error = new BuildError('cancelled', 'the job was cancelled');
    expect(renderSummary(inputs, new RunReport(0), error)).toBe(
      [
        '### kube-build-push: failed',
        '',
        '**the job was cancelled**',
        '',
        '| | |',
        '|---|---|',
        '',
      ].join('\n'),
    );
  });

  test('says how to remove a pod that was kept', () => {
    const report = finished();
    report.podKept = true;
    expect(renderSummary(inputs, report, undefined)).toContain(
      '\n\nThe pod was kept; remove it with <code>kubectl delete pod kbp-x --namespace builds</code>.\n',
    );
  });

  test('lets no digest out of its cell', () => {
    const report = new RunReport(0);
    report.image = { digest: 'a|b`</code><img>\n' };
    expect(renderSummary(inputsOf({}), report, undefined)).toContain(
      '| Digest | <code>a&#124;b&#96;&#60;/code&#62;&#60;img&#62;&#10;</code> |',
    );
  });
});

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
  expect(escapeMarkdown(text)).toBe(expected);
});

test('escapes HTML so that it is shown as it was', () => {
  expect(escapeMarkdown('<img src=x> &lt;')).toBe('&#60;img src=x&#62; &#38;lt;');
});
