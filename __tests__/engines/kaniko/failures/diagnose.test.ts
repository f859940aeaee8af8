import { describe, expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../../src/dockerfile/parse.ts';
import { withoutUsage } from '../../../../src/engines/kaniko/failures/usage.ts';
import { diagnose } from '../../../support/diagnose.ts';

const push =
  'error checking push permissions -- make sure you entered the correct tag name, and that you are authenticated correctly, and try again: checking push permission for';
const pull = 'error building image: unable to complete operation after 0 attempts, last error:';

/** Output of kaniko in a pod, with the Dockerfile of the build. */
const cases: readonly {
  name: string;
  tail: string[];
  dockerfile?: string;
  expected: unknown;
}[] = [
  {
    name: 'a RUN that fails, continued with a comment inside',
    tail: [
      'time="2026-11-23T09:29:40Z" level=info msg="COPY a.txt /"',
      'time="2026-11-23T09:29:40Z" level=info msg="RUN echo x &&   exit 3"',
      'time="2026-11-23T09:29:40Z" level=info msg="Running: [/bin/sh -c echo x &&   exit 3]"',
      'x',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 3',
    ],
    dockerfile: 'FROM a\nCOPY a.txt /\nRUN echo x && \\\n  # c\n  exit 3\n',
    expected: { message: '"RUN echo x && exit 3" failed with exit code 3', line: 3 },
  },
  {
    name: 'a RUN with quotes and a tab',
    tail: [
      `time="2026-11-23T09:31:18Z" level=info msg="RUN nosuchcmd 'a \\"b\\"' \\t--x=$HOME"`,
      '/bin/sh: nosuchcmd: not found',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 127',
    ],
    dockerfile: 'FROM a\nRUN true\nRUN nosuchcmd \'a "b"\' \\\n\t--x=$HOME\n',
    expected: {
      message: `"RUN nosuchcmd 'a \\"b\\"' --x=$HOME" failed with exit code 127`,
      line: 3,
    },
  },
  {
    name: 'a RUN that is continued inside of a word',
    tail: [
      'time="2026-11-23T09:31:14Z" level=info msg="RUN make all"',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 2',
    ],
    dockerfile: 'FROM a\nRUN ma\\\n\nke all\n',
    expected: { message: '"RUN make all" failed with exit code 2', line: 2 },
  },
  {
    name: 'a RUN after a heredoc with the same text',
    tail: [
      'time="2026-11-23T09:31:14Z" level=info msg="RUN make"',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 2',
    ],
    dockerfile: 'FROM a\nCOPY << EOF /x\nRUN make\nEOF\nRUN make\n',
    expected: { message: '"RUN make" failed with exit code 2', line: 5 },
  },
  {
    name: 'a RUN with a heredoc',
    tail: [
      'time="2026-11-23T09:31:14Z" level=info msg="RUN <<EOF"',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 4',
    ],
    dockerfile: 'FROM a\nRUN <<EOF\nexit 4\nEOF\n',
    expected: { message: '"RUN <<EOF" failed with exit code 4', line: 2 },
  },
  {
    name: 'a RUN that is not in the tail',
    tail: [
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1',
    ],
    expected: { message: 'a RUN step failed with exit code 1' },
  },
  {
    name: 'a RUN that is killed',
    tail: [
      'time="2026-11-23T09:31:10Z" level=info msg="RUN kill -9 $$"',
      'error building image: error building stage: failed to execute command: waiting for process to exit: signal: killed',
    ],
    dockerfile: 'FROM a\nRUN kill -9 $$\n',
    expected: {
      message: '"RUN kill -9 $$" was terminated by signal: killed',
      line: 2,
      hint: "If the build ran out of memory, raise 'limits.memory' in 'resources'.",
    },
  },
  {
    name: 'output of a RUN that looks like an error of kaniko',
    tail: [
      'error pushing image: not really',
      'time="2026-11-23T09:31:10Z" level=info msg="RUN exit 2"',
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 2',
    ],
    dockerfile: 'FROM a\nRUN exit 2\n',
    expected: { message: '"RUN exit 2" failed with exit code 2', line: 2 },
  },
  {
    name: 'a COPY source that is missing',
    tail: [
      'time="2026-11-23T09:29:44Z" level=info msg="Unpacking rootfs as cmd COPY missing.txt / requires it."',
      'error building image: error building stage: failed to get files used from context: failed to get fileinfo for /kaniko/buildcontext/ctx/missing.txt: lstat /kaniko/buildcontext/ctx/missing.txt: no such file or directory',
    ],
    dockerfile: 'FROM a\nCOPY a.txt /\nCOPY --chown=1:1 a.txt ./missing.txt /\n',
    expected: {
      message: '"missing.txt" is not in the context',
      hint: 'Check the path and .dockerignore.',
      line: 3,
    },
  },
  {
    name: 'a base image that does not exist',
    tail: [
      `${pull} GET http://10.88.0.1:5000/v2/nope/manifests/1: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]`,
    ],
    dockerfile: 'FROM 10.88.0.1:5000/nope:2 AS x\nFROM 10.88.0.1:5000/nope:1\n',
    expected: {
      message: 'the base image 10.88.0.1:5000/nope:1 does not exist',
      hint: 'Correct the image in FROM.',
      line: 2,
    },
  },
  {
    name: 'a base image of Docker Hub that does not exist',
    tail: [
      `${pull} GET https://index.docker.io/v2/library/alpine/manifests/9: MANIFEST_UNKNOWN: manifest unknown; unknown tag=9`,
    ],
    dockerfile: 'ARG A\nFROM alpine:9\n',
    expected: {
      message: 'the base image library/alpine:9 does not exist',
      hint: 'Correct the image in FROM.',
      line: 2,
    },
  },
  {
    name: 'a base image that needs credentials',
    tail: [
      `${pull} GET https://10.88.0.1:5443/v2/in/push/manifests/1: UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:in/push Type:repository]]`,
    ],
    dockerfile: 'FROM 10.88.0.1:5443/in/push:1\n',
    expected: {
      message:
        'pull access denied for the base image in/push: the repository does not exist or requires credentials',
      hint: "Correct the image in FROM. If it is correct, provide credentials with docker login, 'registry-auths', 'docker-config' or 'registry-secret', and list the registry in 'pull-logins'.",
      line: 1,
    },
  },
  {
    name: 'a stage that does not exist',
    tail: [
      'error building image: Error finding target stage: two is not a valid target build stage',
    ],
    expected: {
      message: 'the target stage could not be found in the Dockerfile',
      hint: "Correct 'target'.",
    },
  },
  {
    name: 'an unknown instruction',
    tail: [
      'error building image: parsing dockerfile: dockerfile parse error on line 2: unknown instruction: RUNX (did you mean RUN?)',
    ],
    expected: {
      message:
        'the Dockerfile has an error on line 2: unknown instruction: RUNX (did you mean RUN?)',
      line: 2,
    },
  },
  {
    name: 'an empty Dockerfile',
    tail: ['error building image: parsing dockerfile: file with no instructions'],
    expected: { message: 'the Dockerfile has an error: file with no instructions', line: 1 },
  },
  {
    name: 'an empty ARG in FROM',
    tail: ['error building image: could not parse reference: '],
    dockerfile: 'ARG X\nFROM ${X}\n',
    expected: {
      message: 'the image reference "" in the Dockerfile is not valid',
      hint: "Give every ARG that is used in FROM a default value, or set it with 'build-args'.",
      line: 2,
    },
  },
  {
    name: 'an unknown user',
    tail: [
      'error building image: error building stage: failed to execute command: credentials: get uid/gid: user nobodyhere is not a uid and does not exist on the system',
    ],
    dockerfile: 'FROM a\nUSER nobodyhere:x\nRUN id\n',
    expected: {
      message: 'the user nobodyhere does not exist in the image',
      hint: 'Create the user before the USER instruction.',
      line: 2,
    },
  },
  {
    name: 'a push without credentials',
    tail: [
      `${push} "10.88.0.1:5443/in/push:1": POST https://10.88.0.1:5443/v2/in/push/blobs/uploads/: UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:in/push Type:repository]]`,
    ],
    expected: {
      message: 'the registry 10.88.0.1:5443 denied the push',
      hint: "Check the credentials of docker login, 'registry-auths', 'docker-config' or 'registry-secret', and the repository.",
    },
  },
  {
    name: 'a push to a registry with an unknown CA certificate',
    tail: [
      `${push} "10.88.0.1:5443/in/push:1": creating push check transport for 10.88.0.1:5443 failed: Get "https://10.88.0.1:5443/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority; GET http://10.88.0.1:5443/v2/: unexpected status code 400 Bad Request: Client sent an HTTP request to an HTTPS server.`,
    ],
    expected: {
      message:
        'the certificate of the registry 10.88.0.1:5443 is not trusted: certificate signed by unknown authority',
      hint: "Provide its CA certificate with 'registry-ca'.",
    },
  },
  {
    name: 'a pull from a registry with an unknown CA certificate',
    tail: [
      `${pull} Get "https://10.88.0.1:5443/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority; GET http://10.88.0.1:5443/v2/: unexpected status code 400 Bad Request: Client sent an HTTP request to an HTTPS server.`,
    ],
    expected: {
      message:
        'the certificate of the registry 10.88.0.1:5443 is not trusted: certificate signed by unknown authority',
      hint: "Provide its CA certificate with 'registry-ca'.",
    },
  },
  {
    name: 'a port and a tag that look like a denied push',
    tail: [
      `${push} "127.0.0.1:40173/in/push:403": creating push check transport for 127.0.0.1:40173 failed: Get "https://127.0.0.1:40173/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    ],
    expected: {
      message:
        'the certificate of the registry 127.0.0.1:40173 is not trusted: certificate signed by unknown authority',
      hint: "Provide its CA certificate with 'registry-ca'.",
    },
  },
  {
    name: 'a status that denied the push',
    tail: [
      `${push} "r.example/a:1": POST https://r.example/v2/a/blobs/uploads/: unexpected status code 403 Forbidden`,
    ],
    expected: {
      message: 'the registry r.example denied the push',
      hint: "Check the credentials of docker login, 'registry-auths', 'docker-config' or 'registry-secret', and the repository.",
    },
  },
  {
    name: 'a registry without TLS',
    tail: [
      `${push} "198.18.88.1:5000/in/push:1": creating push check transport for 198.18.88.1:5000 failed: Get "https://198.18.88.1:5000/v2/": http: server gave HTTP response to HTTPS client`,
    ],
    expected: {
      message: 'the registry 198.18.88.1:5000 uses plain HTTP',
      hint: "Add http://198.18.88.1:5000 to 'insecure-registries'.",
    },
  },
  {
    name: 'a registry that cannot be reached',
    tail: [
      `${push} "10.88.0.1:5999/in/push:1": creating push check transport for 10.88.0.1:5999 failed: Get "https://10.88.0.1:5999/v2/": dial tcp 10.88.0.1:5999: connect: connection refused; Get "http://10.88.0.1:5999/v2/": dial tcp 10.88.0.1:5999: connect: connection refused`,
    ],
    expected: {
      message:
        'the registry 10.88.0.1:5999 is unreachable from the cluster: dial tcp 10.88.0.1:5999: connect: connection refused',
      hint: 'Check the host name of the registry, and that pods in the cluster can connect to it.',
      beforeBuild: true,
    },
  },
  {
    name: 'an unknown flag before pages of usage',
    tail: [
      'Error: unknown flag: --nope',
      'Usage:',
      '  executor [flags]',
      '  executor [command]',
      '  -v, --verbosity string                          Log level (trace, debug, info, warn, error, fatal, panic) (default "info")',
      '',
      'Use "executor [command] --help" for more information about a command.',
      '',
      'unknown flag: --nope',
    ],
    expected: {
      message: 'this kaniko does not support the flag --nope',
      hint: "Correct 'builder-args'.",
    },
  },
  {
    name: 'a flag that only some forks support',
    tail: ['Error: unknown flag: --annotation', 'Usage:', '  executor [flags]'],
    expected: {
      message:
        "this kaniko does not support the flag --annotation, which the input 'annotations' needs",
      hint: "Use a kaniko of the osscontainertools fork as 'builder-image', or remove 'annotations'.",
    },
  },
  {
    name: 'other bad arguments',
    tail: ['Error: invalid argument "x" for "--cache-ttl" flag: time: invalid duration "x"'],
    expected: {
      message:
        'kaniko refused its arguments: invalid argument "x" for "--cache-ttl" flag: time: invalid duration "x"',
      hint: "Check 'builder-args'.",
    },
  },
  {
    name: 'a stream that ended early',
    tail: ['error resolving source context: unexpected EOF'],
    expected: {
      message: 'the builder did not receive the whole context: unexpected EOF',
      transport: true,
    },
  },
  {
    name: 'a stream without its last entry',
    tail: [
      'Error: error resolving dockerfile path: please provide a valid path to a Dockerfile within the build context with --dockerfile',
      'Usage:',
    ],
    expected: {
      message: 'the stream ended before the Dockerfile, which is its last entry',
      transport: true,
    },
  },
  {
    name: 'a push that fails after the build',
    tail: [
      'error pushing image: failed to push to destination r.example/a:1: PUT https://r.example/v2/a/manifests/1: TAG_INVALID: immutable',
    ],
    expected: {
      message:
        'the image was built, but the registry r.example does not overwrite the tag: TAG_INVALID: immutable',
      hint: "Use another tag in 'tags', or allow the registry to overwrite tags.",
    },
  },
  { name: 'unknown text', tail: ['something else', ''], expected: undefined },
  { name: 'no output', tail: [], expected: undefined },
];

describe('diagnoseKaniko', () => {
  test.each(cases)('explains $name', ({ tail, dockerfile = '', expected }) => {
    expect(diagnose(tail, { dockerfile: parseDockerfile(dockerfile) })).toEqual(expected);
  });

  const runFailed =
    'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1';
  const imitation = 'error resolving source context: gzip: invalid header';
  const run = `time="2026-11-23T09:29:40Z" level=info msg="RUN printf '${imitation}'"`;

  test.each([
    { name: 'ahead of the error', tail: [imitation, runFailed] },
    { name: 'on the line of the error', tail: [`x${runFailed}`] },
    { name: 'like an error, on the line of the error', tail: [`${imitation}${runFailed}`] },
    { name: 'like an error without a newline', tail: [imitation, `x${runFailed}`] },
    { name: 'like the same error', tail: [`${runFailed}23${runFailed}`] },
    { name: 'like an error of the command line', tail: ['Error: unknown flag: --x', runFailed] },
    { name: 'as a very long line', tail: [`${'x'.repeat(2_048)}…${'x'.repeat(500)}${runFailed}`] },
    { name: 'on stdout, which is logged later', tail: [runFailed, imitation, 'Error: refused'] },
    { name: 'as a prefix of a line of the log', tail: [runFailed, `${imitation}${run}`] },
  ])('explains a RUN that fails and prints $name', ({ tail }) => {
    const diagnosis = diagnose([run, ...tail], { contextComplete: true });
    expect(diagnosis?.message).toMatch(/^"RUN printf .*" failed with exit code 1$/);
    expect(diagnosis?.transport).toBeUndefined();
  });

  test.each([
    { contextComplete: false, transport: true },
    { contextComplete: true, transport: undefined },
  ])(
    'an incomplete stream is a diagnosis only if the upload was not complete ($contextComplete)',
    ({ contextComplete, transport }) => {
      const texts = [
        imitation,
        `Error: ${imitation}`,
        'error resolving dockerfile path: please provide a valid path to a Dockerfile',
      ];
      for (const text of texts) {
        expect(diagnose([text], { contextComplete })?.transport).toBe(transport);
      }
    },
  );

  test('does not replace a final error that is unknown with an earlier one', () => {
    const lines = ['error pushing image: x', 'error changing to root dir: new text'];
    expect(diagnose(lines)).toBeUndefined();
  });

  test('explains nothing after exit code 0', () => {
    expect(diagnose(['error pushing image: x'], { exitCode: 0 })).toBeUndefined();
  });

  test.each([
    {
      name: 'without credentials',
      words: 'checking push permission for "index.docker.io/me/app:1": POST: UNAUTHORIZED: no',
      withoutLogin: ['index.docker.io', 'ghcr.io'],
      hint: "No credentials for index.docker.io were found. Provide them with docker login, 'registry-auths', 'docker-config' or 'registry-secret'.",
    },
    {
      name: 'without credentials, in a tag without a registry',
      words: 'checking push permission for "me/app:bionic-99": POST: UNAUTHORIZED: no',
      withoutLogin: ['index.docker.io', 'ghcr.io'],
      hint: "No credentials for index.docker.io were found. Provide them with docker login, 'registry-auths', 'docker-config' or 'registry-secret'.",
    },
    {
      name: 'that the error does not name',
      words: 'DENIED: requested access to the resource is denied',
      withoutLogin: ['index.docker.io', 'ghcr.io'],
      hint: "No credentials for index.docker.io and ghcr.io were found. Provide them with docker login, 'registry-auths', 'docker-config' or 'registry-secret'.",
    },
    {
      name: 'with credentials',
      words: 'checking push permission for "r.example/app:1": POST: UNAUTHORIZED: no',
      withoutLogin: ['ghcr.io'],
      hint: "Check the credentials of docker login, 'registry-auths', 'docker-config' or 'registry-secret', and the repository.",
    },
  ])('has the hint for a registry $name', ({ words, withoutLogin, hint }) => {
    const line = `error checking push permissions -- make sure you entered the correct tag name: ${words}`;
    expect(diagnose([line], { withoutLogin })).toMatchObject({ hint });
  });
});

test('withoutUsage removes the usage text only', () => {
  const lines = ['time="…" level=info msg="x"', '  indented output', 'Error: unexpected EOF'];
  const usage = [
    'Usage:',
    '  executor [flags]',
    '  executor [command]',
    '',
    'Available Commands:',
    '  version     Print the version number of kaniko',
    '',
    'Flags:',
    '      --build-arg multi-arg type   This flag allows you to pass in ARG values.',
    '',
    'Use "executor [command] --help" for more information about a command.',
    '',
  ];
  const last = 'error resolving source context: unexpected EOF';
  expect(withoutUsage([...lines, ...usage, last])).toEqual([...lines, last]);
});
