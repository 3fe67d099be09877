#!/bin/sh
# An authority with an index, as `openssl ca` keeps it: leaves that are good, expired, for another host and revoked,
# a CRL, a stapled response's signer, an old PFX and a JKS. Run in an empty folder; $1 and $2 are the ports of the OCSP
# responder and of the web server that has the CRL.
set -eu
cat >ca.cnf <<EOF
[ca]
default_ca = authority
[authority]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 1
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
authorityInfoAccess = OCSP;URI:http://127.0.0.1:$1/
crlDistributionPoints = URI:http://127.0.0.1:$2/crl.der
authorityKeyIdentifier = keyid
[crlonly]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
crlDistributionPoints = URI:http://127.0.0.1:$2/crl.der
[staple]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
tlsfeature = status_request
[responder]
basicConstraints = CA:FALSE
extendedKeyUsage = OCSPSigning
EOF
: >index.txt
echo 1001 >serial
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -keyout ca.key -out ca.pem -subj "/CN=Interop Root" -addext keyUsage=keyCertSign,cRLSign
leaf() { # name, extensions, host, more words of openssl ca
  name=$1 extensions=$2 host=$3
  shift 3
  openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name" -addext "subjectAltName=DNS:$host"
  openssl ca -batch -notext -config ca.cnf -extensions "$extensions" -in "$name.csr" -out "$name.pem" "$@"
}
leaf good leaf localhost
leaf revoked leaf localhost
leaf revoked-crl crlonly localhost
leaf staple staple localhost
leaf responder responder responder.example
leaf wrong-host leaf other.example
leaf expired leaf localhost -startdate 20200101000000Z -enddate 20210101000000Z
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -keyout self-signed.key -out self-signed.pem -subj "/CN=localhost" -addext subjectAltName=DNS:localhost
openssl ca -config ca.cnf -revoke revoked.pem
openssl ca -config ca.cnf -revoke revoked-crl.pem
openssl ca -config ca.cnf -gencrl -out crl.pem
openssl crl -in crl.pem -outform der -out crl.der
openssl ocsp -index index.txt -CA ca.pem -rsigner responder.pem -rkey responder.key -issuer ca.pem -cert staple.pem -respout staple.der -ndays 1 -reqout request.der -no_nonce 2>/dev/null || true
openssl ocsp -index index.txt -CA ca.pem -rsigner responder.pem -rkey responder.key -reqin request.der -respout staple.der -ndays 1
openssl pkcs12 -export -legacy -inkey good.key -in good.pem -certfile ca.pem -passout pass:secret -out legacy.pfx
openssl pkcs12 -export -inkey good.key -in good.pem -certfile ca.pem -name good -passout pass:secret -out modern.pfx
keytool -importkeystore -noprompt -srckeystore modern.pfx -srcstoretype pkcs12 -srcstorepass secret -destkeystore store.jks -deststoretype jks -deststorepass secret
