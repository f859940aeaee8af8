/** Gives a variable's value; undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

/** Words unchanged, quotes included; blanks within quotes or after the escape character do not separate. */
export function splitWords(text: string, escape: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    word += char;
    if (char === escape && quote !== "'") {
      at += 1;
      word += text.charAt(at);
    } else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
  }
  return word === '' ? words : [...words, word];
}

/** Expands variables and removes quotes and escapes, as a shell does. */
export function expandWord(word: string, lookup: Lookup, escape: string): string {
  let expanded = '';
  let quote = '';
  for (let at = 0; at < word.length;) {
    const char = word.charAt(at);
    const variable = char === '$' && quote !== "'" ? variablePattern.exec(word.slice(at)) : null;
    if (variable !== null) {
      expanded += substitute(variable, lookup, escape);
      at += variable[0].length;
    } else if (char === escape && quote !== "'") {
      const next = word.charAt(at + 1);
      // Within double quotes, a backslash only escapes special characters.
      expanded += quote === '' || ['"', '$', escape].includes(next) ? next : char + next;
      at += 2;
    } else {
      if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      else expanded += char;
      at += 1;
    }
  }
  return expanded;
}

const variablePattern = /^\$(?:(\w+)|\{(\w+)(?:(:?[-+])((?:[^{}]|\{[^{}]*\})*))?\})/;

function substitute(match: RegExpExecArray, lookup: Lookup, escape: string): string {
  const [, plain, braced, operator = '', word = ''] = match;
  const value = lookup(plain ?? braced ?? '');
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
  if (operator.endsWith('-') && !isSet) return expandWord(word, lookup, escape);
  if (operator.endsWith('+')) return isSet ? expandWord(word, lookup, escape) : '';
  return value ?? '';
}
