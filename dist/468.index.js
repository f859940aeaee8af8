export const id = 468;
export const ids = [468];
export const modules = {

/***/ 1767:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   s: () => (/* binding */ fileBytes)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9473);


const chunkBytes = 256 * 1_024;
/**
 * The bytes of a file, unchanged. Throws if the file changes while it is read.
 * @param count called with the size of each chunk before it is returned.
 * @throws BuildError('context')
 */
async function* fileBytes(path, workspace, count) {
    let file;
    try {
        file = workspace.open(path);
    }
    catch (error) {
        throw readFailure(path, error);
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
        throw readFailure(path, error);
    }
}
function read(file, chunk, path) {
    try {
        return file.read(chunk);
    }
    catch (error) {
        throw readFailure(path, error);
    }
}
function readFailure(path, error) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .BuildError */ .zS('context', `${path} cannot be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describeError */ .Uc)(error)}`, {
        hint: 'Make it readable for the runner.',
        cause: error,
    });
}


/***/ }),

/***/ 8571:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Eq: () => (/* binding */ isWhiteout),
/* harmony export */   Qd: () => (/* binding */ warnOfNames),
/* harmony export */   ph: () => (/* binding */ walkContext)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _git_config_names_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(584);
/* harmony import */ var _time_turns_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8876);



/**
 * Lists the entries of a directory that Docker would send. Links are not followed.
 * @param signal ends the walk.
 * @throws BuildError('context'), or the signal's reason.
 */
async function walkContext(directory, rules, workspace, signal) {
    const walk = new Walk(directory, rules, workspace);
    try {
        await walk.run(new _time_turns_js__WEBPACK_IMPORTED_MODULE_1__/* .Turns */ .P(signal));
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS || signal.aborted)
            throw error;
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `reading the context failed: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describeError */ .Uc)(error)}`, {
            hint: 'Nothing may change the context while it is packed; files that cannot be read belong into .dockerignore.',
            cause: error,
        });
    }
    return walk.tree();
}
/** Shared by all entries, because a context can have hundreds of thousands. */
const directoryContent = { kind: 'directory' };
const fileContent = { kind: 'file' };
/** The number of names in a warning. Further ones are only counted. */
const namedInWarning = 3;
class Walk {
    #root;
    #rules;
    #workspace;
    #entries = [];
    /** First name of every file with several hard links, by device and inode. */
    #linked = new Map();
    /** Files with several hard links whose name can be that of a git configuration. Includes excluded ones. */
    #manyNamed = [];
    /** Includes excluded ones, because their targets can be sent. */
    #symlinks = [];
    /** Excluded parent directories of the current one. They become entries when something below them is sent. */
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
            ...warnAbout(this.#loops, 'symbolic links that cannot be resolved; when kaniko copies one, it silently omits the files after it from the image'),
        ];
        return {
            entries: this.#entries,
            ignored: this.#ignored,
            isGitConfig: this.#findGitConfigs(),
            warnings,
        };
    }
    /** Without recursion: a tree can be deeper than the stack. */
    async run(turns) {
        const levels = [this.#enter(this.#root, '', undefined)];
        for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
            const turn = turns.take();
            if (turn !== undefined)
                await turn;
            const next = level.bases.next();
            if (next.done !== true) {
                const below = this.#visit(next.value, level);
                if (below !== undefined)
                    levels.push(below);
            }
            else {
                levels.pop();
                if (`${this.#pending.at(-1)?.name ?? ''}/` === level.prefix)
                    this.#pending.pop();
            }
        }
    }
    #enter(directory, prefix, matches) {
        return { directory, prefix, matches, bases: this.#workspace.names(directory).values() };
    }
    /** @returns the level of a directory that must be read. */
    #visit(base, { directory, prefix, matches: parent }) {
        const name = prefix + base;
        const path = `${directory}/${base}`;
        const stat = this.#workspace.stat(path);
        const { excluded, matches } = this.#rules.test(name, parent);
        if (excluded)
            this.#ignored += 1;
        if (stat === undefined) {
            // An excluded name needs no metadata, unless it can be a directory with entries that are sent.
            if (excluded && !this.#rules.canKeepBelow(name, matches))
                return undefined;
            throw unreadableName(base, prefix);
        }
        if (!excluded && isWhiteout(base))
            this.#whiteouts.push(name);
        if (stat.links > 1 && stat.kind === 'file' && (0,_git_config_names_js__WEBPACK_IMPORTED_MODULE_2__/* .isConfigName */ .K)(base)) {
            this.#manyNamed.push({ name, identity: identityOf(stat) });
        }
        if (stat.kind === 'symlink')
            this.#symlinks.push(name);
        if (stat.kind === 'directory') {
            if (excluded && !this.#rules.canKeepBelow(name, matches))
                return undefined;
            this.#pending.push({ name, stat, content: directoryContent });
            if (!excluded)
                this.#flushPending();
            return this.#enter(path, `${name}/`, matches);
        }
        if (!excluded)
            this.#leaf({ name, path, stat });
        return undefined;
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
        const isGitConfig = (0,_git_config_names_js__WEBPACK_IMPORTED_MODULE_2__/* .followGitLinks */ .J)(this.#symlinks, (link) => {
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
    /** The target of a link, if it is in the context. */
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
/** True for circular links and for links through a file as if it were a directory. False for targets that do not exist. */
function isLoop(path, workspace) {
    try {
        workspace.realpath(path);
        return false;
    }
    catch (error) {
        const code = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .errorCode */ .CA)(error);
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
        : `${prefix}${base} was removed while the context was read`, {
        hint: isForeign
            ? 'Rename the file, or exclude it with .dockerignore.'
            : 'Nothing may change the context while it is packed.',
    });
}
function unreadableTarget(name) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `the target of the link ${name} is not UTF-8`, {
        hint: 'Rename the target, or exclude the link with .dockerignore.',
    });
}
/** True for names that mark a deleted file in an image layer (OCI image specification, whiteouts). */
function isWhiteout(name) {
    return /(?:^|\/)\.wh\.[^/]*$/.test(name);
}
/** Warnings about entries that are not sent, or that builders do not treat as files. */
function warnOfNames(names) {
    return [
        ...warnAbout(names.special, 'sockets, FIFOs or devices, which are not sent'),
        ...warnAbout(names.whiteouts, 'named like the whiteout files of image layers, which many builders treat as deletions'),
    ];
}
/** One warning for all names; empty without names. */
function warnAbout(names, what) {
    if (names.length === 0)
        return [];
    const shown = names.slice(0, namedInWarning).join(', ');
    const more = names.length - namedInWarning;
    const list = more > 0 ? `${shown} and ${more} more` : shown;
    return [`${list}: ${what}`];
}


/***/ }),

/***/ 2526:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ warnOfBallast),
/* harmony export */   k9: () => (/* binding */ describeWeight),
/* harmony export */   vi: () => (/* binding */ weigh)
/* harmony export */ });
/* harmony import */ var _text_size_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7397);

/** A context below this size is sent without a note about its directories. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** The path up to the first directory that usually is ignored, because builds create it themselves or do not need it. */
const usuallyIgnored = /^(?:.*?\/)??(node_modules|\.git|target|\.venv)\//s;
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
        const directory = usuallyIgnored.exec(name)?.[0] ?? name.slice(0, name.indexOf('/') + 1);
        directories.set(directory, (directories.get(directory) ?? 0) + sizeBytes);
    }
    return { totalFiles, totalBytes, largest, directories };
}
/** Notes for the log: the heaviest directories and the largest file. Empty for a light context. */
function describeWeight(weight) {
    const { totalBytes, largest, directories } = weight;
    if (totalBytes < heavyBytes)
        return [];
    const heaviest = [...directories]
        .filter(([name]) => name !== '')
        // Directories of equal size are in the order of their names.
        .sort(([one, oneBytes], [other, otherBytes]) => otherBytes - oneBytes || (one < other ? -1 : 1))
        .slice(0, shownDirectories)
        .map(([name, bytes]) => `${name} ${(0,_text_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(bytes)}`);
    return [
        ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
        ...(largest !== undefined && largest.sizeBytes >= heavyBytes
            ? [`largest file: ${largest.name} ${(0,_text_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(largest.sizeBytes)}`]
            : []),
    ];
}
/** A warning if more than half of a heavy context is in directories that usually are ignored. */
function warnOfBallast({ totalBytes, directories }) {
    const names = new Set();
    let ballastBytes = 0;
    for (const [directory, bytes] of directories) {
        const name = usuallyIgnored.exec(directory)?.[1];
        if (name === undefined)
            continue;
        names.add(name);
        ballastBytes += bytes;
    }
    if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes)
        return [];
    return [
        `${[...names].join(', ')}: ${(0,_text_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(ballastBytes)} of the ${(0,_text_size_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z)(totalBytes)} that are sent; exclude them with a .dockerignore`,
    ];
}


/***/ }),

/***/ 6965:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  r: () => (/* binding */ withoutCredentials)
});

;// CONCATENATED MODULE: ./build/context/git/known-keys.js
/**
 * The settings that are sent, by section and key in lower case: those that decide how git reads a repository, and that builds
 * use (git describe, submodules, Git LFS, sparse checkouts, partial clones, commits). All others are removed, because any
 * program can store a token under a key of its own. Keys that name a program are not in the list, apart from those of Git LFS:
 * its command line can have a token.
 */
const knownKeys = {
    core: `abbrev attributesfile autocrlf bare bigfilethreshold checkstat commentchar commitgraph compression
    deltabasecachelimit eol excludesfile filemode hidedotfiles hookspath ignorecase ignorestat logallrefupdates
    longpaths loosecompression multipackindex packedgitlimit packedgitwindowsize partialclonefilter
    precomposeunicode preloadindex protecthfs protectntfs quotepath repositoryformatversion safecrlf
    sharedrepository sparsecheckout sparsecheckoutcone splitindex symlinks trustctime untrackedcache
    warnambiguousrefs whitespace worktree`,
    extensions: `compatobjectformat noop noop-v1 objectformat partialclone preciousobjects refstorage relativeworktrees
    submodulepathconfig worktreeconfig`,
    remote: `fetch followremotehead gh-resolved mirror partialclonefilter promisor prune prunetags push pushdefault
    pushurl skipdefaultupdate skipfetchall tagopt url`,
    branch: 'autosetupmerge autosetuprebase merge pushremote rebase remote sort',
    submodule: `active alternateerrorstrategy alternatelocation branch fetchjobs fetchrecursesubmodules ignore path
    propagatebranches recurse shallow update url`,
    url: 'insteadof pushinsteadof',
    lfs: `access activitytimeout basictransfersonly concurrenttransfers dialtimeout fetchexclude fetchinclude
    fetchrecentalways lockignoredfiles locksverify pushurl repositoryformatversion setlockablereadonly
    skipdownloaderrors storage tlstimeout transfer url`,
    // Not `required`: without its command, git could not read a file.
    filter: 'clean process smudge',
    http: `followredirects lowspeedlimit lowspeedtime maxrequestbuffer maxrequests minsessions postbuffer schannelcheckrevoke
    sslbackend sslcainfo sslcapath sslverify sslversion version`,
    user: 'email name useconfigonly',
    author: 'email name',
    committer: 'email name',
    advice: 'detachedhead statushints',
    checkout: 'defaultremote guess workers',
    clone: 'defaultremotename rejectshallow',
    commit: 'gpgsign status',
    diff: 'algorithm ignoresubmodules mnemonicprefix noprefix renamelimit renames submodule',
    feature: 'experimental manyfiles',
    fetch: 'fsckobjects negotiationalgorithm parallel prune prunetags recursesubmodules unpacklimit writecommitgraph',
    gc: 'auto autodetach autopacklimit pruneexpire reflogexpire reflogexpireunreachable worktreepruneexpire',
    i18n: 'commitencoding logoutputencoding',
    index: 'recordendofindexentries recordoffsettable skiphash sparse threads version',
    init: 'defaultbranch defaultobjectformat',
    log: 'date decorate follow showsignature',
    maintenance: 'auto strategy',
    merge: 'conflictstyle ff renamelimit renames',
    pack: 'compression deltacachesize depth threads usebitmaps usesparse window windowmemory',
    protocol: 'allow version',
    pull: 'ff rebase',
    push: 'autosetupremote default followtags recursesubmodules',
    rebase: 'autosquash autostash',
    receive: 'denycurrentbranch denydeletes denynonfastforwards fsckobjects',
    safe: 'barerepository directory',
    status: 'branch renames showuntrackedfiles submodulesummary',
    tag: 'gpgsign sort',
    transfer: 'fsckobjects hiderefs',
    uploadpack: 'allowanysha1inwant allowfilter allowreachablesha1inwant allowrefinwant allowtipsha1inwant hiderefs',
    versionsort: 'prereleasesuffix suffix',
    worktree: 'guessremote userelativepaths',
};
const keySets = new Map(Object.entries(knownKeys).map(([section, keys]) => [section, new Set(keys.split(/\s+/))]));
/** Values of keys that can also name a program. */
const harmlessValues = new Map([
    ['filter.clean', /^git-lfs clean( -- %f)?$/],
    ['filter.process', /^git-lfs filter-process( --skip)?$/],
    ['filter.smudge', /^git-lfs smudge( --skip)?( -- %f)?$/],
    ['submodule.update', /^(?:checkout|merge|none|rebase)$/],
]);
/** True for a setting that is known to have no credentials, apart from those in the URLs of its value. All names in lower case. */
function isKnownSetting(section, key, value) {
    const harmless = harmlessValues.get(`${section}.${key}`);
    const isKnown = keySets.get(section)?.has(key) === true;
    return isKnown && (harmless === undefined || harmless.test(value ?? ''));
}
/** False for a section without known keys. Its name can have a secret, too. */
function isKnownSection(section) {
    return keySets.has(section);
}
const freeText = new Set(['user', 'author', 'committer']);
/** False for names and mail addresses, which are sent as they are. */
function canBeUrl(section) {
    return !freeText.has(section);
}

;// CONCATENATED MODULE: ./build/context/git/public-url.js
/**
 * A value of a git configuration without the secrets that a URL can have: user and password, query and fragment. The user of an
 * SSH address is kept: it is required and not a secret. Other texts are unchanged.
 * @returns undefined for the address of a program (`ext::command`), whose arguments can have secrets.
 */
function publicUrl(value) {
    const [scheme] = /^(?:[A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(value) ?? [];
    if (scheme !== undefined)
        return scheme + publicAddress(scheme, value.slice(scheme.length));
    if (/^[A-Za-z0-9+.-]+::/.test(value))
        return undefined;
    // `user:password@host` without a scheme, unlike `git@host:path`.
    const at = value.lastIndexOf('@');
    const colon = value.indexOf(':');
    const slash = value.indexOf('/');
    const isDrive = /^[A-Za-z]:[\\/]/.test(value);
    const hasPassword = !isDrive && colon !== -1 && colon < at && (slash === -1 || colon < slash);
    return hasPassword ? value.slice(at + 1) : value;
}
function publicAddress(scheme, rest) {
    const address = rest.slice(endOfUser(rest));
    const name = rest.slice(0, endOfUser(rest)).replace(/[:@][^]*$/, '');
    const user = /ssh/i.test(scheme) && name !== '' ? `${name}@` : '';
    return user + address.replace(/[?#][^]*$/, '');
}
/** The place after the `@` that ends the user; 0 without a user. A password can contain `@`, `/` and `?`. */
function endOfUser(rest) {
    const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
    const at = authority.lastIndexOf('@');
    if (at !== -1)
        return at + 1;
    // Text after a colon that is not a port is the beginning of a password.
    const isPassword = /^[^:[\]]*:\d*[^:\d]/.test(authority);
    return isPassword ? rest.lastIndexOf('@') + 1 : 0;
}

;// CONCATENATED MODULE: ./build/context/git/setting.js
const escapes = {
    t: '\t',
    b: '\b',
    n: '\n',
    '\\': '\\',
    '"': '"',
};
/**
 * Reads the text after the section headers of a line as git does (parse_value in config.c).
 * @param text with the lines that continue it.
 * @returns undefined for a text without a setting, and for one that git would refuse.
 */
function readSetting(text) {
    const [start, key = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*)[^\S\n]*/.exec(text) ?? [];
    if (start === undefined)
        return undefined;
    const name = key.toLowerCase();
    const rest = text.slice(start.length);
    if (rest.startsWith('='))
        return readValue(name, rest.slice(1));
    const isAlone = /^(?:\r?$|[\r\n#;])/.test(rest);
    return isAlone ? { key: name, value: undefined, hasComment: /^[#;]/.test(rest) } : undefined;
}
function readValue(key, text) {
    let value = '';
    let spaces = '';
    let isQuoted = false;
    let hasComment = false;
    for (let at = 0; at < text.length; at += 1) {
        const character = text.charAt(at);
        if (character === '\n' || (character === '\r' && text[at + 1] === '\n'))
            break;
        if (!isQuoted && /\s/.test(character)) {
            if (value !== '')
                spaces += character;
            continue;
        }
        if (!isQuoted && (character === '#' || character === ';')) {
            hasComment = true;
            break;
        }
        if (character === '"') {
            isQuoted = !isQuoted;
            continue;
        }
        let added = character;
        if (character === '\\') {
            at += 1;
            if (text[at] === '\r' && text[at + 1] === '\n')
                at += 1;
            if (text[at] === '\n')
                continue;
            const escaped = escapes[text.charAt(at)];
            if (escaped === undefined)
                return undefined;
            added = escaped;
        }
        value += spaces + added;
        spaces = '';
    }
    return isQuoted ? undefined : { key, value, hasComment };
}
/** The setting in the notation of git, on a line of its own. */
function writeSetting({ key, value }) {
    if (value === undefined)
        return `\t${key}\n`;
    const escaped = value
        .replace(/["\\]/g, '\\$&')
        .replaceAll('\n', '\\n')
        .replaceAll('\t', '\\t')
        .replaceAll('\b', '\\b');
    return `\t${key} = "${escaped}"\n`;
}

;// CONCATENATED MODULE: ./build/context/git/lines.js
/**
 * Lines as git reads them, with their ends: a backslash at the end of a line continues it on the next one. Each character is
 * read once.
 */
function continuedLines(text) {
    const joined = [];
    let isQuoted = false;
    let start = 0;
    for (let next = 0; next < text.length;) {
        const newline = text.indexOf('\n', next);
        const end = newline < 0 ? text.length : newline + 1;
        const continued = readLine(text, next, end, isQuoted);
        next = end;
        if (continued !== undefined)
            ({ isQuoted } = continued);
        else {
            joined.push(text.slice(start, end));
            start = end;
            isQuoted = false;
        }
    }
    if (start < text.length)
        joined.push(text.slice(start));
    return joined;
}
/**
 * Reads the line from `start` to `end`.
 * @param wasQuoted whether a quote of the line that it continues is open.
 * @returns undefined unless the line ends with a backslash that is neither escaped nor in a comment.
 */
function readLine(text, start, end, wasQuoted) {
    if (text[end - 1] !== '\n')
        return undefined;
    const last = end - (text[end - 2] === '\r' ? 3 : 2);
    let isQuoted = wasQuoted;
    for (let index = start; index <= last; index += 1) {
        const character = text[index];
        if (character === '\\') {
            if (index === last)
                return { isQuoted };
            index += 1;
        }
        else if (character === '"')
            isQuoted = !isQuoted;
        else if (!isQuoted && (character === '#' || character === ';'))
            return undefined;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/context/git/clean-config.js




/**
 * The text of a `.git/config` with the settings that are known to have no credentials, and without the user, the password and
 * the query of the URLs in them. Includes, comments and all other settings are removed. A setting that is sent unchanged has
 * the same bytes.
 */
function withoutCredentials(content) {
    // latin1 maps each byte to one character, so text in any encoding is unchanged.
    const text = content.toString('latin1');
    if (isRef(text))
        return content;
    const lines = continuedLines(text);
    let kept = '';
    let section = '';
    for (const line of lines) {
        const head = headersBefore.exec(line)?.[0] ?? '';
        const last = head.match(headerPattern)?.at(-1);
        if (last !== undefined)
            section = sectionOf(last);
        const setting = knownSetting(section, line.slice(head.length));
        const headers = head.replace(headerPattern, publicHeader);
        // An unknown section has no known settings: its whole line is removed.
        if (head === '' || headers.trim() !== '')
            kept += headers + (setting ?? (head === '' ? '' : lineEnd(line)));
    }
    return Buffer.from(kept, 'latin1');
}
/** A branch can be named `config`. A configuration never begins with a hexadecimal number. */
function isRef(text) {
    return /^(?:[0-9a-f]{40,64}|ref: refs\/\S+)\n?$/.test(text);
}
/** The text of a setting that is sent; undefined for any other text, with its line end. */
function knownSetting(section, text) {
    const setting = readSetting(text);
    if (setting === undefined || !isKnownSetting(section, setting.key, setting.value)) {
        return text.trim() === '' && text !== '' ? text : undefined;
    }
    const { value, hasComment } = setting;
    const clean = value === undefined || !canBeUrl(section) ? value : publicUrl(value);
    if (clean === value && !hasComment)
        return text;
    return clean === undefined && value !== undefined
        ? undefined
        : writeSetting({ ...setting, value: clean });
}
/** Sections that are named after a URL. */
const urlSections = new Set(['url', 'http', 'remote', 'lfs']);
/** A section's header: `[core]`, `[http "https://[::1]/"]`. */
const headerPattern = /\[(?:[^"\]\n]|"(?:\\.|[^"\\\n])*")*\]/g;
/** Git allows several headers on a line, a key after them, and a byte order mark at the start of the file. */
const headersBefore = new RegExp(`^(?:\\xef\\xbb\\xbf)?(?:[^\\S\\n]*${headerPattern.source})*`);
/** In lower case, without its subsection. */
function sectionOf(header) {
    return /^\[\s*([A-Za-z0-9-]+)/.exec(header)?.[1]?.toLowerCase() ?? '';
}
/** The header without the secrets of a URL in its name (`[url "https://user:password@host/"]`); empty for an unknown section. */
function publicHeader(header) {
    if (!isKnownSection(sectionOf(header)))
        return '';
    const [, start = '', name] = /^(\[[^"]*")((?:\\.|[^"\\])*)"\]$/s.exec(header) ?? [];
    if (name === undefined)
        return header;
    // Names of branches and submodules can look like `user:password@host`.
    if (!name.includes('://') && !urlSections.has(sectionOf(header)))
        return header;
    const clean = publicUrl(name.replace(/\\(.)/gs, '$1')) ?? '';
    return `${start}${clean.replace(/["\\]/g, '\\$&')}"]`;
}
function lineEnd(line) {
    return /\r?\n$/.exec(line)?.[0] ?? '';
}


/***/ }),

/***/ 584:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ followGitLinks),
/* harmony export */   K: () => (/* binding */ isConfigName)
/* harmony export */ });
/** The configuration of a repository, also of a bare one (`mirror.git`), of its submodules and of its worktrees. */
function isGitConfig(name) {
    return name.includes('.git/') && isConfigName(name);
}
/** True for the base names of git configurations, in any directory. */
function isConfigName(name) {
    return /(?:^|\/)config(?:\.worktree)?$/.test(name);
}
/**
 * Finds the configurations that git reads through symbolic links. `.git` itself can be a link, or any directory or file in
 * it, and the target of such a link can contain links again.
 * @param symlinks the names of all symbolic links.
 * @param realPath resolves all links of a name; undefined if the target is not in the context.
 */
function followGitLinks(symlinks, realPath) {
    const configs = new Set();
    const directories = new Set();
    const isIn = (name) => pathsTo(name).some((path) => directories.has(path));
    // Links by the directories above them: each link is followed once, however long the chains of links are.
    const below = new Map();
    const left = new Set();
    const queue = [];
    for (const link of symlinks) {
        if (isGitPath(link)) {
            queue.push(link);
            continue;
        }
        left.add(link);
        for (const path of pathsTo(link)) {
            const links = below.get(path);
            if (links === undefined)
                below.set(path, [link]);
            else
                links.push(link);
        }
    }
    for (let link = queue.pop(); link !== undefined; link = queue.pop()) {
        const place = realPath(link);
        // A file can be added too, because no name is below it.
        if (place !== undefined && !directories.has(place)) {
            directories.add(place);
            for (const found of below.get(place) ?? [])
                if (left.delete(found))
                    queue.push(found);
        }
        // `config` in the target can be a link that is not in the list, or the target can be the root of the context.
        const config = isConfigName(link) ? place : realPath(`${link}/config`);
        if (config !== undefined)
            configs.add(config);
    }
    return (name) => isGitConfig(name) || configs.has(name) || (isConfigName(name) && isIn(name));
}
function isGitPath(name) {
    return /\.git(?:\/|$)/.test(name);
}
/** The directories of a name, and the name itself. */
function pathsTo(name) {
    const paths = [name];
    for (let end = name.lastIndexOf('/'); end >= 0; end = name.lastIndexOf('/', end - 1)) {
        paths.push(name.slice(0, end));
        if (end === 0)
            break;
    }
    return paths;
}


/***/ }),

/***/ 3493:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ isGitSecret)
/* harmony export */ });
/**
 * True for files of a repository that no build needs, and in which git and its helpers store credentials: the stored
 * credentials themselves, and the logs of references and of the last fetch, in which URLs with a token can be.
 * @param name relative to the context.
 */
function isGitSecret(name) {
    if (!name.includes('.git'))
        return false;
    if (/(?:^|\/)\.git-credentials(?:$|\/)/.test(name))
        return true;
    // A repository can be in a directory with a name like `app.git`, so each `.git/` counts.
    for (let at = name.indexOf('.git/'); at !== -1; at = name.indexOf('.git/', at + 1)) {
        if (isSecretPath(name.slice(at + '.git/'.length)))
            return true;
    }
    return false;
}
/** @param path relative to a repository. */
function isSecretPath(path) {
    const found = secretPath.exec(path);
    // A branch can be named `logs/x`: its file is below refs.
    return found !== null && !/(?:^|\/)refs\//.test(found[1] ?? '');
}
/** In a repository, in its submodules and in its worktrees. */
const secretPath = /^((?:modules|worktrees)\/(?:[^]*?\/)?)?(?:logs|FETCH_HEAD|credentials|annex\/creds)(?:\/|$)/;


/***/ }),

/***/ 3568:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  w: () => (/* binding */ IgnoreRules),
  B: () => (/* binding */ addExcludes)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/text/path.js
var path = __webpack_require__(8379);
// EXTERNAL MODULE: ./build/text/problem.js
var problem = __webpack_require__(9093);
// EXTERNAL MODULE: ./build/text/space.js
var space = __webpack_require__(2148);
;// CONCATENATED MODULE: ./build/context/ignore/glob-syntax.js
/** A pattern that Docker refuses. The message contains the reason without the pattern. */
class PatternSyntaxError extends Error {
}
/**
 * The syntax check of moby/patternmatcher: Go's `filepath.Match(glob, ".")`. Go stops at the first part of the glob that does
 * not match "." and does not see errors after it.
 * @throws PatternSyntaxError
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
            .find((unmatched) => unmatched !== undefined && (!isLast || unmatched === ''));
        if (left === undefined)
            return;
        name = left;
    }
}
/** Index of the next star that is not in brackets. */
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
/**
 * Matches the start of `name`, which is "." or empty.
 * @returns the rest of the name; undefined if the chunk does not match.
 */
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
            index = found.end;
            isMatch = found.isMatch;
        }
        else {
            if (character === '\\')
                index += 1;
            if (index >= chunk.length) {
                throw new PatternSyntaxError('trailing backslash at end of pattern');
            }
            isMatch = chunk[index] === '.' || character === '?';
            index += 1;
        }
        if (left !== undefined)
            left = isMatch ? '' : undefined;
    }
    return left;
}
/** Matches the character class after the bracket at `start - 1` with ".". */
function matchClass(chunk, start) {
    const isNegated = chunk[start] === '^';
    const dot = '.'.charCodeAt(0);
    let index = isNegated ? start + 1 : start;
    let isMatch = false;
    for (let ranges = 0;; ranges += 1) {
        if (chunk[index] === ']' && ranges > 0)
            break;
        const low = readClassCharacter(chunk, index);
        const high = chunk[low.end] === '-' ? readClassCharacter(chunk, low.end + 1) : low;
        if (low.code <= dot && dot <= high.code)
            isMatch = true;
        index = high.end;
    }
    return { isMatch: isMatch !== isNegated, end: index + 1 };
}
function readClassCharacter(chunk, start) {
    const isEscaped = chunk[start] === '\\';
    const index = isEscaped ? start + 1 : start;
    const code = chunk.codePointAt(index);
    if (code === undefined)
        throw missingBracket();
    if (!isEscaped && (chunk[index] === '-' || chunk[index] === ']')) {
        const character = chunk[index] ?? '';
        throw new PatternSyntaxError(`unexpected ${character} in a character class, write \\${character}`);
    }
    const end = index + (code > 0xffff ? 2 : 1);
    if (end >= chunk.length)
        throw missingBracket();
    return { code, end };
}
/** Worded as in Go's regular expressions. */
function missingBracket() {
    return new PatternSyntaxError('missing closing ]');
}

;// CONCATENATED MODULE: ./build/context/ignore/wildcard.js
/** Characters that make a glob more than text and stars. A byte order mark has a special meaning at the start of a glob. */
const needsExpression = /\*\*|[?[\]\\^|{}\uFEFF]/;
/**
 * A test for the most frequent kind of glob: text and `*`, with an optional `**` at its start. It matches like the regular
 * expression of `translateGlob`, without the cost of one. It searches for the text between the stars once and from left to
 * right, so its time is linear in the length of the path.
 * @returns undefined for other globs.
 */
function wildcardTest(glob) {
    const rest = glob.replace(/^\*\*\/?/, '');
    if (needsExpression.test(rest))
        return undefined;
    const [head = '', ...others] = rest.split('*');
    const tail = others.pop();
    if (tail === undefined)
        return undefined;
    const shape = { head, middle: others, tail };
    if (rest === glob)
        return (path) => matchesFrom(0, path, shape);
    const slashes = rest.split('/').length - 1;
    return (path) => {
        if (!path.endsWith(tail))
            return false;
        const start = lastSegments(path, slashes + 1);
        return start !== undefined && matchesFrom(start, path, shape);
    };
}
/**
 * Whether the path from `start` on is the text of the glob, with anything but slashes at the stars. The first place of each
 * part is the right one: a later place leaves less of the path for the parts after it.
 */
function matchesFrom(start, path, { head, middle, tail }) {
    if (!path.endsWith(tail) || !path.startsWith(head, start))
        return false;
    let position = start + head.length;
    for (const part of middle) {
        const found = path.indexOf(part, position);
        if (found < 0 || hasSlash(path, position, found))
            return false;
        position = found + part.length;
    }
    const end = path.length - tail.length;
    return position <= end && !hasSlash(path, position, end);
}
function hasSlash(path, start, end) {
    const slash = path.indexOf('/', start);
    return slash >= 0 && slash < end;
}
/**
 * Index at which the last segments of a path start.
 * @returns undefined if the path has fewer segments, or if a line feed comes before them: `.*` in Go does not match one.
 */
function lastSegments(path, count) {
    let start = path.length + 1;
    for (let segments = 0; segments < count; segments += 1) {
        if (start === 0)
            return undefined;
        start = path.lastIndexOf('/', start - 2) + 1;
    }
    return path.slice(0, start).includes('\n') ? undefined : start;
}

;// CONCATENATED MODULE: ./build/context/ignore/pattern.js


/**
 * Waits for the library of regular expressions if the glob needs it.
 * @param glob cleaned, without `!`, not empty.
 * @throws PatternSyntaxError for a glob that Docker refuses before it matches any path.
 */
async function compilePattern(glob, exception) {
    checkGlob(glob);
    const { kind, source, literal } = translateGlob(glob);
    switch (kind) {
        case 'exact':
            return {
                exception,
                expressionSize: 0,
                matches: (path) => path === glob,
                canMatchBelow: (directory) => glob.startsWith(directory),
            };
        case 'prefix': {
            const prefix = glob.slice(0, -2);
            return {
                exception,
                expressionSize: 0,
                matches: (path) => path.startsWith(prefix),
                canMatchBelow: (directory) => prefix.startsWith(directory) || directory.startsWith(prefix),
            };
        }
        case 'suffix':
            return {
                exception,
                expressionSize: 0,
                matches: suffixTest(glob),
                canMatchBelow: () => true,
            };
        case 'expression': {
            const wildcard = wildcardTest(glob);
            return {
                exception,
                expressionSize: wildcard === undefined ? sizeOf(source) : 0,
                matches: wildcard ?? (await expressionTest(source, literal)),
                canMatchBelow: (directory) => literal.startsWith(directory) || directory.startsWith(literal),
            };
        }
    }
}
/** `{n,m}` repeats what precedes it in the compiled expression. */
function sizeOf(source) {
    let size = source.length;
    for (const [, least = '', most = ''] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
        size += Math.max(Number(least), Number(most));
    }
    return size;
}
function suffixTest(glob) {
    // moby/patternmatcher removes two bytes. With a byte order mark before the stars, its last byte and the stars are left.
    if (glob.startsWith('\uFEFF')) {
        const tail = bytesOf(glob).slice(2);
        return (path) => bytesOf(path).endsWith(tail);
    }
    const suffix = glob.slice(2);
    const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
    return (path) => path.endsWith(suffix) || path === whole;
}
/** One character for each byte of UTF-8. */
function bytesOf(text) {
    return Buffer.from(text).toString('latin1');
}
/**
 * re2js is a port of Go's regexp: it reads an expression as Docker does, and its time is linear in the length of the path.
 * Go 1.25 and later also accept other spellings of Unicode classes, for example `\p{greek}` and `\p{Uppercase_Letter}`. re2js
 * refuses these, as a Docker that was built with an earlier Go does.
 * @param literal the text that every match starts with.
 */
async function expressionTest(source, literal) {
    // Few ignore files need the library, and loading it takes 10 ms.
    const { RE2JS, RE2JSException } = await __webpack_require__.e(/* import() */ 856).then(__webpack_require__.bind(__webpack_require__, 2856));
    // moby/patternmatcher compiles a pattern when it is used for the first time. Syntax errors of unused patterns are ignored.
    let compiled;
    const compile = () => {
        try {
            return RE2JS.compile(source);
        }
        catch (error) {
            if (error instanceof RE2JSException)
                throw new PatternSyntaxError(error.message);
            throw error;
        }
    };
    return (path) => {
        compiled ??= compile();
        // Most paths do not start with the text of the pattern, and this comparison is faster than the expression.
        return path.startsWith(literal) && compiled.test(path);
    };
}
/**
 * The characters that moby/patternmatcher escapes. Its list also has `|`, `{` and `}`, but the table that it builds from the
 * list is too short for them, so they keep their meaning in the expression. `^` is not in the list.
 */
const escaped = '.+()$';
function translateGlob(glob) {
    // The scanner of moby/patternmatcher skips a byte order mark. The pattern that is compared as text still has it.
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
            // "**/" is read as "**", which also matches no directory at all.
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

;// CONCATENATED MODULE: ./build/context/ignore/rules.js






const nothingExcluded = { excluded: false, matches: [] };
/**
 * The rules of one ignore file as Docker applies them: github.com/moby/patternmatcher, ignorefile.ReadAll and
 * MatchesUsingParentResults. Errors are BuildError('context') and name file and line.
 */
class IgnoreRules {
    static none = new IgnoreRules([]);
    #patterns;
    /** What testing one path costs. */
    #cost;
    #spent = 0;
    constructor(patterns) {
        this.#patterns = patterns;
        this.#cost = patterns.reduce((cost, { pattern }) => cost + (pattern.expressionSize === 0 ? 1 : expressionCost), 0);
    }
    /**
     * @param text the content of the file. @param file its name in messages.
     * @throws BuildError('context')
     */
    static async read(text, file) {
        return IgnoreRules.none.append(text, file);
    }
    /**
     * These rules, followed by those of another text.
     * @param most rules that there can be in all. @throws BuildError('context')
     */
    async append(text, file, most = mostRules) {
        checkLineLengths(text, file);
        const patterns = [...this.#patterns];
        const sizes = new ExpressionSizes(patterns);
        for (const line of ignoreLines(text)) {
            const pattern = await compileLine({ ...line, file });
            if (pattern === undefined)
                continue;
            patterns.push(pattern);
            if (patterns.length > most)
                throw tooMany(file, `more than ${most} rules`);
            sizes.add(pattern);
        }
        return new IgnoreRules(patterns);
    }
    get isEmpty() {
        return this.#patterns.length === 0;
    }
    /**
     * @param path relative to the context, with `/`. @param parent the matches of its directory; undefined for the context.
     * @throws BuildError('context') for a malformed pattern that is used for the first time, and for too many rules times paths.
     */
    test(path, parent) {
        if (this.isEmpty)
            return nothingExcluded;
        this.#spend();
        let excluded = false;
        const matches = this.#patterns.map((numbered, index) => {
            const { pattern } = numbered;
            if (parent?.[index] !== true) {
                // moby/patternmatcher skips patterns that cannot change the verdict. For the entries below they do not match.
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
    #spend() {
        this.#spent += this.#cost;
        if (this.#spent <= mostTests)
            return;
        const file = this.#patterns[0]?.line.file ?? '';
        throw tooMany(file, `too many rules (${this.#patterns.length}) for the paths of the context`);
    }
    /** False only if everything below an excluded directory is excluded too. */
    canKeepBelow(directory, matches) {
        const last = this.#patterns.findLastIndex(({ pattern }, index) => !pattern.exception && matches[index] === true);
        return this.#patterns.some(({ pattern }, index) => index > last && pattern.exception && pattern.canMatchBelow(`${directory}/`));
    }
}
/** An ignore file with more rules is a mistake. A rule takes about a kilobyte of memory. */
const mostRules = 100_000;
/**
 * The sum of the sizes of all expressions. Each character or repetition of one takes up to 8 kilobytes of memory. Rules of
 * text and stars need no expression, so this is enough for thousands of rules.
 */
const mostExpressions = 65_536;
/** Testing an expression takes about as long as so many other tests. */
const expressionCost = 20;
/** Tests of all paths, which take about a minute: 10,000 rules for 200,000 paths. */
const mostTests = 2_000_000_000;
/** Adds up the sizes of the regular expressions. */
class ExpressionSizes {
    #sum = 0;
    constructor(patterns) {
        for (const { pattern } of patterns)
            this.#sum += pattern.expressionSize;
    }
    /** @throws BuildError('context') */
    add({ pattern, line }) {
        this.#sum += pattern.expressionSize;
        if (this.#sum > mostExpressions) {
            throw tooMany(line.file, `too many patterns with ?, [, {, ^, | or ** (line ${line.number})`);
        }
    }
}
function tooMany(file, what) {
    return new errors/* BuildError */.zS('context', `${file} has ${what}`, {
        hint: 'Exclude whole directories, or use patterns of text and *.',
    });
}
function matchesPath({ pattern, line }, path) {
    try {
        return pattern.matches(path);
    }
    catch (error) {
        throw patternError(line, error);
    }
}
async function compileLine(line) {
    try {
        const pattern = await readPattern(line.text);
        return pattern === undefined ? undefined : { pattern, line };
    }
    catch (error) {
        throw patternError(line, error);
    }
}
function patternError({ file, number, text }, error) {
    if (!(error instanceof PatternSyntaxError))
        return error;
    return new errors/* BuildError */.zS('context', `${file}, line ${number}: the pattern ${(0,problem/* quote */.hD)(text)} is malformed: ${error.message}`, { hint: `Correct the pattern in ${file}.` });
}
/** ReadAll uses Go's bufio.Scanner. Its buffer holds 64 KiB: a line and the character that ends it. */
const longestLineBytes = 65_535;
function checkLineLengths(text, file) {
    if (text.length * 3 <= longestLineBytes)
        return;
    const index = text.split('\n').findIndex((line) => Buffer.byteLength(line) > longestLineBytes);
    if (index < 0)
        return;
    throw new errors/* BuildError */.zS('context', `${file}, line ${index + 1} has more than ${longestLineBytes} bytes`, {
        hint: `Shorten the line in ${file}. Docker has the same limit.`,
    });
}
/** ReadAll: skips comments and blank lines, cleans the paths, removes a leading slash. */
function ignoreLines(text) {
    const withoutMark = text.replace(/^\uFEFF/, '');
    return withoutMark.split('\n').flatMap((raw, index) => {
        if (raw.startsWith('#'))
            return [];
        const trimmed = (0,space/* trimSpace */.Pd)(raw);
        if (trimmed === '')
            return [];
        const isException = trimmed.startsWith('!');
        let pattern = isException ? (0,space/* trimSpace */.Pd)(trimmed.slice(1)) : trimmed;
        if (pattern !== '') {
            pattern = (0,path/* cleanPath */.t)(pattern);
            if (pattern.length > 1 && pattern.startsWith('/'))
                pattern = pattern.slice(1);
        }
        return [{ text: isException ? `!${pattern}` : pattern, number: index + 1 }];
    });
}
/** patternmatcher.New for one line. @returns undefined for a line without a pattern. */
async function readPattern(line) {
    const trimmed = (0,space/* trimSpace */.Pd)(line);
    if (trimmed === '')
        return undefined;
    const cleaned = (0,path/* cleanPath */.t)(trimmed);
    if (!cleaned.startsWith('!'))
        return compilePattern(cleaned, false);
    if (cleaned === '!')
        throw new PatternSyntaxError('illegal exclusion pattern: "!"');
    return compilePattern(cleaned.slice(1), true);
}
/**
 * Adds the patterns of the input 'excludes', and those of the action. They come last, because the last matching pattern decides.
 * @param own patterns of the action, which do not count for the limit of rules. @throws BuildError('context')
 */
async function addExcludes(rules, excludes = [], own = []) {
    const given = excludes.length === 0 ? rules : await rules.append(excludes.join('\n'), "the input 'excludes'");
    return own.length === 0 ? given : given.append(own.join('\n'), 'the action', Infinity);
}


/***/ }),

/***/ 8050:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ prefixesOf)
/* harmony export */ });
/**
 * Finds out whether any of many names begins with a text, each time in logarithmic time.
 * @param listNames is called once, with the first question.
 */
function prefixesOf(listNames) {
    let sorted;
    return (prefix) => {
        sorted ??= [...listNames()].sort();
        return sorted[firstFrom(sorted, prefix)]?.startsWith(prefix) === true;
    };
}
/** The index of the first name that is not less than the text. */
function firstFrom(sorted, text) {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if ((sorted[middle] ?? '') < text)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}


/***/ }),

/***/ 4272:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ pieceBytes),
/* harmony export */   p: () => (/* binding */ PiecePool)
/* harmony export */ });
/** Bytes of the pieces in which an archive is written and compressed. A multiple of the tar block size. */
const pieceBytes = 1 << 20;
/** Reuses buffers of `pieceBytes`, because new ones of that size cost much time in the garbage collector. */
class PiecePool {
    #free = [];
    take() {
        return this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    }
    /** @param piece a buffer from `take`, or the beginning of one. It must not be used after the call. */
    give(piece) {
        if (piece.buffer.byteLength === pieceBytes)
            this.#free.push(Buffer.from(piece.buffer));
    }
}


/***/ }),

/***/ 6453:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q4: () => (/* binding */ openContent),
/* harmony export */   VV: () => (/* binding */ checkEditedSize)
/* harmony export */ });
/* unused harmony export largestEditedBytes */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);

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
            return content.edit === undefined ? source : editedSource(source, content.path, content.edit);
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
    /** True after a read that returned fewer bytes than requested: the file ended. */
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
            // Files are not locked, so another process can write during a read. A write is not detected if it happened before the
            // file was opened, or if the file system recorded the same time for it.
            if (sizeBytes > 0 && statOpen(file, path).mtimeMs !== before.mtimeMs) {
                throw changed(path, 'was written to');
            }
        },
        close() {
            file.close();
        },
    };
}
/** Limit for contents that are edited in memory. Larger ones are no git configurations. */
const largestEditedBytes = 4 * 1_024 * 1_024;
/** @throws BuildError('context') for a git configuration that is too large. */
function checkEditedSize(name, sizeBytes) {
    if (sizeBytes <= largestEditedBytes)
        return;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${name} is too large for a git configuration`, {
        hint: "Exclude it with .dockerignore, or set 'git-credentials' to keep.",
    });
}
function editedSource(source, path, edit) {
    try {
        checkEditedSize(path, source.sizeBytes);
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
    const tooShort = () => new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${name} ends too early in the archive`, {
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
            // The reader of the archive continues only after a member was read to its end.
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
        const code = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .errorCode */ .CA)(error);
        if (code === 'ENOENT')
            throw changed(path, 'was removed');
        if (code === 'ELOOP')
            throw changed(path, 'became a link');
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} cannot be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describeError */ .Uc)(error)}`, {
            hint: 'Make it readable for the runner, or exclude it with .dockerignore.',
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
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `reading ${path} failed: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describeError */ .Uc)(error)}`, {
        cause: error,
    });
}
function changed(path, how) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildError */ .zS('context', `${path} ${how} while the context was packed`, {
        hint: 'Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.',
    });
}


/***/ }),

/***/ 624:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ openMode),
/* harmony export */   m: () => (/* binding */ archiveMode)
/* harmony export */ });
/** Permission bits in the image layout: those on disk, as Docker sends them. A builder unpacks the stream as root. */
function archiveMode(kind, mode) {
    return kind === 'symlink' ? 0o777 : mode & 0o7777;
}
/**
 * Permission bits in the plain layout, which a container of any user can unpack: the owner can always read a file and enter
 * a directory.
 */
function openMode(kind, mode) {
    if (kind === 'symlink')
        return 0o777;
    return archiveMode(kind, mode) | (kind === 'directory' ? 0o700 : 0o400);
}


/***/ }),

/***/ 8768:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cu: () => (/* binding */ contextRoot),
/* harmony export */   Dh: () => (/* binding */ clampTime),
/* harmony export */   Xt: () => (/* binding */ entryMember),
/* harmony export */   fs: () => (/* binding */ metaMembers),
/* harmony export */   qf: () => (/* binding */ directoryMember)
/* harmony export */ });
/* harmony import */ var _dockerfile_edit_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9183);
/* harmony import */ var _git_clean_config_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6965);
/* harmony import */ var _entry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(624);



/** The directory of the context in the archive, by layout. */
const contextRoot = { image: 'ctx', plain: '.' };
function directoryMember(name, mode, mtimeSeconds) {
    return {
        header: { name, type: 'directory', mode, mtimeSeconds },
        content: { kind: 'none' },
        counts: false,
    };
}
/** @param roots the directory of the context, on disk and in the archive. */
function entryMember(entry, roots, { latestSeconds, keepGitCredentials = false, isGitConfig }) {
    const { stat } = entry;
    const modeOf = roots.archive === contextRoot.plain ? _entry_js__WEBPACK_IMPORTED_MODULE_1__/* .openMode */ .A : _entry_js__WEBPACK_IMPORTED_MODULE_1__/* .archiveMode */ .m;
    const name = `${roots.archive}/${entry.name}`;
    const mtimeSeconds = clampTime(stat.mtimeMs / 1_000, latestSeconds);
    switch (entry.content.kind) {
        case 'directory':
            return directoryMember(name, modeOf('directory', stat.mode), mtimeSeconds);
        case 'symlink':
            return {
                header: {
                    name,
                    type: 'symlink',
                    mode: modeOf('symlink', stat.mode),
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
                    mode: modeOf('file', stat.mode),
                    mtimeSeconds,
                    linkName: `${roots.archive}/${entry.content.target}`,
                },
                content: { kind: 'none' },
                counts: false,
            };
        case 'file':
            return {
                header: { name, type: 'file', mode: modeOf('file', stat.mode), mtimeSeconds },
                content: {
                    kind: 'disk',
                    path: `${roots.disk}/${entry.name}`,
                    stat,
                    ...(!keepGitCredentials && isGitConfig(entry.name) && { edit: _git_clean_config_js__WEBPACK_IMPORTED_MODULE_0__/* .withoutCredentials */ .r }),
                },
                counts: true,
            };
    }
}
/**
 * The members after the context in the image layout. `meta/Dockerfile` is the last one, so a stream that was cut has no
 * Dockerfile and the builder fails. The empty ignore file prevents kaniko from applying a `.dockerignore` a second time.
 */
function* metaMembers({ dockerfile, parts, mtimeSeconds }) {
    const { config, ca, edits = [] } = parts;
    if (config !== undefined || ca !== undefined) {
        yield directoryMember('auth', 0o700, mtimeSeconds);
    }
    if (config !== undefined) {
        yield bytesMember('auth/config.json', 0o600, mtimeSeconds, config);
    }
    if (ca !== undefined)
        yield bytesMember('auth/ca.crt', 0o644, mtimeSeconds, ca);
    yield directoryMember('meta', 0o755, mtimeSeconds);
    yield bytesMember('meta/Dockerfile.dockerignore', 0o644, mtimeSeconds, Buffer.alloc(0));
    yield bytesMember('meta/Dockerfile', 0o644, mtimeSeconds, (0,_dockerfile_edit_js__WEBPACK_IMPORTED_MODULE_2__/* .editLines */ .S)(dockerfile, edits));
}
/** @param seconds NaN if the time could not be read. */
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

/***/ 8912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  c: () => (/* binding */ packStream)
});

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: ./build/context/tar/blocks.js
var blocks = __webpack_require__(4272);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./build/context/tar/gzip.js

/** Pieces that are compressed at the same time, in the threads of libuv's pool. */
const piecesInFlight = 4;
/** Largest stored block of deflate. */
const storedBytes = 65_535;
const samples = 16;
const sampleBytes = 1_024;
/** One sample can contain the header of the next file. */
const mostUnevenSamples = 1;
/** Size of the buffers of compressed bytes. */
const outputBytes = 256 * 1_024;
/**
 * Compresses to one gzip member (RFC 1952). The pieces are deflated in parallel and independently, which makes text 0.4 %
 * larger. Each piece ends on a byte boundary because of a sync flush, so they can be concatenated. There is only one member,
 * because a stream that is cut between two members looks complete to a reader.
 *
 * @param pieces of at most `pieceBytes`. They are returned to the pool.
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
            // A failure is thrown when the result is awaited. Until then Node must not report it as unhandled.
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
    // RFC 1951: an empty last block. RFC 1952: checksum and length modulo 2^32.
    const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    trailer.writeUInt32LE(checksum, 2);
    trailer.writeUInt32LE(totalBytes % 2 ** 32, 6);
    yield trailer;
}
/** @param deflater that is not in use; undefined stores the piece without compression. */
function compress(piece, deflater, noise) {
    if (deflater === undefined || noise.isNoise(piece))
        return Promise.resolve([store(piece)]);
    return deflater.deflate(piece);
}
/** Deflates one piece after the other in a thread of libuv's pool. Its tables are allocated once. */
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
        // The callback of `write` gets the error too.
        this.#stream.on('error', () => undefined);
    }
    /** Resolves to the compressed bytes when the piece is no longer in use. One piece at a time. */
    deflate(piece) {
        // Not after the previous piece, because the stream can be closed by then.
        this.#stream.reset();
        return new Promise((resolve, reject) => {
            this.#stream.write(piece, (error) => {
                if (error !== null && error !== undefined) {
                    reject(error);
                    return;
                }
                // Emits the bytes that the stream still buffers.
                this.#stream.read();
                resolve(this.#output.splice(0));
            });
        });
    }
    close() {
        this.#stream.destroy();
    }
}
/** Stored blocks, for bytes that are already compressed: deflating them takes the most time and saves nothing. */
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
/** The number of pieces that are treated as noise without a trial after one that was. */
const believedPieces = 7;
/** Finds pieces of which samples shrink by less than 3 %. */
class NoiseFinder {
    #even = Buffer.allocUnsafeSlow(samples * sampleBytes);
    #believed = 0;
    /**
     * Deflates samples only if all byte values are about equally frequent, because counting is much cheaper than deflating. The
     * trial is skipped after a piece of noise, because large files of noise would otherwise take most of the time.
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
    /** Copies the samples with evenly distributed bytes into one buffer. @returns undefined if too many samples are uneven. */
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
/** The sum of squared counts is smallest for evenly distributed bytes. Random bytes add about one for each byte. */
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
// EXTERNAL MODULE: ./build/context/tar/content.js
var content = __webpack_require__(6453);
;// CONCATENATED MODULE: ./build/context/tar/header.js
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
/** The fields that are equal in all headers: owner, group and device 0, format and version. */
const emptyHeader = Buffer.alloc(tarBlockBytes);
emptyHeader.write(`${zero}${zero}`, 108, 'latin1');
// POSIX: the checksum is computed with spaces in its own field.
emptyHeader.write(' '.repeat(8), checksumField.offset, 'latin1');
emptyHeader.write('ustar\u000000', 257, 'latin1');
emptyHeader.write(`${zero}${zero}`, 329, 'latin1');
const emptySum = emptyHeader.reduce((sum, byte) => sum + byte, 0);
/** The header that is being written. All headers share one buffer, which saves time in the garbage collector. */
const block = Buffer.alloc(tarBlockBytes);
/** Largest number that eleven octal digits hold. */
const largestOctal = 0o77777777777;
/**
 * The blocks of a header: one in ustar format, after PAX records if a name, a link or a size does not fit. Owner and group
 * are 0, so that cache keys and images do not depend on the user of the runner.
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
    // Readers ignore the field of a value that has a PAX record.
    const names = {
        ...(place ?? { prefix: '', name: 'see-pax-path' }),
        linkName: fits(linkName, linkNameField.length) ? linkName : 'see-pax-linkpath',
    };
    const extended = records.length === 0 ? undefined : encodeRecords(records, header.mtimeSeconds);
    const last = encodeBlock(header, typeFlags[header.type], names);
    return extended === undefined ? last : Buffer.concat([extended, last]);
}
/** The number of zero bytes after a content that complete its last block. */
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
/** Writes ASCII. @returns the sum of the bytes, for the checksum. */
function writeText(text, offset) {
    let sum = 0;
    for (let index = 0; index < text.length; index += 1) {
        const byte = text.charCodeAt(index);
        block[offset + index] = byte;
        sum += byte;
    }
    return sum;
}
/** Writes digits in ASCII; a zero byte follows them. @returns the sum of the bytes. */
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
/**
 * Sizes from 8 GiB on are written in GNU tar's form, a set bit and a binary number, for readers that do not know the PAX
 * record.
 */
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
/** POSIX: `length key=value\n`, where the length includes its own digits. */
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
    // POSIX: the name is split at a slash. The slash at the end of a directory's name does not count.
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

;// CONCATENATED MODULE: ./build/context/tar/tar.js




/**
 * After this number of bytes the event loop gets a turn, so that connections are served and packed bytes are written. A pipe
 * or a socket accepts about this many bytes at once.
 */
const turnBytes = 64 * 1_024;
/** GNU tar's record size. Some readers expect the archive to end with a whole record. */
const recordBytes = 10_240;
const endBytes = 2 * tarBlockBytes;
/**
 * Writes members to an archive, in pieces of `pieceBytes` from the pool. The archive ends with the two zero blocks of the
 * format and at least one more: kaniko waits for the end of stdin if the decompressor returns no bytes after the second one.
 * @throws BuildError('context')
 */
async function* tar(members, workspace, pool, counter) {
    const writer = new PieceWriter(pool);
    const iterator = iteratorOf(members);
    try {
        for (;;) {
            // Only promises are awaited: awaiting a value that is already available takes longer than reading it.
            const next = iterator.next();
            const { done, value: member } = next instanceof Promise ? await next : next;
            if (done === true)
                break;
            const source = (0,content/* openContent */.Q4)(member, workspace);
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
    /** A buffer for the next bytes, of at least one and at most `most` bytes. Call `commit` with the number of bytes written. */
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

;// CONCATENATED MODULE: ./build/context/tar/pack.js




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

/***/ 9533:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BF: () => (/* binding */ workflowFiles),
/* harmony export */   HO: () => (/* binding */ isWorkflowName),
/* harmony export */   jo: () => (/* binding */ withheldNotes)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6760);

/** Variables with the path of a file with credentials. `KUBECONFIG` and the like can have several. */
const variables = [
    'KUBECONFIG',
    'KUBE_CONFIG_PATH',
    'KUBE_CONFIG_PATHS',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GOOGLE_GHA_CREDS_PATH',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONFIG_FILE',
    'AZURE_FEDERATED_TOKEN_FILE',
    'REGISTRY_AUTH_FILE',
];
/** @param dockerConfig the input `docker-config`. */
function workflowFiles(environment, dockerConfig) {
    const values = variables.map((name) => environment[name] ?? '');
    const buildx = environment['BUILDX_CONFIG'] ?? '';
    const configs = [
        environment['DOCKER_CONFIG'] ?? '',
        buildx === '' ? '' : (0,node_path__WEBPACK_IMPORTED_MODULE_0__.join)(buildx, 'config'),
        dockerConfig ?? '',
    ];
    return {
        files: values
            .flatMap((value) => [value, ...value.split(node_path__WEBPACK_IMPORTED_MODULE_0__.delimiter)])
            .filter((path) => path !== ''),
        dockerConfigs: configs.filter((path) => path !== '' && path !== 'none'),
    };
}
/** True for the files that actions of Google write to the top of the workspace. @param name relative to the context. */
function isWorkflowName(name) {
    return /^gha-(?:creds-[^/]*\.json|kubeconfig-[^/]*)$/.test(name);
}
/** The log line names this many files and counts the others. */
const namedFiles = 10;
/** The line of the job log about files that are not sent; empty without names. */
function withheldNotes(names) {
    if (names.length === 0)
        return [];
    const shown = names.slice(0, namedFiles).join(', ');
    const more = names.length - namedFiles;
    const list = more > 0 ? `${shown} and ${more} more` : shown;
    return [
        `credentials of the workflow are not sent: ${list} (workflow-credentials: keep sends them)`,
    ];
}


/***/ }),

/***/ 9183:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ withEdits),
/* harmony export */   S: () => (/* binding */ editLines)
/* harmony export */ });
const newline = '\n';
/**
 * Replaces lines of a file. All other bytes stay as they are, also those that are not UTF-8.
 * @param edits of different lines, in the order of the file.
 */
function editLines(file, edits) {
    const pieces = [];
    let line = 1;
    let from = 0;
    for (const { first, last, text } of edits) {
        const start = skipLines(file, from, first - line);
        pieces.push(file.subarray(from, start), Buffer.from(text));
        if (last === undefined)
            return Buffer.concat(pieces);
        const lines = last - first + 1;
        pieces.push(Buffer.alloc(lines, newline));
        from = skipLines(file, start, lines);
        line = last + 1;
    }
    return Buffer.concat([...pieces, file.subarray(from)]);
}
/** The offset of the line `count` lines after the line at `from`; the length of the file if it has fewer lines. */
function skipLines(file, from, count) {
    let at = from;
    for (let left = count; left > 0; left -= 1) {
        const found = file.indexOf(newline, at);
        if (found === -1)
            return file.length;
        at = found + 1;
    }
    return at;
}
/** Two lists of edits as one, without those of `others` that are in lines of `edits`. Each list is in the order of the file. */
function withEdits(edits, others) {
    const all = [...edits, ...others].toSorted((one, other) => one.first - other.first);
    let end = 0;
    return all.filter(({ first, last = Infinity }) => {
        const isFree = first > end;
        if (isFree)
            end = last;
        return isFree;
    });
}


/***/ }),

/***/ 8468:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  realWorld: () => (/* reexport */ realWorld),
  runBuildStep: () => (/* binding */ runBuildStep),
  runPostStep: () => (/* binding */ runPostStep)
});

;// CONCATENATED MODULE: ./build/text/json.js
/** Reads parsed JSON or YAML of unknown shape: a value that is missing or has another type is read as empty. */
/** The value of a JSON text; undefined if the text is not JSON. */
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
/** The value if it is a mapping, otherwise an empty one. */
function fieldsOf(value) {
    return isFields(value) ? value : {};
}
/** A field of a mapping; undefined if the value is not a mapping or does not have the field. */
function field(value, name) {
    return fieldsOf(value)[name];
}
/** The value if it is a string. */
function json_text(value) {
    return typeof value === 'string' ? value : undefined;
}
/** The entries of a list; empty if the value is not a list. */
function itemsOf(value) {
    return Array.isArray(value) ? value : [];
}
/** The entries of a list that are mappings; empty if the value is not a list. */
function listOf(value) {
    return itemsOf(value).filter(isFields);
}

// EXTERNAL MODULE: ./build/text/excerpt.js
var excerpt = __webpack_require__(6167);
;// CONCATENATED MODULE: ./build/text/one-line.js

/**
 * A text of another program or server as a part of a message: one line without control characters, cut as by `excerpt`.
 * @param longest in UTF-16 code units.
 */
function oneLine(text, longest) {
    return (0,excerpt/* excerpt */.K)(text, longest)
        .replace(/[\r\n]+/g, ' ')
        .replace(/\p{Cc}/gu, '\uFFFD');
}

;// CONCATENATED MODULE: ./build/attach/channel.js


/**
 * The frames of `pods/attach`: one binary WebSocket message is one channel byte and its payload. Source: Kubernetes
 * apimachinery `wsstream/conn.go` and `remotecommand/constants.go` (v4.channel.k8s.io, v5.channel.k8s.io).
 */
const stdinChannel = 0;
const statusChannel = 3;
const closeChannel = 255;
/** The API server holds each frame in memory and copies it in pieces of 32 KiB. */
const largestPayload = 64 * 1024;
/** True if the end of stdin can be sent on an open connection (v5). On v4 it is the close of the connection. */
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
/** The end of stdin on v5: exactly these two bytes. */
function closeStdinFrame() {
    return Buffer.from([closeChannel, stdinChannel]);
}
/** The status in a message; undefined for output and for the empty message that opens the connection. */
function readStatusFrame(message) {
    if (message[0] !== statusChannel || message.length < 2)
        return undefined;
    const body = Buffer.from(message.subarray(1)).toString('utf8');
    // Before v4 the channel had free text, which is never a success.
    const { status, message: given } = fieldsOf(parseJson(body));
    return { success: status === 'Success', message: oneLine(json_text(given) ?? body) };
}
/**
 * The output streams to attach in addition to stdin. None if possible: output that is not read stops the upload. Nodes of API
 * servers older than 1.33 may run CRI-O before 1.30, which blocks the output of the container unless one stream is attached.
 */
function attachStreams(serverMinor) {
    return { stderr: serverMinor !== undefined && serverMinor < 33 };
}

// EXTERNAL MODULE: ./build/text/size.js
var size = __webpack_require__(7397);
;// CONCATENATED MODULE: ./build/attach/progress.js

const everyMs = 5_000;
/** Counts the bytes sent, and reports them every few seconds of a long upload. */
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
;// CONCATENATED MODULE: ./build/pod/state/state.js
/** True once the container has ended, also if the reason may still follow. */
function hasEnded(state) {
    return state.kind === 'ending' || isFinal(state);
}
/** True for a state that does not change any more. */
function isFinal(state) {
    return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}
/** The signal that killed the container, by the convention of shells (128 + signal); undefined if it ended by itself. */
function signalOf(exitCode) {
    return exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined;
}
/** One line for the log: reason and message of the pod status. */
function describePodState(state) {
    switch (state.kind) {
        case 'starting':
        case 'stuck':
        case 'lost':
            return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
        case 'running':
            return describeRunning(state.node, state.isNodeNotReady === true);
        case 'ending':
            return describePodState(state.end);
        case 'ended':
            return `ended with exit code ${state.exitCode} (${state.reason})`;
        case 'gone':
            return 'deleted';
    }
}
function describeRunning(node, isNodeNotReady) {
    const where = node === '' ? '' : ` on node ${node}`;
    return `running${where}${isNodeNotReady ? ', which is NotReady' : ''}`;
}

;// CONCATENATED MODULE: ./build/time/backoff.js
/** An overloaded server sends the same Retry-After to all clients, so the retries are spread over at least this time. */
const spreadMs = 1_000;
/** Pauses between attempts: exponential, limited, with jitter so that many clients do not retry at the same moment. */
class Backoff {
    #firstMs;
    #longestMs;
    #jitter;
    #random;
    #attempts = 0;
    constructor({ firstMs, longestMs, jitter = 0, random = Math.random }) {
        this.#firstMs = firstMs;
        this.#longestMs = longestMs;
        this.#jitter = jitter;
        this.#random = random;
    }
    /**
     * The pause before the next attempt, in milliseconds.
     * @param askedMs the pause that the server requested, if any: the result is never shorter, even if `longestMs` is.
     */
    next(askedMs) {
        const pauseMs = Math.min(this.#longestMs, this.#firstMs * 2 ** this.#attempts);
        this.#attempts++;
        return askedMs === undefined
            ? pauseMs * (1 - this.#jitter * this.#random())
            : askedMs + Math.max(pauseMs, spreadMs) * this.#random();
    }
    /** An attempt has succeeded: the next pause is the first one again. */
    reset() {
        this.#attempts = 0;
    }
}

;// CONCATENATED MODULE: ./build/time/scope.js
/**
 * The lifetime of concurrent work. `signal` is aborted with the reason of the outer signal, by a failure of the work that runs
 * in the scope, and at the end of the scope. A generator ends its scope in `finally`; other code uses `withScope`.
 */
class Scope {
    #controller = new AbortController();
    #running = new Set();
    #outer;
    #abortWithOuter = () => {
        this.abort(this.#outer?.reason);
    };
    constructor(outer) {
        this.#outer = outer;
        outer?.addEventListener('abort', this.#abortWithOuter);
        if (outer?.aborted === true)
            this.#abortWithOuter();
    }
    get signal() {
        return this.#controller.signal;
    }
    /**
     * Starts work that ends with the scope at the latest. A failure aborts the scope, with the failure as the reason.
     * @returns its result. May be ignored: a rejection counts as handled.
     */
    run(work) {
        const running = start(work, this.signal);
        this.#running.add(running);
        running.then(() => this.#running.delete(running), (error) => {
            this.#running.delete(running);
            this.abort(error);
        });
        return running;
    }
    /** Aborts the signal. Without effect if it is aborted already. */
    abort(reason) {
        this.#controller.abort(reason);
    }
    /** Aborts the signal and waits until all work has settled. Never rejects. */
    async end() {
        this.#outer?.removeEventListener('abort', this.#abortWithOuter);
        this.abort(new Error('the work has ended'));
        await Promise.allSettled(this.#running);
    }
}
/**
 * Runs the body in a scope that ends with it: when this settles, everything that was started with `run` has settled.
 * @param outer aborts the scope, with its reason.
 */
async function withScope(outer, body) {
    const scope = new Scope(outer);
    try {
        return await body(scope);
    }
    finally {
        await scope.end();
    }
}
/** An error before the first `await` of the work is a rejection too. */
async function start(work, signal) {
    return work(signal);
}

;// CONCATENATED MODULE: ./build/time/within.js

/**
 * Runs the work with a signal that is aborted when the time is up, or with the outer signal and its reason; whichever comes
 * first. A caller tells them apart by the error that the work throws, or by `outer.aborted`. The timer has ended when this
 * settles.
 * @returns the result of the work, also of one that ends well after its signal was aborted. @throws its error.
 */
function within({ clock, ms, late = () => new Error(`timed out after ${ms / 1_000} s`) }, outer, work) {
    return withScope(outer, (scope) => {
        void scope.run(async (signal) => {
            await clock.sleep(ms, signal);
            throw late();
        });
        return work(scope.signal);
    });
}

;// CONCATENATED MODULE: ./build/attach/dropped-upgrade.js
/** True if a server in front of the API server has removed the header Upgrade: the API server asks for it. A retry does not help. */
function isUpgradeDropped({ code, message }) {
    return code === 400 && message.includes('Upgrade request required');
}

;// CONCATENATED MODULE: ./build/time/abort.js
/** Why the signal was aborted. Its reason may be any value; a promise is rejected with an error. */
function abortReason({ reason }) {
    return toError(reason);
}
/** Errors as they are; any other value as the text of an error. */
function toError(value) {
    return Error.isError(value) ? value : new Error(String(value));
}
/** The result of the work, or the signal's reason as soon as it is aborted. The work itself is not stopped. */
function orAborted(work, signal) {
    return new Promise((resolve, reject) => {
        const stop = () => {
            reject(abortReason(signal));
        };
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted)
            stop();
        work.then(resolve, reject).finally(() => {
            signal.removeEventListener('abort', stop);
        });
    });
}
/** Resolves when `awaited` is aborted. @throws the reason of `signal` if that is aborted first. */
function untilAborted(awaited, signal) {
    return new Promise((resolve, reject) => {
        const settle = () => {
            if (signal.aborted)
                reject(abortReason(signal));
            else if (awaited.aborted)
                resolve();
            else
                return;
            awaited.removeEventListener('abort', settle);
            signal.removeEventListener('abort', settle);
        };
        awaited.addEventListener('abort', settle);
        signal.addEventListener('abort', settle);
        settle();
    });
}

;// CONCATENATED MODULE: ./build/time/condition.js

/**
 * Waiting for a change of state, for any number of waiters. The owner of the state calls `notify` after each change; the tests
 * of all waiters run within that call, so no state is missed, even if it is short.
 */
class Condition {
    #waiters = new Set();
    #failure;
    /**
     * Resolves when the test is true, at once if it is true already.
     * @throws the signal's reason, the error of `fail`, or the error of the test.
     */
    until(test, signal) {
        return new Promise((resolve, reject) => {
            const end = (settle) => {
                this.#waiters.delete(check);
                signal.removeEventListener('abort', check);
                settle();
            };
            const fail = (error) => {
                end(() => {
                    reject(toError(error));
                });
            };
            const check = () => {
                try {
                    if (signal.aborted)
                        fail(abortReason(signal));
                    else if (test())
                        end(resolve);
                    else if (this.#failure !== undefined)
                        fail(this.#failure.error);
                }
                catch (error) {
                    fail(error);
                }
            };
            this.#waiters.add(check);
            signal.addEventListener('abort', check);
            check();
        });
    }
    /** The state has changed: every waiter whose test is true now is resolved. */
    notify() {
        for (const check of [...this.#waiters])
            check();
    }
    /** The state does not change any more: waiters whose test is false are rejected, present and future ones. */
    fail(error) {
        this.#failure ??= { error };
        this.notify();
    }
}

;// CONCATENATED MODULE: ./build/time/race.js

/**
 * Runs all works at once; the first that settles decides. The others are aborted, and have settled when this does.
 * @param outer aborts all of them, with its reason.
 * @returns the result of the first work. @throws its error.
 */
function race(outer, works) {
    return withScope(outer, (scope) => Promise.race(works.map((work) => scope.run(work))));
}

;// CONCATENATED MODULE: ./build/attach/keepalive.js

const pingMs = 10_000;
const pongLateMs = 15_000;
/** A paused builder delays pongs too, because the server stops reading then. Only after this time is the connection lost. */
const idleLimitMs = 5 * 60_000;
/**
 * Sends pings, so that no load balancer closes the connection as idle. Resolves with the failure when the connection has timed
 * out: no pong arrives and the API server does not respond over another connection either, or for five minutes no pong has
 * arrived and no byte was accepted although the API server responds.
 * @throws the signal's reason.
 */
async function probeConnection(signs, { clock, ping, probe }, signal) {
    for (;;) {
        signal.throwIfAborted();
        ping();
        await clock.sleep(pingMs, signal);
        if (clock.now() - signs.lastPongMs < pongLateMs)
            continue;
        if (!(await probe(signal)))
            return new errors/* BuildError */.zS('lost', 'the connection to the container timed out: no response to pings, and the API server is unreachable');
        const idleMs = clock.now() - Math.max(signs.lastPongMs, signs.lastAcceptedMs);
        if (idleMs >= idleLimitMs)
            return new errors/* BuildError */.zS('lost', `the connection to the container timed out: no data was sent or received for ${Math.round(idleMs / 60_000)} minutes`);
    }
}

;// CONCATENATED MODULE: ./build/attach/pump.js







/** Payloads of the pings that are sent after the last byte, and after the end of stdin. */
const lastBytePing = 'last-byte';
const endPing = 'end-of-stdin';
/** An acknowledgement is awaited this long after the end of the container. */
const lateAnswerMs = 2_000;
/** The status or close frame of the server often arrives shortly after the failed send. */
const explanationMs = 500;
/** Texts of the kubelet, containerd, CRI-O and cri-dockerd for a container that could not be reached. */
const unreachedText = /unable to upgrade|not found|CONTAINER_\w+ state|not created or running|error sending request/;
/**
 * Sends the whole stream to stdin of the container, frame by frame. Each frame waits until the operating system has accepted the
 * previous one, so memory stays constant on any link. Then waits until the server has received the last byte, sends the end of
 * stdin, and waits until that is acknowledged.
 *
 * The server reads in order, so the pong to a ping after the last byte proves that it has received every byte. Before that pong
 * no other sign counts: a container that ends without reading its stdin leads to the same `Success` and to the same close code
 * 1000 as one that has read everything, and so does a restart of the kubelet. After it, on v5, a `Success` status acknowledges the
 * end of stdin: the kubelet has written the last byte into the pipe of the container. That may take as long as the container takes
 * to read; until then bytes are buffered between server and node, and a lost connection loses them. On v4 the only
 * acknowledgement is the response of the server to the closing handshake.
 *
 * Never rejects. Destroys the stream and closes the socket in every case.
 */
async function pumpStdin(socket, stdin, options) {
    const session = new Session(socket, stdin, options.clock);
    const stop = () => {
        session.fail(connectionFailure(options.signal.reason));
    };
    options.signal.addEventListener('abort', stop);
    if (options.signal.aborted)
        stop();
    try {
        await withScope(undefined, async (scope) => {
            void scope.run((until) => session.probeConnection(options, until));
            try {
                await session.send(options.onSent);
                await session.finish(options);
            }
            catch (error) {
                await session.giveUp(error, options);
            }
        });
    }
    finally {
        options.signal.removeEventListener('abort', stop);
        stdin.destroy();
        socket.terminate();
    }
    return session.end();
}
/** The state of one connection: the bytes sent, and the messages of the server. */
class Session {
    #socket;
    #stdin;
    #clock;
    #signs;
    #bytesSent = 0;
    #isSent = false;
    /** The server has received the last byte. */
    #isReceived = false;
    /** The server has received the end of stdin. */
    #isEndReceived = false;
    /** The end of stdin is being sent. */
    #isEnding = false;
    #isAcknowledged = false;
    /** A frame could not be sent. */
    #isBroken = false;
    #status;
    #failure;
    #changed = new Condition();
    constructor(socket, stdin, clock) {
        this.#socket = socket;
        this.#stdin = stdin;
        this.#clock = clock;
        this.#signs = { lastPongMs: clock.now(), lastAcceptedMs: clock.now() };
        // An error while the stream is not read must not be an uncaught exception; `send` throws it.
        stdin.on('error', () => undefined);
        socket.listen({
            message: (message) => {
                this.#receive(readStatusFrame(message));
            },
            pong: (payload) => {
                this.#signs.lastPongMs = this.#clock.now();
                if (payload === lastBytePing)
                    this.#confirmReceipt();
                if (payload === endPing)
                    this.#isEndReceived = true;
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
        this.#isSent = true;
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
    /** Sends pings; a connection that times out fails the session. @throws the signal's reason. */
    async probeConnection({ clock, probe }, signal) {
        const ping = () => {
            this.#socket.ping('');
        };
        this.fail(await probeConnection(this.#signs, { clock, ping, probe }, signal));
    }
    /** Sends the end of stdin and waits for the acknowledgement, or for a failure that makes it impossible. */
    async finish({ containerEnded }) {
        this.#socket.ping(lastBytePing);
        await this.#untilDecided(() => this.#isReceived, containerEnded);
        if (!this.#isReceived || this.#hasFailed())
            return;
        this.#isEnding = true;
        if (supportsHalfClose(this.#socket.protocol)) {
            await this.#sendFrame(closeStdinFrame());
            this.#socket.ping(endPing);
        }
        else {
            this.#socket.close();
        }
        await this.#untilDecided(() => this.#isAcknowledged, containerEnded);
        // If a proxy drops the status, the pong is the only acknowledgement.
        if (this.#isEndReceived && !this.#hasFailed())
            this.#isAcknowledged = true;
    }
    #hasFailed() {
        return this.#failure !== undefined;
    }
    /**
     * Sets the failure after an error. A frame that cannot be sent means that the connection is lost; its close code is the failure.
     * A status of the server that arrives shortly after the failed send has priority.
     */
    async giveUp(error, { signal }) {
        if (error instanceof errors/* BuildError */.zS)
            this.#failure ??= error;
        if (this.#failure === undefined && this.#isBroken) {
            await race(signal, [
                (until) => this.#clock.sleep(explanationMs, until),
                (until) => orAborted(this.#socket.closed, until),
            ]).catch(() => undefined);
            this.#socket.terminate();
            await this.#socket.closed;
        }
        this.#failure ??= new errors/* BuildError */.zS('attach', `sending the context failed: ${(0,errors/* describeError */.Uc)(error)}`, { cause: error });
    }
    fail(failure) {
        this.#failure ??= failure;
        this.#stdin.destroy(failure);
        this.#socket.terminate();
        this.#changed.notify();
    }
    end() {
        const unreached = this.#status?.success === false && unreachedText.test(this.#status.message);
        return {
            bytesSent: this.#bytesSent,
            isSent: this.#isSent,
            acknowledged: this.#isAcknowledged && this.#failure === undefined,
            unreached,
            ...(this.#failure !== undefined && { failure: this.#failure }),
        };
    }
    #receive(status) {
        if (status === undefined)
            return;
        this.#status ??= status;
        if (!status.success) {
            this.fail(new errors/* BuildError */.zS('attach', `the API server could not deliver the context: ${status.message}`));
        }
        else if (this.#isEnding) {
            this.#acknowledge();
        }
        else {
            this.fail(new errors/* BuildError */.zS('attach', 'the API server closed the connection before the context was fully delivered'));
        }
    }
    #confirmReceipt() {
        this.#isReceived = true;
        this.#changed.notify();
    }
    #acknowledge() {
        this.#isAcknowledged = true;
        this.#changed.notify();
    }
    #closed({ code, reason, error }) {
        // On v4 the response to the closing handshake is the acknowledgement: the server has read everything before it, in order.
        if (this.#isEnding && code === 1000 && !supportsHalfClose(this.#socket.protocol))
            this.#acknowledge();
        if (this.#isAcknowledged)
            this.#changed.notify();
        else {
            const text = error === undefined ? reason : (0,errors/* describeError */.Uc)(error);
            const cause = text === '' ? `code ${code}` : `code ${code}: ${text}`;
            this.fail(new errors/* BuildError */.zS('lost', `the connection to the container was lost (${cause}) before the whole context was acknowledged`));
        }
    }
    /**
     * Waits for an answer or a failure. The end of the container is reported over another connection, which may be faster, so the
     * answer is awaited a little longer.
     */
    async #untilDecided(isAnswered, containerEnded) {
        const isDecided = () => isAnswered() || this.#failure !== undefined;
        await race(undefined, [
            (until) => this.#changed.until(isDecided, until),
            async (until) => {
                await untilAborted(containerEnded, until);
                await this.#clock.sleep(lateAnswerMs, until);
            },
        ]);
    }
}
function connectionFailure(reason) {
    return reason instanceof errors/* BuildError */.zS
        ? reason
        : new errors/* BuildError */.zS('attach', (0,errors/* describeError */.Uc)(reason), { cause: reason });
}

;// CONCATENATED MODULE: ./build/attach/upload.js







/** A running container may not be attachable at first: attaching is retried for this long. */
const reachableMs = 30_000;
const retries = { firstMs: 100, longestMs: 3_000, jitter: 0.5 };
const probeMs = 5_000;
/**
 * Sends one whole stream to stdin of a running container. Attaching is retried as long as the container was not reached. After it
 * was reached, a second attach would write into a closed pipe, so a lost connection is final. Never rejects.
 */
function uploadStdin(options, signal) {
    const ended = new AbortController();
    return withScope(undefined, (scope) => {
        void scope.run(async (until) => {
            await options.follower.until(hasEnded, until).then(() => {
                ended.abort();
            }, 
            // The caller waits for the states too, and reports that they cannot be read.
            () => undefined);
        });
        return attachUntilReached(options, signal, ended.signal);
    });
}
async function attachUntilReached(options, signal, containerEnded) {
    const { clock, follower, report } = options;
    const startedAtMs = clock.now();
    const pauses = new Backoff(retries);
    for (;;) {
        const end = await attachOnce(options, signal, containerEnded);
        const pauseMs = pauses.next(end.failure?.retryAfterMs);
        const late = clock.now() - startedAtMs + pauseMs > reachableMs;
        if (!end.unreached || late || signal.aborted || hasEnded(follower.state))
            return end;
        await report(`retrying attach: ${end.failure?.message ?? 'the container was not reached'}`);
        await clock.sleep(pauseMs, AbortSignal.any([signal, containerEnded])).catch(() => undefined);
    }
}
async function attachOnce(options, signal, containerEnded) {
    const { cluster, clock, ref, container, streams } = options;
    let socket;
    try {
        socket = await cluster.attach(ref, container, streams, AbortSignal.any([signal, containerEnded]));
    }
    catch (error) {
        // Not a failure of the connection: the container has ended.
        if (containerEnded.aborted && !signal.aborted)
            return { bytesSent: 0, isSent: false, acknowledged: false, unreached: true };
        const failure = error instanceof errors/* BuildError */.zS
            ? error
            : new errors/* BuildError */.zS('attach', 'attaching to the container failed', { cause: error });
        return {
            bytesSent: 0,
            isSent: false,
            acknowledged: false,
            failure,
            unreached: isTemporary(failure),
        };
    }
    const stream = options.open();
    options.onOpen(stream);
    return pumpStdin(socket, stream.stream, {
        clock,
        signal,
        containerEnded,
        onSent: options.onSent,
        probe: (until) => canRead(cluster, ref, clock, until),
    });
}
/** Also true for status 403: the permission was checked at the start, and a restarted API server has not loaded its Roles yet. */
function isTemporary(failure) {
    const { kind } = failure;
    return kind !== 'cancelled' && kind !== 'timeout' && !isUpgradeDropped(failure);
}
async function canRead(cluster, ref, clock, signal) {
    try {
        await within({ clock, ms: probeMs }, signal, (until) => cluster.readPod(ref, until));
        return true;
    }
    catch {
        signal.throwIfAborted();
        return false;
    }
}

;// CONCATENATED MODULE: ./build/engines/engine.js
/** Name of the builder container in the pod, and the value of `$builder` in a pod template. */
const builderContainerName = 'builder';
/** Name of the volume with the Secret of `registry-secret`. */
const registrySecretVolume = 'registry-login';

;// CONCATENATED MODULE: ./build/time/outage.js

/** An outage is reported after it has lasted this long. */
const patienceMs = 15_000;
/** Reports once that something cannot be read, and once that it can be read again. Short outages are not reported. */
class OutageNotice {
    #clock;
    #what;
    #note;
    #sinceMs;
    #isReported = false;
    /** @param what subject of the messages, for example `the builder's output`. */
    constructor(clock, what, note) {
        this.#clock = clock;
        this.#what = what;
        this.#note = note;
    }
    async failed(error) {
        this.#sinceMs ??= this.#clock.now();
        if (this.#isReported || this.#clock.now() - this.#sinceMs < patienceMs)
            return;
        this.#isReported = true;
        await this.#note(`${this.#what} cannot be read at present: ${(0,errors/* describeError */.Uc)(error)}`);
    }
    async worked() {
        this.#sinceMs = undefined;
        if (!this.#isReported)
            return;
        this.#isReported = false;
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
/** Length of a timestamp without the fraction of the second. */
const secondLength = 19;
const longestTimestamp = 64;
/** Bytes of an incomplete line that are buffered. A longer line is returned in pieces. */
const longestHeld = 64 * 1024;
/**
 * Splits the response of a log request with timestamps into lines, independent of the chunk limits.
 * Lines are bytes, not strings: a chunk may end inside a character, and the output may be binary. The
 * kubelet joins the entries into which the runtime splits a line at 16 KiB, so only the beginning of a
 * line has a timestamp.
 */
class LineFramer {
    #stamps = new TimestampReader();
    #held = [];
    #heldBytes = 0;
    /** The current line, if pieces of it were returned. */
    #open;
    /** Returns the lines that this chunk completes, and pieces of a line that is too long to buffer. */
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
    /** Returns the buffered rest after the last newline. Call it at the end of the response. */
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
/** Nanoseconds since the epoch of an RFC 3339 timestamp with up to nine digits; else undefined. */
function parseTimestamp(text) {
    const match = timestamp.exec(text);
    if (match === null)
        return undefined;
    const [, seconds = '', fraction = '', zone = ''] = match;
    const ms = Date.parse(seconds + zone);
    return Number.isNaN(ms) ? undefined : BigInt(ms) * 1000000n + BigInt(fraction.padEnd(9, '0'));
}
/** Separates timestamp and text. Only the fraction is parsed if the second is that of the last line. */
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
/**
 * A response with fewer bytes contains no rotated file: the kubelet rotates a log file at 10 MiB, and
 * each line in the file is 10 bytes longer than in the response.
 */
const leastFileBytes = 7_500_000;
/**
 * No log file is rotated earlier: the kubelet checks the file sizes every 10 s by default, and every
 * 3 s at the shortest setting.
 */
const leastLifeMs = 3_000;
const nanosPerMs = 1000000n;
/**
 * Decides whether a pause in the output may hide lines that log rotation has deleted.
 *
 * A follow request reads one log file to its end, then continues with the current file. If the kubelet
 * rotates the log twice in the meantime, the request skips the file in between without an error.
 * Such a skip looks like this: the response lags behind the container by more than the lifetime of
 * the skipped file, and then the timestamps jump forward by at least that lifetime.
 *
 * The result is a suspicion, not a proof: it looks the same when the builder paused while the response
 * lagged behind.
 */
class RotationWatch {
    #bytes = 0;
    #nowMs = 0;
    #leastDelayMs = Infinity;
    #delayMs = 0;
    /** Takes the time of arrival and the size of a chunk, before its lines. */
    heard(nowMs, bytes) {
        this.#nowMs = nowMs;
        this.#bytes += bytes;
    }
    /**
     * Takes the timestamp of the newest line of the chunk, after all of its lines. The clocks of node and
     * runner may differ, so only the delay relative to the shortest delay so far is used.
     */
    read(at) {
        this.#delayMs = this.#nowMs - Number(at / nanosPerMs);
        this.#leastDelayMs = Math.min(this.#leastDelayMs, this.#delayMs);
    }
    /** True if lines may be missing in the pause: the previous chunk was late enough for a skipped file. */
    mayHide({ after, before }) {
        return (this.#bytes >= leastFileBytes &&
            this.#delayMs - this.#leastDelayMs >= leastLifeMs &&
            Number((before - after) / nanosPerMs) >= leastLifeMs);
    }
}

;// CONCATENATED MODULE: ./build/logs/seen.js
const seen_newline = 0x0a;
/**
 * The container runtime splits a longer line into entries of this size, each with its own timestamp.
 * The kubelet joins them again and returns the timestamp of the first entry in the file.
 */
const longestEntry = 16 * 1024;
const nanosPerSecond = 1000000000n;
/**
 * Finds the new lines when the same log is requested several times.
 *
 * A request can only ask for all lines since a whole second, because the kubelet truncates
 * `sinceTime`. The response therefore repeats the lines of the newest second, in the same order. Seen
 * counts the lines that were delivered for that second, and drops as many from the next response.
 * Timestamps cannot replace the counting: several lines may have the same timestamp, and lines of
 * stdout and stderr can be out of order.
 *
 * A request can end in the middle of a long line of which pieces were delivered. When the line is
 * repeated, the bytes that were delivered are removed from its beginning.
 *
 * If a line that must be repeated is missing, the kubelet has rotated the log, and the lines between
 * the newest line and the first line of the response are lost. That is reported as a gap.
 */
class Seen {
    /** The newest timestamp so far; 0 before the first line. */
    #newest = 0n;
    /** End of the second that contains `newest`. */
    #secondEnd = 0n;
    /** Number of lines that were delivered for that second. */
    #count = 0;
    /** Number of lines that the current response has yet to repeat. */
    #toSkip = 0;
    #open;
    /** The line in the middle of which the previous response ended, and its delivered bytes. */
    #unfinished;
    /** True while the pieces of a repeated line are dropped. */
    #isDropping = false;
    /** Number of the next bytes of the current line that were delivered before. */
    #knownBytes = 0;
    /** The newest timestamp so far, in nanoseconds since the epoch; 0 before the first line. */
    get newest() {
        return this.#newest;
    }
    /** Starts the next request, and returns its `sinceTime`; none before the first line. */
    since() {
        this.#leaveOpenLine();
        this.#toSkip = this.#count;
        if (this.#newest === 0n)
            return {};
        return { sinceTime: secondOf(this.#newest) };
    }
    /** Takes the next line of the current response. A line without a timestamp is ignored. */
    accept(line) {
        const { at, continues } = line;
        if (at === undefined)
            return {};
        const found = continues ? {} : this.#begin(at, line.text);
        if (this.#isDropping)
            return found;
        const fresh = this.#withoutKnown(line);
        this.#countBytes(line.text);
        return fresh.text.length === 0 ? found : { ...found, fresh };
    }
    /** Ends the last request, which was read to its end: the gap after the newest line, if any. */
    finish() {
        const isMissing = this.#toSkip > 0 || this.#unfinished !== undefined;
        this.#toSkip = 0;
        return isMissing ? { after: this.#newest } : undefined;
    }
    /** The next response repeats the open line, so it is no longer counted as delivered. */
    #leaveOpenLine() {
        if (this.#open === undefined)
            return;
        const { at, bytes, isCounted } = this.#open;
        this.#unfinished = { at, bytes: bytes + this.#knownBytes };
        if (isCounted)
            this.#count--;
        this.#open = undefined;
    }
    #begin(at, text) {
        this.#open = undefined;
        this.#knownBytes = 0;
        this.#isDropping = this.#toSkip > 0 && at <= this.#newest;
        if (this.#isDropping) {
            if (this.#isInNewestSecond(at))
                this.#toSkip--;
            return {};
        }
        const gap = this.#resumeUnfinished(at, text);
        const isCounted = at >= this.#secondEnd || this.#isInNewestSecond(at);
        const pause = at > this.#newest ? this.#advance(at) : undefined;
        if (isCounted)
            this.#count++;
        this.#open = { at, bytes: 0, isCounted };
        return { ...(gap !== undefined && { gap }), ...(pause !== undefined && { pause }) };
    }
    /** The first new line of a response: is it the unfinished line, and was everything repeated? */
    #resumeUnfinished(at, text) {
        const isNotRepeated = this.#toSkip > 0 && at > this.#newest;
        const isOtherLine = this.#unfinished !== undefined && this.#unfinished.at !== at;
        if (!isOtherLine)
            this.#knownBytes = this.#unfinished?.bytes ?? 0;
        // The log was rotated inside a long line, and this is probably the rest of it. How many of its
        // bytes were delivered is unknown, so the line is dropped instead of printing bytes twice.
        else if (text.length > longestEntry)
            this.#knownBytes = Infinity;
        this.#unfinished = undefined;
        return isNotRepeated || isOtherLine ? { after: this.#newest, before: at } : undefined;
    }
    #advance(at) {
        const after = this.#newest;
        this.#newest = at;
        // A newer line follows, so lines that were not repeated so far are not in the log any more.
        this.#toSkip = 0;
        if (at < this.#secondEnd)
            return undefined;
        this.#count = 0;
        this.#secondEnd = (at / nanosPerSecond + 1n) * nanosPerSecond;
        const isPause = after > 0n && at - after >= nanosPerSecond;
        return isPause ? { after, before: at } : undefined;
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
    #isInNewestSecond(at) {
        return at < this.#secondEnd && at >= this.#secondEnd - nanosPerSecond;
    }
}
/** The whole second of a timestamp in RFC 3339, as `sinceTime` of a request. */
function secondOf(at) {
    const second = new Date(Number(at / nanosPerSecond) * 1_000);
    return second.toISOString().replace('.000Z', 'Z');
}

;// CONCATENATED MODULE: ./build/logs/reader.js






/**
 * A follow request without a byte for this long is replaced. Its connection may be half open, or the
 * kubelet may follow a file that was rotated.
 */
const quietRequestMs = 90_000;
/** Limit for the request that checks a suspected gap. */
const gapCheckMs = 10_000;
/** Longest message of the kubelet that is printed, in bytes. */
const longestRemark = 1_000;
/** Messages that the kubelet writes into a response that it has begun, when it cannot read the log. */
const remark = /^(unable to|failed to|error|rpc error)\b/i;
const partOfTimestamp = /^[-\d:.TZ+]*$/;
/**
 * Reads one container log with several requests: returns each line once, and warns once if lines are
 * missing.
 *
 * Lines go missing because the kubelet rotates the log at 10 MiB and serves only the newest file. If
 * the builder prints faster than the log is read, a rotated file is lost. Two signs show that:
 *
 * - A response does not repeat the lines that it must repeat (see Seen). Lines are missing.
 * - Within one response, the timestamps jump while the response lags behind (see RotationWatch). Lines
 *   may be missing, or the builder only paused. A second request decides: if the current file of the
 *   node still contains the line before the jump, no file was lost between.
 *
 * A new request that continues right after a lost file cannot be distinguished from a builder that
 * paused; such a gap is not reported.
 */
class LogReader {
    outage;
    #options;
    #rotation = new RotationWatch();
    #seen = new Seen();
    #hasWarned = false;
    #lastRemark = '';
    constructor(options) {
        this.#options = options;
        this.outage = new OutageNotice(options.clock, "the builder's output", options.note);
    }
    /**
     * Sends one request, and returns its new lines in batches as they arrive. A follow request also ends
     * after 90 s without a byte.
     */
    async *request(follow, signal) {
        const { clock, open } = this.#options;
        const scope = new Scope(signal);
        const silence = new RequestSilence(clock);
        void scope.run((running) => silence.limit(running));
        const framer = new LineFramer();
        const since = this.#seen.since();
        let isHead = since.sinceTime !== undefined;
        try {
            for await (const chunk of open({ follow, ...since }, scope.signal)) {
                silence.heard();
                await this.outage.worked();
                this.#rotation.heard(clock.now(), chunk.length);
                const lines = framer.push(chunk);
                yield* this.#deliver(lines, isHead, signal);
                isHead &&= lines.length === 0;
            }
            await this.outage.worked();
            yield* this.#deliver(unfinishedLine(framer, follow), isHead, signal);
        }
        catch (error) {
            const isSilent = scope.signal.aborted && !signal.aborted;
            if (!isSilent || !follow)
                throw error;
        }
        finally {
            await scope.end();
        }
    }
    /** Call it after the last request was read to its end. */
    async finish() {
        await this.#warnOf(this.#seen.finish());
    }
    /** @param isHead true if these are the first lines of a request with `sinceTime`. */
    async *#deliver(lines, isHead, signal) {
        let batch = [];
        for (const line of lines) {
            const { fresh, gap, pause } = this.#seen.accept(line);
            const missing = gap ?? (pause === undefined ? undefined : await this.#gapIn(pause, signal));
            const isRemark = line.at === undefined;
            if (isRemark || missing !== undefined) {
                // Messages are printed between the lines where they belong.
                if (batch.length > 0)
                    yield batch;
                batch = [];
                if (isRemark)
                    await this.#noteRemark(line, isHead && line === lines[0]);
                else
                    await this.#warnOf(missing);
            }
            if (fresh !== undefined)
                batch.push(fresh);
        }
        this.#rotation.read(this.#seen.newest);
        if (batch.length > 0)
            yield batch;
    }
    /**
     * A line without a timestamp is a message of the kubelet. The first line of a request with
     * `sinceTime` may also be the end of a long line of the builder: the kubelet selects by the
     * timestamps of the parts. That end was delivered before, so it is ignored.
     */
    async #noteRemark({ text, continues }, isHead) {
        const words = text.subarray(0, longestRemark).toString('utf8').trim();
        if (continues || words === '' || words === this.#lastRemark)
            return;
        if (isHead && !remark.test(words))
            return;
        this.#lastRemark = words;
        await this.#options.note(`message from the kubelet in the container log: ${words}`);
    }
    /** The pause as a gap, unless it is shown or plausible that no lines are missing. */
    async #gapIn(pause, signal) {
        if (this.#hasWarned || !this.#rotation.mayHide(pause))
            return undefined;
        return (await this.#isInCurrentFile(pause.after, signal)) ? undefined : pause;
    }
    /** True if the oldest line that the node still has is not newer than this; false if unknown. */
    async #isInCurrentFile(at, signal) {
        const { clock, open } = this.#options;
        const options = { follow: false, sinceTime: secondOf(at) };
        try {
            const oldest = await within({ clock, ms: gapCheckMs }, signal, (limit) => firstTimestamp(open(options, limit)));
            return oldest !== undefined && oldest <= at;
        }
        catch {
            signal.throwIfAborted();
            return false;
        }
    }
    async #warnOf(gap) {
        if (gap === undefined || this.#hasWarned)
            return;
        this.#hasWarned = true;
        const { after, before } = gap;
        const when = before === undefined
            ? `after ${timeOf(after)}`
            : `between ${timeOf(after)} and ${timeOf(before)}`;
        await this.#options.warn(`some of the builder's output is probably missing (${when} UTC): the kubelet rotated the container log before it was read`);
    }
}
/**
 * The text after the last newline of a response, if it can be used. A message of the kubelet has no
 * newline. The last line of an ended container may lack it, too. A follow request was cut: the
 * next request repeats the whole line.
 */
function unfinishedLine(framer, follow) {
    const last = framer.flush();
    if (last === undefined)
        return [];
    if (last.at !== undefined)
        return follow ? [] : [last];
    const head = last.text.subarray(0, longestRemark).toString('latin1');
    return partOfTimestamp.test(head) ? [] : [last];
}
async function firstTimestamp(chunks) {
    const framer = new LineFramer();
    for await (const chunk of chunks) {
        const first = framer.push(chunk).find(({ at }) => at !== undefined);
        if (first !== undefined)
            return first.at;
    }
    return undefined;
}
function timeOf(at) {
    return new Date(Number(at / 1000000n)).toISOString().slice(11, 19);
}
/** Limits how long a request can be silent. */
class RequestSilence {
    #clock;
    #heardAtMs;
    constructor(clock) {
        this.#clock = clock;
        this.#heardAtMs = clock.now();
    }
    heard() {
        this.#heardAtMs = this.#clock.now();
    }
    /** @throws an error after 90 s of silence, or the signal's reason. */
    async limit(signal) {
        for (let quietMs = 0; quietMs < quietRequestMs; quietMs = this.#clock.now() - this.#heardAtMs) {
            await this.#clock.sleep(quietRequestMs - quietMs, signal);
        }
        throw new Error(`no data within ${quietRequestMs / 1_000} s`);
    }
}

;// CONCATENATED MODULE: ./build/logs/resume.js






/**
 * Pauses while the container runs. The first is between 0.2 and 1 s, which spreads the requests of many
 * builds whose connections broke at the same time.
 */
const followPauses = { firstMs: 1_000, longestMs: 5_000, jitter: 0.8 };
/** Pauses after its end: short, because the step waits. */
const restPauses = { firstMs: 200, longestMs: 5_000 };
/** How long requests for the rest of the log are retried after the end of the container. */
const lastPatienceMs = 60_000;
/**
 * The log must end within this time after the container has ended. A response with a byte now and then, or with a line that never
 * ends, would keep the step for ever.
 */
const restMinutes = 10;
/** What the API server itself asks for with `Retry-After`. So much of it is respected after the end of the container, too. */
const mostPoliteMs = 1_000;
/** Message of the kubelet for a container that never ran, for example because an init container failed. */
const neverRan = 'is waiting to start';
/**
 * Returns the output of a container in order, each line once, in batches as they arrive.
 *
 * Follows the log. When a request ends or is silent for too long before the container has ended,
 * another request continues from the newest second, and the lines that it repeats are dropped. After
 * the end of the container, requests without `follow` fetch what the follow request did not return.
 * Lines that the node has already deleted are missing; LogReader warns of them.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
async function* resumeLog(options, signal) {
    const scope = new Scope(signal);
    void scope.run((until) => limitRest(options, until));
    try {
        yield* followLog(options, scope.signal);
    }
    catch (error) {
        if (signal.aborted || !scope.signal.aborted)
            throw error;
        throw abortReason(scope.signal);
    }
    finally {
        await scope.end();
    }
}
/** @throws BuildError when the log should have ended, or the signal's reason. */
async function limitRest({ clock, untilEnded }, signal) {
    await orAborted(untilEnded, signal);
    await clock.sleep(restMinutes * 60_000, signal);
    throw new errors/* BuildError */.zS('cluster', `the container log did not end within ${restMinutes} minutes after the container`);
}
async function* followLog(options, signal) {
    const { clock, ended, untilEnded, random } = options;
    const reader = new LogReader(options);
    const backoff = new Backoff({ ...followPauses, ...(random !== undefined && { random }) });
    while (!ended()) {
        let askedMs;
        try {
            for await (const batch of reader.request(true, signal)) {
                backoff.reset();
                yield batch;
            }
        }
        catch (error) {
            if (signal.aborted)
                throw error;
            // Even after NotFound: whether the pod was deleted is decided by the code that follows its states.
            await reader.outage.failed(error);
            askedMs = retryAfterOf(error);
        }
        const pauseMs = backoff.next(askedMs);
        const politeMs = Math.min(askedMs ?? 0, mostPoliteMs);
        if (ended() && politeMs === 0)
            break;
        // The step waits for the rest of the log, so the end of the container ends the pause.
        await race(signal, [
            (until) => clock.sleep(pauseMs, until),
            async (until) => {
                await orAborted(untilEnded, until);
                if (politeMs > 0)
                    await clock.sleep(politeMs, until);
            },
        ]);
    }
    yield* fetchRest(reader, options, signal);
}
/**
 * Returns everything after the newest line, to the end; the last line may lack its newline. When the
 * container has ended, the runtime may still be writing its output to the log file. So the log is
 * requested until a response contains nothing new.
 */
async function* fetchRest(reader, { clock, random }, signal) {
    const backoff = new Backoff({ ...restPauses, ...(random !== undefined && { random }) });
    let workedAtMs = clock.now();
    for (;;) {
        let pauseMs;
        try {
            let batches = 0;
            for await (const batch of reader.request(false, signal)) {
                batches++;
                yield batch;
            }
            if (batches === 0)
                break;
            workedAtMs = clock.now();
            backoff.reset();
            pauseMs = backoff.next();
        }
        catch (error) {
            pauseMs = backoff.next(retryAfterOf(error));
            const isLate = clock.now() - workedAtMs + pauseMs > lastPatienceMs;
            if (signal.aborted || isGone(error) || isLate)
                throw error;
            await reader.outage.failed(error);
        }
        await clock.sleep(pauseMs, signal);
    }
    await reader.finish();
}
function retryAfterOf(error) {
    return error instanceof errors/* BuildError */.zS ? error.retryAfterMs : undefined;
}
/**
 * True if there will never be more output: the pod was deleted, or its container never ran. 403 does
 * not count: the RBAC permission was checked at the start, so the refusal is temporary.
 */
function isGone(error) {
    if (!(error instanceof errors/* BuildError */.zS))
        return false;
    return error.reason === 'NotFound' || error.message.includes(neverRan);
}

;// CONCATENATED MODULE: ./build/logs/silence.js
/** Silence after which a line is printed, so that the step does not look stuck. */
const noOutputMs = 5 * 60_000;
/** Measures how long the builder has printed nothing. */
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
        let nextMs = noOutputMs;
        try {
            for (;;) {
                await this.#clock.sleep(this.#heardAtMs + nextMs - this.#clock.now(), signal);
                const silentMs = this.#clock.now() - this.#heardAtMs;
                if (silentMs < noOutputMs)
                    nextMs = noOutputMs;
                else {
                    await report(`the builder has printed nothing for ${Math.floor(silentMs / 60_000)} min`);
                    nextMs = silentMs + noOutputMs;
                }
            }
        }
        catch {
            // The signal is aborted: the output has ended.
        }
    }
}

;// CONCATENATED MODULE: ./build/logs/mirror.js




/**
 * Copies the builder's output to the job log until its end, and reports long silence.
 * @returns true if all of the output was read, false if a part of it is probably missing.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
async function mirrorOutput({ open, follower, tail, scan, filter, clock, log }, signal) {
    let isWhole = true;
    const silence = new SilenceReport(clock);
    const done = new AbortController();
    const reporting = silence.reportEvery((line) => log.info(line), AbortSignal.any([signal, done.signal]));
    const batches = resumeLog({
        open,
        clock,
        ended: () => hasEnded(follower.state),
        untilEnded: follower.until(hasEnded, signal).catch(() => undefined),
        note: (text) => log.info(text),
        warn: (text) => {
            isWhole = false;
            return log.warning(text);
        },
    }, signal);
    try {
        for await (const lines of batches) {
            silence.heard();
            tail.push(lines);
            const output = Buffer.concat(lines.map(({ text }) => text));
            scan?.(output);
            await log.mirror(filter === undefined ? output : filter.push(output));
        }
        return isWhole;
    }
    finally {
        done.abort(new Error('the output has ended'));
        await reporting;
        if (filter !== undefined)
            await log.mirror(filter.end());
    }
}
/**
 * Waits for the end of the output. An error does not change the result of the build; it is logged as
 * a warning if the container has ended.
 * @param output the promise of mirrorOutput.
 * @returns true if all of the output was read.
 * @throws the signal's reason.
 */
async function settleOutput(output, state, log, signal) {
    try {
        return await output;
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
/** A longer line is cut in its middle: an error can follow output that lacks a newline. In characters. */
const longestLine = 4_096;
const longestPart = longestLine / 2;
/** No character has more bytes in UTF-8. */
const mostBytes = 4;
const lineEnd = /\n$/;
/** The last lines of the output, in bounded memory. They explain why a build failed. */
class Tail {
    #lines = [];
    /** Takes lines and pieces of lines in their order. */
    push(lines) {
        // Earlier lines would be dropped anyway, except for the one that the first piece continues.
        for (const line of lines.slice(-mostLines))
            this.#add(line);
        if (this.#lines.length > 2 * mostLines)
            this.#lines.splice(0, this.#lines.length - mostLines);
    }
    /** Oldest first. */
    lines() {
        return this.#lines.slice(-mostLines).map((line) => line.text);
    }
    #add({ text, continues }) {
        const open = continues ? this.#lines.at(-1) : undefined;
        const line = open ?? new CutLine();
        if (open === undefined)
            this.#lines.push(line);
        line.add(text);
    }
}
/** A line whose pieces arrive one by one: its beginning, and its end if it is too long. */
class CutLine {
    #head = '';
    #end = '';
    #isCut = false;
    get text() {
        return this.#isCut ? `${this.#head}…${this.#end}` : this.#head + this.#end;
    }
    add(bytes) {
        const most = longestLine * mostBytes;
        if (bytes.length <= 2 * most)
            this.#append(bytes.toString('utf8').replace(lineEnd, ''));
        else {
            this.#append(bytes.toString('utf8', 0, most));
            this.#append(bytes.toString('utf8', bytes.length - most).replace(lineEnd, ''));
        }
    }
    #append(text) {
        const room = longestPart - this.#head.length;
        this.#head += text.slice(0, room);
        const end = this.#end + text.slice(room);
        this.#isCut ||= end.length > longestPart;
        this.#end = end.slice(-longestPart);
    }
}

;// CONCATENATED MODULE: ./build/pod/state/reasons.js
const now = 0;
const second = 1_000;
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const mirrorImage = "The node cannot reach the registry: mirror the builder image to a registry that it can reach, and set 'builder-image' to the mirror.";
const checkTemplate = "Check 'pod-template'.";
const checkInit = "Correct the init containers of 'pod-template'.";
/** Also for volumes, whose missing Secret or ConfigMap only an event reports. */
const checkReferences = "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";
const raiseMemory = "Raise 'limits.memory' in 'resources'.";
/** The container runtime's text for a memory limit that is too small for the first process. */
const killedAtStart = /container init was OOM-killed/;
/** The texts of the kubelet and of containerd for `hostUsers: false` on a node that cannot run such a pod. */
const noUserNamespaces = /\buser namespaces\b|\bidmap/i;
const selectUserNamespaces = "Remove 'host-users', or use 'node-selector' to select nodes that support user namespaces: Linux 6.3 or later, and for example containerd 2.0 with runc 1.2.";
/** Waiting reasons that do not change by themselves. A pod may have any other reason until `start-timeout`. */
const stuckReasons = {
    InvalidImageName: { patienceMs: now, hint: "Correct 'builder-image'." },
    ErrImageNeverPull: { patienceMs: now, hint: checkImage },
    ImageInspectError: { patienceMs: now, hint: checkImage },
    SignatureValidationFailed: { patienceMs: now, hint: checkImage },
    // A registry can be unavailable for a minute. A definite response is recognised by its text below.
    ErrImagePull: { patienceMs: 90 * second, hint: checkImage },
    ImagePullBackOff: { patienceMs: 90 * second, hint: checkImage },
    RegistryUnavailable: { patienceMs: 90 * second, hint: checkImage },
    // The kubelet retries, and a missing object may be created shortly after the pod.
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
        hint: 'Check the node: its container runtime or network is not ready.',
    },
    ConfigPodSandboxError: {
        patienceMs: 60 * second,
        hint: 'Check the node: its container runtime or network is not ready.',
    },
    PreCreateHookError: { patienceMs: 10 * second, hint: checkTemplate },
    PreStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
    PostStartHookError: { patienceMs: 10 * second, hint: checkTemplate },
    CrashLoopBackOff: { patienceMs: now, hint: checkInit },
};
/** Texts of messages that are more specific than their reason. */
const specificTexts = [
    {
        // The registry gives the same response a minute later.
        reason: /Image/,
        text: /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i,
        patienceMs: 3 * second,
    },
    {
        reason: /Image/,
        text: /no such host|i\/o timeout|connection refused|network is unreachable/,
        patienceMs: Infinity,
        hint: mirrorImage,
    },
    {
        reason: /^(?:Create|Run)ContainerError$/,
        text: noUserNamespaces,
        patienceMs: 10 * second,
        hint: selectUserNamespaces,
    },
    {
        reason: /^CreateContainerConfigError$/,
        text: /not found|couldn't find key/,
        patienceMs: 10 * second,
        hint: checkReferences,
    },
    {
        reason: /^CreateContainerConfigError$/,
        text: /runAsNonRoot/,
        patienceMs: now,
        hint: "Set runAsUser in 'pod-template' to a user that the builder can run as, or remove runAsNonRoot.",
    },
];
/** True for a waiting reason that does not change by itself. */
function isStuckReason(reason) {
    return Object.hasOwn(stuckReasons, reason);
}
/** Undefined for reasons that a pod may have until `start-timeout`. */
function waitOf(reason, message) {
    const wait = isStuckReason(reason) ? stuckReasons[reason] : undefined;
    if (wait === undefined)
        return undefined;
    const specific = specificTexts.find((one) => one.reason.test(reason) && one.text.test(message));
    return {
        patienceMs: Math.min(wait.patienceMs, specific?.patienceMs ?? Infinity),
        hint: specific?.hint ?? wait.hint,
    };
}

;// CONCATENATED MODULE: ./build/pod/events.js

/** The first rule that matches applies. Sandbox and volume errors do not appear in the pod status of any kubelet version. */
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
        hint: "Check the volumes in 'pod-template', or raise 'start-timeout'.",
    },
    {
        reason: /^FailedCreatePodSandBox$/,
        message: /no runtime for/,
        isHopeless: true,
        hint: "Correct runtimeClassName in 'pod-template', or select nodes that have this runtime with 'node-selector'.",
    },
    {
        reason: /^FailedCreatePodSandBox$/,
        message: noUserNamespaces,
        isHopeless: true,
        hint: selectUserNamespaces,
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
        hint: 'Check the node: its container runtime or network is not ready.',
    },
];
/** Reasons of the events of an eviction and a preemption. The pod status uses the same reasons. */
const removals = ['Evicted', 'Preempting'];
const otherHint = "Raise 'start-timeout', or check the node and its events.";
/** The events of the pod; an empty list if they cannot be read. For uses in which the events only add an explanation. */
async function eventsIfKnown(cluster, ref, signal) {
    return cluster.podEvents(ref, signal).catch(() => []);
}
/** The warnings about a pod that is scheduled and does not start, in the order of the events. */
function readObstacles(events) {
    return events
        .filter(({ type, reason }) => type === 'Warning' && reason !== 'FailedScheduling')
        .map(({ reason, message }) => {
        const rule = rules.find((one) => one.reason.test(reason) && one.message.test(message));
        const { isHopeless = false, hint = otherHint } = rule ?? {};
        return { event: `${reason}: ${message}`, isHopeless, hint };
    });
}
/** Why the kubelet killed a container, if the events report it: the pod status has only the signal. */
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
 * The eviction or preemption of the pod, if the events report one. If the container exits with 0 after SIGTERM, the pod is
 * `Succeeded`, without a reason.
 */
function readRemoval(events) {
    const event = events.findLast(({ reason }) => removals.includes(reason));
    return event === undefined
        ? undefined
        : { kind: 'lost', reason: event.reason, message: event.message };
}

;// CONCATENATED MODULE: ./build/pod/state/time.js
/**
 * Milliseconds of a time of the API since the epoch; NaN without a time. In JSON it is a string, although the type of the model is
 * Date.
 */
function time_timeOf(time) {
    return time === undefined ? NaN : new Date(time).getTime();
}

;// CONCATENATED MODULE: ./build/pod/state/loss.js

/** The reason for which the pod was deleted, evicted or preempted, if the status has one. */
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
    return { kind: 'lost', reason: 'Deleted', message: 'another client deleted the pod' };
}
/** A pod whose phase is final and whose builder container has no exit code. */
function readMissingExitCode(pod) {
    const { phase, message = '' } = pod.status ?? {};
    if (phase !== 'Failed' && phase !== 'Succeeded')
        return undefined;
    return (readInitFailure(pod) ?? {
        kind: 'lost',
        reason: phase,
        message: message || 'the builder has no exit code',
    });
}
const loss_second = 1_000;
/**
 * True if the container ended by itself before the pod was deleted, evicted or preempted. Times are whole seconds. The end has
 * the time of the node, the loss that of the control plane, so a node whose clock is slow cannot confirm it.
 */
function endedBeforeLoss(pod, { finishedAt }) {
    const lossMs = lossTimes(pod);
    if (finishedAt === undefined || lossMs.length === 0 || isNodeClockSlow(pod))
        return false;
    return time_timeOf(finishedAt) < Math.min(...lossMs);
}
/** True if the node reports that it took the pod before the control plane had created or scheduled it. */
function isNodeClockSlow({ metadata, status }) {
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const known = [metadata?.creationTimestamp, scheduled?.lastTransitionTime];
    const earliestMs = Math.max(...known.map((time) => (time === undefined ? 0 : time_timeOf(time))));
    return status?.startTime !== undefined && time_timeOf(status.startTime) + loss_second < earliestMs;
}
/** The times of deletion, disruption and deadline in the status. A kubelet's own eviction has only the time of the report. */
function lossTimes(pod) {
    const { phase, reason = '', conditions = [], startTime } = pod.status ?? {};
    const disruption = conditions.find(({ type }) => type === 'DisruptionTarget');
    const disrupted = disruption?.reason === 'TerminationByKubelet' ? undefined : disruption?.lastTransitionTime;
    const times = disrupted === undefined ? [] : [time_timeOf(disrupted)];
    if (phase === 'Failed' && reason !== '') {
        const deadlineMs = (pod.spec?.activeDeadlineSeconds ?? NaN) * loss_second;
        const isDated = reason === 'DeadlineExceeded' && startTime !== undefined && deadlineMs >= 0;
        return isDated ? [...times, time_timeOf(startTime) + deadlineMs] : times;
    }
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata ?? {};
    if (deletionTimestamp === undefined)
        return times;
    return [...times, time_timeOf(deletionTimestamp) - deletionGracePeriodSeconds * loss_second];
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
/** An end without a known exit code, or a restart of the container. */
function readUnknownEnd(status) {
    const unknown = unknownEndOf(status?.state?.terminated) ?? unknownEndOf(status?.lastState?.terminated);
    if (unknown !== undefined || (status?.restartCount ?? 0) === 0)
        return unknown;
    return {
        kind: 'lost',
        reason: 'ContainerRestarted',
        message: 'the container was restarted without its stdin',
    };
}
/**
 * The kubelet did not find the container (it starts another one then), or containerd lost the shim process that has the exit code
 * (the reason is `Unknown`).
 */
function unknownEndOf(end) {
    if (!['ContainerStatusUnknown', 'Unknown'].includes(end?.reason ?? ''))
        return undefined;
    const message = end?.message ?? 'its exit code is unknown';
    return { kind: 'lost', reason: 'ContainerStatusUnknown', message };
}

;// CONCATENATED MODULE: ./build/pod/state/read.js


/**
 * Reads the pod status; no other code does. Finds the builder container by name and does not rely on the phase alone: with a
 * sidecar the phase stays Running. Reasons are those of the kubelet, containerd and CRI-O.
 * @param pod undefined once the pod is deleted.
 */
function readPodState(pod, container) {
    if (pod === undefined)
        return { kind: 'gone' };
    const status = statusOf(pod, container);
    const state = status?.state;
    const loss = readLoss(pod);
    const unknownEnd = readUnknownEnd(status);
    if (unknownEnd !== undefined)
        return loss ?? untilReason(pod, container, unknownEnd);
    if (state?.terminated !== undefined) {
        const { exitCode, reason = '', message = '' } = state.terminated;
        // An eviction or deletion also stops the container, and many programs exit with 0 after SIGTERM: then the reason of the
        // cluster counts, not the exit code.
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
        return exitCode === 0 ? end : untilReason(pod, container, end);
    }
    const lost = loss ?? readMissingExitCode(pod);
    if (lost !== undefined)
        return lost;
    if (state?.running !== undefined) {
        return {
            kind: 'running',
            node: nodeOf(pod),
            ...(isNodeNotReady(pod) && { isNodeNotReady: true }),
        };
    }
    return readWaiting(pod, state);
}
/** The node controller sets only the condition Ready of such a pod to False, without a reason. */
function isNodeNotReady(pod) {
    const condition = (name) => pod.status?.conditions?.find(({ type }) => type === name);
    const ready = condition('Ready');
    return (ready?.status === 'False' &&
        (ready.reason ?? '') === '' &&
        condition('ContainersReady')?.status === 'True');
}
/**
 * A kubelet that ends a pod itself (eviction, deadline, preemption, shutdown) first reports that the containers have ended, and
 * the reason about a second later, together with the phase. It may have removed the containers by then, so their exit codes are
 * unknown. If another container has not ended, or the builder runs again, the kubelet has not ended the pod, and no reason
 * follows.
 */
function untilReason(pod, container, end) {
    const { phase, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const isOver = phase === 'Failed' || phase === 'Succeeded';
    const goesOn = [...containerStatuses, ...initContainerStatuses].some(({ name, state }) => name === container ? state?.running !== undefined : state?.terminated === undefined);
    return isOver || goesOn ? end : { kind: 'ending', end };
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
/** Only the pod template has init containers. */
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

;// CONCATENATED MODULE: ./build/pod/follow.js




/** The reason of a failed container may follow within this time: a kubelet retries a lost status update after ten seconds. */
const reasonMs = 15_000;
/**
 * The present state of one pod, for any number of waiters. Reads the states in the background until the pod has ended, the
 * source fails, or the signal is aborted.
 */
class PodFollower {
    #container;
    #clock;
    #changed = new Condition();
    #state = { kind: 'starting', reason: 'Pending', message: '' };
    #node = '';
    /**
     * @param states every state of the pod; undefined once it is deleted.
     * @param container name of the builder container.
     */
    constructor(states, container, clock, signal) {
        this.#container = container;
        this.#clock = clock;
        void this.#follow(states, signal);
    }
    get state() {
        return this.#state;
    }
    /** Name of the node that the pod is or was assigned to; empty before that. */
    get node() {
        return this.#node;
    }
    /**
     * Resolves with the first state, from the present one on, that passes the test.
     * @throws the signal's reason, or the error that ended the source of states.
     */
    async until(test, signal) {
        let passed = this.#state;
        await this.#changed.until(() => {
            passed = this.#state;
            return test(passed);
        }, signal);
        return passed;
    }
    /** Never rejects: the waiters get the failure. */
    async #follow(states, signal) {
        try {
            await withScope(signal, (scope) => this.#read(states, scope));
        }
        catch (error) {
            // No reason can follow.
            this.#state = settled(this.#state);
            this.#changed.fail(error);
        }
    }
    async #read(states, scope) {
        let isSettling = false;
        for await (const pod of states) {
            if (isFinal(this.#state))
                return;
            this.#node = pod?.spec?.nodeName ?? this.#node;
            const next = readPodState(pod, this.#container);
            // No reason follows after the deletion.
            this.#become(next.kind === 'gone' ? settled(this.#state, next) : next);
            if (isFinal(this.#state))
                return;
            if (this.#state.kind === 'ending' && !isSettling) {
                isSettling = true;
                void scope.run((until) => this.#settleLater(until));
            }
        }
        throw new Error('the states of the pod ended before the pod did');
    }
    async #settleLater(signal) {
        await this.#clock.sleep(reasonMs, signal);
        this.#become(settled(this.#state));
    }
    #become(state) {
        this.#state = state;
        this.#changed.notify();
    }
}
/** The end of a failed container without a reason that follows; `otherwise` for any other state. */
function settled(state, otherwise = state) {
    return state.kind === 'ending' ? state.end : otherwise;
}

;// CONCATENATED MODULE: ./build/pod/node-not-ready.js
/** Reports when the node becomes NotReady and when it is Ready again, until the signal is aborted; never rejects. */
async function reportNodeNotReady(follower, report, signal) {
    try {
        for (;;) {
            await follower.until(isNotReady, signal);
            await report(`node ${follower.node} is NotReady: waiting until it is Ready or the pod is evicted`);
            const { kind } = await follower.until((state) => !isNotReady(state), signal);
            if (kind !== 'running')
                return;
            await report(`node ${follower.node} is Ready again`);
        }
    }
    catch {
        // The attempt has ended.
    }
}
function isNotReady(state) {
    return state.kind === 'running' && state.isNodeNotReady === true;
}

;// CONCATENATED MODULE: ./build/pod/state/read-problem.js


/** Why the pod status cannot be read at present, if it cannot, and the lines about it in the job log. */
class StateReadProblem {
    problem;
    #outage;
    constructor(clock, note) {
        this.#outage = new OutageNotice(clock, 'the pod status', note);
    }
    /** See Cluster.podStates. */
    changed(problem) {
        this.problem = problem;
        // The log queues the lines in order. A log that cannot be written fails the step elsewhere.
        const report = problem === undefined ? this.#outage.worked() : this.#outage.failed(problem);
        report.catch(() => undefined);
    }
    describe(state) {
        const known = describePodState(state);
        return this.problem === undefined ? known : `${known}, but ${this.problem.message}`;
    }
}

;// CONCATENATED MODULE: ./build/pod/spec/storage.js

const resource = 'ephemeral-storage';
/**
 * Little enough for a node with a small disk. It makes the scheduler avoid a node whose disk is promised to other pods.
 * action.yml and io/kube/cluster-error.ts have this figure, too.
 */
const defaultRequest = '1Gi';
/**
 * About the whole disk of an ordinary node, on which the kubelet evicts for disk pressure before: hardly a build fails that could
 * have succeeded there. It only keeps one build from filling a large disk that many pods share. action.yml and
 * io/kube/cluster-error.ts have this figure, too.
 */
const defaultLimit = '100Gi';
/**
 * The pod whose builder container, the first one, has a request and a limit for its files. One that is given, even 0, replaces
 * both defaults: the other one could contradict it.
 * @param pod the pod with the template merged into it, which can set them, too, with values of any type.
 */
function withStorageDefaults(pod) {
    const [builder, ...others] = pod.spec?.containers ?? [];
    if (pod.spec === undefined || builder === undefined)
        return pod;
    const resources = builder.resources ?? {};
    const requests = field(resources, 'requests') ?? {};
    const limits = field(resources, 'limits') ?? {};
    // The API server rejects a wrong type.
    if (!isFields(resources) || !isFields(requests) || !isFields(limits))
        return pod;
    if (resource in requests || resource in limits)
        return pod;
    const amounts = {
        ...resources,
        requests: { ...requests, [resource]: defaultRequest },
        limits: { ...limits, [resource]: defaultLimit },
    };
    const container = { ...builder, resources: amounts };
    return { ...pod, spec: { ...pod.spec, containers: [container, ...others] } };
}

;// CONCATENATED MODULE: ./build/pod/wait.js






/** Reasons that every pod passes through. They are not reported. */
const ordinary = new Set(['Pending', 'Scheduled']);
/** A pod whose containers are not created after this time usually has a volume or network error: its events are read. */
const eventsAfterMs = 10_000;
/** Limit for the request for the events: they only explain why the pod does not start. */
const eventsMs = 5_000;
/**
 * Waits until the builder container runs or has ended. A state that cannot change by itself fails after its own time limit, any
 * other one (insufficient resources, for example: a cluster autoscaler may add a node) at `start-timeout`.
 * @throws BuildError('pod') for a pod that cannot start, BuildError('timeout') with the last state, or the signal's reason.
 */
async function waitForStart(follower, wait, signal) {
    const { clock } = wait;
    const startedAt = clock.now();
    const creation = new Creation(wait, follower);
    let reported = '';
    let stuckSince;
    for (;;) {
        const state = follower.state;
        if (state.kind !== 'starting' && state.kind !== 'stuck')
            return state;
        stuckSince = state.kind === 'stuck' ? (stuckSince ?? clock.now()) : undefined;
        // A failed pull alternates between two reasons while the kubelet retries it; both have the same hint.
        const topic = state.kind === 'stuck' ? state.hint : state.reason;
        if (topic !== reported && !ordinary.has(topic)) {
            await wait.report(`waiting: ${describePodState(state)}`);
        }
        reported = topic;
        const patienceMs = state.kind === 'stuck' ? (stuckSince ?? 0) + state.patienceMs - clock.now() : Infinity;
        if (state.kind === 'stuck' && patienceMs <= 0)
            throw hopeless(state, undefined, state.hint);
        const { obstacle, again } = await creation.look(state, signal);
        if (obstacle?.isHopeless === true && again)
            throw hopeless(state, obstacle, obstacle.hint);
        const leftMs = startedAt + wait.startTimeoutMs - clock.now();
        if (leftMs <= 0)
            throw unknownStart(wait) ?? timedOut(wait.startTimeoutMs, state, obstacle);
        const ms = Math.min(patienceMs, creation.nextLookMs, leftMs);
        await changeOrTime(follower, state, clock, signal, ms);
    }
}
/** The warning events of a pod whose containers are being created: read at growing intervals, each one reported once. */
class Creation {
    #wait;
    #follower;
    #reported = new Set();
    #pauses = new Backoff({ firstMs: eventsAfterMs, longestMs: Infinity });
    #isCreating = false;
    #nextLookAtMs = Infinity;
    #obstacle;
    #isSeenAgain = false;
    constructor(wait, follower) {
        this.#wait = wait;
        this.#follower = follower;
    }
    get nextLookMs() {
        return this.#nextLookAtMs - this.#wait.clock.now();
    }
    /** @returns the last obstacle, and whether the previous look found the same one. */
    async look(state, signal) {
        const nowMs = this.#wait.clock.now();
        if (!isCreating(state)) {
            this.#isCreating = false;
            this.#nextLookAtMs = Infinity;
            return { obstacle: undefined, again: false };
        }
        if (!this.#isCreating) {
            this.#isCreating = true;
            this.#pauses.reset();
            this.#nextLookAtMs = nowMs + eventsAfterMs;
        }
        if (nowMs >= this.#nextLookAtMs) {
            await this.#read(signal);
            this.#nextLookAtMs = this.#wait.clock.now() + this.#pauses.next();
        }
        return { obstacle: this.#obstacle, again: this.#isSeenAgain };
    }
    /** Ends as soon as the pod is not starting any more: its upload must not wait for the events. */
    async #read(signal) {
        const { clock, events } = this.#wait;
        const known = await race(signal, [
            events,
            (until) => clock.sleep(eventsMs, until).then(() => []),
            (until) => this.#follower.until(({ kind }) => kind !== 'starting', until).then(() => []),
        ]);
        const obstacles = readObstacles(known);
        for (const { event } of obstacles) {
            if (this.#reported.has(event))
                continue;
            this.#reported.add(event);
            await this.#wait.report(`event: ${event}`);
        }
        const obstacle = obstacles.at(-1);
        this.#isSeenAgain = obstacle !== undefined && obstacle.event === this.#obstacle?.event;
        this.#obstacle = obstacle;
    }
}
function isCreating(state) {
    return (state.kind === 'starting' &&
        ['ContainerCreating', 'PodInitializing', 'Scheduled'].includes(state.reason));
}
/** Resolves when the state has changed, or after `ms`. */
async function changeOrTime(follower, state, clock, signal, ms) {
    await race(signal, [
        (until) => follower.until((next) => next !== state, until),
        (until) => clock.sleep(Math.max(ms, 1), until),
    ]);
}
function hopeless(state, obstacle, hint) {
    return new errors/* BuildError */.zS('pod', `the pod cannot start: ${describe(state, obstacle)}`, { hint });
}
/** The failure if the status of the pod cannot be read; undefined if it can. */
function unknownStart({ problem, startTimeoutMs }) {
    const cause = problem();
    if (cause === undefined)
        return undefined;
    return new errors/* BuildError */.zS('timeout', `the pod status was unavailable, so it is unknown whether the pod started within ${startTimeoutMs / 1_000} s: ${cause.message}`, { cause, ...(cause.hint !== undefined && { hint: cause.hint }) });
}
function timedOut(afterMs, state, obstacle) {
    return new errors/* BuildError */.zS('timeout', `the pod did not start within ${afterMs / 1_000} s: ${describe(state, obstacle)}`, { hint: obstacle?.hint ?? timeoutHint(state) });
}
function describe(state, obstacle) {
    const event = obstacle === undefined ? '' : `; last event: ${obstacle.event}`;
    return `${describePodState(state)}${event}`;
}
function timeoutHint(state) {
    if (state.kind === 'stuck')
        return state.hint;
    if (state.kind === 'starting' && state.message.includes('Insufficient ephemeral-storage'))
        return storageHint;
    const hint = state.kind === 'starting' ? timeoutHints[state.reason] : undefined;
    return hint ?? "Raise 'start-timeout', or check the node and its events.";
}
const storageHint = `Set a smaller requests.ephemeral-storage in 'resources', whose default is ${defaultRequest}, or 0 if the nodes do not report their storage; or raise 'start-timeout'.`;
const timeoutHints = {
    Unschedulable: "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or raise 'start-timeout' to give a cluster autoscaler more time.",
    SchedulingGated: "Ask the cluster administrator which controller removes the scheduling gates of the pod, or raise 'start-timeout'.",
};

;// CONCATENATED MODULE: ./build/attempt.js













/** After a failed upload the container has this long to end: its exit code and output explain more than the connection does. */
const endGraceMs = 5_000;
/**
 * One pod, from the response to its create request to the end of its container: waits for the start, uploads the context, mirrors the output.
 * Node, state, exit code and context can be read at any time, also after a failure.
 */
class Attempt {
    ref;
    #ports;
    #readProblem;
    #follower;
    #context;
    constructor(ref, ports) {
        this.ref = ref;
        this.#ports = ports;
        this.#readProblem = new StateReadProblem(ports.clock, (text) => ports.log.info(text));
    }
    /** Name of the node; empty before the pod is scheduled. */
    get node() {
        return this.#follower?.node ?? '';
    }
    /** The state of the pod in words, for a timeout; undefined before the pod is created. */
    get state() {
        return this.#follower && this.#readProblem.describe(this.#follower.state);
    }
    /** Exit code of the builder container; undefined if it has not ended. */
    get exitCode() {
        const state = this.#follower?.state;
        return state?.kind === 'ended' ? state.exitCode : undefined;
    }
    /** How much was uploaded; undefined before the end of the upload. */
    get context() {
        return this.#context;
    }
    /**
     * Runs until the container has ended. Neither creates nor deletes the pod.
     * @param created the pod as the API server has created it.
     * @throws BuildError for everything that ends the attempt before the container ends.
     */
    run(created, options, signal) {
        return withScope(signal, async (scope) => {
            const follower = this.#follow(created, scope.signal);
            await this.#waitForStart(follower, options, scope.signal);
            return this.#runContainer(follower, options, scope.signal);
        });
    }
    #follow(created, signal) {
        const { cluster, clock } = this.#ports;
        const states = cluster.podStates(created, signal, (problem) => {
            this.#readProblem.changed(problem);
        });
        this.#follower = new PodFollower(states, builderContainerName, clock, signal);
        return this.#follower;
    }
    async #waitForStart(follower, { startTimeoutMs }, signal) {
        const { cluster, clock, log, phases } = this.#ports;
        const started = await waitForStart(follower, {
            clock,
            startTimeoutMs,
            report: (line) => log.info(line),
            events: (until) => eventsIfKnown(cluster, this.ref, until),
            problem: () => this.#readProblem.problem,
        }, signal);
        await log.info(describePodState(started));
        phases.end('start');
    }
    async #runContainer(follower, options, signal) {
        const { cluster, clock, log, phases } = this.#ports;
        await log.group('Build');
        const tail = new Tail();
        const output = mirrorOutput({
            open: (range, stop) => cluster.log(this.ref, builderContainerName, range, stop),
            follower,
            tail,
            scan: options.scan,
            filter: options.filter,
            clock,
            log,
        }, signal);
        // settleOutput handles a failure; until then it must not count as unhandled.
        output.catch(() => undefined);
        void reportNodeNotReady(follower, (line) => log.info(line), signal);
        const upload = follower.state.kind === 'running' ? await this.#upload(follower, options, signal) : undefined;
        signal.throwIfAborted();
        const state = await waitForEnd(follower, upload, clock, signal);
        phases.end('build');
        const isOutputWhole = isFinal(state) && (await settleOutput(output, state, log, signal));
        const lines = tail.lines();
        return {
            state,
            upload,
            tail: lines,
            isOutputWhole,
            isSilent: isOutputWhole && lines.every((line) => line.trim() === ''),
        };
    }
    async #upload(follower, { attached, open }, signal) {
        const { cluster, clock, log, phases } = this.#ports;
        const report = (line) => log.info(line);
        const progress = new UploadProgress(clock);
        const end = await withScope(undefined, (scope) => {
            void scope.run((until) => progress.reportEvery(report, until));
            return uploadStdin({
                cluster,
                clock,
                follower,
                ref: this.ref,
                container: builderContainerName,
                streams: attached,
                open,
                onOpen: (stream) => {
                    progress.restart(stream.progress);
                },
                onSent: (bytes) => {
                    progress.sent(bytes);
                },
                report,
            }, signal);
        });
        phases.end('upload');
        this.#context = { ...progress.packed, wireBytes: progress.wireBytes };
        await log.info(`${describeUpload(end)}: ${progress.describe()}`);
        if (end.failure !== undefined && !signal.aborted)
            await log.info(end.failure.message);
        return end;
    }
}
/** The end of the container; after a failed upload the state of the pod a moment later, whatever it is. */
function waitForEnd(follower, upload, clock, signal) {
    if (upload?.failure === undefined)
        return follower.until(isFinal, signal);
    return race(signal, [
        (until) => follower.until(isFinal, until),
        async (until) => {
            await clock.sleep(endGraceMs, until);
            return follower.until(({ kind }) => kind !== 'ending', until);
        },
    ]);
}
/** A builder that fails early, for example because of a password, ends before it has read a context that was sent. */
function describeUpload({ acknowledged, isSent }) {
    if (acknowledged)
        return 'context complete';
    return isSent ? 'context sent, but not confirmed' : 'context incomplete';
}

;// CONCATENATED MODULE: ./build/pod/remove.js



/** Pauses between reads of the pod. */
const polling = { firstMs: 100, longestMs: 500 };
/**
 * A kubelet that has just started a container needs up to 5 s for a deletion, more than a cancelled step has. After this time
 * the pod is deleted by force: the kubelet is stopping the container already.
 */
const forceAfterMs = 3_000;
/**
 * Deletes a pod and waits until it no longer exists. A pod that does not exist is not a problem.
 * @returns undefined once the pod does not exist, else why that could not be confirmed. Never rejects.
 */
async function removePod(cluster, ref, { graceSeconds, patienceMs }, clock) {
    const late = () => new Error(`the pod was not deleted within ${patienceMs / 1_000} s`);
    try {
        await within({ clock, ms: patienceMs, late }, undefined, (signal) => deletePod(cluster, ref, graceSeconds, clock, signal));
        return undefined;
    }
    catch (error) {
        return (0,errors/* describeError */.Uc)(error);
    }
}
async function deletePod(cluster, ref, graceSeconds, clock, signal) {
    if (!(await cluster.deletePod(ref, graceSeconds, signal)))
        return;
    const deletedAtMs = clock.now();
    const pauses = new Backoff(polling);
    let isForced = graceSeconds === 0;
    while ((await cluster.readPod(ref, signal)) !== undefined) {
        if (!isForced && clock.now() - deletedAtMs >= forceAfterMs) {
            isForced = true;
            await cluster.deletePod(ref, 0, signal);
        }
        await clock.sleep(pauses.next(), signal);
    }
}
/** The command that deletes the pod by hand. */
function removalCommand({ namespace, name }) {
    return `kubectl delete pod ${name} --namespace ${namespace}`;
}

;// CONCATENATED MODULE: ./build/cleanup.js


/** Time limit of the request for whether a pod to be kept exists. */
const lookMs = 5_000;
/** Time limit of a removal. It is short because the post step tries again. */
const removalMs = 15_000;
/** Removes the pod of an attempt, or keeps it, if `keep-pod` is set so. @returns true if it is kept. */
async function disposeOf(ref, { keepPod, failure, isRefused, hasEnded }, ports) {
    if (isRefused)
        await forgetPod(ref, ports);
    else if (isToKeep(keepPod, failure))
        return keep(ref, ports);
    else
        await remove(ref, hasEnded, ports);
    return false;
}
function isToKeep(keepPod, failure) {
    if (failure?.kind === 'cancelled')
        return false;
    return keepPod === 'always' || (keepPod === 'on-failure' && failure !== undefined);
}
/** @returns false if the pod does not exist. */
async function keep(ref, ports) {
    await forgetPod(ref, ports);
    if (!(await mayExist(ref, ports.cluster)))
        return false;
    await ports.log.info(`pod ${ref.name} in namespace ${ref.namespace} is kept (input 'keep-pod')`);
    return true;
}
/** False only if the API server reports that the pod does not exist. */
async function mayExist(ref, cluster) {
    try {
        return (await cluster.readPod(ref, AbortSignal.timeout(lookMs))) !== undefined;
    }
    catch {
        return true;
    }
}
/** Deletes the pod. If that fails, it stays saved for the post step. */
async function remove(ref, hasEnded, ports) {
    const { cluster, clock, log } = ports;
    const removal = { graceSeconds: hasEnded ? 0 : 1, patienceMs: removalMs };
    const problem = await removePod(cluster, ref, removal, clock);
    if (problem === undefined)
        await forgetPod(ref, ports);
    else {
        await log.warning(`pod ${ref.name} could not be removed yet (${problem}); the post step tries again`);
    }
}
/** Takes the pod from the list of the post step. If that cannot be saved, the post step deletes a pod too many. */
async function forgetPod(ref, { pods, log }) {
    try {
        pods.forget(ref);
    }
    catch (error) {
        await log.warning(`${(0,errors/* describeError */.Uc)(error)}: the post step will delete pod ${ref.name}`);
    }
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./build/context/prefetch.js

/** The streams of one pod. The first one is packed immediately, while the pod is scheduled and its image is pulled. */
class StreamsAhead {
    #open;
    #limitBytes;
    #first;
    /** @param limitBytes the number of compressed bytes that can wait for the container. */
    constructor(open, limitBytes) {
        this.#open = open;
        this.#limitBytes = limitBytes;
        this.#first = this.#ahead();
    }
    /** A stream from its beginning. The caller destroys it. Streams after the first one are packed when they are opened. */
    open() {
        const first = this.#first ?? this.#ahead();
        this.#first = undefined;
        return first;
    }
    /** Stops packing if the first stream was never opened. */
    close() {
        this.#first?.stream.destroy();
        this.#first = undefined;
    }
    #ahead() {
        const { stream, progress } = this.#open();
        const ahead = prefetch(stream, this.#limitBytes);
        // The reader gets the error. Without a listener Node would end the process before that.
        ahead.on('error', () => undefined);
        return { stream: ahead, progress };
    }
}
/**
 * Reads a stream ahead of its consumer, up to a limit. Destroying the result destroys the source. An error of the source
 * follows the bytes that were read before it.
 * @param limitBytes reading pauses when this number of bytes waits; the last chunk can exceed it.
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
        // In object mode chunks are passed on one at a time. A byte stream would copy all waiting chunks into one buffer.
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

// EXTERNAL MODULE: ./build/dockerfile/edit.js
var edit = __webpack_require__(9183);
// EXTERNAL MODULE: ./build/text/space.js
var text_space = __webpack_require__(2148);
;// CONCATENATED MODULE: ./build/dockerfile/directives.js

/** @param lines of the Dockerfile, without line endings. */
function escapeOf(lines) {
    const value = directivesOf(lines, '#', text_space/* trimSpaceStart */.R5).get('escape');
    return value === '`' ? '`' : '\\';
}
/** The value of `# syntax=`: the image of the frontend that reads the file; undefined without it. */
function frontendOf(lines) {
    const read = lines[0]?.startsWith('#!') === true ? lines.slice(1) : lines;
    for (const mark of ['#', '//']) {
        const value = directivesOf(read, mark, (line) => line).get('syntax');
        if (value === undefined)
            continue;
        const [image = ''] = value.split(' ', 1);
        return image === '' ? undefined : image;
    }
    return undefined;
}
/**
 * Parser directives. They end at the first line that is not a directive, and at the second one with the same name, which
 * builders refuse.
 */
function directivesOf(lines, mark, prepare) {
    const directives = new Map();
    for (const line of lines) {
        const text = prepare(line);
        const form = text.startsWith(mark)
            ? formOf((0,text_space/* trimSpaceStart */.R5)(text.slice(mark.length)))
            : undefined;
        if (form === undefined || directives.has(form.name))
            break;
        directives.set(form.name, form.value);
    }
    return directives;
}
/** Directives have ASCII white space, although other white space can be before them. */
const directiveForm = /^(syntax|escape|check)[\t\f\r ]*=(.*)$/is;
const directiveSpace = /[\t\f\r ]/;
function formOf(text) {
    const [, name = '', value = ''] = directiveForm.exec(text) ?? [];
    if (value === '')
        return undefined;
    let start = 0;
    // A value of white space is the last character of it.
    while (start < value.length - 1 && directiveSpace.test(value.charAt(start)))
        start += 1;
    let end = value.length;
    while (end > start + 1 && directiveSpace.test(value.charAt(end - 1)))
        end -= 1;
    return { name: name.toLowerCase(), value: value.slice(start, end) };
}

;// CONCATENATED MODULE: ./build/dockerfile/instruction.js

/** Splits an instruction as BuildKit does: the flags end at the first argument without `--`, or at `--`. */
function splitInstruction(text, escape) {
    const [, name = '', content = ''] = /^([^\t\v\f\r ]+)[\t\v\f\r ]*(.*)$/s.exec((0,text_space/* trimSpace */.Pd)(text)) ?? [];
    const { flags, rest } = content.startsWith('--')
        ? splitFlags(content, escape)
        : { flags: [], rest: content };
    return { name: name.toLowerCase(), flags, rest: (0,text_space/* trimSpace */.Pd)(rest) };
}
/**
 * BuildKit reads flags byte by byte: each byte of a character is a character of the flag, and the bytes 0x85 and 0xA0 are
 * white space in it.
 */
function splitFlags(content, escape) {
    const bytes = Buffer.from(content).toString('latin1');
    const flags = [];
    let start = 0;
    while (bytes.startsWith('--', start)) {
        const { flag, end } = readFlag(bytes, start, escape);
        start = end;
        if (flag === '--')
            break;
        flags.push(flag);
        while (start < bytes.length && isByteSpace(bytes.charAt(start)))
            start += 1;
    }
    return { flags, rest: Buffer.from(bytes.slice(start), 'latin1').toString() };
}
/** Reads to white space outside of quotes. Quotes and the escape character are not part of the flag. */
function readFlag(bytes, start, escape) {
    let flag = '';
    let quote = '';
    let end = start;
    for (; end < bytes.length; end += 1) {
        const character = bytes.charAt(end);
        if (character === escape)
            flag += bytes.charAt(++end);
        else if (character === quote)
            quote = '';
        else if (quote !== '')
            flag += character;
        else if (isByteSpace(character))
            break;
        else if (character === '"' || character === "'")
            quote = character;
        else
            flag += character;
    }
    return { flag, end };
}
function isByteSpace(character) {
    return /[\t-\r \x85\xa0]/.test(character);
}
/** The value of a flag; undefined without it. */
function flagOf({ flags }, name) {
    const prefix = `--${name}=`;
    return flags.findLast((flag) => flag.toLowerCase().startsWith(prefix))?.slice(prefix.length);
}
/** The images and stages that COPY and RUN take files from: `COPY --from` and `RUN --mount=from`. */
function fileImagesOf(instruction) {
    if (instruction.name === 'copy')
        return [flagOf(instruction, 'from') ?? ''];
    if (instruction.name !== 'run')
        return [];
    return instruction.flags.flatMap((flag) => {
        const [, from] = /^--mount=(?:.*,)?from=([^,]*)/is.exec(flag) ?? [];
        return from === undefined ? [] : [from];
    });
}
/** The elements of a JSON array of strings; undefined for the shell form. */
function readJsonForm(rest) {
    if (!rest.startsWith('['))
        return undefined;
    try {
        const value = JSON.parse(rest);
        const isForm = Array.isArray(value) && value.every((element) => typeof element === 'string');
        // Half of a surrogate pair becomes U+FFFD in Go.
        return isForm ? value.map((element) => element.toWellFormed()) : undefined;
    }
    catch {
        return undefined;
    }
}
/** Splits at white space as BuildKit does. */
function splitWords(text) {
    return text.split(/[\t\v\f\r ]+/).filter((word) => word !== '');
}
/** Replaces each run of white space by one space, so that an instruction compares equal however its lines were joined. */
function collapse(text) {
    return text.replace(/\s+/g, ' ').trim();
}

;// CONCATENATED MODULE: ./build/dockerfile/shell-words.js

/** Expansions within expansions are read this deep. */
const deepest = 32;
/**
 * Splits a shell command as BuildKit's shell lexer does without any variables: expansions stay as they are, the escape
 * character is a backslash, and white space after `<<` is part of the word. Takes time in proportion to the length.
 * @returns undefined for a text that BuildKit refuses, such as `${}` or a quote that is not closed.
 */
function splitShellWords(text, form) {
    // The scanner of Go's library passes over a byte order mark at the beginning.
    return new ShellLexer(text.replace(/^\uFEFF/, ''), form).read();
}
const variableName = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const afterOperator = /[\t\r ]*/y;
/** The names are those of `shellWord` in frontend/dockerfile/shell/lex.go. */
class ShellLexer {
    #text;
    #isRaw;
    #at = 0;
    /** The word so far. An expansion uses the same buffer and empties it, as in BuildKit: what precedes `${A:-b}` is lost. */
    #word = '';
    constructor(text, form) {
        this.#text = text;
        this.#isRaw = form === 'raw';
    }
    read() {
        const words = [];
        const text = this.#readUntil(undefined, this.#isRaw, 0, words);
        return text === undefined ? undefined : words;
    }
    /**
     * Reads to this character, which is not part of the result, or to the end of the text.
     * @param keepsEscapes whether backslashes are part of the result.
     * @param words gets the words of the text.
     */
    #readUntil(end, keepsEscapes, depth, words) {
        if (depth > deepest)
            return undefined;
        this.#word = '';
        let text = '';
        while (this.#at < this.#text.length) {
            const character = this.#text.charAt(this.#at);
            if (character === end) {
                this.#at += 1;
                this.#endWord(words);
                return text;
            }
            const part = this.#readPart(character, keepsEscapes, depth);
            if (part === undefined)
                return undefined;
            text += part;
            // White space in an expansion separates words, even inside of its quotes.
            if (character === '$' || (0,text_space/* isSpace */.xC)(character))
                this.#addWords(part, words);
            else
                this.#word += part;
        }
        this.#endWord(words);
        return end === undefined ? text : undefined;
    }
    #readPart(character, keepsEscapes, depth) {
        switch (character) {
            case '$':
                return this.#readDollar(depth);
            case '<':
                return this.#readOperator();
            case "'":
                return this.#readSingleQuote();
            case '"':
                return this.#readDoubleQuote(keepsEscapes, depth);
            case '\\':
                return (keepsEscapes ? '\\' : '') + this.#take(2).slice(1);
            default:
                return this.#take(1);
        }
    }
    #addWords(part, words) {
        for (const character of part) {
            if ((0,text_space/* isSpace */.xC)(character))
                this.#endWord(words);
            else
                this.#word += character;
        }
    }
    #endWord(words) {
        if (this.#word !== '')
            words.push(this.#word);
        this.#word = '';
    }
    #readSingleQuote() {
        const close = this.#text.indexOf("'", this.#at + 1);
        if (close === -1)
            return undefined;
        const quoted = this.#take(close + 1 - this.#at);
        return this.#isRaw ? quoted : quoted.slice(1, -1);
    }
    #readDoubleQuote(keepsEscapes, depth) {
        const quote = this.#isRaw ? '"' : '';
        this.#at += 1;
        let text = quote;
        while (this.#at < this.#text.length) {
            const character = this.#text.charAt(this.#at);
            if (character === '"') {
                this.#at += 1;
                return text + quote;
            }
            const part = character === '$' ? this.#readDollar(depth) : this.#readQuoted(keepsEscapes);
            if (part === undefined)
                return undefined;
            text += part;
        }
        return undefined;
    }
    /** A character in double quotes. */
    #readQuoted(keepsEscapes) {
        if (this.#text.charAt(this.#at) !== '\\')
            return this.#take(1);
        const isEscape = /["$\\]/.test(this.#text.charAt(this.#at + 1));
        // A kept backslash that escapes nothing is doubled.
        return (keepsEscapes ? '\\' : '') + (isEscape ? this.#take(2).slice(1) : this.#take(1));
    }
    #readDollar(depth) {
        this.#at += 1;
        if (this.#text.charAt(this.#at) !== '{')
            return `$${this.#match(variableName)}`;
        this.#at += 1;
        if (['', '{', '}', ':'].includes(this.#text.charAt(this.#at)))
            return undefined;
        return this.#readBraces(this.#match(variableName), depth);
    }
    #readBraces(name, depth) {
        const operator = this.#take(1);
        if (operator === '}')
            return `\${${name}}`;
        if (operator === '/')
            return this.#readReplacement(name, depth);
        const form = operator === ':' ? operator + this.#take(1) : operator;
        if (!/^(?::[^#%]|[-+?#%])$/s.test(form))
            return undefined;
        const rest = this.#readUntil('}', /[#%]/.test(form), depth + 1, []);
        return rest === undefined ? undefined : `\${${name}${form}${rest}}`;
    }
    #readReplacement(name, depth) {
        if (this.#text.charAt(this.#at) === '/')
            this.#at += 1;
        const pattern = this.#readUntil('/', true, depth + 1, []);
        if (pattern === undefined)
            return undefined;
        const rest = this.#readUntil('}', true, depth + 1, []);
        return rest === undefined ? undefined : `\${${name}/${pattern}/${rest}}`;
    }
    /** `<`, or `<<` and the white space after it. */
    #readOperator() {
        if (!this.#text.startsWith('<<', this.#at))
            return this.#take(1);
        return this.#take(2) + this.#match(afterOperator);
    }
    #take(length) {
        const text = this.#text.slice(this.#at, this.#at + length);
        this.#at += text.length;
        return text;
    }
    #match(pattern) {
        pattern.lastIndex = this.#at;
        return this.#take(pattern.exec(this.#text)?.[0].length ?? 0);
    }
}

;// CONCATENATED MODULE: ./build/dockerfile/heredocs.js


/** The heredocs of an instruction, in the order of their texts. */
function heredocsOf({ name, text, rest }, escape) {
    if (name === 'onbuild') {
        const inner = splitInstruction(rest, escape);
        return inner.name === 'onbuild' ? [] : heredocsOf({ ...inner, text }, escape);
    }
    if (!['add', 'copy', 'run'].includes(name))
        return [];
    if (!text.includes('<<') || readJsonForm(rest) !== undefined)
        return [];
    // BuildKit reads these words with a backslash, regardless of the escape directive.
    return (splitShellWords(text, 'raw') ?? []).flatMap((word) => readHeredoc(word) ?? []);
}
const heredocForm = /^\d*<<(-?)([^<]*)$/;
/** A heredoc has one word as its delimiter. */
function readHeredoc(word) {
    const [, dash, quoted = ''] = heredocForm.exec(word) ?? [];
    const [delimiter, ...others] = splitShellWords(quoted.replace(/^[\t\n\f\r ]+/, ''), 'plain') ?? [];
    if (delimiter === undefined || others.length > 0)
        return undefined;
    return { delimiter, isIndented: dash === '-' };
}
/** Whether a word has the form of a heredoc, for example `3<<-EOF`. */
function isHeredocWord(word) {
    return heredocForm.test(word);
}
/** Whether a line of the Dockerfile ends the heredoc. */
function endsHeredoc({ delimiter, isIndented }, line) {
    return (isIndented ? line.replace(/^\t+/, '') : line) === delimiter;
}

;// CONCATENATED MODULE: ./build/dockerfile/stages.js


/** The stages of a Dockerfile. Instructions before the first FROM belong to none. */
function stagesOf(instructions) {
    const starts = instructions.flatMap(({ name }, index) => (name === 'from' ? [index] : []));
    return starts.flatMap((start, index) => {
        const from = instructions[start];
        if (from === undefined)
            return [];
        const [base = '', as, name] = splitWords(from.rest);
        return [
            {
                name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
                base,
                from,
                instructions: instructions.slice(start + 1, starts[index + 1]),
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
 * A target for kaniko, which selects a stage by its name alone, the first one of several. A stage that is given by its number
 * becomes its name.
 * @returns undefined for the last stage; the target itself if it is not the number of a stage.
 * @throws BuildError('input') for the number of a stage that no name selects.
 */
function namedTarget(stages, target) {
    const stage = findTarget(stages, target);
    if (stage === undefined || stage.name === target?.toLowerCase())
        return target;
    if (stage === stages.at(-1))
        return undefined;
    const { name, from } = stage;
    if (name !== undefined && stages.find((each) => each.name === name) === stage)
        return name;
    throw new errors/* BuildError */.zS('input', `input 'target': kaniko selects a stage by its name, and stage ${target ?? ''} (line ${from.line} of the Dockerfile) has ${name === undefined ? 'none' : 'that of an earlier stage'}`, { hint: 'Name the stage, as in FROM IMAGE AS NAME, and set this input to the name.' });
}
/**
 * The stages that a build of `target` certainly needs. References with variables (see expandBases), to later stages and to names that several
 * stages have are ignored: builders differ there.
 */
function reachableStages(stages, target) {
    const indexes = Map.groupBy(stages.keys(), (index) => stages[index]?.name);
    const isUnique = (name) => indexes.get(name)?.length === 1;
    const needed = new Set([stages.indexOf(target)]);
    const reached = [];
    // References lead to earlier stages only, so one pass from the last stage to the first is enough.
    for (const [index, stage] of [...stages.entries()].reverse()) {
        if (!needed.has(index))
            continue;
        if (stage.name !== undefined && !isUnique(stage.name))
            continue;
        reached.push(stage);
        const images = stage.instructions.flatMap(fileImagesOf);
        for (const number of numbersOf(stage))
            needed.add(number);
        for (const name of [stage.base, ...images].map((image) => image.toLowerCase())) {
            if (isUnique(name))
                indexes.get(name)?.forEach((found) => needed.add(found));
        }
    }
    return reached.reverse();
}
/** The numbers of stages in `COPY --from`. RUN takes a number for an image. */
function numbersOf({ instructions }) {
    return instructions.flatMap((instruction) => instruction.name === 'copy' ? fileImagesOf(instruction).map(numberOf) : []);
}
/** NaN for a text that is not the number of a stage. */
function numberOf(text) {
    return /^\d{1,4}$/.test(text) ? Number(text) : NaN;
}

;// CONCATENATED MODULE: ./build/dockerfile/parse.js





const known = new Set(`add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume
  workdir`.split(/\s+/));
/**
 * Parses a Dockerfile as BuildKit's parser does, which kaniko uses too. Never throws: the text can be anything, and takes
 * time in proportion to its length.
 */
function parseDockerfile(text) {
    const lines = splitLines(text);
    const escape = escapeOf(lines);
    const instructions = [];
    let hasErrors = false;
    let next = 0;
    const takeLine = () => lines[next++];
    for (let first = takeLine(); first !== undefined; first = takeLine()) {
        if (isComment(first) || isEmpty(first))
            continue;
        const line = next;
        const joined = joinLines((0,text_space/* trimSpaceStart */.R5)(first), takeLine, escape);
        const whole = (0,text_space/* trimSpace */.Pd)(joined);
        if (whole === '') {
            hasErrors = true;
            continue;
        }
        const parts = { ...splitInstruction(whole, escape), text: whole };
        // A backslash can escape white space at the end.
        const heredocs = heredocsOf({ ...parts, text: joined }, escape);
        for (const heredoc of heredocs) {
            let end = takeLine();
            while (end !== undefined && !endsHeredoc(heredoc, end))
                end = takeLine();
            if (end === undefined)
                hasErrors = true;
        }
        if (!known.has(parts.name))
            hasErrors = true;
        instructions.push({ ...parts, line, heredocs: heredocs.length });
    }
    const stages = stagesOf(instructions);
    return { instructions, stages, frontend: frontendOf(lines), escape, hasErrors };
}
function splitLines(text) {
    return text
        .replace(/^\uFEFF/, '')
        .split('\n')
        .map((line) => {
        let end = line.length;
        while (line[end - 1] === '\r')
            end -= 1;
        return line.slice(0, end);
    });
}
function isComment(line) {
    return (0,text_space/* trimSpaceStart */.R5)(line).startsWith('#');
}
function isEmpty(line) {
    return (0,text_space/* trimSpaceStart */.R5)(line) === '';
}
const continuations = {
    '\\': /(?:^|[^\\])(?=\\[ \t]*$)/,
    '`': /(?:^|[^`])(?=`[ \t]*$)/,
};
/** Joins a line with those that continue it. Comments and empty lines between them are skipped. */
function joinLines(first, takeLine, escape) {
    const continuation = continuations[escape];
    let whole = '';
    for (let line = first; line !== undefined; line = takeLine()) {
        if (isComment(line) || isEmpty(line))
            continue;
        const found = continuation.exec(line);
        if (found === null)
            return whole + line;
        whole += line.slice(0, found.index + found[0].length);
    }
    return whole;
}

// EXTERNAL MODULE: ./build/text/problem.js
var text_problem = __webpack_require__(9093);
// EXTERNAL MODULE: ./build/text/show.js
var show = __webpack_require__(3017);
;// CONCATENATED MODULE: ./build/inputs/values/reference.js


/** Docker Hub's registry as go-containerregistry (kaniko, crane) names it. */
const dockerHub = 'index.docker.io';
// The grammar of github.com/distribution/reference.
const component = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const hostPattern = new RegExp(`^(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?$`);
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const longestName = 255;
/**
 * An image reference to push, with Docker's defaults: Docker Hub without a host, `latest` without a tag.
 * @throws InvalidInput
 */
function parseReference(text) {
    refuseUser(text);
    refuseScheme(text);
    if (text.includes('@')) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} has a digest, but an image can only be pushed to a tag`, 'Write registry/repository:tag.');
    }
    const { name, tag } = splitTag(text);
    if (tag !== undefined && !tagPattern.test(tag)) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} has an invalid tag after the last ":"`, 'Use at most 128 letters, digits, "_", "." and "-", not beginning with "." or "-".');
    }
    const { registry, path } = parseRepository(name);
    return {
        text: `${canonicalName(name)}:${tag ?? 'latest'}`,
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
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(name)} has an invalid registry before the first "/"`, 'Write host[:port]/repository.');
    }
    if (path !== path.toLowerCase()) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(name)} has upper-case letters in the repository`, (0,show/* show */.W)(name) === name
            ? `Use ${host === undefined ? '' : `${host}/`}${path.toLowerCase()}.`
            : 'Use lower-case letters.');
    }
    if (name.length > longestName || !path.split('/').every((part) => pathPattern.test(part))) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(name)} is not a repository`, 'Use lower-case letters and digits, separated by ".", "_", "-" or "/".');
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
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} begins with a scheme`, `Write ${(0,show/* show */.W)(text).replace(/^[a-z]+:\/\//i, '')}.`);
}
/** @throws InvalidInput for `user:password@host`. Quotes only the part after the last `@`. */
function refuseUser(text) {
    const at = text.lastIndexOf('@');
    if (at === -1 || /^sha\d+:/.test(text.slice(at + 1)))
        return;
    throw (0,text_problem/* invalid */.Gq)(`it has a user name or a password before ${(0,text_problem/* quote */.hD)(text.slice(at))}`, 'Remove it. Registry credentials come from docker login, docker-config, registry-auths or registry-secret.');
}
/**
 * Host and port of a registry, without a scheme and a path.
 * @throws InvalidInput
 */
function parseHost(text) {
    refuseUser(text);
    if (hostPattern.test(text))
        return normalizeHost(text);
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a registry host`, 'Write host or host:port.');
}
/** Names of Docker Hub in addition to `docker.io`, which builders replace themselves. */
const hubAliases = ['registry-1.docker.io', 'registry.hub.docker.com'];
/** The host in lower case, or `index.docker.io` for every host name of Docker Hub. */
function normalizeHost(host) {
    const name = host.toLowerCase();
    return name === 'docker.io' || hubAliases.includes(name) ? dockerHub : name;
}
/**
 * A repository as builders get it. They compare hosts as text, with those of credentials and certificates: a host is in lower
 * case, and an alias of Docker Hub is replaced. A name that needs neither is returned as it is.
 */
function canonicalName(name) {
    const { host, path } = splitHost(name);
    if (host === undefined || host === 'docker.io')
        return name;
    return `${normalizeHost(host)}/${path}`;
}
/**
 * The repository of an image reference in a Dockerfile, which may have a tag and a digest; undefined if it is not a reference.
 */
function pulledRepository(reference) {
    const { name } = splitTag(reference.replace(/@.*$/s, ''));
    const { host, path } = splitHost(name);
    const isReference = path.split('/').every((part) => pathPattern.test(part));
    if (!isReference || (host !== undefined && !hostPattern.test(host)))
        return undefined;
    const registry = normalizeHost(host ?? dockerHub);
    return {
        registry,
        path: registry === dockerHub && !path.includes('/') ? `library/${path}` : path,
        host: host === undefined || host === 'docker.io' ? dockerHub : host,
    };
}
/** Registry of an image reference in a Dockerfile, which may have a tag and a digest; undefined if it is not a reference. */
function registryOf(reference) {
    return pulledRepository(reference)?.registry;
}
/** A colon in the last path component separates the tag; elsewhere it belongs to the port. */
function splitTag(text) {
    const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
    if (colon === -1)
        return { name: text, tag: undefined };
    return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}
/**
 * The first component is a host if it has a dot or a port, or is `localhost`. Docker also treats a component with capitals
 * as a host. Builders do not, and it is nearly always the name of an organisation, which must be in lower case.
 */
function splitHost(name) {
    const slash = name.indexOf('/');
    const first = name.slice(0, Math.max(0, slash));
    const isHost = /[.:]/.test(first) || first === 'localhost';
    return slash > 0 && isHost
        ? { host: first, path: name.slice(slash + 1) }
        : { host: undefined, path: name };
}

// EXTERNAL MODULE: ./build/text/path.js
var text_path = __webpack_require__(8379);
;// CONCATENATED MODULE: ./build/logins/registry-key.js


/** The key of Docker Hub in Docker's config.json, and its name for credential helpers. */
const hubKey = 'https://index.docker.io/v1/';
/** Reads a key in any of Docker's spellings: `https://host/v1/`, `host/v2`, `HOST`, `host/group`. */
function readKey(key) {
    const bare = (0,text_path/* withoutSlashes */.C)(key.trim().replace(/^https?:\/\//i, ''));
    const slash = bare.indexOf('/');
    const host = slash === -1 ? bare : bare.slice(0, slash);
    const path = slash === -1 ? '' : bare.slice(slash + 1);
    return { host: normalizeHost(host), path: /^v[12]$/.test(path) ? '' : path };
}
/** The key under which builders look a registry up. @param host as the builder names it: an alias of Docker Hub is kept. */
function writeKey({ host, path }) {
    if (path !== '')
        return `${host}/${path}`;
    return host === dockerHub ? hubKey : host;
}
/** True if a path of a registry contains the repository. Each registry contains all. */
function containsPath(path, repository) {
    return path === '' || repository === path || repository.startsWith(`${path}/`);
}

;// CONCATENATED MODULE: ./build/logins/logins.js

const noLogins = { byHost: new Map(), secrets: [], warnings: [] };
/** The credentials for a repository: of the longest path in the registry that contains it, else of the registry. */
function loginFor(byHost, registry, repository) {
    const [found] = Object.entries(byHost.get(registry) ?? {})
        .map(([key, credentials]) => ({ path: readKey(key).path, credentials }))
        .filter(({ path }) => containsPath(path, repository))
        .toSorted((one, other) => other.path.length - one.path.length);
    return found === undefined || Object.keys(found.credentials).length === 0
        ? undefined
        : found.credentials;
}

;// CONCATENATED MODULE: ./build/logins/wanted.js


/**
 * The repositories whose credentials a build needs: those of the caches, those of the tags if it pushes, and those that
 * `pull-logins` selects. Each once.
 * @param pulls the repositories that the Dockerfile names.
 */
function wantedLogins(inputs, pulls) {
    const wanted = new Map();
    for (const login of [...pullsOf(inputs, pulls), ...pushesOf(inputs), ...cachesOf(inputs)]) {
        const key = `${login.registry}/${login.path}`;
        const other = wanted.get(key);
        wanted.set(key, other === undefined ? login : union(other, login));
    }
    return [...wanted.values()];
}
function union(one, other) {
    return {
        ...one,
        actions: [...new Set([...one.actions, ...other.actions])],
        hosts: [...new Set([...one.hosts, ...other.hosts])],
        required: one.required || other.required,
    };
}
function pushesOf({ image }) {
    if (!image.push)
        return [];
    return image.tags.map(({ registry, repository }) => ({
        registry,
        path: repository,
        actions: ['pull', 'push'],
        hosts: [registry],
        required: true,
    }));
}
function cachesOf({ image }) {
    if (image.noCache)
        return [];
    const cacheLogin = (name, actions) => {
        const { registry, path } = parseRepository(name);
        return { registry, path, actions, hosts: [registry], required: true };
    };
    return [
        ...(image.cacheFrom === undefined ? [] : [cacheLogin(image.cacheFrom, ['pull'])]),
        ...(image.cacheTo === undefined ? [] : [cacheLogin(image.cacheTo, ['pull', 'push'])]),
    ];
}
/** The repositories of the Dockerfile and those of their mirrors, as far as `pull-logins` selects them. */
function pullsOf({ registry: { pullLogins, mirrors } }, pulls) {
    if (pullLogins === 'none')
        return [];
    const all = pulls
        .flatMap((pull) => [
        pull,
        ...mirrors
            .filter(({ registry }) => registry === pull.registry)
            .map((mirror) => mirroredAt(mirror, pull)),
    ])
        .map(({ registry, path, host }) => pullLogin(registry, path, host));
    if (pullLogins === 'auto')
        return all;
    const selected = new Set(pullLogins);
    const listed = all.filter(({ registry }) => selected.has(registry));
    const named = new Set(listed.map(({ registry }) => registry));
    const others = pullLogins.filter((host) => !named.has(host));
    return [...listed, ...others.map((host) => pullLogin(host, '', host))];
}
function pullLogin(registry, path, host) {
    return { registry, path, actions: ['pull'], hosts: [host], required: false };
}
/** A mirror with a path has the repositories below it. */
function mirroredAt({ mirror }, { path }) {
    const [, host = '', prefix = ''] = /^([^/]*)\/?(.*)$/s.exec(mirror) ?? [];
    return {
        registry: normalizeHost(host),
        path: prefix === '' ? path : `${prefix}/${path}`,
        host,
    };
}
/** The registries that the build pushes to without credentials; none if a Secret of the cluster has them, which is not read. */
function hostsWithoutCredentials({ image, registry }, { byHost }) {
    if (!image.push || registry.secret !== undefined)
        return [];
    const missing = image.tags.filter((tag) => loginFor(byHost, tag.registry, tag.repository) === undefined);
    return [...new Set(missing.map((tag) => tag.registry))];
}

;// CONCATENATED MODULE: ./build/pod/end-cause.js




/** Time limit of the request for the events: they only add to the exit code. */
const end_cause_eventsMs = 5_000;
const unknown = { killing: undefined, removal: undefined };
/**
 * Reads from the pod's events why a container was killed, and whether one that ended with exit code 0 was evicted or preempted.
 * Without the RBAC permission `list events` both are unknown.
 */
async function readEndCause(state, { cluster, clock, ref, isProvedByExit, warn }, signal) {
    if (state.kind !== 'ended')
        return unknown;
    const limit = { clock, ms: end_cause_eventsMs };
    if (state.exitCode !== 0) {
        if (signalOf(state.exitCode) === undefined)
            return unknown;
        const events = await within(limit, signal, (until) => eventsIfKnown(cluster, ref, until));
        return { ...unknown, killing: readKilling(events) };
    }
    if (!isProvedByExit)
        return unknown;
    try {
        const events = await within(limit, signal, (until) => cluster.podEvents(ref, until));
        return { ...unknown, removal: readRemoval(events) };
    }
    catch (error) {
        signal.throwIfAborted();
        await warn(`the builder ended with exit code 0, but the events that would report an eviction or preemption cannot be read: ${(0,errors/* describeError */.Uc)(error)}`);
        return unknown;
    }
}

;// CONCATENATED MODULE: ./build/logins/sources.js
/** Where users provide the credentials of registries that the runner reads, for hints. */
const runnerCredentials = "docker login, 'registry-auths' or 'docker-config'";
/** The same with those that only the builder can use. */
const credentialSources = "docker login, 'registry-auths', 'docker-config' or 'registry-secret'";

;// CONCATENATED MODULE: ./build/result/confirmation.js





/** How long a registry is asked if the output of the builder confirms the digest, and if it does not. */
const askMs = { withOutput: 5_000, alone: 30_000 };
const pauses = { firstMs: 500, longestMs: 5_000, jitter: 0.5 };
const doNotUse = 'Do not use the image. A RUN step may have changed the digest that the builder reports.';
/**
 * The digest of the pushed image, confirmed for each repository of the tags: the registry has it under one of the tags, or,
 * where the registry cannot be asked, all of the output was read and names this digest alone. The termination message is not
 * a proof, because a RUN step can write to it. The output is a weaker proof than the registry: a process of a RUN step
 * can read the pipe of the output, and so take lines away.
 * @param tags that were pushed, at least one.
 * @throws BuildError if it is not confirmed.
 */
async function confirmDigest(tags, report, ports, signal) {
    const digest = reportedDigest(report);
    const isPrinted = report.isOutputWhole && tags.every((tag) => hasPrinted(report, tag));
    const repositories = [...Map.groupBy(tags, repositoryOf).values()];
    const question = { digest, isPrinted };
    const held = await Promise.all(repositories.map((ours) => askRepository(ours, question, ports, signal)));
    for (const { tag, answer } of held) {
        if (answer === digest)
            continue;
        if (typeof answer === 'string')
            throw otherDigest(digest, tag, answer);
        const why = `asking the registry for the digest of ${tag.text} failed: ${(0,errors/* describeError */.Uc)(answer.failure)}`;
        if (!isPrinted)
            throw unconfirmed(digest, why);
        await ports.info(`the digest is confirmed by the builder's output only: ${why}`);
    }
    return digest;
}
/** @throws BuildError unless the builder has reported one digest, and its output no other. */
function reportedDigest({ reported, printed }) {
    const [digest] = reported;
    if (digest === undefined) {
        throw new errors/* BuildError */.zS('build', 'the builder ended with exit code 0 but reported no digest, so the push cannot be confirmed', { hint: "Remove flags from 'builder-args' that change where the digest is written." });
    }
    const all = [...reported, ...[...printed.values()].flatMap((digests) => [...digests])];
    const other = all.find((found) => found !== digest);
    if (other === undefined)
        return digest;
    throw new errors/* BuildError */.zS('build', `the builder reported two digests, ${digest} and ${other}, so the pushed image cannot be determined`, { hint: doNotUse });
}
/** True if the output names a digest for the repository; then it is the reported one. */
function hasPrinted({ printed }, tag) {
    return (printed.get(repositoryOf(tag))?.size ?? 0) > 0;
}
function repositoryOf({ registry, repository }) {
    return `${registry}/${repository}`;
}
/**
 * Asks the registry for the tags of one repository until one of them has the digest: all of them were pushed with the same
 * image, but another build can push a tag again.
 * @returns the tag with the digest; else one with another digest; else one that the registry did not answer for.
 * @throws the signal's reason.
 */
async function askRepository(tags, question, ports, signal) {
    let result;
    for (const tag of tags) {
        const held = await askTag(tag, question, ports, signal);
        if (held.answer === question.digest)
            return held;
        if (typeof result?.answer !== 'string')
            result = held;
        // The registry is unreachable for the other tags, too.
        if (typeof held.answer !== 'string' && held.answer.isTemporary)
            return result;
    }
    if (result === undefined)
        throw new RangeError('a repository without tags');
    return result;
}
/**
 * Asks for one tag; again after temporary failures. If the output confirms the digest, a registry that cannot be reached is asked
 * once.
 * @throws the signal's reason.
 */
async function askTag(tag, { isPrinted }, { registry, clock }, signal) {
    const ms = isPrinted ? askMs.withOutput : askMs.alone;
    const backoff = new Backoff(pauses);
    let last;
    try {
        return await within({ clock, ms }, signal, async (until) => {
            for (;;) {
                const answer = await registry.tagDigest(tag, until);
                if (typeof answer === 'string' || !answer.isTemporary)
                    return { tag, answer };
                // A registry that cannot be reached from the runner would delay every build.
                if (isPrinted && !answer.hasResponded)
                    return { tag, answer };
                last = answer;
                await clock.sleep(backoff.next(), until);
            }
        });
    }
    catch (error) {
        signal.throwIfAborted();
        const late = { failure: toError(error), isTemporary: true, hasResponded: false };
        return { tag, answer: last ?? late };
    }
}
function otherDigest(digest, { text }, other) {
    return new errors/* BuildError */.zS('build', `the builder reported the digest ${digest}, but the registry has ${other} under ${text}, so the pushed image cannot be determined`, {
        hint: 'Run the step again if another build pushed the same tag at the same time. If none did, do not use the image: a RUN step may have changed the digest that the builder reports.',
    });
}
function unconfirmed(digest, why) {
    return new errors/* BuildError */.zS('build', `the builder reported the digest ${digest}, but its output does not confirm it, and ${why}`, {
        hint: `Make the registry reachable from the runner, with credentials of ${runnerCredentials} that can pull the image, or run the step again.`,
    });
}

;// CONCATENATED MODULE: ./build/result/losses.js
const tryAgain = 'Run the step again. If it happens often, contact the administrator of the cluster.';
const raisePriority = "Set a priorityClassName in 'pod-template'.";
const losses = {
    Deleted: {
        cause: 'another client deleted the pod',
        hint: 'Check which user or controller deletes pods in this namespace.',
        isRetried: false,
    },
    TerminationByKubelet: { cause: 'the kubelet evicted the pod', hint: tryAgain, isRetried: true },
    Preempting: {
        cause: 'the pod was preempted by a higher-priority pod',
        hint: raisePriority,
        isRetried: true,
    },
    PreemptionByScheduler: {
        cause: 'the pod was preempted by a higher-priority pod',
        hint: raisePriority,
        isRetried: true,
    },
    EvictionByEvictionAPI: {
        cause: 'the pod was evicted with the Eviction API (for example by a node drain)',
        hint: tryAgain,
        isRetried: true,
    },
    DeletionByTaintManager: {
        cause: 'the pod was evicted because of a NoExecute taint of its node',
        hint: tryAgain,
        isRetried: true,
    },
    DeletionByPodGC: {
        cause: 'the node was removed from the cluster',
        hint: tryAgain,
        isRetried: true,
    },
    NodeLost: { cause: 'the node became unreachable', hint: tryAgain, isRetried: true },
    NodeShutdown: { cause: 'the node was shut down', hint: tryAgain, isRetried: true },
    Terminated: { cause: 'the node was shut down', hint: tryAgain, isRetried: true },
    ContainerRestarted: {
        cause: 'the container was restarted',
        hint: "Remove restart policies from 'pod-template'.",
        isRetried: false,
    },
    ContainerStatusUnknown: {
        cause: 'the kubelet lost the status of the container',
        hint: tryAgain,
        isRetried: true,
    },
    NodeAffinity: {
        cause: 'the node does not match the node selector or node affinity of the pod',
        hint: "Correct 'node-selector' and 'pod-template'.",
        isRetried: false,
        neverRan: true,
    },
    NodePorts: {
        cause: 'a host port of the pod is in use on the node',
        hint: "Remove host ports from 'pod-template'.",
        isRetried: false,
        neverRan: true,
    },
    SysctlForbidden: {
        cause: 'the kubelet rejected the pod',
        hint: "Remove sysctls from 'pod-template'.",
        isRetried: false,
        neverRan: true,
    },
    AppArmor: {
        cause: 'the kubelet rejected the pod',
        hint: "Correct the AppArmor profile in 'pod-template'.",
        isRetried: false,
        neverRan: true,
    },
    PodOSNotSupported: {
        cause: 'the node runs another operating system',
        hint: "Correct os in 'pod-template': builders run on linux.",
        isRetried: false,
        neverRan: true,
    },
    PodOSSelectorNodeLabelDoesNotMatch: {
        cause: 'the node runs another operating system',
        hint: "Correct os in 'pod-template': builders run on linux.",
        isRetried: false,
        neverRan: true,
    },
    PodFeatureUnsupported: {
        cause: 'the kubelet does not support a feature of the pod',
        hint: "Remove that feature from 'pod-template', or choose other nodes with 'node-selector'.",
        isRetried: false,
        neverRan: true,
    },
    UnexpectedAdmissionError: {
        cause: 'the kubelet rejected the pod',
        hint: tryAgain,
        isRetried: true,
        neverRan: true,
    },
    TopologyAffinityError: {
        cause: 'the kubelet rejected the pod',
        hint: tryAgain,
        isRetried: true,
        neverRan: true,
    },
    InvalidNodeInfo: {
        cause: 'the kubelet rejected the pod',
        hint: tryAgain,
        isRetried: true,
        neverRan: true,
    },
    InitContainerFailed: {
        cause: 'an init container failed',
        hint: "Correct the init containers of 'pod-template'.",
        isRetried: false,
    },
};
/** The node was filled between scheduling and start: OutOfcpu, OutOfmemory, OutOfpods, and others. */
const insufficientResources = {
    cause: 'the node had insufficient resources for the pod',
    hint: tryAgain,
    isRetried: true,
    neverRan: true,
};
const unknownLoss = { cause: 'the pod was terminated', hint: tryAgain, isRetried: false };
/**
 * The loss that a pod status describes.
 * @param reason of the kubelet, the scheduler or the condition DisruptionTarget.
 * @param message that belongs to the reason.
 */
function lossOf(reason, message) {
    if (reason === 'Evicted')
        return evictionOf(message);
    if (reason.startsWith('OutOf'))
        return insufficientResources;
    return (Object.hasOwn(losses, reason) ? losses[reason] : undefined) ?? unknownLoss;
}
/** A pod that exceeds its own limits is evicted from every node. After node pressure, a new pod may succeed on another node. */
function evictionOf(message) {
    const cause = 'the kubelet evicted the pod';
    const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
    if (resource === 'memory' || resource === 'ephemeral-storage') {
        const hint = `Raise 'requests.${resource}' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.`;
        return { cause, hint, isRetried: true };
    }
    // The second text is that of a node that rejects new pods: `The node had condition: [DiskPressure].`
    if (resource !== undefined || message.includes('The node had condition')) {
        return { cause, hint: tryAgain, isRetried: true };
    }
    const hint = message.includes('EmptyDir')
        ? "Raise the sizeLimit of the volume in 'pod-template', or write less to it."
        : "Raise 'limits.ephemeral-storage' in 'resources', or exclude files with .dockerignore.";
    return { cause, hint, isRetried: false };
}

;// CONCATENATED MODULE: ./build/result/message.js





const look = 'Look at the output of the builder in the group "Build"';
const printMore = 'Make the command log its steps, for example with set -x in a shell.';
/** The error for an outcome without success, with its message and hint. */
function outcomeError(outcome, context) {
    switch (outcome.kind) {
        case 'failed':
            return failedError(outcome, context);
        case 'unconfirmed':
            return unconfirmedError(outcome.cause);
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
            return new errors/* BuildError */.zS('build', 'the pod no longer exists: another client deleted it before the builder ended', { hint: 'Check which user or controller deletes pods in this namespace.' });
    }
}
/** True for a refusal that a new pod would get as well. */
function isRefusal(cause) {
    return cause.code === 401 || cause.code === 403 || isUpgradeDropped(cause);
}
function failedError({ ended, contextComplete, bytesSent, cut }, context) {
    const { exitCode, reason, message } = ended;
    const { isSilent } = context;
    // A RUN step can print what a builder prints about an incomplete stream. If the upload is complete, that is not the cause.
    const isRefuted = contextComplete && context.diagnosis?.transport === true;
    const diagnosis = isRefuted ? undefined : context.diagnosis;
    if (reason === 'OOMKilled')
        return memoryError(exitCode, ended.memoryLimit ?? context.memoryLimit);
    if (reason === 'StartError' || reason === 'ContainerCannotRun') {
        return new errors/* BuildError */.zS('build', `the builder could not be started (exit code ${exitCode}): ${message}`, {
            hint: killedAtStart.test(message)
                ? raiseMemory
                : "Correct 'builder-command' or 'builder-image'.",
        });
    }
    if (diagnosis?.transport === true || diagnosis?.beforeBuild === true) {
        return new errors/* BuildError */.zS('lost', `the builder ended with exit code ${exitCode}: ${diagnosis.message}`, { hint: diagnosis.hint ?? tryAgain });
    }
    if (reason === 'seccomp killed') {
        return new errors/* BuildError */.zS('build', `the builder was killed with exit code ${exitCode}: its seccomp profile forbids a system call`, { hint: "Set another seccompProfile in 'pod-template'." });
    }
    const signal = signalOf(exitCode);
    const killed = signal === undefined ? '' : ` (killed by signal ${signal})`;
    // A diagnosis is the cause, whatever the builder has left of its stdin.
    const isEarly = !contextComplete && diagnosis === undefined;
    const early = isEarly ? `, after ${bytesSent} bytes of its stdin` : '';
    const silent = isSilent ? `${early === '' ? '' : ','} and printed nothing` : '';
    const how = `the builder ended with exit code ${exitCode}${killed}${early}${silent}`;
    // Without a diagnosis, the builder may have failed because it did not receive the rest of its stdin.
    if (cut !== undefined && diagnosis === undefined) {
        return new errors/* BuildError */.zS('lost', `${how}: ${cut.message}`, {
            // A server can close the connection of a container that has ended as abruptly as a server that fails.
            hint: isSilent
                ? `Run the step again. ${printMore}`
                : `${look}; if it gives no reason, run the step again.`,
            cause: cut,
        });
    }
    const why = diagnosis === undefined ? '' : `: ${diagnosis.message}`;
    return new errors/* BuildError */.zS('build', `${how}${why}`, {
        hint: diagnosis?.hint ?? (isSilent ? printMore : `${look}.`),
        ...(diagnosis?.line !== undefined && { line: diagnosis.line }),
    });
}
function memoryError(exitCode, limit) {
    const { cause, hint } = memoryCause(limit);
    return new errors/* BuildError */.zS('build', `the builder was killed with exit code ${exitCode}: ${cause}`, {
        hint,
    });
}
/** The warning about a builder that succeeded although one of its processes was killed for its memory; undefined if none was. */
function memoryWarning({ reason, memoryLimit }) {
    if (reason !== 'OOMKilled')
        return undefined;
    const { cause, hint } = memoryCause(memoryLimit);
    return `the builder ended with exit code 0, but one of its processes was killed: ${cause}. ${hint}`;
}
function memoryCause(limit) {
    if (limit !== undefined) {
        return { cause: `it exceeded its memory limit of ${limit}`, hint: raiseMemory };
    }
    return {
        cause: 'its node ran out of memory',
        hint: "Set 'requests.memory' in 'resources', so that the pod gets a node with enough memory.",
    };
}
function unconfirmedError(cause) {
    if (cause === undefined) {
        return new errors/* BuildError */.zS('build', 'the builder ended with exit code 0 before it read all of its stdin, so success cannot be confirmed', { hint: 'Make the command read all of stdin.' });
    }
    return new errors/* BuildError */.zS('lost', `the builder ended with exit code 0, but its stdin was not delivered completely: ${cause.message}`, {
        hint: 'Run the step again. If it fails every time, make the command read all of stdin.',
        cause,
    });
}
function lossError(reason, message, { timeoutMs }) {
    const detail = message === '' ? '' : `: ${message.trim()}`;
    if (reason === 'DeadlineExceeded') {
        return new errors/* BuildError */.zS('timeout', `the pod exceeded its activeDeadlineSeconds${detail}`, {
            hint: `Raise 'timeout' (now ${timeoutMs / 1_000} s).`,
        });
    }
    const { cause, hint, isRetried, neverRan = false } = lossOf(reason, message);
    const when = neverRan ? ', so the builder never ran' : ' before the builder ended';
    // The message of this reason is not from the cluster and adds nothing.
    const why = reason === 'Deleted' ? '' : ` (${reason}${detail})`;
    return new errors/* BuildError */.zS(isRetried ? 'lost' : 'build', `${cause}${when}${why}`, { hint });
}

;// CONCATENATED MODULE: ./build/result/outcome.js
/**
 * Decides between success and failure. Only the status of the container counts as its end: a connection can close for other
 * reasons. Exit code 0 without a complete upload is not a success, because a restarted kubelet can end stdin early.
 * @param upload undefined if the container ended before the upload began.
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
        : { kind: 'unconfirmed', ended, cause: upload?.failure };
}

;// CONCATENATED MODULE: ./build/judge.js







/** @returns the pushed image; undefined for a build that does not push. @throws BuildError unless success is confirmed. */
async function judge(plan, { ref, pod, end, scan, warnings }, ports, signal) {
    const { inputs, engine } = plan;
    const { clock, cluster, log } = ports;
    const { state, upload, isOutputWhole, isSilent } = end;
    // If the context could not be packed, the builder's error about the incomplete stream is only a consequence.
    if (upload?.failure?.kind === 'context')
        throw upload.failure;
    const warn = (text) => log.warning(text);
    const question = { cluster, clock, ref, isProvedByExit: !inputs.image.push, warn };
    const { killing, removal } = await readEndCause(state, question, signal);
    const outcome = decideOutcome(removal ?? state, upload);
    if (outcome.kind !== 'succeeded') {
        throw outcomeError(outcome, {
            memoryLimit: pod.spec?.containers[0]?.resources?.limits?.['memory'],
            timeoutMs: inputs.timeoutMs,
            diagnosis: killing ?? diagnose(plan, end),
            isSilent,
        });
    }
    for (const warning of [memoryWarning(outcome.ended), warnings?.end()]) {
        if (warning !== undefined)
            await log.warning(warning);
    }
    if (!inputs.image.push)
        return undefined;
    const report = {
        reported: engine.readDigests(outcome.ended.message),
        printed: scan?.end() ?? new Map(),
        isOutputWhole,
    };
    const { ca, insecure } = inputs.registry;
    const registry = ports.openRegistry({ logins: plan.logins.byHost, ca, insecure });
    const info = (text) => log.info(text);
    const digest = await confirmDigest(inputs.image.tags, report, { registry, clock, info }, signal);
    return { digest };
}
/** The engine's diagnosis of a container that has ended, from its output. */
function diagnose(plan, { state, upload, tail, isOutputWhole }) {
    if (state.kind !== 'ended')
        return undefined;
    const { inputs, engine, logins } = plan;
    return engine.diagnose({
        tail,
        exitCode: state.exitCode,
        dockerfile: sentDockerfile(plan),
        withoutLogin: hostsWithoutCredentials(inputs, logins),
        contextComplete: upload?.acknowledged ?? false,
        isOutputWhole,
    });
}
/** The Dockerfile of the builder. Its lines are those of the user's, and it lacks what the builder has not built. */
function sentDockerfile({ dockerfile, source, edits }) {
    if (edits.length === 0)
        return dockerfile;
    return parseDockerfile((0,edit/* editLines */.S)(Buffer.from(source.dockerfile), edits).toString());
}

;// CONCATENATED MODULE: ./build/logins/config-json.js
/** The text of a Docker config.json with these credentials alone; undefined without any. */
function configJson({ byHost }) {
    if (byHost.size === 0)
        return undefined;
    return `${JSON.stringify({ auths: Object.assign({}, ...byHost.values()) })}\n`;
}

;// CONCATENATED MODULE: ./build/pod/access.js

/** RBAC permissions that every build needs. The attach upgrade is a GET; since 1.35 the server also checks `create`. */
const requiredPermissions = [
    { verb: 'create', resource: 'pods' },
    { verb: 'get', resource: 'pods' },
    { verb: 'delete', resource: 'pods' },
    { verb: 'get', resource: 'pods/attach' },
    { verb: 'create', resource: 'pods/attach' },
    { verb: 'get', resource: 'pods/log' },
];
/** Permissions that a build uses if it has them, each with what happens without it. */
const optionalPermissions = [
    {
        verb: 'watch',
        resource: 'pods',
        without: 'the pod is read every 1.5 seconds',
    },
    {
        verb: 'list',
        resource: 'pods',
        without: 'pods of earlier runs whose runner crashed are not deleted',
    },
    {
        verb: 'list',
        resource: 'events',
        without: 'a pod that does not start is reported without most of the reasons',
    },
];
/**
 * Checks every required permission before anything is created: first in the list of rules that the cluster returns, then with an
 * access review for each permission that is not in the list. A permission that cannot be reviewed counts as granted: without it,
 * the request that needs it fails.
 * @throws BuildError('cluster') that names the missing permissions, with the rules to add to the Role.
 */
async function checkAccess(cluster, signal) {
    const answers = await reviewPermissions(cluster, requiredPermissions, signal);
    const missing = requiredPermissions.filter((_, index) => answers[index] === 'no');
    if (missing.length === 0)
        return;
    const actions = missing.map(({ verb, resource }) => `${verb} resource ${JSON.stringify(resource)}`);
    throw new errors/* BuildError */.zS('cluster', `cannot ${actions.join(', ')} in namespace ${JSON.stringify(cluster.namespace)}`, {
        hint: `Add to the Role, as in examples/cluster/rbac.yaml: ${rulesFor(missing).join(' ')}`,
    });
}
/**
 * Whether each permission is granted, in their order: by the list of rules that the cluster returns, and by an access review for
 * each one that is not in the list. `unknown`: the API server refuses the review.
 */
async function reviewPermissions(cluster, permissions, signal) {
    const listed = await cluster.listPermissions(signal);
    return Promise.all(permissions.map((access) => listed.some((rule) => covers(rule, access))
        ? Promise.resolve('yes')
        : cluster.can(access, signal)));
}
function covers(rule, access) {
    return [access.verb, '*'].includes(rule.verb) && [access.resource, '*'].includes(rule.resource);
}
/** One rule of a Role for each resource, in YAML. */
function rulesFor(permissions) {
    const resources = [...new Set(permissions.map(({ resource }) => resource))];
    return resources.map((resource) => {
        const verbs = permissions
            .filter((access) => access.resource === resource)
            .map(({ verb }) => verb);
        return `- {apiGroups: [""], resources: [${resource}], verbs: [${verbs.join(', ')}]}`;
    });
}

;// CONCATENATED MODULE: ./build/pod/create.js



/** Status codes after which the pod certainly does not exist. */
const refusals = [400, 401, 403, 404, 422];
/** After a cancellation the response to a create that was sent is awaited this long: the pod may exist, and must be deleted. */
const graceMs = 3_000;
/**
 * Creates the pod. The signal does not abort a create that was sent before `graceMs` have passed.
 * @throws BuildError('cluster'), or the signal's reason, also after a create that succeeded. The pod may exist after any error
 * that is not a refusal (isRefusal).
 */
async function createPod(cluster, pod, clock, signal) {
    signal.throwIfAborted();
    const created = await race(undefined, [
        (until) => cluster.createPod(pod, until),
        async (until) => {
            await untilAborted(signal, until);
            await clock.sleep(graceMs, until);
            throw abortReason(signal);
        },
    ]);
    signal.throwIfAborted();
    return created;
}
/** True for an error of createPod after which the pod certainly does not exist. */
function create_isRefusal(error) {
    return error instanceof errors/* BuildError */.zS && refusals.includes(error.code);
}

;// CONCATENATED MODULE: ./build/inputs/values/own-keys.js
/** Prefix of the labels and annotations of the action. Users cannot set keys with it. */
const ownPrefix = 'kube-build-push/';
/** Labels of every builder pod, in addition to those with the prefix. */
const ownLabels = {
    'app.kubernetes.io/name': 'kube-build-push',
    'app.kubernetes.io/managed-by': 'kube-build-push',
    'app.kubernetes.io/component': 'builder',
};
/** True for the key of a label or annotation that is reserved by the action. */
function isOwnKey(key) {
    return key.startsWith(ownPrefix) || Object.hasOwn(ownLabels, key);
}

;// CONCATENATED MODULE: ./build/pod/spec/labels.js

/** Identifies the pod after a create whose response was lost: a pod of another client with the same name has another nonce. */
const nonceAnnotation = `${ownPrefix}nonce`;
/** Seconds from the creation of the pod after which a later run may delete it. A duration, so that only the API server's clock counts. */
const lifetimeAnnotation = `${ownPrefix}lifetime-seconds`;
/** Value of `keep-pod` if that may keep the pod: no later run deletes it before the end of its lifetime. */
const keepAnnotation = `${ownPrefix}keep-pod`;
/** Any text as a label value: at most 63 characters of letters, digits, `-`, `_`, `.`, bounded by letters or digits. */
function toLabelValue(text) {
    return text
        .replace(/[^A-Za-z0-9._-]+/g, '.')
        .slice(0, 63)
        .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

;// CONCATENATED MODULE: ./build/pod/spec/literal.js
/**
 * Text that Kubernetes turns back into `text`. In `command`, `args` and `env` the kubelet replaces `$(NAME)` with the variable
 * of the container, also if its value is from a Secret, and `$$` with `$`.
 */
function literal(text) {
    return text.replaceAll('$', () => '$$');
}
/**
 * The container of an engine, with the texts of `builder-command`, `builder-args` and `builder-env` after its own. A variable of
 * `builder-env` replaces that of the engine. The program gets each text as it is. Only with `expand-variables` Kubernetes expands
 * those of the three inputs, never those of the engine: they have labels, build arguments and tags, which can come from other
 * people.
 */
function withBuilderTexts(container, builder) {
    const given = builder.expandVariables ? (text) => text : literal;
    const command = [...(container.command ?? []).map(literal), ...builder.command.map(given)];
    const args = [...(container.args ?? []).map(literal), ...builder.args.map(given)];
    const own = (container.env ?? []).map((variable) => variable.value === undefined ? variable : { ...variable, value: literal(variable.value) });
    const env = lastOfEachName([
        ...own,
        ...builder.env.map(({ key, value }) => ({ name: key, value: given(value) })),
    ]);
    return {
        ...container,
        ...(command.length > 0 && { command }),
        ...(args.length > 0 && { args }),
        ...(env.length > 0 && { env }),
    };
}
/** The variables without those that a later one of the same name replaces. */
function lastOfEachName(variables) {
    const last = new Map(variables.map((variable) => [variable.name, variable]));
    return variables.filter((variable) => last.get(variable.name) === variable);
}

;// CONCATENATED MODULE: ./build/pod/spec/version.js
/** Version of the action, equal to that of package.json. The bundle has no package.json. */
const actionVersion = '0.1.0';

;// CONCATENATED MODULE: ./build/pod/spec/spec.js




/** The builder pod, before a pod template is merged. */
function buildPod({ pod: inputs, builder }, order) {
    const container = withBuilderTexts(order.container, builder);
    return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
            name: order.ref.name,
            namespace: order.ref.namespace,
            labels: {
                'app.kubernetes.io/instance': order.ref.name,
                'app.kubernetes.io/version': actionVersion,
                ...inputs.labels,
                ...ownLabels,
                ...runLabels(order.run),
            },
            annotations: {
                // An evicted builder must start from the beginning: the cluster autoscaler must not evict it.
                'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
                ...inputs.annotations,
                [nonceAnnotation]: order.nonce,
                [lifetimeAnnotation]: String(order.lifetimeSeconds),
                ...(order.keepPod !== 'never' && { [keepAnnotation]: order.keepPod }),
            },
        },
        spec: {
            restartPolicy: 'Never',
            activeDeadlineSeconds: order.activeDeadlineSeconds,
            // A builder has no state to save on SIGTERM.
            terminationGracePeriodSeconds: 1,
            enableServiceLinks: false,
            // For the whole pod, so that a template can replace it for the pod and for each container.
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
            ...(!inputs.hostUsers && { hostUsers: false }),
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
            containers: [builderContainer(inputs, container)],
        },
    };
}
/**
 * The container with the fields that the action depends on. `stdinOnce` makes the container runtime close stdin when the first attach ends;
 * without it a builder that reads to the end of stdin would never end.
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

;// CONCATENATED MODULE: ./build/pod/spec/template-guard.js



/** Name of the builder container in a template. */
const builderAlias = '$builder';
const restarted = 'a restarted builder would have no stdin';
const probed = 'the kubelet would kill the builder in the middle of a build';
/** Fields that the action depends on, with the reason or with the input to use. */
const refused = {
    metadata: {
        name: 'the action chooses it',
        generateName: 'the action chooses the name',
        namespace: "use the input 'namespace'",
        ownerReferences: 'the action deletes the pod itself',
        finalizers: 'the action deletes the pod itself',
    },
    spec: {
        restartPolicy: restarted,
        activeDeadlineSeconds: "use the input 'timeout'",
    },
    builder: {
        image: "use the input 'builder-image'",
        command: "use the input 'builder-command'",
        args: "use the input 'builder-args'",
        stdin: 'the builder reads the context from it',
        stdinOnce: 'the builder reads the context from it',
        tty: 'the context is binary',
        restartPolicy: restarted,
        restartPolicyRules: restarted,
        resizePolicy: restarted,
        livenessProbe: probed,
        startupProbe: probed,
        terminationMessagePath: 'the builder reports the image digest there',
        terminationMessagePolicy: 'the builder reports the image digest there',
    },
};
/** Every field of the template that would break a guarantee of the action, as a sentence. */
function refusedParts(pod, { metadata, spec, builder }, { timeoutMs, reserved }) {
    const ours = pod.spec?.containers[0];
    return [
        ...refusedFields('metadata', metadata, refused.metadata),
        ...refusedFields('spec', spec, refused.spec),
        ...refusedGrace(spec, timeoutMs),
        ...refusedUsers(spec, pod),
        ...refusedFields(`spec.containers[${builderAlias}]`, builder, refused.builder),
        ...refusedKeys('metadata.labels', metadata['labels']),
        ...refusedKeys('metadata.annotations', metadata['annotations']),
        ...refusedEnv(builder, ours, reserved.variables),
        ...refusedMounts(builder, ours, reserved.paths),
    ];
}
function refusedFields(place, given, rules) {
    return Object.entries(rules)
        .filter(([field]) => field in given)
        .map(([field, reason]) => `${place}.${field} must not be set: ${reason}`);
}
/** The kubelet waits that long for a pod that has reached its deadline or is evicted. */
function refusedGrace(spec, timeoutMs) {
    const seconds = spec['terminationGracePeriodSeconds'];
    if (typeof seconds !== 'number' || seconds * 1_000 <= timeoutMs)
        return [];
    return [
        `spec.terminationGracePeriodSeconds must not be longer than the input 'timeout', ${timeoutMs / 1_000} s`,
    ];
}
function refusedUsers(spec, pod) {
    const isContradicted = pod.spec?.hostUsers === false && 'hostUsers' in spec && spec['hostUsers'] !== false;
    return isContradicted
        ? ["spec.hostUsers must be false or not be set: the input 'host-users' is false"]
        : [];
}
function refusedKeys(place, given) {
    return Object.keys(fieldsOf(given))
        .filter(isOwnKey)
        .map((key) => `${place} must not have ${JSON.stringify(key)}: it is reserved by the action`);
}
function refusedEnv(builder, ours, variables) {
    const own = new Set((ours?.env ?? []).map(({ name }) => name));
    return itemsOf(builder['env'])
        .map((entry) => json_text(fieldsOf(entry)['name']))
        .filter((name) => name !== undefined)
        .flatMap((name) => {
        const variable = `env ${JSON.stringify(name)} of ${builderAlias}`;
        if (own.has(name))
            return [`${variable} is already set by the action`];
        return variables.includes(name) ? [`${variable} is reserved by the action`] : [];
    });
}
/** A mount hides what is at its path and below; one below a path that the action needs changes the content there. */
function refusedMounts(builder, ours, paths) {
    const needed = [
        ...(ours?.terminationMessagePath === undefined ? [] : [ours.terminationMessagePath]),
        ...(ours?.volumeMounts ?? []).map(({ mountPath }) => mountPath),
        ...paths,
    ].map(absolute);
    const placesOf = (list, field) => listOf(builder[list])
        .map((entry) => json_text(entry[field]))
        .filter((path) => path !== undefined)
        .flatMap((path) => {
        const mount = absolute(path);
        const hidden = needed.find((own) => isWithin(own, mount) || isWithin(mount, own));
        if (hidden === undefined)
            return [];
        return [
            `${list} of ${builderAlias} must not have ${JSON.stringify(path)}: the action needs ${hidden}`,
        ];
    });
    return [...placesOf('volumeMounts', 'mountPath'), ...placesOf('volumeDevices', 'devicePath')];
}
/** A path in the container as the kubelet reads it: relative paths begin at the root. */
function absolute(path) {
    return (0,text_path/* cleanPath */.t)(`/${path}`);
}
function isWithin(path, directory) {
    return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

;// CONCATENATED MODULE: ./build/pod/spec/template.js




/**
 * Merges the pod template of the user into the pod spec by the rules of the hook templates of Actions Runner Controller: lists are
 * appended, maps are merged, other values replace those of the action. The container `$builder` is merged into the builder
 * container, others become sidecars. Unknown fields are kept: the API server rejects them (`fieldValidation=Strict`). The texts of
 * the template are those of Kubernetes: `$(NAME)` in `env` and in other containers is expanded, `$$` is a `$`.
 * @throws BuildError('input') that lists every field that must not be set.
 */
function mergeTemplate(pod, template, guard) {
    const metadata = fieldsOf(template['metadata']);
    const { containers: listed, ...spec } = fieldsOf(template['spec']);
    const containers = itemsOf(listed).map(fieldsOf);
    const builder = containers.find(isBuilder) ?? {};
    const ours = pod.spec?.containers[0] ?? { name: builderContainerName };
    const wrong = wrongKinds(template, spec, listed);
    const parts = { metadata, spec, builder };
    const forbidden = [
        ...refusedParts(pod, parts, guard),
        ...(containers.filter(isBuilder).length > 1
            ? [`spec.containers must not have ${builderAlias} more than once`]
            : []),
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
    // The template decides the type of each field; the API server validates them.
    return merged;
}
/** Fields that must be a map or a list. The merge would drop any other value, so the API server could not reject it. */
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
/** Appends lists and merges maps at every level, except `capabilities`; any other value of `theirs` replaces that of `ours`. */
function mergeFields(ours, theirs) {
    // A Map, because a template may have any key, `__proto__` too.
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
/** @throws BuildError('input') always. */
function refuse(problems, hint) {
    throw new errors/* BuildError */.zS('input', `input 'pod-template': ${problems.join('; ')}`, { hint });
}

;// CONCATENATED MODULE: ./build/pod/sweep.js



const sweep_second = 1_000;
const minute = 60 * sweep_second;
/** An active run may still read the log of a container that has just ended. */
const readingMs = 10 * minute;
/**
 * Deletes the pods that earlier runs of the same repository could not delete: pods that ended more than ten minutes ago, and
 * pods that have not started and whose lifetime is over. Pods that `keep-pod` keeps are deleted at the end of their lifetime. A
 * running container is never deleted: the kubelet ends it after `activeDeadlineSeconds`.
 *
 * All times are those of the API server, because the clocks of runners and nodes may be wrong: the creation of a pod, the last
 * update of its status, and the current time.
 *
 * Does nothing without the RBAC permission `list pods`. Never rejects: the result of this run does not depend on it.
 * @param repository `owner/name`; empty outside of a workflow, where the owner of the pods is unknown.
 */
async function sweepPods(cluster, repository, report, signal) {
    const label = toLabelValue(repository);
    if (label === '')
        return;
    const selector = Object.entries({ ...ownLabels, [`${ownPrefix}repository`]: label });
    try {
        const pods = await cluster.listPods(selector.map(([key, value]) => `${key}=${value}`).join(','), signal);
        if (pods.length === 0)
            return;
        const nowMs = await cluster.serverTime(signal);
        if (nowMs === undefined)
            return;
        for (const pod of pods.filter((found) => isLeftover(found, nowMs))) {
            if (await cluster.deleteUnchanged(pod, signal)) {
                await report(`deleted pod ${pod.metadata?.name ?? ''} of an earlier run`);
            }
        }
    }
    catch {
        // A later run tries again.
    }
}
/** True for a pod that no active run needs. A time that is missing or not plausible is not a reason to delete. */
function isLeftover(pod, nowMs) {
    const { annotations = {}, creationTimestamp, deletionTimestamp } = pod.metadata ?? {};
    if (deletionTimestamp !== undefined || isRunning(pod))
        return false;
    if (nowMs - time_timeOf(creationTimestamp) > lifetimeMs(pod))
        return true;
    if (annotations[keepAnnotation] !== undefined)
        return false;
    return sweep_hasEnded(pod) && nowMs - lastUpdateOf(pod) > readingMs;
}
/** How long the pod may exist; NaN if that is unknown. */
function lifetimeMs({ metadata, spec }) {
    const text = metadata?.annotations?.[lifetimeAnnotation] ?? '';
    if (!/^\d{1,9}$/.test(text))
        return NaN;
    return Math.max(Number(text), spec?.activeDeadlineSeconds ?? 0) * sweep_second;
}
function isRunning({ status }) {
    return (status?.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);
}
function sweep_hasEnded({ status }) {
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed')
        return true;
    const containers = status?.containerStatuses ?? [];
    return containers.length > 0 && containers.every(({ state }) => state?.terminated !== undefined);
}
/** When the pod was changed last, its status included; NaN if that is unknown. */
function lastUpdateOf({ metadata }) {
    const times = (metadata?.managedFields ?? []).map(({ time }) => time_timeOf(time));
    return times.length === 0 ? NaN : Math.max(...times);
}

;// CONCATENATED MODULE: ./build/pod/user-namespace.js

/**
 * Checks that the API server has accepted `hostUsers: false`. One without user namespaces drops the field, and the pod would run
 * with the users of the node.
 * @param sent the pod of the request.
 * @param created the pod of the response.
 * @throws BuildError('cluster') if the field was dropped.
 */
function checkUserNamespace(sent, created) {
    if (sent.spec?.hostUsers !== false || created.spec?.hostUsers === false)
        return;
    throw new errors/* BuildError */.zS('cluster', 'the API server dropped hostUsers: false from the pod, so the pod would not get a user namespace', {
        hint: "Use Kubernetes 1.33 or later, or enable its feature gate UserNamespacesSupport, or remove 'host-users'.",
    });
}

;// CONCATENATED MODULE: ./build/result/report.js
/** Before the first attempt. */
const emptyReport = {
    attempts: 0,
    pod: undefined,
    node: '',
    keptPods: [],
    exitCode: undefined,
    context: undefined,
    tail: [],
    image: undefined,
    spans: [],
};

;// CONCATENATED MODULE: ./build/time/deadline.js

/** @param describe returns the state of the step for the error; called when the time is up. */
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
/**
 * The error of work that the signal has stopped: the signal's reason, and the name of the work.
 * @param hint how to make the work faster.
 */
function stoppedWhile(doing, { reason }, hint) {
    if (!(reason instanceof errors/* BuildError */.zS)) {
        return new errors/* BuildError */.zS('cluster', `${doing} did not end: ${(0,errors/* describeError */.Uc)(reason)}`, {
            hint,
            cause: reason,
        });
    }
    return new errors/* BuildError */.zS(reason.kind, `${reason.message}, while ${doing}`, {
        // A cancellation needs no hint.
        ...(reason.kind === 'timeout' && { hint }),
        cause: reason,
    });
}
function deadline_timedOut(timeoutMs, state) {
    return new errors/* BuildError */.zS('timeout', `the step did not end within its timeout of ${timeoutMs / 1_000} s; last state: ${state}`, {
        hint: "Raise 'timeout', or check the build output for the step that takes long.",
    });
}

;// CONCATENATED MODULE: ./build/build.js

















/** A later run may remove a kept pod this much later. */
const keptForSeconds = 24 * 60 * 60;
/** Bytes that are read ahead of a stream that needs no packing. */
const rawAheadBytes = 1_024 * 1_024;
/** The pod's activeDeadlineSeconds is this much later than the timeout of the step, so that the step reports its timeout. */
const deadlineGraceSeconds = 60;
/**
 * The whole flow: checks the RBAC permissions, then runs pods until one of them has built the image or failed for good, at
 * most `retries` + 1 of them. Each pod is removed (or kept, if `keep-pod` is set so) before the next one is created and before
 * this returns.
 * @returns the report, also after a failure. Success means: exit code 0, a complete upload, and a digest if it pushes.
 */
async function buildImage(plan, ports, cancelled) {
    const { cluster, clock, log, phases } = ports;
    const { timeoutMs, retries } = plan.inputs;
    let report = emptyReport;
    let attempt;
    let lastState = 'no pod was created';
    const times = { timeoutMs, startedAtMs: phases.startedAtMs };
    const deadline = startDeadline(times, clock, cancelled, () => withFailure(attempt?.state ?? lastState, cluster.failing));
    try {
        return await withScope(deadline.signal, async (scope) => {
            const attached = await checkCluster(cluster, deadline.signal);
            const context = { plan, ports, attached, deadline };
            void scope.run((until) => sweepLeftovers(ports, until));
            for (let attempts = 1;; attempts++) {
                phases.beginAttempt();
                attempt = new Attempt({ namespace: cluster.namespace, name: ports.newPodName() }, ports);
                const pod = makePod(context, attempt.ref);
                ports.onPod(attempt.ref);
                report = { ...report, attempts, pod: attempt.ref };
                const end = await buildOnce(context, attempt, pod);
                report = reportAttempt(report, attempt, end);
                lastState = attempt.state ?? lastState;
                const { failure } = end;
                const isLast = attempts > retries || deadline.signal.aborted;
                if (failure?.kind !== 'lost' || isLast)
                    return { report, failure };
                await log.warning(`attempt ${attempts} failed, retrying in a new pod: ${failure.message}`);
            }
        });
    }
    catch (error) {
        return { report, failure: (0,errors/* toBuildError */.KB)(error, 'the build') };
    }
    finally {
        deadline.end();
    }
}
/** The last state, with the failure of the request that is being repeated, if there is one. */
function withFailure(state, failing) {
    return failing === undefined ? state : `${state}; last failure: ${failing.message}`;
}
/** Checks that the cluster can be used. @returns what to attach to in this version. @throws BuildError */
async function checkCluster(cluster, signal) {
    const checked = checkAccess(cluster, signal);
    // Both fail if the cluster is unreachable. Awaited second, so that the error is always that of the version request.
    checked.catch(() => undefined);
    const minor = await cluster.serverMinor(signal);
    await checked;
    return attachStreams(minor);
}
/** Removes pods of earlier runs that were interrupted. Never rejects. */
function sweepLeftovers({ cluster, log, run }, signal) {
    return sweepPods(cluster, run.repository, (line) => log.info(line), signal);
}
/** One pod, from its creation to its removal. */
async function buildOnce(context, attempt, pod) {
    const { plan, ports, attached, deadline } = context;
    const { inputs, engine } = plan;
    const { cluster, clock, log, phases } = ports;
    const { ref } = attempt;
    ports.pods.add(ref);
    const streams = openStreams(plan);
    let created;
    let end;
    let image;
    let failure;
    try {
        await log.group(`Start pod ${ref.name}`);
        created = await createPod(cluster, pod, clock, deadline.signal);
        checkUserNamespace(pod, created);
        phases.end('create');
        const scan = engine.scanPushes(inputs);
        const warnings = engine.scanWarnings(inputs);
        const options = {
            startTimeoutMs: inputs.startTimeoutMs,
            scan: (output) => {
                scan?.push(output);
                warnings?.push(output);
            },
            filter: engine.filterOutput(inputs),
            attached,
            open: () => streams.open(),
        };
        end = await attempt.run(created, options, deadline.signal);
        image = await judge(plan, { ref, pod, end, scan, warnings }, ports, deadline.signal);
    }
    catch (error) {
        failure = (0,errors/* toBuildError */.KB)(error, 'the build');
    }
    streams.close();
    phases.interrupt();
    const isKept = await disposeOf(ref, {
        keepPod: inputs.keepPod,
        failure,
        isRefused: created === undefined && create_isRefusal(failure),
        hasEnded: end?.state.kind === 'ended',
    }, ports);
    phases.end('remove');
    return { image, failure, tail: end && engine.relevant(end.tail), isKept };
}
/** The report after one more attempt. Values that this attempt did not get to are those of earlier attempts. */
function reportAttempt(report, attempt, end) {
    return {
        ...report,
        node: attempt.node,
        keptPods: end.isKept ? [...report.keptPods, attempt.ref] : report.keptPods,
        exitCode: attempt.exitCode ?? report.exitCode,
        context: attempt.context ?? report.context,
        tail: end.tail ?? report.tail,
        image: end.image,
    };
}
/** The streams of one pod. The first one is packed at once, while the pod starts. */
function openStreams({ inputs, source, logins, edits }) {
    const { ca } = inputs.registry;
    const config = configJson(logins);
    const parts = {
        edits,
        ...(config !== undefined && { config: Buffer.from(config) }),
        ...(ca !== undefined && { ca: Buffer.from(ca) }),
    };
    const aheadBytes = source.isPacked === true ? inputs.contextBufferBytes : rawAheadBytes;
    return new StreamsAhead(() => source.open(parts), aheadBytes);
}
/** The pod of an attempt. @throws BuildError or InvalidInput for a template that cannot be merged. */
function makePod({ plan, ports, deadline }, ref) {
    const { inputs, engine, logins, pulls, skipsStages } = plan;
    const activeDeadlineSeconds = Math.ceil(deadline.remainingMs() / 1_000) + deadlineGraceSeconds;
    const pod = buildPod(inputs, {
        ref,
        run: ports.run,
        nonce: ports.newNonce(),
        keepPod: inputs.keepPod,
        lifetimeSeconds: activeDeadlineSeconds + (inputs.keepPod === 'never' ? 0 : keptForSeconds),
        activeDeadlineSeconds,
        platform: inputs.image.platform,
        container: engine.container(inputs, {
            logins: logins.byHost.size > 0,
            ca: inputs.registry.ca !== undefined,
            pullHosts: [...new Set(pulls.map(({ host }) => host))],
            skipsStages,
        }),
        volumes: engine.volumes(inputs),
    });
    const { template } = inputs.pod;
    const limits = { timeoutMs: inputs.timeoutMs, reserved: engine.reserved };
    return withStorageDefaults(template === undefined ? pod : mergeTemplate(pod, template, limits));
}

;// CONCATENATED MODULE: ./build/engines/custom.js

/** Any image with any command. It reads the stream from stdin, and its exit code decides between success and failure. */
const custom = {
    name: 'custom',
    layout: 'plain',
    container({ builder }) {
        return { name: builderContainerName, image: builder.image };
    },
    volumes: () => [],
    reserved: { paths: [], variables: [] },
    scanPushes: () => undefined,
    scanWarnings: () => undefined,
    filterOutput: () => undefined,
    readDigests: () => [],
    relevant: (tail) => tail,
    diagnose: () => undefined,
};

;// CONCATENATED MODULE: ./build/inputs/values/duration.js

const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** No input has a use for a shorter duration, so one is a mistake. */
const leastMs = 1_000;
/**
 * A duration in Go's notation (`90s`, `5m`, `1h30m`) in milliseconds; at least a second.
 * @param mostHours the longest duration that is accepted.
 * @throws InvalidInput
 */
function parseDuration(text, mostHours) {
    const hint = 'Use a duration such as 90s, 5m or 1h30m.';
    if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a duration`, hint);
    }
    let sumMs = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
        sumMs += Number(amount) * (unitMs[unit ?? ''] ?? NaN);
    }
    if (sumMs >= leastMs && sumMs <= mostHours * 3_600_000)
        return Math.round(sumMs);
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not between 1s and ${mostHours}h`, hint);
}
/** Whole seconds in Go's notation, at least `1s`, as builders accept them in arguments. */
function formatDuration(durationMs) {
    return `${Math.max(1, Math.round(durationMs / 1_000))}s`;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/verbosity-filter.js
/** Levels of kaniko's log, the least severe first. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'];
const verbosity_filter_newline = 0x0a;
const verbosity_filter_start = Buffer.from('time="');
/** The beginning of a line of kaniko's log. */
const head = /^time="[-\d:TZ.+]{20,35}" level=([a-z]{4,7}) msg=/;
/** No beginning is longer, in bytes. */
const longestHead = 64;
/** The level that the builder gets: at least `info`, which the digest and the failing instruction are reported with. */
function builderVerbosity(wanted) {
    return levels.indexOf(levelOf(wanted)) > levels.indexOf('info') ? 'info' : wanted;
}
/** A filter for the lines that the builder prints because of `builderVerbosity`; undefined if it prints none. */
function verbosityFilter(wanted) {
    return builderVerbosity(wanted) === wanted ? undefined : new VerbosityFilter(levelOf(wanted));
}
/**
 * Removes the lines of kaniko's log below a level. Other output keeps its bytes; a line of RUN that looks like one of kaniko's log
 * is removed, too. RUN can lack the newline before a line of kaniko, so these are also recognised in the middle of a line. Works
 * on pieces of any size.
 */
class VerbosityFilter {
    #removed;
    /** The end of the output so far, if it can be the beginning of a line of kaniko. */
    #rest = Buffer.alloc(0);
    /** True within a line that is removed. */
    #isRemoving = false;
    constructor(least) {
        this.#removed = new Set(levels.slice(0, levels.indexOf(least)));
    }
    push(output) {
        return this.#filter(Buffer.concat([this.#rest, output]), longestHead);
    }
    end() {
        return this.#filter(this.#rest, 0);
    }
    /** @param undecided a beginning with fewer bytes is not decided yet. */
    #filter(bytes, undecided) {
        const kept = [];
        let from = 0;
        let search = 0;
        this.#rest = Buffer.alloc(0);
        while (from < bytes.length) {
            if (this.#isRemoving) {
                const end = bytes.indexOf(verbosity_filter_newline, from);
                if (end === -1)
                    break;
                this.#isRemoving = false;
                from = end + 1;
                search = from;
                continue;
            }
            const at = this.#findStart(bytes, search, undecided);
            kept.push(bytes.subarray(from, at));
            from = at;
            const text = bytes.toString('latin1', at, at + longestHead);
            const level = head.exec(text)?.[1];
            if (level !== undefined && this.#removed.has(level))
                this.#isRemoving = true;
            else if (level === undefined && mayContinue(text, undecided)) {
                this.#rest = Buffer.from(bytes.subarray(at));
                break;
            }
            else
                search = at + 1;
        }
        return Buffer.concat(kept);
    }
    /** Where the next line of kaniko can begin: the end of the bytes if nowhere. */
    #findStart(bytes, from, undecided) {
        const at = bytes.indexOf(verbosity_filter_start, from);
        if (at !== -1)
            return at;
        if (undecided === 0)
            return bytes.length;
        for (let length = Math.min(verbosity_filter_start.length - 1, bytes.length - from); length > 0; length--) {
            const tail = bytes.length - length;
            if (bytes.compare(verbosity_filter_start, 0, length, tail) === 0)
                return tail;
        }
        return bytes.length;
    }
}
/** True for the beginning of a possible `head` that ends with the bytes. */
function mayContinue(text, undecided) {
    return text.length < undecided && !text.includes('\n');
}
/** kaniko accepts `warn`, and prints `warning`. */
function levelOf(verbosity) {
    return verbosity === 'warn' ? 'warning' : verbosity;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/arguments.js



/** Where kaniko unpacks stdin. */
const unpacked = '/kaniko/buildcontext';
/**
 * kaniko's arguments in a fixed order. All three variants (Google, osscontainertools, Chainguard) accept every flag that is used by default; `--annotation` is not
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
    { flag: '--verbosity', values: ({ builder }) => [builderVerbosity(builder.verbosity)] },
    { flag: '--build-arg', values: ({ image }) => image.buildArgs.map(formatPair) },
    { flag: '--label', values: ({ image }) => image.labels.map(formatPair) },
    { flag: '--annotation', values: ({ image }) => image.annotations.map(formatPair) },
    { flag: '--target', values: ({ image }) => optional(image.target) },
    {
        flag: '--skip-unused-stages',
        values: (_inputs, { skipsStages = false }) => (skipsStages ? ['true'] : []),
    },
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
        values: ({ registry }, extras) => registry.insecure.filter(({ http }) => http).flatMap(({ host }) => namesOf(host, extras)),
    },
    {
        flag: '--skip-tls-verify-registry',
        values: ({ registry }, extras) => registry.insecure
            .filter(({ unverifiedTls }) => unverifiedTls)
            .flatMap(({ host }) => namesOf(host, extras)),
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
        flag: '--skip-default-registry-fallback',
        values: ({ registry }) => (registry.mirrorFallback ? [] : ['true']),
    },
    {
        flag: '--push-retry',
        values: ({ image, registry }) => (image.push ? [`${registry.pushRetry}`] : []),
    },
    // Without a push, kaniko checks the cache instead, and fails if it is refused. A cache must not decide whether a build runs.
    {
        flag: '--skip-push-permission-check',
        values: (inputs) => !inputs.image.push && cacheOf(inputs) !== undefined && inputs.image.cacheTo !== undefined
            ? ['true']
            : [],
    },
    // Without it, one response of an overloaded registry ends the build.
    { flag: '--image-download-retry', values: () => ['3'] },
];
/** The arguments of kaniko, to which pod/spec/literal.ts adds those of `builder-args`. */
function kanikoArguments(inputs, extras) {
    return argumentRules.flatMap(({ flag, values }) => values(inputs, extras).map((value) => `${flag}=${value}`));
}
/** The repository of the cache, which kaniko both reads and writes; undefined without a cache or with `no-cache`. */
function cacheOf({ image }) {
    return image.noCache ? undefined : (image.cacheTo ?? image.cacheFrom);
}
/** The platform if it has a variant. Without one, the architecture of the node is enough. */
function variantPlatform({ image: { platform } }) {
    if (platform?.variant === undefined)
        return [];
    return [`${platform.os}/${platform.architecture}/${platform.variant}`];
}
/** Registries that the CA certificate of `registry-ca` is trusted for: all that this build is known to use. */
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
/** kaniko compares hosts as text, so a flag also needs the spellings of the Dockerfile. */
function namesOf(host, { pullHosts = [] }) {
    return [...new Set([host, ...pullHosts.filter((name) => normalizeHost(name) === host)])];
}
function formatPair({ key, value }) {
    return `${key}=${value}`;
}
function optional(value) {
    return value === undefined ? [] : [value];
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/rule.js

/** A rule for a text. `explain` gets the groups of the pattern. */
function rule(pattern, explain) {
    return (error, build) => {
        const match = pattern.exec(error);
        return match === null ? undefined : explain(match.slice(1), build);
    };
}
/** The line of an instruction, if it was found. */
function at(found) {
    return found === undefined ? {} : { line: found.line };
}
/** Characters of what a server or a program has returned, in a message. */
const longestWords = 300;
/** A part of the error for a message: cut, without white space at its ends. */
function words(text) {
    return (0,excerpt/* excerpt */.K)(text.trim(), longestWords);
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/response.js

const request = /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) https?:\/\/(\S+): /g;
const plainToTls = 'Client sent an HTTP request to an HTTPS server';
/** True if the certificate of the registry is not trusted. kaniko then tries plain HTTP, too. */
function hasForeignCertificate(error) {
    return /Get "https:[^"]*": [^;]*x509: /.test(error);
}
/** True for a response that other credentials can change. */
function isDenied(text) {
    return /\b(?:UNAUTHORIZED|DENIED)\b|\b40[13] (?:Unauthorized|Forbidden)|status code 40[13]\b/.test(text);
}
/** The last response in an error; undefined without one that explains it. */
function readResponse(error) {
    if (hasForeignCertificate(error) || error.includes(plainToTls))
        return undefined;
    const match = [...error.matchAll(request)].at(-1);
    if (match === undefined)
        return undefined;
    const [whole, address = ''] = match;
    const [host = '', ...segments] = (address.split('?', 1)[0] ?? '').split('/');
    const text = error.slice(match.index + whole.length);
    const kind = kindOf(text);
    return {
        host,
        path: `/${segments.join('/')}`,
        words: words(text),
        kind,
        // As go-containerregistry decides it: UNKNOWN is what some registries return while they are overloaded.
        canPass: kind === 'limited' || kind === 'unavailable' || codeOf(text) === 'UNKNOWN',
    };
}
function kindOf(text) {
    const code = codeOf(text);
    const status = response_statusOf(text);
    if (/\bimmutab(?:le|ility)\b/i.test(text))
        return 'immutable';
    if (code === 'TOOMANYREQUESTS' || status === 429)
        return 'limited';
    if (code === 'NAME_UNKNOWN' || status === 404)
        return 'missing';
    if (code === 'UNAVAILABLE' || status === 408 || status >= 500)
        return 'unavailable';
    return 'unclear';
}
/** NaN without a status: go-containerregistry prints it for responses without a code. */
function response_statusOf(text) {
    return Number(/^unexpected status code (\d{3})\b/.exec(text)?.[1]);
}
function codeOf(text) {
    return /^(?:multiple errors returned: )?([A-Z][A-Z_]*):/.exec(text)?.[1];
}

;// CONCATENATED MODULE: ./build/engines/kaniko/cache-refusal.js


const beginning = Buffer.from('level=warning msg="Error uploading layer to cache: ');
const cache_refusal_newline = 0x0a;
/** Bytes of the line after its beginning. */
const longestReason = 2_048;
/**
 * Finds the first layer in kaniko's output that a registry did not take into the cache. kaniko prints it once for each stage, and
 * the build succeeds. A cache that cannot be read is not found: kaniko reports it as a layer that is not cached.
 *
 * The memory is that of one line, whatever the pieces of the output are.
 */
class CacheRefusal {
    /** The end of the output so far, as far as the beginning of the line can begin in it. */
    #rest = Buffer.alloc(0);
    /** What follows the beginning of the line, once it was found. */
    #reason;
    #isComplete = false;
    push(output) {
        if (this.#isComplete)
            return;
        if (this.#reason !== undefined) {
            this.#add(output);
            return;
        }
        const bytes = Buffer.concat([this.#rest, output]);
        const at = bytes.indexOf(beginning);
        if (at === -1) {
            this.#rest = Buffer.from(bytes.subarray(-(beginning.length - 1)));
            return;
        }
        this.#rest = Buffer.alloc(0);
        this.#add(bytes.subarray(at + beginning.length));
    }
    end() {
        return this.#reason && cache_refusal_describe(this.#reason.toString());
    }
    #add(output) {
        const end = output.indexOf(cache_refusal_newline);
        const line = end === -1 ? output : output.subarray(0, end);
        const reason = Buffer.concat([
            this.#reason ?? Buffer.alloc(0),
            line.subarray(0, longestReason),
        ]);
        this.#reason = reason.subarray(0, longestReason);
        this.#isComplete = end !== -1 || reason.length >= longestReason;
    }
}
/** @param line the rest of the line of the log, as logrus quotes it. */
function cache_refusal_describe(line) {
    const error = line.replace(/"\s*$/, '').replace(/\\(["\\])/g, '$1');
    const [whole = '', repository] = /^failed to push to destination (\S+):[0-9a-f]{64}: /.exec(error) ?? [];
    const cache = repository === undefined ? 'the cache' : `the cache ${words(repository)}`;
    const reason = readResponse(error)?.words ?? words(error.slice(whole.length));
    return `a layer could not be pushed to ${cache}: ${reason}. The image is not affected. Check the repository in 'cache-to', and the credentials for its registry.`;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/usage.js

/** Flags that not every fork supports, with the input that needs them. */
const forkFlags = { '--annotation': 'annotations' };
/** Errors of the command line, which kaniko reports before it reads the stream. */
const flagFailures = [
    rule(/^Error: unknown (?:shorthand )?flag: (\S+)/, ([flag = '']) => {
        const input = Object.hasOwn(forkFlags, flag) ? forkFlags[flag] : undefined;
        return input === undefined
            ? {
                message: `this kaniko does not support the flag ${flag}`,
                hint: "Correct 'builder-args'.",
            }
            : {
                message: `this kaniko does not support the flag ${flag}, which the input '${input}' needs`,
                hint: `Use a kaniko of the osscontainertools fork as 'builder-image', or remove '${input}'.`,
            };
    }),
];
/** Every other error of the command line. */
const otherArguments = rule(/^Error: (.*)/, ([reason = '']) => ({
    message: `kaniko refused its arguments: ${words(reason)}`,
    hint: "Check 'builder-args'.",
}));
const usageHeading = /^(?:Usage|Available Commands|Flags|Global Flags):$|^Use "/;
/** The lines without the usage text, dozens of lines that kaniko prints after every error before the build. */
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

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/connection.js

/** Failures of a connection that can succeed later. Texts of Go's packages net, net/http and crypto/tls. */
const passing = /connection refused|connection reset|timeout|timed out|deadline exceeded|no route to host|server misbehaving|temporary failure|\bEOF\b/i;
/** A registry that cannot be connected to. */
const connectionFailures = [
    rule(/(?:Get|Head|Post|Put|Patch) "https?:\/\/([^/"]+)\/[^"]*": [^;]*x509: ([^;]*)/, ([registry = '', reason = '']) => ({
        message: `the certificate of the registry ${registry} is not trusted: ${words(reason)}`,
        hint: "Provide its CA certificate with 'registry-ca'.",
    })),
    rule(/(?:Get|Head|Post|Put|Patch) "https:\/\/([^/"]+)\/[^"]*": http: server gave HTTP response to HTTPS client/, ([registry = '']) => ({
        message: `the registry ${registry} uses plain HTTP`,
        hint: `Add http://${registry} to 'insecure-registries'.`,
    })),
    (error) => {
        const [, registry, reason = ''] = /(?:Get|Head|Post|Put|Patch) "https?:\/\/([^/"]+)\/[^"]*": ([^;]*)/.exec(error) ?? [];
        if (registry === undefined)
            return undefined;
        const isBefore = error.startsWith('error checking push permissions') && passing.test(reason);
        return {
            message: `the registry ${registry} is unreachable from the cluster: ${words(reason)}`,
            hint: 'Check the host name of the registry, and that pods in the cluster can connect to it.',
            ...(isBefore && { beforeBuild: true }),
        };
    },
];

;// CONCATENATED MODULE: ./build/dockerfile/words.js

/** White space is that of `isSpace`. */
const tokens = {
    '\\': /\\[^]?|'[^']*'|"(?:\\[^]|[^"\\])*"|<<[ \t]*|[\t-\r \x85\p{Z}]+|[^]/guy,
    '`': /`[^]?|'[^']*'|"(?:`[^]|[^"`])*"|<<[ \t]*|[\t-\r \x85\p{Z}]+|[^]/guy,
};
/** Splits at white space outside of quotes. White space after `<<` is part of the word, as the name of a heredoc follows. */
function splitQuotedWords(text, escape) {
    const words = [];
    let word = '';
    for (const { 0: token, index } of text.matchAll(tokens[escape])) {
        if (token === "'" || token === '"') {
            return { words: [...words, `${word}${text.slice(index)}`], isClosed: false };
        }
        if (!(0,text_space/* isSpace */.xC)(token.charAt(0)))
            word += token;
        else if (word !== '') {
            words.push(word);
            word = '';
        }
    }
    return { words: word === '' ? words : [...words, word], isClosed: true };
}
/** Removes the quotes and the backslashes of a word. */
function unquote(word) {
    return word.replace(/'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g, (_whole, single, double, escaped) => single ?? double?.replace(/\\(["$\\])/g, '$1') ?? escaped ?? '');
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failing-instruction.js


/**
 * The first instruction with one of these names that a test accepts.
 * @param names in lower case.
 * @param test gets the instruction on one line, with one space between its words.
 */
function findInstruction({ instructions }, names, test) {
    return instructions.find(({ name, text }) => names.includes(name) && test(collapse(text)));
}
/** The arguments of COPY or ADD: the sources, then the destination. */
function argumentsOf({ rest }) {
    return readJsonForm(rest) ?? splitWords(rest).map(unquote);
}
function sourcesOf(instruction) {
    return argumentsOf(instruction).slice(0, -1);
}
/**
 * The first COPY or ADD with a source that a test accepts.
 * @param from the stage or image of the sources as it is written; undefined for the context.
 */
function findCopy({ instructions }, test) {
    return instructions.find((instruction) => isCopy(instruction) &&
        sourcesOf(instruction).some((source) => test(source, flagOf(instruction, 'from'))));
}
function isCopy({ name }) {
    return name === 'copy' || name === 'add';
}
/**
 * The FROM or COPY that names an image, best with its tag or digest.
 * @param repository without the registry; `library/` of Docker Hub is not written in a Dockerfile.
 * @param tag a tag or a digest.
 */
function findImage(dockerfile, repository, tag) {
    const name = repository.replace(/^library\//, '');
    const search = (withTag) => findInstruction(dockerfile, ['from', 'copy'], (text) => text.split(/[ =]/).some((word) => {
        const path = withoutTag(word);
        const isNamed = path === name || path.endsWith(`/${name}`);
        return isNamed && (!withTag || word.endsWith(tag) || path === word);
    }));
    return search(true) ?? search(false);
}
/** An image reference without its tag and digest. A colon before the last slash is part of the registry. */
function withoutTag(reference) {
    const start = reference.lastIndexOf('/') + 1;
    const [last = ''] = reference.slice(start).split(/[:@]/, 1);
    return reference.slice(0, start) + last;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/log-line.js
const log_line_beginning = ' msg="';
/** The end of what precedes the message. */
const log_line_form = /(?:^|\s)level=([a-z]{4,7})$/;
const longestLevel = ' level=warning'.length;
/**
 * Reads `time="…" level=info msg="…"`, also after output of RUN that lacks a newline; undefined for other lines. kaniko logs with
 * logrus, which quotes a message as Go does: a quote in it has a backslash, and `\x` differs from JSON.
 */
function readLogLine(line) {
    const start = line.lastIndexOf(log_line_beginning);
    if (start === -1)
        return undefined;
    const [, level] = log_line_form.exec(line.slice(Math.max(0, start - longestLevel), start)) ?? [];
    if (level === undefined)
        return undefined;
    const quoted = line.slice(start + log_line_beginning.length - 1);
    try {
        const message = JSON.parse(quoted.replace(/\\x([0-9a-f]{2})/g, '\\u00$1'));
        return typeof message === 'string' ? { level, message } : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/engines/kaniko/logged.js



/** kaniko logs this in place of FROM. It numbers only the stages that it builds. */
const stage = /level=info msg="Building stage '([^']*)' \[idx: '(\d+)'/;
/** So many lines are all of an output that was read as a whole. */
const shortTail = 100;
/**
 * The last instruction in kaniko's log, on one line. kaniko logs an instruction before it executes it.
 * @param names in upper case; undefined for all.
 */
function lastLogged(build, names) {
    return readLog(build).findLast((text) => isNamed(text, names));
}
/** The same in the Dockerfile; undefined if it cannot be told which one it is. */
function lastLoggedIn(build, names) {
    return build.dockerfile.instructions[lastLoggedIndex(build, names)];
}
/** The USER that the last instruction in the log runs with, if a test accepts it; else the first one that the test accepts. */
function lastUser(build, test) {
    const { instructions } = build.dockerfile;
    const isWanted = ({ name, rest }) => name === 'user' && test(rest);
    const before = instructions.slice(0, lastLoggedIndex(build) + 1);
    return before.findLast(isWanted) ?? instructions.find(isWanted);
}
/**
 * The COPY or ADD whose sources kaniko was looking for. It logs the instruction afterwards, so the failing one follows the last
 * one in the log.
 */
function nextCopy(build, test) {
    const { instructions } = build.dockerfile;
    const isNext = (instruction) => isCopy(instruction) && test(instruction);
    const start = lastLoggedIndex(build) + 1;
    return instructions.slice(start).find(isNext) ?? instructions.slice(0, start).find(isNext);
}
/**
 * The instruction that is logged last, in a build whose log can lack its beginning. Of several with the same text it is the one
 * that follows the same instructions as in the log.
 * @returns -1 without one, and if it cannot be told which one it is.
 */
function lastLoggedIndex(build, names) {
    const all = readLog(build);
    const end = all.findLastIndex((text) => isNamed(text, names)) + 1;
    const logged = all.slice(0, end).reverse();
    const [last] = logged;
    if (last === undefined)
        return -1;
    const hasStages = all.some(isStage);
    const sent = build.dockerfile.instructions.flatMap(({ name, text, rest }, index) => {
        if (name !== 'from')
            return [{ text: collapse(text), index }];
        return hasStages ? [{ text: stageOf(splitWords(rest)[0] ?? ''), index }] : [];
    });
    const texts = sent.map(({ text }) => text);
    const places = [...texts.keys()].filter((place) => texts[place] === last);
    const lengths = places.map((place) => commonLength(logged, texts, place));
    const longest = lengths.reduce((one, other) => Math.max(one, other), 0);
    const best = places.filter((_, index) => lengths[index] === longest);
    if (best.length > 1 && !hasBeginning(build))
        return -1;
    const count = logged.filter((text) => text === last).length;
    const counted = places[count - 1];
    const place = counted !== undefined && best.includes(counted) ? counted : best[0];
    return place === undefined ? -1 : (sent[place]?.index ?? -1);
}
/** How many instructions are the same, from the last one in the log to the first. @param logged last one first. */
function commonLength(logged, texts, place) {
    const end = logged.findIndex((text, back) => !isSame(text, texts[place - back]));
    return end === -1 ? logged.length : end;
}
/** True for the same text, and for a stage whose base has variables. */
function isSame(logged, sent) {
    if (logged === sent)
        return true;
    return sent?.includes('$') === true && isStage(sent) && isStage(logged);
}
function stageOf(base) {
    return `FROM ${base.toLowerCase()}`;
}
function isStage(text) {
    return text.startsWith('FROM ');
}
/** True if the tail has everything that kaniko has logged about the stages. */
function hasBeginning({ tail, isOutputWhole }) {
    if (!isOutputWhole)
        return false;
    return tail.length <= shortTail || tail.some((line) => stage.exec(line)?.[2] === '0');
}
/** The instructions in the log, and the beginnings of the stages. */
function readLog({ tail }) {
    return tail.flatMap((line) => {
        const base = stage.exec(line)?.[1];
        const text = base === undefined ? readLogged(line) : stageOf(base);
        return text === undefined ? [] : [text];
    });
}
function isNamed(text, names) {
    return !isStage(text) && names?.includes(text.split(' ', 1)[0] ?? '') !== false;
}
/** The instruction in the message of a line. */
function readLogged(line) {
    const { level, message = '' } = readLogLine(line) ?? {};
    return level === 'info' && /^[A-Z]+ /.test(message) ? collapse(message) : undefined;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/copy.js





const contextDirectory = '/kaniko/buildcontext/ctx';
const lstat = ': lstat ';
const copies = ['COPY', 'ADD'];
/** Errors of COPY and ADD with files of the context and of stages. */
const copyFailures = [
    (error, build) => {
        if (!/failed to get (?:fileinfo for|relative files:) /.test(error))
            return undefined;
        const start = error.lastIndexOf(lstat);
        const path = error.slice(start + lstat.length, error.lastIndexOf(': '));
        return start === -1 ? undefined : explainMissing(path, build);
    },
    rule(/when specifying multiple sources in a COPY command/, (_, build) => {
        const found = nextCopy(build, (copy) => {
            const sources = sourcesOf(copy);
            return sources.length > 1 || /[*?[]/.test(sources[0] ?? '');
        });
        return {
            message: `the destination of ${found?.name.toUpperCase() ?? 'COPY'} must end in "/", because the instruction has several sources`,
            hint: 'Add the "/". kaniko does not look whether the destination is a directory of the image.',
            ...at(found),
        };
    }),
    rule(/getting user group from chown: user +is not a uid/, (_, build) => ({
        message: 'the value of --chown is empty',
        hint: 'Give every variable in --chown a value.',
        ...at(lastLoggedIn(build, copies)),
    })),
    rule(/getting user group from chown: user (.*) is not a uid/, ([user = ''], build) => ({
        message: `the user ${words(user)} of --chown does not exist in the image`,
        hint: 'Create the user before the instruction, or use its number.',
        ...at(lastLoggedIn(build, copies)),
    })),
    rule(/getting user group from chown: (.*)/, ([reason = ''], build) => ({
        message: `--chown failed: ${words(reason)}`,
        hint: 'Create the user and the group before the instruction, or use their numbers.',
        ...at(lastLoggedIn(build, copies)),
    })),
    rule(/getting permissions from chmod: .*parsing ("(?:[^"\\]|\\.)*"): invalid syntax/, ([mode = ''], build) => ({
        message: `this kaniko does not support the mode ${words(mode)} of --chmod`,
        hint: 'Use octal digits, for example --chmod=755.',
        ...at(lastLoggedIn(build, copies)),
    })),
    rule(/could not save file: .* \/proc\//, (_, { dockerfile }) => ({
        message: 'kaniko cannot copy the root directory of a stage',
        hint: 'Copy the directories that you need, for example COPY --from=STAGE /usr /usr.',
        ...at(findCopy(dockerfile, (source, from) => from !== undefined && (0,text_path/* cleanPath */.t)(`/${source}`) === '/')),
    })),
    rule(/resolved envs is empty/, (_, build) => ({
        message: 'this kaniko does not support heredocs in COPY and ADD',
        hint: "Use a kaniko of the osscontainertools fork as 'builder-image'.",
        ...at(nextCopy(build, ({ heredocs }) => heredocs > 0)),
    })),
];
/** @param path that kaniko did not find: in the context, elsewhere in its directory, or in the files that it keeps of a stage. */
function explainMissing(path, build) {
    const found = findMissing(path, build);
    const line = at(found?.copy);
    if (path.startsWith(`${contextDirectory}/`)) {
        return {
            message: `${quoted(path.slice(contextDirectory.length + 1))} is not in the context`,
            hint: 'Check the path and .dockerignore.',
            ...line,
        };
    }
    if (found?.from === undefined && found?.source?.split('/').includes('..') === true) {
        return {
            message: `${quoted(found.source)} leads out of the context`,
            hint: 'Remove "../": Docker takes the path from the root of the context, kaniko does not.',
            ...line,
        };
    }
    const [, number, inStage] = /^\/kaniko\/(?:deps\/)?(\d+)(\/.*)/s.exec(path) ?? [];
    const from = found?.from ?? number;
    if (from === undefined) {
        return {
            message: `${quoted(path)} does not exist`,
            hint: 'Correct the path in COPY.',
            ...line,
        };
    }
    const isStage = number !== undefined || build.dockerfile.stages.some(({ name }) => name === from.toLowerCase());
    return {
        message: `${quoted(found?.source ?? inStage ?? path)} does not exist in ${isStage ? 'stage' : 'the image'} ${words(from)}`,
        hint: 'Correct the path in COPY --from.',
        ...line,
    };
}
/** Best a source without variables, which is certain. */
function findMissing(path, build) {
    const numbers = stageNumbers(build.dockerfile);
    const find = (isPath) => nextCopy(build, (copy) => {
        const places = placesOf(flagOf(copy, 'from'), numbers);
        return sourcesOf(copy).some((source) => places.some((place) => isPath(place, source)));
    });
    const isSame = (place, source) => (0,text_path/* cleanPath */.t)(`${place}/${source}`) === path;
    const certain = find(isSame);
    if (certain !== undefined) {
        const from = flagOf(certain, 'from');
        const places = placesOf(from, numbers);
        const source = sourcesOf(certain).find((each) => places.some((place) => isSame(place, each)));
        return { copy: certain, from, source };
    }
    const copy = find((place, source) => canBe(path, place, source));
    return copy && { copy, from: flagOf(copy, 'from'), source: undefined };
}
/** True if a source with variables can have named a path: what is ahead of its variables and behind them is the same. */
function canBe(path, place, source) {
    const start = source.indexOf('$');
    if (start === -1)
        return false;
    const last = source.slice(source.lastIndexOf('$') + 1);
    const rest = last.startsWith('{')
        ? last.slice(last.lastIndexOf('}') + 1)
        : last.replace(/^\w*/, '');
    const ahead = (0,text_path/* cleanPath */.t)(`${place}/${source.slice(0, start)}`);
    return path.startsWith(ahead) && path.endsWith(rest);
}
/** Where kaniko looks for a source. @param from the stage or image of COPY as it is written; undefined for the context. */
function placesOf(from, numbers) {
    if (from === undefined)
        return [contextDirectory];
    const number = numbers.get(from.toLowerCase());
    return [from, ...(number === undefined ? [] : [`${number}`])].flatMap((name) => [
        `/kaniko/${name}`,
        `/kaniko/deps/${name}`,
    ]);
}
/** By name. The last stage of a name counts. */
function stageNumbers({ stages }) {
    return new Map(stages.map(({ name }, index) => [name, index]));
}
function quoted(path) {
    return JSON.stringify(words(path));
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/dockerfile.js


/** Errors of the Dockerfile as a whole. */
const dockerfileFailures = [
    rule(/dockerfile parse error on line (\d+): (.*)/, ([line = '', reason = '']) => ({
        message: `the Dockerfile has an error on line ${line}: ${words(reason)}`,
        line: Number(line),
    })),
    rule(/^error building image: parsing dockerfile: (?=.*(?:unterminated heredoc|no build stage in current context|file with no instructions))(.*)/, ([reason = '']) => ({ message: `the Dockerfile has an error: ${words(reason)}`, line: 1 })),
    rule(/is not a valid target build stage/, () => ({
        message: 'the target stage could not be found in the Dockerfile',
        hint: "Correct 'target'.",
    })),
    rule(/could not parse reference: ?(.*)/, ([reference = ''], { dockerfile }) => ({
        message: `the image reference ${JSON.stringify(words(reference))} in the Dockerfile is not valid`,
        hint: "Give every ARG that is used in FROM a default value, or set it with 'build-args'.",
        ...at(findInstruction(dockerfile, ['from'], (text) => text.includes('$'))),
    })),
    rule(/repository can only contain the characters/, () => ({
        message: 'a repository name is not valid',
        hint: "Use lower-case letters in 'tags' and in FROM.",
    })),
];

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/download.js


/** Advice for reasons of Go's HTTP client. */
const advice = [
    [/server gave HTTP response to HTTPS client/, 'Write http:// in the URL, or use another server.'],
    [
        /x509:/,
        "kaniko trusts only the CA certificates of its own image here, not 'registry-ca'. Download the file in an earlier step of the job, and use COPY.",
    ],
    [/invalid response status/, 'Check the URL. kaniko sends no credentials for it.'],
];
const checkUrl = 'Check the URL, and that pods in the cluster can connect to its host.';
/** A URL in ADD that cannot be downloaded. */
const downloadFailures = [
    rule(/downloading remote source file: (?:[A-Z][a-z]+ "([^"\s]*)": )?(.*)/, ([url = '', reason = ''], build) => {
        const name = url === '' ? (lastLogged(build, ['ADD'])?.split(' ')[1] ?? 'a URL') : url;
        return {
            message: `ADD of ${words(name)} failed: ${words(reason)}`,
            hint: advice.find(([pattern]) => pattern.test(reason))?.[1] ?? checkUrl,
            ...at(lastLoggedIn(build, ['ADD'])),
        };
    }),
];

;// CONCATENATED MODULE: ./build/text/nearest.js
/** Longer words are no slips of a name. The time of a comparison is quadratic. */
const longestWord = 200;
/** A hint lists at most so many words. */
const mostListed = 30;
/** The word with the fewest edits, without regard to case; undefined if every word needs more than a third of its length. */
function findNearest(word, words) {
    const lower = word.toLowerCase();
    const limit = Math.max(1, Math.floor(lower.length / 3));
    let best;
    if (word.length > longestWord)
        return undefined;
    for (const candidate of words) {
        // So many characters must be inserted or deleted at least.
        if (Math.abs(candidate.length - word.length) > limit)
            continue;
        const edits = countEdits(lower, candidate.toLowerCase());
        if (edits <= limit && (best === undefined || edits < best.edits))
            best = { word: candidate, edits };
    }
    return best?.word;
}
/** A hint: `Use X.` with the nearest word, or a list of all words if none is near. */
function suggest(word, words) {
    const nearest = findNearest(word, words);
    if (nearest !== undefined)
        return `Use ${nearest}.`;
    if (words.length === 1)
        return `Use ${words.join('')}.`;
    const more = words.length > mostListed ? [`and ${words.length - mostListed} more`] : [];
    return `Use one of: ${[...words.slice(0, mostListed), ...more].join(', ')}.`;
}
/** Levenshtein distance: the least number of inserted, deleted and replaced characters. */
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

;// CONCATENATED MODULE: ./build/engines/kaniko/retrieved-image.js

/** The image whose manifest kaniko retrieves, if a line of its log is about that: as the Dockerfile names it. */
function readRetrieved(line) {
    const { message = '' } = readLogLine(line) ?? {};
    return /^Retrieving image manifest (\S+)$/.exec(message)?.[1];
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/pull.js







/** Responses of a registry to a pull. Those to a push are explained before. */
const explainPull = (error, build) => {
    const response = readResponse(error);
    if (response === undefined)
        return undefined;
    const { host, words } = response;
    const image = pulledImage(response, build);
    const found = image && findImage(build.dockerfile, image.repository, image.tag);
    const correct = `Correct ${correction(image, found, build)}.`;
    const isUnknown = /\b(?:MANIFEST_UNKNOWN|NAME_UNKNOWN)\b/.test(words);
    if (isUnknown && image?.isRequested === true) {
        const registry = host === 'index.docker.io' ? '' : `${host}/`;
        return {
            message: `the base image ${registry}${image.repository}:${image.tag} does not exist`,
            hint: correct,
            ...at(found),
        };
    }
    if (isDenied(words)) {
        const name = image === undefined ? 'a base image' : `the base image ${image.name}`;
        return {
            message: `pull access denied for ${name}: the repository does not exist or requires credentials`,
            hint: `${correct} If it is correct, provide credentials with ${credentialSources}, and list the registry in 'pull-logins'.`,
            ...at(found),
        };
    }
    return { ...explainOther(response), ...at(found) };
};
/** The image of the request, or the last one in the log if the request was for a token. */
function pulledImage({ path }, { tail }) {
    const [, repository, tag = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]*)$/.exec(path) ?? [];
    if (repository !== undefined)
        return { name: repository, repository, tag, isRequested: true };
    const reference = tail.map(readRetrieved).findLast((found) => found !== undefined);
    const pulled = reference === undefined ? undefined : pulledRepository(reference);
    if (reference === undefined || pulled === undefined)
        return undefined;
    const [, named = ''] = /[:@]([^/]*)$/.exec(reference) ?? [];
    return { name: words(reference), repository: pulled.path, tag: named, isRequested: false };
}
/** What to correct: with the stage that COPY --from may have meant. */
function correction(image, found, { dockerfile }) {
    if (image === undefined || found?.name !== 'copy')
        return 'the image in FROM';
    const earlier = dockerfile.stages.filter(({ from }) => from.line < found.line);
    const names = earlier.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const nearest = findNearest(image.repository.replace(/^library\//, ''), names);
    return nearest === undefined
        ? 'the image or stage in COPY --from'
        : `COPY --from: the nearest stage is ${nearest}`;
}
function explainOther({ kind, host, words }) {
    if (kind === 'limited') {
        return {
            message: `the registry ${host} limits the number of pulls: ${words}`,
            hint: `Provide credentials for it with ${credentialSources}, or a mirror with 'registry-mirrors'.`,
        };
    }
    return kind === 'unavailable'
        ? { message: `the registry ${host} is unavailable: ${words}`, hint: 'Run the step again.' }
        : { message: `the registry ${host} refused the pull: ${words}` };
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/push.js




const checkLogin = `Check the credentials of ${credentialSources}, and the repository.`;
/** A push that a registry has refused, or was not available for. */
const pushFailures = [
    (error, build) => {
        const isBuilt = error.startsWith('error pushing image');
        if (!isBuilt && !error.startsWith('error checking push permissions'))
            return undefined;
        const push = { registry: registryIn(error), build, isBuilt };
        const response = readResponse(error);
        const isUnclear = response === undefined || response.kind === 'unclear';
        // An unknown certificate is the cause, whatever the server has returned on plain HTTP.
        if (isUnclear && isDenied(error) && !hasForeignCertificate(error))
            return explainDenied(push);
        return response === undefined ? explainRealm(error, push) : explainResponse(response, push);
    },
];
/** Every other error of a push. */
const otherPushes = [
    rule(/^error checking push permissions(?:.*checking push permission for "[^"]*")?: (.*)/, ([reason = '']) => ({ message: `the check of the push failed: ${words(reason)}` })),
    rule(/^error pushing image: (.*)/, ([reason = '']) => ({
        message: `the image was built, but pushing it failed: ${words(reason)}`,
        hint: checkLogin,
    })),
];
/** The registry of the image in an error; undefined without one. */
function registryIn(error) {
    const [, checked, pushed] = /checking push permission for "([^"]+)"|failed to push to destination (\S+): /.exec(error) ??
        [];
    const reference = checked ?? pushed;
    // As in 'tags': references to Docker Hub may have no registry.
    return reference && (registryOf(reference) ?? reference);
}
function explain({ isBuilt }, clause, rest) {
    return { message: isBuilt ? `the image was built, but ${clause}` : clause, ...rest };
}
function explainDenied(push) {
    const { registry, build } = push;
    const name = registry === undefined ? 'the registry' : `the registry ${registry}`;
    const without = build.withoutLogin.filter((host) => registry === undefined || host === registry);
    const hint = without.length === 0
        ? checkLogin
        : `No credentials for ${without.join(' and ')} were found. Provide them with ${credentialSources}.`;
    return explain(push, `${name} denied the push`, { hint });
}
/** A registry whose token service kaniko does not send credentials to. */
function explainRealm(error, push) {
    const reason = /invalid realm in www-authenticate: (.*)/.exec(error)?.[1];
    if (reason === undefined)
        return undefined;
    return explain(push, `kaniko refuses the token service of the registry ${push.registry ?? ''}: ${words(reason)}`, {
        hint: 'Configure a token service in the registry that has HTTPS and a host name, or is at the address of the registry.',
    });
}
function explainResponse(response, push) {
    const { kind, words, path, canPass } = response;
    const registry = push.registry ?? response.host;
    const retry = canPass && !push.isBuilt ? { beforeBuild: true } : {};
    if (kind === 'missing' && path === '/v2/') {
        return explain(push, `the server ${registry} is not a registry: ${words}`, {
            hint: "Correct 'tags'.",
        });
    }
    switch (kind) {
        case 'immutable':
            return explain(push, `the registry ${registry} does not overwrite the tag: ${words}`, {
                hint: "Use another tag in 'tags', or allow the registry to overwrite tags.",
            });
        case 'limited':
            return explain(push, `the registry ${registry} limits the number of requests: ${words}`, {
                hint: 'Run the step again later, or use credentials with a higher limit.',
                ...retry,
            });
        case 'missing':
            return explain(push, `the repository ${push_repositoryOf(path)} does not exist in the registry ${registry}: ${words}`, {
                hint: 'Create the repository: registries such as Amazon ECR do not create it with the first push.',
            });
        case 'unavailable':
            return explain(push, `the registry ${registry} is unavailable: ${words}`, {
                hint: 'Run the step again.',
                ...retry,
            });
        case 'unclear':
            return explain(push, `the registry ${registry} refused the push: ${words}`, retry);
    }
}
/** @param path of a request: `/v2/NAME/blobs/…` or `/v2/NAME/manifests/…`. */
function push_repositoryOf(path) {
    return path.replace(/^\/v2\//, '').replace(/\/(?:blobs|manifests)\/.*$/, '');
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/run.js



/** Errors of RUN steps. */
const runFailures = [
    rule(/waiting for process to exit: exit status (\d+)/, ([status = ''], build) => explainRun(`failed with exit code ${status}`, build)),
    rule(/waiting for process to exit: signal: (\w+)/, ([signal = ''], build) => ({
        ...explainRun(`was terminated by signal: ${signal}`, build),
        hint: "If the build ran out of memory, raise 'limits.memory' in 'resources'.",
    })),
    rule(/starting command: (.*)/, ([reason = ''], build) => ({
        ...explainRun(`could not be started: ${words(reason)}`, build),
        hint: 'Check that the program exists in the image, and that WORKDIR is a directory.',
    })),
    rule(/credentials: get uid\/gid: user (\S+) is not a uid/, ([user = ''], build) => ({
        message: `the user ${words(user)} does not exist in the image`,
        hint: 'Create the user before the USER instruction.',
        ...at(lastUser(build, (text) => text.split(/[\s:]/, 1)[0] === user)),
    })),
];
/**
 * The failing RUN is the last one in kaniko's log.
 * @param failure how it ended, as a predicate: `failed with exit code 1`.
 */
function explainRun(failure, build) {
    const command = lastLogged(build, ['RUN']);
    if (command === undefined)
        return { message: `a RUN step ${failure}` };
    return {
        message: `${JSON.stringify((0,excerpt/* excerpt */.K)(command, 120))} ${failure}`,
        ...at(lastLoggedIn(build, ['RUN'])),
    };
}

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/stream.js

/** Errors about a stream that ended early. */
const streamFailures = [
    rule(/please provide a valid path to a Dockerfile/, () => ({
        message: 'the stream ended before the Dockerfile, which is its last entry',
        transport: true,
    })),
    rule(/error resolving source context: .*?(gzip: invalid header|unexpected EOF|EOF|no data found.*)$/, ([reason = '']) => ({
        message: `the builder did not receive the whole context: ${reason}`,
        transport: true,
    })),
];

;// CONCATENATED MODULE: ./build/engines/kaniko/failures/diagnose.js











/** An error that no other rule explains, in kaniko's own words. */
const otherBuilds = rule(/^error building image: (?:error building stage: )?(failed to execute command: )?(.*)/, ([executed, reason = ''], build) => ({
    message: words(reason),
    ...(executed !== undefined && at(lastLoggedIn(build))),
}));
/** The first rule that explains an error wins, so special texts come before general ones. */
const diagnose_rules = [
    ...flagFailures,
    ...dockerfileFailures,
    ...streamFailures,
    ...runFailures,
    ...copyFailures,
    ...downloadFailures,
    ...pushFailures,
    ...connectionFailures,
    ...otherPushes,
    explainPull,
    otherBuilds,
    otherArguments,
];
/** How the errors begin with which kaniko ends. Source: cmd/executor/cmd/root.go of the three variants. */
const errorBeginning = /error (?:building image|pushing image|checking push permissions|resolving (?:source context|dockerfile path|relative paths(?: to absolute paths)?)|changing to root dir)\b|kaniko should only be run/g;
const logLine = /time="[-\d:TZ.+]{20,35}" level=[a-z]+ msg=/;
/**
 * Explains the error with which kaniko ended: the last one in the output. RUN can print the same text, but before it. Log lines
 * of kaniko (`time=…`) do not count, because they quote the Dockerfile.
 * @returns undefined for exit code 0 and for an unknown text.
 */
function diagnoseKaniko(build) {
    if (build.exitCode === 0)
        return undefined;
    const texts = build.tail.map((line) => line.slice(0, logLine.exec(line)?.index));
    const final = texts.flatMap(finalErrorsIn).toReversed();
    // Errors of the command line begin with other text. kaniko reports them before it builds, so RUN has printed nothing.
    const others = texts.filter((text) => /^error |^Error: /i.test(text)).toReversed();
    let unproved;
    for (const error of final.length > 0 ? final : others) {
        const diagnosis = diagnose_explain(error, build);
        // The builder got the whole stream, so a RUN step has printed this.
        if (diagnosis?.transport === true && build.contextComplete)
            continue;
        if (diagnosis?.beforeBuild !== true || !hasBuilt(build)) {
            if (diagnosis !== undefined || final.length > 0)
                return diagnosis ?? unproved;
        }
        else {
            // A RUN step can have printed this, and then there is another error before it.
            unproved ??= { ...diagnosis, beforeBuild: false };
        }
    }
    return unproved;
}
/** The final errors in a line, each to the end of the line: output of RUN that lacks a newline can precede one. */
function finalErrorsIn(text) {
    return [...text.matchAll(errorBeginning)].map(({ index }) => text.slice(index));
}
function diagnose_explain(error, build) {
    for (const explainKind of diagnose_rules) {
        const diagnosis = explainKind(error, build);
        if (diagnosis !== undefined)
            return diagnosis;
    }
    return undefined;
}
const buildLine = /level=info msg="(?:Retrieving image|Building stage|Unpacking rootfs|Executing \d+ build triggers|RUN) /;
/** True unless the output proves that kaniko ended before it built anything. */
function hasBuilt({ tail, isOutputWhole }) {
    // kaniko prints less before it builds.
    if (!isOutputWhole || tail.length > shortTail)
        return true;
    return tail.some((line) => buildLine.test(line));
}

// EXTERNAL MODULE: ./build/text/redact.js
var redact = __webpack_require__(6953);
;// CONCATENATED MODULE: ./build/engines/kaniko/failures/mirrors.js






/** Characters of a mirror's reason in the message. */
const mirrors_longestReason = 150;
const hint = "Check that the mirror has the image, that pods in the cluster can connect to it, and that 'pull-logins' includes it if it needs credentials.";
/**
 * Adds the mirrors to the explanation of a pull that failed: kaniko's error names the original registry, which it tries last or,
 * with `mirror-fallback: false`, not at all.
 * @param diagnosis the explanation without mirrors.
 */
function explainMirrors(build, diagnosis) {
    if (build.exitCode === 0)
        return diagnosis;
    const found = failedPull(build.tail);
    if (found === undefined)
        return diagnosis;
    const { image, mirrors, error } = found;
    const { host } = pulledRepository(image) ?? { host: 'the original registry' };
    const names = mirrors.map((mirror) => `${mirror.host} (${mirror.reason})`).join(' and ');
    const noun = mirrors.length === 1 ? 'mirror' : 'mirrors';
    const message = `the registry ${noun} ${names} did not provide ${image}`;
    const from = findInstruction(build.dockerfile, ['from'], (text) => text.split(' ').includes(image));
    const line = diagnosis?.line ?? from?.line;
    return {
        message: isNotTried(error)
            ? `${message}, and mirror-fallback is false`
            : `${message}, and neither did ${host}: ${diagnosis?.message ?? shorten(error)}`,
        hint,
        ...(line !== undefined && { line }),
    };
}
/**
 * The last pull in the output, if it failed at mirrors and was the end of the build. RUN can print the same lines, but not the
 * final error after them.
 */
function failedPull(tail) {
    const begin = tail.findLastIndex((text) => readRetrieved(text) !== undefined);
    const image = readRetrieved(tail[begin] ?? '');
    if (image === undefined)
        return undefined;
    const lines = tail.slice(begin + 1);
    const mirrors = lines.flatMap((text) => {
        const [, host, reason] = failure.exec(readLogLine(text)?.message ?? '') ?? [];
        return host === undefined || reason === undefined ? [] : [{ host, reason: shorten(reason) }];
    });
    const error = lines.findLast((text) => pullError.test(text));
    return mirrors.length === 0 || error === undefined ? undefined : { image, mirrors, error };
}
const failure = /^Failed to retrieve image \S+ from remapped registry (\S+): (.*)\. Will try with the next registry/s;
/** kaniko's final error for an image that it could not pull. */
const pullError = /^error building image: .*(?:\bGET https?:\/\/|\bGet "https?:\/\/|image not found on any configured mapped registries)/i;
function isNotTried(error) {
    return error.includes('image not found on any configured mapped registries');
}
/** A reason without the address that was requested, and without that of a second attempt over plain HTTP. */
function shorten(reason) {
    const bare = reason
        .replace(/^error building image: /, '')
        .replace(/^unable to complete operation after \d+ attempts, last error: /, '')
        .replace(/^(?:GET \S+: (?=\S)|Get "[^"]*": )/, '')
        .replace(/; (?:map\[|GET http|Get "http).*$/s, '');
    return (0,excerpt/* excerpt */.K)((0,redact/* redact */.E)(bare), mirrors_longestReason);
}

;// CONCATENATED MODULE: ./build/engines/kaniko/pushed-digests.js
const pushed_digests_start = Buffer.from('Push');
const pushed = Buffer.from('Pushed ');
const pushing = Buffer.from('Pushing image to ');
const digestLength = 'sha256:'.length + 64;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** A character that can be part of a tag. */
const tagCharacter = /[\w.-]/;
/** Two different digests are a contradiction, whatever follows. */
const mostDigests = 2;
/**
 * Finds the digests that kaniko reports as pushed in all of its output: `Pushed registry/repository@sha256:…`, for the
 * repositories of the tags. Every occurrence counts, also in the middle of a line: the output of RUN can lack a newline.
 *
 * Only occurrences after the first `Pushing image to` with one of the tags count. kaniko pushes the layers of a cache before
 * that, and they can be in the repository of a tag.
 *
 * The time is linear in the output, whatever its pieces are; the memory is that of the longest of these texts.
 */
class PushedDigests {
    #repositories;
    #tags;
    #digests;
    /** Bytes within which every text can be recognised, with the character after it. */
    #longest;
    /** The end of the output so far, as far as a text can begin in it. */
    #rest = Buffer.alloc(0);
    #hasBegun = false;
    /** @param tags that the builder pushes. */
    constructor(tags) {
        const names = [...new Set(tags.map(({ registry, repository }) => `${registry}/${repository}`))];
        this.#repositories = names.map((name) => ({ name, prefix: Buffer.from(`${name}@`) }));
        this.#tags = tags.map(({ text }) => Buffer.from(text));
        this.#digests = new Map(names.map((name) => [name, new Set()]));
        this.#longest = Math.max(...this.#repositories.map(({ prefix }) => pushed.length + prefix.length + digestLength), ...this.#tags.map((tag) => pushing.length + tag.length + 1), pushed_digests_start.length);
    }
    /** Takes the next piece of the output. */
    push(output) {
        const bytes = this.#rest.length === 0 ? output : Buffer.concat([this.#rest, output]);
        let at = bytes.indexOf(pushed_digests_start);
        while (at !== -1 && at + this.#longest <= bytes.length) {
            this.#read(bytes, at);
            at = bytes.indexOf(pushed_digests_start, at + pushed_digests_start.length);
        }
        const from = at === -1 ? Math.max(0, bytes.length - pushed_digests_start.length + 1) : at;
        this.#rest = Buffer.from(bytes.subarray(from));
    }
    /** By repository (`registry/repository`): the distinct digests so far, at most two. The output has ended. */
    end() {
        const bytes = this.#rest;
        this.#rest = Buffer.alloc(0);
        for (let at = bytes.indexOf(pushed_digests_start); at !== -1; at = bytes.indexOf(pushed_digests_start, at + pushed_digests_start.length)) {
            this.#read(bytes, at);
        }
        return this.#digests;
    }
    #read(bytes, at) {
        if (!this.#hasBegun)
            this.#hasBegun = this.#isOwnPush(bytes, at);
        else if (hasAt(bytes, at, pushed))
            this.#readPushed(bytes, at + pushed.length);
    }
    #isOwnPush(bytes, at) {
        if (!hasAt(bytes, at, pushing))
            return false;
        const tagAt = at + pushing.length;
        return this.#tags.some((tag) => {
            const next = bytes.toString('latin1', tagAt + tag.length, tagAt + tag.length + 1);
            return hasAt(bytes, tagAt, tag) && !tagCharacter.test(next);
        });
    }
    #readPushed(bytes, at) {
        const found = this.#repositories.find(({ prefix }) => hasAt(bytes, at, prefix));
        if (found === undefined)
            return;
        const digestAt = at + found.prefix.length;
        const digest = bytes.toString('latin1', digestAt, digestAt + digestLength);
        const digests = this.#digests.get(found.name);
        if (digests !== undefined && digests.size < mostDigests && digestPattern.test(digest)) {
            digests.add(digest);
        }
    }
}
function hasAt(bytes, at, text) {
    const end = at + text.length;
    return end <= bytes.length && bytes.compare(text, 0, text.length, at, end) === 0;
}

;// CONCATENATED MODULE: ./build/engines/kaniko/kaniko.js








/** Where the Secret of `registry-secret` is mounted. kaniko excludes this directory from every layer. */
const secretDirectory = '/kaniko/.docker';
const timestampVariable = 'SOURCE_DATE_EPOCH';
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
 * With these flags the osscontainertools fork builds what Docker builds: owners and modes of the directories that COPY creates,
 * the owner of COPY after USER, variables in heredocs of COPY, the group of USER in RUN, and the mode of a directory that ADD
 * extracts an archive to. They are off in kaniko, because they change the keys of its cache. The other forks do not read them.
 */
const compatibilityFlags = [
    'FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS',
    'FF_KANIKO_COPY_AS_ROOT',
    'FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS',
    'FF_KANIKO_EXPAND_HEREDOC',
    'FF_KANIKO_RUN_HONOR_GROUP',
    'FF_KANIKO_UNTAR_SKIP_ROOT',
].map((name) => ({ name, value: 'true' }));
/** kaniko: builds a Dockerfile as root in an ordinary pod, without privileges, from a tar stream on stdin. */
const kaniko = {
    name: 'kaniko',
    layout: 'image',
    container(inputs, extras) {
        return {
            name: builderContainerName,
            image: inputs.builder.image,
            args: [...kanikoArguments(inputs, extras)],
            env: [...loginEnv(inputs, extras), ...compatibilityFlags, ...timestampEnv(inputs)],
            securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'], add: [...capabilities] } },
            ...(inputs.registry.secret !== undefined && {
                volumeMounts: [{ name: registrySecretVolume, mountPath: secretDirectory, readOnly: true }],
            }),
        };
    },
    volumes({ registry }) {
        return registry.secret === undefined ? [] : [registrySecretVolumeSource(registry.secret)];
    },
    reserved: { paths: ['/kaniko/executor', unpacked], variables: ['KANIKO_DIR'] },
    scanPushes: ({ image }) => (image.push ? new PushedDigests(image.tags) : undefined),
    scanWarnings: ({ image }) => image.cacheTo === undefined ? undefined : new CacheRefusal(),
    filterOutput: ({ builder }) => verbosityFilter(builder.verbosity),
    /** kaniko writes one `reference@digest` line for each destination before it pushes. */
    readDigests: (message) => [
        ...new Set([...message.matchAll(/@(sha256:[0-9a-f]{64})[^\S\n]*$/gm)].map(([, digest = '']) => digest)),
    ],
    relevant: withoutUsage,
    diagnose: (build) => explainMirrors(build, diagnoseKaniko(build)),
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
function loginEnv({ registry }, extras) {
    if (registry.secret !== undefined)
        return [{ name: 'DOCKER_CONFIG', value: secretDirectory }];
    return extras.logins ? [{ name: 'DOCKER_CONFIG', value: `${unpacked}/auth` }] : [];
}
/** The build argument SOURCE_DATE_EPOCH is also for the builder itself, see reproducible-builds.org. */
function timestampEnv({ image }) {
    const value = image.buildArgs.findLast(({ key }) => key === timestampVariable)?.value ?? '';
    return /^\d+$/.test(value) ? [{ name: timestampVariable, value }] : [];
}

;// CONCATENATED MODULE: ./build/engines/select.js


const engines = { kaniko: kaniko, custom: custom };
/** The engine that the inputs name. */
function selectEngine({ builder }) {
    return engines[builder.engine];
}

;// CONCATENATED MODULE: ./build/logs/place.js
/** Where an annotation points; nowhere if the file or the line is unknown. */
function placeOf(file, line) {
    return file === undefined || line === undefined ? {} : { file, line };
}

;// CONCATENATED MODULE: ./build/result/phases.js
/** Phases of an attempt up to the removal of its pod, in their order. */
const attemptPhases = ['create', 'start', 'upload', 'build'];
/** Records how long each phase of the run takes. */
class PhaseRecorder {
    startedAtMs;
    spans = [];
    #clock;
    #attempt = 0;
    #lastMs;
    /** The run starts now. */
    constructor(clock) {
        this.#clock = clock;
        this.startedAtMs = clock.now();
        this.#lastMs = this.startedAtMs;
    }
    /** The phases that end from now on belong to the next attempt. */
    beginAttempt() {
        this.#attempt++;
    }
    /** Ends a phase, which began at the end of the one before. */
    end(phase) {
        const nowMs = this.#clock.now();
        this.spans.push({
            attempt: this.#attempt,
            phase,
            startMs: this.#lastMs - this.startedAtMs,
            endMs: nowMs - this.startedAtMs,
        });
        this.#lastMs = nowMs;
    }
    /** Ends the phase in which the attempt was interrupted; does nothing if all of its phases have ended. */
    interrupt() {
        const last = this.spans.at(-1);
        const ended = last?.attempt === this.#attempt ? attemptPhases.indexOf(last.phase) : -1;
        const open = attemptPhases[ended + 1];
        if (open !== undefined)
            this.end(open);
    }
}
/** Milliseconds by phase, those of all attempts added up, in the order in which the phases first ended. */
function phaseTimes(spans) {
    const times = new Map();
    for (const { phase, startMs, endMs } of spans) {
        times.set(phase, (times.get(phase) ?? 0) + endMs - startMs);
    }
    return times;
}

;// CONCATENATED MODULE: ./build/result/summary.js



/** The output `metadata`: the keys of buildx, and keys of this action with the prefixes `kubernetes`, `context` and `timing`. */
function renderMetadata(inputs, report) {
    const { image, pod, node, context, spans } = report;
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
        ...Object.fromEntries([...phaseTimes(spans)].map(([name, ms]) => [`timing.${name}`, ms])),
    });
}
/** A note for a build with tags and without push, in case `push` was forgotten. */
const notPushed = "Nothing was pushed: the input 'push' is false.";
function isUnpushed({ image }) {
    return !image.push && image.tags.length > 0;
}
/** The number of last lines of the container log in the summary of a failure. The job log has more. */
const shownLines = 15;
/** Of a longer line the beginning and the end are shown: errors end with their cause. In characters. */
const shownParts = { beginning: 200, end: 400 };
/**
 * The job summary: the image, the pod and the duration of each phase. After a failure also the message, the hint and the last
 * lines of the container log.
 * @param scrub masks secrets, which the builder may have printed.
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
function renderPhases({ spans }) {
    if (spans.length === 0)
        return [];
    const rows = [...phaseTimes(spans)].map(([phase, ms]) => [
        phase,
        `${(ms / 1_000).toFixed(1)} s`,
    ]);
    return [renderTable(['Phase', 'Time'], rows), renderTimeline(spans)];
}
/** The time axis of a shorter run is in milliseconds. */
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
    // Times count from the start of the run. Clock times would be shown in the time zone of the browser.
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
function renderKept({ keptPods }) {
    return keptPods.map((pod) => {
        const inspect = code(`kubectl describe pod ${pod.name} --namespace ${pod.namespace}`);
        return `The pod was kept. Inspect it with ${inspect}, and delete it with ${code(removalCommand(pod))}.`;
    });
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
    const { beginning, end } = shownParts;
    if (line.length <= beginning + end)
        return line;
    return `${line.slice(0, beginning)}…${line.slice(-end)}`.toWellFormed();
}
/** Escapes every character with a meaning in HTML or in Markdown, which is also read inside of HTML tags. */
function escapeHtml(text) {
    return text
        .replace(/\p{Cc}/gu, '\uFFFD')
        .replace(/[^\p{L}\p{N} ./=,;'"%?^$-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
/** Makes one line without Markdown and HTML of any text. */
function escapeMarkdown(text) {
    return text
        .replace(/[\r\n]+/g, ' ')
        .replace(/\p{Cc}/gu, '\uFFFD')
        .replace(/[\\`*_{}[\]()#+!|~@:]/g, '\\$&')
        .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
/** Inline code in a table cell. A backtick does not end the code, and a pipe does not end the cell. */
function code(text) {
    return `<code>${text.replace(/[^A-Za-z0-9 ._/@=,-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;
}

;// CONCATENATED MODULE: ./build/outputs.js



/**
 * Sets the outputs and writes the job summary, after a failure too.
 * @returns the failure of the step: the given one, else that of the outputs if they cannot be written.
 */
async function publish(inputs, report, failure, { job, log }) {
    let problem;
    try {
        setOutputs(inputs, report, job);
    }
    catch (error) {
        problem = (0,errors/* toBuildError */.KB)(error, 'writing the outputs');
        if (failure !== undefined)
            await log.warning(problem.message);
    }
    try {
        if (inputs.summary) {
            const scrub = (text) => log.scrub(text);
            await job.writeSummary(renderSummary(inputs, report, failure ?? problem, scrub));
        }
    }
    catch (error) {
        await log.warning(`the job summary could not be written: ${(0,errors/* describeError */.Uc)(error)}`);
    }
    return failure ?? problem;
}
function setOutputs(inputs, { image, exitCode, ...rest }, job) {
    const [first] = inputs.image.tags;
    if (exitCode !== undefined)
        job.setOutput('exit-code', String(exitCode));
    if (image !== undefined && first !== undefined) {
        job.setOutput('digest', image.digest);
        job.setOutput('image', `${first.text}@${image.digest}`);
        job.setOutput('image-name', first.text.slice(0, -`:${first.tag}`.length));
    }
    job.setOutput('metadata', renderMetadata(inputs, { image, exitCode, ...rest }));
}
/** Reports the failure of a step as an annotation: the message and the hint. */
async function reportFailure(failure, { log, dockerfile, isDebug }) {
    if (isDebug && failure.cause !== undefined) {
        for (const line of (0,errors/* stackOf */.US)(failure).split('\n'))
            await log.info(log.scrub(line));
    }
    // Messages of other programs can end with a period.
    const message = failure.message.replace(/[.\s]+$/, '');
    const text = failure.hint === undefined ? failure.message : `${message}. ${failure.hint}`;
    await log.error(text, placeOf(dockerfile, failure.line));
}

// EXTERNAL MODULE: ./build/context/directory/bytes.js
var bytes = __webpack_require__(1767);
;// CONCATENATED MODULE: ./build/context/directory/find-path.js


/**
 * Finds the path that an input names. The target of a link in the workspace or in the context must be in one of them too.
 * Their files can come from a pull request, and a link could make the step read files of the runner.
 * @param roots the workspace and the context, as the user wrote them.
 * @returns undefined if the path does not exist.
 * @throws BuildError('context')
 */
function findPath(path, roots, workspace) {
    const absolute = workspace.resolve(path);
    const real = realPath(absolute, workspace);
    if (real === undefined)
        return undefined;
    const stat = workspace.stat(real);
    if (stat?.kind !== 'file' && stat?.kind !== 'directory') {
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(path)} is neither a file nor a directory`, {
            hint: 'Name a regular file or a directory.',
        });
    }
    const homes = roots.map((root) => workspace.resolve(root));
    const realHomes = homes.map((home) => realPath(home, workspace) ?? home);
    const isInside = (place) => realHomes.some((home) => find_path_isWithin(place, home));
    // A path can also lead into a root through a link, because directories of a runner have several names.
    const isOwn = homes.some((home) => find_path_isWithin(absolute, home)) ||
        partsOf(absolute).some((part) => isInside(realPath(part, workspace) ?? part));
    if (isOwn && !isInside(real)) {
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(path)} is a link to ${(0,show/* show */.W)(real)}, outside of the workspace`, {
            hint: 'Replace the link with the file itself, or use the path that it links to.',
        });
    }
    return { path: real, kind: stat.kind };
}
/** Limit for Dockerfiles, ignore files and files that inputs name. Larger ones are mistakes. */
const largestFileBytes = 4 * 1_024 * 1_024;
/**
 * The content of a file that an input names, under the conditions of `findPath`.
 * @returns undefined if the file does not exist.
 * @throws BuildError('context')
 */
function readInputFile(path, workspace, largestBytes = largestFileBytes) {
    const place = findPath(path, ['.'], workspace);
    return place === undefined ? undefined : readPlace(place, workspace, largestBytes);
}
/**
 * The content of a file that `findPath` found.
 * @throws BuildError('context') also for a directory, and for a file of more than `largestBytes`.
 */
function readPlace({ path }, workspace, largestBytes = largestFileBytes) {
    let file;
    try {
        file = workspace.open(path);
        return readUpTo(file, path, largestBytes);
    }
    catch (error) {
        throw error instanceof errors/* BuildError */.zS ? error : lookUpFailure(path, error);
    }
    finally {
        file?.close();
    }
}
/** Checks the open file, because the path can have been replaced since `findPath`. */
function readUpTo(file, path, largestBytes) {
    const { kind, sizeBytes } = file.stat();
    if (kind !== 'file') {
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(path)} is not a file`, {
            hint: 'Name a regular file.',
        });
    }
    if (sizeBytes > largestBytes) {
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(path)} is larger than ${largestBytes} bytes`, {
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
function realPath(path, workspace) {
    try {
        return workspace.realpath(path);
    }
    catch (error) {
        const code = (0,errors/* errorCode */.CA)(error);
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        throw lookUpFailure(path, error);
    }
}
function lookUpFailure(path, cause) {
    return new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(path)} cannot be read: ${(0,errors/* describeError */.Uc)(cause)}`, {
        hint: 'Make it readable for the runner, or name another one.',
        cause,
    });
}
/** An absolute path from its first directory to itself. */
function partsOf(path) {
    // On Windows a drive without a slash (`D:`) is the current directory of that drive, so it is not a part.
    const ends = path.matchAll(/[^\\/:](?=[\\/]|$)/g);
    return [...ends].map(({ index }) => path.slice(0, index + 1));
}
function find_path_isWithin(path, directory) {
    const base = directory.replace(/[\\/]+$/, '');
    return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}

// EXTERNAL MODULE: ./build/context/ignore/rules.js + 3 modules
var ignore_rules = __webpack_require__(3568);
// EXTERNAL MODULE: ./build/context/tar/member.js
var member = __webpack_require__(8768);
// EXTERNAL MODULE: ./build/context/tar/pack.js + 3 modules
var pack = __webpack_require__(8912);
// EXTERNAL MODULE: ./build/context/workflow-files.js
var workflow_files = __webpack_require__(9533);
;// CONCATENATED MODULE: ./build/context/directory/locate.js




/**
 * Finds the Dockerfile: `file`, by default `Dockerfile` in the context, or `dockerfile`, which Docker also accepts.
 * @throws BuildError('context')
 */
function findDockerfile(context, file, workspace) {
    const candidates = file === undefined ? [join(context, 'Dockerfile'), join(context, 'dockerfile')] : [file];
    for (const path of candidates) {
        const place = findPath(path, ['.', context], workspace);
        if (place?.kind === 'file')
            return { bytes: readPlace(place, workspace), path };
    }
    throw missingDockerfile(context, file, workspace);
}
/**
 * Reads the ignore file for a Dockerfile: `<Dockerfile>.dockerignore` in its directory, or `.dockerignore` in the context.
 * @param dockerfile undefined for engines without one.
 * @throws BuildError('context')
 */
async function findIgnoreRules(context, dockerfile, workspace) {
    const candidates = [
        ...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]),
        join(context, '.dockerignore'),
    ];
    for (const name of candidates) {
        const place = findPath(name, ['.', context], workspace);
        if (place?.kind !== 'file')
            continue;
        const text = readPlace(place, workspace).toString('utf8');
        return { rules: await ignore_rules/* IgnoreRules */.w.read(text, name), name };
    }
    return { rules: ignore_rules/* IgnoreRules */.w.none, name: undefined };
}
function missingDockerfile(context, file, workspace) {
    if (file !== undefined) {
        const isThere = findPath(file, ['.', context], workspace) !== undefined;
        const why = isThere ? 'is a directory' : 'does not exist';
        return new errors/* BuildError */.zS('context', `the Dockerfile ${(0,show/* show */.W)(file)} ${why}`, {
            hint: "Correct the input 'file'; its path is relative to the working directory, not to the context.",
        });
    }
    const isEmpty = workspace.names(workspace.resolve(context)).length === 0;
    return new errors/* BuildError */.zS('context', isEmpty
        ? `the context ${(0,show/* show */.W)(context)} is empty`
        : `the context ${(0,show/* show */.W)(context)} has no Dockerfile`, {
        hint: isEmpty
            ? 'Check out the repository in a step before this one.'
            : "Set the input 'file' to the path of the Dockerfile.",
    });
}
function join(directory, name) {
    const base = directory.replace(/\/+$/, '');
    if (base === '')
        return directory === '' ? name : `/${name}`;
    return base === '.' ? name : `${base}/${name}`;
}

// EXTERNAL MODULE: ./build/context/directory/walk.js
var walk = __webpack_require__(8571);
// EXTERNAL MODULE: ./build/context/directory/weight.js
var directory_weight = __webpack_require__(2526);
// EXTERNAL MODULE: ./build/context/git/secret-files.js
var secret_files = __webpack_require__(3493);
;// CONCATENATED MODULE: ./build/context/directory/withhold.js


/** Parts of a Docker configuration with secrets, for one whose directory is the context or above it. */
const dockerParts = [
    'config.json',
    'buildx/config',
    'contexts/tls',
    'trust/private',
    '.token_seed',
    '.token_seed.lock',
    'key.pem',
];
/**
 * Divides the entries of a directory into those that are sent and those with credentials. The files of the workflow are found
 * under every name: through links, as other hard links, and relative to any directory.
 * @param root of the context, without links.
 */
function withhold(entries, root, rules, workspace) {
    const places = rules.workflow === undefined ? noPlaces : findPlaces(rules.workflow, root, workspace);
    const identities = new Set(places.identities);
    const isSecret = ({ name, content }) => (!rules.keepGitCredentials && (0,secret_files/* isGitSecret */.Z)(name)) ||
        (rules.workflow !== undefined && content.kind !== 'directory' && (0,workflow_files/* isWorkflowName */.HO)(name)) ||
        isBelow(name, places.names);
    const secret = new Set(entries.filter(isSecret));
    for (const { stat } of secret)
        if (stat.links > 1 && stat.kind === 'file')
            identities.add(identityOf(stat));
    const isOther = ({ stat }) => stat.kind === 'file' && identities.has(identityOf(stat));
    if (identities.size > 0)
        for (const entry of entries.filter(isOther))
            secret.add(entry);
    const names = new Set([...secret].map(({ name }) => name));
    const ofWorkflow = [...secret].filter(({ name }) => !(0,secret_files/* isGitSecret */.Z)(name) && !names.has(parentOf(name)));
    return {
        sent: secret.size === 0 ? entries : entries.filter((entry) => !secret.has(entry)),
        names,
        ofWorkflow: ofWorkflow.map(({ name }) => name),
    };
}
const noPlaces = { names: new Set(), identities: [] };
function findPlaces({ files, dockerConfigs }, root, workspace) {
    const names = new Set();
    const identities = [];
    const add = (path) => {
        const real = withhold_realPath(path, workspace);
        const stat = real === undefined ? undefined : workspace.stat(real);
        if (real === undefined || stat === undefined)
            return;
        if (stat.kind === 'file')
            identities.push(identityOf(stat));
        for (const place of [real, ownPath(path, workspace)]) {
            const name = place === undefined ? undefined : nameIn(root, place);
            if (name !== undefined)
                names.add(name);
        }
    };
    for (const file of files) {
        const path = workspace.resolve(file);
        if (withhold_kindOf(path, workspace) === 'file')
            add(path);
    }
    for (const config of dockerConfigs) {
        const path = workspace.resolve(config);
        const real = withhold_realPath(path, workspace);
        if (real === undefined)
            continue;
        const kind = withhold_kindOf(path, workspace);
        // The context, the workspace and the directories above them have more than the Docker configuration.
        const isShared = [root, workspace.resolve('.')].some((place) => place === real || nameIn(real, withhold_realPath(place, workspace) ?? place) !== undefined);
        if (!isShared)
            add(path);
        if (kind === 'directory')
            for (const part of dockerParts)
                add(`${path}/${part}`);
    }
    return { names, identities };
}
/** The name of a path in a directory, with `/`; undefined for a path outside of it. Both are without links. */
function nameIn(directory, path) {
    const [base, place] = [directory.replace(/[\\/]+$/, ''), path].map((text) => text.replaceAll('\\', '/'));
    return place?.startsWith(`${base ?? ''}/`) === true
        ? place.slice((base ?? '').length + 1)
        : undefined;
}
/** True if the name, or a directory above it, is one of the names. */
function isBelow(name, names) {
    if (names.size === 0)
        return false;
    for (let path = name; path !== ''; path = parentOf(path))
        if (names.has(path))
            return true;
    return false;
}
function parentOf(name) {
    return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}
function withhold_kindOf(path, workspace) {
    const real = withhold_realPath(path, workspace);
    return real === undefined ? undefined : workspace.stat(real)?.kind;
}
/** The path with the links of its directory resolved, but not its own. */
function ownPath(path, workspace) {
    const cut = path.replace(/\/+$/, '').lastIndexOf('/');
    const directory = withhold_realPath(path.slice(0, Math.max(1, cut)), workspace);
    return directory === undefined
        ? undefined
        : `${directory.replace(/\/$/, '')}/${path.slice(cut + 1)}`;
}
/** undefined for a path that does not exist or cannot be read. */
function withhold_realPath(path, workspace) {
    try {
        return workspace.realpath(path);
    }
    catch {
        return undefined;
    }
}
function identityOf({ device, inode }) {
    return `${device}:${inode}`;
}

// EXTERNAL MODULE: ./build/context/prefixes.js
var prefixes = __webpack_require__(8050);
;// CONCATENATED MODULE: ./build/context/directory/source.js











const gitDirectory = '.git';
/**
 * Sends a directory, filtered by its ignore file. The image layout requires a Dockerfile. The plain layout sends only the
 * directory.
 * @throws BuildError('context'), or the signal's reason.
 */
async function directorySource(context, workspace, signal) {
    const { path, place, layout, latestSeconds } = context;
    const dockerfile = layout === 'image' ? findDockerfile(path, context.file, workspace) : undefined;
    const ignore = await findIgnoreRules(path, dockerfile?.path, workspace);
    const leavesGit = context.source.kind === 'context' && context.source.withoutGit === true;
    const own = leavesGit ? [gitDirectory] : [];
    const rules = await (0,ignore_rules/* addExcludes */.B)(ignore.rules, context.excludes, own);
    const tree = await (0,walk/* walkContext */.ph)(place.path, rules, workspace, signal);
    const { keepGitCredentials = false, workflowFiles: workflow } = context;
    const withheld = withhold(tree.entries, place.path, { workflow, keepGitCredentials }, workspace);
    const entries = withheld.sent;
    const rootSeconds = (0,member/* clampTime */.Dh)((workspace.stat(place.path)?.mtimeMs ?? 0) / 1_000, latestSeconds);
    const roots = { disk: place.path, archive: member/* contextRoot */.Cu[layout] };
    const memberRules = { ...context, isGitConfig: tree.isGitConfig };
    function* members(parts) {
        // Without an entry for the root, COPY of the whole context would create its target with mode 0750.
        yield (0,member/* directoryMember */.qf)(roots.archive, 0o755, rootSeconds);
        for (const entry of entries)
            yield (0,member/* entryMember */.Xt)(entry, roots, memberRules);
        if (dockerfile !== undefined) {
            yield* (0,member/* metaMembers */.fs)({ dockerfile: dockerfile.bytes, parts, mtimeSeconds: rootSeconds });
        }
    }
    let names;
    const sentNames = () => (names ??= new Set(entries.map(({ name }) => name)));
    const weight = (0,directory_weight/* weigh */.vi)(filesOf(entries));
    const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
    const warnings = [
        ...(entries.length === 0 ? [`nothing of the context ${(0,show/* show */.W)(path)} is sent`] : []),
        ...tree.warnings,
        ...(isFiltered ? [] : (0,directory_weight/* warnOfBallast */.T)(weight)),
    ];
    return {
        description: source_describe(path, ignore.name, tree.ignored),
        dockerfile: dockerfile?.bytes.toString('utf8') ?? '',
        ...(dockerfile !== undefined && { dockerfilePath: dockerfile.path }),
        isPacked: true,
        notes: [
            ...(leavesGit ? describeGit(place, workspace) : []),
            ...(0,workflow_files/* withheldNotes */.jo)(withheld.ofWorkflow),
            ...(0,directory_weight/* describeWeight */.k9)(weight),
        ],
        warnings,
        lookUp: (path) => withheld.names.has(path) ? 'withheld' : lookUp(path, place.path, sentNames(), workspace),
        hasPrefix: (0,prefixes/* prefixesOf */.E)(sentNames),
        open: (parts) => (0,pack/* packStream */.c)(() => members(parts), context.compressionLevel, weight, workspace),
    };
}
/** A note, if there is a directory `.git` that is not sent. */
function describeGit({ path }, workspace) {
    if (workspace.stat(`${path}/${gitDirectory}`) === undefined)
        return [];
    return [`${gitDirectory} is not sent, as in Docker's Git context; keep-git-dir: true sends it`];
}
function* filesOf(entries) {
    for (const { name, stat, content } of entries) {
        if (content.kind === 'file')
            yield { name, sizeBytes: stat.sizeBytes };
    }
}
function source_describe(path, ignoreFile, ignored) {
    const kept = ignoreFile === undefined ? 'no .dockerignore' : `${ignored} excluded by ${ignoreFile}`;
    return `directory ${(0,text_problem/* quote */.hD)(path)} (${kept})`;
}
/** Links are not followed: only the builder can resolve them. */
function lookUp(path, directory, sent, workspace) {
    const parts = path.split('/');
    try {
        for (const index of parts.keys()) {
            const part = parts.slice(0, index + 1).join('/');
            const kind = workspace.stat(`${directory}/${part}`)?.kind;
            const isLast = index === parts.length - 1;
            if (kind === 'symlink' && isLast && sent.has(path))
                return 'link';
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

// EXTERNAL MODULE: ./build/context/tar/blocks.js
var blocks = __webpack_require__(4272);
;// CONCATENATED MODULE: ./build/context/source.js








/**
 * Finds the files that the inputs name and checks them, so that errors are reported before a pod is created. Packing starts
 * with `open`.
 * @param signal ends the search.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
async function createSource(options, workspace, signal = new AbortController().signal) {
    const { source } = options;
    if (source.kind === 'text')
        return textSource(source.text);
    if (source.kind === 'file') {
        return rawSource(findFile(source.path, 'stdin-file', workspace), source.path, workspace);
    }
    const latestSeconds = readSourceDateEpoch(options.sourceDateEpoch);
    const place = findPath(source.path, ['.'], workspace);
    if (place === undefined)
        throw noContext(source.path);
    if (place.kind === 'directory') {
        return directorySource({ ...options, path: source.path, place, latestSeconds }, workspace, signal);
    }
    if (!isArchiveName(source.path)) {
        throw new errors/* BuildError */.zS('context', `the context ${(0,show/* show */.W)(source.path)} is a file, but not an archive`, {
            hint: "Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
        });
    }
    if (options.layout === 'plain')
        return rawSource(place, source.path, workspace);
    // Only archives need the library that reads them, so it is loaded here.
    const { archiveSource } = await Promise.all(/* import() */[__webpack_require__.e(118), __webpack_require__.e(281)]).then(__webpack_require__.bind(__webpack_require__, 3281));
    return archiveSource({ ...options, path: source.path, place, latestSeconds }, workspace, signal);
}
/** True for the file names that are read as a context in an archive. */
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
        description: `file ${(0,text_problem/* quote */.hD)(name)} (${sizeBytes} bytes, unchanged)`,
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
    const place = findPath(path, ['.'], workspace);
    if (place?.kind === 'file')
        return place;
    throw new errors/* BuildError */.zS('context', place === undefined
        ? `the file ${(0,show/* show */.W)(path)} does not exist`
        : `${(0,show/* show */.W)(path)} is a directory, but '${input}' must be a file`, { hint: `Correct the input '${input}'; its path is relative to the working directory.` });
}
function noContext(path) {
    if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(path)) {
        // The message does not quote the URL, because it can contain a token.
        return new errors/* BuildError */.zS('context', 'the context is a URL, but Git URLs are not supported', {
            hint: "Check out the repository in a step before this one, and set 'context' to its directory.",
        });
    }
    return new errors/* BuildError */.zS('context', `the context ${(0,show/* show */.W)(path)} does not exist`, {
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
    throw new errors/* BuildError */.zS('input', `the environment variable SOURCE_DATE_EPOCH is ${(0,text_problem/* quote */.hD)(text)}, which is not a Unix timestamp`, { hint: 'Set it to whole seconds since 1970, for example with `git log -1 --format=%ct`.' });
}

;// CONCATENATED MODULE: ./build/dockerfile/automatic-arguments.js

/**
 * Docker's automatic platform arguments (`TARGETARCH`, …), which not every builder sets. The image is built on a node of its
 * platform, so both platforms are the same. Without an argument that some ARG has a default for: a build argument would replace the
 * default, an automatic one does not.
 * @returns none for an unknown platform: it is that of the node.
 */
function platformArguments(dockerfile, platform) {
    if (platform === undefined)
        return [];
    const { os, architecture, variant = '' } = platform;
    const parts = { OS: os, ARCH: architecture, VARIANT: variant };
    const whole = Object.values(parts)
        .filter((part) => part !== '')
        .join('/');
    const values = Object.entries({ PLATFORM: whole, ...parts });
    const withDefault = argumentsWithDefault(dockerfile);
    return ['TARGET', 'BUILD']
        .flatMap((side) => values.map(([part, value]) => ({ key: `${side}${part}`, value })))
        .filter(({ key }) => !withDefault.has(key));
}
/** Names of the arguments that an ARG gives a default. */
function argumentsWithDefault({ instructions, escape }) {
    const words = instructions
        .filter(({ name }) => name === 'arg')
        .flatMap(({ rest }) => splitQuotedWords(rest, escape).words);
    return new Set(words.filter((word) => word.includes('=')).map((word) => word.replace(/=.*$/s, '')));
}
/** `SOURCE_DATE_EPOCH` of the environment, which docker buildx passes to each build; none if it is not whole seconds. */
function timestampArgument(environment) {
    const value = environment['SOURCE_DATE_EPOCH'] ?? '';
    return /^\d+$/.test(value) ? [{ key: 'SOURCE_DATE_EPOCH', value }] : [];
}

;// CONCATENATED MODULE: ./build/dockerfile/expand.js
/** Stands for a text that is not known before the build. */
const expand_unknown = '\0';
/** No image reference is longer. Without a limit, ARGs that repeat each other could fill the memory. */
const longestText = 1_024;
/** Defaults within defaults are read this deep. */
const expand_deepest = 16;
/** Of `#` and `%`. A longer one takes too much time to find. */
const longestPattern = 64;
const plainName = /\w+/y;
const operator = /\}|:?[-+?]|##?|%%?/y;
/**
 * A word without its quotes and with the values of its variables, as BuildKit expands it: `$NAME`, `${NAME}`, `${NAME:-default}`,
 * `${NAME:+other}`, `${NAME#prefix}`, `${NAME%suffix}`. Never throws, and takes time in proportion to the length of the word.
 * @returns the text, with `unknown` in place of other forms and of the end of a text that is too long.
 */
function expand(word, variables, escape) {
    return new Expansion(word, variables, escape).read();
}
class Expansion {
    #word;
    #variables;
    #escape;
    #at = 0;
    constructor(word, variables, escape) {
        this.#word = word;
        this.#variables = variables;
        this.#escape = escape;
    }
    read() {
        return this.#readUntil(undefined, 0);
    }
    /** Reads to this character, which is not part of the result, or to the end of the word. */
    #readUntil(end, depth) {
        let text = '';
        while (this.#at < this.#word.length) {
            const character = this.#word.charAt(this.#at++);
            if (character === end)
                return expand_cut(text);
            if (text.length <= longestText)
                text += this.#readPart(character, end, depth);
            else
                this.#readPart(character, end, depth);
        }
        return end === undefined ? expand_cut(text) : expand_unknown;
    }
    /** The text of what begins with this character, which is read already. */
    #readPart(character, end, depth) {
        if (character === this.#escape)
            return this.#readEscaped(end === '"');
        if (character === '$')
            return this.#readVariable(depth);
        if (end === '"')
            return character;
        if (character === '"')
            return this.#readUntil('"', depth);
        return character === "'" ? this.#readLiteral() : character;
    }
    #readEscaped(isQuoted) {
        const character = this.#word.charAt(this.#at++);
        const isKept = isQuoted && !['"', '$', this.#escape].includes(character);
        return isKept ? this.#escape + character : character;
    }
    #readLiteral() {
        const close = this.#word.indexOf("'", this.#at);
        const text = this.#word.slice(this.#at, close === -1 ? undefined : close);
        this.#at = close === -1 ? this.#word.length : close + 1;
        return close === -1 ? expand_unknown : text;
    }
    #readVariable(depth) {
        if (this.#word.charAt(this.#at) !== '{') {
            const name = this.#take(plainName);
            return name === undefined ? '$' : this.#valueOf(name);
        }
        this.#at++;
        const name = this.#take(plainName);
        const form = this.#take(operator);
        if (name === undefined || form === undefined || depth === expand_deepest)
            return this.#giveUp();
        if (form === '}')
            return this.#valueOf(name);
        const word = this.#readUntil('}', depth + 1);
        if (form.startsWith('#') || form.startsWith('%')) {
            return without(form, this.#valueOf(name), word);
        }
        return choose(form, this.#variables.get(name), word);
    }
    #valueOf(name) {
        return this.#variables.has(name) ? (this.#variables.get(name) ?? '') : expand_unknown;
    }
    /** The rest of the word cannot be read. */
    #giveUp() {
        this.#at = this.#word.length;
        return expand_unknown;
    }
    #take(pattern) {
        pattern.lastIndex = this.#at;
        const text = pattern.exec(this.#word)?.[0];
        this.#at += text?.length ?? 0;
        return text;
    }
}
function expand_cut(text) {
    return text.length > longestText ? text.slice(0, longestText) + expand_unknown : text;
}
/**
 * The value of `${NAME<form><word>}`, where the form is `-`, `+` or `?`, or one of them after a colon.
 * @param value undefined if the variable is not set.
 */
function choose(form, value, word) {
    const test = value === '' && form.startsWith(':') ? undefined : value;
    // It can be empty.
    if (test === expand_unknown)
        return expand_unknown;
    const isSet = test !== undefined;
    if (form.endsWith('+'))
        return isSet ? word : '';
    if (isSet)
        return test;
    return form.endsWith('-') ? word : expand_unknown;
}
/** The value without its shortest (`#`, `%`) or longest (`##`, `%%`) beginning (`#`) or end (`%`) that matches a pattern. */
function without(form, value, pattern) {
    const texts = pattern.split('*');
    const isSimple = texts.length <= 2 && pattern.length <= longestPattern && !pattern.includes('?');
    if (!isSimple || value.includes(expand_unknown) || pattern.includes(expand_unknown))
        return expand_unknown;
    const [before = '', after] = texts;
    const isLongest = form.length === 2;
    return form.startsWith('#')
        ? withoutBeginning(value, before, after, isLongest)
        : withoutEnd(value, before, after, isLongest);
}
/** @param after what follows a star; undefined without a star. */
function withoutBeginning(value, before, after, isLongest) {
    if (!value.startsWith(before))
        return value;
    const rest = value.slice(before.length);
    if (after === undefined)
        return rest;
    const at = isLongest ? rest.lastIndexOf(after) : rest.indexOf(after);
    return at === -1 ? value : rest.slice(at + after.length);
}
/** @param after what follows a star; undefined without a star. */
function withoutEnd(value, before, after, isLongest) {
    const end = after ?? before;
    if (!value.endsWith(end))
        return value;
    const rest = value.slice(0, value.length - end.length);
    if (after === undefined)
        return rest;
    const at = isLongest ? rest.indexOf(before) : rest.lastIndexOf(before);
    return at === -1 ? value : rest.slice(0, at);
}

;// CONCATENATED MODULE: ./build/dockerfile/global-arguments.js


/** Variables that BuildKit sets by itself. Without a build argument, their values depend on the node. */
const automatic = ['TARGET', 'BUILD'].flatMap((kind) => ['PLATFORM', 'OS', 'ARCH', 'VARIANT', 'OSVERSION'].map((part) => `${kind}${part}`));
/** The variables that FROM can use: the ARGs before the first FROM. A build argument overrides the default of its ARG. */
function globalArguments({ instructions, escape }, buildArgs) {
    const given = new Map(buildArgs.map(({ key, value }) => [key, value]));
    const variables = new Map([
        // Builders differ in whether FROM can use a build argument without an ARG.
        ...buildArgs.map(({ key }) => [key, expand_unknown]),
        ...automatic.map((name) => [name, given.get(name) ?? expand_unknown]),
    ]);
    for (const { name, rest } of instructions) {
        if (name === 'from')
            break;
        if (name !== 'arg')
            continue;
        for (const word of splitQuotedWords(rest, escape).words) {
            const [, variable = '', initial] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
            const value = initial === undefined ? undefined : expand(initial, variables, escape);
            variables.set(variable, given.get(variable) ?? value ?? variables.get(variable));
        }
    }
    return variables;
}
/** The stages with the values of the variables in their bases. A base that is not known as a whole stays as it is written. */
function expandBases(dockerfile, buildArgs) {
    const variables = globalArguments(dockerfile, buildArgs);
    return dockerfile.stages.map((stage) => {
        const base = expand(stage.base, variables, dockerfile.escape);
        return base.includes(expand_unknown) ? stage : { ...stage, base };
    });
}

;// CONCATENATED MODULE: ./build/dockerfile/check/flags.js


/**
 * The flags of each instruction, as in frontend/dockerfile/instructions of BuildKit v0.32. Builders refuse others when they
 * parse the file. ARG and STOPSIGNAL are absent: their flags are not read.
 */
const flags_known = new Map([
    ['add', ['checksum', 'chmod', 'chown', 'exclude', 'keep-git-dir', 'link', 'unpack']],
    ['copy', ['chmod', 'chown', 'exclude', 'from', 'link', 'parents']],
    ['from', ['platform']],
    ['healthcheck', ['interval', 'retries', 'start-interval', 'start-period', 'timeout']],
    ['run', ['device', 'mount', 'network', 'security']],
    ...['cmd', 'entrypoint', 'env', 'expose', 'label', 'maintainer', 'onbuild', 'shell', 'user']
        .concat('volume', 'workdir')
        .map((name) => [name, []]),
]);
/** The flags of an instruction that no builder knows. Names are case-sensitive. */
function unknownFlags({ name, flags, rest, line, }) {
    const names = flags_known.get(name);
    // HEALTHCHECK reads its flags only with CMD.
    if (names === undefined || (name === 'healthcheck' && !/^cmd\s/i.test(rest)))
        return [];
    return flags.flatMap((flag) => {
        const [given = ''] = flag.slice(2).split('=', 1);
        if (names.includes(given))
            return [];
        const title = name.toUpperCase();
        const hint = names.length === 0
            ? `${title} has no flags.`
            : suggest(`--${given}`, names.map((word) => `--${word}`));
        return [{ message: `${title}: unknown flag: ${(0,text_problem/* quote */.hD)(`--${given}`)}`, hint, line }];
    });
}

// EXTERNAL MODULE: ./node_modules/csv-parse/lib/sync.js + 9 modules
var sync = __webpack_require__(5175);
;// CONCATENATED MODULE: ./build/inputs/values/list.js


/** The runner passes inputs in environment variables, which cannot contain this character. */
const noDelimiter = '\0';
const lineBreak = /\r\n|\n|\r/;
/**
 * Splits a list input as docker/build-push-action does (csv-parse with the same options): an element in double quotes may
 * contain newlines and, in `csv`, commas; `""` in it is one quote. Blank lines and lines that begin with `#`, also after
 * white space, are dropped.
 * @throws InvalidInput for a double quote that is not closed, with the line of its record.
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
            ? notClosed(text, lastLine)
            : (0,text_problem/* invalid */.Gq)(error.message);
    }
    return items;
}
/** The problems of so many elements are enough for one message. */
const mostProblems = 20;
/**
 * Parses every element.
 * @throws InvalidInput with the problems of the elements, each with the line of its element; of the first twenty if there are
 * more.
 */
function parseItems(items, parseItem) {
    const problems = [];
    const values = [];
    for (const { text, line } of items) {
        try {
            values.push(parseItem(text));
        }
        catch (error) {
            if (!(error instanceof text_problem/* InvalidInput */.o9))
                throw error;
            problems.push(...error.problems.map((problem) => ({ line, ...problem })));
            if (problems.length >= mostProblems)
                break;
        }
    }
    if (problems.length > 0)
        throw new text_problem/* InvalidInput */.o9(problems);
    return values;
}
function isRawRecord(record) {
    return typeof record === 'object' && record !== null && 'record' in record && 'raw' in record;
}
function toItems({ record, raw }, lastLine) {
    // csv-parse recognises a comment only in the first column; one after white space arrives as a record.
    const lastText = raw.trimEnd().split(lineBreak).at(-1) ?? '';
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
    return text.split(lineBreak).length - 1;
}
/**
 * csv-parse reports the last line of the text. The quote opens in the first line after the complete records that is not
 * blank and not a comment.
 * @param lastLine last line of the complete records.
 */
function notClosed(text, lastLine) {
    const rest = text.split(lineBreak).slice(lastLine);
    const skipped = rest.findIndex((line) => line !== '' && !line.startsWith('#'));
    return new text_problem/* InvalidInput */.o9([
        {
            line: lastLine + skipped + 1,
            text: 'a double quote is not closed',
            hint: 'Close it, or write a literal quote as "" in an element that is enclosed in double quotes.',
        },
    ]);
}

;// CONCATENATED MODULE: ./build/inputs/values/platform.js



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
/** Other names of an architecture and its variant, normalised as in containerd. */
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
    throw (0,text_problem/* invalid */.Gq)(`it has ${others.length + 1} platforms, but a build supports one`, 'Use one platform, and one step or job for each platform.');
}
/**
 * `linux/arm64`, `linux/arm/v7` or the architecture alone.
 * @throws InvalidInput
 */
function parsePlatform(text) {
    const parts = text.split('/');
    const os = parts.length === 1 ? 'linux' : (parts.shift() ?? '');
    if (os !== 'linux') {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a Linux platform`, 'Use linux/ARCHITECTURE, for example linux/amd64.');
    }
    const [name = '', variant, ...rest] = parts;
    const [architecture = '', impliedVariant] = (aliases.get(name) ?? name).split('/');
    if (!architectures.includes(architecture) || rest.length > 0) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a supported platform`, suggest(text.includes('/') ? text : `linux/${text}`, architectures.map((known) => `linux/${known}`)));
    }
    return { os, architecture, variant: withoutBaseline(architecture, variant ?? impliedVariant) };
}
/** Without the variant that every node of the architecture supports. */
function withoutBaseline(architecture, variant) {
    const isBaseline = (architecture === 'arm64' && (variant === 'v8' || variant === '8')) ||
        (architecture === 'amd64' && variant === 'v1');
    return isBaseline || variant === '' ? undefined : variant;
}

;// CONCATENATED MODULE: ./build/dockerfile/check/stage-path.js

/** Stages within stages are followed this deep. */
const stage_path_deepest = 64;
/**
 * What the instructions so far have set and named, in the stage of the last one and in the stages that it is based on. The
 * instructions are given in the order of the file.
 */
class StagePath {
    #bases;
    /** USER at the end of each stage, or so far. */
    #users = [];
    /** For each word: the stages that have it. */
    #words = new Map();
    #escape;
    #current = 0;
    /** @param stages in the order of the file. */
    constructor(stages, escape) {
        this.#escape = escape;
        const last = new Map();
        this.#bases = stages.map(({ name, base }, index) => {
            const found = last.get(base.toLowerCase());
            if (name !== undefined)
                last.set(name, index);
            return found;
        });
    }
    /** The index of a stage, and those of the stages that it is based on. */
    chainOf(stage) {
        const chain = new Set();
        let next = stage;
        while (next !== undefined) {
            chain.add(next);
            next = this.#bases[next];
        }
        return chain;
    }
    /** Begins with a stage, given by its index. */
    enter(stage) {
        this.#current = stage;
        const base = this.#bases[stage];
        this.#users[stage] = base === undefined ? undefined : this.#users[base];
    }
    /** Remembers an instruction of this stage. */
    add({ name, rest }) {
        if (name === 'user')
            this.#users[this.#current] = rest;
        if (name === 'env') {
            for (const variable of variablesOf(rest, this.#escape))
                this.#put(`ENV ${variable}`);
        }
        for (const [word] of rest.matchAll(/\/[\w.-]+|\b(?:user|group)add\b|\badd(?:user|group)\b/g)) {
            this.#put(word);
        }
    }
    /** The argument of the USER that applies; undefined without one. */
    get user() {
        return this.#users[this.#current];
    }
    /** Whether the stage is based on another one. */
    get isBasedOnStage() {
        return this.#bases[this.#current] !== undefined;
    }
    /** Whether an ENV has set the variable. */
    hasEnv(variable) {
        return this.#has(`ENV ${variable}`);
    }
    /** Whether an instruction can have created a directory of the root directory, given as `/name`. */
    canHave(directory) {
        return this.#has(directory);
    }
    /** Whether an instruction can have created users. */
    get hasNewUsers() {
        return ['useradd', 'adduser', 'groupadd', 'addgroup', '/passwd'].some((word) => this.#has(word));
    }
    #put(word) {
        const stages = this.#words.get(word) ?? new Set();
        this.#words.set(word, stages.add(this.#current));
    }
    #has(word) {
        const stages = this.#words.get(word);
        if (stages === undefined)
            return false;
        let stage = this.#current;
        for (let depth = 0; stage !== undefined; depth += 1) {
            if (stages.has(stage) || depth === stage_path_deepest)
                return true;
            stage = this.#bases[stage];
        }
        return false;
    }
}
/** The variables of an ENV, and those that an ARG gives a value: `A=1 B=2`, and `A 1` for ENV. */
function variablesOf(rest, escape) {
    const { words } = splitQuotedWords(rest, escape);
    const set = words.filter((word) => word.includes('='));
    const [first = ''] = words;
    const isOldForm = words.length > 1 && !first.includes('=');
    return isOldForm ? [first] : set.map((word) => word.slice(0, word.indexOf('=')));
}

;// CONCATENATED MODULE: ./build/dockerfile/check/platforms.js







/** The gaps of the needed stages that depend on the platform of the build. */
function findPlatformGaps(search) {
    const { dockerfile, needed, buildArgs } = search;
    const { stages, escape } = dockerfile;
    const variables = globalArguments(dockerfile, buildArgs);
    const names = new Set(stages.map(({ name }) => name));
    const indexes = new Map(stages.map((stage, index) => [stage, index]));
    // The target is the last one, as references lead to earlier stages only.
    const target = needed.at(-1);
    const chain = new StagePath(stages, escape).chainOf((target && indexes.get(target)) ?? 0);
    return needed.flatMap((stage) => {
        const isInImage = chain.has(indexes.get(stage) ?? 0);
        // Docker ignores the platform of a stage, too.
        const from = names.has(stage.base.toLowerCase())
            ? undefined
            : gapOfFrom(stage, { ...search, variables, isInImage });
        const found = from === undefined ? [] : [{ gap: from, line: stage.from.line }];
        return [...found, ...gapsOfArguments(stage, search, variables)];
    });
}
/** An error if the image gets another base image than with Docker, for certain. */
function gapOfFrom({ from }, around) {
    const { dockerfile, platform, variables, isInImage } = around;
    const flag = flagOf(from, 'platform');
    if (flag === undefined)
        return undefined;
    const text = expand(flag, variables, dockerfile.escape);
    const wanted = text.includes(expand_unknown) ? undefined : readPlatform(text);
    if (wanted === undefined)
        return undefined;
    // An automatic argument that the builder leaves empty gets the default of its ARG.
    if (platform === undefined)
        return flag.includes('$') ? undefined : 'from-platform';
    if (platforms_isSame(wanted, platform))
        return undefined;
    return isInImage ? 'from-platform-image' : 'from-platform';
}
/** Undefined for a text that is no Linux platform. */
function readPlatform(text) {
    try {
        return parsePlatform(text);
    }
    catch (error) {
        if (error instanceof text_problem/* InvalidInput */.o9)
            return undefined;
        throw error;
    }
}
/** A platform without a variant can be any of them. */
function platforms_isSame(one, other) {
    if (one.architecture !== other.architecture)
        return false;
    return [undefined, other.variant].includes(one.variant) || other.variant === undefined;
}
/** Automatic arguments that are never empty in Docker. */
const platformArgument = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH)$/;
/** ARGs without a default whose automatic value is not passed to the builder. */
function gapsOfArguments({ instructions }, { dockerfile, platform }, variables) {
    const gap = platform === undefined ? 'platform-argument' : 'platform-default';
    return instructions
        .filter(({ name }) => name === 'arg')
        .filter(({ rest }) => splitQuotedWords(rest, dockerfile.escape).words.some((word) => platformArgument.test(word) && variables.get(word) === expand_unknown))
        .map(({ line }) => ({ gap, line }));
}

;// CONCATENATED MODULE: ./build/dockerfile/check/kanikos.js
// What kaniko does differently from Docker. The table is data: the check, the documentation and the end-to-end tests share it.
const forks = ['osscontainertools', 'Chainguard', 'Google'];
/** What distinguishes the images of a fork. Under another name an image can be a copy of any of them. */
const imageNames = {
    osscontainertools: /osscontainertools|martizih/,
    Chainguard: /chainguard/,
    Google: /(?:^|\/)kaniko-project\//,
};
/** The fork that an image reference names; undefined for other names. */
function forkOf(image) {
    return forks.find((fork) => imageNames[fork].test(image));
}
/** The same effect in the forks of Google and Chainguard, which do not develop kaniko any further. */
function inOthers(effect) {
    return { Chainguard: effect, Google: effect };
}
function inAll(effect) {
    return { osscontainertools: effect, ...inOthers(effect) };
}
const withoutMount = 'runs the command without the mount';
const unknownFlag = 'does not know the flag and fails';
/*
 * Chainguard v1.25.16 and Google v1.24.0: e2e/kaniko-gaps.e2e.ts shows each effect on a cluster. osscontainertools v1.28:
 * its source (run.go, copy.go and add.go in pkg/commands, command_util.go in pkg/util, image_util.go in pkg/image; its README
 * for ADD --checksum), and
 * builds with v1.28.3 for heredocs, mounts, --exclude, --parents, --checksum, --unpack, links, `..` and COPY of /. The rows
 * about USER, EXPOSE, SHELL, ENV and the owners of ADD and COPY are from an earlier state of its source, and were not built.
 */
const table = {
    'from-platform-image': {
        feature: "FROM --platform of the image, other than that of 'platforms'",
        effects: inAll('takes the base image for the platform of the build'),
        severity: 'error',
        change: "set 'platforms' to that platform, or remove the flag",
    },
    'from-platform': {
        feature: 'FROM --platform',
        effects: inAll('takes the base image for the platform of the build'),
        severity: 'warning',
        change: "set 'platforms' to that platform, or remove the flag",
    },
    'platform-argument': {
        feature: "ARG of a platform, such as TARGETARCH, without 'platforms'",
        effects: inOthers('leaves the variable empty'),
        severity: 'warning',
        change: "set 'platforms'",
    },
    'platform-default': {
        feature: 'ARG of a platform, such as TARGETARCH, if another stage has a default for it',
        effects: inOthers('leaves the variable empty'),
        severity: 'warning',
        change: 'remove the default',
    },
    'run-heredoc': {
        feature: 'RUN with a heredoc',
        effects: inOthers('runs the command without the heredoc'),
        severity: 'warning',
        change: 'write the commands without a heredoc',
    },
    'copy-heredoc': {
        feature: 'COPY or ADD with a heredoc',
        effects: inOthers('fails, or leaves the file out if there are other sources'),
        severity: 'warning',
        change: 'copy a file of the context',
    },
    'run-secret-required': {
        feature: 'RUN --mount=type=secret,required=true',
        effects: inOthers('runs the command without the secret'),
        severity: 'error',
        change: "mount a Secret at /run/secrets with 'pod-template'",
    },
    'run-secret': {
        feature: 'RUN --mount=type=secret',
        effects: inOthers('runs the command without the secret'),
        severity: 'warning',
        change: "mount a Secret at /run/secrets with 'pod-template'",
    },
    'run-ssh-required': {
        feature: 'RUN --mount=type=ssh,required=true',
        effects: inAll('runs the command without the SSH agent'),
        severity: 'error',
        change: 'remove the mount',
    },
    'run-ssh': {
        feature: 'RUN --mount=type=ssh',
        effects: inAll('runs the command without the SSH agent'),
        severity: 'warning',
        change: 'remove the mount',
    },
    'run-bind': {
        feature: 'RUN --mount=type=bind',
        effects: inOthers(withoutMount),
        severity: 'warning',
        change: 'use COPY',
    },
    'run-bind-from': {
        feature: 'RUN --mount=type=bind,from=…',
        effects: inAll(withoutMount),
        severity: 'warning',
        change: 'use COPY --from',
    },
    'run-relative': {
        feature: 'RUN --mount with a relative target',
        effects: {
            osscontainertools: 'mounts it relative to its own working directory, and not to WORKDIR',
        },
        severity: 'warning',
        change: 'write an absolute target',
    },
    'run-cache': {
        feature: 'RUN --mount=type=cache',
        effects: inOthers(`${withoutMount}, and adds the files of the cache to the image`),
        severity: 'warning',
        change: 'remove the files of the cache in the same RUN',
    },
    'run-tmpfs': {
        feature: 'RUN --mount=type=tmpfs',
        effects: inAll(`${withoutMount}, and adds its files to the image`),
        severity: 'warning',
        change: 'remove the files in the same RUN',
    },
    'run-network': {
        feature: 'RUN --network',
        effects: inAll('runs the command with the network of the pod'),
        severity: 'warning',
        change: 'restrict the network of the pod with a NetworkPolicy',
    },
    'run-security': {
        feature: 'RUN --security=insecure',
        effects: {
            osscontainertools: 'runs the command with the privileges of the pod',
            Chainguard: 'runs the command with the privileges of the pod',
            Google: unknownFlag,
        },
        severity: 'warning',
        change: "remove the flag, and set the privileges with 'pod-template'",
    },
    'run-device': {
        feature: 'RUN --device',
        effects: inAll('runs the command without the device'),
        severity: 'warning',
        change: 'remove the flag',
    },
    'copy-exclude': {
        feature: 'COPY or ADD --exclude',
        effects: {
            osscontainertools: 'copies the excluded files too',
            Chainguard: 'copies the excluded files too',
            Google: unknownFlag,
        },
        severity: 'warning',
        change: 'exclude the files with .dockerignore',
    },
    'copy-parents': {
        feature: 'COPY --parents',
        effects: {
            osscontainertools: 'copies without the parent directories',
            Chainguard: 'copies without the parent directories',
            Google: unknownFlag,
        },
        severity: 'warning',
        change: 'write a COPY for each directory',
    },
    'add-checksum': {
        feature: 'ADD --checksum',
        effects: inAll('does not verify the download'),
        // Where FF_KANIKO_ADD_CHECKSUM becomes the default.
        fixedIn: { osscontainertools: 29 },
        severity: 'error',
        change: 'download and verify the file in a RUN',
    },
    'add-git': {
        feature: 'ADD of a Git repository',
        effects: inAll('does not clone: it saves the page at the URL as a file, or fails'),
        severity: 'error',
        change: 'check the repository out in an earlier step and copy it, or clone it in a RUN',
    },
    'add-unpack': {
        feature: 'ADD --unpack',
        effects: {
            osscontainertools: 'unpacks the archives of the context, and no others, whatever the flag is',
            Chainguard: 'unpacks the archives of the context, and no others, whatever the flag is',
            Google: unknownFlag,
        },
        severity: 'warning',
        change: 'use COPY for an archive that is not to be unpacked, and RUN to unpack a download',
    },
    'copy-link': {
        feature: 'COPY of a symbolic link',
        effects: inAll('copies the link, and not the file or directory that it leads to'),
        severity: 'warning',
        change: 'copy what the link leads to',
    },
    'copy-outside': {
        feature: 'COPY or ADD of a path that leads out of the context',
        effects: inAll('looks for it outside of the context, while Docker stays inside'),
        severity: 'error',
        change: 'write the path relative to the context',
    },
    'copy-several': {
        feature: 'COPY or ADD of several sources, or of a pattern, to a relative target without / at its end',
        effects: inAll('fails if there is more than one file'),
        severity: 'warning',
        change: 'end the target with /',
    },
    'copy-root': {
        feature: 'COPY --from=STAGE of /',
        effects: inAll('copies /proc too, and fails if a file in it cannot be read'),
        severity: 'warning',
        change: 'copy from the image itself, or only the directories that are needed',
    },
    'copy-chmod': {
        feature: 'COPY or ADD with a symbolic --chmod',
        effects: inOthers('fails, because it accepts octal modes only'),
        severity: 'warning',
        change: 'write an octal mode',
    },
    'copy-bits': {
        feature: 'COPY or ADD with a --chmod of more than 777',
        effects: inOthers('does not set the bits setuid, setgid and sticky'),
        severity: 'warning',
        change: 'set them with chmod in a RUN',
    },
    'copy-group': {
        feature: 'COPY or ADD with a --chown without a user',
        effects: inAll('fails'),
        severity: 'warning',
        change: 'write the user and the group',
    },
    'copy-nothing': {
        feature: 'COPY or ADD of a pattern that matches nothing, ahead of any RUN',
        effects: inAll('adds files of the builder image to the image'),
        severity: 'warning',
        change: 'copy a file that exists with the same instruction',
    },
    'add-owner': {
        feature: 'ADD --chown of an archive',
        effects: inAll('does not change the owners of the files in the archive'),
        severity: 'warning',
        change: 'change them with chown in a RUN',
    },
    'user-variable': {
        feature: 'USER of a variable with a colon',
        effects: inAll('fails, because it takes what follows the colon for the group'),
        severity: 'warning',
        change: 'set the default value with ARG',
    },
    'run-group': {
        feature: 'RUN after a USER with a group',
        effects: inOthers('runs the command with the primary group of the user'),
        severity: 'warning',
        change: 'make that group the primary group of the user',
    },
    'workdir-user': {
        feature: 'WORKDIR after USER in a stage without RUN, COPY and ADD',
        effects: inOthers('fails, because it cannot find the user: it does not unpack the base image'),
        severity: 'warning',
        change: 'write WORKDIR ahead of USER, or the number of the user',
    },
    'workdir-parents': {
        feature: 'WORKDIR after USER',
        effects: inOthers('creates missing directories above it for root, and not for the user'),
        severity: 'warning',
        change: 'write a WORKDIR for each directory',
    },
    'expose-variable': {
        feature: 'EXPOSE of a variable that the Dockerfile does not set',
        effects: inAll('adds a port without a number, if the base image does not set it either'),
        severity: 'warning',
        change: 'set the variable with ENV or ARG',
    },
    'expose-range': {
        feature: 'EXPOSE of a range',
        effects: inAll('adds one port that has the range as its number'),
        severity: 'warning',
        change: 'write each port',
    },
    'shell-words': {
        feature: 'SHELL of three words, and CMD or RUN in shell form after such an ENTRYPOINT',
        effects: inAll('replaces the command of ENTRYPOINT with the later one'),
        severity: 'warning',
        change: 'write ENTRYPOINT as a JSON array',
    },
    'arg-env': {
        feature: 'ARG after an ENV of the same name',
        effects: inOthers('uses the value of ENV'),
        severity: 'warning',
        change: 'give the ARG another name',
    },
    'env-escape': {
        feature: 'ENV with a backslash or a backtick, if the directive escape names the backtick',
        effects: inAll('takes the backslash for the escape character, and so sets another value or fails'),
        severity: 'warning',
        change: 'remove the directive',
    },
};
const gaps = table;

;// CONCATENATED MODULE: ./build/dockerfile/check/report.js

/** The gaps that the kaniko of the image has: each instruction for an error, one warning for each kind. */
function reportGaps(found, image) {
    const problems = [];
    const warnings = [];
    for (const [name, uses] of Map.groupBy(found, ({ gap }) => gap)) {
        const report = report_describe(name, image);
        const [first] = uses;
        if (report === undefined || first === undefined)
            continue;
        const { message, hint, isError } = report;
        if (isError) {
            for (const { line } of uses)
                problems.push({ message, hint, line });
        }
        else {
            const more = uses.length > 1 ? ` (and ${uses.length - 1} more)` : '';
            const { line } = first;
            warnings.push({ message: `line ${line} of the Dockerfile${more}: ${message}`, hint, line });
        }
    }
    return { problems: problems.toSorted(byLine), warnings: warnings.toSorted(byLine) };
}
function byLine(one, other) {
    return one.line - other.line;
}
/** Undefined if the kaniko of the image does what Docker does. */
function report_describe(name, image) {
    const gap = gaps[name];
    const fork = forkOf(image);
    const possible = fork === undefined ? forks : [fork];
    const affected = possible.filter((candidate) => hasGap(gap, candidate, image));
    if (affected.length === 0)
        return undefined;
    return {
        message: `${gap.feature}: ${effectsOf(gap, affected, fork)}`,
        hint: hintFor(gap, fork),
        isError: gap.severity === 'error' &&
            possible.every((candidate) => certainlyHas(gap, candidate, image)),
    };
}
/** Whether a fork can have a gap: without a known version, it can be any. */
function hasGap({ effects, fixedIn }, fork, image) {
    if (effects[fork] === undefined)
        return false;
    return (minorOf(image) ?? 0) < (fixedIn?.[fork] ?? Infinity);
}
function certainlyHas(gap, fork, image) {
    const isKnown = gap.fixedIn?.[fork] === undefined || minorOf(image) !== undefined;
    return isKnown && hasGap(gap, fork, image);
}
/** The minor version of kaniko 1 that the tag of an image names; undefined for another tag, Infinity for a later version. */
function minorOf(image) {
    const [tagged = ''] = image.split('@', 1);
    const [, major, minor] = /:v?(\d{1,2})(?:\.(\d+))?(?!\w)[^/]*$/.exec(tagged) ?? [];
    if (Number(major) > 1)
        return Infinity;
    return major === '1' && minor !== undefined ? Number(minor) : undefined;
}
/** Groups the forks with the same effect: `a kaniko of Chainguard or Google runs …`. */
function effectsOf({ effects }, affected, fork) {
    const isCommon = new Set(forks.map((each) => effects[each])).size === 1;
    const article = fork === undefined ? 'a' : 'the';
    const byEffect = Map.groupBy(affected, (each) => effects[each] ?? '');
    return [...byEffect]
        .map(([effect, those]) => {
        const actor = isCommon ? 'kaniko' : `${article} kaniko of ${those.join(' or ')}`;
        return `${actor} ${effect}`;
    })
        .join(', and ');
}
/** Names a builder that supports the feature, and what to change without it. */
function hintFor({ effects, change }, fork) {
    if (effects.osscontainertools === undefined && fork !== 'osscontainertools') {
        return `Use a kaniko of the osscontainertools fork, or ${change}.`;
    }
    return `${change.slice(0, 1).toUpperCase()}${change.slice(1)}, or use a builder that supports it.`;
}

;// CONCATENATED MODULE: ./build/dockerfile/check/copy.js



/** Undefined for other instructions, and where builders could split the arguments in different ways. */
function readCopy({ name, rest, }) {
    if (name !== 'copy' && name !== 'add')
        return undefined;
    const words = wordsOf(rest).filter((word) => !isHeredocWord(word));
    const target = words.at(-1);
    if (target === undefined)
        return undefined;
    return { sources: words.slice(0, -1).map(withoutQuotes), target: withoutQuotes(target) };
}
function withoutQuotes(word) {
    return word.replace(/^(["'])(.*)\1$/, '$2');
}
function wordsOf(rest) {
    const json = readJsonForm(rest);
    if (json !== undefined)
        return json;
    // A heredoc delimiter after white space would look like a source, and so would a part of a quoted name with spaces.
    if (rest.startsWith('[') || /<<-?\s/.test(rest))
        return [];
    const words = splitWords(rest);
    const isPart = (word) => /^["'][^"']*$|^[^"']*["']$|[\\`]$/.test(word);
    return words.slice(0, -1).some(isPart) ? [] : words;
}
/** Sources that every builder reads as the names of files or directories in the context. */
function contextSources(instruction) {
    const { name, flags } = instruction;
    if (flagOf(instruction, 'from') !== undefined)
        return [];
    // With --parents, some versions ignore missing sources.
    if (flags.some((flag) => /^--parents/i.test(flag)))
        return [];
    const { sources = [] } = readCopy(instruction) ?? {};
    return sources.filter((source) => isLiteral(source) && !(name === 'add' && isRemote(source)));
}
/** Linux's limit for a path, in bytes. */
const longestPath = 4_096;
/** True without variables, patterns, quotes, escapes, URLs, heredocs and white space that builders treat differently. */
function isLiteral(word) {
    return (word !== '' && word.length <= longestPath && !/[$*?[\\`"'<:\uFFFD\0\u0085]|[^\S ]/.test(word));
}
/** Whether a relative path leads out of the context. Builders resolve `..` in an absolute one at the root of the context. */
function leadsOut(source) {
    return /^\.\.(?:\/|$)/.test((0,text_path/* cleanPath */.t)(source));
}
/** The clean path of a source, relative to the context. */
function contextPath(source) {
    return (0,text_path/* cleanPath */.t)((0,text_path/* cleanPath */.t)(`/${source}`).slice(1));
}
/** Git repositories that ADD clones. An `http` URL is one if its path ends with `.git`. */
function isGitRepository(source) {
    const [address = ''] = source.split(/[?#]/, 1);
    if (/[$"'\\`\s]/.test(address))
        return false;
    return (/^https?:\/\/.+\.git$/i.test(address) ||
        /^(?:git|ssh):\/\//i.test(address) ||
        /^[\w-]+@[\w.-]+:/.test(address));
}
/** Sources of ADD that are no files of the context. The name of a repository without a scheme can be one in both. */
function isRemote(source) {
    return isGitRepository(source) || /^github\.com\/|@|\.git(?:$|#)/.test(source);
}

;// CONCATENATED MODULE: ./build/dockerfile/check/files.js


/** The gaps of a COPY or ADD that depend on the files of the context. */
function gapsOfFiles(instruction, { lookUp, hasPrefix, hasRun, isInImage }) {
    if (lookUp === undefined || hasPrefix === undefined)
        return [];
    const { sources } = readCopy(instruction) ?? { sources: [] };
    const found = [];
    if (isInImage && !hasRun && isFromContext(instruction) && sources.length > 0) {
        const isAbsent = (source) => matchesNothing(source, lookUp, hasPrefix);
        if (sources.every(isAbsent))
            found.push('copy-nothing');
    }
    const isUnpacked = (source) => isArchive(source) && lookUp(contextPath(source)) === 'sent';
    if (instruction.name === 'add' && changesOwner(instruction)) {
        if (contextSources(instruction).some(isUnpacked))
            found.push('add-owner');
    }
    return found;
}
function isFromContext(instruction) {
    return flagOf(instruction, 'from') === undefined && instruction.heredocs === 0;
}
/** True for a pattern whose beginning, up to its first special character, is not that of any name, and not in a link. */
function matchesNothing(source, lookUp, hasPrefix) {
    const [, start = ''] = /^([^*?[]*)[*?[]/.exec(source) ?? [];
    // cleanPath would read the last segment, which goes on after the beginning, as a whole one.
    if (!/^[\w.@+-]/.test(start) || /[^\w.@+/-]|\/\/|\.\//.test(start))
        return false;
    const directory = start.slice(0, Math.max(0, start.lastIndexOf('/')));
    const isKnown = directory === '' || ['sent', 'missing'].includes(lookUp(directory));
    return isKnown && !hasPrefix(start);
}
/** True for a `--chown` of a user other than root. */
function changesOwner(instruction) {
    return /^(?!(?:0|root)(?:$|:))[\w.-]+(?::[\w.-]+)?$/.test(flagOf(instruction, 'chown') ?? '');
}
/** An archive by its name, which builders unpack. */
function isArchive(name) {
    return /\.(?:tar|tgz|tar\.(?:gz|bz2|xz))$/.test(name);
}

;// CONCATENATED MODULE: ./build/dockerfile/check/mounts.js
/** The gap that each `--mount` of a RUN is part of. Ignores mounts whose type has a variable, and those with CSV quotes. */
function mountGaps({ flags }) {
    return flags.flatMap((flag) => {
        const [, value] = /^--mount=([^"]*)$/s.exec(flag) ?? [];
        return value === undefined ? [] : gapOf(readFields(value));
    });
}
/** The last value of a key wins, as in BuildKit. A key without a value has an empty one. */
function readFields(value) {
    return new Map(value.split(',').map((field) => {
        const equals = field.indexOf('=');
        return equals < 0
            ? [field.toLowerCase(), '']
            : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    }));
}
function gapOf(fields) {
    switch (fields.get('type')?.toLowerCase() ?? 'bind') {
        case 'secret':
            return [isRequired(fields) ? 'run-secret-required' : 'run-secret'];
        case 'ssh':
            return [isRequired(fields) ? 'run-ssh-required' : 'run-ssh'];
        case 'tmpfs':
            return ['run-tmpfs'];
        case 'cache':
            return ['run-cache', ...relativeTarget(fields)];
        case 'bind':
            if ((fields.get('from') ?? '') !== '')
                return ['run-bind-from'];
            return ['run-bind', ...relativeTarget(fields)];
        default:
            return [];
    }
}
/** The values that Go's strconv.ParseBool reads as true. */
const isTrue = /^(?:1|t|T|TRUE|true|True)?$/;
function isRequired(fields) {
    const value = fields.get('required');
    return value !== undefined && isTrue.test(value);
}
function relativeTarget(fields) {
    const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination') ?? '';
    return /^[^/$]/.test(target) ? ['run-relative'] : [];
}

;// CONCATENATED MODULE: ./build/dockerfile/check/settings.js





const settings_rules = {
    user: ({ rest }) => (/\$\{[^{}]*:/.test(rest) ? ['user-variable'] : []),
    run: (_instruction, { path }) => (hasOtherGroup(path) ? ['run-group'] : []),
    workdir: gapsOfWorkdir,
    expose: gapsOfExpose,
    arg: gapsOfArg,
    env: ({ rest }, { escape }) => (escape === '`' && /[\\`]/.test(rest) ? ['env-escape'] : []),
};
/** The gaps of an instruction other than COPY and ADD. */
function gapsOfSetting(instruction, around) {
    return settings_rules[instruction.name]?.(instruction, around) ?? [];
}
/** The user and the group of USER; undefined without one, and if it has a variable. */
function readUser(path) {
    const [, user, group] = /^([\w.-]+)(?::([\w.-]+))?$/.exec(path.user ?? '') ?? [];
    if (user === undefined)
        return undefined;
    return group === undefined ? { user } : { user, group };
}
/**
 * A user and its group usually have one name or number, or the group is nogroup, as for system users of Debian. Users that the
 * Dockerfile creates can have any group.
 */
function hasOtherGroup(path) {
    const { user, group } = readUser(path) ?? {};
    if (group === undefined || group === user || group === 'nogroup')
        return false;
    return !isRoot(user) && !path.hasNewUsers;
}
function isRoot(user) {
    return user === 'root' || user === '0';
}
/** Directories that a base image usually has, and those of kaniko itself. */
const usualDirectories = new Set(`bin boot dev etc home lib lib32 lib64 media mnt opt proc root run sbin srv sys tmp usr var kaniko workspace busybox`.split(' '));
/** The segments of an absolute path whose first directory probably does not exist yet; none for another path. */
function newDirectories(target, path) {
    if (!isLiteral(target) || !target.startsWith('/'))
        return [];
    const segments = (0,text_path/* cleanPath */.t)(target).slice(1).split('/');
    const [first = ''] = segments;
    return first === '' || usualDirectories.has(first) || path.canHave(`/${first}`) ? [] : segments;
}
/** Users that the images of kaniko have, too. */
const knownUsers = /^(?:\d+|root|nobody|nonroot)$/;
function gapsOfWorkdir({ rest }, around) {
    const { path, hasFiles } = around;
    const { user } = readUser(path) ?? {};
    const { length } = newDirectories(rest, path);
    if (user === undefined || length === 0)
        return [];
    if (!hasFiles && !path.isBasedOnStage && !knownUsers.test(user))
        return ['workdir-user'];
    return length > 1 && !isRoot(user) ? ['workdir-parents'] : [];
}
function gapsOfExpose({ rest }, { variables }) {
    return splitWords(rest).flatMap((word) => {
        if (/^\d+-\d+(?:\/\w+)?$/.test(word))
            return ['expose-range'];
        const [, plain, braced] = /^\$(?:(\w+)|\{(\w+)\})(?:\/\w+)?$/.exec(word) ?? [];
        const name = plain ?? braced;
        return name === undefined || variables.has(name) ? [] : ['expose-variable'];
    });
}
function gapsOfArg({ rest }, around) {
    const { path, escape, given } = around;
    const names = splitQuotedWords(rest, escape).words.flatMap((word) => given.has(word) ? [word] : variablesOf(word, escape));
    return names.some((name) => path.hasEnv(name)) ? ['arg-env'] : [];
}
/** SHELL with so many words leaves room for one more, which kaniko uses for every command in shell form. */
const sharedWords = 3;
/** The first line whose command replaces that of the ENTRYPOINT before it; undefined without one. */
function lineOfSharedShell(instructions) {
    let isShared = false;
    let hasEntrypoint = false;
    for (const { name, rest, line } of instructions) {
        const json = readJsonForm(rest);
        if (name === 'shell') {
            isShared = json?.length === sharedWords;
            hasEntrypoint = false;
        }
        else if (name === 'entrypoint') {
            hasEntrypoint = isShared && json === undefined;
        }
        else if (hasEntrypoint && json === undefined && (name === 'cmd' || name === 'run')) {
            return line;
        }
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/dockerfile/check/rules.js







/** The gaps of the needed stages, each once for an instruction. ONBUILD is ignored: it runs in other builds. */
function findGaps(search) {
    const { dockerfile, needed, given, lookUp, hasPrefix } = search;
    const { stages, escape } = dockerfile;
    const path = new StagePath(stages, escape);
    const stageNames = new Set(stages.flatMap(({ name }, index) => [name ?? '', String(index)]));
    stageNames.delete('');
    const variables = variablesWithValue(search);
    const around = { path, variables, given, escape, stageNames, lookUp, hasPrefix };
    const indexes = new Map(stages.map((stage, index) => [stage, index]));
    // The target is the last one, as references lead to earlier stages only.
    const target = needed.at(-1);
    const chain = path.chainOf((target && indexes.get(target)) ?? 0);
    return needed.flatMap((stage) => {
        const index = indexes.get(stage) ?? 0;
        path.enter(index);
        return gapsOfStage(stage, { ...around, isInImage: chain.has(index) });
    });
}
function gapsOfStage({ instructions }, around) {
    const hasFiles = instructions.some(({ name }) => ['run', 'copy', 'add'].includes(name));
    let directory;
    let hasRun = false;
    const found = instructions.flatMap((instruction) => {
        const { name, line, rest } = instruction;
        if (name === 'workdir')
            directory = isLiteral(rest) ? rest : undefined;
        const gaps = [
            ...(name === 'run' ? gapsOfRun(instruction) : []),
            ...gapsOfCopy(instruction, { ...around, directory, hasRun }),
            ...gapsOfSetting(instruction, { ...around, hasFiles }),
        ];
        hasRun ||= name === 'run';
        around.path.add(instruction);
        return [...new Set(gaps)].map((gap) => ({ gap, line }));
    });
    const line = lineOfSharedShell(instructions);
    return line === undefined ? found : [...found, { gap: 'shell-words', line }];
}
/** Variables that an ENV, an ARG or a build argument gives a value, in whichever stage. */
function variablesWithValue({ dockerfile, given }) {
    const { instructions, escape } = dockerfile;
    const set = instructions.flatMap(({ name, rest }) => name === 'env' || name === 'arg' ? variablesOf(rest, escape) : []);
    return new Set([...given, ...set]);
}
function gapsOfRun(instruction) {
    const found = [...mountGaps(instruction)];
    if (instruction.heredocs > 0)
        found.push('run-heredoc');
    if (/^(?:none|host)$/.test(flagOf(instruction, 'network') ?? ''))
        found.push('run-network');
    if (flagOf(instruction, 'security') === 'insecure')
        found.push('run-security');
    if (flagOf(instruction, 'device') !== undefined)
        found.push('run-device');
    return found;
}
function gapsOfCopy(instruction, around) {
    const { name, heredocs } = instruction;
    if (name !== 'copy' && name !== 'add')
        return [];
    const { stageNames, lookUp, directory } = around;
    const found = [...gapsOfFlags(instruction)];
    if (heredocs > 0)
        found.push('copy-heredoc');
    const { sources, target } = readCopy(instruction) ?? { sources: [], target: '' };
    const inContext = contextSources(instruction);
    if (name === 'add')
        found.push(...gapsOfAdd(instruction, sources));
    if (inContext.some(leadsOut))
        found.push('copy-outside');
    // Not for ADD, which unpacks an archive that a link leads to as Docker does.
    const isLink = (source) => lookUp?.(contextPath(source)) === 'link';
    if (name === 'copy' && inContext.some((source) => !leadsOut(source) && isLink(source))) {
        found.push('copy-link');
    }
    if (isSeveral(sources) && isBareTarget(target, directory))
        found.push('copy-several');
    const from = flagOf(instruction, 'from')?.toLowerCase() ?? '';
    if (stageNames.has(from) && sources.some((source) => (0,text_path/* cleanPath */.t)(`/${source}`) === '/')) {
        found.push('copy-root');
    }
    return [...found, ...gapsOfFiles(instruction, around)];
}
function gapsOfFlags(instruction) {
    const found = [];
    if (flagOf(instruction, 'exclude') !== undefined)
        found.push('copy-exclude');
    if (isSet(instruction, 'parents') === true)
        found.push('copy-parents');
    const mode = flagOf(instruction, 'chmod') ?? '';
    if (/[=+-]/.test(mode) && !mode.includes('$'))
        found.push('copy-chmod');
    if (/^0*[1-7][0-7]{3}$/.test(mode))
        found.push('copy-bits');
    if (/^:[\w.-]+$/.test(flagOf(instruction, 'chown') ?? ''))
        found.push('copy-group');
    return found;
}
function gapsOfAdd(instruction, sources) {
    if (sources.some(isGitRepository))
        return ['add-git'];
    const found = [];
    if (flagOf(instruction, 'checksum') !== undefined)
        found.push('add-checksum');
    const unpacks = isSet(instruction, 'unpack');
    const isDownload = (source) => /^https?:\/\//i.test(source);
    // Docker and kaniko unpack archives of the context, and leave downloads as they are.
    if (unpacks !== undefined && sources.some((source) => isDownload(source) === unpacks)) {
        found.push('add-unpack');
    }
    return found;
}
/** Whether a boolean flag is on; undefined without it. */
function isSet(instruction, name) {
    if (instruction.flags.includes(`--${name}`))
        return true;
    const value = flagOf(instruction, name);
    return value === undefined ? undefined : value.toLowerCase() !== 'false';
}
function isSeveral(sources) {
    return sources.length > 1 || sources.some((source) => /[*?[]/.test(source));
}
/** The directory where kaniko runs. It looks for a relative target there, and not in WORKDIR. */
const ownDirectory = /^\/(?:workspace(?:\/.*)?)?$/;
/** A relative target that does not look like a directory, and that kaniko cannot find by chance. */
function isBareTarget(target, directory) {
    if (!isLiteral(target) || /^\/|\/$/.test(target))
        return false;
    const path = (0,text_path/* cleanPath */.t)(target);
    if (path === '.' || leadsOut(path))
        return false;
    return directory?.startsWith('/') === true && !ownDirectory.test((0,text_path/* cleanPath */.t)(directory));
}

;// CONCATENATED MODULE: ./build/dockerfile/check/sources.js

/** The sources of COPY and ADD that the builder does not get. */
function missingSources(instruction, lookUp) {
    const { name, line } = instruction;
    return contextSources(instruction).flatMap((source) => {
        if (leadsOut(source))
            return [];
        const path = contextPath(source);
        const reason = path === '.' ? undefined : absence(lookUp(path), path);
        if (reason === undefined)
            return [];
        const message = `${name.toUpperCase()} ${source}: ${path} ${reason.problem}`;
        return [{ message, hint: reason.hint, line }];
    });
}
/** Why a source is not sent, and what to change; undefined if it is sent, or can be. */
function absence(presence, path) {
    switch (presence) {
        case 'missing':
            return {
                problem: 'is not in the context',
                hint: 'Correct the path, which is relative to the context, or create the file in an earlier step.',
            };
        case 'ignored':
            return {
                problem: "is excluded by .dockerignore or 'excludes'",
                hint: `Add the exception !${path} to the rules, or do not copy it.`,
            };
        case 'withheld':
            return {
                problem: 'has credentials of the workflow or of git, and is not sent',
                hint: "Do not copy it; 'workflow-credentials' and 'git-credentials' can be set to keep.",
            };
        case 'sent':
        case 'link':
        case 'unknown':
            return undefined;
    }
}

;// CONCATENATED MODULE: ./build/dockerfile/check/check.js











/**
 * Finds errors that a builder would only find in the middle of the build, and what kaniko does differently from Docker: an
 * unknown target stage, unknown flags, sources of COPY and ADD that are not in the context, and the gaps of kanikos.ts.
 * Reports certain findings only. Ignores sources with variables and patterns, stages that the target does not need, frontends
 * other than Docker's, and Dockerfiles with errors.
 */
function checkDockerfile(check) {
    const nothing = { problems: [], warnings: [], notes: [] };
    if (check.dockerfile.hasErrors || check.dockerfile.stages.length === 0)
        return nothing;
    const frontend = otherFrontend(check);
    if (frontend !== undefined) {
        const note = `the Dockerfile is not checked: the frontend ${(0,text_problem/* quote */.hD)(frontend)} is not docker/dockerfile`;
        return { ...nothing, notes: [note] };
    }
    const { platform, lookUp, hasPrefix, builderImage, hasSecrets = false } = check;
    const buildArgs = [...platformArguments(check.dockerfile, platform), ...check.buildArgs];
    const stages = expandBases(check.dockerfile, buildArgs);
    const dockerfile = { ...check.dockerfile, stages };
    const target = findTarget(stages, check.target);
    if (target === undefined) {
        return { ...nothing, problems: [unknownTarget(check.target ?? '', stages)] };
    }
    // Builders parse all stages before they build one.
    const flags = dockerfile.instructions.flatMap(unknownFlags);
    if (flags.length > 0)
        return { ...nothing, problems: flags };
    const needed = reachableStages(stages, target);
    const given = new Set(buildArgs.map(({ key }) => key));
    const found = [
        ...findGaps({ dockerfile, needed, given, lookUp, hasPrefix }),
        ...findPlatformGaps({ dockerfile, needed, buildArgs, platform }),
    ];
    const missed = hasSecrets ? found.filter(({ gap }) => !gap.startsWith('run-secret')) : found;
    const gaps = reportGaps(missed, builderImage);
    const sources = lookUp === undefined
        ? []
        : needed.flatMap(({ instructions }) => instructions.flatMap((instruction) => missingSources(instruction, lookUp)));
    return {
        problems: [...sources, ...gaps.problems].toSorted((one, other) => one.line - other.line),
        warnings: gaps.warnings,
        notes: [],
    };
}
/** The message names this many problems and counts the others. */
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
        hint: `${first.hint} To turn this check off, set 'check-dockerfile' to false.`,
        line: first.line,
    });
}
/** Docker's frontend, in any registry: mirrors have its path after their own. */
const dockerFrontend = /(?:^|\/)docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;
/** The frontend that reads the Dockerfile, if it is not Docker's. */
function otherFrontend({ dockerfile, buildArgs }) {
    const wanted = [
        buildArgs.findLast(({ key }) => key === 'BUILDKIT_SYNTAX')?.value,
        dockerfile.frontend,
    ];
    return wanted.find((frontend) => frontend !== undefined && !dockerFrontend.test(frontend));
}
function unknownTarget(target, stages) {
    const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
    return {
        message: `target stage ${(0,text_problem/* quote */.hD)(target)} could not be found`,
        hint: names.length === 0
            ? "Remove 'target': no stage has a name."
            : `Correct the input 'target'. ${suggest(target, [...new Set(names)])}`,
        line: stages.at(-1)?.from.line ?? 1,
    };
}

;// CONCATENATED MODULE: ./build/dockerfile/labels.js


/** BuildKit's parser, which kaniko uses too, refuses longer lines. In bytes. */
const labels_longestLine = 65_535;
/**
 * Removes from every LABEL the labels that the build sets. Docker sets labels of the command line after the instructions of the
 * target stage; kaniko sets `--label` ahead of them, so a LABEL of the same key would replace it. A LABEL at the end of the stage
 * would be no alternative: kaniko expands quotes and variables of a value two times if it has a cache. Cached layers stay valid,
 * because nothing that changes from build to build is added.
 * @param keys of the labels that the build sets.
 */
function removeLabels(dockerfile, keys) {
    const edits = [];
    const removed = new Set();
    const uncertain = [];
    const { instructions, stages, hasErrors, escape } = dockerfile;
    if (hasErrors || keys.size === 0)
        return { edits, removed: [], uncertain };
    const inStages = new Set(stages.flatMap((stage) => stage.instructions));
    for (const [index, instruction] of instructions.entries()) {
        if (instruction.name !== 'label' || !inStages.has(instruction))
            continue;
        const labels = readLabels(instruction, escape);
        if (labels === undefined) {
            uncertain.push(instruction);
            continue;
        }
        const kept = labels.filter(({ key }) => key === undefined || !keys.has(key));
        const text = kept.length === 0 ? '' : `LABEL ${kept.map(({ word }) => word).join(' ')}`;
        const isChanged = kept.length < labels.length;
        const canChange = isWhole(text);
        if ((isChanged && !canChange) || kept.some(({ key }) => key === undefined)) {
            uncertain.push(instruction);
        }
        if (!isChanged || !canChange)
            continue;
        // Up to the next instruction there are only the lines of this one, comments and empty lines.
        const next = instructions[index + 1];
        edits.push({ first: instruction.line, last: next && next.line - 1, text });
        for (const { key } of labels)
            if (key !== undefined && keys.has(key))
                removed.add(key);
    }
    return { edits, removed: [...removed], uncertain };
}
/** True for a LABEL that is read as it is on one line: it is not too long, has no flag, and the next line does not continue it. */
function isWhole(text) {
    const isContinued = /[\\`]\s*$/.test(text);
    return Buffer.byteLength(text) <= labels_longestLine && !text.startsWith('LABEL --') && !isContinued;
}
/** The labels of a LABEL; undefined for one that builders refuse, and for one that is not understood here. */
function readLabels({ rest, flags }, escape) {
    const { words, isClosed } = splitQuotedWords(rest, escape);
    const [first] = words;
    // White space after `<<` is part of a word only in instructions that can have a heredoc.
    const isSplit = isClosed && flags.length === 0 && !/<<[ \t]/.test(rest);
    if (first === undefined || !isSplit)
        return undefined;
    if (!first.includes('=')) {
        const [key = ''] = splitWords(rest);
        return words.length === 1 ? undefined : [{ word: rest, key: keyOf(key) }];
    }
    if (words.some((word) => !word.includes('=')))
        return undefined;
    return words.map((word) => ({ word, key: keyOf(word.slice(0, word.indexOf('='))) }));
}
/** kaniko reads a key with a backslash, regardless of the escape directive. */
function keyOf(written) {
    return written.includes('$') ? undefined : unquote(written);
}

;// CONCATENATED MODULE: ./build/dockerfile/repositories.js




/**
 * The repositories that a Dockerfile names in FROM, `COPY --from` and `RUN --mount=from`, each once and in order. In FROM,
 * variables get the values of the ARGs before the first FROM; a repository counts if its registry is certain, with an empty path
 * if only that is. Ignores stages, `scratch`, and ONBUILD, which runs in other builds.
 * @param built the stages of the Dockerfile that are built.
 */
function pulledRepositories(dockerfile, buildArgs, built = dockerfile.stages) {
    const variables = globalArguments(dockerfile, buildArgs);
    const names = new Set(['scratch']);
    const pulling = new Set(built);
    const repositories = new Map();
    const add = (image) => {
        if (names.has(image.toLowerCase()) || /^\d*$/.test(image))
            return;
        const repository = certainRepository(image);
        if (repository !== undefined) {
            repositories.set(`${repository.host}/${repository.path}`, repository);
        }
    };
    for (const stage of dockerfile.stages) {
        const isBuilt = pulling.has(stage);
        if (isBuilt)
            add(expand(stage.base, variables, dockerfile.escape));
        if (stage.name !== undefined)
            names.add(stage.name);
        if (isBuilt)
            stage.instructions.flatMap(fileImagesOf).forEach(add);
    }
    return [...repositories.values()];
}
/**
 * The repository of a reference in which only a part can be known. A reference without a slash is an image of Docker Hub if the
 * name ends in its known part; a name alone could be that of a stage.
 */
function certainRepository(image) {
    const known = image.split(expand_unknown, 1)[0] ?? '';
    if (known === image)
        return pulledRepository(image);
    const slash = image.indexOf('/');
    const isPathKnown = image.lastIndexOf('/') < known.length && /[:@]/.test(known.slice(known.lastIndexOf('/') + 1));
    if (isPathKnown)
        return pulledRepository(known);
    if (slash === -1 || slash >= known.length)
        return undefined;
    const some = pulledRepository(`${known.slice(0, slash)}/image`);
    return some && { ...some, path: '' };
}

;// CONCATENATED MODULE: ./build/dockerfile/unused-stages.js



/**
 * Finds the stages that docker does not build, and kaniko does: those ahead of the target that nothing refers to. Finds none if
 * it is not certain what a reference means.
 */
function findUnusedStages(dockerfile, { target, buildArgs }) {
    const written = dockerfile.stages;
    const wanted = findTarget(written, target);
    if (dockerfile.hasErrors || wanted === undefined)
        return noneOf(written);
    const last = written.indexOf(wanted);
    const none = noneOf(written.slice(0, last + 1));
    const stages = knownStages(dockerfile, buildArgs);
    const end = stages[last];
    if (end === undefined || isNumber(target ?? '') || isAmbiguous(dockerfile))
        return none;
    const needed = new Set(reachableStages(stages, end));
    const unused = [...stages.entries()].slice(0, last).filter(([, stage]) => !needed.has(stage));
    const references = referencesOf(stages);
    const known = new Set(stages.map(({ name }) => name));
    const canSkip = unused.length > 0 && references.every((image) => isSafe(image, known));
    const edits = references.every(unused_stages_isLiteral)
        ? unused.map(([index, stage]) => emptyStage(stage, stages[index + 1]))
        : [];
    if (!canSkip && edits.length === 0)
        return none;
    const skipped = new Set(unused.map(([index]) => index));
    return { edits, canSkip, built: none.built.filter((_stage, index) => !skipped.has(index)) };
}
function noneOf(built) {
    return { edits: [], canSkip: false, built };
}
/** Whether several stages have one name, or an ONBUILD, which is part of the stages that are based on its own, names a stage. */
function isAmbiguous({ stages, instructions }) {
    const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
    if (new Set(names).size !== names.length)
        return true;
    return instructions.some(({ name, text }) => name === 'onbuild' && /from=/i.test(text));
}
/** The stages with the values of the variables in their bases, where Docker and kaniko agree about the values. */
function knownStages(dockerfile, buildArgs) {
    const { instructions, stages } = dockerfile;
    const ahead = instructions.slice(0, instructions.findIndex(({ name }) => name === 'from'));
    const bases = stages.map(({ base }) => base);
    const texts = [...bases, ...ahead.map(({ text }) => text)];
    const used = buildArgs.filter(({ key }) => texts.some((text) => text.includes(key)));
    // kaniko cuts a build argument at the first = of its value, and takes the default for an empty one.
    if (used.some(({ value }) => value === '' || value.includes('=')))
        return stages;
    return expandBases(dockerfile, buildArgs).map((stage, index) => {
        const written = stages[index] ?? stage;
        return /['"\\`]/.test(written.base) ? written : stage;
    });
}
function referencesOf(stages) {
    return stages.flatMap(({ base, instructions }) => [base, ...instructions.flatMap(fileImagesOf)]);
}
/** @param next the stage that follows. */
function emptyStage({ name, from }, next) {
    const text = name === undefined ? 'FROM scratch' : `FROM scratch AS ${name}`;
    return { first: from.line, last: next && next.from.line - 1, text };
}
/** True for a reference that reachableStages understands, and for an image, with or without variables. */
function unused_stages_isLiteral(reference) {
    if (isImage(reference))
        return true;
    return !/[$'"\\`]/.test(reference) && (!isNumber(reference) || /^\d{1,4}$/.test(reference));
}
/**
 * True for a reference that means the same to a kaniko that skips stages: an image, or the name of a stage in lower case. It does
 * not find names that are written in another way, and counts only the stages that are left.
 */
function isSafe(reference, stages) {
    if (isImage(reference))
        return true;
    if (/[$'"\\`]/.test(reference) || isNumber(reference))
        return false;
    const name = reference.toLowerCase();
    return name === reference || !stages.has(name);
}
/** True for a reference that has what no stage name has, outside of its variables. */
function isImage(reference) {
    return /[:/@]/.test(reference.replace(/\$\{[^{}]*\}|\$\w+/g, ''));
}
function isNumber(text) {
    return /^[+-]?\d+$/.test(text);
}

;// CONCATENATED MODULE: ./build/inputs/auths/basic-auth.js
/** User and password as Docker's `auth` and the header Authorization have them: the base64 of `user:password`. */
function basicAuth(username, password) {
    return Buffer.from(`${username}:${password}`).toString('base64');
}

;// CONCATENATED MODULE: ./build/text/mask.js
/** Masking shorter values would hide ordinary text in the log. */
const shortest = 6;
/**
 * The forms in which secrets can appear in a log: each line (the runner masks line by line), base64, percent-encoded, and the
 * same for the text that a secret is the base64 of. Each form once, without those of less than six characters.
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
/** The lines of a text without the labels of PEM blocks, which are not secret. */
function linesOf(value) {
    return value
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => !line.startsWith('-----'));
}
/** The printable text that this is the base64 of; undefined for anything else. */
function decodeText(text) {
    const compact = text.replace(/\s+/g, '');
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
        return undefined;
    const decoded = Buffer.from(compact, 'base64').toString('utf8');
    return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}

;// CONCATENATED MODULE: ./build/logins/credentials.js



/** The credentials of an entry of `auths`; undefined for an empty one, which `docker login` writes if a credential store has them. */
function readCredentials(entry) {
    const { auth, username, password, identitytoken, registrytoken } = fieldsOf(entry);
    const basic = typeof username === 'string' && typeof password === 'string' && username !== ''
        ? basicAuth(username, password)
        : auth;
    const fields = Object.entries({ auth: basic, identitytoken, registrytoken }).filter(([, value]) => typeof value === 'string' && value !== '');
    return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
/** False for an `auth` that is not the base64 text of `user:password`. Tokens take precedence over it and are not checked. */
function isUsable({ auth, identitytoken, registrytoken }) {
    if (auth === undefined || identitytoken !== undefined || registrytoken !== undefined)
        return true;
    const text = auth.replace(/[\r\n]/g, '');
    const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
    return isBase64 && Buffer.from(text, 'base64').indexOf(':') > 0;
}
/** Every form of the credentials that the job log must mask. */
function secretsOf({ auth = '', identitytoken = '', registrytoken = '', }) {
    const password = Buffer.from(auth, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
    return maskForms([auth, password, identitytoken, registrytoken].filter((text) => text !== ''));
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/logins/host-entries.js


/**
 * The entries of config.json for one registry, as kaniko reads them. To pull, it looks up the exact repository, then the
 * registry; to push, only the registry. Without an entry for the registry it takes any entry with that host, so there always is
 * one. Source: the default keychain of google/go-containerregistry, and pkg/executor/push.go of the variants.
 * @param found all repositories of the registry, at least one with credentials.
 */
function hostEntries(found) {
    const ofRegistry = loginOfRegistry(found)?.credentials ?? {};
    const entries = {};
    const canonical = found.map(({ use }) => use.registry);
    for (const host of new Set([...canonical, ...found.flatMap(({ use }) => use.hosts)])) {
        entries[writeKey({ host, path: '' })] = ofRegistry;
    }
    for (const { use, login } of found) {
        if (use.path === '' || login === undefined)
            continue;
        if ((0,external_node_util_.isDeepStrictEqual)(login.credentials, ofRegistry))
            continue;
        for (const host of use.hosts)
            entries[writeKey({ host, path: use.path })] = login.credentials;
    }
    return entries;
}
/**
 * The credentials for the whole registry: of a build that pushes there, those to push with, never those to pull with; else those
 * that are for all of it; else those of all repositories if they are the same.
 */
function loginOfRegistry(found) {
    const pushes = host_entries_pushesOf(found);
    if (pushes.length > 0)
        return pushes.find(({ login }) => login !== undefined)?.login;
    const logins = found.map(({ login }) => login);
    const [first] = logins;
    const isOne = logins.every((login) => host_entries_isSame(login, first));
    return logins.find((login) => login?.path === '') ?? (isOne ? first : undefined);
}
/** The warning for repositories of one registry that are pushed to with the credentials of another; none if they are the same. */
function splitPushes(found) {
    const pushes = host_entries_pushesOf(found);
    const used = pushes.find(({ login }) => login !== undefined);
    const unused = pushes.filter(({ login }) => !host_entries_isSame(login, used?.login));
    if (used === undefined || unused.length === 0)
        return [];
    const { registry, path } = used.use;
    const names = unused.map(({ use }) => use.path).join(', ');
    return [
        `the credentials for ${path} at ${registry} are used to push to ${names} too: kaniko pushes to all repositories of a registry with the same credentials. Push to one of them in another step, or use credentials for all of them`,
    ];
}
function host_entries_pushesOf(found) {
    return found.filter(({ use }) => use.actions.includes('push'));
}
function host_entries_isSame(one, other) {
    return (0,external_node_util_.isDeepStrictEqual)(one?.credentials, other?.credentials);
}

;// CONCATENATED MODULE: ./build/inputs/auths/scope.js


/** Reads the name of a directory of credentials: `registry`, `registry/path`, either with `@action,action`. */
function readScope(name) {
    const [, place = '', actions = ''] = /^([^@]*)@?(.*)$/s.exec(name) ?? [];
    const slash = place.indexOf('/');
    return {
        registry: normalizeHost(slash === -1 ? place : place.slice(0, slash)),
        path: slash === -1 ? '' : (0,text_path/* withoutSlashes */.C)(place.slice(slash + 1)),
        actions: actions
            .split(',')
            .map((action) => action.trim())
            .filter((action) => action !== ''),
    };
}
/** True for a scope as docker/login-action documents it: a repository, actions after `@`, or both; empty for none. */
function isScope(text) {
    return /^(?:[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)?(?:@(?:pull|push)(?:,(?:pull|push))*)?$/.test(text);
}
/**
 * True if credentials of this scope are for this use. Those to pull with are not for a push, which also pulls; those to push with
 * are not for a pull.
 */
function isInScope({ registry, path, actions }, use) {
    return (registry === use.registry &&
        (path === '' || path === use.path) &&
        actions.every((action) => use.actions.includes(action)) &&
        (actions.length === 0 || actions.includes('push') || !use.actions.includes('push')));
}
/** Orders scopes: those of a repository first, then those with more actions. */
function compareScopes(one, other) {
    return (Number(other.path !== '') - Number(one.path !== '') || other.actions.length - one.actions.length);
}

;// CONCATENATED MODULE: ./build/text/program-output.js



/** Characters of the output of another program in a message. */
const program_output_longestHead = 600;
const longestTail = 1_400;
/**
 * The output of a program for a message: all of its lines as one, and of a long output the beginning and the end. Secrets, and
 * what looks like one, are replaced with ***: the runner may not mask them yet.
 */
function programOutput(output, secrets) {
    const masked = maskForms(secrets)
        .toSorted((one, other) => other.length - one.length)
        .reduce((text, form) => text.replaceAll(form, redact/* hidden */.R), (0,external_node_util_.stripVTControlCharacters)(output));
    const line = (0,redact/* redact */.E)(masked)
        .split(/[\s\p{Cc}]+/u)
        .join(' ')
        .trim();
    const characters = Array.from(line);
    if (characters.length <= program_output_longestHead + longestTail)
        return line;
    const head = characters.slice(0, program_output_longestHead).join('');
    return `${head} … ${characters.slice(-longestTail).join('')}`;
}
/** The same after a colon, to append to a message; empty without any output. */
function afterColon(output, secrets) {
    const text = programOutput(output, secrets);
    return text === '' ? '' : `: ${text}`;
}

;// CONCATENATED MODULE: ./build/logins/helper.js










const missingHint = "Install the credential helper on the runner, or set 'docker-config' to a directory without it.";
const failedHint = "Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.";
/**
 * Runs `docker-credential-<helper> get`. Source: docker/docker-credential-helpers: the server's URL on stdin, JSON on
 * stdout; the user name `<token>` marks an identity token.
 * @param helper suffix of the program's name.
 * @param host of the registry.
 * @returns undefined if the helper has no credentials for the registry.
 * @throws BuildError('input') if the helper fails; the signal's reason if it is aborted.
 */
async function askHelper(helper, host, run, signal) {
    // `docker login` stores credentials under the name that it was given; only Docker Hub has a fixed one.
    const servers = host === dockerHub ? [hubKey, dockerHub, 'docker.io'] : [host, `https://${host}`];
    for (const server of servers) {
        const credentials = await getCredentials(helper, server, run, signal);
        if (credentials !== undefined)
            return credentials;
    }
    return undefined;
}
/**
 * Runs programs as `run` does. One that could not be started or did not answer is not run again: a credential store that is
 * locked would cost its whole time limit for each registry.
 */
function endFailedPrograms(run) {
    const failed = new Map();
    return async (command, args, options) => {
        const known = failed.get(command);
        if (known !== undefined)
            throw known;
        try {
            return await run(command, args, options);
        }
        catch (error) {
            failed.set(command, toError(error));
            throw error;
        }
    };
}
async function getCredentials(helper, server, run, signal) {
    const command = `docker-credential-${helper}`;
    const doing = `getting the credentials for ${(0,text_problem/* quote */.hD)(server)} from ${(0,text_problem/* quote */.hD)(command)}`;
    let result;
    try {
        result = await run(command, ['get'], { input: server, signal });
    }
    catch (error) {
        if (signal.aborted)
            throw stoppedWhile(doing, signal, failedHint);
        const output = error instanceof errors/* ProgramTimeout */.Op ? outputOf(error) : '';
        throw new errors/* BuildError */.zS('input', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}${output}`, {
            hint: (0,errors/* errorCode */.CA)(error) === 'ENOENT' ? missingHint : failedHint,
            cause: error,
        });
    }
    const { exitCode, stdout, stderr } = result;
    if (exitCode !== 0) {
        if (isNotFound(`${stdout} ${stderr}`))
            return undefined;
        const output = outputOf({ stdout, stderr });
        throw new errors/* BuildError */.zS('input', `${doing} failed with exit code ${exitCode}${output}`, {
            hint: failedHint,
        });
    }
    const answer = readAnswer(stdout);
    if (answer === undefined) {
        throw new errors/* BuildError */.zS('input', `${doing} failed: it returned no credentials`, {
            hint: failedHint,
        });
    }
    return Object.keys(answer).length === 0 ? undefined : answer;
}
/**
 * What a helper has printed, after a colon. Helpers report their errors on stdout (github.com/docker/docker-credential-helpers),
 * but one can also have printed the credentials there: JSON is not quoted.
 */
function outputOf({ stdout, stderr, }) {
    const secrets = secretsOf(readAnswer(stdout) ?? {});
    const shown = /[{"]|secret/i.test(stdout) ? '' : stdout;
    return afterColon(`${shown}\n${stderr}`, secrets);
}
/** The helpers have no exit code for it, only their messages. */
function isNotFound(output) {
    return /credentials not found|no credentials|not found in native/i.test(output);
}
/** @returns undefined for anything but the JSON of a helper; no fields for one without a secret. */
function readAnswer(stdout) {
    const { Username: username, Secret: secret } = fieldsOf(parseJson(stdout));
    if (typeof username !== 'string' || typeof secret !== 'string')
        return undefined;
    if (secret === '')
        return {};
    return username === '<token>' ? { identitytoken: secret } : { auth: basicAuth(username, secret) };
}

;// CONCATENATED MODULE: ./build/logins/search.js







/** Registries of Docker that accept the credentials of Docker Hub. Source: loadHost in docker/buildx. */
const hubBacked = ['dhi.io', 'registry.scout.docker.com'];
/** Registries for which helpers are asked at most, up to three programs each: a Dockerfile can name any number. */
const mostQuestions = 100;
/** Searches Docker configurations. Each credential helper is asked once for each registry. */
class LoginSearch {
    #places;
    #unasked = new Set();
    #run;
    #signal;
    /** By helper and registry. */
    #answers = new Map();
    /** @param configs in the order in which they are searched. */
    constructor(configs, run, signal) {
        this.#places = configs.map(toPlace);
        this.#run = endFailedPrograms(run);
        this.#signal = signal;
    }
    /**
     * The first credentials for a repository, and the failures before them. In each configuration the registry's helper comes
     * first, else the credential store, then the configuration's own entry with the longest path.
     * @throws the signal's reason if it is aborted.
     */
    async find(use) {
        const failures = [];
        for (const place of this.#places) {
            const { scope } = place.config;
            if (scope !== undefined && !isInScope(scope, use))
                continue;
            for (const look of [
                () => this.#fromHelper(place, use),
                () => Promise.resolve(entryFor(place, use)),
            ]) {
                try {
                    const login = await look();
                    if (login !== undefined)
                        return { login, failures };
                }
                catch (error) {
                    if (this.#signal.aborted || !(error instanceof errors/* BuildError */.zS))
                        throw error;
                    failures.push(error);
                }
            }
        }
        if (!hubBacked.includes(use.registry))
            return { failures };
        const ofHub = await this.find({ ...use, registry: dockerHub });
        return { ...ofHub, failures: [...failures, ...ofHub.failures] };
    }
    /** Registries that are only pulled from, and for which no helper was asked because there are too many. */
    get unasked() {
        return this.#unasked;
    }
    async #fromHelper(place, { registry, required }) {
        const helper = findHelper(place, registry);
        if (helper === undefined)
            return undefined;
        const key = `${helper}\n${registry}`;
        const known = this.#answers.get(key);
        if (known === undefined && this.#answers.size >= mostQuestions && !required) {
            this.#unasked.add(registry);
            return undefined;
        }
        const answer = known ?? askHelper(helper, registry, this.#run, this.#signal);
        this.#answers.set(key, answer);
        const credentials = await answer;
        return credentials && { credentials, source: (0,text_problem/* quote */.hD)(`docker-credential-${helper}`), path: '' };
    }
}
function toPlace(config) {
    const entries = Object.entries(config.auths).map(([key, value]) => ({
        ...readKey(key),
        key,
        value,
    }));
    // The first of several spellings counts.
    const helpers = Object.entries(config.credHelpers)
        .map(([key, helper]) => [readKey(key).host, helper])
        .toReversed();
    return {
        config,
        entries: Map.groupBy(entries, ({ host }) => host),
        helpers: new Map(helpers),
    };
}
/** An empty name of a helper means the entries of the configuration, as in Docker. */
function findHelper({ config, helpers }, host) {
    const own = helpers.get(host);
    const helper = typeof own === 'string' ? own : config.credsStore;
    return helper === '' ? undefined : helper;
}
/**
 * The entry of a configuration with the longest path that contains the repository. Of an unknown repository: that of the registry,
 * or the only one for a path in it.
 * @throws BuildError('input') if it is not valid.
 */
function entryFor({ config: { source }, entries: all }, use) {
    const entries = (all.get(use.registry) ?? []).flatMap(({ value, ...key }) => {
        const credentials = readCredentials(value);
        return credentials === undefined ? [] : [{ ...key, credentials }];
    });
    const known = entries
        .filter(({ path }) => containsPath(path, use.path))
        .toSorted((one, other) => other.path.length - one.path.length || Number(isOwn(other)) - Number(isOwn(one)));
    const found = known[0] ?? (use.path === '' && entries.length === 1 ? entries[0] : undefined);
    if (found === undefined)
        return undefined;
    if (!isUsable(found.credentials))
        throw invalidCredentials(found.key, source);
    return { credentials: found.credentials, source: (0,text_problem/* quote */.hD)(source), path: found.path };
}
/** True for the key that Docker looks up first; the others are those of its old versions. */
function isOwn(entry) {
    return entry.key === writeKey(entry);
}
/** The error for credentials that the builder would also refuse. It does not quote them. */
function invalidCredentials(key, source) {
    return new errors/* BuildError */.zS('input', `invalid credentials for ${(0,text_problem/* quote */.hD)(key)} in the Docker configuration ${(0,text_problem/* quote */.hD)(source)}: auth is not the base64 text of user:password`, { hint: 'Log in to this registry again in an earlier step, or correct the entry.' });
}

;// CONCATENATED MODULE: ./build/logins/collect.js



/**
 * Finds the credentials of the given repositories as Docker does.
 * @param configs in the order in which they are searched.
 * @throws BuildError('input') if the credentials of a required repository cannot be read, and there are no others for it; the
 * signal's reason if it is aborted.
 */
async function collectLogins(configs, wanted, run, signal) {
    const search = new LoginSearch(configs, run, signal);
    const found = [];
    const warnings = new Set(unreadWarnings(configs, wanted));
    for (const use of wanted) {
        const { login, failures } = await search.find(use);
        const [first] = failures;
        if (first !== undefined && login === undefined && use.required)
            throw first;
        const consequence = login === undefined
            ? `${use.registry} is pulled from without credentials`
            : `the credentials in ${login.source} are used`;
        for (const failure of failures)
            warnings.add(`${failure.message}; ${consequence}`);
        found.push({ use, ...(login !== undefined && { login }) });
    }
    const unasked = search.unasked.size;
    if (unasked > 0) {
        warnings.add(`the credential helpers were asked for ${mostQuestions} registries only: ${unasked} others are pulled from without their credentials. Set 'pull-logins' to the registries that need credentials`);
    }
    const byHost = new Map();
    for (const [registry, ofRegistry] of Map.groupBy(found, ({ use }) => use.registry)) {
        if (ofRegistry.every(({ login }) => login === undefined))
            continue;
        byHost.set(registry, hostEntries(ofRegistry));
        for (const warning of splitPushes(ofRegistry))
            warnings.add(warning);
    }
    const secrets = found.flatMap(({ login }) => login === undefined ? [] : secretsOf(login.credentials));
    return { byHost, secrets: [...new Set(secrets)], warnings: [...warnings] };
}
/** The warnings for configurations that could not be read; none for one with the scope of a registry that is not wanted. */
function unreadWarnings(configs, wanted) {
    const registries = new Set(wanted.map(({ registry }) => registry));
    return configs.flatMap(({ failure, scope }) => failure === undefined || (scope !== undefined && !registries.has(scope.registry))
        ? []
        : [
            `${failure.message}; its credentials are not used. Make it readable, or set 'docker-config' to the configuration to use`,
        ]);
}

;// CONCATENATED MODULE: ./build/logins/given.js



/** The elements of `registry-auths` as Docker configurations, in the order in which they are searched: those with a scope first. */
function givenConfigs(auths) {
    const scoped = auths
        .flatMap((auth) => auth.scope === undefined ? [] : [{ ...configOf([auth]), scope: auth.scope }])
        .toSorted((one, other) => compareScopes(one.scope, other.scope));
    const others = auths.filter(({ scope }) => scope === undefined);
    return others.length === 0 ? scoped : [...scoped, configOf(others)];
}
function configOf(auths) {
    const entries = auths.map(({ registry, path, username, password }) => [
        writeKey({ host: registry, path }),
        { auth: basicAuth(username, password) },
    ]);
    return {
        source: 'registry-auths',
        auths: Object.fromEntries(entries),
        credHelpers: {},
        credsStore: undefined,
        proxies: {},
    };
}

;// CONCATENATED MODULE: ./build/logins/proxies.js


const noProxies = { buildArgs: [], secrets: [], warnings: [] };
/** The build argument of each field, which Docker also sets in lower case. */
const names = {
    httpProxy: 'HTTP_PROXY',
    httpsProxy: 'HTTPS_PROXY',
    noProxy: 'NO_PROXY',
    ftpProxy: 'FTP_PROXY',
    allProxy: 'ALL_PROXY',
};
/**
 * The proxies of `proxies.default` as build arguments, as the docker CLI passes them. An argument of the user takes precedence. A
 * proxy with credentials is omitted, because build arguments are part of the pod spec.
 * @param given build arguments of the user.
 */
function proxiesOf({ proxies, source }, given) {
    const givenKeys = new Set(given.map(({ key }) => key));
    const buildArgs = [];
    const secrets = [];
    const omitted = [];
    for (const [field, name] of Object.entries(names)) {
        const value = proxies[field];
        if (typeof value !== 'string' || value === '')
            continue;
        const keys = [name, name.toLowerCase()].filter((key) => !givenKeys.has(key));
        const credentials = credentialsOf(value);
        if (credentials === undefined)
            buildArgs.push(...keys.map((key) => ({ key, value })));
        else {
            secrets.push(value, ...credentials);
            if (keys.length > 0)
                omitted.push(field);
        }
    }
    return {
        buildArgs,
        secrets: maskForms(secrets),
        warnings: omitted.length === 0 ? [] : [warnOfCredentials(omitted, source)],
    };
}
/** The credentials in the address of a proxy: `user:password`, and both of its parts. Undefined without any. */
function credentialsOf(address) {
    const at = address.lastIndexOf('@');
    if (at === -1)
        return undefined;
    const credentials = address.slice(0, at).replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
    return [credentials, credentials.replace(/^[^:]*:/, '')];
}
function warnOfCredentials(fields, source) {
    return `${fields.join(', ')} of the Docker configuration ${(0,text_problem/* quote */.hD)(source)} has credentials, and is not passed to the build, because build arguments are part of the pod spec. Use a proxy without credentials for builds`;
}

;// CONCATENATED MODULE: ./build/plan.js



















/**
 * Finds and checks the context. Nothing is packed yet.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
async function openSource(inputs, { workspace, log, environment }, signal) {
    const reading = createSource({
        source: inputs.source,
        file: inputs.file,
        layout: selectEngine(inputs).layout,
        compressionLevel: inputs.compressionLevel,
        excludes: inputs.excludes,
        keepGitCredentials: inputs.gitCredentials === 'keep',
        ...(inputs.workflowCredentials === 'exclude' && {
            workflowFiles: (0,workflow_files/* workflowFiles */.BF)(environment, inputs.registry.dockerConfig),
        }),
        sourceDateEpoch: environment['SOURCE_DATE_EPOCH'],
    }, workspace, signal);
    const source = await orAborted(reading, signal);
    await log.info(`stdin: ${source.description}`);
    for (const note of source.notes)
        await log.info(note);
    for (const warning of source.warnings)
        await log.warning(warning);
    return source;
}
/**
 * Checks the Dockerfile and collects the registry credentials: everything that can fail before the cluster is asked.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
async function makePlan(inputs, source, ports, signal) {
    let configs;
    const readOnce = (input) => (configs ??= ports.readDockerConfigs(input));
    const once = { ...ports, readDockerConfigs: readOnce };
    const draft = await draftPlan(inputs, source, once);
    return { ...draft, logins: await planLogins(inputs, draft.pulls, once, signal) };
}
/** The plan without registry credentials. @throws BuildError('context' or 'input') */
async function draftPlan(inputs, source, ports) {
    const engine = selectEngine(inputs);
    const dockerfile = parseDockerfile(source.dockerfile);
    const plan = { inputs, engine, source, dockerfile };
    if (engine.layout === 'plain') {
        return { ...plan, pulls: [], edits: [], skipsStages: false };
    }
    if (inputs.checkDockerfile)
        await checkDockerfileOf(plan, ports.log);
    const configs = readConfigs(inputs, ports);
    const completed = await withAutomaticArguments(plan, configs, ports);
    const { buildArgs } = completed.image;
    const target = namedTarget(dockerfile.stages, completed.image.target);
    const unused = findUnusedStages(dockerfile, { target, buildArgs });
    const pulls = pulledRepositories(dockerfile, buildArgs, unused.built);
    return {
        ...plan,
        inputs: { ...completed, image: { ...completed.image, target } },
        pulls,
        edits: (0,edit/* withEdits */.Q)(unused.edits, await replaceLabels(plan, ports.log)),
        skipsStages: unused.canSkip,
    };
}
/** Where credentials are, in the order of precedence. None with `registry-secret`, which replaces them. */
function readConfigs({ registry }, ports) {
    const { auths, dockerConfig, secret } = registry;
    if (secret !== undefined)
        return [];
    return [...givenConfigs(auths), ...ports.readDockerConfigs(dockerConfig)];
}
/** Logs the warnings about the Dockerfile. @throws BuildError('context') for its errors. */
async function checkDockerfileOf({ inputs, source, dockerfile }, log) {
    const { problems, warnings, notes } = checkDockerfile({
        dockerfile,
        target: inputs.image.target,
        buildArgs: inputs.image.buildArgs,
        platform: inputs.image.platform,
        lookUp: source.lookUp,
        hasPrefix: source.hasPrefix,
        builderImage: inputs.builder.image,
        hasSecrets: JSON.stringify(inputs.pod.template ?? {}).includes('"/run/secrets'),
    });
    for (const note of notes)
        await log.info(note);
    for (const { message, hint, line } of warnings) {
        await log.warning(`${message}. ${hint}`, placeOf(source.dockerfilePath, line));
    }
    throwIfAny(problems);
}
/** The inputs with the build arguments that Docker adds to those of the user, which take precedence. */
async function withAutomaticArguments({ inputs, dockerfile }, configs, { environment, log }) {
    const { image } = inputs;
    const config = configs.find((each) => Object.keys(each.proxies).length > 0);
    const proxies = config === undefined ? noProxies : proxiesOf(config, image.buildArgs);
    for (const value of proxies.secrets)
        await log.mask(value);
    for (const warning of proxies.warnings)
        await log.warning(warning);
    const given = new Set(image.buildArgs.map(({ key }) => key));
    const added = [
        ...proxies.buildArgs,
        ...timestampArgument(environment),
        ...platformArguments(dockerfile, image.platform),
    ].filter(({ key }) => !given.has(key));
    return { ...inputs, image: { ...image, buildArgs: [...image.buildArgs, ...added] } };
}
/** The edits of the Dockerfile that make the labels of the inputs win over its own, as in Docker. */
async function replaceLabels({ inputs, source, dockerfile }, log) {
    const keys = new Set(inputs.image.labels.map(({ key }) => key));
    const { edits, removed, uncertain } = removeLabels(dockerfile, keys);
    if (removed.length > 0) {
        const shown = removed.map((key) => (0,show/* show */.W)(key)).join(', ');
        await log.info(`labels of the Dockerfile that 'labels' replaces: ${shown}`);
    }
    for (const { line } of uncertain) {
        await log.warning(`LABEL at line ${line} of the Dockerfile can replace a label of 'labels'. Write it as LABEL NAME="VALUE", without variables in the name`, placeOf(source.dockerfilePath, line));
    }
    return edits;
}
/**
 * The registry credentials that the build needs, masked in the job log. None are sent with `registry-secret`, and to an engine that
 * needs no Dockerfile.
 * @param pulls the repositories that the Dockerfile names. @throws BuildError('input'), or the signal's reason.
 */
async function planLogins(inputs, pulls, ports, signal) {
    const { log, runCommand } = ports;
    if (inputs.registry.secret !== undefined || selectEngine(inputs).layout === 'plain')
        return noLogins;
    const configs = readConfigs(inputs, ports);
    const logins = await collectLogins(configs, wantedLogins(inputs, pulls), runCommand, signal);
    for (const value of logins.secrets)
        await log.mask(value);
    for (const warning of logins.warnings)
        await log.warning(warning);
    if (logins.byHost.size > 0) {
        const hosts = [...logins.byHost.keys()].join(', ');
        const sent = inputs.mode === 'check' ? 'that a build sends' : 'sent';
        await log.info(`registry credentials ${sent} with the context: ${hosts} (RUN instructions can read them)`);
    }
    return logins;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./build/text/jwt.js

/** No issuer writes a longer token: the HTTP header would not be accepted. */
const longest = 64 * 1024;
/** The claims of a JSON Web Token; undefined for other texts. The signature is not checked. */
function jwtClaims(token) {
    const [header = '', claims = '', signature] = token.length > longest ? [] : token.split('.');
    if (header === '' || claims === '' || signature === undefined)
        return undefined;
    const value = parseJson(Buffer.from(claims, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? fieldsOf(value) : undefined;
}
/** A time in the claims, for example `exp`, in seconds since the epoch; undefined without it. */
function jwtTime(claims, name) {
    const value = claims?.[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
/** The JSON Web Token that a text is the base64 of; undefined for other texts. A JSON Web Token itself has dots, and base64 has none. */
function decodeJwt(encoded) {
    const compact = encoded.replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+=*$/.test(compact))
        return undefined;
    const decoded = Buffer.from(compact, 'base64').toString('latin1').trim();
    return jwtClaims(decoded) === undefined ? undefined : decoded;
}

;// CONCATENATED MODULE: ./build/kubeconfig/expiry.js


/** The credentials and when they expire; empty for an anonymous request. */
function expiry_credentialsOf({ authorization, certificate, isRenewed, }) {
    const found = [];
    const scheme = /^\w+ /.exec(authorization ?? '')?.[0].toLowerCase() ?? '';
    const value = (authorization ?? '').slice(scheme.length).trim();
    if (scheme === 'bearer ')
        found.push({ name: 'token', expiresAtMs: endOfToken(value), isRenewed });
    if (scheme === 'basic ')
        found.push({ name: 'password', expiresAtMs: 'unknown', isRenewed: false });
    if (certificate !== undefined) {
        const expiresAtMs = endOfCertificate(certificate);
        found.push({ name: 'client certificate', expiresAtMs, isRenewed });
    }
    return found;
}
/** A JSON Web Token without `exp` does not expire, for example that of a ServiceAccount's Secret. */
function endOfToken(token) {
    const claims = jwtClaims(token);
    if (claims === undefined)
        return 'unknown';
    const seconds = jwtTime(claims, 'exp');
    return seconds === undefined ? 'never' : seconds * 1_000;
}
/** `unknown` for a text that is not a certificate: that is reported when it is used. */
function endOfCertificate(pem) {
    try {
        return new external_node_crypto_.X509Certificate(pem).validToDate.getTime();
    }
    catch {
        return 'unknown';
    }
}
/** For example `2026-11-28 10:20 UTC`. A credential can expire in a year that Date cannot show. */
function formatDate(ms) {
    const date = new Date(ms);
    if (Number.isNaN(date.getTime()))
        return 'a time that is out of range';
    return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

;// CONCATENATED MODULE: ./build/check/row.js

/** Characters of a detail: it can quote a message of a server. */
const longestDetail = 600;
function row(finding, subject, detail = '') {
    return { subject, finding, detail: oneLine(detail, longestDetail) };
}
/** The row of a check that has failed, with the hint of the error. */
function failedRow(subject, { message, hint }) {
    const text = hint === undefined ? message : `${message.replace(/[.\s]+$/, '')}. ${hint}`;
    return row('failed', subject, text);
}
/** The table as text, one line for each row, in columns. */
function tableLines(rows) {
    const width = (of) => Math.max(0, ...rows.map((one) => of(one).length));
    const widths = [width(({ subject }) => subject), width(({ finding }) => finding)];
    return rows.map(({ subject, finding, detail }) => `${subject.padEnd(widths[0])}  ${finding.padEnd(widths[1])}  ${detail}`.trimEnd());
}

;// CONCATENATED MODULE: ./build/check/credentials.js


/**
 * Whether the credentials are valid for as long as a step may take.
 * @param user the name that the API server has for the user; undefined if it is not known.
 */
function checkCredentials(credentials, user, times) {
    if (credentials.length === 0)
        return [withoutCredentials(user)];
    return credentials.map((credential) => checkCredential(credential, times));
}
/** A proxy such as `kubectl proxy` authenticates in place of the kubeconfig: only the API server knows who sends a request. */
function withoutCredentials(user) {
    return user === 'system:anonymous'
        ? row('failed', 'credentials', 'the request is anonymous: the kubeconfig has none')
        : row('not checked', 'credentials', 'the kubeconfig has none; a proxy may have its own');
}
function checkCredential({ name, expiresAtMs, isRenewed }, { nowMs, timeoutMs }) {
    if (expiresAtMs === 'never')
        return row('ok', name, 'it does not expire');
    if (expiresAtMs === 'unknown')
        return row('not checked', name, 'it does not contain the time when it expires');
    const end = `until ${formatDate(expiresAtMs)}`;
    if (isRenewed)
        return row('ok', name, `${end}; it is renewed while the step runs`);
    if (nowMs === undefined)
        return row('ok', name, `${end}; the API server does not report its time`);
    if (expiresAtMs <= nowMs)
        return row('failed', name, `it has expired at ${formatDate(expiresAtMs)}`);
    const left = `${end}, for ${credentials_formatDuration(expiresAtMs - nowMs)}`;
    if (expiresAtMs - nowMs >= timeoutMs)
        return row('ok', name, left);
    const limit = credentials_formatDuration(timeoutMs);
    return row('warning', name, `${left}, but a step may take ${limit} ('timeout'), and it is not renewed`);
}
const units = [
    { name: 'd', ms: 86_400_000 },
    { name: 'h', ms: 3_600_000 },
    { name: 'min', ms: 60_000 },
    { name: 's', ms: 1_000 },
];
/** In the largest unit of which it has at least two, rounded down. */
function credentials_formatDuration(ms) {
    const { name, ms: one } = units.find((unit) => ms >= 2 * unit.ms) ?? { name: 's', ms: 1_000 };
    return `${Math.floor(ms / one)} ${name}`;
}

;// CONCATENATED MODULE: ./build/check/outcome.js

function isFailure(outcome) {
    return 'failure' in outcome;
}
/**
 * The result of a check, or its error.
 * @param doing names the check in the message of a bug. @throws the signal's reason.
 */
async function outcomeOf(doing, signal, check) {
    try {
        return { value: await check() };
    }
    catch (error) {
        signal.throwIfAborted();
        return { failure: (0,errors/* toBuildError */.KB)(error, doing) };
    }
}

;// CONCATENATED MODULE: ./build/check/permissions.js


/** Reviews each permission of the Role. @throws BuildError('cluster') */
async function checkPermissions(cluster, signal) {
    const optional = new Map(optionalPermissions.map(({ without, ...access }) => [access, without]));
    const all = [...requiredPermissions, ...optional.keys()];
    const answers = await reviewPermissions(cluster, all, signal);
    const rows = all.map((access, index) => {
        const subject = `${access.verb} ${access.resource}`;
        const answer = answers[index] ?? 'unknown';
        if (answer === 'yes')
            return row('ok', subject);
        if (answer === 'unknown')
            return row('not checked', subject, 'the API server does not review permissions of this user');
        const without = optional.get(access);
        return without === undefined
            ? row('failed', subject, 'required; the user does not have this permission')
            : row('warning', subject, `optional; without it ${without}`);
    });
    return { rows, missing: all.filter((_, index) => answers[index] === 'no') };
}

;// CONCATENATED MODULE: ./build/check/cluster.js




/** Names a check in the message of a bug. */
const doing = 'the check';
/**
 * Checks the cluster, the credentials and the permissions. Each failure is a row.
 * @param timeoutMs how long a step may take. @throws the signal's reason.
 */
async function cluster_checkCluster({ cluster, credentials }, { source, server, contextName }, timeoutMs, signal) {
    const place = row('ok', 'context', `${contextName} (${source}), namespace ${cluster.namespace}`);
    const minor = await outcomeOf(doing, signal, () => cluster.serverMinor(signal));
    if (isFailure(minor)) {
        const rows = [
            failedRow('cluster', minor.failure),
            place,
            unreached('permissions', minor.failure),
        ];
        return { rows, user: undefined, missing: [], failure: minor.failure };
    }
    const version = minor.value === undefined ? 'version not reported' : `Kubernetes 1.${minor.value}`;
    const [user, nowMs, presented, permissions] = await Promise.all([
        outcomeOf(doing, signal, () => cluster.userName(signal)),
        outcomeOf(doing, signal, () => cluster.serverTime(signal)),
        outcomeOf(doing, signal, () => credentials(signal)),
        outcomeOf(doing, signal, () => checkPermissions(cluster, signal)),
    ]);
    const userName = isFailure(user) ? undefined : user.value;
    const times = { nowMs: isFailure(nowMs) ? undefined : nowMs.value, timeoutMs };
    const rows = [
        row('ok', 'cluster', `${server}, ${version}`),
        place,
        ...(isFailure(user) ? [failedRow('user', user.failure)] : [userRow(user.value)]),
        ...(isFailure(presented)
            ? [failedRow('credentials', presented.failure)]
            : checkCredentials(presented.value, userName, times)),
        ...(isFailure(permissions)
            ? [failedRow('permissions', permissions.failure)]
            : permissions.value.rows),
    ];
    return {
        rows,
        user: userName,
        missing: isFailure(permissions) ? [] : permissions.value.missing,
    };
}
function userRow(name) {
    return name === undefined
        ? row('not checked', 'user', 'the API server does not report it (Kubernetes 1.28 and later do)')
        : row('ok', 'user', name);
}
/** The row of a check for which nothing was sent after this failure. */
function unreached(subject, { code }) {
    const reason = code === undefined ? 'the cluster did not answer' : `the cluster answered with HTTP ${code}`;
    return row('not checked', subject, reason);
}
/**
 * Sends the pod as a dry run.
 * @param report that of checkCluster: without the permission to create pods, or without a cluster, nothing is sent.
 * @throws the signal's reason.
 */
async function checkPod(cluster, makePod, { failure: unanswered, missing }, signal) {
    if (unanswered !== undefined)
        return [unreached('pod', unanswered)];
    if (missing.some(({ verb, resource }) => verb === 'create' && resource === 'pods'))
        return [row('not checked', 'pod', 'it needs the permission to create pods')];
    const outcome = await outcomeOf(doing, signal, () => cluster.dryRunPod(makePod(), signal));
    if (!isFailure(outcome))
        return [row('ok', 'pod', 'a dry run was admitted (PodSecurity, quotas, webhooks)'), ...cluster_hidden];
    const { failure } = outcome;
    if (failure.message.includes('does not support dry run'))
        return [row('not checked', 'pod', failure.message), ...cluster_hidden];
    return [failedRow('pod', failure)];
}
/** What only a pod that exists can show. */
const cluster_hidden = [
    row('not checked', 'node', 'the scheduler chooses it for a pod that exists'),
    row('not checked', 'builder image', 'the kubelet pulls it for a pod that exists'),
];

;// CONCATENATED MODULE: ./build/check/registries.js






/** Limit for one registry. */
const registries_askMs = 15_000;
/**
 * Asks the registry of each repository that the build writes to for one of its tags, from the runner. Nothing is pushed: the answer
 * shows that the registry is there and permits to read. For images of the Dockerfile it names the login.
 */
async function checkRegistries(check, registry, clock, signal) {
    const repositories = repositoriesOf(check.inputs);
    const asked = await Promise.all(repositories.map((repository) => checkRepository(repository, check, registry, clock, signal)));
    const pulls = check.pulls.map((pull) => row('not checked', `pull from ${[pull.registry, pull.path].filter(Boolean).join('/')}`, loginOf(pull.registry, pull.path, check)));
    return [...asked, ...pulls];
}
/** Each once. */
function repositoriesOf({ image }) {
    const caches = image.noCache ? [] : [image.cacheFrom, image.cacheTo];
    const all = [
        ...(image.push ? image.tags : []).map((reference) => ({ reference, purpose: 'push' })),
        ...caches
            .filter((name) => name !== undefined)
            .map((name) => ({ reference: parseReference(`${name}:latest`), purpose: 'cache' })),
    ];
    return [...Map.groupBy(all, ({ reference }) => nameOf(reference)).values()].flatMap(([first]) => first ?? []);
}
function nameOf({ registry, repository }) {
    return `${registry}/${repository}`;
}
async function checkRepository(repository, check, registry, clock, signal) {
    const { reference, purpose } = repository;
    const name = nameOf(reference);
    const subject = purpose === 'push' ? `registry of ${name}` : `registry of the cache ${name}`;
    const login = loginOf(reference.registry, reference.repository, check);
    // A request without the credentials of the build would show nothing about it.
    if (check.logins === undefined)
        return row('not checked', subject, login);
    let answer;
    try {
        answer = await within({ clock, ms: registries_askMs }, signal, (until) => registry.tagDigest(reference, until));
    }
    catch (error) {
        signal.throwIfAborted();
        answer = { failure: toError(error), isTemporary: true, hasResponded: false };
    }
    if (typeof answer === 'string')
        return row('ok', subject, `${login}; the tag exists`);
    const { finding, text } = registries_judge(answer, repository, check);
    return row(finding, subject, `${login}; ${text}`);
}
/** What a refusal means for the build. */
function registries_judge(refusal, { reference, purpose }, { inputs, logins = noLogins }) {
    const { failure, status, isOfTokenService = false, sentCredentials = false } = refusal;
    const text = (0,errors/* describeError */.Uc)(failure);
    if (status === undefined)
        return judgeConnection(failure, reference.registry);
    // The Secret may have the credentials that the request of the runner lacks.
    const isInSecret = inputs.registry.secret !== undefined;
    if (status === 404 && !isOfTokenService)
        return judgeMissing(refusal, isInSecret);
    if (isInSecret)
        return { finding: 'not checked', text };
    const isRefused = status === 401 || (status === 403 && isOfTokenService);
    if (!isRefused)
        return { finding: 'warning', text };
    if (sentCredentials)
        return { finding: 'failed', text };
    if (loginFor(logins.byHost, reference.registry, reference.repository) !== undefined)
        return { finding: 'not checked', text: `${text}; the runner did not send them` };
    if (purpose === 'cache')
        return { finding: 'warning', text };
    if (mayHaveOwnLogin(reference.registry, inputs))
        return { finding: 'warning', text: `${text}; the pod needs credentials of its own` };
    return { finding: 'failed', text: `${text}; the push needs credentials` };
}
/** No response. The builder has the same settings for TLS, but another network. */
function judgeConnection(failure, host) {
    if ((0,errors/* isCertificateError */.Y4)(failure))
        return { finding: 'warning', text: "its certificate is not trusted. Set 'registry-ca'" };
    if ((0,errors/* isTlsError */.sl)(failure)) {
        const text = `it does not respond with TLS. If it uses plain HTTP, add http://${host} to 'insecure-registries'`;
        return { finding: 'warning', text };
    }
    const text = `${(0,errors/* describeError */.Uc)(failure)}; the pod may reach the registry`;
    return { finding: 'not checked', text };
}
/** The meaning of a 404: of the tag, of the repository, or of another server than a registry. */
function judgeMissing({ failure, code }, isInSecret) {
    if (code === 'MANIFEST_UNKNOWN')
        return { finding: 'ok', text: 'the tag does not exist yet' };
    if (code !== 'NAME_UNKNOWN' || isInSecret)
        return { finding: 'not checked', text: (0,errors/* describeError */.Uc)(failure) };
    return {
        finding: 'warning',
        text: 'the repository does not exist: some registries create it with the first push, others, such as Amazon ECR, require that it exists',
    };
}
/** Registries of clouds whose credentials a builder can get from its node or its ServiceAccount. */
const cloudRegistry = /\.amazonaws\.com(?:\.cn)?$|(?:^|\.)gcr\.io$|-docker\.pkg\.dev$|\.azurecr\.io$/;
/** True if a pod that is sent no credentials can have some. */
function mayHaveOwnLogin(host, { pod }) {
    return pod.template !== undefined || cloudRegistry.test(host);
}
/** What the build has to authenticate with for a repository. */
function loginOf(host, path, { inputs, logins }) {
    if (inputs.registry.secret !== undefined)
        return `the credentials are in the Secret ${inputs.registry.secret}, which the runner does not read`;
    if (logins === undefined)
        return 'the registry credentials could not be read';
    return loginFor(logins.byHost, host, path) === undefined
        ? 'no credentials found'
        : 'credentials found';
}

;// CONCATENATED MODULE: ./build/check/role.js


/** Another name than that of examples/cluster/rbac.yaml, whose Role may have other rules of the user. */
const role_name = 'kube-build-push-check';
/**
 * A Role with everything that a build needs or can use, and its RoleBinding, as lines of YAML for `kubectl apply`. Applying
 * replaces the rules of the Role and the subjects of the RoleBinding, so the Role is always the whole one, and each user has a
 * RoleBinding of its own: nothing that was granted before is revoked.
 * @param user the name that the API server has for the user; undefined if it is not known.
 */
function roleFor(namespace, user = 'NAME-OF-THE-USER') {
    const metadata = (of) => `metadata: { name: ${of}, namespace: ${JSON.stringify(namespace)} }`;
    const suffix = (0,external_node_crypto_.createHash)('sha256').update(user).digest('hex').slice(0, 8);
    return [
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: Role',
        metadata(role_name),
        'rules:',
        ...rulesFor([...requiredPermissions, ...optionalPermissions]).map((rule) => `  ${rule}`),
        '---',
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: RoleBinding',
        metadata(`${role_name}-${suffix}`),
        `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${role_name} }`,
        'subjects:',
        `  - ${subjectOf(user)}`,
    ];
}
function subjectOf(user) {
    const account = /^system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)$/.exec(user);
    if (account !== null)
        return `{ kind: ServiceAccount, namespace: ${account[1] ?? ''}, name: ${account[2] ?? ''} }`;
    return `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${JSON.stringify(user)} }`;
}

;// CONCATENATED MODULE: ./build/check/check.js





/** Everything that a build needs, without a build. @throws the signal's reason. */
async function checkSetup(facts, { contextFailure, loginFailure, plan }, ports, signal) {
    const { inputs, logins, pulls } = plan;
    const { ca, insecure } = inputs.registry;
    const registry = ports.openRegistry({ logins: logins.byHost, ca, insecure });
    const known = loginFailure === undefined ? logins : undefined;
    const asking = checkRegistries({ inputs, logins: known, pulls }, registry, ports.clock, signal);
    // If the cluster check ends first, its error is the result.
    asking.catch(() => undefined);
    const cluster = await cluster_checkCluster(ports, facts, inputs.timeoutMs, signal);
    const pod = await checkPod(ports.cluster, ports.makePod, cluster, signal);
    const context = contextFailure === undefined
        ? row('ok', 'build context')
        : failedRow('build context', contextFailure);
    const credentials = loginRows(plan, loginFailure);
    return {
        rows: [
            ...[...cluster.rows, ...pod, ...secretRows(inputs)],
            ...[context, ...credentials, ...(await asking)],
        ],
        role: missingRole(cluster, ports),
    };
}
/** The registry credentials that are sent with the context. */
function loginRows({ inputs, engine, logins }, failure) {
    const subject = 'registry credentials';
    if (failure !== undefined)
        return [failedRow(subject, failure)];
    if (inputs.registry.secret !== undefined || engine.layout === 'plain')
        return [];
    const hosts = [...logins.byHost.keys()].join(', ');
    return [row('ok', subject, hosts === '' ? 'none found' : `found for ${hosts}`)];
}
/** Secrets that the pod uses. The Role of the action cannot read Secrets, and a dry run does not look for them. */
function secretRows({ pod, registry }) {
    const names = [...pod.imagePullSecrets, registry.secret].filter((name) => name !== undefined);
    return names.map((name) => row('not checked', `Secret ${name}`, 'the kubelet reads it; the Role of the action must not'));
}
/** The same without a pod, a context and registries, for a build whose pod, or a request for it, the API server has refused. */
async function checkRefusal({ inputs, facts }, refusal, ports, signal) {
    const report = await cluster_checkCluster(ports, facts, inputs.timeoutMs, signal);
    return { rows: [...report.rows, failedRow('build', refusal)], role: missingRole(report, ports) };
}
/** Empty if no permission is missing. */
function missingRole({ missing, user }, { cluster }) {
    return missing.length === 0 ? [] : roleFor(cluster.namespace, user);
}
/** The result of the step: undefined if a build could start. */
function verdictOf({ rows }) {
    const failed = rows.filter(({ finding }) => finding === 'failed');
    const [first] = failed;
    if (first === undefined)
        return undefined;
    const names = failed.map(({ subject }) => subject).join(', ');
    return new errors/* BuildError */.zS('cluster', `a build cannot start: ${failed.length} of ${rows.length} checks failed: ${names}`, { hint: failed.length === 1 ? first.detail : 'The table in the job log has the reasons.' });
}

;// CONCATENATED MODULE: ./build/check/print.js



const tableTitle = 'What a build needs, and what was found:';
const roleTitle = 'A Role with all permissions of a build, for kubectl apply:';
/** Prints the table and the Role to the job log, outside of its groups. */
async function printCheck({ rows, role }, log) {
    await log.endGroup();
    await log.info(tableTitle);
    for (const line of tableLines(rows))
        await log.info(line);
    if (role.length === 0)
        return;
    await log.info(roleTitle);
    for (const line of role)
        await log.info(line);
}
/** Writes the table and the Role as the job summary. A summary that cannot be written is a warning. */
async function summarizeCheck({ rows, role }, isPossible, { job, log }) {
    const cell = (text) => escapeMarkdown(log.scrub(text));
    const lines = rows.map(({ subject, finding, detail }) => `| ${cell(subject)} | ${finding} | ${cell(detail)} |`);
    const table = ['| | | |', '|---|---|---|', ...lines].join('\n');
    const yaml = role.map((line) => `    ${log.scrub(line)}`).join('\n');
    const parts = [
        `### kube-build-push: a build ${isPossible ? 'can' : 'cannot'} start`,
        table,
        ...(role.length === 0 ? [] : [roleTitle, yaml]),
    ];
    try {
        await job.writeSummary(`${parts.join('\n\n')}\n`);
    }
    catch (error) {
        await log.warning(`the job summary could not be written: ${(0,errors/* describeError */.Uc)(error)}`);
    }
}

;// CONCATENATED MODULE: ./build/check/run.js










/** Limit for the checks after a pod was refused: the step has its result already. */
const refusalMs = 20_000;
/**
 * `mode: check`: prints what a build needs, and whether it has it. Creates nothing.
 * @returns the exit code of the process: 0 if a build could start. @throws the signal's reason, or a BuildError of the timeout.
 */
async function runCheck(inputs, { opened, ports, world }, cancelled) {
    const times = { timeoutMs: inputs.timeoutMs, startedAtMs: ports.phases.startedAtMs };
    const deadline = startDeadline(times, world.clock, cancelled, () => 'checking the setup');
    try {
        const preparation = await prepare(inputs, world, deadline.signal);
        const { cluster } = opened;
        const ref = { namespace: cluster.namespace, name: ports.newPodName() };
        const report = await checkSetup(opened.connection, preparation, {
            cluster,
            clock: world.clock,
            openRegistry: ports.openRegistry,
            credentials: (signal) => opened.credentials(signal),
            makePod: () => makePod({ plan: preparation.plan, ports, deadline }, ref),
        }, deadline.signal);
        const failure = verdictOf(report);
        await printCheck(report, world.log);
        if (inputs.summary)
            await summarizeCheck(report, failure === undefined, world);
        if (failure === undefined)
            await world.log.info('A build can start.');
        else
            await reportFailure(failure, world);
        return failure === undefined ? 0 : 1;
    }
    finally {
        deadline.end();
    }
}
/** Prints the checks of the cluster after it has refused a pod. A check that fails or takes too long prints nothing. */
async function explainRefusal(inputs, refusal, { opened, world }, cancelled) {
    const { cluster, connection } = opened;
    const ports = { cluster, credentials: (signal) => opened.credentials(signal) };
    try {
        const limit = { clock: world.clock, ms: refusalMs };
        const report = await within(limit, cancelled, (signal) => checkRefusal({ inputs, facts: connection }, refusal, ports, signal));
        await printCheck(report, world.log);
    }
    catch {
        // The refusal itself is reported in any case.
    }
}
/**
 * Finds the context, and independently of it the registry credentials of the tags and caches. Their failures are parts of the
 * result. @throws the signal's reason.
 */
async function prepare(inputs, ports, signal) {
    // Docker configurations that cannot be read are a failure of the credentials alone.
    const readDockerConfigs = (input) => {
        try {
            return ports.readDockerConfigs(input);
        }
        catch {
            return [];
        }
    };
    const draft = await outcomeOf('preparing the build', signal, async () => {
        const source = await openSource(inputs, ports, signal);
        return draftPlan(inputs, source, { ...ports, readDockerConfigs });
    });
    const found = isFailure(draft)
        ? { inputs, engine: selectEngine(inputs), pulls: [], skipsStages: false }
        : draft.value;
    const logins = await outcomeOf('collecting the registry credentials', signal, () => planLogins(inputs, found.pulls, ports, signal));
    return {
        contextFailure: isFailure(draft) ? draft.failure : undefined,
        loginFailure: isFailure(logins) ? logins.failure : undefined,
        plan: { ...found, logins: isFailure(logins) ? noLogins : logins.value },
    };
}

// EXTERNAL MODULE: ./node_modules/js-yaml/dist/js-yaml.mjs
var js_yaml = __webpack_require__(3243);
;// CONCATENATED MODULE: ./build/text/yaml.js



/** The parts of js-yaml's reasons that quote the text: names of aliases and tags. A password can look like one of them. */
const yaml_quoted = /"[^]*"|!<[^]*>|: [^]*$/;
/**
 * The types of Kubernetes' own files: text, numbers, booleans, null and `<<`. Without dates and binaries, because kubectl reads
 * `2024-01-01` as text.
 */
const kubernetesSchema = js_yaml/* CORE_SCHEMA */.OU.extend({
    implicit: [
        new js_yaml/* Type */.ZU('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' }),
    ],
});
/** What all aliases of a document may repeat, in characters and entries. A document for Kubernetes repeats a few hundred. */
const mostRepeated = 1_000_000;
/**
 * Parses one document of YAML or JSON. It can be traversed in time in proportion to its text: no alias is part of itself, and
 * aliases of aliases do not repeat more than a limit. js-yaml limits the nesting and the merge keys. The problem has the line but does not quote the text, which may be a secret;
 * js-yaml's own message has an excerpt of it.
 * @param hint of the problem.
 * @throws InvalidInput
 */
function loadYaml(text, hint, { types = 'kubernetes', areKeysRepeatable = false } = {}) {
    const schema = types === 'text' ? js_yaml/* FAILSAFE_SCHEMA */.uH : kubernetesSchema;
    const refuse = (problem) => new text_problem/* InvalidInput */.o9([{ text: problem, hint: 'Write the values out instead of using aliases.' }]);
    let repeated = 0;
    const listener = (event, { kind, result }) => {
        // Only an alias has a value without a kind.
        if (event !== 'close' || kind !== null)
            return;
        repeated += lengthOf(result);
        if (repeated > mostRepeated)
            throw refuse('its aliases repeat too much');
    };
    try {
        const document = (0,js_yaml/* load */.Hh)(text, { schema, listener, json: areKeysRepeatable });
        if (repeated === 0)
            return document;
        const size = new Sizes().of(document);
        if (size === Infinity)
            throw refuse('an alias in it is a part of itself');
        if (size > mostRepeated)
            throw refuse('its aliases repeat too much');
        return document;
    }
    catch (error) {
        if (!(error instanceof js_yaml/* YAMLException */.tB))
            throw error;
        // Some errors have no mark, although the type requires one.
        const mark = error.mark;
        const line = isFields(mark) && typeof mark['line'] === 'number' ? mark['line'] + 1 : undefined;
        throw new text_problem/* InvalidInput */.o9([
            {
                text: `it is not YAML: ${error.reason.replace(yaml_quoted, '…')}`,
                hint,
                ...(line !== undefined && { line }),
            },
        ]);
    }
}
/** Characters or entries of a value that an alias repeats, at least one; 0 for the empty value, which needs no alias. */
function lengthOf(value) {
    if (value === null || value === undefined)
        return 0;
    if (typeof value === 'string')
        return value.length + 1;
    return typeof value === 'object' ? Object.keys(value).length + 1 : 1;
}
/** Counts the values of a document as if its aliases were written out. The nesting of the text is limited by js-yaml. */
class Sizes {
    /** Infinity while a value is counted, so that one in itself has that size. */
    #known = new Map();
    of(value) {
        if (typeof value !== 'object' || value === null)
            return 1;
        const known = this.#known.get(value);
        if (known !== undefined)
            return known;
        this.#known.set(value, Infinity);
        let size = 1;
        for (const inner of Object.values(value))
            size += this.of(inner);
        this.#known.set(value, size);
        return size;
    }
}

;// CONCATENATED MODULE: ./build/inputs/auths/ecr.js
/** What to do instead of passing AWS access keys, which docker/login-action exchanges for a token. */
const ecrHint = 'Write username: AWS, and as the password the output of aws ecr get-login-password (aws ecr-public get-login-password for public.ecr.aws), which an earlier step masks and sets as an output.';
/** True for a host of Amazon ECR, private or public. It accepts tokens of the user AWS alone; access keys would be sent to no use. */
function isEcr(host) {
    const name = host.replace(/:\d+$/, '');
    return (/^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/.test(name) ||
        /^[^.]+\.dkr[.-]ecr(?:-fips)?\.[^.]+\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.aws|on\.amazonwebservices\.com\.cn)$/.test(name));
}

;// CONCATENATED MODULE: ./build/inputs/auths/registry-auths.js









const fieldNames = ['registry', 'username', 'password', 'scope', 'ecr'];
const example = 'Write a list with the fields registry, username and password in each element; for a password with special characters write password: ${{ toJSON(secrets.NAME) }}.';
/**
 * The YAML list that docker/login-action and docker/github-builder take. Every value is text, also 0123 and true. No problem
 * quotes a value, because a password can be in any field.
 * @throws InvalidInput
 */
function parseRegistryAuths(source) {
    refuseIndicators(source);
    const document = loadYaml(source, example, { types: 'text' });
    if (!Array.isArray(document))
        throw (0,text_problem/* invalid */.Gq)('it is not a list', example);
    const problems = [];
    const auths = [];
    const places = new Set();
    for (const [index, element] of document.entries()) {
        try {
            const auth = toAuth(element);
            const place = registry_auths_placeOf(auth);
            if (places.has(place)) {
                throw (0,text_problem/* invalid */.Gq)('its registry and scope are those of another element', 'Remove one of them.');
            }
            places.add(place);
            auths.push(auth);
        }
        catch (error) {
            if (!(error instanceof text_problem/* InvalidInput */.o9))
                throw error;
            const place = `element ${index + 1}`;
            problems.push(...error.problems.map((p) => ({ ...p, text: `${place}: ${p.text}` })));
        }
    }
    if (problems.length > 0)
        throw new text_problem/* InvalidInput */.o9(problems);
    return auths;
}
/** A value that YAML reads as something else than its text: an anchor, an alias, a tag; a password also as a comment. */
const indicator = /^\s*(?:-\s+)?(?:(?:registry|username|password|scope)\s*:\s+[&*!]|(?:username|password)\s*:\s+#)/;
/** @throws InvalidInput */
function refuseIndicators(source) {
    const line = source.split('\n').findIndex((text) => indicator.test(text)) + 1;
    if (line === 0)
        return;
    const text = 'the value begins with &, *, ! or #, which YAML does not take as a part of it';
    const hint = 'Enclose it in quotes, for example with password: ${{ toJSON(secrets.NAME) }}.';
    throw new text_problem/* InvalidInput */.o9([{ line, text, hint }]);
}
function toAuth(element) {
    if (!isFields(element))
        throw (0,text_problem/* invalid */.Gq)('it is not a mapping', example);
    if (Object.keys(element).some((key) => !fieldNames.includes(key))) {
        throw (0,text_problem/* invalid */.Gq)('it has an unknown field', 'The fields are registry, username, password and scope.');
    }
    if (!/^(?:|auto|false)$/i.test(readField(element, 'ecr'))) {
        throw (0,text_problem/* invalid */.Gq)('ecr: true is not supported', ecrHint);
    }
    const username = readField(element, 'username');
    // As docker login --password-stdin does; a block in YAML ends with a newline.
    const password = readField(element, 'password').replace(/\r?\n$/, '');
    const scope = readField(element, 'scope');
    if (username === '')
        throw (0,text_problem/* invalid */.Gq)('its username is empty', example);
    if (username.includes(':'))
        throw (0,text_problem/* invalid */.Gq)('its username has a colon', 'Correct it.');
    if (password === '') {
        throw (0,text_problem/* invalid */.Gq)("its password is empty: the secret is empty or not passed to this event (a fork's pull request, for example)", 'Set the secret.');
    }
    if (!isScope(scope)) {
        throw (0,text_problem/* invalid */.Gq)('its scope is not valid', 'Write a repository without the registry, @push or @pull, or both: acme/app@push.');
    }
    const { registry, path } = readRegistry(readField(element, 'registry'));
    if (isEcr(registry) && username !== 'AWS') {
        throw (0,text_problem/* invalid */.Gq)('its registry is Amazon ECR, where the username must be AWS', ecrHint);
    }
    if (scope.startsWith(`${registry}/`)) {
        throw (0,text_problem/* invalid */.Gq)('its scope begins with the registry', 'Write the repository alone: acme/app@push.');
    }
    if (path !== '' && scope !== '') {
        throw (0,text_problem/* invalid */.Gq)('its registry has a path, and it has a scope', 'Write only one of them.');
    }
    return {
        registry,
        path,
        scope: scope === '' ? undefined : { ...readScope(`${registry}/${scope}`), registry },
        username,
        password,
    };
}
/** The text of a field; empty if it is missing. */
function readField(element, name) {
    const value = element[name] ?? '';
    if (typeof value === 'string')
        return value;
    throw (0,text_problem/* invalid */.Gq)(`its ${name} is not a text`, example);
}
/** A registry as in `docker login`, or with a path as in `podman login`. */
function readRegistry(source) {
    const text = source.trim() === '' ? 'docker.io' : source.trim();
    const bare = (0,text_path/* withoutSlashes */.C)(text.replace(/^https?:\/\//i, '')).replace(/\/v[12]$/, '');
    const [, host = '', path = ''] = /^([^/]*)\/?(.*)$/s.exec(bare) ?? [];
    if (/[A-Z]/.test(path)) {
        throw (0,text_problem/* invalid */.Gq)('its registry has upper-case letters in its path', 'Use lower-case letters.');
    }
    try {
        if (/^[a-z0-9._/-]*$/.test(path))
            return { registry: parseHost(host), path };
    }
    catch (error) {
        if (!(error instanceof text_problem/* InvalidInput */.o9))
            throw error;
    }
    throw (0,text_problem/* invalid */.Gq)('its registry is not a registry host', 'Write host, host:port or host/path.');
}
/** The same text for elements that are for the same repositories and actions. */
function registry_auths_placeOf({ registry, path, scope }) {
    return JSON.stringify([registry, path, scope?.path, scope?.actions.toSorted()]);
}
/** Lines on which YAML ends a password at a comment, which may be a part of it. From 1. */
function cutPasswords(source) {
    return source
        .split('\n')
        .flatMap((line, index) => /^\s*(?:-\s+)?password\s*:\s+[^\s'"|>#].*?\s#/.test(line) ? [index + 1] : []);
}
/** A field that is not secret, with the beginning of its line. */
const openField = /^\s*(?:-\s+)?(?:registry|username|scope|ecr)\s*:/;
/** The beginning of a line that is not a part of a password. */
const registry_auths_beginning = /^\s*(?:-\s+)?(?:\w+\s*:(?:\s|$))?/;
/**
 * Everything in `registry-auths` that the job log must mask, also if it is not valid: passwords as they are written and as YAML
 * reads them, and their base64 with the user.
 */
function registryAuthSecrets(source) {
    const written = source
        .split(/\r?\n/)
        .filter((line) => !openField.test(line))
        .map((line) => line.replace(registry_auths_beginning, '').trim())
        .flatMap((text) => [text, withoutComment(text), text.replace(/^(["'])(.*)\1$/, '$2')]);
    return maskForms([...written, ...readSecrets(source)]);
}
function withoutComment(text) {
    const comment = text.search(/\s#/);
    return comment === -1 ? text : text.slice(0, comment);
}
function readSecrets(source) {
    let document;
    try {
        document = loadYaml(source, example, { types: 'text' });
    }
    catch {
        return [];
    }
    if (!Array.isArray(document))
        return [];
    return document.filter(isFields).flatMap(({ username, password }) => {
        const texts = textsIn(password);
        return typeof username === 'string'
            ? [...texts, ...texts.map((text) => basicAuth(username, text.replace(/\r?\n$/, '')))]
            : texts;
    });
}
/** All texts in a value of YAML: a password in JSON that is not quoted is a mapping. */
function textsIn(value) {
    if (typeof value === 'string')
        return [value];
    if (typeof value !== 'object' || value === null)
        return [];
    return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

;// CONCATENATED MODULE: ./build/kubeconfig/first-document.js
/** The first document of a YAML text, with the lines ahead of it: kubectl ignores all others. Linear in the length of the text. */
function firstDocument(text) {
    let isOpen = false;
    for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
        if (isOpen && /^(?:---|\.\.\.)(?:\s|$)/.test(line))
            return text.slice(0, index);
        // Comments, directives and empty lines are not a document.
        isOpen ||= !/^(?:\s*(?:#.*)?|%.*)$/.test(line);
    }
    return text;
}

;// CONCATENATED MODULE: ./build/kubeconfig/document.js




/** The source of a kubeconfig that is the value of the input. */
const inputSource = "input 'kubeconfig'";
/** Without a period; the hint for a kubeconfig that is incomplete or damaged. */
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify';
/**
 * Parses YAML or JSON as kubectl does: the first document, and the last value of a key. A text without a document, for example an
 * empty file, is an empty kubeconfig. No message quotes the text: it is a secret.
 * @throws InvalidInput
 */
function parseKubeconfig(content, source = inputSource) {
    const document = loadYaml(firstDocument(content), `${howToPrint}.`, { areKeysRepeatable: true }) ?? {};
    if (!isFields(document))
        throw (0,text_problem/* invalid */.Gq)('it is not a mapping', `${howToPrint}.`);
    return { source, document };
}
/**
 * Merges as kubectl does: the first kubeconfig that has an entry of some name, or a current-context, wins. Entries of the
 * same name are not combined.
 * @param kubeconfigs at least one.
 */
function mergeKubeconfigs(kubeconfigs, source) {
    const documents = kubeconfigs.map(({ document }) => document);
    const joined = (list) => documents.some((document) => Array.isArray(document[list]))
        ? documents.flatMap((document) => itemsOf(document[list]))
        : undefined;
    return {
        source,
        document: {
            ...documents[0],
            clusters: joined('clusters'),
            users: joined('users'),
            contexts: joined('contexts'),
            'current-context': documents.map(currentContext).find((name) => name !== undefined),
        },
    };
}
/** The name in `current-context`; undefined if it is missing or empty. */
function currentContext(document) {
    const name = json_text(document['current-context']);
    return name === '' ? undefined : name;
}
/** Names of the entries of a list, each once, in order. */
function document_namesOf(entries) {
    const names = listOf(entries).map((entry) => entry['name']);
    return [...new Set(names.filter((name) => typeof name === 'string'))];
}
/** The first entry of this name; undefined if the list has none. */
function findNamed(entries, name) {
    return listOf(entries).find((entry) => entry['name'] === name);
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./build/kubeconfig/files.js


/** Fields of a cluster that name a file, each with the field that holds the content instead. */
const clusterFiles = { 'certificate-authority': 'certificate-authority-data' };
/** The same of a user; token-file is the spelling of the JavaScript client. */
const userFiles = {
    'client-certificate': 'client-certificate-data',
    'client-key': 'client-key-data',
    'token-file': 'token',
    tokenFile: 'token',
};
/**
 * The kubeconfig with its relative paths joined to a directory, as kubectl does. The command of an exec plugin is one if it has a slash;
 * else it is a program of the PATH.
 * @param directory absolute: that of the kubeconfig's file.
 */
function resolveFiles({ source, document }, directory) {
    const clusters = resolveEntries(document['clusters'], 'cluster', clusterFiles, directory);
    const users = resolveEntries(document['users'], 'user', userFiles, directory);
    return { source, document: { ...document, clusters, users } };
}
/**
 * Files that are read for this cluster and user. A field that holds the content overrides the file, as in kubectl; only a
 * token is also looked up in its file, see tokenFileOf.
 */
function referencedFiles(cluster, user) {
    return [...namedFiles(cluster, clusterFiles), ...namedFiles(user, userFiles)].filter(({ content }) => content === undefined || content === null || content === '');
}
/** The file with the user's token, which overrides `token` as long as it can be read. */
function tokenFileOf(user) {
    return namedFiles(user, { 'token-file': '', tokenFile: '' })[0]?.path;
}
function namedFiles(fields, keys) {
    return Object.entries(keys).flatMap(([key, content]) => {
        const path = json_text(fields[key]) ?? '';
        return path === '' ? [] : [{ key, path, content: fields[content] }];
    });
}
function resolveEntries(entries, kind, keys, directory) {
    if (!Array.isArray(entries))
        return entries;
    return itemsOf(entries).map((entry) => {
        const fields = isFields(entry) ? entry[kind] : undefined;
        if (!isFields(entry) || !isFields(fields))
            return entry;
        const absolute = (path) => ((0,external_node_path_.isAbsolute)(path) ? path : (0,external_node_path_.join)(directory, path));
        const resolved = Object.fromEntries(namedFiles(fields, keys).map(({ key, path }) => [key, absolute(path)]));
        const exec = fieldsOf(fields['exec']);
        const command = json_text(exec['command']) ?? '';
        if (command.includes('/'))
            resolved['exec'] = { ...exec, command: absolute(command) };
        return { ...entry, [kind]: { ...fields, ...resolved } };
    });
}

;// CONCATENATED MODULE: ./build/kubeconfig/server.js



/** Those of kubectl, and other names of SOCKS 5. */
const proxySchemes = ['http:', 'https:', 'socks5:', 'socks5h:', 'socks:'];
/**
 * Checks the server of a cluster.
 * @returns it as it is written, for requests: its URL can hold a password, and a path or query a token.
 * @throws InvalidInput for an address that no request is sent to.
 */
function checkServer(cluster) {
    const server = json_text(cluster['server']) ?? '';
    if (server === '')
        throw (0,text_problem/* invalid */.Gq)('its cluster has no server', 'Set it to https://HOST:PORT.');
    const isUnverified = cluster['insecure-skip-tls-verify'] === true;
    if (isUnverified && schemeOf(server) === 'http')
        return server;
    const exception = ' unless insecure-skip-tls-verify is true';
    return checkAddress(server, { subject: 'its server ', exception });
}
/**
 * Checks that an address has TLS.
 * @param named the subject of the message in front of the address, and when the address would be accepted.
 * @throws InvalidInput
 */
function checkAddress(server, named = { subject: '', exception: '' }) {
    const scheme = schemeOf(server);
    if (scheme === 'https')
        return server;
    const address = quotableAddress(server);
    const bare = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
    // A text that is not a host may be a secret in the wrong place.
    const isHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(bare) && (0,show/* show */.W)(bare) === bare;
    const hint = `Write https://${isHost ? bare : 'HOST:PORT'}.`;
    const subject = `${named.subject}${(0,text_problem/* quote */.hD)(address)}`;
    if (scheme === undefined)
        throw (0,text_problem/* invalid */.Gq)(`${subject} is not a URL`, hint);
    throw (0,text_problem/* invalid */.Gq)(scheme === 'http'
        ? `${subject} uses HTTP without TLS; no token is sent to it${named.exception}`
        : `${subject} has the scheme ${scheme}, which is not supported`, hint);
}
/** @throws InvalidInput for a proxy-url that cannot be used. Does not quote it: it can hold a password. */
function checkProxy(cluster) {
    const proxyUrl = cluster['proxy-url'] ?? '';
    if (proxyUrl === '')
        return;
    const protocol = URL.parse(json_text(proxyUrl) ?? '')?.protocol;
    if (protocol !== undefined && proxySchemes.includes(protocol))
        return;
    throw (0,text_problem/* invalid */.Gq)('its proxy-url is not the URL of an HTTP, HTTPS or SOCKS 5 proxy', 'Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.');
}
/** A server as messages name it: scheme, host and port, without the parts of a URL that can be secret. */
function quotableAddress(server) {
    const { protocol, host } = URL.parse(server) ?? { protocol: '', host: '' };
    if (host !== '')
        return `${protocol}//${host}`;
    const withoutUser = server.replace(/^.*@/s, '');
    return /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(withoutUser)?.[0] ?? '';
}
/** undefined for a text that is not a URL; a host with a port, as in `api.example:6443`, has no scheme. */
function schemeOf(server) {
    // URL.canParse is true for some long texts that the constructor refuses.
    const scheme = URL.parse(server)?.protocol.slice(0, -1);
    if (scheme === undefined)
        return undefined;
    return ['http', 'https'].includes(scheme) || server.includes('://') ? scheme : undefined;
}

;// CONCATENATED MODULE: ./build/kubeconfig/check.js







/**
 * Selects the context and validates it with its cluster and its user. Other entries may be invalid, as in kubectl. No
 * message quotes a secret.
 * @param wanted `kube-context`; without it, current-context is selected.
 * @param isReadable whether a file that the kubeconfig names can be read.
 * @throws InvalidInput
 */
function selectContext(kubeconfig, wanted, isReadable) {
    const { document } = kubeconfig;
    checkLists(document);
    const name = selectName(document, wanted);
    const context = fieldsOf(findNamed(document['contexts'], name)?.['context']);
    const cluster = withBoolean(check_findTarget(document, name, context, 'cluster'));
    const user = isGiven(context['user']) ? check_findTarget(document, name, context, 'user') : {};
    refuseRedacted([cluster, user]);
    const server = checkServer(cluster);
    checkProxy(cluster);
    checkPlugin(user);
    refuseProvider(user);
    checkPair(user);
    refuseEncodedToken(user);
    checkFiles(cluster, user, isReadable);
    const namespace = json_text(context['namespace']);
    return { name, namespace: isGiven(namespace) ? namespace : undefined, server, cluster, user };
}
function checkLists(document) {
    const missing = ['clusters', 'contexts'].filter((key) => !Array.isArray(document[key]));
    if (missing.length > 0) {
        const kind = typeof document['kind'] === 'string' ? `of kind ${(0,text_problem/* quote */.hD)(document['kind'])} ` : '';
        const lists = missing.map((key) => `no list of ${key}`).join(' and ');
        throw (0,text_problem/* invalid */.Gq)(`the document ${kind}has ${lists}`, `${howToPrint}.`);
    }
    if (document_namesOf(document['contexts']).length === 0)
        throw (0,text_problem/* invalid */.Gq)('it has no context', `${howToPrint}.`);
}
function selectName(document, wanted) {
    const known = document_namesOf(document['contexts']);
    const current = currentContext(document);
    const name = wanted ?? current;
    if (name !== undefined && known.includes(name))
        return name;
    const nearest = name === undefined ? undefined : findNearest(name, known);
    const choice = nearest ?? (known.length === 1 ? known.join('') : 'one of these');
    const list = `(contexts: ${known.join(', ')})`;
    if (wanted !== undefined) {
        const text = `${(0,text_problem/* quote */.hD)(wanted)} is not a context of the kubeconfig ${list}`;
        throw new text_problem/* InvalidInput */.o9([{ input: 'kube-context', text, hint: `Use ${choice}.` }]);
    }
    throw (0,text_problem/* invalid */.Gq)(current === undefined
        ? `it has no current-context ${list}`
        : `its current-context ${(0,text_problem/* quote */.hD)(current)} is not one of its contexts ${list}`, `Set the input 'kube-context' to ${choice}.`);
}
/** The cluster or user that a context refers to. */
function check_findTarget(document, name, context, kind) {
    const target = context[kind];
    if (!isGiven(target))
        throw (0,text_problem/* invalid */.Gq)(`its context ${(0,text_problem/* quote */.hD)(name)} has no ${kind}`, `${howToPrint}.`);
    if (typeof target !== 'string') {
        throw (0,text_problem/* invalid */.Gq)(`the name of the ${kind} in its context ${(0,text_problem/* quote */.hD)(name)} is not a string`, 'Enclose the name in double quotes.');
    }
    const entry = findNamed(document[`${kind}s`], target);
    if (entry !== undefined)
        return fieldsOf(entry[kind]);
    throw (0,text_problem/* invalid */.Gq)(`its context ${(0,text_problem/* quote */.hD)(name)} refers to the ${kind} ${(0,text_problem/* quote */.hD)(target)}, which it does not have`, `${howToPrint}.`);
}
/** Refuses the output of `kubectl config view` without `--raw`. */
function refuseRedacted(entries) {
    const values = entries.flatMap((entry) => Object.values(entry));
    if (!values.some((value) => value === 'DATA+OMITTED' || value === 'REDACTED'))
        return;
    throw (0,text_problem/* invalid */.Gq)('its certificates or tokens are omitted (DATA+OMITTED, REDACTED)', `${howToPrint}.`);
}
/** YAML 1.1, which kubectl reads, has more names for true. */
function withBoolean(cluster) {
    const key = 'insecure-skip-tls-verify';
    const isTrue = /^(?:y|yes|on|true)$/i.test(json_text(cluster[key]) ?? '');
    return isTrue ? { ...cluster, [key]: true } : cluster;
}
function checkPair(user) {
    const isNamed = (key) => isGiven(user[key]) || isGiven(user[`${key}-data`]);
    if (!isNamed('client-certificate') || isNamed('client-key'))
        return;
    throw (0,text_problem/* invalid */.Gq)('it has a client-certificate but no client-key', `${howToPrint}.`);
}
/** The token as the data of a Secret has it: every API server would refuse it. */
function refuseEncodedToken(user) {
    if (decodeJwt(json_text(user['token']) ?? '') === undefined)
        return;
    throw (0,text_problem/* invalid */.Gq)('its token is the base64 of a token', 'Decode it once: base64 --decode.');
}
function checkPlugin(user) {
    const exec = user['exec'];
    if (!isFields(exec))
        return;
    const command = json_text(exec['command']) ?? '';
    if (command === '') {
        throw (0,text_problem/* invalid */.Gq)('its users[].user.exec.command is empty', 'Name the exec plugin there, or use a kubeconfig with a token.');
    }
    if (exec['interactiveMode'] !== 'Always')
        return;
    throw (0,text_problem/* invalid */.Gq)(`its exec plugin ${(0,text_problem/* quote */.hD)(command)} needs a terminal (interactiveMode: Always)`, 'Use a plugin that needs none, or a kubeconfig with a token.');
}
/** What has replaced the auth-providers, which kubectl 1.26 and later do not run. */
const replacements = {
    gcp: 'Use the exec plugin gke-gcloud-auth-plugin, or google-github-actions/get-gke-credentials without use_auth_provider.',
    azure: 'Run: kubelogin convert-kubeconfig.',
    oidc: 'Use an exec plugin (kubectl oidc-login), or a kubeconfig with a token.',
};
function refuseProvider(user) {
    const provider = user['auth-provider'];
    if (!isGiven(provider))
        return;
    const name = json_text(fieldsOf(provider)['name']) ?? '';
    throw (0,text_problem/* invalid */.Gq)(`its user has the auth-provider ${(0,text_problem/* quote */.hD)(name)}, which is not supported`, replacements[name] ?? 'Use a kubeconfig with an exec plugin or with a token.');
}
function checkFiles(cluster, user, isReadable) {
    const unreadable = referencedFiles(cluster, user).find(({ path }) => !isReadable(path));
    if (unreadable === undefined)
        return;
    const { key, path } = unreadable;
    const isToken = key === 'tokenFile' || key === 'token-file';
    throw (0,text_problem/* invalid */.Gq)(`its ${key} is the file ${(0,text_problem/* quote */.hD)(path)}, which cannot be read on the runner`, 
    // kubectl does not flatten token files.
    isToken ? 'Name a file that exists there, or use a kubeconfig with a token.' : `${howToPrint}.`);
}
function isGiven(value) {
    return value !== undefined && value !== null && value !== '';
}

;// CONCATENATED MODULE: ./build/kubeconfig/decode.js


/**
 * The YAML or JSON of a kubeconfig as secrets store it: plain, or as base64 with or without line breaks. No message quotes
 * the value: it is a secret.
 * @throws InvalidInput
 */
function decodeKubeconfig(value) {
    const trimmed = value.trim();
    // A kubeconfig in YAML or JSON has colons, base64 has none.
    if (trimmed.includes(':'))
        return trimmed;
    const compact = trimmed.replace(/\s+/g, '');
    const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)
        ? Buffer.from(compact, 'base64')
        : undefined;
    if (bytes !== undefined && isUtf16(bytes)) {
        throw (0,text_problem/* invalid */.Gq)('it is the base64 of UTF-16, the default encoding of PowerShell', 'Encode it as UTF-8: use [Text.Encoding]::UTF8 instead of Unicode, and Out-File -Encoding utf8 instead of >.');
    }
    const decoded = bytes === undefined ? undefined : toText(bytes);
    if (decoded?.includes(':') === true)
        return decoded.trim();
    if (decoded !== undefined) {
        throw (0,text_problem/* invalid */.Gq)('it is the base64 of something that is not a kubeconfig', `${howToPrint}, or its base64 once.`);
    }
    if (!/\s/.test(trimmed) && /^[~./]|\.ya?ml$|config$/.test(trimmed)) {
        throw (0,text_problem/* invalid */.Gq)('it looks like a path, but must be the content of a kubeconfig', 'Use auto and set the environment variable KUBECONFIG to the path.');
    }
    throw (0,text_problem/* invalid */.Gq)('it is neither YAML nor base64', `${howToPrint}, or its base64.`);
}
/** Little-endian, with or without a byte order mark: every second byte of ASCII is zero. */
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

;// CONCATENATED MODULE: ./build/kubeconfig/server-names.js



/** A shorter name would replace parts of ordinary words. */
const shortestName = 3;
/** Every text with which a message can name the API server of a cluster in the kubeconfig, for `hide-server`; the longest first. */
function serverNames({ document }) {
    const clusters = listOf(document['clusters']).map((entry) => fieldsOf(entry['cluster']));
    const names = clusters.flatMap((cluster) => {
        const server = json_text(cluster['server']) ?? '';
        const address = quotableAddress(server);
        const host = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
        const hostname = host.replace(/:\d*$/, '');
        const written = server
            .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
            .replace(/^[^/]*@|[/?#:[][^]*$/g, '');
        return [
            server,
            host,
            hostname,
            hostname.replace(/^\[|\]$/g, ''),
            // As oc login names its contexts.
            hostname.replaceAll('.', '-'),
            written,
            json_text(cluster['tls-server-name']) ?? '',
        ];
    });
    return [...new Set(names)]
        .filter((name) => name.length >= shortestName)
        .toSorted((one, other) => other.length - one.length);
}
/** Runs something that validates the kubeconfig. Its problems do not name the API server. @throws InvalidInput */
function withoutServerNames(kubeconfig, validate) {
    try {
        return validate();
    }
    catch (error) {
        if (!(error instanceof text_problem/* InvalidInput */.o9))
            throw error;
        const names = serverNames(kubeconfig);
        const hide = (message) => names.reduce((rest, name) => rest.replaceAll(name, '***'), message);
        throw new text_problem/* InvalidInput */.o9(error.problems.map(({ hint, ...problem }) => ({
            ...problem,
            text: hide(problem.text),
            ...(hint !== undefined && { hint: hide(hint) }),
        })));
    }
}

;// CONCATENATED MODULE: ./build/inputs/support.js
const supported = { kind: 'supported' };
function noEffect(use) {
    return { kind: 'no effect', use };
}
function support_refused(use, ...unless) {
    return { kind: 'refused', use, unless };
}
function always(support) {
    return { kaniko: support, custom: support };
}
/** An input about an image, which only an engine that builds a Dockerfile has. `unless` are the values that ask for nothing. */
function forImagesUnless(...unless) {
    return { kaniko: supported, custom: support_refused('Remove it, or use engine: kaniko.', ...unless) };
}
function forCustom(use) {
    return { kaniko: support_refused(use), custom: supported };
}
const forImages = forImagesUnless();
const attest = "Use actions/attest with the outputs 'image-name' and 'digest'.";
const mountSecret = "Mount a Secret at /run/secrets with 'pod-template'; see examples/build-secret.yml.";
/** Every input of docker/build-push-action, version 7, in alphabetical order. docs/reference.md shows this table. conflicts.ts refuses and names inputs by it. */
const dockerInputs = {
    'add-hosts': always(support_refused("Use hostAliases in 'pod-template'.")),
    allow: always(support_refused("Remove it. For the network of the node, set hostNetwork in 'pod-template'.")),
    annotations: forImages,
    attests: always(support_refused(attest)),
    'build-args': forImages,
    'build-contexts': always(support_refused("Put the files into 'context'.")),
    builder: always(noEffect()),
    'cache-from': forImages,
    'cache-to': forImages,
    call: always(support_refused('Remove it, and check the Dockerfile in another step.', 'build')),
    'cgroup-parent': always(noEffect("Set limits with 'resources'.")),
    context: always(supported),
    file: forImages,
    'github-token': always(noEffect()),
    labels: forImages,
    load: always(support_refused('Push the image, and pull it where it is needed.', 'false')),
    network: always(support_refused('Restrict the network of the pod with a NetworkPolicy.', 'default')),
    'no-cache': forImagesUnless('false'),
    'no-cache-filters': always(support_refused('Use no-cache: true.')),
    outputs: always(support_refused("Use 'tags' with push: true.")),
    platforms: forImages,
    provenance: always(support_refused(`${attest} Set it to false here.`, 'false')),
    pull: { kaniko: supported, custom: noEffect() },
    push: forImagesUnless('false'),
    sbom: always(support_refused("Create it in another step from the output 'image'. Set it to false here.", 'false')),
    'secret-envs': always(support_refused(mountSecret)),
    'secret-files': always(support_refused(mountSecret)),
    secrets: always(support_refused(mountSecret)),
    'shm-size': always(noEffect("Mount an emptyDir with medium: Memory at /dev/shm with 'pod-template'.")),
    ssh: always(support_refused('Fetch private sources in a step before this one.')),
    tags: forImages,
    target: forImages,
    ulimit: always(noEffect('Set limits of processes on the node.')),
};
/** The inputs of this action alone that only some of the engines have. The others are supported by all of them. */
const ownInputs = {
    'builder-command': forCustom("Use 'builder-args', or engine: custom."),
    'cache-ttl': forImages,
    'check-dockerfile': forImagesUnless('true'),
    'docker-config': forImagesUnless('none'),
    'insecure-registries': forImages,
    'mirror-fallback': forImagesUnless('true'),
    'pull-logins': forImagesUnless('none'),
    'push-retry': forImages,
    'registry-auths': forImages,
    'registry-ca': forImages,
    'registry-mirrors': forImages,
    'registry-secret': forImages,
    stdin: forCustom("Use 'context', or engine: custom."),
    'stdin-file': forCustom("Use 'context', or engine: custom."),
    verbosity: forImages,
};

;// CONCATENATED MODULE: ./build/inputs/values/scalar.js


/**
 * The values that `core.getBooleanInput` accepts: those of YAML 1.2, so `yes` and `1` are errors.
 * @throws InvalidInput
 */
function parseBoolean(text) {
    if (['true', 'True', 'TRUE'].includes(text))
        return true;
    if (['false', 'False', 'FALSE'].includes(text))
        return false;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a boolean`, 'Use true or false.');
}
/**
 * An integer between two bounds, both included.
 * @throws InvalidInput
 */
function parseInteger(text, least, most) {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most)
        return value;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a whole number from ${least} to ${most}`, `Use a number from ${least} to ${most}.`);
}
/**
 * One of a set of values.
 * @throws InvalidInput that suggests the nearest value, or lists all of them.
 */
function parseChoice(text, choices) {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined)
        return found;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a supported value`, suggest(text, choices));
}

;// CONCATENATED MODULE: ./build/inputs/conflicts.js




/** Flags of kaniko that the action depends on, with the reason or the input to use. */
const reservedFlags = new Map([
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
    ['--digest-file', "use the output 'digest'"],
    ['--image-name-with-digest-file', "use the output 'digest'"],
    ['--image-name-tag-with-digest-file', "use the output 'digest'"],
    ['--force', 'the action always sets it'],
    ['--log-format', 'the action reads errors in the text format'],
    ['--kaniko-dir', 'the context is extracted to the default directory'],
    ['--help', 'kaniko prints its usage and does not build'],
    ['-h', 'kaniko prints its usage and does not build'],
    // With this flag kaniko exits with 0 after a refused push; the digest is already written then.
    ['--push-ignore-immutable-tag-errors', 'a failed push must fail the step'],
]);
/** Environment variables of kaniko that the action depends on, with a hint. */
const reservedVariables = new Map([
    ['DOCKER_CONFIG', "Use 'docker-config' or 'registry-secret'."],
    // kaniko prefers it to the credentials that are sent, and the pod spec would have it in the open.
    ['DOCKER_AUTH_CONFIG', "Use 'registry-auths', or set it for the runner."],
    ['KANIKO_NO_PUSH', "Use 'push'."],
    ['KANIKO_DIR', 'Remove it: the context is extracted to the default directory.'],
]);
/**
 * With `engine: custom` the workspace is not the default: a program that expects a script from an empty output would get an
 * archive.
 */
const nothingToSend = "engine: custom needs 'context', 'stdin' or 'stdin-file', but all of them are empty; an empty value may come from a secret or an output that is not set";
const setOneSource = 'Set one of them; use context: . to send the workspace.';
/** Adds a problem for each input that is not supported, or that contradicts another input. */
function checkConflicts(inputs, reader, problems) {
    const add = (input, text, hint) => {
        problems.add(input, text, hint);
    };
    checkSource(inputs, reader, add);
    // kaniko asks the registry for each base image, with and without it. A value that Docker refuses is a mistake all the same.
    reader.optional('pull', parseBoolean);
    checkSupport(inputs, reader, problems);
    if (inputs.builder.engine === 'custom')
        checkCustom(inputs, reader, add);
    else
        checkKaniko(inputs, reader, add);
}
/** Refuses or names the inputs that the engine does not have. */
function checkSupport({ builder: { engine } }, reader, problems) {
    for (const [input, engines] of Object.entries({ ...dockerInputs, ...ownInputs })) {
        const support = engines[engine];
        if (support.kind === 'supported' || !conflicts_isGiven(input, reader))
            continue;
        if (support.kind === 'no effect') {
            if (support.use === undefined)
                continue;
            problems.warn(input, { text: 'it has no effect', hint: support.use });
        }
        else if (!support.unless.includes(reader.text(input)?.toLowerCase() ?? '')) {
            const isOfOther = Object.values(engines).some(({ kind }) => kind === 'supported');
            const text = `it is not supported${isOfOther ? ` with engine: ${engine}` : ''}`;
            problems.add(input, text, support.use);
        }
    }
}
/** White space is a text for stdin. */
function conflicts_isGiven(input, reader) {
    return input === 'stdin' ? reader.verbatim(input) !== '' : reader.isSet(input);
}
function checkSource(inputs, reader, add) {
    const given = ['context', 'stdin-file', 'stdin'].filter((name) => conflicts_isGiven(name, reader));
    const [first, ...others] = given;
    for (const name of others) {
        add(name, `it cannot be combined with '${first ?? ''}'`, 'Set only one of context, stdin and stdin-file.');
    }
    if (inputs.builder.engine === 'custom' && given.length === 0)
        add('context', nothingToSend, setOneSource);
}
function checkCustom({ builder }, reader, add) {
    if (builder.image === '' && reader.text('builder-image') === undefined) {
        add('builder-image', 'engine: custom has no default image', 'Set it to the image to run.');
    }
}
function checkKaniko(inputs, reader, add) {
    const { image, registry } = inputs;
    if (image.push && !reader.isSet('tags')) {
        add('tags', 'it is empty, but push is true', 'Add the image reference to push.');
    }
    if (registry.secret !== undefined && (registry.dockerConfig ?? 'none') !== 'none') {
        add('registry-secret', "it cannot be combined with 'docker-config'", 'Set only one of them.');
    }
    if (registry.secret !== undefined && reader.isSet('registry-auths')) {
        add('registry-auths', "it cannot be combined with 'registry-secret'", 'Set only one of them.');
    }
    if (!registry.mirrorFallback && !reader.isSet('registry-mirrors')) {
        add('mirror-fallback', "it has no meaning without 'registry-mirrors'", 'Set the mirrors.');
    }
    checkArchitecture(inputs, add);
    checkVariables(inputs.builder.env, add);
    checkArguments(inputs.builder.args, add);
}
/** The action selects nodes of the platform's architecture. */
function checkArchitecture({ image, pod }, add) {
    const wanted = image.platform?.architecture;
    const selected = pod.nodeSelector['kubernetes.io/arch'];
    if (wanted === undefined || selected === undefined || selected === wanted)
        return;
    add('node-selector', `kubernetes.io/arch=${(0,show/* show */.W)(selected)} contradicts the platform linux/${wanted}`, 'Remove it.');
}
function checkVariables(variables, add) {
    for (const { key } of variables) {
        const hint = reservedVariables.get(key);
        if (hint !== undefined)
            add('builder-env', `${key} is reserved by the action`, hint);
    }
}
function checkArguments(args, add) {
    for (const argument of args) {
        const flag = argument.replace(/=.*$/s, '');
        const reason = reservedFlags.get(flag) ??
            (/^-[cdfv]./.test(flag) ? reservedFlags.get(flag.slice(0, 2)) : undefined);
        if (reason === undefined)
            continue;
        add('builder-args', `the flag ${(0,text_problem/* quote */.hD)(flag)} is reserved by the action: ${reason}`, 'Remove the flag.');
    }
}

;// CONCATENATED MODULE: ./build/inputs/values/key-value.js

/**
 * `KEY=VALUE`, split at the first `=`. White space around the key is dropped; the value is used as it is written, as in Docker. Messages do not quote the element: it may be a line of a secret.
 * @throws InvalidInput without `=` or without a key.
 */
function parseKeyValue(text) {
    const split = text.indexOf('=');
    if (split === -1) {
        throw (0,text_problem/* invalid */.Gq)('the element has no "="', 'Write KEY=VALUE; enclose the whole element in double quotes if it has several lines.');
    }
    const key = text.slice(0, split).trim();
    if (key === '')
        throw (0,text_problem/* invalid */.Gq)('the element has no key before "="', 'Write KEY=VALUE.');
    return { key, value: text.slice(split + 1) };
}
/** As parseKeyValue, for a notation in which white space around the value has no meaning. @throws InvalidInput */
function parseTrimmed(text) {
    const { key, value } = parseKeyValue(text);
    return { key, value: value.trim() };
}
/**
 * A label as in Docker: a key alone has an empty value.
 * @throws InvalidInput without a key.
 */
function parseLabel(text) {
    return parseKeyValue(text.includes('=') ? text : `${text}=`);
}
/**
 * Wraps a parser for all elements of one list: it refuses a key that an earlier element has with another value, because
 * only one of them could take effect.
 * @param pairOf key and value of a parsed element; undefined for an element without a key.
 */
function refuseRepeats(parse, pairOf) {
    const values = new Map();
    return (text) => {
        const parsed = parse(text);
        const pair = pairOf(parsed);
        if (pair !== undefined)
            addValue(values, pair);
        return parsed;
    };
}
/** @throws InvalidInput if the key already has another value. */
function addValue(values, { key, value }) {
    if ((values.get(key) ?? value) !== value) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is set twice, with different values`, 'Remove one of them.');
    }
    values.set(key, value);
}
/** Comma-separated `key=value` attributes of one element, for example `type=registry,ref=host/repo`. */
function parseAttributes(text) {
    const attributes = new Map();
    for (const part of text.split(',')) {
        if (part.trim() === '')
            continue;
        addValue(attributes, parseTrimmed(part.trim()));
    }
    return attributes;
}
/**
 * `KEY=VALUE`, or `KEY` alone, which takes its value from the environment; undefined if the environment does not have it:
 * Docker omits the argument then.
 * @throws InvalidInput
 */
function parseVariable(text, env) {
    if (text.includes('='))
        return parseKeyValue(text);
    if (!/^\w+$/.test(text)) {
        throw (0,text_problem/* invalid */.Gq)('the element has no "=" and is not the name of an environment variable', 'Write KEY=VALUE or KEY; enclose the whole element in double quotes if it has several lines.');
    }
    const value = env(text);
    return value === undefined ? undefined : { key: text, value };
}

;// CONCATENATED MODULE: ./build/inputs/docker/annotation.js



const levelPattern = /^(manifest|index|manifest-descriptor|index-descriptor)(?:\[([^\]]*)\])?$/;
/** The text before the first colon that can be a list of levels. A key can contain a colon, too. */
const prefixPattern = /^((?:manifest|index)(?:-descriptor)?(?:\[[^\]]*\])?(?:,[^:=]*)?):/;
/**
 * `KEY=VALUE` with an optional list of levels in front of it: `manifest,index:KEY=VALUE`. The default is the manifest.
 * @throws InvalidInput
 */
function parseAnnotation(text) {
    const prefix = prefixPattern.exec(text);
    if (prefix === null)
        return { ...parseKeyValue(text), levels: ['manifest'] };
    const levels = (prefix[1] ?? '').split(',').map((level) => level.trim());
    for (const level of levels)
        checkLevel(level);
    return { ...parseKeyValue(text.slice(prefix[0].length)), levels };
}
/** True if the annotation is for the manifest of an image of this platform; undefined: the platform is not known. */
function isForManifest({ levels }, platform) {
    return levels.some((level) => {
        const [, place, wanted] = levelPattern.exec(level) ?? [];
        if (place !== 'manifest')
            return false;
        return wanted === undefined || annotation_isSame(parsePlatform(wanted), platform);
    });
}
function checkLevel(level) {
    const [, place, platform] = levelPattern.exec(level) ?? [];
    if (place === undefined) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(level)} is not a level of an annotation`, 'Use manifest, index, manifest-descriptor or index-descriptor.');
    }
    if (platform !== undefined)
        parsePlatform(platform);
}
function annotation_isSame(one, other) {
    return one.architecture === other?.architecture && one.variant === other.variant;
}
/** The annotations of the image manifest. A warning names those that are for another place, which this image does not have. */
function readAnnotations(reader, problems, platform) {
    const annotations = reader.list('annotations', 'lines', parseAnnotation);
    const others = annotations.filter((annotation) => !isForManifest(annotation, platform));
    const levels = [...new Set(others.flatMap((annotation) => annotation.levels))];
    if (levels.length > 0) {
        problems.warn('annotations', {
            text: `annotations for ${levels.join(', ')} are not used, because the image is a single manifest`,
        });
    }
    const used = annotations.filter((annotation) => isForManifest(annotation, platform));
    return [...new Map(used.map(({ key, value }) => [key, { key, value }])).values()];
}

;// CONCATENATED MODULE: ./build/inputs/docker/cache.js





/** Attributes of Docker's registry cache that kaniko has no equivalent for. They do not change the image, so they are ignored. */
const ignoredAttributes = [
    'mode',
    'compression',
    'compression-level',
    'force-compression',
    'image-manifest',
    'oci-mediatypes',
    'ignore-error',
];
/** Plain HTTP or TLS that is not verified. It does not change the image. */
const insecureAttribute = 'registry.insecure';
/** So many entries that cannot be used end the reading. */
const mostWarnings = 20;
const useRegistry = 'Use cache-to: type=registry,ref=REPOSITORY.';
/** Reads entries in the notation of Docker: `type=registry,ref=REPOSITORY` or the repository alone. Stops after 20 that cannot be used. */
function parseCache(items) {
    const repositories = new Set();
    const unused = [];
    for (const { text, line } of items) {
        try {
            const { repository, tag, isInsecure } = parseCacheItem(text);
            repositories.add(repository);
            if (tag !== undefined) {
                unused.push({
                    line,
                    text: `kaniko stores its cache in ${(0,show/* show */.W)(repository)}, and does not use ${(0,text_problem/* quote */.hD)(tag)}`,
                    hint: `It gives each cached layer a tag of its own. Use a repository for the cache, for example ${(0,show/* show */.W)(repository)}-cache.`,
                });
            }
            if (isInsecure === true)
                unused.push({ line, ...insecure(repository) });
        }
        catch (error) {
            if (!(error instanceof text_problem/* InvalidInput */.o9))
                throw error;
            for (const problem of error.problems) {
                unused.push({
                    line,
                    text: `${problem.text}; this cache is not used`,
                    hint: problem.hint ?? useRegistry,
                });
            }
        }
    }
    return { repositories: [...repositories], unused };
}
/** @throws InvalidInput for an entry that cannot be used. */
function parseCacheItem(text) {
    refuseUser(text);
    if (!text.includes('='))
        return parseCacheRepository(text);
    const attributes = parseAttributes(text);
    const type = attributes.get('type') ?? 'registry';
    if (type !== 'registry') {
        throw (0,text_problem/* invalid */.Gq)(`kaniko has no cache of type ${(0,text_problem/* quote */.hD)(type)}`, useRegistry);
    }
    for (const key of attributes.keys()) {
        if (!['type', 'ref', insecureAttribute, ...ignoredAttributes].includes(key)) {
            throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is not an attribute of a registry cache`, useRegistry);
        }
    }
    const ref = attributes.get('ref') ?? '';
    if (ref === '')
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} has no ref`, useRegistry);
    const isInsecure = cache_isTrue(attributes.get(insecureAttribute) ?? '');
    return { ...parseCacheRepository(ref), isInsecure };
}
/** As BuildKit reads a boolean. */
function cache_isTrue(text) {
    return ['1', 't', 'true'].includes(text.toLowerCase());
}
/** The registry is not changed here: `tags` can name it too, and the attribute is for the cache alone. */
function insecure(repository) {
    const { registry } = parseRepository(repository);
    return {
        text: `kaniko does not use the attribute ${insecureAttribute}`,
        hint: `Add ${(0,show/* show */.W)(registry)} to 'insecure-registries', and remove the attribute.`,
    };
}
/** @throws InvalidInput */
function parseCacheRepository(text) {
    refuseScheme(text);
    const [, name = '', tag = ''] = /^([^@]*?)((?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?)$/.exec(text) ?? [];
    if (name === '')
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a repository`, useRegistry);
    parseRepository(name);
    const repository = canonicalName(name);
    return tag === '' ? { repository } : { repository, tag };
}
/** kaniko reads and writes its cache in one repository: the first one of `cache-to`, else the first one of `cache-from`. */
function readCaches(reader) {
    const [from, to] = ['cache-from', 'cache-to'].map((input) => {
        const { repositories, unused } = parseCache(reader.items(input, 'lines'));
        reader.warn(input, unused);
        return { input, repositories };
    });
    const used = to.repositories[0] ?? from.repositories[0];
    for (const { input, repositories } of [from, to]) {
        const others = repositories.filter((repository) => !isSameRepository(repository, used));
        const warnings = others.slice(0, mostWarnings).map((other) => ({
            text: `kaniko uses one repository for its cache, ${(0,show/* show */.W)(used ?? '')}, and not ${(0,show/* show */.W)(other)}`,
            hint: 'Use one repository in both inputs.',
        }));
        reader.warn(input, warnings);
    }
    const choose = ({ repositories }) => repositories.length === 0 ? undefined : used;
    return { cacheFrom: choose(from), cacheTo: choose(to) };
}
function isSameRepository(one, other) {
    return other !== undefined && (0,external_node_util_.isDeepStrictEqual)(parseRepository(one), parseRepository(other));
}

;// CONCATENATED MODULE: ./build/inputs/images.js
/**
 * Default builder images. They are tags: a digest may replace one only after a build with that image has been tested,
 * because a wrong digest would break the step of every user.
 */
const defaultImages = {
    kaniko: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
};

;// CONCATENATED MODULE: ./build/inputs/pairs.js

/** `KEY=VALUE` pairs of an input of Docker: of a repeated key the last value counts, as in Docker. */
function readDockerPairs(reader, name, parse) {
    const pairs = reader.list(name, 'lines', parse).filter((pair) => pair !== undefined);
    return [...new Map(pairs.map((pair) => [pair.key, pair])).values()];
}
/** `KEY=VALUE` pairs of a list. A key must not be repeated with another value. */
function readPairs(reader, name, kind, parse) {
    const pairs = reader.list(name, kind, refuseRepeats(parse, (pair) => pair));
    return pairs.filter((pair) => pair !== undefined);
}
/** As `readPairs`, as a mapping. */
function readMapping(reader, name, kind, check) {
    const pairs = readPairs(reader, name, kind, (text) => {
        const pair = kind === 'csv' ? parseTrimmed(text) : parseKeyValue(text);
        check(pair);
        return pair;
    });
    return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

;// CONCATENATED MODULE: ./build/inputs/values/name.js


const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const keyNamePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
/** The name of a namespace: a DNS-1123 label. */
function parseNamespace(text) {
    if (labelPattern.test(text))
        return text;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a valid namespace name`, 'Use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.');
}
/** The name of a ServiceAccount or Secret: a DNS-1123 subdomain. */
function parseObjectName(text) {
    if (text.length <= 253 && subdomainPattern.test(text))
        return text;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a valid name of a Kubernetes object`, 'Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends.');
}
/** Checks a qualified name (the key of a label or annotation, an extended resource): `name` or `prefix.example/name`. */
function checkQualifiedName(key) {
    const slash = key.indexOf('/');
    const prefix = key.slice(0, Math.max(0, slash));
    const prefixIsGood = slash === -1 || (prefix.length <= 253 && subdomainPattern.test(prefix));
    if (prefixIsGood && keyNamePattern.test(key.slice(slash + 1)))
        return;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is not a valid qualified name`, 'Use at most 63 letters, digits, "-", "_" and ".", with an optional prefix "domain/".');
}
/** A label for the pod. Keys of the action are refused. */
function checkPodLabel(pair) {
    refuseOwnKey(pair.key);
    checkLabel(pair);
}
/** An annotation for the pod. Keys of the action are refused. */
function checkPodAnnotation({ key }) {
    refuseOwnKey(key);
    checkQualifiedName(key);
}
/** A node selector. The pod spec always selects Linux nodes, so another operating system is refused. */
function checkSelector(pair) {
    checkLabel(pair);
    if (pair.key !== 'kubernetes.io/os' || pair.value === 'linux')
        return;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(`${pair.key}=${pair.value}`)} excludes Linux nodes`, 'Remove it.');
}
function refuseOwnKey(key) {
    if (isOwnKey(key))
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is reserved by the action`, 'Use another key.');
}
function checkLabel({ key, value }) {
    checkQualifiedName(key);
    if (labelValuePattern.test(value))
        return;
    throw (0,text_problem/* invalid */.Gq)(`the value ${(0,text_problem/* quote */.hD)(value)} of ${(0,text_problem/* quote */.hD)(key)} is not a valid label value`, 'Use at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends.');
}

;// CONCATENATED MODULE: ./build/inputs/values/quantity.js





const kinds = ['requests', 'limits'];
const plainNames = ['cpu', 'memory', 'ephemeral-storage'];
const quantityPattern = /^\d+(\.\d*)?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$|^\.\d+([numkMGTPE]|[KMGTPE]i)?$/;
/**
 * One resource in the notation of buildx: `requests.` or `limits.`, the name of the resource, a Kubernetes quantity.
 * @throws InvalidInput
 */
function parseResource(text) {
    const { key, value } = parseTrimmed(text);
    const [prefix = '', ...rest] = key.split('.');
    const kind = kinds.find((known) => known === prefix);
    if (kind === undefined || rest.length === 0) {
        const hint = kind === undefined ? suggestKind(prefix, rest) : undefined;
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is not a resource`, hint ?? 'Write requests.NAME=QUANTITY or limits.NAME=QUANTITY, for example requests.cpu=1.');
    }
    const name = rest.join('.');
    checkResourceName(name);
    return { kind, name, quantity: parseQuantity(value) };
}
/** @throws InvalidInput unless the text is a Kubernetes quantity that is not negative. */
function parseQuantity(text) {
    if (quantityPattern.test(text))
        return text;
    const number = /^(\d+(?:\.\d+)?) *([kmgtpe])i?b?$/i.exec(text);
    const unit = number?.[2]?.toUpperCase();
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a quantity`, unit === undefined
        ? 'Use a quantity such as 2, 500m, 512Mi or 4Gi.'
        : `Use ${number?.[1] ?? ''}${unit}i (powers of 1024) or ${number?.[1] ?? ''}${unit === 'K' ? 'k' : unit}.`);
}
/** Bytes of a unit, for the units that are used for sizes of this order. */
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
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not a size from 1 byte to 16Gi`, 'Use a size such as 64Mi.');
}
/** Refuses a misspelt name. Names without a domain are defined by Kubernetes, so they are known; others only have to be valid. */
function checkResourceName(name) {
    if (plainNames.includes(name) || name.startsWith('hugepages-'))
        return;
    if (name.includes('/')) {
        checkQualifiedName(name);
        return;
    }
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(name)} is not a resource name`, suggest(name, plainNames));
}
function suggestKind(prefix, rest) {
    const kind = findNearest(prefix, kinds);
    return kind === undefined || rest.length === 0
        ? undefined
        : `Use ${kind}.${(0,show/* show */.W)(rest.join('.'))}.`;
}

;// CONCATENATED MODULE: ./build/inputs/values/template.js



/**
 * The document of `pod-template`, in YAML or JSON: a Pod, or the `template` of a PodTemplate.
 * @throws InvalidInput
 */
function parseTemplate(text) {
    const hint = 'Use the manifest of a Pod, a mapping with metadata and spec.';
    const document = loadYaml(text, hint);
    if (!isFields(document))
        throw (0,text_problem/* invalid */.Gq)('it is not a mapping', hint);
    const { kind } = document;
    if (kind === 'PodTemplate') {
        const { template } = document;
        if (isFields(template))
            return template;
        throw (0,text_problem/* invalid */.Gq)('the PodTemplate has no template', hint);
    }
    if (kind !== undefined && kind !== 'Pod') {
        throw (0,text_problem/* invalid */.Gq)(typeof kind === 'string'
            ? `the kind ${(0,text_problem/* quote */.hD)(kind)} is not supported`
            : 'its kind is not a string', 'Use kind: Pod, or remove the field.');
    }
    return document;
}

;// CONCATENATED MODULE: ./build/inputs/values/tolerations.js






const keys = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'];
const operators = ['Exists', 'Equal', 'Lt', 'Gt'];
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const tolerations_example = 'Write key=a,operator=Exists,effect=NoSchedule;…, or a YAML list.';
/**
 * Tolerations as a YAML list or in the notation of buildx, `key=a,operator=Exists;key=b,value=c`, with `;` or newlines
 * between them.
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
    const document = loadYaml(text, tolerations_example);
    if (!Array.isArray(document))
        throw (0,text_problem/* invalid */.Gq)('it is not a list', tolerations_example);
    const problems = [];
    const tolerations = document.map((entry, index) => {
        try {
            if (!isFields(entry))
                throw (0,text_problem/* invalid */.Gq)('it is not a mapping', tolerations_example);
            return toToleration(entry);
        }
        catch (error) {
            if (!(error instanceof text_problem/* InvalidInput */.o9))
                throw error;
            problems.push(...error.problems.map((found) => ({
                ...found,
                text: `element ${index + 1}: ${found.text}`,
            })));
            return {};
        }
    });
    if (problems.length > 0)
        throw new text_problem/* InvalidInput */.o9(problems);
    return tolerations;
}
function toToleration(fields) {
    for (const key of Object.keys(fields)) {
        if (!keys.includes(key))
            throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is not a field of a toleration`, suggest(key, keys));
    }
    const key = readText(fields, 'key');
    const operator = readText(fields, 'operator');
    const value = readText(fields, 'value');
    const effect = readText(fields, 'effect');
    checkChoice('operator', operator, operators);
    checkChoice('effect', effect, effects);
    if (operator === 'Exists' && value !== undefined && value !== '') {
        throw (0,text_problem/* invalid */.Gq)('the operator "Exists" does not accept a value', 'Remove the value, or use the operator Equal.');
    }
    if (key === undefined && operator !== 'Exists') {
        throw (0,text_problem/* invalid */.Gq)('the toleration has no key', 'Add the key of the taint, or use the operator Exists.');
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
    // YAML reads an unquoted true or 1 as a boolean or a number.
    if (typeof value === 'boolean' || typeof value === 'number')
        return String(value);
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(key)} is not a string`, tolerations_example);
}
function readSeconds(value) {
    if (value === undefined || value === null)
        return undefined;
    const seconds = Number(value);
    if (Number.isInteger(seconds))
        return seconds;
    throw (0,text_problem/* invalid */.Gq)('tolerationSeconds is not a whole number', 'Write seconds, for example 300.');
}
function checkChoice(name, value, choices) {
    if (value === undefined || choices.includes(value))
        return;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(value)} is not a value of ${name}`, suggest(value, choices));
}

;// CONCATENATED MODULE: ./build/inputs/pod.js







/** The inputs about the pod. */
function readPod(reader) {
    return {
        serviceAccount: reader.optional('service-account', parseObjectName),
        hostUsers: reader.value('host-users', parseBoolean),
        resources: readResources(reader),
        nodeSelector: readMapping(reader, 'node-selector', 'csv', checkSelector),
        tolerations: reader.optional('tolerations', parseTolerations) ?? [],
        labels: readMapping(reader, 'pod-labels', 'csv', checkPodLabel),
        annotations: readMapping(reader, 'pod-annotations', 'lines', checkPodAnnotation),
        imagePullSecrets: reader.list('image-pull-secrets', 'csv', parseObjectName),
        template: reader.optional('pod-template', (text) => parseTemplate(isManifest(text) ? text : reader.file(text))),
    };
}
function readResources(reader) {
    const pairOf = ({ kind, name, quantity }) => ({
        key: `${kind}.${name}`,
        value: quantity,
    });
    const resources = reader.list('resources', 'csv', refuseRepeats(parseResource, pairOf));
    const quantitiesOf = (kind) => Object.fromEntries(resources
        .filter((resource) => resource.kind === kind)
        .map(({ name, quantity }) => [name, quantity]));
    return { requests: quantitiesOf('requests'), limits: quantitiesOf('limits') };
}
/** True for YAML or JSON, false for the path of a file. */
function isManifest(text) {
    return text.includes('\n') || /^(?:\{|\w+:\s)/.test(text);
}

;// CONCATENATED MODULE: ./build/inputs/problems.js


/** Collects the problems of all inputs, so that the user can correct all of them at once. */
class Problems {
    #found = [];
    #warnings = new Map();
    /** What does not prevent the build, each in a few sentences. One that several inputs have is listed once. */
    get warnings() {
        return [...this.#warnings].map(([text, places]) => `${[...places].join(' and ')}: ${text}`);
    }
    add(input, text, hint) {
        this.#found.push({ input, text, ...(hint !== undefined && { hint }) });
    }
    warn(input, { line, text, hint }) {
        const message = hint === undefined ? text : `${text}. ${hint}`;
        const places = this.#warnings.get(message) ?? new Set();
        this.#warnings.set(message, places.add(problems_placeOf(input, line)));
    }
    /** The value that the parser returns; `fallback` if it throws InvalidInput, whose problems are collected. */
    collect(input, parse, fallback) {
        try {
            return parse();
        }
        catch (error) {
            if (!(error instanceof text_problem/* InvalidInput */.o9))
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
    return `${problems_placeOf(input, line)}: ${text}`;
}
function problems_placeOf(input, line) {
    return `input '${input}'${line === undefined ? '' : ` line ${line}`}`;
}

;// CONCATENATED MODULE: ./build/inputs/reader.js





/**
 * Default values of inputs, equal to those of action.yml. They are also used for an input that is set to an empty value,
 * for example by an expression. The exception is `kubeconfig`: an empty value is an error there.
 */
const inputDefaults = {
    mode: 'build',
    push: 'false',
    'no-cache': 'false',
    engine: 'kaniko',
    'expand-variables': 'false',
    verbosity: 'info',
    'compression-level': '1',
    'context-buffer': '64Mi',
    'keep-git-dir': 'false',
    'git-credentials': 'remove',
    'workflow-credentials': 'exclude',
    'check-dockerfile': 'true',
    kubeconfig: 'auto',
    'host-users': 'true',
    'hide-server': 'false',
    'pull-logins': 'auto',
    'mirror-fallback': 'true',
    'push-retry': '3',
    'start-timeout': '5m',
    timeout: '60m',
    'keep-pod': 'never',
    summary: 'true',
};
/** Reads inputs by name. The problems of an invalid input are collected, and the reader returns its default in its place. */
class InputReader {
    #raw;
    #problems;
    constructor(raw, problems) {
        this.#raw = raw;
        this.#problems = problems;
    }
    /** Value without white space at both ends; undefined if it is empty. */
    text(name) {
        const text = this.#raw.read(name).trim();
        return text === '' ? undefined : text;
    }
    /** Value as it was passed. */
    verbatim(name) {
        return this.#raw.read(name);
    }
    /** True if the input has another value than its default. */
    isSet(name) {
        const text = this.text(name);
        return text !== undefined && text !== defaultOf(name);
    }
    /** An input with a default in `inputDefaults`. */
    value(name, parse) {
        const byDefault = defaultOf(name) ?? '';
        return this.#collect(name, () => parse(this.text(name) ?? byDefault), parse(byDefault));
    }
    /** An input without a default; undefined if it is empty or invalid. */
    optional(name, parse) {
        const text = this.text(name);
        return text === undefined ? undefined : this.#collect(name, () => parse(text), undefined);
    }
    /** Elements of a list input; empty if it cannot be split. */
    items(name, kind) {
        return this.#problems.collect(name, () => parseList(this.#raw.read(name), kind), []);
    }
    /** Parsed elements of a list input; empty if one of them is invalid. */
    list(name, kind, parse) {
        const items = this.items(name, kind);
        return this.#collect(name, () => parseItems(items, parse), []);
    }
    /**
     * Text of the file at the path that an input has.
     * @throws InvalidInput if the file does not exist or cannot be read.
     */
    file(path) {
        const hint = 'Use the path of a readable file, relative to the working directory.';
        let text;
        try {
            text = this.#raw.readText(path);
        }
        catch (error) {
            throw (0,text_problem/* invalid */.Gq)(`reading the file ${(0,text_problem/* quote */.hD)(path)} failed: ${(0,errors/* describeError */.Uc)(error)}`, hint);
        }
        if (text === undefined)
            throw (0,text_problem/* invalid */.Gq)(`the file ${(0,text_problem/* quote */.hD)(path)} does not exist`, hint);
        return text;
    }
    /** Text of the file at a path; undefined if it does not exist or cannot be read. */
    readable(path) {
        try {
            return this.#raw.readText(path);
        }
        catch {
            return undefined;
        }
    }
    /** The parsed value; the fallback if it is invalid. Its problems quote nothing if the whole value looks like credentials. */
    #collect(name, parse, fallback) {
        return this.#problems.collect(name, () => {
            try {
                return parse();
            }
            catch (error) {
                const isQuoted = error instanceof text_problem/* InvalidInput */.o9 && !quietInputs.has(name);
                throw isQuoted ? withoutSecrets(error, this.#raw.read(name)) : error;
            }
        }, fallback);
    }
    /** Adds warnings about the value of an input. They quote as little of credentials as problems do. */
    warn(name, warnings) {
        if (warnings.length === 0)
            return;
        const { problems } = withoutSecrets(new text_problem/* InvalidInput */.o9(warnings), this.#raw.read(name));
        for (const shown of problems)
            this.#problems.warn(name, shown);
    }
    /** Value of an environment variable of the runner, for a build argument. */
    env(name) {
        return this.#raw.env(name);
    }
}
/** Inputs whose problems quote no values: documents, and lists of KEY=VALUE. Those of `registry-auths` have none to remove. */
const quietInputs = new Set([
    'pod-template',
    'tolerations',
    'registry-auths',
    'registry-ca',
    'ca-cert',
    'token',
    'labels',
    'annotations',
    'build-args',
    'builder-env',
]);
/**
 * The same problems without quotes from credentials, for example of a kubeconfig in `tags`, or of an address with a password.
 * A list cuts its value into elements, and a part of a password does not look like one.
 */
function withoutSecrets(error, value) {
    const kind = (0,show/* credentialKind */.e)(value);
    if (kind !== undefined) {
        return (0,text_problem/* invalid */.Gq)(`its value is not valid, and is not quoted because it looks like ${kind}`, 'Check that this is the value for this input.');
    }
    const lines = value.split('\n');
    const problems = error.problems.map((problem) => {
        const text = problem.line === undefined ? value : (lines[problem.line - 1] ?? '');
        if (!text.includes('@') || (0,redact/* redact */.E)(text) === text)
            return problem;
        return {
            ...problem,
            text: 'it is not valid, and is not quoted because it has a user name or a password',
            hint: 'Remove them. Registry credentials come from docker login, docker-config, registry-auths or registry-secret.',
        };
    });
    return new text_problem/* InvalidInput */.o9(problems);
}
function defaultOf(name) {
    return Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : undefined;
}

;// CONCATENATED MODULE: ./build/inputs/values/ca-certificate.js

/** Other values are not quoted: the text of a key without its labels is not a path, either. */
const path = /^[^\n]{1,200}\.[a-z]{1,5}$/i;
/**
 * CA certificates as an input has them: PEM text, or the path of a file with it. See parseCaCertificate.
 * @param readFile throws InvalidInput, which quotes the path.
 */
function readCaCertificate(value, readFile) {
    if (value.includes('-----BEGIN'))
        return parseCaCertificate(value);
    let pem;
    try {
        pem = readFile(value);
    }
    catch (error) {
        if (!(error instanceof text_problem/* InvalidInput */.o9) || path.test(value))
            throw error;
        throw (0,text_problem/* invalid */.Gq)('it is neither PEM text nor the path of a file that can be read', 'Use PEM text or the path of a PEM file, with -----BEGIN CERTIFICATE----- on a line of its own.');
    }
    return parseCaCertificate(pem);
}
/**
 * CA certificates in PEM, with one newline at the end.
 * @throws InvalidInput if the text has no certificate, or has a private key.
 */
function parseCaCertificate(pem) {
    if (pem.includes('PRIVATE KEY-----')) {
        throw (0,text_problem/* invalid */.Gq)('it contains a private key', 'Use the CA certificate alone.');
    }
    const certificate = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;
    if (certificate.test(pem))
        return `${pem.trim()}\n`;
    throw (0,text_problem/* invalid */.Gq)('it does not contain a complete PEM certificate', 'Use PEM text or the path of a PEM file, with -----BEGIN CERTIFICATE----- on a line of its own.');
}

;// CONCATENATED MODULE: ./build/inputs/values/registry.js



/**
 * `mirror` (of Docker Hub) or `registry=mirror`; a mirror may have a path.
 * @throws InvalidInput
 */
function parseMirror(text) {
    const split = text.indexOf('=');
    const registry = split === -1 ? dockerHub : parseHost(text.slice(0, split).trim());
    const mirror = text.slice(split + 1).trim();
    refuseUser(mirror);
    if (/^http:\/\//i.test(mirror)) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(mirror)} begins with a scheme`, `Write ${(0,show/* show */.W)(mirror.slice('http://'.length))}, and add ${(0,text_problem/* quote */.hD)(mirror)} to 'insecure-registries'.`);
    }
    refuseScheme(mirror);
    const [, host = '', path = ''] = /^([^/]*)(.*)$/s.exec(mirror) ?? [];
    return { registry, mirror: `${parseHost(host)}${path.replace(/\/+$/, '')}` };
}
/**
 * `http://host`, `https://host` or `host`.
 * @throws InvalidInput
 */
function parseInsecureRegistry(text) {
    refuseUser(text);
    const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
    if (scheme !== undefined && !/^https?$/i.test(scheme)) {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} has an unknown scheme`, 'Write http://host, https://host or host.');
    }
    return {
        host: parseHost(rest.replace(/\/$/, '')),
        http: scheme?.toLowerCase() !== 'https',
        unverifiedTls: scheme?.toLowerCase() !== 'http',
    };
}
/**
 * One host of a list in `pull-logins`; a scheme and an API path such as `/v2/` are removed.
 * @throws InvalidInput
 */
function parsePullHost(text) {
    if (text === 'auto' || text === 'none') {
        throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} cannot be combined with hosts`, 'Use auto, none, or a list of hosts.');
    }
    return parseHost(text.replace(/^https?:\/\//i, '').replace(/\/(v[12]\/?)?$/, ''));
}

;// CONCATENATED MODULE: ./build/inputs/registry.js






function readRegistryAuths(reader, problems) {
    const name = 'registry-auths';
    // As it was passed: YAML of which the first line lost its indentation has another meaning.
    const source = reader.verbatim(name);
    for (const line of cutPasswords(source)) {
        const text = 'the text after " #" is a comment, not a part of the password';
        problems.warn(name, {
            line,
            text,
            hint: 'Otherwise write password: ${{ toJSON(secrets.NAME) }}.',
        });
    }
    return reader.optional(name, () => parseRegistryAuths(source)) ?? [];
}
/** The inputs about registries and their credentials. */
function registry_readRegistry(reader, problems) {
    return {
        dockerConfig: reader.text('docker-config'),
        pullLogins: reader.value('pull-logins', (text) => text === 'auto' || text === 'none'
            ? text
            : parseItems(reader.items('pull-logins', 'csv'), parsePullHost)),
        auths: readRegistryAuths(reader, problems),
        secret: reader.optional('registry-secret', parseObjectName),
        mirrors: reader.list('registry-mirrors', 'csv', parseMirror),
        mirrorFallback: reader.value('mirror-fallback', parseBoolean),
        insecure: reader.list('insecure-registries', 'csv', parseInsecureRegistry),
        ca: reader.optional('registry-ca', (text) => readCaCertificate(text, (path) => reader.file(path))),
        pushRetry: reader.value('push-retry', (text) => parseInteger(text, 0, 100)),
    };
}

;// CONCATENATED MODULE: ./build/kubeconfig/server-access.js
const sources = {
    token: "inputs 'server' and 'token'",
    oidc: "inputs 'server' and 'oidc-audience'",
};
/** The kubeconfig of such a cluster. */
function serverKubeconfig({ server, caCertificate, token }) {
    const name = token === undefined ? 'oidc' : 'token';
    const ca = caCertificate === undefined ? undefined : Buffer.from(caCertificate).toString('base64');
    return {
        source: sources[name],
        document: {
            clusters: [
                {
                    name,
                    cluster: { server, ...(ca !== undefined && { 'certificate-authority-data': ca }) },
                },
            ],
            users: [{ name, user: { ...(token !== undefined && { token }) } }],
            contexts: [{ name, context: { cluster: name, user: name } }],
            'current-context': name,
        },
    };
}
/** How a kubeconfig of this source authenticates. */
function server_access_loginOf(source) {
    if (source === sources.token)
        return 'token';
    return source === sources.oidc ? 'oidc' : 'kubeconfig';
}
/** A hint that names a field of the kubeconfig, for a connection without one: with the input in its place. */
function adaptHint(hint, login) {
    if (login === 'kubeconfig')
        return hint;
    return hint
        ?.replace('certificate-authority-data in the kubeconfig', "the input 'ca-cert'")
        .replace('tls-server-name in the kubeconfig', "the input 'server'")
        .replace(', or correct the server.', '.')
        .replace('the server in the kubeconfig', "the input 'server'");
}

;// CONCATENATED MODULE: ./build/inputs/server.js






/** The inputs that are only used together with `server`. */
const withServer = ['ca-cert', 'token', 'oidc-audience'];
const noCredentials = "it has no credentials: 'token' and 'oidc-audience' are empty; a secret is not passed to the pull requests of forks";
/** Reads `server`, `ca-cert`, `token` and `oidc-audience`; undefined without `server`. Adds the problem of each combination. */
function readServer(reader, problems, hideServer) {
    const server = reader.text('server');
    if (server === undefined) {
        for (const input of withServer.filter((name) => reader.text(name) !== undefined))
            problems.add(input, "it needs 'server'", "Set 'server' to the URL of the API server.");
        return undefined;
    }
    const caCertificate = reader.optional('ca-cert', (text) => parseCa(text, reader));
    const token = reader.optional('token', parseToken);
    const oidcAudience = reader.optional('oidc-audience', parseAudience);
    const access = { server, caCertificate, token: oidcAudience === undefined ? token : undefined };
    const kubeconfig = serverKubeconfig(access);
    const check = () => checkAddress(server);
    problems.collect('server', () => (hideServer ? withoutServerNames(kubeconfig, check) : check()), server);
    checkCombination(reader, problems);
    return { kubeconfig, oidcAudience, ...(caCertificate !== undefined && { caCertificate }) };
}
function checkCombination(reader, problems) {
    const isSet = (name) => reader.text(name) !== undefined;
    if (!isSet('token') && !isSet('oidc-audience')) {
        const hint = "Set 'oidc-audience' for an OIDC token of the job, or 'token'.";
        problems.add('server', noCredentials, hint);
    }
    if (isSet('token') && isSet('oidc-audience'))
        problems.add('oidc-audience', "it cannot be combined with 'token'", 'Set only one of them.');
    if (reader.isSet('kubeconfig'))
        problems.add('server', "it cannot be combined with 'kubeconfig'", 'Set only one of them.');
    if (isSet('kube-context')) {
        const text = "it selects a context of a kubeconfig, but 'server' is set";
        problems.add('kube-context', text, 'Remove it.');
    }
}
/** PEM, its base64 as kubeconfigs have it, or the path of a file with one of both. */
function parseCa(text, reader) {
    const content = pemOf(text) ?? reader.file(checkPath(text));
    return parseCaCertificate(pemOf(content) ?? content);
}
/** Quotes nothing: what is not a path may be a secret. */
function checkPath(text) {
    if (/^[\w./~ -]{1,200}$/.test(text) && /[./]/.test(text))
        return text;
    throw (0,text_problem/* invalid */.Gq)('it is not a certificate in PEM, the base64 of one or the path of a file', 'Use certificate-authority-data of a kubeconfig of the cluster.');
}
/** A text with PEM, or the PEM that it is the base64 of; undefined for other texts. */
function pemOf(text) {
    const compact = text.replace(/\s+/g, '');
    const isBase64 = /^[A-Za-z0-9+/]+=*$/.test(compact);
    const plain = isBase64 ? Buffer.from(compact, 'base64').toString('latin1') : text;
    return plain.includes('-----BEGIN') ? plain : undefined;
}
/** A token, or the base64 of a JSON Web Token, as the data of a Secret has it. Quotes nothing: it is a secret. */
function parseToken(given) {
    const text = decodeJwt(given) ?? given;
    if (/^[\x21-\x7e]+$/.test(text))
        return text;
    throw (0,text_problem/* invalid */.Gq)('it has a space, a line break or another character that a bearer token cannot have', 'Use the token alone, in one line.');
}
/** Any text of the issuer; a line break is a mistake. */
function parseAudience(text) {
    if (/^[\x21-\x7e]+$/.test(text))
        return text;
    throw (0,text_problem/* invalid */.Gq)('it has a space, a line break or another character that an audience cannot have', 'Write one audience, for example https://kubernetes.example.com.');
}

;// CONCATENATED MODULE: ./build/inputs/docker/git-context.js



/** Docker expands it with Handlebars. */
const defaultContext = /^(?:\{\{\s*defaultContext\s*\}\}|\{\{\{\s*defaultContext\s*\}\}\})(?::([^]*))?$/;
/**
 * Reads a context that Docker fetches with Git: `{{defaultContext}}`, `{{defaultContext}}:DIR`, or the URL of a repository. The
 * checkout of the job replaces it if it is the repository of the job at the ref of the job. A URL without a ref is the default
 * branch: for a job of another ref the checkout is used too, with a warning.
 * @returns undefined for a path.
 * @throws InvalidInput for another repository or ref, and for a URL that is not a Git repository.
 */
function parseGitContext(text, job) {
    const own = defaultContext.exec(text);
    if (own !== null)
        return { path: directoryOf(own[1] ?? '') };
    const url = parseGitUrl(text);
    if (url === undefined) {
        if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
            return undefined;
        throw (0,text_problem/* invalid */.Gq)('a URL that is not a Git repository is not supported', 'Download the context in a step before this one, and set this input to its path.');
    }
    git_context_checkRepository(url, job);
    const path = directoryOf(url.directory);
    const warning = url.ref === '' ? warningWithoutRef(job) : undefined;
    return { path, ...(warning !== undefined && { warning }) };
}
/** @throws InvalidInput for another repository or ref than that of the job. */
function git_context_checkRepository({ repository, ref, directory }, { env }) {
    if (repository !== ownRepository(env)) {
        throw (0,text_problem/* invalid */.Gq)(`the repository ${(0,text_problem/* quote */.hD)(repository)} is not that of this job`, `Check it out with actions/checkout (repository: ${repository.replace(/^[^/]*\//, '')}, path: context), and set this input to ${(0,text_problem/* quote */.hD)(joined('context', directory))}.`);
    }
    const known = ['GITHUB_SHA', 'GITHUB_REF', 'GITHUB_REF_NAME'].map((name) => env(name));
    if (ref !== '' && !known.includes(ref)) {
        throw (0,text_problem/* invalid */.Gq)(`the ref ${(0,text_problem/* quote */.hD)(ref)} is not that of this job`, `Check it out with actions/checkout (ref: ${ref}), and set this input to ${(0,text_problem/* quote */.hD)(joined('.', directory))}.`);
    }
}
/** undefined if the job is known to run for the default branch. */
function warningWithoutRef({ env, defaultBranch }) {
    const ref = env('GITHUB_REF') ?? '';
    const branch = defaultBranch();
    if (branch !== undefined && ref === `refs/heads/${branch}`)
        return undefined;
    return {
        text: `the URL has no ref, for which Docker builds the default branch, and this step the checkout of the job${ref === '' ? '' : ` (${(0,show/* show */.W)(ref)})`}`,
        hint: 'Use {{defaultContext}} for the checkout, or add the ref after "#".',
    };
}
/**
 * The default branch as the event of a job has it.
 * @param event JSON of the file that GITHUB_EVENT_PATH names.
 */
function defaultBranchOf(event) {
    return json_text(field(field(parseJson(event), 'repository'), 'default_branch'));
}
/** @returns undefined for a text that Docker does not take for a Git repository. */
function parseGitUrl(text) {
    const hash = text.indexOf('#');
    const [location, fragment] = hash === -1 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)];
    const match = /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/]+)\/(.+)$/i.exec(location) ??
        /^(?:[\w.-]+@)([\w.-]+):(.+)$/.exec(location) ??
        /^(github\.com)\/(.+)$/.exec(location);
    const [, host = '', path = ''] = match ?? [];
    const isHttp = /^https?:/i.test(location);
    if (match === null || (isHttp && !path.endsWith('.git')))
        return undefined;
    const colon = fragment.indexOf(':');
    const [ref, directory] = colon === -1 ? [fragment, ''] : [fragment.slice(0, colon), fragment.slice(colon + 1)];
    const repository = `${host}/${path.replace(/\.git$/, '').replace(/\/+$/, '')}`.toLowerCase();
    return { repository, ref, directory: directory.replace(/^\/+|\/+$/g, '') };
}
/** `github.com/acme/app` of the job, in lower case. */
function ownRepository(env) {
    const server = (env('GITHUB_SERVER_URL') ?? 'https://github.com').replace(/^https?:\/\//, '');
    return `${server}/${env('GITHUB_REPOSITORY') ?? ''}`.toLowerCase();
}
/** @throws InvalidInput for a directory outside of the repository. */
function directoryOf(text) {
    const directory = text.replace(/^\/+|\/+$/g, '');
    if (directory.split('/').includes('..')) {
        throw (0,text_problem/* invalid */.Gq)(`the directory ${(0,text_problem/* quote */.hD)(text)} is outside of the repository`, 'Remove "..".');
    }
    return directory === '' ? '.' : directory;
}
function joined(directory, name) {
    return name === '' ? directory : `${directory}/${name}`;
}

;// CONCATENATED MODULE: ./build/inputs/source.js


/** Where the bytes for stdin come from, and where the Dockerfile is. */
function readSource(reader, problems, buildArgs) {
    const file = reader.text('file');
    const text = reader.verbatim('stdin');
    if (text !== '')
        return { source: { kind: 'text', text }, file };
    const stdinFile = reader.text('stdin-file');
    if (stdinFile !== undefined)
        return { source: { kind: 'file', path: stdinFile }, file };
    return readContext(reader, problems, { file, buildArgs });
}
/** The default context is that of Docker: the repository of the job, without `.git`. The path of its Dockerfile is relative to it. */
function readContext(reader, problems, { file, buildArgs }) {
    const keepsGit = reader.value('keep-git-dir', parseBoolean) || buildArgs.some(isKeepGitDir);
    const context = reader.text('context');
    const git = reader.optional('context', (text) => parseGitContext(text, jobFacts(reader)));
    // It quotes nothing of the URL, which may have a password.
    if (git?.warning !== undefined)
        problems.warn('context', git.warning);
    const isGit = context === undefined || git !== undefined;
    const path = git?.path ?? context ?? '.';
    const withoutGit = isGit && !keepsGit ? { withoutGit: true } : {};
    const source = { kind: 'context', path, ...withoutGit };
    return { source, file: git === undefined || file === undefined ? file : source_join(path, file) };
}
function jobFacts(reader) {
    return {
        env: (name) => reader.env(name),
        defaultBranch: () => {
            const path = reader.env('GITHUB_EVENT_PATH') ?? '';
            const event = path === '' ? undefined : reader.readable(path);
            return event === undefined ? undefined : defaultBranchOf(event);
        },
    };
}
/** Docker's way to keep `.git` in a Git context. */
function isKeepGitDir({ key, value }) {
    return key === 'BUILDKIT_CONTEXT_KEEP_GIT_DIR' && ['1', 'true'].includes(value.toLowerCase());
}
function source_join(directory, path) {
    return directory === '.' ? path : `${directory}/${path.replace(/^\.?\/+/, '')}`;
}

;// CONCATENATED MODULE: ./build/inputs/parse.js























/** A timer of Node can wait for at most 24 days. */
const longestWaitHours = 480;
const longestCacheHours = 87_600;
const verbosities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'];
/**
 * Parses and validates every input. Apart from the inputs, it reads the environment variables that `build-args` names, and
 * the files whose paths inputs contain.
 * @throws BuildError('input') with all problems, each with the input, the line in a list, and a hint.
 */
function parseInputs(raw) {
    const problems = new Problems();
    const reader = new InputReader(raw, problems);
    const builder = readBuilder(reader);
    const parseWait = (text) => parseDuration(text, longestWaitHours);
    const image = readImage(reader, problems);
    const inputs = {
        mode: reader.value('mode', parseMode),
        ...readSource(reader, problems, image.buildArgs),
        compressionLevel: reader.value('compression-level', (text) => parseInteger(text, 0, 9)),
        contextBufferBytes: reader.value('context-buffer', parseBytes),
        excludes: reader.list('excludes', 'lines', (text) => text),
        gitCredentials: reader.value('git-credentials', (text) => parseChoice(text, ['remove', 'keep'])),
        workflowCredentials: reader.value('workflow-credentials', (text) => parseChoice(text, ['exclude', 'keep'])),
        checkDockerfile: reader.value('check-dockerfile', parseBoolean),
        image,
        builder,
        kube: readKube(reader, problems),
        pod: readPod(reader),
        registry: registry_readRegistry(reader, problems),
        startTimeoutMs: reader.value('start-timeout', parseWait),
        timeoutMs: reader.value('timeout', parseWait),
        retries: reader.optional('retries', (text) => parseInteger(text, 0, 10)) ??
            (builder.engine === 'custom' ? 0 : 1),
        keepPod: reader.value('keep-pod', parseKeepPod),
        summary: reader.value('summary', parseBoolean),
        warnings: [],
    };
    checkConflicts(inputs, reader, problems);
    problems.throwIfAny();
    return deepFreeze({ ...inputs, warnings: problems.warnings });
}
/**
 * Parses only the inputs that are needed to connect to the cluster, for the post step: the files that other inputs name may
 * have been deleted by then. The files of a kubeconfig must exist: keys and tokens are not saved.
 * @param savedCa PEM for `ca-cert`, if its file does not exist any more.
 * @throws BuildError('input')
 */
function parseKubeInputs(raw, savedCa) {
    const problems = new Problems();
    const isCa = (path) => path === raw.read('ca-cert').trim();
    const saved = {
        ...raw,
        readText: (path) => raw.readText(path) ?? (isCa(path) ? savedCa : undefined),
    };
    const kube = readKube(new InputReader(saved, problems), problems);
    problems.throwIfAny();
    return deepFreeze(kube);
}
function parseMode(text) {
    return parseChoice(text, ['build', 'check']);
}
function parseKeepPod(text) {
    return parseChoice(text, ['never', 'on-failure', 'always']);
}
function readImage(reader, problems) {
    const tags = withoutDuplicates(reader.list('tags', 'csv', parseReference));
    const push = reader.value('push', parseBoolean);
    const platform = reader.optional('platforms', () => parsePlatforms(reader.items('platforms', 'csv')));
    return {
        tags,
        push,
        buildArgs: readDockerPairs(reader, 'build-args', (text) => parseVariable(text, (name) => reader.env(name))),
        labels: readDockerPairs(reader, 'labels', parseLabel),
        annotations: readAnnotations(reader, problems, platform),
        target: reader.text('target'),
        platform,
        noCache: reader.value('no-cache', parseBoolean),
        ...readCaches(reader),
        cacheTtlMs: reader.optional('cache-ttl', (text) => parseDuration(text, longestCacheHours)),
    };
}
/** One reference for each tag, in the order of the input. */
function withoutDuplicates(tags) {
    const nameOf = ({ registry, repository, tag }) => `${registry}/${repository}:${tag}`;
    return [...new Map(tags.map((tag) => [nameOf(tag), tag])).values()];
}
function parseEngine(text) {
    return parseChoice(text, ['kaniko', 'custom']);
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
        expandVariables: reader.value('expand-variables', parseBoolean),
        verbosity: reader.value('verbosity', (text) => parseChoice(text, verbosities)),
    };
}
/** Refuses a text that cannot be an image reference. The container runtime validates the rest. */
function parseImage(text) {
    if (!/\s/.test(text) && !text.includes('://'))
        return text;
    throw (0,text_problem/* invalid */.Gq)(`${(0,text_problem/* quote */.hD)(text)} is not an image reference`, 'Write registry/repository:tag.');
}
function readKube(reader, problems) {
    const context = reader.text('kube-context');
    const hideServer = reader.value('hide-server', parseBoolean);
    const server = readServer(reader, problems, hideServer);
    const read = () => readKubeconfig(reader, context, hideServer);
    return {
        ...(server ?? { kubeconfig: problems.collect('kubeconfig', read, 'auto') }),
        context,
        namespace: reader.optional('namespace', parseNamespace),
        hideServer,
    };
}
/** Validated here too, so that its mistakes are reported together with those of other inputs. */
function readKubeconfig(reader, context, hideServer) {
    const value = reader.text('kubeconfig');
    if (value === undefined) {
        throw (0,text_problem/* invalid */.Gq)("it is empty: the secret is empty or not passed to this event (a fork's pull request, for example)", "Set the secret, or use auto for the runner's kubeconfig or ServiceAccount.");
    }
    if (value === 'auto')
        return value;
    const kubeconfig = parseKubeconfig(decodeKubeconfig(value));
    const select = () => selectContext(kubeconfig, context, (path) => reader.readable(path) !== undefined);
    if (hideServer)
        withoutServerNames(kubeconfig, select);
    else
        select();
    return kubeconfig;
}
/** Values that aliases of YAML share are frozen once. */
function deepFreeze(value) {
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
        Object.freeze(value);
        Object.values(value).forEach(deepFreeze);
    }
    return value;
}

// EXTERNAL MODULE: ./build/io/runner/state.js
var state = __webpack_require__(8269);
;// CONCATENATED MODULE: ./build/pod/saved-pods.js
/** The pods that may exist now, in the state of the step. Each one is saved before it is created, so that the post step finds it. */
class SavedPods {
    #job;
    #pods = [];
    constructor(job) {
        this.#job = job;
    }
    add(ref) {
        this.#save([...this.#pods, ref]);
    }
    /** For a pod that is deleted, or that is kept. */
    forget(ref) {
        this.#save(this.#pods.filter((other) => other !== ref));
    }
    #save(pods) {
        this.#pods = pods;
        this.#job.remember(pods);
    }
}

;// CONCATENATED MODULE: ./build/pod/spec/name.js
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const maxSlug = 63 - 'kbp--'.length - 10;
/**
 * `kbp-<job slug>-<10 random base32>`: a DNS-1123 label, so it is also the host name of the pod. Chosen before the pod exists,
 * so that it can be saved first. With 50 random bits a repeated name is practically impossible.
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

/** This step is the last one that tries, and an API server that restarts is unavailable for a while. */
const removal = { graceSeconds: 1, patienceMs: 60_000 };
/** Removes the pods that the build step saved. Warns of each pod that cannot be removed. Never rejects: the post step must not fail the job. */
async function removeLeftovers(pods, cluster, clock, log) {
    await Promise.all(pods.map(async (ref) => {
        const problem = await removePod(cluster, ref, removal, clock);
        await (problem === undefined
            ? log.info(`pod ${ref.name} is removed`)
            : log.warning(leftover(ref, problem)));
    }));
}
/** The warning about a pod that was not removed, with the command to remove it. */
function leftover(ref, problem) {
    return `pod ${ref.name} could not be removed (${problem}); remove it with: ${removalCommand(ref)}`;
}

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 10 modules
var core = __webpack_require__(7264);
;// CONCATENATED MODULE: ./build/logs/fence.js

const fence_newline = 0x0a;
/**
 * The job log.
 *
 * The output of a builder is printed byte for byte, inside a fence: between `::stop-commands::<token>`
 * and `::<token>::`, the runner executes no workflow commands. Messages of the action are printed
 * outside of the fence, without anything that the runner would read as a command, without masked
 * texts, and without what looks like a secret. Each fence has a new token.
 */
class JobLog {
    #job;
    #newToken;
    #onFence;
    #token;
    /** True if the mirrored output so far ends without a newline. */
    #lineOpen = false;
    #groupOpen = false;
    /** Masked texts, the longest first, because one may contain another. */
    #secrets = [];
    #queue = Promise.resolve();
    /**
     * @param newToken returns an unguessable text. It must be longer than six characters, because the
     *   runner does not mask shorter ones.
     * @param onFence gets the token before a fence is opened, and undefined after it was closed.
     */
    constructor(job, newToken, onFence = () => undefined) {
        this.#job = job;
        this.#newToken = newToken;
        this.#onFence = onFence;
    }
    info(text) {
        return this.#print(`${neutralize(this.scrub(text))}\n`);
    }
    /** Prints a line that the runner shows only when debug logging is enabled. */
    debug(text) {
        return this.#print(command('debug', {}, this.scrub(text)));
    }
    warning(text, place = {}) {
        return this.#print(command('warning', place, this.scrub(text)));
    }
    /** Prints an error annotation. It does not fail the step; the exit code of the process does. */
    error(text, place = {}) {
        return this.#print(command('error', place, this.scrub(text)));
    }
    /** Masks a secret in everything that is printed from now on. The runner masks single lines. */
    async mask(secret) {
        const lines = secret.split(/\r?\n/).filter((line) => line !== '');
        this.#secrets = [...new Set([...this.#secrets, ...lines])].sort((a, b) => b.length - a.length);
        for (const line of lines)
            await this.#print(`::add-mask::${escapeData(line)}\n`);
    }
    /** Replaces masked texts and what looks like a secret by `***`, as the runner does with masked texts in the log. */
    scrub(text) {
        return (0,redact/* redact */.E)(this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text));
    }
    /** Starts a foldable group, and ends the previous one. */
    group(title) {
        const end = this.#groupOpen ? '::endgroup::\n' : '';
        this.#groupOpen = true;
        return this.#print(`${end}::group::${escapeData(neutralize(this.scrub(title)))}\n`);
    }
    endGroup() {
        if (!this.#groupOpen)
            return Promise.resolve();
        this.#groupOpen = false;
        return this.#print('::endgroup::\n');
    }
    /**
     * Prints output of the builder, unchanged and in one write: lines with their newlines. The last line
     * may be incomplete.
     */
    mirror(output) {
        if (output.length === 0)
            return this.#queue;
        return this.#enqueue(async () => {
            if (this.#token === undefined) {
                this.#token = this.#newToken();
                this.#onFence(this.#token);
                await this.#job.write(`::stop-commands::${this.#token}\n`);
            }
            this.#lineOpen = output.at(-1) !== fence_newline;
            await this.#job.write(output);
        });
    }
    /** Ends the fence and the group. The log can still be used. */
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
        // The runner recognises commands only at the beginning of a line.
        const lineEnd = this.#lineOpen ? '\n' : '';
        this.#lineOpen = false;
        await this.#job.write(`${lineEnd}::${token}::\n`);
        this.#onFence(undefined);
    }
    /** Runs writes one after another: progress and output are printed concurrently. */
    #enqueue(write) {
        this.#queue = this.#queue.then(write);
        return this.#queue;
    }
}
/**
 * Turns any text into one line without control characters and without a workflow command (`::` at the
 * beginning, `##[` anywhere).
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

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./build/io/clock.js

/** The longest time of a timer of Node, 24.8 days. It takes a longer one for one millisecond. */
const longestTimerMs = 2 ** 31 - 1;
/** The real time. */
const systemClock = {
    now: () => performance.now(),
    async sleep(ms, signal) {
        try {
            let leftMs = ms;
            do {
                await (0,promises_.setTimeout)(Math.min(leftMs, longestTimerMs), undefined, { signal });
                leftMs -= longestTimerMs;
            } while (leftMs > 0);
        }
        catch (error) {
            // The timer throws an AbortError without a cause; the reason of the signal has the message for the user.
            throw signal.aborted ? signal.reason : error;
        }
    },
};

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
;// CONCATENATED MODULE: ./build/logins/docker-config.js



/** A configuration in a default place that could not be read: the build may not need it. */
function unreadConfig(source, failure) {
    return { source, auths: {}, credHelpers: {}, credsStore: undefined, proxies: {}, failure };
}
/**
 * Reads config.json.
 * @param source its path, for messages.
 * @throws BuildError('input') if it is not a JSON object. The message quotes nothing of the text, which has credentials.
 */
function parseDockerConfig(text, source) {
    let document;
    try {
        document = JSON.parse(text.trim() === '' ? '{}' : text);
    }
    catch (error) {
        // The parser's message quotes the text; only the position is taken from it.
        const position = /position \d+/.exec((0,errors/* describeError */.Uc)(error))?.[0];
        throw brokenConfig(source, `it is not JSON${position === undefined ? '' : ` (${position})`}`);
    }
    if (!isFields(document))
        throw brokenConfig(source, 'it is not a JSON object');
    const { auths, credHelpers, credsStore, proxies } = document;
    return {
        source,
        auths: fieldsOf(auths),
        credHelpers: fieldsOf(credHelpers),
        credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
        proxies: fieldsOf(fieldsOf(proxies)['default']),
    };
}
function brokenConfig(source, problem) {
    return new errors/* BuildError */.zS('input', `reading the Docker configuration ${(0,text_problem/* quote */.hD)(source)} failed: ${problem}`, { hint: "Correct it, or set 'docker-config' to another file or to none." });
}

;// CONCATENATED MODULE: ./build/io/scoped-configs.js



/** Directories that are read at most: one for each login with a scope, and those above it. */
const mostDirectories = 1_000;
/**
 * The credentials of docker/login-action with a `scope`: `config.json` in a directory with the name of the scope, below a
 * directory of buildx. In the order in which they are searched.
 * @param directory need not exist.
 * @param readConfig reads a file; undefined without one. It does not throw for a broken one: other registries do not need it.
 */
function readScopedConfigs(directory, readConfig) {
    const found = [];
    const names = subdirectories(directory);
    for (let index = 0; index < Math.min(names.length, mostDirectories); index += 1) {
        const name = names[index] ?? '';
        const config = readConfig((0,external_node_path_.join)(directory, name, 'config.json'));
        if (config !== undefined)
            found.push({ ...config, scope: readScope(name) });
        names.push(...subdirectories((0,external_node_path_.join)(directory, name)).map((inner) => `${name}/${inner}`));
    }
    return found.toSorted((one, other) => compareScopes(one.scope, other.scope));
}
/** Names of the directories in a directory; empty if it cannot be read. */
function subdirectories(directory) {
    try {
        return (0,external_node_fs_.readdirSync)(directory, { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map(({ name }) => name)
            .toSorted();
    }
    catch {
        return [];
    }
}

;// CONCATENATED MODULE: ./build/io/docker-config.js








/**
 * Reads the Docker configurations that have the registry credentials, in the order in which they are searched: those of the input
 * `docker-config` (a directory or a file), else those of Docker and Podman. They are: `$DOCKER_AUTH_CONFIG`, the scopes of
 * docker/login-action, `$DOCKER_CONFIG` or `~/.docker`; then `$REGISTRY_AUTH_FILE` alone, or Podman's own two files.
 * @param input undefined if it is not set; `none` for no credentials.
 * @param resolve makes a relative path absolute.
 * @returns those that exist. One in a default place that cannot be read, or in the directory of a scope, has a `failure`.
 * @throws BuildError('input') if the file that the input names is missing, or one that the input or a variable names is broken.
 */
function readDockerConfigs(input, environment, resolve) {
    if (input === 'none')
        return [];
    const isScoped = !/^(?:1|t|true)$/i.test(variable(environment, 'DOCKER_LOGIN_SCOPE_DISABLED'));
    const scoped = (directory) => isScoped ? readScopedConfigs((0,external_node_path_.join)(directory, 'config'), readDefaultConfig) : [];
    if (input !== undefined) {
        const path = resolve(expandHome(docker_config_checkPath(input)));
        if (!isDirectory(path, input))
            return [readNamedConfig(path, input)];
        const scopes = scoped((0,external_node_path_.join)(path, 'buildx'));
        const file = (0,external_node_path_.join)(path, 'config.json');
        // A directory with scopes alone is what docker/login-action leaves if each login has one.
        return scopes.length > 0 && !(0,external_node_fs_.existsSync)(file)
            ? scopes
            : [...scopes, readNamedConfig(file, input)];
    }
    const inline = variable(environment, 'DOCKER_AUTH_CONFIG');
    const named = variable(environment, 'DOCKER_CONFIG');
    const directory = named || (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.docker');
    return [
        ...(inline === '' ? [] : [parseDockerConfig(inline, '$DOCKER_AUTH_CONFIG')]),
        ...scoped(variable(environment, 'BUILDX_CONFIG') || (0,external_node_path_.join)(directory, 'buildx')),
        ...[
            (named === '' ? readDefaultConfig : readConfig)((0,external_node_path_.join)(directory, 'config.json')),
            ...readPodmanConfigs(environment),
        ].filter((config) => config !== undefined),
    ];
}
/** Podman's files. Source: getAuthFilePaths in containers/image; those of Docker are read first here. */
function readPodmanConfigs(environment) {
    const named = variable(environment, 'REGISTRY_AUTH_FILE');
    if (named !== '')
        return [readConfig(named)];
    const runtime = variable(environment, 'XDG_RUNTIME_DIR') || `/run/containers/${process.getuid?.() ?? 0}`;
    const isDefault = variable(environment, 'XDG_RUNTIME_DIR') === '';
    const home = variable(environment, 'XDG_CONFIG_HOME') || (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.config');
    return [
        isDefault ? (0,external_node_path_.join)(runtime, 'auth.json') : (0,external_node_path_.join)(runtime, 'containers', 'auth.json'),
        (0,external_node_path_.join)(home, 'containers', 'auth.json'),
    ].map(readDefaultConfig);
}
/** The value of a variable; empty if it is not set. */
function variable(environment, name) {
    return environment[name] ?? '';
}
/** @returns undefined if the file does not exist. @throws BuildError('input') if it cannot be read or is broken. */
function readConfig(file) {
    try {
        return parseDockerConfig((0,external_node_fs_.readFileSync)(file, 'utf8'), file);
    }
    catch (error) {
        if (isMissing(error))
            return undefined;
        throw error instanceof errors/* BuildError */.zS ? error : unreadable(file, error);
    }
}
/** As `readConfig`, for a file in a default place, which the build may not need. */
function readDefaultConfig(file) {
    try {
        return readConfig(file);
    }
    catch (error) {
        if (error instanceof errors/* BuildError */.zS)
            return unreadConfig(file, error);
        throw error;
    }
}
/** False if nothing exists. @param input as the user wrote it. @throws BuildError('input') if it cannot be found out. */
function isDirectory(path, input) {
    try {
        return (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
    }
    catch (error) {
        throw unreadable(shownPath(path, input), error);
    }
}
/** @param input as the user wrote it. */
function readNamedConfig(file, input) {
    let text;
    try {
        text = (0,external_node_fs_.readFileSync)(file, 'utf8');
    }
    catch (error) {
        throw unreadable(shownPath(file, input), error);
    }
    return parseDockerConfig(text, file);
}
/** What a message quotes: in the absolute path, a secret is harder to recognise than in the input. */
function shownPath(path, input) {
    return (0,show/* show */.W)(input) === input ? path : input;
}
function unreadable(named, error) {
    const reason = (0,errors/* describeError */.Uc)(error).replace(/, \w+ '[^]*$/, '');
    return new errors/* BuildError */.zS('input', `reading the Docker configuration ${(0,text_problem/* quote */.hD)(named)} failed: ${reason}`, {
        hint: "Set 'docker-config' to a directory with a config.json, to such a file, or to none.",
    });
}
/** Longer values are probably not a path, but a secret. */
const docker_config_longestPath = 200;
/** The input, if it is a path. @throws BuildError('input') for the content of a file. Quotes nothing of it. */
function docker_config_checkPath(input) {
    const isContent = input.trimStart().startsWith('{');
    const isPath = input.length <= docker_config_longestPath && !/\p{Cc}/u.test(input);
    if (isPath && !isContent)
        return input;
    const what = isContent
        ? 'a path, not the content'
        : `a path of one line, up to ${docker_config_longestPath} characters`;
    throw new errors/* BuildError */.zS('input', `the input 'docker-config' takes ${what}`, {
        hint: "Pass the credentials in 'registry-auths', or run docker login in an earlier step.",
    });
}
function expandHome(path) {
    return path === '~' || path.startsWith('~/') ? (0,external_node_path_.join)((0,external_node_os_.homedir)(), path.slice(1)) : path;
}
function isMissing(error) {
    const code = (0,errors/* errorCode */.CA)(error);
    return code === 'ENOENT' || code === 'ENOTDIR';
}

// EXTERNAL MODULE: external "node:async_hooks"
var external_node_async_hooks_ = __webpack_require__(6698);
// EXTERNAL MODULE: external "node:diagnostics_channel"
var external_node_diagnostics_channel_ = __webpack_require__(3053);
// EXTERNAL MODULE: ./node_modules/@actions/exec/lib/exec.js + 3 modules
var exec = __webpack_require__(1260);
;// CONCATENATED MODULE: ./build/io/ends-of-output.js
const mostHeadBytes = 16 * 1024;
const mostTailBytes = 48 * 1024;
/** The beginning and the end of an output of any length, in bounded memory. */
class EndsOfOutput {
    #head = [];
    #headBytes = 0;
    #tail = [];
    #tailBytes = 0;
    #isCut = false;
    add(piece) {
        const head = piece.subarray(0, mostHeadBytes - this.#headBytes);
        if (head.length > 0)
            this.#head.push(Buffer.from(head));
        this.#headBytes += head.length;
        const rest = piece.subarray(head.length);
        if (rest.length === 0)
            return;
        this.#tail.push(Buffer.from(rest));
        this.#tailBytes += rest.length;
        if (this.#tailBytes > 2 * mostTailBytes || this.#tail.length > 1_000)
            this.#shorten();
    }
    /** As UTF-8; a part that is missing is `…` on a line of its own. */
    text() {
        this.#shorten();
        const tail = Buffer.concat(this.#tail);
        if (!this.#isCut)
            return Buffer.concat([...this.#head, tail]).toString();
        return `${Buffer.concat(this.#head).toString()}\n…\n${tail.toString()}`;
    }
    #shorten() {
        const all = Buffer.concat(this.#tail);
        const kept = all.subarray(-mostTailBytes);
        if (kept.length < all.length)
            this.#isCut = true;
        this.#tail.splice(0, Infinity, Buffer.from(kept));
        this.#tailBytes = kept.length;
    }
}

;// CONCATENATED MODULE: ./build/io/gathered.js

const leastBytes = 4_096;
/** Bytes that arrive in pieces of any size, up to a limit. They are copied, so that small pieces need no memory of their own. */
class Gathered {
    #mostBytes;
    #bytes = Buffer.alloc(0);
    #length = 0;
    constructor(mostBytes) {
        this.#mostBytes = mostBytes;
    }
    get length() {
        return this.#length;
    }
    /** Appends what fits. @returns false if not all of it does. */
    add(piece) {
        const fits = piece.subarray(0, this.#mostBytes - this.#length);
        const length = this.#length + fits.length;
        if (length > this.#bytes.length) {
            const grown = Buffer.allocUnsafe(Math.max(leastBytes, length, 2 * this.#bytes.length));
            grown.set(this.#bytes.subarray(0, this.#length));
            this.#bytes = grown;
        }
        this.#bytes.set(fits, this.#length);
        this.#length = length;
        return fits.length === piece.length;
    }
    /** A copy of the bytes. */
    bytes() {
        return Buffer.from(this.#bytes.subarray(0, this.#length));
    }
    /** Returns the bytes as UTF-8 text, invalid sequences replaced, and starts again. */
    take() {
        const text = this.#bytes.toString('utf8', 0, this.#length);
        this.#bytes = Buffer.alloc(0);
        this.#length = 0;
        return text;
    }
}
/**
 * Reads a response to its end, or until no more fits; then it is destroyed. The only loop that reads whole bodies: ESLint refuses
 * the readers of Node, which have no limits.
 * @returns false if there is more than fits. @throws Node's errors of the network, or the signal's reason.
 */
async function gather(response, gathered, signal) {
    const stop = () => {
        response.destroy(abortReason(signal));
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted)
        stop();
    try {
        for await (const chunk of response) {
            if (gathered.add(chunk))
                continue;
            response.destroy();
            return false;
        }
        return true;
    }
    finally {
        signal.removeEventListener('abort', stop);
    }
}

;// CONCATENATED MODULE: ./build/io/exec.js









/** Credential helpers and exec plugins answer within seconds; one that prompts for input would wait for ever. */
const defaultTimeoutMs = 60_000;
/** The limit of Linux for one argument or variable: 32 pages, including the terminator. */
const longestBytes = 32 * 4_096 - 1;
/**
 * The limit of all arguments and variables together: a quarter of the stack, which has 8 MiB by default. One page is reserved
 * for the path of the program and for the interpreter of a script.
 */
const exec_mostBytes = 2 * 1_024 ** 2 - 4_096;
/** Bytes that each text takes in addition: its terminator and a pointer to it. */
const bytesBeside = 1 + 8;
/** Credentials are a few kilobytes. */
const mostOutputBytes = 1024 * 1024;
/** Gets the process that @actions/exec starts. The library does not return it; Node publishes it on a diagnostics channel. */
const starting = new external_node_async_hooks_.AsyncLocalStorage();
(0,external_node_diagnostics_channel_.subscribe)('child_process', (message) => {
    starting.getStore()?.(field(message, 'process'));
});
/**
 * Runs all other programs. They get the environment without `INPUT_*`, which has the action's own secrets, and the input on
 * stdin. Their output is returned and not logged, because it can have secrets. When the signal is aborted or the time limit
 * is reached, the program is killed. Its own child processes are not; the runner ends them with the job.
 */
function commandRunner(environment, timeoutMs = defaultTimeoutMs) {
    const inherited = withoutInputs(environment);
    return async (command, args, { input = '', env = {}, signal }) => {
        signal.throwIfAborted();
        const variables = { ...inherited, ...env };
        checkTexts(args, variables);
        const stop = new AbortController();
        const timer = setTimeout(() => {
            stop.abort(new errors/* ProgramTimeout */.Op(timeoutMs, output.texts()));
        }, timeoutMs);
        const program = new StartedProgram();
        const output = new Output(() => {
            stop.abort(new Error(`its output is larger than ${mostOutputBytes} bytes`));
        });
        const run = () => (0,exec/* exec */.m)(quote(command), [...args], {
            silent: true,
            ignoreReturnCode: true,
            input: Buffer.from(input),
            env: variables,
            listeners: output.listeners,
        });
        try {
            const running = starting
                .run((child) => {
                program.started(child);
            }, run)
                .catch((error) => {
                // The message of the library is three sentences of advice.
                if (!program.isFound)
                    throw missingProgram();
                throw error;
            });
            const code = await orAborted(running, AbortSignal.any([signal, stop.signal]));
            return { ...output.texts(), exitCode: program.exitCode(code) };
        }
        finally {
            clearTimeout(timer);
            program.end();
        }
    };
}
/** What a program prints: all of stdout up to a limit, and both ends of stderr. */
class Output {
    #stdout = new Gathered(mostOutputBytes);
    #stderr = new EndsOfOutput();
    listeners;
    /** @param tooLarge is called when stdout has more than fits. */
    constructor(tooLarge) {
        this.listeners = {
            stdout: (piece) => {
                if (!this.#stdout.add(piece))
                    tooLarge();
            },
            stderr: (piece) => {
                this.#stderr.add(piece);
            },
        };
    }
    texts() {
        return { stdout: this.#stdout.bytes().toString(), stderr: this.#stderr.text() };
    }
}
function missingProgram() {
    return Object.assign(new Error('it was not found or is not executable'), { code: 'ENOENT' });
}
/** Adds to @actions/exec: killing the program, a program that does not read its stdin, the exit code of a killed program. */
class StartedProgram {
    #child;
    #isOver = false;
    /** False if no process was started. */
    get isFound() {
        return this.#child !== undefined;
    }
    started(child) {
        this.#child = child;
        child.once('spawn', () => {
            // A program can end without reading its stdin; its exit code and its output explain a failure.
            child.stdin?.on('error', () => undefined);
            if (this.#isOver)
                this.end();
        });
    }
    /** Kills the program, also one that is about to start. */
    end() {
        this.#isOver = true;
        this.#child?.kill('SIGKILL');
    }
    /** 128 + signal for a killed program, as in a shell. @param code null for a killed program, against the types of the library. */
    exitCode(code) {
        return code ?? 128 + external_node_os_.constants.signals[this.#child?.signalCode ?? 'SIGKILL'];
    }
}
/** @throws Error for texts for which Node throws inside of @actions/exec, where it cannot be caught. Quotes no value. */
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
    if (allBytes > exec_mostBytes) {
        throw new Error(`its arguments and variables, inherited ones included, take ${allBytes} bytes, of at most ${exec_mostBytes}`);
    }
}
/** @actions/exec splits its first argument into words. */
function quote(command) {
    return `"${command.replaceAll('"', '\\"')}"`;
}
function withoutInputs(environment) {
    return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => value === undefined || name.startsWith('INPUT_') ? [] : [[name, value]]));
}

;// CONCATENATED MODULE: ./build/time/failures.js
/** A request is repeated within this time. An older failure belongs to a request that is not repeated. */
const recentMs = 60_000;
/** The failures of requests that have not succeeded since, for the error of a deadline that passes in the meantime. */
class Failures {
    #clock;
    /** By what was tried; the latest is the last one. */
    #known = new Map();
    constructor(clock) {
        this.#clock = clock;
    }
    /** @param doing what was tried. */
    failed(doing, error) {
        this.#known.delete(doing);
        this.#known.set(doing, { error, atMs: this.#clock.now() });
    }
    succeeded(doing) {
        this.#known.delete(doing);
    }
    /** The latest one of the last minute. */
    get latest() {
        const last = [...this.#known.values()].at(-1);
        return last !== undefined && this.#clock.now() - last.atMs <= recentMs ? last.error : undefined;
    }
}

;// CONCATENATED MODULE: ./build/io/proxy/address.js
/** Limit for a proxy that does not respond. */
const silenceMs = 30_000;
/** The port of a proxy whose address has none; 1080 for SOCKS. */
const defaultPorts = { 'http:': '80', 'https:': '443' };
/** Where a proxy listens. */
function addressOf({ protocol, hostname, port }) {
    // Node does not accept the brackets of an IPv6 address.
    const host = hostname.replace(/^\[|\]$/g, '');
    return { host, port: port === '' ? (defaultPorts[protocol] ?? '1080') : port };
}
/** User and password in the address of a proxy; undefined without them. */
function userOf({ username, password }) {
    return username === '' ? undefined : { user: decode(username), password: decode(password) };
}
/** A proxy as messages name it: without its user and password. */
function address_nameOf({ url, setting }) {
    return `the proxy ${url.protocol}//${hostPort(addressOf(url))} (${setting})`;
}
/** `host:port`, with the brackets of an IPv6 address. */
function hostPort({ host, port }) {
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
/** Undoes the percent-encoding of a URL; text with other percent signs is returned as it is. */
function decode(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

;// CONCATENATED MODULE: ./build/io/proxy/proxy-error.js


/** A failure of a proxy, as opposed to one of the server that it connects to. */
class ProxyError extends Error {
    /** What to change. */
    hint;
    /** True if the same request can succeed later. */
    isTemporary;
    constructor(message, { hint, isTemporary, cause }) {
        super(message, cause === undefined ? undefined : { cause });
        this.name = 'ProxyError';
        this.hint = hint;
        this.isTemporary = isTemporary;
    }
}
/** The proxy cannot be connected to, or its TLS certificate is rejected. */
function unreachable(proxy, error) {
    const reason = (0,errors/* describeError */.Uc)(error);
    if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(proxy_error_codeOf(error))) {
        return new ProxyError(`the certificate of ${address_nameOf(proxy)} cannot be verified: ${reason}`, {
            hint: 'Add the CA certificate of the proxy to those of the operating system of the runner, or use an http:// proxy.',
            isTemporary: false,
            cause: error,
        });
    }
    if (/^(?:ERR_SSL|EPROTO)/.test(proxy_error_codeOf(error))) {
        return new ProxyError(`the TLS handshake with ${address_nameOf(proxy)} failed: ${reason.trim()}`, {
            hint: `Write http:// instead of https:// in ${proxy.setting} if the proxy has no TLS.`,
            isTemporary: false,
            cause: error,
        });
    }
    return new ProxyError(`${address_nameOf(proxy)} cannot be reached: ${reason}`, {
        hint: `Correct ${proxy.setting}, or check that the proxy runs and that the runner reaches it${bypass(proxy)}.`,
        isTemporary: true,
        cause: error,
    });
}
/** The proxy responded to CONNECT with another status than 200. */
function proxy_error_refused(proxy, target, status) {
    const place = hostPort(target);
    const message = `${address_nameOf(proxy)} did not connect to ${place}: HTTP ${status}`;
    if (status === 407)
        return proxy_error_noCredentials(proxy, message);
    if (status >= 500 || status === 429) {
        return new ProxyError(message, {
            hint: `Check that the proxy reaches ${place}${bypass(proxy)}.`,
            isTemporary: true,
        });
    }
    return new ProxyError(message, {
        hint: `Allow CONNECT to ${place} in the proxy${bypass(proxy)}.`,
        isTemporary: false,
    });
}
/** The proxy asks for other credentials. */
function proxy_error_noCredentials(proxy, message = `${address_nameOf(proxy)} rejected the credentials`) {
    return new ProxyError(message, {
        hint: `Add the user and the password of the proxy to its address in ${proxy.setting}.`,
        isTemporary: false,
    });
}
/** The proxy responded with something that is not the protocol of its scheme. */
function notProxy(proxy, protocol) {
    return new ProxyError(`${address_nameOf(proxy)} does not support ${protocol}`, {
        hint: `Correct ${proxy.setting}: it must be the address of a proxy that supports ${protocol}.`,
        isTemporary: false,
    });
}
/** The end of a hint: how to do without a proxy of the environment. */
function bypass({ setting }) {
    return setting.startsWith('proxy-url') ? '' : ', or add the host to NO_PROXY';
}
function proxy_error_codeOf(error) {
    return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

;// CONCATENATED MODULE: ./build/time/retry-after.js
/**
 * No pause is longer, whatever a server asks for. An overloaded API server asks for one second. The limits within which
 * requests are repeated are 30 s and more, so each of them has room for several attempts.
 */
const longestRetryAfterMs = 10_000;
/** The one form of an HTTP date that servers may send. */
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
/**
 * The pause that a response asks for, in milliseconds from 0 to `longestRetryAfterMs`; undefined without one, or if it cannot be
 * read. A date is compared with the time of the same server: the clock of the runner may be wrong.
 */
function readRetryAfter(headers) {
    const { 'retry-after': asked = '', date = '' } = headers;
    if (/^\d+$/.test(asked))
        return clamp(Number(asked) * 1_000);
    if (!httpDate.test(asked) || !httpDate.test(date))
        return undefined;
    const pauseMs = Date.parse(asked) - Date.parse(date);
    return Number.isNaN(pauseMs) ? undefined : clamp(pauseMs);
}
function clamp(ms) {
    return Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

;// CONCATENATED MODULE: ./build/io/kube/api-error.js





const api_error_longestReason = 256;
/** A response with an HTTP status other than 2xx. */
class ApiError extends Error {
    /** HTTP status. */
    code;
    /** `reason` of the Status object: NotFound, AlreadyExists, Forbidden, …, or Unknown; empty without a Status. */
    reason;
    /** See readRetryAfter. */
    retryAfterMs;
    constructor(code, reason, message, retryAfterMs) {
        super(message);
        this.name = 'ApiError';
        this.code = code;
        this.reason = reason;
        this.retryAfterMs = retryAfterMs;
    }
}
/** A response to the request for a WebSocket that refuses it. */
class UpgradeRefusal extends ApiError {
}
/**
 * A 2xx response that is not from Kubernetes, or that is incomplete: a proxy or gateway in front of the
 * API server has sent it. A retry can succeed.
 */
class NonKubernetesResponse extends Error {
    /**
     * @param mismatch what is wrong with the response, for example `not JSON`.
     * @param body is quoted in the message.
     */
    constructor(mismatch, body = '') {
        const quote = quoteBody(body, 80);
        super(`unexpected response (${mismatch})${quote === '' ? '' : `: ${quote}`}`);
        this.name = 'NonKubernetesResponse';
    }
}
/** The error of a response: the message of the Status object, else the beginning of the body. */
function readApiError(code, body, headers) {
    const status = readStatus(body);
    const quote = quoteBody(body, 200);
    const message = status?.message ?? (quote === '' ? `HTTP ${code}` : `HTTP ${code}: ${quote}`);
    return new ApiError(code, status?.reason ?? '', message, readRetryAfter(headers));
}
/** Reads a `metav1.Status`, or the message in the JSON of another server, which has no reason; undefined for anything else. */
function readStatus(body) {
    const { kind, message, reason } = fieldsOf(parseJson(body));
    if (typeof message !== 'string')
        return undefined;
    const given = (json_text(reason) ?? '').slice(0, api_error_longestReason);
    return {
        reason: kind === 'Status' ? given || 'Unknown' : '',
        message: oneLine(message),
    };
}
function isApiError(error, ...codes) {
    return error instanceof ApiError && codes.includes(error.code);
}
/** True if Kubernetes reports that the object does not exist; false for the 404 page of a gateway. */
function api_error_isNotFound(error) {
    return isApiError(error, 404) && error.reason === 'NotFound';
}
/** True for a failure that a retry can resolve: of the network, or of a busy or unavailable server, that of the tokens included. */
function isTransient(error) {
    // The credentials could not be loaded.
    if (error instanceof errors/* BuildError */.zS)
        return error.isTemporary;
    if (error instanceof ProxyError)
        return error.isTemporary;
    if (error instanceof ApiError) {
        return error.code === 429 || (error.code >= 500 && error.code !== 501);
    }
    return !(0,errors/* isTlsError */.sl)(error) && !(0,errors/* isCertificateError */.Y4)(error);
}
/** Redirects are not followed, because that would send the credentials to another server. */
function redirectError(code, location = 'an unknown address') {
    return new ApiError(code, 'Redirect', `the server redirects to ${oneLine(location)}; redirects are not followed`);
}
/** More than enough for a quote, also of a page that begins with empty lines. */
const longestStart = 10_000;
/** The beginning of a body in one line; empty for binary data. */
function quoteBody(body, mostCharacters) {
    const quote = oneLine(body.slice(0, longestStart).replace(/\s+/g, ' ').trim(), mostCharacters);
    return quote.includes('\uFFFD') ? '' : quote;
}

;// CONCATENATED MODULE: ./build/io/kube/cluster-error.js





/** What the user can do about a refusal, by its HTTP status. */
const hints = {
    403: 'Grant the missing RBAC permission; examples/cluster/rbac.yaml has a Role with all that are needed.',
    404: "Create the namespace, or set 'namespace' to an existing one.",
};
/** The same for 401, by what authenticates. */
const renewalHints = {
    kubeconfig: 'Renew the kubeconfig secret: its token or client certificate is invalid or has expired.',
    token: "Renew the token of the input 'token': it is invalid or has expired.",
    oidc: 'Add the issuer of the OIDC token and the audience in oidc-audience to the AuthenticationConfiguration of the API server, and check that its rules accept this job; see docs/cluster-access.md.',
};
/** The same for a rejected certificate, by the code of Node's error. */
const certificateHints = {
    CERT_HAS_EXPIRED: 'Renew the certificate of the API server, or correct the clock of the runner.',
    CERT_NOT_YET_VALID: 'Correct the clock of the runner.',
    ERR_TLS_CERT_ALTNAME_INVALID: 'Set tls-server-name in the kubeconfig to a name in the certificate, or correct the server.',
};
/** The same for a CA that is not trusted, without and with CA certificates in the kubeconfig. */
const untrustedHint = 'Set certificate-authority-data in the kubeconfig to the CA certificate of the API server.';
const otherCaHint = 'Renew the kubeconfig: its CA certificate is not the one of this server. If a proxy that decrypts TLS answers in place of the API server, let it pass this host unchanged.';
/** What the user can do about a refusal that is not from Kubernetes, by its HTTP status. */
const frontEndHints = {
    401: 'Renew the kubeconfig secret, or check the gateway in front of the API server: the response is not from Kubernetes.',
    403: 'Let the proxy, gateway or web application firewall in front of the API server allow this request: the response is not from Kubernetes.',
    404: 'Check the server in the kubeconfig and its path: the response is not from Kubernetes.',
    405: 'Let the proxy, gateway or web application firewall in front of the API server allow this request: the response is not from Kubernetes.',
};
const upgradeHint = 'Let the proxies and load balancers in front of the API server pass WebSockets (the headers Upgrade and Connection), or use an address of the API server without them.';
const serverHint = 'Check that the server in the kubeconfig is the API server, and check the proxies and gateways in front of it.';
/** Advice of Node to those who start it; it does not apply to a GitHub Action. */
const nodeAdvice = /; if the root CA is installed locally, .*$/s;
/**
 * Turns any error of a request to the cluster into a message for the user.
 * @param doing what failed, for example `creating pod "x"`.
 * @param signal if it is aborted, its reason is the result.
 */
function clusterError(doing, error, { server, hasCa, login = 'kubeconfig' }, signal) {
    if (error instanceof errors/* BuildError */.zS)
        return error;
    if (signal.aborted && signal.reason instanceof errors/* BuildError */.zS)
        return signal.reason;
    const fail = (problem, hint) => new errors/* BuildError */.zS('cluster', `${doing} failed: ${problem}`, {
        hint: adaptHint(hint, login),
        cause: error,
    });
    const problem = (0,errors/* describeError */.Uc)(error);
    if (signal.aborted && error === signal.reason)
        return fail(problem);
    if (error instanceof ApiError) {
        return new errors/* BuildError */.zS('cluster', `${doing} failed: ${problem}`, {
            code: error.code,
            reason: error.reason,
            retryAfterMs: error.retryAfterMs,
            hint: refusalHint(error, login) ??
                adaptHint(error.reason === '' ? frontEndHint(error) : undefined, login) ??
                (error.code === 401 ? renewalHints[login] : hints[error.code]),
            cause: error,
        });
    }
    if (error instanceof ProxyError)
        return fail(problem, error.hint);
    if (error instanceof NonKubernetesResponse) {
        return fail(problem, serverHint);
    }
    if ((0,errors/* errorCode */.CA)(error)?.startsWith('HPE_') === true)
        return fail(`unexpected response (not HTTP, or beyond its limits): ${problem}`, serverHint);
    if ((0,errors/* isCertificateError */.Y4)(error)) {
        return fail(`the certificate of ${server} cannot be verified: ${problem.replace(nodeAdvice, '')}`, certificateHints[(0,errors/* errorCode */.CA)(error) ?? ''] ?? (hasCa ? otherCaHint : untrustedHint));
    }
    if ((0,errors/* isTlsError */.sl)(error)) {
        return fail(`the TLS handshake with ${server} failed: ${problem.trim()}`, tlsHint(problem));
    }
    return fail(`${server} cannot be reached: ${problem}`, 'Check that the runner reaches this address (network, firewall, proxy), and the server in the kubeconfig.');
}
/** The hint for a response that is not from Kubernetes. */
function frontEndHint(error) {
    const isAccess = error.code === 401 || error.code === 403;
    if (error instanceof UpgradeRefusal && !isAccess)
        return upgradeHint;
    return frontEndHints[error.code];
}
/** Recognised by the message of OpenSSL. */
function tlsHint(message) {
    if (/wrong version number|packet length too long|http request/i.test(message))
        return 'Correct the port of the server in the kubeconfig: this one responds without TLS.';
    if (/alert (?:bad certificate|certificate|unknown ca|access denied)|certificate required/i.test(message))
        return 'Renew the client certificate in the kubeconfig: the server, or a proxy in front of it, rejects it.';
    return 'Check that the server in the kubeconfig is the HTTPS address of the API server.';
}
/** The texts of the admission plugin LimitRanger. */
const limitRange = /\b(?:m(?:ax|in)imum \S+ usage|max limit to request ratio) per (?:Container|Pod)\b/;
/** Hints for refusals that share their status with others; recognised by the message of the server. */
function refusalHint({ code, message }, login) {
    if (code >= 300 && code < 400) {
        const hint = 'Set the server in the kubeconfig to the address of the API server; this one leads to a sign-in page or a proxy.';
        return adaptHint(hint, login);
    }
    if (isUpgradeDropped({ code, message }))
        return upgradeHint;
    // The texts of Go and of nginx.
    if (code === 400 && /HTTP request .*(?:to an HTTPS server|to HTTPS port)/i.test(message))
        return 'Write https:// in the server of the kubeconfig: this port has TLS.';
    if (code === 403 && message.includes('"system:anonymous"'))
        return 'Renew the kubeconfig secret: it has no credentials for this context.';
    if (code === 403 && message.includes('PodSecurity')) {
        return "Use a namespace with the PodSecurity level baseline, or remove those of the named fields that 'pod-template' sets.";
    }
    if (code === 403 && message.includes('exceeded quota')) {
        return `Lower 'resources', wait for other pods to end, or raise the ResourceQuota of the namespace.${storageNote(message)}`;
    }
    if (code === 403 && message.includes('failed quota')) {
        return "Set the named requests and limits in 'resources', or add a LimitRange with defaults to the namespace.";
    }
    if (code === 403 && limitRange.test(message)) {
        return `Set requests and limits in 'resources' that the LimitRange of the namespace allows.${storageNote(message)}`;
    }
    if (code === 403 && message.includes('seccomp')) {
        return "Allow the seccomp profile RuntimeDefault for the ServiceAccount of the pod, or set spec.securityContext.seccompProfile to null in 'pod-template'.";
    }
    if (message.includes('admission webhook'))
        return 'Ask the administrator of the cluster what this webhook requires of pods.';
    if (code === 400 && message.includes('unknown field "spec.hostUsers"'))
        return "Use Kubernetes 1.33 or later, or remove 'host-users'.";
    if (code === 400 && message.includes('strict decoding error'))
        return "Correct the named fields of 'pod-template'.";
    if (code === 422)
        return "Correct the named field; it comes from an input or from 'pod-template'.";
    if (code === 403 && message.includes('error looking up service account'))
        return "Create the ServiceAccount, or correct 'service-account'.";
    return undefined;
}
/** The only resource with defaults, see pod/spec/storage.ts: the user may have set none. */
function storageNote(message) {
    return message.includes('ephemeral-storage')
        ? ' By default, the action requests 1Gi of ephemeral-storage and limits it to 100Gi.'
        : '';
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
;// CONCATENATED MODULE: ./build/io/kube/response/body.js





/** Limits for a response that is read whole; a pod is a few kilobytes. */
const largestBodyMib = 8;
const bodyMs = 30_000;
/** Limits for the body of a refusal: it only explains the status. */
const refusalBytes = 256 * 1024;
const body_refusalMs = 5_000;
/**
 * Reads a whole response as text. The response is destroyed unless it was read to its end.
 * @throws an error for a response that is too large or too slow, Node's own for the network, or the signal's reason.
 */
async function readBody(response, limits) {
    const gathered = new Gathered(largestBodyMib * 1024 * 1024);
    if (!(await collect(response, gathered, bodyMs, limits)))
        throw new Error(`the response is larger than ${largestBodyMib} MiB`);
    return gathered.take();
}
/**
 * Reads the body of a refusal, or as much of it as arrives within the limits: the status is known already, so no problem with
 * the body is an error. The response is destroyed unless it was read to its end.
 * @returns an empty text for a compressed body. @throws the signal's reason.
 */
async function readExplanation(response, limits) {
    const gathered = new Gathered(refusalBytes);
    try {
        await collect(response, gathered, body_refusalMs, limits);
    }
    catch {
        limits.signal.throwIfAborted();
    }
    return encodingOf(response) === undefined ? gathered.take() : '';
}
/** @throws NonKubernetesResponse for a compressed response, which no request asks for. */
function refuseCompressed(response) {
    const encoding = encodingOf(response);
    if (encoding === undefined)
        return;
    response.destroy();
    throw new NonKubernetesResponse(`compressed with ${(0,excerpt/* excerpt */.K)(encoding, 40)}`);
}
/**
 * A container log is plain text. HTML and JSON are from a gateway in front of the API server.
 * @throws NonKubernetesResponse for those, with the beginning, or the signal's reason.
 */
async function refusePage(response, limits) {
    if (!/\b(?:html|json)\b/i.test(response.headers['content-type'] ?? ''))
        return;
    const page = await readExplanation(response, limits);
    throw new NonKubernetesResponse('not a container log', page);
}
function encodingOf({ headers }) {
    const encoding = headers['content-encoding'] ?? '';
    return encoding === '' || encoding.toLowerCase() === 'identity' ? undefined : encoding;
}
/** @returns false if there is more than fits. */
function collect(response, gathered, ms, { clock, signal }) {
    const late = () => new Error(`the response is not complete within ${ms / 1_000} s`);
    return within({ clock, ms, late }, signal, async (until) => {
        try {
            return await gather(response, gathered, until);
        }
        catch (error) {
            // The signal of the request can destroy it first, with an error of Node.
            throw signal.aborted ? abortReason(signal) : error;
        }
    });
}

;// CONCATENATED MODULE: ./build/io/kube/rest.js








/** How long requests are retried if the server has responded before: a restart of the control plane can take that long. */
const longestPatienceMs = 5 * 60_000;
/** The same if the server has never responded: a wrong address is reported within seconds. */
const firstPatienceMs = 4_000;
/** How long refusals are retried, see `retryRefusals`. */
const refusalPatienceMs = 60_000;
/** Limit for the head of a response. */
const headMs = 30_000;
/**
 * Kubernetes REST over one keep-alive agent. Redirects are not followed, because that would send the
 * credentials to another server. Errors are ApiError for responses other than 2xx, and Node's own for
 * the network.
 */
class RestClient {
    #connection;
    #clock;
    #onRequest;
    /** A server has responded, if only with a refusal. */
    #hasResponded = false;
    /** A response of Kubernetes was read. Until then, a response of another server shows a wrong address. */
    #isKubernetes = false;
    constructor(connection, clock, onRequest) {
        this.#connection = connection;
        this.#clock = clock;
        this.#onRequest = onRequest;
    }
    /**
     * Returns a response of JSON. With `repeat`, network errors, 429, 5xx and responses that are not from
     * Kubernetes are retried for up to five minutes, with growing pauses or those of `Retry-After`. Set it
     * only for requests that can be sent twice.
     * @param read takes the parsed response. It throws NonKubernetesResponse for one that it does not expect.
     */
    async json(request, read, repeat = request.method === 'GET') {
        const { retryRefusals = false } = request;
        const backoff = requestBackoff();
        let sinceMs = this.#clock.now();
        let wasRefused = false;
        for (;;) {
            try {
                return await this.readJson(await this.open(request), request.signal, read);
            }
            catch (error) {
                if (!repeat || request.signal.aborted)
                    throw error;
                const isRefused = !isTransient(error);
                if (isRefused && (!retryRefusals || api_error_isNotFound(error)))
                    throw error;
                // Refusals have their full minute, also after a long outage.
                if (isRefused !== wasRefused)
                    sinceMs = this.#clock.now();
                wasRefused = isRefused;
                const pauseMs = backoff.next(rest_retryAfterOf(error));
                const patienceMs = this.#patienceMs(error, isRefused, retryRefusals);
                if (this.#clock.now() - sinceMs + pauseMs > patienceMs)
                    throw error;
                request.onFailure?.(error);
                await this.#pause(pauseMs, request.signal, error);
            }
        }
    }
    /** Returns the head of a 2xx response. The caller reads or destroys its body. */
    open(request) {
        return this.exchange(request, (url, options) => this.#send(url, options, request));
    }
    /**
     * Sends one request with the URL and options of the connection. After a 401, the credentials are
     * renewed and the request is sent once more.
     * @param send rejects with ApiError for a response that is a refusal.
     */
    async exchange(target, send) {
        try {
            return await this.#observe(target, send);
        }
        catch (error) {
            if (!isApiError(error, 401) || !(await this.#connection.renewCredentials()))
                throw error;
            return this.#observe(target, send);
        }
    }
    /**
     * Reads a whole 2xx response.
     * @param read see `json`. @throws NonKubernetesResponse if it is not JSON.
     */
    async readJson(response, signal, read) {
        const body = await readBody(response, { clock: this.#clock, signal });
        const value = read(parseObject(body));
        this.#hasResponded = true;
        this.#isKubernetes = true;
        return value;
    }
    #patienceMs(error, isRefused, retryRefusals) {
        if (isRefused)
            return refusalPatienceMs;
        if (retryRefusals)
            return longestPatienceMs;
        const isKnown = error instanceof NonKubernetesResponse ? this.#isKubernetes : this.#hasResponded;
        return isKnown ? longestPatienceMs : firstPatienceMs;
    }
    /** @throws the error that is retried if the signal ends the pause: its message is more precise than "aborted". */
    async #pause(ms, signal, error) {
        try {
            await this.#clock.sleep(ms, signal);
        }
        catch {
            throw error;
        }
    }
    async #observe({ method, path, query = {}, signal }, send) {
        const { url, options } = await this.#connection.requestOptions(path, query, signal);
        const startedAtMs = this.#clock.now();
        const report = (outcome) => {
            const durationMs = this.#clock.now() - startedAtMs;
            this.#onRequest?.({ method, path: withQuery(path, query), outcome, durationMs });
        };
        try {
            const { status, value } = await send(url, options);
            report(status);
            return value;
        }
        catch (error) {
            report(error instanceof ApiError ? error.code : toError(error));
            throw error;
        }
    }
    async #send(url, options, { method, body, signal }) {
        const request = startRequest(url, { ...options, method, signal }, body);
        const response = await this.#inTime(request, responseOf(request, signal));
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) {
            refuseCompressed(response);
            return { status, value: response };
        }
        this.#hasResponded = true;
        if (status >= 300 && status < 400) {
            response.destroy();
            throw redirectError(status, response.headers.location);
        }
        const explanation = await readExplanation(response, { clock: this.#clock, signal });
        const refusal = readApiError(status, explanation, response.headers);
        this.#isKubernetes ||= refusal.reason !== '';
        throw refusal;
    }
    /** Destroys the request, and so ends the work on it, after 30 s. */
    #inTime(request, work) {
        const limit = async (signal) => {
            await this.#clock.sleep(headMs, signal);
            const error = new Error(`no response within ${headMs / 1_000} s`);
            request.destroy(error);
            throw error;
        };
        return race(undefined, [() => work, limit]);
    }
}
/** @throws NonKubernetesResponse */
function parseObject(body) {
    let value;
    try {
        value = JSON.parse(body);
    }
    catch {
        throw new NonKubernetesResponse('not JSON', body);
    }
    if (!isFields(value))
        throw new NonKubernetesResponse('not a JSON object', body);
    return value;
}
/** The path below the server URL, with the query. The path and the query of the server URL itself can contain a token. */
function withQuery(path, query) {
    const given = Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
    return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
/** Pauses between two attempts to send the same request. */
function requestBackoff() {
    return new Backoff({ firstMs: 200, longestMs: 10_000, jitter: 0.5 });
}
/** The pause of the header Retry-After in milliseconds; undefined without the header. */
function rest_retryAfterOf(error) {
    return error instanceof ApiError ? error.retryAfterMs : undefined;
}
function startRequest(url, options, body) {
    const send = url.protocol === 'http:' ? external_node_http_.request : external_node_https_.request;
    const headers = {
        accept: 'application/json',
        ...options.headers,
    };
    if (body === undefined)
        return send(url, { ...options, headers }).end();
    const bytes = Buffer.from(JSON.stringify(body));
    headers['content-type'] = 'application/json';
    headers['content-length'] = bytes.length;
    return send(url, { ...options, headers }).end(bytes);
}
/** @throws the signal's reason instead of the "aborted" of Node. */
function responseOf(request, signal) {
    return new Promise((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', (error) => {
            reject(signal.aborted ? abortReason(signal) : error);
        });
    });
}

;// CONCATENATED MODULE: ./build/io/kube/create-pod.js



/** How long the creation of a pod is retried. */
const create_pod_patienceMs = 60_000;
/**
 * Creates a pod. A request whose response was lost may have been carried out: the pod then has the nonce of this request, and is
 * the result.
 * @throws the error of the last request, or the signal's reason.
 */
async function create_pod_createPod(pod, { clock, post, find, onFailure }, signal) {
    const startedAtMs = clock.now();
    const backoff = requestBackoff();
    for (;;) {
        try {
            return await post();
        }
        catch (error) {
            if (signal.aborted || isApiError(error, 400, 401, 403, 404, 422))
                throw error;
            onFailure(error);
            const found = await find();
            if (found !== undefined && nonceOf(found) === nonceOf(pod))
                return found;
            // Concurrent creations can conflict in the ResourceQuota: a 409 although the pod does not exist.
            const mayPass = isApiError(error, 409) || isTransient(error);
            const pauseMs = backoff.next(rest_retryAfterOf(error));
            const isLate = clock.now() - startedAtMs + pauseMs > create_pod_patienceMs;
            if (found !== undefined || !mayPass || isLate)
                throw error;
            await clock.sleep(pauseMs, signal);
        }
    }
}
function nonceOf(pod) {
    return pod.metadata?.annotations?.[nonceAnnotation];
}

;// CONCATENATED MODULE: ./build/io/kube/response/fields.js


// Reads single values of a response: undefined for a value that is missing, has another type or exceeds a limit.
/** Limit for the entries of a list or mapping. A pod has some tens at most. */
const mostEntries = 1_000;
const fields_longestText = 1_000;
const longestId = 256;
const longestTime = 64;
/** Letters, digits, `-`, `_` and `.`: the names of pods, nodes, containers and namespaces. */
const objectName = /^[\w.-]{1,253}$/;
/** The entries of a list, the first 1,000 of them. */
function entriesOf(value) {
    return itemsOf(value).slice(0, mostEntries);
}
/** The name of an object: it cannot contain a slash or a control character. */
function fields_name(value) {
    const given = json_text(value);
    return given !== undefined && objectName.test(given) ? given : undefined;
}
/** An opaque value that is compared or sent back: never cut. */
function id(value) {
    const given = json_text(value);
    return given !== undefined && given.length <= longestId ? given : undefined;
}
/** A text for people: one line, cut. */
function fields_message(value) {
    const given = json_text(value);
    return given === undefined ? undefined : oneLine(given);
}
function integer(value) {
    return Number.isSafeInteger(value) ? value : undefined;
}
function flag(value) {
    return typeof value === 'boolean' ? value : undefined;
}
function time(value) {
    const given = json_text(value);
    if (given === undefined || given.length > longestTime)
        return undefined;
    const date = new Date(given);
    return Number.isNaN(date.getTime()) ? undefined : date;
}
/** A mapping of texts, such as labels. */
function texts(value) {
    if (!isFields(value))
        return undefined;
    const entries = Object.entries(value).filter((entry) => typeof entry[1] === 'string' && Math.max(entry[0].length, entry[1].length) <= fields_longestText);
    return Object.fromEntries(entries.slice(0, mostEntries));
}
/** Reads a mapping with `read`. Returns undefined if the value is not a mapping. */
function object(value, read) {
    return isFields(value) ? read(value) : undefined;
}
/** A list of mappings; entries that cannot be read are dropped. */
function list(value, read) {
    if (!Array.isArray(value))
        return undefined;
    return entriesOf(value).flatMap((entry) => object(entry, read) ?? []);
}
/** The fields that have a value. */
function present(fields) {
    const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries);
}

;// CONCATENATED MODULE: ./build/io/kube/reviews.js




// Answers of the API server to review requests, which change nothing, so they can be repeated: RBAC permissions in one namespace,
// the name of the user, and the time of the server.
const authorization = 'authorization.k8s.io/v1';
const authentication = 'authentication.k8s.io/v1';
/** Limit for the permissions in a list. Roles have some hundreds. A rule grants each of its verbs on each of its resources. */
const mostPermissions = 10_000;
/** See Cluster.listPermissions; empty if the API server refuses the review. */
async function listPermissions(rest, namespace, signal) {
    const status = await review(rest, 'SelfSubjectRulesReview', { namespace }, signal);
    const permissions = [];
    for (const rule of list(status?.['resourceRules'], readRule) ?? []) {
        for (const permission of permissionsOf(rule)) {
            if (permissions.length === mostPermissions)
                return permissions;
            permissions.push(permission);
        }
    }
    return permissions;
}
/** See Cluster.can. */
async function reviewPermission(rest, namespace, { verb, resource: full }, signal) {
    const [resource, subresource] = full.split('/');
    const resourceAttributes = { namespace, verb, resource, subresource };
    const status = await review(rest, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
    if (status === undefined)
        return 'unknown';
    return status['allowed'] === true ? 'yes' : 'no';
}
/**
 * See Cluster.serverTime: the creation time of a SelfSubjectReview, which every authenticated client may create since Kubernetes
 * 1.28. A proxy can set the header `Date`, but not this time.
 */
function readServerTime(rest, signal) {
    return reviewSelf(rest, signal, ({ metadata }) => object(metadata, (fields) => time(fields['creationTimestamp']))?.getTime());
}
/** Limit for the name of a user in a message. */
const reviews_longestName = 300;
/** See Cluster.userName: the user of a SelfSubjectReview. */
function readUserName(rest, signal) {
    return reviewSelf(rest, signal, ({ status }) => {
        const name = json_text(field(field(status, 'userInfo'), 'username')) ?? '';
        return name === '' ? undefined : oneLine(name, reviews_longestName);
    });
}
/** Creates a SelfSubjectReview; undefined if the API server refuses it. */
async function reviewSelf(rest, signal, read) {
    const path = `/apis/${authentication}/selfsubjectreviews`;
    const body = { apiVersion: authentication, kind: 'SelfSubjectReview' };
    try {
        return await rest.json({ method: 'POST', path, body, signal }, read);
    }
    catch (error) {
        if (isApiError(error, 403, 404, 405))
            return undefined;
        throw error;
    }
}
/** Creates a review and returns its status; undefined if the API server refuses it. */
async function review(rest, kind, spec, signal) {
    const path = `/apis/${authorization}/${kind.toLowerCase()}s`;
    const body = { apiVersion: authorization, kind, spec };
    const readStatus = ({ status }) => {
        if (!isFields(status))
            throw new NonKubernetesResponse(`not a ${kind}`);
        return status;
    };
    try {
        return await rest.json({ method: 'POST', path, body, signal }, readStatus, true);
    }
    catch (error) {
        if (isApiError(error, 403, 404, 405))
            return undefined;
        throw error;
    }
}
/** A rule that holds for all objects of the core API group; undefined for any other. */
function readRule(rule) {
    const [verbs = [], groups = [], resources = [], names = []] = [
        'verbs',
        'apiGroups',
        'resources',
        'resourceNames',
    ].map((key) => entriesOf(rule[key]).flatMap((entry) => id(entry) ?? []));
    const isForAll = names.length === 0 && groups.some((group) => group === '' || group === '*');
    return isForAll ? { verbs, resources } : undefined;
}
function* permissionsOf({ verbs, resources }) {
    for (const verb of verbs)
        for (const resource of resources)
            yield { verb, resource };
}

;// CONCATENATED MODULE: ./build/io/kube/pod-path.js
function podsPath(namespace) {
    return `/api/v1/namespaces/${namespace}/pods`;
}
function podPath({ namespace, name }) {
    return `${podsPath(namespace)}/${name}`;
}

;// CONCATENATED MODULE: ./build/io/kube/response/lines.js

const lines_newline = 0x0a;
/** The API server stores objects of up to 1.5 MiB. */
const longestLineMib = 4;
/**
 * Lines of newline-delimited JSON, independent of the chunk limits; without empty lines, and without a last line that is not
 * complete.
 * @throws an error for a line that is too long.
 */
async function* lines_linesOf(chunks) {
    const line = new Gathered(longestLineMib * 1024 * 1024);
    const take = (piece) => {
        if (!line.add(piece))
            throw new Error(`a line is longer than ${longestLineMib} MiB`);
    };
    for await (const chunk of chunks) {
        if (!Buffer.isBuffer(chunk))
            throw new Error('the watch is not binary');
        let start = 0;
        for (let end = chunk.indexOf(lines_newline); end >= 0; end = chunk.indexOf(lines_newline, start)) {
            take(chunk.subarray(start, end));
            start = end + 1;
            if (line.length > 0)
                yield line.take();
        }
        take(chunk.subarray(start));
    }
}

;// CONCATENATED MODULE: ./build/io/kube/response/pod.js




/** The kubelet limits the termination message of a container to 4 KiB. */
const longestTermination = 4_096;
/**
 * Reads a parsed response as a pod: the fields that the code uses, and no others. Values of a wrong type are dropped, texts and
 * lists are cut, so everything after this can rely on the types.
 * @throws NonKubernetesResponse if it is not a pod, or another one.
 */
function toPod(value, expected = {}) {
    if (!isFields(value) || value['kind'] !== 'Pod') {
        const kind = isFields(value) ? json_text(value['kind']) : undefined;
        throw new NonKubernetesResponse(kind === undefined ? 'not a Pod' : `kind ${oneLine(kind, 40)} instead of Pod`);
    }
    const pod = pod_readPod(value);
    if (expected.name !== undefined && pod.metadata?.name !== expected.name)
        throw new NonKubernetesResponse(`pod ${JSON.stringify(pod.metadata?.name ?? '')} instead of ${JSON.stringify(expected.name)}`);
    return pod;
}
/** True if the pod is known to be another one with the same name. */
function isReplaced({ metadata }, { uid }) {
    return uid !== undefined && metadata?.uid !== undefined && metadata.uid !== uid;
}
/** The pods of a list that have a name, a UID and a version. @throws NonKubernetesResponse if it is not a list of pods. */
function toPods(value) {
    const { kind, items } = isFields(value) ? value : {};
    if (kind !== 'PodList')
        throw new NonKubernetesResponse('not a PodList');
    // The items of a list have no `kind`.
    return (list(items, (item) => pod_readPod({ ...item, kind: 'Pod' })) ?? []).filter(({ metadata }) => metadata?.name !== undefined &&
        metadata.uid !== undefined &&
        metadata.resourceVersion !== undefined);
}
function pod_readPod(pod) {
    return present({
        apiVersion: id(pod['apiVersion']),
        kind: id(pod['kind']),
        metadata: object(pod['metadata'], readMetadata),
        spec: object(pod['spec'], readSpec),
        status: object(pod['status'], pod_readStatus),
    });
}
function readMetadata(meta) {
    return present({
        name: fields_name(meta['name']),
        namespace: fields_name(meta['namespace']),
        uid: id(meta['uid']),
        resourceVersion: id(meta['resourceVersion']),
        labels: texts(meta['labels']),
        annotations: texts(meta['annotations']),
        creationTimestamp: time(meta['creationTimestamp']),
        deletionTimestamp: time(meta['deletionTimestamp']),
        deletionGracePeriodSeconds: integer(meta['deletionGracePeriodSeconds']),
        // Only the times of the updates.
        managedFields: list(meta['managedFields'], (update) => present({ time: time(update['time']) })),
    });
}
function readSpec(spec) {
    return {
        ...present({
            nodeName: fields_name(spec['nodeName']),
            activeDeadlineSeconds: integer(spec['activeDeadlineSeconds']),
            hostUsers: flag(spec['hostUsers']),
        }),
        containers: list(spec['containers'], readContainer) ?? [],
    };
}
function readContainer(container) {
    const name = fields_name(container['name']);
    if (name === undefined)
        return undefined;
    const resources = object(container['resources'], ({ limits, requests }) => present({ limits: texts(limits), requests: texts(requests) }));
    return { name, ...(resources !== undefined && { resources }) };
}
function pod_readStatus(status) {
    return present({
        phase: id(status['phase']),
        reason: fields_message(status['reason']),
        message: fields_message(status['message']),
        startTime: time(status['startTime']),
        conditions: list(status['conditions'], readCondition),
        containerStatuses: list(status['containerStatuses'], readContainerStatus),
        initContainerStatuses: list(status['initContainerStatuses'], readContainerStatus),
    });
}
function readCondition(condition) {
    const [type, status] = [id(condition['type']), id(condition['status'])];
    if (type === undefined || status === undefined)
        return undefined;
    return {
        ...present({
            reason: fields_message(condition['reason']),
            message: fields_message(condition['message']),
            lastTransitionTime: time(condition['lastTransitionTime']),
        }),
        type,
        status,
    };
}
function readContainerStatus(status) {
    const name = fields_name(status['name']);
    if (name === undefined)
        return undefined;
    const [state, lastState] = [status['state'], status['lastState']].map((value) => object(value, readContainerState));
    return {
        name,
        image: fields_message(status['image']) ?? '',
        imageID: fields_message(status['imageID']) ?? '',
        ready: flag(status['ready']) ?? false,
        restartCount: integer(status['restartCount']) ?? 0,
        ...(state !== undefined && { state }),
        ...(lastState !== undefined && { lastState }),
    };
}
function readContainerState(state) {
    return present({
        waiting: object(state['waiting'], (waiting) => present({
            reason: fields_message(waiting['reason']),
            message: fields_message(waiting['message']),
        })),
        running: object(state['running'], (running) => present({ startedAt: time(running['startedAt']) })),
        terminated: object(state['terminated'], readTerminated),
    });
}
/** The kubelet reports an end whose exit code it does not know as ContainerStatusUnknown, with exit code 137. So does this. */
function readTerminated(end) {
    const exitCode = integer(end['exitCode']);
    const known = exitCode !== undefined;
    return {
        ...present({
            reason: known ? fields_message(end['reason']) : 'ContainerStatusUnknown',
            message: known ? termination(end['message']) : 'its exit code is not a number',
            startedAt: time(end['startedAt']),
            finishedAt: time(end['finishedAt']),
        }),
        exitCode: exitCode ?? 137,
    };
}
/** The termination message is data, for example the digest: its lines stay. */
function termination(value) {
    return json_text(value)?.slice(0, longestTermination);
}

;// CONCATENATED MODULE: ./build/io/kube/pod-states.js








/** How long the server keeps one watch open; long, to save requests. */
const watchSeconds = 1_800;
/**
 * The first, second, … time that a watch is silent for this long, the pod is read once. That detects a
 * proxy that buffers the watch, and a half-open connection.
 */
const quietWatchMs = [15_000, 30_000, 60_000, 120_000, 300_000];
/** A working watch delivers a state within this time after a read has returned it. */
const deliveryMs = 2_000;
const pollMs = 1_500;
/**
 * The states of one pod: watched, or polled if watching is refused or a proxy buffers it. Reconnects,
 * and survives an API server that is unavailable for up to five minutes.
 */
class PodStates {
    #rest;
    #clock;
    #ref;
    #options;
    /** UID of the pod that is followed; undefined if it is not known. */
    #uid;
    /** `resourceVersion` of the last state that was delivered. */
    #version = '';
    /** `resourceVersion` from which the next watch starts; empty for the current state. */
    #start = '';
    #polling = false;
    #watched = false;
    constructor(rest, clock, ref, options) {
        this.#rest = rest;
        this.#clock = clock;
        this.#ref = ref;
        this.#options = options;
    }
    /** Ends only with the signal or an error. The caller stops reading at the end of the pod. */
    async *from(pod, signal) {
        try {
            this.#uid = pod.metadata?.uid;
            this.#version = pod.metadata?.resourceVersion ?? '';
            this.#start = this.#version;
            yield pod;
            // Between 0.5 and 1.5 s.
            const pause = new Backoff({ firstMs: 1_500, longestMs: 1_500, jitter: 2 / 3 });
            do {
                let askedMs;
                try {
                    yield* this.#watch(signal);
                }
                catch (error) {
                    // The read that follows decides whether the error is final.
                    if (signal.aborted)
                        throw error;
                    askedMs = rest_retryAfterOf(error);
                }
                // A restarted server may not know the version of a pod that has not changed for a while.
                this.#start = '';
                if (!this.#polling) {
                    await this.#clock.sleep(pause.next(askedMs), signal);
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
            await this.#clock.sleep(pollMs, signal);
            yield await this.#read(signal);
        }
    }
    async #read(signal) {
        try {
            return this.#take(await this.#get(signal));
        }
        catch (error) {
            if (api_error_isNotFound(error))
                return undefined;
            throw error;
        }
    }
    /** The state to deliver; undefined if another pod with this name has replaced the one that is followed. */
    #take(pod) {
        this.#version = pod.metadata?.resourceVersion ?? '';
        return isReplaced(pod, { uid: this.#uid }) ? undefined : pod;
    }
    async #get(signal) {
        const { describe, onProblem } = this.#options;
        const path = podPath(this.#ref);
        const onFailure = (error) => {
            onProblem(describe(error));
        };
        try {
            return await this.#rest.json({ method: 'GET', path, signal, retryRefusals: true, onFailure }, (pod) => toPod(pod, this.#ref));
        }
        finally {
            onProblem(undefined);
        }
    }
    /** One watch request. Ends normally when the server ends it, or when a proxy buffers it. */
    async *#watch(signal) {
        const path = podsPath(this.#ref.namespace);
        const query = {
            watch: 'true',
            fieldSelector: `metadata.name=${this.#ref.name}`,
            resourceVersion: this.#start === '' ? undefined : this.#start,
            timeoutSeconds: String(watchSeconds),
        };
        const scope = new Scope(signal);
        try {
            let response;
            try {
                response = await this.#rest.open({ method: 'GET', path, query, signal: scope.signal });
            }
            catch (error) {
                if (!isApiError(error, 403, 405))
                    throw error;
                // The first watch: the permission is missing. A later one: the server has just started.
                if (!this.#watched)
                    this.#polling = true;
                return;
            }
            this.#watched = true;
            void scope.run((running) => this.#guard(running));
            for await (const line of lines_linesOf(response)) {
                const { type, object } = fieldsOf(parseJson(line));
                // For example an ERROR with 410 Gone: the pod is read, then watched again.
                if (!isChange(type))
                    return;
                const pod = toPod(object);
                // A server that ignores the selector sends other pods, too.
                if (pod.metadata?.name !== this.#ref.name)
                    continue;
                if (type !== 'DELETED')
                    yield this.#take(pod);
                else if (!isReplaced(pod, { uid: this.#uid }))
                    yield undefined;
            }
        }
        catch (error) {
            // Ended by the guard: the pod is read again.
            if (signal.aborted || !scope.signal.aborted)
                throw error;
        }
        finally {
            await scope.end();
        }
    }
    /**
     * Compares a silent watch with a read.
     * @throws an error if the read fails or shows a state that the watch does not deliver; polling
     *   replaces the watch in the latter case.
     */
    async #guard(signal) {
        for (let round = 0;; round++) {
            const before = this.#version;
            await this.#clock.sleep(quietWatchMs[Math.min(round, quietWatchMs.length - 1)] ?? 0, signal);
            if (this.#version !== before)
                continue;
            const pod = await this.#get(signal);
            if ((pod.metadata?.resourceVersion ?? '') === this.#version)
                continue;
            await this.#clock.sleep(deliveryMs, signal);
            // The watch works, but was slower than the read.
            if (this.#version !== before)
                continue;
            this.#polling = true;
            throw new Error('the watch does not deliver the current state');
        }
    }
}
function isChange(type) {
    return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
}

;// CONCATENATED MODULE: ./build/io/kube/response/events.js



/** Reads a parsed response as a list of events. @throws NonKubernetesResponse if it is not one. */
function toEvents(value) {
    const { kind, items } = isFields(value) ? value : {};
    if (kind !== 'EventList')
        throw new NonKubernetesResponse('not an EventList');
    return (list(items, ({ type, reason, message }) => ({
        type: id(type) ?? '',
        reason: fields_message(reason) ?? '',
        message: fields_message(message) ?? '',
    })) ?? []);
}

// EXTERNAL MODULE: ./node_modules/ws/wrapper.mjs
var wrapper = __webpack_require__(2977);
;// CONCATENATED MODULE: ./build/io/kube/socket.js






/** In the order of preference. v5 can half-close stdin, v4 cannot. SPDY and older versions are not supported. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
/** Limit for the response to the upgrade request. */
const handshakeMs = 30_000;
/** Limit for one message. The API server sends output in messages of 32 KiB. */
const largestMessage = 1024 * 1024;
/** Limit for the closing handshake. On v4, all data is sent before it, also on a slow connection. */
const closeTimeoutMs = 10 * 60_000;
/**
 * Opens the attach WebSocket. The caller closes or terminates it.
 * @throws ApiError if the server refuses the upgrade, Node's own errors for the network, or the signal's
 *   reason.
 */
function openAttachSocket(url, options, clock, signal) {
    const late = () => new Error(`no response within ${handshakeMs / 1_000} s`);
    return within({ clock, ms: handshakeMs, late }, signal, (until) => {
        const socket = connect(url, options);
        return handshake(socket, clock, until);
    });
}
function connect(url, options) {
    const target = new URL(url);
    target.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const { agent, headers, ca, cert, key, servername, rejectUnauthorized, auth } = options;
    // ws passes its options to https.request; its types have only some of them.
    const socketOptions = {
        agent: typeof agent === 'object' ? agent : undefined,
        headers: headers,
        ca,
        cert,
        key,
        servername,
        rejectUnauthorized,
        auth: auth ?? undefined,
        closeTimeout: closeTimeoutMs,
        maxPayload: largestMessage,
        // See WebSocketAttach.
        autoPong: false,
        // The data is gzip. A gateway could accept an offered compression.
        perMessageDeflate: false,
        followRedirects: false,
    };
    return new wrapper/* WebSocket */.kb(target, protocols, socketOptions);
}
/** Waits until the socket is open, or for the whole refusal. */
function handshake(socket, clock, signal) {
    return new Promise((resolve, reject) => {
        const abort = () => {
            socket.terminate();
            reject(abortReason(signal));
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
        const fail = (error) => {
            settle(() => {
                reject(error);
            });
        };
        socket.once('error', fail);
        socket.once('unexpected-response', (request, response) => {
            // A problem with the body is not an error.
            socket.removeListener('error', fail);
            settle(() => {
                // The reading has its own limits, and ends with the signal.
                refusal(response, clock, signal)
                    .then(reject, reject)
                    .finally(() => {
                    request.destroy();
                });
            });
        });
    });
}
/** The error of a refused upgrade, with the Status in the body, which ws would drop. */
async function refusal(response, clock, signal) {
    const code = response.statusCode ?? 0;
    if (code >= 300 && code < 400)
        return redirectError(code, response.headers.location);
    const explanation = await readExplanation(response, { clock, signal });
    const { reason, message, retryAfterMs } = readApiError(code, explanation, response.headers);
    return new UpgradeRefusal(code, reason, message, retryAfterMs);
}
/** Messages that arrive before `listen` is called may have this many bytes; the API server sends some tens. */
const mostEarlyBytes = 256 * 1024;
/** Pongs are not sent while more than this waits to be sent: a server could ping without reading. */
const mostBufferedBytes = 1024 * 1024;
class WebSocketAttach {
    closed;
    #socket;
    #early = [];
    #earlyBytes = 0;
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
        socket.on('ping', (payload) => {
            if (socket.readyState !== wrapper/* WebSocket */.kb.OPEN || socket.bufferedAmount > mostBufferedBytes)
                return;
            socket.pong(payload, true, () => undefined);
        });
        socket.on('pong', (payload) => this.#listener?.pong(payload.toString('latin1')));
        this.closed = new Promise((resolve) => {
            socket.once('close', (code, reason) => {
                resolve({
                    code,
                    reason: oneLine(reason.toString()),
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
        // If the ping cannot be sent, `closed` resolves.
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
    /** Frames can arrive together with the upgrade, before `listen` is called. */
    #receive(message) {
        if (this.#listener !== undefined) {
            this.#listener.message(message);
            return;
        }
        this.#early.push(message);
        this.#earlyBytes += message.length;
        if (this.#earlyBytes > mostEarlyBytes)
            this.#socket.terminate();
    }
}
function toBytes(data) {
    if (Buffer.isBuffer(data))
        return data;
    return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat([...data]);
}

;// CONCATENATED MODULE: ./build/io/kube/cluster.js













/** HTTP status of a successful WebSocket handshake. */
const switchingProtocols = 101;
/** A Kubernetes cluster over its REST API and the attach WebSocket. */
class KubeCluster {
    namespace;
    #connection;
    #rest;
    #clock;
    #failures;
    /** @param onRequest for debug output; see logRequests. */
    constructor(connection, clock, onRequest) {
        this.namespace = connection.namespace;
        this.#connection = connection;
        this.#clock = clock;
        this.#rest = new RestClient(connection, clock, onRequest);
        this.#failures = new Failures(clock);
    }
    get failing() {
        return this.#failures.latest;
    }
    async serverMinor(signal) {
        const doing = 'asking the API server for its version';
        const version = await this.#try(doing, signal, async (rest) => {
            try {
                return await rest.json({ method: 'GET', path: '/version', signal }, toVersion);
            }
            catch (error) {
                // Some clusters do not serve it, and an API server that has just started may refuse it.
                if (isApiError(error, 403, 404))
                    return undefined;
                throw error;
            }
        });
        // GKE and EKS return `33+`.
        const minor = Number.parseInt(json_text(version?.['minor']) ?? '', 10);
        return Number.isSafeInteger(minor) ? minor : undefined;
    }
    async listPermissions(signal) {
        return this.#try('checking RBAC permissions', signal, (rest) => listPermissions(rest, this.namespace, signal));
    }
    async can(permission, signal) {
        const { verb, resource } = permission;
        return this.#try(`checking the RBAC permission to ${verb} ${resource}`, signal, (rest) => reviewPermission(rest, this.namespace, permission, signal));
    }
    async createPod(pod, signal) {
        const name = pod.metadata?.name ?? '';
        const doing = `creating pod ${JSON.stringify(name)} in namespace ${JSON.stringify(this.namespace)}`;
        return this.#try(doing, signal, (rest, onFailure) => create_pod_createPod(pod, {
            clock: this.#clock,
            post: () => this.#post(pod, rest, signal),
            find: () => this.#find({ namespace: this.namespace, name }, rest, signal),
            onFailure,
        }, signal));
    }
    async dryRunPod(pod, signal) {
        const doing = `creating a pod in namespace ${JSON.stringify(this.namespace)} as a dry run`;
        const path = podsPath(this.namespace);
        const query = { fieldValidation: 'Strict', dryRun: 'All' };
        const name = pod.metadata?.name;
        await this.#try(doing, signal, (rest) => 
        // A dry run changes nothing, so it can be repeated.
        rest.json({ method: 'POST', path, query, body: pod, signal }, (created) => toPod(created, { name }), true));
    }
    async userName(signal) {
        return this.#try('asking the API server for the name of the user', signal, (rest) => readUserName(rest, signal));
    }
    async readPod(ref, signal) {
        return this.#try(`reading pod ${JSON.stringify(ref.name)}`, signal, (rest) => this.#find(ref, rest, signal));
    }
    podStates(pod, signal, onProblem) {
        const ref = { namespace: this.namespace, name: pod.metadata?.name ?? '' };
        const describe = (error) => clusterError(`following pod ${JSON.stringify(ref.name)}`, error, this.#connection, signal);
        return new PodStates(this.#rest, this.#clock, ref, { describe, onProblem }).from(pod, signal);
    }
    async podEvents(ref, signal) {
        const path = `/api/v1/namespaces/${ref.namespace}/events`;
        const query = { fieldSelector: `involvedObject.name=${ref.name}`, limit: '50' };
        const doing = `reading the events of pod ${JSON.stringify(ref.name)}`;
        return this.#try(doing, signal, async (rest) => {
            try {
                return await rest.json({ method: 'GET', path, query, signal }, toEvents);
            }
            catch (error) {
                // The permission to list events is optional.
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
            await refusePage(response, { clock: this.#clock, signal });
            this.#failures.succeeded(doing);
            for await (const chunk of response)
                yield toBuffer(chunk);
        }
        catch (error) {
            throw this.#explain(doing, error, signal);
        }
    }
    async attach(ref, container, streams, signal) {
        const query = {
            container,
            stdin: 'true',
            stderr: streams.stderr ? 'true' : undefined,
            tty: 'false',
        };
        const path = `${podPath(ref)}/attach`;
        return this.#try(`attaching to pod ${JSON.stringify(ref.name)}`, signal, () => this.#rest.exchange({ method: 'GET', path, query, signal }, async (url, options) => ({
            status: switchingProtocols,
            value: await openAttachSocket(url, options, this.#clock, signal),
        })));
    }
    async listPods(selector, signal) {
        const query = { labelSelector: selector, limit: '100' };
        try {
            const path = podsPath(this.namespace);
            const response = await this.#rest.open({ method: 'GET', path, query, signal });
            return await this.#rest.readJson(response, signal, toPods);
        }
        catch (error) {
            if (isApiError(error, 403))
                return [];
            throw clusterError('listing pods', error, this.#connection, signal);
        }
    }
    async serverTime(signal) {
        return this.#try('reading the time of the API server', signal, () => readServerTime(this.#rest, signal));
    }
    async deleteUnchanged(pod, signal) {
        const { name = '', uid, resourceVersion } = pod.metadata ?? {};
        // Without them, any pod with this name would be deleted.
        if (uid === undefined || resourceVersion === undefined)
            return false;
        const ref = { namespace: this.namespace, name };
        const body = {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            gracePeriodSeconds: 1,
            preconditions: { uid, resourceVersion },
        };
        try {
            await this.#rest.json({ method: 'DELETE', path: podPath(ref), body, signal }, isDeleted);
            return true;
        }
        catch (error) {
            // Another client has deleted the pod, or it has changed.
            if (isApiError(error, 403, 404, 409))
                return false;
            throw clusterError(`deleting pod ${JSON.stringify(name)}`, error, this.#connection, signal);
        }
    }
    async deletePod(ref, gracePeriodSeconds, signal) {
        return this.#try(`deleting pod ${JSON.stringify(ref.name)}`, signal, async (rest) => {
            const query = { gracePeriodSeconds: String(gracePeriodSeconds) };
            try {
                return await rest.json({ method: 'DELETE', path: podPath(ref), query, signal, retryRefusals: true }, isDeleted, true);
            }
            catch (error) {
                if (api_error_isNotFound(error))
                    return false;
                throw error;
            }
        });
    }
    async #find(ref, rest, signal) {
        try {
            return await rest.json({ method: 'GET', path: podPath(ref), signal, retryRefusals: true }, (pod) => toPod(pod, ref));
        }
        catch (error) {
            if (api_error_isNotFound(error))
                return undefined;
            throw error;
        }
    }
    #post(pod, rest, signal) {
        return rest.json({
            method: 'POST',
            path: podsPath(this.namespace),
            query: { fieldValidation: 'Strict' },
            body: pod,
            signal,
        }, (created) => toPod(created, { name: pod.metadata?.name }));
    }
    /**
     * Runs requests for one purpose, and keeps their failures until one succeeds.
     * @param run gets a client that reports each failure, and the function that reports one.
     */
    async #try(doing, signal, run) {
        const onFailure = (error) => {
            this.#explain(doing, error, signal);
        };
        const rest = {
            json: (request, read, repeat) => this.#rest.json({ ...request, onFailure }, read, repeat),
        };
        try {
            const result = await run(rest, onFailure);
            this.#failures.succeeded(doing);
            return result;
        }
        catch (error) {
            throw this.#explain(doing, error, signal);
        }
    }
    /** The error for the user, which is kept unless the signal has caused it. */
    #explain(doing, error, signal) {
        const failure = clusterError(doing, error, this.#connection, signal);
        if (!signal.aborted)
            this.#failures.failed(doing, failure);
        return failure;
    }
}
/** The response to a deletion is the pod or a Status. Whether the pod is deleted is decided by reading it. */
function isDeleted() {
    return true;
}
/** Every version of Kubernetes returns at least one of these fields. */
function toVersion(version) {
    const { major, minor, gitVersion } = version;
    if ([major, minor, gitVersion].every((field) => field === undefined))
        throw new NonKubernetesResponse('not a version');
    return version;
}
function toBuffer(chunk) {
    if (!Buffer.isBuffer(chunk))
        throw new Error('the log is not binary');
    return chunk;
}

// EXTERNAL MODULE: external "node:dns"
var external_node_dns_ = __webpack_require__(610);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
var external_node_tls_namespaceObject = /*#__PURE__*/__webpack_require__.t(external_node_tls_, 2);
;// CONCATENATED MODULE: ./build/kubeconfig/lifetime.js



const minuteMs = 60_000;
/** Access tokens of Google expire this long after they were issued, at the latest. They do not contain the time. */
const googleTokenMs = 60 * minuteMs;
/** What does not expire while a step runs, in place of a token. */
const insteadOfToken = {
    kubeconfig: 'a kubeconfig with an exec plugin or a tokenFile, which are renewed',
    token: "'oidc-audience', whose tokens are renewed",
    oidc: '',
};
/**
 * A sentence for each credential of a user that expires before the timeout of the step ends. Token files, exec plugins and OIDC
 * tokens are not mentioned: they are renewed.
 * @param login of the connection: a token can be that of an input.
 */
function lifetimeWarnings(user, login, period) {
    const token = tokenFileOf(user) === undefined ? (json_text(user['token']) ?? '') : '';
    const data = json_text(user['client-certificate-data']) ?? '';
    const tokenName = login === 'token' ? "the token of the input 'token'" : 'the token in the kubeconfig';
    const certificateName = 'the client certificate in the kubeconfig';
    const certificate = Buffer.from(data, 'base64').toString('latin1');
    const found = [
        warnOf(tokenName, endOfToken(token), period, insteadOfToken[login]),
        warnOf(certificateName, endOfCertificate(certificate), period, 'a kubeconfig with one that is valid for longer'),
    ];
    if (token.startsWith('ya29.') && period.timeoutMs >= googleTokenMs) {
        found.push(`${tokenName} is an access token of Google, which expires at most 1 h after it was issued: a build that is still running then fails. Use a kubeconfig with the exec plugin gke-gcloud-auth-plugin (gcloud container clusters get-credentials), or lower 'timeout'`);
    }
    return found.filter((sentence) => sentence !== undefined);
}
/** @param instead what to use in its place. */
function warnOf(name, endMs, { nowMs, timeoutMs }, instead) {
    if (typeof endMs === 'string' || endMs >= nowMs + timeoutMs)
        return undefined;
    if (endMs <= nowMs)
        return `${name} expired on ${formatDate(endMs)}. Renew it`;
    const minutes = Math.floor((endMs - nowMs) / minuteMs);
    return `${name} expires on ${formatDate(endMs)}, in ${minutes} min: a build that is still running then fails. Use ${instead}, or lower 'timeout'`;
}

;// CONCATENATED MODULE: ./build/kubeconfig/secrets.js



/** Names of fields, variables and options that hold a secret, unlike a region or a profile. */
const secretName = /token|secret|passw|pwd|credential|private|auth(?!ority)|key(?!-?path)/i;
/** Names that contain such a word, but hold a path, an address or a name. */
const publicName = /(?:^|[-_])(?:file|path|dir|url|uri|endpoint|server|host|type|mode|method|name|audience|scope|command)s?$|tokenfile$/i;
/**
 * Every secret of a kubeconfig, of all users and clusters, in each form in which it may appear in a log: tokens, keys,
 * passwords, secrets of auth providers and variables of exec plugins. Not the text of the kubeconfig: masking its lines would
 * hide ordinary words.
 */
function leafSecrets({ document }) {
    const users = listOf(document['users']).map((entry) => fieldsOf(entry['user']));
    const clusters = listOf(document['clusters']).map((entry) => fieldsOf(entry['cluster']));
    return maskForms([...users.flatMap(userSecrets), ...clusters.flatMap(clusterSecrets)]);
}
function userSecrets(user) {
    const provider = fieldsOf(fieldsOf(user['auth-provider'])['config']);
    const [username] = secrets_texts([user['username']]);
    const [password] = secrets_texts([user['password']]);
    return [
        ...secrets_texts([user['token'], user['client-key-data']]),
        ...(password === undefined ? [] : [password, `${username ?? ''}:${password}`]),
        ...secrets_texts(Object.entries(provider).flatMap(([key, value]) => (isSecret(key) ? [value] : []))),
        ...pluginSecrets(fieldsOf(user['exec'])),
    ];
}
/**
 * The secrets in the variables and arguments of an exec plugin: values whose name is that of a secret (`--token=…`,
 * `--password …`, `AWS_SECRET_ACCESS_KEY`), passwords in addresses, and values that look like tokens. Not all values: masking
 * `get-token` or a region would hide ordinary words in the whole job log.
 * @param exec `users[].user.exec`.
 */
function pluginSecrets(exec) {
    const variables = listOf(exec['env']).flatMap(({ name, value }) => secrets_texts([value]).flatMap((text) => (isSecret(name) ? [text] : secrets_partsOf(text))));
    const words = secrets_texts(itemsOf(exec['args']));
    const args = words.flatMap((word, index) => {
        const [, option, value] = /^-{1,2}([\w.-]+)=([^]*)$/.exec(word) ?? [];
        if (option !== undefined && value !== undefined)
            return isSecret(option) ? [value] : secrets_partsOf(value);
        const before = /^-{1,2}([\w.-]+)$/.exec(words[index - 1] ?? '')?.[1];
        return !word.startsWith('-') && isSecret(before) ? [word] : secrets_partsOf(word);
    });
    return [...variables, ...args].filter((text) => text !== '');
}
/** The words of a value without a telling name that are secret: passwords of addresses, and tokens. */
function secrets_partsOf(value) {
    return value.split(/[\s"',;]+/).flatMap((word) => {
        if ((0,redact/* redact */.E)(word) === word)
            return [];
        return /:\/\/[^/]*@/.test(word) ? urlPasswords(word) : [word];
    });
}
/** The password in the URL of a server or proxy. */
function clusterSecrets(cluster) {
    return secrets_texts([cluster['server'], cluster['proxy-url']]).flatMap(urlPasswords);
}
function urlPasswords(text) {
    const url = URL.parse(text);
    if (url === null)
        return [];
    const { username, password } = url;
    // A token can be in the place of the user.
    const secret = password === '' && (0,redact/* redact */.E)(username) !== username ? username : password;
    return [secret, decodeOrSame(secret)];
}
function isSecret(name) {
    return typeof name === 'string' && secretName.test(name) && !publicName.test(name);
}
/** YAML parses a password of digits as a number. */
function secrets_texts(values) {
    return values
        .filter((value) => typeof value === 'string' || typeof value === 'number')
        .map(String)
        .filter((value) => value !== '');
}
function decodeOrSame(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

;// CONCATENATED MODULE: ./build/io/trust.js

let isDone = false;
/**
 * Adds the CA certificates of the operating system to those that Node trusts, for all TLS connections without CA certificates
 * of their own: kubectl and the builders trust them, and companies install the CA certificate of their proxy there. Done once,
 * at the first connection that needs it: it takes about 0.1 s.
 */
function trustSystem() {
    if (isDone)
        return;
    isDone = true;
    // Node 24.4 and earlier do not have it: then Node's own certificates are trusted alone.
    const set = Reflect.get(external_node_tls_namespaceObject, 'setDefaultCACertificates');
    if (typeof set !== 'function')
        return;
    const trusted = [...external_node_tls_.getCACertificates('default'), ...external_node_tls_.getCACertificates('system')];
    set([...new Set(trusted)]);
}

;// CONCATENATED MODULE: ./build/io/proxy/http-tunnel.js







/**
 * Opens a connection to the target with CONNECT.
 * @throws ProxyError, or the signal's reason.
 */
function openHttpTunnel(proxy, target, { ca, rejectUnauthorized = true }, signal) {
    const place = hostPort(target);
    const isTls = proxy.url.protocol === 'https:';
    if (isTls)
        trustSystem();
    const send = isTls ? external_node_https_.request : external_node_http_.request;
    return new Promise((resolve, reject) => {
        const request = send({
            ...addressOf(proxy.url),
            method: 'CONNECT',
            path: place,
            headers: { host: place, ...proxyAuthorization(proxy.url) },
            agent: false,
            rejectUnauthorized,
            ...(isTls && ca !== undefined && { ca: [...(0,external_node_tls_.getCACertificates)('default'), ca].flat() }),
            signal,
        });
        request.setTimeout(silenceMs, () => {
            request.destroy(new Error(`no response within ${silenceMs / 1_000} s`));
        });
        request.on('connect', ({ statusCode = 0 }, socket, head) => {
            if (statusCode === 200) {
                socket.setTimeout(0);
                if (head.length > 0)
                    socket.unshift(head);
                resolve(socket);
                return;
            }
            socket.destroy();
            reject(proxy_error_refused(proxy, target, statusCode));
        });
        request.on('response', (response) => {
            const { statusCode = 0 } = response;
            response.destroy();
            reject(statusCode < 300 ? notProxy(proxy, 'CONNECT') : proxy_error_refused(proxy, target, statusCode));
        });
        request.on('error', (error) => {
            if (signal?.aborted === true)
                reject(abortReason(signal));
            else if ('code' in error && String(error.code).startsWith('HPE_'))
                reject(notProxy(proxy, 'CONNECT'));
            else
                reject(unreachable(proxy, error));
        });
        request.end();
    });
}
/** The header for the user and the password of a proxy; no header without them. */
function proxyAuthorization(url) {
    const given = userOf(url);
    if (given === undefined)
        return {};
    const basic = Buffer.from(`${given.user}:${given.password}`).toString('base64');
    return { 'proxy-authorization': `Basic ${basic}` };
}

;// CONCATENATED MODULE: ./build/io/proxy/socks-tunnel.js




/** The protocol's numbers (RFC 1928, RFC 1929). */
const version = 5;
const socks_tunnel_withoutCredentials = 0;
const withPassword = 2;
const connectCommand = 1;
const socks_tunnel_kinds = { ipv4: 1, name: 3, ipv6: 4 };
/** The reasons of a proxy that does not connect, by their number. */
const reasons = {
    1: 'general failure',
    2: 'not allowed by its rules',
    3: 'network unreachable',
    4: 'host unreachable',
    5: 'connection refused',
    6: 'TTL expired',
    7: 'command not supported',
    8: 'address type not supported',
};
/** Those that another attempt does not change. */
const finalReasons = [2, 7, 8];
/**
 * Opens a connection to the target through a SOCKS 5 proxy, which gets the name of the target and resolves it.
 * @throws ProxyError, or the signal's reason.
 */
async function openSocksTunnel(proxy, target, signal) {
    const { host, port } = addressOf(proxy.url);
    const socket = (0,external_node_net_.connect)({ host, port: Number(port) });
    const abort = () => {
        socket.destroy(signal === undefined ? undefined : abortReason(signal));
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true)
        abort();
    socket.setTimeout(silenceMs, () => {
        socket.destroy(new Error(`no response within ${silenceMs / 1_000} s`));
    });
    const bytes = new SocketReader(socket);
    try {
        await authenticate(proxy, socket, bytes);
        await requestTarget(proxy, target, socket, bytes);
        bytes.release();
        socket.setTimeout(0);
        return socket;
    }
    catch (error) {
        socket.destroy();
        if (signal?.aborted === true)
            throw abortReason(signal);
        throw error instanceof ProxyError ? error : unreachable(proxy, toError(error));
    }
    finally {
        signal?.removeEventListener('abort', abort);
    }
}
async function authenticate(proxy, socket, bytes) {
    const given = userOf(proxy.url);
    const methods = given === undefined ? [socks_tunnel_withoutCredentials] : [socks_tunnel_withoutCredentials, withPassword];
    socket.write(Buffer.from([version, methods.length, ...methods]));
    const [answered, method] = await bytes.read(2);
    if (answered !== version)
        throw notProxy(proxy, 'SOCKS 5');
    if (method === socks_tunnel_withoutCredentials)
        return;
    if (method !== withPassword || given === undefined)
        throw proxy_error_noCredentials(proxy);
    socket.write(Buffer.concat([Buffer.of(1), withLength(given.user), withLength(given.password)]));
    const [, status] = await bytes.read(2);
    if (status !== 0)
        throw proxy_error_noCredentials(proxy);
}
async function requestTarget(proxy, target, socket, bytes) {
    const port = Number(target.port);
    socket.write(Buffer.concat([
        Buffer.from([version, connectCommand, 0]),
        encodeHost(target.host),
        Buffer.from([port >> 8, port & 0xff]),
    ]));
    const [answered, code = 1, , kind] = await bytes.read(4);
    if (answered !== version)
        throw notProxy(proxy, 'SOCKS 5');
    if (code !== 0) {
        const reason = reasons[code] ?? `code ${code}`;
        const place = hostPort(target);
        throw new ProxyError(`${address_nameOf(proxy)} did not connect to ${place}: ${reason}`, {
            hint: `Check that the proxy reaches ${place} and allows it${bypass(proxy)}.`,
            isTemporary: !finalReasons.includes(code),
        });
    }
    // The address that the proxy connects from, and its port.
    const [nameBytes = 0] = kind === socks_tunnel_kinds.name ? await bytes.read(1) : [];
    const addressBytes = kind === socks_tunnel_kinds.ipv4 ? 4 : kind === socks_tunnel_kinds.ipv6 ? 16 : nameBytes;
    await bytes.read(addressBytes + 2);
}
function encodeHost(host) {
    const family = (0,external_node_net_.isIP)(host);
    if (family === 4)
        return Buffer.from([socks_tunnel_kinds.ipv4, ...host.split('.').map(Number)]);
    if (family === 6)
        return Buffer.concat([Buffer.of(socks_tunnel_kinds.ipv6), ipv6Bytes(host)]);
    return Buffer.concat([Buffer.of(socks_tunnel_kinds.name), withLength(host)]);
}
/** @param host an address as URLs spell it: without a part in decimal notation. */
function ipv6Bytes(host) {
    const [before = '', after] = host.split('::');
    const groups = (text) => (text === '' ? [] : text.split(':'));
    const first = groups(before);
    const last = groups(after ?? '');
    const zeros = Array(8 - first.length - last.length).fill('0');
    const all = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0'));
    return Buffer.from(all.join(''), 'hex');
}
/** A text after the number of its bytes, which are at most 255. */
function withLength(text) {
    const bytes = Buffer.from(text).subarray(0, 255);
    return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
/** Reads exact numbers of bytes, one read at a time. */
class SocketReader {
    #socket;
    #failure;
    #wake = () => undefined;
    constructor(socket) {
        this.#socket = socket;
        socket.on('readable', this.#changed);
        socket.on('error', this.#failed);
        socket.on('close', this.#closed);
    }
    /** @throws the error of the socket, also if it ends too early. */
    async read(count) {
        for (;;) {
            if (this.#failure !== undefined)
                throw this.#failure;
            const bytes = this.#socket.read(count);
            if (bytes?.length === count)
                return bytes;
            if (bytes !== null || this.#socket.readableEnded)
                throw closedEarly();
            await new Promise((resolve) => {
                this.#wake = resolve;
            });
        }
    }
    /** The socket gets another reader. */
    release() {
        this.#socket.off('readable', this.#changed);
        this.#socket.off('error', this.#failed);
        this.#socket.off('close', this.#closed);
    }
    #changed = () => {
        this.#wake();
    };
    #failed = (error) => {
        this.#failure = error;
        this.#wake();
    };
    #closed = () => {
        this.#failure ??= closedEarly();
        this.#wake();
    };
}
function closedEarly() {
    return new Error('it closed the connection');
}

;// CONCATENATED MODULE: ./build/io/proxy/tunnel.js


/**
 * Opens a connection to the target through a proxy: SOCKS 5, or HTTP with CONNECT; the proxy resolves the name of the target. The
 * caller closes it.
 * @throws ProxyError, or the signal's reason.
 */
function openTunnel(proxy, target, { signal, ...tls } = {}) {
    return proxy.url.protocol.startsWith('socks')
        ? openSocksTunnel(proxy, target, signal)
        : openHttpTunnel(proxy, target, tls, signal);
}

;// CONCATENATED MODULE: ./build/io/proxy/agent.js



/** Makes connections through a proxy: TLS with the server in a tunnel. */
class TlsTunnelAgent extends external_node_https_.Agent {
    #proxy;
    constructor(proxy, options) {
        super(options);
        this.#proxy = proxy;
    }
    createConnection(options, connected) {
        const { ca, rejectUnauthorized } = options;
        // As in Go, the proxy is verified like the server.
        openTunnel(this.#proxy, targetOf(options), { ca, rejectUnauthorized }).then((socket) => {
            connected(null, super.createConnection({ ...options, socket }) ?? undefined);
        }, connected);
    }
}
/** The same without TLS. */
class PlainTunnelAgent extends external_node_http_.Agent {
    #proxy;
    constructor(proxy, options) {
        super(options);
        this.#proxy = proxy;
    }
    createConnection(options, connected) {
        openTunnel(this.#proxy, targetOf(options)).then((socket) => {
            connected(null, socket);
        }, connected);
    }
}
/**
 * An agent that keeps connections open between requests: one TLS handshake for the whole step. Requests with another client
 * certificate get other connections.
 * @param proxy undefined for direct connections.
 */
function createAgent(protocol, proxy, extra = {}) {
    const options = { ...extra, keepAlive: true, keepAliveMsecs: 15_000 };
    if (protocol === 'http:')
        return proxy === undefined ? new external_node_http_.Agent(options) : new PlainTunnelAgent(proxy, options);
    return proxy === undefined ? new external_node_https_.Agent(options) : new TlsTunnelAgent(proxy, options);
}
function targetOf({ host, port }) {
    return { host: host ?? '', port: String(port ?? '') };
}

// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(3136);
;// CONCATENATED MODULE: ./build/io/proxy/no-proxy.js


/**
 * Whether requests to this target are sent without a proxy, by the rules of Go (golang.org/x/net/http/httpproxy), which kubectl
 * and the builders apply: always for localhost and loopback addresses, else for an entry of the list, which is a name with the names
 * below it, `.name` or `*.name` for those below it alone, an address, a network (`10.0.0.0/8`), each but the network with a port if it
 * is for that one alone, or `*`.
 * @param noProxy the value of NO_PROXY.
 */
function isExcluded(noProxy, { host, port }) {
    const address = readAddress(host);
    if (host === 'localhost' || (address !== undefined && isLoopback(address)))
        return true;
    const target = { host: address ?? host, port, isAddress: address !== undefined };
    return noProxy
        .split(',')
        .map((entry) => entry.trim().toLowerCase())
        .some((entry) => matcherOf(entry)(target));
}
const loopback = new external_node_net_.BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');
function isLoopback(address) {
    return loopback.check(address, familyOf(address));
}
function matcherOf(entry) {
    if (entry === '*')
        return () => true;
    const network = networkOf(entry);
    if (network !== undefined)
        return ({ isAddress, host }) => isAddress && network(host);
    const { host: name, port } = splitPort(entry) ?? { host: entry, port: '' };
    const isPort = (target) => port === '' || port === target.port;
    const address = readAddress(name);
    if (address !== undefined)
        return (target) => target.isAddress && target.host === address && isPort(target);
    if (name === '')
        return () => false;
    const isBelow = /^\*?\./.test(name);
    const suffix = toAscii(isBelow ? name.replace(/^\*/, '') : `.${name}`);
    return (target) => !target.isAddress &&
        (target.host.endsWith(suffix) || (!isBelow && target.host === suffix.slice(1))) &&
        isPort(target);
}
/** Tests addresses for the network of `ADDRESS/BITS`; undefined for anything else. An IPv6 network contains no IPv4 addresses. */
function networkOf(entry) {
    const [, text = '', digits = ''] = /^([^/]*)\/(\d+)$/.exec(entry) ?? [];
    const address = readAddress(text);
    const bits = Number(digits);
    if (address === undefined || bits > ((0,external_node_net_.isIPv6)(text) ? 128 : 32))
        return undefined;
    // Of `::ffff:10.0.0.0/104`, the last 8 bits are those of an IPv4 network.
    const isMapped = (0,external_node_net_.isIPv6)(text) && !(0,external_node_net_.isIPv6)(address);
    const isIPv4 = !(0,external_node_net_.isIPv6)(text) || (isMapped && bits >= 96);
    const family = isIPv4 ? 'ipv4' : 'ipv6';
    const network = new external_node_net_.BlockList();
    network.addSubnet(isIPv4 ? address : text, isMapped && isIPv4 ? bits - 96 : bits, family);
    return (host) => familyOf(host) === family && network.check(host, family);
}
/** Go's net.SplitHostPort; undefined where that returns an error, for example without a port. */
function splitPort(entry) {
    const [, inner, port = ''] = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(entry) ?? [];
    if (inner !== undefined)
        return { host: inner, port };
    const [, host, rest = ''] = /^([^:[\]]*):([^:[\]]*)$/.exec(entry) ?? [];
    return host === undefined ? undefined : { host, port: rest };
}
/**
 * An IP address in its shortest form; one of IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) as IPv4. Undefined for a name, and
 * for an address with a zone.
 */
function readAddress(text) {
    const version = text.includes('%') ? 0 : (0,external_node_net_.isIP)(text);
    if (version === 0)
        return undefined;
    if (version === 4)
        return text;
    const shortest = new URL(`http://[${text}]`).hostname.slice(1, -1);
    const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
    if (high === undefined || low === undefined)
        return shortest;
    return [high, low]
        .map((half) => Number.parseInt(half, 16))
        .flatMap((half) => [half >> 8, half & 0xff])
        .join('.');
}
function familyOf(address) {
    return (0,external_node_net_.isIPv6)(address) ? 'ipv6' : 'ipv4';
}
/** The form of an international name in DNS; the name itself if it has none. */
function toAscii(name) {
    if (/^[\0-\x7f]*$/.test(name))
        return name;
    const ascii = (0,external_node_url_.domainToASCII)(name.slice(1));
    return ascii === '' ? name : `.${ascii}`;
}

;// CONCATENATED MODULE: ./build/io/proxy/environment.js

/**
 * The proxy of the environment for a request, by the rules of Go: HTTPS_PROXY or HTTP_PROXY by the scheme of the request, without
 * the targets of NO_PROXY. A name in capitals precedes the same one in lower case. A value without a scheme is the address of an
 * HTTP proxy; one that is not an address is ignored.
 */
function environmentProxy(url, environment) {
    const isTls = url.protocol === 'https:';
    const found = firstOf(environment, isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY');
    const proxy = found === undefined ? null : URL.parse(withScheme(found.value));
    if (found === undefined || proxy === null)
        return undefined;
    const noProxy = firstOf(environment, 'NO_PROXY')?.value ?? '';
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port === '' ? (isTls ? '443' : '80') : url.port;
    return isExcluded(noProxy, { host, port }) ? undefined : { url: proxy, setting: found.name };
}
function firstOf(environment, name) {
    return [name, name.toLowerCase()]
        .map((spelling) => ({ name: spelling, value: environment[spelling] ?? '' }))
        .find(({ value }) => value !== '');
}
function withScheme(address) {
    return /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(address) ? address : `http://${address}`;
}

;// CONCATENATED MODULE: ./build/io/runner/id-token-source.js



/** How long a request waits for a new token as long as it can have the last one. */
const longestWaitMs = 3_000;
/**
 * A short-lived OIDC token of the job, which is replaced as the step goes on: after half of its life in the background, and
 * after three quarters before the next request, which waits for it only for some seconds. The length of its life is that of its own claims, so the date of the runner
 * does not matter.
 */
class IdTokenSource {
    #request;
    #clock;
    #last;
    /** The request that all callers wait for. */
    #pending;
    /** @param request returns a new token; limits its own time. */
    constructor(request, clock) {
        this.#request = request;
        this.#clock = clock;
    }
    /**
     * The token for a request that is sent now. If it cannot be renewed, it is used until it expires.
     * @throws the error of the request for a new token, or the signal's reason.
     */
    async current(signal) {
        const last = this.#last;
        if (last !== undefined && this.#clock.now() < last.renewAtMs)
            return last.text;
        this.#pending ??= this.#renew();
        // A failure is that of the request that waits.
        this.#pending.catch(() => undefined);
        if (last !== undefined && this.#clock.now() < last.waitAtMs)
            return last.text;
        try {
            return await this.#renewed(this.#pending, signal);
        }
        catch (error) {
            if (signal.aborted || this.#last === undefined)
                throw error;
            if (this.#clock.now() >= this.#last.expiresAtMs)
                throw error;
            return this.#last.text;
        }
    }
    /** The new token; the last one instead if the new one takes longer than `longestWaitMs` and the last one is valid then. */
    async #renewed(pending, signal) {
        const renewal = async (until) => (await orAborted(pending, until)).text;
        const last = this.#last;
        if (last === undefined || this.#clock.now() + longestWaitMs >= last.expiresAtMs)
            return renewal(signal);
        return race(signal, [
            renewal,
            async (until) => {
                await this.#clock.sleep(longestWaitMs, until);
                return last.text;
            },
        ]);
    }
    /** After a 401: the next request gets a new token. */
    forget() {
        this.#last = undefined;
    }
    async #renew() {
        const sentAtMs = this.#clock.now();
        try {
            const text = await this.#request(neverAborted);
            const lifeMs = lifeOf(text);
            this.#last = {
                text,
                renewAtMs: sentAtMs + lifeMs / 2,
                waitAtMs: sentAtMs + (lifeMs * 3) / 4,
                expiresAtMs: sentAtMs + lifeMs,
            };
            return this.#last;
        }
        finally {
            this.#pending = undefined;
        }
    }
}
/** The callers of a request end one by one; the request ends with its own limits. */
const neverAborted = new AbortController().signal;
/** From the issue of a token to its end, in milliseconds; without these claims, until a 401. */
function lifeOf(token) {
    const claims = jwtClaims(token);
    const [issued, expires] = [jwtTime(claims, 'iat'), jwtTime(claims, 'exp')];
    if (issued === undefined || expires === undefined)
        return Infinity;
    return Math.max(0, expires - issued) * 1_000;
}

;// CONCATENATED MODULE: ./build/io/registry/proxy.js







/**
 * How a request is connected: by a connection of its own, through the proxy of HTTP_PROXY, HTTPS_PROXY and NO_PROXY where they name
 * one. Requests with TLS are tunnelled.
 * @throws ProxyError, or the signal's reason.
 */
async function connectionOptions(url, tls, signal) {
    const isPlain = url.protocol === 'http:';
    if (!isPlain && tls.ca === undefined)
        trustSystem();
    // Without it, NODE_TLS_REJECT_UNAUTHORIZED would decide.
    const verified = { rejectUnauthorized: true, ...tls };
    const proxy = environmentProxy(url, process.env);
    if (proxy === undefined)
        return { ...verified, agent: false };
    const isHttpProxy = /^https?:$/.test(proxy.url.protocol);
    if (isPlain && isHttpProxy) {
        const { host: hostname, port } = addressOf(proxy.url);
        return {
            agent: false,
            rejectUnauthorized: true,
            protocol: proxy.url.protocol,
            hostname,
            port,
            path: url.href,
            headers: { host: url.host, ...proxyAuthorization(proxy.url) },
        };
    }
    const target = addressOf(url);
    const socket = await openTunnel(proxy, target, { ...tls, signal });
    if (isPlain)
        return { createConnection: () => socket };
    const { host } = target;
    const secured = (0,external_node_tls_.connect)({
        ...verified,
        socket,
        host,
        ...((0,external_node_net_.isIP)(host) === 0 && { servername: host }),
    });
    return { createConnection: () => secured };
}

;// CONCATENATED MODULE: ./build/io/registry/exchange.js






/** The limit that registries have for a manifest; all other responses are smaller. */
const exchange_mostBytes = 4 * 1024 * 1024;
/**
 * Sends a request, through the proxy of the environment where it names one, and reads the whole response.
 * @throws Error for the network, a response that is too large, and the signal's reason.
 */
async function exchange({ method, url, headers = {}, body }, tls, signal) {
    const connection = await connectionOptions(url, tls, signal);
    const options = {
        ...connection,
        method,
        signal,
        headers: {
            'user-agent': 'kube-build-push',
            ...headers,
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
            ...connection.headers,
        },
    };
    return new Promise((resolve, reject) => {
        const fail = (error) => {
            reject(signal.aborted ? abortReason(signal) : error);
        };
        const isPlain = (connection.protocol ?? url.protocol) === 'http:';
        const send = isPlain ? external_node_http_.request : external_node_https_.request;
        const request = send(url, options, (response) => {
            readReply(response, signal).then(resolve, fail);
        });
        request.on('error', fail);
        request.end(body);
    });
}
async function readReply(response, signal) {
    const gathered = new Gathered(exchange_mostBytes);
    if (!(await gather(response, gathered, signal))) {
        throw new Error(`the response is larger than ${exchange_mostBytes} bytes`);
    }
    const { statusCode: status = 0, headers } = response;
    return { status, headers, body: gathered.bytes() };
}
/** `sha256:…` of the bytes. */
function digestOf(bytes) {
    return `sha256:${(0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex')}`;
}

;// CONCATENATED MODULE: ./build/io/runner/id-token.js





const attempts = 4;
/** Limit for one request. */
const requestMs = 15_000;
const permissionHint = 'Add "id-token: write" to the permissions of the job, and keep the others that it needs: a job has only those that it names. Workflows of pull requests from forks cannot have it.';
const networkHint = 'Check that the runner reaches this host (network, firewall, proxy), and run the job again.';
const unavailableHint = 'Run the job again when the service is available; https://www.githubstatus.com reports outages of GitHub.';
const addressHint = 'Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address of the runner.';
/** What the user can do about a refusal, by its HTTP status. The job has the permission: the runner has given the variables. */
const id_token_hints = {
    400: "Check the input 'oidc-audience': the service does not accept it.",
    401: 'Run the job again: what authorizes its requests for tokens is invalid or has expired.',
    403: 'Run the job again, and check that no proxy or firewall refuses the request.',
};
/**
 * The service of the runner, which GitHub gives to jobs with the permission id-token: write.
 * @throws BuildError('input') without that permission.
 */
function idTokenService(environment) {
    const names = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
    const [address = '', requestToken = ''] = names.map((name) => environment[name]);
    const missing = names.find((name) => (environment[name] ?? '') === '');
    if (missing !== undefined) {
        throw new errors/* BuildError */.zS('input', `input 'oidc-audience': the job cannot request an OIDC token, because the runner has no ${missing}`, { hint: permissionHint });
    }
    const url = URL.parse(address);
    if (url === null || !['https:', 'http:'].includes(url.protocol)) {
        throw new errors/* BuildError */.zS('input', `input 'oidc-audience': ${names[0]} of the runner is not a URL of HTTP`);
    }
    return { url, requestToken };
}
/**
 * Requests a token of the job for an audience, as `core.getIDToken` does. Network errors, 429 and 5xx are retried.
 * @throws BuildError('cluster'), which quotes nothing of the response and is temporary after such a failure, or the signal's reason.
 */
async function requestIdToken({ url, requestToken }, audience, clock, signal) {
    const target = new URL(url);
    target.searchParams.set('audience', audience);
    const headers = { authorization: `Bearer ${requestToken}`, accept: 'application/json' };
    const backoff = new Backoff({ firstMs: 500, longestMs: 4_000 });
    for (let attempt = 1;; attempt++) {
        const outcome = await within({ clock, ms: requestMs }, signal, (until) => exchange({ method: 'GET', url: target, headers }, {}, until)).then(readToken, id_token_unreached);
        signal.throwIfAborted();
        if (typeof outcome === 'string')
            return outcome;
        if (!outcome.isTemporary || attempt === attempts) {
            const { problem, hint, isTemporary } = outcome;
            const message = `requesting an OIDC token from the runner (${url.host}) failed: ${problem}`;
            throw new errors/* BuildError */.zS('cluster', message, { hint, isTemporary });
        }
        await clock.sleep(backoff.next(), signal);
    }
}
function id_token_unreached(error) {
    return { problem: (0,errors/* describeError */.Uc)(error), hint: networkHint, isTemporary: true };
}
/** The token in a response, or what is wrong with it. */
function readToken({ status, body }) {
    if (status !== 200) {
        const isTemporary = status === 429 || status >= 500;
        const hint = id_token_hints[status] ?? (isTemporary ? unavailableHint : addressHint);
        return { problem: `HTTP ${status}`, hint, isTemporary };
    }
    const token = json_text(field(parseJson(body.toString('utf8')), 'value')) ?? '';
    if (token !== '')
        return token;
    return { problem: 'the response has no token', hint: addressHint, isTemporary: false };
}

;// CONCATENATED MODULE: ./build/io/kube/credentials/check.js





const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** With the older labels that OpenSSL accepts for CA certificates. */
const pemCaCertificate = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g;
/** The fields of the kubeconfig, and of the exec plugin's output, that hold the credentials. */
function check_fieldNames({ cluster, user, exec, login, isTokenOfFile, }) {
    const files = referencedFiles(cluster, user).map(({ key }) => key);
    const pem = (field) => ({
        name: `its ${files.includes(field) ? field : `${field}-data`}`,
        hint: `${howToPrint}.`,
    });
    const token = (name) => ({ name, hint: 'Use a token of one line.' });
    const names = {
        ca: pem('certificate-authority'),
        cert: pem('client-certificate'),
        key: pem('client-key'),
        token: token('its token'),
        ...exec?.names,
    };
    if (login !== 'kubeconfig')
        return { ...names, ...inputNames };
    // A token of the kubeconfig overrides that of a plugin.
    if (isTokenOfFile)
        return { ...names, token: token('the token of its tokenFile') };
    return (user['token'] ?? '') === '' ? names : { ...names, token: token('its token') };
}
/** The credentials of a connection without a kubeconfig. The input 'token' is checked with the inputs. */
const inputNames = {
    ca: { name: "'ca-cert'", hint: 'Use the CA certificate of the API server in PEM.' },
    token: {
        name: 'the OIDC token of the job',
        hint: 'Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address of the runner.',
    },
};
/**
 * Checks the certificates, the key and the headers of a request. Node would name neither the kubeconfig nor the field, and
 * would report some of it as an error of the connection, as if the server could not be reached. No message quotes a value.
 * @throws InvalidInput
 */
function check_checkCredentials(options, names) {
    const { ca, cert, key, headers, rejectUnauthorized: isVerified = true } = options;
    if (ca !== undefined && isVerified)
        checkCaCertificates(ca, names.ca);
    const certificate = cert === undefined ? undefined : readCertificate(cert, names.cert);
    const privateKey = key === undefined ? undefined : check_readKey(key, names.key);
    if (privateKey !== undefined && certificate?.checkPrivateKey(privateKey) === false)
        throw (0,text_problem/* invalid */.Gq)(`${names.key.name} does not belong to ${names.cert.name}`, names.key.hint);
    for (const [header, value] of Object.entries({ ...headers })) {
        const isToken = header.toLowerCase() === 'authorization';
        checkHeader(header, value, isToken ? names.token : impersonation(header));
    }
}
/** True for a certificate and a key that belong together. */
function isPair(cert, key) {
    if (cert === undefined || key === undefined)
        return false;
    try {
        return new external_node_crypto_.X509Certificate(cert).checkPrivateKey((0,external_node_crypto_.createPrivateKey)(key));
    }
    catch {
        return false;
    }
}
/** One valid certificate is enough: a bundle may hold others that cannot be parsed. */
function checkCaCertificates(value, { name, hint }) {
    const blocks = String(value).match(pemCaCertificate) ?? [];
    if (!blocks.some((block) => parseCertificate(block) !== undefined))
        throw (0,text_problem/* invalid */.Gq)(`${name} is not a certificate in PEM`, hint);
}
/** The first certificate of a chain; all of them must be valid. */
function readCertificate(value, { name, hint }) {
    const blocks = String(value).match(pemCertificate) ?? [];
    const [first, ...others] = blocks.map(parseCertificate);
    if (first === undefined || others.includes(undefined))
        throw (0,text_problem/* invalid */.Gq)(`${name} is not a certificate in PEM`, hint);
    return first;
}
/** undefined for an invalid one: the message of OpenSSL names a routine of its decoder. */
function parseCertificate(block) {
    try {
        return new external_node_crypto_.X509Certificate(block);
    }
    catch {
        return undefined;
    }
}
function check_readKey(value, { name, hint }) {
    try {
        return (0,external_node_crypto_.createPrivateKey)(String(value));
    }
    catch {
        throw (0,text_problem/* invalid */.Gq)(`${name} is not a private key in PEM, or has a passphrase`, hint);
    }
}
function checkHeader(header, value, { name, hint }) {
    try {
        for (const item of [value].flat())
            (0,external_node_http_.validateHeaderValue)(header, String(item));
    }
    catch {
        throw (0,text_problem/* invalid */.Gq)(`${name} has a line break or another character that HTTP headers refuse`, hint);
    }
}
/** The field of the user that is sent in this header. */
function impersonation(header) {
    const name = header.startsWith('Impersonate-Extra-')
        ? 'its as-user-extra'
        : (impersonationFields.get(header) ?? `the header ${header} of its user`);
    return { name, hint: 'Remove that character.' };
}
const impersonationFields = new Map([
    ['Impersonate-User', 'its as'],
    ['Impersonate-Group', 'its as-groups'],
    ['Impersonate-Uid', 'its as-uid'],
]);

;// CONCATENATED MODULE: ./build/io/kube/credentials/exec-plugin.js



/** The name of the extension of a cluster that its exec plugin gets. */
const pluginExtension = 'client.authentication.k8s.io/exec';
/** undefined for a user without a plugin. */
function readPlugin(exec) {
    if (!isFields(exec) || !('command' in exec))
        return undefined;
    return {
        apiVersion: json_text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
        command: json_text(exec['command']) ?? '',
        args: itemsOf(exec['args']).map(String),
        env: Object.fromEntries(listOf(exec['env']).flatMap(readVariable)),
        provideClusterInfo: exec['provideClusterInfo'] === true,
        installHint: (json_text(exec['installHint']) ?? '').replace(/\s+/g, ' ').trim(),
        secrets: pluginSecrets(exec),
    };
}
function readVariable(entry) {
    if (!('name' in entry) || !('value' in entry))
        return [];
    return [[String(entry['name']), String(entry['value'])]];
}
/**
 * The value of KUBERNETES_EXEC_INFO, as client-go sets it.
 * @param cluster the cluster's fields in the kubeconfig. @param ca the CA certificate of its file or field, in PEM.
 */
function execInfo({ apiVersion, provideClusterInfo }, cluster, ca) {
    const extension = listOf(cluster['extensions']).find(({ name }) => name === pluginExtension);
    const known = {
        server: cluster['server'],
        'tls-server-name': cluster['tls-server-name'],
        'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] === true || undefined,
        'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
        'proxy-url': cluster['proxy-url'],
        'disable-compression': cluster['disable-compression'],
        config: extension?.['extension'] ?? null,
    };
    return JSON.stringify({
        apiVersion,
        kind: 'ExecCredential',
        spec: { ...(provideClusterInfo && { cluster: known }), interactive: false },
    });
}
/** The step that gives a plugin its credentials, by the name of the program. */
const providerSteps = {
    aws: 'aws-actions/configure-aws-credentials',
    'aws-iam-authenticator': 'aws-actions/configure-aws-credentials',
    'gke-gcloud-auth-plugin': 'google-github-actions/auth',
    kubelogin: 'azure/login (and kubelogin convert-kubeconfig -l azurecli)',
    doctl: 'digitalocean/action-doctl',
};
/** What to change if the plugin is not on the runner. */
function exec_plugin_missingHint({ installHint }) {
    return installHint === ''
        ? 'Install the plugin on the runner, or use a kubeconfig with a token.'
        : installHint;
}
/** What to change if the plugin has run and failed. */
function exec_plugin_failedHint({ command }) {
    const step = providerSteps[(0,external_node_path_.basename)(command)];
    return step === undefined
        ? 'Check the credentials that the plugin uses on the runner, or use a kubeconfig with a token.'
        : `Run ${step} in an earlier step, or check its credentials; or use a kubeconfig with a token.`;
}

;// CONCATENATED MODULE: ./build/io/kube/credentials/exec-credentials.js







const slowCredentialsHint = 'Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.';
/** Credentials are renewed this long before they expire, but not in the first half of their life. */
const earlyMs = 30_000;
/** Runs a kubeconfig's exec plugin with the command runner of the action, and KUBERNETES_EXEC_INFO as client-go sets it. */
class ExecCredentials {
    #plugin;
    #info;
    #run;
    #mask;
    #now;
    /** The last run, ended or not. */
    #last;
    /** The credentials of the last request. */
    #applied;
    constructor(plugin, info, runner) {
        this.#plugin = plugin;
        this.#info = info;
        this.#run = runner.run;
        this.#mask = runner.mask;
        this.#now = runner.now ?? Date.now;
    }
    /**
     * The exec plugin of a user; undefined without one.
     * @param cluster the cluster's fields in the kubeconfig. @param readCa returns its CA certificate in PEM.
     */
    static of(user, cluster, readCa, runner) {
        const plugin = readPlugin(user['exec']);
        if (plugin === undefined)
            return undefined;
        return new ExecCredentials(plugin, () => execInfo(plugin, cluster, readCa()), runner);
    }
    /** Names of the credentials that the plugin has returned for the last request. */
    get names() {
        const { token, certificate, key } = this.#applied ?? {};
        const named = (status) => ({
            name: `the ${status} of its exec plugin`,
            hint: 'Run the exec plugin by hand and check its output, or use a kubeconfig with a token.',
        });
        return {
            ...(token !== undefined && { token: named('token') }),
            ...(certificate !== undefined && { cert: named('clientCertificateData') }),
            ...(key !== undefined && { key: named('clientKeyData') }),
        };
    }
    /** What a request waits for while the plugin runs. */
    get doing() {
        return `running the kubeconfig's exec plugin ${(0,text_problem/* quote */.hD)(this.#plugin.command)}`;
    }
    /**
     * The credentials for a request that is sent now.
     * @throws BuildError, or the signal's reason.
     */
    async current(signal) {
        this.#applied = await this.#valid(signal);
        return this.#applied;
    }
    /** After a 401: the next request runs the plugin again. */
    forget() {
        this.#last = undefined;
        return true;
    }
    async #valid(signal) {
        const last = this.#last;
        if (last !== undefined) {
            const known = await this.#wait(last, signal);
            if (this.#now() < known.renewAtMs)
                return known;
            if (this.#last === last)
                this.#last = undefined;
        }
        this.#last ??= this.#start();
        return this.#wait(this.#last, signal);
    }
    #start() {
        const stop = new AbortController();
        const credential = this.#execute(stop.signal).then((answer) => {
            run.isAnswered = true;
            return answer;
        });
        const run = { credential, stop, waiting: 0, isAnswered: false };
        return run;
    }
    /** The last request that stops waiting for a run without credentials ends the plugin, and discards the run. */
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
    async #execute(signal) {
        const { command, args, env, secrets } = this.#plugin;
        const { doing } = this;
        const info = { KUBERNETES_EXEC_INFO: this.#info() };
        let answer;
        try {
            answer = await this.#run(command, args, { env: { ...env, ...info }, signal });
        }
        catch (error) {
            const isLate = error instanceof errors/* ProgramTimeout */.Op;
            const output = isLate ? afterColon(error.stderr, secrets) : '';
            throw new errors/* BuildError */.zS('cluster', `${doing} failed: ${(0,errors/* describeError */.Uc)(error)}${output}`, {
                hint: isLate ? slowCredentialsHint : this.#startHint(error),
                cause: error,
            });
        }
        const credential = readCredential(answer.stdout, this.#now());
        const hint = exec_plugin_failedHint(this.#plugin);
        const output = afterColon(answer.stderr, [...secrets, ...exec_credentials_secretsOf(credential)]);
        if (answer.exitCode !== 0) {
            const message = `${doing} failed with exit code ${answer.exitCode}${output}`;
            throw new errors/* BuildError */.zS('cluster', message, { hint });
        }
        if (credential === undefined) {
            const message = `${doing} failed: it returned no credentials${output}`;
            throw new errors/* BuildError */.zS('cluster', message, { hint });
        }
        for (const form of maskForms(exec_credentials_secretsOf(credential)))
            this.#mask(form);
        return credential;
    }
    #startHint(error) {
        return (0,errors/* errorCode */.CA)(error) === 'ENOENT' ? exec_plugin_missingHint(this.#plugin) : exec_plugin_failedHint(this.#plugin);
    }
}
function readCredential(stdout, nowMs) {
    const status = fieldsOf(field(parseJson(stdout), 'status'));
    const token = json_text(status['token']);
    const certificate = json_text(status['clientCertificateData']);
    const key = json_text(status['clientKeyData']);
    if (token === undefined && certificate === undefined)
        return undefined;
    return {
        token,
        certificate,
        key,
        renewAtMs: renewalOf(json_text(status['expirationTimestamp']), nowMs),
    };
}
/** Credentials that have expired when they arrive show that the clocks differ: they are used until the API server refuses them. */
function renewalOf(expirationTimestamp, nowMs) {
    const expiresAtMs = Date.parse(expirationTimestamp ?? '');
    const lifeMs = expiresAtMs - nowMs;
    return lifeMs > 0 ? expiresAtMs - Math.min(earlyMs, lifeMs / 2) : Infinity;
}
function exec_credentials_secretsOf(credential) {
    return [credential?.token, credential?.key].filter((secret) => secret !== undefined);
}

;// CONCATENATED MODULE: ./build/io/kube/credentials/user-credentials.js




/**
 * The credentials in a cluster and a user of a kubeconfig. Their files are read for each request, because they can be renewed while the
 * step runs; the content that was read last is used while a file cannot be read.
 */
class UserCredentials {
    #cluster;
    #user;
    #contents = new Map();
    #pair;
    /** The token of the last request, for a 401. */
    #sent;
    constructor(cluster, user) {
        this.#cluster = cluster;
        this.#user = user;
    }
    /** The CA certificates of the cluster in PEM; undefined if it has none. */
    ca = () => this.#pem(this.#cluster, 'certificate-authority');
    /** True if the user has credentials without its exec plugin, which does not run then, as in kubectl. */
    get isComplete() {
        const { cert, key } = this.pair();
        const isPair = cert !== undefined && key !== undefined;
        return isPair || this.authorization() !== undefined || tokenFileOf(this.#user) !== undefined;
    }
    /** The client certificate and its key. While their files are replaced one after the other, the last ones that fit. */
    pair() {
        const cert = this.#pem(this.#user, 'client-certificate');
        const key = this.#pem(this.#user, 'client-key');
        const isChanged = cert !== this.#pair?.cert || key !== this.#pair?.key;
        if (this.#pair === undefined || (isChanged && isPair(cert, key)))
            this.#pair = { cert, key };
        return this.#pair;
    }
    /** The token of the token file; undefined without a file, and as long as it has not had a token. */
    fileToken() {
        const token = this.#readFileToken();
        this.#sent = token;
        return token;
    }
    /** The token in the kubeconfig, else its user and password, as the value of the header Authorization. */
    authorization() {
        const { token, username, password } = this.#user;
        if (user_credentials_isGiven(token))
            return `Bearer ${String(token)}`;
        if (!user_credentials_isGiven(username))
            return undefined;
        const basic = `${String(username)}:${user_credentials_isGiven(password) ? String(password) : ''}`;
        return `Basic ${Buffer.from(basic).toString('base64')}`;
    }
    /** After a 401: true if the token file has another token than that of the last request. */
    isRenewed() {
        return this.#readFileToken() !== this.#sent;
    }
    #readFileToken() {
        const file = tokenFileOf(this.#user);
        return file === undefined ? undefined : this.#read(file)?.trim();
    }
    #pem(fields, key) {
        const data = json_text(fields[`${key}-data`]) ?? '';
        if (data !== '')
            return Buffer.from(data, 'base64').toString();
        const file = referencedFiles(fields, fields).find((reference) => reference.key === key);
        return file === undefined ? undefined : this.#read(file.path);
    }
    #read(path) {
        try {
            const content = (0,external_node_fs_.readFileSync)(path, 'utf8');
            if (content.trim() !== '')
                this.#contents.set(path, content);
        }
        catch {
            // The content of the last request is used again, as in client-go.
        }
        return this.#contents.get(path);
    }
}
function user_credentials_isGiven(value) {
    return value !== undefined && value !== null && value !== '';
}

;// CONCATENATED MODULE: ./build/io/kube/kubeconfig.js









/** Where the kubelet mounts the ServiceAccount of a pod. */
const mountedServiceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
/**
 * The kubeconfig for `kubeconfig: auto`: the files of `$KUBECONFIG`, `~/.kube/config` or the in-cluster ServiceAccount, in
 * this order.
 * @param serviceAccount directory with the files token, ca.crt and namespace.
 * @throws BuildError('input') if the runner has none of them, or a file cannot be read or parsed.
 */
function findKubeconfig(environment, serviceAccount = mountedServiceAccount) {
    const { KUBECONFIG: list = '', HOME: home = '' } = environment;
    const files = list.split(external_node_path_.delimiter).filter((file) => file !== '');
    if (files.length > 0)
        return readList(list, files);
    const own = (0,external_node_path_.join)(home === '' ? (0,external_node_os_.homedir)() : home, '.kube', 'config');
    if ((0,external_node_fs_.existsSync)(own))
        return kubeconfig_readKubeconfig(own);
    const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment;
    if (host !== '' && port !== '' && (0,external_node_fs_.existsSync)((0,external_node_path_.join)(serviceAccount, 'token')))
        return inClusterKubeconfig(host, port, serviceAccount);
    throw new errors/* BuildError */.zS('input', "finding a kubeconfig failed: the input 'kubeconfig' is auto, but the runner has no $KUBECONFIG, no ~/.kube/config and no in-cluster ServiceAccount", { hint: "Set the input 'kubeconfig' to a secret with the content of a kubeconfig." });
}
/** The files of `$KUBECONFIG`. Missing ones are skipped as long as one is there, as kubectl does. */
function readList(list, files) {
    refuseContent(list);
    const found = files.filter((file) => (0,external_node_fs_.existsSync)(file));
    const known = (found.length === 0 ? files : found).map(kubeconfig_readKubeconfig);
    return mergeKubeconfigs(known, '$KUBECONFIG');
}
/** Longer values are probably not a path, but a secret. */
const kubeconfig_longestPath = 4_096;
/** @throws BuildError('input') for the content of a kubeconfig in place of a path. Quotes nothing of it. */
function refuseContent(list) {
    const isText = /[\n{]/.test(list) || list.length > kubeconfig_longestPath || /apiVersion|clusters/.test(list);
    if (!isText && (0,show/* credentialKind */.e)(list) === undefined)
        return;
    throw new errors/* BuildError */.zS('input', 'reading $KUBECONFIG failed: it must be a path or a list of paths, but it looks like the content of a kubeconfig', { hint: "Set the input 'kubeconfig' to the content, and remove the variable KUBECONFIG." });
}
/** Runs something that validates a kubeconfig. @throws BuildError('input') in place of InvalidInput; names the source. */
function explainInvalid(source, validate) {
    try {
        return validate();
    }
    catch (error) {
        const problem = error instanceof text_problem/* InvalidInput */.o9 ? error.problems[0] : undefined;
        if (problem === undefined)
            throw error;
        const { text, hint, line, input } = problem;
        const isInput = source === inputSource || server_access_loginOf(source) !== 'kubeconfig';
        const origin = isInput ? source : `kubeconfig (${source})`;
        const place = input === undefined ? origin : `input '${input}'`;
        const message = `${place}${line === undefined ? '' : ` line ${line}`}: ${text}`;
        throw new errors/* BuildError */.zS('input', message, { ...(hint !== undefined && { hint }) });
    }
}
function kubeconfig_readKubeconfig(file) {
    let content;
    try {
        content = (0,external_node_fs_.readFileSync)(file, 'utf8');
    }
    catch (error) {
        throw new errors/* BuildError */.zS('input', `reading the kubeconfig (${(0,show/* show */.W)(file)}) failed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint: "Name a file that the runner can read in KUBECONFIG, or set the input 'kubeconfig' to the content of a kubeconfig.",
            cause: error,
        });
    }
    const source = (0,show/* show */.W)(file);
    const kubeconfig = explainInvalid(source, () => parseKubeconfig(content, source));
    return resolveFiles(kubeconfig, (0,external_node_path_.dirname)((0,external_node_path_.resolve)(file)));
}
/** The ServiceAccount of the runner's pod as a kubeconfig. The API server always has TLS, as in client-go. */
function inClusterKubeconfig(host, port, directory) {
    const name = 'in-cluster';
    const cluster = {
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        'certificate-authority': (0,external_node_path_.join)(directory, 'ca.crt'),
    };
    const namespaceFile = (0,external_node_path_.join)(directory, 'namespace');
    const namespace = (0,external_node_fs_.existsSync)(namespaceFile) ? (0,external_node_fs_.readFileSync)(namespaceFile, 'utf8').trim() : '';
    return {
        source: 'in-cluster ServiceAccount',
        document: {
            clusters: [{ name, cluster }],
            users: [{ name, user: { tokenFile: (0,external_node_path_.join)(directory, 'token') } }],
            contexts: [{ name, context: { cluster: name, user: name, namespace } }],
            'current-context': name,
        },
    };
}

;// CONCATENATED MODULE: ./build/io/kube/connection.js

























/**
 * Prepares requests to the cluster of a kubeconfig; sends nothing. Masks the secrets of the kubeconfig first, and later those
 * of exec plugins and token files.
 * @throws BuildError('input') if no kubeconfig is found, or it cannot be used.
 */
function connection_connect(kube, environment, runner) {
    const kubeconfig = kube.kubeconfig === 'auto' ? findKubeconfig(environment) : kube.kubeconfig;
    const { source } = kubeconfig;
    for (const secret of leafSecrets(kubeconfig))
        runner.mask(secret);
    const { hideServer = false } = kube;
    if (hideServer)
        for (const name of serverNames(kubeconfig))
            runner.mask(name);
    const context = explainInvalid(source, () => selectContext(kubeconfig, kube.context, isReadable));
    const { cluster, user } = context;
    const server = quotableAddress(context.server);
    const own = new UserCredentials(cluster, user);
    const exec = own.isComplete ? undefined : ExecCredentials.of(user, cluster, own.ca, runner);
    const idTokens = idTokensOf(kube.oidcAudience, environment, runner.clock);
    const login = server_access_loginOf(source);
    const isVerified = cluster['insecure-skip-tls-verify'] !== true;
    const proxy = proxyOf(context, environment);
    const url = new URL(context.server);
    const name = json_text(cluster['tls-server-name']) ?? '';
    const agent = createAgent(url.protocol, proxy, tlsOptions(name, hideServer ? runner.mask : undefined));
    const impersonation = impersonationHeaders(user);
    const masked = new Set();
    return {
        source,
        server,
        contextName: context.name,
        login,
        isRenewed: [idTokens, exec, tokenFileOf(user)].some((source) => source !== undefined),
        namespace: kube.namespace ?? context.namespace ?? 'default',
        unverifiedTls: !isVerified,
        hasCa: own.ca() !== undefined,
        lifetimeWarnings(timeoutMs) {
            return lifetimeWarnings(user, login, { nowMs: (runner.now ?? Date.now)(), timeoutMs });
        },
        async requestOptions(path, query, signal) {
            const { plugin, idToken } = await loadCredentials({ exec, idTokens, server }, signal);
            const ca = own.ca();
            if (ca === undefined && isVerified)
                trustSystem();
            const fileToken = own.fileToken();
            const token = idToken ?? fileToken ?? plugin?.token;
            const authorization = basicOf(url) ?? (token === undefined ? own.authorization() : `Bearer ${token}`);
            const { cert, key } = plugin?.certificate === undefined ? own.pair() : pairOf(plugin);
            const options = {
                signal,
                agent,
                // Without it, NODE_TLS_REJECT_UNAUTHORIZED would decide.
                rejectUnauthorized: isVerified,
                ...(ca !== undefined && { ca }),
                ...(cert !== undefined && { cert }),
                ...(key !== undefined && { key }),
                ...(name !== '' && { servername: (0,external_node_net_.isIP)(name) === 0 ? name : '' }),
                headers: {
                    ...(authorization !== undefined && { Authorization: authorization }),
                    ...impersonation,
                },
            };
            // The tokens of files are not in the kubeconfig, and change while the step runs.
            for (const secret of authorizationSecrets(options.headers)) {
                if (!masked.has(secret))
                    runner.mask(secret);
                masked.add(secret);
            }
            const isTokenOfFile = fileToken !== undefined;
            const names = check_fieldNames({ cluster, user, exec, login, isTokenOfFile });
            explainInvalid(source, () => {
                check_checkCredentials(options, names);
            });
            return { url: requestUrl(context.server, path, query), options };
        },
        renewCredentials() {
            idTokens?.forget();
            return Promise.resolve(idTokens !== undefined || (exec?.forget() ?? own.isRenewed()));
        },
    };
}
/** The OIDC tokens of the job for an audience; undefined without one. @throws BuildError('input') if the job has none. */
function idTokensOf(audience, environment, clock = systemClock) {
    if (audience === undefined)
        return undefined;
    const service = idTokenService(environment);
    const request = (signal) => requestIdToken(service, audience, clock, signal);
    return new IdTokenSource(request, clock);
}
/** @throws BuildError */
async function loadCredentials({ exec, idTokens, server, }, signal) {
    try {
        signal.throwIfAborted();
        return { plugin: await exec?.current(signal), idToken: await idTokens?.current(signal) };
    }
    catch (error) {
        const doing = exec?.doing ?? `loading the credentials for ${server}`;
        if (signal.aborted)
            throw stoppedWhile(doing, signal, slowCredentialsHint);
        throw error;
    }
}
/** The proxy of the kubeconfig, else that of the environment. */
function proxyOf({ server, cluster }, environment) {
    const own = json_text(cluster['proxy-url']) ?? '';
    if (own === '')
        return environmentProxy(new URL(server), environment);
    return { url: new URL(own), setting: 'proxy-url of the kubeconfig' };
}
function pairOf({ certificate: cert, key }) {
    return { cert, key };
}
/** User and password in the URL of a server, which precede all other credentials, as in kubectl. */
function basicOf(url) {
    const given = userOf(url);
    if (given === undefined)
        return undefined;
    return `Basic ${Buffer.from(`${given.user}:${given.password}`).toString('base64')}`;
}
/**
 * Options of TLS for all connections.
 * @param name `tls-server-name`; empty for the host. TLS does not send an address as a name, but the certificate must have it.
 * @param mask is called with the addresses of the API server, and with the other names in its certificate, before an error can have
 *   them.
 */
function tlsOptions(name, mask) {
    if (mask === undefined && (0,external_node_net_.isIP)(name) === 0)
        return {};
    const identity = {
        checkServerIdentity(host, certificate) {
            const error = (0,external_node_tls_.checkServerIdentity)((0,external_node_net_.isIP)(name) === 0 ? host : name, certificate);
            // Every API server has the names of the Service, which are ordinary words.
            if (error !== undefined && mask !== undefined)
                namesIn(certificate)
                    .filter((one) => !/^kubernetes\b/.test(one))
                    .forEach(mask);
            return error;
        },
    };
    return { ...identity, ...(mask !== undefined && { lookup: maskingLookup(mask) }) };
}
function namesIn({ subjectaltname = '' }) {
    return subjectaltname.split(/, /).map((name) => name.replace(/^[^:]*:/, ''));
}
function maskingLookup(mask) {
    return (hostname, options, callback) => {
        (0,external_node_dns_.lookup)(hostname, options, (error, found, family) => {
            if (error === null)
                [found].flat().forEach((one) => {
                    mask(typeof one === 'string' ? one : one.address);
                });
            callback(error, found, family);
        });
    };
}
/** `as`, `as-groups`, `as-uid` and `as-user-extra`. */
function impersonationHeaders(user) {
    const headers = {};
    const name = json_text(user['as']) ?? '';
    if (name !== '')
        headers['Impersonate-User'] = name;
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
function isReadable(path) {
    try {
        (0,external_node_fs_.readFileSync)(path);
        return true;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./build/io/kube/request-log.js

/**
 * Observer that prints a line for each request, for example
 * `GET /api/v1/namespaces/ci/pods/kbp-x: 200 after 12 ms`.
 * @param print a rejection is ignored: the next message to the job log fails for the same reason.
 */
function logRequests(print) {
    return ({ method, path, outcome, durationMs }) => {
        const result = typeof outcome === 'number' ? String(outcome) : (0,errors/* describeError */.Uc)(outcome);
        print(`${method} ${path}: ${result} after ${durationMs} ms`).catch(() => undefined);
    };
}

;// CONCATENATED MODULE: ./build/io/registry/authorization.js

/** The token service has refused the request. */
class TokenRefusal extends Error {
    status;
    constructor(host, status) {
        super(`the token service ${host} responded with HTTP ${status}`);
        this.name = 'TokenRefusal';
        this.status = status;
    }
}
/**
 * The Authorization header that answers a challenge; undefined if there are no credentials for it.
 * @param send sends the request to the token service.
 * @throws Error if the token service is refused, refuses, or returns no token.
 */
async function authorize(challenge, { scope, credentials = {}, isPlainAllowed }, send) {
    const { auth, registrytoken } = credentials;
    if (challenge.scheme === 'basic')
        return auth === undefined ? undefined : `Basic ${auth}`;
    if (registrytoken !== undefined)
        return `Bearer ${registrytoken}`;
    const { realm, service } = challenge;
    const url = URL.parse(realm);
    const isTls = url?.protocol === 'https:';
    if (url === null || !(isTls || (isPlainAllowed && url.protocol === 'http:'))) {
        throw new Error('the registry names a token service without TLS');
    }
    const reply = await send(tokenRequest(url, { service, scope }, credentials));
    if (reply.status !== 200) {
        throw new TokenRefusal(url.host, reply.status);
    }
    const answer = parseJson(reply.body.toString('utf8'));
    const token = json_text(field(answer, 'token')) ?? json_text(field(answer, 'access_token'));
    if (token === undefined || token === '') {
        throw new Error(`the token service ${url.host} returned no token`);
    }
    return `Bearer ${token}`;
}
/** As docker does: an identity token is exchanged by OAuth 2, anything else by GET. */
function tokenRequest(realm, { service, scope }, { auth, identitytoken }) {
    if (identitytoken !== undefined) {
        const form = new URLSearchParams({
            grant_type: 'refresh_token',
            ...(service !== undefined && { service }),
            client_id: 'kube-build-push',
            scope,
            refresh_token: identitytoken,
        });
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        return { method: 'POST', url: realm, headers, body: form.toString() };
    }
    const url = new URL(realm);
    if (service !== undefined)
        url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    const headers = auth === undefined ? {} : { authorization: `Basic ${auth}` };
    return { method: 'GET', url, headers };
}

;// CONCATENATED MODULE: ./build/io/registry/challenge.js
const bearer = /(?:^|,\s*)Bearer\s([^]*)$/i;
const basic = /(?:^|,\s*)Basic\b/i;
const parameter = /\b(realm|service)="([^"]*)"/gi;
/** Reads a WWW-Authenticate header: Bearer before Basic, undefined for anything else. */
function parseChallenge(header) {
    const parameters = bearer.exec(header ?? '')?.[1];
    if (parameters !== undefined) {
        const values = new Map();
        for (const [, name = '', value = ''] of parameters.matchAll(parameter)) {
            if (!values.has(name.toLowerCase()))
                values.set(name.toLowerCase(), value);
        }
        const realm = values.get('realm');
        if (realm !== undefined)
            return { scheme: 'bearer', realm, service: values.get('service') };
    }
    return basic.test(header ?? '') ? { scheme: 'basic' } : undefined;
}

;// CONCATENATED MODULE: ./build/io/registry/hosts.js




/** What the inputs permit for each host. */
class RegistryHosts {
    #access;
    #ca;
    constructor(access) {
        this.#access = access;
        if (access.ca !== undefined) {
            trustSystem();
            this.#ca = [...(0,external_node_tls_.getCACertificates)('default'), access.ca];
        }
    }
    /** The schemes to try, in their order: those that builders try. */
    schemes(host) {
        return this.isPlainListed(host) || isLocal(host) ? ['https', 'http'] : ['https'];
    }
    /** True if `insecure-registries` permits plain HTTP, with credentials. */
    isPlainListed(host) {
        return this.#listed(host).some(({ http }) => http);
    }
    tls(url) {
        const hosts = [url.host, `${url.hostname}:${url.port || 443}`];
        const isUnverified = hosts.flatMap((host) => this.#listed(host)).some((e) => e.unverifiedTls);
        return {
            ...(this.#ca !== undefined && { ca: this.#ca }),
            ...(isUnverified && { rejectUnauthorized: false }),
        };
    }
    credentials(host, repository) {
        return loginFor(this.#access.logins, host, repository);
    }
    #listed(host) {
        return this.#access.insecure.filter((entry) => entry.host === host);
    }
}
/** Hosts that go-containerregistry, which kaniko uses, also tries without TLS. */
function isLocal(host) {
    const name = host.replace(/:\d+$/, '');
    return (/^localhost$|\.local(?:host)?$|^127\.|^\[::1\]$/.test(name) ||
        ((0,external_node_net_.isIP)(name) === 4 && /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(name)));
}

;// CONCATENATED MODULE: ./build/io/registry/registry.js









/** An image or an index, of OCI or Docker: without these types a registry may convert the manifest, which has another digest then. */
const manifestTypes = [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const registry_digestPattern = /^sha256:[0-9a-f]{64}$/;
const mostRedirects = 3;
/** Characters of a message of the registry that are quoted. */
const longestQuote = 200;
/**
 * A client of the distribution API (OCI distribution specification). It sends credentials only to the registry that they are for
 * and to the token service that this registry names, and over plain HTTP only where `insecure-registries` permits it.
 */
class HttpRegistry {
    #hosts;
    /** `https://host` or `http://host`, by host. */
    #origins = new Map();
    /** Authorization headers by repository. */
    #authorizations = new Map();
    /** The repositories for which credentials were sent. */
    #sent = new Set();
    constructor(access) {
        this.#hosts = new RegistryHosts(access);
    }
    async tagDigest({ registry: host, repository, tag }, signal) {
        const path = `${repository}/manifests/${tag}`;
        const name = `${host}/${repository}`;
        const call = { host, repository, path, headers: { accept: manifestTypes } };
        try {
            const { status, headers } = await this.#call({ ...call, method: 'HEAD' }, signal);
            const digest = headers['docker-content-digest'];
            if (status === 200 && typeof digest === 'string' && registry_digestPattern.test(digest))
                return digest;
            // Some registries refuse HEAD, or send no digest.
            const reply = await this.#call({ ...call, method: 'GET' }, signal);
            if (reply.status === 200 && registry_isManifest(reply))
                return digestOf(reply.body);
            return {
                failure: new Error(describeReply(reply)),
                status: reply.status,
                ...registry_codeOf(reply),
                sentCredentials: this.#sent.has(name),
                isTemporary: registry_isTemporary(reply.status),
                hasResponded: true,
            };
        }
        catch (error) {
            signal.throwIfAborted();
            const isFinal = error instanceof ProxyError
                ? !error.isTemporary
                : (0,errors/* isCertificateError */.Y4)(error) || (0,errors/* isTlsError */.sl)(error);
            return {
                failure: toError(error),
                ...(error instanceof TokenRefusal && { status: error.status, isOfTokenService: true }),
                sentCredentials: this.#sent.has(name),
                isTemporary: !isFinal,
                hasResponded: false,
            };
        }
    }
    /** The response to a call, authorized if the registry asks for it. */
    async #call({ method, host, repository, path, headers }, signal) {
        const origin = await this.#origin(host, signal);
        const isPlainListed = this.#hosts.isPlainListed(host);
        const url = new URL(`${origin}/v2/${path}`);
        const name = `${host}/${repository}`;
        const send = (authorization) => {
            const all = { ...headers, ...(authorization !== undefined && { authorization }) };
            return this.#follow({ method, url, headers: all }, signal);
        };
        const { reply, origin: answered } = await send(this.#authorizations.get(name));
        const challenge = parseChallenge(reply.headers['www-authenticate']);
        if (reply.status !== 401 || challenge === undefined)
            return reply;
        // The credentials are for this registry, not for a host that it redirects to, nor for the token service of that host.
        if (answered !== url.origin)
            return reply;
        const isSafe = url.protocol === 'https:' || isPlainListed;
        const purpose = {
            scope: `repository:${repository}:pull`,
            credentials: isSafe ? this.#hosts.credentials(host, repository) : undefined,
            isPlainAllowed: url.protocol === 'http:',
        };
        const note = () => {
            if (purpose.credentials !== undefined)
                this.#sent.add(name);
        };
        const authorization = await authorize(challenge, purpose, (request) => {
            note();
            return this.#send(request, signal);
        });
        if (authorization === undefined)
            return reply;
        note();
        this.#authorizations.set(name, authorization);
        return (await send(authorization)).reply;
    }
    /** Finds out whether the registry uses TLS, where plain HTTP is permitted. */
    async #origin(host, signal) {
        const known = this.#origins.get(host);
        if (known !== undefined)
            return known;
        const [first, ...others] = this.#hosts.schemes(host).map((scheme) => `${scheme}://${host}`);
        let origin = first ?? '';
        for (const next of others) {
            try {
                await this.#send({ method: 'GET', url: new URL(`${origin}/v2/`) }, signal);
                break;
            }
            catch (error) {
                if (signal.aborted || (0,errors/* isCertificateError */.Y4)(error))
                    throw error;
                origin = next;
            }
        }
        this.#origins.set(host, origin);
        return origin;
    }
    /** Follows redirects. Credentials are not sent to another origin, and a redirect does not end TLS. */
    async #follow(request, signal) {
        let current = request;
        for (let left = mostRedirects;; left--) {
            const reply = await this.#send(current, signal);
            const { location } = reply.headers;
            if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) {
                return { reply, origin: current.url.origin };
            }
            const url = URL.parse(location, current.url.href);
            const isHttp = url?.protocol === 'https:' || url?.protocol === current.url.protocol;
            if (left === 0 || url === null || !isHttp) {
                throw new Error(`the registry redirects the request (HTTP ${reply.status})`);
            }
            const { authorization, ...others } = current.headers ?? {};
            const isSame = url.origin === request.url.origin && authorization !== undefined;
            current = { ...current, url, headers: { ...others, ...(isSame && { authorization }) } };
        }
    }
    #send(request, signal) {
        return exchange(request, this.#hosts.tls(request.url), signal);
    }
}
/** False for the page of a proxy or of a sign-in service. */
function registry_isManifest({ body }) {
    return typeof field(parseJson(body.toString('utf8')), 'schemaVersion') === 'number';
}
/** The first error that the registry gives. */
function firstError({ body }) {
    return itemsOf(field(parseJson(body.toString('utf8')), 'errors'))[0];
}
function registry_codeOf(reply) {
    const code = json_text(field(firstError(reply), 'code')) ?? '';
    return code === '' ? {} : { code };
}
/** The status, and the first error that the registry gives for it. */
function describeReply(reply) {
    const { status } = reply;
    const error = firstError(reply);
    const words = [json_text(field(error, 'code')), json_text(field(error, 'message'))].filter((word) => word !== undefined && word !== '');
    if (status === 200)
        return 'the registry responded with something other than a manifest';
    const reason = words.length === 0 ? '' : ` (${(0,excerpt/* excerpt */.K)(words.join(': '), longestQuote)})`;
    return `the registry responded with HTTP ${status}${reason}`;
}
function registry_isTemporary(status) {
    return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

;// CONCATENATED MODULE: ./build/io/runner/crash.js

/**
 * The last resort: an error that nothing catches ends the process. The post step removes the pod.
 * @param report writes the failure to the job log; the process ends when it has settled.
 * @param exitCode of the process.
 */
function exitOnCrash(report, exitCode) {
    let isEnding = false;
    const end = (error) => {
        if (isEnding)
            return;
        isEnding = true;
        const failure = new errors/* BuildError */.zS('build', `the step crashed: ${(0,errors/* describeError */.Uc)(error)}`, {
            hint: 'Please report this with the job log.',
            cause: error,
        });
        void report(failure).finally(() => process.exit(exitCode));
    };
    process.on('uncaughtException', end);
    process.on('unhandledRejection', end);
}

;// CONCATENATED MODULE: ./build/io/runner/job.js



const mostStateBytes = 65_536;
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
        writeFor('GITHUB_STATE', 'saving the state for the post step', () => {
            (0,core/* saveState */.LZ)(state/* stateNames */.U0.pods, JSON.stringify(pods));
        });
    },
    rememberCa(pem) {
        // The runner passes the state in an environment variable, which Linux limits to 128 KiB; a larger one would end the post step.
        if (Buffer.byteLength(pem) > mostStateBytes)
            return;
        writeFor('GITHUB_STATE', 'saving the state for the post step', () => {
            (0,core/* saveState */.LZ)(state/* stateNames */.U0.ca, pem);
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
 * Writes to one of the runner's files. Without the file, @actions/core would print commands that runners no longer support.
 * @throws BuildError if it cannot be written: later steps depend on it.
 */
function writeFor(variable, doing, write) {
    const hint = `Check that the runner can write to the file in $${variable}.`;
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

;// CONCATENATED MODULE: ./build/io/runner/signals.js

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


/** Windows has neither flag; there, creating a link needs a privilege that a pull request does not have. */
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
        kind: workspace_kindOf(stats),
        sizeBytes: stats.size,
        mode: process.platform === 'win32' ? windowsMode : stats.mode & 0o7777,
        mtimeMs: stats.mtimeMs,
        device: stats.dev,
        inode: exactInode(stats.ino, inode),
        links: stats.nlink,
    };
}
/**
 * Inodes of NTFS and of overlay file systems have up to 64 bits. Rounded to a number, those of two different files can be
 * equal, and the files would look like hard links.
 */
function exactInode(inode, read) {
    return Number.isSafeInteger(inode) ? inode : read();
}
/** Windows has no permission bits; Docker sends this mode for all files. */
const windowsMode = 0o755;
function workspace_kindOf({ mode }) {
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
/** In the order of UTF-8 bytes. JavaScript's own is that of UTF-16 units, which differs only if there are surrogates. */
function sortByBytes(names) {
    if (!names.some((name) => /[\ud800-\udfff]/.test(name)))
        return names.sort();
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

;// CONCATENATED MODULE: ./build/io/world.js

















/**
 * The runner, its files and the cluster.
 * @param environment of the process. @param watchdog of the process, if it has one.
 */
function realWorld(environment, watchdog) {
    const clock = systemClock;
    const isDebug = environment['RUNNER_DEBUG'] === '1';
    const workspace = createWorkspace(process.cwd());
    const runCommand = commandRunner(environment);
    const job = watchdog === undefined ? runnerJob : patientJob(watchdog);
    const log = new JobLog(job, () => (0,external_node_crypto_.randomBytes)(16).toString('hex'), (token) => watchdog?.setFence(token));
    const mask = (secret) => {
        // A job log that cannot be written fails the next message, too.
        log.mask(secret).catch(() => undefined);
    };
    return {
        environment,
        isDebug,
        clock,
        log,
        workspace,
        runCommand,
        randomBytes: external_node_crypto_.randomBytes,
        cancellation: cancellation,
        job,
        onCrash: exitOnCrash,
        inputs: {
            read: (name) => (0,core/* getInput */.V4)(name, { trimWhitespace: false }),
            env: (name) => environment[name],
            readText: (path) => readInputFile(path, workspace)?.toString('utf8'),
        },
        openRegistry: (access) => new HttpRegistry(access),
        readDockerConfigs: (input) => readDockerConfigs(input, environment, (path) => workspace.resolve(path)),
        openCluster(kube) {
            const connection = connection_connect(kube, environment, { run: runCommand, mask, clock });
            const onRequest = isDebug ? logRequests((line) => log.debug(line)) : undefined;
            const cluster = new KubeCluster(connection, clock, onRequest);
            return { connection, cluster, credentials: (signal) => world_readCredentials(connection, signal) };
        },
    };
}
async function world_readCredentials(connection, signal) {
    const { options } = await connection.requestOptions('/version', {}, signal);
    const { Authorization: authorization } = fieldsOf(options.headers);
    return expiry_credentialsOf({
        authorization: json_text(authorization),
        certificate: options.cert === undefined ? undefined : String(options.cert),
        isRenewed: connection.isRenewed === true,
    });
}
/** The job log blocks the process while the runner does not read it. That is not a reason to end the step. */
function patientJob(watchdog) {
    return { ...runnerJob, write: (text) => watchdog.excuse(() => runnerJob.write(text)) };
}

;// CONCATENATED MODULE: ./build/step.js
// Connects the flow to the world, for the build step and for the post step.

















/** Builds the image. @returns the exit code of the process: 0 only after a confirmed success. */
async function runBuildStep(world) {
    const { clock, job, log, isDebug } = world;
    world.onCrash((crash) => reportFailure(crash, { log, isDebug }), 1);
    const cancelled = world.cancellation();
    const phases = new PhaseRecorder(clock);
    let inputs;
    let source;
    let report = emptyReport;
    let failure;
    try {
        // The first act: the problems of other inputs can quote a password that is set there, too.
        for (const secret of registryAuthSecrets(world.inputs.read('registry-auths'))) {
            await log.mask(secret);
        }
        inputs = parseInputs(world.inputs);
        const opened = world.openCluster(inputs.kube);
        await log.group('Prepare');
        for (const warning of inputs.warnings)
            await log.warning(warning);
        await logConnection(opened, inputs.timeoutMs, world);
        const ports = buildPorts(opened, phases, world);
        if (inputs.mode === 'check')
            return await runCheck(inputs, { opened, ports, world }, cancelled);
        if (inputs.kube.caCertificate !== undefined)
            job.rememberCa(inputs.kube.caCertificate);
        const times = { timeoutMs: inputs.timeoutMs, startedAtMs: phases.startedAtMs };
        const deadline = startDeadline(times, clock, cancelled, () => 'preparing the context');
        let plan;
        try {
            source = await openSource(inputs, world, deadline.signal);
            plan = await makePlan(inputs, source, world, deadline.signal);
        }
        finally {
            deadline.end();
        }
        phases.end('prepare');
        ({ report, failure } = await buildImage(plan, ports, cancelled));
        if (failure === undefined && isUnpushed(inputs))
            await log.info(notPushed);
        if (failure !== undefined && report.attempts > 0 && create_isRefusal(failure))
            await explainRefusal(inputs, failure, { opened, world }, cancelled);
    }
    catch (error) {
        failure = (0,errors/* toBuildError */.KB)(error, 'the step');
    }
    await log.close();
    if (inputs !== undefined) {
        failure = await publish(inputs, { ...report, spans: phases.spans }, failure, world);
    }
    if (failure === undefined)
        return 0;
    await reportFailure(failure, { log, isDebug, dockerfile: source?.dockerfilePath });
    return 1;
}
/** Removes the pods that the build step could not remove. @returns 0: it never fails the job. */
async function runPostStep(world) {
    const { clock, environment, inputs, log } = world;
    const pods = (0,state/* rememberedPods */.TY)(environment);
    world.onCrash(({ message }) => log.warning(message), 0);
    try {
        const { cluster } = world.openCluster(parseKubeInputs(inputs, (0,state/* rememberedCa */.nQ)(environment)));
        await removeLeftovers(pods, cluster, clock, log);
    }
    catch (error) {
        const { message } = (0,errors/* toBuildError */.KB)(error, 'the post step');
        for (const ref of pods)
            await log.warning(leftover(ref, message));
    }
    return 0;
}
async function logConnection({ connection }, timeoutMs, { log }) {
    const { source, contextName, server, namespace, unverifiedTls } = connection;
    await log.info(`cluster: ${source}, context ${contextName}, server ${server}, namespace ${namespace}`);
    for (const warning of connection.lifetimeWarnings(timeoutMs))
        await log.warning(warning);
    if (unverifiedTls) {
        await log.warning('TLS verification is disabled (insecure-skip-tls-verify in the kubeconfig): an attacker on the network can read and change this build');
    }
}
function buildPorts({ cluster }, phases, { clock, environment, job, log, openRegistry, randomBytes }) {
    return {
        cluster,
        clock,
        log,
        phases,
        openRegistry,
        pods: new SavedPods(job),
        run: {
            repository: environment['GITHUB_REPOSITORY'] ?? '',
            runId: environment['GITHUB_RUN_ID'] ?? '',
            runAttempt: environment['GITHUB_RUN_ATTEMPT'] ?? '',
        },
        newPodName: () => podName(environment['GITHUB_JOB'] ?? '', randomBytes(10)),
        newNonce: () => randomBytes(16).toString('hex'),
        onPod: ({ name, namespace }) => {
            job.setOutput('pod-name', name);
            job.setOutput('namespace', namespace);
        },
    };
}


/***/ }),

/***/ 8379:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ withoutSlashes),
/* harmony export */   t: () => (/* binding */ cleanPath)
/* harmony export */ });
/** As Go's filepath.Clean: removes empty and `.` segments, and resolves `..` where a segment precedes it. */
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
/** A text without the slashes at its end, in linear time: a pattern for them starts again at each slash. */
function withoutSlashes(text) {
    let end = text.length;
    while (text[end - 1] === '/')
        end -= 1;
    return text.slice(0, end);
}


/***/ }),

/***/ 9093:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gq: () => (/* binding */ invalid),
/* harmony export */   hD: () => (/* binding */ quote),
/* harmony export */   o9: () => (/* binding */ InvalidInput)
/* harmony export */ });
/* harmony import */ var _show_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3017);

/** Thrown by the parsers of single values: all problems of one input. */
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
/** An error with one problem, for a caller that throws it. */
function invalid(text, hint) {
    return new InvalidInput([{ text, ...(hint !== undefined && { hint }) }]);
}
/** A value in double quotes for a message. A long one is cut, and what looks like a secret is replaced. */
function quote(value) {
    return JSON.stringify((0,_show_js__WEBPACK_IMPORTED_MODULE_0__/* .show */ .W)(value, 100));
}


/***/ }),

/***/ 7397:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ formatBytes)
/* harmony export */ });
/** A size in decimal units with three significant digits, for example `512 B` or `31.2 MB`. */
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

/***/ 2148:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Pd: () => (/* binding */ trimSpace),
/* harmony export */   R5: () => (/* binding */ trimSpaceStart),
/* harmony export */   xC: () => (/* binding */ isSpace)
/* harmony export */ });
// White space as Go's unicode.IsSpace has it. JavaScript's trim and \s differ: U+0085 is white space only for Go, and
// U+FEFF only for JavaScript.
/** @param character one code unit; white space has no others. */
function isSpace(character) {
    return /[\t-\r \x85\p{Z}]/u.test(character);
}
/** As Go's strings.TrimSpace. */
function trimSpace(text) {
    // A regular expression for the end takes quadratic time.
    let end = text.length;
    while (end > 0 && isSpace(text.charAt(end - 1)))
        end -= 1;
    return trimSpaceStart(text.slice(0, end));
}
/** As Go's strings.TrimLeftFunc with unicode.IsSpace. */
function trimSpaceStart(text) {
    let start = 0;
    while (start < text.length && isSpace(text.charAt(start)))
        start += 1;
    return text.slice(start);
}


/***/ }),

/***/ 8876:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ Turns)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);

/** Work of this length is not noticed: a signal of the runner is handled after it. */
const longestMs = 25;
/**
 * Lets the event loop turn during long work on files that anyone may have written, so that the job can be cancelled and time
 * limits apply. Between two turns the work must call `take` often enough.
 */
class Turns {
    #signal;
    #dueAtMs = performance.now() + longestMs;
    constructor(signal) {
        this.#signal = signal;
    }
    /**
     * Undefined while no turn is due: callers then continue without awaiting, which is faster.
     * @returns a promise that rejects with the signal's reason if it is aborted.
     */
    take() {
        return performance.now() < this.#dueAtMs ? undefined : this.#turn();
    }
    async #turn() {
        await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setImmediate)();
        this.#signal.throwIfAborted();
        this.#dueAtMs = performance.now() + longestMs;
    }
}


/***/ })

};
