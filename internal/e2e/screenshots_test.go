package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// maxPicture bounds a picture of the README, in bytes.
const maxPicture = 150_000

// pictures are the README's pictures of the demo.
var pictures = []struct {
	name, path, scheme, language string
	width, height                int64
	scale                        float64
}{
	{"light", "/", "light", "en", 1280, 800, 1},
	{"dark", "/nodes/pay-1", "dark", "en", 1280, 800, 1},
	{"chinese", "/", "light", "zh-CN", 1280, 800, 1},
	{"phone", "/", "dark", "en", 360, 740, 1.5},
}

// TestScreenshots_Take takes the README's pictures again. It runs only by
// make screenshots.
func TestScreenshots_Take(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("make screenshots takes the README's pictures")
	}
	d := startDemo(t)
	busy := newBrowser(t, d.url)
	busy.login("admin", d.password)
	for _, command := range []string{"/nodes/web-1/restart", "/nodes/pay-1/processes/payments:ledger/restart", "/nodes/pay-1/processes/payments:reader/start"} {
		busy.post(command, url.Values{"confirmed": {"yes"}})
	}
	c := startChromium(t)
	b := c.open(t, d.url, "/login")
	b.login("admin", d.password)
	b.waitText("#attention", "FATAL")
	b.waitText("#attention", "BACKOFF")
	b.waitText("#attention", "EXITED")
	for _, p := range pictures {
		b.run(network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": p.language}),
			emulation.SetDeviceMetricsOverride(p.width, p.height, p.scale, p.width < 500),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: p.scheme}}))
		b.visit(p.path)
		b.waitFor("the page to be live", live)
		var png []byte
		b.run(chromedp.CaptureScreenshot(&png))
		if err := os.WriteFile(filepath.Join(dir, p.name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadme_PicturesAreSmall(t *testing.T) {
	named := regexp.MustCompile(`web/screenshots/[a-z]+\.png`).FindAllString(fileText(t, "../../README.md"), -1)
	if len(named) != len(pictures) {
		t.Errorf("the README shows %v, not %d pictures", named, len(pictures))
	}
	for _, name := range named {
		if size := len(fileText(t, "../../"+name)); size > maxPicture {
			t.Errorf("%s has %d bytes, more than %d", name, size, maxPicture)
		}
	}
}
