import { describe, expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../../src/dockerfile/parse.ts';
import { diagnose } from '../../../support/diagnose.ts';

const check =
  'error checking push permissions -- make sure you entered the correct tag name, and that you are authenticated correctly, and try again: checking push permission for "10.0.0.1:5000/fl/app:1":';
const upload = `${check} POST http://10.0.0.1:5000/v2/fl/app/blobs/uploads/:`;
const transport = `${check} creating push check transport for 10.0.0.1:5000 failed:`;
const pushed = 'error pushing image: failed to push to destination 10.0.0.1:5000/fl/app:1:';
const put = `${pushed} PUT http://10.0.0.1:5000/v2/fl/app/manifests/1:`;
const pull = 'error building image: unable to complete operation after 3 attempts, last error:';
const get = `${pull} GET http://10.0.0.1:5000/v2/library/busybox/manifests/1:`;

const again = 'Run the step again.';
const later = 'Run the step again later, or use credentials with a higher limit.';
const otherTag = "Use another tag in 'tags', or allow the registry to overwrite tags.";
const create =
  'Create the repository: registries such as Amazon ECR do not create it with the first push.';
const login =
  "Check the credentials of docker login, 'registry-auths', 'docker-config' or 'registry-secret', and the repository.";

/** Recorded with kaniko v1.24.0 of Google and v1.25.16 of Chainguard, which print the same, unless a name says otherwise. */
test.each<{ name: string; error: string; expected: object }>([
  {
    name: 'a push that is limited',
    error: `${upload} TOOMANYREQUESTS: slow down`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 limits the number of requests: TOOMANYREQUESTS: slow down',
      hint: later,
      beforeBuild: true,
    },
  },
  {
    name: 'a push that is limited without a code',
    error: `${upload} unexpected status code 429 Too Many Requests: <html>`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 limits the number of requests: unexpected status code 429 Too Many Requests: <html>',
      hint: later,
      beforeBuild: true,
    },
  },
  {
    name: 'a first request that is limited, on plain HTTP',
    error: `${transport} Get "https://10.0.0.1:5000/v2/": http: server gave HTTP response to HTTPS client; GET http://10.0.0.1:5000/v2/: TOOMANYREQUESTS: slow down`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 limits the number of requests: TOOMANYREQUESTS: slow down',
      hint: later,
      beforeBuild: true,
    },
  },
  {
    name: 'a registry in maintenance',
    error: `${upload} UNAVAILABLE: maintenance`,
    expected: {
      message: 'the registry 10.0.0.1:5000 is unavailable: UNAVAILABLE: maintenance',
      hint: again,
      beforeBuild: true,
    },
  },
  {
    name: 'a load balancer without a registry',
    error: `${transport} GET https://10.0.0.1:5000/v2/: unexpected status code 502 Bad Gateway`,
    expected: {
      message: 'the registry 10.0.0.1:5000 is unavailable: unexpected status code 502 Bad Gateway',
      hint: again,
      beforeBuild: true,
    },
  },
  {
    name: 'a token service in maintenance',
    error: `${transport} GET http://10.0.0.2/token?scope=repository%3Afl%2Fapp%3Apush%2Cpull&service=x: unexpected status code 503 Service Unavailable`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 is unavailable: unexpected status code 503 Service Unavailable',
      hint: again,
      beforeBuild: true,
    },
  },
  {
    name: 'an error without a cause',
    error: `${upload} UNKNOWN: refused`,
    expected: {
      message: 'the registry 10.0.0.1:5000 refused the push: UNKNOWN: refused',
      beforeBuild: true,
    },
  },
  {
    name: 'another code',
    error: `${upload} WEIRD_CODE: quota of the project exceeded`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 refused the push: WEIRD_CODE: quota of the project exceeded',
    },
  },
  {
    name: 'a repository that Amazon ECR does not have',
    error: `${upload} NAME_UNKNOWN: The repository with name 'app' does not exist in the registry with id '123'`,
    expected: {
      message:
        "the repository fl/app does not exist in the registry 10.0.0.1:5000: NAME_UNKNOWN: The repository with name 'app' does not exist in the registry with id '123'",
      hint: create,
    },
  },
  {
    name: 'a repository that does not exist, without a code',
    error: `${upload} unexpected status code 404 Not Found`,
    expected: {
      message:
        'the repository fl/app does not exist in the registry 10.0.0.1:5000: unexpected status code 404 Not Found',
      hint: create,
    },
  },
  {
    name: 'a server that is not a registry',
    error: `${transport} GET https://10.0.0.1:5000/v2/: unexpected status code 404 Not Found: <html>`,
    expected: {
      message:
        'the server 10.0.0.1:5000 is not a registry: unexpected status code 404 Not Found: <html>',
      hint: "Correct 'tags'.",
    },
  },
  {
    name: 'a token service at a private address (Chainguard)',
    error: `${transport} invalid realm in www-authenticate: realm host "10.99.0.1" is a private or link-local address`,
    expected: {
      message:
        'kaniko refuses the token service of the registry 10.0.0.1:5000: realm host "10.99.0.1" is a private or link-local address',
      hint: 'Configure a token service in the registry that has HTTPS and a host name, or is at the address of the registry.',
    },
  },
  {
    name: 'a tag that is immutable in Amazon ECR',
    error: `${put} TAG_INVALID: The image tag '1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.`,
    expected: {
      message:
        "the image was built, but the registry 10.0.0.1:5000 does not overwrite the tag: TAG_INVALID: The image tag '1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
      hint: otherTag,
    },
  },
  {
    name: 'a tag that is immutable in Google Artifact Registry',
    error: `${put} MANIFEST_INVALID: cannot update tag 1. The repository has enabled tag immutability`,
    expected: {
      message:
        'the image was built, but the registry 10.0.0.1:5000 does not overwrite the tag: MANIFEST_INVALID: cannot update tag 1. The repository has enabled tag immutability',
      hint: otherTag,
    },
  },
  {
    name: 'a tag that is immutable in Harbor',
    error: `${put} PRECONDITION: Failed to process request due to 'app:1' configured as immutable.`,
    expected: {
      message:
        "the image was built, but the registry 10.0.0.1:5000 does not overwrite the tag: PRECONDITION: Failed to process request due to 'app:1' configured as immutable.",
      hint: otherTag,
    },
  },
  {
    name: 'a push after the build that is limited, which is not retried',
    error: `${put} TOOMANYREQUESTS: slow`,
    expected: {
      message:
        'the image was built, but the registry 10.0.0.1:5000 limits the number of requests: TOOMANYREQUESTS: slow',
      hint: later,
    },
  },
  {
    name: 'a push after the build that is denied',
    error: `${pushed} PATCH http://10.0.0.1:5000/v2/fl/app/blobs/uploads/4cfa9bde?_state=REDACTED: DENIED: requested access to the resource is denied`,
    expected: {
      message: 'the image was built, but the registry 10.0.0.1:5000 denied the push',
      hint: login,
    },
  },
  {
    name: 'a push after the build to a repository that does not exist',
    error: `${put} NAME_UNKNOWN: no repo`,
    expected: {
      message:
        'the image was built, but the repository fl/app does not exist in the registry 10.0.0.1:5000: NAME_UNKNOWN: no repo',
      hint: create,
    },
  },
  {
    name: 'any other error of a push after the build',
    error: 'error pushing image: new text',
    expected: {
      message: 'the image was built, but pushing it failed: new text',
      hint: login,
    },
  },
  {
    name: 'any other error of the check',
    error: `${check} new text`,
    expected: { message: 'the check of the push failed: new text' },
  },
  {
    name: 'a pull that is limited',
    error: `${get} TOOMANYREQUESTS: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit`,
    expected: {
      message:
        'the registry 10.0.0.1:5000 limits the number of pulls: TOOMANYREQUESTS: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit',
      hint: "Provide credentials for it with docker login, 'registry-auths', 'docker-config' or 'registry-secret', or a mirror with 'registry-mirrors'.",
      line: 2,
    },
  },
  {
    name: 'a pull from a registry in maintenance',
    error: `${get} UNAVAILABLE: maintenance`,
    expected: {
      message: 'the registry 10.0.0.1:5000 is unavailable: UNAVAILABLE: maintenance',
      hint: again,
      line: 2,
    },
  },
  {
    name: 'a pull that is denied without a code',
    error: `${get} unexpected status code 403 Forbidden: <html>`,
    expected: {
      message:
        'pull access denied for the base image library/busybox: the repository does not exist or requires credentials',
      hint: "Correct the image in FROM. If it is correct, provide credentials with docker login, 'registry-auths', 'docker-config' or 'registry-secret', and list the registry in 'pull-logins'.",
      line: 2,
    },
  },
  {
    name: 'another response to a pull',
    error: `${get} WEIRD: some words`,
    expected: {
      message: 'the registry 10.0.0.1:5000 refused the pull: WEIRD: some words',
      line: 2,
    },
  },
])('explains $name', ({ error, expected }) => {
  const dockerfile = parseDockerfile('FROM scratch\nFROM 10.0.0.1:5000/library/busybox:1\n');
  expect(diagnose([error], { dockerfile })).toEqual(expected);
});

describe('a push that failed before the build', () => {
  const limited = `${upload} TOOMANYREQUESTS: slow down`;
  const run = 'time="2026-11-23T09:29:40Z" level=info msg="RUN x"';
  const runFailed =
    'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1';

  test.each([
    'dial tcp 10.0.0.1:5000: connect: connection refused',
    'dial tcp 10.0.0.1:5000: i/o timeout',
    'dial tcp: lookup r.example on 10.96.0.10:53: server misbehaving',
    'net/http: TLS handshake timeout',
    'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'read tcp 10.0.0.2:4000->10.0.0.1:5000: read: connection reset by peer',
    'EOF',
  ])('can be retried after: %s', (reason) => {
    const error = `${transport} Get "https://10.0.0.1:5000/v2/": ${reason}`;
    expect(diagnose([error])).toMatchObject({ beforeBuild: true });
    const post = `${check} Post "https://10.0.0.1:5000/v2/fl/app/blobs/uploads/": ${reason}`;
    expect(diagnose([post])).toMatchObject({ beforeBuild: true });
  });

  test.each([
    'dial tcp: lookup r.example on 10.96.0.10:53: no such host',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'http: server gave HTTP response to HTTPS client',
  ])('is not retried after: %s', (reason) => {
    const error = `${transport} Get "https://10.0.0.1:5000/v2/": ${reason}`;
    expect(diagnose([error])?.beforeBuild).toBeUndefined();
  });

  test.each([
    { name: 'a RUN step has run', tail: [run, limited], isOutputWhole: true },
    { name: 'a part of the output is missing', tail: [limited], isOutputWhole: false },
    {
      name: 'the beginning of the output is not known',
      tail: [...Array<string>(100).fill('x'), limited],
      isOutputWhole: true,
    },
  ])('is explained, but not retried if $name', ({ tail, isOutputWhole }) => {
    const found = diagnose(tail, { isOutputWhole });
    expect(found?.message).toMatch(/limits the number of requests/);
    expect(found?.beforeBuild).toBe(false);
  });

  test('is not the explanation if a RUN step has printed it', () => {
    const found = diagnose([run, runFailed, limited]);
    expect(found).toEqual({ message: '"RUN x" failed with exit code 1' });
  });
});

describe('a pull that is denied', () => {
  const credentials =
    "provide credentials with docker login, 'registry-auths', 'docker-config' or 'registry-secret', and list the registry in 'pull-logins'.";
  const denied = (image: string): string =>
    `pull access denied for the base image ${image}: the repository does not exist or requires credentials`;
  const hub = (repository: string, tag: string): string =>
    `error building image: unable to complete operation after 0 attempts, last error: GET https://index.docker.io/v2/library/${repository}/manifests/${tag}: UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:library/${repository} Type:repository]]`;
  const retrieving = (image: string): string =>
    `time="2026-11-23T09:29:40Z" level=info msg="Retrieving image manifest ${image}"`;
  const token =
    'error building image: unable to complete operation after 0 attempts, last error: GET https://ghcr.io/token?scope=repository%3Ao%2Fapp%3Apull&service=ghcr.io: DENIED: requested access to the resource is denied';

  test.each([
    {
      name: 'names both causes',
      dockerfile: 'FROM pyhton:3\n',
      tail: [retrieving('pyhton:3'), hub('pyhton', '3')],
      message: denied('library/pyhton'),
      hint: `Correct the image in FROM. If it is correct, ${credentials}`,
      line: 1,
    },
    {
      name: 'suggests the nearest stage before it',
      dockerfile: 'FROM a AS builder\nFROM b\nCOPY --from=bulider /a /a\nFROM c AS buliders\n',
      tail: [hub('bulider', 'latest')],
      message: denied('library/bulider'),
      hint: `Correct COPY --from: the nearest stage is builder. If it is correct, ${credentials}`,
      line: 3,
    },
    {
      name: 'of COPY --from that resembles no stage',
      dockerfile: 'FROM a AS builder\nFROM b\nCOPY --from=nginx /a /a\n',
      tail: [hub('nginx', 'latest')],
      message: denied('library/nginx'),
      hint: `Correct the image or stage in COPY --from. If it is correct, ${credentials}`,
      line: 3,
    },
    {
      name: 'by a token service is about the last image in the log',
      dockerfile: 'FROM ghcr.io/o/base:1 AS a\nFROM ghcr.io/o/app:2@sha256:abc\n',
      tail: [
        retrieving('ghcr.io/o/base:1'),
        retrieving('ghcr.io/o/app:2@sha256:abc'),
        retrieving('ghcr.io/o/app:2@sha256:abc'),
        token,
      ],
      message: denied('ghcr.io/o/app:2@sha256:abc'),
      hint: `Correct the image in FROM. If it is correct, ${credentials}`,
      line: 2,
    },
    {
      name: 'by a token service, without a log',
      dockerfile: 'FROM ghcr.io/o/app:2\n',
      tail: [token],
      message:
        'pull access denied for a base image: the repository does not exist or requires credentials',
      hint: `Correct the image in FROM. If it is correct, ${credentials}`,
      line: undefined,
    },
  ])('$name', ({ dockerfile, tail, message, hint, line }) => {
    const found = diagnose(tail, { dockerfile: parseDockerfile(dockerfile) });
    expect(found).toEqual({ message, hint, ...(line !== undefined && { line }) });
  });
});

test('a stage that is missing in COPY --from is suggested where the registry has no such image', () => {
  const tail = [
    'error building image: GET https://index.docker.io/v2/library/bulider/manifests/latest: MANIFEST_UNKNOWN: manifest unknown',
  ];
  const dockerfile = parseDockerfile('FROM a AS builder\nFROM b\nCOPY --from=bulider /a /a\n');
  expect(diagnose(tail, { dockerfile })).toEqual({
    message: 'the base image library/bulider:latest does not exist',
    hint: 'Correct COPY --from: the nearest stage is builder.',
    line: 3,
  });
});
