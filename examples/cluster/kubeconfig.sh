#!/bin/sh
# Prints a kubeconfig for a ServiceAccount in base64, on one line, to be stored as a secret:
#
#   sh kubeconfig.sh NAMESPACE [SERVICEACCOUNT]
#
# The server and its CA certificate are those of the current context of kubectl. The token is that of
# the Secret SERVICEACCOUNT-token, which rbac.yaml creates. The output is secret.
set -eu

fail() {
  printf 'kubeconfig.sh: %s\n' "$1" >&2
  exit 1
}

usage='usage: sh kubeconfig.sh NAMESPACE [SERVICEACCOUNT]'
if [ "$#" -lt 1 ] || [ "$#" -gt 2 ]; then fail "$usage"; fi
namespace=$1
account=${2:-kube-build-push}
for name in "$namespace" "$account"; do
  # The characters of Kubernetes names. They need no escaping in YAML and in a URL.
  case $name in
    '' | -* | *[!a-z0-9.-]*) fail "'$name' is not a valid Kubernetes name; $usage" ;;
  esac
done
for program in kubectl base64; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done

# A field of the cluster of the current context; empty if it is not set.
cluster() {
  kubectl config view --raw --minify --flatten --output "jsonpath={.clusters[0].cluster.$1}"
}

server=$(cluster server) || fail 'kubectl has no valid current context'
ca_certificate=$(cluster certificate-authority-data)
server_name=$(cluster tls-server-name)
unverified=$(cluster insecure-skip-tls-verify)

[ -n "$server" ] || fail 'the current context of kubectl has no server'
case $server$server_name in
  *[\"\\]*) fail "the server $server has a character that is not supported" ;;
esac
if [ "$unverified" = true ]; then
  fail 'the current context does not verify the server (insecure-skip-tls-verify): set its certificate-authority'
fi
case $server in
  *//localhost[:/]* | *//127.* | *//\[::1\]*)
    printf 'kubeconfig.sh: note: %s is an address of this machine; runners on other machines cannot reach it\n' "$server" >&2
    ;;
esac

secret=$account-token
read_token() {
  kubectl --namespace "$namespace" get secret "$secret" \
    --output 'go-template={{with .data}}{{with .token}}{{. | base64decode}}{{end}}{{end}}'
}

# The control plane writes the token shortly after the Secret is created.
token=
tries=60
while [ -z "$token" ] && [ "$tries" -gt 0 ]; do
  [ "$tries" -eq 60 ] || sleep 1
  token=$(read_token) || fail "Secret $secret in namespace $namespace cannot be read: apply rbac.yaml first, as an administrator"
  tries=$((tries - 1))
done
[ -n "$token" ] || fail "Secret $secret in namespace $namespace has no token: does ServiceAccount $account exist?"

{
  cat <<YAML
apiVersion: v1
kind: Config
current-context: kube-build-push
contexts:
  - name: kube-build-push
    context:
      cluster: kube-build-push
      user: "$account"
      namespace: "$namespace"
users:
  - name: "$account"
    user:
      token: "$token"
clusters:
  - name: kube-build-push
    cluster:
      server: "$server"
YAML
  # Without a CA certificate, the certificate of the server is verified with the public CAs.
  [ -z "$ca_certificate" ] || printf '      certificate-authority-data: "%s"\n' "$ca_certificate"
  [ -z "$server_name" ] || printf '      tls-server-name: "%s"\n' "$server_name"
} | base64 | tr -d '\n'
echo
