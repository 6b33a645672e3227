package supervisor

import "cesi/internal/cesi"

// decodeProcesses reads a reply of getAllProcessInfo. The list shares the memory of
// known where nothing changed.
func (c *Client) decodeProcesses(reply []byte, known cesi.ProcessList) (cesi.ProcessList, error) {
	if list, ok := scanProcesses(reply, known); ok {
		return list, nil
	}
	return c.decodeOtherProcesses(reply, known)
}

// decodeOtherProcesses reads any reply, by decoder.
func (c *Client) decodeOtherProcesses(reply []byte, known cesi.ProcessList) (cesi.ProcessList, error) {
	var infos []processInfo
	if err := c.decode(reply, &infos); err != nil {
		return cesi.ProcessList{}, err
	}
	update := processUpdate{known: known, list: cesi.ProcessListBuilder{Known: known}}
	for _, info := range infos {
		raw := info.raw()
		if err := update.add(&raw); err != nil {
			return cesi.ProcessList{}, err
		}
	}
	return update.list.List(), nil
}

// rawProcess is getProcessInfo's struct, with the texts as they are in the reply.
type rawProcess struct {
	name, group, spawnErr, logfile, stdoutLogfile, stderrLogfile, description []byte
	start, stop, now, state, exitStatus, pid                                  int64
}

// processUpdate makes a list from the processes of a reply, with the texts of the known
// list where they are equal.
type processUpdate struct {
	known cesi.ProcessList
	list  cesi.ProcessListBuilder
	next  int                    // index of the known process that is expected next
	index map[cesi.ProcessID]int // of known; nil until the order differs
	last  cesi.Process           // the one added last
}

// add adds the next process of the reply.
func (u *processUpdate) add(raw *rawProcess) error {
	p, err := raw.process(u.before(raw))
	if err != nil {
		return err
	}
	u.list.Add(p)
	u.last = p
	return nil
}

// before returns what is known of a process. For a new one it returns the group of the
// process before it, which is likely the same.
func (u *processUpdate) before(raw *rawProcess) cesi.Process {
	group, name := clippedTo(raw.group, maxName), clippedTo(raw.name, maxName)
	if u.next < u.known.Len() {
		if p := u.known.At(u.next); p.Group == string(group) && p.Name == string(name) {
			u.next++
			return p
		}
	}
	if i, found := u.find(group, name); found {
		u.next = i + 1
		return u.known.At(i)
	}
	return cesi.Process{ProcessID: cesi.ProcessID{Group: u.last.Group}}
}

func (u *processUpdate) find(group, name []byte) (int, bool) {
	if u.known.Len() == 0 {
		return 0, false
	}
	if u.index == nil {
		u.index = make(map[cesi.ProcessID]int, u.known.Len())
		for i := range u.known.Len() {
			u.index[u.known.At(i).ProcessID] = i
		}
	}
	i, found := u.index[cesi.ProcessID{Group: string(group), Name: string(name)}]
	return i, found
}

// process returns the process, with the texts of an earlier value where they are equal.
func (r *rawProcess) process(was cesi.Process) (cesi.Process, error) {
	if len(r.name) == 0 || len(r.group) == 0 {
		return cesi.Process{}, badReply(errNameless)
	}
	p := cesi.Process{
		ProcessID: cesi.ProcessID{
			Group: kept(clippedTo(r.group, maxName), was.Group, ""),
			Name:  kept(clippedTo(r.name, maxName), was.Name, ""),
		},
		Start: r.start, Stop: r.stop, Now: r.now,
		State: stateOf(int(r.state)), SpawnErr: kept(r.spawnErr, was.SpawnErr, ""), ExitStatus: int(r.exitStatus),
		Logfile: kept(r.logfile, was.Logfile, ""), StderrLogfile: kept(r.stderrLogfile, was.StderrLogfile, ""),
		PID: int(r.pid),
	}
	p.StdoutLogfile = kept(r.stdoutLogfile, was.StdoutLogfile, p.Logfile)
	if p.DescribedByUptime = p.IsUptime(r.description); !p.DescribedByUptime {
		p.Description = kept(r.description, was.Description, p.SpawnErr)
	}
	return p, nil
}

// kept returns a text as a string: one of the two given ones if it is equal.
func kept(text []byte, was, other string) string {
	if string(text) == was {
		return was
	}
	if string(text) == other {
		return other
	}
	return string(text)
}

// text returns the field of a text by the name of its member; nil if there is none.
func (r *rawProcess) text(member []byte) *[]byte {
	switch string(member) {
	case "name":
		return &r.name
	case "group":
		return &r.group
	case "spawnerr":
		return &r.spawnErr
	case "logfile":
		return &r.logfile
	case "stdout_logfile":
		return &r.stdoutLogfile
	case "stderr_logfile":
		return &r.stderrLogfile
	case "description":
		return &r.description
	default:
		return nil
	}
}

// number returns the field of a number by the name of its member; nil if there is none.
func (r *rawProcess) number(member []byte) *int64 {
	switch string(member) {
	case "start":
		return &r.start
	case "stop":
		return &r.stop
	case "now":
		return &r.now
	case "state":
		return &r.state
	case "exitstatus":
		return &r.exitStatus
	case "pid":
		return &r.pid
	default:
		return nil
	}
}
