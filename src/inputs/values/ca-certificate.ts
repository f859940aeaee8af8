import { invalid } from '../../text/problem.ts';

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
