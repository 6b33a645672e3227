package config

import (
	"net/url"
	"regexp"
	"strings"
)

// The Python CeSI read its INI file with ConfigParser, where "%%" is a "%" and
// "%(key)s" another value. It put user and password into a URL, where "%40" is an "@".
// Here every "%" is just a "%".

// pythonEscape returns the escape of the Python CeSI in a user name or password; empty
// if the value may be meant as it is. ConfigParser accepts a single "%" only before
// "(", so a value with another one was written for this CeSI. And only what needs an
// escape is escaped in a URL.
func pythonEscape(value string) string {
	pairs := strings.Count(value, "%%")
	percents := strings.Count(value, "%")
	switch {
	case pairs > 0 && percents == 2*pairs:
		return "%%"
	case percents == 0:
		return ""
	}
	for rest := value; ; {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			return "%XX"
		}
		decoded, err := url.PathUnescape(rest[i:min(i+3, len(rest))])
		if err != nil || len(decoded) != 1 || isUnreserved(decoded[0]) {
			return ""
		}
		rest = rest[i+3:]
	}
}

// isUnreserved reports whether the byte needs no escape anywhere in a URL.
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// warnOfEscapes warns of user names and passwords that were copied from the file of a
// Python CeSI with its escapes.
func (l *loader) warnOfEscapes(s section) {
	for _, key := range []string{"username", keyPassword} {
		e, _ := s.get(key)
		switch pythonEscape(e.text) {
		case "%%":
			l.report.warning(e.at, `%s: %s has "%%%%", as the Python CeSI's file wrote a single "%%"; here each "%%" stands for itself: write it once ("cesi convert FILE" does)`, s.label(), key)
		case "%XX":
			l.report.warning(e.at, `%s: %s has escapes such as "%%40" for "@", which the Python CeSI put into a URL; here each "%%" stands for itself: write the character itself ("cesi convert FILE" does)`, s.label(), key)
		}
	}
}

// interpolated returns a value as ConfigParser reads it: "%(key)s" becomes the value of
// that key, and "%%" a "%". Unknown keys stay.
func interpolated(value string, values map[string]string) string {
	const deepest = 10 // as in ConfigParser
	for range deepest {
		next := placeholder().ReplaceAllStringFunc(value, func(found string) string {
			if found == "%%" {
				return found
			}
			if other, ok := values[strings.ToLower(found[2:len(found)-2])]; ok {
				return other
			}
			return found
		})
		if next == value || len(next) > maxFile {
			break
		}
		value = next
	}
	return strings.ReplaceAll(value, "%%", "%")
}

func placeholder() *regexp.Regexp { return regexp.MustCompile(`%%|%\([^)]+\)s`) }

// unquoted decodes the escapes of a URL as Python does; invalid ones stay.
func unquoted(value string) string {
	var b strings.Builder
	for value != "" {
		if decoded, err := url.PathUnescape(value[:min(3, len(value))]); value[0] == '%' && err == nil {
			b.WriteString(decoded)
			value = value[3:]
			continue
		}
		b.WriteByte(value[0])
		value = value[1:]
	}
	return b.String()
}
