/** Characters and beginnings that only words have which users type. `*` and `_` would be emphasis in Markdown. */
const typed = /[=/$<@_~*{]|^--|^\.[a-z]|:…/;

/** Formats words that users type as code. Descriptions contain no other Markdown. */
export function toMarkdown(text: string): string {
  return text.trim().split(/\s+/).map(toCode).join(' ');
}

function toCode(word: string): string {
  const [, open = '', rest = ''] = /^(\(?)(.*)$/.exec(word) ?? [];
  let end = rest.length;
  while (end > 0 && isPunctuation(rest, end)) end -= 1;
  const body = rest.slice(0, end);
  return typed.test(body) ? `${open}\`${body}\`${rest.slice(end)}` : word;
}

/** True if the character before `end` belongs to the sentence. The parenthesis of $(NAME) belongs to the word. */
function isPunctuation(text: string, end: number): boolean {
  const last = text[end - 1] ?? '';
  if (last !== ')') return ',.;:'.includes(last);
  const body = text.slice(0, end);
  return body.split(')').length > body.split('(').length;
}
