import { continuedLines } from './lines.ts';

/**
 * Removes the credentials from the text of a `.git/config`: HTTP headers with a token (actions/checkout writes one), passwords
 * in URLs, and credential sections. The rest is unchanged, so that git works in a build.
 */
export function withoutCredentials(content: Buffer): Buffer {
  // latin1 maps each byte to one character, so text in any encoding is unchanged.
  const lines = continuedLines(content.toString('latin1'));
  let kept = '';
  let section = '';
  for (const line of lines) {
    const head = headersBefore.exec(line)?.[0] ?? '';
    const last = head.match(headerPattern)?.at(-1);
    if (last !== undefined) section = sectionOf(last);
    if (!isSecretKey(section, line.slice(head.length))) kept += withoutPassword(line);
    else kept += withoutPassword(head) + (last === undefined ? '' : lineEnd(line));
  }
  return Buffer.from(kept, 'latin1');
}

/** A section's header: `[core]`, `[http "https://[::1]/"]`. */
const headerPattern = /\[(?:[^"\]\n]|"(?:\\.|[^"\\\n])*")*\]/g;
/** Git allows several headers on a line, a key after them, and a byte order mark at the start of the file. */
const headersBefore = new RegExp(`^(?:\\xef\\xbb\\xbf)?(?:[^\\S\\n]*${headerPattern.source})*`);

/** In lower case, without its subsection. */
function sectionOf(header: string): string {
  return /^\[\s*([A-Za-z0-9-]+)/.exec(header)?.[1]?.toLowerCase() ?? '';
}

function isSecretKey(section: string, text: string): boolean {
  if (section === 'credential') return /^\s*[A-Za-z]/.test(text);
  return section === 'http' && /^\s*(?:extraheader|proxy|cookiefile)\s*(?:=|$)/i.test(text);
}

/** Removes passwords from URLs of remotes, of submodules and of `url.<base>.insteadOf`. A secret can span two lines. */
function withoutPassword(line: string): string {
  if (!line.includes('://')) return line;
  const whole = line.replace(/\\\r?\n/g, '');
  const clean = whole.replace(
    // Without a limit for the scheme, a line of letters would take quadratic time.
    /([a-z0-9+.-]{1,30}:\/\/)((?:(?!"\])[^\s/])+)@/gi,
    (_, scheme: string, user: string) => scheme + publicUser(scheme, user),
  );
  return clean === whole ? line : clean;
}

/** Keeps the user of an SSH URL, which is required and not a secret. Keeps quotes, which can open or close inside of a value. */
function publicUser(scheme: string, user: string): string {
  const quotes = user.replace(/[^"]/g, '');
  const name = user.replace(/:.*$/, '');
  return /ssh/i.test(scheme) && quotes === '' ? `${name}@` : quotes;
}

function lineEnd(line: string): string {
  return /\r?\n$/.exec(line)?.[0] ?? '';
}
