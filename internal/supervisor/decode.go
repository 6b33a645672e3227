package supervisor

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/kolo/xmlrpc"
)

// maxDepth bounds how deeply a reply may nest. supervisord's own go to about 12
// elements; the decoder recurses, and a hostile reply could exhaust its stack.
const maxDepth = 64

var errDepth = errors.New("the reply nests too deeply")

// decode reads a reply into result, or returns the fault that it holds.
func (c *Client) decode(reply []byte, result any) error {
	reply, err := clean(reply)
	if err != nil {
		return badReply(err)
	}
	response := xmlrpc.Response(reply)
	switch firstElement(reply) {
	case "fault":
		var fault xmlrpc.FaultError
		if err := response.Err(); !errors.As(err, &fault) {
			return badReply(errors.Join(errors.New("a fault without code"), err))
		}
		return faultError(fault)
	case "params":
	case "":
		return badReply(errNotXMLRPC)
	default:
		return c.explain(context.Background(), errNotXMLRPC)
	}
	if result == nil {
		return nil
	}
	if err := response.Unmarshal(result); err != nil {
		return badReply(err)
	}
	return nil
}

// firstElement names the element in methodResponse: "params" or "fault"; for
// anything else the name of the outermost element, or "".
func firstElement(reply []byte) string {
	rest := reply
	for {
		i := bytes.IndexByte(rest, '<')
		if i < 0 || i+1 == len(rest) {
			return ""
		}
		rest = rest[i+1:]
		if rest[0] == '?' || rest[0] == '!' {
			continue
		}
		end := bytes.IndexAny(rest, "> \t\r\n/")
		if end < 0 {
			return ""
		}
		if name := string(rest[:end]); name != "methodResponse" {
			return name
		}
	}
}

// supervisord sends control characters as they are, and under Python 2 also bytes
// that are no UTF-8, both of which XML forbids; and XML folds \r\n. clean moves
// each of them to the private-use plane 15, from where restore fetches them; runes
// that are there already are moved on in turn.
const (
	plane  = 0xF0000       // + the control character
	octets = plane + 0x100 // + the byte, from 0x80
	moved  = 0xF1000       // + the offset of a rune of ours that was there already
	mark   = 0xF0FFF       // stands before a moved rune
)

// means reports whether a rune stands for something else between clean and restore.
func means(r rune) bool {
	return r >= plane && r < plane+' ' || r >= octets+utf8.RuneSelf && r <= octets+0xFF
}

// clean returns the reply in a form that encoding/xml takes. It copies only where
// there is something to clean.
func clean(reply []byte) ([]byte, error) {
	depth, dirty := 0, false
	for i, b := range reply {
		switch {
		case b == '<' && i+1 < len(reply):
			switch reply[i+1] {
			case '/':
				depth--
			case '?', '!':
			default:
				depth++
			}
			if depth > maxDepth {
				return nil, errDepth
			}
		case b == '/' && i+1 < len(reply) && reply[i+1] == '>':
			depth--
		case b < ' ' && b != '\t' && b != '\n', b >= 0xEF:
			dirty = true
		}
	}
	if !dirty && utf8.Valid(reply) {
		return reply, nil
	}
	var out bytes.Buffer
	out.Grow(len(reply) + len(reply)/8)
	for len(reply) > 0 {
		r, size := utf8.DecodeRune(reply)
		if r == utf8.RuneError && size == 1 {
			out.WriteRune(octets + rune(reply[0]))
		} else {
			writeClean(&out, r)
		}
		reply = reply[size:]
	}
	return out.Bytes(), nil
}

func writeClean(out *bytes.Buffer, r rune) {
	switch {
	case r < ' ' && r != '\t' && r != '\n':
		out.WriteRune(plane + r)
	case means(r), r == mark:
		out.WriteRune(mark)
		out.WriteRune(r - plane + moved)
	case r == 0xFFFE, r == 0xFFFF:
		out.WriteRune(utf8.RuneError)
	default:
		out.WriteRune(r)
	}
}

// restore undoes clean in a text that was decoded.
func restore(s string) string {
	if strings.IndexByte(s, 0xF3) < 0 { // the first byte of every rune at plane 15
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			out.WriteRune(r - moved + plane)
			escaped = false
		case r == mark:
			escaped = true
		case means(r) && r < octets:
			out.WriteRune(r - plane)
		case means(r):
			out.WriteByte(byte(r - octets))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
