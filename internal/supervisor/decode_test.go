package supervisor

import (
	"fmt"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

const envelope = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n%s</param>\n</params>\n</methodResponse>\n"

func TestCleanAndRestoreGiveBackEveryCharacter(t *testing.T) {
	var text strings.Builder
	for r := rune(0); r <= 0xF2000; r++ {
		if r >= 0xD800 && r <= 0xDFFF || r == 0xFFFE || r == 0xFFFF || r == '<' || r == '&' {
			continue // no characters, or not sent as they are
		}
		text.WriteRune(r)
	}
	var got string
	reply := fmt.Sprintf(envelope, "<value><string>"+text.String()+"</string></value>")
	if err := (&Client{}).decode([]byte(reply), &got); err != nil {
		t.Fatal(err)
	}
	if restore(got) != text.String() {
		t.Error("a character was lost or changed on the way")
	}
}

// FuzzDecode holds that no reply, however hostile, does more than fail.
func TestBytesThatAreNoUTF8AreGivenBack(t *testing.T) {
	text := "a\xff\xc4b\xed\xa0\x80 \U000F01C4\U000F0180 \xe5\xb7" // also what such bytes are moved to
	var got string
	reply := fmt.Sprintf(envelope, "<value><string>"+text+"</string></value>")
	if err := (&Client{}).decode([]byte(reply), &got); err != nil {
		t.Fatal(err)
	}
	if restore(got) != text {
		t.Errorf("got %q, want %q", restore(got), text)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(envelope, "<value><array><data><value><struct><member><name>name</name><value><string>x\x1b</string></value></member></struct></value></data></array></value>")))
	f.Add([]byte("<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member></struct></value></fault></methodResponse>"))
	f.Add([]byte("<methodResponse><params><param><value><array><data>"))
	f.Add([]byte("\xf3\xb0\xbf\xbf<a/><b></c>"))
	f.Fuzz(func(t *testing.T, reply []byte) {
		c := &Client{}
		for _, result := range []any{new([]processInfo), new(processInfo), new(string), new(int64), new([]any), nil} {
			if err := c.decode(reply, result); err != nil && cesi.Sentence(err) == "" {
				t.Errorf("a failure without a word: %v", err)
			}
		}
	})
}

func BenchmarkDecodeFiftyProcesses(b *testing.B) {
	one := "<value><struct>"
	for _, name := range []string{"name", "group", "statename", "spawnerr", "logfile", "stdout_logfile", "stderr_logfile", "description"} {
		one += "<member>\n<name>" + name + "</name>\n<value><string>/var/log/supervisor/worker-stdout.log</string></value>\n</member>\n"
	}
	for _, name := range []string{"start", "stop", "now", "state", "exitstatus", "pid"} {
		one += "<member>\n<name>" + name + "</name>\n<value><int>1763884800</int></value>\n</member>\n"
	}
	one += "</struct></value>\n"
	reply := []byte(fmt.Sprintf(envelope, "<value><array><data>\n"+strings.Repeat(one, 50)+"</data></array></value>"))
	b.SetBytes(int64(len(reply)))
	for b.Loop() {
		var infos []processInfo
		if err := (&Client{}).decode(reply, &infos); err != nil {
			b.Fatal(err)
		}
	}
}
