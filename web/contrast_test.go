package web

import (
	"bytes"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// leastContrast is the minimum for text (WCAG 2, AA).
const leastContrast = 4.5

// palette reads the custom properties with a plain colour that a style sheet
// sets in the rules with one of the selectors; later ones win.
func palette(t *testing.T, into map[string]string, file string, selectors ...string) map[string]string {
	t.Helper()
	content := sent(t, file)
	for _, selector := range selectors {
		rules := regexp.MustCompile(`(?:^|\n)`+regexp.QuoteMeta(selector)+`\s*\{([^}]*)\}`).FindAllStringSubmatch(content, -1)
		for _, rule := range rules {
			addColours(into, rule[1])
		}
	}
	return into
}

// addColours reads "--name: #colour" out of a rule.
func addColours(into map[string]string, rule string) {
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6})`).FindAllStringSubmatch(rule, -1) {
		into[m[1]] = m[2]
	}
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("%q is no colour", colour)
		}
		s := float64(v) / 255
		if s <= 0.03928 {
			sum += weight * s / 12.92
		} else {
			sum += weight * math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// checkContrasts holds every pair of a palette that pages put together.
func checkContrasts(t *testing.T, p map[string]string) {
	t.Helper()
	for _, state := range []string{"running", "bad", "warning", "moving", "idle"} {
		checkPair(t, p, state, state+"-ground")
	}
	for _, text := range []string{"ink", "dim", "accent", "running", "bad", "warning", "moving"} {
		checkPair(t, p, text, "card")
		checkPair(t, p, text, "page")
	}
	for colour := range 16 { // of a terminal, in logs
		checkPair(t, p, "c"+strconv.Itoa(colour), "card")
	}
}

func checkPair(t *testing.T, p map[string]string, text, ground string) {
	t.Helper()
	if p[text] == "" || p[ground] == "" {
		t.Fatalf("--%s or --%s is not set", text, ground)
	}
	if c := contrast(t, p[text], p[ground]); c < leastContrast {
		t.Errorf("--%s %s on --%s %s: %.2f", text, p[text], ground, p[ground], c)
	}
}

func TestContrast_OwnColours(t *testing.T) {
	light := palette(t, map[string]string{}, "app.css", ":root", ".own")
	t.Run("light", func(t *testing.T) { checkContrasts(t, light) })
	dark := palette(t, light, "dark.css", ":root", ".own")
	t.Run("dark", func(t *testing.T) { checkContrasts(t, dark) })
}

func TestContrast_Themes(t *testing.T) {
	themes, err := fs.Glob(files, "static/vendor/themes/*.css")
	if err != nil || len(themes) < 20 {
		t.Fatalf("%d themes: %v", len(themes), err)
	}
	for _, theme := range themes {
		t.Run(strings.TrimSuffix(path.Base(theme), ".css"), func(t *testing.T) {
			content, err := fs.ReadFile(files, theme)
			if err != nil {
				t.Fatal(err)
			}
			ours := content[bytes.LastIndex(content, []byte("\n:root")):] // the part appended by surfaces.mjs
			p := palette(t, map[string]string{}, "app.css", ":root")
			if bytes.Contains(ours, []byte("color-scheme:dark")) {
				p = palette(t, p, "dark.css", ":root")
			}
			addColours(p, string(ours))
			checkContrasts(t, p)
		})
	}
}
