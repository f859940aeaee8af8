import { excerpt } from './excerpt.ts';
import { hidden, redact } from './redact.ts';

/** Characters of a value in a message; longer values are cut. */
const longestValue = 300;

/**
 * A value of an input or of a file for a message: cut, and without what looks like a secret. Every value that a user writes
 * goes through this function on its way into a message, because a secret can be set in the wrong input.
 * @param longest in characters.
 */
export function show(value: string, longest: number = longestValue): string {
  const kind = documentKind(value);
  if (kind !== undefined) return `${hidden} (not shown: it looks like ${kind})`;
  return excerpt(redact(withoutNamedSecret(withoutFirstUser(value))), longest);
}

/** Keys of a Docker configuration, and of other files with credentials. */
const jsonSecret = /"(?:auths?|identitytoken|private_key|client_secret|token|password)"\s*:/;
const kubeconfigKey =
  /\b(?:client-key-data|client-certificate-data|certificate-authority-data|current-context)\b/;

/** The kind of a document with credentials, for messages: `a kubeconfig`; undefined for other values. */
export function credentialKind(value: string): string | undefined {
  return textKind(value) ?? base64Kind(value);
}

/** A value of several lines is neither a name nor a path. */
function documentKind(value: string): string | undefined {
  return (
    credentialKind(value) ?? (value.trim().includes('\n') ? 'a text of several lines' : undefined)
  );
}

function textKind(value: string): string | undefined {
  if (value.includes('-----BEGIN ')) {
    return value.includes('PRIVATE KEY-----') ? 'a private key' : 'a PEM file';
  }
  if (value.includes('"auths"')) return 'a Docker configuration';
  if (kubeconfigKey.test(value) || (value.includes('apiVersion') && value.includes('clusters'))) {
    return 'a kubeconfig';
  }
  return jsonSecret.test(value) ? 'credentials in JSON' : undefined;
}

/** The same for the base64 of such a document. */
function base64Kind(value: string): string | undefined {
  const compact = value.replace(/\s+/g, '');
  if (compact.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined;
  const kind = textKind(Buffer.from(compact, 'base64').toString('latin1'));
  return kind === undefined ? undefined : `the base64 of ${kind}`;
}

/** Names of keys and options whose value is a secret. */
const secretName =
  'token|passw(?:or)?d|passwd|pwd|secret|auth(?:orization)?|api[-_]?key|access[-_]?key|private[-_]?key|client-key-data';
const named = new RegExp(
  `((?:${secretName})["']?\\s*[:=]\\s*|-(?:${secretName})\\s+)\\S[^]*$`,
  'i',
);

/** Cuts a value after `token:`, `password=` or `--password `. */
function withoutNamedSecret(value: string): string {
  return value.replace(named, `$1${hidden}`);
}

/** In `token@host/path`, the part before `@` can be a password. */
function withoutFirstUser(value: string): string {
  return value.replace(/^[^/\s@:]+@(?!sha\d+:)/, `${hidden}@`);
}
