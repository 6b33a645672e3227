package supervisor

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/kolo/xmlrpc"
)

const envelope = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n%s</param>\n</params>\n</methodResponse>\n"

func TestDecode_KeepsEveryByte(t *testing.T) {
	var text strings.Builder
	for b := range 256 {
		if b != '<' && b != '&' {
			text.WriteByte(byte(b))
		}
	}
	text.WriteString("a\r\nb \xed\xa0\x80 \U000F01C4\U000F0180\uFFFE\uFFFF \xe5\xb7")
	var got string
	reply := fmt.Sprintf(envelope, "<value><string>"+text.String()+"</string></value>")
	if err := (&Client{}).decode([]byte(reply), &got); err != nil || got != text.String() {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDecode_OtherServersReplies(t *testing.T) {
	member := func(name, value string) string {
		return "<member><name>" + name + "</name><value>" + value + "</value></member>"
	}
	array := func(values ...string) string {
		return "<array><data><value>" + strings.Join(values, "</value><value>") + "</value></data></array>"
	}
	for name, test := range map[string]struct {
		value string
		want  any
	}{
		"i4":                   {"<i4>5</i4>", int64(5)},
		"i8":                   {"<i8>-9007199254740993</i8>", int64(-9007199254740993)},
		"space in a number":    {"<int>\n 5 </int>", int64(5)},
		"boolean":              {"<boolean>1</boolean>", true},
		"double":               {"<double>1.5</double>", 1.5},
		"dateTime":             {"<dateTime.iso8601>20260102T03:04:05</dateTime.iso8601>", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		"base64 as it is":      {"<base64>aGk=</base64>", "aGk="},
		"nil":                  {"<nil/>", nil},
		"a prefixed nil":       {"<ex:nil/>", nil},
		"no type":              {" text ", "text"},
		"empty":                {"", nil},
		"empty string":         {"<string/>", nil},
		"attributes":           {`<string a="</value>" b='/>'>x</string>`, "x"},
		"CDATA":                {"<string>a<![CDATA[</string>&lt;]]>b</string>", "a</string>&lt;b"},
		"comments":             {"<!-- <int> --><string>a<!-- </string> -->b</string>", "ab"},
		"a processing command": {"<?x </value>?><string>a</string>", "a"},
		"named entities":       {"<string>&lt;&gt;&amp;&quot;&apos;</string>", `<>&"'`},
		"numeric entities":     {"<string>&#27;&#x5de5;&#13;</string>", "\x1b工\r"},
		"space":                {"\n\t<array>\r\n<data>\n<value>\n<int>1</int>\n</value>\n</data>\n</array>\n", []any{int64(1)}},
		"an empty array":       {"<array><data/></array>", []any{}},
		"a struct":             {"<struct>" + member("a", "<int>1</int>") + member("b", array("x", "<nil/>")) + "</struct>", map[string]any{"a": int64(1), "b": []any{"x", nil}}},
		"faults of a multicall": {array(array("<string>4.2</string>"), "<struct>"+member("faultCode", "<int>1</int>")+member("faultString", "<string>UNKNOWN_METHOD</string>")+"</struct>"),
			[]any{[]any{"4.2"}, map[string]any{"faultCode": int64(1), "faultString": "UNKNOWN_METHOD"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got any
			if err := (&Client{}).decode([]byte(fmt.Sprintf(envelope, "<value>"+test.value+"</value>")), &got); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		})
	}
	var info processInfo
	value := "<value><struct>" + member("pid", "<i8>7</i8>") + member("extra", array("<struct>"+member("deep", "<x/>")+"</struct>")) +
		member("name", "工人") + member("group", "<string>g</string>") + member("stop", "<nil/>") + "</struct></value>"
	if err := (&Client{}).decode([]byte(fmt.Sprintf(envelope, value)), &info); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(processInfo{Name: "工人", Group: "g", PID: 7}, info); diff != "" {
		t.Error(diff)
	}
}

func TestDecode_ClipsTextsButNotLogs(t *testing.T) {
	long := strings.Repeat("工", 1<<20)
	var infos []processInfo
	reply := fmt.Sprintf(envelope, "<value><array><data><value><struct><member><name>name</name><value>"+long+"</value></member></struct></value></data></array></value>")
	if err := (&Client{}).decode([]byte(reply), &infos); err != nil || infos[0].Name != strings.Repeat("工", maxString/3) {
		t.Errorf("a name of %d bytes, %v", len(infos[0].Name), err)
	}
	var log string
	var size int64
	reply = fmt.Sprintf(envelope, "<value><array><data><value><string>"+long+"</string></value><value><int>5</int></value></data></array></value>")
	if err := (&Client{}).decode([]byte(reply), &[]any{&log, &size}); err != nil || log != long || size != 5 {
		t.Errorf("a log of %d bytes, %v", len(log), err)
	}
}

// TestDecode_HostileRepliesAreBounded bounds what large replies cost: a second of
// processor time (raceFactor times as much under -race), and the memory in use after
// reading them. With SOAK set they are read into every type.
func TestDecode_HostileRepliesAreBounded(t *testing.T) {
	fill := func(before, piece, after string) []byte {
		return []byte(before + strings.Repeat(piece, (maxReply-len(before)-len(after))/len(piece)) + after)
	}
	const open = "<methodResponse><params><param><value>"
	const list = open + "<array><data>"
	replies := map[string][]byte{
		"depth":                      fill(open, "<value><array><data>", ""),
		"depth hidden in comments":   fill(open, "<value><array><data><!--</a></a></a>-->", ""),
		"depth hidden in CDATA":      fill(open, "<array><data><value><![CDATA[</a></a></a>]]>", ""),
		"depth hidden in attributes": fill(open, `<array><data><value a="/>/>/>">`, ""),
		"empty elements":             fill(list, "<value/>", "</data></array></value></param></params></methodResponse>"),
		"arrays of one":              fill(list, "<value><array><data><value/></data></array></value>", "</data></array></value></param></params></methodResponse>"),
		"arrays of three":            fill(list, "<value><array><data><value/><value/><value/></data></array></value>", "</data></array></value></param></params></methodResponse>"),
		"empty structs":              fill(list, "<value><struct/></value>", ""),
		"small maps":                 fill(list, "<value><struct><member><name>a</name><value>b</value></member></struct></value>", ""),
		"small processes":            fill(list, "<value><struct><member><name>name</name><value>a</value></member><member><name>group</name><value>a</value></member></struct></value>", "</data></array></value></param></params></methodResponse>"),
		"members":                    fill(open+"<struct>", "<member><name>a</name><value/></member>", ""),
		"entities":                   fill(open+"<string>", "&lt;", "</string></value></param></params></methodResponse>"),
		"comments":                   fill(open+"<string>", "a<!---->", ""),
		"a long attribute":           fill(open+"<string a='", "x", ""),
		"tags":                       fill(open, "<", ""),
		"open comments":              fill(open, "<!--", ""),
		"ampersands":                 fill(open+"<string>", "&", ""),
		"a long name":                fill("<", "a", ""),
	}
	results := []func() any{func() any { return new([]processInfo) }, func() any { return new(cesi.ProcessList) }, func() any { return new(any) }}
	if os.Getenv("SOAK") != "" {
		results = append(results, func() any { return new([]configInfo) }, func() any { return new(string) },
			func() any { return new([][][]string) }, func() any { return nil })
	}
	for name, reply := range replies {
		t.Run(name, func(t *testing.T) {
			for _, result := range results {
				into, took, held, err := decodeCosts(t, reply, result)
				for range 2 { // on a busy machine the same work takes more processor time
					if took > raceFactor*time.Second {
						into, took, held, err = decodeCosts(t, reply, result)
					}
				}
				if took > raceFactor*time.Second || held > 7*int64(len(reply)) {
					t.Errorf("into %T: took %v and holds %d bytes for %d (%v)", into, took, held, len(reply), err)
				}
			}
		})
	}
}

// decodeCosts decodes a reply and returns the processor time that it took, and the
// bytes that are in use afterwards.
func decodeCosts(t *testing.T, reply []byte, result func() any) (into any, took time.Duration, held int64, err error) {
	t.Helper()
	into = result()
	before := inUse()
	began := processorTime(t)
	if list, is := into.(*cesi.ProcessList); is {
		*list, err = (&Client{}).decodeProcesses(reply, *list)
	} else {
		err = (&Client{}).decode(reply, into)
	}
	took = processorTime(t) - began
	held = inUse() - before
	runtime.KeepAlive(into)
	return into, took, held, err
}

// processorTime is the processor time of this program so far. Unlike real time, it
// hardly depends on other programs.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// inUse is the size of the reachable memory, in bytes.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// oracle is the result of kolo/xmlrpc for a reply.
func oracle(reply []byte, result any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("kolo/xmlrpc panicked")
		}
	}()
	return xmlrpc.Response(reply).Unmarshal(result)
}

// children are the elements that XML-RPC allows in each other.
var children = map[string][]string{
	"": {"methodResponse"}, "methodResponse": {"params"}, "params": {"param"}, "param": {"value"},
	"value":  {"struct", "array", "string", "int", "i4", "i8", "boolean", "double", "base64", "dateTime.iso8601", "nil"},
	"struct": {"member"}, "member": {"name", "value"}, "array": {"data"}, "data": {"value"},
}

// isXMLRPC reports whether a reply is well-formed and of the shape of XML-RPC. Left
// out is where kolo reads only a part of a text (up to a comment or CDATA), or
// another one (\r, which XML folds).
func isXMLRPC(reply []byte) bool {
	if bytes.Contains(reply, []byte("<!")) || bytes.IndexByte(reply, '\r') >= 0 || bytes.Count(reply, []byte("<?")) > 1 {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(reply))
	type element struct {
		name string
		has  []string
		text bool
	}
	stack := []element{{}}
	for {
		token, err := d.Token()
		if err != nil {
			return err == io.EOF && len(stack[0].has) == 1
		}
		top := &stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			once := top.name != "struct" && top.name != "data" && (top.name != "member" || slices.Contains(top.has, token.Name.Local))
			if token.Name.Space != "" || !slices.Contains(children[top.name], token.Name.Local) || once && top.name != "member" && len(top.has) > 0 ||
				once && top.name == "member" || top.text || token.Name.Local == "value" && top.name == "member" && len(top.has) == 0 {
				return false
			}
			top.has = append(top.has, token.Name.Local)
			stack = append(stack, element{name: token.Name.Local})
		case xml.EndElement:
			if (top.name == "member" && len(top.has) != 2) || (slices.Contains([]string{"methodResponse", "params", "param"}, top.name) && len(top.has) != 1) {
				return false
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				if len(top.has) > 0 || len(stack) == 1 || len(children[top.name]) > 0 && top.name != "value" {
					return false
				}
				top.text = true
			}
		case xml.ProcInst:
			if len(stack) > 1 {
				return false
			}
		}
	}
}

// FuzzDecode checks that a hostile reply only fails, that a small reply which
// kolo/xmlrpc accepts has the same result here, unless that is out of proportion, and
// that decodeProcesses has the same result as decoder, whatever list is known.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(envelope, "<value><array><data><value><struct><member><name>name</name><value><string>x</string></value></member></struct></value></data></array></value>")))
	f.Add([]byte(fmt.Sprintf(envelope, "<value><struct><member><name>pid</name><value><i4>-5</i4></value></member><member><name>uid</name><value> a </value></member></struct></value>")))
	f.Add([]byte(fmt.Sprintf(envelope, "<value><array><data><value><nil/></value><value><double>1.5</double></value><value><boolean>1</boolean></value></data></array></value>")))
	f.Add([]byte(fmt.Sprintf(envelope, "<value><string a='b'>x&#65;&lt;\x1b</string></value>")))
	f.Add([]byte("<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member></struct></value></fault></methodResponse>"))
	f.Add([]byte("<methodResponse><params><param><value><array><data>"))
	f.Add([]byte(fmt.Sprintf(envelope, "<value><array><data>"+strings.Repeat("<value><struct></struct></value>", 99)+"</data></array></value>")))
	f.Add([]byte("\xf3\xb0\xbf\xbf<a/><b></c>"))
	f.Add(busyHost(3, 1_763_990_000))
	f.Fuzz(func(t *testing.T, reply []byte) {
		checkUpdates(t, reply)
		c := &Client{}
		small := len(reply) < maxString && isXMLRPC(reply)
		for _, of := range []func() any{func() any { return new([]processInfo) }, func() any { return new(configInfo) }, func() any { return new(string) },
			func() any { return new(int64) }, func() any { return new([]any) }, func() any { return new([][]string) }, func() any { return new(map[string]any) }, func() any { return nil }} {
			got := of()
			err := c.decode(reply, got)
			if err != nil && cesi.TextOf(err).String() == "" {
				t.Errorf("a failure without a word: %v", err)
			}
			want := of()
			if !small || want == nil || errors.Is(err, errTooMany) || oracle(reply, want) != nil {
				continue
			}
			if err != nil {
				t.Errorf("%q into %T: %v; kolo takes it", reply, got, err)
			} else if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("%q: %s", reply, diff)
			}
		}
	})
}

// fiftyProcesses is a reply with fifty processes.
func fiftyProcesses() []byte {
	one := "<value><struct>"
	for _, name := range []string{"name", "group", "statename", "spawnerr", "logfile", "stdout_logfile", "stderr_logfile", "description"} {
		one += "<member>\n<name>" + name + "</name>\n<value><string>/var/log/supervisor/worker-stdout.log</string></value>\n</member>\n"
	}
	for _, name := range []string{"start", "stop", "now", "state", "exitstatus", "pid"} {
		one += "<member>\n<name>" + name + "</name>\n<value><int>1763884800</int></value>\n</member>\n"
	}
	one += "</struct></value>\n"
	return []byte(fmt.Sprintf(envelope, "<value><array><data>\n"+strings.Repeat(one, 50)+"</data></array></value>"))
}

// BenchmarkDecode_50Processes reports as 'ratio' the time for a reply divided by the
// time that kolo/xmlrpc needs in the same run.
func BenchmarkDecode_50Processes(b *testing.B) {
	reply := fiftyProcesses()
	var ours, theirs time.Duration
	for b.Loop() {
		var infos, others []processInfo
		began := time.Now()
		err := (&Client{}).decode(reply, &infos)
		middle := time.Now()
		other := xmlrpc.Response(reply).Unmarshal(&others)
		ours, theirs = ours+middle.Sub(began), theirs+time.Since(middle)
		if err != nil || other != nil || len(infos) != 50 {
			b.Fatal(err, other, len(infos))
		}
	}
	b.ReportMetric(float64(ours)/float64(theirs), "ratio")
}
