export const id = 281;
export const ids = [281];
export const modules = {

/***/ 3281:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  archiveSource: () => (/* binding */ archiveSource)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/text/problem.js
var problem = __webpack_require__(9093);
// EXTERNAL MODULE: ./build/time/turns.js
var turns = __webpack_require__(8876);
// EXTERNAL MODULE: ./build/context/directory/weight.js
var weight = __webpack_require__(2526);
// EXTERNAL MODULE: ./build/context/git/clean-config.js + 4 modules
var clean_config = __webpack_require__(6965);
// EXTERNAL MODULE: ./build/context/git/config-names.js
var config_names = __webpack_require__(584);
// EXTERNAL MODULE: ./build/context/git/secret-files.js
var secret_files = __webpack_require__(3493);
// EXTERNAL MODULE: ./build/context/ignore/rules.js + 3 modules
var ignore_rules = __webpack_require__(3568);
// EXTERNAL MODULE: ./build/context/prefixes.js
var prefixes = __webpack_require__(8050);
// EXTERNAL MODULE: ./build/context/tar/content.js
var content = __webpack_require__(6453);
// EXTERNAL MODULE: ./build/context/tar/entry.js
var entry = __webpack_require__(624);
// EXTERNAL MODULE: ./build/context/tar/member.js
var member = __webpack_require__(8768);
// EXTERNAL MODULE: ./build/context/tar/pack.js + 3 modules
var pack = __webpack_require__(8912);
// EXTERNAL MODULE: ./build/context/workflow-files.js
var workflow_files = __webpack_require__(9533);
;// CONCATENATED MODULE: ./build/context/archive/damaged.js

/** The error of an archive that is not read further. @param archive as the user wrote it. */
function damaged(archive, why, cause) {
    return new errors/* BuildError */.zS('context', `the archive ${archive} cannot be read: ${why}`, {
        hint: 'Make it with tar, uncompressed or with gzip.',
        cause,
    });
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __webpack_require__(6118);
// EXTERNAL MODULE: ./build/text/path.js
var text_path = __webpack_require__(8379);
// EXTERNAL MODULE: ./build/context/directory/bytes.js
var directory_bytes = __webpack_require__(1767);
;// CONCATENATED MODULE: ./build/context/archive/blocks.js

const blockBytes = 512;
/** The limit of Go's archive/tar for a header of records or a long name. */
const largestHeaderBytes = 1_024 * 1_024;
const typeAt = 156;
const sizeAt = 124;
const sizeLength = 12;
const nameLength = 100;
/** Types of headers that describe the next entry: PAX records, global PAX records, GNU's long name and long link. */
const describingTypes = 'xgLK';
/** Hard links, symbolic links, devices and FIFOs. Readers disagree on whether a content follows them. */
const typesWithoutContent = '12346';
/**
 * The bytes of a tar archive up to its end, two blocks of zeros, as GNU tar and Go's archive/tar read it. What follows is read
 * and dropped: a second archive, or a further member of gzip. Refuses what readers understand differently, because a scanner
 * of the archive would see other files than the builder.
 * @param source uncompressed. @param archive as the user wrote it.
 * @throws BuildError('context')
 */
async function* archiveBytes(source, archive) {
    const blocks = new Blocks(archive);
    for await (const chunk of source) {
        const bytes = blocks.take(chunk);
        if (bytes.length > 0)
            yield bytes;
    }
}
/** The headers before an entry, which describe it. */
class Description {
    types = new Set();
    /** PAX records; of a repeated key the last value. */
    records = new Map();
    /** GNU's long name. */
    longName;
}
/** Follows the blocks of an archive, without their contents. */
class Blocks {
    #archive;
    #block = Buffer.alloc(blockBytes);
    #filled = 0;
    /** Bytes of content and padding up to the next header. */
    #left = 0;
    /** The records that are being read, without padding. */
    #records;
    /** What headers before the next entry say about it. */
    #described = new Description();
    #zeroBlocks = 0;
    constructor(archive) {
        this.#archive = archive;
    }
    /** @returns the part of the chunk that belongs to the archive. @throws BuildError('context') */
    take(chunk) {
        let at = 0;
        while (at < chunk.length && this.#zeroBlocks < 2) {
            if (this.#left > 0) {
                const count = Math.min(this.#left, chunk.length - at);
                this.#content(chunk.subarray(at, at + count));
                at += count;
            }
            else {
                const count = chunk.copy(this.#block, this.#filled, at);
                this.#filled += count;
                at += count;
                if (this.#filled < blockBytes)
                    continue;
                this.#filled = 0;
                this.#header();
            }
        }
        return chunk.subarray(0, at);
    }
    #content(bytes) {
        this.#left -= bytes.length;
        const records = this.#records;
        if (records === undefined)
            return;
        records.filled += bytes.copy(records.bytes, records.filled);
        if (this.#left === 0)
            this.#endRecords(records.type, records.bytes);
    }
    #header() {
        if (this.#block.every((byte) => byte === 0)) {
            this.#zeroBlocks += 1;
            return;
        }
        if (this.#zeroBlocks === 1)
            throw damaged(this.#archive, 'a block of zeros is between entries');
        const type = String.fromCharCode(this.#block[typeAt] ?? 0);
        const size = this.#readSize();
        if (describingTypes.includes(type)) {
            if (size > largestHeaderBytes) {
                throw damaged(this.#archive, `it has a header of more than ${largestHeaderBytes} bytes`);
            }
            // Readers use the first, the last or both of them.
            if (type !== 'g' && this.#described.types.has(type)) {
                throw damaged(this.#archive, 'it has two headers of the same kind for an entry');
            }
            this.#described.types.add(type);
            this.#left = padded(size);
            this.#records = size === 0 ? undefined : { type, bytes: Buffer.alloc(size), filled: 0 };
            return;
        }
        const { types, records, longName } = this.#described;
        this.#described = new Description();
        if ((types.has('L') && records.has('path')) || (types.has('K') && records.has('linkpath'))) {
            throw damaged(this.#archive, 'it has two names for an entry');
        }
        const contentBytes = Number(records.get('size') ?? size);
        const name = records.get('path') ?? longName ?? textOf(this.#block.subarray(0, nameLength));
        // Old archives have directories of the type of a file. Readers disagree on whether a content follows them.
        if (contentBytes > 0 && (typesWithoutContent.includes(type) || name.endsWith('/'))) {
            if (type !== '5')
                throw damaged(this.#archive, 'it has a link or a device with a content');
        }
        this.#left = type === '5' ? 0 : padded(contentBytes);
    }
    #endRecords(type, bytes) {
        this.#records = undefined;
        if (type === 'L')
            this.#described.longName = textOf(bytes);
        if (type === 'L' || type === 'K')
            return;
        for (const [key, value] of this.#readRecords(bytes)) {
            if (type === 'g' && ['path', 'linkpath', 'size'].includes(key)) {
                throw damaged(this.#archive, `it has a ${key} for all entries`);
            }
            if (key === 'size' && !/^\d{1,15}$/.test(value)) {
                throw damaged(this.#archive, 'it has an invalid size');
            }
            if (type === 'x')
                this.#described.records.set(key, value);
        }
    }
    /** PAX records, `LENGTH KEY=VALUE` with a newline at the end. The length includes all of it. */
    #readRecords(bytes) {
        const records = [];
        for (let start = 0; start < bytes.length;) {
            const space = bytes.indexOf(' ', start);
            const digits = bytes.toString('latin1', start, Math.min(space, start + 8));
            const end = start + Number(digits);
            const equals = bytes.indexOf('=', space);
            if (space < 0 ||
                !/^[1-9]\d*$/.test(digits) ||
                end > bytes.length ||
                equals < 0 ||
                equals >= end ||
                bytes[end - 1] !== 0x0a) {
                throw damaged(this.#archive, 'it has an invalid PAX record');
            }
            const key = bytes.toString('utf8', space + 1, equals);
            records.push([key, bytes.toString('utf8', equals + 1, end - 1)]);
            start = end;
        }
        return records;
    }
    /** The size in the header: octal digits, or GNU's binary form for large ones. */
    #readSize() {
        const field = this.#block.subarray(sizeAt, sizeAt + sizeLength);
        const first = field[0] ?? 0;
        const size = first >= 0x80
            ? field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f)
            : readOctal(field.toString('latin1'));
        if (Number.isSafeInteger(size))
            return size;
        throw damaged(this.#archive, 'it has an invalid size');
    }
}
/** The text up to the first NUL. */
function textOf(bytes) {
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}
/** NaN for anything but octal digits with spaces and NULs around them; 0 without digits. */
function readOctal(text) {
    const [, digits] = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(text) ?? [];
    if (digits === undefined)
        return NaN;
    return digits === '' ? 0 : Number.parseInt(digits, 8);
}
function padded(size) {
    return Math.ceil(size / blockBytes) * blockBytes;
}

;// CONCATENATED MODULE: ./build/context/archive/entries.js








/** Limit for files that are read into memory: Dockerfiles, ignore files, git configurations. Larger ones are mistakes. */
const largestTextBytes = 4 * 1_024 * 1_024;
/** The list of an archive takes about half a kilobyte of memory for each entry. */
const mostEntries = 1_000_000;
/** Linux's limit for a path, in bytes. Nothing could unpack a longer one. */
const longestPathBytes = 4_096;
/** The number of links that Linux follows in one path. */
const mostLinks = 40;
/**
 * The oldest tar format (v7) has no magic number, so unknown formats are allowed. tar-stream checks their checksum too. Its
 * types do not declare `allowUnknownFormat`.
 */
const readerOptions = { allowUnknownFormat: true, highWaterMark: 64 * 1_024 };
/**
 * @param archive the path as the user wrote it. @param path the path on disk.
 * @throws BuildError('context')
 */
async function* readArchive(archive, path, workspace) {
    const reader = (0,tar_stream.extract)(readerOptions);
    let entries = 0;
    const bytes = external_node_stream_.Readable.from((0,directory_bytes/* fileBytes */.s)(path, workspace, () => undefined), { objectMode: false });
    const first = await firstBytes(bytes, archive);
    const isCompressed = first[0] === 0x1f && first[1] === 0x8b;
    // The loop below throws the errors of all streams of the pipeline.
    const done = () => undefined;
    const untilEnd = (source) => archiveBytes(source, archive);
    if (isCompressed)
        (0,external_node_stream_.pipeline)(bytes, (0,external_node_zlib_.createGunzip)(), untilEnd, reader, done);
    else
        (0,external_node_stream_.pipeline)(bytes, untilEnd, reader, done);
    try {
        for await (const entry of reader) {
            const { header } = entry;
            entries += 1;
            if (entries > mostEntries)
                throw damaged(archive, `it has more than ${mostEntries} entries`);
            if (header.type === 'file' && header.name.endsWith('/'))
                header.type = 'directory';
            if (isSparse(header))
                throw sparse(header.name, archive);
            if (header.type === 'link' || header.type === 'symlink')
                checkTarget(header, archive);
            yield { archive, name: cleanName(header.name, archive), header, entry };
        }
    }
    catch (error) {
        throw asDamage(archive, error);
    }
    finally {
        bytes.destroy();
    }
}
/** The bytes of an entry. @throws BuildError('context') */
async function* contentOf({ entry, archive }) {
    try {
        for await (const chunk of entry) {
            if (Buffer.isBuffer(chunk))
                yield chunk;
        }
    }
    catch (error) {
        throw asDamage(archive, error);
    }
}
/** All bytes of an entry. @throws BuildError('context') */
async function collect(read) {
    const chunks = [];
    for await (const chunk of contentOf(read))
        chunks.push(chunk);
    return Buffer.concat(chunks);
}
/** The clean name of the target of a link. A hard link is relative to the root, a symbolic link to its directory. */
function linkTarget(name, { type, linkname }) {
    if (type === 'link')
        return (0,text_path/* cleanPath */.t)(linkname.replace(/^\/+/, ''));
    if (type !== 'symlink')
        return undefined;
    return (0,text_path/* cleanPath */.t)(linkname.startsWith('/') ? linkname : `${name}/../${linkname}`);
}
/**
 * Resolves all symbolic links of a name.
 * @param entries by name. @returns undefined if the target is outside of the archive, or if the links are circular.
 */
function followLinks(name, entries) {
    let path = name;
    for (let links = 0; links <= mostLinks; links += 1) {
        const next = followFirstLink(path, entries);
        if (next === undefined)
            return path === '..' || path.startsWith('../') ? undefined : path;
        path = next;
    }
    return undefined;
}
function followFirstLink(path, entries) {
    for (let end = 0; end < path.length;) {
        const slash = path.indexOf('/', end + 1);
        end = slash < 0 ? path.length : slash;
        const entry = entries.get(path.slice(0, end));
        if (entry?.type === 'symlink')
            return (0,text_path/* cleanPath */.t)(`${entry.target ?? ''}${path.slice(end)}`);
    }
    return undefined;
}
function asDamage(archive, error) {
    return error instanceof errors/* BuildError */.zS ? error : damaged(archive, (0,errors/* describeError */.Uc)(error), error);
}
/** True for sparse files of GNU tar, in its own form (a type that tar-stream does not know) and with PAX records. */
function isSparse({ type, size, pax }) {
    const hasUnknownType = type === null;
    const hasRecord = typeof pax === 'object' &&
        pax !== null &&
        Object.keys(pax).some((key) => key.startsWith('GNU.sparse'));
    return (hasUnknownType && size > 0) || hasRecord;
}
function sparse(name, archive) {
    return new errors/* BuildError */.zS('context', `${archive} has a sparse file: ${name}`, {
        hint: 'Make the archive without the option --sparse of tar.',
    });
}
/** Reads the first chunk and puts it back. */
async function firstBytes(bytes, archive) {
    try {
        for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
            bytes.unshift(chunk);
            return chunk;
        }
    }
    catch (error) {
        throw asDamage(archive, error);
    }
    throw damaged(archive, 'it is empty');
}
function cleanName(name, archive) {
    checkPath(name, archive);
    const clean = (0,text_path/* cleanPath */.t)(name.replace(/^\/+/, '').replace(/\/+$/, ''));
    if (clean === '..' || clean.startsWith('../')) {
        throw new errors/* BuildError */.zS('context', `${archive} has an entry outside of itself: ${name}`, {
            hint: 'Make the archive from inside its directory: tar -czf context.tar.gz -C directory .',
        });
    }
    return clean;
}
/** @throws BuildError('context') for a target that no link can have. */
function checkTarget(header, archive) {
    // The types of tar-stream do not declare that it can be null.
    const { linkname } = header;
    if (linkname === null)
        throw damaged(archive, `it has a link without a target: ${header.name}`);
    checkPath(linkname, archive);
}
/** @throws BuildError('context') for a path that no file can have. */
function checkPath(path, archive) {
    if (Buffer.byteLength(path) > longestPathBytes) {
        throw damaged(archive, `it has a path of more than ${longestPathBytes} bytes`);
    }
    if (path.includes('\0'))
        throw damaged(archive, 'it has a path with a NUL character');
}

// EXTERNAL MODULE: ./build/context/directory/walk.js
var walk = __webpack_require__(8571);
;// CONCATENATED MODULE: ./build/context/archive/plan.js



const plainTypes = ['file', 'contiguous-file', 'directory', 'link'];
const sentTypes = [...plainTypes, 'symlink'];
/**
 * @param withheld names that are not sent, because they have credentials.
 * @throws BuildError('context') for entries that cannot be sent, or the reason of the signal of `turns`.
 */
async function planMembers(archive, listing, rules, withheld, turns) {
    const results = new DirectoryResults(rules);
    const special = [];
    const whiteouts = [];
    const kept = new Set();
    const parents = new Set();
    const names = new Set();
    let ignored = 0;
    for (const [index, { name, type }] of listing.entries()) {
        const turn = turns.take();
        if (turn !== undefined)
            await turn;
        if (name === '.' || withheld.has(name))
            continue;
        if (results.isExcluded(name))
            ignored += 1;
        else if (!sentTypes.includes(type))
            special.push(name);
        else {
            if ((0,walk/* isWhiteout */.Eq)(name))
                whiteouts.push(name);
            kept.add(index);
            names.add(name);
            for (const parent of parentsOf(name))
                parents.add(parent);
        }
    }
    // An excluded directory is sent if something below it is.
    listing.forEach(({ name, type }, index) => {
        if (type === 'directory' && parents.has(name) && !withheld.has(name))
            kept.add(index);
    });
    const sent = [...kept].flatMap((index) => listing[index] ?? []);
    const links = linksOf(sent);
    for (const entry of sent) {
        const turn = turns.take();
        if (turn !== undefined)
            await turn;
        checkEntry(archive, entry, names);
        checkParents(archive, entry, links);
    }
    const files = [...kept].flatMap((index) => {
        const entry = listing[index];
        return entry?.type === 'file' || entry?.type === 'contiguous-file' ? [entry] : [];
    });
    return { kept, ignored, warnings: (0,walk/* warnOfNames */.Qd)({ special, whiteouts }), weight: (0,weight/* weigh */.vi)(files) };
}
/** Reports whether a path is sent. Links are not followed: only the builder can resolve them. */
function lookUpIn(listing, kept, withheld) {
    const namesOf = (entries) => new Set(entries.flatMap(({ name }) => [name, ...parentsOf(name)]));
    const namesWith = (matches) => new Set(listing.filter(({ type }) => matches(type)).map(({ name }) => name));
    let index;
    return (path) => {
        index ??= {
            links: namesWith((type) => type === 'symlink'),
            special: namesWith((type) => !plainTypes.includes(type)),
            listed: namesOf(listing),
            sent: namesOf(listing.filter((_, at) => kept.has(at))),
        };
        const { links, special, listed, sent } = index;
        if (withheld.has(path))
            return 'withheld';
        if ([...parentsOf(path)].some((name) => special.has(name)))
            return 'unknown';
        if (links.has(path) && sent.has(path))
            return 'link';
        if (special.has(path))
            return 'unknown';
        if (sent.has(path))
            return 'sent';
        return listed.has(path) ? 'ignored' : 'missing';
    };
}
/** The names of symbolic links, and of hard links to one of them. A builder that unpacks the archive would follow them. */
function linksOf(sent) {
    const links = new Set(sent.flatMap(({ type, name }) => (type === 'symlink' ? [name] : [])));
    // A hard link follows its target in an archive.
    for (const { type, name, target } of sent) {
        if (type === 'link' && links.has(target ?? ''))
            links.add(name);
    }
    return links;
}
/**
 * Refuses an entry below a symbolic link of the archive, whose target can be outside of the context. In an archive of a
 * directory nothing is below a link.
 */
function checkParents(archive, { type, name, target }, links) {
    for (const path of type === 'link' ? [name, target ?? ''] : [name]) {
        for (const parent of parentsOf(path)) {
            if (!links.has(parent))
                continue;
            throw new errors/* BuildError */.zS('context', `${archive} has the entry ${path} below ${parent}, which is a symbolic link in the archive`, { hint: 'Make the archive of a directory again, or exclude the link with .dockerignore.' });
        }
    }
}
function checkEntry(archive, entry, names) {
    const foreign = [entry.name, entry.target].find((name) => name?.includes('\uFFFD'));
    if (foreign !== undefined) {
        throw new errors/* BuildError */.zS('context', `${archive} has a name that is not UTF-8: ${foreign}`, {
            hint: 'Rename the file, or exclude it with .dockerignore.',
        });
    }
    if (entry.type !== 'link' || names.has(entry.target ?? ''))
        return;
    throw new errors/* BuildError */.zS('context', `${entry.name} is a hard link to ${entry.target ?? ''}, which is missing from the archive or excluded by .dockerignore`, { hint: 'Exclude both names, or neither.' });
}
/** Results of the ignore rules. An archive need not have entries for the directories of its files. */
class DirectoryResults {
    #rules;
    /** The directories of the last name, the top one first. Those of all names could fill the memory. */
    #chain = [];
    constructor(rules) {
        this.#rules = rules;
    }
    isExcluded(name) {
        return this.#rules.test(name, this.#ofDirectory(parentName(name))).excluded;
    }
    /** Without recursion: a name can have more directories than the stack has room for. */
    #ofDirectory(name) {
        const missing = [];
        for (let path = name; path !== undefined; path = parentName(path))
            missing.push(path);
        let known = 0;
        while (known < this.#chain.length && this.#chain[known]?.name === missing.at(-1)) {
            known += 1;
            missing.pop();
        }
        this.#chain.length = known;
        for (let path = missing.pop(); path !== undefined; path = missing.pop()) {
            const { matches } = this.#rules.test(path, this.#chain.at(-1)?.matches);
            this.#chain.push({ name: path, matches });
        }
        return this.#chain.at(-1)?.matches;
    }
}
/** The parent directories of a name, the nearest first. */
function* parentsOf(name) {
    for (let parent = parentName(name); parent !== undefined; parent = parentName(parent)) {
        yield parent;
    }
}
function parentName(name) {
    const cut = name.lastIndexOf('/');
    return cut < 0 ? undefined : name.slice(0, cut);
}

// EXTERNAL MODULE: ./build/text/show.js
var show = __webpack_require__(3017);
;// CONCATENATED MODULE: ./build/context/archive/texts.js





/** The Dockerfile and the ignore file of an archive. Of several entries with one name the last one counts, as in tar. */
class ArchiveTexts {
    #archive;
    #dockerfiles;
    #texts = new Map();
    /** The entry with the text of a name: the entry of that name, or the target of its link. */
    #places;
    /** @param archive as the user wrote it. @param file the Dockerfile's path inside, if the user names one. */
    constructor(archive, file) {
        this.#archive = archive;
        this.#dockerfiles =
            file === undefined ? ['Dockerfile', 'dockerfile'] : [(0,text_path/* cleanPath */.t)(file.replace(/^\/+/, ''))];
        const ignoreFiles = this.#dockerfiles.map((name) => `${name}.dockerignore`);
        const names = [...this.#dockerfiles, ...ignoreFiles, '.dockerignore'];
        this.#places = new Map(names.map((name) => [name, name]));
    }
    /** Reads the entry if it is one of the files. @throws BuildError('context') */
    async take(read) {
        const { name, header, entry } = read;
        if (![...this.#places.values()].includes(name)) {
            entry.resume();
            return;
        }
        this.#texts.delete(name);
        if (header.type !== 'file' && header.type !== 'contiguous-file')
            entry.resume();
        else if (header.size <= largestTextBytes)
            this.#texts.set(name, await collect(read));
        else {
            throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(name)} in ${(0,show/* show */.W)(this.#archive)} is larger than 4 MiB`, {
                hint: 'Check that it is the intended file.',
            });
        }
    }
    /** @returns true if one of the files is a link, so the archive must be read again. @throws BuildError('context') */
    followLinks(listing) {
        const entries = new Map(listing.map((entry) => [entry.name, entry]));
        let isAny = false;
        for (const name of this.#places.keys()) {
            const place = this.#follow(name, entries);
            if (place === name)
                continue;
            this.#places.set(name, place);
            isAny = true;
        }
        return isAny;
    }
    /** @throws BuildError('context') */
    dockerfile() {
        for (const name of this.#dockerfiles) {
            const bytes = this.#textOf(name);
            if (bytes !== undefined)
                return { name, bytes };
        }
        const wanted = this.#dockerfiles[0] ?? '';
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(this.#archive)} has no file ${(0,show/* show */.W)(wanted)}`, {
            hint: "Set the input 'file' to the path of the Dockerfile in the archive.",
        });
    }
    /** @throws BuildError('context') */
    async rules(dockerfile) {
        for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
            const bytes = this.#textOf(name);
            if (bytes === undefined)
                continue;
            return { rules: await ignore_rules/* IgnoreRules */.w.read(bytes.toString('utf8'), name), name };
        }
        return { rules: ignore_rules/* IgnoreRules */.w.none, name: undefined };
    }
    #textOf(name) {
        return this.#texts.get(this.#places.get(name) ?? name);
    }
    #follow(name, entries) {
        const first = entries.get(name)?.target;
        if (first === undefined)
            return name;
        let target = first;
        for (let links = 0; target !== undefined && links < mostLinks; links += 1) {
            const found = entries.get(target);
            if (found?.type === 'file' || found?.type === 'contiguous-file')
                return found.name;
            target = found?.target;
        }
        throw new errors/* BuildError */.zS('context', `${(0,show/* show */.W)(name)} in ${(0,show/* show */.W)(this.#archive)} is a link to ${(0,show/* show */.W)(first)}, which is not a file of the archive`, { hint: 'Replace the link with the file itself.' });
    }
}

;// CONCATENATED MODULE: ./build/context/archive/withhold.js


/**
 * The names in an archive that are not sent, because they have credentials: those of actions of Google at its root, and files
 * of git. Hard links to them are included. The paths in variables of the workflow say nothing about the names in an archive.
 */
function withheldNames(listing, { workflow, git }) {
    const isSecret = (name) => (workflow && (0,workflow_files/* isWorkflowName */.HO)(name)) || (git && (0,secret_files/* isGitSecret */.Z)(name));
    const isFound = ({ name, type }) => isSecret(name) && (type !== 'directory' || !(0,workflow_files/* isWorkflowName */.HO)(name));
    const withheld = new Set(listing.filter(isFound).map(({ name }) => name));
    const linked = new Map();
    const link = (one, other) => {
        const others = linked.get(one);
        if (others === undefined)
            linked.set(one, [other]);
        else
            others.push(other);
    };
    for (const { type, name, target } of listing) {
        if (type !== 'link' || target === undefined)
            continue;
        link(name, target);
        link(target, name);
    }
    // A set can grow while it is iterated.
    for (const name of withheld)
        for (const other of linked.get(name) ?? [])
            withheld.add(other);
    return withheld;
}

;// CONCATENATED MODULE: ./build/context/archive/source.js



















/**
 * Sends an archive, packed again in the image layout. So it has credentials, one gzip member and the Dockerfile at its end,
 * like a directory. It is read twice, because the ignore file and the Dockerfile can be its last entries, and once more if
 * one of them is a link.
 * @throws BuildError('context'), or the signal's reason.
 */
async function archiveSource(context, workspace, signal) {
    const { path, place } = context;
    const read = () => readArchive(path, place.path, workspace);
    const texts = new ArchiveTexts(path, context.file);
    const listing = [];
    for await (const entry of read()) {
        signal.throwIfAborted();
        const { name, header } = entry;
        const target = linkTarget(name, header);
        listing.push({ name, type: header.type, sizeBytes: header.size, target });
        await texts.take(entry);
    }
    if (texts.followLinks(listing)) {
        for await (const entry of read()) {
            signal.throwIfAborted();
            await texts.take(entry);
        }
    }
    const dockerfile = texts.dockerfile();
    const ignore = await texts.rules(dockerfile.name);
    const withheld = withheldNames(listing, {
        workflow: context.workflowFiles !== undefined,
        git: context.keepGitCredentials !== true,
    });
    const rulesOfContext = await (0,ignore_rules/* addExcludes */.B)(ignore.rules, context.excludes);
    const plan = await planMembers(path, listing, rulesOfContext, withheld, new turns/* Turns */.P(signal));
    const rules = { ...context, isGitConfig: findGitConfigs(listing) };
    async function* members(parts) {
        yield (0,member/* directoryMember */.qf)(member/* contextRoot */.Cu.image, 0o755, 0);
        let index = -1;
        const changed = () => damaged(path, 'it changed while it was read');
        for await (const found of read()) {
            index += 1;
            if (listing[index]?.name !== found.name)
                throw changed();
            if (plan.kept.has(index))
                yield await archiveMember(found, rules);
            found.entry.resume();
        }
        if (index !== listing.length - 1)
            throw changed();
        yield* (0,member/* metaMembers */.fs)({ dockerfile: dockerfile.bytes, parts, mtimeSeconds: 0 });
    }
    const isFiltered = ignore.name !== undefined || (context.excludes ?? []).length > 0;
    const kept = ignore.name === undefined ? 'no .dockerignore' : `${plan.ignored} excluded by ${ignore.name}`;
    return {
        description: `archive ${(0,problem/* quote */.hD)(path)} (${listing.length} entries, ${kept})`,
        dockerfile: dockerfile.bytes.toString('utf8'),
        isPacked: true,
        notes: [
            ...(0,workflow_files/* withheldNotes */.jo)([...withheld].filter((name) => !(0,secret_files/* isGitSecret */.Z)(name))),
            ...(0,weight/* describeWeight */.k9)(plan.weight),
        ],
        lookUp: lookUpIn(listing, plan.kept, withheld),
        hasPrefix: (0,prefixes/* prefixesOf */.E)(() => listing.flatMap(({ name }, at) => (plan.kept.has(at) ? name : []))),
        warnings: [...plan.warnings, ...(isFiltered ? [] : (0,weight/* warnOfBallast */.T)(plan.weight))],
        open: (parts) => (0,pack/* packStream */.c)(() => members(parts), context.compressionLevel, plan.weight, workspace),
    };
}
/** A hard link has the content of its target, so the target of a configuration is one too. */
function findGitConfigs(listing) {
    const entries = new Map(listing.map((entry) => [entry.name, entry]));
    const symlinks = listing.flatMap(({ type, name }) => (type === 'symlink' ? [name] : []));
    const isGitConfig = (0,config_names/* followGitLinks */.J)(symlinks, (name) => followLinks(name, entries));
    const contents = new Set();
    for (const { type, name } of listing) {
        if (type !== 'link' || !isGitConfig(name))
            continue;
        let content = entries.get(name);
        for (let links = 0; content?.type === 'link' && links < mostLinks; links += 1) {
            content = entries.get(content.target ?? '');
        }
        if (content !== undefined)
            contents.add(content.name);
    }
    return (name) => isGitConfig(name) || contents.has(name);
}
async function archiveMember(found, { latestSeconds, keepGitCredentials = false, isGitConfig }) {
    const { header } = found;
    const name = `${member/* contextRoot */.Cu.image}/${found.name}`;
    const mtimeSeconds = (0,member/* clampTime */.Dh)(header.mtime.getTime() / 1_000, latestSeconds);
    const { mode } = header;
    switch (header.type) {
        case 'directory':
            return (0,member/* directoryMember */.qf)(name, (0,entry/* archiveMode */.m)('directory', mode), mtimeSeconds);
        case 'symlink':
            return {
                header: {
                    name,
                    type: 'symlink',
                    mode: 0o777,
                    mtimeSeconds,
                    linkName: header.linkname,
                },
                content: { kind: 'none' },
                counts: false,
            };
        case 'link':
            return {
                header: {
                    name,
                    type: 'link',
                    mode: (0,entry/* archiveMode */.m)('file', mode),
                    mtimeSeconds,
                    linkName: `${member/* contextRoot */.Cu.image}/${linkTarget(found.name, header) ?? ''}`,
                },
                content: { kind: 'none' },
                counts: false,
            };
        default: {
            const isEdited = !keepGitCredentials && isGitConfig(found.name);
            if (isEdited)
                (0,content/* checkEditedSize */.VV)(found.name, header.size);
            return {
                header: { name, type: 'file', mode: (0,entry/* archiveMode */.m)('file', mode), mtimeSeconds },
                content: isEdited
                    ? { kind: 'bytes', bytes: (0,clean_config/* withoutCredentials */.r)(await collect(found)) }
                    : { kind: 'stream', bytes: contentOf(found), sizeBytes: header.size },
                counts: true,
            };
        }
    }
}


/***/ })

};
