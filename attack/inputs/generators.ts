/** Makes a pathological text of about so many characters. */
export type Generator = (size: number) => string;

/** Single characters, each of them repeated. */
const characters = [
  ...'a0 \t\n\r\\"\'`$[]{}()<>*?!#-=:@,;/.%&|~^+_',
  '\0',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '\u{1F600}',
];

/** Units of several characters, each of them repeated. */
const units = [
  'a ',
  'a\n',
  ' \n',
  '\r\n',
  '\n ',
  '\n#',
  '\n\\',
  '\\\n',
  '\\ \n',
  '\\"',
  '"\\',
  '"a"',
  "'a",
  '$a',
  '$a$',
  '${',
  '${a',
  '${a:-',
  '$(',
  '$$',
  '[]',
  '[a',
  '["',
  '"a",',
  '[a]\n',
  '[a "b"]',
  '*a',
  '**',
  '*/',
  '**/',
  '?*',
  '[!a]',
  '[a-b]*',
  'a{2}',
  'a|',
  '!a\n',
  'a: ',
  'a:\n ',
  '- ',
  '- a\n',
  '? ',
  '{a: ',
  '&a ',
  '&a [*a,',
  '<<: ',
  'a=',
  'a=b\n',
  'a=b,',
  'a,',
  'a;',
  '--a ',
  '--a="',
  '--mount=from=a,',
  '<<a ',
  '<<-',
  '<<a\n',
  'FROM a\n',
  'RUN a\n',
  'ARG a=$a$a\n',
  'COPY a b\n',
  '# escape=`\n',
  '%25',
  '%a',
  '&#',
  '::',
  '##[',
  '../',
  './',
  'a/',
  '//',
  'a.',
  'a-',
  '__',
  '-----',
  '-----BEGIN CERTIFICATE----- ',
  'a@',
  'a:b@',
  'a://',
  'http://a:b@c\n',
  'http://a',
  'x = y\n',
  '[http]\nproxy\n',
  'error ',
  'Error: ',
  'Error: \n',
  'error building image: Get "https://a/": ',
  'error checking push permissions checking push permission for "a" ',
  'parsing dockerfile: ',
  '/v2/',
  '/manifests/',
  'GET https://a/v2/a/manifests/',
  '": ',
  'error resolving source context: ',
  'x509: ',
  'Pushed a@sha256:',
  'level=info msg="RUN ',
  'Usage:\n',
  '\\x41',
  '1h',
  '1.',
  '2024-01-01T00:00:00Z a\n',
  '\u001b[0m',
];

/** Texts with a shape of their own. */
const shapes: Readonly<Record<string, Generator>> = {
  'spaces and a line separator': (size) => `${' '.repeat(size - 3)}a\u2028b`,
  'spaces and a letter': (size) => `${' '.repeat(size - 1)}a`,
  'letters and a space': (size) => `${'a'.repeat(size - 2)} !`,
  'letters in brackets': (size) => `[${'a'.repeat(size - 2)}]`,
  'a quote and spaces': (size) => `"${' '.repeat(size - 1)}`,
  'a URL of letters': (size) => `https://${'a'.repeat(size - 8)}`,
  'a URL of letters and a user': (size) => `https://${'a'.repeat(size - 10)}@b`,
  'nested brackets': (size) => nested('[', ']', size),
  'nested braces': (size) => nested('{"a":', '}', size, '1'),
  'nested parentheses': (size) => nested('(', ')', size),
  'nested indentation': (size) => {
    const depth = Math.floor(Math.sqrt(2 * size));
    return Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n');
  },
  'different lines': (size) => numbered(size, (index) => `line-${index}\n`),
  'different keys': (size) => numbered(size, (index) => `k${index}: v\n`),
  'different variables': (size) => numbered(size, (index) => `ARG A${index}=$A${index - 1}\n`),
  'doubling variables': (size) =>
    `ARG A0=x\n${numbered(size, (index) => `ARG A${index + 1}=$A${index}$A${index}\n`)}FROM $A40\n`,
  'doubling variables with defaults': (size) =>
    `ARG A0=x\n${numbered(size, (index) => `ARG A${index + 1}=\${A${index}:-a}\${A${index}:-a}\n`)}FROM $A40\n`,
  'different stages': (size) => numbered(size, (index) => `FROM a${index} AS b${index}\n`),
  'stages that copy from each other': (size) =>
    numbered(size, (index) => `FROM a AS b${index}\nCOPY --from=b${index - 1} a b\n`),
  'stages that copy from images': (size) =>
    `FROM a\n${numbered(size, (index) => `COPY --from=h${index}.example/a a b\n`)}`,
  'stages of one name': (size) => `${repeat('FROM a AS b\n', size)}COPY --from=b a c\n`,
  heredocs: (size) => `RUN ${numbered(size, (index) => `<<A${index} `)}\n`,
  'aliases that double': (size) =>
    `a0: &a0 [x]\n${numbered(size, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`)}`,
  'aliases that multiply': (size) => {
    const list = (index: number): string => `[${Array(10).fill(`*a${index}`).join(', ')}]`;
    return `a0: &a0 [x]\n${numbered(size, (index) => `a${index + 1}: &a${index + 1} ${list(index)}\n`)}`;
  },
  'merges of a large mapping': (size) =>
    `base: &base\n${numbered(size / 2, (index) => `  k${index}: v\n`)}${numbered(size / 2, (index) => `m${index}: {<<: *base}\n`)}`,
  'one merge of many': (size) =>
    `base: &base\n${numbered(size / 2, (index) => `  k${index}: v\n`)}all: {<<: [${repeat('*base, ', size / 2)}]}\n`,
  'a mapping in itself': (size) => `&a\nself: *a\n${repeat('- *a\n', size)}`,
  'users of a kubeconfig': (size) =>
    `users:\n${numbered(size, (index) => `- {name: u${index}, user: {token: t${index}}}\n`)}`,
  'users of one value': (size) =>
    `v: &v {token: abcdefgh}\nusers:\n${repeat('- {name: u, user: *v}\n', size)}`,
  'contexts of a kubeconfig': (size) =>
    `clusters: []\ncontexts:\n${numbered(size, (index) => `- {name: c${index}, context: {}}\n`)}`,
  'sections of a git configuration': (size) =>
    numbered(size, (index) => `[remote "r${index}"]\nurl = https://u:p@h/\n`),
  'a line with many continuations': (size) => `a = ${repeat('b\\\n', size)}`,
  'a quoted line with many continuations': (size) => `a = "${repeat('b\\\n', size)}`,
  'headers on one line': (size) => `${repeat('[a] ', size)}url = b`,
  'an open header': (size) => `[a "${'b'.repeat(size)}`,
  'base64 without padding': (size) => `${'A'.repeat(size)}!`,
};

/** Every generator by name. */
export const generators: ReadonlyMap<string, Generator> = new Map<string, Generator>([
  ...[...characters, ...units].map((unit): [string, Generator] => [
    JSON.stringify(unit),
    (size) => repeat(unit, size),
  ]),
  ...Object.entries(shapes),
]);

function repeat(unit: string, size: number): string {
  return unit.repeat(Math.ceil(size / unit.length));
}

function nested(open: string, close: string, size: number, inner = ''): string {
  const depth = Math.floor(size / (open.length + close.length));
  return open.repeat(depth) + inner + close.repeat(depth);
}

function numbered(size: number, line: (index: number) => string): string {
  let text = '';
  for (let index = 0; text.length < size; index += 1) text += line(index);
  return text;
}
