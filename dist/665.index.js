export const id = 665;
export const ids = [665];
export const modules = {

/***/ 2580:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ pieceBytes),
/* harmony export */   p: () => (/* binding */ PiecePool)
/* harmony export */ });
/** Bytes of the pieces in which an archive is read and compressed; a multiple of the tar block size. */
const pieceBytes = 1 << 20;
/** Buffers of `pieceBytes` that are used again: fresh ones of that size keep the garbage collector busy. */
class PiecePool {
    #free = [];
    take() {
        return this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    }
    /** @param piece whole, or the beginning of a buffer that `take` gave. Nobody may use it any more. */
    give(piece) {
        if (piece.buffer.byteLength === pieceBytes)
            this.#free.push(Buffer.from(piece.buffer));
    }
}


/***/ }),

/***/ 9207:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   s: () => (/* binding */ fileBytes)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9473);


const chunkBytes = 256 * 1_024;
/**
 * The bytes of a file, as they are. Ends with an error if the file changes meanwhile.
 * @param count told how many bytes come next.
 * @throws BuildError('context')
 */
async function* fileBytes(path, workspace, count) {
    let file;
    try {
        file = workspace.open(path);
    }
    catch (error) {
        throw unreadable(path, error);
    }
    try {
        const before = stat(file, path);
        let left = before.sizeBytes;
        for (;;) {
            const chunk = Buffer.allocUnsafe(chunkBytes);
            const bytes = read(file, chunk, path);
            left -= bytes;
            if (bytes === 0)
                break;
            count(bytes);
            yield chunk.subarray(0, bytes);
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setImmediate)();
        }
        if (left !== 0 || stat(file, path).mtimeMs !== before.mtimeMs) {
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .BuildError */ .zS('context', `${path} was written to while it was sent`, {
                hint: 'Nothing may write to the file during the step.',
            });
        }
    }
    finally {
        file.close();
    }
}
function stat(file, path) {
    try {
        return file.stat();
    }
    catch (error) {
        throw unreadable(path, error);
    }
}
function read(file, chunk, path) {
    try {
        return file.read(chunk);
    }
    catch (error) {
        throw unreadable(path, error);
    }
}
function unreadable(path, error) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .BuildError */ .zS('context', `${path} cannot be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describeError */ .Uc)(error)}`, {
        hint: 'Make it readable for the runner.',
        cause: error,
    });
}


/***/ }),

/***/ 6592:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  B: () => (/* binding */ addExcludes),
  X: () => (/* binding */ directorySource)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/context/ignore.js + 1 modules
var ignore = __webpack_require__(1253);
// EXTERNAL MODULE: ./build/context/places.js
var places = __webpack_require__(5322);
;// CONCATENATED MODULE: ./build/context/dockerfile-place.js



/**
 * The Dockerfile: `file`, by default `Dockerfile` in the context; `dockerfile` is taken too, as by docker.
 * @throws BuildError('context')
 */
function findDockerfile(context, file, workspace) {
    const candidates = file === undefined ? [join(context, 'Dockerfile'), join(context, 'dockerfile')] : [file];
    for (const path of candidates) {
        const place = (0,places/* findPlace */.Pj)(path, ['.', context], workspace);
        if (place?.kind === 'file')
            return { bytes: (0,places/* readPlace */.yI)(place, workspace), path };
    }
    throw missingDockerfile(context, file, workspace);
}
/**
 * The ignore file for a Dockerfile: `<Dockerfile>.dockerignore` beside it, else `.dockerignore` in the context.
 * @param dockerfile undefined for engines without one.
 * @throws BuildError('context')
 */
function findIgnoreRules(context, dockerfile, workspace) {
    const candidates = [
        ...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]),
        join(context, '.dockerignore'),
    ];
    for (const name of candidates) {
        const place = (0,places/* findPlace */.Pj)(name, ['.', context], workspace);
        if (place?.kind !== 'file')
            continue;
        return { rules: new ignore/* IgnoreRules */.w((0,places/* readPlace */.yI)(place, workspace).toString('utf8'), name), name };
    }
    return { rules: new ignore/* IgnoreRules */.w('', '.dockerignore'), name: undefined };
}
function missingDockerfile(context, file, workspace) {
    if (file !== undefined) {
        const isThere = (0,places/* findPlace */.Pj)(file, ['.', context], workspace) !== undefined;
        const why = isThere ? 'is a directory' : 'does not exist';
        return new errors/* BuildError */.zS('context', `the Dockerfile ${file} ${why}`, {
            hint: "Correct the input 'file'; its path is relative to the working directory, not to the context.",
        });
    }
    const isEmpty = workspace.names(workspace.resolve(context)).length === 0;
    return new errors/* BuildError */.zS('context', isEmpty ? `the context ${context} is empty` : `the context ${context} has no Dockerfile`, {
        hint: isEmpty
            ? 'Check out the repository in a step before this one.'
            : "Name the Dockerfile by the input 'file'.",
    });
}
function join(directory, name) {
    const base = directory.replace(/\/+$/, '');
    if (base === '')
        return directory === '' ? name : `/${name}`;
    return base === '.' ? name : `${base}/${name}`;
}

// EXTERNAL MODULE: ./build/context/member.js
var member = __webpack_require__(7940);
// EXTERNAL MODULE: ./build/context/pack.js + 3 modules
var pack = __webpack_require__(876);
// EXTERNAL MODULE: ./build/context/walk.js
var walk = __webpack_require__(9947);
// EXTERNAL MODULE: ./build/context/weight.js
var context_weight = __webpack_require__(6254);
;// CONCATENATED MODULE: ./build/context/directory.js






/**
 * A directory, filtered by its ignore file. The image layout needs a Dockerfile; the plain one has nothing but the tree.
 * @throws BuildError('context')
 */
function directorySource(context, workspace) {
    const { path, place, layout, latestSeconds } = context;
    const dockerfile = layout === 'image' ? findDockerfile(path, context.file, workspace) : undefined;
    const ignore = findIgnoreRules(path, dockerfile?.path, workspace);
    const tree = (0,walk/* walkContext */.ph)(place.path, addExcludes(ignore.rules, context.excludes), workspace);
    const rootSeconds = (0,member/* clampTime */.Dh)((workspace.stat(place.path)?.mtimeMs ?? 0) / 1_000, latestSeconds);
    const roots = { disk: place.path, archive: member/* contextRoot */.Cu[layout] };
    const rules = { ...context, isGitConfig: tree.isGitConfig };
    function* members(auth) {
        // Without an entry of its own, COPY of the whole context would give its target the mode 0750.
        yield (0,member/* directoryMember */.qf)(roots.archive, 0o755, rootSeconds);
        for (const entry of tree.entries)
            yield (0,member/* entryMember */.Xt)(entry, roots, rules);
        if (dockerfile !== undefined) {
            yield* (0,member/* metaMembers */.fs)({ dockerfile: dockerfile.bytes, auth, mtimeSeconds: rootSeconds });
        }
    }
    let names;
    const sentNames = () => (names ??= new Set(tree.entries.map(({ name }) => name)));
    const weight = (0,context_weight/* weigh */.vi)(filesOf(tree.entries));
    // `open` lives as long as the build: it keeps the totals and not the directories.
    const { totalFiles, totalBytes } = weight;
    const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
    const warnings = [
        ...(tree.entries.length === 0 ? [`nothing of the context ${path} is sent`] : []),
        ...tree.warnings,
        ...(isFiltered ? [] : (0,context_weight/* warnOfBallast */.T)(weight)),
    ];
    return {
        description: describe(path, ignore.name, tree.ignored),
        dockerfile: dockerfile?.bytes.toString('utf8') ?? '',
        ...(dockerfile !== undefined && { dockerfilePath: dockerfile.path }),
        isPacked: true,
        notes: (0,context_weight/* describeWeight */.k9)(weight),
        warnings,
        lookUp: (path) => lookUp(path, place.path, sentNames(), workspace),
        open: (auth) => (0,pack/* packStream */.c)(() => members(auth), context.compressionLevel, { totalFiles, totalBytes }, workspace),
    };
}
/** Patterns of the input come last, so that they decide. */
function addExcludes(rules, excludes = []) {
    if (excludes.length === 0)
        return rules;
    return new ignore/* IgnoreRules */.w(excludes.join('\n'), "the input 'excludes'", rules);
}
function* filesOf(entries) {
    for (const { name, stat, content } of entries) {
        if (content.kind === 'file')
            yield { name, sizeBytes: stat.sizeBytes };
    }
}
function describe(path, ignoreFile, ignored) {
    const kept = ignoreFile === undefined ? 'no .dockerignore' : `${ignored} kept out by ${ignoreFile}`;
    return `directory ${JSON.stringify(path)} (${kept})`;
}
/** Links are not followed: where they lead to is the builder's to find. */
function lookUp(path, directory, sent, workspace) {
    const parts = path.split('/');
    try {
        for (const index of parts.keys()) {
            const part = parts.slice(0, index + 1).join('/');
            const kind = workspace.stat(`${directory}/${part}`)?.kind;
            const isLast = index === parts.length - 1;
            if (kind === 'symlink' || (kind === 'other' && isLast))
                return 'unknown';
            if (kind === undefined || (kind !== 'directory' && !isLast))
                return 'missing';
        }
    }
    catch {
        return 'unknown';
    }
    return sent.has(path) ? 'sent' : 'ignored';
}


/***/ }),

/***/ 1268:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ archiveMode)
/* harmony export */ });
/**
 * Permission bits as Docker's clients send them: its owner may always read a file and enter a directory, also where the
 * runner's umask or checkout took that away.
 */
function archiveMode(kind, mode) {
    if (kind === 'symlink')
        return 0o777;
    return (mode & 0o7777) | (kind === 'directory' ? 0o700 : 0o400);
}


/***/ }),

/***/ 3295:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ withoutCredentials)
/* harmony export */ });
/**
 * The text of a `.git/config` without what opens a repository: headers that carry a token (a checkout leaves one there),
 * passwords in URLs, credential sections. Everything else stays as it is, so that git goes on working in a build.
 */
function withoutCredentials(content) {
    // One character for each byte: texts in any encoding stay unchanged.
    const lines = joinContinued(content.toString('latin1').split(/(?<=\n)/));
    let kept = '';
    let section = '';
    for (const line of lines) {
        const head = headersBefore.exec(line)?.[0] ?? '';
        const last = head.match(headerPattern)?.at(-1);
        if (last !== undefined)
            section = sectionOf(last);
        if (!isSecretKey(section, line.slice(head.length)))
            kept += withoutPassword(line);
        else
            kept += withoutPassword(head) + (last === undefined ? '' : lineEnd(line));
    }
    return Buffer.from(kept, 'latin1');
}
/** A section's header: `[core]`, `[http "https://[::1]/"]`. */
const headerPattern = /\[(?:[^"\]\n]|"(?:\\.|[^"\\\n])*")*\]/g;
/** Git allows several headers on a line, a key behind them, and a byte order mark before the first. */
const headersBefore = new RegExp(`^(?:\\xef\\xbb\\xbf)?(?:[^\\S\\n]*${headerPattern.source})*`);
/** In lower case, without its subsection. */
function sectionOf(header) {
    return /^\[\s*([A-Za-z0-9-]+)/.exec(header)?.[1]?.toLowerCase() ?? '';
}
function isSecretKey(section, text) {
    if (section === 'credential')
        return /^\s*[A-Za-z]/.test(text);
    return section === 'http' && /^\s*(?:extraheader|proxy|cookiefile)\s*(?:=|$)/i.test(text);
}
/** Lines as git reads them: a backslash before a line's end joins the next one to it. */
function joinContinued(lines) {
    const joined = [];
    let open = '';
    for (const line of lines) {
        open += line;
        if (continues(open))
            continue;
        joined.push(open);
        open = '';
    }
    return open === '' ? joined : [...joined, open];
}
/** A backslash that is escaped itself, or is in a comment, continues nothing. */
function continues(line) {
    const last = line.length - lineEnd(line).length - 1;
    if (last === line.length - 1)
        return false;
    let isQuoted = false;
    for (let index = 0; index < line.length; index += 1) {
        const character = line[index];
        if (character === '\\') {
            if (index === last)
                return true;
            index += 1;
        }
        else if (character === '"')
            isQuoted = !isQuoted;
        else if (!isQuoted && (character === '#' || character === ';'))
            return false;
    }
    return false;
}
/** In URLs of remotes, of submodules and of `url.<base>.insteadOf`. A secret may be split over two lines. */
function withoutPassword(line) {
    const whole = line.replace(/\\\r?\n/g, '');
    const clean = whole.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)((?:(?!"\])[^\s/])+)@/gi, (_, scheme, user) => scheme + publicUser(scheme, user));
    return clean === whole ? line : clean;
}
/** With SSH the user is no secret, and needed. Quotes may open or close inside of a value. */
function publicUser(scheme, user) {
    const quotes = user.replace(/[^"]/g, '');
    const name = user.replace(/:.*$/, '');
    return /ssh/i.test(scheme) && quotes === '' ? `${name}@` : quotes;
}
function lineEnd(line) {
    return /\r?\n$/.exec(line)?.[0] ?? '';
}


/***/ }),

/***/ 6969:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J8: () => (/* binding */ followGitLinks),
/* harmony export */   KS: () => (/* binding */ isConfigName)
/* harmony export */ });
/* unused harmony export isGitConfig */
/** Git's own configuration: of a repository, bare ones (`mirror.git`) included, of its submodules and worktrees. */
function isGitConfig(name) {
    return name.includes('.git/') && /(^|\/)[^/]*\.git\/(?:.+\/)?config(\.worktree)?$/.test(name);
}
/** What a configuration is called, wherever git keeps it. */
function isConfigName(name) {
    return /(?:^|\/)config(?:\.worktree)?$/.test(name);
}
/**
 * Finds the configurations that git reads by way of symbolic links: `.git` itself may be one, or any directory or file in it,
 * and what such a link leads to may have links again.
 * @param symlinks their names.
 * @param realPath the name that a name leads to with all links followed; undefined if that is nowhere in the context.
 */
function followGitLinks(symlinks, realPath) {
    const configs = new Set();
    const directories = [];
    const isIn = (name) => directories.some((directory) => name === directory || name.startsWith(`${directory}/`));
    let left = [...symlinks];
    for (let found = -1; found !== directories.length;) {
        found = directories.length;
        left = left.filter((link) => {
            if (!isGitPath(link) && !isIn(link))
                return true;
            const place = realPath(link);
            // Whether it is a directory makes no difference: nothing is below a file.
            if (place !== undefined)
                directories.push(place);
            // The one in it may be a link where nobody has looked for links, or in the context's own root.
            const config = isConfigName(link) ? place : realPath(`${link}/config`);
            if (config !== undefined)
                configs.add(config);
            return false;
        });
    }
    return (name) => isGitConfig(name) || configs.has(name) || (isConfigName(name) && isIn(name));
}
function isGitPath(name) {
    return /\.git(?:\/|$)/.test(name);
}


/***/ }),

/***/ 1253:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  w: () => (/* binding */ IgnoreRules),
  t: () => (/* binding */ cleanPath)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
;// CONCATENATED MODULE: ./build/context/pattern.js
/** @throws PatternSyntaxError where Docker's matcher refuses the pattern. */
class PatternSyntaxError extends Error {
}
/** @param glob cleaned, without `!`, not empty. */
function compilePattern(glob, exception) {
    checkGlob(glob);
    const { kind, source, literal } = translateGlob(glob);
    const canMatchBelow = (directory) => literal.startsWith(directory) || directory.startsWith(literal);
    switch (kind) {
        case 'exact':
            return {
                exception,
                matches: (path) => path === glob,
                canMatchBelow: (directory) => glob.startsWith(directory),
            };
        case 'prefix': {
            const prefix = glob.slice(0, -2);
            return {
                exception,
                matches: (path) => path.startsWith(prefix),
                canMatchBelow: (directory) => prefix.startsWith(directory) || directory.startsWith(prefix),
            };
        }
        case 'suffix': {
            // The original takes two bytes off: of a byte order mark before the stars, its last byte and the stars are left.
            if (glob.startsWith('\uFEFF')) {
                const tail = bytesOf(glob).slice(2);
                const matches = (path) => bytesOf(path).endsWith(tail);
                return { exception, matches, canMatchBelow: () => true };
            }
            const suffix = glob.slice(2);
            const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
            return {
                exception,
                matches: (path) => path.endsWith(suffix) || path === whole,
                canMatchBelow: () => true,
            };
        }
        case 'expression': {
            // Only a pattern that is needed is compiled, so only then can it be wrong: as in the original.
            let expression;
            return {
                exception,
                matches: (path) => (expression ??= toJavaScript(source)).test(path),
                canMatchBelow,
            };
        }
    }
}
/** One character for each byte of UTF-8. */
function bytesOf(text) {
    return Buffer.from(text).toString('latin1');
}
/**
 * What the original escapes. `^` is not in its list; `|`, `{` and `}` are, but its table of bits has no room for them: there
 * they keep their meaning in an expression.
 */
const escaped = '.+()$';
function translateGlob(glob) {
    // The original's scanner skips a byte order mark, but only where it reads the pattern as an expression.
    const characters = [...glob.replace(/^\uFEFF/, '')];
    let kind = 'exact';
    let source = '^';
    let literal;
    let position = 0;
    for (let step = 0; position < characters.length; step += 1) {
        const character = characters[position++] ?? '';
        const next = characters[position];
        if (literal === undefined && '*?[]\\^'.includes(character)) {
            literal = characters.slice(0, position - 1).join('');
        }
        if (character === '*' && next === '*') {
            position += 1;
            // "**/" is "**": it may stand for no directory at all.
            if (characters[position] === '/')
                position += 1;
            if (position < characters.length) {
                source += '(.*/)?';
                kind = 'expression';
            }
            else if (kind === 'exact') {
                kind = 'prefix';
            }
            else {
                source += '.*';
                kind = 'expression';
            }
            if (step === 0)
                kind = 'suffix';
        }
        else if (character === '*') {
            source += '[^/]*';
            kind = 'expression';
        }
        else if (character === '?') {
            source += '[^/]';
            kind = 'expression';
        }
        else if (escaped.includes(character)) {
            source += `\\${character}`;
        }
        else if (character === '\\') {
            source += `\\${next ?? ''}`;
            position += 1;
            if (next !== undefined)
                kind = 'expression';
        }
        else if (character === '[' || character === ']') {
            source += character;
            kind = 'expression';
        }
        else {
            source += character;
        }
    }
    if (/[|{]/.test(glob))
        literal = '';
    return { kind, source: `${source}$`, literal: literal ?? glob };
}
/**
 * The syntax check of the original: Go's filepath.Match(glob, "."), which stops at the first part that does not match and
 * does not see what is wrong behind it.
 */
function checkGlob(glob) {
    let rest = glob;
    let name = '.';
    while (rest !== '') {
        const isStarred = rest.startsWith('*');
        rest = rest.replace(/^\*+/, '');
        const chunk = rest.slice(0, chunkEnd(rest));
        rest = rest.slice(chunk.length);
        if (isStarred && chunk === '')
            return;
        const isLast = rest === '';
        const starts = isStarred ? [name, ...(name === '' ? [] : [''])] : [name];
        const left = starts
            .map((start) => matchChunk(chunk, start))
            .find((behind) => behind !== undefined && (!isLast || behind === ''));
        if (left === undefined)
            return;
        name = left;
    }
}
/** Where the next star outside brackets is. */
function chunkEnd(text) {
    let isInRange = false;
    for (let index = 0; index < text.length; index += 1) {
        const character = text[index];
        if (character === '\\')
            index += 1;
        else if (character === '[')
            isInRange = true;
        else if (character === ']')
            isInRange = false;
        else if (character === '*' && !isInRange)
            return index;
    }
    return text.length;
}
/** Matches the start of `name`, which is "." or empty. @returns what is left of it; undefined if the chunk does not match. */
function matchChunk(chunk, name) {
    let left = name;
    let index = 0;
    while (index < chunk.length) {
        if (left === '')
            left = undefined;
        const character = chunk[index];
        let isMatch;
        if (character === '[') {
            const found = matchClass(chunk, index + 1);
            index = found.behind;
            isMatch = found.isMatch;
        }
        else {
            if (character === '\\')
                index += 1;
            if (index >= chunk.length)
                throw new PatternSyntaxError('it ends with a backslash');
            isMatch = chunk[index] === '.' || character === '?';
            index += 1;
        }
        if (left !== undefined)
            left = isMatch ? '' : undefined;
    }
    return left;
}
/** The class behind the bracket at `start - 1`, tried on ".". */
function matchClass(chunk, start) {
    const isNegated = chunk[start] === '^';
    const dot = '.'.charCodeAt(0);
    let index = isNegated ? start + 1 : start;
    let isMatch = false;
    for (let ranges = 0;; ranges += 1) {
        if (chunk[index] === ']' && ranges > 0)
            break;
        const low = readClassCharacter(chunk, index);
        const high = chunk[low.behind] === '-' ? readClassCharacter(chunk, low.behind + 1) : low;
        if (low.code <= dot && dot <= high.code)
            isMatch = true;
        index = high.behind;
    }
    return { isMatch: isMatch !== isNegated, behind: index + 1 };
}
function readClassCharacter(chunk, start) {
    const isEscaped = chunk[start] === '\\';
    const index = isEscaped ? start + 1 : start;
    const code = chunk.codePointAt(index);
    if (code === undefined)
        throw new PatternSyntaxError('a bracket is not closed');
    if (!isEscaped && (chunk[index] === '-' || chunk[index] === ']')) {
        throw new PatternSyntaxError(`a bracket has a "${chunk[index] ?? ''}" where a character must be`);
    }
    const behind = index + (code > 0xffff ? 2 : 1);
    if (behind >= chunk.length)
        throw new PatternSyntaxError('a bracket is not closed');
    return { code, behind };
}
/** A Go regular expression (RE2, as far as a glob can lead to it) as one of JavaScript that matches the same texts. */
function toJavaScript(source) {
    const reader = new ExpressionReader(source);
    try {
        return new RegExp(reader.translate(), 'u');
    }
    catch (error) {
        if (error instanceof PatternSyntaxError)
            throw error;
        throw new PatternSyntaxError('it cannot be compiled');
    }
}
/** Bodies of JavaScript classes for Go's Perl classes: ASCII only. */
const perlClasses = {
    d: '0-9',
    s: '\\t\\n\\f\\r ',
    w: '0-9A-Za-z_',
};
const posixClasses = {
    alnum: '0-9A-Za-z',
    alpha: 'A-Za-z',
    ascii: '\\x00-\\x7F',
    blank: '\\t ',
    cntrl: '\\x00-\\x1F\\x7F',
    digit: '0-9',
    graph: '!-~',
    lower: 'a-z',
    print: ' -~',
    punct: '!-\\/:-@\\[-`\\{-~',
    space: '\\t\\n\\v\\f\\r ',
    upper: 'A-Z',
    word: '0-9A-Za-z_',
    xdigit: '0-9A-Fa-f',
};
/** Names of Unicode categories beside those of one or two letters. */
const categoryNames = [
    ...['Cased_Letter', 'Close_Punctuation', 'Combining_Mark', 'Connector_Punctuation', 'Control'],
    ...['Currency_Symbol', 'Dash_Punctuation', 'Decimal_Number', 'Enclosing_Mark'],
    ...['Final_Punctuation', 'Format', 'Initial_Punctuation', 'Letter', 'Letter_Number'],
    ...['Line_Separator', 'Lowercase_Letter', 'Mark', 'Math_Symbol', 'Modifier_Letter'],
    ...['Modifier_Symbol', 'Nonspacing_Mark', 'Number', 'Open_Punctuation', 'Other', 'Other_Letter'],
    ...['Other_Number', 'Other_Punctuation', 'Other_Symbol', 'Paragraph_Separator', 'Private_Use'],
    ...['Punctuation', 'Separator', 'Space_Separator', 'Spacing_Mark', 'Surrogate', 'Symbol'],
    ...['Titlecase_Letter', 'Unassigned', 'Uppercase_Letter', 'cntrl', 'digit', 'punct', 'LC'],
];
const otherProperties = ['Any', 'Assigned', 'ASCII'];
const controls = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
class ExpressionReader {
    #characters;
    #position = 0;
    constructor(source) {
        this.#characters = [...source];
    }
    translate() {
        const out = [];
        /** Whether a repetition may follow: on nothing and on another repetition it is an error. */
        let last = 'nothing';
        while (this.#position < this.#characters.length) {
            const character = this.#take();
            const bounds = character === '{' ? this.#repetition() : undefined;
            if (bounds !== undefined) {
                if (last !== 'atom')
                    throw new PatternSyntaxError(`${bounds} repeats nothing`);
                out.push(`(?:${out.pop() ?? ''})${bounds}`);
                last = 'repetition';
            }
            else if (character === '*' || character === '?') {
                out.push(character);
                last = 'repetition';
            }
            else if (character === '\\' && this.#characters[this.#position] === 'Q') {
                // A repetition behind it is that of the last character, or of what comes before where there is none.
                const quoted = this.#quoted();
                out.push(...quoted);
                if (quoted.length > 0)
                    last = 'atom';
            }
            else {
                out.push(this.#atom(character));
                last = character === '|' || character === '(' ? 'nothing' : 'atom';
            }
        }
        return out.join('');
    }
    #atom(character) {
        if (character === '\\')
            return this.#escape();
        if (character === '[')
            return this.#characterClass();
        if (character === '.')
            return '[^\\n]';
        if ('^$()|'.includes(character))
            return character;
        return literal(codeOf(character));
    }
    /** Behind `{`: `{2}`, `{2,}` or `{2,3}`; undefined if it is none and so a plain brace. */
    #repetition() {
        const rest = this.#characters.slice(this.#position).join('');
        const found = /^(0|[1-9]\d*)(,(0|[1-9]\d*)?)?\}/.exec(rest);
        if (found === null)
            return undefined;
        const [whole, least = '', , most = least] = found;
        if (Number(least) > 1_000 || Number(most) > 1_000 || Number(most) < Number(least)) {
            throw new PatternSyntaxError(`{${whole} is no valid repetition`);
        }
        this.#position += whole.length;
        return `{${whole}`;
    }
    #escape() {
        const next = this.#characters[this.#position];
        switch (next) {
            case 'A':
                this.#position += 1;
                return '^';
            case 'z':
                this.#position += 1;
                return '$';
            case 'b':
            case 'B':
                this.#position += 1;
                return `\\${next}`;
            default: {
                const named = this.#namedClass();
                return named === undefined ? literal(this.#escapedCode()) : `[${named}]`;
            }
        }
    }
    /** `\Q…\E`: everything between is itself. */
    #quoted() {
        const out = [];
        this.#position += 1;
        while (this.#position < this.#characters.length) {
            const character = this.#take();
            if (character === '\\' && this.#characters[this.#position] === 'E') {
                this.#position += 1;
                break;
            }
            out.push(literal(codeOf(character)));
        }
        return out;
    }
    /** `\d`, `\pL`, `\p{Greek}` behind the backslash, as the body of a class; undefined if it is none of them. */
    #namedClass() {
        const letter = this.#characters[this.#position] ?? '';
        const perl = perlClasses[letter.toLowerCase()];
        if (perl !== undefined) {
            this.#position += 1;
            return letter === letter.toLowerCase() ? perl : complementOf(perl);
        }
        if (letter !== 'p' && letter !== 'P')
            return undefined;
        this.#position += 1;
        return this.#unicodeClass(letter === 'P');
    }
    #unicodeClass(isNegated) {
        let name = this.#take();
        if (name === '{') {
            const end = this.#characters.indexOf('}', this.#position);
            if (end < 0)
                throw new PatternSyntaxError('\\p{ is not closed');
            name = this.#characters.slice(this.#position, end).join('');
            this.#position = end + 1;
        }
        const negated = name.startsWith('^') ? !isNegated : isNegated;
        const plain = name.replace(/^\^/, '');
        const property = unicodeProperty(plain);
        if (property === undefined)
            throw new PatternSyntaxError(`\\p{${plain}} is not known`);
        return `${negated ? '\\P' : '\\p'}{${property}}`;
    }
    /** One character behind a backslash, as a code point. */
    #escapedCode() {
        const character = this.#take();
        if (character === '0' || /^[1-7]$/.test(character)) {
            // \1 alone would be a back reference, which Go does not have.
            if (character !== '0' && !/^[0-7]$/.test(this.#characters[this.#position] ?? '')) {
                throw new PatternSyntaxError(`\\${character} means nothing`);
            }
            return this.#digits(/^[0-7]$/, 2, 8, character);
        }
        if (character === 'x')
            return this.#hexadecimal();
        const control = controls[character];
        if (control !== undefined)
            return control;
        const code = codeOf(character);
        if (code >= 0x80 || /^[0-9A-Za-z]$/.test(character)) {
            throw new PatternSyntaxError(`\\${character} means nothing`);
        }
        return code;
    }
    #hexadecimal() {
        const rest = this.#characters.slice(this.#position).join('');
        const [whole = '', two = '', braced = ''] = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest) ?? [];
        const code = parseInt(two + braced, 16);
        if (whole === '' || code > 0x10ffff) {
            throw new PatternSyntaxError('\\x needs two digits, or a character in braces');
        }
        this.#position += whole.length;
        return code;
    }
    #digits(test, most, base, first) {
        let digits = first;
        for (let count = 0; count < most; count += 1) {
            const next = this.#characters[this.#position] ?? '';
            if (!test.test(next))
                break;
            digits += next;
            this.#position += 1;
        }
        return parseInt(digits, base);
    }
    /** Behind `[`: the class, with its closing bracket. */
    #characterClass() {
        let isNegated = false;
        if (this.#characters[this.#position] === '^') {
            isNegated = true;
            this.#position += 1;
        }
        let body = '';
        for (let isFirst = true; isFirst || this.#characters[this.#position] !== ']'; isFirst = false) {
            if (this.#position >= this.#characters.length) {
                throw new PatternSyntaxError('a bracket is not closed');
            }
            body += this.#posixClass() ?? this.#classEscape() ?? this.#range();
        }
        this.#position += 1;
        return `[${isNegated ? '^' : ''}${body}]`;
    }
    #posixClass() {
        const rest = this.#characters.slice(this.#position).join('');
        const found = /^\[:(.*?):\]/su.exec(rest);
        if (found === null)
            return undefined;
        const name = found[1] ?? '';
        const body = posixClasses[name.replace(/^\^/, '')];
        if (body === undefined)
            throw new PatternSyntaxError(`[:${name}:] is not known`);
        this.#position += [...found[0]].length;
        return name.startsWith('^') ? complementOf(body) : body;
    }
    #classEscape() {
        if (this.#characters[this.#position] !== '\\')
            return undefined;
        this.#position += 1;
        const named = this.#namedClass();
        if (named === undefined)
            this.#position -= 1;
        return named;
    }
    #range() {
        const low = this.#classCode();
        const isRange = this.#characters[this.#position] === '-' &&
            this.#position + 1 < this.#characters.length &&
            this.#characters[this.#position + 1] !== ']';
        if (!isRange)
            return literal(low);
        this.#position += 1;
        const high = this.#classCode();
        if (high < low)
            throw new PatternSyntaxError('a range in brackets runs backwards');
        return `${literal(low)}-${literal(high)}`;
    }
    #classCode() {
        const character = this.#take();
        return character === '\\' ? this.#escapedCode() : codeOf(character);
    }
    #take() {
        const character = this.#characters[this.#position];
        if (character === undefined)
            throw new PatternSyntaxError('it ends too early');
        this.#position += 1;
        return character;
    }
}
/**
 * The property behind `\p`, as JavaScript writes it; undefined if Go has none of that name. Since Go 1.25 neither case nor blanks,
 * hyphens and underscores count there.
 */
function unicodeProperty(name) {
    const plain = plainName(name);
    const isMeant = (one) => plainName(one) === plain;
    const other = otherProperties.find(isMeant);
    if (other !== undefined)
        return other;
    const category = categoryNames.find(isMeant) ?? plain;
    return [`General_Category=${category}`, `Script=${plain}`, `Script=${name}`].find((property) => {
        try {
            return new RegExp(`\\p{${property}}`, 'u').unicode;
        }
        catch {
            return false;
        }
    });
}
function plainName(name) {
    const joined = name.replace(/[_ -]/g, '');
    return joined.slice(0, 1).toUpperCase() + joined.slice(1).toLowerCase();
}
function codeOf(character) {
    return character.codePointAt(0) ?? 0;
}
/** A code point in a JavaScript expression, never with a meaning of its own. */
function literal(code) {
    return `\\u{${code.toString(16)}}`;
}
/** What a class body leaves out; a body of ASCII ranges only. */
function complementOf(body) {
    const inside = new RegExp(`[${body}]`, 'u');
    let out = '';
    for (let code = 0; code < 0x80; code += 1) {
        if (!inside.test(String.fromCodePoint(code)))
            out += literal(code);
    }
    return `${out}\\u{80}-\\u{10ffff}`;
}

;// CONCATENATED MODULE: ./build/context/ignore.js


const nothingExcluded = { excluded: false, matches: [] };
/**
 * The rules of one ignore file as Docker applies them: github.com/moby/patternmatcher, ignorefile.ReadAll and
 * MatchesUsingParentResults. Errors are BuildError('context') and name file and line.
 */
class IgnoreRules {
    #patterns;
    /** @param file its name for messages; the text is the file's content. @param before rules that come before these. */
    constructor(text, file, before) {
        checkLineLengths(text, file);
        const own = readLines(text).flatMap((line) => compileLine({ ...line, file }));
        this.#patterns = before === undefined ? own : [...before.#patterns, ...own];
    }
    get isEmpty() {
        return this.#patterns.length === 0;
    }
    /** @param path relative to the context, with `/`. @param parent of its directory; undefined at the top. */
    test(path, parent) {
        if (this.isEmpty)
            return nothingExcluded;
        let excluded = false;
        const matches = this.#patterns.map((numbered, index) => {
            const { pattern } = numbered;
            if (parent?.[index] !== true) {
                // The original skips what cannot change the verdict; the entries below then see "no match".
                if (pattern.exception !== excluded)
                    return false;
                if (!matchesPath(numbered, path))
                    return false;
            }
            excluded = !pattern.exception;
            return true;
        });
        return { excluded, matches };
    }
    /** False only if everything below an excluded directory is excluded too. */
    canKeepBelow(directory, matches) {
        const last = this.#patterns.findLastIndex(({ pattern }, index) => !pattern.exception && matches[index] === true);
        return this.#patterns.some(({ pattern }, index) => index > last && pattern.exception && pattern.canMatchBelow(`${directory}/`));
    }
}
function matchesPath({ pattern, line }, path) {
    try {
        return pattern.matches(path);
    }
    catch (error) {
        throw patternError(line, error);
    }
}
function compileLine(line) {
    try {
        const pattern = readPattern(line.text);
        return pattern === undefined ? [] : [{ pattern, line }];
    }
    catch (error) {
        throw patternError(line, error);
    }
}
function patternError({ file, number, text }, error) {
    if (!(error instanceof PatternSyntaxError))
        return error;
    return new errors/* BuildError */.zS('context', `${file}, line ${number}: the pattern ${JSON.stringify(text)} is malformed: ${error.message}`, { hint: `Correct the pattern in ${file}.` });
}
/** The original's scanner has a buffer of 64 KiB for a line with its end. */
const longestLineBytes = 65_535;
function checkLineLengths(text, file) {
    if (text.length * 3 <= longestLineBytes)
        return;
    const index = text.split('\n').findIndex((line) => Buffer.byteLength(line) > longestLineBytes);
    if (index < 0)
        return;
    throw new errors/* BuildError */.zS('context', `${file}, line ${index + 1} has more than ${longestLineBytes} bytes`, {
        hint: `Shorten the line in ${file}: Docker does not read it either.`,
    });
}
/** ReadAll: without comments and blanks, cleaned, without a leading slash. */
function readLines(text) {
    const withoutMark = text.replace(/^\uFEFF/, '');
    return withoutMark.split('\n').flatMap((raw, index) => {
        if (raw.startsWith('#'))
            return [];
        const trimmed = trimSpace(raw);
        if (trimmed === '')
            return [];
        const isException = trimmed.startsWith('!');
        let pattern = isException ? trimSpace(trimmed.slice(1)) : trimmed;
        if (pattern !== '') {
            pattern = cleanPath(pattern);
            if (pattern.length > 1 && pattern.startsWith('/'))
                pattern = pattern.slice(1);
        }
        return [{ text: isException ? `!${pattern}` : pattern, number: index + 1 }];
    });
}
/** patternmatcher.New for one line. */
function readPattern(line) {
    const trimmed = trimSpace(line);
    if (trimmed === '')
        return undefined;
    const cleaned = cleanPath(trimmed);
    if (!cleaned.startsWith('!'))
        return compilePattern(cleaned, false);
    if (cleaned === '!')
        throw new PatternSyntaxError('it has nothing behind the exclamation mark');
    return compilePattern(cleaned.slice(1), true);
}
/** Go's strings.TrimSpace: Unicode white space, which is not quite that of JavaScript's trim. */
function trimSpace(text) {
    return text.replace(/^[\t-\r \x85\p{Z}]+|[\t-\r \x85\p{Z}]+$/gu, '');
}
/** Go's filepath.Clean: without empty, `.` and inner `..` segments. */
function cleanPath(path) {
    const isAbsolute = path.startsWith('/');
    const out = [];
    for (const segment of path.split('/')) {
        if (segment === '' || segment === '.')
            continue;
        if (segment !== '..')
            out.push(segment);
        else if (out.length > 0 && out.at(-1) !== '..')
            out.pop();
        else if (!isAbsolute)
            out.push('..');
    }
    const joined = out.join('/');
    if (isAbsolute)
        return `/${joined}`;
    return joined === '' ? '.' : joined;
}


/***/ }),

/***/ 7940:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cu: () => (/* binding */ contextRoot),
/* harmony export */   Dh: () => (/* binding */ clampTime),
/* harmony export */   Xt: () => (/* binding */ entryMember),
/* harmony export */   fs: () => (/* binding */ metaMembers),
/* harmony export */   qf: () => (/* binding */ directoryMember)
/* harmony export */ });
/* harmony import */ var _entry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1268);
/* harmony import */ var _git_config_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3295);


/** Where the context is in the archive. */
const contextRoot = { image: 'ctx', plain: '.' };
function directoryMember(name, mode, mtimeSeconds) {
    return {
        header: { name, type: 'directory', mode, mtimeSeconds },
        content: { kind: 'none' },
        counts: false,
    };
}
/** @param roots where the context is, on disk and in the archive. */
function entryMember(entry, roots, { latestSeconds, keepGitCredentials = false, isGitConfig }) {
    const { stat } = entry;
    const name = `${roots.archive}/${entry.name}`;
    const mtimeSeconds = clampTime(stat.mtimeMs / 1_000, latestSeconds);
    switch (entry.content.kind) {
        case 'directory':
            return directoryMember(name, (0,_entry_js__WEBPACK_IMPORTED_MODULE_1__/* .archiveMode */ .m)('directory', stat.mode), mtimeSeconds);
        case 'symlink':
            return {
                header: {
                    name,
                    type: 'symlink',
                    mode: (0,_entry_js__WEBPACK_IMPORTED_MODULE_1__/* .archiveMode */ .m)('symlink', stat.mode),
                    mtimeSeconds,
                    linkName: entry.content.target,
                },
                content: { kind: 'none' },
                counts: false,
            };
        case 'link':
            return {
                header: {
                    name,
                    type: 'link',
                    mode: (0,_entry_js__WEBPACK_IMPORTED_MODULE_1__/* .archiveMode */ .m)('file', stat.mode),
                    mtimeSeconds,
                    linkName: `${roots.archive}/${entry.content.target}`,
                },
                content: { kind: 'none' },
                counts: false,
            };
        case 'file':
            return {
                header: { name, type: 'file', mode: (0,_entry_js__WEBPACK_IMPORTED_MODULE_1__/* .archiveMode */ .m)('file', stat.mode), mtimeSeconds },
                content: {
                    kind: 'disk',
                    path: `${roots.disk}/${entry.name}`,
                    stat,
                    ...(!keepGitCredentials && isGitConfig(entry.name) && { edit: _git_config_js__WEBPACK_IMPORTED_MODULE_0__/* .withoutCredentials */ .r }),
                },
                counts: true,
            };
    }
}
/**
 * The members behind the context in the image layout. `meta/Dockerfile` is the very last one: a stream that lost anything
 * before its end has no Dockerfile. The empty ignore file keeps kaniko from applying a `.dockerignore` again.
 */
function* metaMembers({ dockerfile, auth, mtimeSeconds }) {
    if (auth.config !== undefined || auth.ca !== undefined) {
        yield directoryMember('auth', 0o700, mtimeSeconds);
    }
    if (auth.config !== undefined) {
        yield bytesMember('auth/config.json', 0o600, mtimeSeconds, auth.config);
    }
    if (auth.ca !== undefined)
        yield bytesMember('auth/ca.crt', 0o644, mtimeSeconds, auth.ca);
    yield directoryMember('meta', 0o755, mtimeSeconds);
    yield bytesMember('meta/Dockerfile.dockerignore', 0o644, mtimeSeconds, Buffer.alloc(0));
    yield bytesMember('meta/Dockerfile', 0o644, mtimeSeconds, dockerfile);
}
/** @param seconds NaN for a time that nobody can read. */
function clampTime(seconds, latestSeconds) {
    const whole = Number.isNaN(seconds) ? 0 : Math.max(0, Math.floor(seconds));
    return latestSeconds === undefined ? whole : Math.min(whole, latestSeconds);
}
function bytesMember(name, mode, mtimeSeconds, bytes) {
    return {
        header: { name, type: 'file', mode, mtimeSeconds },
        content: { kind: 'bytes', bytes },
        counts: false,
    };
}


/***/ }),

/***/ 876:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  c: () => (/* binding */ packStream)
});

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: ./build/context/blocks.js
var blocks = __webpack_require__(2580);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./build/context/gzip.js

/** Pieces that are compressed at the same time, in the threads of libuv's pool. */
const piecesInFlight = 4;
/** Largest stored block of deflate. */
const storedBytes = 65_535;
const samples = 16;
const sampleBytes = 1_024;
/** One may have the header of the next file in it. */
const mostUnevenSamples = 1;
/** Size of the buffers that compressed bytes come in. */
const outputBytes = 256 * 1_024;
/**
 * Compresses to one gzip member (RFC 1952). The pieces are deflated side by side, each for itself, which makes text 0.4 %
 * larger; each ends on a byte by a sync flush, so they can be put together. One member for everything, because a stream
 * that is cut between two members looks whole to a reader.
 *
 * @param pieces of at most `pieceBytes`; they go back to the pool.
 * @param level 0 to 9, as in zlib.
 */
async function* gzip(pieces, level, pool) {
    yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    const deflaters = Array.from({ length: level === 0 ? 0 : piecesInFlight }, () => new Deflater(level));
    const noise = new NoiseFinder();
    const compressed = [];
    let checksum = 0;
    let totalBytes = 0;
    try {
        for await (const piece of pieces) {
            checksum = (0,external_node_zlib_.crc32)(piece, checksum);
            totalBytes += piece.length;
            const deflater = deflaters.shift();
            const result = compress(piece, deflater, noise).finally(() => {
                pool.give(piece);
            });
            // A failure is seen when its turn comes; until then it must not count as unhandled.
            result.catch(() => undefined);
            compressed.push(result);
            if (deflater !== undefined)
                deflaters.push(deflater);
            const first = compressed.length >= piecesInFlight ? compressed.shift() : undefined;
            if (first !== undefined)
                yield* await first;
        }
        for (const result of compressed)
            yield* await result;
    }
    finally {
        for (const deflater of deflaters)
            deflater.close();
    }
    // An empty last block, then checksum and length modulo 2^32.
    const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    trailer.writeUInt32LE(checksum, 2);
    trailer.writeUInt32LE(totalBytes % 2 ** 32, 6);
    yield trailer;
}
/** @param deflater which is free; undefined stores. */
function compress(piece, deflater, noise) {
    if (deflater === undefined || noise.isNoise(piece))
        return Promise.resolve([store(piece)]);
    return deflater.deflate(piece);
}
/** Deflates one piece after the other in a thread of libuv's pool, with tables that are made only once. */
class Deflater {
    #stream;
    #output = [];
    constructor(level) {
        this.#stream = (0,external_node_zlib_.createDeflateRaw)({
            level,
            memLevel: 9,
            flush: external_node_zlib_.constants.Z_SYNC_FLUSH,
            chunkSize: outputBytes,
        });
        this.#stream.on('data', (chunk) => this.#output.push(chunk));
        // Whoever writes gets the error too.
        this.#stream.on('error', () => undefined);
    }
    /** Resolves to the compressed bytes once nobody reads the piece any more. One piece at a time. */
    deflate(piece) {
        // Not at the end of the one before: the stream may have been closed by then.
        this.#stream.reset();
        return new Promise((resolve, reject) => {
            this.#stream.write(piece, (error) => {
                if (error !== null && error !== undefined) {
                    reject(error);
                    return;
                }
                // Hands out what the stream has kept back.
                this.#stream.read();
                resolve(this.#output.splice(0));
            });
        });
    }
    close() {
        this.#stream.destroy();
    }
}
/** Stored blocks: what is already compressed would cost most of the time and gain nothing. */
function store(piece) {
    const blocks = Math.ceil(piece.length / storedBytes);
    const out = Buffer.allocUnsafe(piece.length + blocks * 5);
    let at = 0;
    for (let start = 0; start < piece.length; start += storedBytes) {
        const block = piece.subarray(start, start + storedBytes);
        out[at] = 0;
        out.writeUInt16LE(block.length, at + 1);
        out.writeUInt16LE(~block.length & 0xffff, at + 3);
        at += 5 + block.copy(out, at + 5);
    }
    return out;
}
/** After so many even pieces in a row that were taken for noise, the next one is tried again. */
const believedPieces = 7;
/** Finds pieces of which samples shrink by less than 3 %. */
class NoiseFinder {
    #even = Buffer.allocUnsafeSlow(samples * sampleBytes);
    #believed = 0;
    /**
     * Only where all byte values are about equally frequent is it tried, because counting is much cheaper than deflating; and
     * not where the piece before was noise: large files of it are what the time would go to.
     */
    isNoise(piece) {
        if (piece.length < this.#even.length)
            return false;
        const even = this.#copyEven(piece);
        if (even === undefined)
            this.#believed = 0;
        else if (this.#believed > 0) {
            this.#believed -= 1;
            return true;
        }
        else if (hardlyShrinks(even)) {
            this.#believed = believedPieces;
            return true;
        }
        return false;
    }
    /** The even ones of samples from all over the piece, one behind the other; undefined if too many are not. */
    #copyEven(piece) {
        const stride = Math.floor((piece.length - sampleBytes) / (samples - 1));
        let used = 0;
        let uneven = 0;
        for (let index = 0; index < samples; index += 1) {
            const sample = piece.subarray(index * stride, index * stride + sampleBytes);
            if (isEven(sample))
                used += sample.copy(this.#even, used);
            else if (++uneven > mostUnevenSamples)
                return undefined;
        }
        return this.#even.subarray(0, used);
    }
}
function hardlyShrinks(sample) {
    return (0,external_node_zlib_.deflateRawSync)(sample, { level: 1 }).length > sample.length * 0.97;
}
const counts = new Uint32Array(256);
/** The sum of squared counts is smallest for even ones; noise adds about one count for each byte. */
function isEven(sample) {
    counts.fill(0);
    for (const byte of sample)
        counts[byte] = (counts[byte] ?? 0) + 1;
    let squares = 0;
    for (const count of counts)
        squares += count * count;
    return squares < sample.length ** 2 / counts.length + 8 * sample.length;
}

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
;// CONCATENATED MODULE: ./build/context/header.js
/** Archives consist of blocks of this size. */
const tarBlockBytes = 512;
const typeFlags = { file: '0', link: '1', symlink: '2', directory: '5', pax: 'x' };
/** Fields of the ustar header (POSIX.1-2017, pax, "ustar Interchange Format"): offset and length in bytes. */
const nameField = { offset: 0, length: 100 };
const modeField = { offset: 100, digits: 7 };
const sizeField = { offset: 124, digits: 11 };
const mtimeField = { offset: 136, digits: 11 };
const checksumField = { offset: 148, digits: 6 };
const typeOffset = 156;
const linkNameField = { offset: 157, length: 100 };
const prefixField = { offset: 345, length: 155 };
const zero = '0000000\0';
/** What all headers have in common: owner, group and device 0, format and version. */
const emptyHeader = Buffer.alloc(tarBlockBytes);
emptyHeader.write(`${zero}${zero}`, 108, 'latin1');
// The checksum is computed over spaces in its own place.
emptyHeader.write(' '.repeat(8), checksumField.offset, 'latin1');
emptyHeader.write('ustar\u000000', 257, 'latin1');
emptyHeader.write(`${zero}${zero}`, 329, 'latin1');
const emptySum = emptyHeader.reduce((sum, byte) => sum + byte, 0);
/** The one that is being written: a buffer for each of them would keep the garbage collector busy. */
const block = Buffer.alloc(tarBlockBytes);
/** Largest number that eleven octal digits hold. */
const largestOctal = 0o77777777777;
/**
 * Blocks of a header: one in ustar form, with PAX records before it where a name, a link or a size does not fit. Owner and
 * group are 0, so that neither cache keys nor images depend on the runner's user.
 * @returns bytes that the next call overwrites.
 */
function encodeHeader(header) {
    const name = header.type === 'directory' ? `${header.name}/` : header.name;
    const linkName = header.linkName ?? '';
    const place = splitName(name);
    const records = [];
    if (place === undefined)
        records.push(paxRecord('path', name));
    if (!fits(linkName, linkNameField.length))
        records.push(paxRecord('linkpath', linkName));
    if (header.sizeBytes > largestOctal)
        records.push(paxRecord('size', String(header.sizeBytes)));
    // What stands in the fields beside a record is never read.
    const names = {
        ...(place ?? { prefix: '', name: 'see-pax-path' }),
        linkName: fits(linkName, linkNameField.length) ? linkName : 'see-pax-linkpath',
    };
    const extended = records.length === 0 ? undefined : encodeRecords(records, header.mtimeSeconds);
    const last = encodeBlock(header, typeFlags[header.type], names);
    return extended === undefined ? last : Buffer.concat([extended, last]);
}
/** Zero bytes that fill up the last block of a content. */
function paddingOf(sizeBytes) {
    const rest = sizeBytes % tarBlockBytes;
    return rest === 0 ? 0 : tarBlockBytes - rest;
}
function encodeBlock({ mode, sizeBytes, mtimeSeconds }, typeFlag, { prefix, name, linkName }) {
    block.set(emptyHeader);
    const checksum = emptySum +
        writeText(name, nameField.offset) +
        writeText(prefix, prefixField.offset) +
        writeText(linkName, linkNameField.offset) +
        writeText(typeFlag, typeOffset) +
        writeOctal(mode, modeField) +
        writeSize(sizeBytes) +
        writeOctal(Math.min(mtimeSeconds, largestOctal), mtimeField);
    writeOctal(checksum, checksumField);
    block[checksumField.offset + checksumField.digits] = 0;
    return block;
}
/** Writes ASCII. @returns the sum of what was written, for the checksum. */
function writeText(text, offset) {
    let sum = 0;
    for (let index = 0; index < text.length; index += 1) {
        const byte = text.charCodeAt(index);
        block[offset + index] = byte;
        sum += byte;
    }
    return sum;
}
/** Writes digits in ASCII; behind them is a zero byte. @returns their sum. */
function writeOctal(value, { offset, digits }) {
    let sum = 0;
    let left = value;
    for (let index = digits - 1; index >= 0; index -= 1) {
        const byte = 0x30 + (left % 8);
        block[offset + index] = byte;
        sum += byte;
        left = Math.floor(left / 8);
    }
    return sum;
}
/** Sizes from 8 GiB on are in GNU's form, for readers that do not know the PAX record: a set bit and a binary number. */
function writeSize(sizeBytes) {
    if (sizeBytes <= largestOctal)
        return writeOctal(sizeBytes, sizeField);
    const { offset, digits } = sizeField;
    let sum = 0x80;
    block[offset] = 0x80;
    let left = sizeBytes;
    for (let index = digits; index > 0; index -= 1) {
        const byte = left % 256;
        block[offset + index] = byte;
        sum += byte;
        left = Math.floor(left / 256);
    }
    return sum;
}
function encodeRecords(records, mtimeSeconds) {
    const content = Buffer.from(records.join(''));
    const header = encodeBlock({ mode: 0o644, sizeBytes: content.length, mtimeSeconds }, typeFlags.pax, { prefix: '', name: 'PaxHeaders/entry', linkName: '' });
    return Buffer.concat([header, content, Buffer.alloc(paddingOf(content.length))]);
}
/** `length key=value\n`, where the length counts itself. */
function paxRecord(key, value) {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length)
        length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
}
/** The ustar fields for a name; undefined if it needs a PAX record. */
function splitName(name) {
    if (fits(name, nameField.length))
        return { prefix: '', name };
    if (!isAscii(name))
        return undefined;
    const longest = nameField.length + 1;
    // The cut is at a slash, and a directory's own last slash is none.
    const cut = name.indexOf('/', Math.max(1, name.length - longest));
    if (cut < 0 || cut > prefixField.length || cut >= name.length - 1)
        return undefined;
    return { prefix: name.slice(0, cut), name: name.slice(cut + 1) };
}
function fits(text, bytes) {
    return text.length <= bytes && isAscii(text);
}
function isAscii(text) {
    for (let index = 0; index < text.length; index += 1) {
        if (text.charCodeAt(index) > 0x7f)
            return false;
    }
    return true;
}

;// CONCATENATED MODULE: ./build/context/tar.js




/**
 * After so many bytes the event loop gets a turn, so that connections stay served and what is packed flows off: a pipe or a
 * socket takes about as much at once.
 */
const turnBytes = 64 * 1_024;
/** GNU tar's record size: readers that read whole records find one at the end. */
const recordBytes = 10_240;
const endBytes = 2 * tarBlockBytes;
/**
 * Writes members to an archive, in pieces of `pieceBytes` from the pool. It ends with the two zero blocks and at least one
 * more: kaniko waits for the end of stdin if the decompressor has nothing to give behind the second one.
 * @throws BuildError('context')
 */
async function* tar(members, workspace, pool, counter) {
    const writer = new PieceWriter(pool);
    const iterator = iteratorOf(members);
    try {
        for (;;) {
            // What is there already, a member or a part of one, is not awaited: that would take longer than reading it.
            const next = iterator.next();
            const { done, value: member } = next instanceof Promise ? await next : next;
            if (done === true)
                break;
            const source = openContent(member, workspace);
            try {
                writer.append(encodeHeader({ ...member.header, sizeBytes: source.sizeBytes }));
                let left = source.sizeBytes;
                for (;;) {
                    for (const piece of writer.takeFull())
                        yield piece;
                    if (writer.isTurnDue())
                        await (0,promises_.setImmediate)();
                    if (left === 0)
                        break;
                    const reading = source.read(writer.room(left + 1), left);
                    const count = typeof reading === 'number' ? reading : await reading;
                    writer.commit(count);
                    left -= count;
                    if (member.counts)
                        counter.bytes += count;
                }
                const finishing = source.finish();
                if (finishing !== undefined)
                    await finishing;
                writer.zeros(paddingOf(source.sizeBytes));
                if (member.counts)
                    counter.files += 1;
            }
            finally {
                source.close();
            }
        }
    }
    finally {
        await iterator.return?.();
    }
    const rest = (writer.totalBytes + endBytes + tarBlockBytes) % recordBytes;
    writer.zeros(endBytes + tarBlockBytes + (rest === 0 ? 0 : recordBytes - rest));
    yield* writer.takeFull();
    yield* writer.last();
}
function iteratorOf(members) {
    return Symbol.asyncIterator in members
        ? members[Symbol.asyncIterator]()
        : members[Symbol.iterator]();
}
const noPieces = [];
/** Fills pieces one after the other. */
class PieceWriter {
    totalBytes = 0;
    #pool;
    #full = [];
    #piece;
    #used = 0;
    #turnAt = turnBytes;
    constructor(pool) {
        this.#pool = pool;
        this.#piece = pool.take();
    }
    takeFull() {
        return this.#full.length === 0 ? noPieces : this.#full.splice(0);
    }
    *last() {
        if (this.#used > 0)
            yield this.#piece.subarray(0, this.#used);
    }
    isTurnDue() {
        if (this.totalBytes < this.#turnAt)
            return false;
        this.#turnAt = this.totalBytes + turnBytes;
        return true;
    }
    /** Room for the next bytes, at most `most` and never none; `commit` says how many were written. */
    room(most) {
        const end = Math.min(blocks/* pieceBytes */.I, this.#used + Math.min(most, turnBytes));
        return this.#piece.subarray(this.#used, end);
    }
    commit(count) {
        this.#used += count;
        this.totalBytes += count;
        if (this.#used < blocks/* pieceBytes */.I)
            return;
        this.#full.push(this.#piece);
        this.#piece = this.#pool.take();
        this.#used = 0;
    }
    append(bytes) {
        for (let start = 0; start < bytes.length;) {
            const count = Math.min(bytes.length - start, blocks/* pieceBytes */.I - this.#used);
            this.#piece.set(bytes.subarray(start, start + count), this.#used);
            start += count;
            this.commit(count);
        }
    }
    zeros(count) {
        for (let left = count; left > 0;) {
            const end = Math.min(blocks/* pieceBytes */.I, this.#used + left);
            this.#piece.fill(0, this.#used, end);
            left -= end - this.#used;
            this.commit(end - this.#used);
        }
    }
}
function openContent({ header, content }, workspace) {
    switch (content.kind) {
        case 'none':
            return bytesSource(Buffer.alloc(0));
        case 'bytes':
            return bytesSource(content.bytes);
        case 'stream':
            return streamSource(header.name, content);
        case 'disk': {
            const source = diskSource(content.path, content.stat, workspace);
            return content.edit === undefined ? source : editedSource(source, content.edit);
        }
    }
}
function bytesSource(bytes) {
    let start = 0;
    return {
        sizeBytes: bytes.length,
        read(room, left) {
            const count = bytes.copy(room, 0, start, start + Math.min(left, room.length));
            start += count;
            return count;
        },
        finish: () => undefined,
        close: () => undefined,
    };
}
function diskSource(path, seen, workspace) {
    const { file, stat: before } = openAsSeen(path, seen, workspace);
    const { sizeBytes } = before;
    /** A read that got less than it asked for has seen the end. */
    let sawEnd = false;
    return {
        sizeBytes,
        read(room, left) {
            const count = readPart(file, room, path);
            sawEnd = count < room.length;
            if (count > left)
                throw changed(path, 'grew');
            if (count === 0)
                throw changed(path, 'shrank');
            return count;
        },
        finish() {
            if (!sawEnd && sizeBytes > 0 && readPart(file, Buffer.alloc(1), path) > 0) {
                throw changed(path, 'grew');
            }
            // Reading takes no lock, so somebody may have written even during one read. What was written before, and what a file system
            // gives the same time, is not noticed.
            if (sizeBytes > 0 && statOpen(file, path).mtimeMs !== before.mtimeMs) {
                throw changed(path, 'was written to');
            }
        },
        close() {
            file.close();
        },
    };
}
function editedSource(source, edit) {
    try {
        const whole = Buffer.alloc(source.sizeBytes + 1);
        let used = 0;
        while (used < source.sizeBytes) {
            const left = source.sizeBytes - used;
            const count = source.read(whole.subarray(used, used + left + 1), left);
            if (typeof count !== 'number')
                throw new TypeError('only files on disk are edited');
            used += count;
        }
        return bytesSource(edit(whole.subarray(0, used)));
    }
    finally {
        source.close();
    }
}
function streamSource(name, { bytes, sizeBytes }) {
    const chunks = bytes[Symbol.asyncIterator]();
    let chunk = Buffer.alloc(0);
    const tooShort = () => new errors/* BuildError */.zS('context', `${name} ends too early in the archive`, {
        hint: 'Make the archive again.',
    });
    return {
        sizeBytes,
        async read(room, left) {
            while (chunk.length === 0) {
                const next = await chunks.next();
                if (next.done === true)
                    throw tooShort();
                chunk = next.value;
            }
            const count = chunk.copy(room, 0, 0, Math.min(left, room.length));
            chunk = chunk.subarray(count);
            return count;
        },
        async finish() {
            // The archive's reader goes on only when a member was read to its end.
            while ((await chunks.next()).done !== true)
                ;
        },
        close: () => undefined,
    };
}
function openAsSeen(path, seen, workspace) {
    let file;
    try {
        file = workspace.open(path);
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === 'ENOENT')
            throw changed(path, 'vanished');
        if (code === 'ELOOP')
            throw changed(path, 'became a link');
        throw new errors/* BuildError */.zS('context', `${path} cannot be read: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint: 'Make it readable for the runner, or keep it out by .dockerignore.',
            cause: error,
        });
    }
    try {
        const stat = statOpen(file, path);
        const isSame = stat.kind === 'file' && stat.device === seen.device && stat.inode === seen.inode;
        if (!isSame)
            throw changed(path, 'was replaced');
        return { file, stat };
    }
    catch (error) {
        file.close();
        throw error;
    }
}
function statOpen(file, path) {
    try {
        return file.stat();
    }
    catch (error) {
        throw readingFailed(path, error);
    }
}
function readPart(file, room, path) {
    try {
        return file.read(room);
    }
    catch (error) {
        throw readingFailed(path, error);
    }
}
function readingFailed(path, error) {
    return new errors/* BuildError */.zS('context', `reading ${path} failed: ${(0,errors/* describeError */.Uc)(error)}`, {
        cause: error,
    });
}
function changed(path, how) {
    return new errors/* BuildError */.zS('context', `${path} ${how} while the context was packed`, {
        hint: 'Nothing may write to the context during the step: end background processes before it, or keep the file out by .dockerignore.',
    });
}

;// CONCATENATED MODULE: ./build/context/pack.js




/** The compressed archive of the members as a stream; packing follows its reader. */
function packStream(members, level, { totalFiles, totalBytes }, workspace) {
    const progress = { files: 0, bytes: 0, totalFiles, totalBytes };
    const pool = new blocks/* PiecePool */.p();
    const bytes = gzip(tar(members(), workspace, pool, progress), level, pool);
    return {
        stream: external_node_stream_.Readable.from(bytes, { objectMode: false, highWaterMark: 256 * 1_024 }),
        progress,
    };
}


/***/ }),

/***/ 5322:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Pj: () => (/* binding */ findPlace),
/* harmony export */   jH: () => (/* binding */ readInputFile),
/* harmony export */   yI: () => (/* binding */ readPlace)
/* harmony export */ });
/* unused harmony export parentOf */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);

/**
 * Finds what an input names. A path inside the workspace or the context must stay there when its links are followed: what is in
 * them may come from a pull request, and a link would make the step read the runner's own files.
 * @param roots directories that may hold what the builder gets to see, as the user wrote them.
 * @returns undefined if there is nothing.
 * @throws BuildError('context')
 */
function findPlace(path, roots, workspace) {
    const absolute = workspace.resolve(path);
    const real = realPath(absolute, workspace);
    if (real === undefined)
        return undefined;
    const stat = workspace.stat(real);
    if (stat?.kind !== 'file' && stat?.kind !== 'directory') {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} is neither a file nor a directory`, {
            hint: 'Name a regular file or a directory.',
        });
    }
    const homes = roots.map((root) => workspace.resolve(root));
    const realHomes = homes.map((home) => realPath(home, workspace) ?? home);
    const isInside = (place) => realHomes.some((home) => isWithin(place, home));
    // A path may also come into a root by a link: a runner's directories have several names.
    const isOwn = homes.some((home) => isWithin(absolute, home)) ||
        partsOf(absolute).some((part) => isInside(realPath(part, workspace) ?? part));
    if (isOwn && !isInside(real)) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} is a link to ${real}, outside of the workspace`, {
            hint: 'Replace the link by the file itself, or name the place where it is.',
        });
    }
    return { path: real, kind: stat.kind };
}
/** Dockerfiles, ignore files and files that inputs name; nobody writes larger ones. */
const largestFileBytes = 4 * 1_024 * 1_024;
/**
 * Content of a file that an input names, if it may be read (see findPlace).
 * @returns undefined if there is none.
 * @throws BuildError('context')
 */
function readInputFile(path, workspace, largestBytes = largestFileBytes) {
    const place = findPlace(path, ['.'], workspace);
    return place === undefined ? undefined : readPlace(place, workspace, largestBytes);
}
/**
 * Content of a file that `findPlace` found.
 * @throws BuildError('context') also for a directory, and where it is larger than that.
 */
function readPlace({ path }, workspace, largestBytes = largestFileBytes) {
    let file;
    try {
        file = workspace.open(path);
        return readUpTo(file, path, largestBytes);
    }
    catch (error) {
        throw error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS ? error : unreadable(path, error);
    }
    finally {
        file?.close();
    }
}
/** Asks what is open, not what was there before. */
function readUpTo(file, path, largestBytes) {
    const { kind, sizeBytes } = file.stat();
    if (kind !== 'file') {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} is not a file`, { hint: 'Name a regular file.' });
    }
    if (sizeBytes > largestBytes) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} is larger than ${largestBytes} bytes`, {
            hint: 'Name a smaller file.',
        });
    }
    const content = Buffer.alloc(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
        const bytes = file.read(content.subarray(filled));
        if (bytes === 0)
            break;
        filled += bytes;
    }
    return content.subarray(0, filled);
}
/** The directory part of a path, `.` if it has none. */
function parentOf(path) {
    const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return cut < 0 ? '.' : path.slice(0, cut + 1);
}
function realPath(path, workspace) {
    try {
        return workspace.realpath(path);
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        throw unreadable(path, error);
    }
}
function unreadable(path, cause) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} cannot be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describeError */ .Uc)(cause)}`, {
        hint: 'Make it readable for the runner, or name another one.',
        cause,
    });
}
/** An absolute path from its first directory to itself. */
function partsOf(path) {
    // A drive alone (`D:`) is no directory but the current one of that drive.
    const ends = path.matchAll(/[^\\/:](?=[\\/]|$)/g);
    return [...ends].map(({ index }) => path.slice(0, index + 1));
}
function isWithin(path, directory) {
    const base = directory.replace(/[\\/]+$/, '');
    return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}


/***/ }),

/***/ 9947:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Eq: () => (/* binding */ isWhiteout),
/* harmony export */   Qd: () => (/* binding */ warnOfNames),
/* harmony export */   ph: () => (/* binding */ walkContext)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _git_places_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6969);


/**
 * Lists what Docker would send of a directory. Links are not followed.
 * @throws BuildError('context')
 */
function walkContext(directory, rules, workspace) {
    const walk = new Walk(directory, rules, workspace);
    try {
        walk.enter(directory, '', undefined);
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS)
            throw error;
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `reading the context failed: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describeError */ .Uc)(error)}`, {
            hint: 'Nothing may change the context while it is packed; files that cannot be read belong into .dockerignore.',
            cause: error,
        });
    }
    return walk.tree();
}
/** One for all: there may be hundreds of thousands of entries. */
const directoryContent = { kind: 'directory' };
const fileContent = { kind: 'file' };
/** More names than these are only counted in a warning. */
const namedInWarning = 3;
class Walk {
    #root;
    #rules;
    #workspace;
    #entries = [];
    /** First name of every file that has several, by device and inode. */
    #linked = new Map();
    /** Names that can be a git configuration's and have others, with device and inode; excluded ones too. */
    #manyNamed = [];
    /** Excluded ones too: git reads what they lead to. */
    #symlinks = [];
    /** Excluded directories on the way down, which appear once something below them is kept. */
    #pending = [];
    #special = [];
    #whiteouts = [];
    #loops = [];
    #ignored = 0;
    constructor(root, rules, workspace) {
        this.#root = root;
        this.#rules = rules;
        this.#workspace = workspace;
    }
    tree() {
        const warnings = [
            ...warnOfNames({ special: this.#special, whiteouts: this.#whiteouts }),
            ...warnAbout(this.#loops, 'links that nothing can follow; when kaniko copies one, it leaves what comes after it out of the image'),
        ];
        return {
            entries: this.#entries,
            ignored: this.#ignored,
            isGitConfig: this.#findGitConfigs(),
            warnings,
        };
    }
    enter(directory, prefix, parent) {
        for (const base of this.#workspace.names(directory)) {
            const name = prefix + base;
            const path = `${directory}/${base}`;
            const stat = this.#workspace.stat(path);
            const { excluded, matches } = this.#rules.test(name, parent);
            if (excluded)
                this.#ignored += 1;
            if (stat === undefined) {
                // Of what is kept out nobody needs to know more, unless it can be a directory with something in it.
                if (excluded && !this.#rules.canKeepBelow(name, matches))
                    continue;
                throw unreadableName(base, prefix);
            }
            if (!excluded && isWhiteout(base))
                this.#whiteouts.push(name);
            if (stat.links > 1 && stat.kind === 'file' && (0,_git_places_js__WEBPACK_IMPORTED_MODULE_1__/* .isConfigName */ .KS)(base)) {
                this.#manyNamed.push({ name, identity: identityOf(stat) });
            }
            if (stat.kind === 'symlink')
                this.#symlinks.push(name);
            if (stat.kind === 'directory')
                this.#directory({ name, path, stat }, excluded, matches);
            else if (!excluded)
                this.#leaf({ name, path, stat });
        }
    }
    #directory(place, excluded, matches) {
        if (excluded && !this.#rules.canKeepBelow(place.name, matches))
            return;
        this.#pending.push({ name: place.name, stat: place.stat, content: directoryContent });
        if (!excluded)
            this.#flushPending();
        this.enter(place.path, `${place.name}/`, matches);
        if (this.#pending.at(-1)?.name === place.name)
            this.#pending.pop();
    }
    #leaf(place) {
        const { name, path, stat } = place;
        if (stat.kind === 'other') {
            this.#special.push(name);
            return;
        }
        this.#flushPending();
        if (stat.kind === 'symlink') {
            const target = this.#workspace.readLink(path);
            if (target.includes('\uFFFD'))
                throw unreadableTarget(name);
            if (isLoop(path, this.#workspace))
                this.#loops.push(name);
            this.#entries.push({ name, stat, content: { kind: 'symlink', target } });
            return;
        }
        const first = stat.links > 1 ? this.#firstName(name, stat) : undefined;
        const content = first === undefined ? fileContent : { kind: 'link', target: first };
        this.#entries.push({ name, stat, content });
    }
    #firstName(name, stat) {
        const identity = identityOf(stat);
        const first = this.#linked.get(identity);
        if (first === undefined)
            this.#linked.set(identity, name);
        return first;
    }
    #findGitConfigs() {
        const manyNamed = [...this.#manyNamed];
        const isGitConfig = (0,_git_places_js__WEBPACK_IMPORTED_MODULE_1__/* .followGitLinks */ .J8)(this.#symlinks, (link) => {
            const place = this.#placeOf(link);
            if (place !== undefined && place.stat.links > 1) {
                manyNamed.push({ name: place.name, identity: identityOf(place.stat) });
            }
            return place?.name;
        });
        const firstNames = new Set();
        for (const { name, identity } of manyNamed) {
            const first = this.#linked.get(identity);
            if (first !== undefined && isGitConfig(name))
                firstNames.add(first);
        }
        return (name) => isGitConfig(name) || firstNames.has(name);
    }
    /** Where a link leads to, if that is in the context. */
    #placeOf(link) {
        try {
            const path = this.#workspace.realpath(`${this.#root}/${link}`);
            const stat = this.#workspace.stat(path);
            if (stat === undefined || !path.startsWith(`${this.#root}/`))
                return undefined;
            return { name: path.slice(this.#root.length + 1), stat };
        }
        catch {
            return undefined;
        }
    }
    #flushPending() {
        this.#entries.push(...this.#pending.splice(0));
    }
}
/** True for a link that leads back to itself, or into a file as if it were a directory; one that leads nowhere is none. */
function isLoop(path, workspace) {
    try {
        workspace.realpath(path);
        return false;
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        return code === 'ELOOP' || code === 'ENOTDIR';
    }
}
function identityOf({ device, inode }) {
    return `${device}:${inode}`;
}
function unreadableName(base, prefix) {
    const isForeign = base.includes('\uFFFD');
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', isForeign
        ? `the context has a name that is not UTF-8 in ${prefix === '' ? 'its top directory' : prefix}: ${base}`
        : `${prefix}${base} vanished while the context was read`, {
        hint: isForeign
            ? 'Rename the file, or keep it out by .dockerignore.'
            : 'Nothing may change the context while it is packed.',
    });
}
function unreadableTarget(name) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `the link ${name} leads to a name that is not UTF-8`, {
        hint: 'Rename what it leads to, or keep the link out by .dockerignore.',
    });
}
/** True for names that mean a deletion in the layers of an image. */
function isWhiteout(name) {
    return /(?:^|\/)\.wh\.[^/]*$/.test(name);
}
/** What a context has that does not arrive, or means something else than a file. */
function warnOfNames(names) {
    return [
        ...warnAbout(names.special, 'neither files, directories nor links and are not sent'),
        ...warnAbout(names.whiteouts, 'named like the whiteouts of image layers, which many builders take for deletions'),
    ];
}
/** One warning for all of the names, or none. */
function warnAbout(names, what) {
    if (names.length === 0)
        return [];
    const shown = names.slice(0, namedInWarning).join(', ');
    const more = names.length - namedInWarning;
    const list = more > 0 ? `${shown} and ${more} more` : shown;
    return [`${list}: ${what}`];
}


/***/ }),

/***/ 6254:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ warnOfBallast),
/* harmony export */   k9: () => (/* binding */ describeWeight),
/* harmony export */   vi: () => (/* binding */ weigh)
/* harmony export */ });
/* harmony import */ var _size_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5963);

/** A context below this says nothing of what it consists of. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** Directories that hardly any build needs: what it needs of them it makes itself. */
const usuallyIgnored = /(?:^|\/)(node_modules|\.git|target|\.venv)\//;
function weigh(files) {
    let [totalFiles, totalBytes] = [0, 0];
    let largest;
    const directories = new Map();
    for (const file of files) {
        const { name, sizeBytes } = file;
        totalFiles += 1;
        totalBytes += sizeBytes;
        if (largest === undefined || sizeBytes > largest.sizeBytes)
            largest = file;
        add(directories, directoryOf(name), sizeBytes);
    }
    return { totalFiles, totalBytes, largest, directories };
}
/** What a heavy context consists of: its heaviest directories and its largest file. Empty for a light one. */
function describeWeight({ totalBytes, largest, directories, }) {
    if (totalBytes < heavyBytes)
        return [];
    const children = weighChildren(directories);
    const heaviest = heaviestIn('', children)
        .slice(0, shownDirectories)
        .map((weight) => descend(weight, children))
        .map(([name, bytes]) => `${name} ${(0,_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(bytes)}`);
    return [
        ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
        ...(largest !== undefined && largest.sizeBytes >= heavyBytes
            ? [`largest file: ${largest.name} ${(0,_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(largest.sizeBytes)}`]
            : []),
    ];
}
function weighChildren(directories) {
    const totals = new Map(directories);
    for (const name of directories.keys()) {
        // What is there has its parents, or gets them when its own turn comes.
        for (let parent = parentOf(name); !totals.has(parent); parent = parentOf(parent)) {
            totals.set(parent, 0);
        }
    }
    const children = new Map();
    // A name is longer than its parent's, so a total is complete before it is added to that one's.
    const deepestFirst = [...totals.keys()].sort((one, other) => other.length - one.length);
    for (const name of deepestFirst) {
        if (name === '')
            continue;
        const bytes = totals.get(name) ?? 0;
        const parent = parentOf(name);
        add(totals, parent, bytes);
        const siblings = children.get(parent);
        if (siblings === undefined)
            children.set(parent, [[name, bytes]]);
        else
            siblings.push([name, bytes]);
    }
    return children;
}
/** Name of the directory that a file is in. */
function directoryOf(name) {
    return name.slice(0, name.lastIndexOf('/') + 1);
}
function parentOf(directory) {
    return directoryOf(directory.slice(0, -1));
}
function add(weights, name, bytes) {
    weights.set(name, (weights.get(name) ?? 0) + bytes);
}
/** Equal ones in the order of their names. */
function heaviestIn(name, children) {
    return [...(children.get(name) ?? [])].sort(([one, oneBytes], [other, otherBytes]) => otherBytes - oneBytes || (one < other ? -1 : 1));
}
/** Down to where the weight is: `packages` says little if most of it is in `packages/web/node_modules`. */
function descend(weight, children) {
    const [name, bytes] = weight;
    if (ballastOf(name) !== undefined)
        return weight;
    const [heaviest] = heaviestIn(name, children);
    if (heaviest === undefined || heaviest[1] * 2 <= bytes)
        return weight;
    return descend(heaviest, children);
}
/** A warning where no ignore file keeps out what usually is kept out and weighs more than everything else; else none. */
function warnOfBallast({ totalBytes, directories }) {
    const names = new Set();
    let ballastBytes = 0;
    for (const [directory, bytes] of directories) {
        const name = ballastOf(directory);
        if (name === undefined)
            continue;
        names.add(name);
        ballastBytes += bytes;
    }
    if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes)
        return [];
    return [
        `${[...names].join(', ')}: ${(0,_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(ballastBytes)} of the ${(0,_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(totalBytes)} that are sent; keep them out by a .dockerignore`,
    ];
}
function ballastOf(directory) {
    return usuallyIgnored.exec(directory)?.[1];
}


/***/ }),

/***/ 9473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KB: () => (/* binding */ toBuildError),
/* harmony export */   Lo: () => (/* binding */ askedPauseMs),
/* harmony export */   Uc: () => (/* binding */ describeError),
/* harmony export */   zS: () => (/* binding */ BuildError)
/* harmony export */ });
/** The one error class of the action: what was being done and why it failed, and what the user can change. */
class BuildError extends Error {
    kind;
    /** One imperative sentence that names an input, a right or a field; absent when there is nothing to change. */
    hint;
    /** HTTP status of the answer that refused something; undefined without one. */
    code;
    /** Kubernetes' word for that refusal, for example NotFound; empty or undefined where something else has answered. */
    reason;
    /** Line of the Dockerfile that it is about, from 1. */
    line;
    constructor(kind, message, options = {}) {
        super(message, options.cause === undefined ? undefined : { cause: options.cause });
        this.name = 'BuildError';
        this.kind = kind;
        this.hint = options.hint;
        this.code = options.code;
        this.reason = options.reason;
        this.line = options.line;
    }
}
/**
 * One line of text for anything that was thrown. Follows `cause` where it says more than the message (a network error's
 * `ECONNREFUSED` hides there), and never prints an object dump or a stack.
 */
function describeError(error) {
    if (!(error instanceof Error))
        return typeof error === 'string' ? error : 'unknown error';
    if (error instanceof AggregateError && error.message === '') {
        return [...new Set(error.errors.map(describeError))].join('; ');
    }
    const message = error.message === '' ? error.name : error.message;
    if (error instanceof BuildError || error.cause === undefined)
        return message;
    const cause = describeError(error.cause);
    return message.includes(cause) ? message : `${message}: ${cause}`;
}
/** How long the server asked to be left alone, in milliseconds, if one of the causes says it. */
function askedPauseMs(error) {
    if (!(error instanceof Error))
        return undefined;
    if ('retryAfterMs' in error && typeof error.retryAfterMs === 'number')
        return error.retryAfterMs;
    return askedPauseMs(error.cause);
}
/** Whatever was thrown as a BuildError; what is none already is a defect of ours or of a library. */
function toBuildError(error, doing) {
    if (error instanceof BuildError)
        return error;
    return new BuildError('build', `${doing} failed: ${describeError(error)}`, {
        hint: 'Please report this with the job log.',
        cause: error,
    });
}


/***/ }),

/***/ 5963:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ formatBytes)
/* harmony export */ });
/** Decimal units, three significant digits: `512 B`, `31.2 MB`. */
function formatBytes(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let value = bytes;
    let unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
        value /= 1_000;
        unit++;
    }
    return `${unit === 0 ? Math.round(value) : value.toPrecision(3)} ${units[unit] ?? ''}`;
}


/***/ }),

/***/ 4665:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runBuildStep: () => (/* binding */ runBuildStep),
  runPostStep: () => (/* binding */ runPostStep)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 9 modules
var core = __webpack_require__(4317);
;// CONCATENATED MODULE: ./build/excerpt.js
/** What others say can be of any length; a sentence that has it in it should stay one. */
const longestWords = 2_000;
/** The text, or its beginning if it is longer than that; a cut is marked and leaves no half of a character. */
function excerpt(text, longest = longestWords) {
    if (text.length <= longest)
        return text;
    const isSplit = /[\ud800-\udbff]/.test(text.charAt(longest - 1));
    return `${text.slice(0, isSplit ? longest - 1 : longest)}…`;
}

;// CONCATENATED MODULE: ./build/json.js
/** Readers of what others have written, JSON or YAML whose shape is not known yet: what is missing or of another kind is empty. */
/** The value of a JSON text; undefined if it is none. */
function parseJson(source) {
    try {
        return JSON.parse(source);
    }
    catch {
        return undefined;
    }
}
function isFields(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** The mapping, or an empty one. */
function fieldsOf(value) {
    return isFields(value) ? value : {};
}
function field(value, name) {
    return fieldsOf(value)[name];
}
function json_text(value) {
    return typeof value === 'string' ? value : undefined;
}
/** The entries of a list; empty if it is none. */
function itemsOf(value) {
    return Array.isArray(value) ? value : [];
}
/** The mappings in a list. */
function listOf(value) {
    return itemsOf(value).filter(isFields);
}

;// CONCATENATED MODULE: ./build/attach/channel.js


/**
 * The frames of `pods/attach`: one binary WebSocket message is one channel byte and its payload. Source: Kubernetes
 * apimachinery `wsstream/conn.go` and `remotecommand/constants.go` (v4.channel.k8s.io, v5.channel.k8s.io).
 */
const stdinChannel = 0;
const statusChannel = 3;
const closeChannel = 255;
/** Frames are held whole in the API server's memory and copied on in pieces of 32 KiB. */
const largestPayload = 64 * 1024;
/** v5 can say "end of stdin" and keep the connection; v4 only by closing it. */
function supportsHalfClose(protocol) {
    return protocol === 'v5.channel.k8s.io';
}
/** Channel byte 0 and a copy of the payload, at most `largestPayload` bytes: one message, never fragmented. */
function stdinFrame(payload) {
    const frame = Buffer.allocUnsafe(payload.length + 1);
    frame[0] = stdinChannel;
    frame.set(payload, 1);
    return frame;
}
/** v5: no more stdin. Exactly these two bytes. */
function closeStdinFrame() {
    return Buffer.from([closeChannel, stdinChannel]);
}
/** The status in a message; undefined for output and for the empty message that opens the connection. */
function readStatusFrame(message) {
    if (message[0] !== statusChannel || message.length < 2)
        return undefined;
    const body = Buffer.from(message.subarray(1)).toString('utf8');
    // Before v4 the channel had free text; whatever it says, it is no success.
    const { status, message: said } = fieldsOf(parseJson(body));
    return { success: status === 'Success', message: excerpt(json_text(said) ?? body) };
}
/**
 * Which output to ask for beside stdin. None is best: output couples the upload to our reading. Nodes of servers older than
 * 1.33 may run CRI-O before 1.30, which freezes the container's output unless somebody reads one of its streams.
 */
function attachStreams(serverMinor) {
    return { stderr: serverMinor !== undefined && serverMinor < 33 };
}

// EXTERNAL MODULE: ./build/size.js
var size = __webpack_require__(5963);
;// CONCATENATED MODULE: ./build/attach/progress.js

const everyMs = 5_000;
/** What has gone out so far, and a line about it every few seconds of a long upload. */
class UploadProgress {
    wireBytes = 0;
    #packed = { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };
    #clock;
    #startedAtMs;
    constructor(clock) {
        this.#clock = clock;
        this.#startedAtMs = clock.now();
    }
    /** A new stream from its beginning. */
    restart(packed) {
        this.wireBytes = 0;
        this.#packed = packed;
        this.#startedAtMs = this.#clock.now();
    }
    sent(bytes) {
        this.wireBytes += bytes;
    }
    get packed() {
        return this.#packed;
    }
    /** Reports until the signal ends it; never rejects. */
    async reportEvery(report, signal) {
        try {
            for (;;) {
                await this.#clock.sleep(everyMs, signal);
                await report(this.describe());
            }
        }
        catch {
            // The upload has ended.
        }
    }
    /** `sent 31.2 MB in 4.1 s (7.6 MB/s), 120 of 340 files`. */
    describe() {
        const seconds = (this.#clock.now() - this.#startedAtMs) / 1_000;
        const rate = seconds > 0 ? ` (${(0,size/* formatBytes */.z)(this.wireBytes / seconds)}/s)` : '';
        const { files, totalFiles, bytes, totalBytes } = this.#packed;
        const percent = totalBytes === undefined || totalBytes === 0
            ? ''
            : `, ${Math.floor((bytes / totalBytes) * 100)} % packed`;
        const counted = totalFiles === undefined || totalFiles === 0 ? '' : `, ${files} of ${totalFiles} files`;
        return `sent ${(0,size/* formatBytes */.z)(this.wireBytes)} in ${seconds.toFixed(1)} s${rate}${counted}${files === totalFiles ? '' : percent}`;
    }
}

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
;// CONCATENATED MODULE: ./build/pod/reasons.js
const now = 0;
const second = 1_000;
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const checkWay = "The node does not reach that registry: put the builder into one that it reaches, and name it by 'builder-image'.";
const checkTemplate = "Check 'pod-template'.";
const checkInit = "Correct the init containers of 'pod-template'.";
/** Also of a volume: then only an event says that there is no such thing. */
const checkReferences = "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";
const raiseMemory = "Raise 'limits.memory' in 'resources'.";
/** The runtime's words for a limit that is too small for its own first process. */
const killedAtStart = /container init was OOM-killed/;
/** Waiting reasons that do not get better by themselves; every other reason is waited for until `start-timeout`. */
const stuckReasons = {
    InvalidImageName: { patienceMs: now, hint: "Correct 'builder-image'." },
    ErrImageNeverPull: { patienceMs: now, hint: checkImage },
    ImageInspectError: { patienceMs: now, hint: checkImage },
    SignatureValidationFailed: { patienceMs: now, hint: checkImage },
    // A registry can be away for a minute; a definite answer is recognised by its text below.
    ErrImagePull: { patienceMs: 90 * second, hint: checkImage },
    ImagePullBackOff: { patienceMs: 90 * second, hint: checkImage },
    RegistryUnavailable: { patienceMs: 90 * second, hint: checkImage },
    // The kubelet tries again, and what is missing may be created a moment after the pod.
    CreateContainerConfigError: { patienceMs: 10 * second, hint: checkTemplate },
    CreateContainerError: {
        patienceMs: 10 * second,
        hint: "Check 'builder-command' and 'pod-template'.",
    },
    RunContainerError: {
        patienceMs: 10 * second,
        hint: "Check 'builder-command' and 'pod-template'.",
    },
    CreatePodSandboxError: {
        patienceMs: 60 * second,
        hint: 'Look at the node: its runtime or network is not ready.',
    },
    ConfigPodSandboxError: {
        patienceMs: 60 * second,
        hint: 'Look at the node: its runtime or network is not ready.',
    },
    PreCreateHookError: { patienceMs: 10 * second, hint: checkTemplate },
    PreStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
    PostStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
    CrashLoopBackOff: { patienceMs: now, hint: checkInit },
};
/** Words that say more than their reason does. */
const tellingWords = [
    {
        // A registry that answers like this will not answer otherwise a minute later.
        reason: /Image/,
        words: /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i,
        patienceMs: 3 * second,
    },
    {
        reason: /Image/,
        words: /no such host|i\/o timeout|connection refused|network is unreachable/,
        patienceMs: Infinity,
        hint: checkWay,
    },
    {
        reason: /^CreateContainerConfigError$/,
        words: /not found|couldn't find key/,
        patienceMs: 10 * second,
        hint: checkReferences,
    },
    {
        reason: /^CreateContainerConfigError$/,
        words: /runAsNonRoot/,
        patienceMs: now,
        hint: "Set runAsUser by 'pod-template' to a user that the builder can work as, or take runAsNonRoot out of it.",
    },
];
/** True for a waiting reason that does not get better by itself. */
function isStuckReason(reason) {
    return Object.hasOwn(stuckReasons, reason);
}
/** Undefined for reasons that are waited for until `start-timeout`. */
function waitOf(reason, message) {
    const wait = isStuckReason(reason) ? stuckReasons[reason] : undefined;
    if (wait === undefined)
        return undefined;
    const telling = tellingWords.find((told) => told.reason.test(reason) && told.words.test(message));
    return {
        patienceMs: Math.min(wait.patienceMs, telling?.patienceMs ?? Infinity),
        hint: telling?.hint ?? wait.hint,
    };
}

;// CONCATENATED MODULE: ./build/pod/state.js

/**
 * The only interpreter of pod status. Looks at the builder's container by name and never trusts the phase alone: a sidecar
 * keeps it Running. Reasons are those of the kubelet, containerd and CRI-O.
 * @param pod undefined once the pod is gone.
 */
function readPodState(pod, container) {
    if (pod === undefined)
        return { kind: 'gone' };
    const status = statusOf(pod, container);
    const state = status?.state;
    const loss = readLoss(pod);
    const accident = readAccident(status);
    if (accident !== undefined)
        return loss ?? withLastWord(pod, container, accident);
    if (state?.terminated !== undefined) {
        const { exitCode, reason = '', message = '' } = state.terminated;
        // Whoever takes a pod away kills its container too, and many a program exits with 0 when it is told to stop: then the
        // cluster's reason counts, not the exit code.
        if (loss !== undefined && !endedBeforeLoss(pod, state.terminated))
            return loss;
        const memoryLimit = memoryLimitOf(pod, container);
        const end = {
            kind: 'ended',
            exitCode,
            reason,
            message,
            node: nodeOf(pod),
            memoryLimit,
        };
        return exitCode === 0 ? end : withLastWord(pod, container, end);
    }
    const lost = loss ?? readUnproved(pod);
    if (lost !== undefined)
        return lost;
    if (state?.running !== undefined) {
        return {
            kind: 'running',
            node: nodeOf(pod),
            ...(isNodeSilent(pod) && { isNodeSilent: true }),
        };
    }
    return readWaiting(pod, state);
}
/** True once the container does nothing any more, though why it ended may not be known yet. */
function hasEnded(state) {
    return state.kind === 'ending' || isFinal(state);
}
/** True when nothing can change any more. */
function isFinal(state) {
    return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}
/** The signal that killed the container, by the shells' rule; undefined if it ended by itself. */
function signalOf(exitCode) {
    return exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined;
}
/** One line for the log: the reason and the cluster's own words. */
function describePodState(state) {
    switch (state.kind) {
        case 'starting':
        case 'stuck':
        case 'lost':
            return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
        case 'running':
            return describeRunning(state.node, state.isNodeSilent === true);
        case 'ending':
            return describePodState(state.end);
        case 'ended':
            return `ended with exit code ${state.exitCode} (${state.reason})`;
        case 'gone':
            return 'gone';
    }
}
function describeRunning(node, isNodeSilent) {
    const where = node === '' ? '' : ` on node ${node}`;
    return `running${where}${isNodeSilent ? ', which has stopped answering' : ''}`;
}
/** The node controller takes back the readiness of such a pod, and nothing else; it gives no reason. */
function isNodeSilent(pod) {
    const condition = (name) => pod.status?.conditions?.find(({ type }) => type === name);
    const ready = condition('Ready');
    return (ready?.status === 'False' &&
        (ready.reason ?? '') === '' &&
        condition('ContainersReady')?.status === 'True');
}
/** An end of which nobody knows the exit code, or after which there was another start. */
function readAccident(status) {
    const unknown = unknownEndOf(status?.state?.terminated) ?? unknownEndOf(status?.lastState?.terminated);
    if (unknown !== undefined || (status?.restartCount ?? 0) === 0)
        return unknown;
    return { kind: 'lost', reason: 'ContainerRestarted', message: 'a second start has no stdin' };
}
/**
 * The kubelet found no container (it starts a second one then), or containerd lost the process that keeps the exit code
 * (its reason is `Unknown`).
 */
function unknownEndOf(end) {
    if (!['ContainerStatusUnknown', 'Unknown'].includes(end?.reason ?? ''))
        return undefined;
    const message = end?.message ?? 'its exit code is not known';
    return { kind: 'lost', reason: 'ContainerStatusUnknown', message };
}
/**
 * A kubelet that ends a pod itself (eviction, deadline, preemption, shutdown) tells that its containers have ended as soon as
 * they have, and the reason only with the phase, about a second later; it may have removed the containers by then, and does
 * not know their exit codes any more. While another one has not ended, or the builder runs again, no phase is on its way.
 */
function withLastWord(pod, container, end) {
    const { phase, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const isOver = phase === 'Failed' || phase === 'Succeeded';
    const goesOn = [...containerStatuses, ...initContainerStatuses].some(({ name, state }) => name === container ? state?.running !== undefined : state?.terminated === undefined);
    return isOver || goesOn ? end : { kind: 'ending', end };
}
/** The cluster's own word that it has taken the pod away. */
function readLoss(pod) {
    const { phase, reason = '', message = '' } = pod.status ?? {};
    const disruption = pod.status?.conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
    if (disruption !== undefined &&
        (reason === '' || pod.metadata?.deletionTimestamp !== undefined)) {
        return {
            kind: 'lost',
            reason: disruption.reason ?? 'Disrupted',
            message: disruption.message ?? '',
        };
    }
    if (reason !== '' && phase === 'Failed')
        return { kind: 'lost', reason, message };
    if (pod.metadata?.deletionTimestamp === undefined)
        return undefined;
    return { kind: 'lost', reason: 'Deleted', message: 'somebody deleted the pod' };
}
/** The pod is over, and its builder has not ended. */
function readUnproved(pod) {
    const { phase, message = '' } = pod.status ?? {};
    if (phase !== 'Failed' && phase !== 'Succeeded')
        return undefined;
    return (readInitFailure(pod) ?? {
        kind: 'lost',
        reason: phase,
        message: message || 'the builder has no exit code',
    });
}
const state_second = 1_000;
/** True if the container had ended by itself before the cluster took the pod away. Times are whole seconds. */
function endedBeforeLoss(pod, { finishedAt }) {
    const lossMs = lossTimes(pod);
    return finishedAt !== undefined && lossMs.length > 0 && timeOf(finishedAt) < Math.min(...lossMs);
}
/** When the pod was taken away, as far as its status says it: a kubelet's own time is that of telling, after the end. */
function lossTimes(pod) {
    const { phase, reason = '', conditions = [], startTime } = pod.status ?? {};
    const disruption = conditions.find(({ type }) => type === 'DisruptionTarget');
    const disrupted = disruption?.reason === 'TerminationByKubelet' ? undefined : disruption?.lastTransitionTime;
    const times = disrupted === undefined ? [] : [timeOf(disrupted)];
    if (phase === 'Failed' && reason !== '') {
        const deadlineMs = (pod.spec?.activeDeadlineSeconds ?? NaN) * state_second;
        const isDated = reason === 'DeadlineExceeded' && startTime !== undefined && deadlineMs >= 0;
        return isDated ? [...times, timeOf(startTime) + deadlineMs] : times;
    }
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata ?? {};
    if (deletionTimestamp === undefined)
        return times;
    return [...times, timeOf(deletionTimestamp) - deletionGracePeriodSeconds * state_second];
}
/** A time of the API: text in JSON, whatever the model's type says. */
function timeOf(time) {
    return new Date(time).getTime();
}
function readInitFailure(pod) {
    for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
        const ended = state?.terminated;
        if (ended === undefined || ended.exitCode === 0)
            continue;
        const words = [ended.reason, ended.message].filter(Boolean).join(': ');
        const message = `init container ${JSON.stringify(name)} ended with exit code ${ended.exitCode} (${words})`;
        return { kind: 'lost', reason: 'InitContainerFailed', message };
    }
    return undefined;
}
function readWaiting(pod, state) {
    const init = pod.status?.initContainerStatuses?.find(({ state }) => isStuckReason(state?.waiting?.reason ?? ''));
    if (init !== undefined)
        return readInitWaiting(init);
    const { reason, message = '' } = state?.waiting ?? {};
    if (reason !== undefined)
        return readReason(reason, message);
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (scheduled?.status === 'False') {
        return {
            kind: 'starting',
            reason: scheduled.reason ?? 'Unschedulable',
            message: scheduled.message ?? '',
        };
    }
    return {
        kind: 'starting',
        reason: scheduled === undefined ? 'Pending' : 'Scheduled',
        message: '',
    };
}
/** The user's own containers: no input but the template has to do with them. */
function readInitWaiting({ name, state }) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    const words = `init container ${JSON.stringify(name)}${message === '' ? '' : `: ${message}`}`;
    const read = readReason(reason, words);
    return read.kind === 'stuck' ? { ...read, hint: checkInit } : read;
}
function readReason(reason, message) {
    const wait = waitOf(reason, message);
    return wait === undefined
        ? { kind: 'starting', reason, message }
        : { kind: 'stuck', reason, message, ...wait };
}
function statusOf(pod, container) {
    return pod.status?.containerStatuses?.find(({ name }) => name === container);
}
function memoryLimitOf(pod, container) {
    const spec = pod.spec?.containers.find(({ name }) => name === container);
    return spec?.resources?.limits?.['memory'];
}
function nodeOf(pod) {
    return pod.spec?.nodeName ?? '';
}

;// CONCATENATED MODULE: ./build/attach/keepalive.js

const pingMs = 10_000;
const pongLateMs = 15_000;
/** A builder that pauses holds back pongs too: the server's reader waits with it. Only this long a silence is death. */
const silentMs = 5 * 60_000;
/**
 * Pings until the signal ends it, so that no load balancer calls the connection idle. Resolves with the failure when the
 * connection is dead: no pong and the cluster does not answer otherwise either, or neither pong nor accepted byte for five
 * minutes although it answers.
 */
async function keepAlive(signs, { clock, ping, probe }, signal) {
    while (!signal.aborted) {
        ping();
        try {
            await clock.sleep(pingMs, signal);
        }
        catch {
            return undefined;
        }
        if (clock.now() - signs.lastPongMs < pongLateMs)
            continue;
        if (!(await probe()))
            return new errors/* BuildError */.zS('lost', 'the connection to the container is dead: no answer to pings, and the API server cannot be reached');
        const quietMs = clock.now() - Math.max(signs.lastPongMs, signs.lastAcceptedMs);
        if (quietMs >= silentMs)
            return new errors/* BuildError */.zS('lost', `the connection to the container is dead: nothing moved for ${Math.round(quietMs / 60_000)} minutes`);
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/attach/pump.js



/** Payloads of the pings that are sent after the last byte, and after the end of stdin. */
const lastBytePing = 'last-byte';
const endPing = 'end-of-stdin';
/** How long an acknowledgement may come after the container's end. */
const lateAnswerMs = 2_000;
/** The server's own explanation often arrives just behind the failing send. */
const explanationMs = 500;
/** Texts of the kubelet, containerd, CRI-O and cri-dockerd for a container that could not be reached. */
const unreachedText = /unable to upgrade|not found|CONTAINER_\w+ state|not created or running|error sending request/;
/**
 * Sends the whole stream to the container's stdin, frame by frame: each waits until the operating system has taken it, so
 * memory stays constant on any link. Then waits until the server has taken the last byte too, says "end of stdin" and waits
 * until that is acknowledged.
 *
 * The server reads in order, so the pong of a ping behind the last byte proves that every byte was taken. Before it nothing
 * else counts: a container that ends without reading its stdin leads to the same `Success` and to the same close code
 * 1000 as one that has read everything, and so does a kubelet that is restarted. After it the end of stdin is acknowledged, on
 * v5, by a `Success` status: the kubelet has written the last byte into the container's pipe. That may take as long as the
 * container takes to read; until then bytes wait between server and node, and a lost connection loses them. On v4 there is
 * only the server's answer to our closing handshake.
 *
 * Never rejects. Destroys the stream and closes the socket in every case.
 */
async function pumpStdin(socket, stdin, options) {
    const session = new Session(socket, stdin, options.clock);
    const stop = () => {
        session.fail(toBuildError(options.signal.reason));
    };
    options.signal.addEventListener('abort', stop);
    if (options.signal.aborted)
        stop();
    const done = new AbortController();
    const watching = session.keepAlive(options, done.signal);
    try {
        await session.send(options.onSent);
        await session.finish(options);
    }
    catch (error) {
        await session.giveUp(error, options);
    }
    finally {
        options.signal.removeEventListener('abort', stop);
        done.abort();
        await watching;
        stdin.destroy();
        socket.terminate();
    }
    return session.end();
}
/** One connection's state: what was sent, what the server said. */
class Session {
    #socket;
    #stdin;
    #clock;
    #signs;
    #bytesSent = 0;
    #taken = false;
    #endTaken = false;
    #ended = false;
    #acknowledged = false;
    /** A frame could not be sent. */
    #isBroken = false;
    #status;
    #failure;
    #waiters = new Set();
    constructor(socket, stdin, clock) {
        this.#socket = socket;
        this.#stdin = stdin;
        this.#clock = clock;
        this.#signs = { lastPongMs: clock.now(), lastAcceptedMs: clock.now() };
        // Also while nobody reads, an error must not become an uncaught exception; `send` sees it.
        stdin.on('error', () => undefined);
        socket.listen({
            message: (message) => {
                this.#receive(readStatusFrame(message));
            },
            pong: (payload) => {
                this.#signs.lastPongMs = this.#clock.now();
                if (payload === lastBytePing)
                    this.#take();
                if (payload === endPing)
                    this.#endTaken = true;
            },
        });
        void socket.closed.then((close) => {
            this.#closed(close);
        });
    }
    async send(onSent) {
        for await (const chunk of this.#stdin) {
            if (!Buffer.isBuffer(chunk))
                throw new Error('stdin is not binary');
            for (let start = 0; start < chunk.length; start += largestPayload) {
                const payload = chunk.subarray(start, start + largestPayload);
                await this.#sendFrame(stdinFrame(payload));
                this.#bytesSent += payload.length;
                this.#signs.lastAcceptedMs = this.#clock.now();
                onSent(payload.length);
            }
        }
        if (this.#failure !== undefined)
            throw this.#failure;
    }
    async #sendFrame(frame) {
        try {
            await this.#socket.send(frame);
        }
        catch (error) {
            this.#isBroken = true;
            throw error;
        }
    }
    /** Pings until the signal ends it; a dead connection ends the session. */
    async keepAlive({ clock, probe }, signal) {
        const ping = () => {
            this.#socket.ping('');
        };
        const failure = await keepAlive(this.#signs, { clock, ping, probe }, signal);
        if (failure !== undefined)
            this.fail(failure);
    }
    /** Says "end of stdin" and waits for the acknowledgement, or for whatever makes it impossible. */
    async finish({ containerEnded }) {
        this.#socket.ping(lastBytePing);
        await this.#untilDecided(() => this.#taken, containerEnded);
        if (!this.#taken || this.#hasFailed())
            return;
        this.#ended = true;
        if (supportsHalfClose(this.#socket.protocol)) {
            await this.#sendFrame(closeStdinFrame());
            this.#socket.ping(endPing);
        }
        else {
            this.#socket.close();
        }
        await this.#untilDecided(() => this.#acknowledged, containerEnded);
        // A proxy that swallows the status leaves only what the server has read.
        if (this.#endTaken && !this.#hasFailed())
            this.#acknowledged = true;
    }
    #hasFailed() {
        return this.#failure !== undefined;
    }
    /**
     * After an error. A frame that cannot be sent means that the connection is lost, which its close tells with a code: it comes
     * in any case, but a server's own explanation, just behind the failing send, may come before it.
     */
    async giveUp(error, { signal }) {
        if (error instanceof errors/* BuildError */.zS)
            this.#failure ??= error;
        if (this.#failure === undefined && this.#isBroken) {
            const done = AbortSignal.any([signal, this.#closedSignal()]);
            await this.#clock.sleep(explanationMs, done).catch(() => undefined);
            this.#socket.terminate();
            await this.#socket.closed;
        }
        this.#failure ??= new errors/* BuildError */.zS('attach', `sending the context failed: ${(0,errors/* describeError */.Uc)(error)}`, { cause: error });
    }
    fail(failure) {
        this.#failure ??= failure;
        this.#stdin.destroy(failure);
        this.#socket.terminate();
        this.#wake();
    }
    end() {
        const unreached = this.#status?.success === false && unreachedText.test(this.#status.message);
        return {
            bytesSent: this.#bytesSent,
            acknowledged: this.#acknowledged && this.#failure === undefined,
            unreached,
            ...(this.#failure !== undefined && { failure: this.#failure }),
        };
    }
    #receive(status) {
        if (status === undefined)
            return;
        this.#status ??= status;
        if (!status.success) {
            this.fail(new errors/* BuildError */.zS('attach', `the cluster could not deliver the context: ${status.message}`));
        }
        else if (this.#ended) {
            this.#acknowledge();
        }
        else {
            this.fail(new errors/* BuildError */.zS('attach', 'the cluster ended the connection before it had taken the whole context'));
        }
    }
    #take() {
        this.#taken = true;
        this.#wake();
    }
    #acknowledge() {
        this.#acknowledged = true;
        this.#wake();
    }
    #closed({ code, reason, error }) {
        // On v4 the answer to our closing handshake is the acknowledgement: everything before it was read in order.
        if (this.#ended && code === 1000 && !supportsHalfClose(this.#socket.protocol))
            this.#acknowledge();
        if (this.#acknowledged)
            this.#wake();
        else {
            const words = error === undefined ? reason : (0,errors/* describeError */.Uc)(error);
            const said = words === '' ? `code ${code}` : `code ${code}: ${words}`;
            this.fail(new errors/* BuildError */.zS('lost', `the connection to the container was lost (${said}) before the whole context was acknowledged`));
        }
    }
    /**
     * Waits for an answer or a failure. A container that ends at once is reported by another connection, which may be faster:
     * after its end the answer has a little time left.
     */
    async #untilDecided(isAnswered, containerEnded) {
        const isDecided = () => isAnswered() || this.#failure !== undefined;
        await this.#until(isDecided, containerEnded);
        if (isDecided())
            return;
        const late = new AbortController();
        const done = new AbortController();
        const timer = this.#clock.sleep(lateAnswerMs, done.signal).then(() => {
            late.abort();
        }, () => undefined);
        await this.#until(isDecided, late.signal);
        done.abort();
        await timer;
    }
    #closedSignal() {
        const controller = new AbortController();
        void this.#socket.closed.then(() => {
            controller.abort();
        });
        return controller.signal;
    }
    #wake() {
        for (const waiter of [...this.#waiters])
            waiter();
    }
    /** Resolves when the test passes or the signal is aborted. */
    #until(test, signal) {
        return new Promise((resolve) => {
            const settle = () => {
                if (!test() && !signal.aborted)
                    return;
                signal.removeEventListener('abort', settle);
                this.#waiters.delete(settle);
                resolve();
            };
            this.#waiters.add(settle);
            signal.addEventListener('abort', settle);
            settle();
        });
    }
}
function toBuildError(reason) {
    return reason instanceof errors/* BuildError */.zS
        ? reason
        : new errors/* BuildError */.zS('attach', (0,errors/* describeError */.Uc)(reason), { cause: reason });
}

;// CONCATENATED MODULE: ./build/attach/upload.js



/** A container that is reported running may not be attachable for a moment. */
const reachableMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 3_000;
const longestSpreadMs = 1_000;
const probeMs = 5_000;
/**
 * Brings one whole stream to the stdin of a running container. Attaching is tried again as long as the container was never
 * reached; once it was, a second attach would write into a closed pipe, so a loss is final. Never rejects.
 */
async function uploadStdin(options, signal) {
    const { clock, follower, report } = options;
    const startedAt = clock.now();
    const ended = new AbortController();
    const done = new AbortController();
    // A source of states that fails ends the step elsewhere; here only the container's end matters.
    void follower.until(hasEnded, done.signal).then(() => {
        ended.abort();
    }, () => undefined);
    try {
        for (let attempt = 0;; attempt++) {
            const end = await attachOnce(options, signal, ended.signal);
            const pauseMs = pauseAfter(end.failure, attempt);
            const late = clock.now() - startedAt + pauseMs > reachableMs;
            if (!end.unreached || late || signal.aborted || hasEnded(follower.state))
                return end;
            await report(`attaching again: ${end.failure?.message ?? 'the container was not reached'}`);
            await clock.sleep(pauseMs, AbortSignal.any([signal, ended.signal])).catch(() => undefined);
        }
    }
    finally {
        done.abort();
    }
}
/** As long as the server asks for, else ever longer; many builds do not come back together. */
function pauseAfter(failure, attempt) {
    const askedMs = (0,errors/* askedPauseMs */.Lo)(failure);
    return askedMs === undefined
        ? Math.min(longestPauseMs, firstPauseMs * 2 ** attempt)
        : askedMs + Math.random() * longestSpreadMs;
}
async function attachOnce(options, signal, containerEnded) {
    const { cluster, clock, ref, container, streams } = options;
    let socket;
    try {
        socket = await cluster.attach(ref, container, streams, AbortSignal.any([signal, containerEnded]));
    }
    catch (error) {
        // Nothing is wrong with the connection: there is nobody left to connect to.
        if (containerEnded.aborted && !signal.aborted)
            return { bytesSent: 0, acknowledged: false, unreached: true };
        const failure = error instanceof errors/* BuildError */.zS
            ? error
            : new errors/* BuildError */.zS('attach', 'attaching to the container failed', { cause: error });
        return { bytesSent: 0, acknowledged: false, failure, unreached: isTemporary(failure) };
    }
    const stream = options.open();
    options.onOpen(stream);
    return pumpStdin(socket, stream.stream, {
        clock,
        signal,
        containerEnded,
        onSent: options.onSent,
        probe: () => canRead(cluster, ref),
    });
}
/** Also a refusal: the right was there at the start, and a server that has just started knows no Roles yet. */
function isTemporary({ kind }) {
    return kind !== 'cancelled' && kind !== 'timeout';
}
async function canRead(cluster, ref) {
    try {
        await cluster.readPod(ref, AbortSignal.timeout(probeMs));
        return true;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./build/engines/engine.js
/** Name of the builder's container in the pod; the `$builder` of a pod template. */
const builderContainerName = 'builder';
/** Name of the pod's volume with the login Secret of `registry-secret`. */
const registrySecretVolume = 'registry-login';

;// CONCATENATED MODULE: ./build/trouble.js

/** So long no request may work before it is said. */
const patienceMs = 15_000;
/** Says that something cannot be read, once, and that it can be read again; short interruptions are nobody's business. */
class Trouble {
    #clock;
    #what;
    #note;
    #sinceMs;
    #told = false;
    /** @param what begins the sentence, for example `the builder's output`. */
    constructor(clock, what, note) {
        this.#clock = clock;
        this.#what = what;
        this.#note = note;
    }
    async failed(error) {
        this.#sinceMs ??= this.#clock.now();
        if (this.#told || this.#clock.now() - this.#sinceMs < patienceMs)
            return;
        this.#told = true;
        await this.#note(`${this.#what} cannot be read at present: ${(0,errors/* describeError */.Uc)(error)}`);
    }
    async worked() {
        this.#sinceMs = undefined;
        if (!this.#told)
            return;
        this.#told = false;
        await this.#note(`${this.#what} can be read again`);
    }
}

;// CONCATENATED MODULE: ./build/logs/lines.js
const newline = 0x0a;
const space = 0x20;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const timestamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Length of a timestamp up to the whole second. */
const secondLength = 19;
const longestTimestamp = 64;
/** So much of a line is held back until its newline comes: a line may be of any length, memory is not. */
const longestHeld = 64 * 1024;
/**
 * Bytes of a log request with timestamps to lines, wherever the chunks are cut. Bytes stay bytes: a chunk may end in the
 * middle of a character, and a builder may print what is no text at all. The kubelet joins what the runtime has split at
 * 16 KiB, so only the first piece has a timestamp.
 */
class LineFramer {
    #stamps = new TimestampReader();
    #held = [];
    #heldBytes = 0;
    /** The line of which pieces were given already. */
    #open;
    /** Lines that this chunk completes, and pieces of one that is too long to hold. */
    push(chunk) {
        const lines = [];
        let start = 0;
        for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
            lines.push(this.#read(chunk.subarray(start, end + 1)));
            this.#open = undefined;
            start = end + 1;
        }
        if (start < chunk.length)
            this.#hold(chunk.subarray(start));
        if (this.#open !== undefined || this.#heldBytes > longestHeld)
            lines.push(...this.#giveHeld());
        return lines;
    }
    /** What came after the last newline and was not given yet; a line only if nothing more can follow. */
    flush() {
        return this.#giveHeld()[0];
    }
    #hold(piece) {
        this.#held.push(piece);
        this.#heldBytes += piece.length;
    }
    #giveHeld() {
        if (this.#heldBytes === 0)
            return [];
        const piece = this.#read(Buffer.alloc(0));
        this.#open = { at: piece.at };
        return [piece];
    }
    #read(tail) {
        let bytes = tail;
        if (this.#heldBytes > 0) {
            bytes = Buffer.concat([...this.#held, tail]);
            this.#held = [];
            this.#heldBytes = 0;
        }
        if (this.#open !== undefined)
            return { at: this.#open.at, text: bytes, continues: true };
        return this.#stamps.split(bytes);
    }
}
/** RFC 3339 with up to nine digits of a second, as the kubelet writes it; undefined for anything else. */
function parseTimestamp(text) {
    const match = timestamp.exec(text);
    if (match === null)
        return undefined;
    const [, seconds = '', fraction = '', zone = ''] = match;
    const ms = Date.parse(seconds + zone);
    return Number.isNaN(ms) ? undefined : BigInt(ms) * 1000000n + BigInt(fraction.padEnd(9, '0'));
}
/** Separates timestamps from texts. Most lines share their second with the line before, which saves most of the parsing. */
class TimestampReader {
    #second = Buffer.alloc(0);
    #zone = Buffer.alloc(0);
    #secondAt = 0n;
    split(line) {
        return this.#splitLikeLast(line) ?? this.#splitAny(line);
    }
    #splitLikeLast(line) {
        if (this.#second.length === 0 || line.length < secondLength)
            return undefined;
        if (line.compare(this.#second, 0, secondLength, 0, secondLength) !== 0)
            return undefined;
        let end = secondLength;
        let nanos = 0;
        if (line[end] === point && isDigit(line[end + 1])) {
            let scale = 1_000_000_000;
            for (end += 1; scale > 1 && isDigit(line[end]); end += 1) {
                scale /= 10;
                nanos += scale * ((line[end] ?? zero) - zero);
            }
        }
        for (const byte of this.#zone)
            if (line[end++] !== byte)
                return undefined;
        if (line[end] !== space)
            return undefined;
        const at = this.#secondAt + BigInt(nanos);
        return { at, text: line.subarray(end + 1), continues: false };
    }
    #splitAny(line) {
        const head = line.subarray(0, longestTimestamp).toString('latin1');
        const end = head.search(/[ \n]|$/);
        const stamp = head.slice(0, end);
        const at = parseTimestamp(stamp);
        if (at === undefined)
            return { at, text: line, continues: false };
        this.#second = Buffer.from(stamp.slice(0, secondLength));
        this.#zone = Buffer.from(stamp.slice(secondLength).replace(/^\.\d+/, ''));
        this.#secondAt = at - (at % 1000000000n);
        return { at, text: line.subarray(head[end] === ' ' ? end + 1 : end), continues: false };
    }
}
function isDigit(byte) {
    return byte !== undefined && byte >= zero && byte <= nine;
}

;// CONCATENATED MODULE: ./build/logs/rotation.js
/** Less than a log file holds before the kubelet rotates it at 10 MiB; the file's lines are 10 bytes longer than ours. */
const leastFileBytes = 7_500_000;
/** A kubelet looks at the sizes of its log files every ten seconds, and can be told to do so every three: each lasts as long. */
const leastLifeMs = 3_000;
const nanosPerMs = 1000000n;
/**
 * Recognizes where a kubelet may have left output out within one request. It reads one file to its end and goes on with the
 * present one; when files were rotated faster than it could read, all between them is skipped, without a word. Seen from
 * here, the line before was older than the skipped file's whole life when it arrived, and then time jumps as far. A builder
 * and a reader that were both stopped for so long look the same, so this is a suspicion.
 */
class RotationWatch {
    #bytes = 0;
    #nowMs = 0;
    #leastDelayMs = Infinity;
    #delayMs = 0;
    /** A chunk has arrived. */
    heard(nowMs, bytes) {
        this.#nowMs = nowMs;
        this.#bytes += bytes;
    }
    /** The newest line of the chunk. Clocks of node and runner differ: only changes of the delay count. */
    read(at) {
        this.#delayMs = this.#nowMs - Number(at / nanosPerMs);
        this.#leastDelayMs = Math.min(this.#leastDelayMs, this.#delayMs);
    }
    /** True if the chunk before came so late that this jump of time is likely to hide output. */
    mayHide({ after, before }) {
        return (this.#bytes >= leastFileBytes &&
            this.#delayMs - this.#leastDelayMs >= leastLifeMs &&
            Number((before - after) / nanosPerMs) >= leastLifeMs);
    }
}

;// CONCATENATED MODULE: ./build/logs/seen.js
const seen_newline = 0x0a;
/** The runtime splits longer lines and gives each part its own time; the kubelet shows the first one's of each file. */
const longestEntry = 16 * 1024;
const nanosPerSecond = 1000000000n;
/**
 * What was already delivered. A new request begins at the whole second of the newest line and brings the lines of that
 * second again, in the same order: as many are dropped. Times alone cannot tell, stdout and stderr overtake each other.
 * Of a line that was delivered in part the bytes are dropped that are known.
 */
class Seen {
    #newest = 0n;
    /** End of the newest line's second. */
    #secondEnd = 0n;
    /** Lines delivered of the newest line's second. */
    #count = 0;
    #skip = 0;
    /** The line that is being delivered piece by piece, and whether it is one of `count`. */
    #open;
    /** The line that the request before left in the middle. */
    #unfinished;
    /** Pieces of the present line are dropped. */
    #dropping = false;
    /** Known bytes at the beginning of what comes of the present line. */
    #knownBytes = 0;
    #onGap;
    #onPause;
    /**
     * @param onGap told when lines that a request had to bring again are not there any more.
     * @param onPause told when a line is a second or more younger than all before it.
     */
    constructor(onGap, onPause) {
        this.#onGap = onGap;
        this.#onPause = onPause;
    }
    /** Time of the newest line. */
    get newest() {
        return this.#newest;
    }
    /** Starts a request: `sinceTime` is cut to whole seconds by the kubelet. */
    since() {
        this.#leaveLine();
        this.#skip = this.#count;
        if (this.#newest === 0n)
            return {};
        return { sinceTime: secondOf(this.#newest) };
    }
    /** The line, or what of it is new; undefined for what was delivered before. Lines without a time are not its business. */
    accept(line) {
        const { at, continues } = line;
        if (at === undefined)
            return undefined;
        if (!continues)
            this.#begin(at, line.text);
        if (this.#dropping)
            return undefined;
        const fresh = this.#withoutKnown(line);
        this.#countBytes(line.text);
        return fresh.text.length === 0 ? undefined : fresh;
    }
    /** The last request was read to its end: what it should have brought again is lost. */
    finish() {
        if (this.#skip > 0 || this.#unfinished !== undefined)
            this.#onGap({ after: this.#newest });
        this.#skip = 0;
    }
    #leaveLine() {
        if (this.#open === undefined)
            return;
        const { at, bytes, counted } = this.#open;
        this.#unfinished = { at, bytes: bytes + this.#knownBytes };
        if (counted)
            this.#count--;
        this.#open = undefined;
    }
    #begin(at, text) {
        this.#open = undefined;
        this.#knownBytes = 0;
        this.#dropping = this.#skip > 0 && at <= this.#newest;
        if (this.#dropping) {
            if (this.#isOfNewestSecond(at))
                this.#skip--;
            return;
        }
        this.#resumeUnfinished(at, text);
        const counted = at >= this.#secondEnd || this.#isOfNewestSecond(at);
        if (at > this.#newest)
            this.#advance(at);
        if (counted)
            this.#count++;
        this.#open = { at, bytes: 0, counted };
    }
    #resumeUnfinished(at, text) {
        const isRotated = this.#skip > 0 && at > this.#newest;
        const isOther = this.#unfinished !== undefined && this.#unfinished.at !== at;
        if (isRotated || isOther)
            this.#onGap({ after: this.#newest, before: at });
        if (!isOther)
            this.#knownBytes = this.#unfinished?.bytes ?? 0;
        // In the middle of a long line a new file was begun: how much of what it has of the line is known, nobody can tell.
        else if (text.length > longestEntry)
            this.#knownBytes = Infinity;
        this.#unfinished = undefined;
    }
    #advance(at) {
        // What was to be dropped is not there any more: the log was rotated.
        this.#skip = 0;
        if (at >= this.#secondEnd) {
            const isPause = this.#newest > 0n && at - this.#newest >= nanosPerSecond;
            if (isPause)
                this.#onPause({ after: this.#newest, before: at });
            this.#count = 0;
            this.#secondEnd = (at / nanosPerSecond + 1n) * nanosPerSecond;
        }
        this.#newest = at;
    }
    #withoutKnown(line) {
        if (this.#knownBytes === 0)
            return line;
        const text = line.text.subarray(this.#knownBytes);
        this.#knownBytes = Math.max(0, this.#knownBytes - line.text.length);
        return { at: line.at, text, continues: true };
    }
    #countBytes(text) {
        if (this.#open === undefined)
            return;
        this.#open.bytes += text.length;
        if (text.at(-1) === seen_newline)
            this.#open = undefined;
    }
    #isOfNewestSecond(at) {
        return at < this.#secondEnd && at >= this.#secondEnd - nanosPerSecond;
    }
}
/** The whole second of a time, as a request asks for it. */
function secondOf(at) {
    const second = new Date(Number(at / nanosPerSecond) * 1_000);
    return second.toISOString().replace('.000Z', 'Z');
}

;// CONCATENATED MODULE: ./build/logs/resume.js





const resume_firstPauseMs = 200;
const resume_longestPauseMs = 5_000;
/** Many builds whose connections broke together do not come back together. */
const spreadMs = 800;
/** So long without a byte: the connection may be half open, or the kubelet may follow a file that was rotated away. */
const silenceMs = 90_000;
/** How long the rest of the output is asked for after the container's end. */
const lastPatienceMs = 60_000;
/** How long the node is asked whether a suspected gap is one. */
const examinationMs = 10_000;
const longestNote = 1_000;
/** The kubelet's sentences when it cannot read a log: it puts them into the answer that it has begun. */
const remark = /^(unable to|failed to|error|rpc error)\b/i;
const partOfTimestamp = /^[-\d:.TZ+]*$/;
/**
 * The output of a container as far as its node still has it, in order, each line once, in batches as they arrive: follows
 * the log, and when a request ends or falls silent before the container does, asks again from the last second on and drops
 * what was already seen. After the container's end further requests fetch what the following one may have missed.
 *
 * The kubelet rotates a log at 10 MiB and serves only the newest file, so a builder that prints faster than the log is
 * served loses output. That is told where it shows: when lines do not come again that must, or when time jumps in a log that
 * is read late and whose present file begins behind the jump. A request that simply goes on behind a gap is not told apart
 * from a builder that paused.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
async function* resumeLog(options, signal) {
    const reader = new LogReader(options);
    const { random = Math.random } = options;
    let pauseMs = resume_firstPauseMs;
    while (!options.ended()) {
        let batches = 0;
        let askedMs;
        try {
            for await (const batch of reader.request(true, signal)) {
                batches++;
                yield batch;
            }
        }
        catch (error) {
            if (signal.aborted)
                throw error;
            // Also a pod that is not found: only the follower of its states knows whether it is gone.
            await reader.trouble.failed(error);
            askedMs = (0,errors/* askedPauseMs */.Lo)(error);
        }
        const spread = random() * spreadMs;
        // Not even the rest of the output is asked for before the server wants to be asked.
        if (askedMs !== undefined)
            await options.clock.sleep(askedMs + spread, signal);
        if (options.ended())
            break;
        pauseMs = batches > 0 ? resume_firstPauseMs : Math.min(resume_longestPauseMs, pauseMs * 2);
        if (askedMs === undefined)
            await untilEndedOr(options, pauseMs + spread, signal);
    }
    yield* fetchRest(reader, options, signal);
}
/**
 * Everything after the last line seen, to the end; the last line may lack its newline. The runtime may still be writing
 * what it has read from the container when that has ended, so requests go on until one brings nothing new.
 */
async function* fetchRest(reader, { clock, random = Math.random }, signal) {
    let workedAtMs = clock.now();
    for (let pauseMs = resume_firstPauseMs;; pauseMs = Math.min(resume_longestPauseMs, pauseMs * 2)) {
        let batches = 0;
        let askedMs = 0;
        try {
            for await (const batch of reader.request(false, signal)) {
                batches++;
                yield batch;
            }
            if (batches === 0)
                break;
            pauseMs = resume_firstPauseMs;
            workedAtMs = clock.now();
        }
        catch (error) {
            const asked = (0,errors/* askedPauseMs */.Lo)(error);
            if (asked !== undefined)
                askedMs = asked + random() * spreadMs;
            const late = clock.now() - workedAtMs + Math.max(pauseMs, askedMs) > lastPatienceMs;
            if (signal.aborted || isGone(error) || late)
                throw error;
            await reader.trouble.failed(error);
        }
        await clock.sleep(Math.max(pauseMs, askedMs), signal);
    }
    await reader.finish();
}
/** Request after request for one log: what was seen, and what there is to say about it. */
class LogReader {
    trouble;
    #options;
    #rotation = new RotationWatch();
    #seen = new Seen((gap) => {
        this.#gap ??= gap;
    }, (pause) => {
        if (this.#rotation.mayHide(pause))
            this.#suspected = pause;
    });
    #gap;
    #suspected;
    #hasWarned = false;
    #lastRemark = '';
    constructor(options) {
        this.#options = options;
        this.trouble = new Trouble(options.clock, "the builder's output", options.note);
    }
    /** The new lines of one request; a follow request is stopped after a long silence. */
    async *request(follow, signal) {
        const { clock, open } = this.#options;
        const stop = new AbortController();
        const either = AbortSignal.any([signal, stop.signal]);
        const watch = new SilenceWatch(clock, stop, either);
        const framer = new LineFramer();
        const since = this.#seen.since();
        let isHead = since.sinceTime !== undefined;
        try {
            for await (const chunk of open({ follow, ...since }, either)) {
                watch.heard();
                await this.trouble.worked();
                this.#rotation.heard(clock.now(), chunk.length);
                const lines = framer.push(chunk);
                yield* this.#deliver(lines, isHead, signal);
                isHead &&= lines.length === 0;
            }
            await this.trouble.worked();
            yield* this.#deliver(lastLines(framer.flush(), follow), isHead, signal);
        }
        catch (error) {
            const isSilence = follow && stop.signal.aborted && !signal.aborted;
            if (!isSilence)
                throw error;
        }
        finally {
            stop.abort();
            await watch.done;
        }
    }
    /** After the last request was read to its end. */
    async finish() {
        this.#seen.finish();
        await this.#warnOfGap();
    }
    async *#deliver(lines, isHead, signal) {
        let batch = [];
        for (const line of lines) {
            const fresh = this.#seen.accept(line);
            if (this.#suspected !== undefined)
                await this.#examine(this.#suspected, signal);
            if (this.#gap !== undefined && !this.#hasWarned) {
                if (batch.length > 0)
                    yield batch;
                batch = [];
                await this.#warnOfGap();
            }
            if (fresh !== undefined)
                batch.push(fresh);
            else if (line.at === undefined) {
                if (batch.length > 0)
                    yield batch;
                batch = [];
                await this.#noteRemark(line, isHead && line === lines[0]);
            }
        }
        this.#rotation.read(this.#seen.newest);
        if (batch.length > 0)
            yield batch;
    }
    /**
     * A line without a timestamp is the kubelet's own. Only at the head of a resumed request it may be the end of a long line
     * of the builder that began before the second asked for, and was seen.
     */
    async #noteRemark({ text, continues }, isHead) {
        const words = text.subarray(0, longestNote).toString('utf8').trim();
        if (continues || words === '' || words === this.#lastRemark)
            return;
        if (isHead && !remark.test(words))
            return;
        this.#lastRemark = words;
        await this.#options.note(`the node says about the builder's log: ${words}`);
    }
    /** A suspected gap is one unless the node's present file begins before it: then nothing was rotated away in between. */
    async #examine(suspected, signal) {
        this.#suspected = undefined;
        if (this.#gap !== undefined)
            return;
        if (!(await this.#isInPresentFile(suspected.after, signal)))
            this.#gap = suspected;
    }
    async #isInPresentFile(at, signal) {
        const framer = new LineFramer();
        try {
            const options = { follow: false, sinceTime: secondOf(at) };
            const patience = AbortSignal.timeout(examinationMs);
            for await (const chunk of this.#options.open(options, AbortSignal.any([signal, patience]))) {
                const first = framer.push(chunk).find((line) => line.at !== undefined);
                if (first?.at !== undefined)
                    return first.at <= at;
            }
        }
        catch {
            // What cannot be asked stays suspected.
            signal.throwIfAborted();
        }
        return false;
    }
    async #warnOfGap() {
        if (this.#gap === undefined || this.#hasWarned)
            return;
        this.#hasWarned = true;
        const { after, before } = this.#gap;
        const when = before === undefined
            ? `after ${resume_timeOf(after)}`
            : `between ${resume_timeOf(after)} and ${resume_timeOf(before)}`;
        await this.#options.warn(`some of the builder's output is probably missing (${when} UTC): the node had rotated its log before it could be read`);
    }
}
/**
 * What a request leaves without a newline. Of a followed log a line that was cut comes again, whole, with the next request;
 * a remark of the kubelet has no newline.
 */
function lastLines(last, follow) {
    if (last === undefined)
        return [];
    if (last.at !== undefined)
        return follow ? [] : [last];
    return partOfTimestamp.test(last.text.subarray(0, longestNote).toString('latin1')) ? [] : [last];
}
function resume_timeOf(at) {
    return new Date(Number(at / 1000000n)).toISOString().slice(11, 19);
}
async function untilEndedOr({ clock, untilEnded }, ms, signal) {
    const done = new AbortController();
    const pause = clock.sleep(ms, AbortSignal.any([signal, done.signal]));
    try {
        await Promise.race([pause, untilEnded.catch(() => undefined)]);
    }
    finally {
        done.abort();
        await pause.catch(() => undefined);
    }
    signal.throwIfAborted();
}
/**
 * The pod is gone, and its output with it, or its end came before its container's start. A refusal is no such thing: the right
 * was checked at the start.
 */
function isGone(error) {
    if (!(error instanceof errors/* BuildError */.zS))
        return false;
    return error.reason === 'NotFound' || error.message.includes(neverRan);
}
/** What the cluster says of a container that has no log: an init container failed, for example. */
const neverRan = 'is waiting to start';
/** Stops a request that has been silent for too long. */
class SilenceWatch {
    done;
    #clock;
    #heardAtMs;
    constructor(clock, stop, signal) {
        this.#clock = clock;
        this.#heardAtMs = clock.now();
        this.done = this.#run(stop, signal);
    }
    heard() {
        this.#heardAtMs = this.#clock.now();
    }
    async #run(stop, signal) {
        for (let quietMs = 0; quietMs < silenceMs; quietMs = this.#clock.now() - this.#heardAtMs) {
            try {
                await this.#clock.sleep(silenceMs - quietMs, signal);
            }
            catch {
                return;
            }
        }
        stop.abort();
    }
}

;// CONCATENATED MODULE: ./build/logs/silence.js
/** A builder that says nothing for so long gets a line, so that nobody takes the step for a hanging one. */
const silence_silenceMs = 5 * 60_000;
/** Watches how long a builder has been silent. */
class SilenceReport {
    #clock;
    #heardAtMs;
    constructor(clock) {
        this.#clock = clock;
        this.#heardAtMs = clock.now();
    }
    heard() {
        this.#heardAtMs = this.#clock.now();
    }
    /** Reports every five minutes of silence until the signal ends it; never rejects. */
    async reportEvery(report, signal) {
        let nextMs = silence_silenceMs;
        try {
            for (;;) {
                await this.#clock.sleep(this.#heardAtMs + nextMs - this.#clock.now(), signal);
                const silentMs = this.#clock.now() - this.#heardAtMs;
                if (silentMs < silence_silenceMs)
                    nextMs = silence_silenceMs;
                else {
                    await report(`the builder has printed nothing for ${Math.floor(silentMs / 60_000)} min`);
                    nextMs = silentMs + silence_silenceMs;
                }
            }
        }
        catch {
            // The builder has ended.
        }
    }
}

;// CONCATENATED MODULE: ./build/logs/mirror.js




/**
 * Copies the builder's output to the job log until its end, and says when there is none for long.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
async function mirrorOutput({ open, follower, tail, clock, log }, signal) {
    const silence = new SilenceReport(clock);
    const done = new AbortController();
    const reporting = silence.reportEvery((line) => log.info(line), AbortSignal.any([signal, done.signal]));
    const batches = resumeLog({
        open,
        clock,
        ended: () => hasEnded(follower.state),
        untilEnded: follower.until(hasEnded, signal).catch(() => undefined),
        note: (text) => log.info(text),
        warn: (text) => log.warning(text),
    }, signal);
    try {
        for await (const lines of batches) {
            silence.heard();
            tail.push(lines);
            await log.mirror(Buffer.concat(lines.map(({ text }) => text)));
        }
    }
    finally {
        done.abort(new Error('the output has ended'));
        await reporting;
    }
}
/**
 * Waits for the rest of the output. That it cannot be read does not change the verdict, but it must be said.
 * @param output what mirrorOutput gave.
 * @returns true if it was read to its end.
 */
async function settleOutput(output, state, log, signal) {
    try {
        await output;
        return true;
    }
    catch (error) {
        signal.throwIfAborted();
        if (state.kind === 'ended')
            await log.warning(`the end of the builder's output is missing: ${(0,errors/* describeError */.Uc)(error)}`);
        return false;
    }
}

;// CONCATENATED MODULE: ./build/logs/tail.js
const mostLines = 400;
const longestLine = 4_096;
const lineEnd = /\n$/;
/** More different ones than a builder can mean. */
const mostNoted = 1_000;
/** The last lines of an output, in bounded memory: what a failure is explained with. */
class Tail {
    #lines = [];
    #notable;
    #noted = new Set();
    /** @param notable ASCII text that is to be kept too, wherever it stands. */
    constructor(notable) {
        this.#notable = notable;
    }
    /** Lines and pieces of lines, as they follow each other. */
    push(lines) {
        if (this.#notable !== undefined)
            for (const { text } of lines)
                this.#note(text, this.#notable);
        // Of many lines at once only the last are worth decoding; those before them are pushed out anyway.
        for (const line of lines.slice(-mostLines))
            this.#add(line);
        if (this.#lines.length > 2 * mostLines)
            this.#lines.splice(0, this.#lines.length - mostLines);
    }
    /** What was notable, each text once, in its order. */
    noted() {
        return [...this.#noted];
    }
    /** Oldest first. */
    lines() {
        return this.#lines.slice(-mostLines);
    }
    #note(text, notable) {
        const found = notable.exec(text.toString('latin1'))?.[0];
        if (found !== undefined && this.#noted.size < mostNoted)
            this.#noted.add(found);
    }
    #add({ text, continues }) {
        const before = continues ? (this.#lines.pop() ?? '') : '';
        const more = text.subarray(0, longestLine).toString('utf8').replace(lineEnd, '');
        this.#lines.push(before.length < longestLine ? (before + more).slice(0, longestLine) : before);
    }
}

;// CONCATENATED MODULE: ./build/pod/create.js

/** Answers to a create that leave no doubt. */
const refusals = [400, 401, 403, 404, 422];
/** A create that was sent is waited for this long after a cancel: a pod that nobody knows of would stay. */
const graceMs = 3_000;
/**
 * Creates the pod. The signal does not break off a create that was sent: its answer is waited for a while.
 * @param onRefused told that the cluster has not created the pod, so that there is nothing to remove.
 * @throws BuildError('cluster'), or the signal's reason, also after a create that went well.
 */
async function createPod(cluster, pod, onRefused, clock, signal) {
    const done = new AbortController();
    const late = new AbortController();
    const cancelLater = () => {
        void clock.sleep(graceMs, done.signal).then(() => {
            late.abort(signal.reason);
        }, () => undefined);
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', cancelLater);
    try {
        const created = await cluster.createPod(pod, late.signal);
        signal.throwIfAborted();
        return created;
    }
    catch (error) {
        if (error instanceof errors/* BuildError */.zS && refusals.includes(error.code))
            onRefused();
        throw error;
    }
    finally {
        done.abort();
        signal.removeEventListener('abort', cancelLater);
    }
}

;// CONCATENATED MODULE: ./build/pod/events.js

/** The first that fits. Sandbox and volume errors stand in no status, whatever the kubelet. */
const rules = [
    {
        reason: /^FailedMount$/,
        message: /(?:secret|configmap) "[^"]*" not found|references non-existent (?:secret|config) key/,
        isHopeless: true,
        hint: checkReferences,
    },
    {
        reason: /^Failed(?:Mount|AttachVolume)$/,
        message: /(?:)/,
        isHopeless: false,
        hint: "Look at the volumes of 'pod-template', or give them more time with 'start-timeout'.",
    },
    {
        reason: /^FailedCreatePodSandBox$/,
        message: /no runtime for/,
        isHopeless: true,
        hint: "Correct runtimeClassName in 'pod-template', or choose nodes that have this runtime by 'node-selector'.",
    },
    {
        reason: /^FailedCreatePodSandBox$/,
        message: killedAtStart,
        isHopeless: true,
        hint: raiseMemory,
    },
    {
        reason: /^FailedCreatePodSandBox$/,
        message: /(?:)/,
        isHopeless: false,
        hint: 'Look at the node: its runtime or network is not ready.',
    },
];
/** Reasons of a kubelet's events, which its pods' status has as well. */
const removals = ['Evicted', 'Preempting'];
const otherHint = "Give it more time with 'start-timeout', or look at the node and its events.";
/** For what events only explain: none if they cannot be read. */
async function eventsIfKnown(cluster, ref, signal) {
    return cluster.podEvents(ref, signal).catch(() => []);
}
/**
 * What hinders a pod that has its node and still does not start, in the order of the events. What the scheduler said before
 * is over by then.
 */
function readObstacles(events) {
    return events
        .filter(({ type, reason }) => type === 'Warning' && reason !== 'FailedScheduling')
        .map(({ reason, message }) => {
        const rule = rules.find((one) => one.reason.test(reason) && one.message.test(message));
        const { isHopeless = false, hint = otherHint } = rule ?? {};
        return { words: `${reason}: ${message}`, isHopeless, hint };
    });
}
/** Why the kubelet killed a container: the status has nothing but the signal then. */
function readKilling(events) {
    const event = events.findLast(({ reason }) => reason === 'FailedPostStartHook');
    if (event === undefined)
        return undefined;
    return {
        message: `its postStart hook failed (${event.reason}: ${event.message})`,
        hint: "Correct the postStart hook in 'pod-template'.",
    };
}
/**
 * What a kubelet has ended the pod for. A container that exits with 0 when it is told to stop leaves no other trace of it: its
 * pod is `Succeeded`, without a reason.
 */
function readRemoval(events) {
    const event = events.findLast(({ reason }) => removals.includes(reason));
    return event === undefined
        ? undefined
        : { kind: 'lost', reason: event.reason, message: event.message };
}

;// CONCATENATED MODULE: ./build/pod/end-cause.js



/** The events only add to what is known already. */
const eventsMs = 5_000;
const unknown = { killing: undefined, removal: undefined };
/**
 * Why a container was killed, or whether one that says of itself that all is well was told to end. Without the right to read
 * the events it stays unknown.
 */
async function readEndCause(state, { cluster, ref, isProvedByExit, warn }, signal) {
    if (state.kind !== 'ended')
        return unknown;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(eventsMs)]);
    if (state.exitCode !== 0) {
        if (signalOf(state.exitCode) === undefined)
            return unknown;
        return { ...unknown, killing: readKilling(await eventsIfKnown(cluster, ref, patience)) };
    }
    if (!isProvedByExit)
        return unknown;
    try {
        return { ...unknown, removal: readRemoval(await cluster.podEvents(ref, patience)) };
    }
    catch (error) {
        signal.throwIfAborted();
        await warn(`the builder ended with exit code 0; whether the node told it to end is not known: ${(0,errors/* describeError */.Uc)(error)}`);
        return unknown;
    }
}

;// CONCATENATED MODULE: ./build/pod/follow.js

/** How long the reason of a bad end may follow: more than the ten seconds after which a kubelet sends a lost status again. */
const lastWordMs = 15_000;
/**
 * Reads the states in the background until the pod's end, the source's failure, or the source's own signal. An end whose
 * reason does not follow in time is one as it stands.
 */
function followPod(states, container, clock, signal) {
    let state = { kind: 'starting', reason: 'Pending', message: '' };
    let node = '';
    let failure;
    const waiters = new Set();
    const wake = () => {
        for (const waiter of [...waiters])
            waiter();
    };
    const reading = new AbortController();
    const settleLater = async () => {
        try {
            await clock.sleep(lastWordMs, AbortSignal.any([signal, reading.signal]));
        }
        catch {
            return;
        }
        state = settled(state);
        wake();
    };
    let isSettling = false;
    const read = async () => {
        try {
            for await (const pod of states) {
                if (isFinal(state))
                    return;
                const next = readPodState(pod, container);
                // No reason follows any more.
                state = next.kind === 'gone' ? settled(state, next) : next;
                node = pod?.spec?.nodeName ?? node;
                wake();
                if (isFinal(state))
                    return;
                if (state.kind === 'ending' && !isSettling) {
                    isSettling = true;
                    void settleLater();
                }
            }
            failure = { error: new Error('the states of the pod ended before the pod did') };
        }
        catch (error) {
            failure = { error };
        }
        finally {
            reading.abort();
        }
        // A failure, too, means that no reason follows.
        state = settled(state);
        wake();
    };
    // Never rejects: a failure is kept for the waiters.
    void read();
    return {
        get state() {
            return state;
        },
        get node() {
            return node;
        },
        until(test, signal) {
            return new Promise((resolve, reject) => {
                const settle = () => {
                    if (signal.aborted)
                        finish(() => {
                            reject(toError(signal.reason));
                        });
                    else if (test(state))
                        finish(() => {
                            resolve(state);
                        });
                    else if (failure !== undefined) {
                        const { error } = failure;
                        finish(() => {
                            reject(toError(error));
                        });
                    }
                };
                const finish = (end) => {
                    waiters.delete(settle);
                    signal.removeEventListener('abort', settle);
                    end();
                };
                waiters.add(settle);
                signal.addEventListener('abort', settle);
                settle();
            });
        },
    };
}
/** A bad end as it stands; any other state is `otherwise`. */
function settled(state, otherwise = state) {
    return state.kind === 'ending' ? state.end : otherwise;
}
function toError(error) {
    return error instanceof Error ? error : new Error(String(error));
}

;// CONCATENATED MODULE: ./build/pod/remove.js

const pollMs = 100;
const longestPollMs = 500;
/**
 * A kubelet that has just started a container needs up to 5 s for a deletion, more than a cancelled step has. After this long
 * the pod is deleted by force: the kubelet is ending the container already.
 */
const forceAfterMs = 3_000;
/**
 * Deletes a pod and waits until it is gone; one that does not exist is fine.
 * @returns undefined once the pod is gone, else why that could not be seen. Never rejects.
 */
async function removePod(cluster, ref, { graceSeconds, patienceMs }, clock) {
    const deadline = new AbortController();
    const done = new AbortController();
    const timer = clock.sleep(patienceMs, done.signal).then(() => {
        deadline.abort(new Error(`the pod was not gone after ${patienceMs / 1_000} s`));
    }, () => undefined);
    try {
        if (!(await cluster.deletePod(ref, graceSeconds, deadline.signal)))
            return undefined;
        const deletedAtMs = clock.now();
        let isForced = graceSeconds === 0;
        for (let pauseMs = pollMs;; pauseMs = Math.min(longestPollMs, pauseMs * 2)) {
            if ((await cluster.readPod(ref, deadline.signal)) === undefined)
                return undefined;
            if (!isForced && clock.now() - deletedAtMs >= forceAfterMs) {
                isForced = true;
                await cluster.deletePod(ref, 0, deadline.signal);
            }
            await clock.sleep(pauseMs, deadline.signal);
        }
    }
    catch (error) {
        return (0,errors/* describeError */.Uc)(error);
    }
    finally {
        done.abort();
        await timer;
    }
}
/** What to type when a pod could not be removed. */
function removalCommand({ namespace, name }) {
    return `kubectl delete pod ${name} --namespace ${namespace}`;
}

;// CONCATENATED MODULE: ./build/pod/sight.js


/** What keeps the pod's states from being read at present, if anything does. */
class Sight {
    problem;
    #trouble;
    constructor(clock, note) {
        this.#trouble = new Trouble(clock, "the pod's state", note);
    }
    /** See Cluster.podStates. */
    told(problem) {
        this.problem = problem;
        // The log's own queue keeps the lines in order; a log that is gone ends the step elsewhere.
        const told = problem === undefined ? this.#trouble.worked() : this.#trouble.failed(problem);
        told.catch(() => undefined);
    }
    describe(state) {
        const seen = describePodState(state);
        return this.problem === undefined ? seen : `${seen}, but ${this.problem.message}`;
    }
}

;// CONCATENATED MODULE: ./build/pod/silent-node.js
/** Says when the node stops answering and when it does again, until the signal ends it; never rejects. */
async function reportSilentNode(follower, report, signal) {
    try {
        for (;;) {
            await follower.until(isSilent, signal);
            await report(`node ${follower.node} has stopped answering: waiting until it does, or the cluster gives up the pod`);
            const { kind } = await follower.until((state) => !isSilent(state), signal);
            if (kind !== 'running')
                return;
            await report(`node ${follower.node} answers again`);
        }
    }
    catch {
        // The attempt has ended.
    }
}
function isSilent(state) {
    return state.kind === 'running' && state.isNodeSilent === true;
}

;// CONCATENATED MODULE: ./build/pod/wait.js



/** Reasons that every pod passes through and that explain nothing. */
const uneventful = new Set(['Pending', 'Scheduled']);
/** A pod that is still being created after this time has usually met a volume or network error: look at its events. */
const eventsAfterMs = 10_000;
/**
 * Waits until the builder runs or has ended. A hopeless state fails as soon as its patience is over, a hopeful one (no
 * room on the nodes, for example: an autoscaler may make some) at `start-timeout`.
 * @throws BuildError('pod') for a hopeless state, BuildError('timeout') with the last state, or the signal's reason.
 */
async function waitForStart(follower, wait, signal) {
    const { clock } = wait;
    const startedAt = clock.now();
    const creation = new Creation(wait);
    let reported = '';
    let stuckSince;
    for (;;) {
        const state = follower.state;
        if (state.kind !== 'starting' && state.kind !== 'stuck')
            return state;
        stuckSince = state.kind === 'stuck' ? (stuckSince ?? clock.now()) : undefined;
        // A pull that fails has two reasons, which take turns as long as it is tried again: what to do is the same for both.
        const told = state.kind === 'stuck' ? state.hint : state.reason;
        if (told !== reported && !uneventful.has(told)) {
            await wait.report(`waiting: ${describePodState(state)}`);
        }
        reported = told;
        const patienceMs = state.kind === 'stuck' ? (stuckSince ?? 0) + state.patienceMs - clock.now() : Infinity;
        if (state.kind === 'stuck' && patienceMs <= 0)
            throw hopeless(state, undefined, state.hint);
        const { obstacle, again } = await creation.look(state);
        if (obstacle?.isHopeless === true && again)
            throw hopeless(state, obstacle, obstacle.hint);
        const leftMs = startedAt + wait.startTimeoutMs - clock.now();
        if (leftMs <= 0)
            throw unseen(wait) ?? timedOut(wait.startTimeoutMs, state, obstacle);
        const ms = Math.min(patienceMs, creation.nextLookMs, leftMs);
        await changeOrTime(follower, state, clock, signal, ms);
    }
}
/** What hinders a pod whose containers are being created: looked for at growing intervals, each word of it told once. */
class Creation {
    #wait;
    #told = new Set();
    #sinceMs;
    #pauseMs = eventsAfterMs;
    #nextLookAtMs = Infinity;
    #obstacle;
    #isSeenAgain = false;
    constructor(wait) {
        this.#wait = wait;
    }
    get nextLookMs() {
        return this.#nextLookAtMs - this.#wait.clock.now();
    }
    /** @returns the newest obstacle, and whether it was there the last time too. */
    async look(state) {
        const nowMs = this.#wait.clock.now();
        if (!isCreating(state)) {
            this.#sinceMs = undefined;
            this.#nextLookAtMs = Infinity;
            return { obstacle: undefined, again: false };
        }
        if (this.#sinceMs === undefined) {
            this.#sinceMs = nowMs;
            this.#pauseMs = eventsAfterMs;
            this.#nextLookAtMs = nowMs + eventsAfterMs;
        }
        if (nowMs >= this.#nextLookAtMs) {
            await this.#read();
            this.#nextLookAtMs = this.#wait.clock.now() + this.#pauseMs;
            this.#pauseMs *= 2;
        }
        return { obstacle: this.#obstacle, again: this.#isSeenAgain };
    }
    async #read() {
        const obstacles = readObstacles(await this.#wait.events());
        for (const { words } of obstacles) {
            if (this.#told.has(words))
                continue;
            this.#told.add(words);
            await this.#wait.report(`event: ${words}`);
        }
        const obstacle = obstacles.at(-1);
        this.#isSeenAgain = obstacle !== undefined && obstacle.words === this.#obstacle?.words;
        this.#obstacle = obstacle;
    }
}
function isCreating(state) {
    return (state.kind === 'starting' &&
        ['ContainerCreating', 'PodInitializing', 'Scheduled'].includes(state.reason));
}
/** Resolves when the state is another one, or after `ms`. */
async function changeOrTime(follower, state, clock, signal, ms) {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const change = follower.until((next) => next !== state, either);
    const time = clock.sleep(Math.max(ms, 1), either);
    try {
        await Promise.race([change, time]);
    }
    finally {
        done.abort();
        await Promise.allSettled([change, time]);
    }
}
function hopeless(state, obstacle, hint) {
    return new errors/* BuildError */.zS('pod', `the pod cannot start: ${describe(state, obstacle)}`, { hint });
}
/** Whether a pod that nobody can look at has started is not known. */
function unseen({ problem, startTimeoutMs }) {
    const cause = problem();
    if (cause === undefined)
        return undefined;
    return new errors/* BuildError */.zS('timeout', `the pod was not seen to start within ${startTimeoutMs / 1_000} s: ${cause.message}`, { cause, ...(cause.hint !== undefined && { hint: cause.hint }) });
}
function timedOut(afterMs, state, obstacle) {
    return new errors/* BuildError */.zS('timeout', `the pod did not start within ${afterMs / 1_000} s: ${describe(state, obstacle)}`, { hint: obstacle?.hint ?? timeoutHint(state) });
}
function describe(state, obstacle) {
    const event = obstacle === undefined ? '' : `; last event: ${obstacle.words}`;
    return `${describePodState(state)}${event}`;
}
function timeoutHint(state) {
    if (state.kind === 'stuck')
        return state.hint;
    const hint = state.kind === 'starting' ? timeoutHints[state.reason] : undefined;
    return hint ?? "Give it more time with 'start-timeout', or look at the node and its events.";
}
const timeoutHints = {
    Unschedulable: "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or give an autoscaler more time with 'start-timeout'.",
    SchedulingGated: "Ask whoever runs the cluster what removes its scheduling gates, or give it more time with 'start-timeout'.",
};

;// CONCATENATED MODULE: ./build/attempt.js














/** The post step tries again, so nobody has to wait for long here. */
const removalMs = 15_000;
/** After a lost upload the container has this long to end by itself: its own words are the better message. */
const lastWordsMs = 5_000;
/**
 * One pod from create to its container's end: waits for the start, feeds stdin, mirrors the output. Removing the pod is the
 * caller's part.
 * @throws BuildError for everything that ends the attempt before the container does.
 */
async function runAttempt(order, ports, signal) {
    const { cluster, clock, log, report } = ports;
    const life = new AbortController();
    const alive = AbortSignal.any([signal, life.signal]);
    let nodeOf = () => '';
    try {
        await log.group(`Start pod ${order.ref.name}`);
        const pod = await createPod(cluster, order.pod, order.onRefused, clock, signal);
        report.phase('create', clock.now());
        const sight = new Sight(clock, (text) => log.info(text));
        const states = cluster.podStates(pod, alive, (problem) => {
            sight.told(problem);
        });
        const follower = followPod(states, builderContainerName, clock, alive);
        nodeOf = () => follower.node;
        report.describeState = () => sight.describe(follower.state);
        const started = await waitForStart(follower, {
            clock,
            startTimeoutMs: order.startTimeoutMs,
            report: (line) => log.info(line),
            events: () => eventsIfKnown(cluster, order.ref, alive),
            problem: () => sight.problem,
        }, signal);
        await log.info(describePodState(started));
        report.phase('start', clock.now());
        await log.group('Build');
        return await runContainer(order, follower, ports, alive);
    }
    finally {
        report.node = nodeOf();
        life.abort(new Error('the attempt has ended'));
    }
}
/** Deletes the attempt's pod; says what is left if that fails. */
async function removeAttempt(ref, ended, { cluster, clock, log }) {
    const removal = { graceSeconds: ended ? 0 : 1, patienceMs: removalMs };
    const problem = await removePod(cluster, ref, removal, clock);
    if (problem !== undefined) {
        await log.warning(`pod ${ref.name} could not be removed yet (${problem}); the post step tries again`);
    }
    return problem === undefined;
}
async function runContainer(order, follower, ports, signal) {
    const { cluster, clock, log, report } = ports;
    const { ref, isProvedByExit } = order;
    const tail = new Tail(order.notable);
    const open = (options, stop) => cluster.log(ref, builderContainerName, options, stop);
    const output = mirrorOutput({ open, follower, tail, clock, log }, signal);
    // Its error is looked at below; until then it must not count as unhandled.
    output.catch(() => undefined);
    void reportSilentNode(follower, (line) => log.info(line), signal);
    const upload = follower.state.kind === 'running' ? await upLoad(order, follower, ports, signal) : undefined;
    signal.throwIfAborted();
    const state = await waitForEnd(follower, upload, clock, signal);
    report.phase('build', clock.now());
    if (state.kind === 'ended')
        report.exitCode = state.exitCode;
    const isWhole = isFinal(state) && (await settleOutput(output, state, log, signal));
    const lines = tail.lines();
    const warn = (text) => log.warning(text);
    return {
        state,
        upload,
        tail: lines,
        noted: tail.noted(),
        isSilent: isWhole && lines.every((line) => line.trim() === ''),
        ...(await readEndCause(state, { cluster, ref, isProvedByExit, warn }, signal)),
    };
}
async function upLoad(order, follower, { cluster, clock, log, report }, signal) {
    const progress = new UploadProgress(clock);
    const done = new AbortController();
    const reporting = progress.reportEvery((line) => log.info(line), done.signal);
    const end = await uploadStdin({
        cluster,
        clock,
        follower,
        ref: order.ref,
        container: builderContainerName,
        streams: order.streams,
        open: order.open,
        onOpen: ({ progress: packed }) => {
            progress.restart(packed);
        },
        onSent: (bytes) => {
            progress.sent(bytes);
        },
        report: (line) => log.info(line),
    }, signal);
    done.abort();
    await reporting;
    report.phase('upload', clock.now());
    report.context = { ...progress.packed, wireBytes: progress.wireBytes };
    const how = end.acknowledged ? 'context complete' : 'context incomplete';
    await log.info(`${how}: ${progress.describe()}`);
    if (end.failure !== undefined && !signal.aborted)
        await log.info(end.failure.message);
    return end;
}
/** The container's end, or what is known shortly after an upload that failed. */
async function waitForEnd(follower, upload, clock, signal) {
    if (upload?.failure === undefined)
        return follower.until(isFinal, signal);
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const end = follower.until(isFinal, either);
    const late = clock
        .sleep(lastWordsMs, either)
        .then(() => follower.until(({ kind }) => kind !== 'ending', either));
    try {
        return await Promise.race([end, late]);
    }
    finally {
        done.abort();
        await Promise.allSettled([end, late]);
    }
}

;// CONCATENATED MODULE: ./build/deadline.js

/** @param describe what the step was waiting for, asked when the time is up. */
function startDeadline({ timeoutMs, startedAtMs }, clock, cancelled, describe) {
    const time = new AbortController();
    const done = new AbortController();
    const endsAtMs = startedAtMs + timeoutMs;
    void clock.sleep(Math.max(0, endsAtMs - clock.now()), done.signal).then(() => {
        time.abort(deadline_timedOut(timeoutMs, describe()));
    }, () => undefined);
    return {
        signal: AbortSignal.any([cancelled, time.signal]),
        remainingMs: () => Math.max(0, endsAtMs - clock.now()),
        end: () => {
            done.abort(new Error('the step has ended'));
        },
    };
}
/** The work's result, or the signal's reason as soon as it is aborted; the work itself goes on, unwatched. */
function orAborted(work, signal) {
    return new Promise((resolve, reject) => {
        const stop = () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
        };
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted)
            stop();
        work.then(resolve, reject).finally(() => {
            signal.removeEventListener('abort', stop);
        });
    });
}
/**
 * What to throw for work that the signal has stopped: the signal's reason, and what was being waited for.
 * @param hint what to change so that it does not take that long.
 */
function stoppedWhile(doing, { reason }, hint) {
    if (!(reason instanceof errors/* BuildError */.zS)) {
        return new errors/* BuildError */.zS('cluster', `${doing} did not end: ${(0,errors/* describeError */.Uc)(reason)}`, {
            hint,
            cause: reason,
        });
    }
    return new errors/* BuildError */.zS(reason.kind, `${reason.message}, while ${doing}`, {
        // Who has cancelled the job knows what to do.
        ...(reason.kind === 'timeout' && { hint }),
        cause: reason,
    });
}
function deadline_timedOut(timeoutMs, state) {
    return new errors/* BuildError */.zS('timeout', `the step did not end within its timeout of ${timeoutMs / 1_000} s; last state: ${state}`, {
        hint: "Raise 'timeout', or look at what the builder was doing.",
    });
}

;// CONCATENATED MODULE: ./build/inputs/problem.js


/** Thrown by the parsers of single values: everything that is wrong with one input. */
class InvalidInput extends Error {
    problems;
    constructor(problems) {
        super(problems
            .map(({ line, text }) => (line === undefined ? text : `line ${line}: ${text}`))
            .join('; '));
        this.name = 'InvalidInput';
        this.problems = problems;
    }
}
/** One problem of one value, to be thrown. */
function invalid(text, hint) {
    return new InvalidInput([{ text, ...(hint !== undefined && { hint }) }]);
}
/** Collects what is wrong with all inputs, so that the user corrects them in one go. */
class Problems {
    #found = [];
    add(input, text, hint) {
        this.#found.push({ input, text, ...(hint !== undefined && { hint }) });
    }
    /** The parser's value, or `fallback` after taking down why there is none. */
    collect(input, parse, fallback) {
        try {
            return parse();
        }
        catch (error) {
            if (!(error instanceof InvalidInput))
                throw error;
            for (const problem of error.problems)
                this.#found.push({ input, ...problem });
            return fallback;
        }
    }
    /** @throws BuildError('input') that lists every problem, if there are any. */
    throwIfAny() {
        const [first, ...others] = this.#found;
        if (first === undefined)
            return;
        if (others.length === 0) {
            throw new errors/* BuildError */.zS('input', describeProblem(first), {
                ...(first.hint !== undefined && { hint: first.hint }),
            });
        }
        const list = this.#found.map((problem, index) => `(${index + 1}) ${describeProblem(problem)}.${problem.hint === undefined ? '' : ` ${problem.hint}`}`);
        throw new errors/* BuildError */.zS('input', `${this.#found.length} problems in the inputs: ${list.join(' ')}`);
    }
}
function describeProblem({ input, line, text }) {
    return `input '${input}'${line === undefined ? '' : ` line ${line}`}: ${text}`;
}
/** A value in quotes for a message, cut where it gets long. */
function quote(value) {
    return JSON.stringify(excerpt(value, 100));
}

;// CONCATENATED MODULE: ./build/inputs/reference.js

/** Docker Hub's registry as go-containerregistry (kaniko, crane) names it. */
const dockerHub = 'index.docker.io';
// The grammar of github.com/distribution/reference.
const component = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const hostPattern = new RegExp(`^(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?$`);
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const longestName = 255;
/**
 * A reference to push, as Docker reads it: Docker Hub without a host, `latest` without a tag.
 * @throws InvalidInput
 */
function parseReference(text) {
    refuseScheme(text);
    if (text.includes('@')) {
        throw invalid(`${quote(text)} has a digest, which only the pushed image gets`, 'Write registry/repository:tag.');
    }
    const { name, tag } = splitTag(text);
    if (tag !== undefined && !tagPattern.test(tag)) {
        throw invalid(`${quote(text)} has no valid tag after the last ":"`, 'Use at most 128 letters, digits, "_", "." and "-", not beginning with "." or "-".');
    }
    const { registry, path } = parseRepository(name);
    return {
        text: `${name}:${tag ?? 'latest'}`,
        registry,
        repository: path,
        tag: tag ?? 'latest',
    };
}
/**
 * A repository without tag and digest.
 * @throws InvalidInput
 */
function parseRepository(name) {
    const { host, path } = splitHost(name);
    if (host !== undefined && !hostPattern.test(host)) {
        throw invalid(`${quote(name)} has no valid registry before the first "/"`, 'Write host[:port]/repository.');
    }
    if (path !== path.toLowerCase()) {
        throw invalid(`${quote(name)} has upper-case letters in the repository`, `Use ${host === undefined ? '' : `${host}/`}${path.toLowerCase()}.`);
    }
    if (name.length > longestName || !path.split('/').every((part) => pathPattern.test(part))) {
        throw invalid(`${quote(name)} is not a repository`, 'Use lower-case letters and digits, separated by ".", "_", "-" or "/".');
    }
    const registry = normalizeHost(host ?? dockerHub);
    return {
        registry,
        path: registry === dockerHub && !path.includes('/') ? `library/${path}` : path,
    };
}
/** @throws InvalidInput for `https://host/repository`. */
function refuseScheme(text) {
    if (!/^[a-z]+:\/\//i.test(text))
        return;
    throw invalid(`${quote(text)} begins with a scheme`, `Write ${text.replace(/^[a-z]+:\/\//i, '')}.`);
}
/**
 * A registry's host and port; a scheme and a path are not part of it.
 * @throws InvalidInput
 */
function parseHost(text) {
    if (hostPattern.test(text))
        return normalizeHost(text);
    throw invalid(`${quote(text)} is not the host of a registry`, 'Write host or host:port.');
}
/** One name for Docker Hub's many. */
function normalizeHost(host) {
    return ['docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'].includes(host)
        ? dockerHub
        : host;
}
/** Registry of an image reference as it stands in a Dockerfile, tag and digest included; undefined if it is none. */
function registryOf(reference) {
    const { name } = splitTag(reference.replace(/@.*$/s, ''));
    const { host, path } = splitHost(name);
    const isReference = path.split('/').every((part) => pathPattern.test(part));
    if (!isReference || (host !== undefined && !hostPattern.test(host)))
        return undefined;
    return normalizeHost(host ?? dockerHub);
}
/** A colon in the last path component separates the tag; elsewhere it belongs to the port. */
function splitTag(text) {
    const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
    if (colon === -1)
        return { name: text, tag: undefined };
    return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}
/**
 * The first component is a host if it has a dot or a port. Docker also takes one in upper case for a host; builders do
 * not, and it is nearly always an organisation's name that has to be written in lower case.
 */
function splitHost(name) {
    const slash = name.indexOf('/');
    const first = name.slice(0, Math.max(0, slash));
    const isHost = /[.:]/.test(first) || first === 'localhost';
    return slash > 0 && isHost
        ? { host: first, path: name.slice(slash + 1) }
        : { host: undefined, path: name };
}

// EXTERNAL MODULE: ./node_modules/js-yaml/dist/js-yaml.mjs
var js_yaml = __webpack_require__(3243);
;// CONCATENATED MODULE: ./build/inputs/secrets.js



/** Shorter values would blot out ordinary text in the log. */
const shortest = 6;
/** Names of fields and variables that hold a secret, as against a region or a profile. */
const secretName = /token|secret|passw|credential|private|key(?!-?path)/i;
/**
 * Every secret of a kubeconfig, in each form in which it may appear in a log: tokens, keys, passwords, secrets of auth
 * providers and variables of plugins. Never the document itself: masking its lines would blot out ordinary words. Empty
 * for a text that is no kubeconfig.
 */
function leafSecrets(kubeconfig) {
    let document;
    try {
        document = (0,js_yaml/* load */.Hh)(kubeconfig);
    }
    catch {
        return [];
    }
    const users = listOf(fieldsOf(document)['users']).map((entry) => fieldsOf(entry['user']));
    const clusters = listOf(fieldsOf(document)['clusters']).map((entry) => fieldsOf(entry['cluster']));
    return maskForms([...users.flatMap(userSecrets), ...clusters.flatMap(clusterSecrets)]);
}
/**
 * The forms of secrets that the runner has to mask: the value, its lines (the runner masks line by line), its base64, what
 * it is the base64 of, its URL form. Only those of six characters or more, each once.
 */
function maskForms(secrets) {
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
const secrets_longestLine = 200;
/**
 * The last line that a program wrote to stderr, fit for a message. Without the secrets: a message that fails a step may be
 * the first thing that knows them.
 */
function lastLine(stderr, secrets) {
    const masked = maskForms(secrets)
        .toSorted((one, other) => other.length - one.length)
        .reduce((text, form) => text.replaceAll(form, '***'), stderr);
    const line = (masked
        .trim()
        .split(/[\r\n]+/)
        .at(-1) ?? '').trim();
    return excerpt(line, secrets_longestLine);
}
function userSecrets(user) {
    const provider = fieldsOf(fieldsOf(user['auth-provider'])['config']);
    const plugin = listOf(fieldsOf(user['exec'])['env']);
    const [username] = texts([user['username']]);
    const [password] = texts([user['password']]);
    return [
        ...texts([user['token'], user['client-key-data']]),
        ...(password === undefined ? [] : [password, `${username ?? ''}:${password}`]),
        ...texts(Object.entries(provider).flatMap(([key, value]) => (isSecret(key) ? [value] : []))),
        ...texts(plugin.map(({ name, value }) => (isSecret(name) ? value : undefined))),
    ];
}
/** A password in the URL of a proxy or server. */
function clusterSecrets(cluster) {
    return texts([cluster['server'], cluster['proxy-url']]).flatMap((text) => {
        if (!URL.canParse(text))
            return [];
        const { password } = new URL(text);
        return [password, decodeOrSame(password)];
    });
}
function isSecret(name) {
    return typeof name === 'string' && secretName.test(name);
}
/** YAML reads a password of digits as a number. */
function texts(values) {
    return values
        .filter((value) => typeof value === 'string' || typeof value === 'number')
        .map(String)
        .filter((value) => value !== '');
}
/** The lines of a text; those around a PEM block are no secret. */
function linesOf(value) {
    return value
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => !line.startsWith('-----'));
}
/** What a text is the base64 of, if that is printable. */
function decodeText(text) {
    const compact = text.replace(/\s+/g, '');
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
        return undefined;
    const decoded = Buffer.from(compact, 'base64').toString('utf8');
    return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}
function decodeOrSame(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

;// CONCATENATED MODULE: ./build/context/auth.js





/** The key under which Docker keeps the login to Docker Hub. */
const hubKey = 'https://index.docker.io/v1/';
const noLogins = { config: undefined, hosts: [], secrets: [], warnings: [] };
/**
 * Reads config.json.
 * @param source its path, for messages.
 * @throws BuildError('input') if it is no JSON object. The message quotes none of it.
 */
function parseDockerConfig(text, source) {
    let document;
    try {
        document = JSON.parse(text.trim() === '' ? '{}' : text);
    }
    catch (error) {
        // The parser's own message would quote the text.
        const place = /position \d+/.exec((0,errors/* describeError */.Uc)(error))?.[0];
        throw brokenConfig(source, `it is not JSON${place === undefined ? '' : ` (${place})`}`);
    }
    if (!isFields(document))
        throw brokenConfig(source, 'it is not a JSON object');
    const { credsStore } = document;
    return {
        source,
        auths: fieldsOf(document['auths']),
        credHelpers: fieldsOf(document['credHelpers']),
        credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
    };
}
/**
 * The registries whose logins a build needs: those of the tags if it pushes and of the caches; those that the Dockerfile
 * names by `pull-logins`.
 * @param pullHosts registriesOf the Dockerfile.
 */
function wantedHosts({ image, registry }, pullHosts) {
    const caches = [image.cacheFrom, image.cacheTo].filter((name) => name !== undefined);
    const required = [
        ...(image.push ? image.tags.map((tag) => tag.registry) : []),
        ...(image.noCache ? [] : caches.map((name) => parseRepository(name).registry)),
    ];
    const { pullLogins } = registry;
    const pulls = { auto: pullHosts, none: [] };
    const others = typeof pullLogins === 'string' ? pulls[pullLogins] : pullLogins;
    const wanted = new Map();
    for (const host of others)
        wanted.set(host, { host, required: false });
    for (const host of required)
        wanted.set(host, { host, required: true });
    return [...wanted.values()];
}
/**
 * Resolves the logins of the given registries as docker does: its helper, else the store, else the file's own entry.
 * @throws BuildError('input') if a helper of a required registry fails, or its entry is no login; the signal's reason if it
 * is aborted.
 */
async function collectLogins(config, hosts, run, signal) {
    if (config === undefined)
        return noLogins;
    const auths = {};
    const found = [];
    const warnings = [];
    for (const { host, required } of hosts) {
        let entries;
        try {
            entries = await resolveLogin(config, host, run, signal);
        }
        catch (error) {
            if (required || signal.aborted || !(error instanceof errors/* BuildError */.zS))
                throw error;
            warnings.push(`${error.message}; pulling from ${host} goes on without a login`);
            continue;
        }
        if (Object.keys(entries).length === 0)
            continue;
        Object.assign(auths, entries);
        found.push(host);
    }
    if (found.length === 0)
        return { ...noLogins, warnings };
    return {
        config: Buffer.from(`${JSON.stringify({ auths })}\n`),
        hosts: found,
        secrets: Object.values(auths).flatMap(entrySecrets),
        warnings,
    };
}
/** Registries that the build pushes to without a login beside the context; what is in a Secret of the cluster is not known. */
function hostsWithoutLogin({ image, registry }, config) {
    if (!image.push || registry.secret !== undefined)
        return [];
    const document = config === undefined ? {} : JSON.parse(config.toString('utf8'));
    const auths = isFields(document) ? fieldsOf(document['auths']) : {};
    const known = new Set(Object.keys(auths).map((key) => readKey(key).host));
    const hosts = new Set(image.tags.map((tag) => tag.registry));
    return [...hosts].filter((host) => !known.has(host));
}
async function resolveLogin(config, host, run, signal) {
    const helper = findHelper(config, host);
    const answer = helper === undefined ? undefined : await askHelper(helper, host, run, signal);
    if (answer !== undefined)
        return { [keyOf(host)]: answer };
    return fileEntries(config, host);
}
/** @throws BuildError('input') that quotes nothing of it, if it is no login: builders refuse it, each in its own words. */
function checkEntry({ source }, key, entry) {
    const { auth, identitytoken, registrytoken } = entry;
    if (auth === undefined || identitytoken !== undefined || registrytoken !== undefined)
        return;
    const text = auth.replace(/[\r\n]/g, '');
    const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
    if (isBase64 && Buffer.from(text, 'base64').indexOf(':') > 0)
        return;
    throw new errors/* BuildError */.zS('input', `the login for ${JSON.stringify(key)} in the Docker configuration ${JSON.stringify(source)} is none: its auth is not the base64 text of user:password`, { hint: 'Log in to this registry again, in a step before this one, or correct the entry.' });
}
function findHelper({ credHelpers, credsStore }, host) {
    const own = Object.entries(credHelpers).find(([key]) => readKey(key).host === host)?.[1];
    return typeof own === 'string' ? own : credsStore;
}
/** The file's entries for the host, those of a part of it (`host/group`) included, under the keys that builders look up. */
function fileEntries(config, host) {
    const entries = {};
    for (const [key, value] of Object.entries(config.auths)) {
        const place = readKey(key);
        const entry = toEntry(value);
        if (place.host !== host || Object.keys(entry).length === 0)
            continue;
        checkEntry(config, key, entry);
        entries[place.path === '' ? keyOf(host) : `${host}/${place.path}`] = entry;
    }
    return entries;
}
/** `https://host/v1/`, `host/v2`, `host`, `host/group`: Docker's many spellings. */
function readKey(key) {
    const bare = key.replace(/^https?:\/\//, '').replace(/\/+$/, '');
    const slash = bare.indexOf('/');
    const host = slash === -1 ? bare : bare.slice(0, slash);
    const path = slash === -1 ? '' : bare.slice(slash + 1);
    return { host: normalizeHost(host), path: /^v[12]$/.test(path) ? '' : path };
}
function keyOf(host) {
    return host === dockerHub ? hubKey : host;
}
/** The fields of an entry that log in; empty entries are left behind by a credential store. */
function toEntry(value) {
    const { auth, username, password, identitytoken, registrytoken } = fieldsOf(value);
    const basic = typeof username === 'string' && typeof password === 'string' && username !== ''
        ? encodeBasic(username, password)
        : auth;
    const fields = { auth: basic, identitytoken, registrytoken };
    return Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => typeof field === 'string' && field !== '' ? [[name, field]] : []));
}
function entrySecrets({ auth = '', identitytoken = '', registrytoken = '', }) {
    const password = Buffer.from(auth, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
    return maskForms([auth, password, identitytoken, registrytoken].filter((text) => text !== ''));
}
/**
 * Asks `docker-credential-<helper> get`. Source: docker/docker-credential-helpers: the server's URL on stdin, JSON on
 * stdout; a user named `<token>` marks an identity token.
 * @returns undefined if the helper has no login for the host.
 */
async function askHelper(helper, host, run, signal) {
    // Logins to other registries than Docker Hub are stored under the name that `docker login` was given.
    const servers = host === dockerHub ? [hubKey, dockerHub, 'docker.io'] : [host, `https://${host}`];
    for (const server of servers) {
        const entry = await askFor(helper, server, run, signal);
        if (entry !== undefined)
            return entry;
    }
    return undefined;
}
async function askFor(helper, server, run, signal) {
    const command = `docker-credential-${helper}`;
    const doing = `asking ${JSON.stringify(command)} for the login to ${JSON.stringify(server)}`;
    const hint = "Install or correct the helper, or give 'docker-config' a directory without it.";
    let answer;
    try {
        answer = await run(command, ['get'], { input: server, signal });
    }
    catch (error) {
        if (signal.aborted)
            throw stoppedWhile(doing, signal, hint);
        throw new errors/* BuildError */.zS('input', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint,
            cause: error,
        });
    }
    const said = `${answer.stdout} ${answer.stderr}`;
    if (answer.exitCode !== 0) {
        if (/credentials not found|no credentials|not found in native/i.test(said))
            return undefined;
        // Never its stdout: a helper may print the login there and fail all the same.
        const reason = lastLine(answer.stderr, entrySecrets(readAnswer(answer.stdout) ?? {}));
        const why = reason === '' ? '' : `: ${reason}`;
        throw new errors/* BuildError */.zS('input', `${doing} failed with exit code ${answer.exitCode}${why}`, {
            hint,
        });
    }
    const entry = readAnswer(answer.stdout);
    if (entry === undefined)
        throw new errors/* BuildError */.zS('input', `${doing} gave no login`, { hint });
    return Object.keys(entry).length === 0 ? undefined : entry;
}
function readAnswer(stdout) {
    const { Username: username, Secret: secret } = fieldsOf(parseJson(stdout));
    if (typeof username !== 'string' || typeof secret !== 'string')
        return undefined;
    if (secret === '')
        return {};
    return username === '<token>'
        ? { identitytoken: secret }
        : { auth: encodeBasic(username, secret) };
}
function encodeBasic(username, password) {
    return Buffer.from(`${username}:${password}`).toString('base64');
}
function brokenConfig(source, what) {
    return new errors/* BuildError */.zS('input', `reading the Docker configuration ${JSON.stringify(source)} failed: ${what}`, {
        hint: "Correct the file, or set 'docker-config' to another one or to none.",
    });
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./build/context/prefetch.js

/** Streams of one pod; the first one is packed at once, while the pod is scheduled and its image pulled. */
class StreamsAhead {
    #open;
    #limitBytes;
    #first;
    /** @param limitBytes of compressed bytes that may wait for the container. */
    constructor(open, limitBytes) {
        this.#open = open;
        this.#limitBytes = limitBytes;
        this.#first = this.#ahead();
    }
    /** A stream from its beginning, which the caller destroys; after the first one they are packed as they are asked for. */
    open() {
        const first = this.#first ?? this.#ahead();
        this.#first = undefined;
        return first;
    }
    /** Stops packing if nobody wanted the stream. */
    close() {
        this.#first?.stream.destroy();
        this.#first = undefined;
    }
    #ahead() {
        const { stream, progress } = this.#open();
        const ahead = prefetch(stream, this.#limitBytes);
        // Whoever reads it gets the error; until then it must not count as unhandled.
        ahead.on('error', () => undefined);
        return { stream: ahead, progress };
    }
}
/**
 * Reads a stream ahead of its consumer, up to a limit. Destroying the result destroys the source; an error of the source comes after what was read before it.
 * @param limitBytes reading pauses once so much waits; one chunk more than that may wait.
 */
function prefetch(source, limitBytes) {
    return new PrefetchedStream(source, limitBytes);
}
class PrefetchedStream extends external_node_stream_.Readable {
    #source;
    #limitBytes;
    #waiting = [];
    #waitingBytes = 0;
    #isWanted = false;
    #end;
    constructor(source, limitBytes) {
        // Whole chunks go through, one at a time: reading a byte stream would put everything that waits into one buffer.
        super({ objectMode: true, highWaterMark: 1 });
        this.#source = source;
        this.#limitBytes = limitBytes;
        source.on('data', (chunk) => {
            this.#waiting.push(chunk);
            this.#waitingBytes += chunk.length;
            if (this.#waitingBytes >= this.#limitBytes)
                source.pause();
            this.#hand();
        });
        source.once('end', () => {
            this.#end = {};
            this.#hand();
        });
        source.once('error', (error) => {
            this.#end = { error };
            this.#hand();
        });
    }
    _read() {
        this.#isWanted = true;
        this.#hand();
    }
    _destroy(error, callback) {
        this.#waiting.length = 0;
        this.#source.destroy();
        callback(error);
    }
    #hand() {
        while (this.#isWanted) {
            const chunk = this.#waiting.shift();
            if (chunk === undefined)
                break;
            this.#waitingBytes -= chunk.length;
            this.#isWanted = this.push(chunk);
        }
        if (this.#waiting.length === 0 && this.#end !== undefined) {
            if (this.#end.error !== undefined)
                this.destroy(this.#end.error);
            else if (this.#isWanted)
                this.push(null);
        }
        else if (this.#waitingBytes < this.#limitBytes && this.#source.isPaused()) {
            this.#source.resume();
        }
    }
}

;// CONCATENATED MODULE: ./build/pod/access.js

/** Rights without which no build is possible. The attach upgrade is a GET; since 1.35 the server asks for `create` too. */
const required = [
    { verb: 'create', resource: 'pods' },
    { verb: 'get', resource: 'pods' },
    { verb: 'delete', resource: 'pods' },
    { verb: 'get', resource: 'pods/attach' },
    { verb: 'create', resource: 'pods/attach' },
    { verb: 'get', resource: 'pods/log' },
];
/**
 * Makes sure of every right before anything is created: by the list that the cluster gives, and by a question for each right
 * that is not in it. A server that does not answer such questions is given the benefit of the doubt: the calls themselves will
 * say.
 * @throws BuildError('cluster') that names what is missing, with the lines to add to the Role.
 */
async function checkAccess(cluster, signal) {
    const listed = await cluster.listedRights(signal);
    const doubtful = required.filter((access) => !listed.some((right) => covers(right, access)));
    const answers = await Promise.all(doubtful.map((access) => cluster.can(access, signal)));
    const missing = doubtful.filter((_, index) => answers[index] === 'no');
    if (missing.length === 0)
        return;
    const rights = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
    throw new errors/* BuildError */.zS('cluster', `the account of the kubeconfig may not ${rights} in namespace ${JSON.stringify(cluster.namespace)}`, { hint: `Add to its Role: ${missingRules(missing).join(' ')}` });
}
function covers(right, access) {
    return [access.verb, '*'].includes(right.verb) && [access.resource, '*'].includes(right.resource);
}
/** One YAML rule for each resource, as it stands in a Role. */
function missingRules(missing) {
    const resources = [...new Set(missing.map(({ resource }) => resource))];
    return resources.map((resource) => {
        const verbs = missing.filter((access) => access.resource === resource).map(({ verb }) => verb);
        return `- {apiGroups: [""], resources: [${resource}], verbs: [${verbs.join(', ')}]}`;
    });
}

;// CONCATENATED MODULE: ./build/pod/labels.js
/** Prefix of every label and annotation that is ours; users cannot set keys below it. */
const ownPrefix = 'kube-build-push/';
/** Labels that every builder pod has. */
const ownLabels = {
    'app.kubernetes.io/name': 'kube-build-push',
    'app.kubernetes.io/managed-by': 'kube-build-push',
    'app.kubernetes.io/component': 'builder',
};
/** Tells our own create, whose answer was lost, from a pod of somebody else with the same name. */
const nonceAnnotation = `${ownPrefix}nonce`;
/** RFC 3339 time after which a later run may remove the pod. */
const expiresAnnotation = `${ownPrefix}expires`;
/** Value of `keep-pod` where it may keep the pod: until it expires, no later run removes it. */
const keepAnnotation = `${ownPrefix}keep-pod`;
/** True for keys of labels and annotations that a user must not set. */
function isOwnKey(key) {
    return key.startsWith(ownPrefix) || Object.hasOwn(ownLabels, key);
}
/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
function toLabelValue(text) {
    return text
        .replace(/[^A-Za-z0-9._-]+/g, '.')
        .slice(0, 63)
        .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

;// CONCATENATED MODULE: ./build/pod/spec.js

/** The builder pod, before a pod template is merged. */
function buildPod(inputs, order) {
    return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
            name: order.ref.name,
            namespace: order.ref.namespace,
            labels: { ...inputs.labels, ...ownLabels, ...runLabels(order.run) },
            annotations: {
                // A builder that is moved starts again from nothing; the autoscaler has to wait for it.
                'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
                ...inputs.annotations,
                [nonceAnnotation]: order.nonce,
                [expiresAnnotation]: order.expiresAt.toISOString(),
                ...(order.keepPod !== 'never' && { [keepAnnotation]: order.keepPod }),
            },
        },
        spec: {
            restartPolicy: 'Never',
            activeDeadlineSeconds: order.activeDeadlineSeconds,
            // A builder has nothing to save when it is told to stop.
            terminationGracePeriodSeconds: 1,
            enableServiceLinks: false,
            automountServiceAccountToken: inputs.serviceAccount !== undefined,
            ...(inputs.serviceAccount !== undefined && { serviceAccountName: inputs.serviceAccount }),
            nodeSelector: {
                'kubernetes.io/os': 'linux',
                ...(order.platform !== undefined && { 'kubernetes.io/arch': order.platform.architecture }),
                ...inputs.nodeSelector,
            },
            ...(inputs.tolerations.length > 0 && {
                tolerations: inputs.tolerations.map((t) => ({ ...t })),
            }),
            ...(inputs.imagePullSecrets.length > 0 && {
                imagePullSecrets: inputs.imagePullSecrets.map((name) => ({ name })),
            }),
            ...(order.volumes.length > 0 && { volumes: [...order.volumes] }),
            containers: [builderContainer(inputs, order.container)],
        },
    };
}
/**
 * The fields that carry the action's guarantees. `stdinOnce` makes the runtime close stdin after the first attach
 * (attach ends = end of file); without it a builder that reads to the end would wait for ever.
 */
function builderContainer(inputs, container) {
    const { requests, limits } = inputs.resources;
    return {
        ...container,
        ...((Object.keys(requests).length > 0 || Object.keys(limits).length > 0) && {
            resources: { requests: { ...requests }, limits: { ...limits } },
        }),
        stdin: true,
        stdinOnce: true,
        tty: false,
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'FallbackToLogsOnError',
    };
}
function runLabels(run) {
    const labels = {
        [`${ownPrefix}repository`]: toLabelValue(run.repository),
        [`${ownPrefix}run-id`]: toLabelValue(run.runId),
        [`${ownPrefix}run-attempt`]: toLabelValue(run.runAttempt),
    };
    return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

;// CONCATENATED MODULE: ./build/pod/sweep.js

/** A run that is alive may still read the log of a container that has just ended. */
const readingMs = 10 * 60_000;
/**
 * Removes what dead runs of the same repository left behind: pods whose containers ended a while ago, and those whose time is
 * past by the server's own clock. A living run's pod is never touched, nor one that was kept on purpose before its time.
 * Does nothing without the right to list pods. Never rejects: this run's verdict does not depend on it.
 * @param repository `owner/name`; empty outside of a workflow, where nobody knows whose pods they are.
 */
async function sweepPods(cluster, repository, report, signal) {
    const label = toLabelValue(repository);
    if (label === '')
        return;
    const selector = Object.entries({ ...ownLabels, [`${ownPrefix}repository`]: label });
    try {
        const found = await cluster.listPods(selector.map(([key, value]) => `${key}=${value}`).join(','), signal);
        if (found === undefined)
            return;
        for (const pod of found.pods) {
            if (!isLeftover(pod, found.serverTimeMs))
                continue;
            if (await cluster.deleteUnchanged(pod, signal)) {
                await report(`removed pod ${pod.metadata?.name ?? ''}, which an earlier run left behind`);
            }
        }
    }
    catch {
        // Another run tries again.
    }
}
/** True for a pod that no living run needs. @param nowMs by the server's clock. */
function isLeftover(pod, nowMs) {
    const { annotations = {}, deletionTimestamp } = pod.metadata ?? {};
    if (deletionTimestamp !== undefined)
        return false;
    const expiresMs = Date.parse(annotations[expiresAnnotation] ?? '');
    if (expiresMs < nowMs)
        return true;
    if (annotations[keepAnnotation] !== undefined)
        return false;
    const endedMs = endOf(pod);
    return endedMs !== undefined && endedMs + readingMs < nowMs;
}
/** When the last container ended; undefined while one of them has not. */
function endOf(pod) {
    const statuses = pod.status?.containerStatuses ?? [];
    const ends = statuses.map(({ state }) => state?.terminated?.finishedAt);
    if (ends.length === 0)
        return undefined;
    const times = ends.map((end) => (end === undefined ? NaN : new Date(end).getTime()));
    const last = Math.max(...times);
    return Number.isNaN(last) ? undefined : last;
}

;// CONCATENATED MODULE: ./build/pod/template.js




/** Name by which a template means the builder's own container. */
const builderAlias = '$builder';
/** Fields that carry the action's guarantees, with what to use instead. */
const refused = {
    metadata: {
        name: 'the action chooses it',
        generateName: 'the action chooses the name',
        namespace: "use the input 'namespace'",
        ownerReferences: 'the action removes the pod itself',
        finalizers: 'the action removes the pod itself',
    },
    spec: {
        restartPolicy: 'a builder is never started twice with one stream',
        activeDeadlineSeconds: "use the input 'timeout'",
    },
    builder: {
        image: "use the input 'builder-image'",
        command: "use the input 'builder-command'",
        args: "use the input 'builder-args'",
        stdin: 'the context arrives there',
        stdinOnce: 'the context arrives there',
        tty: 'the context is binary',
        restartPolicy: 'a builder is never started twice with one stream',
        restartPolicyRules: 'a builder is never started twice with one stream',
        terminationMessagePath: 'the digest arrives there',
        terminationMessagePolicy: 'the digest arrives there',
    },
};
/**
 * Merges a user's template into the pod by the rules of ARC's hook templates: lists are appended, maps are merged, single
 * values replace ours; the container `$builder` is merged into the builder, others become sidecars. Unknown fields pass:
 * the API server refuses them (`fieldValidation=Strict`).
 * @throws BuildError('input') that lists every field that must not be set.
 */
function mergeTemplate(pod, template) {
    const metadata = fieldsOf(template['metadata']);
    const { containers: listed, ...spec } = fieldsOf(template['spec']);
    const containers = itemsOf(listed).map(fieldsOf);
    const builder = containers.find(isBuilder) ?? {};
    const ours = pod.spec?.containers[0] ?? { name: builderContainerName };
    const wrong = wrongKinds(template, spec, listed);
    const forbidden = [
        ...refusedFields('metadata', metadata, refused.metadata),
        ...refusedFields('spec', spec, refused.spec),
        ...refusedFields(`spec.containers[${builderAlias}]`, builder, refused.builder),
        ...refusedKeys('metadata.labels', metadata['labels']),
        ...refusedKeys('metadata.annotations', metadata['annotations']),
        ...refusedEnv(builder, ours),
        ...refusedMounts(builder, ours),
        ...(containers.filter(isBuilder).length > 1 ? [`${builderAlias} stands there twice`] : []),
    ];
    if (wrong.length > 0)
        refuse([...wrong, ...forbidden], 'Correct these fields of the template, or remove them.');
    if (forbidden.length > 0)
        refuse(forbidden, 'Remove these fields from the template.');
    const sidecars = containers.filter((container) => !isBuilder(container));
    const merged = {
        ...pod,
        metadata: mergeFields(fieldsOf(pod.metadata), metadata),
        spec: {
            ...mergeFields(fieldsOf(pod.spec), spec),
            containers: [{ ...mergeFields(fieldsOf(ours), builder), name: ours.name }, ...sidecars],
        },
    };
    // The result has the shape that the template gives it; the server checks it strictly.
    return merged;
}
/** What is no map or list would be dropped by the merge, and the server could not refuse it. */
function wrongKinds(template, spec, containers) {
    const maps = { metadata: template['metadata'], spec: template['spec'] };
    return [
        ...Object.entries(maps)
            .filter(([, value]) => value !== undefined && !isFields(value))
            .map(([place]) => `${place} must be a map`),
        ...Object.entries({ containers, volumes: spec['volumes'] })
            .filter(([, value]) => value !== undefined && !Array.isArray(value))
            .map(([place]) => `spec.${place} must be a list`),
    ];
}
function isBuilder(container) {
    return container['name'] === builderAlias;
}
/** Lists append, maps merge (one level for `resources`, `securityContext` and the like, two for their own maps), the rest replaces. */
function mergeFields(ours, theirs) {
    // A map, because a template may have any key, `__proto__` too.
    const merged = new Map(Object.entries(ours));
    for (const [key, value] of Object.entries(theirs)) {
        const own = merged.get(key);
        if (Array.isArray(own) && Array.isArray(value))
            merged.set(key, [...itemsOf(own), ...itemsOf(value)]);
        else if (isFields(own) && isFields(value))
            merged.set(key, key === 'capabilities' ? value : mergeFields(own, value));
        else
            merged.set(key, value);
    }
    return Object.fromEntries(merged);
}
function refusedFields(place, given, rules) {
    return Object.entries(rules)
        .filter(([field]) => field in given)
        .map(([field, reason]) => `${place}.${field} must not be set: ${reason}`);
}
function refusedKeys(place, given) {
    return Object.keys(fieldsOf(given))
        .filter(isOwnKey)
        .map((key) => `${place} must not have ${JSON.stringify(key)}: it is the action's own`);
}
function refusedEnv(builder, ours) {
    const own = new Set((ours.env ?? []).map(({ name }) => name));
    return itemsOf(builder['env'])
        .map((entry) => fieldsOf(entry)['name'])
        .filter((name) => typeof name === 'string' && own.has(name))
        .map((name) => `env ${JSON.stringify(name)} of ${builderAlias} is already set by the action`);
}
/** Runtimes mount the deeper place last, so only the same place is hidden. */
function refusedMounts(builder, ours) {
    const own = new Set([ours.terminationMessagePath, ...(ours.volumeMounts ?? []).map(({ mountPath }) => mountPath)]
        .filter((path) => path !== undefined)
        .map(cleanPath));
    return listOf(builder['volumeMounts'])
        .map((mount) => mount['mountPath'])
        .filter((path) => typeof path === 'string')
        .map(cleanPath)
        .filter((path) => own.has(path))
        .map((path) => `volumeMounts of ${builderAlias} must not hide ${path}: the action needs it`);
}
/** The root is the empty text. */
function cleanPath(path) {
    return path
        .split('/')
        .filter((name) => name !== '' && name !== '.')
        .map((name) => `/${name}`)
        .join('');
}
/** @throws BuildError('input') always. */
function refuse(problems, hint) {
    throw new errors/* BuildError */.zS('input', `input 'pod-template': ${problems.join('; ')}`, { hint });
}

;// CONCATENATED MODULE: ./build/result/losses.js
const tryAgain = 'Run the step again; if it happens often, ask whoever runs the cluster.';
const raisePriority = "Set a priorityClassName by 'pod-template'.";
const losses = {
    Deleted: {
        what: 'somebody deleted the pod',
        hint: 'Find out who deletes pods in this namespace.',
        restart: false,
    },
    TerminationByKubelet: { what: 'the node evicted the pod', hint: tryAgain, restart: true },
    Preempting: {
        what: 'the pod was preempted by a more important one',
        hint: raisePriority,
        restart: true,
    },
    PreemptionByScheduler: {
        what: 'the pod was preempted by a more important one',
        hint: raisePriority,
        restart: true,
    },
    EvictionByEvictionAPI: {
        what: 'the pod was evicted, as when a node is drained,',
        hint: tryAgain,
        restart: true,
    },
    DeletionByTaintManager: { what: 'the node became unusable', hint: tryAgain, restart: true },
    DeletionByPodGC: { what: 'the node disappeared', hint: tryAgain, restart: true },
    NodeLost: { what: 'the node disappeared', hint: tryAgain, restart: true },
    NodeShutdown: { what: 'the node was shut down', hint: tryAgain, restart: true },
    Terminated: { what: 'the node was shut down', hint: tryAgain, restart: true },
    ContainerRestarted: {
        what: 'the container was started a second time',
        hint: "Take restart policies out of 'pod-template'.",
        restart: false,
    },
    ContainerStatusUnknown: { what: 'the node lost the container', hint: tryAgain, restart: true },
    NodeAffinity: {
        what: 'the node does not fit the pod',
        hint: "Correct 'node-selector' and 'pod-template'.",
        restart: false,
        never: true,
    },
    NodePorts: {
        what: 'a host port of the pod is in use on the node',
        hint: "Take host ports out of 'pod-template'.",
        restart: false,
        never: true,
    },
    SysctlForbidden: {
        what: 'the node refused the pod',
        hint: "Take sysctls out of 'pod-template'.",
        restart: false,
        never: true,
    },
    AppArmor: {
        what: 'the node refused the pod',
        hint: "Correct the AppArmor profile in 'pod-template'.",
        restart: false,
        never: true,
    },
    PodOSNotSupported: {
        what: 'the node runs another operating system',
        hint: "Correct os in 'pod-template': builders run on linux.",
        restart: false,
        never: true,
    },
    PodOSSelectorNodeLabelDoesNotMatch: {
        what: 'the node runs another operating system',
        hint: "Correct os in 'pod-template': builders run on linux.",
        restart: false,
        never: true,
    },
    PodFeatureUnsupported: {
        what: 'the node is too old for the pod',
        hint: "Take what its words name out of 'pod-template', or choose other nodes by 'node-selector'.",
        restart: false,
        never: true,
    },
    UnexpectedAdmissionError: {
        what: 'the node refused the pod',
        hint: tryAgain,
        restart: true,
        never: true,
    },
    TopologyAffinityError: {
        what: 'the node refused the pod',
        hint: tryAgain,
        restart: true,
        never: true,
    },
    InvalidNodeInfo: {
        what: 'the node refused the pod',
        hint: tryAgain,
        restart: true,
        never: true,
    },
    InitContainerFailed: {
        what: 'an init container failed',
        hint: "Correct the init containers of 'pod-template'.",
        restart: false,
    },
};
/** The node was filled between scheduling and start: OutOfcpu, OutOfmemory, OutOfpods, … */
const noRoom = {
    what: 'the node had no room for the pod',
    hint: tryAgain,
    restart: true,
    never: true,
};
const unknownLoss = { what: 'the cluster ended the pod', hint: tryAgain, restart: false };
/** What a reason of the kubelet, the scheduler or a disruption condition means; `message`: its words. */
function lossOf(reason, message) {
    if (reason === 'Evicted')
        return evictionOf(message);
    if (reason.startsWith('OutOf'))
        return noRoom;
    return (Object.hasOwn(losses, reason) ? losses[reason] : undefined) ?? unknownLoss;
}
/** A pod over its own limits is evicted anywhere; one on a node under pressure may fare better elsewhere. */
function evictionOf(message) {
    const what = 'the node evicted the pod';
    const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
    if (resource === 'memory' || resource === 'ephemeral-storage') {
        const hint = `Raise 'requests.${resource}' in 'resources': a node under pressure first evicts what uses more than it requested.`;
        return { what, hint, restart: true };
    }
    // Also a node that refuses new pods: `The node had condition: [DiskPressure].`
    if (resource !== undefined || message.includes('The node had condition')) {
        return { what, hint: tryAgain, restart: true };
    }
    const hint = message.includes('EmptyDir')
        ? "Raise the sizeLimit of the volume in 'pod-template', or write less to it."
        : "Raise 'limits.ephemeral-storage' in 'resources', or keep files out with .dockerignore.";
    return { what, hint, restart: false };
}

;// CONCATENATED MODULE: ./build/result/message.js




const lookAbove = "Look at the builder's output above";
const printMore = 'Let its command print what it does, for example by set -x in a shell.';
/** The sentence and the hint for every end but success. */
function outcomeError(outcome, context) {
    switch (outcome.kind) {
        case 'failed':
            return failedError(outcome, context);
        case 'unproved':
            return unprovedError(outcome.cause);
        case 'upload-lost':
            if (isRefusal(outcome.cause))
                return outcome.cause;
            return new errors/* BuildError */.zS('lost', outcome.cause.message, {
                hint: tryAgain,
                cause: outcome.cause,
            });
        case 'pod-lost':
            return lossError(outcome.reason, outcome.message, context);
        case 'pod-gone':
            return new errors/* BuildError */.zS('build', 'the pod disappeared before the builder ended: somebody deleted it', {
                hint: 'Find out who deletes pods in this namespace.',
            });
    }
}
/** Another pod would be refused as well. */
function isRefusal({ code }) {
    return code === 401 || code === 403;
}
function failedError({ ended, contextComplete, bytesSent, cut }, context) {
    const { exitCode, reason, message } = ended;
    const { diagnosis, isSilent } = context;
    if (reason === 'OOMKilled')
        return memoryError(exitCode, ended.memoryLimit ?? context.memoryLimit);
    if (reason === 'StartError' || reason === 'ContainerCannotRun') {
        return new errors/* BuildError */.zS('build', `the builder could not be started (exit code ${exitCode}): ${message}`, {
            hint: killedAtStart.test(message)
                ? raiseMemory
                : "Correct 'builder-command' or 'builder-image'.",
        });
    }
    if (diagnosis?.transport === true) {
        return new errors/* BuildError */.zS('lost', `the builder ended with exit code ${exitCode}: ${diagnosis.message}`, { hint: tryAgain });
    }
    if (reason === 'seccomp killed') {
        return new errors/* BuildError */.zS('build', `the builder was killed with exit code ${exitCode}: its seccomp profile forbids a system call that it made`, { hint: "Set another seccompProfile by 'pod-template'." });
    }
    const signal = signalOf(exitCode);
    const killed = signal === undefined ? '' : ` (killed by signal ${signal})`;
    const early = contextComplete ? '' : `, after ${bytesSent} bytes of its stdin`;
    const silent = isSilent ? `${early === '' ? '' : ','} and printed nothing` : '';
    const how = `the builder ended with exit code ${exitCode}${killed}${early}${silent}`;
    // A builder that does not say why it failed may have missed what was lost.
    if (cut !== undefined && diagnosis === undefined) {
        return new errors/* BuildError */.zS('lost', `${how}: ${cut.message}`, {
            // A server that closes the connection of a container that has ended may do it as abruptly as one that fails.
            hint: isSilent
                ? `Run the step again. ${printMore}`
                : `${lookAbove}; if it gives no reason, run the step again.`,
            cause: cut,
        });
    }
    const why = diagnosis === undefined ? '' : `: ${diagnosis.message}`;
    return new errors/* BuildError */.zS('build', `${how}${why}`, {
        hint: diagnosis?.hint ?? (isSilent ? printMore : `${lookAbove}.`),
        ...(diagnosis?.line !== undefined && { line: diagnosis.line }),
    });
}
function memoryError(exitCode, limit) {
    const { than, hint } = memoryNeed(limit);
    return new errors/* BuildError */.zS('build', `the builder was killed with exit code ${exitCode}: it needed more than ${than}`, { hint });
}
/** A builder may outlive its own process that was killed, and then succeed without it: what to say about one that succeeded. */
function memoryWarning({ reason, memoryLimit }) {
    if (reason !== 'OOMKilled')
        return undefined;
    const { than, hint } = memoryNeed(memoryLimit);
    return `the builder ended with exit code 0, but one of its processes was killed: it needed more than ${than}. ${hint}`;
}
function memoryNeed(limit) {
    if (limit !== undefined)
        return { than: `its memory limit of ${limit}`, hint: raiseMemory };
    return {
        than: 'the memory of its node',
        hint: "Set 'requests.memory' in 'resources', so that it gets a node with enough of it.",
    };
}
function unprovedError(cause) {
    if (cause === undefined) {
        return new errors/* BuildError */.zS('build', 'the builder ended with exit code 0 without reading its stdin to the end, so nothing is proved', {
            hint: 'Let its command read all of stdin.',
        });
    }
    return new errors/* BuildError */.zS('lost', `the builder ended with exit code 0, but it did not get everything: ${cause.message}`, {
        hint: 'Run the step again; if it always happens, let its command read all of stdin.',
        cause,
    });
}
function lossError(reason, message, { timeoutMs }) {
    const words = message === '' ? '' : `: ${message.trim()}`;
    if (reason === 'DeadlineExceeded') {
        return new errors/* BuildError */.zS('timeout', `the cluster ended the pod at its deadline${words}`, {
            hint: `Raise 'timeout' (now ${timeoutMs / 1_000} s).`,
        });
    }
    const { what, hint, restart, never = false } = lossOf(reason, message);
    const when = never ? ', so the builder never ran' : ' before the builder ended';
    // Our own words for it say no more.
    const why = reason === 'Deleted' ? '' : ` (${reason}${words})`;
    return new errors/* BuildError */.zS(restart ? 'lost' : 'build', `${what}${when}${why}`, { hint });
}

;// CONCATENATED MODULE: ./build/result/outcome.js
/**
 * The verdict. The container's status decides, never a stream: a connection that closes proves nothing, and a container
 * that exits with 0 after half a stream (a restarted kubelet does that) has not succeeded.
 * @param upload undefined if the container ended before anything was sent.
 */
function decideOutcome(state, upload) {
    switch (state.kind) {
        case 'ended':
            return decideEnded(state, upload);
        case 'lost':
            return { kind: 'pod-lost', reason: state.reason, message: state.message };
        case 'gone':
            return { kind: 'pod-gone' };
        case 'ending':
            return decideOutcome(state.end, upload);
        case 'starting':
        case 'stuck':
        case 'running':
            if (upload?.failure !== undefined)
                return { kind: 'upload-lost', cause: upload.failure };
            return { kind: 'pod-lost', reason: 'Unknown', message: 'the container has not ended' };
    }
}
function decideEnded(ended, upload) {
    const contextComplete = upload?.acknowledged ?? false;
    if (ended.exitCode !== 0) {
        const cut = upload?.failure?.kind === 'lost' ? upload.failure : undefined;
        return { kind: 'failed', ended, bytesSent: upload?.bytesSent ?? 0, contextComplete, cut };
    }
    return contextComplete
        ? { kind: 'succeeded', ended }
        : { kind: 'unproved', ended, cause: upload?.failure };
}

;// CONCATENATED MODULE: ./build/build.js












/** A kept pod stays this long before a later run may remove it. */
const keptForMs = 24 * 60 * 60_000;
/** Read ahead of what needs no packing. */
const rawAheadBytes = 1_024 * 1_024;
/** Looking whether a pod is there, for at most this long. */
const lookMs = 5_000;
/** The cluster's own deadline comes after ours, so that our sentence comes first. */
const deadlineGraceSeconds = 60;
/**
 * The whole flow: checks the rights, then runs pods until one has given a verdict, at most `retries` + 1 of them. Every pod
 * is removed (or kept, if that was asked for) before the next one starts and before this returns.
 * @returns the image of a pushing build.
 * @throws BuildError for everything that is no proved success.
 */
async function buildImage(plan, ports, cancelled) {
    const { cluster, clock, log, report } = ports;
    const { inputs } = plan;
    const swept = new AbortController();
    let sweeping;
    const times = { timeoutMs: inputs.timeoutMs, startedAtMs: report.startedAtMs };
    const deadline = startDeadline(times, clock, cancelled, () => report.describeState());
    try {
        const checked = checkAccess(cluster, deadline.signal);
        // Waited for second, so that a cluster out of reach is always said in the same words.
        checked.catch(() => undefined);
        const minor = await cluster.serverMinor(deadline.signal);
        await checked;
        const streams = attachStreams(minor);
        sweeping = sweepPods(cluster, ports.run.repository, (line) => log.info(line), AbortSignal.any([deadline.signal, swept.signal]));
        for (;;) {
            report.attempts++;
            try {
                return await buildOnce(plan, ports, streams, deadline);
            }
            catch (error) {
                const failure = (0,errors/* toBuildError */.KB)(error, 'the build');
                const last = report.attempts > inputs.retries || deadline.signal.aborted;
                if (failure.kind !== 'lost' || last)
                    throw failure;
                await log.warning(`attempt ${report.attempts} was lost, starting again with a new pod: ${failure.message}`);
            }
        }
    }
    finally {
        swept.abort(new Error('the build has ended'));
        await sweeping;
        deadline.end();
    }
}
/** One pod, from the choice of its name to its removal. */
async function buildOnce(plan, ports, attached, deadline) {
    const { inputs, source, auth } = plan;
    const ref = { namespace: ports.cluster.namespace, name: ports.newPodName() };
    const pod = makePod(plan, ports, ref, deadline.remainingMs());
    ports.onPod(ref);
    ports.pods.add(ref);
    const aheadBytes = source.isPacked === true ? inputs.contextBufferBytes : rawAheadBytes;
    const streams = new StreamsAhead(() => source.open(auth), aheadBytes);
    let end;
    const create = { isRefused: false };
    let failure;
    try {
        const order = {
            ref,
            pod,
            streams: attached,
            startTimeoutMs: inputs.startTimeoutMs,
            notable: plan.engine.notable,
            open: () => streams.open(),
            isProvedByExit: !inputs.image.push,
            onRefused: () => {
                create.isRefused = true;
            },
        };
        end = await runAttempt(order, ports, deadline.signal);
        ports.report.tail = plan.engine.relevant(end.tail);
        return await judge(plan, pod, end, ports.log);
    }
    catch (error) {
        failure = (0,errors/* toBuildError */.KB)(error, 'the build');
        throw failure;
    }
    finally {
        streams.close();
        ports.report.breakOff(ports.clock.now());
        if (create.isRefused)
            await forgetPod(ref, ports);
        else if (isKept(inputs.keepPod, failure))
            await keepPod(ref, ports);
        else if (await removeAttempt(ref, end?.state.kind === 'ended', ports))
            await forgetPod(ref, ports);
        ports.report.phase('remove', ports.clock.now());
    }
}
function makePod({ inputs, engine, auth, pullHosts }, ports, ref, remainingMs) {
    const keptMs = inputs.keepPod === 'never' ? 0 : keptForMs;
    const graceMs = deadlineGraceSeconds * 1_000;
    const pod = buildPod(inputs.pod, {
        ref,
        run: ports.run,
        nonce: ports.newNonce(),
        keepPod: inputs.keepPod,
        expiresAt: new Date(ports.clock.now() + remainingMs + graceMs + keptMs),
        activeDeadlineSeconds: Math.ceil(remainingMs / 1_000) + deadlineGraceSeconds,
        platform: inputs.image.platform,
        container: engine.container(inputs, {
            logins: auth.config !== undefined,
            ca: auth.ca !== undefined,
            pullHosts,
        }),
        volumes: engine.volumes(inputs),
    });
    return inputs.pod.template === undefined ? pod : mergeTemplate(pod, inputs.pod.template);
}
/** The image if the pod's end proves one. @throws BuildError for every other end. */
async function judge({ inputs, engine, source, auth }, pod, { state, upload, tail, noted, isSilent, killing, removal }, log) {
    // What could not be packed is the cause of whatever the builder says about a stream that broke off.
    if (upload?.failure?.kind === 'context')
        throw upload.failure;
    const outcome = decideOutcome(removal ?? state, upload);
    if (outcome.kind !== 'succeeded') {
        const exitCode = state.kind === 'ended' ? state.exitCode : undefined;
        throw outcomeError(outcome, {
            memoryLimit: pod.spec?.containers[0]?.resources?.limits?.['memory'],
            timeoutMs: inputs.timeoutMs,
            diagnosis: killing ??
                (exitCode === undefined
                    ? undefined
                    : engine.diagnose(tail, exitCode, source.dockerfile, hostsWithoutLogin(inputs, auth.config))),
            isSilent,
        });
    }
    const warning = memoryWarning(outcome.ended);
    if (warning !== undefined)
        await log.warning(warning);
    if (!inputs.image.push)
        return undefined;
    const image = engine.readImage(outcome.ended.message, inputs, noted);
    if (image === undefined) {
        throw new errors/* BuildError */.zS('build', 'the builder ended with exit code 0 but named no digest, so the push is not proved', {
            hint: "Take flags out of 'builder-args' that change where the digest is written.",
        });
    }
    return image;
}
function isKept(keepPod, failure) {
    if (failure?.kind === 'cancelled')
        return false;
    return keepPod === 'always' || (keepPod === 'on-failure' && failure !== undefined);
}
async function keepPod(ref, ports) {
    const { cluster, log, report } = ports;
    await forgetPod(ref, ports);
    if (!(await mayExist(ref, cluster)))
        return;
    report.podKept = true;
    await log.info(`pod ${ref.name} in namespace ${ref.namespace} is kept (input 'keep-pod')`);
}
/** The pod is gone, or it is to stay. What the runner cannot note down changes no verdict. */
async function forgetPod(ref, { pods, log }) {
    try {
        pods.forget(ref);
    }
    catch (error) {
        await log.warning(`${(0,errors/* describeError */.Uc)(error)}: the post step will delete pod ${ref.name}`);
    }
}
/** False only if the cluster says that there is no such pod: its create was refused. */
async function mayExist(ref, cluster) {
    try {
        return (await cluster.readPod(ref, AbortSignal.timeout(lookMs))) !== undefined;
    }
    catch {
        return true;
    }
}

;// CONCATENATED MODULE: ./build/inputs/nearest.js
/** The word that was probably meant, or undefined if none is near. */
function findNearest(word, words) {
    const lower = word.toLowerCase();
    const limit = Math.max(1, Math.floor(lower.length / 3));
    let best;
    for (const candidate of words) {
        const edits = countEdits(lower, candidate.toLowerCase());
        if (edits <= limit && (best === undefined || edits < best.edits))
            best = { word: candidate, edits };
    }
    return best?.word;
}
/** `Use X.` if a word is near, else the whole list. */
function suggest(word, words) {
    const nearest = findNearest(word, words);
    if (nearest !== undefined)
        return `Use ${nearest}.`;
    return words.length === 1 ? `Use ${words.join('')}.` : `Use one of: ${words.join(', ')}.`;
}
/** Levenshtein distance. */
function countEdits(a, b) {
    let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (const [row, charA] of [...a].entries()) {
        const current = [row + 1];
        for (const [column, charB] of [...b].entries()) {
            const replaced = (previous[column] ?? 0) + (charA === charB ? 0 : 1);
            current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
        }
        previous = current;
    }
    return previous[b.length] ?? 0;
}

;// CONCATENATED MODULE: ./build/context/dockerfile-lines.js
const instructions = new Set(`add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume
  workdir`.split(/\s+/));
/**
 * Splits a Dockerfile as BuildKit's parser does, which kaniko uses too. dockerfile-ast, made for editors, takes some texts
 * of here-documents and some continuations for instructions; an error about those would be a false alarm.
 * @returns undefined for what the builder will refuse, and for instructions that are not known here.
 */
function readLines(text) {
    const lines = physicalLines(text);
    const continuation = new RegExp(`(^|[^${escapeOf(lines)}])${escapeOf(lines)}[ \\t]*$`);
    const found = [];
    let next = 0;
    const takeLine = () => lines[next++];
    for (let raw = takeLine(); raw !== undefined; raw = takeLine()) {
        if (isComment(raw) || raw.trim() === '')
            continue;
        const line = next;
        let whole = raw.trimStart().replace(continuation, '$1');
        let isOpen = continuation.test(raw.trimStart());
        while (isOpen) {
            const more = takeLine();
            if (more === undefined)
                break;
            if (isComment(more) || more.trim() === '')
                continue;
            isOpen = continuation.test(more);
            whole += more.replace(continuation, '$1');
        }
        if (whole === '')
            continue;
        const { name, flags, rest } = splitInstruction(whole);
        if (!instructions.has(name))
            return undefined;
        const documents = hereDocumentsOf(whole, name, rest);
        if (!documents.every((document) => skipHereDocument(document, takeLine)))
            return undefined;
        found.push({ line, name, flags, rest, hereDocuments: documents.length });
    }
    return found;
}
/** The value of `# syntax=`: the frontend that is to read the file. */
function frontendOf(text) {
    const lines = physicalLines(text);
    if (lines[0]?.startsWith('#!') === true)
        lines.shift();
    for (const mark of ['#', '//']) {
        const value = directivesOf(lines, mark).get('syntax');
        if (value !== undefined)
            return value.replace(/ .*$/, '');
    }
    return undefined;
}
/** The elements of a JSON array of strings; undefined for the other form. */
function readJsonForm(rest) {
    try {
        const value = JSON.parse(rest);
        const isForm = Array.isArray(value) && value.every((element) => typeof element === 'string');
        return isForm ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** White space as BuildKit splits by it. */
function splitWords(text) {
    return text.split(/[\t\v\f\r ]+/).filter((word) => word !== '');
}
/** Everything that looks like a here-document. */
const hereDocumentForm = /^(\d*)<<(-?)\s*([^<]*)$/;
function physicalLines(text) {
    return text
        .replace(/^\uFEFF/, '')
        .split('\n')
        .map((line) => line.replace(/\r+$/, ''));
}
function isComment(line) {
    return line.trimStart().startsWith('#');
}
function escapeOf(lines) {
    return directivesOf(lines.map((line) => line.trimStart()), '#').get('escape') === '`'
        ? '`'
        : '\\\\';
}
/** Parser directives: they end at the first line that is none. */
function directivesOf(lines, mark) {
    const form = new RegExp(`^${mark}\\s*(syntax|escape|check)\\s*=\\s*(.+?)\\s*$`, 'i');
    const directives = new Map();
    for (const line of lines) {
        const [, name = '', value = ''] = form.exec(line) ?? [];
        if (name === '')
            break;
        directives.set(name.toLowerCase(), value);
    }
    return directives;
}
function splitInstruction(whole) {
    const [, name = '', content = ''] = /^(\S+)\s*(.*)$/s.exec(whole.trim()) ?? [];
    const flags = [];
    let rest = content;
    for (;;) {
        const word = /^--(?:\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s\\"'])*/s.exec(rest)?.[0];
        if (word === undefined)
            break;
        rest = rest.slice(word.length).trimStart();
        if (word === '--')
            break;
        flags.push(word.replace(/\\(.)|["']/gs, '$1'));
    }
    return { name: name.toLowerCase(), flags, rest };
}
function hereDocumentsOf(whole, name, rest) {
    if (name === 'onbuild') {
        const inner = splitInstruction(rest);
        return inner.name === 'onbuild' ? [] : hereDocumentsOf(whole, inner.name, inner.rest);
    }
    if (!['add', 'copy', 'run'].includes(name) || readJsonForm(rest) !== undefined)
        return [];
    return shellWords(whole).flatMap((word) => {
        const [, , dash, quoted = ''] = hereDocumentForm.exec(word) ?? [];
        const delimiter = unquote(quoted);
        return delimiter === '' ? [] : [{ delimiter, isIndented: dash === '-' }];
    });
}
/** Words with their quotes; none at all where a quote is left open. White space behind `<<` belongs to the word. */
function shellWords(text) {
    const token = /\\[^]?|'[^']*'|"(?:\\[^]|[^"\\])*"|<<[ \t]*|\s+|[^]/gy;
    const words = [''];
    for (const [part] of text.matchAll(token)) {
        if (part === "'" || part === '"')
            return [];
        if (part.trim() === '')
            words.push('');
        else
            words.push(`${words.pop() ?? ''}${part}`);
    }
    return words;
}
function unquote(word) {
    return word.replace(/'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g, (_whole, single, double, escaped) => single ?? double?.replace(/\\(["$\\])/g, '$1') ?? escaped ?? '');
}
/** False if its end is missing. */
function skipHereDocument({ delimiter, isIndented }, takeLine) {
    for (let line = takeLine(); line !== undefined; line = takeLine()) {
        if ((isIndented ? line.replace(/^\t+/, '') : line) === delimiter)
            return true;
    }
    return false;
}

;// CONCATENATED MODULE: ./build/context/dockerfile-stages.js

function stagesOf(lines) {
    const starts = lines.flatMap(({ name }, index) => (name === 'from' ? [index] : []));
    return starts.flatMap((start, index) => {
        const from = lines[start];
        if (from === undefined)
            return [];
        const [, as, name] = splitWords(from.rest);
        return [
            {
                name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
                from,
                lines: lines.slice(start + 1, starts[index + 1]),
            },
        ];
    });
}
/** The stage that a target names, by name or number; the last one without a target. */
function findTarget(stages, target) {
    if (target === undefined)
        return stages.at(-1);
    return stages.findLast(({ name }) => name === target.toLowerCase()) ?? stages[numberOf(target)];
}
/**
 * The stages that a build of `target` certainly needs. References with variables, to stages further down and to names that
 * several stages have are left out: builders differ there.
 */
function reachableStages(stages, target) {
    const reached = new Set();
    const isAmbiguous = ({ name }) => name !== undefined && stages.filter((stage) => stage.name === name).length > 1;
    const enter = (stage) => {
        if (reached.has(stage) || isAmbiguous(stage))
            return;
        reached.add(stage);
        const earlier = stages.slice(0, stages.indexOf(stage));
        const named = (text) => earlier.filter(({ name }) => name === text.toLowerCase());
        named(baseOf(stage)).forEach(enter);
        for (const reference of stage.lines.flatMap(referencesOf)) {
            const numbered = earlier[numberOf(reference)];
            [...named(reference), ...(numbered === undefined ? [] : [numbered])].forEach(enter);
        }
    };
    enter(target);
    return stages.filter((stage) => reached.has(stage));
}
/** The value of a flag; undefined without it. */
function flagOf({ flags }, name) {
    const prefix = `--${name}=`;
    return flags.findLast((flag) => flag.toLowerCase().startsWith(prefix))?.slice(prefix.length);
}
function baseOf({ from }) {
    return splitWords(from.rest)[0] ?? '';
}
/** What COPY --from and RUN --mount=from name. */
function referencesOf(line) {
    if (line.name === 'copy')
        return [flagOf(line, 'from') ?? ''];
    if (line.name !== 'run')
        return [];
    return line.flags.flatMap((flag) => {
        const [, from] = /^--mount=(?:.*,)?from=([^,]*)/i.exec(flag) ?? [];
        return from === undefined ? [] : [from];
    });
}
/** NaN for what is no number, which no list has. */
function numberOf(text) {
    return /^\d{1,4}$/.test(text) ? Number(text) : NaN;
}

// EXTERNAL MODULE: ./build/context/ignore.js + 1 modules
var ignore = __webpack_require__(1253);
;// CONCATENATED MODULE: ./build/context/dockerfile-check.js





/**
 * Finds what a builder would only find in the middle of the build: an unknown target, and sources of COPY and ADD that are
 * not in the context. Says nothing about what is not certain: variables, patterns, other frontends than Docker's, stages
 * that the target does not need, Dockerfiles that are not understood.
 */
function checkDockerfile(check) {
    const nothing = { problems: [], warnings: [] };
    if (!hasDefaultFrontend(check))
        return nothing;
    const stages = stagesOf(readLines(check.dockerfile) ?? []);
    if (stages.length === 0)
        return nothing;
    const target = findTarget(stages, check.target);
    if (target === undefined) {
        return { problems: [unknownTarget(check.target ?? '', stages)], warnings: [] };
    }
    const lines = reachableStages(stages, target).flatMap((stage) => stage.lines);
    return {
        problems: lines.flatMap((line) => checkSources(line, check)),
        warnings: warnOfHereDocuments(lines, check.builderImage),
    };
}
/** More problems than these are only counted. */
const namedProblems = 3;
/** @throws BuildError('context') with the line of the first problem. */
function throwIfAny(problems) {
    const [first] = problems;
    if (first === undefined)
        return;
    const shown = problems
        .slice(0, namedProblems)
        .map(({ message, line }) => `line ${line} of the Dockerfile: ${message}`);
    const more = problems.length - shown.length;
    if (more > 0)
        shown.push(`and ${more} more`);
    throw new errors/* BuildError */.zS('context', shown.join('; '), {
        hint: `${first.hint} check-dockerfile: false turns this check off.`,
        line: first.line,
    });
}
const defaultFrontend = /^(?:(?:index\.)?docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;
function hasDefaultFrontend({ dockerfile, buildArgs }) {
    const wanted = [
        frontendOf(dockerfile),
        buildArgs.findLast(({ key }) => key === 'BUILDKIT_SYNTAX')?.value,
    ];
    return wanted.every((frontend) => frontend === undefined || defaultFrontend.test(frontend));
}
function unknownTarget(target, stages) {
    const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
    return {
        message: `the target ${JSON.stringify(target)} is none of its stages`,
        hint: names.length === 0
            ? "Leave 'target' out: no stage has a name."
            : `Correct the input 'target'. ${suggest(target, [...new Set(names)])}`,
        line: stages.at(-1)?.from.line ?? 1,
    };
}
function checkSources(line, check) {
    const { lookUp } = check;
    if (lookUp === undefined)
        return [];
    return certainSources(line).flatMap((source) => {
        const path = (0,ignore/* cleanPath */.t)(source.replace(/^\/+/, ''));
        // Docker takes it for a path in the context, kaniko for one outside of it.
        if (path === '..' || path.startsWith('../'))
            return [];
        const presence = path === '.' ? 'sent' : lookUp(path);
        if (presence === 'sent' || presence === 'unknown')
            return [];
        const what = `${line.name.toUpperCase()} ${source}`;
        return [
            presence === 'missing'
                ? {
                    message: `${what}: ${path} is not in the context`,
                    hint: 'Correct the path, which is relative to the context, or make the file in a step before this one.',
                    line: line.line,
                }
                : {
                    message: `${what}: ${path} is kept out of the context by .dockerignore or 'excludes'`,
                    hint: `Add an exception, !${path}, to the rules, or do not copy it.`,
                    line: line.line,
                },
        ];
    });
}
/** Sources that are names of files or directories in the context, and nothing else, to every builder. */
function certainSources(line) {
    if (line.name !== 'copy' && line.name !== 'add')
        return [];
    // With --parents some versions do not mind what is missing.
    if (flagOf(line, 'from') !== undefined || line.flags.some((flag) => /^--parents/i.test(flag))) {
        return [];
    }
    return wordsOf(line.rest)
        .filter((word) => !hereDocumentForm.test(word))
        .slice(0, -1)
        .map((source) => source.replace(/^(["'])(.*)\1$/, '$2'))
        .filter((source) => isLiteral(source) && !(line.name === 'add' && isRemote(source)));
}
function wordsOf(rest) {
    const json = readJsonForm(rest);
    if (json !== undefined)
        return json;
    // A delimiter behind white space would be taken for a source, and so would a part of a name with spaces.
    if (rest.startsWith('[') || /<<-?\s/.test(rest))
        return [];
    const words = splitWords(rest);
    const isPart = (word) => /^["'][^"']*$|^[^"']*["']$|[\\`]$/.test(word);
    return words.slice(0, -1).some(isPart) ? [] : words;
}
/** Free of variables, patterns, quotes, escapes, URLs, here-documents and white space that builders see differently. */
function isLiteral(source) {
    return source !== '' && !/[$*?[\\`"'<:\uFFFD\0\u0085]|[^\S ]/.test(source);
}
/** What ADD clones without a scheme. */
function isRemote(source) {
    return /^github\.com\/|@|\.git(?:$|#)/.test(source);
}
/** The only fork that runs them, by its names. A copy under another name may be it too, so there is only a warning. */
const runsHereDocuments = /osscontainertools|martizih/;
function warnOfHereDocuments(lines, image) {
    if (runsHereDocuments.test(image))
        return [];
    return lines
        .filter(({ hereDocuments }) => hereDocuments > 0)
        .map(({ name, line }) => ({
        message: `${name.toUpperCase()} at line ${line} of the Dockerfile has a here-document, which a kaniko such as ${image} may leave out without an error`,
        hint: 'Only the kaniko of osscontainertools runs it: use that one, or write the commands without it.',
        line,
    }));
}

// EXTERNAL MODULE: ./node_modules/dockerfile-ast/lib/main.js
var main = __webpack_require__(8390);
;// CONCATENATED MODULE: ./build/context/dockerfile.js


/**
 * The registries that a Dockerfile names: in FROM, COPY --from and RUN --mount=from, with ARGs that stand before the first
 * FROM filled in. Stages, `scratch` and references with unknown variables are left out. Each once, in order; Docker Hub is
 * `index.docker.io`. Empty for a text that is no Dockerfile.
 */
function registriesOf(dockerfile, buildArgs) {
    const parsed = main.DockerfileParser.parse(dockerfile);
    const variables = readVariables(parsed, buildArgs);
    const stages = new Set(['scratch']);
    const registries = new Set();
    for (const instruction of parsed.getInstructions()) {
        for (const reference of dockerfile_referencesOf(instruction, variables)) {
            if (stages.has(reference.toLowerCase()) || /^\d+$/.test(reference))
                continue;
            const registry = registryOf(reference);
            if (registry !== undefined)
                registries.add(registry);
        }
        const stage = instruction instanceof main.From ? instruction.getBuildStage() : null;
        if (stage !== null)
            stages.add(stage.toLowerCase());
    }
    return [...registries];
}
/** What FROM can use: the ARGs before it, a build argument going before the default. */
function readVariables(parsed, buildArgs) {
    const variables = new Map();
    for (const property of parsed.getInitialARGs().flatMap((argument) => argument.getProperties())) {
        const name = property.getName();
        const given = buildArgs.findLast(({ key }) => key === name)?.value;
        const value = given ?? expand(property.getValue() ?? '', variables);
        if (value !== undefined)
            variables.set(name, value);
    }
    return variables;
}
/** Only FROM has its variables filled in. */
function dockerfile_referencesOf(instruction, variables) {
    if (instruction instanceof main.From)
        return filterTexts([expand(instruction.getImage() ?? '', variables)]);
    if (instruction instanceof main.Copy) {
        // getFromFlag() finds it only where it is the only flag.
        const from = instruction.getFlags().find((flag) => flag.getName() === 'from');
        return filterTexts([from?.getValue()]);
    }
    if (!(instruction instanceof main.Run))
        return [];
    const mounts = instruction.getFlags().filter((flag) => flag.getName() === 'mount');
    return filterTexts(mounts.map((flag) => flag.getOption('from')?.getValue()));
}
function filterTexts(texts) {
    return texts.flatMap((text) => (typeof text === 'string' && text !== '' ? [text] : []));
}
/** `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`; undefined if a variable is unknown or the form is another. */
function expand(text, variables) {
    const unknown = [];
    const expanded = text.replace(/\$(?:(\w+)|\{(\w+)(?::?([-+])([^${}]*))?\})/g, (_whole, plain, braced, operator, word) => {
        const name = plain ?? braced ?? '';
        const value = variables.get(name);
        if (operator === '+')
            return value === undefined || value === '' ? '' : (word ?? '');
        if (operator === '-' && (value === undefined || value === ''))
            return word ?? '';
        if (value === undefined)
            unknown.push(name);
        return value ?? '';
    });
    return unknown.length === 0 && !expanded.includes('$') ? expanded : undefined;
}

// EXTERNAL MODULE: ./build/context/places.js
var places = __webpack_require__(5322);
// EXTERNAL MODULE: ./build/context/blocks.js
var blocks = __webpack_require__(2580);
// EXTERNAL MODULE: ./build/context/directory.js + 1 modules
var directory = __webpack_require__(6592);
// EXTERNAL MODULE: ./build/context/bytes.js
var bytes = __webpack_require__(9207);
;// CONCATENATED MODULE: ./build/context/source.js






/**
 * Finds what the inputs name and looks through it, so that what is wrong with it is said before any pod exists. Nothing is
 * packed before `open`.
 * @throws BuildError('context' or 'input')
 */
async function createSource(options, workspace) {
    const { source } = options;
    if (source.kind === 'text')
        return textSource(source.text);
    if (source.kind === 'file') {
        return rawSource(findFile(source.path, 'stdin-file', workspace), source.path, workspace);
    }
    const latestSeconds = readSourceDateEpoch(options.sourceDateEpoch);
    const place = (0,places/* findPlace */.Pj)(source.path, ['.'], workspace);
    if (place === undefined)
        throw noContext(source.path);
    if (place.kind === 'directory') {
        return (0,directory/* directorySource */.X)({ ...options, path: source.path, place, latestSeconds }, workspace);
    }
    if (!isArchiveName(source.path)) {
        throw new errors/* BuildError */.zS('context', `the context ${source.path} is a file, but no archive`, {
            hint: "Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
        });
    }
    if (options.layout === 'plain')
        return rawSource(place, source.path, workspace);
    // Reading archives takes a library that directories do not need.
    const { archiveSource } = await Promise.all(/* import() */[__webpack_require__.e(118), __webpack_require__.e(355)]).then(__webpack_require__.bind(__webpack_require__, 355));
    return archiveSource({ ...options, path: source.path, place, latestSeconds }, workspace);
}
/** True for the endings that make a file a ready-made context. */
function isArchiveName(path) {
    return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}
function textSource(text) {
    const bytes = Buffer.from(text);
    return {
        description: `text of the input 'stdin' (${bytes.length} bytes)`,
        dockerfile: '',
        notes: [],
        warnings: [],
        open: () => ({
            stream: external_node_stream_.Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
            progress: { files: 0, bytes: bytes.length, totalBytes: bytes.length, totalFiles: 0 },
        }),
    };
}
/** A file byte for byte. */
function rawSource(place, name, workspace) {
    const sizeBytes = workspace.stat(place.path)?.sizeBytes ?? 0;
    return {
        description: `file ${JSON.stringify(name)} (${sizeBytes} bytes, unchanged)`,
        dockerfile: '',
        notes: [],
        warnings: [],
        open: () => {
            const progress = { files: 0, bytes: 0, totalBytes: sizeBytes, totalFiles: 1 };
            const count = (bytes) => {
                progress.bytes += bytes;
                if (progress.bytes === sizeBytes)
                    progress.files = 1;
            };
            return {
                stream: external_node_stream_.Readable.from((0,bytes/* fileBytes */.s)(place.path, workspace, count), {
                    objectMode: false,
                    highWaterMark: blocks/* pieceBytes */.I,
                }),
                progress,
            };
        },
    };
}
function findFile(path, input, workspace) {
    const place = (0,places/* findPlace */.Pj)(path, ['.'], workspace);
    if (place?.kind === 'file')
        return place;
    throw new errors/* BuildError */.zS('context', place === undefined
        ? `the file ${path} does not exist`
        : `${path} is a directory, but '${input}' takes a file`, { hint: `Correct the input '${input}'; its path is relative to the working directory.` });
}
function noContext(path) {
    if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(path)) {
        // The URL is not quoted: there may be a token in it.
        return new errors/* BuildError */.zS('context', 'the context is a URL, but Git URLs are not supported', {
            hint: "Check out the repository in a step before this one, and set 'context' to its directory.",
        });
    }
    return new errors/* BuildError */.zS('context', `the context ${path} does not exist`, {
        hint: "Correct the input 'context', relative to the working directory, and check out the repository in a step before this one.",
    });
}
/** Seconds since the epoch, see reproducible-builds.org. */
function readSourceDateEpoch(text) {
    if (text === undefined || text === '')
        return undefined;
    const seconds = /^\d{1,11}$/.test(text) ? Number(text) : undefined;
    if (seconds !== undefined)
        return seconds;
    throw new errors/* BuildError */.zS('input', `the environment variable SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, which is no number of seconds`, { hint: 'Set it to whole seconds since 1970, for example by `git log -1 --format=%ct`.' });
}

;// CONCATENATED MODULE: ./build/engines/custom.js

/** Any image with any command: it gets the bytes on stdin, and its exit code is the verdict. */
const custom = {
    name: 'custom',
    layout: 'plain',
    container({ builder }) {
        return {
            name: builderContainerName,
            image: builder.image,
            ...(builder.command.length > 0 && { command: [...builder.command] }),
            ...(builder.args.length > 0 && { args: [...builder.args] }),
            ...(builder.env.length > 0 && {
                env: builder.env.map(({ key, value }) => ({ name: key, value })),
            }),
        };
    },
    volumes: () => [],
    notable: undefined,
    readImage: () => undefined,
    relevant: (tail) => tail,
    diagnose: () => undefined,
};

;// CONCATENATED MODULE: ./build/inputs/duration.js

const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** Nothing that takes a duration here is faster, so less is a mistake. */
const leastMs = 1_000;
/**
 * A duration in Go's notation (`90s`, `5m`, `1h30m`) in milliseconds; at least a second.
 * @param mostHours the longest that is allowed.
 * @throws InvalidInput
 */
function parseDuration(text, mostHours) {
    const hint = 'Use a duration such as 90s, 5m or 1h30m.';
    if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
        throw invalid(`${quote(text)} is not a duration`, hint);
    }
    let sumMs = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
        sumMs += Number(amount) * (unitMs[unit ?? ''] ?? NaN);
    }
    if (sumMs >= leastMs && sumMs <= mostHours * 3_600_000)
        return Math.round(sumMs);
    throw invalid(`${quote(text)} is not between 1s and ${mostHours}h`, hint);
}
/** Whole seconds in Go's notation, what builders take as an argument. */
function formatDuration(durationMs) {
    return `${Math.max(1, Math.round(durationMs / 1_000))}s`;
}

;// CONCATENATED MODULE: ./build/engines/instruction.js

/** The instructions of a Dockerfile in order; empty for a text that is none. */
function listInstructions(dockerfile) {
    const parsed = main.DockerfileParser.parse(dockerfile);
    const lines = dockerfile.split(/\r?\n/);
    const escape = parsed.getEscapeCharacter();
    return parsed.getInstructions().map((instruction) => toLine(instruction, lines, escape));
}
function toLine(instruction, lines, escape) {
    const { start } = instruction.getRange();
    const joined = [];
    for (const line of lines.slice(start.line)) {
        // Comments between continued lines are not part of the instruction.
        if (joined.length > 0 && line.trimStart().startsWith('#'))
            continue;
        const text = line.trimEnd();
        joined.push(text.endsWith(escape) ? text.slice(0, -1) : text);
        if (!text.endsWith(escape))
            break;
    }
    const text = collapse(joined.join(' '));
    return { keyword: instruction.getKeyword(), text, line: start.line + 1 };
}
/** Blanks as one blank each: how a builder joins lines is not how they were written. */
function collapse(text) {
    return text.replace(/\s+/g, ' ').trim();
}

;// CONCATENATED MODULE: ./build/engines/kaniko-failure.js



/** Flags that not every fork knows, with the input that needs them. */
const forkFlags = { '--annotation': 'annotations' };
const checkPullLogin = "Give a login by 'docker-config' and let 'pull-logins' name the registry.";
const checkPushLogin = "Check the login in 'docker-config' or 'registry-secret', and the repository.";
/** @param withoutLogin those of the registries in question to which no login was sent. */
function pushHint(withoutLogin) {
    if (withoutLogin.length === 0)
        return checkPushLogin;
    return `Give a login for ${withoutLogin.join(' and ')} by 'docker-config' or 'registry-secret': none was found.`;
}
/** First match wins, so the special texts stand before the general ones. Texts of the three forks as measured. */
const failures = [
    {
        pattern: /^Error: unknown (?:shorthand )?flag: (\S+)/,
        explain: ([flag = '']) => {
            const input = Object.hasOwn(forkFlags, flag) ? forkFlags[flag] : undefined;
            return input === undefined
                ? { message: `this kaniko does not know the flag ${flag}`, hint: "Correct 'builder-args'." }
                : {
                    message: `this kaniko does not know the flag ${flag}, which the input '${input}' needs`,
                    hint: `Use a kaniko of the osscontainertools fork as 'builder-image', or leave '${input}' out.`,
                };
        },
    },
    {
        pattern: /dockerfile parse error on line (\d+): (.*)/,
        explain: ([line = '', reason = '']) => ({
            message: `the Dockerfile has an error on line ${line}: ${reason}`,
            line: Number(line),
        }),
    },
    {
        pattern: /parsing dockerfile: (.*(?:unterminated heredoc|no build stage in current context|file with no instructions).*)/,
        explain: ([reason = '']) => ({ message: `the Dockerfile has an error: ${reason}`, line: 1 }),
    },
    {
        pattern: /is not a valid target build stage/,
        explain: () => ({
            message: 'the Dockerfile has no stage of that name',
            hint: "Correct 'target'.",
        }),
    },
    {
        pattern: /could not parse reference: ?(.*)/,
        explain: ([reference = ''], { dockerfile }) => ({
            message: `the image reference ${JSON.stringify(reference)} in the Dockerfile is not valid`,
            hint: "Give every ARG that a FROM uses a default, or a value by 'build-args'.",
            ...at(find(dockerfile, ['FROM'], (text) => text.includes('$'))),
        }),
    },
    {
        pattern: /please provide a valid path to a Dockerfile/,
        explain: () => ({
            message: 'the stream ended before the Dockerfile, which is its last entry',
            transport: true,
        }),
    },
    {
        pattern: /error resolving source context: .*?(gzip: invalid header|unexpected EOF|EOF|no data found.*)$/,
        explain: ([reason = '']) => ({
            message: `the context did not arrive complete: ${reason}`,
            transport: true,
        }),
    },
    {
        pattern: /waiting for process to exit: exit status (\d+)/,
        explain: ([status = ''], output) => explainRun(`failed with exit code ${status}`, output),
    },
    {
        pattern: /waiting for process to exit: signal: (\w+)/,
        explain: ([signal = ''], output) => ({
            ...explainRun(`was ended by the signal ${signal}`, output),
            hint: "Give the builder more memory by 'resources' (limits.memory) if it ran out of it.",
        }),
    },
    {
        pattern: /failed to get fileinfo for \/kaniko\/buildcontext\/(?:ctx\/?)?([^:]*): lstat/,
        explain: ([path = ''], { dockerfile }) => ({
            message: `${JSON.stringify(path)} is not in the context`,
            hint: 'Check the path and .dockerignore.',
            ...at(find(dockerfile, ['COPY', 'ADD'], (text) => hasSource(text, path))),
        }),
    },
    {
        pattern: /credentials: get uid\/gid: user (\S+) is not a uid/,
        explain: ([user = ''], { dockerfile }) => ({
            message: `the user ${user} does not exist in the image`,
            hint: 'Create the user before USER names it.',
            ...at(find(dockerfile, ['USER'], (text) => text.split(/[ :]/)[1] === user)),
        }),
    },
    {
        pattern: /error checking push permissions.*?checking push permission for "([^"]+)".*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
        explain: ([reference = ''], { withoutLogin }) => {
            // As the user wrote it: names of Docker Hub may have no registry.
            const registry = registryOf(reference) ?? reference;
            return {
                message: `the registry ${registry} refuses the push`,
                hint: pushHint(withoutLogin.filter((host) => host === registry)),
            };
        },
    },
    {
        pattern: /error checking push permissions.*(?:UNAUTHORIZED|DENIED|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b)/,
        explain: (_, { withoutLogin }) => ({
            message: 'the registry refuses the push',
            hint: pushHint(withoutLogin),
        }),
    },
    {
        pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": [^;]*x509: ([^;]*)/,
        explain: ([registry = '', reason = '']) => ({
            message: `the certificate of the registry ${registry} is not trusted: ${reason}`,
            hint: "Give the certificate of its authority by 'registry-ca'.",
        }),
    },
    {
        pattern: /Get "https:\/\/([^/"]+)\/[^"]*": http: server gave HTTP response to HTTPS client/,
        explain: ([registry = '']) => ({
            message: `the registry ${registry} speaks plain HTTP`,
            hint: `Add http://${registry} to 'insecure-registries'.`,
        }),
    },
    {
        pattern: /Get "https?:\/\/([^/"]+)\/[^"]*": ([^;]*)/,
        explain: ([registry = '', reason = '']) => ({
            message: `the registry ${registry} cannot be reached from the cluster: ${reason}`,
            hint: 'Check its name, and that the nodes of the cluster have a way to it.',
        }),
    },
    {
        pattern: /GET https?:\/\/([^/\s]+)\/v2\/(\S+)\/manifests\/([^:\s]+(?::[0-9a-f]+)?): .*(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)/,
        explain: ([host = '', repository = '', tag = ''], { dockerfile }) => ({
            message: `the base image ${host === 'index.docker.io' ? '' : `${host}/`}${repository}:${tag} does not exist`,
            hint: 'Correct the image in FROM.',
            ...at(findBase(dockerfile, repository, tag)),
        }),
    },
    {
        pattern: /GET \S+\/v2\/(?:(\S+)\/manifests\/\S+|\S*): .*(?:UNAUTHORIZED|DENIED)/,
        explain: ([repository = ''], { dockerfile }) => ({
            message: `pulling a base image was refused${repository === '' ? '' : `: ${repository}`}`,
            hint: checkPullLogin,
            ...at(repository === '' ? undefined : findBase(dockerfile, repository, '')),
        }),
    },
    {
        pattern: /repository can only contain the characters/,
        explain: () => ({
            message: 'the name of a repository is not valid',
            hint: "Use lower-case letters in 'tags' and in FROM.",
        }),
    },
    {
        pattern: /error pushing image: (.*)/,
        explain: ([reason = '']) => ({
            message: `the image was built, but pushing it failed: ${reason}`,
            hint: checkPushLogin,
        }),
    },
    {
        pattern: /^Error: (.*)/,
        explain: ([reason = '']) => ({
            message: `kaniko refused its arguments: ${reason}`,
            hint: "Check 'builder-args'.",
        }),
    },
];
/**
 * Looks for kaniko's final error, the last line of its own that is known. Its log lines (`time=…`) are none, and what a
 * RUN step printed stands before it.
 */
function diagnoseKaniko(tail, exitCode, dockerfile, withoutLogin) {
    if (exitCode === 0)
        return undefined;
    for (const line of tail.toReversed()) {
        if (!/^error |^Error: |^kaniko should only be run/i.test(line))
            continue;
        for (const { pattern, explain } of failures) {
            const match = pattern.exec(line);
            if (match !== null)
                return explain(match.slice(1), { tail, dockerfile, withoutLogin });
        }
    }
    return undefined;
}
const usageHeading = /^(?:Usage|Available Commands|Flags|Global Flags):$|^Use "/;
/** kaniko explains its flags after every error that comes before the build: dozens of lines that explain nothing. */
function withoutUsage(lines) {
    let isUsage = false;
    return lines.filter((line) => {
        if (usageHeading.test(line))
            isUsage = true;
        else if (/^\S/.test(line))
            isUsage = false;
        return !isUsage;
    });
}
/** The failing RUN is the one that kaniko named last. */
function explainRun(what, { tail, dockerfile }) {
    const commands = tail.map(readRun).filter((text) => text !== undefined);
    const command = commands.at(-1);
    if (command === undefined)
        return { message: `a RUN step ${what}` };
    const found = find(dockerfile, ['RUN'], (text) => text === command);
    return { message: `${JSON.stringify(shorten(command))} ${what}`, ...at(found) };
}
/** `time="…" level=info msg="RUN …"`: logrus quotes as Go does, which is near enough to JSON for what stands there. */
function readRun(line) {
    const quoted = /level=info msg=("RUN .*")\s*$/.exec(line)?.[1];
    if (quoted === undefined)
        return undefined;
    try {
        const text = JSON.parse(quoted.replace(/\\x([0-9a-f]{2})/g, '\\u00$1'));
        return typeof text === 'string' ? collapse(text) : undefined;
    }
    catch {
        return undefined;
    }
}
function find(dockerfile, keywords, test) {
    return listInstructions(dockerfile).find(({ keyword, text }) => keywords.includes(keyword) && test(text));
}
/** Docker Hub's `library/` is not written in a Dockerfile. */
function findBase(dockerfile, repository, tag) {
    const name = repository.replace(/^library\//, '');
    const bases = (withTag) => find(dockerfile, ['FROM', 'COPY'], (text) => text.split(/[ =]/).some((word) => {
        const [path = ''] = word.split(/[:@](?=[^/]*$)/);
        const isNamed = path === name || path.endsWith(`/${name}`);
        return isNamed && (!withTag || word.endsWith(tag) || path === word);
    }));
    return bases(true) ?? bases(false);
}
function hasSource(text, path) {
    const sources = text.split(/[\s",[\]]+/).slice(1, -1);
    return sources.some((source) => source.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '') === path);
}
function at(found) {
    return found === undefined ? {} : { line: found.line };
}
function shorten(text) {
    return excerpt(text, 120);
}

;// CONCATENATED MODULE: ./build/engines/kaniko.js





/** Where kaniko unpacks stdin. */
const unpacked = '/kaniko/buildcontext';
/** Where the login Secret is mounted: kaniko's own place, which it keeps out of every layer. */
const secretDirectory = '/kaniko/.docker';
/** What kaniko prints when it has pushed. */
const pushedLine = /\bPushed (\S+)@(sha256:[0-9a-f]{64})/;
/**
 * What PodSecurity baseline allows of a runtime's default set. Everything else is dropped; `allowPrivilegeEscalation`
 * stays unset, so that sudo and file capabilities in RUN work.
 */
const capabilities = [
    'AUDIT_WRITE',
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'MKNOD',
    'NET_BIND_SERVICE',
    'SETFCAP',
    'SETGID',
    'SETPCAP',
    'SETUID',
    'SYS_CHROOT',
];
/**
 * kaniko's arguments in a fixed order. All three forks accept every flag that is used by default; `--annotation` is not
 * known to Google's and is used only if the input asks for it.
 */
const argumentRules = [
    { flag: '--context', values: () => ['tar://stdin'] },
    { flag: '--context-sub-path', values: () => ['ctx'] },
    { flag: '--dockerfile', values: () => [`${unpacked}/meta/Dockerfile`] },
    {
        flag: '--destination',
        values: ({ image }) => (image.push ? image.tags.map(({ text }) => text) : []),
    },
    { flag: '--no-push', values: ({ image }) => (image.push ? [] : ['true']) },
    {
        flag: '--image-name-tag-with-digest-file',
        values: ({ image }) => (image.push ? ['/dev/termination-log'] : []),
    },
    // Its check for being in a container fails where no token is mounted.
    { flag: '--force', values: () => ['true'] },
    { flag: '--log-format', values: () => ['text'] },
    { flag: '--verbosity', values: ({ builder }) => [builder.verbosity] },
    { flag: '--build-arg', values: ({ image }) => image.buildArgs.map(formatPair) },
    { flag: '--label', values: ({ image }) => image.labels.map(formatPair) },
    { flag: '--annotation', values: ({ image }) => image.annotations.map(formatPair) },
    { flag: '--target', values: ({ image }) => optional(image.target) },
    { flag: '--custom-platform', values: variantPlatform },
    { flag: '--cache', values: (inputs) => (cacheOf(inputs) === undefined ? [] : ['true']) },
    { flag: '--cache-repo', values: (inputs) => optional(cacheOf(inputs)) },
    {
        flag: '--no-push-cache',
        values: (inputs) => cacheOf(inputs) !== undefined && inputs.image.cacheTo === undefined ? ['true'] : [],
    },
    {
        flag: '--cache-ttl',
        values: (inputs) => {
            const { cacheTtlMs } = inputs.image;
            const isUsed = cacheTtlMs !== undefined && cacheOf(inputs) !== undefined;
            return isUsed ? [formatDuration(cacheTtlMs)] : [];
        },
    },
    {
        flag: '--insecure-registry',
        values: ({ registry }) => registry.insecure.filter(({ http }) => http).map(({ host }) => host),
    },
    {
        flag: '--skip-tls-verify-registry',
        values: ({ registry }) => registry.insecure.filter(({ unverifiedTls }) => unverifiedTls).map(({ host }) => host),
    },
    {
        flag: '--registry-certificate',
        values: (inputs, extras) => extras.ca
            ? trustedHosts(inputs, extras).map((host) => `${host}=${unpacked}/auth/ca.crt`)
            : [],
    },
    {
        flag: '--registry-mirror',
        values: ({ registry }) => registry.mirrors
            .filter((mirror) => mirror.registry === dockerHub)
            .map(({ mirror }) => mirror),
    },
    {
        flag: '--registry-map',
        values: ({ registry }) => registry.mirrors
            .filter((mirror) => mirror.registry !== dockerHub)
            .map((mirror) => `${mirror.registry}=${mirror.mirror}`),
    },
    {
        flag: '--push-retry',
        values: ({ image, registry }) => (image.push ? [`${registry.pushRetry}`] : []),
    },
];
/** kaniko: builds a Dockerfile as root in an ordinary pod, without privileges, from a tar stream on stdin. */
const kaniko = {
    name: 'kaniko',
    layout: 'image',
    container(inputs, extras) {
        const env = [...loginEnv(inputs, extras), ...inputs.builder.env.map(toEnv)];
        return {
            name: builderContainerName,
            image: inputs.builder.image,
            args: [
                ...argumentRules.flatMap(({ flag, values }) => values(inputs, extras).map((value) => `${flag}=${value}`)),
                ...inputs.builder.args,
            ],
            ...(env.length > 0 && { env }),
            securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'], add: [...capabilities] } },
            ...(inputs.registry.secret !== undefined && {
                volumeMounts: [{ name: registrySecretVolume, mountPath: secretDirectory, readOnly: true }],
            }),
        };
    },
    volumes({ registry }) {
        return registry.secret === undefined ? [] : [registrySecretVolumeSource(registry.secret)];
    },
    notable: pushedLine,
    /**
     * kaniko writes one `reference@digest` line for each destination, before it pushes. A RUN step can write there too, so
     * kaniko's own words in the output, which nobody can take back, have to agree.
     */
    readImage(message, inputs, noted) {
        const named = [...message.matchAll(/@(sha256:[0-9a-f]{64})\s*$/gm)].map(([, digest]) => digest);
        const [digest] = named;
        if (!inputs.image.push || digest === undefined)
            return undefined;
        const other = [...named, ...pushedDigests(inputs, noted)].find((found) => found !== digest);
        if (other === undefined)
            return { digest };
        throw new errors/* BuildError */.zS('build', `the builder named two digests, ${digest} and ${other}, so nobody knows which image was pushed`, { hint: 'Do not use the image: a RUN step may have changed what the builder reports.' });
    },
    relevant: withoutUsage,
    diagnose: diagnoseKaniko,
};
/**
 * The volume of `registry-secret`: `config.json`, whichever of its two usual keys the Secret has. The second source is the
 * whole Secret: two items with the same path would be refused, and without `optional` a missing Secret is reported.
 */
function registrySecretVolumeSource(secret) {
    const items = [{ key: '.dockerconfigjson', path: 'config.json' }];
    return {
        name: registrySecretVolume,
        projected: {
            defaultMode: 0o400,
            sources: [{ secret: { name: secret, items, optional: true } }, { secret: { name: secret } }],
        },
    };
}
/** Digests that the output names for the repositories of the tags. A cache in the same repository prints the same words. */
function pushedDigests(inputs, noted) {
    const cache = cacheOf(inputs);
    const cached = cache === undefined ? undefined : parseRepository(cache);
    const repositories = inputs.image.tags
        .filter(({ registry, repository }) => registry !== cached?.registry || repository !== cached.path)
        .map(({ registry, repository }) => `${registry}/${repository}`);
    return noted.flatMap((line) => {
        const [, repository = '', digest = ''] = pushedLine.exec(line) ?? [];
        return repositories.includes(repository) ? [digest] : [];
    });
}
/** kaniko keeps its cache in one repository, to read and to write; `no-cache` leaves it alone. */
function cacheOf({ image }) {
    return image.noCache ? undefined : (image.cacheTo ?? image.cacheFrom);
}
/** A node of the architecture builds for it anyway; only a variant has to be said. */
function variantPlatform({ image: { platform } }) {
    if (platform?.variant === undefined)
        return [];
    return [`${platform.os}/${platform.architecture}/${platform.variant}`];
}
/** Registries that the given authority may sign for: all that this build is known to talk to. */
function trustedHosts(inputs, { pullHosts = [] }) {
    const { image, registry } = inputs;
    const cache = cacheOf(inputs);
    return [
        ...new Set([
            ...image.tags.map((tag) => tag.registry),
            ...(cache === undefined ? [] : [parseRepository(cache).registry]),
            ...registry.mirrors.map(({ mirror }) => mirror.replace(/\/.*$/s, '')),
            ...(typeof registry.pullLogins === 'string' ? [] : registry.pullLogins),
            ...pullHosts,
        ]),
    ];
}
function loginEnv({ registry }, extras) {
    if (registry.secret !== undefined)
        return [{ name: 'DOCKER_CONFIG', value: secretDirectory }];
    return extras.logins ? [{ name: 'DOCKER_CONFIG', value: `${unpacked}/auth` }] : [];
}
function toEnv({ key, value }) {
    return { name: key, value };
}
function formatPair({ key, value }) {
    return `${key}=${value}`;
}
function optional(value) {
    return value === undefined ? [] : [value];
}

;// CONCATENATED MODULE: ./build/engines/select.js


const engines = { kaniko: kaniko, custom: custom };
/** The engine that the inputs name. */
function selectEngine({ builder }) {
    return engines[builder.engine];
}

;// CONCATENATED MODULE: ./build/engines/images.js
/**
 * Default images of the builders, by tag. A digest takes a tag's place only after a build with that very image was proved:
 * a wrong one would break every user.
 */
const defaultImages = {
    kaniko: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
};

;// CONCATENATED MODULE: ./build/inputs/authority.js

/** @throws InvalidInput unless the text holds certificates in PEM, and no private key. */
function parseAuthority(pem) {
    if (pem.includes('PRIVATE KEY-----')) {
        throw invalid('it holds a private key', 'Give only the certificate of the authority.');
    }
    const certificate = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;
    if (certificate.test(pem))
        return `${pem.trim()}\n`;
    throw invalid('there is no complete PEM certificate in it', 'Give a file or text with -----BEGIN CERTIFICATE----- on a line of its own.');
}

;// CONCATENATED MODULE: ./build/inputs/fields.js

/**
 * `KEY=VALUE`, split at the first `=`. Messages quote nothing: the element may be a line of a secret.
 * @throws InvalidInput without `=` or without a key.
 */
function parseKeyValue(text) {
    const split = text.indexOf('=');
    if (split === -1) {
        throw invalid('the element has no "="', 'Write KEY=VALUE; put an element of several lines in double quotes as a whole.');
    }
    const key = text.slice(0, split).trim();
    if (key === '')
        throw invalid('the element has no key before "="', 'Write KEY=VALUE.');
    return { key, value: text.slice(split + 1).trim() };
}
/**
 * The parser, which refuses a key that came before with another value: only one of them could take effect.
 * @param pairOf undefined for what has no key.
 */
function refuseRepeats(parse, pairOf) {
    const values = new Map();
    return (text) => {
        const parsed = parse(text);
        const pair = pairOf(parsed);
        if (pair !== undefined)
            keepValue(values, pair);
        return parsed;
    };
}
/** @throws InvalidInput if the key has another value. */
function keepValue(values, { key, value }) {
    if ((values.get(key) ?? value) !== value) {
        throw invalid(`${quote(key)} is given twice, with different values`, 'Leave one of them out.');
    }
    values.set(key, value);
}
/** Comma-separated `key=value` attributes of one element, for example `type=registry,ref=host/repo`. */
function parseAttributes(text) {
    const attributes = new Map();
    for (const part of text.split(',')) {
        if (part.trim() === '')
            continue;
        keepValue(attributes, parseKeyValue(part.trim()));
    }
    return attributes;
}
/**
 * `KEY=VALUE`, or a name alone that takes its value from the environment; undefined if the environment has none: then the
 * argument is left out, as docker does.
 * @throws InvalidInput
 */
function parseVariable(text, env) {
    if (text.includes('='))
        return parseKeyValue(text);
    if (!/^\w+$/.test(text)) {
        throw invalid('the element has no "=" and is not the name of a variable', 'Write KEY=VALUE or KEY; put an element of several lines in double quotes as a whole.');
    }
    const value = env(text);
    return value === undefined ? undefined : { key: text, value };
}
/**
 * An annotation in docker's notation, `KEY=VALUE` with an optional `manifest:` before it. There is no index to annotate.
 * @throws InvalidInput
 */
function parseAnnotation(text) {
    const levels = /^((?:manifest|index)(?:-descriptor)?(?:\[[^\]]*\])?(?:,[a-z[\]/,-]+)?):/.exec(text);
    if (levels === null)
        return parseKeyValue(text);
    const pair = parseKeyValue(text.slice(levels[0].length));
    if (levels[1] === 'manifest')
        return pair;
    throw invalid(`the annotation ${quote(pair.key)} is for ${levels[1] ?? ''}, but one image has only a manifest`, `Write manifest:KEY=VALUE or KEY=VALUE.`);
}

// EXTERNAL MODULE: ./node_modules/csv-parse/lib/sync.js + 9 modules
var sync = __webpack_require__(5175);
;// CONCATENATED MODULE: ./build/inputs/list.js


/** An environment variable cannot hold it, so it never separates anything. */
const noDelimiter = '\0';
/**
 * Splits a list input as docker/build-push-action does (csv-parse behind the same options): an element in double quotes
 * may hold newlines and, in `csv`, commas; `""` inside is one quote. Blank lines and full-line comments (`#`, indented
 * too) are dropped.
 * @throws InvalidInput for a quote that is never closed, with the line and column where it opens.
 */
function parseList(text, kind) {
    const delimiter = kind === 'csv' ? ',' : noDelimiter;
    const items = [];
    let lastLine = 0;
    try {
        (0,sync/* parse */.qg)(text, {
            delimiter,
            record_delimiter: ['\r\n', '\n', '\r'],
            relax_quotes: true,
            relax_column_count: true,
            skip_empty_lines: true,
            comment: '#',
            comment_no_infix: true,
            raw: true,
            on_record: (record, { lines }) => {
                lastLine = lines;
                if (isRawRecord(record))
                    items.push(...toItems(record, lines));
                return null;
            },
        });
    }
    catch (error) {
        if (!(error instanceof sync/* CsvError */.J$))
            throw error;
        throw error.code === 'CSV_QUOTE_NOT_CLOSED'
            ? openQuote(text, lastLine, delimiter)
            : invalid(error.message);
    }
    return items;
}
/**
 * Reads every element and keeps all failures, each with its line.
 * @throws InvalidInput that holds them.
 */
function parseItems(items, parseItem) {
    const problems = [];
    const values = [];
    for (const { text, line } of items) {
        try {
            values.push(parseItem(text));
        }
        catch (error) {
            if (!(error instanceof InvalidInput))
                throw error;
            problems.push(...error.problems.map((problem) => ({ line, ...problem })));
        }
    }
    if (problems.length > 0)
        throw new InvalidInput(problems);
    return values;
}
function isRawRecord(record) {
    return typeof record === 'object' && record !== null && 'record' in record && 'raw' in record;
}
function toItems({ record, raw }, lastLine) {
    // csv-parse knows only comments that begin in the first column.
    const lastText = raw
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1) ?? '';
    const breaks = countBreaks(record.join(''));
    if (breaks === 0 && lastText.trimStart().startsWith('#'))
        return [];
    let line = lastLine - breaks;
    const items = [];
    for (const field of record) {
        const text = field.trim();
        if (text !== '')
            items.push({ text, line });
        line += countBreaks(field);
    }
    return items;
}
function countBreaks(text) {
    return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
/** csv-parse reports the last line of the text; the user needs the place where the quote opens. */
function openQuote(text, lastLine, delimiter) {
    const lines = text.split(/\r\n|\n|\r/);
    let index = lastLine;
    while (index < lines.length - 1 && isBlankOrComment(lines[index] ?? ''))
        index += 1;
    const position = findOpenQuote(lines.slice(index).join('\n'), delimiter);
    return new InvalidInput([
        {
            line: index + 1 + position.line,
            text: `the quote opened at column ${position.column} is never closed`,
            hint: 'Close it, or write the quote twice and put the whole element in quotes.',
        },
    ]);
}
function isBlankOrComment(line) {
    return line === '' || line.startsWith('#');
}
/** Walks the fields of the record that cannot be finished, up to the quoted one without an end. */
function findOpenQuote(record, delimiter) {
    let start = 0;
    for (;;) {
        const end = record[start] === '"' ? findClosingQuote(record, start) : start;
        const next = end === undefined ? -1 : findSeparator(record, end, delimiter);
        if (next === -1)
            break;
        start = next + 1;
    }
    const before = record.slice(0, start);
    return { line: countBreaks(before), column: start - before.lastIndexOf('\n') };
}
function findClosingQuote(record, start) {
    for (let index = start + 1; index < record.length; index += 1) {
        if (record[index] !== '"')
            continue;
        if (record[index + 1] !== '"')
            return index;
        index += 1;
    }
    return undefined;
}
function findSeparator(record, start, delimiter) {
    for (let index = start; index < record.length; index += 1) {
        if (record[index] === delimiter || record[index] === '\n')
            return index;
    }
    return -1;
}

;// CONCATENATED MODULE: ./build/inputs/cache.js




/** What docker's cache syntax says about the exporter; kaniko has its own ways for all of it. */
const ignoredAttributes = [
    'mode',
    'compression',
    'compression-level',
    'force-compression',
    'image-manifest',
    'oci-mediatypes',
    'ignore-error',
];
/**
 * The one repository of `cache-from` or `cache-to`: `type=registry,ref=REPOSITORY` or the repository alone.
 * @throws InvalidInput
 */
function parseCache(items) {
    const repositories = [...new Set(parseItems(items, parseCacheItem))];
    if (repositories.length > 1) {
        throw invalid(`it names ${repositories.length} repositories (${repositories.join(', ')})`, 'Name one: kaniko keeps its cache in one repository.');
    }
    return repositories[0];
}
function parseCacheItem(text) {
    if (!text.includes('='))
        return parseCacheRepository(text);
    const attributes = parseAttributes(text);
    const type = attributes.get('type') ?? 'registry';
    if (type !== 'registry') {
        throw invalid(`the cache type ${quote(type)} is not supported`, 'Use type=registry,ref=REPOSITORY.');
    }
    for (const key of attributes.keys()) {
        if (!['type', 'ref', ...ignoredAttributes].includes(key)) {
            throw invalid(`${quote(key)} is not an attribute of a registry cache`, 'Use type=registry,ref=REPOSITORY.');
        }
    }
    const ref = attributes.get('ref') ?? '';
    if (ref === '')
        throw invalid(`${quote(text)} has no ref`, 'Use type=registry,ref=REPOSITORY.');
    return parseCacheRepository(ref);
}
/** Each layer becomes a tag of this repository, so one tag of it means nothing. */
function parseCacheRepository(text) {
    refuseScheme(text);
    const name = text.replace(/@.*$/s, '').replace(/:[^/]*$/, '');
    if (name !== text) {
        throw invalid(`${quote(text)} has a tag or a digest, but kaniko keeps every layer under a tag of its own`, `Name a repository for the cache, for example ${name}/cache.`);
    }
    parseRepository(name);
    return name;
}

;// CONCATENATED MODULE: ./build/inputs/conflicts.js


/** Inputs that only an image engine can use. */
const imageInputs = [
    'file',
    'tags',
    'push',
    'labels',
    'annotations',
    'build-args',
    'target',
    'check-dockerfile',
    'platforms',
    'no-cache',
    'cache-from',
    'cache-to',
    'cache-ttl',
    'verbosity',
    'docker-config',
    'pull-logins',
    'registry-secret',
    'registry-mirrors',
    'insecure-registries',
    'registry-ca',
    'push-retry',
];
/** Inputs of docker/build-push-action that would change the result, and are not here. */
const dockerInputs = [
    { input: 'outputs', hint: "Use 'tags' with push: true." },
    { input: 'load', hint: 'Push the image and pull it where it is needed.' },
    { input: 'attests', hint: "Use actions/attest with the outputs 'image-name' and 'digest'." },
    { input: 'secrets', hint: 'Mount a Secret by pod-template.' },
    { input: 'secret-envs', hint: 'Mount a Secret by pod-template.' },
    { input: 'secret-files', hint: 'Mount a Secret by pod-template.' },
    { input: 'ssh', hint: 'Fetch private sources in a step before this one.' },
    { input: 'build-contexts', hint: "Put the files into 'context'." },
    { input: 'add-hosts', hint: 'Use hostAliases in pod-template.' },
];
/** Flags of kaniko that carry the action's guarantees, with the input that does the same. */
const ownFlags = new Map([
    ['--context', "use 'context'"],
    ['-c', "use 'context'"],
    ['--context-sub-path', "use 'context'"],
    ['--dockerfile', "use 'file'"],
    ['-f', "use 'file'"],
    ['--destination', "use 'tags'"],
    ['-d', "use 'tags'"],
    ['--no-push', "use 'push'"],
    ['--dryrun', "use 'push'"],
    ['--target', "use 'target'"],
    ['--verbosity', "use 'verbosity'"],
    ['-v', "use 'verbosity'"],
    ['--cache-repo', "use 'cache-from' and 'cache-to'"],
    ['--digest-file', 'the digest is the output digest'],
    ['--image-name-with-digest-file', 'the digest is the output digest'],
    ['--image-name-tag-with-digest-file', 'the digest is the output digest'],
    ['--force', 'it is always set'],
    ['--log-format', 'errors are found by the text format'],
    ['--kaniko-dir', 'the context is unpacked there'],
    ['--help', 'nothing would be built'],
    ['-h', 'nothing would be built'],
    // kaniko writes the digest before it pushes, and then exits with 0 without a push.
    ['--push-ignore-immutable-tag-errors', 'a push that fails must fail the step'],
]);
/** Variables that mean to kaniko what these flags mean. */
const ownVariables = new Map([
    ['DOCKER_CONFIG', "Use 'docker-config' or 'registry-secret'."],
    ['KANIKO_DIR', 'Remove it: the context is unpacked there.'],
]);
/** Rules between inputs. */
function checkConflicts(inputs, reader, problems) {
    const add = (input, text, hint) => {
        problems.add(input, text, hint);
    };
    checkSource(inputs, reader, add);
    for (const { input, hint } of dockerInputs) {
        const value = reader.text(input);
        if (value !== undefined && value !== 'false')
            add(input, 'it is not supported', hint);
    }
    if (inputs.builder.engine === 'custom')
        checkCustom(inputs, reader, add);
    else
        checkKaniko(inputs, reader, add);
}
/** The workspace is no default here: a program that reads its stdin would get it in place of a text that is missing. */
const nothingToSend = "engine custom needs something to send, but 'stdin', 'stdin-file' and 'context' are empty; an empty value may be a secret or an output that is not set";
const oneSource = 'Set one of them; context: . sends the workspace.';
function checkSource(inputs, reader, add) {
    const given = ['context', 'stdin-file', 'stdin'].filter((name) => name === 'stdin' ? reader.verbatim(name) !== '' : reader.text(name) !== undefined);
    const [first, ...others] = given;
    for (const name of others) {
        add(name, `it stands beside '${first ?? ''}'`, 'Set only one of context, stdin and stdin-file.');
    }
    if (inputs.builder.engine === 'custom') {
        if (given.length === 0)
            add('context', nothingToSend, oneSource);
        return;
    }
    for (const name of given.filter((name) => name !== 'context')) {
        add(name, `engine ${inputs.builder.engine} takes a context`, "Use 'context', or engine: custom.");
    }
}
function checkCustom({ builder }, reader, add) {
    if (builder.image === '' && reader.text('builder-image') === undefined) {
        add('builder-image', 'engine custom has no default image', 'Name the image to run.');
    }
    for (const input of imageInputs) {
        if (!reader.isSet(input) || reader.text(input) === 'none')
            continue;
        add(input, 'it means nothing to engine custom, whose command builds as it likes', 'Leave it out, or use engine: kaniko.');
    }
}
function checkKaniko(inputs, reader, add) {
    const { builder, image, pod, registry } = inputs;
    if (reader.isSet('builder-command')) {
        add('builder-command', 'engine kaniko has its own command', "Use 'builder-args', or engine: custom.");
    }
    if (image.push && !reader.isSet('tags')) {
        add('tags', 'it is empty, but push is true', 'Name at least one image to push.');
    }
    if (registry.secret !== undefined && (registry.dockerConfig ?? 'none') !== 'none') {
        add('registry-secret', "it stands beside 'docker-config'", 'Set only one of them.');
    }
    checkCache(inputs, add);
    const wanted = image.platform?.architecture;
    const selected = pod.nodeSelector['kubernetes.io/arch'];
    if (wanted !== undefined && selected !== undefined && selected !== wanted) {
        add('node-selector', `kubernetes.io/arch=${selected} contradicts the platform linux/${wanted}`, 'Leave it out.');
    }
    for (const { key } of builder.env) {
        const hint = ownVariables.get(key);
        if (hint !== undefined)
            add('builder-env', `${key} is set by the action itself`, hint);
    }
    checkArguments(builder.args, add);
}
/** kaniko has one repository for its cache, to read and to write. */
function checkCache({ image: { cacheFrom, cacheTo } }, add) {
    if (cacheFrom === undefined || cacheTo === undefined)
        return;
    if (fullName(cacheFrom) === fullName(cacheTo))
        return;
    add('cache-to', `it names ${quote(cacheTo)}, but 'cache-from' names ${quote(cacheFrom)}, and kaniko has one repository for its cache`, 'Name the same repository in both.');
}
function fullName(repository) {
    const { registry, path } = parseRepository(repository);
    return `${registry}/${path}`;
}
function checkArguments(args, add) {
    for (const argument of args) {
        const flag = argument.replace(/=.*$/s, '');
        const reason = ownFlags.get(flag) ?? (/^-[cdfv]./.test(flag) ? ownFlags.get(flag.slice(0, 2)) : undefined);
        if (reason === undefined)
            continue;
        add('builder-args', `the flag ${quote(flag)} is the action's own: ${reason}`, 'Remove the flag.');
    }
}

;// CONCATENATED MODULE: ./build/inputs/yaml.js



/** Where the parser's reason quotes the text: the names of aliases and tags. A password may begin as one of them does. */
const quoted = /"[^]*"|!<[^]*>|: [^]*$/;
/**
 * One document of YAML or JSON. The message names the line but quotes nothing: the text may be a secret, and js-yaml's own
 * message has an excerpt of it.
 * @throws InvalidInput
 */
function loadYaml(text, hint) {
    try {
        return (0,js_yaml/* load */.Hh)(text);
    }
    catch (error) {
        if (!(error instanceof js_yaml/* YAMLException */.tB))
            throw error;
        // The types promise a mark, but some errors have none.
        const mark = error.mark;
        const line = isFields(mark) && typeof mark['line'] === 'number' ? mark['line'] + 1 : undefined;
        throw new InvalidInput([
            {
                text: `it is not YAML: ${error.reason.replace(quoted, '…')}`,
                hint,
                ...(line !== undefined && { line }),
            },
        ]);
    }
}

;// CONCATENATED MODULE: ./build/inputs/kubeconfig.js




/** Fields that name a file, and those that hold its content in place of it. */
const fileKeys = {
    'certificate-authority': 'certificate-authority-data',
    'client-certificate': 'client-certificate-data',
    'client-key': 'client-key-data',
    tokenFile: 'token',
};
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify';
/**
 * Reads `kubeconfig` as it comes out of a secret: YAML, or the base64 of it, line breaks allowed. No message quotes any of
 * its text: it is a secret.
 * @throws InvalidInput
 */
function parseKubeconfig(value) {
    const text = decode(value.trim());
    const document = loadDocument(text);
    const missing = ['clusters', 'contexts'].filter((key) => !Array.isArray(document[key]));
    if (missing.length > 0) {
        const kind = typeof document['kind'] === 'string' ? `of kind ${quote(document['kind'])} ` : '';
        throw invalid(`the document ${kind}has no list ${missing.join(' and no list ')}`, `${howToPrint}.`);
    }
    refuseRedacted(document);
    const contexts = names(document['contexts']);
    if (contexts.length === 0)
        throw invalid('it has no context', `${howToPrint}.`);
    const current = document['current-context'];
    const currentContext = typeof current === 'string' && current !== '' ? current : undefined;
    return { text, contexts, currentContext };
}
/**
 * Name of the context that will be used, checked to exist with its cluster and user.
 * @param wanted `kube-context`.
 * @throws InvalidInput
 */
function checkContext(kubeconfig, wanted) {
    const { contexts, currentContext, text } = kubeconfig;
    if (wanted === undefined && currentContext === undefined) {
        throw invalid('it has no current-context', `Set the input 'kube-context' to one of: ${contexts.join(', ')}.`);
    }
    const name = wanted ?? currentContext ?? '';
    if (!contexts.includes(name)) {
        const hint = suggest(name, contexts);
        if (wanted === undefined)
            throw invalid(`its current-context ${quote(name)} is not one of its contexts`, hint);
        const text = `${quote(name)} is not a context of the kubeconfig`;
        throw new InvalidInput([{ input: 'kube-context', text, hint }]);
    }
    const document = loadDocument(text);
    const context = fieldsOf(findNamed(document['contexts'], name)['context']);
    for (const kind of ['cluster', 'user']) {
        const target = context[kind];
        const known = names(document[`${kind}s`]);
        if (kind === 'user' && (target === undefined || target === ''))
            continue;
        if (typeof target === 'string' && known.includes(target))
            continue;
        throw invalid(`its context ${quote(name)} names the ${kind} ${quote(typeof target === 'string' ? target : '')}, which it does not have`, `${howToPrint}.`);
    }
    checkServer(fieldsOf(findNamed(document['clusters'], context['cluster'])['cluster']));
    return name;
}
/** @throws InvalidInput for an address that no request can be sent to. */
function checkServer({ server, 'insecure-skip-tls-verify': isUnverified }) {
    const text = typeof server === 'string' ? server : '';
    const scheme = URL.canParse(text) ? new URL(text).protocol : '';
    if (scheme === 'https:' || (scheme === 'http:' && isUnverified === true))
        return;
    const address = quotableAddress(text);
    const bare = address.replace(/^[a-z]+:\/\//i, '');
    const hint = `Write https://${bare === '' ? 'HOST:PORT' : bare}.`;
    throw invalid(scheme === 'http:'
        ? `its server ${quote(address)} is plain HTTP, where anybody on the way could read the token`
        : `its server ${quote(address)} is no URL`, hint);
}
/** A server as sentences may name it, by scheme, host and port: a URL can hold a password, and a path or query a token. */
function quotableAddress(server) {
    const { protocol, host } = URL.canParse(server) ? new URL(server) : { protocol: '', host: '' };
    return host === '' ? server.replace(/^.*@/s, '') : `${protocol}//${host}`;
}
/**
 * Files that the context's cluster and user refer to: they are rarely where the action runs.
 * @param context a context that checkContext has passed.
 */
function referencedFiles(kubeconfig, context) {
    const document = loadDocument(kubeconfig.text);
    const { cluster, user } = fieldsOf(findNamed(document['contexts'], context)['context']);
    const places = [
        fieldsOf(findNamed(document['clusters'], cluster)['cluster']),
        fieldsOf(findNamed(document['users'], user)['user']),
    ];
    return places.flatMap((fields) => Object.entries(fileKeys).flatMap(([key, content]) => {
        const path = fields[key];
        const isUsed = typeof path === 'string' && path !== '' && fields[content] === undefined;
        return isUsed ? [{ key, path }] : [];
    }));
}
function findNamed(entries, name) {
    return listOf(entries).find((entry) => entry['name'] === name) ?? {};
}
/** YAML has a colon in every line that matters, base64 has none at all. */
function decode(value) {
    if (value.includes(':'))
        return value;
    const compact = value.replace(/\s+/g, '');
    const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)
        ? Buffer.from(compact, 'base64')
        : undefined;
    if (bytes !== undefined && isUtf16(bytes)) {
        throw invalid('it is the base64 of UTF-16, which PowerShell writes', 'Encode UTF-8: [Text.Encoding]::UTF8 in place of Unicode, Out-File -Encoding utf8 in place of >.');
    }
    const text = bytes === undefined ? undefined : toText(bytes);
    if (text?.includes(':') === true)
        return text.trim();
    if (text !== undefined) {
        throw invalid('it is the base64 of something that is not a kubeconfig', `${howToPrint}, or its base64 once.`);
    }
    if (!/\s/.test(value) && /^[~./]|\.ya?ml$|config$/.test(value)) {
        throw invalid('it looks like a path, but it takes the content of a kubeconfig', 'Use auto and set the environment variable KUBECONFIG to the path.');
    }
    throw invalid('it is neither YAML nor base64', `${howToPrint}, or its base64.`);
}
/** Little-endian, with or without a byte order mark: every other byte of ASCII is zero. */
function isUtf16(bytes) {
    return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[1] === 0 && bytes[3] === 0);
}
function toText(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    }
    catch {
        return undefined;
    }
}
function loadDocument(text) {
    const document = loadYaml(text, `${howToPrint}.`);
    if (!isFields(document))
        throw invalid('it is not a mapping', `${howToPrint}.`);
    return document;
}
/** What `kubectl config view` prints without `--raw`. */
function refuseRedacted(document) {
    const values = ['clusters', 'users'].flatMap((key) => listOf(document[key]).flatMap((entry) => Object.values(fieldsOf(entry[key.slice(0, -1)]))));
    if (!values.some((value) => value === 'DATA+OMITTED' || value === 'REDACTED'))
        return;
    throw invalid('its certificates or tokens are left out (DATA+OMITTED, REDACTED)', `${howToPrint}.`);
}
function names(entries) {
    return listOf(entries)
        .map((entry) => entry['name'])
        .filter((name) => typeof name === 'string');
}

;// CONCATENATED MODULE: ./build/inputs/name.js


const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const keyNamePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
/** A namespace's name: a DNS-1123 label. */
function parseNamespace(text) {
    if (labelPattern.test(text))
        return text;
    throw invalid(`${quote(text)} is not a name of a namespace`, 'Use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.');
}
/** The name of a ServiceAccount or Secret: a DNS-1123 subdomain. */
function parseObjectName(text) {
    if (text.length <= 253 && subdomainPattern.test(text))
        return text;
    throw invalid(`${quote(text)} is not a name of a Kubernetes object`, 'Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends.');
}
/** Checks the key of a label or annotation: `name` or `prefix.example/name`. */
function checkQualifiedKey(key) {
    const slash = key.indexOf('/');
    const prefix = key.slice(0, Math.max(0, slash));
    const prefixIsGood = slash === -1 || (prefix.length <= 253 && subdomainPattern.test(prefix));
    if (prefixIsGood && keyNamePattern.test(key.slice(slash + 1)))
        return;
    throw invalid(`${quote(key)} is not a key of a label or annotation`, 'Use a name of at most 63 letters, digits, "-", "_" and ".", with an optional "domain/" before it.');
}
/** A label of the pod: not one of ours. */
function checkPodLabel(pair) {
    refuseOwnKey(pair.key);
    checkLabel(pair);
}
/** An annotation of the pod: not one of ours. */
function checkPodAnnotation({ key }) {
    refuseOwnKey(key);
    checkQualifiedKey(key);
}
/** A node selector; that the node runs Linux is always selected. */
function checkSelector(pair) {
    checkLabel(pair);
    if (pair.key !== 'kubernetes.io/os' || pair.value === 'linux')
        return;
    throw invalid(`${quote(`${pair.key}=${pair.value}`)} excludes Linux nodes`, 'Leave it out.');
}
function refuseOwnKey(key) {
    if (isOwnKey(key))
        throw invalid(`${quote(key)} is set by the action itself`, 'Use another key.');
}
function checkLabel({ key, value }) {
    checkQualifiedKey(key);
    if (labelValuePattern.test(value))
        return;
    throw invalid(`${quote(value)} of ${quote(key)} is not a value of a label`, 'Use at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends.');
}

;// CONCATENATED MODULE: ./build/inputs/platform.js



const architectures = [
    'amd64',
    'arm64',
    'arm',
    'ppc64le',
    's390x',
    'riscv64',
    '386',
    'loong64',
    'mips64le',
];
/** Other names of an architecture, as containerd normalises them. */
const aliases = new Map([
    ['x86_64', 'amd64'],
    ['x86-64', 'amd64'],
    ['aarch64', 'arm64'],
    ['i386', '386'],
    ['armhf', 'arm/v7'],
    ['armel', 'arm/v6'],
]);
/**
 * The one platform of `platforms`.
 * @throws InvalidInput
 */
function parsePlatforms(items) {
    const [first, ...others] = parseItems(items, parsePlatform);
    if (others.length === 0)
        return first;
    throw invalid(`it names ${others.length + 1} platforms, but one build makes the image of one`, 'Name one platform; for several, use one step or job each.');
}
/**
 * `linux/arm64`, `linux/arm/v7` or the architecture alone.
 * @throws InvalidInput
 */
function parsePlatform(text) {
    const parts = text.split('/');
    const os = parts.length === 1 ? 'linux' : (parts.shift() ?? '');
    if (os !== 'linux') {
        throw invalid(`${quote(text)} is not a Linux platform`, 'Use linux/ARCHITECTURE, for example linux/amd64.');
    }
    const [name = '', variant, ...rest] = parts;
    const [architecture = '', impliedVariant] = (aliases.get(name) ?? name).split('/');
    if (!architectures.includes(architecture) || rest.length > 0) {
        throw invalid(`${quote(text)} is not a platform`, suggest(text.includes('/') ? text : `linux/${text}`, architectures.map((known) => `linux/${known}`)));
    }
    return { os, architecture, variant: normalizeVariant(architecture, variant ?? impliedVariant) };
}
/** The variants that every node of the architecture has are not told apart. */
function normalizeVariant(architecture, variant) {
    const isBaseline = (architecture === 'arm64' && (variant === 'v8' || variant === '8')) ||
        (architecture === 'amd64' && variant === 'v1');
    return isBaseline || variant === '' ? undefined : variant;
}

;// CONCATENATED MODULE: ./build/inputs/quantity.js




const kinds = ['requests', 'limits'];
const plainNames = ['cpu', 'memory', 'ephemeral-storage'];
const quantityPattern = /^\d+(\.\d*)?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$|^\.\d+([numkMGTPE]|[KMGTPE]i)?$/;
/**
 * One resource in buildx' notation: `requests.` or `limits.`, the resource's name, a Kubernetes quantity.
 * @throws InvalidInput
 */
function parseResource(text) {
    const { key, value } = parseKeyValue(text);
    const [prefix = '', ...rest] = key.split('.');
    const kind = kinds.find((known) => known === prefix);
    if (kind === undefined || rest.length === 0) {
        const hint = kind === undefined ? suggestKind(prefix, rest) : undefined;
        throw invalid(`${quote(key)} is not a resource`, hint ?? 'Write requests.NAME=QUANTITY or limits.NAME=QUANTITY, for example requests.cpu=1.');
    }
    const name = rest.join('.');
    checkResourceName(name);
    return { kind, name, quantity: parseQuantity(value) };
}
/** @throws InvalidInput unless the text is a Kubernetes quantity, not negative. */
function parseQuantity(text) {
    if (quantityPattern.test(text))
        return text;
    const number = /^(\d+(?:\.\d+)?) *([kmgtpe])i?b?$/i.exec(text);
    const unit = number?.[2]?.toUpperCase();
    throw invalid(`${quote(text)} is not a quantity`, unit === undefined
        ? 'Use a quantity such as 2, 500m, 512Mi or 4Gi.'
        : `Use ${number?.[1] ?? ''}${unit}i (powers of 1024) or ${number?.[1] ?? ''}${unit === 'K' ? 'k' : unit}.`);
}
/** Powers of the units that make sense for sizes. */
const byteUnits = {
    '': 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
};
const largestBytes = 2 ** 34;
/**
 * A size as a Kubernetes quantity, in bytes.
 * @throws InvalidInput unless it is a whole number of bytes up to 16Gi.
 */
function parseBytes(text) {
    const found = /^(\d+(?:\.\d+)?)([kMG]|[KMG]i)?$/.exec(parseQuantity(text));
    const bytes = Number(found?.[1]) * (byteUnits[found?.[2] ?? ''] ?? NaN);
    if (Number.isInteger(bytes) && bytes > 0 && bytes <= largestBytes)
        return bytes;
    throw invalid(`${quote(text)} is no size of 1 byte to 16Gi`, 'Use a size such as 64Mi.');
}
/** Names without a domain are Kubernetes' own, so a misspelt one is found here. */
function checkResourceName(name) {
    if (plainNames.includes(name) || name.startsWith('hugepages-'))
        return;
    if (name.includes('/')) {
        checkQualifiedKey(name);
        return;
    }
    throw invalid(`${quote(name)} is not the name of a resource`, suggest(name, plainNames));
}
function suggestKind(prefix, rest) {
    const kind = findNearest(prefix, kinds);
    return kind === undefined || rest.length === 0 ? undefined : `Use ${kind}.${rest.join('.')}.`;
}

;// CONCATENATED MODULE: ./build/inputs/reader.js



/**
 * Values of inputs where the user leaves them empty; action.yml has the same. A workflow that passes an empty variable on
 * gets the default too. The exception is `kubeconfig`: empty is an error there.
 */
const inputDefaults = {
    push: 'false',
    'no-cache': 'false',
    engine: 'kaniko',
    verbosity: 'info',
    'compression-level': '1',
    'context-buffer': '64Mi',
    'git-credentials': 'remove',
    'check-dockerfile': 'true',
    kubeconfig: 'auto',
    'pull-logins': 'auto',
    'push-retry': '3',
    'start-timeout': '5m',
    timeout: '60m',
    'keep-pod': 'never',
    summary: 'true',
};
/** Reads inputs by name; what cannot be read goes to the problems and gets a stand-in. */
class InputReader {
    #raw;
    #problems;
    constructor(raw, problems) {
        this.#raw = raw;
        this.#problems = problems;
    }
    /** Trimmed; undefined if empty. */
    text(name) {
        const text = this.#raw.read(name).trim();
        return text === '' ? undefined : text;
    }
    /** Byte for byte. */
    verbatim(name) {
        return this.#raw.read(name);
    }
    /** True if the input has another value than its default. */
    isSet(name) {
        const text = this.text(name);
        return text !== undefined && text !== defaultOf(name);
    }
    /** An input with a default. */
    value(name, parse) {
        const byDefault = defaultOf(name) ?? '';
        return this.#problems.collect(name, () => parse(this.text(name) ?? byDefault), parse(byDefault));
    }
    /** An input without a default. */
    optional(name, parse) {
        const text = this.text(name);
        return text === undefined
            ? undefined
            : this.#problems.collect(name, () => parse(text), undefined);
    }
    items(name, kind) {
        return this.#problems.collect(name, () => parseList(this.#raw.read(name), kind), []);
    }
    list(name, kind, parse) {
        const items = this.items(name, kind);
        return this.#problems.collect(name, () => parseItems(items, parse), []);
    }
    /** Text of a file that an input names. */
    file(path) {
        const hint = 'Name a file that can be read, relative to the working directory.';
        let text;
        try {
            text = this.#raw.readText(path);
        }
        catch (error) {
            throw invalid(`reading the file ${quote(path)} failed: ${(0,errors/* describeError */.Uc)(error)}`, hint);
        }
        if (text === undefined)
            throw invalid(`the file ${quote(path)} does not exist`, hint);
        return text;
    }
    /** The environment's value for a build argument. */
    env(name) {
        return this.#raw.env(name);
    }
}
function defaultOf(name) {
    return Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : undefined;
}

;// CONCATENATED MODULE: ./build/inputs/registry.js


/**
 * `mirror` (of Docker Hub) or `registry=mirror`; a mirror may have a path.
 * @throws InvalidInput
 */
function parseMirror(text) {
    const split = text.indexOf('=');
    const registry = split === -1 ? dockerHub : parseHost(text.slice(0, split).trim());
    const mirror = text.slice(split + 1).trim();
    if (/^http:\/\//i.test(mirror)) {
        throw invalid(`${quote(mirror)} begins with a scheme`, `Write ${mirror.slice('http://'.length)}, and put ${quote(mirror)} into 'insecure-registries'.`);
    }
    refuseScheme(mirror);
    parseHost(mirror.replace(/\/.*$/s, ''));
    return { registry, mirror: mirror.replace(/\/+$/, '') };
}
/** @throws InvalidInput */
function parseInsecureRegistry(text) {
    const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
    if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
        throw invalid(`${quote(text)} has an unknown scheme`, 'Write http://host, https://host or host.');
    }
    return {
        host: parseHost(rest.replace(/\/$/, '')),
        http: scheme !== 'https',
        unverifiedTls: scheme !== 'http',
    };
}
/** `pull-logins`: `auto`, `none`, or hosts. */
function parsePullHost(text) {
    if (text === 'auto' || text === 'none') {
        throw invalid(`${quote(text)} stands beside hosts`, 'Use auto, none, or a list of hosts.');
    }
    return parseHost(text.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, ''));
}

;// CONCATENATED MODULE: ./build/inputs/scalar.js


/** As `core.getBooleanInput`: the YAML 1.2 spellings only, so `yes` and `1` are errors. */
function parseBoolean(text) {
    if (['true', 'True', 'TRUE'].includes(text))
        return true;
    if (['false', 'False', 'FALSE'].includes(text))
        return false;
    throw invalid(`${quote(text)} is not a boolean`, 'Use true or false.');
}
function parseInteger(text, least, most) {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most)
        return value;
    throw invalid(`${quote(text)} is not a whole number from ${least} to ${most}`, `Use a number from ${least} to ${most}.`);
}
function parseWord(text, words) {
    const found = words.find((word) => word === text);
    if (found !== undefined)
        return found;
    throw invalid(`${quote(text)} is not one of its values`, suggest(text, words));
}

;// CONCATENATED MODULE: ./build/inputs/template.js



/**
 * `pod-template` as a document: YAML or JSON of a Pod, or the template of a PodTemplate.
 * @throws InvalidInput
 */
function parseTemplate(text) {
    const hint = 'Give a mapping with metadata and spec, as of a Pod.';
    const document = loadYaml(text, hint);
    if (!isFields(document))
        throw invalid('it is not a mapping', hint);
    const { kind } = document;
    if (kind === 'PodTemplate') {
        const { template } = document;
        if (isFields(template))
            return template;
        throw invalid('the PodTemplate has no template', hint);
    }
    if (kind !== undefined && kind !== 'Pod') {
        throw invalid(`its kind is ${typeof kind === 'string' ? quote(kind) : 'no text'}`, 'Use kind: Pod or leave it out.');
    }
    return document;
}

;// CONCATENATED MODULE: ./build/inputs/tolerations.js






const keys = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'];
const operators = ['Exists', 'Equal', 'Lt', 'Gt'];
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const example = 'Write key=a,operator=Exists,effect=NoSchedule;…, or a YAML list.';
/**
 * Tolerations as a YAML list or in buildx' notation: `key=a,operator=Exists;key=b,value=c`, newlines as good as `;`.
 * @throws InvalidInput
 */
function parseTolerations(text) {
    return /^(?:\s*#.*\n)*\s*[A-Za-z]+\s*=/.test(text) ? parsePairs(text) : parseYaml(text);
}
function parsePairs(text) {
    const items = text.split('\n').flatMap((line, index) => line
        .split(';')
        .map((element) => ({ text: element.trim(), line: index + 1 }))
        .filter((item) => item.text !== '' && !item.text.startsWith('#')));
    return parseItems(items, (item) => toToleration(Object.fromEntries(parseAttributes(item))));
}
function parseYaml(text) {
    const document = loadYaml(text, example);
    if (!Array.isArray(document))
        throw invalid('it is not a list', example);
    const problems = [];
    const tolerations = document.map((entry, index) => {
        try {
            if (!isFields(entry))
                throw invalid('it is not a mapping', example);
            return toToleration(entry);
        }
        catch (error) {
            if (!(error instanceof InvalidInput))
                throw error;
            problems.push(...error.problems.map((found) => ({
                ...found,
                text: `element ${index + 1}: ${found.text}`,
            })));
            return {};
        }
    });
    if (problems.length > 0)
        throw new InvalidInput(problems);
    return tolerations;
}
function toToleration(fields) {
    for (const key of Object.keys(fields)) {
        if (!keys.includes(key))
            throw invalid(`${quote(key)} is not a field of a toleration`, suggest(key, keys));
    }
    const key = readText(fields, 'key');
    const operator = readText(fields, 'operator');
    const value = readText(fields, 'value');
    const effect = readText(fields, 'effect');
    checkWord('operator', operator, operators);
    checkWord('effect', effect, effects);
    if (operator === 'Exists' && value !== undefined && value !== '') {
        throw invalid('operator "Exists" takes no value', 'Leave out the value, or use operator Equal.');
    }
    if (key === undefined && operator !== 'Exists') {
        throw invalid('there is no key', 'Name the key of the taint, or use operator Exists.');
    }
    const seconds = readSeconds(fields['tolerationSeconds']);
    return {
        ...(key !== undefined && { key }),
        ...(operator !== undefined && { operator }),
        ...(value !== undefined && { value }),
        ...(effect !== undefined && { effect }),
        ...(seconds !== undefined && { tolerationSeconds: seconds }),
    };
}
function readText(fields, key) {
    const value = fields[key];
    if (value === undefined || value === null)
        return undefined;
    if (typeof value === 'string')
        return value;
    // An unquoted true or 1 in YAML.
    if (typeof value === 'boolean' || typeof value === 'number')
        return String(value);
    throw invalid(`${quote(key)} is not a text`, example);
}
function readSeconds(value) {
    if (value === undefined || value === null)
        return undefined;
    const seconds = Number(value);
    if (Number.isInteger(seconds))
        return seconds;
    throw invalid('tolerationSeconds is not a whole number', 'Write seconds, for example 300.');
}
function checkWord(name, value, words) {
    if (value === undefined || words.includes(value))
        return;
    throw invalid(`${quote(value)} is not a value of ${name}`, suggest(value, words));
}

;// CONCATENATED MODULE: ./build/inputs/parse.js


















/** Node's timers end at 24 days. */
const longestWaitHours = 480;
const longestCacheHours = 87_600;
const verbosities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'];
/**
 * Reads every input. Nothing is looked up outside but variables of `build-args` and the files that an input names.
 * @throws BuildError('input') that lists everything that is wrong, each with input, line and what would be right.
 */
function parseInputs(raw) {
    const problems = new Problems();
    const reader = new InputReader(raw, problems);
    const builder = readBuilder(reader);
    const parseWait = (text) => parseDuration(text, longestWaitHours);
    const inputs = {
        source: readSource(reader),
        file: reader.text('file'),
        compressionLevel: reader.value('compression-level', (text) => parseInteger(text, 0, 9)),
        contextBufferBytes: reader.value('context-buffer', parseBytes),
        excludes: reader.list('excludes', 'lines', (text) => text),
        gitCredentials: reader.value('git-credentials', (text) => parseWord(text, ['remove', 'keep'])),
        checkDockerfile: reader.value('check-dockerfile', parseBoolean),
        image: readImage(reader),
        builder,
        kube: readKube(reader, problems),
        pod: readPod(reader),
        registry: readRegistry(reader),
        startTimeoutMs: reader.value('start-timeout', parseWait),
        timeoutMs: reader.value('timeout', parseWait),
        retries: reader.optional('retries', (text) => parseInteger(text, 0, 10)) ??
            (builder.engine === 'custom' ? 0 : 1),
        keepPod: reader.value('keep-pod', parseKeepPod),
        summary: reader.value('summary', parseBoolean),
    };
    checkConflicts(inputs, reader, problems);
    problems.throwIfAny();
    return deepFreeze(inputs);
}
/**
 * Reads only what leads to the cluster, for a step that runs when the files of other inputs may be gone.
 * @throws BuildError('input')
 */
function parseKubeInputs(raw) {
    const problems = new Problems();
    const kube = readKube(new InputReader(raw, problems), problems);
    problems.throwIfAny();
    return deepFreeze(kube);
}
function parseKeepPod(text) {
    return parseWord(text, ['never', 'on-failure', 'always']);
}
function readSource(reader) {
    const text = reader.verbatim('stdin');
    if (text !== '')
        return { kind: 'text', text };
    const file = reader.text('stdin-file');
    if (file !== undefined)
        return { kind: 'file', path: file };
    return { kind: 'context', path: reader.text('context') ?? '.' };
}
function readImage(reader) {
    const cache = (name) => reader.optional(name, () => parseCache(reader.items(name, 'lines')));
    return {
        tags: withoutRepeats(reader.list('tags', 'csv', parseReference)),
        push: reader.value('push', parseBoolean),
        buildArgs: readPairs(reader, 'build-args', 'lines', (text) => parseVariable(text, (name) => reader.env(name))),
        labels: readPairs(reader, 'labels', 'lines', parseKeyValue),
        annotations: readPairs(reader, 'annotations', 'lines', parseAnnotation),
        target: reader.text('target'),
        platform: reader.optional('platforms', () => parsePlatforms(reader.items('platforms', 'csv'))),
        noCache: reader.value('no-cache', parseBoolean),
        cacheFrom: cache('cache-from'),
        cacheTo: cache('cache-to'),
        cacheTtlMs: reader.optional('cache-ttl', (text) => parseDuration(text, longestCacheHours)),
    };
}
/** Pairs with a key that is given once, or with the same value each time. */
function readPairs(reader, name, kind, parse) {
    const pairs = reader.list(name, kind, refuseRepeats(parse, (pair) => pair));
    return pairs.filter((pair) => pair !== undefined);
}
function resourcePair({ kind, name, quantity }) {
    return { key: `${kind}.${name}`, value: quantity };
}
function withoutRepeats(tags) {
    const nameOf = ({ registry, repository, tag }) => `${registry}/${repository}:${tag}`;
    return [...new Map(tags.map((tag) => [nameOf(tag), tag])).values()];
}
function parseEngine(text) {
    return parseWord(text, ['kaniko', 'custom']);
}
function readBuilder(reader) {
    const engine = reader.value('engine', parseEngine);
    const texts = (name) => reader.list(name, 'lines', (text) => text);
    return {
        engine,
        image: reader.optional('builder-image', parseImage) ??
            (engine === 'custom' ? '' : defaultImages[engine]),
        command: texts('builder-command'),
        args: texts('builder-args'),
        env: readPairs(reader, 'builder-env', 'lines', parseKeyValue),
        verbosity: reader.value('verbosity', (text) => parseWord(text, verbosities)),
    };
}
/** The node's runtime reads the reference; only what can never be one is refused here. */
function parseImage(text) {
    if (!/\s/.test(text) && !text.includes('://'))
        return text;
    throw invalid(`${quote(text)} is not an image`, 'Write registry/repository:tag.');
}
function readKube(reader, problems) {
    const context = reader.text('kube-context');
    return {
        kubeconfig: problems.collect('kubeconfig', () => readKubeconfig(reader, context), ''),
        context,
        namespace: reader.optional('namespace', parseNamespace),
    };
}
function readKubeconfig(reader, context) {
    const value = reader.text('kubeconfig');
    if (value === undefined) {
        throw invalid("it is empty: the secret is empty or not passed to this event (a fork's pull request, for example)", "Set the secret, or use auto for the runner's own access.");
    }
    if (value === 'auto')
        return value;
    const kubeconfig = parseKubeconfig(value);
    const used = checkContext(kubeconfig, context);
    for (const { key, path } of referencedFiles(kubeconfig, used)) {
        try {
            reader.file(path);
        }
        catch {
            throw invalid(`its ${key} is the file ${quote(path)}, which cannot be read here`, 'Store the output of: kubectl config view --raw --flatten --minify.');
        }
    }
    return kubeconfig.text;
}
function readPod(reader) {
    const pairs = (name, kind, check) => {
        const found = readPairs(reader, name, kind, (text) => {
            const pair = parseKeyValue(text);
            check(pair);
            return pair;
        });
        return Object.fromEntries(found.map(({ key, value }) => [key, value]));
    };
    const resources = reader.list('resources', 'csv', refuseRepeats(parseResource, resourcePair));
    const amounts = (kind) => Object.fromEntries(resources
        .filter((resource) => resource.kind === kind)
        .map(({ name, quantity }) => [name, quantity]));
    return {
        serviceAccount: reader.optional('service-account', parseObjectName),
        resources: { requests: amounts('requests'), limits: amounts('limits') },
        nodeSelector: pairs('node-selector', 'csv', checkSelector),
        tolerations: reader.optional('tolerations', parseTolerations) ?? [],
        labels: pairs('pod-labels', 'csv', checkPodLabel),
        annotations: pairs('pod-annotations', 'lines', checkPodAnnotation),
        imagePullSecrets: reader.list('image-pull-secrets', 'csv', parseObjectName),
        template: reader.optional('pod-template', (text) => {
            const isInline = text.includes('\n') || /^(?:\{|\w+:\s)/.test(text);
            return parseTemplate(isInline ? text : reader.file(text));
        }),
    };
}
function readRegistry(reader) {
    return {
        dockerConfig: reader.text('docker-config'),
        pullLogins: reader.value('pull-logins', (text) => text === 'auto' || text === 'none'
            ? text
            : parseItems(reader.items('pull-logins', 'csv'), parsePullHost)),
        secret: reader.optional('registry-secret', parseObjectName),
        mirrors: reader.list('registry-mirrors', 'csv', parseMirror),
        insecure: reader.list('insecure-registries', 'csv', parseInsecureRegistry),
        ca: reader.optional('registry-ca', (text) => parseAuthority(text.includes('-----BEGIN') ? text : reader.file(text))),
        pushRetry: reader.value('push-retry', (text) => parseInteger(text, 0, 100)),
    };
}
function deepFreeze(value) {
    if (typeof value === 'object' && value !== null) {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./build/io/clock.js

/** The real time. */
const systemClock = {
    now: () => Date.now(),
    async sleep(ms, signal) {
        try {
            await (0,promises_.setTimeout)(ms, undefined, { signal });
        }
        catch (error) {
            // The timer's own AbortError says nothing; the signal's reason is the sentence for the user.
            throw signal.aborted ? signal.reason : error;
        }
    },
};

;// CONCATENATED MODULE: ./build/io/api-error.js


/** An answer of the API server that is no success. */
class ApiError extends Error {
    /** HTTP status. */
    code;
    /** `reason` of the Status object: NotFound, AlreadyExists, Forbidden, …; empty if the body was none. */
    reason;
    /** What `Retry-After` asks for; undefined without the header. */
    retryAfterMs;
    constructor(code, reason, message, retryAfterMs) {
        super(message);
        this.name = 'ApiError';
        this.code = code;
        this.reason = reason;
        this.retryAfterMs = retryAfterMs;
    }
}
/**
 * An answer with a status of success that is none of Kubernetes': something before the API server has given it, or it has
 * been cut. Asking again may get another one.
 */
class ForeignAnswer extends Error {
    /** @param what it is instead. */
    constructor(what) {
        super(`the server answered with ${what}`);
        this.name = 'ForeignAnswer';
    }
}
/** The server's own words: the message of a Status object, else the beginning of whatever the body is. */
function readApiError(code, body, retryAfter) {
    const status = readStatus(body);
    const seconds = Number(retryAfter);
    const retryAfterMs = retryAfter !== undefined && seconds >= 0 ? seconds * 1_000 : undefined;
    const words = excerpt(body.replace(/\s+/g, ' ').trim(), 200);
    const message = status?.message ?? (words === '' ? `HTTP ${code}` : `HTTP ${code}: ${words}`);
    return new ApiError(code, status?.reason ?? '', message, retryAfterMs);
}
/** `metav1.Status` as it comes in bodies and on the attach status channel; undefined for anything else. */
function readStatus(body) {
    const { message, reason } = fieldsOf(parseJson(body));
    if (typeof message !== 'string')
        return undefined;
    return { reason: json_text(reason) ?? '', message: excerpt(message) };
}
function isApiError(error, ...codes) {
    return error instanceof ApiError && codes.includes(error.code);
}
/** The cluster's own word that a thing does not exist; a gateway's page with that status is none. */
function isNotFound(error) {
    return isApiError(error, 404) && error.reason === 'NotFound';
}
/** Following it would carry the token elsewhere. */
function redirectError(code, location = 'nowhere') {
    return new ApiError(code, 'Redirect', `the server redirects to ${excerpt(location)}, which is never followed`);
}

// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(8321);
;// CONCATENATED MODULE: ./build/io/rest.js






/** How long failing requests are repeated once the server has answered: a control plane can be away for that long. */
const longestPatienceMs = 5 * 60_000;
/** The same before it has ever answered: a wrong address should not take minutes to say so. */
const firstPatienceMs = 4_000;
/** How long what was possible before may be refused. */
const refusalPatienceMs = 60_000;
const rest_longestSpreadMs = 1_000;
const firstDelayMs = 200;
const longestDelayMs = 10_000;
const answerTimeoutMs = 30_000;
/** A body that is read whole; a pod is a few kilobytes. */
const largestBody = 16 * 1024 * 1024;
/**
 * Kubernetes REST over one keep-alive agent. Redirects are never followed: they would carry the token elsewhere.
 * Errors are ApiError for answers and Node's own for the network.
 */
class RestClient {
    #connection;
    #clock;
    #answered = false;
    constructor(connection, clock) {
        this.#connection = connection;
        this.#clock = clock;
    }
    /**
     * One answer as JSON. With `repeat`, network errors, 429 and 5xx are repeated with growing, jittered pauses (or those of
     * `Retry-After`) until they have lasted for five minutes: only for requests that may be sent twice.
     */
    async json(request, repeat = request.method === 'GET') {
        const { granted = false } = request;
        let sinceMs = this.#clock.now();
        let wasRefused = false;
        for (let attempt = 0;; attempt++) {
            try {
                return await this.#once(request);
            }
            catch (error) {
                if (!repeat || request.signal.aborted)
                    throw error;
                const isRefused = !isTransient(error);
                if (isRefused && (!granted || isNotFound(error)))
                    throw error;
                // A server that comes back after minutes has as much time for its refusals as any other.
                if (isRefused !== wasRefused)
                    sinceMs = this.#clock.now();
                wasRefused = isRefused;
                const pauseMs = retryPause(error, attempt);
                const patienceMs = this.#patienceMs(isRefused, granted);
                if (this.#clock.now() - sinceMs + pauseMs > patienceMs)
                    throw error;
                request.onFailure?.(error);
                await this.#pause(pauseMs, request.signal, error);
            }
        }
    }
    /** The head of a successful answer; the caller reads or destroys its body. */
    async open(request) {
        try {
            return await this.#send(request);
        }
        catch (error) {
            if (!isApiError(error, 401) || !(await this.#connection.renewCredentials()))
                throw error;
            return this.#send(request);
        }
    }
    #patienceMs(isRefused, granted) {
        if (isRefused)
            return refusalPatienceMs;
        return this.#answered || granted ? longestPatienceMs : firstPatienceMs;
    }
    /** @throws the error that is waited out if the wait is cut short: it says more than "aborted". */
    async #pause(ms, signal, error) {
        try {
            await this.#clock.sleep(ms, signal);
        }
        catch {
            throw error;
        }
    }
    async #once(request) {
        return readJson(await this.open(request));
    }
    async #send(request) {
        const body = request.body === undefined ? undefined : JSON.stringify(request.body);
        const { url, options } = await this.#connection.requestOptions(request.path, request.query ?? {}, request.signal);
        const response = await answerOf(url, { ...options, method: request.method }, body, request);
        this.#answered = true;
        const code = response.statusCode ?? 0;
        if (code >= 200 && code < 300)
            return response;
        if (code >= 300 && code < 400) {
            response.destroy();
            throw redirectError(code, response.headers.location);
        }
        throw readApiError(code, await readBody(response), response.headers['retry-after']);
    }
}
/** The whole body of a successful answer. */
async function readJson(response) {
    const body = await readBody(response);
    try {
        return JSON.parse(body);
    }
    catch {
        throw new ForeignAnswer(`something that is not JSON: ${begin(body)}`);
    }
}
/** The beginning of a text, for a sentence. */
function begin(body) {
    return excerpt(body.replace(/\s+/g, ' ').trim(), 80);
}
/** True for a failure that may pass by itself: of the network, of a server that is busy or away. */
function isTransient(error) {
    // A credential plugin that fails.
    if (error instanceof errors/* BuildError */.zS)
        return false;
    if (error instanceof ApiError) {
        return error.code === 429 || (error.code >= 500 && error.code !== 501);
    }
    return !isCertificateError(error);
}
/** Milliseconds to wait before the request is sent again. */
function retryPause(error, attempt) {
    const askedMs = (0,errors/* askedPauseMs */.Lo)(error) ?? 0;
    // A server that is overloaded asks all of its clients for the same pause.
    const spreadMs = askedMs === 0 ? 0 : Math.random() * rest_longestSpreadMs;
    return askedMs + backoff(attempt) + spreadMs;
}
/** Half of it jitter, so that many runs do not come back at the same moment. */
function backoff(attempt) {
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
    return delay / 2 + (Math.random() * delay) / 2;
}
/** A certificate does not become right by asking again. */
function isCertificateError(error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code);
}
function answerOf(url, options, body, { signal, timeoutMs = answerTimeoutMs }) {
    return new Promise((resolve, reject) => {
        const send = url.protocol === 'http:' ? external_node_http_.request : external_node_https_.request;
        const headers = {
            accept: 'application/json',
            ...options.headers,
        };
        if (body !== undefined) {
            headers['content-type'] = 'application/json';
            headers['content-length'] = Buffer.byteLength(body);
        }
        const request = send(url, { ...options, headers, signal }, (response) => {
            clearTimeout(timer);
            resolve(response);
        });
        const timer = setTimeout(() => {
            request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`));
        }, timeoutMs);
        request.on('error', (error) => {
            clearTimeout(timer);
            // An aborted request says only "aborted"; the signal's reason is the sentence.
            reject(signal.aborted && signal.reason instanceof Error ? signal.reason : error);
        });
        request.end(body);
    });
}
/** The whole body as text; large ones are refused. */
async function readBody(response) {
    let size = 0;
    response.on('data', (chunk) => {
        size += chunk.length;
        if (size > largestBody)
            response.destroy(new Error('the answer is too large'));
    });
    const timer = setTimeout(() => {
        response.destroy(new Error(`no whole answer within ${answerTimeoutMs / 1_000} s`));
    }, answerTimeoutMs);
    try {
        return await (0,consumers_.text)(response);
    }
    finally {
        clearTimeout(timer);
    }
}
/** An agent that keeps connections open between calls: one TLS handshake for the whole step. */
function rest_keepAlive(agent) {
    if (!(agent instanceof external_node_https_.Agent))
        return;
    Object.assign(agent, { keepAlive: true, keepAliveMsecs: 15_000 });
}

;// CONCATENATED MODULE: ./build/io/cluster-error.js



/** What the user can do about an answer, by its HTTP status. */
const hints = {
    401: 'Make a new kubeconfig secret: the token or certificate is invalid or has expired.',
    403: "Give the account the right that is missing, see the README's Role.",
    404: "Create the namespace, or name another one by 'namespace'.",
};
/** Node's advice to whoever starts it; nobody who reads a job log does. */
const nodeAdvice = /; if the root CA is installed locally, .*$/s;
/** One sentence for everything that a call to the cluster can throw: what was being done, what happened, what to change. */
function clusterError(doing, error, { server }, signal) {
    if (error instanceof errors/* BuildError */.zS)
        return error;
    if (signal.aborted && signal.reason instanceof errors/* BuildError */.zS)
        return signal.reason;
    if (signal.aborted && error === signal.reason) {
        return new errors/* BuildError */.zS('cluster', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}`, { cause: error });
    }
    if (error instanceof ApiError) {
        const hint = refusalHint(error) ?? hints[error.code];
        return new errors/* BuildError */.zS('cluster', `${doing} failed: ${error.message}`, {
            code: error.code,
            reason: error.reason,
            ...(hint !== undefined && { hint }),
            cause: error,
        });
    }
    if (error instanceof ForeignAnswer) {
        return new errors/* BuildError */.zS('cluster', `${doing} failed: ${error.message}`, {
            hint: 'Check that the server in the kubeconfig is the API server itself, and what stands before it.',
            cause: error,
        });
    }
    if (isCertificateError(error)) {
        return new errors/* BuildError */.zS('cluster', `${doing} failed: the certificate of ${server} cannot be verified: ${(0,errors/* describeError */.Uc)(error).replace(nodeAdvice, '')}`, {
            hint: 'Correct certificate-authority-data in the kubeconfig, or tls-server-name if the server goes by another name.',
            cause: error,
        });
    }
    return new errors/* BuildError */.zS('cluster', `${doing} failed: ${server} cannot be reached: ${(0,errors/* describeError */.Uc)(error)}`, {
        hint: 'Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.',
        cause: error,
    });
}
/** Refusals that share a status with missing rights or plain mistakes; recognised by the server's own words. */
function refusalHint({ code, message }) {
    if (code >= 300 && code < 400) {
        return 'Put the address of the API server itself into the kubeconfig; this one leads to a login page or a proxy.';
    }
    if (code === 403 && message.includes('"system:anonymous"'))
        return 'Make a new kubeconfig secret: this one has no login, no token and no certificate, for its context.';
    if (code === 403 && message.includes('PodSecurity')) {
        return "Use a namespace with the PodSecurity level baseline, or take those of the named fields out of 'pod-template' that stand there.";
    }
    if (code === 403 && message.includes('exceeded quota')) {
        return "Lower 'resources', wait for other pods to end, or raise the ResourceQuota of the namespace.";
    }
    if (message.includes('admission webhook'))
        return 'Ask whoever runs the cluster what this webhook demands of pods.';
    if (code === 400 && message.includes('strict decoding error'))
        return "Correct the named fields of 'pod-template'.";
    if (code === 422)
        return "Correct the named field; it comes from an input or from 'pod-template'.";
    if (code === 403 && message.includes('error looking up service account'))
        return "Create the account, or correct 'service-account'.";
    return undefined;
}

;// CONCATENATED MODULE: ./build/io/rights.js


// What the account of the kubeconfig may do in one namespace, asked by reviews: they create nothing, so they may be sent twice.
const apiVersion = 'authorization.k8s.io/v1';
/** See Cluster.listedRights; empty if the cluster takes no such question. */
async function listRights(rest, namespace, signal) {
    const status = await review(rest, 'SelfSubjectRulesReview', { namespace }, signal);
    return itemsOf(field(status, 'resourceRules')).flatMap(rightsOf);
}
/** See Cluster.can. */
async function reviewAccess(rest, namespace, { verb, resource: full }, signal) {
    const [resource, subresource] = full.split('/');
    const resourceAttributes = { namespace, verb, resource, subresource };
    const status = await review(rest, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
    if (status === undefined)
        return 'unknown';
    return field(status, 'allowed') === true ? 'yes' : 'no';
}
/** The status that the review gets; undefined if it is refused. */
async function review(rest, kind, spec, signal) {
    const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
    const body = { apiVersion, kind, spec };
    try {
        const answer = await rest.json({ method: 'POST', path, body, signal }, true);
        return field(answer, 'status') ?? {};
    }
    catch (error) {
        if (isApiError(error, 403, 404, 405))
            return undefined;
        throw error;
    }
}
/** What one rule grants on all objects of the core group. */
function rightsOf(rule) {
    const [verbs, groups, resources, names] = [
        'verbs',
        'apiGroups',
        'resources',
        'resourceNames',
    ].map((key) => itemsOf(field(rule, key)));
    const isForAll = names?.length === 0 && groups?.some((group) => group === '' || group === '*');
    if (isForAll !== true)
        return [];
    return (verbs ?? []).flatMap((verb) => (resources ?? []).map((resource) => ({ verb: String(verb), resource: String(resource) })));
}

// EXTERNAL MODULE: ./node_modules/ws/wrapper.mjs
var wrapper = __webpack_require__(2977);
;// CONCATENATED MODULE: ./build/io/socket.js



/** In the order of preference; v5 can half-close stdin, v4 cannot. No SPDY, no older versions. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const handshakeTimeoutMs = 30_000;
/** How long the closing handshake may take: on v4 everything that was sent must go out before it, on a slow link too. */
const closeTimeoutMs = 10 * 60_000;
/**
 * Opens the attach WebSocket. The caller closes or terminates it.
 * @throws ApiError if the server refuses the upgrade, Node's own errors for the network.
 */
function openAttachSocket(url, options, signal) {
    const target = new URL(url);
    target.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const { agent, headers, ca, cert, key, servername, rejectUnauthorized, auth } = options;
    // ws hands its options to https.request as they are; its types know only some of them.
    const socketOptions = {
        agent: typeof agent === 'object' ? agent : undefined,
        headers: headers,
        ca,
        cert,
        key,
        servername,
        rejectUnauthorized,
        auth: auth ?? undefined,
        handshakeTimeout: handshakeTimeoutMs,
        closeTimeout: closeTimeoutMs,
        // The data is gzip; a gateway might accept the offer.
        perMessageDeflate: false,
        followRedirects: false,
    };
    const socket = new wrapper/* WebSocket */.kb(target, protocols, socketOptions);
    return new Promise((resolve, reject) => {
        const abort = () => {
            socket.terminate();
            reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        const settle = (end) => {
            signal.removeEventListener('abort', abort);
            end();
        };
        signal.addEventListener('abort', abort);
        if (signal.aborted)
            abort();
        const attached = new WebSocketAttach(socket);
        socket.once('open', () => {
            settle(() => {
                resolve(attached);
            });
        });
        socket.once('error', (error) => {
            settle(() => {
                reject(error);
            });
        });
        socket.once('unexpected-response', (request, response) => {
            settle(() => {
                void refusal(response).then((error) => {
                    request.destroy();
                    reject(error);
                });
            });
        });
    });
}
/** The Status in the body of a refused upgrade; the library would drop it. */
async function refusal(response) {
    const code = response.statusCode ?? 0;
    if (code >= 300 && code < 400)
        return redirectError(code, response.headers.location);
    try {
        return readApiError(code, await (0,consumers_.text)(response), response.headers['retry-after']);
    }
    catch {
        return readApiError(code, '', undefined);
    }
}
class WebSocketAttach {
    closed;
    #socket;
    #early = [];
    #listener;
    constructor(socket) {
        this.#socket = socket;
        let failure;
        socket.on('error', (error) => {
            failure ??= error;
        });
        socket.on('message', (data) => {
            this.#receive(toBytes(data));
        });
        socket.on('pong', (payload) => this.#listener?.pong(payload.toString('latin1')));
        this.closed = new Promise((resolve) => {
            socket.once('close', (code, reason) => {
                resolve({
                    code,
                    reason: reason.toString(),
                    ...(failure !== undefined && { error: failure }),
                });
            });
        });
    }
    get protocol() {
        return this.#socket.protocol;
    }
    send(message) {
        return new Promise((resolve, reject) => {
            this.#socket.send(message, { binary: true, fin: true }, (error) => {
                // ws calls back with null or undefined on success.
                if (error)
                    reject(error);
                else
                    resolve();
            });
        });
    }
    ping(payload) {
        if (this.#socket.readyState !== wrapper/* WebSocket */.kb.OPEN)
            return;
        // A ping that cannot be sent any more is noticed by `closed`.
        this.#socket.ping(Buffer.from(payload, 'latin1'), true, () => undefined);
    }
    close() {
        this.#socket.close(1000);
    }
    terminate() {
        this.#socket.terminate();
    }
    listen(listener) {
        this.#listener = listener;
        for (const message of this.#early.splice(0))
            listener.message(message);
    }
    /** Frames can arrive together with the upgrade, before anybody listens. */
    #receive(message) {
        if (this.#listener === undefined)
            this.#early.push(message);
        else
            this.#listener.message(message);
    }
}
function toBytes(data) {
    if (Buffer.isBuffer(data))
        return data;
    return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat([...data]);
}

;// CONCATENATED MODULE: ./build/io/pod-json.js



function podPath({ namespace, name }) {
    return `/api/v1/namespaces/${namespace}/pods/${name}`;
}
/** Checks what a parsed answer is before it is trusted to be a pod. */
function toPod(value) {
    if (field(value, 'kind') !== 'Pod') {
        throw new ForeignAnswer(`${json_text(field(value, 'kind')) ?? 'something else'} instead of a pod`);
    }
    return { ...value, status: cutMessages(field(value, 'status')) };
}
/** With the cluster's words cut. What a container has left behind as its message is data, and a kubelet's 4 KiB at most. */
function cutMessages(value) {
    if (Array.isArray(value))
        return value.map(cutMessages);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
        if (key === 'terminated')
            return [key, inner];
        const words = key === 'message' ? json_text(inner) : undefined;
        return [key, words === undefined ? cutMessages(inner) : excerpt(words)];
    }));
}

;// CONCATENATED MODULE: ./build/io/pod-states.js




/** How long the server keeps one watch open. Long: each new one is a request. */
const watchSeconds = 1_800;
/** After so much silence the pod is read once, to notice a proxy that holds the watch back or a half-open connection. */
const pod_states_silenceMs = [15_000, 30_000, 60_000, 120_000, 300_000];
/** A watch that is alive delivers what a read has just shown within this time. */
const deliveryMs = 2_000;
const pod_states_pollMs = 1_500;
/** Between the end of one watch and the next. */
const pauseMs = 1_000;
/**
 * The states of one pod: watched, or polled where watching is refused or held back by a proxy. Reconnects by itself and
 * outlives an API server that is away for up to five minutes.
 */
class PodStates {
    #rest;
    #clock;
    #ref;
    #options;
    /** Of the last state that was delivered. */
    #version = '';
    /** Where the next watch starts; empty: with the pod as it is then. */
    #start = '';
    #polling = false;
    #watched = false;
    constructor(rest, clock, ref, options) {
        this.#rest = rest;
        this.#clock = clock;
        this.#ref = ref;
        this.#options = options;
    }
    /** Ends only by the signal or an error; after the pod's end the caller stops reading. */
    async *from(pod, signal) {
        try {
            this.#version = pod.metadata?.resourceVersion ?? '';
            this.#start = this.#version;
            yield pod;
            do {
                let askedMs = 0;
                try {
                    yield* this.#watch(signal);
                }
                catch (error) {
                    // However a watch fails, it proves nothing: the read that follows tells.
                    if (signal.aborted)
                        throw error;
                    askedMs = (0,errors/* askedPauseMs */.Lo)(error) ?? 0;
                }
                // A pod that did not change for a while has a version that a restarted server calls too old for a watch.
                this.#start = '';
                if (!this.#polling) {
                    await this.#clock.sleep(askedMs + pauseMs / 2 + Math.random() * pauseMs, signal);
                    yield await this.#read(signal);
                }
            } while (!this.#polling);
            yield* this.#poll(signal);
        }
        catch (error) {
            throw this.#options.describe(error);
        }
    }
    async *#poll(signal) {
        for (;;) {
            await this.#clock.sleep(pod_states_pollMs, signal);
            yield await this.#read(signal);
        }
    }
    async #read(signal) {
        try {
            const pod = await this.#get(signal);
            this.#version = pod.metadata?.resourceVersion ?? '';
            return pod;
        }
        catch (error) {
            if (isNotFound(error))
                return undefined;
            throw error;
        }
    }
    async #get(signal) {
        const { describe, onProblem } = this.#options;
        const path = podPath(this.#ref);
        const onFailure = (error) => {
            onProblem(describe(error));
        };
        try {
            return toPod(await this.#rest.json({ method: 'GET', path, signal, granted: true, onFailure }));
        }
        finally {
            onProblem(undefined);
        }
    }
    /** One watch request; ends normally when the server ends it or when it has turned out to be held back. */
    async *#watch(signal) {
        const stop = new AbortController();
        const either = AbortSignal.any([signal, stop.signal]);
        const path = `/api/v1/namespaces/${this.#ref.namespace}/pods`;
        const query = {
            watch: 'true',
            fieldSelector: `metadata.name=${this.#ref.name}`,
            resourceVersion: this.#start === '' ? undefined : this.#start,
            timeoutSeconds: String(watchSeconds),
        };
        let response;
        try {
            response = await this.#rest.open({ method: 'GET', path, query, signal: either });
        }
        catch (error) {
            if (!isApiError(error, 403, 405))
                throw error;
            // Refused from the beginning: no right to watch. Refused later: a server that has just started; read, then ask again.
            if (!this.#watched)
                this.#polling = true;
            return;
        }
        this.#watched = true;
        const guard = this.#guard(stop, either);
        try {
            for await (const line of pod_states_linesOf(response)) {
                const event = JSON.parse(line);
                const object = field(event, 'object');
                const type = json_text(field(event, 'type'));
                // 410 Gone and the like: read the pod, then watch from there.
                if (type === 'ERROR')
                    return;
                if (type === 'DELETED')
                    yield undefined;
                else {
                    const pod = toPod(object);
                    this.#version = pod.metadata?.resourceVersion ?? '';
                    yield pod;
                }
            }
        }
        catch (error) {
            if (signal.aborted || !stop.signal.aborted)
                throw error;
        }
        finally {
            stop.abort();
            response.destroy();
            await guard;
        }
    }
    /** Compares a silent watch with a read; a watch that does not deliver what the read shows is given up for polling. */
    async #guard(stop, signal) {
        try {
            for (let round = 0;; round++) {
                const before = this.#version;
                await this.#clock.sleep(pod_states_silenceMs[Math.min(round, pod_states_silenceMs.length - 1)] ?? 0, signal);
                if (this.#version !== before)
                    continue;
                const pod = await this.#get(signal);
                if (pod.metadata?.resourceVersion === this.#version)
                    continue;
                await this.#clock.sleep(deliveryMs, signal);
                if (this.#version !== before)
                    continue;
                this.#polling = true;
                stop.abort();
                return;
            }
        }
        catch {
            // Stopped, or the server is away: ending the watch makes the reader look for itself.
            stop.abort();
        }
    }
}
/** Newline-delimited JSON; a line may come in any number of chunks. */
async function* pod_states_linesOf(chunks) {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of chunks) {
        if (!Buffer.isBuffer(chunk))
            throw new Error('the watch is not binary');
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines)
            if (line !== '')
                yield line;
    }
}

;// CONCATENATED MODULE: ./build/io/cluster.js










/** A create that the server cannot answer for now is sent again for this long. */
const createPatienceMs = 60_000;
/** A Kubernetes cluster over its REST API and the attach WebSocket. */
class KubeCluster {
    namespace;
    #connection;
    #rest;
    #clock;
    constructor(connection, clock) {
        this.namespace = connection.namespace;
        this.#connection = connection;
        this.#clock = clock;
        this.#rest = new RestClient(connection, clock);
    }
    async serverMinor(signal) {
        const doing = 'asking the API server for its version';
        const version = await this.#try(doing, signal, async () => {
            try {
                return await this.#rest.json({ method: 'GET', path: '/version', signal });
            }
            catch (error) {
                // Some clusters show it to nobody, and one that has just started refuses what it granted.
                if (isApiError(error, 403, 404))
                    return undefined;
                throw error;
            }
        });
        // GKE and EKS write `33+`.
        const minor = Number.parseInt(json_text(field(version, 'minor')) ?? '', 10);
        return Number.isNaN(minor) ? undefined : minor;
    }
    async listedRights(signal) {
        return this.#try('asking what the account may do', signal, () => listRights(this.#rest, this.namespace, signal));
    }
    async can(access, signal) {
        const doing = `asking whether the account may ${access.verb} ${access.resource}`;
        return this.#try(doing, signal, () => reviewAccess(this.#rest, this.namespace, access, signal));
    }
    async createPod(pod, signal) {
        const name = pod.metadata?.name ?? '';
        const doing = `creating pod ${JSON.stringify(name)} in namespace ${JSON.stringify(this.namespace)}`;
        return this.#try(doing, signal, async () => {
            const startedAt = this.#clock.now();
            for (let attempt = 0;; attempt += 1) {
                try {
                    return await this.#post(pod, signal);
                }
                catch (error) {
                    // The answer may have been lost after the pod was made: then it stands there with our nonce.
                    if (signal.aborted || isApiError(error, 400, 401, 403, 404, 422))
                        throw error;
                    const found = await this.#find({ namespace: this.namespace, name }, signal);
                    if (found !== undefined && nonceOf(found) === nonceOf(pod))
                        return found;
                    // Several creates at once conflict in their quota's counter: a 409 although there is no such pod.
                    const mayPass = isApiError(error, 409) || isTransient(error);
                    const pauseMs = retryPause(error, attempt);
                    const isLate = this.#clock.now() - startedAt + pauseMs > createPatienceMs;
                    if (found !== undefined || !mayPass || isLate)
                        throw error;
                    await this.#clock.sleep(pauseMs, signal);
                }
            }
        });
    }
    async readPod(ref, signal) {
        return this.#try(`reading pod ${JSON.stringify(ref.name)}`, signal, () => this.#find(ref, signal));
    }
    podStates(pod, signal, onProblem) {
        const ref = { namespace: this.namespace, name: pod.metadata?.name ?? '' };
        const describe = (error) => clusterError(`following pod ${JSON.stringify(ref.name)}`, error, this.#connection, signal);
        return new PodStates(this.#rest, this.#clock, ref, { describe, onProblem }).from(pod, signal);
    }
    async podEvents(ref, signal) {
        const path = `/api/v1/namespaces/${ref.namespace}/events`;
        const query = { fieldSelector: `involvedObject.name=${ref.name}`, limit: '50' };
        return this.#try(`reading the events of pod ${JSON.stringify(ref.name)}`, signal, async () => {
            try {
                const events = await this.#rest.json({ method: 'GET', path, query, signal });
                return itemsOf(field(events, 'items')).map((event) => ({
                    type: json_text(field(event, 'type')) ?? '',
                    reason: json_text(field(event, 'reason')) ?? '',
                    message: excerpt(json_text(field(event, 'message')) ?? ''),
                }));
            }
            catch (error) {
                // The right to list events is optional.
                if (isApiError(error, 403))
                    return [];
                throw error;
            }
        });
    }
    async *log(ref, container, options, signal) {
        const query = {
            container,
            timestamps: 'true',
            follow: options.follow ? 'true' : undefined,
            sinceTime: options.sinceTime,
        };
        const doing = `reading the log of pod ${JSON.stringify(ref.name)}`;
        try {
            const response = await this.#rest.open({
                method: 'GET',
                path: `${podPath(ref)}/log`,
                query,
                signal,
            });
            if (isForeignLog(response.headers['content-type']))
                throw await foreignLogError(response);
            for await (const chunk of response)
                yield toBuffer(chunk);
        }
        catch (error) {
            throw clusterError(doing, error, this.#connection, signal);
        }
    }
    async attach(ref, container, streams, signal) {
        const query = {
            container,
            stdin: 'true',
            stderr: streams.stderr ? 'true' : undefined,
            tty: 'false',
        };
        const open = async () => {
            const path = `${podPath(ref)}/attach`;
            const { url, options } = await this.#connection.requestOptions(path, query, signal);
            return openAttachSocket(url, options, signal);
        };
        return this.#try(`attaching to pod ${JSON.stringify(ref.name)}`, signal, async () => {
            try {
                return await open();
            }
            catch (error) {
                if (!isApiError(error, 401) || !(await this.#connection.renewCredentials()))
                    throw error;
                return open();
            }
        });
    }
    async listPods(selector, signal) {
        const path = `/api/v1/namespaces/${this.namespace}/pods`;
        const query = { labelSelector: selector, limit: '100' };
        try {
            const response = await this.#rest.open({ method: 'GET', path, query, signal });
            const serverTimeMs = Date.parse(response.headers.date ?? '');
            const body = await readJson(response);
            // Without the server's time nobody can say what has expired.
            if (Number.isNaN(serverTimeMs))
                return undefined;
            // The items of a list have no kind of their own.
            const pods = itemsOf(field(body, 'items')).map((item) => toPod({ kind: 'Pod', ...fieldsOf(item) }));
            return { pods, serverTimeMs };
        }
        catch (error) {
            if (isApiError(error, 403))
                return undefined;
            throw clusterError('listing pods', error, this.#connection, signal);
        }
    }
    async deleteUnchanged(pod, signal) {
        const { name = '', uid, resourceVersion } = pod.metadata ?? {};
        const ref = { namespace: this.namespace, name };
        const body = {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            gracePeriodSeconds: 1,
            preconditions: { uid, resourceVersion },
        };
        try {
            await this.#rest.json({ method: 'DELETE', path: podPath(ref), body, signal });
            return true;
        }
        catch (error) {
            // Somebody else was faster, or the pod is another one by now.
            if (isApiError(error, 403, 404, 409))
                return false;
            throw clusterError(`deleting pod ${JSON.stringify(name)}`, error, this.#connection, signal);
        }
    }
    async deletePod(ref, gracePeriodSeconds, signal) {
        return this.#try(`deleting pod ${JSON.stringify(ref.name)}`, signal, async () => {
            const query = { gracePeriodSeconds: String(gracePeriodSeconds) };
            try {
                await this.#rest.json({ method: 'DELETE', path: podPath(ref), query, signal, granted: true }, true);
                return true;
            }
            catch (error) {
                if (isNotFound(error))
                    return false;
                throw error;
            }
        });
    }
    async #find(ref, signal) {
        try {
            return toPod(await this.#rest.json({ method: 'GET', path: podPath(ref), signal, granted: true }));
        }
        catch (error) {
            if (isNotFound(error))
                return undefined;
            throw error;
        }
    }
    async #post(pod, signal) {
        const path = `/api/v1/namespaces/${this.namespace}/pods`;
        return toPod(await this.#rest.json({
            method: 'POST',
            path,
            query: { fieldValidation: 'Strict' },
            body: pod,
            signal,
        }));
    }
    async #try(doing, signal, run) {
        try {
            return await run();
        }
        catch (error) {
            throw clusterError(doing, error, this.#connection, signal);
        }
    }
}
/** A log is plain text; what a gateway answers instead of the cluster is a page or an object. */
function isForeignLog(contentType = '') {
    return /\b(?:html|json)\b/i.test(contentType);
}
async function foreignLogError(response) {
    const body = await readBody(response);
    return new ForeignAnswer(`something that is no log: ${begin(body)}`);
}
function nonceOf(pod) {
    return pod.metadata?.annotations?.[nonceAnnotation];
}
function toBuffer(chunk) {
    if (!Buffer.isBuffer(chunk))
        throw new Error('the log is not binary');
    return chunk;
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./build/io/docker-config.js





/**
 * Reads the Docker configuration that has the logins: that of the input `docker-config` (a directory or a file), else of
 * `$DOCKER_CONFIG`, else of `~/.docker`.
 * @param input undefined without one; `none` stands for no logins.
 * @param resolve makes a relative path absolute.
 * @returns undefined if there are no logins to send.
 * @throws BuildError('input') if a file that was named is missing, or any file is broken.
 */
function readDockerConfig(input, environment, resolve) {
    if (input === 'none')
        return undefined;
    if (input !== undefined)
        refuseContent(input);
    const file = input === undefined ? defaultFile(environment) : fileOf(resolve(expandHome(input)));
    let text;
    try {
        text = (0,external_node_fs_.readFileSync)(file, 'utf8');
    }
    catch (error) {
        if (input === undefined && isMissing(error))
            return undefined;
        throw new errors/* BuildError */.zS('input', `reading the Docker configuration ${JSON.stringify(file)} failed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint: "Set 'docker-config' to a directory with a config.json, to such a file, or to none.",
            cause: error,
        });
    }
    return parseDockerConfig(text, file);
}
/** Longer values are no path that anybody wrote by hand, and may be a secret. */
const longestPath = 200;
/** @throws BuildError('input') for the content of a file in place of its path. It quotes nothing: logins are in it. */
function refuseContent(input) {
    const isContent = input.trimStart().startsWith('{');
    const isPath = input.length <= longestPath && !/\p{Cc}/u.test(input);
    if (isPath && !isContent)
        return;
    const what = isContent
        ? 'a path, not the content'
        : `a path of one line, up to ${longestPath} characters`;
    throw new errors/* BuildError */.zS('input', `the input 'docker-config' takes ${what}`, {
        hint: 'Write the content to a file outside of the workspace, or log in by docker login, in a step before this one.',
    });
}
function defaultFile(environment) {
    const directory = environment['DOCKER_CONFIG'] ?? '';
    return (0,external_node_path_.join)(directory === '' ? (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.docker') : directory, 'config.json');
}
function fileOf(path) {
    return (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.isDirectory() === true
        ? (0,external_node_path_.join)(path, 'config.json')
        : path;
}
function expandHome(path) {
    return path === '~' || path.startsWith('~/') ? (0,external_node_path_.join)((0,external_node_os_.homedir)(), path.slice(1)) : path;
}
function isMissing(error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR';
}

// EXTERNAL MODULE: external "node:async_hooks"
var external_node_async_hooks_ = __webpack_require__(6698);
// EXTERNAL MODULE: external "node:diagnostics_channel"
var external_node_diagnostics_channel_ = __webpack_require__(3053);
// EXTERNAL MODULE: ./node_modules/@actions/exec/lib/exec.js + 3 modules
var exec = __webpack_require__(1260);
;// CONCATENATED MODULE: ./build/io/exec.js






/** Credential helpers and plugins answer within seconds; one that asks a question would wait for ever. */
const defaultTimeoutMs = 60_000;
/** Linux starts no program with a longer argument or variable: 32 pages, the last byte of them for the end of the text. */
const longestBytes = 32 * 4_096 - 1;
/**
 * Nor one with more in all texts together: a quarter of the stack, which has 8 MiB unless somebody has changed that. A page is
 * left for the program's own path, and for the interpreter of a script.
 */
const mostBytes = 2 * 1_024 ** 2 - 4_096;
/** What each text takes beside its bytes: its end, and a pointer to it. */
const bytesBeside = 1 + 8;
/** Told the process that @actions/exec starts, which gives no handle to it: Node says so on a channel of its own. */
const starting = new external_node_async_hooks_.AsyncLocalStorage();
(0,external_node_diagnostics_channel_.subscribe)('child_process', (message) => {
    starting.getStore()?.(field(message, 'process'));
});
/**
 * The one runner of other programs. They get the environment without `INPUT_*`, where the action's own secrets are, and a
 * stdin that ends at once, or after the input. What they print is for the caller alone: it may hold secrets. When the signal
 * is aborted, or no answer comes, the program is ended; what it has started itself is left to the runner, which ends that with
 * the job.
 */
function commandRunner(environment, timeoutMs = defaultTimeoutMs) {
    const inherited = withoutInputs(environment);
    return async (command, args, { input = '', env = {}, signal }) => {
        signal.throwIfAborted();
        const variables = { ...inherited, ...env };
        checkTexts(args, variables);
        const stop = new AbortController();
        const timer = setTimeout(() => {
            stop.abort(new Error(`it did not answer within ${timeoutMs / 1_000} s`));
        }, timeoutMs);
        const program = new StartedProgram();
        try {
            const running = starting
                .run((child) => {
                program.started(child);
            }, () => (0,exec/* getExecOutput */.H)(exec_quote(command), [...args], {
                silent: true,
                ignoreReturnCode: true,
                input: Buffer.from(input),
                env: variables,
            }))
                .catch((error) => {
                // The library's own words are advice of three sentences.
                if (!program.isFound)
                    throw new Error('it is not there, or may not be executed');
                throw error;
            });
            const answer = await orAborted(running, AbortSignal.any([signal, stop.signal]));
            return { ...answer, exitCode: program.exitCode(answer.exitCode) };
        }
        finally {
            clearTimeout(timer);
            program.end();
        }
    };
}
/** What @actions/exec leaves out: an end from outside, a stdin that nobody reads, and the exit code of a killed program. */
class StartedProgram {
    #child;
    #isOver = false;
    /** False for one that nothing was started for. */
    get isFound() {
        return this.#child !== undefined;
    }
    started(child) {
        this.#child = child;
        child.once('spawn', () => {
            // A program may end without reading its stdin: its exit code and its output say what went wrong.
            child.stdin?.on('error', () => undefined);
            if (this.#isOver)
                this.end();
        });
    }
    /** Also ends one that is about to start. */
    end() {
        this.#isOver = true;
        this.#child?.kill('SIGKILL');
    }
    /** As a shell counts the end by a signal. @param code null after such an end, whatever the library's types say. */
    exitCode(code) {
        return code ?? 128 + external_node_os_.constants.signals[this.#child?.signalCode ?? 'SIGKILL'];
    }
}
/** @throws Error for texts that Node throws for at once, where @actions/exec lets nobody catch it. It quotes no value. */
function checkTexts(args, env) {
    const texts = [
        ...args.map((text, index) => ({ what: `argument ${index + 1}`, text })),
        ...Object.entries(env).map(([name, value]) => ({
            what: `variable ${JSON.stringify(name)}`,
            text: `${name}=${value}`,
        })),
    ];
    let allBytes = 0;
    for (const { what, text } of texts) {
        if (text.includes('\0'))
            throw new Error(`its ${what} has a NUL character`);
        const bytes = Buffer.byteLength(text);
        if (bytes > longestBytes)
            throw new Error(`its ${what} has ${bytes} bytes, of at most ${longestBytes}`);
        allBytes += bytes + bytesBeside;
    }
    if (allBytes > mostBytes) {
        throw new Error(`its arguments and variables, inherited ones included, take ${allBytes} bytes, of at most ${mostBytes}`);
    }
}
/** @actions/exec splits its first argument into words. */
function exec_quote(command) {
    return `"${command.replaceAll('"', '\\"')}"`;
}
function withoutInputs(environment) {
    return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => value === undefined || name.startsWith('INPUT_') ? [] : [[name, value]]));
}

// EXTERNAL MODULE: ./build/io/state.js
var state = __webpack_require__(4900);
;// CONCATENATED MODULE: ./build/io/job.js



/** The GitHub Actions runner. */
const runnerJob = {
    write: (text) => new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => {
            if (error)
                reject(error);
            else
                resolve();
        });
    }),
    setOutput(name, value) {
        writeFor('GITHUB_OUTPUT', `writing the output '${name}'`, () => {
            (0,core/* setOutput */.uH)(name, value);
        });
    },
    remember(pods) {
        writeFor('GITHUB_STATE', "saving the pods' names for the post step", () => {
            (0,core/* saveState */.LZ)(state/* stateNames */.U0.pods, JSON.stringify(pods));
        });
    },
    async writeSummary(markdown) {
        // Runners before 2.300 and plain shells have no summary file.
        if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '')
            return;
        await core/* summary */.z.addRaw(markdown, true).write();
    },
};
/**
 * Writes to one of the runner's files. Without the file, @actions/core would print commands that no runner takes any more.
 * @throws BuildError if it is not written: what follows in the job relies on it.
 */
function writeFor(variable, doing, write) {
    const hint = `Look at the disk of the runner: it names the file in ${variable}.`;
    if ((process.env[variable] ?? '') === '')
        throw new errors/* BuildError */.zS('build', `${doing} failed: ${variable} is not set`, { hint });
    try {
        write();
    }
    catch (error) {
        throw new errors/* BuildError */.zS('build', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint,
            cause: error,
        });
    }
}

// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/proxy.js
var lib_proxy = __webpack_require__(9783);
// EXTERNAL MODULE: ./node_modules/@kubernetes/client-node/dist/config.js + 24 modules
var dist_config = __webpack_require__(3448);
;// CONCATENATED MODULE: ./build/io/exec-credentials.js




/** A credential that ends sooner than this is asked for anew. */
const earlyMs = 30_000;
const neverAborted = new AbortController().signal;
/** What the plugin gives, for sentences. */
const given = (field) => `the ${field} of the kubeconfig's credential plugin`;
const providerName = 'kube-build-push/exec';
/**
 * Runs a kubeconfig's exec plugin through the one command runner, with KUBERNETES_EXEC_INFO as client-go gives it. The
 * library would run it with all inputs of the action in its environment, without that variable and without a message.
 */
class ExecCredentials {
    #plugin;
    #cluster;
    #run;
    #mask;
    /** The last one, over or not. */
    #last;
    constructor(plugin, cluster, runner) {
        this.#plugin = plugin;
        this.#cluster = cluster;
        this.#run = runner.run;
        this.#mask = runner.mask;
    }
    /**
     * Takes the plugin's place in the current user; undefined if the user has none.
     * @throws BuildError('input') for a plugin without a program.
     */
    static install(config, cluster, runner) {
        const user = config.getCurrentUser();
        const plugin = user === null ? undefined : readPlugin(user.exec);
        if (user === null || plugin === undefined)
            return undefined;
        const replaced = { ...user, exec: undefined, authProvider: { name: providerName } };
        config.users = config.users.map((other) => (other.name === user.name ? replaced : other));
        const credentials = new ExecCredentials(plugin, cluster, runner);
        config.addAuthenticator(credentials);
        return credentials;
    }
    isAuthProvider(user) {
        const provider = user.authProvider;
        return (typeof provider === 'object' &&
            provider !== null &&
            'name' in provider &&
            provider.name === providerName);
    }
    /** Names of what the plugin gives in place of the kubeconfig's fields. */
    names = {
        cert: given('clientCertificateData'),
        key: given('clientKeyData'),
        token: given('token'),
    };
    /** What a request waits for here. */
    get doing() {
        return `running the kubeconfig's credential plugin ${JSON.stringify(this.#plugin.command)}`;
    }
    /** @param options the signal in them ends the wait. */
    async applyAuthentication(_user, options) {
        const { token, certificate, key } = await this.#current(options.signal);
        if (certificate !== undefined)
            options.cert = certificate;
        if (key !== undefined)
            options.key = key;
        if (token !== undefined) {
            options.headers = {
                ...options.headers,
                Authorization: `Bearer ${token}`,
            };
        }
    }
    /** After a 401: the next request runs the plugin again. */
    forget() {
        this.#last = undefined;
        return true;
    }
    async #current(signal = neverAborted) {
        const last = this.#last;
        if (last !== undefined) {
            const known = await this.#wait(last, signal);
            if ((known.expiresAtMs ?? Infinity) - earlyMs >= Date.now())
                return known;
            if (this.#last === last)
                this.#last = undefined;
        }
        this.#last ??= this.#start();
        return this.#wait(this.#last, signal);
    }
    #start() {
        const stop = new AbortController();
        const credential = this.#ask(stop.signal).then((answer) => {
            run.isAnswered = true;
            return answer;
        });
        const run = { credential, stop, waiting: 0, isAnswered: false };
        return run;
    }
    /** Who is the last to leave a run without an answer ends the plugin, and forgets the run. */
    async #wait(run, signal) {
        run.waiting++;
        try {
            return await orAborted(run.credential, signal);
        }
        catch (error) {
            if (run.waiting === 1 && !run.isAnswered) {
                if (this.#last === run)
                    this.#last = undefined;
                run.stop.abort(error);
            }
            throw error;
        }
        finally {
            run.waiting--;
        }
    }
    async #ask(signal) {
        const { command, args, env, installHint } = this.#plugin;
        const { doing } = this;
        const hint = installHint === ''
            ? 'Install the plugin on the runner, or use a kubeconfig with a token.'
            : installHint;
        const info = { KUBERNETES_EXEC_INFO: JSON.stringify(this.#info()) };
        let answer;
        try {
            answer = await this.#run(command, args, { env: { ...env, ...info }, signal });
        }
        catch (error) {
            throw new errors/* BuildError */.zS('cluster', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}`, {
                hint,
                cause: error,
            });
        }
        if (answer.exitCode !== 0) {
            const said = lastLine(answer.stderr, secretsOf(readCredential(answer.stdout)));
            const why = said === '' ? '' : `: ${said}`;
            throw new errors/* BuildError */.zS('cluster', `${doing} failed with exit code ${answer.exitCode}${why}`, {
                hint,
            });
        }
        const credential = readCredential(answer.stdout);
        if (credential === undefined)
            throw new errors/* BuildError */.zS('cluster', `${doing} gave no credential`, { hint });
        for (const form of maskForms(secretsOf(credential)))
            this.#mask(form);
        return credential;
    }
    #info() {
        const { server, caData, tlsServerName, skipTLSVerify, proxyUrl } = this.#cluster;
        const cluster = {
            server,
            'certificate-authority-data': caData,
            'tls-server-name': tlsServerName,
            'insecure-skip-tls-verify': skipTLSVerify,
            'proxy-url': proxyUrl,
        };
        return {
            apiVersion: this.#plugin.apiVersion,
            kind: 'ExecCredential',
            spec: { interactive: false, ...(this.#plugin.provideClusterInfo && { cluster }) },
        };
    }
}
function readPlugin(exec) {
    if (!isFields(exec) || !('command' in exec))
        return undefined;
    const command = json_text(exec['command']) ?? '';
    if (command === '') {
        throw new errors/* BuildError */.zS('input', "the command of the kubeconfig's exec names no program", {
            hint: 'Write the name of the credential plugin there, or use a kubeconfig with a token.',
        });
    }
    return {
        apiVersion: json_text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
        command,
        args: itemsOf(exec['args']).map(String),
        env: Object.fromEntries(listOf(exec['env']).flatMap(readVariable)),
        provideClusterInfo: exec['provideClusterInfo'] === true,
        installHint: (json_text(exec['installHint']) ?? '').replace(/\s+/g, ' ').trim(),
    };
}
function readVariable(entry) {
    if (!('name' in entry) || !('value' in entry))
        return [];
    return [[String(entry['name']), String(entry['value'])]];
}
function readCredential(stdout) {
    const status = fieldsOf(field(parseJson(stdout), 'status'));
    const token = json_text(status['token']);
    const certificate = json_text(status['clientCertificateData']);
    const key = json_text(status['clientKeyData']);
    const expires = Date.parse(json_text(status['expirationTimestamp']) ?? '');
    if (token === undefined && certificate === undefined)
        return undefined;
    return { token, certificate, key, expiresAtMs: Number.isNaN(expires) ? undefined : expires };
}
function secretsOf(credential) {
    return [credential?.token, credential?.key].filter((secret) => secret !== undefined);
}

;// CONCATENATED MODULE: ./build/io/login-check.js



const proxySchemes = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];
const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** With the older labels that OpenSSL takes for authorities. */
const pemAuthority = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g;
const login_check_howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify.';
/** Fields of a kubeconfig's cluster and user. The library takes a file before data. */
function fieldNames({ caFile }, user) {
    const field = (name, file) => `the kubeconfig's ${(file ?? '') === '' ? `${name}-data` : name}`;
    return {
        ca: field('certificate-authority', caFile),
        cert: field('client-certificate', user?.certFile),
        key: field('client-key', user?.keyFile),
        token: "the kubeconfig's token",
    };
}
/** @throws BuildError('input') for addresses that no request can be sent to. Quotes none: a password may be in them. */
function checkAddresses({ server, ...cluster }) {
    if (!URL.canParse(server))
        throw mistake("the kubeconfig's server is no URL", 'Write it as https://HOST:PORT.');
    // null for a field without a value, whatever the library's types say.
    const proxyUrl = cluster.proxyUrl ?? '';
    if (proxyUrl === '')
        return;
    const scheme = URL.canParse(proxyUrl) ? new URL(proxyUrl).protocol : '';
    if (proxySchemes.includes(scheme))
        return;
    throw mistake("the kubeconfig's proxy-url is no URL of a proxy", 'Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.');
}
/**
 * Looks through what a request is sent with. Node would name neither the kubeconfig nor the field, and some of it only as an
 * error of the connection, as if the server could not be reached.
 * @throws BuildError('input')
 */
function checkLogin(options, names) {
    const { ca, cert, key, headers, rejectUnauthorized: isVerified = true } = options;
    if (ca !== undefined && isVerified)
        checkAuthorities(ca, names.ca);
    const certificate = cert === undefined ? undefined : readCertificate(cert, names.cert);
    const privateKey = key === undefined ? undefined : login_check_readKey(key, names.key);
    if (privateKey !== undefined && certificate?.checkPrivateKey(privateKey) === false)
        throw mistake(`${names.key} does not belong to ${names.cert}`, login_check_howToPrint);
    for (const [name, value] of Object.entries({ ...headers })) {
        const isToken = name.toLowerCase() === 'authorization';
        checkHeader(name, value, isToken ? names.token : `the kubeconfig's user (${name})`);
    }
}
/** One is enough: a bundle may hold others that nobody can read. */
function checkAuthorities(value, name) {
    const blocks = String(value).match(pemAuthority) ?? [];
    if (!blocks.some((block) => parseCertificate(block) !== undefined))
        throw mistake(`${name} is no certificate in PEM`, login_check_howToPrint);
}
/** The first of a list of certificates; all of them have to be some. */
function readCertificate(value, name) {
    const blocks = String(value).match(pemCertificate) ?? [];
    const [first, ...others] = blocks.map(parseCertificate);
    if (first === undefined || others.includes(undefined))
        throw mistake(`${name} is no certificate in PEM`, login_check_howToPrint);
    return first;
}
/** undefined for none: OpenSSL's own words name a routine of its decoder. */
function parseCertificate(block) {
    try {
        return new external_node_crypto_.X509Certificate(block);
    }
    catch {
        return undefined;
    }
}
function login_check_readKey(value, name) {
    try {
        return (0,external_node_crypto_.createPrivateKey)(String(value));
    }
    catch {
        throw mistake(`${name} is no private key in PEM, or one with a passphrase`, login_check_howToPrint);
    }
}
/** The message quotes nothing: the value may be a secret. */
function checkHeader(name, value, source) {
    try {
        for (const item of [value].flat())
            (0,external_node_http_.validateHeaderValue)(name, String(item));
    }
    catch {
        throw mistake(`${source} has a line break, or another character that no HTTP header may hold`, 'Take it out; a token is one line.');
    }
}
function mistake(message, hint) {
    return new errors/* BuildError */.zS('input', message, { hint });
}

;// CONCATENATED MODULE: ./build/io/kubeconfig.js














const slowLoginHint = 'Look at what it waits for (there is nobody to ask here), or use a kubeconfig with a token.';
const howToWrite = "Set the input 'kubeconfig' to a kubeconfig in YAML, or to its base64.";
const accountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/**
 * Reads `kubeconfig` (text, or `auto`: `$KUBECONFIG`, `~/.kube/config`, the pod's own account, in this order).
 * @throws BuildError('input') if there is none or it cannot be used.
 */
function connect(kube, environment, runner) {
    const { config, document, source } = load(kube.kubeconfig, environment);
    if (kube.context !== undefined)
        useContext(config, kube.context);
    const cluster = config.getCurrentCluster();
    const context = config.getContextObject(config.getCurrentContext());
    if (cluster === null || context === null) {
        throw new errors/* BuildError */.zS('input', `the kubeconfig (${source}) has no usable current context`, {
            hint: "Name one by the input 'kube-context'.",
        });
    }
    checkAddresses(cluster);
    applyProxy(config, cluster);
    readTokenFile(config, document);
    const server = quotableAddress(cluster.server);
    const names = fieldNames(cluster, config.getCurrentUser());
    const exec = ExecCredentials.install(config, cluster, runner);
    const impersonation = impersonationHeaders(document, context.user);
    const masked = new Set();
    return {
        source,
        server,
        contextName: config.getCurrentContext(),
        namespace: kube.namespace ?? nonEmpty(context.namespace) ?? 'default',
        unverifiedTls: cluster.skipTLSVerify,
        document: JSON.stringify(document),
        async requestOptions(path, query, signal) {
            const options = { signal };
            try {
                await orAborted(config.applyToHTTPSOptions(options), signal);
            }
            catch (error) {
                if (signal.aborted) {
                    const doing = exec?.doing ?? `preparing the login to ${server}`;
                    throw stoppedWhile(doing, signal, slowLoginHint);
                }
                if (error instanceof errors/* BuildError */.zS)
                    throw error;
                throw new errors/* BuildError */.zS('cluster', `preparing the login to ${server} failed: ${(0,errors/* describeError */.Uc)(error)}`, { cause: error });
            }
            // Tokens of files and of the pod's own account are in no document, and change while the step runs.
            for (const secret of authorizationSecrets(options.headers)) {
                if (!masked.has(secret))
                    runner.mask(secret);
                masked.add(secret);
            }
            rest_keepAlive(options.agent);
            options.headers = { ...options.headers, ...impersonation };
            checkLogin(options, { ...names, ...exec?.names });
            return { url: requestUrl(cluster.server, path, query), options };
        },
        renewCredentials: () => Promise.resolve(exec?.forget() ?? false),
    };
}
function authorizationSecrets(headers) {
    const { Authorization: authorization } = fieldsOf(headers);
    if (typeof authorization !== 'string')
        return [];
    return maskForms([authorization.replace(/^\S+ /, '')]);
}
/** Keeps a path of the server's URL. */
function requestUrl(server, path, query) {
    const url = new URL(server);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, value] of Object.entries(query))
        if (value !== undefined)
            url.searchParams.set(name, value);
    return url;
}
function load(kubeconfig, environment) {
    if (kubeconfig !== 'auto') {
        const source = "input 'kubeconfig'";
        return { ...parse(source, kubeconfig), source };
    }
    const listed = (environment['KUBECONFIG'] ?? '').split(external_node_path_.delimiter).filter((file) => file !== '');
    const own = (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.kube', 'config');
    const files = listed.length > 0 ? listed : (0,external_node_fs_.existsSync)(own) ? [own] : [];
    if (files.length > 0)
        return { ...loadFiles(files), source: listed.length > 0 ? '$KUBECONFIG' : own };
    if ((environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && (0,external_node_fs_.existsSync)(accountToken)) {
        const config = new dist_config/* KubeConfig */.yp();
        config.loadFromCluster();
        return { config, document: {}, source: "the account of the runner's own pod" };
    }
    throw new errors/* BuildError */.zS('input', "finding a kubeconfig failed: the input 'kubeconfig' is auto, and neither $KUBECONFIG nor ~/.kube/config nor the account of a pod exists here", { hint: "Set the input 'kubeconfig' to a secret that holds a kubeconfig." });
}
/** Several files are merged as kubectl does: the first one that names a thing wins. */
function loadFiles(files) {
    const [first, ...others] = files.map((file) => {
        const loaded = parse(file, kubeconfig_readText(file), (0,external_node_path_.dirname)(file));
        loaded.config.makePathsAbsolute((0,external_node_path_.dirname)(file));
        return loaded;
    });
    if (first === undefined)
        throw new Error('no kubeconfig file');
    for (const { config } of others)
        addMissing(first.config, config);
    const documents = [first, ...others].map(({ document }) => document);
    const users = documents.flatMap((document) => listOf(document['users']));
    const clusters = documents.flatMap((document) => listOf(document['clusters']));
    return { config: first.config, document: { users, clusters } };
}
/** The library's own merge refuses a name that stands in two files. */
function addMissing(config, other) {
    for (const cluster of other.getClusters()) {
        if (config.getCluster(cluster.name) === null)
            config.addCluster(cluster);
    }
    for (const user of other.getUsers()) {
        if (config.getUser(user.name) === null)
            config.addUser(user);
    }
    for (const context of other.getContexts()) {
        if (config.getContextObject(context.name) === null)
            config.addContext(context);
    }
    // The library's type promises a text, but a file without one leaves it undefined.
    const current = nonEmpty(other.getCurrentContext());
    if (nonEmpty(config.getCurrentContext()) === undefined && current !== undefined) {
        config.setCurrentContext(current);
    }
}
function kubeconfig_readText(file) {
    try {
        return (0,external_node_fs_.readFileSync)(file, 'utf8');
    }
    catch (error) {
        throw unreadable(file, error);
    }
}
/** @param directory what a relative token file is relative to. */
function parse(source, text, directory = '.') {
    const config = new dist_config/* KubeConfig */.yp();
    let document;
    try {
        const read = fieldsOf(loadYaml(text, howToWrite));
        const users = listOf(read['users']).map((entry) => ({
            ...entry,
            user: withAbsoluteTokenFile(fieldsOf(entry['user']), directory),
        }));
        document = { ...read, users };
        // As kubectl does it: an entry that is none is in nobody's way until it is used.
        config.loadFromString(JSON.stringify(document), { onInvalidEntry: 'filter' });
    }
    catch (error) {
        throw unreadable(source, error);
    }
    return { config, document };
}
/** The library would read `token-file` of everybody here, with the line break at the end of it, and knows no `tokenFile`. */
function withAbsoluteTokenFile(user, directory) {
    const { tokenFile = user['token-file'], ...others } = user;
    const file = nonEmpty(json_text(tokenFile));
    if (file === undefined)
        return user;
    return { ...others, 'token-file': undefined, tokenFile: (0,external_node_path_.resolve)(directory, file) };
}
/** Gives the current user the token of its file, which comes before the one beside it, as in client-go. */
function readTokenFile(config, document) {
    const user = config.getCurrentUser();
    const file = nonEmpty(json_text(userFields(document, user?.name)['tokenFile']));
    if (user === null || file === undefined)
        return;
    let token;
    try {
        token = (0,external_node_fs_.readFileSync)(file, 'utf8').trim();
    }
    catch (error) {
        if ((user.token ?? '') !== '')
            return;
        throw new errors/* BuildError */.zS('input', `reading the tokenFile ${JSON.stringify(file)} of the kubeconfig's user failed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint: 'Name a file that is there where the action runs, or use a kubeconfig with a token.',
            cause: error,
        });
    }
    config.users = config.users.map((other) => (other === user ? { ...user, token } : other));
}
function unreadable(source, cause) {
    return new errors/* BuildError */.zS('input', `reading the kubeconfig (${source}) failed: ${(0,errors/* describeError */.Uc)(cause)}`, {
        hint: howToWrite,
        cause,
    });
}
function useContext(config, name) {
    const known = config.getContexts().map((context) => context.name);
    if (!known.includes(name)) {
        throw new errors/* BuildError */.zS('input', `input 'kube-context': the kubeconfig has no context ${JSON.stringify(name)}`, {
            hint: known.length === 0
                ? "Correct the input 'kubeconfig'."
                : `Use one of: ${known.join(', ')}.`,
        });
    }
    config.setCurrentContext(name);
}
/** The library knows only `proxy-url` of the kubeconfig, not HTTPS_PROXY and NO_PROXY. */
function applyProxy(config, cluster) {
    if ((cluster.proxyUrl ?? '') !== '')
        return;
    const proxy = (0,lib_proxy/* getProxyUrl */.s)(new URL(cluster.server));
    if (proxy === undefined)
        return;
    const proxied = { ...cluster, proxyUrl: proxy.href };
    config.clusters = config.clusters.map((other) => (other === cluster ? proxied : other));
}
/** `as-groups`, `as-uid` and `as-user-extra`, which the library leaves out; it sends `as` itself. */
function impersonationHeaders(document, userName) {
    const user = userFields(document, userName);
    const headers = {};
    const groups = user['as-groups'];
    if (Array.isArray(groups))
        headers['Impersonate-Group'] = groups.map(String);
    if (typeof user['as-uid'] === 'string')
        headers['Impersonate-Uid'] = user['as-uid'];
    for (const [key, values] of Object.entries(fieldsOf(user['as-user-extra']))) {
        if (Array.isArray(values))
            headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = values.map(String);
    }
    return headers;
}
function userFields(document, name) {
    return fieldsOf(listOf(document['users']).find((entry) => entry['name'] === name)?.['user']);
}
function nonEmpty(text) {
    return text === '' ? undefined : text;
}

;// CONCATENATED MODULE: ./build/io/crash.js

/**
 * The last resort: an error that nothing caught ends the step as a failure, in one line. The post step removes the pod.
 * @param print writes the line; the process ends when it has.
 */
function failOnCrash(print) {
    let isEnding = false;
    const end = (error) => {
        if (isEnding)
            return;
        isEnding = true;
        const text = `the step crashed: ${(0,errors/* describeError */.Uc)(error)}. Please report this with the job log.`;
        void print(text).finally(() => process.exit(1));
    };
    process.on('uncaughtException', end);
    process.on('unhandledRejection', end);
}

;// CONCATENATED MODULE: ./build/io/signals.js

/**
 * A signal that is aborted when the runner cancels the job: it sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that.
 * The handlers stay until the process ends: a second signal must not end it in the middle of a removal.
 */
function cancellation() {
    const controller = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => {
            controller.abort(new errors/* BuildError */.zS('cancelled', `the job was cancelled (${name})`));
        });
    }
    return controller.signal;
}

;// CONCATENATED MODULE: ./build/io/workspace.js


/** Windows has neither flag; there a link needs rights that a pull request does not have. */
const openFlags = external_node_fs_.constants.O_RDONLY |
    (external_node_fs_.constants.O_NOFOLLOW ?? 0) |
    (external_node_fs_.constants.O_NONBLOCK ?? 0);
/** @param directory what relative paths are relative to. */
function createWorkspace(directory) {
    return {
        resolve: (path) => (0,external_node_path_.resolve)(directory, path),
        realpath: (path) => external_node_fs_.realpathSync.native(path),
        stat(path) {
            const stats = (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false });
            if (stats === undefined)
                return undefined;
            return toFileStat(stats, () => (0,external_node_fs_.lstatSync)(path, { bigint: true }).ino);
        },
        names: (path) => sortByBytes((0,external_node_fs_.readdirSync)(path)),
        readLink: (path) => (0,external_node_fs_.readlinkSync)(path),
        readFile: (path) => (0,external_node_fs_.readFileSync)(path),
        open: openFile,
    };
}
function openFile(path) {
    const descriptor = (0,external_node_fs_.openSync)(path, openFlags);
    return {
        stat: () => toFileStat((0,external_node_fs_.fstatSync)(descriptor), () => (0,external_node_fs_.fstatSync)(descriptor, { bigint: true }).ino),
        read: (buffer) => (0,external_node_fs_.readSync)(descriptor, buffer, 0, buffer.length, null),
        close() {
            (0,external_node_fs_.closeSync)(descriptor);
        },
    };
}
function toFileStat(stats, inode) {
    return {
        kind: kindOf(stats),
        sizeBytes: stats.size,
        mode: process.platform === 'win32' ? windowsMode : stats.mode & 0o7777,
        mtimeMs: stats.mtimeMs,
        device: stats.dev,
        inode: exactInode(stats.ino, inode),
        links: stats.nlink,
    };
}
/**
 * Inodes of NTFS, and of overlay file systems that tell their layers apart, have up to 64 bits: two files that are no links of
 * one another can look like one as soon as numbers are rounded.
 */
function exactInode(inode, read) {
    return Number.isSafeInteger(inode) ? inode : read();
}
/** Windows keeps no permission bits; Docker sends this for everything. */
const windowsMode = 0o755;
function kindOf({ mode }) {
    switch (mode & external_node_fs_.constants.S_IFMT) {
        case external_node_fs_.constants.S_IFREG:
            return 'file';
        case external_node_fs_.constants.S_IFDIR:
            return 'directory';
        case external_node_fs_.constants.S_IFLNK:
            return 'symlink';
        default:
            return 'other';
    }
}
/** In the order of UTF-8 bytes. JavaScript's own is that of UTF-16 units, which differs only beside surrogates. */
function sortByBytes(names) {
    if (!names.some((name) => /[\ud800-\udfff]/.test(name)))
        return names.sort();
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

;// CONCATENATED MODULE: ./build/logs/fence.js
const fence_newline = 0x0a;
/**
 * The job log. Our own sentences are made harmless line by line; a builder's output is mirrored byte for byte, but inside a
 * fence (`::stop-commands::<token>`) in which the runner obeys no workflow command. Nothing of ours is printed inside: the
 * fence is closed first and opened again, with another token, for the next mirrored output.
 */
class JobLog {
    #job;
    #newToken;
    #token;
    /** What was mirrored last has no newline yet. */
    #lineOpen = false;
    #groupOpen = false;
    /** Lines that are masked; the longest first, because one may hold another. */
    #secrets = [];
    #queue = Promise.resolve();
    /** @param newToken a text that nobody can guess, longer than six characters: shorter ones the runner does not mask. */
    constructor(job, newToken) {
        this.#job = job;
        this.#newToken = newToken;
    }
    info(text) {
        return this.#print(`${neutralize(text)}\n`);
    }
    warning(text, place = {}) {
        return this.#print(command('warning', place, text));
    }
    /** An annotation of the run; the step itself fails by the exit code. */
    error(text, place = {}) {
        return this.#print(command('error', place, text));
    }
    /** Hides a secret in everything that is printed from now on; the runner masks line by line. */
    async mask(secret) {
        const lines = secret.split(/\r?\n/).filter((line) => line !== '');
        this.#secrets = [...new Set([...this.#secrets, ...lines])].sort((a, b) => b.length - a.length);
        for (const line of lines)
            await this.#print(`::add-mask::${escapeData(line)}\n`);
    }
    /** The text with everything hidden that is masked in the log. */
    scrub(text) {
        return this.#secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '***'), text);
    }
    /** Starts a foldable group; ends the one before. */
    group(title) {
        const end = this.#groupOpen ? '::endgroup::\n' : '';
        this.#groupOpen = true;
        return this.#print(`${end}::group::${escapeData(neutralize(title))}\n`);
    }
    endGroup() {
        if (!this.#groupOpen)
            return Promise.resolve();
        this.#groupOpen = false;
        return this.#print('::endgroup::\n');
    }
    /** Some of the builder's output, unchanged and in one write: lines with their newlines, the last one may go on. */
    mirror(output) {
        if (output.length === 0)
            return this.#queue;
        return this.#enqueue(async () => {
            if (this.#token === undefined) {
                this.#token = this.#newToken();
                await this.#job.write(`::stop-commands::${this.#token}\n`);
            }
            this.#lineOpen = output.at(-1) !== fence_newline;
            await this.#job.write(output);
        });
    }
    /** Ends fence and group; the log can be used again afterwards. */
    async close() {
        await this.endGroup();
        await this.#enqueue(() => this.#closeFence());
    }
    #print(text) {
        return this.#enqueue(async () => {
            await this.#closeFence();
            await this.#job.write(text);
        });
    }
    async #closeFence() {
        const token = this.#token;
        this.#token = undefined;
        if (token === undefined)
            return;
        // The runner looks for commands at the beginning of a line only.
        const lineEnd = this.#lineOpen ? '\n' : '';
        this.#lineOpen = false;
        await this.#job.write(`${lineEnd}::${token}::\n`);
    }
    /** Writers run at the same time (progress beside output); their lines must not mix. */
    #enqueue(write) {
        this.#queue = this.#queue.then(write);
        return this.#queue;
    }
}
/**
 * Text of any origin as one harmless line: no control characters, no line breaks, and nothing that the runner reads as a
 * command (`::` at the beginning, `##[` anywhere).
 */
function neutralize(text) {
    return text
        .replace(/[\r\n]+/g, ' ')
        .replace(/\p{Cc}/gu, '\uFFFD')
        .replace(/^(\s*):(?=:)/, '$1: ')
        .replaceAll('##[', '## [');
}
/** A workflow command. Source: actions/runner ActionCommand.cs and actions/toolkit command.ts. */
function command(name, { file, line }, text) {
    const properties = [
        ...(file === undefined ? [] : [`file=${escapeProperty(file)}`]),
        ...(line === undefined ? [] : [`line=${line}`]),
    ];
    const head = properties.length === 0 ? name : `${name} ${properties.join(',')}`;
    return `::${head}::${escapeData(neutralize(text))}\n`;
}
function escapeData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function escapeProperty(text) {
    return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

;// CONCATENATED MODULE: ./build/pod/memory.js
/** The pods that may exist now. Saved before a pod does, so that the post step finds it whatever happens to this process. */
class PodMemory {
    #job;
    #pods = [];
    constructor(job) {
        this.#job = job;
    }
    add(ref) {
        this.#save([...this.#pods, ref]);
    }
    /** The pod is gone, or it is to stay. */
    forget(ref) {
        this.#save(this.#pods.filter((other) => other !== ref));
    }
    #save(pods) {
        this.#pods = pods;
        this.#job.remember(pods);
    }
}

;// CONCATENATED MODULE: ./build/pod/name.js
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const maxSlug = 63 - 'kbp--'.length - 10;
/**
 * `kbp-<job slug>-<10 random base32>`: a DNS-1123 label, so it is also the pod's host name. Chosen before the pod exists,
 * so that it can be saved first; 50 random bits make a name that was used before as good as impossible.
 * @param random 10 random bytes.
 */
function podName(job, random) {
    const slug = job
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, maxSlug)
        .replace(/^-+|-+$/g, '');
    const suffix = Array.from(random.subarray(0, 10), (byte) => alphabet[byte % 32]).join('');
    return `kbp-${slug === '' ? 'build' : slug}-${suffix}`;
}

;// CONCATENATED MODULE: ./build/post.js

/** Nobody tries again after this step, and an API server that is restarted is away for a while. */
const removal = { graceSeconds: 1, patienceMs: 60_000 };
/** Removes what the main step remembered; says exactly what is left if that fails. Never throws: the job is not to fail here. */
async function removeLeftovers(pods, cluster, clock, log) {
    await Promise.all(pods.map(async (ref) => {
        const problem = await removePod(cluster, ref, removal, clock);
        await (problem === undefined
            ? log.info(`pod ${ref.name} is removed`)
            : log.warning(leftover(ref, problem)));
    }));
}
/** What is left, why, and how to remove it by hand. */
function leftover(ref, problem) {
    return `pod ${ref.name} could not be removed (${problem}); remove it with: ${removalCommand(ref)}`;
}

;// CONCATENATED MODULE: ./build/result/report.js
/** Phases of an attempt up to its removal, in their order. */
const attemptPhases = ['create', 'start', 'upload', 'build'];
/** What the run has done so far; filled in while it goes, read for outputs, metadata and summary, also after a failure. */
class RunReport {
    startedAtMs;
    attempts = 0;
    pod;
    podKept = false;
    node = '';
    exitCode;
    context;
    image;
    /** For annotations; undefined where the Dockerfile is no file of the workspace. */
    dockerfilePath;
    /** The last lines that the builder printed. */
    tail = [];
    spans = [];
    /** The pod's state in words, for a step that ran out of time. */
    describeState = () => 'no pod was created';
    #lastMs;
    constructor(nowMs) {
        this.startedAtMs = nowMs;
        this.#lastMs = nowMs;
    }
    /** Ends a phase: the time since the end of the one before it counts for it, of every attempt. */
    phase(name, nowMs) {
        this.spans.push({
            attempt: this.attempts,
            phase: name,
            startMs: this.#lastMs - this.startedAtMs,
            endMs: nowMs - this.startedAtMs,
        });
        this.#lastMs = nowMs;
    }
    /** Ends the phase in which an attempt broke off; nothing if all of them had ended. */
    breakOff(nowMs) {
        const last = this.spans.at(-1);
        const ended = last?.attempt === this.attempts ? attemptPhases.indexOf(last.phase) : -1;
        const open = attemptPhases[ended + 1];
        if (open !== undefined)
            this.phase(open, nowMs);
    }
    /** Milliseconds by phase, in the order in which they first ended. */
    get phases() {
        const phases = new Map();
        for (const { phase, startMs, endMs } of this.spans) {
            phases.set(phase, (phases.get(phase) ?? 0) + endMs - startMs);
        }
        return phases;
    }
}

;// CONCATENATED MODULE: ./build/result/summary.js


/** The output `metadata`: the keys that buildx uses, and ours below `kubernetes`, `context` and `timing`. */
function renderMetadata(inputs, report) {
    const { image, pod, node, context } = report;
    return JSON.stringify({
        ...(image !== undefined && {
            'containerimage.digest': image.digest,
            'image.name': inputs.image.tags.map(({ text }) => text).join(','),
        }),
        ...(pod !== undefined && {
            'kubernetes.namespace': pod.namespace,
            'kubernetes.pod': pod.name,
            'kubernetes.node': node,
        }),
        ...(context !== undefined && {
            'context.files': context.files,
            'context.bytes': context.bytes,
            'context.wireBytes': context.wireBytes,
        }),
        ...Object.fromEntries([...report.phases].map(([name, ms]) => [`timing.${name}`, ms])),
    });
}
/** Whoever names an image may have forgotten to push it. */
const notPushed = "Nothing was pushed: the input 'push' is false.";
function isUnpushed({ image }) {
    return !image.push && image.tags.length > 0;
}
/** So many of the builder's last lines explain a failure; more stand in the job log. */
const shownLines = 15;
const longestShownLine = 300;
/**
 * The job summary: what was built, where, how long each phase took; after a failure the sentence, the hint and the builder's
 * last lines.
 * @param scrub hides secrets: the builder may have printed one.
 */
function renderSummary(inputs, report, error, scrub) {
    const parts = [
        `### kube-build-push: ${howItEnded(error)}`,
        ...(error === undefined ? [] : [`**${escapeMarkdown(scrub(error.message))}**`]),
        ...(error?.hint === undefined ? [] : [escapeMarkdown(scrub(error.hint))]),
        ...(error === undefined ? [] : renderTail(report.tail.map(scrub))),
        ...(error === undefined && isUnpushed(inputs) ? [notPushed] : []),
        renderTable(['', ''], factsOf(inputs, report)),
        ...renderPhases(report),
        ...renderKept(report),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
function howItEnded(error) {
    if (error === undefined)
        return 'succeeded';
    return error.kind === 'cancelled' ? 'cancelled' : 'failed';
}
function factsOf(inputs, report) {
    const { image, pod, node, attempts, context, exitCode } = report;
    const rows = [];
    if (image !== undefined) {
        for (const { text } of inputs.image.tags)
            rows.push(['Image', code(text)]);
        rows.push(['Digest', code(image.digest)]);
    }
    if (pod !== undefined) {
        const where = `${code(pod.name)} in ${code(pod.namespace)}`;
        rows.push(['Pod', node === '' ? where : `${where} on ${code(node)}`]);
    }
    if (exitCode !== undefined && exitCode !== 0)
        rows.push(['Exit code', String(exitCode)]);
    if (attempts > 1)
        rows.push(['Attempts', String(attempts)]);
    if (context !== undefined) {
        const { files, bytes, wireBytes } = context;
        const sizes = `${(0,size/* formatBytes */.z)(bytes)}, sent as ${(0,size/* formatBytes */.z)(wireBytes)}`;
        rows.push(['Context', `${files} files, ${sizes}`]);
    }
    return rows;
}
function renderPhases({ phases, spans }) {
    if (spans.length === 0)
        return [];
    const rows = [...phases].map(([phase, ms]) => [phase, `${(ms / 1_000).toFixed(1)} s`]);
    return [renderTable(['Phase', 'Time'], rows), renderTimeline(spans)];
}
/** Runs that are shorter have their axis in milliseconds. */
const shortRunMs = 10_000;
/** A Gantt chart in Mermaid, which GitHub draws: a section for each attempt, a bar for each phase. */
function renderTimeline(spans) {
    const lines = [];
    let section;
    for (const { attempt, phase, startMs, endMs } of spans) {
        if (attempt !== section)
            lines.push(`  section ${attempt === 0 ? 'Run' : `Attempt ${attempt}`}`);
        section = attempt;
        lines.push(`    ${phase} :${Math.round(startMs)}, ${Math.round(endMs - startMs)}ms`);
    }
    // Since the epoch, which is the run's start here: clock times would be those of the reader's time zone.
    const axis = (spans.at(-1)?.endMs ?? 0) < shortRunMs ? '%Q ms' : '%s s';
    return ['```mermaid', 'gantt', '  dateFormat x', `  axisFormat ${axis}`, ...lines, '```'].join('\n');
}
function renderTail(lines) {
    const shown = lines.filter((line) => line.trim() !== '').slice(-shownLines);
    if (shown.length === 0)
        return [];
    const text = shown.map((line) => escapeHtml(cut(line))).join('\n');
    return [
        `<details open><summary>Last lines of the builder</summary>\n\n<pre>${text}</pre>\n\n</details>`,
    ];
}
function renderKept({ podKept, pod }) {
    if (!podKept || pod === undefined)
        return [];
    const look = code(`kubectl describe pod ${pod.name} --namespace ${pod.namespace}`);
    return [
        `The pod was kept: look at it with ${look}, remove it with ${code(removalCommand(pod))}.`,
    ];
}
function renderTable(head, rows) {
    if (rows.length === 0)
        return '';
    return [
        `| ${head.join(' | ')} |`,
        '|---|---|',
        ...rows.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n');
}
function cut(line) {
    return line.length > longestShownLine ? `${line.slice(0, longestShownLine)}…` : line;
}
/** Every character that could mean something in HTML or in Markdown, which looks into tags too. */
function escapeHtml(text) {
    return text
        .replace(/\p{Cc}/gu, '\uFFFD')
        .replace(/[^\p{L}\p{N} ./=,;'"%?^$-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
/** Text of any origin: no Markdown, no HTML, one line. */
function escapeMarkdown(text) {
    return text
        .replace(/[\r\n]+/g, ' ')
        .replace(/\p{Cc}/gu, '\uFFFD')
        .replace(/[\\`*_{}[\]()#+!|~@:]/g, '\\$&')
        .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
/** Inline code; a backtick cannot end it early, a pipe cannot end the cell. */
function code(text) {
    return `<code>${text.replace(/[^A-Za-z0-9 ._/@=,-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;
}

;// CONCATENATED MODULE: ./build/step.js
// Wires the edges to the flow, for the build step and for the post step.





























const environment = process.env;
const clock = systemClock;
const log = new JobLog(runnerJob, () => (0,external_node_crypto_.randomBytes)(16).toString('hex'));
const workspace = createWorkspace(process.cwd());
const runCommand = commandRunner(environment);
/** Builds the image; the process exits with 0 only if that is proved. */
async function runBuildStep() {
    failOnCrash((text) => log.error(text));
    const cancelled = cancellation();
    const report = new RunReport(clock.now());
    let inputs;
    let failure;
    try {
        inputs = parseInputs(rawInputs());
        await build(inputs, report, cancelled);
    }
    catch (error) {
        failure = (0,errors/* toBuildError */.KB)(error, 'the step');
    }
    await log.close();
    if (inputs !== undefined)
        failure = await publish(inputs, report, failure);
    await finish(failure, report);
}
/** Removes what the build step could not remove; never fails the job. */
async function runPostStep() {
    try {
        const connection = await openConnection(parseKubeInputs(rawInputs()));
        await removeLeftovers((0,state/* rememberedPods */.TY)(environment), new KubeCluster(connection, clock), clock, log);
    }
    catch (error) {
        const { message } = (0,errors/* toBuildError */.KB)(error, 'the post step');
        for (const ref of (0,state/* rememberedPods */.TY)(environment))
            await log.warning(leftover(ref, message));
    }
    process.exit(0);
}
async function build(inputs, report, cancelled) {
    const connection = await openConnection(inputs.kube);
    await log.group('Prepare');
    await log.info(`cluster: ${connection.source}, context ${connection.contextName}, server ${connection.server}, namespace ${connection.namespace}`);
    if (connection.unverifiedTls) {
        await log.warning('the kubeconfig has insecure-skip-tls-verify: anybody on the way to the server can read and change this build');
    }
    const plan = await prepare(inputs, report, cancelled);
    report.phase('prepare', clock.now());
    const ports = {
        cluster: new KubeCluster(connection, clock),
        clock,
        log,
        report,
        pods: new PodMemory(runnerJob),
        run: {
            repository: environment['GITHUB_REPOSITORY'] ?? '',
            runId: environment['GITHUB_RUN_ID'] ?? '',
            runAttempt: environment['GITHUB_RUN_ATTEMPT'] ?? '',
        },
        newPodName: () => podName(environment['GITHUB_JOB'] ?? '', (0,external_node_crypto_.randomBytes)(10)),
        newNonce: () => (0,external_node_crypto_.randomBytes)(16).toString('hex'),
        onPod: (ref) => {
            report.pod = ref;
            runnerJob.setOutput('pod-name', ref.name);
            runnerJob.setOutput('namespace', ref.namespace);
        },
    };
    report.image = await buildImage(plan, ports, cancelled);
    if (isUnpushed(inputs))
        await log.info(notPushed);
}
/** What makes the plan may take long (a large archive, a credential helper): time and cancellation count here too. */
async function prepare(inputs, report, cancelled) {
    const describe = () => 'preparing the context';
    const { timeoutMs } = inputs;
    const deadline = startDeadline({ timeoutMs, startedAtMs: report.startedAtMs }, clock, cancelled, describe);
    try {
        return await makePlan(inputs, report, deadline.signal);
    }
    finally {
        deadline.end();
    }
}
/** Everything that can fail before the cluster is asked for anything. */
async function makePlan(inputs, report, signal) {
    const engine = selectEngine(inputs);
    const reading = createSource({
        source: inputs.source,
        file: inputs.file,
        layout: engine.layout,
        compressionLevel: inputs.compressionLevel,
        excludes: inputs.excludes,
        keepGitCredentials: inputs.gitCredentials === 'keep',
        sourceDateEpoch: environment['SOURCE_DATE_EPOCH'],
    }, workspace);
    const source = await orAborted(reading, signal);
    report.dockerfilePath = source.dockerfilePath;
    await log.info(`stdin: ${source.description}`);
    for (const note of source.notes)
        await log.info(note);
    for (const warning of source.warnings)
        await log.warning(warning);
    if (engine.layout === 'plain')
        return { inputs, engine, source, auth: {}, pullHosts: [] };
    if (inputs.checkDockerfile)
        await step_checkSource(inputs, source);
    const pullHosts = registriesOf(source.dockerfile, inputs.image.buildArgs);
    const auth = await makeAuth(inputs, pullHosts, signal);
    return { inputs, engine, source, auth, pullHosts };
}
/** Early answers from the Dockerfile. @throws BuildError('context') */
async function step_checkSource(inputs, source) {
    const { problems, warnings } = checkDockerfile({
        dockerfile: source.dockerfile,
        target: inputs.image.target,
        buildArgs: inputs.image.buildArgs,
        lookUp: source.lookUp,
        builderImage: inputs.builder.image,
    });
    for (const { message, hint, line } of warnings) {
        await log.warning(`${message}. ${hint}`, placeOf(source.dockerfilePath, line));
    }
    throwIfAny(problems);
}
/** What travels beside the context: logins and the certificate authority. */
async function makeAuth(inputs, pullHosts, signal) {
    const { registry } = inputs;
    const hosts = wantedHosts(inputs, pullHosts);
    const config = registry.secret === undefined
        ? readDockerConfig(registry.dockerConfig, environment, (path) => workspace.resolve(path))
        : undefined;
    const logins = await collectLogins(config, hosts, runCommand, signal);
    await maskAll(logins.secrets);
    for (const warning of logins.warnings)
        await log.warning(warning);
    if (logins.hosts.length > 0) {
        await log.info(`logins sent with the context: ${logins.hosts.join(', ')} (a RUN step can read them)`);
    }
    return {
        ...(logins.config !== undefined && { config: logins.config }),
        ...(registry.ca !== undefined && { ca: Buffer.from(registry.ca) }),
    };
}
async function openConnection(kube) {
    const connection = connect(kube, environment, {
        run: runCommand,
        mask: (secret) => {
            void log.mask(secret);
        },
    });
    await maskAll(leafSecrets(connection.document));
    return connection;
}
async function maskAll(secrets) {
    for (const secret of secrets)
        await log.mask(secret);
}
/**
 * Outputs and summary, after a failure too.
 * @returns the failure of the step: outputs that cannot be written are one, but never instead of the build's own.
 */
async function publish(inputs, report, failure) {
    let problem;
    try {
        setOutputs(inputs, report);
    }
    catch (error) {
        problem = (0,errors/* toBuildError */.KB)(error, 'writing the outputs');
        if (failure !== undefined)
            await log.warning(problem.message);
    }
    try {
        if (inputs.summary) {
            const scrub = (text) => log.scrub(text);
            await runnerJob.writeSummary(renderSummary(inputs, report, failure ?? problem, scrub));
        }
    }
    catch (error) {
        await log.warning(`the job summary could not be written: ${(0,errors/* describeError */.Uc)(error)}`);
    }
    return failure ?? problem;
}
function setOutputs(inputs, report) {
    const { image, exitCode } = report;
    const [first] = inputs.image.tags;
    if (exitCode !== undefined)
        runnerJob.setOutput('exit-code', String(exitCode));
    if (image !== undefined && first !== undefined) {
        runnerJob.setOutput('digest', image.digest);
        runnerJob.setOutput('image', `${first.text}@${image.digest}`);
        runnerJob.setOutput('image-name', first.text.slice(0, -`:${first.tag}`.length));
    }
    runnerJob.setOutput('metadata', renderMetadata(inputs, report));
}
/** A line of the Dockerfile, where there is a file to point to. */
function placeOf(file, line) {
    return file === undefined || line === undefined ? {} : { file, line };
}
async function finish(failure, report) {
    if (failure !== undefined) {
        // The cluster's own words may end with a period.
        const message = failure.message.replace(/[.\s]+$/, '');
        const text = failure.hint === undefined ? failure.message : `${message}. ${failure.hint}`;
        await log.error(text, placeOf(report.dockerfilePath, failure.line));
    }
    // Open connections of the keep-alive agent must not hold the step back.
    process.exit(failure === undefined ? 0 : 1);
}
function rawInputs() {
    return {
        read: (name) => (0,core/* getInput */.V4)(name, { trimWhitespace: false }),
        env: (name) => environment[name],
        readText: (path) => (0,places/* readInputFile */.jH)(path, workspace)?.toString('utf8'),
    };
}


/***/ })

};
