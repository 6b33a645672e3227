package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"cesi/internal/cesi"
)

// typed returns the frame of the element that names a value's type.
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

// hold counts the memory of values, and fails if it is out of proportion.
func (d *decoder) hold(size int) error {
	d.held += size
	if d.held > maxGrowth*len(d.reply)+mapSize {
		return errTooMany
	}
	return nil
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

// grow doubles the capacity of a slice, so that elements are seldom copied. The
// capacity counts as held, used or not.
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

// fields caches the fields of structs by the names of their members.
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

// layouts are the forms in which servers write dateTime.iso8601.
var layouts = []string{"20060102T15:04:05", "20060102T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00"}

// setScalar stores the element's text, according to its type.
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

// set stores a plain value if it has the expected kind.
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

func mismatch(is string, to reflect.Value) error {
	return fmt.Errorf("<%.40s> where a %s is wanted", is, to.Type())
}

// taken returns the text of the element that ends.
func (d *decoder) taken(f *frame) string {
	if f.whole {
		return string(d.text)
	}
	return d.interned.of(clipped(d.text))
}

// texts has texts that are likely to repeat, by themselves.
type texts map[string]string

// of returns a text as a string: the one that an earlier call made of an equal text, if
// it is still known. With nil it is always a new one.
func (t texts) of(text []byte) string {
	if known, found := t[string(text)]; found {
		return known
	}
	made := string(text)
	if t == nil {
		return made
	}
	if len(t) == maxTexts {
		clear(t)
	}
	t[made] = made
	return made
}

// clipped cuts a text at maxString bytes, or up to three bytes earlier, so as not to
// cut a character.
func clipped(text []byte) []byte { return clippedTo(text, maxString) }

func clippedTo[T string | []byte](text T, most int) T {
	if len(text) <= most {
		return text
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// processID returns the ID of a process in a reply.
func processID(group, name string) cesi.ProcessID {
	return cesi.ProcessID{Group: clippedTo(group, maxName), Name: clippedTo(name, maxName)}
}
