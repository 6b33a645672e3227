package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// step reads to the end of the next piece of markup.
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

// skipPast moves to the byte after the mark, searching from offset.
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

// declaration skips <!DOCTYPE …>. One with declarations inside is refused.
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

// startTag reads a start tag after its <. Attributes are skipped.
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

// addText adds a piece of text, with entities, if the open element has text.
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
		stop := bytes.IndexByte(text[:min(len(text), maxEntity)], ';')
		if stop < 0 {
			return errors.New("& without an entity")
		}
		r, err := entity(text[:stop])
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

// addBytes adds text without entities.
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

// own makes d.text a copy that can grow.
func (d *decoder) own() {
	if d.shared {
		d.text, d.shared = append(make([]byte, 0, 2*len(d.text)), d.text...), false
	}
}

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// maxEntity bounds the length of an entity, with its ;.
const maxEntity = 12

// entity returns the character of an entity, named without & and ;.
func entity(name []byte) (rune, error) {
	if r, found := entities[string(name)]; found {
		return r, nil
	}
	digits, base := strings.CutPrefix(string(name), "#x")
	radix := 16
	if !base {
		if digits, base = strings.CutPrefix(string(name), "#"); !base {
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
