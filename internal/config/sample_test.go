package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func sample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "cesi.conf.sample"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// uncommented turns the sample's examples (lines that begin with ";") on.
func uncommented(text string) string {
	return regexp.MustCompile(`(?m)^;`).ReplaceAllString(text, "")
}

func TestSample_Loads(t *testing.T) {
	same(t, mustLoad(t, sample(t)), defaults("cesi.conf"))
}

func TestSample_StatesDefaults(t *testing.T) {
	text := sample(t)
	ownSection, _, _ := strings.Cut(text, ";[node:")
	c := mustLoad(t, uncommented(ownSection))
	same(t, c, defaults("cesi.conf"))
}

func TestSample_FirstNodeWorks(t *testing.T) {
	text := sample(t)
	from := strings.Index(text, ";[node:")
	length := strings.Index(text[from:], "\n\n")
	c := mustLoad(t, text[:from]+uncommented(text[from:from+length])+text[from+length:])

	want := defaults("cesi.conf")
	want.Nodes = []cesi.Node{{Name: "web1", URL: "http://web1.example.com:9001", Environments: []string{"production"}, Timeout: 5 * time.Second, Follow: true}}
	want.Environments = []cesi.Environment{{Name: "production", Members: []string{"web1"}}}
	same(t, c, want)
}

func TestSample_EveryExampleWorks(t *testing.T) {
	folder(t, map[string]string{
		"cesi.conf":           uncommented(sample(t)),
		"web2.password":       "two\n",
		"nodes.password":      "all\n",
		"gateway-ca.pem":      newCertificate(t),
		"conf.d/further.conf": "[node:web3]\nhost = web3\n",
	})
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(c.Nodes), []string{"web1", "web2", "here", "web3"})
	same(t, texts(c.Warnings), []string{})
}

func TestSample_HasExactlyTheKeys(t *testing.T) {
	shown := map[string]map[string]bool{}
	kind := ""
	for _, line := range strings.Split(sample(t), "\n") {
		if m := regexp.MustCompile(`^;?\[(\w+)`).FindStringSubmatch(line); m != nil {
			kind = m[1]
			if shown[kind] == nil {
				shown[kind] = map[string]bool{}
			}
		}
		if m := regexp.MustCompile(`^;?(\w+) =`).FindStringSubmatch(line); m != nil {
			shown[kind][m[1]] = true
		}
	}
	l := &loader{}
	known := map[string]map[string]bool{}
	for kind, all := range map[string][]string{
		kindCesi: keys(l.cesiSettings()), kindNode: keys(l.nodeSettings()),
		kindEnvironment: keys(environmentSettings()), kindInclude: keys(l.includeSettings()),
	} {
		t.Run(kind, func(t *testing.T) {
			known[kind] = map[string]bool{}
			for _, key := range all {
				known[kind][key] = true
			}
		})
	}
	same(t, shown, known)
}

func TestManual_NamesEveryKey(t *testing.T) {
	l := &loader{}
	for page, want := range map[string][]string{
		"configuration.md": keys(l.cesiSettings()),
		"nodes.md":         keys(l.nodeSettings()),
	} {
		files, err := filepath.Glob(filepath.Join("..", "..", "web", "docs", "*", page))
		if err != nil || len(files) == 0 {
			t.Fatalf("the manual has no %s: %v", page, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range want {
				if !strings.Contains(string(text), "`"+key+"`") {
					t.Errorf("%s does not name the key %s", file, key)
				}
			}
		}
	}
}
