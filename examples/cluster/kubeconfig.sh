#!/bin/sh
# Prints a kubeconfig for one account as base64, on one line, ready to be stored as a secret:
#
#   sh kubeconfig.sh NAMESPACE [ACCOUNT]
#
# The server and its certificate authority are those of kubectl's current context; the token is that
# of the Secret ACCOUNT-token, which rbac.yaml creates. What it prints is a secret.
set -eu

fail() {
  printf 'kubeconfig.sh: %s\n' "$1" >&2
  exit 1
}

usage='usage: sh kubeconfig.sh NAMESPACE [ACCOUNT]'
if [ "$#" -lt 1 ] || [ "$#" -gt 2 ]; then fail "$usage"; fi
namespace=$1
account=${2:-kube-build-push}
for name in "$namespace" "$account"; do
  # Names of Kubernetes have no other characters; what passes is safe inside YAML and a URL.
  case $name in
    '' | -* | *[!a-z0-9.-]*) fail "'$name' is not a name of Kubernetes; $usage" ;;
  esac
done
for program in kubectl base64; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done

# One field of the current context's cluster; empty if it is not set.
cluster() {
  kubectl config view --raw --minify --flatten --output "jsonpath={.clusters[0].cluster.$1}"
}

server=$(cluster server) || fail 'kubectl has no usable current context'
authority=$(cluster certificate-authority-data)
server_name=$(cluster tls-server-name)
unverified=$(cluster insecure-skip-tls-verify)

[ -n "$server" ] || fail 'the current context of kubectl names no server'
case $server$server_name in
  *[\"\\]*) fail "the server $server cannot be written into a kubeconfig" ;;
esac
if [ "$unverified" = true ]; then
  fail 'the current context does not verify the server (insecure-skip-tls-verify): give it a certificate-authority'
fi
case $server in
  *//localhost[:/]* | *//127.* | *//\[::1\]*)
    printf 'kubeconfig.sh: note: %s is this machine only; a runner elsewhere cannot reach it\n' "$server" >&2
    ;;
esac

secret=$account-token
read_token() {
  kubectl --namespace "$namespace" get secret "$secret" \
    --output 'go-template={{with .data}}{{with .token}}{{. | base64decode}}{{end}}{{end}}'
}

# The control plane fills the Secret a moment after it was created.
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
  # Without an authority the certificate is checked against the public ones.
  [ -z "$authority" ] || printf '      certificate-authority-data: "%s"\n' "$authority"
  [ -z "$server_name" ] || printf '      tls-server-name: "%s"\n' "$server_name"
} | base64 | tr -d '\n'
echo
