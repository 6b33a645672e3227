package e2e

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/supervisor/supervisortest"
)

// site is the host that the manual's nginx blocks are for.
const site = "cesi.example.com"

// proxy is a real nginx with two of its servers in front of a cesi.
type proxy struct {
	http, tls string // addresses
	cert      *certificate
}

// The manual's nginx blocks: at the root, under a path, with TLS.
const (
	blockRoot = iota
	blockPath
	blockTLS
)

// nginxBlock is one of the manual's nginx blocks.
func nginxBlock(t *testing.T, which int) string {
	t.Helper()
	blocks := codeBlocks(t, manualProxy, "nginx")
	if len(blocks) != 3 {
		t.Fatalf("the manual has %d nginx blocks, want 3", len(blocks))
	}
	return blocks[which]
}

func TestReadme_NginxBlockIsTheManuals(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{nginxBlock(t, blockRoot)}, codeBlocks(t, readme, "nginx")); diff != "" {
		t.Errorf("the nginx block of the README is not the manual's (-manual +README):\n%s", diff)
	}
}

// replace replaces a part that occurs once in the text.
func replace(t *testing.T, text, old, new string) string {
	t.Helper()
	if n := strings.Count(text, old); n != 1 {
		t.Fatalf("%q occurs %d times in %s", old, n, text)
	}
	return strings.Replace(text, old, new, 1)
}

// startNginx runs nginx as the manual says, in front of the cesi: one server
// with a block's location over HTTP, and one over TLS. Edit changes the text
// before; nil leaves it.
func startNginx(t *testing.T, in *instance, block int, edit func(string) string) *proxy {
	t.Helper()
	supervisortest.Need(t, "nginx", "nginx-light")
	p := &proxy{
		http: net.JoinHostPort("127.0.0.1", strconv.Itoa(supervisortest.FreePort(t))),
		tls:  net.JoinHostPort("127.0.0.1", strconv.Itoa(supervisortest.FreePort(t))),
		cert: newCertificate(t, site),
	}
	plain := replace(t, nginxBlock(t, block), "listen 80;", "listen "+p.http+";")
	plain = replace(t, plain, "http://127.0.0.1:5000", in.url)
	encrypted := replace(t, nginxBlock(t, blockTLS), "listen 443 ssl", "listen "+p.tls+" ssl")
	encrypted = replace(t, encrypted, "/etc/letsencrypt/live/"+site+"/fullchain.pem", p.cert.file)
	encrypted = replace(t, encrypted, "/etc/letsencrypt/live/"+site+"/privkey.pem", p.cert.keyFile)
	encrypted = replace(t, encrypted, location(t, encrypted), location(t, plain))
	servers := plain + encrypted
	if edit != nil {
		servers = edit(servers)
	}
	runNginx(t, servers)
	waitFor(t, "nginx to listen", func() bool {
		connection, err := net.Dial("tcp", p.tls)
		if err == nil {
			connection.Close()
		}
		return err == nil
	})
	return p
}

// location is a server's one location block.
func location(t *testing.T, server string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)location .*?\}`).FindAllString(server, -1)
	if len(found) != 1 {
		t.Fatalf("%d locations in %s", len(found), server)
	}
	return found[0]
}

// runNginx runs an nginx with the given servers until the test ends.
func runNginx(t *testing.T, servers string) {
	t.Helper()
	dir := t.TempDir()
	text := "daemon off;\npid nginx.pid;\nworker_processes 1;\nerror_log stderr;\n"
	if os.Getuid() == 0 {
		text += "user root;\n" // the workers have to reach the test's folder
	}
	text += "events {}\nhttp {\naccess_log off;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		text += kind + "_temp_path " + kind + ";\n"
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(text+servers+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := new(syncBuffer)
	cmd := exec.Command("nginx", "-p", dir, "-e", "stderr", "-c", conf)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("nginx said:\n%s", log)
		}
	})
}

// visit returns a browser that uses the proxy.
func (p *proxy) visit(t *testing.T, scheme string) (*browser, *visitor) {
	t.Helper()
	v := &visitor{proxy: p, origin: scheme + "://" + site}
	b := newBrowser(t, v.origin)
	b.client.Transport = v
	return b, v
}

func TestNginx_EverythingWorks(t *testing.T) {
	t.Parallel()
	node := supervisortest.Start(t, supervisortest.Options{Programs: "[program:app]\nstartsecs = 0\ncommand = sleep 1000\n"}).Node("home")
	for _, c := range []struct {
		prefix string
		block  int
	}{{"", blockRoot}, {"/cesi", blockPath}} {
		in := startCesi(t, nodesConf(node), "poll_interval = 0.2", "url_prefix = "+c.prefix)
		p := startNginx(t, in, c.block, nil)
		for _, scheme := range []string{"http", "https"} {
			t.Run(scheme+c.prefix, func(t *testing.T) { useBehindNginx(t, p, scheme, c.prefix) })
		}
	}
}

// useBehindNginx logs in, follows every link, and sends a command.
func useBehindNginx(t *testing.T, p *proxy, scheme, prefix string) {
	b, v := p.visit(t, scheme)
	form := b.page(prefix + "/nodes/home")
	next := form.Find("input[name=next]").AttrOr("value", "")
	_, page := b.press(form, "Log in", url.Values{"username": {"admin"}, "password": {adminPassword}})
	if v.last != prefix+"/nodes/home" || page.Find("tr.process").Length() != 1 {
		t.Fatalf("the login (next %q) led to %s: %s", next, v.last, page.Text())
	}
	wantCookie := http.Cookie{Name: "cesi_session_", Path: prefix + "/", Secure: scheme == "https"}
	if prefix == "" && scheme == "https" {
		wantCookie.Name = "__Host-cesi_session_"
	}
	if got := v.cookie; got == nil || !strings.HasPrefix(got.Name, wantCookie.Name) || got.Path != wantCookie.Path || got.Secure != wantCookie.Secure {
		t.Errorf("the cookie is %v, want %v", got, wantCookie)
	}
	if scheme == "https" && v.protocol != "HTTP/2.0" {
		t.Errorf("the protocol is %s", v.protocol)
	}
	followLinks(b, prefix)
	b.follow(prefix + "/live?at=/nodes/home") // nginx would hold it back if it buffered

	code, page := b.press(page, "Restart app:app", nil)
	if code != http.StatusOK || v.last != prefix+"/nodes/home" || page.Find(".flash-running").Length() != 1 {
		t.Errorf("restart: status %d at %s, %s", code, v.last, page.Find(".flash").Text())
	}
	code, _ = b.press(page, "Log out", nil)
	if code != http.StatusOK || v.last != prefix+"/login" {
		t.Errorf("log out: status %d at %s", code, v.last)
	}
	if prefix != "" {
		if b.page(prefix); v.last != prefix+"/login" {
			t.Errorf("%s without a slash led to %s", prefix, v.last)
		}
	}
}

// followLinks fetches all that the pages link to, and checks that nothing
// points out of the prefix.
func followLinks(b *browser, prefix string) {
	b.t.Helper()
	known, waiting := map[string]bool{}, []string{prefix + "/"}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		code, page := b.get(path)
		if code != http.StatusOK {
			b.t.Errorf("%s: status %d", path, code)
		}
		for _, attribute := range []string{"href", "src", "action", "formaction"} {
			for _, value := range page.Find("[" + attribute + "]").Map(attributeOf(attribute)) {
				target, _, _ := strings.Cut(value, "#")
				if target == "" || strings.HasPrefix(target, "https://") {
					continue // elsewhere on the page, or a project's own site
				}
				if !strings.HasPrefix(target, prefix+"/") {
					b.t.Errorf("%s: %s=%q leads out of %q", path, attribute, value, prefix)
				}
				followed := attribute == "href" || attribute == "src"
				madeUp := path == prefix+"/about/style" // its fleet is
				if followed && !madeUp && !known[target] {
					known[target] = true
					waiting = append(waiting, target)
				}
			}
		}
	}
	for _, path := range []string{"/static/app.", "/nodes/home", "/profile"} {
		if !reached(known, prefix+path) {
			b.t.Errorf("no link leads to %s: %v", path, known)
		}
	}
}
