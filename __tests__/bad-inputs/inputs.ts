import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BadInput, type Chapter, type Inputs, shell } from './run.ts';

function mistake(name: string, inputs: Inputs, sentence: string): BadInput {
  return { name, sentence, arrange: () => ({ inputs }) };
}

const lists = [
  'tags',
  'labels',
  'annotations',
  'build-args',
  'platforms',
  'cache-from',
  'cache-to',
  'excludes',
  'builder-command',
  'builder-args',
  'builder-env',
  'resources',
  'node-selector',
  'pod-labels',
  'pod-annotations',
  'image-pull-secrets',
  'pull-logins',
  'registry-mirrors',
  'insecure-registries',
];

export const inputsChapter: Chapter = {
  title: 'Inputs',
  cases: [
    mistake(
      'an invalid tag',
      { tags: 'registry.example.com/app:-1' },
      `input 'tags' line 1: "registry.example.com/app:-1" has an invalid tag after the last ":". Use at most 128 letters, digits, "_", "." and "-", not beginning with "." or "-".`,
    ),
    mistake(
      'a digest as a tag',
      { tags: `registry.example.com/app@sha256:${'0'.repeat(64)}` },
      `input 'tags' line 1: "registry.example.com/app@sha256:0000000000000000000000000000000000000000000000000000000000000000" has a digest, but an image can only be pushed to a tag. Write registry/repository:tag.`,
    ),
    mistake(
      'upper case in a tag',
      { tags: 'ghcr.io/Example/App:1' },
      `input 'tags' line 1: "ghcr.io/Example/App" has upper-case letters in the repository. Use ghcr.io/example/app.`,
    ),
    mistake(
      'a tag with a scheme',
      { tags: 'https://ghcr.io/example/app:1' },
      `input 'tags' line 1: "https://ghcr.io/example/app:1" begins with a scheme. Write ghcr.io/example/app:1.`,
    ),
    mistake(
      'a tag with a password',
      { tags: 'ci:password@registry.example.com/app:1' },
      `input 'tags' line 1: it is not valid, and is not quoted because it has a user name or a password. Remove them. Registry credentials come from docker login, docker-config, registry-auths or registry-secret.`,
    ),
    mistake(
      'a private key in the wrong input',
      { namespace: '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n' },
      `input 'namespace': its value is not valid, and is not quoted because it looks like a private key. Check that this is the value for this input.`,
    ),
    mistake(
      'push without tags',
      { push: 'true' },
      "input 'tags': it is empty, but push is true. Add the image reference to push.",
    ),
    mistake(
      'an input of docker/build-push-action that is not supported',
      { load: 'true' },
      "input 'load': it is not supported. Push the image, and pull it where it is needed.",
    ),
    ...lists.map((input) => ({
      ...mistake(
        `a double quote that is not closed in \`${input}\``,
        { ...(input === 'builder-command' && shell({ context: '.' })), [input]: 'a\n"b' },
        `input '${input}' line 2: a double quote is not closed. Close it, or write a literal quote as "" in an element that is enclosed in double quotes.`,
      ),
      family: { name: 'a double quote that is not closed', input },
    })),
    mistake(
      'an annotation without a value',
      { annotations: 'org.example.team' },
      `input 'annotations' line 1: the element has no "=". Write KEY=VALUE; enclose the whole element in double quotes if it has several lines.`,
    ),
    mistake(
      'a build argument that is not a name',
      { 'build-args': 'two words' },
      `input 'build-args' line 1: the element has no "=" and is not the name of an environment variable. Write KEY=VALUE or KEY; enclose the whole element in double quotes if it has several lines.`,
    ),
    mistake(
      'a label without a key',
      { labels: '=x' },
      `input 'labels' line 1: the element has no key before "=". Write KEY=VALUE.`,
    ),
    mistake(
      'an engine with a typo',
      { engine: 'kanico' },
      `input 'engine': "kanico" is not a supported value. Use kaniko.`,
    ),
    mistake(
      'an engine that is not supported',
      { engine: 'buildkit' },
      `input 'engine': "buildkit" is not a supported value. Use one of: kaniko, custom.`,
    ),
    mistake(
      'tags with engine custom',
      shell({ context: '.', tags: 'ghcr.io/example/app:1' }),
      "input 'tags': it is not supported with engine: custom. Remove it, or use engine: kaniko.",
    ),
    mistake(
      'a command with engine kaniko',
      { 'builder-command': '/bin/sh' },
      "input 'builder-command': it is not supported with engine: kaniko. Use 'builder-args', or engine: custom.",
    ),
    mistake(
      'stdin with engine kaniko',
      { stdin: 'FROM scratch' },
      "input 'stdin': it is not supported with engine: kaniko. Use 'context', or engine: custom.",
    ),
    mistake(
      'engine custom without an image',
      { engine: 'custom', context: '.' },
      "input 'builder-image': engine: custom has no default image. Set it to the image to run.",
    ),
    mistake(
      'a flag of kaniko that is reserved by the action',
      { 'builder-args': '--no-push' },
      `input 'builder-args': the flag "--no-push" is reserved by the action: use 'push'. Remove the flag.`,
    ),
    mistake(
      'several platforms',
      { platforms: 'linux/amd64,linux/arm64' },
      "input 'platforms': it has 2 platforms, but a build supports one. Use one platform, and one step or job for each platform.",
    ),
    mistake(
      'a platform with a typo',
      { platforms: 'linux/arn64' },
      `input 'platforms' line 1: "linux/arn64" is not a supported platform. Use linux/arm64.`,
    ),
    mistake(
      'an invalid duration',
      { timeout: '5 minutes' },
      `input 'timeout': "5 minutes" is not a duration. Use a duration such as 90s, 5m or 1h30m.`,
    ),
    mistake(
      'a duration that is too long',
      { 'start-timeout': '1000h' },
      `input 'start-timeout': "1000h" is not between 1s and 480h. Use a duration such as 90s, 5m or 1h30m.`,
    ),
    mistake(
      'an invalid quantity',
      { resources: 'limits.memory=4GB' },
      `input 'resources' line 1: "4GB" is not a quantity. Use 4Gi (powers of 1024) or 4G.`,
    ),
    mistake(
      'a resource with a typo',
      { resources: 'limits.memroy=4Gi' },
      `input 'resources' line 1: "memroy" is not a resource name. Use memory.`,
    ),
    mistake(
      'an invalid number',
      { 'push-retry': 'three' },
      `input 'push-retry': "three" is not a whole number from 0 to 100. Use a number from 0 to 100.`,
    ),
    mistake(
      'an invalid boolean',
      { push: 'yes' },
      `input 'push': "yes" is not a boolean. Use true or false.`,
    ),
    mistake(
      'a value with a typo',
      { 'keep-pod': 'on-failre' },
      `input 'keep-pod': "on-failre" is not a supported value. Use on-failure.`,
    ),
    mistake(
      'a value that is not supported',
      { verbosity: 'loud' },
      `input 'verbosity': "loud" is not a supported value. Use one of: trace, debug, info, warn, error, fatal, panic.`,
    ),
    mistake(
      'a toleration with a typo',
      { tolerations: 'key=a,efect=NoSchedule' },
      `input 'tolerations' line 1: "efect" is not a field of a toleration. Use effect.`,
    ),
    mistake(
      'an invalid namespace name',
      { namespace: 'My_Namespace' },
      `input 'namespace': "My_Namespace" is not a valid namespace name. Use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.`,
    ),
    mistake(
      'a registry-ca whose file is missing',
      { 'registry-ca': 'ca.crt' },
      `input 'registry-ca': the file "ca.crt" does not exist. Use the path of a readable file, relative to the working directory.`,
    ),
    mistake(
      'two sources of credentials',
      { 'docker-config': 'docker', 'registry-secret': 'login' },
      "input 'registry-secret': it cannot be combined with 'docker-config'. Set only one of them.",
    ),
    mistake(
      'registry credentials without a password',
      { 'registry-auths': '- registry: registry.example.com\n  username: ci\n  password:\n' },
      "input 'registry-auths': element 1: its password is empty: the secret is empty or not passed to this event (a fork's pull request, for example). Set the secret.",
    ),
    mistake(
      'a password with special characters in registry-auths',
      { 'registry-auths': '- username: ci\n  password: @s3cret: #1\n' },
      `input 'registry-auths' line 2: it is not YAML: bad indentation of a mapping entry. Write a list with the fields registry, username and password in each element; for a password with special characters write password: \${{ toJSON(secrets.NAME) }}.`,
    ),
    mistake(
      'registry credentials that are not a list',
      { 'registry-auths': 'username: ci\npassword: hunter2-and-3\n' },
      "input 'registry-auths': it is not a list. Write a list with the fields registry, username and password in each element; for a password with special characters write password: ${{ toJSON(secrets.NAME) }}.",
    ),
    mistake(
      'mirror-fallback without a mirror',
      { 'mirror-fallback': 'false' },
      "input 'mirror-fallback': it has no meaning without 'registry-mirrors'. Set the mirrors.",
    ),
    {
      name: 'a credential helper that hangs',
      sentence: `the step did not end within its timeout of 2 s; last state: preparing the context, while getting the credentials for "registry.example.com" from "docker-credential-slow". Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.`,
      arrange: ({ directory, write }) => {
        write('config.json', JSON.stringify({ credsStore: 'slow' }));
        write('bin/docker-credential-slow', '#!/bin/sh\nexec sleep 1000\n');
        chmodSync(join(directory, 'bin/docker-credential-slow'), 0o755);
        const path = [join(directory, 'bin'), process.env['PATH']].join(delimiter);
        return {
          inputs: { tags: 'registry.example.com/app:1', push: 'true', timeout: '2s' },
          env: { PATH: path },
        };
      },
    },
    mistake(
      'two sources of stdin at once',
      shell({ context: '.', 'stdin-file': 'name.txt' }),
      "input 'stdin-file': it cannot be combined with 'context'. Set only one of context, stdin and stdin-file.",
    ),
    mistake(
      'a reserved field in pod-template',
      { 'pod-template': 'spec:\n  restartPolicy: Always\n' },
      "input 'pod-template': spec.restartPolicy must not be set: a restarted builder would have no stdin. Remove these fields from the template.",
    ),
    mistake(
      'a volume in pod-template that hides the builder',
      {
        'pod-template':
          'spec:\n  containers:\n    - name: $builder\n      volumeMounts: [{ name: x, mountPath: /kaniko }]\n',
      },
      `input 'pod-template': volumeMounts of $builder must not have "/kaniko": the action needs /kaniko/executor. Remove these fields from the template.`,
    ),
    mistake(
      'a pod-template whose file is missing',
      { 'pod-template': 'pod.yaml' },
      `input 'pod-template': the file "pod.yaml" does not exist. Use the path of a readable file, relative to the working directory.`,
    ),
    mistake(
      'a pod-template that is not YAML',
      { 'pod-template': 'spec: [\n' },
      "input 'pod-template' line 2: it is not YAML: unexpected end of the stream within a flow collection. Use the manifest of a Pod, a mapping with metadata and spec.",
    ),
    mistake(
      'several mistakes at once',
      { push: 'yes', timeout: '5', tags: 'A:1' },
      `3 problems in the inputs: (1) input 'tags' line 1: "A" has upper-case letters in the repository. Use a. (2) input 'push': "yes" is not a boolean. Use true or false. (3) input 'timeout': "5" is not a duration. Use a duration such as 90s, 5m or 1h30m.`,
    ),
  ],
};
