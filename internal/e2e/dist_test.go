package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// makeDist runs make dist for this machine's platform in a tree and returns the folder
// with the results.
func makeDist(t *testing.T, tree, version string) string {
	t.Helper()
	out := t.TempDir()
	runMake(t, tree, "dist", "DIST="+out, "TARGETS=linux/"+runtime.GOARCH, "VERSION="+version, "COMMIT=abc", "SOURCE_DATE_EPOCH=1700000000")
	return out
}

// TestDist_ArchivesAndPackages builds the downloads in two places, and installs,
// upgrades and removes the Debian package.
func TestDist_ArchivesAndPackages(t *testing.T) {
	supervisortest.SkipShort(t)
	t.Parallel()
	tree, other := copyTree(t), copyTree(t)
	first, again := makeDist(t, tree, "v1.0.0"), makeDist(t, other, "v1.0.0")

	t.Run("same bytes twice", func(t *testing.T) {
		sums := fileText(t, first+"/SHA256SUMS")
		if diff := cmp.Diff(sums, fileText(t, again+"/SHA256SUMS")); diff != "" || strings.Count(sums, "\n") != 2 {
			t.Errorf("- first, + again:\n%s", diff)
		}
	})

	t.Run("archive", func(t *testing.T) {
		name := "cesi-v1.0.0-linux-" + runtime.GOARCH
		dir := t.TempDir()
		if out, err := exec.CommandContext(t.Context(), "tar", "-xzf", first+"/"+name+".tar.gz", "-C", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var names []string
		for path, mode := range installed(t, filepath.Join(dir, name)) {
			names = append(names, path)
			if executable := mode&0o111 != 0; executable != (path == "cesi") {
				t.Errorf("%s has the mode %v", path, mode)
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff([]string{"LICENSE", "THIRD-PARTY-LICENSES.txt", "cesi", "cesi.conf.sample", "cesi.service", "cesi.supervisord.conf"}, names); diff != "" {
			t.Error(diff)
		}
		licences := fileText(t, filepath.Join(dir, name, "THIRD-PARTY-LICENSES.txt"))
		for _, part := range []string{"bootstrap", "htmx.org", "Go and its standard library", "modernc.org/sqlite v", "gopkg.in/ini.v1 v"} {
			if !strings.Contains(licences, "\n"+part) {
				t.Errorf("the licences lack %s", part)
			}
		}
	})

	t.Run("package", func(t *testing.T) {
		sample := other + "/cesi.conf.sample"
		if err := os.WriteFile(sample, []byte(fileText(t, sample)+"\n; new\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		upgrade := makeDist(t, other, "v1.1.0-rc1")
		got := inScratchSystem(t, packageSteps, map[string]string{
			"old.deb": first + "/cesi_1.0.0_" + runtime.GOARCH + ".deb",
			"new.deb": upgrade + "/cesi_1.1.0~rc1_" + runtime.GOARCH + ".deb",
		})
		if diff := cmp.Diff(packageFacts, got); diff != "" {
			t.Errorf("- want, + got:\n%s", diff)
		}
	})
}

// packageSteps print the facts below. The output of dpkg matters only if it fails.
const packageSteps = `
facts() { for path in "$@"; do stat -c '%U:%G %a %n' "$path" 2>/dev/null || echo "no $path"; done; }
cesi_facts() { facts /usr/bin/cesi /etc/cesi /etc/cesi/cesi.conf /var/lib/cesi /usr/lib/systemd/system/cesi.service /etc/systemd/system/multi-user.target.wants/cesi.service; }
quietly() { "$@" >/log 2>&1 || { cat /log; exit 1; }; }

echo "# install"
quietly dpkg -i /old.deb
cesi_facts
cesi version | cut -d ' ' -f 1-4
runuser -u cesi -- cesi check
runuser -u cesi -- touch /var/lib/cesi/cesi.db
grep ^database /etc/cesi/cesi.conf
if command -v systemd-analyze >/dev/null; then systemd-analyze verify cesi.service 2>&1 | grep cesi || true; fi

echo "# upgrade, with a configuration that both sides changed"
echo "; mine" >>/etc/cesi/cesi.conf
chgrp adm /etc/cesi/cesi.conf
quietly dpkg -i --force-confold /new.deb
cesi version | cut -d ' ' -f 1-4
facts /etc/cesi/cesi.conf /var/lib/cesi/cesi.db
tail -n 1 /etc/cesi/cesi.conf
tail -n 1 /etc/cesi/cesi.conf.dpkg-dist

echo "# remove"
quietly dpkg -r cesi
cesi_facts
facts /var/lib/cesi/cesi.db

echo "# purge"
quietly dpkg -P cesi
cesi_facts
`

const packageFacts = `# install
root:root 755 /usr/bin/cesi
root:root 755 /etc/cesi
root:cesi 640 /etc/cesi/cesi.conf
cesi:cesi 750 /var/lib/cesi
root:root 644 /usr/lib/systemd/system/cesi.service
root:root 777 /etc/systemd/system/multi-user.target.wants/cesi.service
cesi v1.0.0 (commit abc,
/etc/cesi/cesi.conf: fine, 0 nodes
database = /var/lib/cesi/cesi.db
# upgrade, with a configuration that both sides changed
cesi v1.1.0-rc1 (commit abc,
root:adm 640 /etc/cesi/cesi.conf
cesi:cesi 644 /var/lib/cesi/cesi.db
; mine
; new
# remove
no /usr/bin/cesi
root:root 755 /etc/cesi
root:adm 640 /etc/cesi/cesi.conf
cesi:cesi 750 /var/lib/cesi
no /usr/lib/systemd/system/cesi.service
root:root 777 /etc/systemd/system/multi-user.target.wants/cesi.service
cesi:cesi 644 /var/lib/cesi/cesi.db
# purge
no /usr/bin/cesi
no /etc/cesi
no /etc/cesi/cesi.conf
no /var/lib/cesi
no /usr/lib/systemd/system/cesi.service
no /etc/systemd/system/multi-user.target.wants/cesi.service
`

// inScratchSystem runs a shell script as root in a temporary copy of this system, with
// some files at its root, and returns its output. The machine itself is not changed:
// the copy is an overlay in its own mount namespace.
func inScratchSystem(t *testing.T, script string, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("dpkg"); err != nil || os.Getuid() != 0 {
		t.Skip("needs root, and dpkg")
	}
	dir := t.TempDir()
	unshared := func(script string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-euc", `mount -t tmpfs tmpfs .
cd "$PWD"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir="$PWD/upper",workdir="$PWD/work" root
mount --rbind /dev root/dev
mount --rbind /proc root/proc
`+script)
		cmd.Dir = dir
		return cmd
	}
	if out, err := unshared("").CombinedOutput(); err != nil {
		t.Skipf("no overlay can be mounted here: %v\n%s", err, out)
	}
	var copies strings.Builder // of files that may be on another file system than /
	for name, path := range files {
		copies.WriteString("cp '" + path + "' 'root/" + name + "'\n")
	}
	cmd := unshared(copies.String() + `exec chroot root sh -eu`)
	cmd.Env = append(os.Environ(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	cmd.Stdin = strings.NewReader("cd /\numask 022\n" + script)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, stderr.Bytes())
	}
	return string(out)
}
