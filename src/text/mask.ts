/** Masking shorter values would hide ordinary text in the log. */
const shortest = 6;

/**
 * The forms in which secrets can appear in a log: each line (the runner masks line by line), base64, percent-encoded, and the
 * same for the text that a secret is the base64 of. Each form once, without those of less than six characters.
 */
export function maskForms(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => {
    const decoded = decodeText(secret);
    const plain = decoded === undefined ? [secret] : [secret, decoded];
    return plain.flatMap((value) => [
      ...linesOf(value),
      Buffer.from(value).toString('base64'),
      encodeURIComponent(value),
    ]);
  });
  return [...new Set(forms.filter((form) => form.length >= shortest))];
}

/** The lines of a text without the labels of PEM blocks, which are not secret. */
function linesOf(value: string): string[] {
  return value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('-----'));
}

/** The printable text that this is the base64 of; undefined for anything else. */
function decodeText(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  const decoded = Buffer.from(compact, 'base64').toString('utf8');
  return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}
