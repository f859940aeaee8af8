import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { withoutCredentials } from '../../../src/context/git/clean-config.ts';
import { Tree } from '../../support/tree.ts';

function clean(text: string): string {
  return withoutCredentials(Buffer.from(text)).toString();
}

describe('credentials are removed', () => {
  test.each([
    {
      name: 'the header that a checkout leaves',
      text: '[core]\n\tbare = false\n[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n[gc]\n\tauto = 0\n',
      expected: '[core]\n\tbare = false\n[http "https://github.com/"]\n[gc]\n\tauto = 0\n',
    },
    {
      name: 'a header for every host, in any case of letters',
      text: '[HTTP]\n  ExtraHeader=secret\n  sslVerify = true\n',
      expected: '[HTTP]\n  sslVerify = true\n',
    },
    {
      name: 'the older form of a subsection',
      text: '[http.example]\n\textraheader = secret\n',
      expected: '[http.example]\n',
    },
    {
      name: 'a key on the line of its header',
      text: '[http "https://github.com/"] extraheader = secret\n\tsslVerify = true\n',
      expected: '[http "https://github.com/"]\n\tsslVerify = true\n',
    },
    {
      name: 'a key after a header whose name has brackets and quotes',
      text: '[http "https://[::1]/\\"]x"] extraheader = secret\n',
      expected: '[http "https://[::1]/\\"]x"]\n',
    },
    {
      name: 'a value over several lines',
      text: '[http]\n\textraheader = sec\\\n  ret\\\n  more\n\tsslVerify = true\n',
      expected: '[http]\n\tsslVerify = true\n',
    },
    {
      name: 'a value over several Windows lines',
      text: '[http]\r\n\textraheader = sec\\\r\nret\r\n\tsslVerify = true\r\n',
      expected: '[http]\r\n\tsslVerify = true\r\n',
    },
    {
      name: 'a value over several lines with a semicolon in quotes',
      text: '[http]\n\textraheader = "a ; b \\\n secret"\n\tsslVerify = true\n',
      expected: '[http]\n\tsslVerify = true\n',
    },
    {
      name: 'only one line where a backslash is escaped',
      text: '[http]\n\textraheader = secret\\\\\n\tsslVerify = true\n',
      expected: '[http]\n\tsslVerify = true\n',
    },
    {
      name: 'cookies and proxies, which may carry passwords',
      text: '[http]\n\tcookiefile = /c\n\tproxy = http://u:p@proxy\n\tpostBuffer = 1\n',
      expected: '[http]\n\tpostBuffer = 1\n',
    },
    {
      name: 'everything of credential sections',
      text: '[credential]\n\thelper = store --file /tmp/c\n# note\n[credential "https://x"] username = me\n\thelper = "!f() { \\\n echo secret; }; f"\n[core]\n\ta = b\n',
      expected: '[credential]\n# note\n[credential "https://x"]\n[core]\n\ta = b\n',
    },
    {
      name: 'user and password of a remote',
      text: '[remote "origin"]\n\turl = https://x-access-token:secret@github.com/a/b\n\tpushurl = https://token@h/p\n',
      expected: '[remote "origin"]\n\turl = https://github.com/a/b\n\tpushurl = https://h/p\n',
    },
    {
      name: 'user and password of a submodule, in quotes',
      text: '[submodule "lib"]\n\turl = "https://u:p@h/lib"\n',
      expected: '[submodule "lib"]\n\turl = "https://h/lib"\n',
    },
    {
      name: 'passwords of a replaced URL',
      text: '[url "https://oauth2:secret@gitlab.com/"]\n\tinsteadOf = https://gitlab.com/\n',
      expected: '[url "https://gitlab.com/"]\n\tinsteadOf = https://gitlab.com/\n',
    },
    {
      name: 'a password with special characters',
      text: '[remote "o"]\n\turl = https://u:p%40a:b?c#d@h/x\n',
      expected: '[remote "o"]\n\turl = https://h/x\n',
    },
    {
      name: 'the last line without an end',
      text: '[http]\n\textraheader = secret',
      expected: '[http]\n',
    },
    {
      name: 'a password with an at sign',
      text: '[remote "o"]\n\turl = https://u:p@ss@h/x\n',
      expected: '[remote "o"]\n\turl = https://h/x\n',
    },
    {
      name: 'a password over two lines',
      text: '[remote "o"]\n\turl = https://u:sec\\\nret@h/x\n\tfetch = a\\\nb\n',
      expected: '[remote "o"]\n\turl = https://h/x\n\tfetch = a\\\nb\n',
    },
    {
      name: 'a password with quotes around a part of it',
      text: '[remote "o"]\n\turl = https://u:"sec"ret@h/x\n\tpushurl = https://u:"secret@h/x"\n',
      expected: '[remote "o"]\n\turl = https://""h/x\n\tpushurl = https://"h/x"\n',
    },
    {
      name: 'only the password of an SSH address, which needs its user',
      text: '[remote "o"]\n\turl = ssh://git:secret@h/x\n',
      expected: '[remote "o"]\n\turl = ssh://git@h/x\n',
    },
    {
      name: 'a key after a value that looks like a header',
      text: '[http]\n\tuserAgent = a\\\n[core]\n\textraheader = secret\n',
      expected: '[http]\n\tuserAgent = a\\\n[core]\n',
    },
    {
      name: 'a key after a comment that ends with a backslash',
      text: '[core] # x \\\n[http]\n; y \\\n\textraheader = secret\n',
      expected: '[core] # x \\\n[http]\n; y \\\n',
    },
    {
      name: 'the passwords of a header whose key is removed',
      text: '[credential "https://u:p@h/"] helper = x\n',
      expected: '[credential "https://h/"]\n',
    },
    {
      name: 'a header after a byte order mark',
      text: '\uFEFF[http]\n\textraheader = secret\n',
      expected: '\uFEFF[http]\n',
    },
    {
      name: 'a second header and key on the line of another',
      text: '[core] [http] extraheader = secret\n',
      expected: '[core] [http]\n',
    },
    {
      name: 'a header after a key without a line end between',
      text: '[core] bare\n[ http ]\n\textraheader = secret\n',
      expected: '[core] bare\n[ http ]\n',
    },
  ])('$name', ({ text, expected }) => {
    expect(clean(text)).toBe(expected);
  });
});

describe('everything else stays byte for byte', () => {
  test.each([
    { name: 'nothing', text: '' },
    {
      name: 'a usual configuration',
      text: '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n[remote "origin"]\n\turl = https://github.com/a/b\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n',
    },
    {
      name: 'the user of an address that is not a URL',
      text: '[remote "o"]\n\turl = git@github.com:a/b.git\n',
    },
    { name: 'mail addresses', text: '[user]\n\tname = A <B>\n\temail = a@b.example\n' },
    { name: 'an at sign in a path', text: '[remote "o"]\n\turl = https://h/@scope/p@1\n' },
    {
      name: 'comments',
      text: '# extraheader = x\n; [http]\n[core]\n\t# https-like: extraheader = x\n',
    },
    { name: 'the key elsewhere', text: '[alias]\n\textraheader = status\n\thelper = log\n' },
    {
      name: 'keys that only begin like one',
      text: '[http]\n\textraheaders = x\n\tproxyAuthMethod = basic\n',
    },
    {
      name: 'the names of files that a checkout includes',
      text: '[includeIf "gitdir:/w/.git"]\n\tpath = /tmp/git-credentials-1.config\n[include]\n\tpath = ../x\n',
    },
    { name: 'the user of an SSH address', text: '[remote "o"]\n\turl = ssh://git@h:22/x\n' },
    { name: 'a section whose name only begins like one', text: '[httpd]\n\tproxy = x\n' },
    {
      name: 'a key after its header',
      text: '[http "https://h"] x@y = 1\n[url "https://h"]insteadOf=a@b\n',
    },
    { name: 'no last line end', text: '[core]\n\tbare = true' },
    { name: 'Windows line ends', text: '[core]\r\n\tbare = true\r\n' },
    { name: 'continued lines', text: '[alias]\n\tx = "!f() { \\\n echo; \\\n }; f"\n' },
  ])('$name', ({ text }) => {
    expect(clean(text)).toBe(text);
  });

  test('also text that is not UTF-8', () => {
    const bytes = Buffer.from([
      0x5b, 0x63, 0x5d, 0x0a, 0xff, 0xfe, 0x00, 0xe9, 0x3d, 0x31, 0x0a, 0x80,
    ]);
    expect(withoutCredentials(bytes).equals(bytes)).toBe(true);
  });
});

describe('git itself', () => {
  const trees: Tree[] = [];
  afterEach(() => {
    for (const tree of trees.splice(0)) tree.remove();
  });
  const hasGit = spawnSync('git', ['--version']).status === 0;

  /** All values that git finds, as `key=value`. */
  function values(text: string): readonly string[] {
    const tree = new Tree({ config: text });
    trees.push(tree);
    const out = execFileSync('git', ['config', '--file', tree.at('config'), '--list', '-z']);
    return out
      .toString()
      .split('\0')
      .filter((value) => value !== '');
  }

  (hasGit ? test : test.skip)('finds no secret in the result, and everything else', () => {
    const text = [
      '[core] bare = false',
      '[http "https://a/"] extraheader = SECRET',
      '[http "https://[::1]/\\"]x"] extraheader = SECRET',
      '[core] [http] extraheader = SECRET',
      '[http] extraheader = SECRET',
      '[http "https://b/"]\textraHeader=SECRET',
      '\tsslVerify = true',
      '[http "https://c/"]',
      '\textraheader = \\',
      '  SECRET',
      '[http.d] extraheader = "SEC\\',
      'SECRET"',
      '[core] abbrev = 12 # [http]',
      '\textraheader = not a secret',
      '[url "https://u:SECRET@h/"] insteadOf = https://h/',
      '[remote "o"] url = https://SECRET@h/x',
      '[credential] helper = SECRET',
      '[credential "x"] helper = ok \\',
      ' SECRET',
      '[branch "main"] remote = o',
    ];
    const found = values(clean(`${text.join('\n')}\n`));
    expect(found.join('\n')).not.toContain('SECRET');
    expect(found).toEqual([
      'core.bare\nfalse',
      'http.https://b/.sslverify\ntrue',
      'core.abbrev\n12',
      'core.extraheader\nnot a secret',
      'url.https://h/.insteadof\nhttps://h/',
      'remote.o.url\nhttps://h/x',
      'branch.main.remote\no',
    ]);
  });
});
