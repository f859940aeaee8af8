/** Where users provide the credentials of registries that the runner reads, for hints. */
export const runnerCredentials = "docker login, 'registry-auths' or 'docker-config'";

/** The same with those that only the builder can use. */
export const credentialSources =
  "docker login, 'registry-auths', 'docker-config' or 'registry-secret'";
