import { cutPasswords, parseRegistryAuths } from './auths/registry-auths.ts';
import type { RegistryInputs } from './inputs.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import { readCaCertificate } from './values/ca-certificate.ts';
import { parseItems } from './values/list.ts';
import { parseObjectName } from './values/name.ts';
import { parseInsecureRegistry, parseMirror, parsePullHost } from './values/registry.ts';
import { parseBoolean, parseInteger } from './values/scalar.ts';

function readRegistryAuths(reader: InputReader, problems: Problems): RegistryInputs['auths'] {
  const name = 'registry-auths';
  // As it was passed: YAML of which the first line lost its indentation has another meaning.
  const source = reader.verbatim(name);
  for (const line of cutPasswords(source)) {
    const text = 'the text after " #" is a comment, not a part of the password';
    problems.warn(name, {
      line,
      text,
      hint: 'Otherwise write password: ${{ toJSON(secrets.NAME) }}.',
    });
  }
  return reader.optional(name, () => parseRegistryAuths(source)) ?? [];
}

/** The inputs about registries and their credentials. */
export function readRegistry(reader: InputReader, problems: Problems): RegistryInputs {
  return {
    dockerConfig: reader.text('docker-config'),
    pullLogins: reader.value('pull-logins', (text) =>
      text === 'auto' || text === 'none'
        ? text
        : parseItems(reader.items('pull-logins', 'csv'), parsePullHost),
    ),
    auths: readRegistryAuths(reader, problems),
    secret: reader.optional('registry-secret', parseObjectName),
    mirrors: reader.list('registry-mirrors', 'csv', parseMirror),
    mirrorFallback: reader.value('mirror-fallback', parseBoolean),
    insecure: reader.list('insecure-registries', 'csv', parseInsecureRegistry),
    ca: reader.optional('registry-ca', (text) =>
      readCaCertificate(text, (path) => reader.file(path)),
    ),
    pushRetry: reader.value('push-retry', (text) => parseInteger(text, 0, 100)),
  };
}
