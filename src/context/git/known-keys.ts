/**
 * The settings that are sent, by section and key in lower case: those that decide how git reads a repository, and that builds
 * use (git describe, submodules, Git LFS, sparse checkouts, partial clones, commits). All others are removed, because any
 * program can store a token under a key of its own. Keys that name a program are not in the list, apart from those of Git LFS:
 * its command line can have a token.
 */
const knownKeys: Readonly<Record<string, string>> = {
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
  fetch:
    'fsckobjects negotiationalgorithm parallel prune prunetags recursesubmodules unpacklimit writecommitgraph',
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
  uploadpack:
    'allowanysha1inwant allowfilter allowreachablesha1inwant allowrefinwant allowtipsha1inwant hiderefs',
  versionsort: 'prereleasesuffix suffix',
  worktree: 'guessremote userelativepaths',
};

const keySets: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(knownKeys).map(([section, keys]) => [section, new Set(keys.split(/\s+/))]),
);

/** Values of keys that can also name a program. */
const harmlessValues: ReadonlyMap<string, RegExp> = new Map([
  ['filter.clean', /^git-lfs clean( -- %f)?$/],
  ['filter.process', /^git-lfs filter-process( --skip)?$/],
  ['filter.smudge', /^git-lfs smudge( --skip)?( -- %f)?$/],
  ['submodule.update', /^(?:checkout|merge|none|rebase)$/],
]);

/** True for a setting that is known to have no credentials, apart from those in the URLs of its value. All names in lower case. */
export function isKnownSetting(section: string, key: string, value: string | undefined): boolean {
  const harmless = harmlessValues.get(`${section}.${key}`);
  const isKnown = keySets.get(section)?.has(key) === true;
  return isKnown && (harmless === undefined || harmless.test(value ?? ''));
}

/** False for a section without known keys. Its name can have a secret, too. */
export function isKnownSection(section: string): boolean {
  return keySets.has(section);
}

const freeText: ReadonlySet<string> = new Set(['user', 'author', 'committer']);

/** False for names and mail addresses, which are sent as they are. */
export function canBeUrl(section: string): boolean {
  return !freeText.has(section);
}
