package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// chromium is a real browser without a window, which ends with its test. Its
// tabs share cookies.
type chromium struct {
	t       testing.TB
	ctx     context.Context
	cookies cdp.BrowserContextID // "" are those it starts with
}

// startChromium starts the browser. Where it is not installed the test is
// skipped, or fails where CI=true.
func startChromium(t testing.TB) *chromium {
	t.Helper()
	supervisortest.Need(t, "chromium", "chromium")
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath("chromium"), chromedp.NoFirstRun}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars", "mute-audio"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		end()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("chromium did not start: %v", err)
	}
	return &chromium{t: t, ctx: ctx}
}

// stranger is the same browser with no cookies yet.
func (c *chromium) stranger() *chromium {
	c.t.Helper()
	var id cdp.BrowserContextID
	c.browser(func(ctx context.Context) (err error) {
		id, err = target.CreateBrowserContext().Do(ctx)
		return err
	})
	return &chromium{t: c.t, ctx: c.ctx, cookies: id}
}

// browser runs an action for the whole browser.
func (c *chromium) browser(do func(context.Context) error) {
	c.t.Helper()
	if err := do(cdp.WithExecutor(c.ctx, chromedp.FromContext(c.ctx).Browser)); err != nil {
		c.t.Fatal(err)
	}
}

// newTab makes an empty tab, in a window of its own for a stranger.
func (c *chromium) newTab() (context.Context, context.CancelFunc) {
	c.t.Helper()
	var id target.ID
	c.browser(func(ctx context.Context) (err error) {
		tab := target.CreateTarget("about:blank")
		if c.cookies != "" {
			tab = tab.WithBrowserContextID(c.cookies).WithNewWindow(true)
		}
		id, err = tab.Do(ctx)
		return err
	})
	return chromedp.NewContext(c.ctx, chromedp.WithTargetID(id))
}

// tab is a page in the browser. It collects invisible errors: errors in the console,
// violations of the content security policy, requests to other hosts.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu         sync.Mutex
	complaints []string
	tolerated  []string
}

// open opens a tab on a page of cesi, on a desktop's screen. When the test ends
// it fails if the tab has complaints.
func (c *chromium) open(t testing.TB, base, path string) *tab {
	t.Helper()
	ctx, cancel := c.newTab()
	b := &tab{t: t, ctx: ctx, base: base}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the page at the end:\n%s", b.text("main"))
		}
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, complaint := range b.complaints {
			t.Errorf("the browser complains: %s", complaint)
		}
	})
	chromedp.ListenTarget(ctx, b.handleEvent)
	if err := chromedp.Run(ctx); err != nil { // the first one attaches to the tab for as long as its context lasts
		t.Fatal(err)
	}
	b.run(network.Enable(), log.Enable())
	b.screen(1280, 800)
	b.visit(path)
	return b
}

// handleEvent handles the browser's events for the tab.
func (b *tab) handleEvent(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.reportError("exception: " + e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			b.reportError(fmt.Sprintf("console.%s: %s", e.Type, arguments(e.Args)))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			b.reportError(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if !ours(e.Request.URL, b.base) {
			b.reportError("a request to " + e.Request.URL)
		}
	case *page.EventJavascriptDialogOpening:
		b.reportError("a dialog: " + e.Message)
	}
}

func ours(url, base string) bool {
	return strings.HasPrefix(url, base+"/") || strings.HasPrefix(url, "data:image/") || url == "about:blank"
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, string(a.Value)+a.Description)
	}
	return strings.Join(words, " ")
}

func (b *tab) reportError(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.tolerated, func(part string) bool { return strings.Contains(text, part) }) {
		b.complaints = append(b.complaints, text)
	}
}

// ignoreErrors ignores errors that contain the text.
func (b *tab) ignoreErrors(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tolerated = append(b.tolerated, text)
}

// tabPatience is how long the browser may take for one thing in a tab. It waits
// for ever for some things that do not come about.
const tabPatience = time.Minute

// try runs actions in the browser.
func (b *tab) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(b.ctx, tabPatience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// run runs actions in the browser that must succeed.
func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := b.try(actions...); err != nil {
		b.t.Fatal(err)
	}
}

// visit goes to a page and waits until it and its scripts are there.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + path))
}

// screen makes the tab so big, and a phone's if it is narrow.
func (b *tab) screen(width, height int64) {
	b.t.Helper()
	b.run(emulation.SetDeviceMetricsOverride(width, height, 1, width < 500), emulation.SetTouchEmulationEnabled(width < 500))
}
