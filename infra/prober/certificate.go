package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// trustStores are where distributions keep the roots, as crypto/x509 knows them.
var trustStores = []string{
	"etc/ssl/certs/ca-certificates.crt",
	"etc/pki/tls/certs/ca-bundle.crt",
	"etc/ssl/ca-bundle.pem",
	"etc/pki/tls/cacert.pem",
	"etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"etc/ssl/cert.pem",
}

// inspect describes the certificate that a server showed and says what is
// wrong with it in the eyes of the vantage.
func (v *vantage) inspect(state tls.ConnectionState, host string) (*certificate, error) {
	if len(state.PeerCertificates) == 0 {
		return nil, errors.New("the server showed no certificate")
	}
	leaf := state.PeerCertificates[0]
	between := x509.NewCertPool()
	for _, other := range state.PeerCertificates[1:] {
		between.AddCert(other)
	}
	_, problem := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: v.roots(), Intermediates: between})
	shown := &certificate{
		Subject:  leaf.Subject.String(),
		DNSNames: append([]string{}, leaf.DNSNames...),
		NotAfter: leaf.NotAfter.UTC().Format(time.RFC3339),
		Verified: problem == nil,
	}
	if problem != nil {
		shown.Problem = problem.Error()
	}
	return shown, problem
}

func (v *vantage) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, store := range trustStores {
		if text, err := readInRoot(v.root, store); err == nil && pool.AppendCertsFromPEM(text) {
			break
		}
	}
	return pool
}
