package supervisor

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
	"github.com/kolo/xmlrpc"
)

// equalLists compares lists of processes.
var equalLists = cmp.Transformer("slice", func(l cesi.ProcessList) []cesi.Process { return l.Slice() })

// busyHost is a reply about processes as a supervisord 4.2 writes it, at a time in
// seconds since 1970. Most of them run; every tenth has stopped, exited or failed.
func busyHost(processes int, now int64) []byte {
	const start = 1_763_884_800
	var b strings.Builder
	text := func(name, text string) {
		fmt.Fprintf(&b, "<member>\n<name>%s</name>\n<value><string>%s</string></value>\n</member>\n", name, text)
	}
	number := func(name string, n int64) {
		fmt.Fprintf(&b, "<member>\n<name>%s</name>\n<value><int>%d</int></value>\n</member>\n", name, n)
	}
	for i := range int64(processes) {
		p := cesi.Process{
			ProcessID: cesi.ProcessID{Group: fmt.Sprintf("web%d", i/10), Name: fmt.Sprintf("worker_%02d", i)},
			Start:     start + i, Now: now, State: cesi.Running, PID: int(4000 + i), DescribedByUptime: true,
		}
		switch i % 40 {
		case 10:
			p.State, p.PID, p.Stop, p.Description, p.DescribedByUptime = cesi.Stopped, 0, start+60, "Nov 23 08:01 AM", false
		case 20:
			p.State, p.PID, p.SpawnErr, p.Description, p.DescribedByUptime = cesi.Fatal, 0, "can't find command 'x &amp; y'", "can't find command 'x &amp; y'", false
		case 30:
			p.State, p.PID, p.Description, p.DescribedByUptime = cesi.Stopped, 0, "Not started", false
		}
		b.WriteString("<value><struct>\n")
		text("name", p.Name)
		text("group", p.Group)
		number("start", p.Start)
		number("stop", p.Stop)
		number("now", p.Now)
		number("state", int64(p.State))
		text("statename", p.State.String())
		text("spawnerr", p.SpawnErr)
		number("exitstatus", 0)
		text("logfile", "/var/log/supervisor/"+p.Name+"-stdout.log")
		text("stdout_logfile", "/var/log/supervisor/"+p.Name+"-stdout.log")
		text("stderr_logfile", "/var/log/supervisor/"+p.Name+"-stderr.log")
		number("pid", int64(p.PID))
		text("description", p.Describe())
		b.WriteString("</struct></value>\n")
	}
	return fmt.Appendf(nil, envelope, "<value><array><data>\n"+b.String()+"</data></array></value>\n")
}

// BenchmarkProcesses_Fifty decodes replies of fifty processes, each a second after the
// one before and otherwise the same, with and without the list of the one before. It
// reports as 'times-kolo' how many replies it decodes in the time that kolo/xmlrpc needs
// for one, by the medians of the same run.
func BenchmarkProcesses_Fifty(b *testing.B) {
	replies := [][]byte{busyHost(50, 1_763_990_000), busyHost(50, 1_763_990_001)}
	for name, unchanged := range map[string]bool{"Unchanged": true, "First": false} {
		b.Run(name, func(b *testing.B) {
			c := &Client{}
			var known cesi.ProcessList
			var ours, theirs []time.Duration
			for b.Loop() {
				for range 100 {
					reply := replies[len(ours)%2]
					var infos []processInfo
					began := time.Now()
					list, err := c.decodeProcesses(reply, known)
					middle := time.Now()
					other := xmlrpc.Response(reply).Unmarshal(&infos)
					ours, theirs = append(ours, middle.Sub(began)), append(theirs, time.Since(middle))
					if err != nil || other != nil || list.Len() != 50 || len(infos) != 50 {
						b.Fatal(err, other, list.Len(), len(infos))
					}
					if unchanged {
						known = list
					}
				}
			}
			slices.Sort(ours)
			slices.Sort(theirs)
			took := ours[len(ours)/2]
			b.ReportMetric(float64(theirs[len(theirs)/2])/float64(took), "times-kolo")
			b.ReportMetric(float64(took.Nanoseconds())/1000, "µs/reply")
			b.ReportMetric(testing.AllocsPerRun(100, func() { _, _ = c.decodeProcesses(replies[0], known) }), "allocs/reply")
		})
	}
}

func TestDecodeProcesses_NoMemoryForAnUnchangedReply(t *testing.T) {
	const now = 1_763_990_000
	c := &Client{}
	known, err := c.decodeProcesses(busyHost(50, now), cesi.ProcessList{})
	if err != nil {
		t.Fatal(err)
	}
	for name, reply := range map[string][]byte{
		"the same reply": busyHost(50, now), "a second later": busyHost(50, now+1), "two days later": busyHost(50, now+48*60*60),
	} {
		var list cesi.ProcessList
		allocations := testing.AllocsPerRun(100, func() { list, err = c.decodeProcesses(reply, known) })
		if err != nil || allocations != 0 {
			t.Errorf("%s: %v allocations, %v", name, allocations, err)
		}
		if diff := cmp.Diff(decodeAlone(t, reply), list, equalLists); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// decodeAlone decodes a reply without an earlier list, by decoder.
func decodeAlone(t *testing.T, reply []byte) cesi.ProcessList {
	t.Helper()
	list, err := (&Client{}).decodeOtherProcesses(reply, cesi.ProcessList{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDecodeProcesses_SharesTextsThatDidNotChange(t *testing.T) {
	const now = 1_763_990_000
	c := &Client{}
	before := busyHost(20, now)
	of := func(process int) []byte {
		return bytes.SplitAfter(before, []byte("</struct></value>\n"))[process]
	}
	number := func(reply []byte, from, to string) []byte {
		return bytes.Replace(reply, []byte("<int>"+from+"</int>"), []byte("<int>"+to+"</int>"), 1)
	}
	for name, reply := range map[string][]byte{
		"another pid":           number(before, "4001", "5001"),
		"a process is added":    bytes.Replace(before, of(3), append(bytes.ReplaceAll(of(3), []byte("worker_03"), []byte("worker_02b")), of(3)...), 1),
		"a process is removed":  bytes.Replace(before, of(3), nil, 1),
		"the last is removed":   bytes.Replace(before, of(19), nil, 1),
		"another order":         bytes.Replace(bytes.Replace(before, of(4), nil, 1), of(2), append(of(4), of(2)...), 1),
		"decoder has to do it":  number(bytes.Replace(before, []byte("<data>"), []byte("<data><!-- a comment -->"), 1), "4001", "5001"),
		"a clock that is ahead": number(before, fmt.Sprint(now), fmt.Sprint(now+1)),
	} {
		known, err := c.decodeProcesses(before, cesi.ProcessList{})
		if err != nil {
			t.Fatal(err)
		}
		was := known.Slice()
		list, err := c.decodeProcesses(reply, known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(decodeAlone(t, reply), list, equalLists); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(was, known.Slice()); diff != "" {
			t.Errorf("%s: the earlier list has changed: %s", name, diff)
		}
		logs := make(map[string]*byte)
		for p := range known.All() {
			logs[p.StderrLogfile] = unsafe.StringData(p.StderrLogfile)
		}
		for p := range list.All() {
			if at := logs[p.StderrLogfile]; at != nil && at != unsafe.StringData(p.StderrLogfile) {
				t.Errorf("%s: the log's name of %s is copied", name, p.Name)
			}
		}
	}
}

// TestScanProcesses_LeavesOddRepliesToDecoder checks which replies scanProcesses reads,
// and that decoder has the same result.
func TestScanProcesses_LeavesOddRepliesToDecoder(t *testing.T) {
	member := func(name, value string) string {
		return "<member>\n<name>" + name + "</name>\n<value>" + value + "</value>\n</member>\n"
	}
	text := func(name, text string) string { return member(name, "<string>"+text+"</string>") }
	number := func(name, number string) string { return member(name, "<int>"+number+"</int>") }
	named := text("name", "n") + text("group", "g")
	process := func(members string) string { return "<value><struct>\n" + members + "</struct></value>\n" }
	list := func(processes string) string {
		return fmt.Sprintf(envelope, "<value><array><data>\n"+processes+"</data></array></value>\n")
	}
	for name, test := range map[string]struct {
		reply string
		fast  bool
	}{
		"no process":             {list(""), true},
		"a process":              {list(process(named)), true},
		"no XML declaration":     {strings.TrimPrefix(list(process(named)), "<?xml version='1.0'?>\n"), true},
		"no white space":         {strings.ReplaceAll(list(process(named)), "\n", ""), true},
		"more white space":       {strings.ReplaceAll(list(process(named)), "\n", "\r\n\t "), true},
		"bytes that are no text": {list(process(named + text("logfile", "\xff\x00\x1b\r"))), true},
		"entities":               {list(process(text("name", "a&amp;&#x5de5;b") + text("group", "&lt;&gt;") + text("logfile", "&quot;x"))), true},
		"many entities":          {list(process(named + text("logfile", strings.Repeat("&amp;", 700)) + text("spawnerr", strings.Repeat("&lt;", 700)))), true},
		"long texts":             {list(process(text("name", strings.Repeat("工", 2000)) + text("group", strings.Repeat("g", 300)) + text("logfile", strings.Repeat("工", 2000)))), true},
		"long with an entity":    {list(process(named + text("logfile", "&amp;"+strings.Repeat("工", 2000)))), true},
		"twice the same member":  {list(process(named + text("name", "m") + text("name", "") + number("pid", "1") + number("pid", "2"))), true},
		"an unknown member":      {list(process(named + text("other", "&x") + number("more", "1"))), true},
		"a negative number":      {list(process(named + number("exitstatus", "-1"))), true},
		"the state of CeSI":      {list(process(named + number("state", "-1"))), true},
		"mixed times":            {list(process(named+number("now", "7")) + process(named+number("now", "-9"))), true},
		"twice the same process": {list(process(named) + process(named+number("pid", "1"))), true},
		"text after the end":     {list(process(named)) + "<", true},
		"the uptime":             {list(process(named + number("pid", "4") + number("start", "5") + number("now", "90066") + text("description", "pid 4, uptime 1 day, 1:01:01"))), true},
		"a wrong uptime":         {list(process(named + number("pid", "4") + number("start", "5") + number("now", "90065") + text("description", "pid 4, uptime 1 day, 1:01:01"))), true},

		"nothing":                 {"", false},
		"a web page":              {"<html></html>", false},
		"a fault":                 {"<methodResponse><fault><value><struct>" + number("faultCode", "1") + "</struct></value></fault></methodResponse>", false},
		"no name":                 {list(process(text("group", "g"))), false},
		"an empty name":           {list(process(text("name", "") + text("group", "g"))), false},
		"a cut reply":             {strings.TrimSuffix(list(process(named)), "</methodResponse>\n"), false},
		"cut in a text":           {list(process(named))[:120], false},
		"a comment":               {list("<!-- x -->" + process(named)), false},
		"CDATA":                   {list(process(named + text("logfile", "<![CDATA[&]]>"))), false},
		"an attribute":            {list(process(named + member("logfile", "<string a='b'>x</string>"))), false},
		"an empty element":        {list(process(named + member("logfile", "<string/>"))), false},
		"a prefix":                {list(process(named + member("stop", "<ex:nil/>"))), false},
		"a text without a type":   {list(process(named + member("logfile", " x "))), false},
		"i8":                      {list(process(named + member("stop", "<i8>5</i8>"))), false},
		"space in a number":       {list(process(named + number("stop", " 5 "))), false},
		"no digits":               {list(process(named + number("stop", "-"))), false},
		"an empty number":         {list(process(named + number("stop", ""))), false},
		"a large number":          {list(process(named + number("stop", "9223372036854775807"))), false},
		"a number that is larger": {list(process(named + number("stop", "9223372036854775808"))), false},
		"a number for a name":     {list(process(named + number("name", "5"))), false},
		"a text for a number":     {list(process(named + text("pid", "5"))), false},
		"an unknown entity":       {list(process(named + text("logfile", "&x;"))), false},
		"an entity without end":   {list(process(named + text("logfile", "& x"))), false},
		"an entity in a member":   {list(process(named + text("logf&#105;le", "x"))), false},
		"an array in a member":    {list(process(named + member("extra", "<array><data></data></array>"))), false},
		"text between tags":       {list("x" + process(named)), false},
		"text before the type":    {list(process(named + member("logfile", "x<string>y</string>"))), false},
		"a text":                  {fmt.Sprintf(envelope, "<value><string>x</string></value>"), false},
		"a second value":          {list(process(named) + "<value/>"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := scanProcesses([]byte(test.reply), cesi.ProcessList{}); ok != test.fast {
				t.Errorf("read: %v, want %v", ok, test.fast)
			}
			checkUpdates(t, []byte(test.reply))
		})
	}
}

// checkUpdates checks that a reply has the same result by decodeProcesses, with any
// earlier list, as by decoder.
func checkUpdates(t *testing.T, reply []byte) {
	t.Helper()
	c := &Client{}
	want, wantErr := c.decodeOtherProcesses(reply, cesi.ProcessList{})
	reversed := want.Slice()
	slices.Reverse(reversed)
	changed := want.Slice()
	for i := range changed {
		changed[i].Logfile, changed[i].Now = "/another", changed[i].Now+int64(i)
	}
	for name, known := range map[string]cesi.ProcessList{
		"none": {}, "the same": want, "reversed": cesi.NewProcessList(reversed), "changed": cesi.NewProcessList(changed),
		"longer":  cesi.NewProcessList(append(want.Slice(), want.Slice()...)),
		"shorter": cesi.NewProcessList(reversed[:len(reversed)/2]),
		"another": cesi.NewProcessList([]cesi.Process{{ProcessID: cesi.ProcessID{Group: "x", Name: "x"}, Logfile: "x"}}),
	} {
		before := known.Slice()
		got, err := c.decodeProcesses(reply, known)
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Errorf("%.200q, known is %s: %v, want %v", reply, name, err, wantErr)
		}
		if diff := cmp.Diff(want, got, equalLists); diff != "" {
			t.Errorf("%.200q, known is %s: %s", reply, name, diff)
		}
		if diff := cmp.Diff(before, known.Slice()); diff != "" {
			t.Errorf("%.200q changed the earlier list, which is %s: %s", reply, name, diff)
		}
	}
}
