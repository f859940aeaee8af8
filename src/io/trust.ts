import * as tls from 'node:tls';

let isDone = false;

/**
 * Adds the CA certificates of the operating system to those that Node trusts, for all TLS connections without CA certificates
 * of their own: kubectl and the builders trust them, and companies install the CA certificate of their proxy there. Done once,
 * at the first connection that needs it: it takes about 0.1 s.
 */
export function trustSystem(): void {
  if (isDone) return;
  isDone = true;
  const trusted = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  tls.setDefaultCACertificates([...new Set(trusted)]);
}
