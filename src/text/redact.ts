/** Replaces a secret, as the runner replaces masked values. */
export const hidden = '***';

/**
 * A text without its parts that look like secrets: user names and passwords in addresses, queries of URLs, PEM blocks, tokens.
 * Digests and commits are kept. Linear in the length of the text.
 */
export function redact(text: string): string {
  return withoutPem(text).replace(/[^\s"'`<>]+/g, redactWord);
}

function redactWord(word: string): string {
  return withoutQuery(withoutUser(word)).replace(/[\w+/-]{10,}={0,2}/g, redactRun);
}

/** Removes PEM blocks; one without an end reaches to the end of the text. */
function withoutPem(text: string): string {
  let kept = '';
  let place = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', place);
    if (begin === -1) return kept + text.slice(place);
    kept += text.slice(place, begin) + hidden;
    const end = text.indexOf('-----END ', begin);
    const last = end === -1 ? -1 : text.indexOf('-----', end + '-----END '.length);
    if (last === -1) return kept;
    place = last + '-----'.length;
  }
}

/**
 * Removes user and password of `scheme://user:password@host` and of `user:password@host`, also at the end of a path. A password
 * can contain `@` and `/`.
 */
function withoutUser(word: string): string {
  const at = endOfUser(word);
  if (at === -1) return word;
  const scheme = word.indexOf('://');
  if (scheme !== -1 && scheme < at) {
    return `${word.slice(0, scheme)}://${hidden}${word.slice(at)}`;
  }
  const colon = word.indexOf(':');
  if (colon === -1 || colon > at) return word;
  return word.slice(0, word.lastIndexOf('/', colon) + 1) + hidden + word.slice(at);
}

/** The last `@` that can follow a user: not that of a digest, and not the first character of a name; -1 without one. */
function endOfUser(word: string): number {
  for (let at = word.lastIndexOf('@'); at > 0; at = word.lastIndexOf('@', at - 1)) {
    if (word[at - 1] !== '/' && !/^sha\d{3}:/.test(word.slice(at + 1, at + 8))) return at;
  }
  return -1;
}

function withoutQuery(word: string): string {
  const scheme = word.indexOf('://');
  const query = scheme === -1 ? -1 : word.indexOf('?', scheme);
  return query === -1 ? word : `${word.slice(0, query)}?${hidden}`;
}

/** @param run characters of base64, which are also those of paths. */
function redactRun(run: string): string {
  const parts = run.split('/');
  if (parts[0] !== '' && isToken(run)) return hidden;
  return parts.map((part) => (isToken(part) ? hidden : part)).join('/');
}

/** Prefixes that registries, Git hosts and clouds give to their tokens, and that of a JSON Web Token. */
const tokenPrefix =
  /^(?:eyJ|gh[oprsu]_|github_pat_|gl(?:pat|dt|rt|cbt)-|dckr_[a-z]+_|npm_[A-Za-z0-9]{30}|dop_v1_|xox[a-z]-|A[KS]IA[A-Z0-9]{12})/;
const shortestToken = 20;
/** The share of neighbours of different kinds (upper, lower, digit): about 0.6 in random text, at most 0.25 in usual names. */
const leastChanges = 0.35;

/** True for random text in base64 or a similar alphabet. False for hexadecimal text: digests and commits are not secret. */
function isToken(text: string): boolean {
  if (tokenPrefix.test(text)) return true;
  if (text.length < shortestToken) return false;
  const kinds = Array.from(text, kindOf);
  const known = new Set(kinds);
  if (!known.has('upper') || !known.has('lower') || !known.has('digit')) return false;
  const changes = kinds.filter((kind, index) => {
    const before = kinds[index - 1] ?? 'other';
    return kind !== before && kind !== 'other' && before !== 'other';
  });
  return changes.length >= leastChanges * text.length;
}

function kindOf(character: string): 'upper' | 'lower' | 'digit' | 'other' {
  if (character >= 'a' && character <= 'z') return 'lower';
  if (character >= 'A' && character <= 'Z') return 'upper';
  return character >= '0' && character <= '9' ? 'digit' : 'other';
}
