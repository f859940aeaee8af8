import { excerpt } from './excerpt.ts';

/** Shorter values would blot out ordinary text in the log. */
const shortest = 6;

/**
 * The forms of secrets that the runner has to mask: the value, its lines (the runner masks line by line), its base64, what
 * it is the base64 of, its URL form. Only those of six characters or more, each once.
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

/** Longer lines of other programs are cut. */
const longestLine = 200;

/**
 * The last line that a program wrote to stderr, fit for a message. Without the secrets: a message that fails a step may be
 * the first thing that knows them.
 */
export function lastLine(stderr: string, secrets: readonly string[]): string {
  const masked = maskForms(secrets)
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, form) => text.replaceAll(form, '***'), stderr);
  const line = (
    masked
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  ).trim();
  return excerpt(line, longestLine);
}

/** The lines of a text; those around a PEM block are no secret. */
function linesOf(value: string): string[] {
  return value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('-----'));
}

/** What a text is the base64 of, if that is printable. */
function decodeText(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  const decoded = Buffer.from(compact, 'base64').toString('utf8');
  return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}
