package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestFind_Order(t *testing.T) {
	for _, test := range []struct {
		name, flag, env string
		files           []string
		want            string
	}{
		{"flag", "x.conf", "y.conf", []string{"first.conf"}, "x.conf"},
		{"variable", "", "y.conf", []string{"first.conf"}, "y.conf"},
		{"first", "", "", []string{"first.conf", "second.conf"}, "first.conf"},
		{"second", "", "", []string{"second.conf"}, "second.conf"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder(t, nil)
			for _, f := range test.files {
				write(t, f, "x")
			}
			got, err := find(test.flag, test.env, "first.conf", "second.conf")
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, test.want)
		})
	}
}

func TestFind_NamesPlaces(t *testing.T) {
	folder(t, nil)
	missing := filepath.Join(t.TempDir(), "cesi.conf")
	got, err := find("", "", "./cesi.conf", missing)
	if err == nil {
		t.Fatalf("found %q in an empty folder", got)
	}
	for _, place := range []string{"-c", "$CESI_CONFIG", "./cesi.conf", missing} {
		if !strings.Contains(err.Error(), place) {
			t.Errorf("%q does not name %s", err, place)
		}
	}
}

func TestFind_ReadsEnvironmentVariable(t *testing.T) {
	got, err := Find("", func(key string) string { return "from " + key })
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, "from CESI_CONFIG")
}
