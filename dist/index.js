import * as __WEBPACK_EXTERNAL_MODULE_node_path_02319fef__ from "node:path";
import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 5663:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

var x = (y) => {
	var x = {}; __nccwpck_require__.d(x, y); return x
} 
var y = (x) => (() => (x))
module.exports = x({  });

/***/ }),

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 5317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 6982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 8500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 3480:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("querystring");

/***/ }),

/***/ 2203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 3193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 3557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 7016:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("url");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 3106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

/***/ }),

/***/ 9473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CA: () => (/* binding */ errorCode),
/* harmony export */   KB: () => (/* binding */ toBuildError),
/* harmony export */   Op: () => (/* binding */ ProgramTimeout),
/* harmony export */   US: () => (/* binding */ stackOf),
/* harmony export */   Uc: () => (/* binding */ describeError),
/* harmony export */   Y4: () => (/* binding */ isCertificateError),
/* harmony export */   sl: () => (/* binding */ isTlsError),
/* harmony export */   zS: () => (/* binding */ BuildError)
/* harmony export */ });
/* harmony import */ var _text_show_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3017);

/** The one error class of the action. The message says what was tried and what happened, the hint says what to change. */
class BuildError extends Error {
    kind;
    hint;
    code;
    reason;
    retryAfterMs;
    isTemporary;
    line;
    constructor(kind, message, options = {}) {
        super(message, options.cause === undefined ? undefined : { cause: options.cause });
        this.name = 'BuildError';
        this.kind = kind;
        this.hint = options.hint;
        this.code = options.code;
        this.reason = options.reason;
        this.retryAfterMs = options.retryAfterMs;
        this.isTemporary = options.isTemporary === true;
        this.line = options.line;
    }
}
/** A program that was ended because it did not answer in time, with its output so far. */
class ProgramTimeout extends Error {
    stdout;
    stderr;
    constructor(timeoutMs, output) {
        super(`it did not answer within ${timeoutMs / 1_000} s`);
        this.name = 'ProgramTimeout';
        this.stdout = output.stdout;
        this.stderr = output.stderr;
    }
}
/**
 * One line of text for anything that was thrown. The causes are appended if their text is not part of the message, for
 * example the `ECONNREFUSED` of a network error. Objects and stacks are never printed.
 */
function describeError(error) {
    if (!Error.isError(error))
        return typeof error === 'string' ? error : 'unknown error';
    if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
        return [...new Set(error.errors.map(describeError))].join('; ');
    }
    const message = error.message === '' ? error.name : withoutPath(error, error.message);
    if (error instanceof BuildError || error.cause === undefined)
        return message;
    const cause = describeError(error.cause);
    return message.includes(cause) ? message : `${message}: ${cause}`;
}
/** Errors of Node quote the path that they are about. It can come from an input, and have the value of another one. */
function withoutPath(error, text) {
    const path = 'path' in error && typeof error.path === 'string' ? error.path : '';
    return path === '' ? text : text.replaceAll(path, () => (0,_text_show_js__WEBPACK_IMPORTED_MODULE_0__/* .show */ .W)(path));
}
/**
 * The stacks of an error and of all of its causes, in lines. Without their other fields, which can hold secrets.
 * @param seen errors that are not followed again: a cause can refer to itself.
 */
function stackOf(error, seen = new Set()) {
    if (!Error.isError(error))
        return describeError(error);
    if (seen.has(error))
        return error.name;
    const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
    const causes = error.cause === undefined ? inner : [...inner, error.cause];
    const own = withoutPath(error, error.stack ?? describeError(error));
    return [
        own,
        ...causes.map((cause) => `caused by ${stackOf(cause, new Set([...seen, error]))}`),
    ].join('\n');
}
/** The code of an error of Node's, for example `ENOENT`; undefined without one. */
function errorCode(error) {
    if (!Error.isError(error) || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}
/** True if the certificate of the server was rejected. */
function isCertificateError(error) {
    return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(errorCode(error) ?? '') && !isTlsError(error);
}
/** True if the TLS handshake failed for another reason, for example because the server uses plain HTTP. */
function isTlsError(error) {
    return /^(?:ERR_SSL|ERR_TLS(?!_CERT)|EPROTO)/.test(errorCode(error) ?? '');
}
/** Anything that was thrown as a BuildError. Anything that is not one yet is a bug. */
function toBuildError(error, doing) {
    if (error instanceof BuildError)
        return error;
    return new BuildError('build', `${doing} failed: ${describeError(error)}`, {
        hint: 'Please report this with the job log.',
        cause: error,
    });
}


/***/ }),

/***/ 8269:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   TY: () => (/* binding */ rememberedPods),
/* harmony export */   U0: () => (/* binding */ stateNames),
/* harmony export */   nQ: () => (/* binding */ rememberedCa),
/* harmony export */   pq: () => (/* binding */ isPostStep)
/* harmony export */ });
/** Names under which the post step finds the state, as `STATE_<name>`. `isPost` is set by its own entry, scripts/bundle.mjs. */
const stateNames = { isPost: 'isPost', pods: 'pods', ca: 'ca' };
/** True in the post step. */
function isPostStep(environment) {
    return environment[`STATE_${stateNames.isPost}`] === 'true';
}
/** Pods that the build step could not remove. A build could have written to the state: only names that the action gives are taken. */
function rememberedPods(environment) {
    let value;
    try {
        value = JSON.parse(environment[`STATE_${stateNames.pods}`] ?? '[]');
    }
    catch {
        return [];
    }
    return Array.isArray(value) ? value.filter(isOwnPod) : [];
}
/** The CA certificate of the API server that the build step saved, in PEM. */
function rememberedCa(environment) {
    const pem = environment[`STATE_${stateNames.ca}`] ?? '';
    return pem === '' ? undefined : pem;
}
function isOwnPod(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    if (!('name' in value) || !('namespace' in value))
        return false;
    const { name, namespace } = value;
    return (typeof name === 'string' &&
        typeof namespace === 'string' &&
        /^kbp-[a-z0-9-]{1,59}$/.test(name) &&
        /^[a-z0-9-]{1,63}$/.test(namespace));
}


/***/ }),

/***/ 4311:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  M: () => (/* binding */ startWatchdog)
});

;// CONCATENATED MODULE: external "node:inspector"
const external_node_inspector_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:inspector");
;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: ./build/io/runner/watchdog.js


const usual = { tickMs: 1_000, ticks: 10 };
/** The shared numbers. */
const words = { beat: 0, excused: 1, tokenBytes: 2 };
const longestTokenBytes = 64;
/**
 * Starts the thread that watches this one. It does not keep the process alive.
 * @returns undefined if a debugger can stop this process.
 */
function startWatchdog({ tickMs, ticks } = usual) {
    if (isDebugged())
        return undefined;
    const numbers = new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length));
    const token = new Uint8Array(new SharedArrayBuffer(longestTokenBytes));
    const message = describe((tickMs * ticks) / 1_000);
    const workerData = { numbers, token, words, tickMs, ticks, message };
    const thread = new external_node_worker_threads_namespaceObject.Worker(`(${watch.toString()})(process.getBuiltinModule)`, {
        eval: true,
        workerData,
        execArgv: [],
        // It needs little memory, whatever this process may use.
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    thread.unref();
    // Without it the step is as good as before.
    thread.on('error', () => undefined);
    setInterval(() => {
        Atomics.add(numbers, words.beat, 1);
        Atomics.store(numbers, words.excused, isDebugged() ? 1 : 0);
    }, tickMs / 2).unref();
    return {
        excuse(work) {
            Atomics.store(numbers, words.excused, 1);
            try {
                return work();
            }
            finally {
                Atomics.store(numbers, words.excused, 0);
            }
        },
        setFence(text = '') {
            const { written } = new TextEncoder().encodeInto(text, token);
            Atomics.store(numbers, words.tokenBytes, written);
        },
    };
}
function isDebugged() {
    return (0,external_node_inspector_namespaceObject.url)() !== undefined;
}
function describe(seconds) {
    return `the step was ended because it did not respond for ${seconds} s: reading a file, an input or an answer of a server blocked it. The post step removes its pod. Check the files and file systems that the step reads, and report this with the job log if they are as expected.`;
}
/**
 * The thread. Its text is all that the thread gets, so it uses nothing of this file.
 * @param load returns a module of Node.
 */
function watch(load) {
    const shared = load('node:worker_threads').workerData;
    const { writeSync } = load('node:fs');
    const { numbers, token, words, tickMs, ticks, message } = shared;
    const idle = new Int32Array(new SharedArrayBuffer(4));
    let seen = 0;
    let missed = 0;
    // Ticks are counted, not time: none of them passes while the machine or the process is suspended.
    setInterval(() => {
        const beat = Atomics.load(numbers, words.beat);
        const isBlocked = beat === seen && Atomics.load(numbers, words.excused) === 0;
        missed = isBlocked ? missed + 1 : 0;
        seen = beat;
        if (missed >= ticks)
            end();
    }, tickMs);
    function end() {
        const bytes = token.slice(0, Atomics.load(numbers, words.tokenBytes));
        const fence = bytes.length === 0 ? '' : `::${Buffer.from(bytes).toString('utf8')}::\n`;
        // The last line of the builder may be incomplete.
        print(Buffer.from(`\n${fence}::error::${message}\n`));
        process.kill(process.pid, 'SIGKILL');
    }
    function print(text) {
        let rest = text;
        for (let tries = 0; rest.length > 0 && tries < 100; tries += 1) {
            try {
                rest = rest.subarray(writeSync(1, rest));
            }
            catch {
                // The pipe is full: the runner may read it soon.
                Atomics.wait(idle, 0, 0, 10);
            }
        }
    }
}


/***/ }),

/***/ 9479:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9473);
/* harmony import */ var _io_runner_state_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8269);
/* harmony import */ var _io_runner_watchdog_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(4311);
// The entry of both steps; dist/post.js marks the post step. Imports almost nothing, so that a post step without work
// ends at once.




const isPost = (0,_io_runner_state_js__WEBPACK_IMPORTED_MODULE_2__/* .isPostStep */ .pq)(process.env);
// However this process ends, its exit code is 0 only after a confirmed success.
if (!isPost)
    process.exitCode = 1;
if (!isPost || (0,_io_runner_state_js__WEBPACK_IMPORTED_MODULE_2__/* .rememberedPods */ .TY)(process.env).length > 0) {
    const watchdog = (0,_io_runner_watchdog_js__WEBPACK_IMPORTED_MODULE_3__/* .startWatchdog */ .M)();
    const { realWorld, runBuildStep, runPostStep } = await Promise.all(/* import() */[__nccwpck_require__.e(632), __nccwpck_require__.e(468)]).then(__nccwpck_require__.bind(__nccwpck_require__, 8468));
    try {
        const world = realWorld(process.env, watchdog);
        // Exits at once: open connections of the keep-alive agent would delay the end of the step.
        process.exit(await (isPost ? runPostStep(world) : runBuildStep(world)));
    }
    catch (error) {
        printLast(`the step could not run: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describeError */ .Uc)(error)}`);
        process.exit(isPost ? 0 : 1);
    }
}
/** Prints to stderr. The job log may be what failed, so an error here is ignored. */
function printLast(text) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeSync)(2, `${text}\n`);
    }
    catch {
        // Nothing else can be written.
    }
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 6167:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ excerpt)
/* harmony export */ });
/** A message quotes at most this many characters of another program or server, whose texts can have any length. */
const longestQuote = 2_000;
/**
 * The text, or its beginning with `…` if it is longer. A character that needs two code units is never cut in half.
 * @param longest in UTF-16 code units, without the `…`.
 */
function excerpt(text, longest = longestQuote) {
    if (text.length <= longest)
        return text;
    const isSplit = /[\ud800-\udbff]/.test(text.charAt(longest - 1));
    return `${text.slice(0, isSplit ? longest - 1 : longest)}…`;
}


/***/ }),

/***/ 6953:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ redact),
/* harmony export */   R: () => (/* binding */ hidden)
/* harmony export */ });
/** Replaces a secret, as the runner replaces masked values. */
const hidden = '***';
/**
 * A text without its parts that look like secrets: user names and passwords in addresses, queries of URLs, PEM blocks, tokens.
 * Digests and commits are kept. Linear in the length of the text.
 */
function redact(text) {
    return withoutPem(text).replace(/[^\s"'`<>]+/g, redactWord);
}
function redactWord(word) {
    return withoutQuery(withoutUser(word)).replace(/[\w+/-]{10,}={0,2}/g, redactRun);
}
/** Removes PEM blocks; one without an end reaches to the end of the text. */
function withoutPem(text) {
    let kept = '';
    let place = 0;
    for (;;) {
        const begin = text.indexOf('-----BEGIN ', place);
        if (begin === -1)
            return kept + text.slice(place);
        kept += text.slice(place, begin) + hidden;
        const end = text.indexOf('-----END ', begin);
        const last = end === -1 ? -1 : text.indexOf('-----', end + '-----END '.length);
        if (last === -1)
            return kept;
        place = last + '-----'.length;
    }
}
/**
 * Removes user and password of `scheme://user:password@host` and of `user:password@host`, also at the end of a path. A password
 * can contain `@` and `/`.
 */
function withoutUser(word) {
    const at = endOfUser(word);
    if (at === -1)
        return word;
    const scheme = word.indexOf('://');
    if (scheme !== -1 && scheme < at) {
        return `${word.slice(0, scheme)}://${hidden}${word.slice(at)}`;
    }
    const colon = word.indexOf(':');
    if (colon === -1 || colon > at)
        return word;
    return word.slice(0, word.lastIndexOf('/', colon) + 1) + hidden + word.slice(at);
}
/** The last `@` that can follow a user: not that of a digest, and not the first character of a name; -1 without one. */
function endOfUser(word) {
    for (let at = word.lastIndexOf('@'); at > 0; at = word.lastIndexOf('@', at - 1)) {
        if (word[at - 1] !== '/' && !/^sha\d{3}:/.test(word.slice(at + 1, at + 8)))
            return at;
    }
    return -1;
}
function withoutQuery(word) {
    const scheme = word.indexOf('://');
    const query = scheme === -1 ? -1 : word.indexOf('?', scheme);
    return query === -1 ? word : `${word.slice(0, query)}?${hidden}`;
}
/** @param run characters of base64, which are also those of paths. */
function redactRun(run) {
    const parts = run.split('/');
    if (parts[0] !== '' && isToken(run))
        return hidden;
    return parts.map((part) => (isToken(part) ? hidden : part)).join('/');
}
/** Prefixes that registries, Git hosts and clouds give to their tokens, and that of a JSON Web Token. */
const tokenPrefix = /^(?:eyJ|gh[oprsu]_|github_pat_|gl(?:pat|dt|rt|cbt)-|dckr_[a-z]+_|npm_[A-Za-z0-9]{30}|dop_v1_|xox[a-z]-|A[KS]IA[A-Z0-9]{12})/;
const shortestToken = 20;
/** The share of neighbours of different kinds (upper, lower, digit): about 0.6 in random text, at most 0.25 in usual names. */
const leastChanges = 0.35;
/** True for random text in base64 or a similar alphabet. False for hexadecimal text: digests and commits are not secret. */
function isToken(text) {
    if (tokenPrefix.test(text))
        return true;
    if (text.length < shortestToken)
        return false;
    const kinds = Array.from(text, kindOf);
    const known = new Set(kinds);
    if (!known.has('upper') || !known.has('lower') || !known.has('digit'))
        return false;
    const changes = kinds.filter((kind, index) => {
        const before = kinds[index - 1] ?? 'other';
        return kind !== before && kind !== 'other' && before !== 'other';
    });
    return changes.length >= leastChanges * text.length;
}
function kindOf(character) {
    if (character >= 'a' && character <= 'z')
        return 'lower';
    if (character >= 'A' && character <= 'Z')
        return 'upper';
    return character >= '0' && character <= '9' ? 'digit' : 'other';
}


/***/ }),

/***/ 3017:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   W: () => (/* binding */ show),
/* harmony export */   e: () => (/* binding */ credentialKind)
/* harmony export */ });
/* harmony import */ var _excerpt_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6167);
/* harmony import */ var _redact_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6953);


/** Characters of a value in a message; longer values are cut. */
const longestValue = 300;
/**
 * A value of an input or of a file for a message: cut, and without what looks like a secret. Every value that a user writes
 * goes through this function on its way into a message, because a secret can be set in the wrong input.
 * @param longest in characters.
 */
function show(value, longest = longestValue) {
    const kind = documentKind(value);
    if (kind !== undefined)
        return `${_redact_js__WEBPACK_IMPORTED_MODULE_0__/* .hidden */ .R} (not shown: it looks like ${kind})`;
    return (0,_excerpt_js__WEBPACK_IMPORTED_MODULE_1__/* .excerpt */ .K)((0,_redact_js__WEBPACK_IMPORTED_MODULE_0__/* .redact */ .E)(withoutNamedSecret(withoutFirstUser(value))), longest);
}
/** Keys of a Docker configuration, and of other files with credentials. */
const jsonSecret = /"(?:auths?|identitytoken|private_key|client_secret|token|password)"\s*:/;
const kubeconfigKey = /\b(?:client-key-data|client-certificate-data|certificate-authority-data|current-context)\b/;
/** The kind of a document with credentials, for messages: `a kubeconfig`; undefined for other values. */
function credentialKind(value) {
    return textKind(value) ?? base64Kind(value);
}
/** A value of several lines is neither a name nor a path. */
function documentKind(value) {
    return (credentialKind(value) ?? (value.trim().includes('\n') ? 'a text of several lines' : undefined));
}
function textKind(value) {
    if (value.includes('-----BEGIN ')) {
        return value.includes('PRIVATE KEY-----') ? 'a private key' : 'a PEM file';
    }
    if (value.includes('"auths"'))
        return 'a Docker configuration';
    if (kubeconfigKey.test(value) || (value.includes('apiVersion') && value.includes('clusters'))) {
        return 'a kubeconfig';
    }
    return jsonSecret.test(value) ? 'credentials in JSON' : undefined;
}
/** The same for the base64 of such a document. */
function base64Kind(value) {
    const compact = value.replace(/\s+/g, '');
    if (compact.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact))
        return undefined;
    const kind = textKind(Buffer.from(compact, 'base64').toString('latin1'));
    return kind === undefined ? undefined : `the base64 of ${kind}`;
}
/** Names of keys and options whose value is a secret. */
const secretName = 'token|passw(?:or)?d|passwd|pwd|secret|auth(?:orization)?|api[-_]?key|access[-_]?key|private[-_]?key|client-key-data';
const named = new RegExp(`((?:${secretName})["']?\\s*[:=]\\s*|-(?:${secretName})\\s+)\\S[^]*$`, 'i');
/** Cuts a value after `token:`, `password=` or `--password `. */
function withoutNamedSecret(value) {
    return value.replace(named, `$1${_redact_js__WEBPACK_IMPORTED_MODULE_0__/* .hidden */ .R}`);
}
/** In `token@host/path`, the part before `@` can be a password. */
function withoutFirstUser(value) {
    return value.replace(/^[^/\s@:]+@(?!sha\d+:)/, `${_redact_js__WEBPACK_IMPORTED_MODULE_0__/* .hidden */ .R}@`);
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(9479);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
