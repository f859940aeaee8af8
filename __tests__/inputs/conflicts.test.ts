import { describe, expect, test } from '@jest/globals';
import { failureOf, type Given } from '../support/inputs.ts';

describe('refuses', () => {
  test.each<{ name: string; given: Given; message: unknown; hint: string }>([
    {
      name: 'stdin together with a context',
      given: { engine: 'custom', 'builder-image': 'a', stdin: 'x', context: 'y' },
      message: "input 'stdin': it cannot be combined with 'context'",
      hint: 'Set only one of context, stdin and stdin-file.',
    },
    {
      name: 'stdin with engine: kaniko',
      given: { stdin: 'x' },
      message: "input 'stdin': it is not supported with engine: kaniko",
      hint: "Use 'context', or engine: custom.",
    },
    {
      name: 'a command with engine: kaniko',
      given: { 'builder-command': 'sh' },
      message: "input 'builder-command': it is not supported with engine: kaniko",
      hint: "Use 'builder-args', or engine: custom.",
    },
    {
      name: 'engine: custom without an image',
      given: { engine: 'custom', context: '.' },
      message: "input 'builder-image': engine: custom has no default image",
      hint: 'Set it to the image to run.',
    },
    {
      name: 'a push without tags',
      given: { push: 'true' },
      message: "input 'tags': it is empty, but push is true",
      hint: 'Add the image reference to push.',
    },
    {
      name: 'two sources of credentials',
      given: { 'registry-secret': 'login', 'docker-config': '~/.docker' },
      message: "input 'registry-secret': it cannot be combined with 'docker-config'",
      hint: 'Set only one of them.',
    },
    {
      name: 'credentials and a Secret with them',
      given: {
        'registry-secret': 'login',
        'registry-auths': '[{username: me, password: secret}]',
      },
      message: "input 'registry-auths': it cannot be combined with 'registry-secret'",
      hint: 'Set only one of them.',
    },
    {
      name: 'mirror-fallback without a mirror',
      given: { 'mirror-fallback': 'false' },
      message: "input 'mirror-fallback': it has no meaning without 'registry-mirrors'",
      hint: 'Set the mirrors.',
    },
    {
      name: 'credentials in builder-env',
      given: { 'builder-env': 'DOCKER_AUTH_CONFIG={}' },
      message: "input 'builder-env': DOCKER_AUTH_CONFIG is reserved by the action",
      hint: "Use 'registry-auths', or set it for the runner.",
    },
    {
      name: 'an architecture that contradicts the platform',
      given: { platforms: 'linux/arm64', 'node-selector': 'kubernetes.io/arch=amd64' },
      message:
        "input 'node-selector': kubernetes.io/arch=amd64 contradicts the platform linux/arm64",
      hint: 'Remove it.',
    },
    {
      name: 'the Docker configuration in builder-env',
      given: { 'builder-env': 'DOCKER_CONFIG=/x' },
      message: "input 'builder-env': DOCKER_CONFIG is reserved by the action",
      hint: "Use 'docker-config' or 'registry-secret'.",
    },
    {
      name: 'the directory of kaniko in builder-env',
      given: { 'builder-env': 'KANIKO_DIR=/x' },
      message: "input 'builder-env': KANIKO_DIR is reserved by the action",
      hint: 'Remove it: the context is extracted to the default directory.',
    },
    {
      name: 'a push that is turned off in builder-env',
      given: { 'builder-env': 'KANIKO_NO_PUSH=true' },
      message: "input 'builder-env': KANIKO_NO_PUSH is reserved by the action",
      hint: "Use 'push'.",
    },
    {
      name: 'a flag that ignores a failed push',
      given: { 'builder-args': '--push-ignore-immutable-tag-errors' },
      message:
        'input \'builder-args\': the flag "--push-ignore-immutable-tag-errors" is reserved by the action: a failed push must fail the step',
      hint: 'Remove the flag.',
    },
    {
      name: 'a reserved flag',
      given: { 'builder-args': '--destination=a/b' },
      message:
        "input 'builder-args': the flag \"--destination\" is reserved by the action: use 'tags'",
      hint: 'Remove the flag.',
    },
    {
      name: 'a reserved short flag together with its value',
      given: { 'builder-args': '-dacme/app' },
      message:
        "input 'builder-args': the flag \"-dacme/app\" is reserved by the action: use 'tags'",
      hint: 'Remove the flag.',
    },
    {
      name: 'an input of docker/build-push-action that is not supported',
      given: { outputs: 'type=tar' },
      message: "input 'outputs': it is not supported",
      hint: "Use 'tags' with push: true.",
    },
  ])('$name', ({ given, message, hint }) => {
    expect(failureOf(given)).toEqual({ message, hint });
  });
});

describe('accepts', () => {
  test.each<{ name: string; given: Given }>([
    { name: 'load: false', given: { load: 'false' } },
    {
      name: 'one cache repository in two notations',
      given: { 'cache-from': 'docker.io/acme/a', 'cache-to': 'acme/a' },
    },
    {
      name: 'a registry secret with docker-config: none',
      given: { 'registry-secret': 'registry', 'docker-config': 'none' },
    },
    {
      name: 'a node selector with the architecture of the platform',
      given: { platforms: 'linux/arm64', 'node-selector': 'kubernetes.io/arch=arm64' },
    },
    // Every object of JavaScript has properties with these names.
    { name: 'the argument "constructor"', given: { 'builder-args': 'constructor' } },
    { name: 'the argument "__proto__"', given: { 'builder-args': '__proto__' } },
    { name: 'the label "constructor"', given: { 'pod-labels': 'constructor=x' } },
    { name: 'the variable "constructor"', given: { 'builder-env': 'constructor=x' } },
  ])('$name', ({ given }) => {
    expect(failureOf(given)).toBe('no failure');
  });
});

describe('engine: custom', () => {
  const custom = { engine: 'custom', 'builder-image': 'busybox' };

  test.each<{ name: string; given: Given }>([
    { name: 'no source', given: {} },
    { name: 'an empty stdin', given: { stdin: '' } },
    { name: 'three empty sources', given: { stdin: '', 'stdin-file': ' ', context: ' \n' } },
  ])('has no default source: $name', ({ given }) => {
    expect(failureOf({ ...custom, ...given })).toEqual({
      message:
        "input 'context': engine: custom needs 'context', 'stdin' or 'stdin-file', but all of them are empty; an empty value may come from a secret or an output that is not set",
      hint: 'Set one of them; use context: . to send the workspace.',
    });
  });

  test.each([
    ['file', 'Dockerfile'],
    ['tags', 'a:1'],
    ['push', 'true'],
    ['labels', 'a=1'],
    ['annotations', 'a=1'],
    ['build-args', 'A=1'],
    ['target', 'x'],
    ['platforms', 'linux/arm64'],
    ['no-cache', 'true'],
    ['cache-from', 'a/b'],
    ['cache-to', 'a/b'],
    ['cache-ttl', '1h'],
    ['verbosity', 'debug'],
    ['docker-config', '/x'],
    ['pull-logins', 'ghcr.io'],
    ['registry-auths', '[{username: me, password: secret}]'],
    ['registry-secret', 'x'],
    ['registry-mirrors', 'm'],
    ['mirror-fallback', 'false'],
    ['insecure-registries', 'm'],
    ['registry-ca', 'ca.pem'],
    ['push-retry', '1'],
  ])('refuses %s', (name, value) => {
    expect(failureOf({ ...custom, context: '.', [name]: value })).toEqual({
      message: `input '${name}': it is not supported with engine: custom`,
      hint: 'Remove it, or use engine: kaniko.',
    });
  });

  test.each([
    ['push', 'false'],
    ['no-cache', 'false'],
    ['docker-config', 'none'],
    ['pull-logins', 'none'],
    ['push-retry', '3'],
  ])('accepts %s with the value %s', (name, value) => {
    expect(failureOf({ ...custom, context: '.', [name]: value })).toBe('no failure');
  });
});
