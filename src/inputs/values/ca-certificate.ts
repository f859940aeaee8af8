import { InvalidInput, invalid } from '../../text/problem.ts';

/** Other values are not quoted: the text of a key without its labels is not a path, either. */
const path = /^[^\n]{1,200}\.[a-z]{1,5}$/i;

/**
 * CA certificates as an input has them: PEM text, or the path of a file with it. See parseCaCertificate.
 * @param readFile throws InvalidInput, which quotes the path.
 */
export function readCaCertificate(value: string, readFile: (path: string) => string): string {
  if (value.includes('-----BEGIN')) return parseCaCertificate(value);
  let pem;
  try {
    pem = readFile(value);
  } catch (error) {
    if (!(error instanceof InvalidInput) || path.test(value)) throw error;
    throw invalid(
      'it is neither PEM text nor the path of a file that can be read',
      'Use PEM text or the path of a PEM file, with -----BEGIN CERTIFICATE----- on a line of its own.',
    );
  }
  return parseCaCertificate(pem);
}

/**
 * CA certificates in PEM, with one newline at the end.
 * @throws InvalidInput if the text has no certificate, or has a private key.
 */
export function parseCaCertificate(pem: string): string {
  if (pem.includes('PRIVATE KEY-----')) {
    throw invalid('it contains a private key', 'Use the CA certificate alone.');
  }
  const certificate = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;
  if (certificate.test(pem)) return `${pem.trim()}\n`;
  throw invalid(
    'it does not contain a complete PEM certificate',
    'Use PEM text or the path of a PEM file, with -----BEGIN CERTIFICATE----- on a line of its own.',
  );
}
