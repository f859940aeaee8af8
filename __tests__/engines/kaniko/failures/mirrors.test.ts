import { expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../../src/dockerfile/parse.ts';
import type { FailedBuild } from '../../../../src/engines/engine.ts';
import { kaniko } from '../../../../src/engines/kaniko/kaniko.ts';

// Output of Chainguard's v1.25.16 and Google's v1.24.0 in pods; both print the same.
const time = 'time="2026-11-28T10:20:39Z"';
const begin = `${time} level=info msg="Retrieving image manifest busybox:nope"`;
const warning = (mirror: string, reason: string): string =>
  `${time} level=warning msg="Failed to retrieve image busybox:nope from remapped registry ${mirror}: unable to complete operation after 0 attempts, last error: ${reason}. Will try with the next registry, or fallback to the original registry."`;
const lacking = warning(
  'mirror.example',
  'GET http://mirror.example/v2/library/busybox/manifests/nope: MANIFEST_UNKNOWN: manifest unknown; map[Tag:nope]',
);
const down = warning(
  '10.0.0.1:5999',
  String.raw`Get \"https://10.0.0.1:5999/v2/\": dial tcp 10.0.0.1:5999: connect: connection refused; Get \"http://10.0.0.1:5999/v2/\": dial tcp 10.0.0.1:5999: connect: connection refused`,
);
const notTrusted = warning(
  '10.0.0.1:5443',
  String.raw`Get \"https://10.0.0.1:5443/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority; GET http://10.0.0.1:5443/v2/: unexpected status code 400 Bad Request: Client sent an HTTP request to an HTTPS server.\n`,
);
const original = `${time} level=info msg="Retrieving image busybox:nope from registry index.docker.io"`;
const unreachable =
  'error building image: unable to complete operation after 0 attempts, last error: Get "https://index.docker.io/v2/": dial tcp: lookup index.docker.io: no such host';
const notTried =
  'error building image: image not found on any configured mapped registries for busybox:nope';
const unknown =
  'error building image: GET https://index.docker.io/v2/library/busybox/manifests/nope: MANIFEST_UNKNOWN: manifest unknown; map[Tag:nope]';

function diagnose(tail: readonly string[], exitCode = 1): unknown {
  const build: FailedBuild = {
    tail,
    exitCode,
    dockerfile: parseDockerfile('FROM alpine AS a\nFROM busybox:nope\nRUN true\n'),
    withoutLogin: [],
    contextComplete: true,
    isOutputWhole: true,
  };
  return kaniko.diagnose(build);
}

const hint =
  "Check that the mirror has the image, that pods in the cluster can connect to it, and that 'pull-logins' includes it if it needs credentials.";

test.each([
  {
    name: 'a mirror that lacks the image, and a registry that is unreachable',
    tail: [begin, lacking, original, unreachable],
    message:
      'the registry mirror mirror.example (MANIFEST_UNKNOWN: manifest unknown) did not provide busybox:nope, and neither did index.docker.io: the registry index.docker.io is unreachable from the cluster: dial tcp: lookup index.docker.io: no such host',
  },
  {
    name: 'a mirror that is down, and an image that does not exist',
    tail: [begin, down, original, unknown],
    message:
      'the registry mirror 10.0.0.1:5999 (dial tcp 10.0.0.1:5999: connect: connection refused) did not provide busybox:nope, and neither did index.docker.io: the base image library/busybox:nope does not exist',
  },
  {
    name: 'two mirrors without a fallback',
    tail: [begin, down, notTrusted, notTried],
    message:
      'the registry mirrors 10.0.0.1:5999 (dial tcp 10.0.0.1:5999: connect: connection refused) and 10.0.0.1:5443 (tls: failed to verify certificate: x509: certificate signed by unknown authority) did not provide busybox:nope, and mirror-fallback is false',
  },
])('names $name', ({ tail, message }) => {
  expect(diagnose(tail)).toEqual({ message, hint, line: 2 });
});

test.each([
  {
    name: 'a later image that has no mirror',
    tail: [
      begin,
      lacking,
      original,
      `${time} level=info msg="Retrieving image manifest quay.io/a/b:1"`,
      'error building image: GET https://quay.io/v2/a/b/manifests/1: MANIFEST_UNKNOWN: manifest unknown',
    ],
    message: 'the base image quay.io/a/b:1 does not exist',
  },
  {
    name: 'a RUN after an image that the original registry had',
    tail: [
      begin,
      lacking,
      original,
      `${time} level=info msg="RUN true"`,
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 3',
    ],
    message: '"RUN true" failed with exit code 3',
  },
  {
    name: 'a push after it',
    tail: [
      begin,
      lacking,
      original,
      'error pushing image: failed to push: Get "https://r.example/v2/": EOF',
    ],
    message: 'the registry r.example is unreachable from the cluster: EOF',
  },
])('does not blame the mirror for $name', ({ tail, message }) => {
  expect(diagnose(tail)).toMatchObject({ message });
});

test('explains nothing about a build that succeeded', () => {
  expect(diagnose([begin, lacking, original, unreachable], 0)).toBeUndefined();
});

test('quotes no secret of a mirror, and not all of a long reason', () => {
  const secret = warning(
    'mirror.example',
    `GET https://mirror.example/token?user=me&password=s3cret: ${'refused '.repeat(50)}eyJhbGciOiJIUzI1NiJ9`,
  );
  const { message } = diagnose([begin, secret, notTried]) as { readonly message: string };
  expect(message).not.toMatch(/s3cret|eyJ/);
  expect(message.length).toBeLessThan(300);
});
