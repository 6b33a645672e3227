package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"
)

// The bounds of one reply. What goes beyond a bound of depth or count fails the
// reply; a text is clipped.
const (
	// maxDepth bounds how deeply elements nest; supervisord's own go to about 12.
	maxDepth = 64
	// maxGrowth bounds what the elements of arrays and the members of maps may take,
	// in bytes for each byte of the reply. A real process takes a tenth of a byte.
	maxGrowth = 3
	// mapSize and memberSize are what a map and a member of it take, rounded up.
	mapSize, memberSize = 384, 64
	// maxString is where every text is clipped, in bytes: names, descriptions,
	// commands, sentences of faults. A text that is the whole reply, or is
	// read into a pointer of a tuple, is not clipped: it is the text of a log.
	maxString = 4 << 10
	// maxName is where the names of processes and groups are clipped, in bytes: a page
	// repeats them in each link. supervisord can't make a log file for a longer one.
	maxName = 255
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

// decode reads a reply into result, or returns the fault that it holds. result
// is nil (any value will do), or a pointer to a value as decoder describes it.
func (c *Client) decode(reply []byte, result any) error {
	d := decoder{reply: reply}
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

// decoder reads one XML-RPC response in one pass, with a stack of its own: how
// deeply a reply nests is not how deeply functions call each other.
//
// It takes what it is given into pointers to string, bool, the kinds of int and
// float, time.Time, any, and slices, structs and string-keyed maps of these. A slice
// that has elements already is a tuple: they are pointers, in order. Into any go
// string, bool, int64, float64, time.Time, []any and map[string]any. Empty
// elements (nil among them) leave the value as it is; members without a field are
// skipped, whatever they hold; a value without a type is a text, trimmed; base64
// stays as it is.
//
// Texts are taken byte for byte: control characters, bytes that are not UTF-8 and
// \r\n, which XML forbids or changes, are kept.
type decoder struct {
	reply   []byte
	at      int    // the next byte to read
	root    string // the outermost element
	isFault bool
	fault   fault
	held    int // what the values take so far, in bytes, the texts apart

	stack  []frame
	text   []byte // of the value, name or scalar that is open
	shared bool   // text is a part of reply, not yet a copy
	closed bool   // the last element was empty: its end comes next
	done   bool   // the outermost element has ended
	filled bool   // the value of the response was there
}

// place is what an open element is in the response.
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
	tag    []byte        // the name as it is written
	target reflect.Value // what it is read into; invalid: nothing
	whole  bool          // a text that is not clipped
	child  bool          // it had an element that counts
	index  int           // of the next element of an array
	tuple  int           // elements that the slice had already
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

// step reads up to the end of the next piece of markup.
func (d *decoder) step(result any) error {
	if d.closed {
		d.closed = false
		return d.end(d.top().tag)
	}
	next := bytes.IndexByte(d.reply[d.at:], '<')
	if next < 0 {
		if d.root == "" {
			return errNotXMLRPC
		}
		return errCut
	}
	if err := d.addText(d.reply[d.at : d.at+next]); err != nil {
		return err
	}
	d.at += next + 1
	rest := d.reply[d.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("!--")):
		return d.skipPast(3, "-->")
	case bytes.HasPrefix(rest, []byte("![CDATA[")):
		return d.cdata(rest[8:])
	case bytes.HasPrefix(rest, []byte("?")):
		return d.skipPast(1, "?>")
	case bytes.HasPrefix(rest, []byte("!")):
		return d.declaration()
	case bytes.HasPrefix(rest, []byte("/")):
		stop := bytes.IndexByte(rest, '>')
		if stop < 0 {
			return errCut
		}
		d.at += stop + 1
		return d.end(bytes.TrimRight(rest[1:stop], " \t\r\n"))
	default:
		tag, err := d.startTag()
		if err != nil {
			return err
		}
		return d.start(tag, result)
	}
}

// skipPast goes to the byte after the mark, which comes from offset on.
func (d *decoder) skipPast(offset int, mark string) error {
	stop := bytes.Index(d.reply[d.at+offset:], []byte(mark))
	if stop < 0 {
		return errCut
	}
	d.at += offset + stop + len(mark)
	return nil
}

func (d *decoder) cdata(rest []byte) error {
	stop := bytes.Index(rest, []byte("]]>"))
	if stop < 0 {
		return errCut
	}
	d.addBytes(rest[:stop])
	d.at += len("![CDATA[") + stop + len("]]>")
	return nil
}

// declaration skips <!DOCTYPE …>. One that declares anything inside is refused.
func (d *decoder) declaration() error {
	stop := bytes.IndexAny(d.reply[d.at:], "[>")
	switch {
	case stop < 0:
		return errCut
	case d.reply[d.at+stop] == '[':
		return errors.New("the reply declares a document type")
	}
	d.at += stop + 1
	return nil
}

// startTag reads a start tag whose < has been read. The attributes are skipped.
func (d *decoder) startTag() ([]byte, error) {
	begin := d.at
	for d.at < len(d.reply) && !isTagEnd(d.reply[d.at]) {
		d.at++
	}
	tag := d.reply[begin:d.at]
	if len(tag) == 0 {
		return nil, errors.New("an element without a name")
	}
	for d.at < len(d.reply) {
		b := d.reply[d.at]
		d.at++
		switch b {
		case '>':
			d.closed = d.reply[d.at-2] == '/'
			return tag, nil
		case '"', '\'':
			stop := bytes.IndexByte(d.reply[d.at:], b)
			if stop < 0 {
				return nil, errCut
			}
			d.at += stop + 1
		case '<':
			return nil, errors.New("< in a tag")
		}
	}
	return nil, errCut
}

func isTagEnd(b byte) bool {
	return b == '>' || b == '/' || b == '<' || b == ' ' || b == '\t' || b == '\r' || b == '\n'
}

func (d *decoder) top() *frame { return &d.stack[len(d.stack)-1] }

func (d *decoder) push(f frame) { d.stack = append(d.stack, f) }

// pageElements are how web pages begin, apart from what is no element.
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

// child returns the frame of an element in another.
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

// dataOf returns the frame of an array's elements.
func dataOf(in *frame) frame {
	list := in.target
	if list.Kind() == reflect.Interface {
		list = reflect.ValueOf(&[]any{}).Elem()
		return frame{place: inData, target: in.target, value: list}
	}
	return frame{place: inData, target: in.target, tuple: in.tuple, value: list}
}

// hold counts what values take, and fails where it is out of proportion.
func (d *decoder) hold(size int) error {
	d.held += size
	if d.held > maxGrowth*len(d.reply)+mapSize {
		return errTooMany
	}
	return nil
}

// typed returns the frame of the element that gives a value's type.
func (d *decoder) typed(in *frame, is string) (frame, error) {
	to := in.target
	plain := to.Kind() == reflect.Interface
	switch is {
	case "struct":
		switch {
		case plain:
			if err := d.hold(mapSize); err != nil {
				return frame{}, err
			}
			made := reflect.ValueOf(map[string]any{})
			to.Set(made)
			to = made
		case to.Kind() == reflect.Map && to.Type().Key().Kind() == reflect.String:
			if err := d.hold(mapSize); err != nil {
				return frame{}, err
			}
			to.Set(reflect.MakeMap(to.Type()))
		case to.Kind() != reflect.Struct:
			return frame{}, mismatch(is, to)
		}
		return frame{place: inStruct, target: to}, nil
	case "array":
		if !plain && to.Kind() != reflect.Slice {
			return frame{}, mismatch(is, to)
		}
		f := frame{place: inArray, target: to}
		if !plain {
			f.tuple = to.Len()
		}
		return f, nil
	default:
		return frame{place: inScalar, target: to, whole: in.whole}, nil
	}
}

func mismatch(is string, to reflect.Value) error {
	return fmt.Errorf("<%.40s> where a %s is wanted", is, to.Type())
}

// memberPart returns the frame of a member's name or value.
func (d *decoder) memberPart(in *frame, is string) (frame, error) {
	switch {
	case is == "name" && in.index == 0:
		in.index = 1
		return frame{place: inName}, nil
	case is != "value" || in.index != 1:
		return frame{}, misplaced(is, in)
	}
	in.index = 2
	if in.target.Kind() == reflect.Map {
		if err := d.hold(memberSize); err != nil {
			return frame{}, err
		}
		in.value = reflect.New(in.target.Type().Elem()).Elem()
		return frame{place: inValue, target: in.value}, nil
	}
	if field, found := fieldsOf(in.target.Type())[in.key]; found {
		return frame{place: inValue, target: in.target.Field(field)}, nil
	}
	return frame{place: inNothing}, nil
}

// element returns the frame of the next element of an array.
func (d *decoder) element(in *frame) (frame, error) {
	i := in.index
	in.index++
	if i < in.tuple {
		to := in.target.Index(i)
		if to.Kind() == reflect.Interface {
			to = to.Elem()
		}
		if to.Kind() != reflect.Pointer || to.IsNil() {
			return frame{}, errors.New("a tuple holds what can't be written to")
		}
		return frame{place: inValue, target: to.Elem(), whole: true}, nil
	}
	list := in.value
	if i >= list.Cap() {
		if err := d.grow(list); err != nil {
			return frame{}, err
		}
	}
	list.SetLen(i + 1)
	return frame{place: inValue, target: list.Index(i)}, nil
}

// grow doubles what a slice has room for, so that its elements are seldom copied.
// The room counts as held, filled or not.
func (d *decoder) grow(list reflect.Value) error {
	room := list.Cap()
	more := max(1, room)
	if err := d.hold(more * int(list.Type().Elem().Size())); err != nil {
		return err
	}
	larger := reflect.MakeSlice(list.Type(), list.Len(), room+more)
	reflect.Copy(larger, list)
	list.Set(larger)
	return nil
}

// end closes the element that is open, and takes over what it held.
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

// fields are the fields of structs by the names of their members.
var fields sync.Map // reflect.Type → map[string]int

func fieldsOf(of reflect.Type) map[string]int {
	if known, found := fields.Load(of); found {
		return known.(map[string]int)
	}
	made := make(map[string]int)
	for i := range of.NumField() {
		if field := of.Field(i); field.IsExported() {
			made[field.Tag.Get("xmlrpc")] = i
		}
	}
	fields.Store(of, made)
	return made
}

// addText takes a stretch of text, with entities, if the open element holds any.
func (d *decoder) addText(text []byte) error {
	if len(text) == 0 || !d.holdsText() {
		return nil
	}
	for {
		and := bytes.IndexByte(text, '&')
		if and < 0 {
			d.addBytes(text)
			return nil
		}
		d.addBytes(text[:and])
		text = text[and+1:]
		stop := bytes.IndexByte(text[:min(len(text), 12)], ';')
		if stop < 0 {
			return errors.New("& without an entity")
		}
		r, err := entity(string(text[:stop]))
		if err != nil {
			return err
		}
		d.own()
		d.text = utf8.AppendRune(d.text, r)
		text = text[stop+1:]
	}
}

func (d *decoder) holdsText() bool {
	if len(d.stack) == 0 {
		return false
	}
	switch f := d.top(); f.place {
	case inName, inScalar:
		return true
	case inValue:
		return !f.child
	default:
		return false
	}
}

// addBytes takes text as it is.
func (d *decoder) addBytes(text []byte) {
	switch {
	case len(text) == 0 || !d.holdsText():
	case len(d.text) == 0 && !d.shared && cap(d.text) == 0:
		d.text, d.shared = text, true
	default:
		d.own()
		d.text = append(d.text, text...)
	}
}

// own makes d.text a copy that may grow.
func (d *decoder) own() {
	if d.shared {
		d.text, d.shared = append(make([]byte, 0, 2*len(d.text)), d.text...), false
	}
}

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// entity returns the character of an entity, given without & and ;.
func entity(name string) (rune, error) {
	if r, found := entities[name]; found {
		return r, nil
	}
	digits, base := strings.CutPrefix(name, "#x")
	radix := 16
	if !base {
		if digits, base = strings.CutPrefix(name, "#"); !base {
			return 0, fmt.Errorf("the entity %q is not known", name)
		}
		radix = 10
	}
	n, err := strconv.ParseUint(digits, radix, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, fmt.Errorf("the entity %q has no character", name)
	}
	return rune(n), nil
}

// taken is the text of the element that ends.
func (d *decoder) taken(f *frame) string {
	if f.whole {
		return string(d.text)
	}
	return string(clipped(d.text))
}

// clipped cuts a text off at maxString bytes, or up to three earlier so as not to
// cut a character in two.
func clipped(text []byte) []byte { return clippedTo(text, maxString) }

func clippedTo(text []byte, most int) []byte {
	if len(text) <= most {
		return text
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// processID is the name of a process of a reply.
func processID(group, name string) cesi.ProcessID {
	return cesi.ProcessID{Group: string(clippedTo([]byte(group), maxName)), Name: string(clippedTo([]byte(name), maxName))}
}

func setText(to reflect.Value, text string) error {
	switch {
	case to.Kind() == reflect.String:
		to.SetString(text)
	case to.Kind() == reflect.Interface:
		to.Set(reflect.ValueOf(text))
	default:
		return mismatch("string", to)
	}
	return nil
}

// layouts are the ways in which servers write dateTime.iso8601.
var layouts = []string{"20060102T15:04:05", "20060102T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00"}

// setScalar sets what the element's text says, by its type.
func (d *decoder) setScalar(f *frame, tag string) error {
	if len(d.text) == 0 {
		return nil
	}
	to, is := f.target, tag[strings.IndexByte(tag, ':')+1:]
	if is == "string" || is == "base64" {
		return setText(to, d.taken(f))
	}
	text := string(bytes.TrimSpace(clipped(d.text)))
	var value any
	var err error
	switch is {
	case "int", "i4", "i8":
		bits := 64
		if to.CanInt() {
			bits = to.Type().Bits()
		}
		value, err = strconv.ParseInt(text, 10, bits)
	case "boolean":
		value, err = strconv.ParseBool(text)
	case "double":
		value, err = strconv.ParseFloat(text, 64)
	case "dateTime.iso8601":
		value, err = parseTime(text)
	default:
		return fmt.Errorf("<%.40s> is not a type of XML-RPC", is)
	}
	if err != nil {
		return err
	}
	return set(to, is, value)
}

func parseTime(text string) (t time.Time, err error) {
	for _, layout := range layouts {
		if t, err = time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return t, err
}

// set sets a plain value, if it is of the kind that is wanted.
func set(to reflect.Value, is string, value any) error {
	from := reflect.ValueOf(value)
	switch {
	case to.Kind() == reflect.Interface, to.Type() == from.Type():
		to.Set(from)
	case to.CanInt() && from.CanInt(), to.CanFloat() && from.CanFloat():
		to.Set(from.Convert(to.Type()))
	case to.Kind() == reflect.Bool && from.Kind() == reflect.Bool:
		to.SetBool(from.Bool())
	default:
		return mismatch(is, to)
	}
	return nil
}
