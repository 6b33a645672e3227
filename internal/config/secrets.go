package config

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"cesi/internal/cesi"
)

// setPasswordFile reads the first line of a file as the password.
func (l *loader) setPasswordFile(d *draft, e entry) error {
	file := l.files.get(resolvePath(e.at.file, e.text))
	if file.err != nil {
		return fmt.Errorf("%s %s: %w", e.key, quote(e.text), file.err)
	}
	first, _, _ := bytes.Cut(withoutBOM(file.data), []byte("\n"))
	first = bytes.TrimSuffix(first, []byte("\r"))
	if len(first) == 0 {
		return fmt.Errorf("%s %s: its first line is empty", e.key, quote(e.text))
	}
	if file.openToAll() {
		l.report.warning(e.at, "%s %s: everybody on the machine may read it: chmod o-r", e.key, quote(e.text))
	}
	d.node.Password = cesi.Secret(first)
	return nil
}

// authority is the content of a tls_ca file.
type authority struct {
	pem string
	err error
}

// setAuthorities reads the certificates of the trusted authorities. An empty value
// means those of the system.
func (l *loader) setAuthorities(d *draft, e entry) error {
	if e.text == "" {
		d.node.TLSCA = ""
		return nil
	}
	path := resolvePath(e.at.file, e.text)
	a, ok := l.authorities[path]
	if !ok {
		// Cached: a thousand nodes may share one bundle of a hundred certificates.
		a.pem, a.err = certificates(l.files.get(path))
		l.authorities[path] = a
	}
	if a.err != nil {
		return fmt.Errorf("%s %s: %w", e.key, quote(e.text), a.err)
	}
	d.node.TLSCA = a.pem
	return nil
}

// certificates returns only the certificates of a PEM file: a private key must not get
// into a cesi.Node.
func certificates(file content) (string, error) {
	if file.err != nil {
		return "", file.err
	}
	var kept bytes.Buffer
	for block, rest := pem.Decode(file.data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "", errors.New("it holds a certificate that can't be read")
		}
		// Headers are left out: Go's certificate pool would skip a block that has some.
		kept.Write(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
	}
	if kept.Len() == 0 {
		return "", errors.New("it holds no certificate in PEM form")
	}
	return kept.String(), nil
}
