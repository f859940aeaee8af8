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
  // Node 24.4 and earlier do not have it: then Node's own certificates are trusted alone.
  const set: unknown = Reflect.get(tls, 'setDefaultCACertificates');
  if (typeof set !== 'function') return;
  const trusted = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  (set as typeof tls.setDefaultCACertificates)([...new Set(trusted)]);
}
