import { invalid } from '../text/problem.ts';
import { howToPrint } from './document.ts';

/**
 * The YAML or JSON of a kubeconfig as secrets store it: plain, or as base64 with or without line breaks. No message quotes
 * the value: it is a secret.
 * @throws InvalidInput
 */
export function decodeKubeconfig(value: string): string {
  const trimmed = value.trim();
  // A kubeconfig in YAML or JSON has colons, base64 has none.
  if (trimmed.includes(':')) return trimmed;
  const compact = trimmed.replace(/\s+/g, '');
  const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)
    ? Buffer.from(compact, 'base64')
    : undefined;
  if (bytes !== undefined && isUtf16(bytes)) {
    throw invalid(
      'it is the base64 of UTF-16, the default encoding of PowerShell',
      'Encode it as UTF-8: use [Text.Encoding]::UTF8 instead of Unicode, and Out-File -Encoding utf8 instead of >.',
    );
  }
  const decoded = bytes === undefined ? undefined : toText(bytes);
  if (decoded?.includes(':') === true) return decoded.trim();
  if (decoded !== undefined) {
    throw invalid(
      'it is the base64 of something that is not a kubeconfig',
      `${howToPrint}, or its base64 once.`,
    );
  }
  if (!/\s/.test(trimmed) && /^[~./]|\.ya?ml$|config$/.test(trimmed)) {
    throw invalid(
      'it looks like a path, but must be the content of a kubeconfig',
      'Use auto and set the environment variable KUBECONFIG to the path.',
    );
  }
  throw invalid('it is neither YAML nor base64', `${howToPrint}, or its base64.`);
}

/** Little-endian, with or without a byte order mark: every second byte of ASCII is zero. */
function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[1] === 0 && bytes[3] === 0);
}

function toText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
