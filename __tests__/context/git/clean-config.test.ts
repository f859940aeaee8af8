import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { withoutCredentials } from '../../../src/context/git/clean-config.ts';
import { publicUrl } from '../../../src/context/git/public-url.ts';
import { isGitSecret } from '../../../src/context/git/secret-files.ts';
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
      name: 'everything of sections that are not known, with their headers',
      text: '[credential]\n\thelper = store --file /tmp/c\n[credential "https://x"] username = me\n\thelper = "!f() { \\\n echo secret; }; f"\n[core]\n\tbare = true\n',
      expected: '[core]\n\tbare = true\n',
    },
    {
      name: 'comments, also after a value',
      text: '# token = secret\n[core]\n\t; secret\n\tbare = true # secret\n\tfilemode ; secret\n',
      expected: '[core]\n\tbare = "true"\n\tfilemode\n',
    },
    {
      name: 'files that are included',
      text: '[includeIf "gitdir:/w/.git"]\n\tpath = /tmp/git-credentials-1.config\n[include]\n\tpath = ../x\n[core]\n',
      expected: '[core]\n',
    },
    {
      name: 'user and password of a remote',
      text: '[remote "origin"]\n\turl = https://x-access-token:secret@github.com/a/b\n\tpushurl = https://token@h/p\n',
      expected: '[remote "origin"]\n\turl = "https://github.com/a/b"\n\tpushurl = "https://h/p"\n',
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
      name: 'a password over two lines, with quotes around a part of it',
      text: '[remote "o"]\n\turl = https://u:"sec\\\nret"@h/x\n\tfetch = a\\\nb\n',
      expected: '[remote "o"]\n\turl = "https://h/x"\n\tfetch = a\\\nb\n',
    },
    {
      name: 'the password of a URL in the place of a remote',
      text: '[branch "main"]\n\tremote = https://u:secret@h/x\n[remote "https://u:secret@h/x"]\n\tprune\n',
      expected: '[branch "main"]\n\tremote = "https://h/x"\n[remote "https://h/x"]\n\tprune\n',
    },
    {
      name: 'a key after a value that looks like a header',
      text: '[http]\n\tversion = a\\\n[core]\n\textraheader = secret\n',
      expected: '[http]\n\tversion = a\\\n[core]\n',
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
      name: 'the last line without an end',
      text: '[http]\n\textraheader = secret',
      expected: '[http]\n',
    },
    {
      name: 'text that git would refuse',
      text: '[core]\nbare true\nx = "secret\n',
      expected: '[core]\n',
    },
  ])('$name', ({ text, expected }) => {
    expect(clean(text)).toBe(expected);
  });

  /** Where programs keep credentials in a configuration. */
  test.each([
    'http.proxy',
    'http.cookieFile',
    'http.sslKey',
    'http.userAgent',
    'http.https://h.extraHeader',
    'remote.origin.proxy',
    'remote.origin.vcs',
    'remote.origin.uploadpack',
    'remote.origin.serverOption',
    'core.sshCommand',
    'core.askPass',
    'core.gitProxy',
    'core.fsmonitor',
    'core.editor',
    'credential.helper',
    'credential.https://h.username',
    'github.token',
    'github.user',
    'gitlab.token',
    'hub.oauthtoken',
    'sendemail.smtpPass',
    'imap.pass',
    'alias.deploy',
    'include.path',
    'includeIf.gitdir:/w/.path',
    'lfs.customtransfer.x.args',
    'lfs.https://h/info/lfs.token',
    'filter.lfs.clean',
    'filter.crypt.smudge',
    'submodule.lib.update',
    'diff.x.textconv',
    'gpg.program',
    'url.https://h/.description',
    'extensions.token',
    'a.b',
  ])('the value of %s', (name) => {
    const parts = name.split('.');
    const section = parts[0] ?? '';
    const subsection = parts.slice(1, -1).join('.');
    const header = subsection === '' ? `[${section}]` : `[${section} "${subsection}"]`;
    expect(clean(`${header}\n\t${parts.at(-1) ?? ''} = SECRET\n`)).not.toContain('SECRET');
  });
});

describe('publicUrl', () => {
  test.each([
    { value: 'https://u:p@h/x', expected: 'https://h/x' },
    { value: 'https://u@h:8443/x', expected: 'https://h:8443/x' },
    { value: 'https://u:p%40a:b?c#d@h/x', expected: 'https://h/x' },
    { value: 'https://u:p@ss@h/x', expected: 'https://h/x' },
    { value: 'https://u:p/w@h/x', expected: 'https://h/x' },
    { value: 'https://h/x?private_token=p#p', expected: 'https://h/x' },
    { value: 'https://h/@scope/p@1', expected: 'https://h/@scope/p@1' },
    { value: 'https://[::1]:8443/x@1', expected: 'https://[::1]:8443/x@1' },
    { value: 'ssh://git:p@h:22/x', expected: 'ssh://git@h:22/x' },
    { value: 'git+ssh://git@h/x', expected: 'git+ssh://git@h/x' },
    { value: 'codecommit::eu-west-1://p@x', expected: 'codecommit::eu-west-1://x' },
    { value: 'u:p@h:1/x', expected: 'h:1/x' },
    { value: 'git@h:a/b.git', expected: 'git@h:a/b.git' },
    { value: 'C:/a@b', expected: 'C:/a@b' },
    { value: '../lib@1', expected: '../lib@1' },
    { value: '+refs/heads/*:refs/remotes/o@1/*', expected: '+refs/heads/*:refs/remotes/o@1/*' },
    { value: 'ext::sh -c secret', expected: undefined },
  ])('of $value', ({ value, expected }) => {
    expect(publicUrl(value)).toBe(expected);
  });
});

describe('everything that git needs stays byte for byte', () => {
  test.each([
    { name: 'nothing', text: '' },
    {
      name: 'the configuration of a clone',
      text: '[core]\n\trepositoryformatversion = 1\n\tfilemode = true\n\tsparseCheckout = true\n[extensions]\n\tpartialClone = origin\n\tworktreeConfig = true\n[remote "origin"]\n\turl = https://github.com/a/b\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n',
    },
    {
      name: 'submodules',
      text: '[submodule]\n\tactive = .\n[submodule "lib"]\n\turl = git@github.com:a/lib.git\n\tupdate = checkout\n',
    },
    {
      name: 'Git LFS',
      text: '[lfs]\n\turl = https://h/x/info/lfs\n[lfs "https://h/x"]\n\taccess = basic\n[filter "lfs"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n',
    },
    {
      name: 'names and mail addresses',
      text: '[user]\n\tname = A: <b@c>\n\temail = a@b.example\n',
    },
    { name: 'a key without a value', text: '[core]\n\tbare\n' },
    { name: 'a section on the line of a key', text: '[url "https://h"]insteadOf=a@b\n' },
    { name: 'no last line end', text: '[core]\n\tbare = true' },
    { name: 'Windows line ends', text: '[core]\r\n\tbare = true\r\n\r\n' },
    { name: 'a branch whose name is that of a configuration', text: `${'4f3a'.repeat(10)}\n` },
    { name: 'a symbolic reference', text: 'ref: refs/heads/main\n' },
  ])('$name', ({ text }) => {
    expect(clean(text)).toBe(text);
  });

  test('but a filter is not required: without its command, git could not read a file', () => {
    const text = '[filter "x"]\n\tclean = x --key=secret\n\trequired = true\n';
    expect(clean(text)).not.toMatch(/secret|required/);
  });

  test.each([
    '[branch "user:x@feature"]\n\tmerge = refs/heads/a\n',
    '[submodule "lib::x"]\n\turl = ../x\n',
  ])('also the name in %j', (text) => {
    expect(clean(text)).toBe(text);
  });

  test('also text that is not UTF-8', () => {
    const bytes = Buffer.from('[user]\n\tname = "\xff\xfe\xe9"\n', 'latin1');
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
      '[core] abbrev = 12 # [http] SECRET',
      '\textraheader = not a secret',
      '[url "https://u:SECRET@h/"] insteadOf = https://h/',
      '[remote "o"] url = https://SECRET@h/x',
      '[credential] helper = SECRET',
      '[credential "x"] helper = ok \\',
      ' SECRET',
      '[branch "main"] remote = o',
      '[user] name = "a\\"b\\\\c\\td" # SECRET',
      '\temail = a  b \t; SECRET',
      '[remote "p"] url = "https://SECRET@h/#x\\\\"',
    ];
    const found = values(clean(`${text.join('\n')}\n`));
    expect(found.join('\n')).not.toContain('SECRET');
    expect(found).toEqual([
      'core.bare\nfalse',
      'http.https://b/.sslverify\ntrue',
      'core.abbrev\n12',
      'url.https://h/.insteadof\nhttps://h/',
      'remote.o.url\nhttps://h/x',
      'branch.main.remote\no',
      'user.name\na"b\\c\td',
      'user.email\na  b',
      'remote.p.url\nhttps://h/',
    ]);
  });

  (hasGit ? test : test.skip)('works in a clone without credentials as in the clone itself', () => {
    const tree = new Tree({ 'lib/a': 'x', 'app/b': 'x' });
    trees.push(tree);
    const git = (directory: string, ...args: string[]): string =>
      execFileSync(
        'git',
        ['-c', 'protocol.file.allow=always', '-c', 'user.name=A', '-c', 'user.email=a@b', ...args],
        { cwd: tree.at(directory), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      ).trim();
    for (const directory of ['lib', 'app']) {
      git(directory, 'init', '-q', '-b', 'config');
      git(directory, 'add', '.');
      git(directory, 'commit', '-qm', 'first');
    }
    git('app', 'submodule', '-q', 'add', tree.at('lib'), 'lib');
    git('app', 'commit', '-qm', 'second');
    git('app', 'tag', '-am', 'one', 'v1');
    git('.', 'clone', '-q', '--recursive', '--no-local', tree.at('app'), 'clone');
    git('clone', 'config', 'http.extraheader', 'SECRET');
    git('clone', 'remote', 'set-url', '--push', 'origin', 'https://u:SECRET@h/x');
    git('clone', 'fetch', '-q');
    const commands = [
      ['describe', '--always', '--dirty', '--tags'],
      ['rev-parse', 'HEAD', '@{upstream}'],
      ['status', '--porcelain=v2', '--branch'],
      ['log', '-1', '--format=%H %D'],
      ['submodule', 'status', '--recursive'],
      ['ls-files', '--stage'],
      ['remote'],
    ];
    const answers = (): readonly string[] => commands.map((args) => git('clone', ...args));
    const before = answers();
    for (const name of readdirSync(tree.at('clone/.git'), { recursive: true, encoding: 'utf8' })) {
      const path = tree.at(`clone/.git/${name}`);
      if (isGitSecret(`.git/${name}`)) rmSync(path, { recursive: true, force: true });
      else if (/(?:^|\/)config$/.test(name))
        writeFileSync(path, withoutCredentials(readFileSync(path)));
    }
    expect(readFileSync(tree.at('clone/.git/config'), 'utf8')).not.toContain('SECRET');
    expect(answers()).toEqual(before);
  });
});
