/**
 * A value of a git configuration without the secrets that a URL can have: user and password, query and fragment. The user of an
 * SSH address is kept: it is required and not a secret. Other texts are unchanged.
 * @returns undefined for the address of a program (`ext::command`), whose arguments can have secrets.
 */
export function publicUrl(value: string): string | undefined {
  const [scheme] = /^(?:[A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(value) ?? [];
  if (scheme !== undefined) return scheme + publicAddress(scheme, value.slice(scheme.length));
  if (/^[A-Za-z0-9+.-]+::/.test(value)) return undefined;
  // `user:password@host` without a scheme, unlike `git@host:path`.
  const at = value.lastIndexOf('@');
  const colon = value.indexOf(':');
  const slash = value.indexOf('/');
  const isDrive = /^[A-Za-z]:[\\/]/.test(value);
  const hasPassword = !isDrive && colon !== -1 && colon < at && (slash === -1 || colon < slash);
  return hasPassword ? value.slice(at + 1) : value;
}

function publicAddress(scheme: string, rest: string): string {
  const address = rest.slice(endOfUser(rest));
  const name = rest.slice(0, endOfUser(rest)).replace(/[:@][^]*$/, '');
  const user = /ssh/i.test(scheme) && name !== '' ? `${name}@` : '';
  return user + address.replace(/[?#][^]*$/, '');
}

/** The place after the `@` that ends the user; 0 without a user. A password can contain `@`, `/` and `?`. */
function endOfUser(rest: string): number {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const at = authority.lastIndexOf('@');
  if (at !== -1) return at + 1;
  // Text after a colon that is not a port is the beginning of a password.
  const isPassword = /^[^:[\]]*:\d*[^:\d]/.test(authority);
  return isPassword ? rest.lastIndexOf('@') + 1 : 0;
}
