package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Only names of this machine and the public one are answered to where only this machine listens.
func TestHosts(t *testing.T) {
	t.Parallel()
	own := []string{"localhost", "127.0.0.1", "::1"}
	require.Equal(t, append(own, "127.0.0.2", "hejie.example"), Config{Listen: "127.0.0.2:80", PublicURL: "https://Hejie.example:8443", Proxied: true}.hosts())
	require.Equal(t, "https://hejie.example", (&Program{config: Config{PublicURL: "https://hejie.example/"}}).base(), "a path follows")
	require.Subset(t, own, Config{Listen: "localhost:8080"}.hosts())
	require.NotEmpty(t, Config{Listen: "localhost:8080"}.hosts())
	require.Empty(t, Config{Listen: "localhost:8080", Proxied: true}.hosts())
	require.Empty(t, Config{Listen: ":8443", TLSCert: "x"}.hosts())
}

// With a certificate everything is TLS, and the address says so.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, pool := certificate(t, dir)
	r := start(t, func(to console) (*Program, error) {
		c := Config{Listen: "127.0.0.1:0", SMS: "none", TLSCert: cert, TLSKey: key}
		return newProgram(t.Context(), c, folder{path: filepath.Join(dir, "data")}, nil, to, quiet().logger(to))
	})
	require.True(t, strings.HasPrefix(r.URL(), "https://"))
	r.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	answer, err := r.client.Get(r.URL() + "/")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.NotEmpty(t, answer.Header.Get("Strict-Transport-Security"))
}

// certificate for this machine, made here.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, writeNew(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	require.NoError(t, writeNew(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	pool = x509.NewCertPool()
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool.AddCert(made)
	return cert, key, pool
}
