import { invalid } from '../../text/problem.ts';

/** @throws InvalidInput unless the text holds certificates in PEM, and no private key. */
export function parseAuthority(pem: string): string {
  if (pem.includes('PRIVATE KEY-----')) {
    throw invalid('it holds a private key', 'Give only the certificate of the authority.');
  }
  const certificate = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;
  if (certificate.test(pem)) return `${pem.trim()}\n`;
  throw invalid(
    'there is no complete PEM certificate in it',
    'Give a file or text with -----BEGIN CERTIFICATE----- on a line of its own.',
  );
}
