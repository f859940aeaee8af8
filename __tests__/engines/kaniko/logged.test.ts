import { expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../src/dockerfile/parse.ts';
import { diagnose } from '../../support/diagnose.ts';

const runFailed =
  'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 2';
const chownFailed =
  'error building image: error building stage: failed to execute command: getting user group from chown: user u is not a uid and does not exist on the system';
const userFailed =
  'error building image: error building stage: failed to execute command: credentials: get uid/gid: user u is not a uid and does not exist on the system';
const missing =
  'error building image: error building stage: failed to get files used from context: failed to get fileinfo for /kaniko/buildcontext/ctx/k: lstat /kaniko/buildcontext/ctx/k: no such file or directory';

function info(text: string): string {
  return `time="2026-11-28T09:59:58Z" level=info msg=${JSON.stringify(text)}`;
}

const begin = (index: number, base = 'a'): string =>
  info(`Building stage '${base}' [idx: '${index}', base-idx: '-1']`);
const make = info('RUN make');
const output = (lines: number): readonly string[] => Array<string>(lines).fill('x');

const stages = 'FROM a AS b\nRUN make\nFROM a\nRUN make\n';

interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly tail: readonly string[];
  readonly isOutputWhole?: boolean;
  readonly line: number | undefined;
}

test.each<Case>([
  {
    name: 'a RUN of the second of two stages',
    dockerfile: stages,
    tail: [begin(0), make, begin(1), make, runFailed],
    line: 4,
  },
  {
    name: 'a RUN of the first of two stages',
    dockerfile: stages,
    tail: [begin(0), make, runFailed],
    line: 2,
  },
  {
    name: 'a RUN of the first of two stages, after much output',
    dockerfile: stages,
    tail: [begin(0), make, ...output(300), runFailed],
    line: 2,
  },
  {
    name: 'a RUN behind a stage that kaniko skips',
    dockerfile: 'FROM b AS lint\nRUN make\nFROM $BASE\nRUN make\n',
    tail: [begin(0), make, runFailed],
    line: 4,
  },
  {
    name: 'a RUN that occurs twice in a stage',
    dockerfile: 'FROM a\nRUN make\nRUN true\nRUN make\n',
    tail: [begin(0), make, info('RUN true'), make, runFailed],
    line: 4,
  },
  {
    name: 'a RUN of two stages in a log without its beginning',
    dockerfile: 'FROM a AS b\nRUN one\nRUN make\nFROM a\nRUN two\nRUN make\n',
    tail: [info('RUN two'), make, ...output(397), runFailed],
    line: 6,
  },
  {
    name: 'a RUN of which only itself is left in the log',
    dockerfile: stages,
    tail: [make, ...output(398), runFailed],
    line: undefined,
  },
  {
    name: 'a RUN in a log with gaps',
    dockerfile: stages,
    tail: [make, runFailed],
    isOutputWhole: false,
    line: undefined,
  },
  {
    name: 'a RUN after the trigger of a base image, which the Dockerfile lacks',
    dockerfile: 'FROM a\nRUN make\n',
    tail: [begin(0), info('RUN trigger'), make, runFailed],
    line: 2,
  },
  {
    name: 'a user of the second stage',
    dockerfile: 'FROM a AS b\nUSER u\nRUN make\nFROM c\nUSER u\nRUN make\n',
    tail: [begin(0), info('USER u'), make, begin(1, 'c'), info('USER u'), make, userFailed],
    line: 5,
  },
  {
    name: 'a user that is used by a later RUN',
    dockerfile: 'FROM a\nUSER u\nCOPY l /l\nRUN make\n',
    tail: [begin(0), info('USER u'), info('COPY l /l'), make, userFailed],
    line: 2,
  },
  {
    name: 'a user of --chown in the second stage',
    dockerfile: 'FROM a AS b\nCOPY --chown=u k /k\nFROM a\nCOPY --chown=u k /k\n',
    tail: [
      begin(0),
      info('COPY --chown=u k /k'),
      begin(1),
      info('COPY --chown=u k /k'),
      chownFailed,
    ],
    line: 4,
  },
  {
    name: 'a source that an earlier instruction has found',
    dockerfile: 'FROM a\nCOPY k /x\nRUN true\nCOPY k /y\n',
    tail: [begin(0), info('COPY k /x'), info('RUN true'), missing],
    line: 4,
  },
])('finds the line of $name', ({ dockerfile, tail, isOutputWhole = true, line }) => {
  const found = diagnose(tail, { dockerfile: parseDockerfile(dockerfile), isOutputWhole });
  expect(found?.line).toBe(line);
});
