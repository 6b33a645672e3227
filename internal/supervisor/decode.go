package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Bounds of one reply. A reply beyond a bound of depth or count fails; a long text is
// clipped.
const (
	// maxDepth bounds how deeply elements nest; those of supervisord go to about 12.
	maxDepth = 64
	// maxGrowth bounds the memory for the elements of arrays and the members of maps,
	// in bytes for each byte of the reply. A real process takes a tenth of a byte.
	maxGrowth = 3
	// mapSize and memberSize are the memory of a map and of one member, rounded up.
	mapSize, memberSize = 384, 64
	// maxString is the length to which texts are clipped, in bytes: names,
	// descriptions, commands, sentences of faults. The text of a log is not clipped: it
	// is the whole reply, or is read into a pointer of a tuple.
	maxString = 4 << 10
	// maxName is the length to which names of processes and groups are clipped, in
	// bytes: a page repeats them in each link. For a longer name supervisord can't
	// create a log file.
	maxName = 255
	// maxTexts bounds the texts that are kept for those that repeat in a reply.
	maxTexts = 4 << 10
)

var (
	errDepth   = errors.New("the reply nests too deeply")
	errTooMany = errors.New("the reply holds too many values")
	errCut     = errors.New("the reply ends too early")
	errNoValue = errors.New("the reply holds no value")
)

// fault is an XML-RPC fault.
type fault struct {
	Code   int    `xmlrpc:"faultCode"`
	String string `xmlrpc:"faultString"`
}

// decode reads a reply into result, or returns the fault in it. Result is nil (any
// value will do), or a pointer to a value as described at decoder.
func (c *Client) decode(reply []byte, result any) error {
	return c.decodeBy(&decoder{reply: reply}, result)
}

func (c *Client) decodeBy(d *decoder, result any) error {
	err := d.decode(result)
	switch {
	case errors.Is(err, errNotXMLRPC), errors.Is(err, errCut):
		return c.explain(context.Background(), err)
	case err != nil:
		return badReply(err)
	case d.isFault:
		return faultError(d.fault)
	default:
		return nil
	}
}

// decoder reads one XML-RPC response in one pass. It has its own stack, so that a
// deeply nested reply does not need deep recursion.
//
// It writes into pointers to string, bool, integers, floats, time.Time, any, and
// slices, structs and string-keyed maps of these. A slice that already has elements is
// a tuple: its elements are pointers, in order. For any, the values are string, bool,
// int64, float64, time.Time, []any and map[string]any. Empty elements (also nil) leave
// the value unchanged; members without a field are skipped; a value without a type is a
// trimmed text; base64 is not decoded.
//
// Texts are read byte for byte: control characters, bytes that are not UTF-8, and \r
// , which XML forbids or changes, are kept.
type decoder struct {
	reply    []byte
	interned texts  // clipped texts that were read; nil: they are not shared
	at       int    // the next byte to read
	root     string // the outermost element
	isFault  bool
	fault    fault
	held     int // memory of the values so far, in bytes, without texts

	stack  []frame
	text   []byte // of the open value, name or scalar
	shared bool   // text is a part of reply, not a copy
	closed bool   // the last element was empty: its end comes next
	done   bool   // the outermost element has ended
	filled bool   // the response had a value
}

// place is the place of an open element in the response.
type place int

const (
	inResponse place = iota
	inParams
	inParam
	inFault
	inValue
	inScalar
	inStruct
	inMember
	inName
	inArray
	inData
	inNothing // skipped
)

// frame is one open element.
type frame struct {
	place  place
	tag    []byte        // the name as written
	target reflect.Value // where to read it into; invalid: nowhere
	whole  bool          // its text is not clipped
	child  bool          // it had an element that counts
	index  int           // of the next element of an array
	tuple  int           // number of elements that the slice already had
	key    string        // the member of a map
	value  reflect.Value // the value of that member
}

// decode reads the response into result, a pointer, or nil.
func (d *decoder) decode(result any) error {
	d.stack = make([]frame, 0, 16)
	for !d.done {
		if err := d.step(result); err != nil {
			return fmt.Errorf("at byte %d: %w", d.at, err)
		}
	}
	if !d.filled && (result != nil || d.isFault) {
		return errNoValue
	}
	return nil
}

func (d *decoder) top() *frame { return &d.stack[len(d.stack)-1] }

func (d *decoder) push(f frame) { d.stack = append(d.stack, f) }

// pageElements are the elements with which web pages begin.
var pageElements = []string{"html", "head", "title", "meta", "body", "div", "script"}

// start opens an element.
func (d *decoder) start(tag []byte, result any) error {
	name := tag
	if colon := bytes.IndexByte(tag, ':'); colon > 0 && colon < len(tag)-1 {
		name = tag[colon+1:]
	}
	if len(d.stack) == 0 {
		d.root = string(clipped(name))
		switch {
		case slices.Contains(pageElements, strings.ToLower(d.root)):
			return errWebPage
		case d.root != "methodResponse":
			return errOtherXML
		}
		d.push(frame{place: inResponse, tag: tag})
		return nil
	}
	if len(d.stack) >= maxDepth {
		return errDepth
	}
	in := d.top()
	if in.place == inNothing {
		d.push(frame{place: inNothing, tag: tag})
		return nil
	}
	f, err := d.child(in, name, result)
	if err != nil {
		return err
	}
	if f.place == inValue || f.place == inScalar || f.place == inName {
		d.text, d.shared = nil, false
	}
	f.tag = tag
	d.push(f)
	return nil
}

// child returns the frame of an element inside another.
func (d *decoder) child(in *frame, name []byte, result any) (frame, error) {
	first := !in.child
	in.child = true
	switch is := string(name); in.place {
	case inResponse:
		if first && is == "params" {
			return frame{place: inParams}, nil
		}
		if first && is == "fault" {
			d.isFault = true
			return frame{place: inFault}, nil
		}
	case inParams:
		if first && is == "param" {
			return frame{place: inParam}, nil
		}
	case inParam, inFault:
		if first && is == "value" {
			d.filled = true
			if d.isFault {
				result = &d.fault
			}
			if result == nil {
				return frame{place: inNothing}, nil
			}
			return frame{place: inValue, target: reflect.ValueOf(result).Elem(), whole: true}, nil
		}
	case inValue:
		if first && len(bytes.TrimSpace(d.text)) == 0 {
			return d.typed(in, is)
		}
	case inStruct:
		if is == "member" {
			return frame{place: inMember, target: in.target}, nil
		}
	case inMember:
		return d.memberPart(in, is)
	case inArray:
		if first && is == "data" {
			return dataOf(in), nil
		}
	case inData:
		if is == "value" {
			return d.element(in)
		}
	}
	return frame{}, misplaced(string(name), in)
}

func misplaced(is string, in *frame) error {
	return fmt.Errorf("<%.40s> is not expected here in <%.40s>", is, in.tag)
}

// end closes the open element and stores its value.
func (d *decoder) end(tag []byte) error {
	if len(d.stack) == 0 || !bytes.Equal(d.top().tag, tag) {
		return fmt.Errorf("</%.40s> ends what has not begun", tag)
	}
	f := d.top()
	switch f.place {
	case inValue:
		if text := strings.TrimSpace(d.taken(f)); text != "" && !f.child {
			if err := setText(f.target, text); err != nil {
				return err
			}
		}
		d.text, d.shared = nil, false
	case inScalar:
		if err := d.setScalar(f, string(tag)); err != nil {
			return err
		}
		d.text, d.shared = nil, false
	case inName:
		d.stack[len(d.stack)-2].key = d.taken(f)
		d.text, d.shared = nil, false
	case inMember:
		if f.value.IsValid() {
			f.target.SetMapIndex(reflect.ValueOf(f.key).Convert(f.target.Type().Key()), f.value)
		}
	case inData:
		if f.value.IsValid() {
			f.target.Set(f.value)
		}
	case inResponse:
		d.done = true
	}
	d.stack = d.stack[:len(d.stack)-1]
	return nil
}
