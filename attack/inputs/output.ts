import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { collapse } from '../../src/dockerfile/instruction.ts';
import { kaniko } from '../../src/engines/kaniko/kaniko.ts';
import { withoutUsage } from '../../src/engines/kaniko/failures/usage.ts';
import { BuildError, describeError } from '../../src/errors.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { readApiError } from '../../src/io/kube/api-error.ts';
import { rememberedPods } from '../../src/io/runner/state.ts';
import { JobLog } from '../../src/logs/fence.ts';
import { LineFramer } from '../../src/logs/lines.ts';
import { Seen } from '../../src/logs/seen.ts';
import { Tail } from '../../src/logs/tail.ts';
import { waitOf } from '../../src/pod/state/reasons.ts';
import { lossOf } from '../../src/result/losses.ts';
import { emptyReport } from '../../src/result/report.ts';
import { renderSummary } from '../../src/result/summary.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { maskForms } from '../../src/text/mask.ts';
import { programOutput } from '../../src/text/program-output.ts';
import { findNearest } from '../../src/text/nearest.ts';
import { quote } from '../../src/text/problem.ts';
import { readInputs } from '../../support/raw-inputs.ts';
import { bare, type Frame, type TimedParser } from './parser.ts';

const kanikoErrors: readonly Frame[] = [
  bare,
  ['error ', ''],
  ['Error: ', ''],
  ['error building image: error resolving source context: ', ''],
  ['error checking push permissions ', ''],
  ['error checking push permissions: checking push permission for "a": ', ''],
  ['error pushing image: failed to push to destination ', ''],
  ['error building image: GET https://a/v2/', ''],
  ['error building image: failed to get fileinfo for /a: lstat ', ': no'],
  ['error building image: could not save file: ', ''],
  ['error building image: getting permissions from chmod: parsing "', ''],
  ['error building image: downloading remote source file: Get "', ''],
  ['error: parsing dockerfile: ', ''],
  ['error: Get "https://', ''],
  ['error: GET https://a/v2/', ''],
  ['error: failed to get fileinfo for /kaniko/buildcontext/', ''],
  ['error: could not parse reference: ', ''],
  ['error: credentials: get uid/gid: user ', ' is not a uid'],
];

const logFrames: readonly Frame[] = [
  bare,
  ['2024-01-01T00:00:00.5Z ', ''],
  ['2024-01-01T00:00:00.5Z a\n', ''],
];

const dockerfile = parseDockerfile('FROM a AS b\nRUN c\nCOPY d e\nUSER f\n');
const inputs = parseInputs(readInputs({ tags: 'registry.example/a', push: 'true' }));
const cached = parseInputs(readInputs({ 'cache-to': 'registry.example/cache' }));
const failed = {
  tail: [],
  exitCode: 1,
  dockerfile,
  withoutLogin: ['registry.example'],
  contextComplete: false,
  isOutputWhole: true,
};
const report = { ...emptyReport, attempts: 1 };

/** What builders, servers and programs answer. */
export const outputParsers: readonly TimedParser[] = [
  {
    name: 'output / diagnosis of kaniko',
    frames: kanikoErrors,
    run: (text) => {
      kaniko.diagnose({ ...failed, tail: tailOf(text) });
    },
  },
  {
    name: 'output / diagnosis of a failing RUN',
    frames: [
      bare,
      ['time="a" level=info msg="RUN ', '"'],
      ['time="a" level=info msg="RUN ', '\\xab"'],
    ],
    run: (text) => {
      const tail = [...tailOf(text), 'error: waiting for process to exit: exit status 1'];
      kaniko.diagnose({ ...failed, tail });
    },
  },
  {
    name: 'output / mirrors that failed',
    frames: [
      bare,
      ['time="a" level=info msg="Retrieving image manifest ', '"'],
      ['time="a" level=warning msg="Failed to retrieve image a from remapped registry ', '"'],
      ['time="a" level=warning msg="Failed to retrieve image a from remapped registry a: ', '"'],
    ],
    run: (text) => {
      const begin = 'time="a" level=info msg="Retrieving image manifest a"';
      const error = 'error building image: GET https://a/v2/';
      kaniko.diagnose({ ...failed, tail: [begin, ...tailOf(text), error] });
    },
  },
  {
    name: 'output / usage and white space',
    run: (text) => {
      withoutUsage(text.split('\n'));
      collapse(text);
    },
  },
  {
    name: 'output / failing instruction in a hostile Dockerfile',
    frames: [
      bare,
      ['FROM ', ''],
      ['FROM a\nCOPY ', ' .'],
      ['FROM a\nUSER ', ''],
      ['FROM a\nRUN ', ''],
    ],
    run: (text) => {
      const hostile = parseDockerfile(text);
      for (const error of [
        'error: credentials: get uid/gid: user a is not a uid',
        'error: GET https://a/v2/a/manifests/b: MANIFEST_UNKNOWN',
        'error: could not parse reference: a',
      ]) {
        kaniko.diagnose({ ...failed, tail: [error], dockerfile: hostile });
      }
    },
  },
  {
    name: 'output / missing source and logged RUN in a hostile Dockerfile',
    run: (text) => {
      const hostile = parseDockerfile(text);
      const runs = tailOf('time="a" level=info msg="RUN a"');
      for (const error of [
        'error: failed to get fileinfo for /a: lstat /kaniko/0/z: no such file',
        'error: waiting for process to exit: exit status 1',
      ]) {
        kaniko.diagnose({ ...failed, tail: [...runs, error], dockerfile: hostile });
      }
    },
  },
  {
    name: 'output / lines and tail of the log',
    frames: logFrames,
    run: (text) => {
      const framer = new LineFramer();
      const tail = new Tail();
      const seen = new Seen();
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += 4_096) {
        const lines = framer.push(bytes.subarray(start, start + 4_096));
        tail.push(lines);
        for (const line of lines) seen.accept(line);
      }
      framer.flush();
      return tail.lines();
    },
  },
  {
    name: 'output / digests and lines below the verbosity',
    frames: [
      bare,
      ['Pushing image to registry.example/a:latest\nPushed ', ''],
      ['time="', ''],
      ['level=warning msg="Error uploading layer to cache: ', ''],
      ['level=warning msg="Error uploading layer to cache: GET http://', '\n'],
    ],
    run: (text) => {
      const scan = kaniko.scanPushes(inputs);
      const warnings = kaniko.scanWarnings(cached);
      const filter = kaniko.filterOutput({
        ...inputs,
        builder: { ...inputs.builder, verbosity: 'error' },
      });
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += 4_096) {
        scan?.push(bytes.subarray(start, start + 4_096));
        warnings?.push(bytes.subarray(start, start + 4_096));
        filter?.push(bytes.subarray(start, start + 4_096));
      }
      scan?.end();
      warnings?.end();
      filter?.end();
      kaniko.readDigests(text);
    },
  },
  {
    name: 'output / job log',
    run: async (text) => {
      const job = {
        write: () => Promise.resolve(),
        setOutput: () => undefined,
        remember: () => undefined,
        rememberCa: () => undefined,
        writeSummary: () => Promise.resolve(),
      };
      const log = new JobLog(job, () => 'token-of-the-fence');
      await log.mask('a-secret');
      await log.info(text);
      await log.warning(text, { file: text, line: 1 });
      await log.group(text);
      await log.mirror(Buffer.from(text));
      log.scrub(text);
      await log.close();
    },
  },
  {
    name: 'output / job summary',
    run: (text) => {
      const tail = Array.from({ length: 15 }, () => text);
      renderSummary(
        inputs,
        { ...report, tail, node: text },
        new BuildError('build', text, { hint: text }),
        (secret) => secret,
      );
    },
  },
  {
    name: 'output / excerpts, masks and descriptions',
    run: (text) => {
      excerpt(text);
      quote(text);
      describeError(new Error(text, { cause: new Error(text) }));
      programOutput(text, ['secret-text']);
      maskForms([text]);
    },
  },
  {
    name: 'output / nearest word',
    run: (text) => {
      findNearest(text, ['something', 'other']);
      findNearest('something', [text]);
      findNearest('something', text.split('\n'));
    },
  },
  {
    name: 'server / error of the API',
    frames: [bare, ['{"kind":"Status","message":"', '","reason":"a"}']],
    run: (text) => {
      readApiError(500, text, { 'retry-after': text, date: text });
    },
  },
  {
    name: 'server / reasons of a pod',
    run: (text) => {
      waitOf('ErrImagePull', text);
      waitOf(text, text);
      lossOf('Evicted', text);
      lossOf(text, text);
    },
  },
  {
    name: 'runner / saved state',
    frames: [bare, ['[{"name":"kbp-', '","namespace":"a"}]']],
    run: (text) => rememberedPods({ STATE_pods: text }),
  },
];

/** As long as the lines that the end of the log keeps. */
const longestLine = 4_096;
const tailLines = 100;

/** Lines as the end of the log keeps them, all of them the same: their number does not grow with the text. */
function tailOf(text: string): readonly string[] {
  return Array.from({ length: tailLines }, () => text.slice(0, longestLine));
}
