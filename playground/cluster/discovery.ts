/** `/version` of the imitated release. */
export const version = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.4',
  gitTreeState: 'clean',
  goVersion: 'go1.25.5',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** The documents that kubectl requests first. */
export const discovery: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      resource('pods', 'Pod', ['create', 'delete', 'get', 'list', 'watch'], ['po']),
      resource('pods/attach', 'PodAttachOptions', ['create', 'get']),
      resource('pods/log', 'Pod', ['get']),
      resource('events', 'Event', ['list'], ['ev']),
    ],
  },
};

function resource(
  name: string,
  kind: string,
  verbs: readonly string[],
  shortNames: readonly string[] = [],
): object {
  return { name, singularName: '', namespaced: true, kind, verbs, shortNames };
}
