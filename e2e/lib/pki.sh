# Certificates and kubeconfigs of the local cluster, under $STATE/pki; made anew at every `up`.
# shellcheck shell=bash

PKI=$STATE/pki

certificates() {
  mkdir -p "$PKI"
  cd "$PKI"
  quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -subj /CN=local-ca -days 365 -out ca.crt
  quietly openssl genrsa -out sa.key 2048
  quietly openssl rsa -in sa.key -pubout -out sa.pub
  local service=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
  issue apiserver /CN=kube-apiserver "$service,DNS:localhost,IP:127.0.0.1,IP:$SERVICE_API,IP:$NODE_IP,IP:$NODE_ADDRESS"
  issue admin /O=system:masters/CN=admin
  issue controller-manager /CN=system:kube-controller-manager
  issue scheduler /CN=system:kube-scheduler
  issue kube-proxy /CN=system:kube-proxy
  issue kubelet "/O=system:nodes/CN=system:node:$NODE_NAME" "DNS:$NODE_NAME,IP:$NODE_IP"
  local user
  for user in admin controller-manager scheduler kube-proxy kubelet; do kubeconfig $user "$NODE_IP" "$user.kubeconfig"; done
  # Inside the node's network namespace, and from this machine.
  kubeconfig admin "$NODE_IP" "$STATE/kubeconfig"
  kubeconfig admin "$NODE_ADDRESS" "$STATE/admin.kubeconfig"
  cd - > /dev/null
}

issue() { # NAME SUBJECT [SUBJECT-ALT-NAMES]
  quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -subj "$2" -out "$1.csr"
  printf 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n%s\n' "${3:+subjectAltName=$3}" > "$1.ext"
  quietly openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.crt"
}

quietly() {
  local said
  said=$("$@" 2>&1) || {
    die "this failed: $*${said:+: $said}"
  }
}

kubeconfig() { # USER ADDRESS FILE
  (umask 077 && cat > "$3") <<YAML
apiVersion: v1
kind: Config
current-context: strata-local
contexts:
- name: strata-local
  context: {cluster: strata-local, user: $1}
clusters:
- name: strata-local
  cluster:
    server: https://$2:6443
    certificate-authority-data: $(base64 -w0 ca.crt)
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 "$1.crt")
    client-key-data: $(base64 -w0 "$1.key")
YAML
}
