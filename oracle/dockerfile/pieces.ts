// What random Dockerfiles are made of. The rare pieces are those that parsers differ in.

/** Splits a list of pieces without spaces. */
function list(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

export const stageNames = list('a b build Build run-1 final');
export const wildStageNames = [...list('0 1 _x a/b é aſ \u212a scratch'), 'a b', ''];

export const images = list(
  `alpine alpine:3 scratch a build ghcr.io/a/b quay.io/x:1 localhost/x localhost:5000/x a.b/c 1.2.3.4:5/x docker.io/x
  index.docker.io/library/x x@sha256:${'0'.repeat(64)} $IMG \${IMG} $REG/x \${REG}/x:$TAG \${REG:-ghcr.io}/x x:\${TAG}`,
);
export const wildImages = [
  ...list(
    `Build SCRATCH "alpine" 'ghcr.io/x' ghcr.io/"x" \${REG-gcr.io}/x \${REG:+gcr.io}/x \${REG+gcr.io/}x \${NONE:-quay.io}/x $NONE
    \${TAG#3}x \${TAG%%.*}x \${IMG/a/b} \${REG:-\${TAG}}/x \${REG:-"a.b"}/x \${REG:?no}/x \${REG}\${REG} $REG\\/x gh\\cr.io/x x:$TARGETARCH
    $TARGETARCH/x \${BUILDOS}x "$IMG" '$IMG' "\${REG}/x" \${ $ x$ \${} \${:x} \${REG^} [::1]:5/x UPPER/x é x: "a 0 3 \`x b\`x`,
  ),
  '"a b"',
  "'",
  '',
];

/** What most files begin with, so that their images have names. */
export const usualArguments = ['ARG IMG=alpine', 'ARG REG=ghcr.io', 'ARG TAG=3.1'];

export const metaArguments = list(
  'IMG IMG=alpine IMG=build REG REG=ghcr.io REG=quay.io REG= TAG=3.1 TAG TARGETARCH BUILDOS=x IMG=$REG/x IMG=${REG:-a.b}/x',
);
export const wildMetaArguments = [
  ...list(
    `IMG="ghcr.io/x" REG='a.b' REG=a\\.b "REG=q.r" REG=\${REG}x TAG="$TAG" =x REG=\${ IMG=a=b é=x NONE TAG=\\ REG="`,
  ),
  'REG="a b"',
  'IMG=x REG=y.z TAG=1',
  'REG="a" TAG',
];

export const paths = list(
  'a b a.txt src/ src/a . ./ ./a /a a/../b ../a .. * a* src/?.txt [ab] $DIR/a ${DIR} x.tar dir',
);
export const wildPaths = [
  ...list(
    `"a" 'b' "a b" 'a b" "a'b" a"b" ""  '' \\a a\\ \`a a\`b [a a] a\\*b $ \${ \${DIR:-a} "$DIR" '$DIR' a$ $$ a<b <a a> # a#b -- --x - é 日本
    https://a.b/c http://a.b/c.git git@a.b:c/d.git github.com/a/b a.git a@b ssh://a/b git://a/b ftp://a/b a:b C:\\a a//b a/./b //a
    a.git#x:y user@host:x docker@1 x.git/ {a} ~ \u0001 a\u00a0b a\u0085b a\u2028b \ufeffa a\0b \ufffd`,
  ),
  'a\\ b',
  '"a b"',
  '"a b',
  'b"',
  '',
];

export const copyFlags = list(
  '--from=a --from=build --from=0 --from=1 --from=alpine --from=ghcr.io/x --chown=1:1 --chmod=755 --link --exclude=*.a --parents --link=false',
);
export const addFlags = list(
  '--chown=1:1 --chmod=755 --link --exclude=*.a --keep-git-dir --unpack=false',
);

export const wildCopyFlags = [
  ...list(
    `--from= --from=Build --from="a" --from='b' --from=$IMG --from=+1 --from=01 --from=-1 --from=99 --from=scratch --FROM=a --from
    --parents=false --Parents --parents=x --unknown --exclude=é --exclude=à --chown=日 --link= --keep-git-dir --unpack --checksum=x -- -- -x
    --from=a\\ b --"from=a" --from=a"b --\`from=a --from=\`a --from=q.r/\u00e5/x --=x ---x`,
  ),
  '--exclude="a b"',
  "--from='a b'",
  '--from=a\u00a0b',
  '--chmod=\u0085',
];

export const runFlags = list(
  '--mount=type=cache,target=/x --mount=from=a,target=/x --mount=type=bind,from=build,target=/x --mount=type=secret,id=x --network=none --security=sandbox',
);
export const wildRunFlags = [
  ...list(
    `--flag --mount=from=0,target=/x --mount=from=1 --mount=FROM=a --mount=from=$IMG --mount=from=a$ --mount=from=ghcr.io/x,from=quay.io/y
    --mount="from=a,target=/x" --mount=type=bind,"from=a" --mount=\\"from=a\\",target=/x --mount --mount= --mount=x,from=a --mount=source=from=b
    --Mount=from=a --mount=type=tmpfs,from=b,from= --mount=from=B,ro`,
  ),
  '--mount=type=bind,from=a b',
  '--mount="type=bind,from=a b"',
  '--mount=from=a, target=/x',
];

/** Words of a heredoc, each with the line that ends it. */
export const heredocWords: readonly (readonly [string, string])[] = [
  ['<<EOF', 'EOF'],
  ['<<EOF', 'EOF'],
  ['<<-EOF', '\tEOF'],
  ['<<"EOF"', 'EOF'],
  ["<<'E'", 'E'],
  ['3<<X', 'X'],
];
export const wildHeredocWords: readonly (readonly [string, string])[] = [
  ['<< EOF', 'EOF'],
  ['<<\t EOF', 'EOF'],
  ['<<- EOF', 'EOF'],
  ['<<"A B"', 'A B'],
  ["<<'A'B", 'AB'],
  ['<<A\\ B', 'A B'],
  ['<<\\EOF', 'EOF'],
  ['<<"A\\"B"', 'A"B'],
  ['<<"A\\xB"', 'A\\xB'],
  ['<<$X', '$X'],
  ['<<${X}', '${X}'],
  ['<<${X:-Y}', '${X:-Y}'],
  ['<<"${X:-Y}"', '${X:-Y}'],
  ['<<EOF>${F:-x}', 'EOF>'],
  ['<<EOF >${F:-x}', 'EOF'],
  ['a<<EOF', ''],
  ['<<<EOF', ''],
  ['<<EOF<', ''],
  ['<<', ''],
  ['<<-', ''],
  ['<<""', ''],
  ['<<"EOF', ''],
  ["<<E'", ''],
  ['"<<EOF"', ''],
  ['\\<<EOF', ''],
  ['<\\<EOF', ''],
  ['<<`EOF', '`EOF'],
  ['<<EOF`', 'EOF`'],
  ['<<E\u00a0F', 'E'],
  ['<<\u00a0EOF', 'EOF'],
  ['<<E\u0085F', 'E'],
  ['<<é', 'é'],
  ['<<EOF;', 'EOF;'],
  ['${x:-b <<X}', 'X}'],
  ['"${x:-<<X}"', ''],
  ['$<<EOF', ''],
  ['99999999999999999999999<<EOF', 'EOF'],
];

export const shellWords = list('echo make x && || ; a=b $X ${X} "$X" -o # <a >b $(x) 2>&1');
export const wildShellWords = [
  ...list(`\${X:-y} \${X^^} \${#X} \${X[0]} \${X/a/b} \${X//a/b} \${X%.*} \${X##*/} \${} \${ $ $$ $# $' ' " \\ \` \\" "\\"" '\\' "a'b" 'a"b' \\\\ < << >>
    \${X:0:1} \${X:?} \${!X} \${é} \u0085 \u00a0 \ufeff \u2028 \u3000 \0 {a,b} \${X:-"a} \${X:-'}'} \${X:-\${Y}} \${X#\\}} \${X:-\\}} [ ]`),
  '"a b"',
  '"a ${X:-b c}"',
  '${X:-a b}',
];

export const others = [
  'ENV A=b',
  'ENV A b',
  'LABEL a=b c="d e"',
  'ARG X',
  'ARG DIR=src',
  'WORKDIR /x',
  'USER 1',
  'EXPOSE 80',
  'CMD ["a"]',
  'CMD a b',
  'ENTRYPOINT ["a", "b"]',
  'HEALTHCHECK NONE',
  'HEALTHCHECK --interval=1s CMD x',
  'SHELL ["a"]',
  'STOPSIGNAL 9',
  'VOLUME /x',
  'VOLUME ["/x"]',
];
export const labels = [
  ...list('a=b version=1 "a"=b c="d e" version="$X" org.x/y=z a="" b=\\"'),
  '"b c"=1',
  'a="x \\\n  y"',
];
export const wildLabels = [
  ...list(
    `a\\b=1 'a'=b $X=1 \${X}a=1 a=$ =x a"b"=1 a= <<a=b --a=b a=\` a='\\' é=1 \\a=2 "a=b" a\\ b=c a`,
  ),
  'a b',
  'version 1 2',
  '"b c" x',
  'a=b\\',
];

export const wildOthers = [
  'MAINTAINER a',
  'MOUNT a',
  'ENV',
  'ENV A',
  'ENV A=b c',
  'LABEL a',
  'ARG',
  'WORKDIR',
  'EXPOSE',
  'HEALTHCHECK',
  'HEALTHCHECK X',
  'SHELL x',
  'SHELL []',
  'CMD [1]',
  'CMD ["a",]',
  'VOLUME []',
  'RUN',
  'CMD',
  'ONBUILD',
  'ONBUILD ONBUILD RUN <<EOF',
  'ONBUILD FROM a',
  'FROM',
  'FROM a b',
  'FROM a AS',
  'FROM a AS b c',
  'RUN\u00a0x',
  'RUN\u0085x',
  'RUN\ufeffx',
  'RUN\u2028x',
  'ＲUN x',
  '\ufeffRUN x',
  '\u0085RUN x',
  '\\',
  '`',
  '#',
  ' # x',
  '\u00a0# x',
  '\ufeff# x',
  '\u0085# x',
  '# escape=`',
  '# syntax=a/b',
  '--x',
  '"RUN" x',
];

export const directives = [
  '# syntax=docker/dockerfile:1',
  '# escape=`',
  '# escape=\\',
  '#escape=`',
  '# check=skip=all',
  '#syntax = a/b:1 x',
];
export const wildDirectives = [
  '# ESCAPE = `',
  ' # escape=`',
  '\t# escape=` ',
  '# escape=',
  '# escape=  ',
  '# syntax=  ',
  '# syntax=',
  '# escape=x',
  '# escape=``',
  '# syntax=a=b',
  '// syntax=a/b',
  '//syntax=c',
  '// escape=`',
  '#!shebang',
  '#!/x syntax=a',
  '# note',
  '#',
  '# unknown=x',
  '# escape`',
  '# escape\u00a0=`',
  '#\u00a0escape=`',
  '#\u0085escape=`',
  '#\ufeffescape=`',
  '# escape=\u00a0`',
  '# escape=`\u0085',
  '# escape=`\ufeff',
  '# escape\v=`',
  '# escape=\v`',
  '# syntax=a\u2028',
  '# syntax=a\tb',
  '# syntax=\u00a0a',
  '#\vescape=`',
  '# e\u017fcape=`',
  '\ufeff# escape=`',
  '##escape=`',
  '# # escape=`',
];

/** White space between words, and before and after lines. */
export const spaces = [' ', ' ', ' ', '  ', '\t'];
export const wildSpaces = [
  '\v',
  '\f',
  '\r',
  '\u00a0',
  '\u0085',
  '\u2028',
  '\u3000',
  '\ufeff',
  '\u1680',
  '\u180e',
  '\u200b',
  '',
];

/** Lines between the continuation lines of an instruction. */
export const betweenLines = [
  '',
  ' ',
  '# x',
  '  # x \\',
  '#',
  '\t',
  '# syntax=a',
  '\u00a0',
  '\u0085',
  '\ufeff',
  '\u00a0#',
  '\ufeff#',
  '\u0085#',
];

/** Characters for a change at any place. */
export const oddCharacters = [
  ...`\\\`"'<>#$\{}[]-=,/ \t\r\n\v\0é日`,
  '\u00a0',
  '\u0085',
  '\ufeff',
  '\u2028',
  '\u{1f600}',
];
