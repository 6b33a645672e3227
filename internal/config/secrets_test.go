package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"testing"
	"time"
)

func TestPasswordFile_FirstLine(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"with newline":    {"p;w #\"%\n", "p;w #\"%"},
		"without newline": {"pw", "pw"},
		"CRLF":            {"pw\r\nmore\r\n", "pw"},
		"spaces":          {" p w \n", " p w "},
		"BOM":             {"\ufeffpw\n", "pw"},
	} {
		t.Run(name, func(t *testing.T) {
			folder(t, map[string]string{
				"etc/cesi.conf": "[node:a]\nhost = a\nusername = u\npassword_file = a.pw\npassword = ; see the file\n",
				"etc/a.pw":      test.content,
			})
			c, err := Load("etc/cesi.conf")
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.Nodes[0].Password.Reveal(), test.want)
			same(t, texts(c.Warnings), []string{})
		})
	}
}

func TestPassword_NodeReplacesDefault(t *testing.T) {
	folder(t, map[string]string{
		"cesi.conf": "[node]\nusername = u\npassword_file = all.pw\n[node:a]\nhost = a\n[node:b]\nhost = b\npassword = own\n[node:c]\nhost = c\npassword =\n",
		"all.pw":    "shared\n",
	})
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range c.Nodes {
		got = append(got, n.Password.Reveal())
	}
	same(t, got, []string{"shared", "own", ""})
}

func TestPasswordFile_Invalid(t *testing.T) {
	folder(t, map[string]string{
		"cesi.conf": "[node]\npassword_file = missing\n[node:a]\nhost = a\nusername = u\npassword = p\npassword_file = a.pw\n",
		"a.pw":      "\npw\n",
	})
	same(t, problemsIn(t, "cesi.conf"), []string{
		`cesi.conf:2: [node]: password_file "missing": there is no such file`,
		`cesi.conf:7: node "a": password and password_file are both set`,
		`cesi.conf:7: node "a": password_file "a.pw": its first line is empty`,
	})
}

func TestPasswordFile_WorldReadableIsAWarning(t *testing.T) {
	folder(t, map[string]string{
		"cesi.conf": "[node:a]\nhost = a\nusername = u\npassword_file = a.pw\n",
		"a.pw":      "pw\n",
	})
	if err := os.Chmod("a.pw", 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	same(t, texts(c.Warnings), []string{`cesi.conf:4: password_file "a.pw": everybody on the machine may read it: chmod o-r`})
}

// newCertificate returns a certificate in PEM form.
func newCertificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestTLSCA_OnlyCertificatesAreRead(t *testing.T) {
	first, second := newCertificate(t), newCertificate(t)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret")}))
	folder(t, map[string]string{
		"cesi.conf": `[node]
tls_ca = ca.pem
[node:a]
host = https://a
[node:system]
host = https://b
tls_ca =
[node:plain]
host = c
`,
		"ca.pem": "the first\n" + first + key + "the second\n" + second,
	})
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Nodes[0].TLSCA, c.Nodes[1].TLSCA, c.Nodes[2].TLSCA}
	same(t, got, []string{first + second, "", ""})
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(got[0])) {
		t.Error("Go finds no certificate in TLSCA")
	}
}

func TestTLSCA_FileWithoutCertificates(t *testing.T) {
	broken := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no certificate")}))
	for content, want := range map[string]string{
		"hello\n":                  "it holds no certificate in PEM form",
		"":                         "it holds no certificate in PEM form",
		newCertificate(t) + broken: "it holds a certificate that can't be read",
	} {
		t.Run(want, func(t *testing.T) {
			folder(t, map[string]string{"cesi.conf": "[node:a]\nhost = https://a\ntls_ca = ca.pem\n", "ca.pem": content})
			same(t, problemsIn(t, "cesi.conf"), []string{fmt.Sprintf(`cesi.conf:3: node "a": tls_ca "ca.pem": %s`, want)})
		})
	}
}
