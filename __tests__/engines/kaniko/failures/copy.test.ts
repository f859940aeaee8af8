import { expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../../src/dockerfile/parse.ts';
import { diagnose } from '../../../support/diagnose.ts';

const execute = 'error building image: error building stage: failed to execute command:';
const files = 'error building image: error building stage: failed to get files used from context:';

/** A line of kaniko's log. */
function info(text: string): string {
  return `time="2026-11-28T09:59:58Z" level=info msg=${JSON.stringify(text)}`;
}

/** Recorded with kaniko v1.24.0 of Google and v1.25.16 of Chainguard, which print the same, unless a name says otherwise. */
test.each<{ name: string; dockerfile: string; tail: readonly string[]; expected: object }>([
  {
    name: 'an ADD whose host is unknown',
    dockerfile: 'FROM a\nADD https://github.com/x/y/releases/download/v1/a.tar.gz /a.tar.gz\n',
    tail: [
      info('ADD https://github.com/x/y/releases/download/v1/a.tar.gz /a.tar.gz'),
      info('Adding remote URL https://github.com/x/y/releases/download/v1/a.tar.gz to /a.tar.gz'),
      `${execute} downloading remote source file: Get "https://github.com/x/y/releases/download/v1/a.tar.gz": dial tcp: lookup github.com on 10.96.0.10:53: no such host`,
    ],
    expected: {
      message:
        'ADD of https://github.com/x/y/releases/download/v1/a.tar.gz failed: dial tcp: lookup github.com on 10.96.0.10:53: no such host',
      hint: 'Check the URL, and that pods in the cluster can connect to its host.',
      line: 2,
    },
  },
  {
    name: 'an ADD of https:// from a server without TLS',
    dockerfile: 'FROM a\nRUN true\nADD https://10.0.0.1:5000/v2/ /a\n',
    tail: [
      info('RUN true'),
      info('ADD https://10.0.0.1:5000/v2/ /a'),
      `${execute} downloading remote source file: Get "https://10.0.0.1:5000/v2/": http: server gave HTTP response to HTTPS client`,
    ],
    expected: {
      message:
        'ADD of https://10.0.0.1:5000/v2/ failed: http: server gave HTTP response to HTTPS client',
      hint: 'Write http:// in the URL, or use another server.',
      line: 3,
    },
  },
  {
    name: 'an ADD from a server with an unknown CA certificate',
    dockerfile: 'FROM a\nADD https://10.0.0.1:5443/v2/ /a\n',
    tail: [
      info('ADD https://10.0.0.1:5443/v2/ /a'),
      `${execute} downloading remote source file: Get "https://10.0.0.1:5443/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    ],
    expected: {
      message:
        'ADD of https://10.0.0.1:5443/v2/ failed: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      hint: "kaniko trusts only the CA certificates of its own image here, not 'registry-ca'. Download the file in an earlier step of the job, and use COPY.",
      line: 2,
    },
  },
  {
    name: 'an ADD of a file that does not exist',
    dockerfile: 'FROM a\nADD --chown=1 http://10.0.0.1:5000/a /a\nADD http://10.0.0.1:5000/b /b\n',
    tail: [
      info('ADD --chown=1 http://10.0.0.1:5000/a /a'),
      info('Adding remote URL http://10.0.0.1:5000/a to /a'),
      info('ADD http://10.0.0.1:5000/b /b'),
      info('Adding remote URL http://10.0.0.1:5000/b to /b'),
      `${execute} downloading remote source file: invalid response status 404`,
    ],
    expected: {
      message: 'ADD of http://10.0.0.1:5000/b failed: invalid response status 404',
      hint: 'Check the URL. kaniko sends no credentials for it.',
      line: 3,
    },
  },
  {
    name: 'one of several sources that is missing',
    dockerfile: 'FROM a\nCOPY k.txt ./nothere /x/\n',
    tail: [
      `${files} failed to get relative files: lstat /kaniko/buildcontext/ctx/nothere: no such file or directory`,
    ],
    expected: {
      message: '"nothere" is not in the context',
      hint: 'Check the path and .dockerignore.',
      line: 2,
    },
  },
  {
    name: 'a source above the context, with other sources of the same name',
    dockerfile: 'FROM a\nCOPY ./a/../k.txt /x\nCOPY //k.txt /y\nCOPY ../k.txt /z\n',
    tail: [
      info('COPY ./a/../k.txt /x'),
      `${files} failed to get fileinfo for /kaniko/buildcontext/k.txt: lstat /kaniko/buildcontext/k.txt: no such file or directory`,
    ],
    expected: {
      message: '"../k.txt" leads out of the context',
      hint: 'Remove "../": Docker takes the path from the root of the context, kaniko does not.',
      line: 4,
    },
  },
  {
    name: 'a source far above the context',
    dockerfile: 'FROM a\nCOPY "a/../../../k.txt" /z\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/k.txt: lstat /kaniko/k.txt: no such file or directory`,
    ],
    expected: {
      message: '"a/../../../k.txt" leads out of the context',
      hint: 'Remove "../": Docker takes the path from the root of the context, kaniko does not.',
      line: 2,
    },
  },
  {
    name: 'a file that is not in a stage',
    dockerfile: 'FROM a AS build\nFROM b\nCOPY --from=Build /nothere /x\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/0/nothere: lstat /kaniko/0/nothere: no such file or directory`,
    ],
    expected: {
      message: '"/nothere" does not exist in stage Build',
      hint: 'Correct the path in COPY --from.',
      line: 3,
    },
  },
  {
    name: 'a file that is not in a stage, with the directory of osscontainertools',
    dockerfile: 'FROM a AS build\nFROM b\nCOPY --from=0 o/x o/y /x/\n',
    tail: [
      `${files} failed to get relative files: lstat /kaniko/deps/0/o/y: no such file or directory`,
    ],
    expected: {
      message: '"o/y" does not exist in stage 0',
      hint: 'Correct the path in COPY --from.',
      line: 3,
    },
  },
  {
    name: 'a path with a variable that is not in a stage',
    dockerfile: 'FROM a AS build\nFROM b\nCOPY ../x /x\nCOPY --from=build /app/$DIR/y /srv\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/0/app/dist/y: lstat /kaniko/0/app/dist/y: no such file or directory`,
    ],
    expected: {
      message: '"/app/dist/y" does not exist in stage build',
      hint: 'Correct the path in COPY --from.',
      line: 4,
    },
  },
  {
    name: 'a path with a variable that is not in a stage, with the directory of osscontainertools',
    dockerfile: 'FROM a AS build\nFROM b\nCOPY --from=build ${A:-/app}/dist /srv\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/deps/0/app/dist: lstat /kaniko/deps/0/app/dist: no such file or directory`,
    ],
    expected: {
      message: '"/app/dist" does not exist in stage build',
      hint: 'Correct the path in COPY --from.',
      line: 3,
    },
  },
  {
    name: 'a path of a stage that no instruction names',
    dockerfile: 'FROM a\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/2/app: lstat /kaniko/2/app: no such file or directory`,
    ],
    expected: {
      message: '"/app" does not exist in stage 2',
      hint: 'Correct the path in COPY --from.',
    },
  },
  {
    name: 'another path that no instruction names',
    dockerfile: 'FROM a\nCOPY ./x /x\n',
    tail: [`${files} failed to get fileinfo for /kaniko/x: lstat /kaniko/x: no such file`],
    expected: { message: '"/kaniko/x" does not exist', hint: 'Correct the path in COPY.' },
  },
  {
    name: 'a path with a variable that is not in the context',
    dockerfile: 'FROM a\nCOPY $A /y\nCOPY $DIR/z /z\nCOPY b/$FILE.txt /x\n',
    tail: [
      info('COPY $A /y'),
      `${files} failed to get fileinfo for /kaniko/buildcontext/ctx/b/c.txt: lstat /kaniko/buildcontext/ctx/b/c.txt: no such file or directory`,
    ],
    expected: {
      message: '"b/c.txt" is not in the context',
      hint: 'Check the path and .dockerignore.',
      line: 4,
    },
  },
  {
    name: 'a file that is not in an image',
    dockerfile: 'FROM b\nCOPY --from=10.0.0.1:5000/busybox:1 /nothere /x\n',
    tail: [
      `${files} failed to get fileinfo for /kaniko/10.0.0.1:5000/busybox:1/nothere: lstat /kaniko/10.0.0.1:5000/busybox:1/nothere: no such file or directory`,
    ],
    expected: {
      message: '"/nothere" does not exist in the image 10.0.0.1:5000/busybox:1',
      hint: 'Correct the path in COPY --from.',
      line: 2,
    },
  },
  {
    name: 'several sources without a slash',
    dockerfile:
      'FROM a\nCOPY k.txt l.txt /x/\nRUN mkdir -p /w/gitops\nWORKDIR /w\nCOPY d/*.mod ./gitops\n',
    tail: [
      info('COPY k.txt l.txt /x/'),
      info('RUN mkdir -p /w/gitops'),
      info('WORKDIR /w'),
      info('Resolving srcs [d/*.mod]...'),
      `${files} when specifying multiple sources in a COPY command, destination must be a directory and end in '/'`,
    ],
    expected: {
      message:
        'the destination of COPY must end in "/", because the instruction has several sources',
      hint: 'Add the "/". kaniko does not look whether the destination is a directory of the image.',
      line: 5,
    },
  },
  {
    name: 'an empty --chown',
    dockerfile: 'FROM a\nARG O\nCOPY --chown=$O k.txt /x\n',
    tail: [
      info('COPY --chown=$O k.txt /x'),
      `${execute} getting user group from chown: user  is not a uid and does not exist on the system`,
    ],
    expected: {
      message: 'the value of --chown is empty',
      hint: 'Give every variable in --chown a value.',
      line: 3,
    },
  },
  {
    name: 'a user of --chown that does not exist',
    dockerfile: 'FROM a\nCOPY --chown=nouser k.txt /x\n',
    tail: [
      info('COPY --chown=nouser k.txt /x'),
      `${execute} getting user group from chown: user nouser is not a uid and does not exist on the system`,
    ],
    expected: {
      message: 'the user nouser of --chown does not exist in the image',
      hint: 'Create the user before the instruction, or use its number.',
      line: 2,
    },
  },
  {
    name: 'a group of --chown that does not exist',
    dockerfile: 'FROM a\nCOPY --chown=0:nogrp k.txt /x\n',
    tail: [
      info('COPY --chown=0:nogrp k.txt /x'),
      `${execute} getting user group from chown: strconv.ParseUint: parsing "nogrp": invalid syntax`,
    ],
    expected: {
      message: '--chown failed: strconv.ParseUint: parsing "nogrp": invalid syntax',
      hint: 'Create the user and the group before the instruction, or use their numbers.',
      line: 2,
    },
  },
  {
    name: 'a symbolic mode',
    dockerfile: 'FROM a\nCOPY a /b\nCOPY --chmod=u=rwX,go=rX a k.txt /x/\n',
    tail: [
      info('COPY a /b'),
      info('COPY --chmod=u=rwX,go=rX a k.txt /x/'),
      `${execute} getting permissions from chmod: parsing value from chmod: strconv.ParseUint: parsing "u=rwX,go=rX": invalid syntax`,
    ],
    expected: {
      message: 'this kaniko does not support the mode "u=rwX,go=rX" of --chmod',
      hint: 'Use octal digits, for example --chmod=755.',
      line: 3,
    },
  },
  {
    name: 'the root directory of a stage',
    dockerfile: 'FROM scratch AS s\nCOPY a /a\nFROM b\nCOPY --from=s /a /a\nCOPY --from=s / /\n',
    tail: [
      'error building image: could not save file: copying file: read /proc/1/attr/current: invalid argument',
    ],
    expected: {
      message: 'kaniko cannot copy the root directory of a stage',
      hint: 'Copy the directories that you need, for example COPY --from=STAGE /usr /usr.',
      line: 5,
    },
  },
  {
    name: 'a heredoc in COPY',
    dockerfile: 'FROM a\nCOPY <<EOF /x\na\nEOF\n',
    tail: [`${files} resolved envs is empty`],
    expected: {
      message: 'this kaniko does not support heredocs in COPY and ADD',
      hint: "Use a kaniko of the osscontainertools fork as 'builder-image'.",
      line: 2,
    },
  },
  {
    name: 'a RUN whose program does not exist',
    dockerfile: 'FROM a\nRUN ["/nothere"]\n',
    tail: [
      info('RUN ["/nothere"]'),
      `${execute} starting command: fork/exec /nothere: no such file or directory`,
    ],
    expected: {
      message:
        '"RUN [\\"/nothere\\"]" could not be started: fork/exec /nothere: no such file or directory',
      hint: 'Check that the program exists in the image, and that WORKDIR is a directory.',
      line: 2,
    },
  },
  {
    name: 'any other error of an instruction, at the one that was logged as often',
    dockerfile: 'FROM a\nCOPY k.txt /etc/passwd/x\nFROM b\nCOPY k.txt /etc/passwd/x\n',
    tail: [
      info('COPY k.txt /etc/passwd/x'),
      info('COPY k.txt /etc/passwd/x'),
      `${execute} resolving dest symlink: failed to lstat: lstat /etc/passwd/x: not a directory`,
    ],
    expected: {
      message: 'resolving dest symlink: failed to lstat: lstat /etc/passwd/x: not a directory',
      line: 4,
    },
  },
])('explains $name', ({ dockerfile, tail, expected }) => {
  expect(diagnose(tail, { dockerfile: parseDockerfile(dockerfile) })).toEqual(expected);
});

test('quotes an unknown error only in part', () => {
  const found = diagnose([`error building image: ${'x'.repeat(5_000)}`]);
  expect(found?.message).toBe(`${'x'.repeat(300)}…`);
});

test('looks at each stage a few times, however many COPY --from there are', () => {
  const count = 1_000;
  const text = Array.from(
    { length: count },
    (_, index) => `FROM a AS s${index}\nCOPY --from=x a b\n`,
  );
  const parsed = parseDockerfile(text.join(''));
  let looks = 0;
  const stages = parsed.stages.map((stage) => ({
    ...stage,
    get name() {
      looks += 1;
      return stage.name;
    },
  }));
  diagnose([`${files} failed to get fileinfo for /kaniko/0/x: lstat /kaniko/0/x: no such file`], {
    dockerfile: { ...parsed, stages },
  });
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(5 * count);
});
