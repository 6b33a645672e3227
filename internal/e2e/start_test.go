package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

func TestStart_RefusesInvalidConfiguration(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, sentence string }{
		{"missing", "", "there is no such file"},
		{"empty", "\n \n", "the file is empty"},
		{"prose", "Dear CeSI,\nplease watch my hosts.\n", "cesi.conf:1: "},
		{"binary", "\x7fELF\x02\x01\x00\xff\xfe", "cesi.conf:1: "},
		{"TOML", "[[nodes]]\nname = \"api\"\n", "cesi.conf:1: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := &instance{dir: t.TempDir()}
			in.conf = in.path("cesi.conf")
			if test.text != "" {
				in.write(t, "cesi.conf", test.text)
			}
			out, code := in.cli(t, "", "serve")
			wantRefusal(t, out, code, test.sentence)
			wantSentences(t, out)
		})
	}
}

// wantSentences fails if the output is readable only for programmers.
func wantSentences(t testing.TB, out string) {
	t.Helper()
	for _, bad := range []string{"panic", "goroutine", ".go:", "%!", "(MISSING)", "<nil>"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q is in what it says:\n%s", bad, out)
		}
	}
}

func TestStart_RefusesWithoutConfiguration(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/etc/cesi.conf", "/etc/cesi/cesi.conf"} {
		if _, err := os.Stat(path); err == nil {
			t.Skip("SKIPPED, NOT TESTED: there is a configuration on this machine: " + path)
		}
	}
	path := binaryPath(t) // which may have to be built first
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=/usr/bin:/bin"}
	out, _ := cmd.CombinedOutput() // its exit code is looked at
	wantRefusal(t, string(out), cmd.ProcessState.ExitCode(), "no configuration: -c and $CESI_CONFIG are not set")
}

func TestStart_WithoutNodesSaysHowToAddOne(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	code, doc := in.login(t).get("/")
	if text := doc.Find("main").Text(); code != http.StatusOK || !strings.Contains(text, "[node:") || !strings.Contains(text, in.conf) {
		t.Errorf("status %d, no example of a node and the file's name in:\n%s", code, text)
	}
}

func TestStart_NamesTakenPort(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	listener, err := net.Listen("tcp", strings.TrimPrefix(in.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	out, code := in.cli(t, "", "serve")
	wantRefusal(t, out, code, fmt.Sprintf("can't listen on %s, the host and port of cesi.conf: address already in use", listener.Addr()))
	if _, err := os.Stat(in.path("cesi.db")); err == nil {
		t.Error("it made a database all the same")
	}
}

// wantDatabaseRefused starts cesi on its database as it is and expects it to
// end with the sentence, with every file in its folder left as it was.
func wantDatabaseRefused(t *testing.T, in *instance, sentence string) {
	t.Helper()
	before := contents(t, in.dir)
	for _, command := range []string{"serve", "user list"} {
		out, code := in.cli(t, "", strings.Fields(command)...)
		wantRefusal(t, out, code, sentence)
		wantSentences(t, out)
	}
	if diff := cmp.Diff(before, contents(t, in.dir)); diff != "" {
		t.Errorf("files before - after:\n%s", diff)
	}
}

// contents returns the files of a folder with their content.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// query changes a database from outside.
func (in *instance) query(t testing.TB, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", in.path("cesi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestStart_RefusesOtherDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		prepare  func(*testing.T, *instance)
		sentence string
	}{
		{"a text", func(t *testing.T, in *instance) { in.write(t, "cesi.db", strings.Repeat("Not SQLite.\n", 400)) }, "is not an SQLite database"},
		{"another program's", func(t *testing.T, in *instance) { in.query(t, "CREATE TABLE bookmarks (url TEXT)") }, "belongs to another program"},
		{"a newer cesi's", makeNewer, "was made by a newer cesi"},
		{"a folder", func(t *testing.T, in *instance) {
			if err := os.Mkdir(in.path("cesi.db"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is a folder: name a file in it"},
		{"a broken one", makeBroken, "database disk image is malformed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := writeConf(t, "")
			test.prepare(t, in)
			wantDatabaseRefused(t, in, test.sentence)
		})
	}
}

func TestStart_RefusesDatabaseThatIsNotAFile(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	if err := syscall.Mkfifo(in.path("cesi.db"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := in.cli(t, "", "serve")
	wantRefusal(t, out, code, "is no regular file")
	wantSentences(t, out)
}

// makeDatabase makes one with a user.
func (in *instance) makeDatabase(t *testing.T) {
	t.Helper()
	in.mustCLI(t, "a long one\n", "user", "add", "maria", "--role", "admin", "--password-stdin")
}

// makeNewer makes a database and pretends that a later version has changed it.
func makeNewer(t *testing.T, in *instance) {
	in.makeDatabase(t)
	in.query(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
}

// makeBroken makes a database and cuts it off.
func makeBroken(t *testing.T, in *instance) {
	in.makeDatabase(t)
	if err := os.Truncate(in.path("cesi.db"), 10_000); err != nil {
		t.Fatal(err)
	}
}

func TestStart_RefusesDatabaseWithoutFolder(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.write(t, "cesi.conf", strings.Replace(in.read(t, "cesi.conf"), "cesi.db", "missing/cesi.db", 1))
	wantDatabaseRefused(t, in, "does not exist")
}

// As root, everything is writable: cesi then runs as another user.
func TestStart_RefusesUnwritableDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		folder, file os.FileMode
		sentence     string
	}{
		{"the folder", 0o555, 0o666, "this user can't write to the folder"},
		{"the file", 0o777, 0o444, "can't be written to by this user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := writeConf(t, "")
			in.makeDatabase(t)
			for path, mode := range map[string]os.FileMode{filepath.Dir(in.dir): 0o755, in.conf: 0o444, in.path("cesi.db"): test.file, in.dir: test.folder} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() { _ = os.Chmod(in.dir, 0o700) })
			before := contents(t, in.dir)
			out, code := runAsNobody(t, in)
			wantRefusal(t, out, code, test.sentence)
			if diff := cmp.Diff(before, contents(t, in.dir)); diff != "" {
				t.Errorf("files before - after:\n%s", diff)
			}
		})
	}
}

func runAsNobody(t *testing.T, in *instance) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binaryPath(t), "-c", in.conf)
	cmd.Dir = "/"
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// oldConfiguration is the one in CeSi 1.x's README, filled in and commented by a user;
// only port and database are ours.
const oldConfiguration = `; CeSi 1.x 配置文件
[node:web-1]
username = ; 没有就留空
password = ; 没有就留空
host = 127.0.0.1
port = %d

[node:批处理]
username = cesi
password = 100%%#;密码
host = http://127.0.0.1
port = %d

[environment:生产]
members = web-1, 批处理

[cesi]
database = %s
activity_log = %s
host = 127.0.0.1
port = %d
name = CeSI
theme = superhero
`

func TestStart_ConfigurationOfCeSi1(t *testing.T) {
	t.Parallel()
	program := "[program:api]\ncommand = tail -f /dev/null\nstartsecs = 0\n"
	open := supervisortest.Start(t, supervisortest.Options{Programs: program})
	closed := supervisortest.Start(t, supervisortest.Options{Programs: program, Username: "cesi", Password: "100%#;密码"})
	in := writeConf(t, "")
	listen := strings.TrimPrefix(in.url, "http://127.0.0.1:")
	var port int
	if _, err := fmt.Sscan(listen, &port); err != nil {
		t.Fatal(err)
	}
	in.write(t, "cesi.conf", fmt.Sprintf(oldConfiguration, portOf(t, open), portOf(t, closed),
		in.path("cesi.db"), in.path("logs/activity.log"), port))
	in.start(t)
	in.waitReady(t)
	b, password := newBrowser(t, in.url), in.initialPassword(t)
	b.login("admin", password)
	b.changePassword(password, adminPassword)

	var answer struct {
		Nodes []struct {
			General   struct{ Name, Environment string }
			Processes []struct{ Name string }
		}
	}
	b.api("GET", "/api/v2/nodes", nil, &answer)
	got := map[string]string{}
	for _, n := range answer.Nodes {
		got[n.General.Name] = fmt.Sprintf("%s %d", n.General.Environment, len(n.Processes))
	}
	if diff := cmp.Diff(map[string]string{"web-1": "生产 1", "批处理": "生产 1"}, got); diff != "" {
		t.Errorf("nodes with environment and processes, wanted - got:\n%s", diff)
	}
	if log := in.read(t, "logs/activity.log"); !strings.Contains(log, "admin logged in") {
		t.Errorf("no login in the text mirror:\n%s", log)
	}
}

func portOf(t testing.TB, s *supervisortest.Supervisor) int {
	t.Helper()
	var port int
	if _, err := fmt.Sscanf(s.Node("x").URL, "http://127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	return port
}
