// Random ignore files, and random trees to apply them to: few names, so that patterns often match paths.
import type { Random } from '../support/random.ts';

/** An ignore file with the paths of a tree, every directory before its content. */
export interface IgnoreCase {
  readonly ignore: string;
  readonly paths: readonly string[];
}

/** Share of unusual names and pieces, from the second lists below. */
const wildShare = 0.12;
const deepest = 4;

const names = ['a', 'b', 'c', 'ab', 'foo', 'bar', 'foo.txt', 'x.txt', '.git', 'src', 'Foo', '1'];
const wildNames = [
  ...[
    'a b',
    ' ',
    '#a',
    '!a',
    '-',
    '^',
    '$',
    '+',
    '(',
    ')',
    '|',
    '{2}',
    '[a]',
    ']',
    '*',
    '?',
    '\\',
    'aa',
  ],
  ...[
    'ä',
    'é',
    'e\u0301',
    '日本',
    '\u{1f600}',
    'a\tb',
    'a\nb',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\ufeff',
    '...',
    '..a',
  ],
];

const pieces = [
  '*',
  '*',
  '*',
  '**',
  '**',
  '?',
  '[a-c]',
  '[^a]',
  '[!a]',
  '[abf]',
  '\\a',
  '\\*',
  '.',
  'o',
  'a',
  'f',
];
const wildPieces = [
  ...[
    '[a',
    '[',
    ']',
    'a]',
    '[]a]',
    '[^]a]',
    '[z-a]',
    '[a-]',
    '[-a]',
    '[a-c-e]',
    '[\\]]',
    '[\\a-\\c]',
    '[ä-ü]',
    '[]',
    '[^]',
  ],
  ...[
    '\\',
    '\\\\',
    '\\d',
    '\\D',
    '\\w',
    '\\s',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
    '\\Z',
    '\\pL',
    '\\p{Lu}',
    '\\P{Greek}',
    '\\p{decimal number}',
    '\\p{^ASCII}',

    '\\p',
    '\\1',
  ],
  ...[
    '\\Q',
    '\\E',
    '\\Qa*\\E',
    '\\x41',
    '\\x{62}',
    '\\x',
    '\\07',
    '\\n',
    '\\é',
    '\\(',
    '\\)',
    '\\[',
    '\\]',
    '\\?',
    '\\|',
  ],
  ...[
    '[[:alpha:]]',
    '[[:^digit:]]',
    '[[:nope:]]',
    '[\\d]',
    '[\\pL]',
    '[\\x41-\\x{5a}]',
    '[^\\w.]',
    '[a&&b]',
    '[a--b]',
    '[(]',
  ],
  ...[
    '|',
    '||',
    '^',
    '$',
    '+',
    '(',
    ')',
    '()',
    '(a)',
    '(?i)',
    '(?:a)',
    '{2}',
    '{,2}',
    '{2,}',
    '{2,1}',
    '{1001}',
    '{a}',
    '{',
    '}',
  ],
  ...[
    '***',
    '****',
    '*?',
    '**?',
    '?*',
    '#',
    '!',
    ' ',
    '\t',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\0',
    '\u{1f600}',
    '-',
  ],
];

export function drawCase(random: Random): IgnoreCase {
  const paths = drawTree(random);
  return { ignore: drawIgnoreFile(random, paths), paths };
}

function drawTree(random: Random): readonly string[] {
  const found = new Set<string>();
  for (let count = random.whole(4, 14); count > 0; count -= 1) {
    const segments = Array.from({ length: random.whole(1, deepest) }, () => drawName(random));
    for (const index of segments.keys()) found.add(segments.slice(0, index + 1).join('/'));
  }
  // A directory sorts before its content.
  return [...found].sort();
}

function drawName(random: Random): string {
  return random.pick(random.chance(wildShare) ? wildNames : names);
}

function drawIgnoreFile(random: Random, paths: readonly string[]): string {
  const lines = Array.from({ length: random.whole(1, 6) }, () => drawLine(random, paths));
  const text = lines.map(
    (line) => line + random.pick(['\n', '\n', '\n', '\r\n', '\r\n', '\r\r\n']),
  );
  const mark = random.chance(0.05) ? random.pick(['\ufeff', '\ufeff\ufeff', ' \ufeff']) : '';
  const whole = mark + text.join('');
  return random.chance(0.3) ? whole.trimEnd() : whole;
}

function drawLine(random: Random, paths: readonly string[]): string {
  if (random.chance(0.06))
    return random.pick([
      '',
      ' ',
      '\t',
      '#',
      '# a',
      ' # a',
      '#!a',
      '!',
      '! ',
      '!!a',
      '/',
      '.',
      '..',
      '!.',
      '!/',
    ]);
  const pattern = random.chance(0.6) ? bend(random, random.pick(paths)) : invent(random);
  const before = random.chance(0.15)
    ? random.pick([
        '/',
        '//',
        './',
        '../',
        ' ',
        '\t',
        '**/',
        '/**/',
        'a/../',
        '/../',
        ' /',
        '\u00a0',
      ])
    : '';
  const behind = random.chance(0.2)
    ? random.pick([
        '/',
        '//',
        '/.',
        '/..',
        '/*',
        '/**',
        '/**/',
        ' ',
        '\t',
        '/ ',
        '\\',
        '\u0085',
        '\ufeff',
      ])
    : '';
  const mark = random.chance(0.35)
    ? random.pick(['!', '!', '!', '!', '! ', '!\t', ' !', '!!'])
    : '';
  return mark + before + pattern + behind;
}

/** A path of the tree with parts of it replaced by patterns that match them, or almost. */
function bend(random: Random, path: string): string {
  const segments = path.split('/').map((segment) => {
    if (random.chance(0.55)) return segment;
    const characters = [...segment];
    const at = random.whole(0, characters.length);
    const removed = random.chance(0.5) ? 0 : random.whole(0, characters.length - at);
    return characters.toSpliced(at, removed, drawPiece(random)).join('');
  });
  if (random.chance(0.15))
    segments.splice(
      random.whole(0, segments.length),
      random.whole(0, 1),
      random.pick(['**', '*', '.', '..', '']),
    );
  return segments.slice(0, random.whole(1, segments.length)).join('/');
}

function invent(random: Random): string {
  return Array.from({ length: random.whole(1, 4) }, () => {
    if (random.chance(0.2)) return '/';
    return random.chance(0.5) ? drawPiece(random) : drawName(random);
  }).join('');
}

function drawPiece(random: Random): string {
  return random.pick(random.chance(wildShare) ? wildPieces : pieces);
}
