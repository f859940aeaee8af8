/**
 * The text of a `.git/config` without what opens a repository: headers that carry a token (a checkout leaves one there),
 * passwords in URLs, credential sections. Everything else stays as it is, so that git goes on working in a build.
 */
export function withoutCredentials(content: Buffer): Buffer {
  // One character for each byte: texts in any encoding stay unchanged.
  const lines = content.toString('latin1').split(/(?<=\n)/);
  const kept: string[] = [];
  let section = '';
  let dropsContinuation = false;
  for (const line of lines) {
    if (dropsContinuation) {
      dropsContinuation = continues(line);
      continue;
    }
    const header = /^\s*\[\s*([\w.-]+)/.exec(line);
    if (header !== null) section = header[1]?.toLowerCase() ?? '';
    const isSecret =
      header === null ? isSecretKey(section, line) : hasSecretBehindHeader(section, line);
    if (isSecret || (section === 'credential' && header === null && isKey(line))) {
      dropsContinuation = continues(line);
      if (header !== null) kept.push(line.replace(/\].*$/s, ']\n'));
      continue;
    }
    kept.push(withoutPassword(line));
  }
  return Buffer.from(kept.join(''), 'latin1');
}

function isKey(line: string): boolean {
  return /^\s*[A-Za-z]/.test(line);
}

function isSecretKey(section: string, line: string): boolean {
  return section.startsWith('http') && /^\s*(?:extraheader|proxy|cookiefile)\s*(?:=|$)/i.test(line);
}

/** Git allows a key on the line of its section's header. */
function hasSecretBehindHeader(section: string, line: string): boolean {
  const behind = line.replace(/^\s*\[(?:[^"\]]|"(?:\\.|[^"\\])*")*\]/, '');
  return isSecretKey(section, behind) || (section === 'credential' && isKey(behind));
}

/** A backslash before the line's end joins the next line to it. */
function continues(line: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\\r?\n$/.test(line);
}

/** In URLs of remotes, of submodules and of `url.<base>.insteadOf`. */
function withoutPassword(line: string): string {
  return line.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"@]+@/gi, '$1');
}
